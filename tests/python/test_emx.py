"""The independent client against the gateway, and the tool's verbs over what it sent.

A case that should be refused says with which code. What bad clients and strangers get is tested in
tests/flow.
"""
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / 'support')]
import emx_client  # noqa: E402
import hostile  # noqa: E402
from gateway import Gateway  # noqa: E402

results = {'passed': 0, 'failed': 0}


def case(condition, name, *details):
    results['passed' if condition else 'failed'] += 1
    if not condition:
        print('FAILED: %s %s' % (name, ' '.join(map(str, details))))


def refused(code, name, action, kind='UNAUTHENTICATED'):
    """The action must be refused with this code."""
    try:
        got = action()
    except emx_client.Refused as refusal:
        case(refusal.code == code and refusal.kind == kind and refusal.lines['de'] and
             refusal.lines['en'], name, 'got', refusal.kind, refusal.code)
    except (emx_client.Untrue, TimeoutError) as failure:
        case(False, name, repr(failure))
    else:
        case(False, name, 'was not refused', got)


def good(reports, operator, authority):
    receipts = [operator.submit(report) for report in reports]
    case(all(receipt.accepted for receipt in receipts), 'reports are accepted')
    again = operator.submit(reports[0])
    case(again.octets == receipts[0].octets, 'a fresh signature gets the same receipt')
    case(again.salts == receipts[0].salts, 'and the same salts')
    case(int(operator.ping()['size']) >= len(receipts) + 2, 'the log holds them')
    identity = receipts[0].get('identity')
    standing, lines = operator.status(identity)
    case(standing.octets == receipts[0].octets, 'STATUS shows the same receipt')
    case(('index', str(receipts[0].index)) in lines, 'STATUS shows the index')
    refused('unknown', 'STATUS of what is not there', lambda: operator.status('operator no 1'),
            kind='ERROR')
    items = list(authority.follow(cursor='0.0', credit=2, wait=2))
    case([item[3].index for item in items] == sorted(r.index for r in receipts),
         'the authority gets each notification once, in order', items)
    refused('ack-beyond', 'an ACK beyond what was sent', lambda: authority.ack('99999.1'),
            kind='ERROR')
    case(authority.ack(items[1][0]) == items[1][0], 'an ACK is durable')
    rest = list(authority.follow(credit=10, wait=1))
    case([item[0] for item in rest] == [item[0] for item in items[2:]], 'it goes on from there')
    refused('stream-unknown', 'the stream of another',
            lambda: list(operator.follow(stream='authority')), kind='ERROR')
    refused('cursor-beyond', 'a cursor beyond the log',
            lambda: list(authority.follow(cursor='99999.1')), kind='ERROR')
    _, lines = operator.status(identity)
    case(any(value.endswith(' authority acknowledged') for _, value in lines),
         'STATUS shows the delivery', lines)


def malformed(operator):
    for name, frames in (('an unknown verb', [b'SHOUT', b'm1']),
                         ('a verb of the door', [b'HELLO', b'm2', b'text', b'cms']),
                         ('a verb of the gateway', [b'PONG', b'm3', b'text']),
                         ('too few frames', [b'SUBMIT', b'm4', b'cms']),
                         ('too many frames', [b'PING', b'm5', b'']),
                         ('a cursor that is none', [b'ACK', b'm6', b'operator', b'1']),
                         ('credit of nothing', [b'CREDIT', b'm7', b'operator', b'0'])):
        operator.hall.send_multipart([emx_client.PROTOCOL] + frames)
        got = operator.receive(operator.hall, 5)
        case(got is not None and got[1] == b'ERROR' and got[2] == frames[1] and
             emx_client.read_text(got[3], 'answer')['code'] == 'malformed', name, got)
    operator.hall.send_multipart([b'EMX2', b'PING', b'm8'])
    got = operator.receive(operator.hall, 5)
    case(got is not None and got[1] == b'ERROR', 'another protocol', got)


def tools(gateway, paths):
    """The verbs over the same gateway: what one client sent, the other sees."""
    out = pathlib.Path(gateway.path) / 'kept'
    text, _, _ = gateway.submit(*paths, into='kept')
    case(text.count('accepted') == len(paths), 'submit tells each', text)
    for report in paths:
        case(all((out / (report.name + '.v1' + end)).exists() for end in
                 ('.receipt', '.findings', '.salts', '.de.txt', '.en.txt', '.p7s')),
             'submit keeps what came back')
    key = emx_client.LogKey(pathlib.Path(gateway.file('log.vkey')).read_text().strip())
    receipt = emx_client.Receipt((out / (paths[0].name + '.v1.receipt')).read_bytes(), key)
    case(receipt.accepted, 'its receipt proves to the independent client')
    operator = gateway.connection('operator')
    text, _, _ = gateway.emgate('status', *operator, receipt.get('identity'))
    case('outcome     accepted' in text, 'status', text)
    gateway.emgate('status', *operator, 'operator no 1', status=1)
    gateway.emgate('status', *operator, 'nonsense', status=2)
    done = subprocess.run(['/usr/bin/python3', HERE / 'emx_client.py', 'submit', *operator,
                           paths[0]], stdout=subprocess.PIPE, check=False)
    case(done.returncode == 0 and b'accepted' in done.stdout, 'the client as a program')


def following(gateway, count):
    inbox = pathlib.Path(gateway.path) / 'inbox'
    follow = ['follow', *gateway.connection('authority'), '--to', inbox]
    gateway.emgate(*follow, '--count', 1)
    case(len(list(inbox.glob('*.xml'))) == 1, 'follow ends after --count')
    gateway.emgate(*follow, '--until-idle', 1)
    case(len(list(inbox.glob('*.xml'))) == count, 'follow goes on where it stopped')
    (inbox / 'cursor.authority').write_text('0.0\n')
    before = sorted((path.name, path.read_bytes()) for path in inbox.glob('*.xml'))
    gateway.emgate(*follow, '--until-idle', 1)
    after = sorted((path.name, path.read_bytes()) for path in inbox.glob('*.xml'))
    case(before == after, 'an item taken twice is one file')
    (inbox / 'cursor.authority').write_text('not a cursor\n')
    gateway.emgate(*follow, '--until-idle', 1, status=2)
    follow = ['follow', *gateway.connection('operator'), '--until-idle', 1, '--exec']
    _, failing, _ = gateway.emgate(*follow, 'exit 3', status=2)
    case('status 3' in failing, 'a failing command ends follow', failing)
    text, _, _ = gateway.emgate(*follow, 'echo "$EMGATE_CURSOR $(wc -c)"')
    case(text.count('octets') == count, 'nothing was acknowledged by the failed one', text)


def restarted(gateway, report):
    receipts = []
    for _ in range(2):
        client = emx_client.Client(*gateway.who('operator'))
        client.enter()
        receipts.append(client.submit(report))
        client.close()
        gateway.stop()
        gateway.start()
    case(receipts[0].octets == receipts[1].octets, 'after a restart the receipt is the same')


def main():
    with Gateway() as gateway:
        paths = [pathlib.Path(path) for path in gateway.reports('2011-04-06', days=3)]
        reports = [path.read_bytes() for path in paths]
        operator = emx_client.Client(*gateway.who('operator'))
        authority = emx_client.Client(*gateway.who('authority'))
        operator.enter()
        authority.enter()
        good(reports, operator, authority)
        malformed(operator)
        for place in ('door', 'hall'):
            case(not hostile.plain_at(operator, place), 'no CURVE, no answer', place)
        operator.close()
        authority.close()
        tools(gateway, paths)
        following(gateway, len(paths))
        restarted(gateway, reports[0])
        if results['failed']:
            print(gateway.journal()[-3000:])
    print('%(passed)d passed, %(failed)d failed' % results)
    return 1 if results['failed'] else 0


if __name__ == '__main__':
    sys.exit(main())
