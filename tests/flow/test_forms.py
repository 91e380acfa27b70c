#!/usr/bin/python3
# timeout: 240
"""Reports that are no measured days: announcements, measurement reports, yearly releases, in one gateway.

The packages' own test reports go through intake, judgement and stream; the law by which a measurement
report is judged is entered in the directory while the gateway runs.
"""
import os
import re
import shutil
import sys
import tempfile
import xml.etree.ElementTree as ET

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../support'))
import gateway as support  # noqa: E402

RULES = os.path.join(support.ROOT, 'rules')
PACKAGES = [os.path.join(RULES, name) for name in
            ('de.messung.announcement', 'de.messbericht.periodic', 'eu.eprtr.annual')]
RESULT = '{urn:emgate:assessment-result:2}'


def a_gateway():
    return support.Gateway(plant='plant-1', packages=PACKAGES)


def sample(package, name):
    """The report of a case of the package's tests, as `rules test -o` makes it."""
    into = tempfile.mkdtemp()
    out, _, _ = support.run(support.EMGATE, 'rules', 'test', '-o', into,
                            os.path.join(RULES, package))
    cases = re.findall(r'^ +ok +(\S+)', out, re.M)
    path = os.path.join(into, name + '.xml')
    shutil.copy(os.path.join(into, '%d.report.xml' % (cases.index(name) + 1)), path)
    return path


def told(gateway, count):
    """Root elements of what the authority was told."""
    into = os.path.join(gateway.path, 'authority')
    gateway.emgate('follow', '--card', gateway.file('card'), '--anchors', gateway.file('ca.pem'),
                   '--key', gateway.file('authority.key'), '--cert', gateway.file('authority.pem'),
                   '--to', into, '--count', count, '--timeout', '60')
    return [ET.parse(os.path.join(into, name)).getroot() for name in sorted(os.listdir(into))
            if name.endswith('.xml')]


def each_kind_goes_to_its_package():
    with a_gateway() as gateway:
        for package in ('de.messung.announcement', 'eu.eprtr.annual'):
            out, _, _ = gateway.submit(sample(package, 'good'), into=package)
            assert 'accepted' in out, out
        roots = {root.tag: root for root in told(gateway, 2)}
        assert roots['{urn:emgate:announcement:1}announcement'].get('notice-days') == '14'
        assert roots['{urn:emgate:eprtr-summary:1}summary'].get('above') == '3'


def what_a_form_lacks_is_rejected_with_a_receipt():
    with a_gateway() as gateway:
        out, _, _ = gateway.submit(sample('de.messung.announcement', 'register-number'),
                                   status=None)
        assert 'rejected' in out and 'register-number' in out, out


def a_measurement_report_waits_for_the_law_that_applies():
    with a_gateway() as gateway:
        report = sample('de.messbericht.periodic', 'adds')
        out, err, status = gateway.submit(report, status=None)
        assert status != 0 and 'accepted' not in out and 'rejected' not in out, (out, err)
        path = gateway.file('directory.xml')
        with open(path, encoding='utf-8') as text:
            directory = text.read()
        setting = ('<setting package="de.messbericht.periodic" name="law" word="bimschv44" '
                   'citation="permit of 3 May 2024"/>')
        assert directory.count('</plant>') == 1, directory
        directory = directory.replace('</plant>', setting + '</plant>')
        directory = re.sub(r'(<directory [^>]*version=)"1"', r'\1"2"', directory, count=1)
        with open(path, 'w', encoding='utf-8') as text:
            text.write(directory)
        gateway.emgate('pki', 'sign-directory', path, '--key', gateway.file('registrar.key'), '--cert',
                       gateway.file('registrar.pem'))
        gateway.reload()
        out, _, _ = gateway.submit(report)
        assert 'accepted' in out, out
        root, = told(gateway, 1)
        judged = {one.get('id'): one.get('found') for one in root.iter(RESULT + 'judged')}
        assert judged == {'limit-exceeded': '2', 'limit-not-certain': '0'}, judged
        rule, = [one for one in root.iter(RESULT + 'parameter') if one.get('name') == 'uncertainty-rule']
        assert rule.get('value') == 'adds' and '44. BImSchV' in rule.get('source'), rule.attrib
        gateway.stop()
        out, _, _ = gateway.audit()
        assert re.search(r'proved and rerun +1\b', out), out


support.main([
    each_kind_goes_to_its_package,
    what_a_form_lacks_is_rejected_with_a_receipt,
    a_measurement_report_waits_for_the_law_that_applies,
])
