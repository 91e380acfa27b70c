#!/usr/bin/python3
# timeout: 600
"""Whoever reads the journal, or does not, holds up nobody; what is missing in it is said and adds up.
"""
import fcntl
import os
import re
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../support'))
import faults  # noqa: E402
import gateway as support  # noqa: E402

REPORTS = 1100  # their lines are more than the journal's buffer of 256 KiB holds
EACH_SECOND = 90
LEFT_OUT = re.compile(r' left-out=\d+ *$')  # by itself: the journal's own line about an event
OWN = (' journal-lost ', ' journal-strangers ', ' journal-closed ', ' repeated=')
FIELDS = ('logged', 'written', 'lost', 'folded', 'left-out')


class PipedGateway(faults.FixedGateway):
    """A gateway whose standard error is a pipe; it is full from the start, and read when told."""

    def __init__(self, level='debug', full=True):
        super().__init__()
        self.set('gateway', 'journal', level)
        self.read_end, self.write_end = os.pipe()
        self.octets, self.reader, self.filler = bytearray(), None, 0
        if full:
            flags = fcntl.fcntl(self.write_end, fcntl.F_GETFL)
            fcntl.fcntl(self.write_end, fcntl.F_SETFL, flags | os.O_NONBLOCK)
            for size in (4096, 1):
                try:
                    while True:
                        self.filler += os.write(self.write_end, b'x' * size)
                except BlockingIOError:
                    pass
            fcntl.fcntl(self.write_end, fcntl.F_SETFL, flags)

    def launch(self):
        with open(os.path.join(self.path, 'out'), 'w') as out:
            self.process = subprocess.Popen(
                [self.emgated, '--config', self.file('emgated.ini')], stdout=out,
                stderr=self.write_end, env=self.env)
        os.close(self.write_end)
        return self

    def begin_reading(self):
        def read():
            while True:
                octets = os.read(self.read_end, 65536)
                if not octets:
                    return
                self.octets += octets
        self.reader = threading.Thread(target=read, daemon=True)
        self.reader.start()

    def journal(self):
        return bytes(self.octets[self.filler:]).decode()

    def whole_journal(self):
        """All of it, once the gateway has ended."""
        self.reader.join(support.PATIENCE)
        assert not self.reader.is_alive(), 'somebody holds the journal open'
        assert self.octets[:self.filler] == b'x' * self.filler
        return self.journal().splitlines()


def submit_all(gateway, count):
    """Each gets its receipt."""
    chance = faults.dice('j')
    client = gateway.client()
    try:
        for number in range(count):
            report = faults.short_report(chance, 'j-%d' % number).encode()
            assert client.submit(report).accepted
    finally:
        client.close()


def overflow(gateway):
    """Reports with the longest names, of which the journal tells."""
    chance = faults.dice('long')
    for number in range(0, REPORTS, EACH_SECOND):
        began = time.monotonic()
        paths = gateway.write_reports(chance, 'long-%05d-%s' % (number, 'x' * 104),
                                      min(EACH_SECOND, REPORTS - number))
        gateway.submit(*paths)
        time.sleep(max(0.0, began + 1.0 - time.monotonic()))


def sums(lines):
    found = [line for line in lines if ' journal-closed ' in line]
    assert len(found) == 1, found
    return {name: int(re.search(r' %s=(\d+)' % name, found[0]).group(1)) for name in FIELDS}


def nobody_reads_and_reports_get_receipts_and_the_gateway_stops():
    with PipedGateway() as gateway:
        submit_all(gateway, 5)
        gateway.stop()
        assert len(gateway.entries()) == 5


def nobody_reads_until_the_buffer_is_full_and_the_gateway_still_stops():
    with PipedGateway() as gateway:
        overflow(gateway)
        assert len(gateway.entries()) == REPORTS
        submit_all(gateway, 2)
        gateway.stop()


def what_was_lost_is_said_once_somebody_reads_and_all_adds_up():
    with PipedGateway() as gateway:
        overflow(gateway)
        gateway.begin_reading()
        gateway.wait_for(lambda: ' journal-lost ' in gateway.journal(), 'the lines lost')
        submit_all(gateway, 3)
        gateway.stop()
        lines = gateway.whole_journal()
    said = [int(number) for number in
            re.findall(r' journal-lost lines=(\d+) text="\1 lines lost: ', '\n'.join(lines))]
    total = sums(lines)
    assert said and sum(said) == total['lost'], (said, total)
    events = [line for line in lines if not any(word in line for word in OWN) and not LEFT_OUT.search(line)]
    assert len(events) == total['written'], (len(events), total)
    assert total['written'] + total['lost'] + total['folded'] + total['left-out'] == \
        total['logged'], total
    assert all(re.match(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (error|warn|info|debug) \S+', line)
               for line in lines), 'each line is whole'
    assert lines[-1] == next(line for line in lines if ' journal-closed ' in line)


def a_reader_that_goes_away_ends_nothing():
    with PipedGateway(full=False) as gateway:
        submit_all(gateway, 1)
        os.close(gateway.read_end)
        client = gateway.client('authority')
        assert client.ping()
        client.close()
        gateway.stop()


def a_start_that_fails_ends_though_nobody_reads_why():
    gateway = PipedGateway()
    os.remove(gateway.file('ca.pem'))
    gateway.launch()
    assert gateway.process.wait(support.PATIENCE) == 2


def a_start_that_fails_says_why():
    gateway = PipedGateway(full=False)
    gateway.begin_reading()
    os.remove(gateway.file('ca.pem'))
    gateway.launch()
    assert gateway.process.wait(support.PATIENCE) == 2
    assert any('emgated: ' in line and 'ca.pem' in line for line in gateway.whole_journal())


def the_same_event_again_and_again_is_counted():
    with faults.FixedGateway() as gateway:
        client = gateway.client()
        report = faults.short_report(faults.dice('again'), 'again').encode()
        for _ in range(20):
            try:
                client.ask_once(b'SUBMIT', b'no signature', report)
                raise AssertionError('it was taken')
            except faults.emx_client.Refused:
                pass
        client.close()
        gateway.stop()
        lines = [line for line in gateway.journal().splitlines() if ' unauthenticated ' in line]
        told = [int(number) for line in lines for number in re.findall(r' repeated=(\d+) ', line)]
        assert 5 <= len(lines) - len(told) < 20 and len(lines) - len(told) + sum(told) == 20, lines
        assert sums(gateway.journal().splitlines())['folded'] == sum(told)


support.main([
    nobody_reads_and_reports_get_receipts_and_the_gateway_stops,
    nobody_reads_until_the_buffer_is_full_and_the_gateway_still_stops,
    what_was_lost_is_said_once_somebody_reads_and_all_adds_up,
    a_reader_that_goes_away_ends_nothing,
    a_start_that_fails_ends_though_nobody_reads_why,
    a_start_that_fails_says_why,
    the_same_event_again_and_again_is_counted,
])
