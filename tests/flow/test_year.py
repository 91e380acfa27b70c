#!/usr/bin/python3
# timeout: 240
"""A year of a real turbine through the running gateway: is every day what plain arithmetic says?

All 7,411 hours of 2011 become daily reports, are submitted, judged and followed as the authority;
tests/recalculate.py, which shares nothing with the gateway, says what each day must be. The same
with generated days that have every column, every status and every unit.
"""
import os
import re
import sys
import xml.etree.ElementTree as ET

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../support'))
import gateway as support  # noqa: E402

RECALCULATE = os.path.join(support.ROOT, 'tests/recalculate.py')
CSV = os.path.join(support.DATA, 'gt_2011.csv')
RESULT = '{urn:emgate:assessment-result:2}'
HOURS = 7411
DAYS = 309  # 308 whole ones and one of 19 hours
SAMPLES = 120


def follow(gateway, count):
    """What the authority was told: a folder of notifications."""
    into = os.path.join(gateway.path, 'authority')
    gateway.emgate('follow', '--card', gateway.file('card'), '--anchors', gateway.file('ca.pem'),
                   '--key', gateway.file('authority.key'), '--cert', gateway.file('authority.pem'),
                   '--to', into, '--count', count, '--timeout', '60')
    return into


def notifications(folder):
    return sorted(name for name in os.listdir(folder) if name.endswith('.xml'))


def component(folder, day, wanted):
    """The one assessment of a component on a day."""
    found = [one for name in notifications(folder)
             for root in [ET.parse(os.path.join(folder, name)).getroot()] if root.get('from') == day
             for one in root.iter(RESULT + 'series') if one.get('component') == wanted]
    assert len(found) == 1, '%s %s was told %d times' % (day, wanted, len(found))
    return found[0]


def audited(gateway, count):
    gateway.stop()
    out, _, _ = gateway.audit()
    assert re.search(r'proved and rerun +%d\b' % count, out), out


def every_day_of_2011_is_what_the_recalculation_says():
    with support.Gateway() as gateway:
        reports = gateway.reports('2011-01-01', days=400)
        assert len(reports) == DAYS, len(reports)
        out, _, _ = gateway.submit(*reports)
        assert len(re.findall(r'\baccepted\b', out)) >= DAYS, out[-2000:]
        told = follow(gateway, DAYS)
        assert len(notifications(told)) == DAYS, len(notifications(told))
        out, _, _ = support.run(sys.executable, RECALCULATE, '--csv', CSV, '--first', '2011-01-01',
                                '--compare', told, '--known')
        assert '%d compared, 0 differ' % (2 * DAYS) in out, out[-2000:]
        hours = sum(int(line.split()[2]) for line in out.splitlines() if ' NOx ' in line)
        assert hours == HOURS, 'the recalculation saw %d hours' % hours
        audited(gateway, DAYS)


def the_incomplete_last_day_is_invalid():
    with support.Gateway() as gateway:
        last = gateway.reports('2011-11-05', days=9)
        assert len(last) == 1, last
        gateway.submit(*last)
        told = follow(gateway, 1)
        for name in ('NOx', 'CO'):
            found = component(told, '2011-11-05', name)
            judged = {one.get('id'): one for one in found.iter(RESULT + 'judged')}
            assert judged['day-invalid'].get('found') == '1', ET.tostring(found)
            assert judged['day-exceeded'].get('undecided') == '1', ET.tostring(found)
            figures = {one.get('name'): one for one in found.iter(RESULT + 'figure')}
            assert figures['day-mean'].get('status') == 'invalid', ET.tostring(found)
            assert [figures[name].get('value') for name in ('n', 'lost')] == ['19', '5'], \
                ET.tostring(found)


def a_changed_notification_would_be_noticed():
    """The comparison itself must be able to fail."""
    with support.Gateway() as gateway:
        gateway.submit(*gateway.reports('2011-04-06', days=2))
        told = follow(gateway, 2)
        words = [sys.executable, RECALCULATE, '--csv', CSV, '--from', '2011-04-06', '--until',
                 '2011-04-07', '--quiet', '--compare', told]
        out, _, _ = support.run(*words)
        assert '4 compared, 0 differ' in out, out
        path = os.path.join(told, notifications(told)[0])
        with open(path) as text:
            content = text.read()
        day = re.search(r'(<figure name="day"[^>]* value=)"(\d+)"', content)
        with open(path, 'w') as text:
            text.write(content.replace(day.group(0),
                                       '%s"%d"' % (day.group(1), int(day.group(2)) + 1), 1))
        out, _, _ = support.run(*words, status=1)
        assert '4 compared, 1 differ' in out, out
        os.remove(path)
        out, _, _ = support.run(*words, status=1)
        assert '4 compared, 2 differ' in out and 'not assessed' in out, out


def generated_days_with_every_column_are_what_the_recalculation_says():
    with support.Gateway() as gateway:
        into = os.path.join(gateway.path, 'samples')
        gateway.emgate('report', 'sample', '--kind', 'turbine', '--to', support.ORIGIN, '--plant',
                       'gas-turbine', '--day', '2011-01-01', '--seed', '20111', '--count', SAMPLES,
                       '-o', into)
        reports = [os.path.join(into, name) for name in sorted(os.listdir(into))]
        assert len(reports) == SAMPLES
        gateway.submit(*reports)
        told = follow(gateway, SAMPLES)
        out, _, _ = support.run(sys.executable, RECALCULATE, '--reports', into, '--compare', told, '--known')
        assert '%d compared, 0 differ' % (2 * SAMPLES) in out, out[-2000:]
        words = [line.split() for line in out.splitlines() if re.match(r'2011-', line)]
        assert {one[6] for one in words} == {'valid', 'invalid'}, 'samples show both kinds of day'
        assert {one[7] for one in words} == {'yes', 'no', 'not-judged'}, 'and each answer'
        audited(gateway, SAMPLES)


support.main([
    the_incomplete_last_day_is_invalid,
    a_changed_notification_would_be_noticed,
    generated_days_with_every_column_are_what_the_recalculation_says,
], in_full=[every_day_of_2011_is_what_the_recalculation_says])
