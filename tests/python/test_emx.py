"""The independent client against the gateway, and what strangers and bad clients get.

Every case is one function; a case that should be refused says with which code.
"""
import os
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import emx_client  # noqa: E402
import hostile  # noqa: E402
from trial import EMGATE, Trial, run  # noqa: E402

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


def good(trial, operator, authority):
    reports = [path.read_bytes() for path in trial.reports]
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


def bad_signatures(trial, operator, folder):
    report = trial.reports[0].read_bytes()
    key, cert = operator.key, operator.cert
    signed = emx_client.sign(report, 'report', key, cert)
    authority = trial.who('authority')
    checks = [
        ('cms-not-cms', 'octets that are no CMS', b'no CMS at all'),
        ('cms-not-cms', 'an empty CMS', b''),
        ('cms-trailing-octets', 'trailing octets', signed + b'\0'),
        ('cms-content-type', 'a HELLO signature for a report',
         emx_client.sign(report, 'hello', key, cert)),
        ('cms-content-type', 'a content type of its own',
         emx_client.sign(report, '1.2.840.113549.1.7.1', key, cert)),
        ('cms-signers', 'two signers',
         hostile.two_signers(report, 'report', (key, cert), authority[2:], folder)),
        ('cms-attribute-missing', 'no signing-certificate-v2',
         hostile.without_attributes(report, 'report', key, cert, folder)),
        ('cms-attribute-doubled', 'an attribute twice', hostile.doubled_attribute(signed)),
        ('cms-not-detached', 'content inside', hostile.with_content(report, 'report', key, cert)),
        ('cms-signature', 'another report under this signature',
         emx_client.sign(report + b'\n', 'report', key, cert)),
    ]
    for code, name, cms in checks:
        refused(code, name, lambda cms=cms: operator.submit(report, cms))
    refused('cms-signature', 'one octet of the report changed',
            lambda: operator.submit(report.replace(b'2011-04-06', b'2011-04-07', 1), signed))
    case(operator.ping() is not None, 'the gateway goes on after all of them')
    other = report.replace(b'demo.emgate.example', b'other.emgate.example')
    case(other != report, 'the report names its addressee')
    refused('addressee', 'another addressee', lambda: operator.submit(other))
    plant = report.replace(b'gas-turbine', b'gas-turbinX')
    refused('plant-not-allowed', 'a plant that is not ours', lambda: operator.submit(plant))
    refused('role', 'an authority that reports', lambda: operator.submit(
        report.replace(b'gas-turbine-2011', b'gas-turbine-x2011'),
        emx_client.sign(report.replace(b'gas-turbine-2011', b'gas-turbine-x2011'), 'report',
                        authority[2], authority[3])))


def bad_greetings(trial):
    client = emx_client.Client(*trial.who('operator'))
    other, _ = emx_client.zmq.curve_keypair()
    refused('hello-key', 'HELLO with the key of another connection',
            lambda: client.greet(client.hello_text(public=other)))
    refused('addressee', 'HELLO for another log',
            lambda: client.greet(client.hello_text(origin='other.example')))
    refused('hello-text', 'HELLO that is no text', lambda: client.greet(b'emgate hello 2\n'))
    refused('hello-time', 'HELLO of last year',
            lambda: client.greet(client.hello_text(at='2025-01-01T00:00:00.000Z')))
    refused('version', 'HELLO of a newer protocol',
            lambda: client.greet(client.hello_text(versions='EMX9')), kind='ERROR')
    text = client.hello_text()
    refused('cms-content-type', 'a report signature offered as HELLO',
            lambda: client.greet(text, emx_client.sign(text, 'report', client.key, client.cert)))
    refused('cms-signature', 'HELLO altered after signing',
            lambda: client.greet(client.hello_text(),
                                 emx_client.sign(text, 'hello', client.key, client.cert)))
    with tempfile.TemporaryDirectory() as folder:
        stranger = os.path.join(folder, 'stranger')
        run(EMGATE, 'pki', 'init', stranger)
        refused('cert-path', 'HELLO by a certificate of another authority', lambda: client.greet(
            text, emx_client.sign(text, 'hello', stranger + '/operator.key',
                                  stranger + '/operator.pem')))
    case(client.greet()['participant'] == 'operator', 'the same client greets well afterwards')
    client.close()


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


def strangers(trial, operator, authority):
    turned_away, answered = hostile.stranger_at_hall(operator)
    case(turned_away and not answered, 'a stranger at the hall is turned away')
    case(trial.wait_told('not-admitted'), 'the journal tells the stranger')
    case(not hostile.plain_at(operator, 'hall'), 'no CURVE, no answer (hall)')
    case(not hostile.plain_at(operator, 'door'), 'no CURVE, no answer (door)')
    case(not hostile.takeover(operator, authority), 'a routing id of another gets no reply')
    memory = trial.resident_kb()
    for place in ('hall', 'door'):
        hostile.many_frames(operator, place)
        case(operator.ping() is not None, 'a flood of frames at the %s: hall goes on' % place)
    case(trial.resident_kb() < memory + 20000, 'memory stays where it was', memory,
         trial.resident_kb())
    silent = hostile.silent_connections(operator, 'hall', 250) + \
        hostile.silent_connections(operator, 'door', 250)
    half = hostile.half_handshakes(operator, 'hall', 20) + \
        hostile.half_handshakes(operator, 'door', 20)
    cpu = trial.cpu_seconds()
    time.sleep(2)
    case(len(silent) == 500, '500 silent connections', len(silent))
    case(operator.ping() is not None, 'silent connections: hall goes on')
    case(trial.cpu_seconds() - cpu < 0.5, 'the processor stays idle', trial.cpu_seconds() - cpu)
    case(trial.resident_kb() < memory + 30000, 'memory stays where it was (silent)', memory,
         trial.resident_kb())
    for one in silent + half:
        one.close()
    late = emx_client.Client(*trial.who('operator'))
    case(late.greet()['participant'] == 'operator', 'the door welcomes after the flood')
    late.close()


def tools(trial):
    """The verbs over the same gateway: what one client sent, the other sees."""
    out = trial.top / 'out'
    text = run(EMGATE, 'submit', *trial.as_options('operator'), '--sign',
               '%s,%s' % trial.who('operator')[2:], '-o', out, *trial.reports)
    case(text.count('accepted') == len(trial.reports), 'submit tells each', text)
    for report in trial.reports:
        case(all((out / (report.name + end)).exists() for end in
                 ('.receipt', '.findings', '.salts', '.de.txt', '.en.txt', '.p7s')),
             'submit keeps what came back')
    key = emx_client.LogKey((trial.folder / 'log.vkey').read_text().strip())
    receipt = emx_client.Receipt((out / (trial.reports[0].name + '.receipt')).read_bytes(), key)
    case(receipt.accepted, 'its receipt proves to the independent client')
    case('outcome     accepted' in run(EMGATE, 'status', *trial.as_options('operator'),
                                       receipt.get('identity')), 'status')
    run(EMGATE, 'status', *trial.as_options('operator'), 'operator no 1', status=1)
    run(EMGATE, 'status', *trial.as_options('operator'), 'nonsense', status=2)
    inbox = trial.top / 'inbox'
    follow = [EMGATE, 'follow', *trial.as_options('authority'), '--to', inbox]
    run(*follow, '--count', 1)
    case(len(list(inbox.glob('*.xml'))) == 1, 'follow ends after --count')
    run(*follow, '--until-idle', 1)
    case(len(list(inbox.glob('*.xml'))) == len(trial.reports), 'follow goes on where it stopped')
    (inbox / 'cursor.authority').write_text('0.0\n')
    before = sorted((path.name, path.read_bytes()) for path in inbox.glob('*.xml'))
    run(*follow, '--until-idle', 1)
    after = sorted((path.name, path.read_bytes()) for path in inbox.glob('*.xml'))
    case(before == after, 'an item taken twice is one file')
    (inbox / 'cursor.authority').write_text('not a cursor\n')
    run(*follow, '--until-idle', 1, status=2)
    failing = run(EMGATE, 'follow', *trial.as_options('operator'), '--exec', 'exit 3',
                  '--until-idle', 1, status=2)
    case('status 3' in failing, 'a failing command ends follow', failing)
    text = run(EMGATE, 'follow', *trial.as_options('operator'), '--exec',
               'echo "$EMGATE_CURSOR $(wc -c)"', '--until-idle', 1)
    case(text.count('octets') == len(trial.reports), 'nothing was acknowledged by the failed one')
    program = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'emx_client.py')
    done = subprocess.run(['/usr/bin/python3', program, 'submit', *trial.as_options('operator'),
                           str(trial.reports[0])], stdout=subprocess.PIPE, check=False)
    case(done.returncode == 0 and b'accepted' in done.stdout, 'the client as a program')


def restarted(trial, operator, authority):
    receipt = operator.submit(trial.reports[0].read_bytes())
    operator.close()
    authority.close()
    trial.stop()
    trial.start()
    client = emx_client.Client(*trial.who('operator'))
    client.enter()
    again = client.submit(trial.reports[0].read_bytes())
    case(again.octets == receipt.octets, 'after a restart the receipt is the same')
    client.close()


def main():
    trial = Trial().start()
    try:
        operator = emx_client.Client(*trial.who('operator'))
        authority = emx_client.Client(*trial.who('authority'))
        operator.enter()
        authority.enter()
        good(trial, operator, authority)
        bad_signatures(trial, operator, str(trial.top))
        bad_greetings(trial)
        malformed(operator)
        strangers(trial, operator, authority)
        tools(trial)
        restarted(trial, operator, authority)
    finally:
        if results['failed']:
            print(trial.told()[-3000:])
        trial.end()
    print('%(passed)d passed, %(failed)d failed' % results)
    return 1 if results['failed'] else 0


if __name__ == '__main__':
    sys.exit(main())
