"""What a client must never do, and strangers do: each function does it once, for tests."""
import os
import socket
import time

import zmq
from asn1crypto import cms as asn1_cms
from zmq.utils.monitor import recv_monitor_message

from emx_client import PROTOCOL, run_openssl, sign

REFUSED = (zmq.EVENT_HANDSHAKE_FAILED_AUTH, zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL,
           zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL)


# ---- signatures --------------------------------------------------------------------------------

def two_signers(data, kind, first, second, folder):
    """A CMS with two signerInfos, both good; first and second are (key, cert)."""
    from emx_client import KINDS
    path = os.path.join(folder, 'two-signers')
    with open(path, 'wb') as out:
        out.write(data)
    status, der, err = run_openssl(
        'cms', '-sign', '-cades', '-binary', '-nosmimecap', '-econtent_type', KINDS[kind],
        '-outform', 'DER', '-in', path, '-signer', first[1], '-inkey', first[0], '-signer', second[1],
        '-inkey', second[0])
    assert status == 0, err
    assert len(asn1_cms.ContentInfo.load(der)['content']['signer_infos']) == 2
    return der


def with_content(data, kind, key, cert):
    """Not detached."""
    return sign(data, kind, key, cert, extra=['-nodetach'])


def events_of(client, place, seconds, public=None, secret=None, before=None):
    """Monitor events of a connection that is tried; `before(socket)` may do things first."""
    out = client.context.socket(zmq.DEALER)
    out.linger = 0
    out.curve_serverkey = client.card[place + '-key'].encode()
    out.curve_publickey = public or client.public
    out.curve_secretkey = secret or client.secret
    monitor = out.get_monitor_socket()
    if before is not None:
        before(out)
    out.connect(client.card[place])
    seen = []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if monitor.poll(100):
            seen.append(recv_monitor_message(monitor)['event'])
            if seen[-1] in REFUSED or seen[-1] == zmq.EVENT_HANDSHAKE_SUCCEEDED:
                break
    out.disable_monitor()
    return out, seen


def stranger_at_hall(client):
    """A key that never greeted: (refused, answered anything)."""
    public, secret = zmq.curve_keypair()
    out, seen = events_of(client, 'hall', 4, public, secret)
    try:
        out.send_multipart([PROTOCOL, b'PING', b'1'], zmq.DONTWAIT)
    except zmq.ZMQError:
        pass
    answered = bool(out.poll(500))
    out.close()
    return bool(set(seen) & set(REFUSED)), answered


def plain_at(client, place):
    """No CURVE at all: is anything answered?"""
    out = client.context.socket(zmq.DEALER)
    out.linger = 0
    out.connect(client.card[place])
    out.send_multipart([PROTOCOL, b'PING', b'1'])
    answered = bool(out.poll(1000))
    out.close()
    return answered


def many_frames(client, place, frames=600000, seconds=4):
    """One message of very many small frames, from a key that nobody knows."""
    public, secret = zmq.curve_keypair()
    out = client.context.socket(zmq.DEALER)
    out.linger = 0
    out.sndhwm = 0
    out.curve_serverkey = client.card[place + '-key'].encode()
    out.curve_publickey, out.curve_secretkey = public, secret
    out.connect(client.card[place])
    small = b'x' * 1000 if frames <= 10000 else b'x'
    try:
        for _ in range(frames - 1):
            out.send(small, zmq.SNDMORE)
        out.send(small)
    except zmq.ZMQError:
        pass
    out.poll(int(seconds * 1000))
    out.close()


def silent_connections(client, place, count):
    """TCP connections that say nothing; close them yourself."""
    host, port = client.card[place].split('//')[1].rsplit(':', 1)
    found = []
    for _ in range(count):
        try:
            found.append(socket.create_connection((host, int(port)), timeout=2))
        except OSError:
            break
    return found


def half_handshakes(client, place, count):
    """The ZMTP greeting and then half of a CURVE HELLO."""
    greeting = (b'\xff' + bytes(8) + b'\x7f' + b'\x03\x01' + b'CURVE'.ljust(20, b'\0') + b'\0' +
                bytes(31))
    assert len(greeting) == 64
    found = silent_connections(client, place, count)
    for one in found:
        try:
            one.sendall(greeting + b'\x04\xc8\x05HELLO\x01\x00' + bytes(40))
        except OSError:
            pass
    return found


def takeover(victim, thief):
    """An admitted thief takes each routing id that the victim may have: does it get replies?"""
    stolen = []
    for number in range(1, 9):
        identity = b'\x00' + number.to_bytes(4, 'big')
        for wanted in (identity, b'victim'):
            out = thief.context.socket(zmq.DEALER)
            out.linger = 0
            try:
                out.routing_id = wanted
            except zmq.ZMQError:
                out.close()
                continue
            out.curve_serverkey = thief.card['hall-key'].encode()
            out.curve_publickey, out.curve_secretkey = thief.public, thief.secret
            out.connect(thief.card['hall'])
            stolen.append(out)
    time.sleep(0.5)
    victim.ping()
    got = any(out.poll(50) for out in stolen)
    for out in stolen:
        out.close()
    return got
