#!/usr/bin/python3
# timeout: 300
"""Silent strangers use up the descriptors of door and hall, again and again: reports are recorded,
and a reload takes a new revocation list, a new package and a new door.
"""
import os
import selectors
import socket
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../support'))
import faults  # noqa: E402
import gateway as support  # noqa: E402

DESCRIPTORS = 200
STRANGERS = 400  # at the door, and as many at the hall
RELOADS = 5


class Strangers:
    """TCP connections that say nothing; one that is closed is opened again."""

    def __init__(self, ports):
        self.selector, self.over = selectors.DefaultSelector(), threading.Event()
        self.opened = 0
        for port in ports:
            for _ in range(STRANGERS):
                self.open(port)
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def open(self, port):
        one = socket.socket()
        one.setblocking(False)
        one.connect_ex(('127.0.0.1', port))
        self.selector.register(one, selectors.EVENT_READ, port)
        self.opened += 1

    def run(self):
        while not self.over.is_set():
            for key, _ in self.selector.select(0.05):
                try:
                    if key.fileobj.recv(4096):
                        continue  # libzmq's greeting
                except OSError:
                    pass
                self.selector.unregister(key.fileobj)
                key.fileobj.close()
                self.open(key.data)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()
        for key in list(self.selector.get_map().values()):
            key.fileobj.close()
        return False


def held(pid):
    """Descriptors of each table of the process: {thread name or number: count}."""
    return {task: len(os.listdir('/proc/%d/task/%s/fd' % (pid, task)))
            for task in os.listdir('/proc/%d/task' % pid)}


def full(gateway):
    """Some thread of the gateway's can open nothing any more."""
    return max(held(gateway.process.pid).values()) >= DESCRIPTORS - 1


def refused(action):
    try:
        action()
    except faults.emx_client.Refused as refusal:
        return refusal.code
    return None


def short_of_descriptors():
    return faults.FixedGateway(before=['prlimit', '--nofile=%d' % DESCRIPTORS])


def reload_takes_a_new_revocation_list_and_the_revoked_operator_is_refused():
    with short_of_descriptors() as gateway:
        chance = faults.dice('revoked')
        operator, authority = gateway.client(), gateway.client('authority')
        assert operator.submit(faults.short_report(chance, 'before').encode()).accepted
        with Strangers((gateway.door, gateway.hall)):
            gateway.wait_for(lambda: full(gateway), 'the strangers')
            assert operator.submit(faults.short_report(chance, 'amid').encode()).accepted
            gateway.emgate('pki', 'revoke', gateway.pki, gateway.file('operator.pem'))
            line = gateway.reload()
            assert ' reloaded ' in line, line
            gateway.wait_for(lambda: ' renewed ' in gateway.journal(), 'the review')
            gateway.wait_for(lambda: ' door-ready ' in gateway.journal(), 'the new door')
            assert refused(lambda: operator.ask_once(b'PING')) == 'greet-again'
        assert refused(operator.greet) == 'cert-revoked'
        authority.close()
        operator.close()
        late = gateway.client('authority')
        assert late.ping()
        late.close()
        gateway.stop()
        assert len(gateway.entries()) == 2
        for word in (' reload-refused ', ' error door ', ' error archive ', ' descriptors '):
            assert word not in gateway.journal(), gateway.journal()


def reload_after_reload_opens_a_new_door_while_nothing_is_free():
    with short_of_descriptors() as gateway:
        chance = faults.dice('reloads')
        operator = gateway.client()
        with Strangers((gateway.door, gateway.hall)) as strangers:
            gateway.wait_for(lambda: full(gateway), 'the strangers')
            doors = set()
            for number in range(RELOADS):
                doors.update(gateway.children())
                line = gateway.reload()
                assert ' reloaded generation=%d' % (number + 2) in line, line
                gateway.wait_for(lambda n=number: gateway.journal().count(' door-ready ') > n,
                                 'door %d' % number)
                report = faults.short_report(chance, 'r-%d' % number).encode()
                assert operator.ask(b'SUBMIT', gateway.sign(report), report)[0] == b'RECEIPT'
            assert len(doors) == RELOADS
            assert strangers.opened > 2 * STRANGERS, 'they came back'
        operator.close()
        gateway.stop()
        assert len(gateway.entries()) == RELOADS


def what_strangers_hold_is_not_the_archives():
    """The main thread's table has few descriptors, however many the hall's has."""
    with short_of_descriptors() as gateway:
        before = held(gateway.process.pid)[str(gateway.process.pid)]
        with Strangers((gateway.hall,)):
            gateway.wait_for(lambda: full(gateway), 'the strangers')
            now = held(gateway.process.pid)[str(gateway.process.pid)]
        assert now == before, '%d descriptors, before %d' % (now, before)
        gateway.stop()


support.main([
    reload_takes_a_new_revocation_list_and_the_revoked_operator_is_refused,
    reload_after_reload_opens_a_new_door_while_nothing_is_free,
    what_strangers_hold_is_not_the_archives,
])
