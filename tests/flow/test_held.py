#!/usr/bin/python3
# timeout: 600
"""A report that its package can not judge is told so once, held the second time, and decided by a
person: never rejected, never judged for ever."""
import hashlib
import json
import os
import re
import shutil
import sqlite3
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../support'))
import gateway as support  # noqa: E402
import party as people  # noqa: E402

ID = 'eu.ied.annex-v.gas-turbine'
DAY = '2011-04-06'
NEXT = '99.0.0'
# Five walks over all attributes in each other, for reports so named alone.
COSTLY = ("not(starts-with(@id, 'boom')) or count(//@*[count(//@*[count(//@*[count(//@*[count(//@*) "
          "&gt; 0]) &gt; 0]) &gt; 0]) &gt; 0]) = 0")


def version():
    with open(os.path.join(support.TURBINE, 'package.xml'), encoding='utf-8') as file:
        return re.search(r'<package [^>]*version="([^"]+)"', file.read()).group(1)


def edited(name, path, old, new):
    copy = os.path.join(tempfile.mkdtemp(), name)
    shutil.copytree(support.TURBINE, copy)
    path = os.path.join(copy, path)
    with open(path, encoding='utf-8') as file:
        text = file.read()
    assert old in text, old
    with open(path, 'w', encoding='utf-8') as file:
        file.write(text.replace(old, new, 1))
    return copy


def costly():
    return edited('costly', 'checks/report.sch', "test=\"@from = @until\"",
                  'test="(%s) and @from = @until"' % COSTLY)


def mend(gateway):
    """The costly package is withdrawn, one that can judge takes its place."""
    gateway.install(edited('mended', 'package.xml', 'version="%s"' % version(),
                           'version="%s"' % NEXT))
    package = os.path.join(gateway.file('rules'), ID, version())
    gateway.emgate('rules', 'withdraw', package, '--key', gateway.file('publisher.key'), '--cert',
                   gateway.file('publisher.pem'), '--into', gateway.file('rules'), '--directory',
                   gateway.file('directory.xml'), '--anchors', gateway.file('ca.pem'), '--reason',
                   'it can not judge every report')


def a_report(gateway, name='boom', day=DAY):
    with open(gateway.reports(day, name='day-' + day)[0], 'rb') as source:
        report = source.read()
    out = re.sub(rb' id="[^"]*"', b' id="%s-%s"' % (name.encode(), day.encode()), report, count=1)
    assert out != report
    return out


def digest(report):
    return hashlib.sha256(report).hexdigest()


def held(gateway, *words, status=0):
    """One of the verbs on the gateway's archive; its documents."""
    out, err, _ = gateway.emgate('held', words[0], gateway.file('archive.db'), *words[1:], '--json',
                                 status=status)
    return [json.loads(line) for line in out.splitlines()] if status != 2 else err


def rows(gateway):
    return {row['report'][len('sha256:'):]: row for row in held(gateway, 'list')}


def change(gateway, sql, *values):
    """As nobody should: the table by hand, the gateway stopped."""
    base = sqlite3.connect(gateway.file('archive.db'))
    with base:
        assert base.execute(sql, values).rowcount == 1, sql
    base.close()


def breach_twice(party, report):
    operator = party['operator']
    first = people.refused(lambda: operator.submit(report), 'ceiling', 'ERROR')
    second = people.refused(lambda: operator.submit(report), 'held', 'ERROR')
    return first, second


def a_second_breach_is_held_and_judged_no_more():
    with support.Gateway(packages=[costly()]) as gateway, people.Party(gateway) as party:
        report, good = a_report(gateway), a_report(gateway, 'good', '2011-04-07')
        assert rows(gateway) == {}
        size = party.log_size()
        operator = party['operator']
        first = people.refused(lambda: operator.submit(report), 'ceiling', 'ERROR')
        assert 'operations' in first.lines['text'] and first.lines['where'], first.lines
        row = rows(gateway)[digest(report)]
        assert (row['state'], row['count'], row['code']) == ('breached', 1, 'ceiling'), row
        second = people.refused(lambda: operator.submit(report), 'held', 'ERROR')
        assert second.retry_after >= 3600000, second.lines
        assert '2 times' in second.lines['text'] and 'operations' in second.lines['text'], second.lines
        row = rows(gateway)[digest(report)]
        assert (row['state'], row['count'], row['participant']) == ('held', 2, 'operator'), row
        assert row['id'] == 'boom-' + DAY and row['version'] == 1 and row['plant'], row
        assert row['package'].startswith(ID + ' ') and row['kept'] and row['octets'] == len(report)
        judged = gateway.journal().count('error judge ')
        for _ in range(3):
            people.refused(lambda: operator.submit(report), 'held', 'ERROR')
        assert rows(gateway)[digest(report)] == row, 'not judged a third time'
        assert gateway.journal().count('error judge ') == judged
        assert operator.submit(good).accepted, 'others are judged'
        assert party.log_size() == size + 1, 'nothing of it is in the log'
        assert len(rows(gateway)) == 1
        gateway.stop()
        out, _, _ = gateway.audit()
        assert re.search(r'^held, not judged +1 ', out, re.M), out
        assert re.search(r'^ok: every condition holds', out, re.M), out


def a_breach_and_a_hold_outlive_a_restart():
    with support.Gateway(packages=[costly()]) as gateway:
        report, other = a_report(gateway), a_report(gateway, 'boom', '2011-04-08')
        with people.Party(gateway) as party:
            operator = party['operator']
            people.refused(lambda: operator.submit(report), 'ceiling', 'ERROR')
            breach_twice(party, other)
        gateway.kill()
        gateway.start()
        with people.Party(gateway) as party:
            operator = party['operator']
            people.refused(lambda: operator.submit(report), 'held', 'ERROR')
            people.refused(lambda: operator.submit(other), 'held', 'ERROR')
        assert [row['count'] for row in rows(gateway).values()] == [2, 2]


def a_retry_is_judged_without_the_sender():
    with support.Gateway(packages=[costly()]) as gateway:
        report = a_report(gateway)
        with people.Party(gateway) as party:
            breach_twice(party, report)
            received = rows(gateway)[digest(report)]['received_at']
            told, = held(gateway, 'retry', digest(report)[:12], status=1)
            assert told['outcome'] == 'held' and 'operations' in told['text'], told
            row = rows(gateway)[digest(report)]
            assert (row['state'], row['count']) == ('held', 3), row
            people.refused(lambda: party['operator'].submit(report), 'held', 'ERROR')
            size = party.log_size()
        mend(gateway)
        gateway.reload()
        told, = held(gateway, 'retry', digest(report))
        assert told['outcome'] == 'accepted' and told['entry'] > size, told
        assert rows(gateway) == {}
        assert ' accepted ' in gateway.journal() and 'held-retry' in gateway.journal()
        with people.Party(gateway) as party:
            receipt = party['operator'].submit(report)
            assert receipt.accepted and receipt.index == told['entry'], 'the receipt of the retry'
            assert receipt.get('received-at') == received, (receipt.lines, received)
            people.prove_offline(gateway, receipt, report)
            assert len(list(party['authority'].follow(cursor='0.0', wait=1.5))) == 1, 'delivered'
        gateway.stop()
        out, _, _ = gateway.audit()
        assert re.search(r'^held, not judged +0 ', out, re.M), out


def a_retry_without_a_gateway_waits_for_its_start():
    with support.Gateway(packages=[costly()]) as gateway:
        report = a_report(gateway)
        with people.Party(gateway) as party:
            breach_twice(party, report)
        gateway.stop()
        told, = held(gateway, 'retry', digest(report))
        assert told['outcome'] == 'asked' and told['gateway'] is False, told
        assert 'already' in held(gateway, 'retry', digest(report), status=2)
        assert rows(gateway)[digest(report)]['state'] == 'retry'
        gateway.start()
        gateway.wait_for(lambda: rows(gateway)[digest(report)]['count'] == 3, 'the retry')
        assert rows(gateway)[digest(report)]['state'] == 'held'
        gateway.stop()
        mend(gateway)
        held(gateway, 'retry', digest(report))
        gateway.start()
        gateway.wait_for(lambda: rows(gateway) == {}, 'a decision')
        gateway.stop()
        gateway.audit()


def a_release_lets_the_next_sending_be_judged_anew():
    with support.Gateway(packages=[costly()]) as gateway, people.Party(gateway) as party:
        report = a_report(gateway)
        breach_twice(party, report)
        told, = held(gateway, 'release', digest(report)[:8])
        assert told['outcome'] == 'released' and rows(gateway) == {}, told
        assert 'no such report' in held(gateway, 'release', digest(report), status=2)
        breach_twice(party, report)
        held(gateway, 'release', digest(report))
        mend(gateway)
        gateway.reload()
        assert party['operator'].submit(report).accepted


def a_decision_after_one_breach_ends_the_row():
    with support.Gateway(packages=[costly()]) as gateway, people.Party(gateway) as party:
        report = a_report(gateway)
        people.refused(lambda: party['operator'].submit(report), 'ceiling', 'ERROR')
        assert len(rows(gateway)) == 1
        mend(gateway)
        gateway.reload()
        assert party['operator'].submit(report).accepted
        assert rows(gateway) == {}


def a_judgement_that_the_gateway_did_not_outlive_is_not_repeated():
    with support.Gateway(packages=[costly()]) as gateway:
        report = a_report(gateway)
        with people.Party(gateway) as party:
            breach_twice(party, report)
        gateway.stop()
        change(gateway, 'UPDATE held SET state = 3')
        gateway.start()
        gateway.wait_for(lambda: rows(gateway)[digest(report)]['state'] == 'held', 'the hold')
        row = rows(gateway)[digest(report)]
        assert 'ended while it judged' in row['text'] and row['count'] == 2, row
        with people.Party(gateway) as party:
            people.refused(lambda: party['operator'].submit(report), 'held', 'ERROR')


def a_retry_that_nobody_may_send_any_more_says_why():
    with support.Gateway(packages=[costly()]) as gateway:
        report = a_report(gateway)
        with people.Party(gateway) as party:
            breach_twice(party, report)
        mend(gateway)
        shutil.rmtree(os.path.join(gateway.file('rules'), ID, NEXT))
        gateway.reload()
        told, = held(gateway, 'retry', digest(report), status=1)
        assert told['outcome'] == 'held' and told['code'] == 'no-package', told
        assert rows(gateway)[digest(report)]['state'] == 'held'


def what_is_shown_is_one_line_whatever_the_row_holds():
    with support.Gateway(packages=[costly()]) as gateway:
        report = a_report(gateway)
        with people.Party(gateway) as party:
            breach_twice(party, report)
        gateway.stop()
        hostile = 'x\x1b[2J\nheld \u202e "\\ \x00y'
        change(gateway, 'UPDATE held SET said = ?, place = ?, id = ?, plant = ?, code = ?', *[hostile] * 5)
        archive = gateway.file('archive.db')
        for words in (['list', archive], ['show', archive, digest(report)]):
            out, _, _ = gateway.emgate('held', *words)
            assert not re.search('[\x00-\x09\x0b-\x1f\x7f]', out), repr(out)
            assert len(out.splitlines()) == (2 if words[0] == 'list' else 15), out
        row, = held(gateway, 'show', digest(report))
        assert row['text'].startswith('x\x1b[2J\nheld'), row
        copy = os.path.join(gateway.path, 'copy.xml')
        held(gateway, 'show', digest(report), '-o', copy)
        with open(copy, 'rb') as file:
            assert file.read() == report, 'its octets'


def what_can_not_be_done_is_said():
    with support.Gateway(packages=[costly()]) as gateway:
        report = a_report(gateway)
        with people.Party(gateway) as party:
            breach_twice(party, report)
        gateway.stop()
        for name, said in (('0' * 8, 'no such report'), ('abc', '8 or more digits'),
                           ('x' * 64, '8 or more digits'), ('', '8 or more digits')):
            for verb in ('show', 'retry', 'release'):
                assert said in held(gateway, verb, name, status=2), (verb, name)
        assert 'no such report' in held(gateway, 'show', digest(report), '--participant', 'other',
                                        status=2)
        assert '--wait' in held(gateway, 'retry', digest(report), '--wait', 'x', status=2)
        change(gateway, "UPDATE held SET kept = 0, octets = x'', signature = x''")
        assert 'no room' in held(gateway, 'retry', digest(report), status=2)
        held(gateway, 'show', digest(report), '-o', os.path.join(gateway.path, 'none'), status=2)
        row = rows(gateway)[digest(report)]
        assert row['kept'] is False and row['state'] == 'held'
        held(gateway, 'release', digest(report))
        assert rows(gateway) == {}
        out, _, _ = gateway.emgate('held', 'list', gateway.file('archive.db'))
        assert out == '0 held, 0 breached once\n', out
        gateway.emgate('held', 'list', os.path.join(gateway.path, 'none'), status=2)
        gateway.emgate('held', 'release', gateway.file('emgated.ini'), '0' * 8, status=2)


support.main([
    a_second_breach_is_held_and_judged_no_more,
    a_breach_and_a_hold_outlive_a_restart,
    a_retry_is_judged_without_the_sender,
    a_retry_without_a_gateway_waits_for_its_start,
    a_release_lets_the_next_sending_be_judged_anew,
    a_decision_after_one_breach_ends_the_row,
    a_judgement_that_the_gateway_did_not_outlive_is_not_repeated,
    a_retry_that_nobody_may_send_any_more_says_why,
    what_is_shown_is_one_line_whatever_the_row_holds,
    what_can_not_be_done_is_said,
])
