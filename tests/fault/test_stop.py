#!/usr/bin/python3
# timeout: 300
"""Stopping, reloading and a wrong clock while work is under way."""
import datetime
import os
import re
import shutil
import signal
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../support'))
import faults  # noqa: E402
import gateway as support  # noqa: E402
from faults import emx_client  # noqa: E402

DIRECTORY = '2.25.71955159112784848781318806709141936065'
STOPS = support.rounds(4, 2, 'stops')


def background(action):
    """Run beside; returns the thread, whose `result` is there after join()."""
    class Beside(threading.Thread):
        result = None

        def run(self):
            self.result = action()
    thread = Beside()
    thread.start()
    return thread


def receipts_of(gateway, into):
    """{entry: receipt} of the receipts that a client kept."""
    found, folder = {}, os.path.join(gateway.path, into)
    key = gateway.log_key()
    for name in os.listdir(folder) if os.path.isdir(folder) else ():
        if name.endswith('.receipt'):
            with open(os.path.join(folder, name), 'rb') as octets:
                receipt = emx_client.Receipt(octets.read(), key)
                found[receipt.index] = receipt
    return found


def refused(action):
    try:
        got = action()
    except emx_client.Refused as refusal:
        return refusal.kind, refusal.code
    raise AssertionError('not refused: %r' % (got,))


def sign_directory(gateway, change, who='registrar'):
    """Change the directory's text and sign it."""
    with open(gateway.file('directory.xml'), encoding='utf-8') as source:
        text = change(source.read()).encode()
    with open(gateway.file('directory.xml'), 'wb') as out:
        out.write(text)
    with open(gateway.file('directory.xml.p7s'), 'wb') as out:
        out.write(emx_client.sign(text, DIRECTORY, gateway.file(who + '.key'),
                                  gateway.file(who + '.pem')))


def version(number):
    return lambda text: re.sub(r'version="\d+" not-after', 'version="%d" not-after' % number, text)


def without(participant, number):
    """Another certificate and id for this participant, in the next version."""
    def change(text):
        text = re.sub(r' (id|operator|participant)="%s"' % participant,
                      r' \1="%s-2"' % participant, text)
        return version(number)(re.sub(r'(id="%s-2".*?sha256:)[0-9a-f]{64}' % participant,
                                      r'\g<1>' + '%02x' % number * 32, text, flags=re.S))
    return change


def stopping_under_load_answers_what_is_in_hand_and_loses_no_receipt():
    chance = faults.dice('stop')
    gateway = faults.FixedGateway()
    busy, number = 0, 0
    # a fast gateway may have nothing left in hand: then stop it once more
    while number < STOPS or (busy == 0 and number < 10 * STOPS):
        number += 1
        gateway.start()
        into = 'receipts%d' % number
        before = set(gateway.entries())
        paths = gateway.write_reports(chance, 'stop%d' % number, 400)
        sender = background(lambda: gateway.submit(*paths, into=into, status=None,
                                                   extra=('--timeout', '4', '--window', '100')))
        gateway.wait_for(lambda: len(gateway.entries()) > len(before) + 10, 'the first receipts')
        time.sleep(chance.random() * 0.3)
        children = gateway.children()
        gateway.stop()  # exit status 0
        assert faults.gone(children), 'a door outlived its gateway'
        sender.join(60)
        kept, entries = receipts_of(gateway, into), set(gateway.entries()) - before
        assert set(kept) == entries, '%d receipts for %d entries; without: %s\n%s\n%s' % (
            len(kept), len(entries), sorted(entries - set(kept)), gateway.journal()[-1500:],
            [line for line in sender.result[0].splitlines() if 'accepted' not in line][:5])
        busy += int(re.findall(r'stopping signal=\d+ in_hand=(\d+)', gateway.journal())[-1])
    print('      %d reports were in hand at %d stops' % (busy, number), flush=True)
    assert busy > 0
    gateway.audit()


def new_version(gateway, number):
    """The bench package under a new version takes the place of the old one."""
    copy = os.path.join(tempfile.mkdtemp(), 'bench')
    shutil.copytree(faults.BENCH, copy)
    path = os.path.join(copy, 'package.xml')
    with open(path, encoding='utf-8') as source:
        text = source.read()
    assert 'version="1.0.0"' in text
    with open(path, 'w', encoding='utf-8') as out:
        out.write(text.replace('version="1.0.0"', 'version="%s"' % number))
    shutil.rmtree(gateway.file('rules/eu.emgate.bench.half-hourly'))
    gateway.install(copy)


def a_new_package_under_load_judges_every_report_that_is_recorded_after_it():
    chance = faults.dice('reload')
    with faults.FixedGateway() as gateway:
        paths = gateway.write_reports(chance, 'newer', 900)
        sender = background(lambda: gateway.submit(*paths, extra=('--window', '100')))
        for round_number, number in enumerate(('1.0.1', '1.1.0', '2.0.0')):
            gateway.wait_for(lambda: len(gateway.entries()) > 50 + 150 * round_number, 'reports')
            new_version(gateway, number)
            line = gateway.reload()
            assert 'reloaded' in line, line
        sender.join(120)
        assert sender.result, 'the sender failed'
        entries = gateway.entries()
        assert len(entries) == 900
        assert set(receipts_of(gateway, 'receipts')) == set(entries)
        packages = [index for index, in gateway.ask('SELECT idx FROM entries WHERE kind = 1 '
                                                    'ORDER BY idx')]
        assert len(packages) == 4, packages
        for index, (entry, _) in entries.items():
            due = ('1.0.0', '1.0.1', '1.1.0', '2.0.0')[sum(at < index for at in packages) - 1]
            assert b'bench.half-hourly %s ' % due.encode() in entry, '%d is not judged by %s:\n%s' % (
                index, due, entry.decode())
        gateway.stop()
        gateway.audit()


def spoil(path):
    with open(path, 'r+b') as changed:
        octets = bytearray(changed.read())
        octets[len(octets) // 2] ^= 1
        changed.seek(0)
        changed.write(octets)


def what_is_bad_at_a_reload_is_refused_whole_with_its_reason_and_the_gateway_goes_on():
    chance = faults.dice('bad')
    with faults.FixedGateway() as gateway:
        saved = os.path.join(gateway.path, 'saved')
        shutil.copytree(gateway.pki, saved)
        folder = gateway.file('rules/eu.emgate.bench.half-hourly/1.0.0')
        client = gateway.client()
        size = gateway.ask('SELECT count(*) FROM entries')
        bad = (
            ('cms-signature', lambda: spoil(gateway.file('directory.xml'))),
            ('registrar', lambda: sign_directory(gateway, version(2), 'operator')),
            ('version', lambda: sign_directory(
                gateway, lambda text: text.replace('Gas turbine 1', 'Gas turbine 2'))),
            ('directory.xml', lambda: os.unlink(gateway.file('directory.xml'))),
            ('report.sch', lambda: spoil(os.path.join(folder, 'checks/report.sch'))),
            ('means.xsl', lambda: os.unlink(os.path.join(folder, 'transform/means.xsl'))),
            ('extra', lambda: shutil.copy(__file__, os.path.join(folder, 'checks/extra.sch'))),
            ('eu.emgate.bench', lambda: sign_directory(gateway, lambda text: version(2)(
                text.replace('<publishes prefix="eu."/>', '')))),
        )
        for number, (word, damage) in enumerate(bad):
            damage()
            line = gateway.reload()
            assert 'reload-refused' in line and word in line, '%s: %s' % (word, line)
            for name in ('directory.xml', 'directory.xml.p7s'):
                shutil.copy(os.path.join(saved, name), gateway.file(name))
            shutil.rmtree(gateway.file('rules'))
            shutil.copytree(os.path.join(saved, 'rules'), gateway.file('rules'))
            report = faults.short_report(chance, 'bad-%d' % number).encode()
            assert client.submit(report).accepted
        count = gateway.ask('SELECT count(*) FROM entries')[0][0]
        assert count == size[0][0] + len(bad), 'a refused reload left something in the log'
        client.close()
        gateway.stop()
        gateway.audit()


def who_is_taken_out_of_the_directory_must_greet_again_and_is_unknown_then():
    chance = faults.dice('out')
    with faults.FixedGateway() as gateway:
        client, authority = gateway.client(), gateway.client('authority')
        report = faults.short_report(chance, 'out').encode()
        cms = gateway.sign(report)
        receipt = client.submit(report, cms)
        items = authority.follow(cursor='0.0', credit=100, wait=3.0)
        assert next(items)[0] == '%d.1' % receipt.index
        sign_directory(gateway, without('operator', 2))
        line = gateway.reload()
        assert 'reloaded' in line, line
        gateway.wait_for(lambda: 'renewed' in gateway.journal(), 'the review of admissions')
        answer = refused(lambda: client.ask_once(b'SUBMIT', cms, report))
        assert answer == ('ERROR', 'greet-again'), answer
        assert refused(client.greet) == ('UNAUTHENTICATED', 'participant-unknown')
        assert authority.ping()  # the others stay admitted
        sign_directory(gateway, without('authority', 3))
        line = gateway.reload()
        assert 'reloaded' in line, line
        frames = authority.receive(authority.hall, 10.0)  # told without having asked
        assert frames is not None and frames[1] == b'ERROR' and b'greet-again' in frames[3], frames
        assert refused(lambda: authority.ask_once(b'PING')) == ('ERROR', 'greet-again')
        sign_directory(gateway, version(2))
        line = gateway.reload()
        assert 'reload-refused' in line and 'does not follow version 3' in line, line
        for each in (client, authority):
            each.close()
        gateway.stop()
        gateway.audit()


def clock(minutes):
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=minutes)
    return at.strftime('%Y-%m-%dT%H:%M:%S.000Z')


def at_time(gateway, minutes, action):
    """One life of the gateway with its clock, and that of the client, standing at this time."""
    text = clock(minutes)
    gateway.env['EMGATE_TEST_CLOCK'] = os.environ['EMGATE_TEST_CLOCK'] = text
    try:
        gateway.start()
        try:
            client = gateway.client()
            try:
                return action(client)
            finally:
                client.close()
        finally:
            gateway.stop()
    finally:
        del os.environ['EMGATE_TEST_CLOCK']


def a_clock_far_behind_the_log_records_nothing_until_it_is_mended():
    chance = faults.dice('clock')
    gateway = faults.FixedGateway(emgated=faults.HOOKS)
    first, second, third = (faults.short_report(chance, 'clock-%d' % number).encode()
                            for number in range(3))
    cms = gateway.sign(second)
    receipt = at_time(gateway, 20, lambda client: client.submit(first))

    # Nobody is greeted by a clock in doubt (what is there and who is admitted: flow/test_clock).
    assert refused(lambda: at_time(gateway, 14, lambda client: client)) == ('ERROR', 'clock')
    assert len(gateway.entries()) == 1
    assert ' clock-doubted reason=before-last-entry ' in gateway.journal()
    later = at_time(gateway, 16, lambda client: client.submit(second, cms))  # within five minutes
    assert later.get('recorded-at') == receipt.get('recorded-at'), 'recorded-at went back'
    assert at_time(gateway, 21, lambda client: client.submit(third)).accepted
    gateway.audit()


support.main([
    stopping_under_load_answers_what_is_in_hand_and_loses_no_receipt,
    a_new_package_under_load_judges_every_report_that_is_recorded_after_it,
    what_is_bad_at_a_reload_is_refused_whole_with_its_reason_and_the_gateway_goes_on,
    who_is_taken_out_of_the_directory_must_greet_again_and_is_unknown_then,
    a_clock_far_behind_the_log_records_nothing_until_it_is_mended,
])
