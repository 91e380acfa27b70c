"""Plays the example dialogue of PROTOCOL.md, octet by octet where octets are fixed.

Against the gateway: the client's messages are sent as they stand in the document, and every answer
is compared. Against the client (emgate submit, status, follow): a gateway made of the document
answers, and every message of the client is compared; the client then must believe its receipt and
its item. The request id is a client's own choice.
"""
import copy
import io
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import zipfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import hashlib  # noqa: E402

import zmq  # noqa: E402
import zmq.auth  # noqa: E402
from zmq.auth.thread import ThreadAuthenticator  # noqa: E402

import dialogue  # noqa: E402
from dialogue import CLOCK, DATA, read_curve, sign_at, start_gateway  # noqa: E402
from emx_client import LogKey, Receipt, read_text  # noqa: E402

EMGATE = os.path.abspath(os.environ.get('EMGATE_HOOKS', 'build/plain/hooks/emgate'))
EMGATED = os.path.abspath(os.environ.get('EMGATED_HOOKS', 'build/plain/hooks/emgated'))
WAIT_MS = 20000
results = {'passed': 0, 'failed': 0}


def case(condition, name, *details):
    results['passed' if condition else 'failed'] += 1
    if not condition:
        print('FAILED: %s %s' % (name, ' '.join(map(str, details))))


# ---- the document itself -----------------------------------------------------------------------

def check_document(messages):
    again = [dialogue.parse_block(block.split('```')[0]) for block in
             dialogue.render(messages, {}).split('```emx\n')[1:]]
    case([(m.octets, [f.mask for f in m.frames]) for m in again] ==
         [(m.octets, [f.mask for f in m.frames]) for m in messages], 'text and octets agree')
    expected = [dialogue.message(m.who, m.outward, m.place, m.octets) for m in messages]
    case(all([(f.name, f.mask, f.free) for f in m.frames] ==
             [(f.name, f.mask, f.free) for f in e.frames] for m, e in zip(messages, expected)),
         'only what may differ is marked so')
    verbs = {m.verb for m in messages}
    case(verbs >= {'HELLO', 'WELCOME', 'SUBMIT', 'RECEIPT', 'UNAUTHENTICATED', 'ERROR', 'STATUS',
                   'STANDING', 'FOLLOW', 'FOLLOWING', 'ITEM', 'ACK', 'ACKED', 'RULES', 'PACKAGES', 'PING', 'PONG',
                   'BYE'}, 'the dialogue is complete', verbs)


def check_comparison(messages):
    """The comparison can fail: each fixed octet changed is noticed, each marked one is not."""
    hello = next(m for m in messages if m.verb == 'HELLO')
    noticed = missed = 0
    for number, frame in enumerate(hello.frames):
        for at in range(len(frame.octets)):
            octets = list(hello.octets)
            octets[number] = (octets[number][:at] + bytes([octets[number][at] ^ 1]) +
                              octets[number][at + 1:])
            differs = hello.misfit(octets) is not None
            wanted = not frame.free and not frame.mask[at]
            noticed += differs and wanted
            missed += differs != wanted
    case(noticed > 100 and missed == 0, 'a changed octet is noticed', noticed, missed)
    case(hello.misfit(hello.octets[:-1]) is not None, 'a missing frame is noticed')


# ---- against the gateway -----------------------------------------------------------------------

def connect(context, folder, card, who, place, endpoint):
    out = context.socket(zmq.DEALER)
    out.linger = 300
    out.curve_publickey, out.curve_secretkey = read_curve(folder / (who + '.curve'))
    out.curve_serverkey = card[place + '-key'].encode()
    out.connect(endpoint)
    return out


def bound(message, answer, log_key, report):
    """What a free frame must show: the receipt proves, and binds what it came with."""
    body = answer[3:]
    if message.verb == 'RECEIPT':
        receipt = Receipt(body[0], log_key)
        return receipt.binds('findings', body[1][:32], body[2]) and \
            receipt.binds('report', body[1][32:], report)
    if message.verb == 'STANDING':
        return Receipt(body[0], log_key).accepted
    if message.verb == 'ITEM':
        return Receipt(body[3], log_key).notification(
            int(body[2].split(b'.')[1]), body[4].decode(), body[0].decode(), body[5], body[6])
    return True


def against_gateway(messages, top):
    folder = top / 'gateway'
    shutil.copytree(DATA, folder)
    for path in folder.rglob('*'):
        path.chmod(0o700 if path.is_dir() else 0o600)
    process, *endpoints = start_gateway(EMGATED, str(folder), str(top / 'journal'))
    places = dict(zip(('door', 'hall'), endpoints))
    card = read_text((folder / 'card').read_bytes(), 'card')
    log_key = LogKey(card['log-key'])
    report = (folder / 'report.xml').read_bytes()
    context = zmq.Context()
    sockets = {}
    try:
        for number, message in enumerate(messages):
            name = 'gateway, message %d %s' % (number + 1, message.verb)
            key = (message.who, message.place)
            if message.outward:
                if key not in sockets:
                    sockets[key] = connect(context, folder, card, *key, places[message.place])
                sockets[key].send_multipart(message.octets)
                continue
            if not sockets[key].poll(WAIT_MS):
                case(False, name, 'no answer')
                return
            answer = sockets[key].recv_multipart()
            misfit = message.misfit(answer)
            case(misfit is None, name, misfit)
            case(bound(message, answer, log_key, report), name + ' proves')
    finally:
        for one in sockets.values():
            one.close()
        context.destroy(linger=300)
        process.terminate()
        process.wait(timeout=30)
        process.stdout.close()


# ---- against the client ------------------------------------------------------------------------

class Player(threading.Thread):
    """A door and a hall that answer out of the document. Cards and welcomes are signed anew: they
    name this run's endpoints and greeting."""

    def __init__(self, messages, folder, who):
        super().__init__(daemon=True)
        self.messages = [m for m in messages if m.who == who]
        self.folder, self.seen, self.problems = folder, [], []
        self.context = zmq.Context()
        self.auth = ThreadAuthenticator(self.context)
        self.auth.start()
        self.auth.configure_curve(domain='*', location=zmq.auth.CURVE_ALLOW_ANY)
        self.sockets = {}
        text = (folder / 'card').read_text()
        for place in ('door', 'hall'):
            one = self.context.socket(zmq.ROUTER)
            one.linger = 300
            one.curve_server = True
            one.curve_publickey, one.curve_secretkey = read_curve(folder / (place + '.curve'))
            port = one.bind_to_random_port('tcp://127.0.0.1')
            self.sockets[place] = one
            old = read_text(text.encode(), 'card')[place]
            text = text.replace(old + '\n', 'tcp://127.0.0.1:%d\n' % port)
        self.card = text.encode()
        self.card_cms = self.sign(self.card, 'card')
        self.ended = threading.Event()

    def sign(self, text, kind):
        return sign_at(text, kind, str(self.folder / 'gateway.key'),
                       str(self.folder / 'gateway.pem'))

    def expected(self, frames):
        """The message of the document that this one is, and what answers it."""
        same = [n for n, m in enumerate(self.messages)
                if m.outward and m.verb.encode() == frames[1]]
        fits = [n for n in same if self.messages[n].misfit(frames, request_id=False) is None]
        if not fits:
            reason = self.messages[same[0]].misfit(frames, False) if same else 'not in the document'
            self.problems.append('%s: %s' % (frames[1].decode(), reason))
            return []
        answers = []
        for message in self.messages[fits[0] + 1:]:
            if message.outward:
                break
            answers.append(message)
        return answers

    def answer(self, message, frames):
        octets = list(message.octets)
        octets[2] = frames[2]
        if message.verb == 'WELCOME':
            digest = hashlib.sha256(frames[3]).hexdigest()
            lines = octets[3].decode().split('\n')
            lines[1] = 'hello sha256:' + digest
            octets[3] = '\n'.join(lines).encode()
            octets[4:7] = [self.sign(octets[3], 'welcome'), self.card, self.card_cms]
        return octets

    def run(self):
        poller = zmq.Poller()
        for one in self.sockets.values():
            poller.register(one, zmq.POLLIN)
        while not self.ended.is_set():
            for one, _ in poller.poll(50):
                route, *frames = one.recv_multipart()
                self.seen.append(frames[1].decode())
                for message in self.expected(frames):
                    one.send_multipart([route] + self.answer(message, frames))

    def stop(self):
        self.ended.wait(0.3)  # a BYE may still be on its way
        self.ended.set()
        self.join()
        self.auth.stop()
        for one in self.sockets.values():
            one.close()
        self.context.destroy(linger=300)


def client(messages, top, who, verb, *words, clock=CLOCK):
    """Run a verb against the document: (exit status, output, verbs seen, problems)."""
    folder = pathlib.Path(DATA)
    player = Player(messages, folder, who)
    card = top / ('card-%s-%s' % (who, verb.replace(' ', '-')))
    card.write_bytes(player.card)
    pathlib.Path(str(card) + '.p7s').write_bytes(player.card_cms)
    player.start()
    done = subprocess.run(
        [EMGATE, *verb.split(), '--card', card, '--anchors', folder / 'ca.pem', '--key',
         folder / (who + '.key'), '--cert', folder / (who + '.pem'), '--timeout', '10', *words],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        env=dict(os.environ, EMGATE_TEST_CLOCK=clock, XDG_STATE_HOME=str(top / (who + verb))))
    player.stop()
    return done.returncode, done.stdout.decode(errors='replace'), player.seen, player.problems


def of_verb(messages, verb):
    return next(m for m in messages if m.verb == verb)


def against_client(messages, top):
    out, inbox = top / 'out', top / 'inbox'
    status, text, seen, problems = client(messages, top, 'operator', 'submit', '-o', out,
                                          DATA + '/report.xml')
    case(status == 0 and 'accepted' in text, 'emgate submit', status, text)
    case(seen == ['HELLO', 'SUBMIT', 'BYE'] and not problems, 'submit says what stands there', seen,
         problems)
    case((out / 'report.xml.v1.receipt').read_bytes() == of_verb(messages, 'RECEIPT').body[0],
         'and keeps the receipt of the document')
    status, text, seen, problems = client(messages, top, 'operator', 'status', 'operator', 'day-60',
                                          '1')
    case(status == 0 and 'accepted' in text, 'emgate status', status, text)
    case(seen == ['HELLO', 'STATUS', 'BYE'] and not problems, 'status says what stands there', seen,
         problems)
    status, text, seen, problems = client(messages, top, 'operator', 'status', 'operator', 'day-61',
                                          '1')
    case(status == 1 and not problems, 'what is unknown', status, text)
    fetch = ['--directory', DATA + '/directory.xml', '-o', top / 'rules', 'eu.emgate.example']
    status, text, seen, problems = client(messages, top, 'operator', 'rules fetch')
    case(status == 0 and 'active     eu.emgate.example 1.0.0  2026-01-01 to open' in text,
         'emgate rules fetch lists', status, text)
    case(seen == ['HELLO', 'RULES', 'BYE'] and not problems, 'fetch says what stands there', seen,
         problems)
    status, text, seen, problems = client(messages, top, 'operator', 'rules fetch', *fetch)
    case(status == 0 and not problems, 'emgate rules fetch fetches', status, text, problems)
    installed = pathlib.Path(DATA) / 'rules'
    case(files_of(top / 'rules') == files_of(installed), 'the very files of the gateway')
    status, text, seen, problems = client(messages, top, 'operator', 'rules fetch', *fetch, '9.0.0')
    case(status == 1 and 'unknown' in text and not problems, 'no such version', status, text)
    status, text, seen, problems = client(messages, top, 'authority', 'follow', '--credit', '10',
                                          '--to', inbox, '--count', '1')
    case(status == 0, 'emgate follow', status, text)
    case(seen == ['HELLO', 'FOLLOW', 'ACK', 'BYE'] and not problems, 'follow says what stands there',
         seen, problems)
    case([path.read_bytes() for path in inbox.glob('*.xml')] == [of_verb(messages, 'ITEM').body[6]],
         'and keeps the notification of the document')


def files_of(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob('*')
            if path.is_file()}


def altered_package(messages, top):
    """One octet of a file of the package, its CRC mended: the publisher's list does not have it."""
    changed = io.BytesIO()
    number = [m.verb for m in messages].index('PACKAGES', [m.verb for m in messages].index('PACKAGES') + 1)
    with zipfile.ZipFile(io.BytesIO(messages[number].body[1])) as good, \
            zipfile.ZipFile(changed, 'w') as bad:
        for info in good.infolist():
            octets = good.read(info)
            bad.writestr(info, octets.replace(b'> 50', b'> 60').replace(b'&gt; 50', b'&gt; 60'))
    other = copy.deepcopy(messages)
    other[number].frames[4].octets = changed.getvalue()
    status, text, _, _ = client(other, top, 'operator', 'rules fetch', '--directory',
                                DATA + '/directory.xml', '-o', top / 'bad-rules',
                                'eu.emgate.example')
    case(status == 2 and 'differs from its digest' in text, 'another package', status, text)
    case(not (top / 'bad-rules').exists(), 'another package is not kept')


def altered(messages, verb, frame, change):
    """The document with one frame of one answer changed."""
    out = copy.deepcopy(messages)
    target = of_verb(out, verb).frames[frame]
    target.octets = change(target.octets)
    return out


def flip(octets):
    return octets[:-2] + bytes([octets[-2] ^ 1]) + octets[-1:]


def altered_answers(messages, top):
    """The client believes none of these."""
    for verb, frame, name in (('RECEIPT', 4, 'other salts'), ('RECEIPT', 5, 'other findings'),
                              ('RECEIPT', 3, 'another receipt')):
        status, text, _, _ = client(altered(messages, verb, frame, flip), top, 'operator', 'submit',
                                    '-o', top / 'bad', DATA + '/report.xml')
        case(status == 2 and 'unproved' in text, name, status, text)
    not_followed = ['--credit', '10', '--to', top / 'bad-inbox', '--count', '1']
    for frame, change, words, name in (
            (9, flip, 'names no such notification', 'another notification'),
            (8, flip, 'names no such notification', 'another salt'),
            (7, flip, 'names no such notification', 'another name'),
            (6, flip, 'receipt', 'another receipt'),
            (4, lambda octets: b'1.1', 'gap', 'a gap')):
        status, text, seen, problems = client(altered(messages, 'ITEM', frame, change), top,
                                              'authority', 'follow', *not_followed)
        case(status == 2 and words in text and not problems and 'ACK' not in seen, name, status,
             text, problems)
        case(not list((top / 'bad-inbox').glob('*.xml')), name + ' is not kept')
    status, text, seen, _ = client(messages, top, 'operator', 'submit', '-o', top / 'bad',
                                   DATA + '/report.xml', clock='2026-03-09T12:00:00.000Z')
    case(status == 2 and seen == [], 'a card whose week is over: not even greeted', status, text)


def main():
    messages = dialogue.read()
    top = pathlib.Path(tempfile.mkdtemp(prefix='dialogue-'))
    try:
        check_document(messages)
        check_comparison(messages)
        against_gateway(messages, top)
        against_client(messages, top)
        altered_answers(messages, top)
        altered_package(messages, top)
    finally:
        if results['failed'] and (top / 'journal').exists():
            print((top / 'journal').read_text()[-2000:])
        shutil.rmtree(top, ignore_errors=True)
    print('%(passed)d passed, %(failed)d failed' % results)
    return 1 if results['failed'] else 0


if __name__ == '__main__':
    sys.exit(main())
