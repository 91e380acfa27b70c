#!/usr/bin/python3
# timeout: 600
"""The published limits of a report: what is beyond one is rejected with a receipt that names it, by
the gateway, by `rules run` and by the audit alike; what is within all of them gets a decision."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../support'))
import gateway as support  # noqa: E402
import party as people  # noqa: E402

LIMITS = os.path.join(support.ROOT, 'gateway/base/limits.h')
MIB = 1024 * 1024


def published():
    """Rule and number of each limit, from the table itself."""
    with open(LIMITS, encoding='utf-8') as file:
        text = file.read()
    numbers = {name: int(value) * (MIB if unit else 1) for name, value, unit in re.findall(
        r'#define (EG_\w+)\s+(?:\\\n\s*)?\(?(\d+)( \* EG_MIB)?\)?', text)}
    return {rule: numbers[name] for rule, name in re.findall(r'X\(\w+, "(limit-[\w-]+)",\s*(EG_\w+)\)',
                                                            text)}


LIMIT = published()
LARGE = [('limits', 'report-max', LIMIT['limit-octets']), ('limits', 'queue-octets', 8 * LIMIT['limit-octets'])]


def a_report(gateway, day='2011-04-06'):
    with open(gateway.reports(day, name='day-' + day)[0], 'rb') as source:
        return source.read()


def inside(report, octets):
    out = report.replace(b'</report>', octets + b'</report>', 1)
    assert out != report
    return out


def marked(report, octets):
    return report.replace(b'<report ', b'<report ' + octets + b' ', 1)


def flaws(report):
    """What a hostile sender piles up: rule, report; the first of each rule in every run."""
    def over(rule, octets, share=1):
        return rule, inside(report, octets * (LIMIT[rule] // share + 1))

    yield 'limit-instructions', b'<?p?>' * (LIMIT['limit-instructions'] + 1) + report[report.index(b'<report'):]
    yield over('limit-comments', b'<!---->')
    yield over('limit-nodes', b'<a/>')
    yield over('limit-all-attributes', b'<a b="" c="" d="" e="" f="" g="" h=""/>', 7)
    yield 'limit-attributes', inside(report, b'<a' + b''.join(b' a%d=""' % n for n in range(1001)) + b'/>')
    yield 'limit-namespaces', inside(report, b'<a' + b''.join(b' xmlns:a%d="u"' % n for n in range(256)) + b'/>')
    yield 'limit-depth', inside(report, b'<a>' * 256 + b'</a>' * 256)
    yield 'limit-text', inside(report, b'<a>' + b'x' * (LIMIT['limit-text'] + 1) + b'</a>')
    yield 'limit-name', inside(report, b'<' + b'n' * (LIMIT['limit-name'] + 1) + b'/>')
    yield 'limit-octets', report + b' ' * (LIMIT['limit-octets'] + 1 - len(report))


def more_flaws(report):
    """The same rules broken elsewhere, or by far more."""
    yield 'limit-instructions', inside(report, b'<?p?>' * 1140000)
    yield 'limit-instructions', report + b'<?p?>' * (LIMIT['limit-instructions'] + 1)
    yield 'limit-comments', inside(report, b'<!---->' * 1140000)
    yield 'limit-nodes', inside(report, b'<a/>' * 8000000)
    yield 'limit-nodes', inside(report, b'<a/>.' * 6000000)
    yield 'limit-all-attributes', inside(report, b'<a b="" c="" d="" e="" f="" g="" h=""/>' * 700000)
    yield 'limit-text', marked(report, b'e="' + b'x' * (LIMIT['limit-text'] + 1) + b'"')


def allowed(report):
    """As much of each as may be, where it does not harm the report's meaning."""
    yield b'<?p?>' * LIMIT['limit-instructions'] + report[report.index(b'<report'):]
    yield b'<!---->' * LIMIT['limit-comments'] + report[report.index(b'<report'):]
    yield report + b' ' * (LIMIT['limit-octets'] - len(report))


def said_by_the_tool(gateway, report):
    path = os.path.join(gateway.path, 'r.xml')
    with open(path, 'wb') as out:
        out.write(report)
    out, _, status = gateway.emgate('rules', 'run', support.TURBINE, path, status=None)
    os.remove(path)
    return out, status


def what_is_beyond_a_limit_is_rejected_with_a_receipt_and_rerun():
    with support.Gateway(settings=LARGE) as gateway, people.Party(gateway) as party:
        report, operator, count, seen = a_report(gateway), party['operator'], 0, set()
        operator.timeout = support.PATIENCE * 5
        assert len(LIMIT) == 10, LIMIT
        tried = [*flaws(report), *(more_flaws(report) if support.FULL else ())]
        support.rounds(17, 10, 'reports beyond a limit')
        for rule, octets in tried:
            receipt = operator.submit(octets)
            assert not receipt.accepted, rule
            findings = receipt.findings.decode()
            assert re.search(r'^finding error %s$' % rule, findings, re.M), (rule, findings)
            assert re.search(r'^value max %d$' % LIMIT[rule], findings, re.M), (rule, findings)
            assert rule == 'limit-octets' or re.search(r'^line [1-9]', findings, re.M), findings
            assert str(LIMIT[rule]) in receipt.text_de and str(LIMIT[rule]) in receipt.text_en
            if len(octets) < MIB or rule == 'limit-octets':
                people.prove_offline(gateway, receipt, octets)
            out, status = said_by_the_tool(gateway, octets)
            assert status == 1 and re.search(r' %s ' % rule, out), (rule, out)
            line = re.search(r'^line (\d+)', findings, re.M).group(1)
            assert rule == 'limit-octets' or ' line %s ' % line in out, (rule, line, out)
            seen.add(rule)
            count += 1
        assert seen == set(LIMIT), set(LIMIT) - seen
        assert operator.submit(report).accepted, 'the good one is accepted afterwards'
        gateway.stop()
        out, _, _ = gateway.audit()
        assert re.search(r'^proved and rerun +%d$' % (count + 1), out, re.M), out


def what_is_at_a_limit_gets_a_decision():
    with support.Gateway(settings=LARGE) as gateway, people.Party(gateway) as party:
        report = a_report(gateway)
        party['operator'].timeout = support.PATIENCE * 5
        for number, octets in enumerate(allowed(report)):
            octets = octets.replace(b' version="1"', b' version="%d"' % (number + 1), 1)
            octets = octets[:LIMIT['limit-octets']]
            assert party['operator'].submit(octets).accepted, number


def the_protocol_tells_the_limits_that_are_counted():
    with open(os.path.join(support.ROOT, 'gateway/wire/PROTOCOL.md'), encoding='utf-8') as file:
        told = re.findall(r'^\| `(limit-[\w-]+)` \| ([\d,]+) \|', file.read(), re.M)
    assert {rule: int(number.replace(',', '')) for rule, number in told} == LIMIT, (told, LIMIT)


support.main([
    what_is_beyond_a_limit_is_rejected_with_a_receipt_and_rerun,
    what_is_at_a_limit_gets_a_decision,
    the_protocol_tells_the_limits_that_are_counted,
])
