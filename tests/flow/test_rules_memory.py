#!/usr/bin/python3
# timeout: 300
"""Who asks for packages and does not take them fills nothing, and is in nobody's way."""
import os
import sys
import time

import zmq

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, 'tests/support'))
sys.path.insert(0, os.path.join(ROOT, 'tests/python'))
from emx_client import PROTOCOL, Client  # noqa: E402
from gateway import Gateway, main, sanitized  # noqa: E402

ID = b'eu.ied.annex-v.gas-turbine'
ASKED = 100 if sanitized() else 900  # about a thousand messages wait for one peer at most
SLACK_KIB = 96 * 1024


def deaf(client):
    """A socket of the hall that takes one message at most."""
    client.greet()
    out = client.context.socket(zmq.DEALER)
    out.linger, out.rcvhwm, out.rcvbuf = 0, 1, 4096
    out.curve_serverkey = client.card['hall-key'].encode()
    out.curve_publickey, out.curve_secretkey = client.public, client.secret
    out.connect(client.card['hall'])
    return out


def packages_that_nobody_takes_do_not_pile_up():
    with Gateway() as gateway:
        before = gateway.memory_kib()
        client = Client(*gateway.who('operator'))
        peer = deaf(client)
        for number in range(ASKED):
            peer.send_multipart([PROTOCOL, b'RULES', b'%d' % number, ID, b''])
        other = Client(*gateway.who('authority'), timeout=60)
        other.enter()
        verb, body = other.ask(b'RULES', ID, b'')
        assert verb == b'PACKAGES' and body[1].startswith(b'PK'), 'others get theirs'
        time.sleep(0.5)
        grown = gateway.memory_kib() - before
        assert sanitized() or grown < SLACK_KIB, '%d KiB more' % grown
        peer.rcvhwm = 1000
        answers = {}
        while peer.poll(3000):
            frames = peer.recv_multipart()
            answers[frames[1]] = answers.get(frames[1], 0) + 1
            assert frames[1] == b'PACKAGES' or b'code busy' in frames[3], frames[3]
        assert sum(answers.values()) == ASKED and answers.get(b'ERROR', 0) > 0, answers
        peer.send_multipart([PROTOCOL, b'RULES', b'again', ID, b''])
        assert peer.poll(10000) and peer.recv_multipart()[1] == b'PACKAGES', 'it may ask again'
        peer.close()
        client.close()
        other.close()


if __name__ == '__main__':
    main([packages_that_nobody_takes_do_not_pile_up])
