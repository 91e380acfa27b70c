#!/usr/bin/python3
# timeout: 400
"""kill -9 of the gateway at random moments under load: nothing receipted is lost, nothing is
recorded or delivered twice, whoever sends again gets the same receipt, no start is refused, and no
receipt ever left that the head note did not cover.

Fifty deaths in `make full`, else eight; EMGATE_KILLS=100 asks for another number.

The submitting client and one follower live through all of it; another follower is killed as well.
"""
import hashlib
import os
import re
import signal
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../support'))
import faults  # noqa: E402
import gateway as support  # noqa: E402
from faults import emx_client  # noqa: E402

KILLS = int(os.environ.get('EMGATE_KILLS', '0')) or support.rounds(50, 8, 'deaths')
BATCH = 40            # reports in one run of `emgate submit`
AGAIN_ONE_IN = 5      # batches that are sent a second time, signed anew
BEFORE_READY = 0.2    # share of the kills that hit a gateway while it starts
MOMENT_S = 0.9        # a kill comes at most this long after the gateway is ready
SENDERS = 2
RESUBMITTED = 60


class Sender(threading.Thread):
    """Runs `emgate submit` without a pause; the tool itself rides over the deaths."""

    def __init__(self, gateway, chance, name):
        super().__init__(name=name)
        self.gateway, self.chance = gateway, chance
        self.over = threading.Event()
        self.held = {}  # report path -> receipt
        self.differing, self.failure, self.batches = [], None, 0

    def submit(self, paths, into):
        self.gateway.submit(*paths, into=into, extra=('--timeout', '90', '--window', '8'))
        receipts = {}
        for path in paths:
            name = os.path.basename(path)
            with open(os.path.join(self.gateway.path, into, name + '.v1.receipt'), 'rb') as receipt:
                receipts[path] = receipt.read()
        return receipts

    def run(self):
        try:
            while not self.over.is_set():
                self.batches += 1
                paths = self.gateway.write_reports(
                    self.chance, '%s-%d' % (self.name, self.batches), BATCH)
                self.held.update(self.submit(paths, 'receipts'))
                if self.batches % AGAIN_ONE_IN == 0:
                    again = self.submit(paths, 'again')
                    self.differing += [path for path in paths if again[path] != self.held[path]]
        except Exception as reason:  # told by the test itself
            self.failure = reason


def follower(gateway, name):
    return gateway.tool('follow', *gateway.whom('authority'), '--to',
                        os.path.join(gateway.path, name), '--timeout', '90', log=name + '.log')


def journal_tail(gateway):
    return gateway.journal()[-3000:]


class Covered:
    """After each death: what was receipted lies below the head note's size, and what the head note
    covers lies in the archive."""

    def __init__(self, gateway):
        self.gateway, self.seen, self.highest, self.beyond = gateway, set(), -1, 0

    def look(self):
        for into in ('receipts', 'again'):
            folder = os.path.join(self.gateway.path, into)
            names = os.listdir(folder) if os.path.isdir(folder) else ()
            for name in names:
                if name.endswith('.receipt') and (into, name) not in self.seen:
                    with open(os.path.join(folder, name), 'rb') as receipt:
                        index = re.search(rb'^index (\d+)$', receipt.read(), re.M)
                    self.highest = max(self.highest, int(index.group(1)))
                    self.seen.add((into, name))
        size = self.gateway.head()
        assert size is not None, 'no slot of the head note is good'
        self.beyond += self.highest >= size
        (recorded,), = self.gateway.ask('SELECT size FROM head')
        assert recorded >= size, 'the archive has %d entries, its head note %d' % (recorded, size)


def one_life(gateway, chance):
    """Start, let it work for a random while, kill. Its door must end with it."""
    early = chance.random() < BEFORE_READY
    if early:
        gateway.launch()
    else:
        gateway.start()
    time.sleep(chance.random() * MOMENT_S)
    children = gateway.children()
    if gateway.ended():
        raise AssertionError('emgated ended by itself\n' + journal_tail(gateway))
    gateway.kill()
    assert faults.gone(children), 'a door outlived its gateway'


def check_receipts(gateway, held):
    """Each receipt: proved with the log key alone, about its report, and in the archive there."""
    key, entries = gateway.log_key(), gateway.entries()
    proved = {}

    class Remembering:
        origin, key_id = key.origin, key.key_id

        @staticmethod
        def verify(message, signature):
            if (message, signature) not in proved:
                proved[message, signature] = key.verify(message, signature)
            return proved[message, signature]

    for path, octets in held.items():
        receipt = emx_client.Receipt(octets, Remembering)
        assert receipt.accepted, path
        salts = os.path.join(gateway.path, 'receipts', os.path.basename(path) + '.v1.salts')
        with open(salts) as text:
            salt = bytes.fromhex(text.read().split('\nreport ')[1].strip())
        with open(path, 'rb') as report:
            assert receipt.binds('report', salt, report.read()), path
        assert receipt.index in entries, 'entry %d of a receipt is not there' % receipt.index
        entry, stored = entries[receipt.index]
        assert entry == receipt.entry, 'entry %d is another one' % receipt.index
        assert stored == octets, 'receipt of entry %d is another one' % receipt.index
    return len(proved)


def check_once(gateway):
    twice = gateway.ask('SELECT participant, id, version, count(*) FROM entries WHERE kind = ? '
                        'GROUP BY participant, id, version HAVING count(*) > 1',
                        faults.SUBMISSION)
    assert not twice, 'recorded twice: %s' % twice[:3]
    (lowest, highest, count), = gateway.ask('SELECT min(idx), max(idx), count(*) FROM entries')
    assert (lowest, highest) == (0, count - 1), 'entries are not numbered without a gap'


def check_resubmission(gateway, chance, held):
    """By the independent client: with the stored signature and with a fresh one."""
    client = gateway.client()
    try:
        for path in chance.sample(sorted(held), min(RESUBMITTED, len(held))):
            with open(path, 'rb') as report, open(os.path.join(
                    gateway.path, 'receipts', os.path.basename(path) + '.v1.p7s'), 'rb') as cms:
                octets, first = report.read(), cms.read()
            fresh = gateway.sign(octets)
            assert hashlib.sha256(first).digest() != hashlib.sha256(fresh).digest()
            for signature in (first, fresh):
                assert client.submit(octets, signature).octets == held[path], path
    finally:
        client.close()


def check_followed(gateway, name, lines_too):
    wanted = gateway.items()
    into = os.path.join(gateway.path, name)
    files = sorted(entry for entry in os.listdir(into) if entry.endswith('.xml'))
    cursors = ['%d.%d' % tuple(int(word) for word in entry.split('-')[:2]) for entry in files]
    assert cursors == wanted, '%s: %d items followed, %d in the archive' % (
        name, len(cursors), len(wanted))
    if lines_too:
        told = [line.split()[0] for line in gateway.read(name + '.log').splitlines()
                if ' octets ' in line]
        assert told == wanted, '%s: told %d items of %d, or not in order' % (
            name, len(told), len(wanted))


def live_and_die(gateway, chance, senders, killed):
    """All lives of the gateway; the senders have come to their end afterwards."""
    began = time.monotonic()
    covered = Covered(gateway)
    for life in range(1, KILLS + 1):
        one_life(gateway, chance)
        covered.look()
        if life % 5 == 0:
            killed[0].kill()
            killed[0].wait()
            killed[0] = follower(gateway, 'killed')
    gateway.start()
    for sender in senders:
        sender.over.set()
    for sender in senders:
        sender.join(120)
        assert not sender.is_alive(), 'a submitting client never came back'
        if sender.failure:
            raise sender.failure
        assert not sender.differing, 'another receipt for %s' % sender.differing[:3]
    assert covered.beyond == 0, '%d times a receipt was beyond the head note' % covered.beyond
    print('      0 refused starts, 0 receipts beyond the head note, %d looked at' % len(covered.seen),
          flush=True)
    held = {path: receipt for sender in senders for path, receipt in sender.held.items()}
    print('      %d kills in %.0f s, %d receipts held' % (KILLS, time.monotonic() - began,
                                                         len(held)), flush=True)
    return held


def end_followers(gateway, followers):
    count = len(gateway.items())
    for name in followers:
        into = os.path.join(gateway.path, name)
        gateway.wait_for(lambda: len([entry for entry in os.listdir(into)
                                      if entry.endswith('.xml')]) >= count, 'the follower ' + name)
    for name, process in followers.items():
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0, gateway.read(name + '.log')[-2000:]


def check_all(gateway, chance, held):
    check_followed(gateway, 'steady', True)
    check_followed(gateway, 'killed', False)
    check_once(gateway)
    print('      %d checkpoints verified' % check_receipts(gateway, held), flush=True)
    for path in chance.sample(sorted(held), 10):
        gateway.emgate('receipt', 'verify', os.path.join(
            gateway.path, 'receipts', os.path.basename(path) + '.v1.receipt'), '--log-key',
            gateway.file('log.vkey'), '--report', path)
    out, _, _ = gateway.audit()
    assert re.search(r'proved and rerun +%d\b' % len(gateway.entries()), out), out


def deaths_lose_nothing_double_nothing_and_no_receipt_is_beyond_the_head_note():
    chance = faults.dice('kill')
    gateway = faults.FixedGateway()
    gateway.start()
    senders = [Sender(gateway, faults.random.Random(chance.random()), 'sender%d' % number)
               for number in range(SENDERS)]
    steady, killed = follower(gateway, 'steady'), [follower(gateway, 'killed')]
    try:
        for sender in senders:
            sender.start()
        gateway.kill()
        held = live_and_die(gateway, chance, senders, killed)
        check_resubmission(gateway, chance, held)
        end_followers(gateway, {'steady': steady, 'killed': killed[0]})
        gateway.stop()
        check_all(gateway, chance, held)
    finally:
        for sender in senders:
            sender.over.set()
        for process in (steady, killed[0], gateway.process):
            if process is not None:
                process.kill()
                process.wait()


support.main([deaths_lose_nothing_double_nothing_and_no_receipt_is_beyond_the_head_note])
