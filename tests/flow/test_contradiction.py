#!/usr/bin/python3
# timeout: 300
"""What proves is kept, and what contradicts it is noticed: receipts by version, logs that were set back."""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../support'))
import gateway as support  # noqa: E402

ENDINGS = ('.receipt', '.findings', '.salts', '.de.txt', '.en.txt', '.p7s')


class Twin(support.Gateway):
    """The same keys over a copy of another gateway's folder: a log that was set back."""

    def __init__(self, other, archive):
        self.path = support.folder()
        self.pki = os.path.join(self.path, 'pki')
        self.emgated, self.env, self.before, self.process = other.emgated, other.env, [], None
        shutil.copytree(other.pki, self.pki)
        for name in os.listdir(self.pki):
            if name.startswith('archive.db'):
                os.remove(self.file(name))
        for name, octets in archive.items():
            with open(self.file(name), 'wb') as out:
                out.write(octets)
        ini = self.read('pki/emgated.ini').replace(other.pki, self.pki)
        with open(self.file('emgated.ini'), 'w') as out:
            out.write(ini)


def copy_of(gateway):
    """The archive of a stopped gateway, with all that lies beside it."""
    copied = {}
    for name in os.listdir(gateway.pki):
        if name.startswith('archive.db'):
            with open(gateway.file(name), 'rb') as octets:
                copied[name] = octets.read()
    return copied


def octets(*parts):
    with open(os.path.join(*parts), 'rb') as file:
        return file.read()


def names(folder):
    return sorted(os.listdir(folder)) if os.path.isdir(folder) else []


def contents(folder):
    return {name: octets(folder, name) for name in names(folder)}


def state():
    return tempfile.mkdtemp(prefix='emgate-state-')


def version(gateway, number, name='reports'):
    into = os.path.join(gateway.path, name)
    shutil.rmtree(into, ignore_errors=True)
    gateway.emgate('report', 'from-csv', '--map', os.path.join(support.DATA, 'gas-turbine.map'), '--to',
                   support.ORIGIN, '--from', '2011-04-06', '--days', '1', '--report-version', number,
                   '-o', into, os.path.join(support.DATA, 'gt_2011.csv'))
    return os.path.join(into, os.listdir(into)[0])


def a_correction_leaves_what_proves_the_first_version():
    with support.Gateway() as gateway:
        kept = os.path.join(gateway.path, 'receipts')
        report = version(gateway, 1)
        base = os.path.basename(report)
        gateway.submit(report)
        assert names(kept) == sorted(base + '.v1' + ending for ending in ENDINGS), names(kept)
        first = contents(kept)
        gateway.submit(version(gateway, 2))
        both = contents(kept)
        assert set(both) == {base + '.v%d%s' % (v, e) for v in (1, 2) for e in ENDINGS}, list(both)
        assert all(both[name] == first[name] for name in first)


def sending_again_changes_nothing_and_adds_nothing():
    with support.Gateway() as gateway:
        report = version(gateway, 1)
        gateway.submit(report)
        first = contents(os.path.join(gateway.path, 'receipts'))
        out, _, _ = gateway.submit(report)
        assert 'accepted' in out and contents(os.path.join(gateway.path, 'receipts')) == first, out


def two_submissions_of_one_file_name_lie_beside_each_other():
    with support.Gateway() as gateway:
        kept = os.path.join(gateway.path, 'receipts')
        one, other = gateway.reports('2011-04-06', days=2)
        same = os.path.join(tempfile.mkdtemp(), os.path.basename(one))
        shutil.copy(other, same)
        gateway.submit(one)
        first = contents(kept)
        out, _, _ = gateway.submit(same)
        assert 'accepted' in out and 'contradiction' not in out, out
        after = contents(kept)
        assert all(after[name] == first[name] for name in first)
        assert set(after) - set(first) == {os.path.basename(one) + '.v1.2' + e for e in ENDINGS}, names(kept)
        gateway.submit(same)
        gateway.submit(one)
        assert contents(kept) == after, 'and neither moves again'
        gateway.emgate('receipt', 'verify', os.path.join(kept, os.path.basename(one) + '.v1.2.receipt'),
                       '--log-key', gateway.file('log.vkey'), '--report', same)


def the_same_identity_with_other_content_is_no_contradiction():
    with support.Gateway() as gateway:
        report = version(gateway, 1)
        gateway.submit(report)
        with open(report, 'a') as changed:
            changed.write('\n')
        out, _, _ = gateway.submit(report, status=1)
        assert 'rejected' in out and 'contradiction' not in out, out
        assert os.path.basename(report) + '.v1.2.receipt' in names(os.path.join(gateway.path, 'receipts'))


def a_damaged_receipt_under_the_name_is_left_and_told():
    with support.Gateway() as gateway:
        report = version(gateway, 1)
        gateway.submit(report)
        path = os.path.join(gateway.path, 'receipts', os.path.basename(report) + '.v1.receipt')
        good = octets(path)
        for bad in (b'', good[:-20], good.replace(b'index ', b'index 1'), os.urandom(70000)):
            with open(path, 'wb') as out:
                out.write(bad)
            out, err, _ = gateway.submit(report, status=2)
            assert 'contradiction' in out and 'can not be compared' in out and path in out, out
            assert octets(path) == bad
            assert octets(path.replace('.v1.', '.v1.2.')) == good, 'the sound one is beside it'


def findings_that_were_changed_are_left_and_told():
    with support.Gateway() as gateway:
        report = version(gateway, 1)
        gateway.submit(report)
        path = os.path.join(gateway.path, 'receipts', os.path.basename(report) + '.v1.findings')
        with open(path, 'w') as out:
            out.write('none')
        _, err, _ = gateway.submit(report, status=2)
        assert '[exists]' in err and path in err, err
        assert octets(path) == b'none'


def forked(days=3):
    """A gateway with some days and its twin, which knows none of them."""
    gateway = support.Gateway()
    gateway.start()
    gateway.stop()
    twin = Twin(gateway, copy_of(gateway))
    gateway.start()
    return gateway, twin, gateway.reports('2011-04-06', days=days)


def a_second_receipt_for_one_submission_is_a_contradiction():
    gateway, twin, reports = forked(1)
    kept = os.path.join(gateway.path, 'receipts')
    gateway.submit(*reports, extra=['--state', state()])
    gateway.stop()
    first = contents(kept)
    with twin:
        out, err, _ = twin.submit(*reports, into=kept, status=2, extra=['--state', state()])
        assert 'Two receipts for one submission' in out and '1 contradictions' in err, (out, err)
    after = contents(kept)
    assert all(after[name] == first[name] for name in first)
    base = os.path.basename(reports[0])
    assert base + '.v1.2.receipt' in after and base + '.v1.receipt' in out, out
    for name in (base + '.v1.receipt', base + '.v1.2.receipt'):
        gateway.emgate('receipt', 'verify', os.path.join(kept, name), '--log-key', gateway.file('log.vkey'))


def a_log_that_was_set_back_is_noticed_by_submit():
    gateway, twin, reports = forked()
    held = state()
    gateway.submit(*reports, extra=['--state', held])
    gateway.stop()
    before = contents(held)
    with twin:
        other = twin.reports('2011-05-01', days=2)
        out, err, _ = twin.submit(other[0], status=2, extra=['--state', held])
        assert 'contradiction' in out and 'smaller tree' in out, (out, err)
        after = contents(held)
        assert all(after[name] == before[name] for name in before), 'what is held stays'
        evidence = [name for name in after if name.endswith('.contradiction.receipt')]
        assert len(evidence) == 2, names(held)
        for name in evidence:
            assert name in out, (name, out)
            twin.emgate('receipt', 'verify', os.path.join(held, name), '--log-key', twin.file('log.vkey'))
        assert names(os.path.join(twin.path, 'receipts')), 'the receipt itself is kept as well'
        _, err, _ = twin.submit(other[1], status=2, extra=['--state', held])
        assert 'contradicted itself before' in err, err
        twin.submit(other[1], extra=['--state', state()])


def a_log_of_the_same_size_with_another_root_is_noticed():
    gateway, twin, reports = forked(1)
    held = state()
    gateway.submit(*reports, extra=['--state', held])
    gateway.stop()
    with twin:
        out, _, _ = twin.submit(*twin.reports('2011-05-01'), status=2, extra=['--state', held])
        assert 'two roots for one size' in out, out


def nothing_more_is_sent_after_a_contradiction():
    gateway, twin, reports = forked()
    held = state()
    gateway.submit(*reports, extra=['--state', held])
    gateway.stop()
    with twin:
        out, err, _ = twin.submit(*twin.reports('2011-05-01', days=4), status=2,
                                  extra=['--state', held, '--window', '1'])
        assert out.count('contradiction  ') == 1 and out.count('not-sent') == 3, out
        assert '3 have no receipt' in err, err


def follow_and_status_notice_it_too():
    gateway, twin, reports = forked()
    held = state()
    gateway.submit(*reports, extra=['--state', state()])
    inbox = os.path.join(gateway.path, 'inbox')
    gateway.emgate('follow', *gateway.connection('authority'), '--to', inbox, '--count', '3', '--state', held)
    gateway.stop()
    with twin:
        other, = twin.reports('2011-05-01')
        twin.submit(other, extra=['--state', state()])
        second = os.path.join(twin.path, 'inbox')
        out, err, _ = twin.emgate('follow', *twin.connection('authority'), '--to', second, '--count', '1',
                                  '--state', held, status=2)
        assert 'contradiction' in err and '0 taken' in out, (out, err)
        assert not [name for name in names(second) if name.endswith('.xml')], names(second)
        receipt, = [name for name in names(os.path.join(twin.path, 'receipts')) if name.endswith('.receipt')]
        out, _, _ = twin.emgate('receipt', 'verify', os.path.join(twin.path, 'receipts', receipt), '--log-key',
                                twin.file('log.vkey'), '--json')
        identity = json.loads(out)['submission']
        _, err, _ = twin.emgate('status', *twin.connection('operator'), '--state', held, identity, status=2)
        assert 'contradiction' in err, err
        _, err, _ = twin.emgate('status', *twin.connection('operator'), '--state', state(), identity)


def an_older_receipt_given_again_is_right():
    with support.Gateway() as gateway:
        held = state()
        reports = gateway.reports('2011-04-06', days=3)
        for report in reports:
            gateway.submit(report, extra=['--state', held])
        newest = contents(held)
        out, _, _ = gateway.submit(reports[0], into='again', extra=['--state', held])
        assert 'accepted' in out and contents(held) == newest, out


def a_state_that_is_damaged_is_a_fault_and_nothing_is_sent():
    with support.Gateway() as gateway:
        held = state()
        reports = gateway.reports('2011-04-06', days=2)
        gateway.submit(reports[0], extra=['--state', held])
        name, = [name for name in names(held) if name.endswith('.receipt')]
        good = octets(held, name)
        for bad in (b'', good[:-1], good[:100], good + b'\n', bytes([good[0] ^ 1]) + good[1:], b'\0' * 70000):
            with open(os.path.join(held, name), 'wb') as out:
                out.write(bad)
            out, err, _ = gateway.submit(reports[1], status=2, extra=['--state', held])
            assert name in err and 'damaged' in err and out == '', (out, err)
            assert octets(held, name) == bad, 'it is left as it is'
            _, err, _ = gateway.emgate('follow', *gateway.connection('authority'), '--to',
                                       os.path.join(gateway.path, 'inbox'), '--count', '1', '--state', held,
                                       status=2)
            assert 'damaged' in err, err
        assert not [n for n in names(os.path.join(gateway.path, 'receipts'))
                    if n.startswith(os.path.basename(reports[1]))]


def without_a_place_for_the_state_nothing_is_sent():
    with support.Gateway() as gateway:
        report, = gateway.reports('2011-04-06')
        env = {key: value for key, value in os.environ.items() if key not in ('HOME', 'XDG_STATE_HOME')}
        words = [support.EMGATE, 'submit', '--card', gateway.file('card'), '--anchors', gateway.file('ca.pem'),
                 '--sign', '%s,%s' % (gateway.file('operator.key'), gateway.file('operator.pem')), '-o',
                 os.path.join(gateway.path, 'receipts'), report]
        _, err, _ = support.run(*words, env=env, status=2)
        assert '--state' in err and '[usage]' in err, err
        support.run(*words, env=dict(env, XDG_STATE_HOME='relative', HOME=gateway.path))
        assert names(os.path.join(gateway.path, '.local/state/emgate'))
        _, err, _ = support.run(*words, '--state', report, status=2)
        assert '[exists]' in err and report in err, err


def several_at_once_keep_one_newest():
    with support.Gateway() as gateway:
        held = state()
        reports = gateway.reports('2011-04-06', days=6)
        running = [subprocess.Popen([support.EMGATE, 'submit', '--card', gateway.file('card'), '--anchors',
                                     gateway.file('ca.pem'), '--sign', '%s,%s' % (
                                         gateway.file('operator.key'), gateway.file('operator.pem')), '-o',
                                     os.path.join(gateway.path, 'receipts'), '--state', held, report],
                                    stdout=subprocess.PIPE) for report in reports]
        for process in running:
            out, _ = process.communicate(timeout=300)
            assert process.returncode == 0 and b'accepted' in out, out
        name, = [name for name in names(held) if name.endswith('.receipt')]
        out, _, _ = gateway.emgate('receipt', 'verify', os.path.join(held, name), '--log-key',
                                   gateway.file('log.vkey'), '--json')
        sizes = []
        for kept in names(os.path.join(gateway.path, 'receipts')):
            if kept.endswith('.receipt'):
                one, _, _ = gateway.emgate('receipt', 'verify', os.path.join(gateway.path, 'receipts', kept),
                                           '--log-key', gateway.file('log.vkey'), '--json')
                sizes.append(json.loads(one)['size'])
        assert len(sizes) == 6 and json.loads(out)['size'] == max(sizes), (out, sizes)


def a_run_that_was_interrupted_sends_the_same_signature_again():
    with support.Gateway() as gateway:
        report = version(gateway, 1)
        kept = os.path.join(gateway.path, 'receipts')
        os.kill(gateway.process.pid, signal.SIGSTOP)
        process = subprocess.Popen([support.EMGATE, 'submit', '--card', gateway.file('card'), '--anchors',
                                    gateway.file('ca.pem'), '--sign', '%s,%s' % (
                                        gateway.file('operator.key'), gateway.file('operator.pem')), '-o', kept,
                                    '--timeout', '60', report], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        os.kill(gateway.process.pid, signal.SIGCONT)
        gateway.wait_for(lambda: [name for name in names(kept) if name.endswith('.p7s')], 'a signature')
        process.send_signal(signal.SIGKILL)
        process.communicate()
        before = contents(kept)
        gateway.submit(report)
        after = contents(kept)
        base = os.path.basename(report)
        assert {name for name in after if not name.endswith('.tmp')} == {
            base + '.v1' + ending for ending in ENDINGS}, list(after)
        sent = [octets for name, octets in before.items() if name.endswith('.p7s')]
        assert len(sent) == 1 and sent[0] == after[base + '.v1.p7s'], list(before)


def status_does_not_overwrite_another_file():
    with support.Gateway() as gateway:
        report = version(gateway, 1)
        gateway.submit(report)
        kept = os.path.join(gateway.path, 'receipts', os.path.basename(report) + '.v1.receipt')
        out, _, _ = gateway.emgate('receipt', 'verify', kept, '--log-key', gateway.file('log.vkey'), '--json')
        identity = json.loads(out)['submission']
        target = os.path.join(gateway.path, 'one.receipt')
        words = ['status', *gateway.connection('operator'), '-o', target, identity]
        gateway.emgate(*words)
        gateway.emgate(*words)
        assert octets(target) == octets(kept)
        with open(target, 'w') as out:
            out.write('mine')
        _, err, _ = gateway.emgate(*words, status=2)
        assert '[exists]' in err and octets(target) == b'mine', err


support.main([
    a_correction_leaves_what_proves_the_first_version,
    sending_again_changes_nothing_and_adds_nothing,
    two_submissions_of_one_file_name_lie_beside_each_other,
    the_same_identity_with_other_content_is_no_contradiction,
    a_damaged_receipt_under_the_name_is_left_and_told,
    findings_that_were_changed_are_left_and_told,
    a_second_receipt_for_one_submission_is_a_contradiction,
    a_log_that_was_set_back_is_noticed_by_submit,
    a_log_of_the_same_size_with_another_root_is_noticed,
    nothing_more_is_sent_after_a_contradiction,
    follow_and_status_notice_it_too,
    an_older_receipt_given_again_is_right,
    a_state_that_is_damaged_is_a_fault_and_nothing_is_sent,
    without_a_place_for_the_state_nothing_is_sent,
    several_at_once_keep_one_newest,
    a_run_that_was_interrupted_sends_the_same_signature_again,
    status_does_not_overwrite_another_file,
])
