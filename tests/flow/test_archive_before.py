#!/usr/bin/python3
"""An archive made by an earlier program (tests/data/archive-before): today's program proves it,
gives its receipts again octet for octet, and continues it."""
import os
import re
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../support'))
import gateway as support  # noqa: E402

BEFORE = os.path.join(support.ROOT, 'tests/data/archive-before')
HOOKS = {name: os.environ.get(name + '_HOOKS', os.path.join(
    support.ROOT, 'build/plain/hooks', name.lower())) for name in ('EMGATE', 'EMGATED')}
CLOCK = '2026-01-07T08:00:00.000Z'  # a day after its last entry
ENTRIES = 18
CONTINUED = ENTRIES + 1  # a gateway of the present form begins with an entry that says so
SUBMISSIONS = 10
REJECTED = ('identity-taken', 'rejected-by-rules', 'unreadable')
OF_DEVICE = 'gas-turbine-2011-04-08'
KEPT = ('receipt', 'findings', 'salts', 'de.txt', 'en.txt')


class Before(support.Gateway):
    """A copy of the archive with all that belongs to it; by programs whose clock is fixed."""

    def __init__(self, fixed=True):
        self.path = support.folder('before')
        self.pki = os.path.join(self.path, 'pki')
        self.emgated = HOOKS['EMGATED'] if fixed else support.EMGATED
        self.tool = HOOKS['EMGATE'] if fixed else support.EMGATE
        self.env = dict(os.environ, **({'EMGATE_TEST_CLOCK': CLOCK} if fixed else {}))
        # Two copies that both went on contradict each other: each has clients of its own.
        self.env['XDG_STATE_HOME'] = os.path.join(self.path, 'state')
        self.before, self.process = [], None
        shutil.copytree(BEFORE, self.path)
        for name in os.listdir(self.pki):
            if name.endswith(('.key', '.curve')):
                os.chmod(self.file(name), 0o600)

    def emgate(self, *words, status=0):
        return support.run(self.tool, *words, status=status, env=self.env)

    def report(self, name):
        return os.path.join(self.path, 'reports', name + '.xml')

    def again(self, name, into):
        self.submit(self.report(name), who='device' if name == OF_DEVICE else 'operator',
                    status=1 if name in REJECTED else 0, into=into)

    def kept(self, into, name):
        """What the program of before left in `receipts`, and what today's leaves, by version."""
        version = '' if into == 'receipts' else '.v0' if name == 'unreadable' else '.v1'
        out = {}
        for suffix in KEPT:
            with open(os.path.join(self.path, into, '%s.xml%s.%s' % (
                    name, version, suffix)), 'rb') as octets:
                out[suffix] = octets.read()
        return out

    def size(self):
        return len(self.emgate('audit', 'show', self.file('archive.db'))[0].splitlines())


def names():
    return sorted(name[:-4] for name in os.listdir(os.path.join(BEFORE, 'reports')))


def proved(gateway, entries, submissions):
    out, _, _ = gateway.audit()
    for line in (r'%d entries' % entries, r'proved and rerun +%d$' % submissions,
                 r'proved by digest +0$', r'failed +0$', r'ok: every condition holds'):
        assert re.search(line, out, re.M), (line, out)


def every_entry_is_proved():
    gateway = Before()
    proved(gateway, ENTRIES, SUBMISSIONS)
    shown = gateway.emgate('audit', 'show', gateway.file('archive.db'))[0]
    for kind, count in (('key', 1), ('directory', 2), ('package', 5), ('submission', SUBMISSIONS)):
        assert len(re.findall(r'Z  %s  ' % kind, shown)) == count, (kind, shown)
    assert 'withdrawn (statement 1)' in shown and 'active (statement 1)' in shown, shown


def every_receipt_is_proved_offline_for_its_own_report_alone():
    gateway = Before()
    for name in names():
        receipt = os.path.join(gateway.path, 'receipts', name + '.xml.receipt')
        words = ['receipt', 'verify', receipt, '--log-key', gateway.file('log.vkey')]
        gateway.emgate(*words, '--report', gateway.report(name), '--findings',
                       receipt.replace('.receipt', '.findings'))
        other = 'unreadable' if name != 'unreadable' else OF_DEVICE
        gateway.emgate(*words, '--report', gateway.report(other), status=1)
    newest = gateway.read('receipts/%s.xml.receipt' % OF_DEVICE)
    assert newest.endswith('\n\n' + gateway.read('checkpoint'))


def receipts_are_given_again_octet_for_octet_and_no_report_is_recorded():
    with Before() as gateway:
        for name in names():
            gateway.again(name, 'again')
            assert gateway.kept('again', name) == gateway.kept('receipts', name), name
        assert gateway.size() == CONTINUED
        gateway.stop()
        proved(gateway, CONTINUED, SUBMISSIONS)


def continue_it(gateway):
    """Two reports more, one that leans on facts of before; then all receipts of before again."""
    with open(gateway.report('day-2010-07-01')) as text:
        day = text.read().replace('2010-07-01', '2010-07-02')
    with open(gateway.report('day-2010-07-02'), 'w') as out:
        out.write(day)
    gateway.submit(gateway.report('day-2010-07-02'))
    gateway.submit(gateway.reports('2011-04-09', name='more')[0])
    assert gateway.size() == CONTINUED + 2
    shown = gateway.emgate('audit', 'show', gateway.file('archive.db'), str(CONTINUED))[0]
    assert 'package eu.emgate.test.day-counter 1.1.0 ' in shown, shown
    for name in names():
        gateway.again(name, 'later')
        assert gateway.kept('later', name) == gateway.kept('receipts', name), name


def it_is_continued_and_the_whole_is_proved():
    with Before() as gateway:
        continue_it(gateway)
        gateway.emgate('follow', *gateway.connection('authority'), '--to',
                       os.path.join(gateway.path, 'inbox'), '--count', 4)
        items = {int(name.partition('-')[0]) for name in os.listdir(
            os.path.join(gateway.path, 'inbox')) if name.endswith('.xml')}
        assert items == {4, 5, 6, 7, 8, 16, 17, 19, 20}, items
        gateway.stop()
        proved(gateway, CONTINUED + 2, SUBMISSIONS + 2)
        gateway.start()  # and once more from what it left
        gateway.again(OF_DEVICE, 'once more')
        assert gateway.kept('once more', OF_DEVICE) == gateway.kept('receipts', OF_DEVICE)


def it_is_continued_by_the_installed_programs_and_the_clock_of_today():
    with Before(fixed=False) as gateway:
        continue_it(gateway)
        gateway.stop()
        proved(gateway, CONTINUED + 2, SUBMISSIONS + 2)


def what_was_revoked_or_withdrawn_then_is_so_now():
    with Before() as gateway:
        late = gateway.reports('2011-04-10', name='late')[0]
        _, err, _ = gateway.submit(late, who='revoked', status=2, extra=['--timeout', '5'])
        assert 'revoked' in err, err
        os.remove(os.path.join(gateway.file('rules'), 'eu.emgate.test.day-counter/state/1.0.0'))
        assert 'reload-refused' in gateway.reload(), gateway.journal()
        assert gateway.size() == CONTINUED


def another_key_or_authority_proves_nothing_of_it():
    gateway = Before()
    other = support.Gateway(packages=())
    words = ['audit', 'verify', gateway.file('archive.db')]
    out, _, _ = gateway.emgate(*words, '--log-key', other.file('log.vkey'), '--anchors',
                               gateway.file('ca.pem'), status=None)
    assert 'ok: every condition' not in out, out
    out, _, _ = gateway.emgate(*words, '--log-key', gateway.file('log.vkey'), '--anchors',
                               other.file('ca.pem'), status=1)
    assert 'ok: every condition' not in out, out


support.main([
    every_entry_is_proved,
    every_receipt_is_proved_offline_for_its_own_report_alone,
    receipts_are_given_again_octet_for_octet_and_no_report_is_recorded,
    it_is_continued_and_the_whole_is_proved,
    it_is_continued_by_the_installed_programs_and_the_clock_of_today,
    what_was_revoked_or_withdrawn_then_is_so_now,
    another_key_or_authority_proves_nothing_of_it,
])
