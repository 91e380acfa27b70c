"""The example dialogue of gateway/wire/PROTOCOL.md: read it, write it, sign at its clock.

A message is a fenced block:

    ```emx
    operator > door HELLO          who, direction (> to the gateway, < from it), place, verb
    1 protocol                     number and name of a frame, "free" behind it if it is
     45 4d 58 31                                      |EMX1|
    ```

Octets marked ~ may differ; a free frame may also differ in length.
"""
import datetime
import os
import re
import subprocess
import tempfile

from asn1crypto import cms as asn1_cms

from emx_client import run_openssl, sign, time_of

DOCUMENT = 'gateway/wire/PROTOCOL.md'
DATA = 'tests/data/wire/dialogue'
CLOCK = '2026-03-01T12:00:00.000Z'
BEGIN, END = '<!-- dialogue -->\n', '<!-- end of dialogue -->\n'

NAMES = {
    'HELLO': ['text', 'CMS'],
    'WELCOME': ['text', 'CMS', 'card text', 'card CMS'],
    'SUBMIT': ['CMS', 'report'],
    'RECEIPT': ['receipt', 'salts', 'findings', 'text in German', 'text in English'],
    'UNAUTHENTICATED': ['answer'], 'ERROR': ['answer'],
    'STATUS': ['identity'], 'STANDING': ['receipt', 'standing'],
    'FOLLOW': ['stream', 'cursor', 'credit', 'filter'], 'FOLLOWING': ['stream', 'cursor'],
    'ITEM': ['stream', 'previous', 'cursor', 'receipt', 'name', 'salt', 'notification'],
    'ACK': ['stream', 'cursor'], 'ACKED': ['stream', 'cursor'],
    'RULES': ['package', 'which'], 'PACKAGES': ['packages', 'zip'],
    'PING': [], 'PONG': ['pong'], 'BYE': [],
}
FREE = {('HELLO', 'CMS'), ('WELCOME', 'CMS'), ('WELCOME', 'card CMS'), ('RECEIPT', 'receipt'), ('STANDING', 'receipt'),
        ('ITEM', 'receipt')}
MASKED = {('RECEIPT', 'salts'), ('ITEM', 'salt')}


class Frame:
    def __init__(self, name, octets, mask=None, free=False):
        self.name, self.octets, self.free = name, octets, free
        self.mask = mask or bytes(len(octets))  # 1: may differ

    def fits(self, octets):
        if self.free:
            return True
        return len(octets) == len(self.octets) and all(
            m or a == b for a, b, m in zip(self.octets, octets, self.mask))


class Message:
    def __init__(self, who, outward, place, frames):
        self.who, self.outward, self.place, self.frames = who, outward, place, frames

    @property
    def verb(self):
        return self.frames[1].octets.decode()

    @property
    def octets(self):
        return [frame.octets for frame in self.frames]

    @property
    def body(self):
        return self.octets[3:]

    def misfit(self, octets, request_id=True):
        """Name of the first frame that differs, or None."""
        if len(octets) != len(self.frames):
            return 'number of frames'
        for number, (frame, other) in enumerate(zip(self.frames, octets)):
            if number == 2 and not request_id:
                if not 1 <= len(other) <= 32:
                    return frame.name
            elif not frame.fits(other):
                return '%d %s: %r' % (number + 1, frame.name, other[:200])
        return None


def mask_of(verb, name, octets):
    if (verb, name) in MASKED:
        return b'\1' * len(octets)
    if (verb, name) == ('HELLO', 'text'):  # what a client draws: its key, the nonce
        mask = bytearray(len(octets))
        for found in re.finditer(rb'\n(?:client-key|nonce) ([^\n]+)', octets):
            mask[found.start(1):found.end(1)] = b'\1' * len(found[1])
        return bytes(mask)
    if (verb, name) == ('WELCOME', 'card text'):  # where this run's gateway listens
        mask = bytearray(len(octets))
        for found in re.finditer(rb'\n(?:door|hall) tcp://[0-9.]+:([0-9]{5})', octets):
            mask[found.start(1):found.end(1)] = b'\1' * len(found[1])
        return bytes(mask)
    return None


def message(who, outward, place, octets):
    verb = octets[1].decode()
    names = (['protocol', 'verb', 'request id'] + NAMES[verb])[:max(len(octets), 4)]
    assert len(names) == len(octets), verb
    return Message(who, outward, place, [
        Frame(name, frame, mask_of(verb, name, frame), (verb, name) in FREE)
        for name, frame in zip(names, octets)])


# ---- text --------------------------------------------------------------------------------------

def render(messages, titles):
    """titles: index of a message -> prose before it."""
    out = []
    for number, one in enumerate(messages):
        if number in titles:
            out.append(('\n' if out else '') + titles[number])
        out.append('\n```emx' if out else '```emx')
        out.append('%s %s %s %s' % (one.who, '>' if one.outward else '<', one.place, one.verb))
        for index, frame in enumerate(one.frames):
            out.append('%d %s%s' % (index + 1, frame.name, ' free' if frame.free else ''))
            for at in range(0, len(frame.octets), 16):
                part = frame.octets[at:at + 16]
                hexes = ''.join('%s%02x' % ('~' if m else ' ', c)
                                for c, m in zip(part, frame.mask[at:at + 16]))
                out.append('%-50s|%s|' % (hexes, ''.join(
                    chr(c) if 32 <= c < 127 else '.' for c in part)))
        out.append('```')
    return '\n'.join(out) + '\n\n'


def parse_block(block):
    lines = block.rstrip('\n').split('\n')
    who, arrow, place, verb = lines[0].split(' ')
    assert arrow in '<>', lines[0]
    frames = []
    for line in lines[1:]:
        head = re.fullmatch(r'(\d+) ([a-zA-Z][a-zA-Z ]*?)( free)?', line)
        if head and '|' not in line:
            assert int(head[1]) == len(frames) + 1, line
            frames.append(Frame(head[2], b'', b'', bool(head[3])))
            continue
        hexes = line[:line.index('|')]
        tokens = re.findall(r'(~?)([0-9a-f]{2})', hexes)
        assert re.fullmatch(r'([ ~][0-9a-f]{2}){1,16} +', hexes), line
        frames[-1].octets += bytes(int(octet, 16) for _, octet in tokens)
        frames[-1].mask += bytes(1 if tilde else 0 for tilde, _ in tokens)
    assert frames[1].octets.decode() == verb, lines[0]
    return Message(who, arrow == '>', place, frames)


def read(path=DOCUMENT):
    with open(path, encoding='utf-8') as source:
        text = source.read()
    section = text[text.index(BEGIN):text.index(END)]
    return [parse_block(block) for block in re.findall(r'```emx\n(.*?)```', section, re.S)]


def write(section, path=DOCUMENT):
    with open(path, encoding='utf-8') as source:
        text = source.read()
    text = text[:text.index(BEGIN) + len(BEGIN)] + section + text[text.index(END):]
    with open(path, 'w', encoding='utf-8') as out:
        out.write(text)


# ---- signing at the clock of the dialogue ------------------------------------------------------

def sign_at(data, kind, key, cert, at=CLOCK):
    """As sign(), with a signing-time that openssl can not be given: the signed attributes are
    changed and signed again."""
    info = asn1_cms.ContentInfo.load(sign(data, kind, key, cert))
    signer = info['content']['signer_infos'][0]
    when = time_of(at).replace(microsecond=0, tzinfo=datetime.timezone.utc)
    for attribute in signer['signed_attrs']:
        if attribute['type'].native == 'signing_time':
            attribute['values'] = [asn1_cms.Time({'utc_time': when})]
    octets = signer['signed_attrs'].untag().dump(force=True)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'attributes')
        with open(path, 'wb') as out:
            out.write(octets)
        status, signature, err = run_openssl('dgst', '-sha256', '-sign', key, path)
    assert status == 0, err
    signer['signature'] = signature
    return info.dump(force=True)


def read_curve(path):
    with open(path, encoding='ascii') as source:
        public, secret = source.read().split()
    return public.encode(), secret.encode()


def start_gateway(program, folder, journal):
    """emgated with the clock of the dialogue, on free ports: (process, door, hall)."""
    settings = [program, '--config', os.path.join(folder, 'emgated.ini')]
    begun = os.path.exists(os.path.join(folder, 'archive.db.head'))
    environment = dict(os.environ, EMGATE_TEST_CLOCK=CLOCK)
    with open(journal, 'ab') as err:
        process = subprocess.Popen(settings + ([] if begun else ['--new-log']),
                                   stdout=subprocess.PIPE, stderr=err, env=environment)
    line = process.stdout.readline().decode()
    assert line.startswith('ready'), 'gateway did not start: %s' % open(journal).read()
    words = dict(word.split('=', 1) for word in line.split()[1:])
    return process, words['door'], words['hall']
