#!/usr/bin/python3
"""An independent client of EMX/1, written from gateway/wire/PROTOCOL.md alone.

It imports nothing of emgate: python3-zmq for the transport, python3-asn1crypto to look into
certificates, the openssl command for signatures of participants and OpenSSL's library for those of
the log, of which there are thousands. As a program:

    emx_client.py submit --card CARD --anchors CA --key KEY --cert CERT REPORT...
    emx_client.py follow --card CARD --anchors CA --key KEY --cert CERT --count N
    emx_client.py status --card CARD --anchors CA --key KEY --cert CERT IDENTITY

and as a module: class Client. hostile.py holds what a client must never do.
"""
import argparse
import base64
import ctypes
import datetime
import hashlib
import os
import subprocess
import sys
import tempfile
import time

import zmq
from asn1crypto import cms as asn1_cms
from asn1crypto import pem as asn1_pem
from asn1crypto import x509 as asn1_x509

KINDS = {
    'report': '2.25.45383158873441005992149231461126019686',
    'hello': '2.25.3399454501565749638589562860032511132',
    'welcome': '2.25.314177361600597496230600680516341414195',
    'card': '2.25.253642196388216487300036663391602433968',
}
PROTOCOL = b'EMX1'


class Refused(Exception):
    """UNAUTHENTICATED or ERROR: kind, code, retry_after, whole text."""

    def __init__(self, verb, text):
        lines = read_text(text, 'answer')
        self.kind = verb.decode()
        self.code = lines['code']
        self.retry_after = int(lines['retry-after'])
        self.lines = lines
        super().__init__('%s %s: %s %s' % (self.kind, self.code, lines['en'],
                                           lines.get('text', '')))


class Untrue(Exception):
    """Something does not prove what it claims."""


def require(condition, what):
    if not condition:
        raise Untrue(what)


# ---- texts -------------------------------------------------------------------------------------

FORMS = {'entry': (1, 2), 'findings': (1, 2)}


def lines_of(text, kind):
    """The (key, value) pairs of a text in the line form, in order; values unescaped."""
    text = text.decode('utf-8')
    require(text.endswith('\n'), 'text ends with LF')
    lines = text[:-1].split('\n')
    require(lines[0] in ['emgate %s %d' % (kind, form) for form in FORMS.get(kind, (1,))],
            'text begins with its kind, not "%s"' % lines[0])
    pairs = []
    for line in lines[1:]:
        key, blank, value = line.partition(' ')
        require(blank == ' ', 'line "%s" has a value' % line)
        out, i = '', 0
        while i < len(value):
            if value[i] == '\\':
                out += {'n': '\n', '\\': '\\'}[value[i + 1]]
                i += 2
            else:
                out += value[i]
                i += 1
        pairs.append((key, out))
    return pairs


def read_text(text, kind):
    pairs = lines_of(text, kind)
    require(len(dict(pairs)) == len(pairs), 'no line twice')
    return dict(pairs)


def time_text(at=None):
    at = at or datetime.datetime.now(datetime.timezone.utc)
    return at.strftime('%Y-%m-%dT%H:%M:%S.') + '%03dZ' % (at.microsecond // 1000)


def time_of(text):
    return datetime.datetime.strptime(text, '%Y-%m-%dT%H:%M:%S.%fZ').replace(
        tzinfo=datetime.timezone.utc)


# ---- signatures, by the openssl command --------------------------------------------------------

def run_openssl(*words, data=b''):
    done = subprocess.run(['openssl', *words], input=data, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False)
    return done.returncode, done.stdout, done.stderr.decode(errors='replace')


def sign(data, kind, key, cert, extra=()):
    """A detached CAdES-BES signature in DER. key and cert are files; cert may hold a chain."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'data')
        with open(path, 'wb') as out:
            out.write(data)
        status, der, err = run_openssl(
            'cms', '-sign', '-cades', '-binary', '-nosmimecap', '-md', 'sha256', '-econtent_type',
            KINDS.get(kind, kind), '-outform', 'DER', '-in', path, '-signer', cert, '-inkey', key,
            *(['-certfile', cert] if chain_length(cert) > 1 else []), *extra)
    require(status == 0, 'openssl cms -sign: %s' % err)
    return der


def chain_length(path):
    with open(path, 'rb') as source:
        return source.read().count(b'BEGIN CERTIFICATE')


def signer_certificate(der):
    """The certificate of the one signer."""
    info = asn1_cms.ContentInfo.load(der, strict=True)
    require(info['content_type'].native == 'signed_data', 'CMS is SignedData')
    data = info['content']
    require(len(data['signer_infos']) == 1, 'one signer')
    wanted = data['signer_infos'][0]['sid'].chosen
    for choice in data['certificates']:
        cert = choice.chosen
        if isinstance(cert, asn1_x509.Certificate) and cert.serial_number == \
                wanted['serial_number'].native and cert.issuer == wanted['issuer']:
            return cert
    raise Untrue('the signer certificate is in the CMS')


def check(der, data, kind, anchors):
    """Check a signature up to the anchors; returns the signer's certificate."""
    info = asn1_cms.ContentInfo.load(der, strict=True)
    found = info['content']['encap_content_info']['content_type'].dotted
    require(found == KINDS[kind], 'eContentType is that of a %s, not %s' % (kind, found))
    with tempfile.TemporaryDirectory() as folder:
        signature, content = os.path.join(folder, 'sig'), os.path.join(folder, 'data')
        with open(signature, 'wb') as out:
            out.write(der)
        with open(content, 'wb') as out:
            out.write(data)
        status, _, err = run_openssl('cms', '-verify', '-cades', '-binary', '-inform', 'DER', '-in',
                                     signature, '-content', content, '-CAfile', anchors, '-purpose',
                                     'any', '-out', os.devnull)
    require(status == 0, 'openssl cms -verify of the %s: %s' % (kind, err))
    return signer_certificate(der)


def same_gateway(a, b):
    return a.dump() == b.dump() or (a.subject == b.subject and a.issuer == b.issuer)


# ---- the log -----------------------------------------------------------------------------------

CRYPTO = ctypes.CDLL('libcrypto.so.3')
CRYPTO.EVP_PKEY_new_raw_public_key.restype = ctypes.c_void_p
CRYPTO.EVP_MD_CTX_new.restype = ctypes.c_void_p
ED25519 = 1087  # EVP_PKEY_ED25519


def ed25519_verifies(public, message, signature):
    """A signature after RFC 8032; all three are octets."""
    require(len(public) == 32, 'an Ed25519 key has 32 octets')
    key = ctypes.c_void_p(CRYPTO.EVP_PKEY_new_raw_public_key(ED25519, None, public,
                                                             ctypes.c_size_t(len(public))))
    context = ctypes.c_void_p(CRYPTO.EVP_MD_CTX_new())
    try:
        require(key and context and
                CRYPTO.EVP_DigestVerifyInit(context, None, None, None, key) == 1,
                'OpenSSL takes the Ed25519 key')
        return CRYPTO.EVP_DigestVerify(context, signature, ctypes.c_size_t(len(signature)),
                                       message, ctypes.c_size_t(len(message))) == 1
    finally:
        CRYPTO.EVP_MD_CTX_free(context)
        CRYPTO.EVP_PKEY_free(key)
        CRYPTO.ERR_clear_error()


class LogKey:
    """A C2SP verifier key."""

    def __init__(self, text):
        self.origin, self.key_id, encoded = text.split('+', 2)
        octets = base64.b64decode(encoded, validate=True)
        require(len(octets) == 33 and octets[0] == 1, 'an Ed25519 verifier key')
        self.public = octets[1:]
        own = hashlib.sha256(self.origin.encode() + b'\n' + octets).digest()[:4]
        require(own.hex() == self.key_id, 'the key id is that of the key')

    def verify(self, message, signature):
        return ed25519_verifies(self.public, message, signature)


def root_of(leaf, index, size, path):
    """RFC 6962, 2.1.1 (as RFC 9162, 2.1.3.2 spells it out)."""
    require(index < size, 'the index is within the tree')
    first, last = index, size - 1
    node = leaf
    for step in path:
        require(last > 0, 'the path is not too long')
        if first & 1 or first == last:
            node = hashlib.sha256(b'\x01' + step + node).digest()
            while not first & 1 and first != 0:
                first >>= 1
                last >>= 1
        else:
            node = hashlib.sha256(b'\x01' + node + step).digest()
        first >>= 1
        last >>= 1
    require(last == 0, 'the path is not too short')
    return node


class Receipt:
    """Parsed and proved with the log key alone."""

    def __init__(self, octets, log_key):
        self.octets = octets
        head, blank, note = octets.partition(b'\n\n')
        require(blank, 'receipt has a checkpoint')
        lines = head.decode('ascii').split('\n')
        require(lines[0] == 'c2sp.org/tlog-proof@v1', 'receipt is a tlog-proof')
        require(lines[1].startswith('extra ') and lines[2].startswith('index '), 'receipt form')
        self.entry = base64.b64decode(lines[1][6:], validate=True)
        self.index = int(lines[2][6:])
        path = [base64.b64decode(line, validate=True) for line in lines[3:]]
        leaf = hashlib.sha256(b'\x00' + self.entry).digest()
        self.size, root = self._checkpoint(note, log_key)
        require(root_of(leaf, self.index, self.size, path) == root, 'the entry is in the tree')
        self.lines = lines_of(self.entry, 'entry')

    @staticmethod
    def _checkpoint(note, log_key):
        body, blank, signatures = note.partition(b'\n\n')
        require(blank, 'checkpoint is signed')
        body += b'\n'
        origin, size, root = body.decode('utf-8').split('\n')[:3]
        require(origin == log_key.origin, 'checkpoint is of this log')
        for line in signatures.decode('utf-8').split('\n'):
            words = line.split(' ')
            if len(words) == 3 and words[0] == '\u2014' and words[1] == origin:
                octets = base64.b64decode(words[2], validate=True)
                if octets[:4].hex() == log_key.key_id and log_key.verify(body, octets[4:]):
                    return int(size), base64.b64decode(root, validate=True)
        raise Untrue('the log key signed the checkpoint')

    def get(self, key):
        values = [value for name, value in self.lines if name == key]
        return values[0] if values else None

    @property
    def accepted(self):
        return self.get('outcome') == 'accepted'

    def binds(self, key, salt, content):
        return self.get(key) == 'sha256:' + hashlib.sha256(salt + content).hexdigest()

    def notification(self, number, name, recipient, salt, content):
        """In form 2 a running number of the recipient, or -, stands before the digest."""
        listed = [value.split(' ') for key, value in self.lines if key == 'notification']
        wanted = [name, recipient, 'sha256:' + hashlib.sha256(salt + content).hexdigest()]
        return 1 <= number <= len(listed) and \
            listed[number - 1][:2] + listed[number - 1][-1:] == wanted


# ---- the client --------------------------------------------------------------------------------

class Client:
    def __init__(self, card, anchors, key, cert, timeout=20.0):
        self.anchors, self.key, self.cert, self.timeout = anchors, key, cert, timeout
        try:
            self._read_card(card, anchors)
        except Untrue:  # a gateway writes card and signature one after the other: read again
            time.sleep(0.2)
            self._read_card(card, anchors)
        self._take_card(self.card_text)
        self.public, self.secret = zmq.curve_keypair()
        self.context = zmq.Context()
        self.hall = None
        self.last_id = 0
        self.early = []
        self.welcome = None

    def _read_card(self, card, anchors):
        with open(card, 'rb') as source:
            self.card_text = source.read()
        with open(card + '.p7s', 'rb') as source:
            self.gateway = check(source.read(), self.card_text, 'card', anchors)

    def _take_card(self, text):
        self.card = read_text(text, 'card')
        now = datetime.datetime.now(datetime.timezone.utc)
        clock = os.environ.get('EMGATE_TEST_CLOCK')
        now = time_of(clock) if clock else now
        require(now <= time_of(self.card['valid-until']), 'the card is valid')
        self.log_key = LogKey(self.card['log-key'])
        require(self.log_key.origin == self.card['origin'], 'the log key is of the card\'s origin')

    def socket(self, place, public=None, secret=None):
        out = self.context.socket(zmq.DEALER)
        out.linger = 0
        out.immediate = True
        out.curve_serverkey = self.card[place + '-key'].encode()
        out.curve_publickey = public or self.public
        out.curve_secretkey = secret or self.secret
        out.connect(self.card[place])
        return out

    @staticmethod
    def receive(socket, timeout):
        """One message, or None."""
        return socket.recv_multipart() if socket.poll(int(timeout * 1000)) else None

    def hello_text(self, public=None, **changes):
        lines = {'origin': self.card['origin'], 'door-key': self.card['door-key'],
                 'client-key': (public or self.public).decode(), 'versions': 'EMX1',
                 'at': os.environ.get('EMGATE_TEST_CLOCK') or time_text(),
                 'nonce': os.urandom(16).hex(), **changes}
        return ('emgate hello 1\n' + ''.join('%s %s\n' % pair for pair in lines.items())).encode()

    def exchange(self, socket, verb, *body, request=b'1'):
        """Send one message and wait for its answer: (verb, body frames)."""
        socket.setsockopt(zmq.SNDTIMEO, int(self.timeout * 1000))
        socket.send_multipart([PROTOCOL, verb, request, *body])
        frames = self.receive(socket, self.timeout)
        if frames is None:
            raise TimeoutError('no answer to %s' % verb.decode())
        require(frames[0] == PROTOCOL and len(frames) >= 3, 'an answer is EMX1')
        require(frames[2] == request, 'an answer carries the request id')
        if frames[1] in (b'UNAUTHENTICATED', b'ERROR'):
            raise Refused(frames[1], frames[3])
        return frames[1], frames[3:]

    def greet(self, text=None, cms=None):
        text = text or self.hello_text()
        cms = cms if cms is not None else sign(text, 'hello', self.key, self.cert)
        door = self.socket('door')
        try:
            verb, body = self.exchange(door, b'HELLO', text, cms)
        finally:
            door.close()
        require(verb == b'WELCOME' and len(body) == 4, 'HELLO is answered by WELCOME')
        signer = check(body[1], body[0], 'welcome', self.anchors)
        require(same_gateway(signer, self.gateway), 'WELCOME is signed by the card\'s gateway')
        welcome = read_text(body[0], 'welcome')
        require(welcome['hello'] == 'sha256:' + hashlib.sha256(text).hexdigest(),
                'WELCOME answers this HELLO')
        require(welcome['version'] == 'EMX1', 'the version was offered')
        signer = check(body[3], body[2], 'card', self.anchors)
        require(same_gateway(signer, self.gateway), 'the new card is of the same gateway')
        self._take_card(body[2])
        self.welcome = welcome
        return welcome

    def enter(self):
        self.greet()
        self.hall = self.socket('hall')

    def ask(self, verb, *body):
        """A request in the hall, after another greeting if the admission has ended."""
        try:
            return self.ask_once(verb, *body)
        except Refused as refusal:
            if refusal.code != 'greet-again':
                raise
        self.greet()
        return self.ask_once(verb, *body)

    def ask_once(self, verb, *body):
        """A request in the hall; items that come meanwhile are kept for follow()."""
        self.last_id += 1
        request = b'%d' % self.last_id
        self.hall.setsockopt(zmq.SNDTIMEO, int(self.timeout * 1000))
        self.hall.send_multipart([PROTOCOL, verb, request, *body])
        until = time.monotonic() + self.timeout
        while True:
            frames = self.receive(self.hall, max(0.0, until - time.monotonic()))
            if frames is None:
                raise TimeoutError('no answer to %s' % verb.decode())
            if frames[1] == b'ITEM':
                self.early.append(frames)
            elif frames[2] == request:
                if frames[1] in (b'UNAUTHENTICATED', b'ERROR'):
                    raise Refused(frames[1], frames[3])
                return frames[1], frames[3:]

    def submit(self, report, cms=None):
        """Hand in a report; returns the proved Receipt, with findings and texts."""
        cms = cms if cms is not None else sign(report, 'report', self.key, self.cert)
        verb, body = self.ask(b'SUBMIT', cms, report)
        require(verb == b'RECEIPT' and len(body) == 5, 'SUBMIT is answered by RECEIPT')
        require(len(body[1]) == 64, 'two salts')
        receipt = Receipt(body[0], self.log_key)
        require(receipt.binds('findings', body[1][:32], body[2]), 'receipt names the findings')
        require(receipt.binds('report', body[1][32:], report), 'receipt is about the report')
        require(receipt.get('identity').split(' ')[0] == self.welcome['participant'],
                'receipt is about our submission')
        receipt.findings, receipt.salts = body[2], body[1]
        receipt.text_de, receipt.text_en = body[3].decode(), body[4].decode()
        return receipt

    def status(self, identity):
        verb, body = self.ask(b'STATUS', identity.encode())
        require(verb == b'STANDING' and len(body) == 2, 'STATUS is answered by STANDING')
        return Receipt(body[0], self.log_key), lines_of(body[1], 'standing')

    def follow(self, stream=None, cursor='', credit=10, wait=5.0):
        """Yields (cursor, name, notification, Receipt), proved and without a gap, until nothing
        comes for `wait` seconds. Give credit as items are taken; acknowledge with ack()."""
        stream = (stream or self.welcome['participant']).encode()
        verb, body = self.ask(b'FOLLOW', stream, cursor.encode(), b'%d' % credit, b'')
        follow_id = b'%d' % self.last_id
        require(verb == b'FOLLOWING' and body[0] == stream, 'FOLLOW is answered by FOLLOWING')
        last = body[1]
        while True:
            frames = self.early.pop(0) if self.early else self.receive(self.hall, wait)
            if frames is None:
                return
            if frames[1] != b'ITEM' or frames[2] != follow_id:
                continue
            name, previous, here, receipt_octets, title, salt, content = frames[3:]
            require(name == stream, 'an item is of the stream')
            require(previous == last, 'no gap: %s follows %s' % (here, last))
            receipt = Receipt(receipt_octets, self.log_key)
            index, number = here.decode().split('.')
            require(receipt.index == int(index), 'the cursor is that of the entry')
            require(receipt.notification(int(number), title.decode(), stream.decode(), salt,
                                         content), 'the entry names this notification')
            last = here
            self.last_id += 1
            self.hall.send_multipart([PROTOCOL, b'CREDIT', b'%d' % self.last_id, stream, b'1'])
            yield here.decode(), title.decode(), content, receipt

    def ack(self, cursor, stream=None):
        stream = (stream or self.welcome['participant']).encode()
        verb, body = self.ask(b'ACK', stream, cursor.encode())
        require(verb == b'ACKED' and body[0] == stream, 'ACK is answered by ACKED')
        return body[1].decode()

    def ping(self):
        verb, body = self.ask(b'PING')
        require(verb == b'PONG', 'PING is answered by PONG')
        return read_text(body[0], 'pong')

    def close(self):
        if self.hall is not None:
            try:
                self.hall.linger = 300
                self.hall.send_multipart([PROTOCOL, b'BYE', b'bye'], zmq.DONTWAIT)
            except zmq.ZMQError:
                pass
            self.hall.close()
            self.hall = None
        self.context.destroy(linger=300)


# ---- as a program ------------------------------------------------------------------------------

def run_submit(client, args):
    rejected = 0
    for path in args.operands:
        with open(path, 'rb') as source:
            report = source.read()
        receipt = client.submit(report)
        rejected += not receipt.accepted
        print('%s entry %d %s' % (receipt.get('outcome'), receipt.index, path), flush=True)
        if args.to:
            name = os.path.join(args.to, os.path.basename(path) + '.receipt')
            with open(name, 'wb') as out:
                out.write(receipt.octets)
    return 1 if rejected else 0


def run_follow(client, args):
    count = 0
    for cursor, name, content, receipt in client.follow(cursor=args.cursor, wait=args.wait):
        print('%s %s entry %d, %d octets' % (cursor, name, receipt.index, len(content)), flush=True)
        if args.to:
            with open(os.path.join(args.to, '%s-%s.xml' % (cursor, name)), 'wb') as out:
                out.write(content)
        client.ack(cursor)
        count += 1
        if count == args.count:
            break
    return 0


def run_status(client, args):
    receipt, lines = client.status(' '.join(args.operands))
    print('%s entry %d' % (receipt.get('outcome'), receipt.index))
    for key, value in lines:
        print(key, value)
    return 0


def run_ping(client, args):
    del args
    print(client.ping())
    return 0


def main():
    verbs = {'submit': run_submit, 'follow': run_follow, 'status': run_status, 'ping': run_ping}
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    parser.add_argument('verb', choices=sorted(verbs))
    for name in ('--card', '--anchors', '--key', '--cert'):
        parser.add_argument(name, required=True)
    parser.add_argument('--to')
    parser.add_argument('--cursor', default='')
    parser.add_argument('--count', type=int, default=0)
    parser.add_argument('--wait', type=float, default=5.0)
    parser.add_argument('operands', nargs='*')
    args = parser.parse_intermixed_args()
    client = Client(args.card, args.anchors, args.key, args.cert)
    try:
        client.enter()
        return verbs[args.verb](client, args)
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return 2
    except (Untrue, TimeoutError) as failure:
        print('FAILED: %s' % failure, file=sys.stderr)
        return 3
    finally:
        client.close()


if __name__ == '__main__':
    sys.exit(main())
