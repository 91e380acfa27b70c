"""What the fault scenarios share: a gateway on fixed ports, many small reports, a look at the archive.

The archive is read here with python's own sqlite3 and nothing of the project.
"""
import contextlib
import datetime
import os
import random
import socket
import sqlite3
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../python'))
import emx_client  # noqa: E402
import gateway as support  # noqa: E402

BENCH = os.path.join(support.ROOT, 'tests/data/packages/bench.half-hourly')
HOOKS = os.environ.get('EMGATED_HOOKS', os.path.join(support.ROOT, 'build/plain/hooks/emgated'))
SANITIZED = 'build/plain' not in support.EMGATED
COMPONENTS = (('dust', '', 400, 6000), ('TOC', '', 300, 5000), ('HCl', '7647-01-0', 1500, 8000),
              ('HF', '7664-39-3', 50, 800), ('SO2', '7446-09-5', 2000, 40000),
              ('NOx', '10102-44-0', 60000, 90000), ('CO', '630-08-0', 4000, 30000),
              ('NH3', '7664-41-7', 200, 8000))
SUBMISSION = 0  # kind of entry
SLOT = 4096     # octets of one head in a head note


def dice(name):
    """A seeded source of chance; the seed is printed and can be given again as EMGATE_SEED."""
    seed = int(os.environ.get('EMGATE_SEED', '0')) or random.SystemRandom().randrange(1, 1 << 32)
    print('%s: EMGATE_SEED=%d' % (name, seed), flush=True)
    return random.Random(seed)


def free_port():
    """A port below the range that the system hands out by itself, so that nobody takes it between
    the death of a gateway and its next start."""
    while True:
        port = random.SystemRandom().randrange(12000, 30000)
        with socket.socket() as probe:
            try:
                probe.bind(('127.0.0.1', port))
                return port
            except OSError:
                continue


def short_report(chance, name, version=1, plant='gas-turbine'):
    """A report of one half-hour and eight components; each different."""
    day = datetime.date(2011, 1, 1) + datetime.timedelta(days=chance.randrange(3000))
    label = '%sT00:30:00' % day
    lines = ['<?xml version="1.0" encoding="UTF-8"?>',
             '<report xmlns="urn:emgate:report:1" id="%s" version="%d" addressee="%s" plant="%s"'
             % (name, version, support.ORIGIN, plant),
             '    kind="continuous" from="%s" until="%s" step="PT30M" zone="+01:00">' % (day, day),
             '  <remark lang="en">Generated values, not measured.</remark>',
             '  <source id="stack-1">',
             '    <companion name="oxygen" unit="vol-%">',
             '      <v t="%s" x="%.3f" s="valid"/>' % (label, 9.5 + chance.randrange(3000) / 1000),
             '    </companion>', '    <operation>', '      <v t="%s" w="on"/>' % label,
             '    </operation>']
    for component, cas, low, spread in COMPONENTS:
        lines.append('    <series component="%s"%s unit="mg/m3" quantity="SSTA" '
                     'reference-oxygen="11">' % (component, cas and ' cas="%s"' % cas))
        lines.append('      <v t="%s" x="%.3f" s="valid"/>'
                     % (label, (low + chance.randrange(spread)) / 1000))
        lines.append('    </series>')
    return '\n'.join(lines + ['  </source>', '</report>', ''])


class FixedGateway(support.Gateway):
    """A gateway that comes back under the same addresses."""

    def __init__(self, packages=(BENCH,), settings=(), **others):
        self.door, self.hall = free_port(), free_port()
        super().__init__(packages=packages, settings=[
            ('door', 'bind', 'tcp://127.0.0.1:%d' % self.door),
            ('hall', 'bind', 'tcp://127.0.0.1:%d' % self.hall), *settings], **others)

    def write_reports(self, chance, prefix, count):
        """Short reports as files; returns their paths."""
        into = os.path.join(self.path, 'reports')
        os.makedirs(into, exist_ok=True)
        paths = []
        for number in range(count):
            name = '%s-%05d' % (prefix, number)
            paths.append(os.path.join(into, name + '.xml'))
            with open(paths[-1], 'w') as out:
                out.write(short_report(chance, name))
        return paths

    def whom(self, who):
        return ['--card', self.file('card'), '--anchors', self.file('ca.pem'), '--key',
                self.file(who + '.key'), '--cert', self.file(who + '.pem')]

    def tool(self, *words, log='tool.log'):
        """A verb in the background, its output in a file of the gateway's folder."""
        with open(os.path.join(self.path, log), 'a') as out:
            return subprocess.Popen([support.EMGATE, *[str(word) for word in words]], stdout=out,
                                    stderr=out)

    def client(self, who='operator', timeout=20.0):
        out = emx_client.Client(self.file('card'), self.file('ca.pem'), self.file(who + '.key'),
                                self.file(who + '.pem'), timeout)
        out.enter()
        return out

    def sign(self, report, who='operator'):
        return emx_client.sign(report, 'report', self.file(who + '.key'), self.file(who + '.pem'))

    def children(self):
        """Process ids of the gateway's children: the door."""
        found = []
        for task in os.listdir('/proc/%d/task' % self.process.pid):
            with open('/proc/%d/task/%s/children' % (self.process.pid, task)) as listed:
                found += [int(word) for word in listed.read().split()]
        return found

    def ask(self, sql, *values):
        """Rows of the archive, read by python's sqlite3."""
        with sqlite3.connect('file:%s?mode=ro' % self.file('archive.db').replace(' ', '%20'),
                             uri=True) as archive:
            return archive.execute(sql, values).fetchall()

    def change(self, sql):
        """Change the archive of a stopped gateway; all of it is in the one file afterwards."""
        with contextlib.closing(sqlite3.connect(self.file('archive.db'))) as archive:
            archive.executescript(sql)

    def entries(self):
        """{index: (entry text, receipt)} of the submissions on record."""
        return {index: (entry, receipt) for index, entry, receipt in self.ask(
            'SELECT idx, entry, receipt FROM entries WHERE kind = ?', SUBMISSION)}

    def items(self, recipient='authority'):
        """Cursors of a stream in order, as the archive has them."""
        return ['%d.%d' % row for row in self.ask(
            'SELECT idx, number FROM streams WHERE recipient = ? ORDER BY idx, number', recipient)]

    def head(self, name='archive.db.head'):
        """Size of the newest head of the head note that its log key signed; None: no slot is good.

        Read as gateway/proof/head_note.h says it, by nothing of the project.
        """
        with open(self.file(name), 'rb') as note:
            octets = note.read()
        assert len(octets) == 2 * SLOT, 'a head note of %d octets' % len(octets)
        sizes = []
        for slot in (octets[:SLOT], octets[SLOT:]):
            try:
                sizes.append(emx_client.Receipt._checkpoint(slot.rstrip(b' \n') + b'\n',
                                                            self.log_key())[0])
            except (ValueError, emx_client.Untrue):
                continue
        return max(sizes, default=None)

    def log_key(self):
        with open(self.file('log.vkey')) as key:
            return emx_client.LogKey(key.read().strip())


def gone(pids, patience=5.0):
    """True once none of these processes runs (a zombie has ended)."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        left = []
        for pid in pids:
            try:
                with open('/proc/%d/stat' % pid) as stat:
                    if stat.read().rpartition(')')[2].split()[0] not in 'ZX':
                        left.append(pid)
            except (FileNotFoundError, ProcessLookupError):
                pass
        if not left:
            return True
        time.sleep(0.01)
    return False


def cursor_of(name):
    """Cursor of a followed file, for sorting: '0012.1-title.xml' -> '12.1'."""
    index, _, rest = name.partition('.')
    number = ''
    for letter in rest:
        if not letter.isdigit():
            break
        number += letter
    return '%d.%d' % (int(index), int(number))
