#!/usr/bin/python3
# timeout: 240
"""An admitted client that sends what nobody should: is it answered or ignored, and does it go on?

Mutations of good messages and of signed reports, from a seed that is printed; then what a follower
may not do. An answer that blames the gateway (internal, archive) is a mistake of the gateway.
"""
import os
import random
import re
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../support'))
import gateway as support  # noqa: E402
import party as people  # noqa: E402
import emx_client  # noqa: E402

SEED = int(os.environ.get('EMGATE_TEST_SEED', '20110406'))
MESSAGES_S = support.rounds(12, 5, 'seconds of mutated messages')
REPORTS = support.rounds(250, 100, 'mutated reports')
REPORTS_S = 15
ANSWERS = {b'RECEIPT', b'UNAUTHENTICATED', b'ERROR', b'STANDING', b'FOLLOWING', b'ITEM', b'ACKED',
           b'PONG'}
OURS = {'internal', 'archive', 'clock', 'stopping', 'ceiling'}
WORDS = [b'', b'\0', b'0', b'-1', b'1.0', b'0.1', b'99999999999999999999', b'18446744073709551615',
         b'18446744073709551615.4294967295', b'18446744073709551616.1', b'0.4294967296', b'01.1',
         b'operator', b'authority', b'public', b'*', b'%s%n', b'a' * 127, b'a' * 128, b'a' * 129,
         b'operator x 1', b'operator x 0', b'operator  1', b'operator x 1 1', b"' OR 1=1 --",
         b'EMX1', b'EMX2', b'SUBMIT', b'HELLO', b'ITEM', b'BYE', b'\xff' * 33, b'x' * 32,
         b'\xc3\x28', b'../../etc/passwd', b'\r\n', b'1000', b'1001', bytes(70000)]


def mutated_octets(chance, octets):
    octets = bytearray(octets)
    for _ in range(chance.choice((1, 1, 1, 2, 5))):
        kind = chance.randrange(6)
        at = chance.randrange(len(octets) + 1)
        if kind == 0 and at < len(octets):
            octets[at] ^= 1 << chance.randrange(8)
        elif kind == 1:
            octets[at:at] = chance.choice(WORDS[:-1])
        elif kind == 2:
            del octets[at:at + chance.randrange(1, 40)]
        elif kind == 3:
            octets[at:] = b''
        elif kind == 4:
            octets[at:at] = octets[at:at + chance.randrange(1, 200)]
        elif at < len(octets):
            octets[at] = chance.randrange(256)
    return bytes(octets)


def mutated(chance, frames):
    frames = list(frames)
    for _ in range(chance.choice((1, 1, 2, 3))):
        kind = chance.randrange(7)
        at = chance.randrange(len(frames)) if frames else 0
        if not frames or kind == 0:
            frames.insert(at, chance.choice(WORDS))
        elif kind == 1:
            del frames[at]
        elif kind == 2:
            frames.insert(at, frames[chance.randrange(len(frames))])
        elif kind == 3:
            chance.shuffle(frames)
        elif kind == 4:
            frames[at] = chance.choice(WORDS)
        else:
            frames[at] = mutated_octets(chance, frames[at])
    return frames or [b'']


def check_answer(frames):
    assert frames[0] == b'EMX1' and len(frames) >= 3, frames[:3]
    assert frames[1] in ANSWERS, frames[1]
    if frames[1] in (b'ERROR', b'UNAUTHENTICATED'):
        lines = emx_client.read_text(frames[3], 'answer')
        assert lines['code'] not in OURS, lines
        return lines['code']
    return frames[1].decode()


def drain(client, seen):
    while client.hall.poll(0):
        code = check_answer(client.hall.recv_multipart())
        seen[code] = seen.get(code, 0) + 1


def one_report(gateway, day, name):
    with open(gateway.reports(day, name=name)[0], 'rb') as source:
        return source.read()


def mutated_messages_are_answered_or_ignored():
    chance = random.Random(SEED)
    with support.Gateway() as gateway, people.Party(gateway) as party:
        steady = party['operator']
        good = [open(path, 'rb').read() for path in gateway.reports('2011-02-01', days=60)]
        report = good.pop()
        cms = emx_client.sign(report, 'report', steady.key, steady.cert)
        first = steady.submit(good.pop())
        identity = first.get('identity').encode()
        fuzzers = [party.enter('operator'), party.enter('authority')]
        messages = [[b'SUBMIT', b'1', cms, report], [b'SUBMIT', b'2', cms, report, b''],
                    [b'STATUS', b'3', identity], [b'FOLLOW', b'4', b'authority', b'0.0', b'5', b''],
                    [b'FOLLOW', b'5', b'operator', b'', b'1000', b''],
                    [b'CREDIT', b'6', b'authority', b'10'],
                    [b'ACK', b'7', b'authority', b'%d.1' % first.index], [b'PING', b'8'],
                    [b'BYE', b'9']]
        memory, sent, seen = gateway.memory_kib(), 0, {}
        end = time.monotonic() + MESSAGES_S
        while time.monotonic() < end:
            client = chance.choice(fuzzers)
            frames = mutated(chance, [b'EMX1'] + chance.choice(messages))
            client.hall.send_multipart(frames)
            sent += 1
            drain(client, seen)
            if sent % 500 == 0:
                assert not gateway.ended(), 'it died'
                time.sleep(0.2)  # below the rate of one connection
                assert steady.submit(good.pop()).accepted
        time.sleep(0.5)
        for client in fuzzers:
            drain(client, seen)
        assert steady.submit(good.pop()).accepted
        grown = (gateway.memory_kib() - memory) / 1024
        print('      seed %d: %d messages, memory +%.1f MiB, %s' % (SEED, sent, grown, seen))
        assert sent > 500 and seen.get('malformed', 0) > 100, 'it was tried'
        assert grown < 48 or support.sanitized(), 'memory grew by %.1f MiB' % grown
        assert 'code=internal' not in gateway.journal()
        gateway.stop()
        gateway.audit()


def mutated_reports_that_are_well_signed_are_judged_and_rerun():
    chance = random.Random(SEED + 1)
    with support.Gateway() as gateway, people.Party(gateway) as party:
        operator = party['operator']
        report = one_report(gateway, '2011-02-01', 'good')
        seen, number, end = {}, 0, time.monotonic() + REPORTS_S
        while number < REPORTS and time.monotonic() < end:
            number += 1
            flawed = mutated_octets(chance, report)
            if chance.randrange(2):
                flawed = re.sub(rb'version="1"', b'version="%d"' % (number + 1), flawed, count=1)
            operator.hall.send_multipart(
                [b'EMX1', b'SUBMIT', b'%d' % number,
                 emx_client.sign(flawed, 'report', operator.key, operator.cert), flawed])
            drain(operator, seen)
        time.sleep(0.5)
        drain(operator, seen)
        assert sum(seen.values()) == number, 'one answer each: %d for %d' % (sum(seen.values()),
                                                                            number)
        print('      seed %d: %d reports, %s' % (SEED + 1, number, seen))
        assert number >= 40 and seen['RECEIPT'] > number / 3, seen
        assert operator.submit(one_report(gateway, '2011-02-02', 'other')).accepted
        gateway.stop()
        out, _, _ = gateway.audit()
        proved = int(re.search(r'proved and rerun +(\d+)', out).group(1))
        assert proved > number / 4, out


def what_a_follower_may_not_do():
    with support.Gateway() as gateway, people.Party(gateway) as party:
        operator, authority = party['operator'], party['authority']
        receipts = [operator.submit(open(path, 'rb').read())
                    for path in gateway.reports('2011-02-01', days=4)]
        last = receipts[-1].index

        def refused(client, code, verb, *body):
            people.refused(lambda: client.ask(verb, *body), code, 'ERROR')

        told = list(authority.follow(cursor='0.0', credit=2, wait=1.0))
        assert [item[3].index for item in told] == [one.index for one in receipts]
        for cursor in (b'%d.2' % last, b'%d.1' % (last + 1), b'18446744073709551615.4294967295'):
            refused(authority, 'ack-beyond', b'ACK', b'authority', cursor)
        for cursor in (b'', b'1', b'1.', b'.1', b'01.1', b'-1.1', b'1.4294967296', b'1.1 ', b'1.1\0',
                       b'18446744073709551616.1'):
            refused(authority, 'malformed', b'ACK', b'authority', cursor)
        for stream in (b'authority', b'auditor', b'nobody', b'public'):
            refused(operator, 'stream-unknown', b'FOLLOW', stream, b'', b'10', b'')
            refused(operator, 'stream-unknown', b'ACK', stream, b'%d.1' % last)
            refused(operator, 'stream-unknown', b'CREDIT', stream, b'1')
        for credit in (b'1001', b'-1', b'', b'1e3', b'4294967297', b'18446744073709551617'):
            refused(authority, 'malformed', b'FOLLOW', b'authority', b'', credit, b'')
            refused(authority, 'malformed', b'CREDIT', b'authority', credit)
        refused(authority, 'malformed', b'CREDIT', b'authority', b'0')
        refused(authority, 'malformed', b'FOLLOW', b'authority', b'', b'1', b'filter')
        refused(authority, 'cursor-beyond', b'FOLLOW', b'authority', b'99.1', b'1', b'')
        assert authority.ack('%d.1' % receipts[1].index) == '%d.1' % receipts[1].index
        assert authority.ack('%d.1' % receipts[0].index) == '%d.1' % receipts[1].index, \
            'it never moves back'
        rest = list(authority.follow(wait=1.0))
        assert [item[3].index for item in rest] == [one.index for one in receipts[2:]]


def credit_is_never_more_than_the_gateway_said():
    most = 5
    with support.Gateway(settings=[('limits', 'credit-max', most)]) as gateway, \
            people.Party(gateway) as party:
        operator, authority = party['operator'], party['authority']
        for path in gateway.reports('2011-02-01', days=20):
            assert operator.submit(open(path, 'rb').read()).accepted
        assert int(authority.welcome['credit-max']) == most

        def items():
            count = 0
            while authority.hall.poll(700):
                count += authority.hall.recv_multipart()[1] == b'ITEM'
            return count

        authority.ask(b'FOLLOW', b'authority', b'0.0', b'1000', b'')
        assert items() + len(authority.early) == most
        authority.early.clear()
        authority.ask(b'FOLLOW', b'authority', b'0.0', b'0', b'')
        assert items() + len(authority.early) == 0, 'no credit, no item'
        authority.hall.send_multipart([b'EMX1', b'CREDIT', b'c', b'authority', b'1000'])
        got = items()
        assert got == most, 'a grant of 1000 brought %d items' % got


support.main([
    mutated_messages_are_answered_or_ignored,
    mutated_reports_that_are_well_signed_are_judged_and_rerun,
    what_a_follower_may_not_do,
    credit_is_never_more_than_the_gateway_said,
])
