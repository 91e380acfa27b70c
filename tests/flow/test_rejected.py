#!/usr/bin/python3
"""What is rejected with a receipt, what is an error that nobody may hold against the sender.

Every rejection is proved offline, shown by STATUS to those concerned and to nobody else, never
delivered, the same again for the same octets, and rerun by the audit.
"""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../support'))
import gateway as support  # noqa: E402
import party as people  # noqa: E402

REPORT_MAX = 1000000
NESTING = 100000


def a_report(gateway, day='2011-04-06'):
    name = 'day-' + day
    with open(gateway.reports(day, name=name)[0], 'rb') as source:
        return source.read()


def changed(report, old, new, count=1):
    out = report.replace(old, new, count)
    assert out != report, 'the flaw is in the report: %r' % old
    return out


def doctype(report):
    return changed(report, b'<report', b'<!DOCTYPE report [<!ENTITY a "aaaa">]>\n<report')


def foreign_entity(report):
    return changed(report, b'<report', b'<!DOCTYPE report SYSTEM "file:///etc/passwd">\n<report')


def deep(report):
    return changed(report, b'</report>', b'<n>' * NESTING + b'</n>' * NESTING + b'</report>')


def too_large(report):
    return report + b' ' * (REPORT_MAX + 1 - len(report))


def value_without_name(report):
    return changed(report, b' component="NOx"', b'')


def unknown_element(report):
    return changed(report, b'</report>', b'<guess/></report>')


def hour_twice(report):
    line = re.search(rb' *<v t="2011-04-06T05:00[^"]*" x="[^"]*"[^>]*/>\n', report).group(0)
    return changed(report, line, line + line)


def hour_missing_a_digit(report):
    return changed(report, b'T05:00', b'T05:0')


def cut_short(report):
    return report[:-12]


def two_roots(report):
    return report + b'<report/>'


def wrong_encoding(report):
    return changed(report, b'encoding="UTF-8"', b'encoding="UTF-16"')


def invalid_utf8(report):
    return changed(report, b'</report>', b'\xff\xfe</report>')


def nothing(report):
    del report
    return b''


def no_version(report):
    return changed(report, b' version="1"', b' version="one"')


def no_id(report):
    return re.sub(rb' id="[^"]*"', b'', report, count=1)


def backwards(report):
    return changed(report, b' until="2011-04-06"', b' until="2011-04-05"')


# what is wrong, the finding's rule
INPUT = [(doctype, 'input-doctype'), (foreign_entity, 'input-doctype'), (deep, 'limit-depth'),
         (too_large, 'limit-octets'), (cut_short, 'input-not-well-formed'),
         (two_roots, 'input-not-well-formed'), (wrong_encoding, 'input-not-well-formed'),
         (invalid_utf8, 'input-not-well-formed'), (nothing, 'input-not-well-formed'),
         (no_version, 'identity-unreadable'), (no_id, 'identity-unreadable'),
         (backwards, 'identity-unreadable')]
CONTENT = [(value_without_name, 'schema'), (unknown_element, 'schema'),
           (hour_missing_a_digit, 'schema'), (hour_twice, 'label-once')]



def check_rejection(gateway, party, report, rule, known_identity):
    """One rejection, from all sides."""
    operator = party['operator']
    before = party.log_size()
    receipt = operator.submit(report)
    assert not receipt.accepted, 'it was accepted'
    assert rule in receipt.findings.decode(), receipt.findings[:600]
    assert receipt.text_de.strip() and receipt.text_en.strip(), 'findings in words'
    assert party.log_size() == before + 1, 'one entry'
    assert receipt.get('notification') is None, 'no notification of a rejected report'
    assert (receipt.get('package') is not None) == known_identity, receipt.lines
    people.prove_offline(gateway, receipt, report)
    again = operator.submit(report)
    assert again.octets == receipt.octets and again.salts == receipt.salts, 'the same receipt'
    assert party.log_size() == before + 1, 'and no second entry'
    identity = receipt.get('identity')
    if not known_identity:
        assert re.fullmatch(r'operator sha256:[0-9a-f]{64} 0', identity), identity
    for who in ('operator', 'auditor'):
        standing, lines = party[who].status(identity)
        assert standing.octets == receipt.octets, who
        assert all(key != 'delivery' for key, _ in lines), lines
    for who in ('authority', 'publisher', 'registrar'):
        people.refused(lambda who=who: party[who].status(identity), 'unknown', 'ERROR')


def with_next_version(report, version):
    return changed(report, b' version="1"', b' version="%d"' % version)


def each_flaw_is_rejected_with_a_receipt_and_rerun_by_the_audit():
    settings = [('limits', 'report-max', REPORT_MAX)]
    with support.Gateway(settings=settings) as gateway, people.Party(gateway) as party:
        report = a_report(gateway)
        for number, (flaw, rule) in enumerate(INPUT + CONTENT):
            content = (flaw, rule) in CONTENT
            here = with_next_version(report, number + 2) if content else report
            try:
                check_rejection(gateway, party, flaw(here), rule, content)
            except Exception as reason:
                raise AssertionError('%s: %s: %s' % (flaw.__name__, type(reason).__name__, reason))
        assert party['operator'].submit(report).accepted, 'the good one is accepted afterwards'
        told = list(party['authority'].follow(cursor='0.0', wait=1.5))
        assert len(told) == 1, 'only the accepted one is told to the authority'
        rejected = len(INPUT + CONTENT)
        gateway.stop()
        out, _, _ = gateway.audit()
        assert re.search(r'proved and rerun +%d\b' % (rejected + 1), out), out


def the_size_limit_is_met_to_the_octet():
    settings = [('limits', 'report-max', REPORT_MAX)]
    with support.Gateway(settings=settings) as gateway, people.Party(gateway) as party:
        operator = party['operator']
        assert int(operator.welcome['report-max']) == REPORT_MAX
        report = a_report(gateway)
        most = report + b' ' * (REPORT_MAX - len(report))
        assert operator.submit(most).accepted, 'the largest'
        over = operator.submit(most + b' ')
        assert not over.accepted and 'limit-octets' in over.findings.decode(), 'one over'
        slack = operator.submit(b' ' * (REPORT_MAX + 1048576))
        assert not slack.accepted and 'limit-octets' in slack.findings.decode(), 'the slack above'
        operator.timeout = 2
        try:
            operator.submit(b' ' * (REPORT_MAX + 1048577))
            raise AssertionError('a frame beyond the slack was answered')
        except TimeoutError:
            pass
        assert party.enter('operator').submit(most).accepted, 'the gateway goes on'
        gateway.stop()
        out, _, _ = gateway.audit()
        assert re.search(r'proved and rerun +3\b', out), out


def what_no_package_judges_is_an_error_and_nothing_is_logged():
    with support.Gateway() as gateway, people.Party(gateway) as party:
        operator = party['operator']
        report = a_report(gateway)
        size = party.log_size()
        cases = {
            'another root element': changed(changed(report, b'<report', b'<rapport'), b'</report',
                                            b'</rapport'),
            'another namespace': changed(report, b'urn:emgate:report:1', b'urn:emgate:report:2'),
            'no namespace': changed(report, b' xmlns="urn:emgate:report:1"', b''),
            'before the package': report.replace(b'2011-04-06', b'2010-12-31'),
            'after the package': report.replace(b'2011-04-06', b'2026-07-01'),
        }
        for name, flawed in cases.items():
            refusal = people.refused(lambda flawed=flawed: operator.submit(flawed), 'no-package',
                                     'ERROR')
            assert refusal.retry_after > 0, '%s: not final, so it says when to try again' % name
            found = re.search(rb' id="([^"]+)"', flawed).group(1).decode()
            people.refused(lambda found=found: operator.status('operator %s 1' % found), 'unknown',
                           'ERROR')
            people.refused(lambda found=found: party['auditor'].status('operator %s 1' % found),
                           'unknown', 'ERROR')
        assert party.log_size() == size, 'nothing was logged'
        assert gateway.journal().count('code=no-package') == len(cases), gateway.journal()
        assert operator.submit(report).accepted
        gateway.stop()
        gateway.audit()


def after_a_rejection_the_next_version_is_accepted():
    with support.Gateway() as gateway, people.Party(gateway) as party:
        operator = party['operator']
        report = a_report(gateway)
        first = operator.submit(hour_twice(report))
        assert not first.accepted
        taken = operator.submit(report)
        assert not taken.accepted and 'identity-taken' in taken.findings.decode(), 'same identity'
        people.prove_offline(gateway, taken, report)
        standing, _ = operator.status(first.get('identity'))
        assert standing.octets == first.octets, 'STATUS shows the first'
        mended = operator.submit(with_next_version(report, 2))
        assert mended.accepted, 'the next version'
        told = list(party['authority'].follow(cursor='0.0', wait=1.0))
        assert [item[3].index for item in told] == [mended.index], 'the rejected are told to nobody'
        gateway.stop()
        out, _, _ = gateway.audit()
        assert re.search(r'proved and rerun +3\b', out), out


support.main([
    each_flaw_is_rejected_with_a_receipt_and_rerun_by_the_audit,
    the_size_limit_is_met_to_the_octet,
    what_no_package_judges_is_an_error_and_nothing_is_logged,
    after_a_rejection_the_next_version_is_accepted,
])
