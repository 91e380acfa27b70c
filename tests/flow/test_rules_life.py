#!/usr/bin/python3
# timeout: 600
"""Packages come and go while reports are in hand: none is lost, the log proves each change, and a
sender judges itself with the very package of the gateway."""
import json
import os
import re
import shutil
import sys
import tempfile
import threading

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, 'tests/support'))
from gateway import TURBINE, Gateway, main  # noqa: E402

ID = 'eu.ied.annex-v.gas-turbine'


def changed(name, *edits):
    """A copy of the turbine package with its package.xml edited."""
    copy = os.path.join(tempfile.mkdtemp(), name)
    shutil.copytree(TURBINE, copy)
    path = os.path.join(copy, 'package.xml')
    with open(path, encoding='utf-8') as file:
        text = file.read()
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new, 1)
    with open(path, 'w', encoding='utf-8') as file:
        file.write(text)
    return copy


def version():
    with open(os.path.join(TURBINE, 'package.xml'), encoding='utf-8') as file:
        return re.search(r'<package [^>]*version="([^"]+)"', file.read()).group(1)


OLD = version()
NEXT = '99.0.0'


def say(gateway, verb, number, *words, status=0):
    package = os.path.join(gateway.file('rules'), ID, number)
    return gateway.emgate('rules', verb, package, '--key', gateway.file('publisher.key'), '--cert',
                          gateway.file('publisher.pem'), '--into', gateway.file('rules'),
                          '--directory', gateway.file('directory.xml'), '--anchors',
                          gateway.file('ca.pem'), '--reason', 'a test', *words, status=status)


def fetch(gateway, into, *words, status=0):
    return gateway.emgate('rules', 'fetch', *gateway.connection('operator'), '--directory',
                          gateway.file('directory.xml'), '-o', into, *words, status=status)


def files_of(folder):
    out = {}
    for top, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(top, name)
            with open(path, 'rb') as file:
                out[os.path.relpath(path, folder)] = file.read()
    return out


def packages_of(gateway):
    """The version that judged each submission, in the order of the log."""
    out = gateway.emgate('audit', 'show', gateway.file('archive.db'))[0]
    entries = [line.split()[0] for line in out.splitlines() if ' submission ' in line]
    found = []
    for entry in entries:
        text = gateway.emgate('audit', 'show', gateway.file('archive.db'), entry)[0]
        match = re.search(r'^package (\S+) (\S+) ', text, re.M)
        found.append(match.group(2) if match else None)
    return found


def no_report_is_lost_while_packages_come_and_go():
    with Gateway() as gateway:
        reports = gateway.reports('2011-02-01', days=120)
        done = []
        sender = threading.Thread(target=lambda: done.append(
            gateway.submit(*reports, extra=['--window', '64'])))
        sender.start()
        gateway.install(changed('next', ('version="%s"' % OLD, 'version="%s"' % NEXT)))
        for step in range(6):
            gateway.reload()
            if step % 2 == 0:
                say(gateway, 'withdraw', NEXT)
            else:
                say(gateway, 'activate', NEXT)
        gateway.reload()
        sender.join()
        assert done, 'the sender failed'
        receipts = os.listdir(os.path.join(gateway.path, 'receipts'))
        count = len([name for name in receipts if name.endswith('.receipt')])
        assert count == len(reports), (count, len(reports))
        judged = packages_of(gateway)
        assert len(judged) == len(reports) and set(judged) <= {OLD, NEXT}, set(judged)
        out = gateway.audit()[0]
        assert re.search(r'\b0 failed|failed +0', out), out
        shown = gateway.emgate('audit', 'show', gateway.file('archive.db'))[0]
        assert 'withdrawn (statement 1)' in shown and 'active (statement 2)' in shown, shown[-800:]


def a_withdrawn_package_judges_nothing_new_and_its_receipts_stay():
    with Gateway() as gateway:
        first, second, third = gateway.reports('2011-04-06', days=3)
        gateway.submit(first)
        name = os.path.join(gateway.path, 'receipts', os.path.basename(first) + '.v1.receipt')
        with open(name, 'rb') as file:
            receipt = file.read()
        say(gateway, 'withdraw', OLD)
        gateway.reload()
        gateway.submit(first, into='again')
        with open(name.replace('/receipts/', '/again/'), 'rb') as file:
            assert file.read() == receipt, 'the first receipt'
        out, err, status = gateway.submit(second, status=None, into='refused',
                                          extra=['--timeout', '3'])
        assert status != 0 and 'no-package' in out + err, (status, out, err)
        say(gateway, 'activate', OLD, '--from', '2011-04-08')
        gateway.reload()
        out, err, status = gateway.submit(second, status=None, into='refused',
                                          extra=['--timeout', '3'])
        assert status != 0 and 'no-package' in out + err, (status, out, err)
        gateway.submit(third)
        assert re.search(r'\b0 failed|failed +0', gateway.audit()[0])


def a_withdrawal_is_not_undone_by_removing_its_file():
    with Gateway() as gateway:
        say(gateway, 'withdraw', OLD)
        gateway.reload()
        os.remove(os.path.join(gateway.file('rules'), ID, 'state', OLD))
        line = gateway.reload()
        assert 'the log holds statement 1' in gateway.journal() or 'statement 1' in line, line
        gateway.stop()
        gateway.launch()
        gateway.wait_for(gateway.ended, 'the refusal')
        assert gateway.process.returncode != 0
        gateway.process = None


def a_sender_judges_itself_with_the_gateway_s_own_package():
    with Gateway() as gateway:
        gateway.install(changed('next', ('version="%s"' % OLD, 'version="%s"' % NEXT)))
        gateway.reload()
        listed = gateway.emgate('rules', 'fetch', *gateway.connection('operator'))[0]
        assert len(re.findall(r'^active +%s ' % re.escape(ID), listed, re.M)) == 2, listed
        into = os.path.join(gateway.path, 'fetched')
        fetch(gateway, into, ID)
        fetch(gateway, into, ID, OLD)
        for number in (OLD, NEXT):
            assert files_of(os.path.join(into, ID, number)) == \
                files_of(os.path.join(gateway.file('rules'), ID, number)), number
        out = fetch(gateway, into, ID, '98.0.0', status=1)[0]
        assert out.startswith('unknown'), out
        fetch(gateway, into, 'eu.ied.annex-v', status=1)
        same_findings_offline(gateway, os.path.join(into, ID, NEXT))
        an_older_version_comes_out_of_the_archive(gateway)


def findings_text(answer):
    """The text whose digest the receipt binds, written anew from what the sender's own run says."""
    package = answer['package']
    counts = '%(owed)d %(judged)d %(exceeded)d %(undecided)d'
    out = ['emgate findings 2', 'package %s %s %s' % (package['id'], package['version'],
                                                      package['digest']), 'valid yes', 'omitted 0',
           'counts ' + counts % answer['counts']]
    for limit in answer['limits']:
        out.append('judged %s %s %s %s %d' % (limit['limit'], limit['source'],
                                              limit['component'] or '-', counts % limit,
                                              limit['notApplicable']))
    out.append('judged-omitted %d' % answer['limitsOmitted'])
    for finding in answer['findings']:
        out.append('finding %s %s' % (finding['severity'], finding['rule']))
        out.append('step %d' % finding['step'])
        if finding['location']:
            out.append('location ' + finding['location'])
        if finding['line']:
            out.append('line %d' % finding['line'])
        out += ['value %s %s' % pair for pair in finding['values'].items()]
    return '\n'.join(out) + '\n'


def same_findings_offline(gateway, package):
    """The findings that the receipt binds are, octet for octet, those of the sender's own run."""
    report = gateway.reports('2011-04-06')[0]
    gateway.submit(report)
    with open(os.path.join(gateway.path, 'receipts', os.path.basename(report) + '.v1.findings'),
              encoding='utf-8') as file:
        theirs = file.read()
    mine = findings_text(json.loads(gateway.emgate('rules', 'run', '--json', package, report)[0]))
    assert mine == theirs and 'finding ' in theirs, (mine, theirs)


def an_older_version_comes_out_of_the_archive(gateway):
    kept = files_of(os.path.join(gateway.file('rules'), ID, OLD))
    shutil.rmtree(os.path.join(gateway.file('rules'), ID, OLD))
    gateway.reload()
    into = os.path.join(gateway.path, 'archived')
    fetch(gateway, into, ID, OLD)
    assert files_of(os.path.join(into, ID, OLD)) == kept
    shown = gateway.emgate('audit', 'show', gateway.file('archive.db'))[0]
    entry = next(line.split()[0] for line in shown.splitlines()
                 if ' package ' in line and line.endswith(' ' + OLD))
    digest = re.search(r'^package \S+ \S+ (sha256:\S+)', gateway.emgate(
        'audit', 'show', gateway.file('archive.db'), entry)[0], re.M).group(1)
    by_digest = os.path.join(gateway.path, 'by digest')
    fetch(gateway, by_digest, ID, digest)
    assert files_of(os.path.join(by_digest, ID, OLD)) == kept
    fetch(gateway, by_digest, 'eu.other', digest, status=1)


def two_packages_for_one_report_are_refused_at_reload_by_name():
    with Gateway() as gateway:
        other = changed('other', ('id="%s"' % ID, 'id="eu.other"'))
        gateway.emgate('rules', 'sign', other, '--key', gateway.file('publisher.key'), '--cert',
                       gateway.file('publisher.pem'))
        shutil.copytree(other, os.path.join(gateway.file('rules'), 'eu.other', OLD))
        gateway.reload()
        assert re.search('%s %s and eu.other %s judge the same reports' % (ID, OLD, OLD),
                         gateway.journal()), gateway.journal()[-800:]
        report = gateway.reports('2011-04-06')[0]
        gateway.submit(report)  # the world before stays in force


if __name__ == '__main__':
    main([no_report_is_lost_while_packages_come_and_go,
          a_withdrawn_package_judges_nothing_new_and_its_receipts_stay,
          a_withdrawal_is_not_undone_by_removing_its_file,
          a_sender_judges_itself_with_the_gateway_s_own_package,
          two_packages_for_one_report_are_refused_at_reload_by_name])
