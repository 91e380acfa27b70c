#!/usr/bin/python3
# timeout: 400
"""Followers that stop reading, vanish, or take one item at a time hold up nobody, cost bounded
memory, and in the end have each item exactly once.
"""
import os
import signal
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../support'))
import faults  # noqa: E402
import gateway as support  # noqa: E402

COUNT = support.rounds(800, 200, 'reports beside stopped followers')
VANISH = support.rounds(5, 2, 'followers that vanish')
LEAVE = support.rounds(20, 5, 'clients that leave')
GROWTH_MAX_KIB = 96 * 1024
STUCK = 3  # processes that are stopped in the middle


class Followers:
    """Processes of `emgate follow`, each with a folder and a log of its own."""

    def __init__(self, gateway):
        self.gateway, self.running = gateway, {}

    def start(self, name, credit, *more):
        self.running[name] = self.gateway.tool(
            'follow', *self.gateway.whom('authority'), '--to',
            os.path.join(self.gateway.path, name), '--credit', credit, '--timeout', '120',
            *more, log=name + '.log')

    def held(self, name):
        into = os.path.join(self.gateway.path, name)
        return len([entry for entry in os.listdir(into) if entry.endswith('.xml')]) \
            if os.path.isdir(into) else 0

    def told(self, name):
        """Cursors in the order in which the follower took them."""
        return [line.split()[0] for line in self.gateway.read(name + '.log').splitlines()
                if ' octets ' in line]

    def wait_for(self, name, count, patience=60):
        self.gateway.wait_for(lambda: self.held(name) >= count, '%d items at %s, which has %d' % (
            count, name, self.held(name)), patience)

    def signal(self, name, which):
        self.running[name].send_signal(which)

    def finish(self, name, wanted):
        """It has all, once and in order, and ends cleanly."""
        self.wait_for(name, len(wanted))
        self.signal(name, signal.SIGINT)
        assert self.running.pop(name).wait(30) == 0, self.gateway.read(name + '.log')[-1000:]
        assert self.told(name) == wanted, '%s: %d of %d, or not in order' % (
            name, len(self.told(name)), len(wanted))

    def end(self):
        for process in self.running.values():
            process.kill()
            process.wait()


def submit(gateway, chance, prefix, count):
    began = time.monotonic()
    paths = gateway.write_reports(chance, prefix, count)
    gateway.submit(*paths, extra=('--window', '64'))
    return time.monotonic() - began


def stopped_followers_hold_up_nobody_and_have_everything_once_in_the_end():
    chance = faults.dice('stopped')
    with faults.FixedGateway() as gateway:
        followers = Followers(gateway)
        stuck = ['stuck%d' % number for number in range(STUCK)]
        try:
            for name in stuck:
                followers.start(name, 1000)
            followers.start('one', 1)
            followers.start('quick', 100)
            alone_s = submit(gateway, chance, 'first', 200)
            for name in (*stuck, 'one', 'quick'):
                followers.wait_for(name, 100)
            for name in stuck:
                followers.signal(name, signal.SIGSTOP)
            before_kib = gateway.memory_kib()
            beside_s = submit(gateway, chance, 'more', COUNT)
            followers.wait_for('quick', 200 + COUNT)
            grown_kib = gateway.memory_kib() - before_kib
            print('      %.1f ms a report before, %.1f beside %d stopped followers; %d KiB more' % (
                alone_s * 5, beside_s * 1000 / COUNT, STUCK, grown_kib), flush=True)
            if not faults.SANITIZED:  # AddressSanitizer keeps what was freed
                assert grown_kib < GROWTH_MAX_KIB
            assert max(followers.held(name) for name in stuck) < 200 + COUNT
            for name in stuck:
                followers.signal(name, signal.SIGCONT)
            wanted = gateway.items()
            assert len(wanted) == 200 + COUNT
            for name in (*stuck, 'one', 'quick'):
                followers.finish(name, wanted)
        finally:
            followers.end()
        gateway.stop()


def a_follower_that_vanishes_goes_on_where_its_own_store_ends():
    chance = faults.dice('vanished')
    with faults.FixedGateway() as gateway:
        followers = Followers(gateway)
        try:
            for round_number in range(VANISH):
                followers.start('vanishing', 50)
                submit(gateway, chance, 'round%d' % round_number, 60)
                followers.wait_for('vanishing', round_number * 60 + chance.randrange(1, 60))
                followers.signal('vanishing', signal.SIGKILL)  # no BYE
                followers.running.pop('vanishing').wait()
            client = gateway.client()
            assert client.ping()
            client.close()
            wanted = gateway.items()
            followers.start('vanishing', 50, '--until-idle', '1')
            assert followers.running.pop('vanishing').wait(60) == 0
            into = os.path.join(gateway.path, 'vanishing')
            files = sorted(entry for entry in os.listdir(into) if entry.endswith('.xml'))
            assert ['%d.%d' % tuple(int(word) for word in entry.split('-')[:2])
                    for entry in files] == wanted
        finally:
            followers.end()
        gateway.stop()


def no_more_comes_than_credit_was_given_and_nothing_is_missing_after_a_pause():
    chance = faults.dice('credit')
    with faults.FixedGateway() as gateway:
        for credit in (1, 7):
            follower = gateway.client('authority')
            items = follower.follow(cursor='0.0', credit=credit, wait=3.0)
            submit(gateway, chance, 'paused%d' % credit, 80)
            taken = [next(items)[0]]  # gives one credit back, then falls silent
            time.sleep(1.0)
            waiting = 0
            while follower.hall.poll(200):
                follower.early.append(follower.hall.recv_multipart())
                waiting += 1
            assert waiting <= credit, '%d items for a credit of %d' % (waiting, credit)
            taken += [item[0] for item in items]
            assert taken == gateway.items()
            follower.close()
        gateway.stop()


def a_client_that_leaves_without_a_word_is_forgotten_and_its_stream_goes_on_elsewhere():
    chance = faults.dice('left')
    with faults.FixedGateway() as gateway:
        for _ in range(LEAVE):
            follower = gateway.client('authority')
            items = follower.follow(cursor='0.0', credit=100, wait=0.0)
            next(items, None)
            follower.hall.close(linger=0)
            follower.hall = None
            follower.close()
        submit(gateway, chance, 'left', 100)
        follower = gateway.client('authority')
        assert [item[0] for item in follower.follow(wait=2.0)] == gateway.items()
        follower.close()
        gateway.stop()


support.main([
    stopped_followers_hold_up_nobody_and_have_everything_once_in_the_end,
    a_follower_that_vanishes_goes_on_where_its_own_store_ends,
    no_more_comes_than_credit_was_given_and_nothing_is_missing_after_a_pause,
    a_client_that_leaves_without_a_word_is_forgotten_and_its_stream_goes_on_elsewhere,
])
