"""A real gateway on loopback for scenarios: a trial folder, packages, emgated, and the tool's verbs.

    with Gateway(folder) as gateway:      # pki init, rules signed and installed, emgated started
        gateway.emgate('submit', ...)

Everything lies below `folder`; ports are free ones that the card names.
"""
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
EMGATE = os.environ.get('EMGATE', os.path.join(ROOT, 'build/plain/emgate'))
EMGATED = os.environ.get('EMGATED', os.path.join(ROOT, 'build/plain/emgated'))
ORIGIN = 'test.emgate.example'
TURBINE = os.path.join(ROOT, 'rules/eu.ied.annex-v.gas-turbine')
DATA = os.path.join(ROOT, 'tests/data/gas-turbine')
PATIENCE = 60
FULL = bool(os.environ.get('EMGATE_FULL'))  # all rounds, as the runner says in `make full`

# Newest checkpoints seen: of each test program its own, and none of the user's.
os.environ['XDG_STATE_HOME'] = tempfile.mkdtemp(prefix='emgate-state-')


def run(*words, status=0, env=None):
    """Run a program; its exit status must be `status` (None: any). Returns (stdout, stderr, status)."""
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True,
                          timeout=600, env=env)
    if status is not None and done.returncode != status:
        raise AssertionError('%s\nexit status %d, not %d\n%s%s' % (
            ' '.join(str(word) for word in words), done.returncode, status, done.stdout,
            done.stderr))
    return done.stdout, done.stderr, done.returncode


def sanitized(program=EMGATED):
    """Built with AddressSanitizer: memory and time are not what they would be, and no RLIMIT_AS."""
    with open(program, 'rb') as octets:
        return b'__asan_init' in octets.read()


def rounds(whole, part, what):
    """How many rounds are done: the whole number in `make full`, else a part; either is told."""
    count = whole if FULL else part
    print('      rounds: %d of %d %s' % (count, whole, what), flush=True)
    return count


def folder(name='gateway'):
    return os.path.join(tempfile.mkdtemp(), name)


class Gateway:
    arguments = []  # after the settings, e.g. ['--new-log']

    def __init__(self, path=None, packages=(TURBINE,), settings=None, emgated=EMGATED, env=None,
                 plant='gas-turbine', before=()):
        self.path = path or folder()
        self.pki = os.path.join(self.path, 'pki')
        self.emgated = emgated
        self.env = dict(os.environ, **(env or {}))
        self.before = list(before)  # e.g. ['prlimit', '--fsize=1000000']
        self.process = None
        os.makedirs(self.path, exist_ok=True)
        self.emgate('pki', 'init', self.pki, '--origin', ORIGIN, '--plant', plant,
                    '--endpoint-door', 'tcp://127.0.0.1:*', '--endpoint-hall', 'tcp://127.0.0.1:*')
        for package in packages:
            self.install(package)
        for section, key, value in settings or ():
            self.set(section, key, value)

    def emgate(self, *words, status=0):
        return run(EMGATE, *words, status=status)

    def file(self, name):
        return os.path.join(self.pki, name)

    def install(self, package):
        """Sign a copy of a package as the publisher and put it where the gateway reads it."""
        copy = os.path.join(tempfile.mkdtemp(), os.path.basename(package))
        shutil.copytree(package, copy)
        self.emgate('rules', 'sign', copy, '--key', self.file('publisher.key'), '--cert',
                    self.file('publisher.pem'))
        self.emgate('rules', 'install', copy, '--into', self.file('rules'), '--directory',
                    self.file('directory.xml'), '--anchors', self.file('ca.pem'))

    def set(self, section, key, value):
        """Change one setting of emgated.ini."""
        path = self.file('emgated.ini')
        lines, inside = [], False
        with open(path) as ini:
            for line in ini:
                inside = line.strip() == '[%s]' % section if line.startswith('[') else inside
                if not (inside and line.split('=')[0].strip() == key):
                    lines.append(line)
        with open(path, 'w') as ini:
            ini.write(''.join(lines) + '\n[%s]\n%s = %s\n' % (section, key, value))

    def launch(self):
        """Start the process without waiting until it is ready."""
        self.journal_path = os.path.join(self.path, 'journal')
        out = open(os.path.join(self.path, 'out'), 'w')
        journal = open(self.journal_path, 'a')
        self.process = subprocess.Popen(
            self.before + [self.emgated, '--config', self.file('emgated.ini')] + self.arguments,
            stdout=out, stderr=journal, env=self.env)
        out.close()
        journal.close()
        return self

    def start(self):
        self.launch()
        self.wait_for(lambda: 'ready origin=' in self.read('out') or self.ended(), 'ready')
        if self.ended():
            raise AssertionError('emgated did not start:\n' + self.journal())
        return self

    def read(self, name):
        with open(os.path.join(self.path, name)) as text:
            return text.read()

    def journal(self):
        return self.read('journal')

    def ended(self):
        return self.process.poll() is not None

    def wait_for(self, condition, what, patience=PATIENCE):
        end = time.monotonic() + patience
        while not condition():
            if time.monotonic() > end:
                raise AssertionError('waited in vain for %s\n%s' % (what, self.journal()[-3000:]))
            time.sleep(0.02)

    def stop(self):
        """Clean stop; exit status must be 0."""
        if self.process is not None and not self.ended():
            self.process.send_signal(signal.SIGTERM)
            status = self.process.wait(PATIENCE)
            assert status == 0, 'emgated ended with %d\n%s' % (status, self.journal()[-3000:])
        self.process = None

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(PATIENCE)
        self.process = None

    def reload(self):
        """SIGHUP; returns the journal's line about it."""
        def lines():
            return [line for line in self.journal().splitlines()
                    if line.split(' ')[2:3] in (['reloaded'], ['reload-refused'])]
        before = len(lines())
        self.process.send_signal(signal.SIGHUP)
        self.wait_for(lambda: len(lines()) > before, 'a reload')
        return lines()[-1]

    def reports(self, first, last=None, days=None, name='reports'):
        """Daily reports of the turbine for some days of 2011; returns their paths in order."""
        into = os.path.join(self.path, name)
        words = ['--until', last] if last else ['--days', days or 1]
        self.emgate('report', 'from-csv', '--map', os.path.join(DATA, 'gas-turbine.map'), '--to',
                    ORIGIN, '--from', first, *words, '-o', into, os.path.join(DATA, 'gt_2011.csv'))
        return [os.path.join(into, entry) for entry in sorted(os.listdir(into))]

    def submit(self, *reports, who='operator', status=0, into='receipts', extra=()):
        return self.emgate('submit', '--card', self.file('card'), '--anchors', self.file('ca.pem'),
                           '--sign', '%s,%s' % (self.file(who + '.key'), self.file(who + '.pem')),
                           '-o', os.path.join(self.path, into), *extra, *reports, status=status)

    def who(self, name):
        """Card, anchors, key and certificate of a participant, as emx_client.Client takes them."""
        return [self.file(part) for part in ('card', 'ca.pem', name + '.key', name + '.pem')]

    def connection(self, name):
        """The same as options of the tool's verbs."""
        card, anchors, key, cert = self.who(name)
        return ['--card', card, '--anchors', anchors, '--key', key, '--cert', cert]

    def audit(self, status=0):
        return self.emgate('audit', 'verify', self.file('archive.db'), '--log-key',
                           self.file('log.vkey'), '--anchors', self.file('ca.pem'), status=status)

    def memory_kib(self, pid=None):
        with open('/proc/%d/status' % (pid or self.process.pid)) as status:
            return int(re.search(r'VmRSS:\s+(\d+)', status.read()).group(1))

    def cpu_s(self, pid=None):
        with open('/proc/%d/stat' % (pid or self.process.pid)) as stat:
            fields = stat.read().rpartition(')')[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        if self.process is not None and not self.ended():
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        return False


def main(cases, in_full=()):
    """Run test functions, print a line each and the sum, exit. Those `in_full` run in `make full`."""
    failed = 0
    if in_full:
        rounds(len(cases) + len(in_full), len(cases), 'cases')
        cases = [*cases, *(in_full if FULL else ())]
    for case in cases:
        try:
            case()
            print('ok    %s' % case.__name__.replace('_', ' '), flush=True)
        except Exception as reason:  # a scenario may fail in any way; the next one runs all the same
            failed += 1
            print('FAIL  %s\n%s: %s' % (case.__name__.replace('_', ' '), type(reason).__name__,
                                        reason), flush=True)
            print(''.join(traceback.format_tb(reason.__traceback__)[1:]), flush=True)
    print('%d passed, %d failed' % (len(cases) - failed, failed))
    sys.exit(1 if failed else 0)
