#!/usr/bin/python3
# timeout: 300
"""A door that hangs is noticed, told in the journal and replaced; a machine that stood still is not
taken for a door that hangs. Reports go on meanwhile.
"""
import os
import signal
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../support'))
import faults  # noqa: E402
import gateway as support  # noqa: E402

HANGS = ' warn door-hangs '
DIED = ' warn door-died '


class Watched(faults.FixedGateway):
    """A gateway, and reports to give it."""

    def __init__(self, **others):
        super().__init__(**others)
        self.chance, self.number = faults.dice('door'), 0

    def report(self):
        self.number += 1
        return faults.short_report(self.chance, 'door-%d' % self.number).encode()

    def count(self, word):
        return self.journal().count(word)

    def submit_until_hangs(self, client, count):
        """Reports, until the journal has said so many times that a door hangs."""
        end = time.monotonic() + support.PATIENCE
        while self.count(HANGS) < count:
            assert client.submit(self.report()).accepted
            assert time.monotonic() < end, 'nobody notices\n' + self.journal()[-2000:]

    def door_welcomes(self):
        """Somebody new is welcomed, once the door is back."""
        end = time.monotonic() + support.PATIENCE
        while True:
            try:
                self.client('authority', timeout=3.0).close()
                return
            except TimeoutError:
                assert time.monotonic() < end, 'nobody is welcomed\n' + self.journal()[-2000:]


def a_stopped_door_is_replaced_while_reports_go_on():
    with Watched() as gateway:
        client = gateway.client()
        for round_number in (1, 2):
            stopped, = gateway.children()
            os.kill(stopped, signal.SIGSTOP)
            gateway.submit_until_hangs(client, round_number)
            gateway.wait_for(lambda n=round_number: gateway.count(' door-ready ') >= n, 'a door')
            assert faults.gone([stopped]), 'the old one still runs'
            gateway.door_welcomes()
        assert gateway.count(DIED) == 0
        client.close()
        gateway.stop()


def a_door_that_dies_is_told_from_one_that_hangs():
    with Watched() as gateway:
        killed, = gateway.children()
        os.kill(killed, signal.SIGKILL)
        gateway.wait_for(lambda: gateway.count(' door-ready ') == 1, 'a door')
        gateway.door_welcomes()
        assert (gateway.count(DIED), gateway.count(HANGS)) == (1, 0), gateway.journal()
        gateway.stop()


def a_stopped_door_is_replaced_by_a_reload_at_once():
    with Watched() as gateway:
        stopped, = gateway.children()
        os.kill(stopped, signal.SIGSTOP)
        line = gateway.reload()
        assert ' reloaded ' in line, line
        gateway.wait_for(lambda: gateway.count(' door-ready ') == 1, 'a door')
        assert faults.gone([stopped])
        gateway.door_welcomes()
        gateway.stop()


def a_gateway_with_a_stopped_door_stops_cleanly():
    with Watched() as gateway:
        stopped, = gateway.children()
        os.kill(stopped, signal.SIGSTOP)
        gateway.stop()
        assert faults.gone([stopped])


def greetings_that_wait_at_a_stopped_door_hold_up_no_report():
    """Many HELLOs, and their door stopped before the answers are taken: WELCOMEs are kept."""
    with Watched() as gateway:
        client = gateway.client()
        greedy = [faults.emx_client.Client(gateway.file('card'), gateway.file('ca.pem'),
                                           gateway.file('operator.key'),
                                           gateway.file('operator.pem'), 20.0) for _ in range(30)]
        doors = [one.socket('door') for one in greedy]
        for one, door in zip(greedy, doors):
            text = one.hello_text()
            door.send_multipart([faults.emx_client.PROTOCOL, b'HELLO', b'1', text,
                                 faults.emx_client.sign(text, 'hello', one.key, one.cert)])
        stopped, = gateway.children()
        os.kill(stopped, signal.SIGSTOP)
        gateway.submit_until_hangs(client, 1)
        gateway.door_welcomes()
        for one, door in zip(greedy, doors):
            door.close()
            one.close()
        client.close()
        gateway.stop()


def a_gateway_that_stood_still_keeps_its_door():
    """All of it is stopped for longer than a door may be silent, the door a moment longer."""
    with Watched() as gateway:
        door, = gateway.children()
        for pid in (gateway.process.pid, door):
            os.kill(pid, signal.SIGSTOP)
        time.sleep(12)
        os.kill(gateway.process.pid, signal.SIGCONT)
        time.sleep(1)
        os.kill(door, signal.SIGCONT)
        gateway.door_welcomes()
        assert gateway.children() == [door]
        assert gateway.count(HANGS) + gateway.count(DIED) == 0, gateway.journal()
        gateway.stop()


def a_door_whose_gateway_stands_still_goes_on_when_it_does():
    with Watched() as gateway:
        door, = gateway.children()
        os.kill(gateway.process.pid, signal.SIGSTOP)
        time.sleep(10)
        os.kill(gateway.process.pid, signal.SIGCONT)
        gateway.door_welcomes()
        assert gateway.children() == [door]
        gateway.stop()


def a_door_whose_gateway_is_killed_ends_even_when_stopped():
    with Watched() as gateway:
        door, = gateway.children()
        os.kill(door, signal.SIGSTOP)
        gateway.kill()
        assert faults.gone([door], 20.0), 'the next start would find the address taken'


support.main([
    a_stopped_door_is_replaced_while_reports_go_on,
    a_door_that_dies_is_told_from_one_that_hangs,
    a_stopped_door_is_replaced_by_a_reload_at_once,
    a_gateway_with_a_stopped_door_stops_cleanly,
    greetings_that_wait_at_a_stopped_door_hold_up_no_report,
    a_gateway_that_stood_still_keeps_its_door,
    a_door_whose_gateway_stands_still_goes_on_when_it_does,
    a_door_whose_gateway_is_killed_ends_even_when_stopped,
])
