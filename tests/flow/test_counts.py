#!/usr/bin/python3
"""Owed, judged, exceeded, undecided: sender, authority and auditor read the same of one decision."""
import json
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../support'))
import gateway as support  # noqa: E402

COUNTS = ('extent', 'owed', 'judged', 'exceeded', 'undecided')


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


def days(gateway):
    """A whole day, one without carbon monoxide, and one that is no report of the plant's law."""
    whole, part, wrong = gateway.reports('2011-04-06', days=3)
    for path, pattern, by in ((part, r'(?s)<series component="CO".*?</series>\s*', ''),
                              (wrong, 'component="CO"', 'component="Pb"')):
        with open(path, encoding='utf-8') as text:
            changed, times = re.subn(pattern, by, text.read())
        assert times == 1, path
        with open(path, 'w', encoding='utf-8') as text:
            text.write(changed)
    return whole, part, wrong


def counts_of(line):
    return tuple(line[name] for name in COUNTS)


def all_of_them_read_the_same():
    with support.Gateway() as gateway:
        whole, part, wrong = days(gateway)
        out, _, _ = gateway.submit(whole, part, wrong, extra=['--json'], status=1)
        sent = {os.path.basename(line['file']): line for line in lines(out)}
        told = [counts_of(sent[os.path.basename(path)]) for path in (whole, part, wrong)]
        assert [words[0] for words in told] == ['completely', 'in-part', 'not-at-all'], told
        for _, owed, judged, exceeded, undecided in told:
            assert owed == judged + undecided > 0 and exceeded <= judged, told
        assert told[0][1] == told[1][1] == told[2][1], 'owed does not come from the report'

        for path, words in zip((whole, part, wrong), told):
            entry = sent[os.path.basename(path)]['entry']
            name = os.path.basename(path)[:-4]
            status = json.loads(gateway.emgate('status', *gateway.connection('operator'), '--json',
                                               'operator', name, '1')[0])
            assert counts_of(status) == words, (status, words)
            receipt = os.path.join(gateway.path, 'receipts', name + '.xml.v1.receipt')
            proved = json.loads(gateway.emgate('receipt', 'verify', receipt, '--log-key',
                                               gateway.file('log.vkey'), '--json')[0])
            assert counts_of(proved) == words, (proved, words)
            text = gateway.emgate('receipt', 'verify', receipt, '--log-key',
                                  gateway.file('log.vkey'))[0]
            assert 'judged %s: %d owed' % (words[0].replace('-', ' '), words[1]) in text, text
            for language, word in (('en', 'judged '), ('de', 'beurteilt: ')):
                with open(receipt.replace('.receipt', '.%s.txt' % language)) as findings:
                    assert word in findings.readline(), language
            shown = [line for line in lines(gateway.emgate(
                'audit', 'show', '--json', gateway.file('archive.db'))[0])
                if line['entry'] == entry]
            assert counts_of(shown[0]) == words, (shown, words)

        out, _, _ = gateway.emgate('follow', *gateway.connection('authority'), '--json', '--to',
                                   os.path.join(gateway.path, 'inbox'), '--count', '2')
        items = [counts_of(line) for line in lines(out) if 'cursor' in line]
        assert items == told[:2], (items, told)
        gateway.stop()
        out, _, _ = gateway.audit()
        assert re.search(r'proved and rerun +3$', out, re.M), out


def strict_takes_nothing_but_a_complete_judgement():
    with support.Gateway() as gateway:
        whole, part, _ = days(gateway)
        gateway.submit(whole, extra=['--strict'])
        out, err, _ = gateway.submit(part, extra=['--strict'], status=1)
        assert 'judged in part' in out and 'not judged completely' in err, (out, err)
        gateway.submit(part)  # accepted all the same


def what_is_missing_is_named_in_the_findings():
    with support.Gateway() as gateway:
        _, part, _ = days(gateway)
        gateway.submit(part)
        with open(os.path.join(gateway.path, 'receipts', os.path.basename(part) + '.v1.en.txt')) as text:
            told = text.read()
        assert 'CO is owed by source stack-1 and not reported' in told, told


support.main([all_of_them_read_the_same, strict_takes_nothing_but_a_complete_judgement,
              what_is_missing_is_named_in_the_findings])
