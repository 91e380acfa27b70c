#!/usr/bin/python3
"""Makes this folder anew; see README.md. Never run by a test.

    EMGATE=.../hooks/emgate EMGATED=.../hooks/emgated python3 make.py NEW-FOLDER
"""
import hashlib
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '../../support'))
import certificates  # noqa: E402
import gateway as support  # noqa: E402

DAY_COUNTER = os.path.join(support.ROOT, 'tests/data/packages/day-counter')
DAY_COUNTER_ID = 'eu.emgate.test.day-counter'


def clock(time):
    os.environ['EMGATE_TEST_CLOCK'] = time


def put(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w', encoding='utf-8') as out:
        out.write(text)
    return path


def get(path):
    with open(path, encoding='utf-8') as text:
        return text.read()


def day_counter(version):
    """A copy that ends with 2010, where the turbine's package begins; its own test with it."""
    copy = os.path.join(tempfile.mkdtemp(), 'day-counter')
    shutil.copytree(DAY_COUNTER, copy)
    path = os.path.join(copy, 'package.xml')
    put(path, get(path).replace('version="1.0.0"', 'version="%s"' % version).replace(
        'from="2000-01-01"', 'from="2000-01-01" until="2010-12-31"'))
    for name in ('short.xml', 'tests.xml'):
        path = os.path.join(copy, 'tests', name)
        put(path, get(path).replace('2011-01-01', '2010-01-01'))
    return copy


def day_report(gateway, day):
    """A day of 2010 for the package that counts days and remembers them."""
    text = get(os.path.join(DAY_COUNTER, 'tests/short.xml'))
    text = text.replace('2011-01-01', day).replace('sample-' + day, 'day-' + day)
    text = text.replace('addressee="demo.emgate.example" plant="p1"',
                        'addressee="%s" plant="gas-turbine"' % support.ORIGIN)
    return put(os.path.join(gateway.path, 'reports', 'day-%s.xml' % day), text)


def rules(gateway, verb, version, *words):
    gateway.emgate('rules', verb, os.path.join(gateway.file('rules'), DAY_COUNTER_ID, version),
                   '--key', gateway.file('publisher.key'), '--cert', gateway.file('publisher.pem'),
                   '--into', gateway.file('rules'), '--directory', gateway.file('directory.xml'),
                   '--anchors', gateway.file('ca.pem'), *words)


def first_days(gateway):
    one, two = gateway.reports('2011-04-06', days=2)
    gateway.submit(one, two)
    for day in ('2010-06-01', '2010-06-02', '2010-06-03'):
        gateway.submit(day_report(gateway, day))
    wrong = put(os.path.join(gateway.path, 'reports', 'rejected-by-rules.xml'), re.sub(
        r'( *<v t="2011-04-06T24:00:00"[^\n]*\n)', r'\1\1', get(one)).replace(
            'id="gas-turbine-2011-04-06"', 'id="rejected-by-rules"'))
    taken = put(os.path.join(gateway.path, 'reports', 'identity-taken.xml'), get(one) + '\n')
    unreadable = put(os.path.join(gateway.path, 'reports', 'unreadable.xml'), 'no XML at all\n')
    for report in (wrong, taken, unreadable):
        gateway.submit(report, status=1)
    gateway.emgate('follow', *gateway.connection('authority'), '--to',
                   os.path.join(gateway.path, 'inbox'), '--until-idle', 2)


def second_directory(gateway):
    """Version 2: a device of the plant, named by issuer and subject; and one certificate revoked."""
    gateway.emgate('pki', 'issue', gateway.pki, 'device', '--profile', 'device', '--days', 36400)
    gateway.emgate('pki', 'issue', gateway.pki, 'revoked', '--profile', 'operator', '--days', 36400)
    gateway.emgate('pki', 'revoke', gateway.pki, gateway.file('revoked.pem'), '--days', 36400)
    spki = subprocess.run('openssl x509 -in "%s" -noout -pubkey | openssl pkey -pubin -outform DER'
                          % gateway.file('ca.pem'), shell=True, capture_output=True, check=True)
    subject, _, _ = support.run('openssl', 'x509', '-in', gateway.file('device.pem'), '-noout',
                                '-subject', '-nameopt', 'RFC2253')
    path = gateway.file('directory.xml')
    text = get(path).replace('version="1" not-after', 'version="2" not-after')
    text = text.replace('  <plant ', (
        '  <participant id="device" name="Device" roles="device">\n'
        '    <certificate issuer-key="sha256:%s" subject="%s"/>\n  </participant>\n  <plant ' % (
            hashlib.sha256(spki.stdout).hexdigest(), subject.strip().partition('subject=')[2])))
    text = text.replace('  </plant>', '    <delegate participant="device"/>\n  </plant>')
    put(path, text)
    gateway.emgate('pki', 'sign-directory', path, '--key', gateway.file('registrar.key'), '--cert',
                   gateway.file('registrar.pem'))


def second_days(gateway):
    rules(gateway, 'withdraw', '1.0.0', '--from', '2010-07-01', '--reason', 'replaced')
    changed = day_counter('1.1.0')
    gateway.emgate('rules', 'sign', changed, '--key', gateway.file('publisher.key'), '--cert',
                   gateway.file('publisher.pem'))
    gateway.emgate('rules', 'install', changed, '--inactive', '--into', gateway.file('rules'),
                   '--directory', gateway.file('directory.xml'), '--anchors',
                   gateway.file('ca.pem'))
    rules(gateway, 'activate', '1.1.0', '--from', '2010-07-01', '--reason', 'in force')
    second_directory(gateway)
    assert 'reloaded' in gateway.reload(), gateway.journal()
    gateway.submit(day_report(gateway, '2010-07-01'))
    gateway.reports('2011-04-08', days=1)
    gateway.submit(os.path.join(gateway.path, 'reports/gas-turbine-2011-04-08.xml'), who='device')


def keep(gateway):
    """The newest checkpoint stands in the newest receipt; what only a running gateway needs goes."""
    receipt = get(os.path.join(gateway.path, 'receipts/gas-turbine-2011-04-08.xml.receipt'))
    put(os.path.join(gateway.path, 'checkpoint'), receipt.partition('\n\n')[2])
    for name in ('pki/archive.db-shm', 'pki/archive.db-lock', 'out', 'journal'):
        os.remove(os.path.join(gateway.path, name))


def fold(gateway):
    """Move the first run's write-ahead log into the archive, so that the second one's is small."""
    archive = sqlite3.connect(gateway.file('archive.db'))
    archive.execute('PRAGMA wal_checkpoint(TRUNCATE)')
    archive.close()


def make(into):
    clock('2026-01-05T08:00:00.000Z')
    gateway = support.Gateway(into, packages=(), emgated=support.EMGATED)
    gateway.install(support.TURBINE)
    gateway.install(day_counter('1.0.0'))
    gateway.start()
    first_days(gateway)
    gateway.stop()
    fold(gateway)
    clock('2026-01-06T08:00:00.000Z')
    gateway.env = dict(os.environ)
    gateway.start()
    second_days(gateway)
    gateway.stop()
    keep(gateway)


def make_purpose(into):
    """Reports signed with certificates for TLS servers, which were accepted then."""
    os.environ.pop('EMGATE_TEST_CLOCK')
    gateway = support.Gateway(os.path.join(tempfile.mkdtemp(), 'purpose'), packages=(DAY_COUNTER,),
                              emgated=support.EMGATED)
    for who, extended in (('right', 'clientAuth'), ('pinned', 'serverAuth'), ('named', 'serverAuth')):
        certificates.issue(gateway, who, extended)
    certificates.join(gateway, {who: ('device', getattr(certificates, way)(gateway, who))
                                for who, way in (('right', 'named'), ('pinned', 'pinned'),
                                                 ('named', 'named'))},
                      ('right', 'pinned', 'named'))
    with gateway:
        for number, who in enumerate(('right', 'pinned', 'named')):
            gateway.submit(day_report(gateway, '2010-0%d-01' % (number + 1)), who=who)
        gateway.stop()
    fold(gateway)
    os.makedirs(into)
    for name in ('archive.db', 'log.vkey', 'ca.pem'):
        shutil.copy(gateway.file(name), into)


make(sys.argv[1])
make_purpose(os.path.join(sys.argv[1], 'purpose'))
