#!/usr/bin/python3
# timeout: 240
# alone
"""Floods and silence from people whom nobody knows: does the hall notice?

Measured is the main process of emgated: resident memory in MiB above what it had, processor time in
seconds above what it used. The bounds stand beside each case. The door is a process of its own: it
may die, and must come back. An admitted client submits during each of them.
"""
import os
import signal
import socket
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../support'))
import gateway as support  # noqa: E402
import party as people  # noqa: E402
import emx_client  # noqa: E402
import hostile  # noqa: E402

MEMORY_MIB = 8  # of 600 MB that a stranger can make an open ROUTER hold
CPU_A_SECOND = 0.15  # of one processor, while strangers do nothing or little
FLOOD_CPU_S = 1.5  # for a whole flood, reports of the admitted client included
SLOWER = support.sanitized()  # bounds of memory and time are those of the plain build
FRAMES = 600000
SILENT = 500
HELLOS = 10000


class Watch:
    """What the main process had and used when it began, and what it may have at the end."""

    def __init__(self, gateway, party):
        self.gateway, self.party = gateway, party
        self.paths = gateway.reports('2011-01-01', days=40)
        for _ in range(8):  # warm: worker contexts, SQLite's cache
            self.submit()
        self.memory = gateway.memory_kib()
        self.cpu, self.began = gateway.cpu_s(), time.monotonic()

    def submit(self):
        with open(self.paths.pop(0), 'rb') as source:
            began = time.monotonic()
            assert self.party['operator'].submit(source.read()).accepted
            return time.monotonic() - began

    def check(self, cpu=None):
        waited = self.submit()
        assert waited < 5, 'an admitted client waited %.1f s' % waited
        seconds = time.monotonic() - self.began
        used = self.gateway.cpu_s() - self.cpu
        grown = (self.gateway.memory_kib() - self.memory) / 1024
        assert grown < MEMORY_MIB or SLOWER, 'memory grew by %.1f MiB' % grown
        bound = cpu if cpu is not None else 0.3 + CPU_A_SECOND * seconds
        assert used < bound or SLOWER, '%.2f s of processor in %.1f s' % (used, seconds)

    def door_opens(self):
        """Someone new is welcomed, also if the door has to come back first."""
        end = time.monotonic() + 15
        while True:
            late = self.party.stranger()
            late.timeout = 3
            try:
                return late.greet()
            except TimeoutError:
                assert time.monotonic() < end, 'the door did not come back'


def door_of(gateway):
    """Process id of the door."""
    pid = gateway.process.pid
    children = []
    for task in os.listdir('/proc/%d/task' % pid):
        with open('/proc/%d/task/%s/children' % (pid, task)) as source:
            children += [int(word) for word in source.read().split()]
    assert len(children) == 1, children
    return children[0]


def a_message_of_600000_frames_at_the_door():
    with support.Gateway() as gateway, people.Party(gateway) as party:
        watch = Watch(gateway, party)
        stranger = party.stranger()
        hostile.many_frames(stranger, 'door', FRAMES, 10)
        watch.check(FLOOD_CPU_S)
        watch.door_opens()


def a_message_that_the_door_can_not_hold():
    """240 MB into a door of 160 MiB: it drops the peer, or dies and comes back."""
    with support.Gateway(settings=[('door', 'memory-mib', '160')]) as gateway, \
            people.Party(gateway) as party:
        watch = Watch(gateway, party)
        out = party.stranger().socket('door', *emx_client.zmq.curve_keypair())
        frame = b'x' * 60000
        for _ in range(4000):
            out.send(frame, emx_client.zmq.SNDMORE)
        out.send(frame)
        most, end = 0, time.monotonic() + 3
        while time.monotonic() < end:
            try:
                most = max(most, gateway.memory_kib(door_of(gateway)))
            except (AssertionError, FileNotFoundError, AttributeError):
                pass  # between two doors
            time.sleep(0.02)
        out.close()
        assert 60000 < most < 160 * 1024 or SLOWER, 'the door held %d KiB of the flood' % most
        watch.check(FLOOD_CPU_S)
        watch.door_opens()


def a_door_that_dies_comes_back():
    with support.Gateway() as gateway, people.Party(gateway) as party:
        watch = Watch(gateway, party)
        doors = set()
        for _ in range(3):
            doors.add(door_of(gateway))
            os.kill(door_of(gateway), signal.SIGKILL)
            watch.submit()
            watch.door_opens()
        assert len(doors) == 3 and door_of(gateway) not in doors
        assert gateway.journal().count(' door-died ') == 3
        watch.check()


def a_message_of_600000_frames_at_the_hall():
    with support.Gateway() as gateway, people.Party(gateway) as party:
        watch = Watch(gateway, party)
        hostile.many_frames(party.stranger(), 'hall', FRAMES, 2)
        watch.check(FLOOD_CPU_S)
        assert 'code=not-admitted' in gateway.journal()


def silent_connections_and_half_handshakes():
    for place in ('door', 'hall'):
        with support.Gateway() as gateway, people.Party(gateway) as party:
            watch = Watch(gateway, party)
            client = party['operator']
            silent = hostile.silent_connections(client, place, SILENT)
            half = hostile.half_handshakes(client, place, 100)
            assert (len(silent), len(half)) == (SILENT, 100), 'they connected'
            watch.submit()
            time.sleep(1.5)
            watch.check()
            watch.door_opens()
            deadline = time.monotonic() + 6
            for one in silent + half:  # the handshake interval ends them
                one.settimeout(max(0.1, deadline - time.monotonic()))
                try:
                    while one.recv(4096):
                        pass
                except ConnectionResetError:
                    pass
                one.close()
            watch.check()


def octets_that_are_no_zmtp():
    with support.Gateway() as gateway, people.Party(gateway) as party:
        watch = Watch(gateway, party)
        garbage = [b'GET / HTTP/1.1\r\nHost: gateway\r\n\r\n', bytes(10000), b'\xff' * 10000,
                   b'\x16\x03\x01\x02\x00\x01' + os.urandom(512), os.urandom(5000),
                   b'\xff' + bytes(8) + b'\x7f\x03\x01NULL' + bytes(48) + b'\x04\x19\x05READY',
                   b'\xff' + bytes(8) + b'\x7f\x03\x01CURVE' + bytes(47) + b'\x06' + b'\xff' * 8,
                   b'\xff' + bytes(8) + b'\x7f\x03\x01CURVE' + bytes(47) + b'\x04\xc8' +
                   os.urandom(200)]
        for place in ('door', 'hall'):
            for octets in garbage * 10:
                for one in hostile.silent_connections(party['operator'], place, 1):
                    try:
                        one.sendall(octets)
                        one.shutdown(socket.SHUT_WR)
                    except OSError:
                        pass
                    one.close()
        watch.check()
        watch.door_opens()
        assert ' door-died ' not in gateway.journal(), 'not even the door'


def verbs_at_the_wrong_place():
    with support.Gateway() as gateway, people.Party(gateway) as party:
        watch = Watch(gateway, party)
        operator = party['operator']
        report = open(watch.paths[0], 'rb').read()
        cms = emx_client.sign(report, 'report', operator.key, operator.cert)
        door = operator.socket('door')
        for verb, body in ((b'SUBMIT', (cms[:60000], report[:60000])), (b'PING', ()),
                           (b'FOLLOW', (b'operator', b'', b'1', b'')), (b'STATUS', (b'a b 1',)),
                           (b'WELCOME', (b'', b'', b'', b''))):
            people.refused(lambda verb=verb, body=body: operator.exchange(door, verb, *body),
                           'malformed', 'ERROR')
        door.close()
        size = party.log_size()
        text = operator.hello_text()
        people.refused(lambda: operator.ask(b'HELLO', text, emx_client.sign(
            text, 'hello', operator.key, operator.cert)), 'malformed', 'ERROR')
        assert party.log_size() == size
        watch.check()


def pour(client, count, text, cms, window=64):
    """So many HELLOs over one connection, up to 64 ahead; returns the answers. The door drops what
    a peer does not read fast enough."""
    out = client.socket('door')
    answers, sent, lost = [], 0, 0
    while sent < count or out.poll(500):
        if sent < count and sent - lost - len(answers) < window:
            out.send_multipart([emx_client.PROTOCOL, b'HELLO', b'%d' % sent, text, cms])
            sent += 1
        elif out.poll(100):
            answers.append(out.recv_multipart()[1])
        else:
            lost = sent - len(answers)
    out.close()
    return answers


def ten_thousand_greetings_of_a_stranger():
    with support.Gateway() as gateway, people.Party(gateway) as party:
        watch = Watch(gateway, party)
        stranger = party.stranger()
        text = stranger.hello_text()
        cms = emx_client.sign(text + b' ', 'hello', stranger.key, stranger.cert)
        answers = pour(stranger, HELLOS, text, cms)
        assert len(answers) > HELLOS / 2, 'answered %d' % len(answers)
        assert set(answers) == {b'UNAUTHENTICATED'}, set(answers)
        watch.check(FLOOD_CPU_S)
        watch.door_opens()
        told = gateway.journal().count('code=cms-signature')
        assert 1 <= told < HELLOS / 2, 'the journal is bounded: %d lines' % told


def greetings_that_are_good_do_not_use_up_the_hall():
    """A participant that greets without end, with key after key, takes only its own places."""
    with support.Gateway(settings=[('limits', 'admissions', '16')]) as gateway, \
            people.Party(gateway) as party:
        operator = party['operator']
        greedy = [party.stranger('authority') for _ in range(20)]
        for one in greedy:
            one.greet()
        assert party.enter('auditor').ping(), 'another participant still gets in'
        assert operator.ping(), 'and one that was in stays in'
        greedy[-1].hall = greedy[-1].socket('hall')
        assert greedy[-1].ping(), 'the newest admission holds'
        out, seen = hostile.events_of(greedy[0], 'hall', 4)
        out.close()
        assert set(seen) & set(hostile.REFUSED), 'the oldest gave its place'


support.main([
    a_message_of_600000_frames_at_the_door,
    a_message_that_the_door_can_not_hold,
    a_door_that_dies_comes_back,
    a_message_of_600000_frames_at_the_hall,
    silent_connections_and_half_handshakes,
    octets_that_are_no_zmtp,
    verbs_at_the_wrong_place,
    ten_thousand_greetings_of_a_stranger,
    greetings_that_are_good_do_not_use_up_the_hall,
])
