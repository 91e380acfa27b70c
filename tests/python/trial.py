"""A trial gateway for tests: folder, package, gateway process, reports. Uses the programs under test."""
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

EMGATE = os.path.abspath(os.environ.get('EMGATE', 'build/plain/emgate'))
EMGATED = os.path.abspath(os.environ.get('EMGATED', 'build/plain/emgated'))
PACKAGE = 'rules/eu.ied.annex-v.gas-turbine'
DATA = pathlib.Path('tests/data/gas-turbine')


def run(*words, status=0, **more):
    done = subprocess.run([str(word) for word in words], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False, **more)
    text = done.stdout.decode(errors='replace')
    if status is not None and done.returncode != status:
        raise AssertionError('%s: status %d, wanted %d\n%s' % (' '.join(map(str, words)),
                                                             done.returncode, status, text))
    return text


def free_ports(count):
    """Ports that nobody listens on now."""
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(('127.0.0.1', 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


class Trial:
    def __init__(self, days=3, first='2011-04-06', package=True):
        self.top = pathlib.Path(tempfile.mkdtemp(prefix='emx-'))
        self.folder = self.top / 'trial'
        door, hall = free_ports(2)
        run(EMGATE, 'pki', 'init', self.folder, '--plant', 'gas-turbine', '--endpoint-door',
            'tcp://127.0.0.1:%d' % door, '--endpoint-hall', 'tcp://127.0.0.1:%d' % hall)
        if package:
            self.install()
        run(EMGATE, 'report', 'from-csv', '--map', DATA / 'gas-turbine.map', '--to',
            'demo.emgate.example', '-o', self.top / 'reports', '--from', first, '--days', days,
            DATA / 'gt_2011.csv')
        self.reports = sorted((self.top / 'reports').glob('*.xml'))
        self.process = None
        self.journal = self.top / 'journal'

    def install(self):
        shutil.copytree(PACKAGE, self.top / 'package', dirs_exist_ok=True)
        run(EMGATE, 'rules', 'sign', self.top / 'package', '--key', self.folder / 'publisher.key',
            '--cert', self.folder / 'publisher.pem')
        run(EMGATE, 'rules', 'install', self.top / 'package', '--into', self.folder / 'rules',
            '--directory', self.folder / 'directory.xml', '--anchors', self.folder / 'ca.pem')

    def start(self):
        with open(self.journal, 'ab') as journal:
            self.process = subprocess.Popen([EMGATED, '--config', self.folder / 'emgated.ini'],
                                            stdout=subprocess.PIPE, stderr=journal)
        line = self.process.stdout.readline().decode()
        assert line.startswith('ready'), 'gateway did not start: %s' % self.told()
        return self

    def stop(self, how=signal.SIGTERM):
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(timeout=30)
            self.process.stdout.close()
            self.process = None

    def reload(self):
        self.process.send_signal(signal.SIGHUP)

    def told(self):
        return self.journal.read_text(errors='replace') if self.journal.exists() else ''

    def wait_told(self, words, seconds=5):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if words in self.told():
                return True
            time.sleep(0.05)
        return False

    def who(self, name):
        """Arguments for emx_client.Client."""
        return (str(self.folder / 'card'), str(self.folder / 'ca.pem'),
                str(self.folder / (name + '.key')), str(self.folder / (name + '.pem')))

    def as_options(self, name):
        card, anchors, key, cert = self.who(name)
        return ['--card', card, '--anchors', anchors, '--key', key, '--cert', cert]

    def resident_kb(self):
        with open('/proc/%d/status' % self.process.pid, encoding='ascii') as source:
            return next(int(line.split()[1]) for line in source if line.startswith('VmRSS'))

    def cpu_seconds(self):
        with open('/proc/%d/stat' % self.process.pid, encoding='ascii') as source:
            fields = source.read().rpartition(')')[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')

    def end(self):
        self.stop()
        shutil.rmtree(self.top, ignore_errors=True)
