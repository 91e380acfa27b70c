#!/usr/bin/python3
# timeout: 240
"""What a directory states of two stacks of one plant: is all that is missing told at once, does each
stack get the limits of its own fuel, is the authority of the day told, is a day refused that is not
over or not the plant's, and is a directory that contradicts itself refused while the old one stays?
"""
import datetime
import os
import re
import sys
import xml.etree.ElementTree as ET

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../support'))
import certificates  # noqa: E402
import gateway as support  # noqa: E402

ID = 'de.bimschv13.continuous'
PACKAGE = os.path.join(support.ROOT, 'rules', ID)
SETTINGS = [('turbine', '', 'other'), ('stock', '', 'new'), ('cleaned', '', 'no'),
            ('measured', '', 'standard-dry'), ('fuel', ' source="stack-1"', 'gas-turbine'),
            ('fuel', ' source="stack-2"', 'engine')]


def setting(name, place, word, dates=''):
    return '    <setting package="%s" name="%s"%s word="%s" citation="permit of 3 May"%s/>\n' % (
        ID, name, place, word, dates)


def state(gateway, entries, before='  </plant>'):
    certificates.edit(gateway, lambda text: text.replace(before, entries + before, 1))


def a_gateway():
    """The plant reports under the ordinance with two stacks; nothing else is stated."""
    gateway = support.Gateway(plant='plant-1', packages=[PACKAGE])
    certificates.edit(gateway, lambda text: text.replace('ied-annex-v', 'bimschv13'))
    state(gateway, '    <source id="stack-1"/>\n    <source id="stack-2"/>\n', '    <authority ')
    return gateway


def two_stacks(gateway, day='2023-03-01'):
    """The package's own sample day, with a second stack like the first."""
    with open(os.path.join(PACKAGE, 'tests', 'day.xml'), encoding='utf-8') as source:
        text = source.read()
    one = re.search(r' *<source .*?</source>\n', text, re.S).group(0)
    text = text.replace(one, one + one.replace('stack-1', 'stack-2'))
    text = text.replace('2023-03-01', day).replace('test.emgate.example', support.ORIGIN)
    path = os.path.join(gateway.path, 'two-%s.xml' % day)
    with open(path, 'w', encoding='utf-8') as out:
        out.write(text.replace('id="r-1"', 'id="r-%s"' % day))
    return path


def told(gateway, who, count):
    into = os.path.join(gateway.path, 'told-' + who)
    gateway.emgate('follow', *gateway.connection(who), '--to', into, '--count', count, '--timeout',
                   '60')
    return [ET.parse(os.path.join(into, name)).getroot() for name in sorted(os.listdir(into))
            if name.endswith('.xml')]


def limits(result):
    """{source: value of its daily limit}; None where there is none."""
    found = {}
    for source in result.findall('.//{*}source'):
        values = [p.get('value') for p in source.findall('.//{*}parameter')
                  if p.get('name') == 'limit-day']
        found[source.get('id')] = values[0] if values else None
    return found


def all_that_is_missing_is_told_at_once():
    with a_gateway() as gateway:
        report = two_stacks(gateway)
        out, err, status = gateway.submit(report, status=None)
        assert status != 0 and 'accepted' not in out, (out, err)
        for part in ('setting-missing', 'must enter 11 settings of plant-1 for ' + ID,
                     'turbine (combined-cycle, other)', 'stock (new, ',
                     'fuel (gaseous-liquid, solid, gas-turbine, engine)',
                     'measured (standard-dry, operating) for NOx CO of stack-1 stack-2',
                     'cleaned (yes, no) for NOx CO of stack-1 stack-2'):
            assert part in out + err, (part, out, err)
        state(gateway, ''.join(setting(*one) for one in SETTINGS[:-1]))
        assert ' reloaded ' in gateway.reload()
        out, err, status = gateway.submit(report, status=None)
        assert status != 0 and 'must enter 1 setting of plant-1 for %s: fuel (' % ID in out + err, (out, err)
        assert 'of stack-2' in out + err and 'stack-1' not in out + err, (out, err)


def each_stack_has_the_limits_of_its_fuel():
    gateway = a_gateway()
    state(gateway, ''.join(setting(*one) for one in SETTINGS))
    with gateway:
        out, _, _ = gateway.submit(two_stacks(gateway))
        assert 'accepted' in out, out
        # the package has a daily limit of NOx for gas turbines, and none for engines
        assert limits(told(gateway, 'authority', 1)[0]) == {'stack-1': '50', 'stack-2': None}
        gateway.audit()


def a_fuel_changes_from_one_day_to_the_next():
    gateway = a_gateway()
    state(gateway, ''.join(setting(*one) for one in SETTINGS[:-1]) +
          setting('fuel', ' source="stack-2"', 'engine', ' until="2023-03-01"') +
          setting('fuel', ' source="stack-2"', 'gas-turbine', ' from="2023-03-02"'))
    with gateway:
        for day in ('2023-03-01', '2023-03-02'):
            out, _, _ = gateway.submit(two_stacks(gateway, day), into=day)
            assert 'accepted' in out, out
        assert [limits(result) for result in told(gateway, 'authority', 2)] == [
            {'stack-1': '50', 'stack-2': None}, {'stack-1': '50', 'stack-2': '50'}]
        gateway.audit()


def the_authority_of_the_day_is_told():
    gateway = a_gateway()
    gateway.emgate('pki', 'issue', gateway.pki, 'landesamt', '--profile', 'authority')
    shown, _, _ = gateway.emgate('pki', 'show', '--json', gateway.file('landesamt.pem'))
    digest = re.search(r'sha256:[0-9a-f]{64}', shown).group(0)
    certificates.join(gateway, {'landesamt': ('authority', '<certificate digest="%s"/>' % digest)})
    certificates.edit(gateway, lambda text: text.replace(
        '<authority participant="authority"/>',
        '<authority participant="authority" until="2023-03-01"/>\n'
        '    <authority participant="landesamt" from="2023-03-02"/>'))
    state(gateway, ''.join(setting(*one) for one in SETTINGS))
    with gateway:
        for day in ('2023-03-01', '2023-03-02'):
            gateway.submit(two_stacks(gateway, day), into=day)
        for who, day in (('authority', '2023-03-01'), ('landesamt', '2023-03-02')):
            result = told(gateway, who, 1)[0]
            assert day in ET.tostring(result, 'unicode'), (who, day)
        gateway.audit()


def a_day_that_is_not_over_or_not_the_plants_is_rejected():
    gateway = a_gateway()
    state(gateway, ''.join(setting(*one) for one in SETTINGS))
    certificates.edit(gateway, lambda text: text.replace('<plant id="plant-1"',
                                                         '<plant id="plant-1" from="2023-03-02" zone="+01:00"'))
    coming = str(datetime.datetime.now(datetime.timezone.utc).date() + datetime.timedelta(days=2))
    with gateway:
        for day, rule in (('2023-03-01', 'plant-period'), (coming, 'period-open')):
            report = two_stacks(gateway, day)
            out, err, _ = gateway.submit(report, into=day, status=1)
            assert 'rejected' in out and 'not at all' in out, (out, err)
            assert rule in gateway.read(os.path.join(day, os.path.basename(report) + '.v1.findings'))
        report = two_stacks(gateway, '2023-03-03')
        with open(report, encoding='utf-8') as source:
            text = source.read().replace('zone="+01:00"', 'zone="-11:00"')
        with open(report, 'w', encoding='utf-8') as into:
            into.write(text)
        out, err, _ = gateway.submit(report, status=1)
        assert 'plant-zone' in gateway.read('receipts/' + os.path.basename(report) + '.v1.findings')
        out, _, _ = gateway.submit(two_stacks(gateway, '2023-03-02'))
        assert 'accepted' in out, out
        out, _, _ = gateway.audit()
        assert re.search(r'proved and rerun +4$', out, re.M), 'asked again of the time they came'
    words = [word for name, place, word in SETTINGS
             for word in ('--setting', '%s%s=%s' % (re.sub(r' source="(.*)"', r'\1/', place), name, word))]
    out, _, _ = gateway.emgate('rules', 'run', PACKAGE, two_stacks(gateway, coming), *words, status=1)
    assert 'period-open' in out, out


def a_directory_that_contradicts_itself_is_refused():
    gateway = a_gateway()
    state(gateway, ''.join(setting(*one) for one in SETTINGS))
    path = gateway.file('directory.xml')
    with open(path, encoding='utf-8') as text:
        good = text.read()
    with gateway:
        for entry, part in (
                (setting('fuel', ' source="stack-1"', 'engine'), 'setting fuel is set twice'),
                (setting('fuel', ' source="stack-3"', 'engine'), 'names the source stack-3'),
                (setting('stock', '', 'early', ' from="2026-02-30"'), 'real day')):
            bad = good.replace('  </plant>', entry + '  </plant>')
            with open(path, 'w', encoding='utf-8') as out:
                out.write(bad)
            _, err, status = gateway.emgate(
                'pki', 'sign-directory', path, '--key', gateway.file('registrar.key'), '--cert',
                gateway.file('registrar.pem'), status=None)
            assert status != 0 and part in err, (part, err)
            assert 'reload-refused' in gateway.reload(), 'and no gateway takes it'
        out, _, _ = gateway.submit(two_stacks(gateway))
        assert 'accepted' in out, 'the old directory stays in force'


if __name__ == '__main__':
    support.main([all_that_is_missing_is_told_at_once, each_stack_has_the_limits_of_its_fuel,
                  a_fuel_changes_from_one_day_to_the_next, the_authority_of_the_day_is_told,
                  a_day_that_is_not_over_or_not_the_plants_is_rejected,
                  a_directory_that_contradicts_itself_is_refused])
