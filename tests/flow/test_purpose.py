#!/usr/bin/python3
# timeout: 300
"""A certificate is used as what its extended key usage allows, or refused by name: at the door, for
a report, a directory, a package, a key statement and a card, and by the audit of what an earlier
gateway let through. Named by digest, and by issuer and subject."""
import os
import re
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../support'))
import certificates  # noqa: E402
import gateway as support  # noqa: E402
from party import Party, emx_client, refused  # noqa: E402

BEFORE = os.path.join(support.ROOT, 'tests/data/archive-before/purpose')
DAY_COUNTER = os.path.join(support.ROOT, 'tests/data/packages/day-counter')
DIRECTORY = '2.25.71955159112784848781318806709141936065'
WAYS = {'pinned': certificates.pinned, 'named': certificates.named}


def with_participants(gateway, participants, delegates=()):
    """{id: (roles, extended key usage, way)}"""
    for who, (_, extended, _) in participants.items():
        certificates.issue(gateway, who, extended)
    certificates.join(gateway, {who: (roles, WAYS[way](gateway, who))
                                for who, (roles, _, way) in participants.items()}, delegates)


def handed_in(gateway, party, report, signer, bearer='operator'):
    with open(report, 'rb') as octets:
        content = octets.read()
    cms = emx_client.sign(content, 'report', gateway.file(signer + '.key'),
                          gateway.file(signer + '.pem'))
    return party[bearer].submit(content, cms)


def the_door_refuses_a_use_that_fits_none_of_the_roles():
    gateway = support.Gateway(packages=())
    wrong = {'tls-%s-%s' % (role, way): (role, 'serverAuth', way)
             for role in ('operator', 'device', 'authority', 'auditor') for way in WAYS}
    wrong.update({'code-%s' % way: ('operator', 'codeSigning', way) for way in WAYS})
    wrong['client-auditor'] = ('auditor', 'clientAuth', 'pinned')
    with_participants(gateway, wrong)
    with gateway, Party(gateway) as party:
        for who in wrong:
            refusal = refused(lambda who=who: party[who], 'cert-purpose')
            if not who.startswith('code'):  # that fits no role at all
                assert 'as ' + wrong[who][0] in refusal.lines['text'], refusal.lines
        assert 'admitted' not in gateway.journal(), gateway.journal()


def the_door_lets_in_every_use_that_fits_one_of_the_roles():
    gateway = support.Gateway(packages=())
    with_participants(gateway, {
        'none': ('operator', None, 'pinned'), 'any': ('auditor', 'anyExtendedKeyUsage', 'named'),
        'client': ('operator', 'clientAuth', 'named'), 'mail': ('auditor', 'emailProtection', 'named'),
        'both': ('operator', 'serverAuth,1.3.6.1.5.5.7.3.36', 'named'),
        'second-role': ('auditor gateway', 'serverAuth', 'named')})
    with gateway, Party(gateway) as party:
        for who in ('none', 'any', 'client', 'mail', 'both', 'second-role'):
            assert party[who], who


def a_report_signed_with_such_a_certificate_is_refused_whoever_hands_it_in():
    gateway = support.Gateway()
    with_participants(gateway, {
        'wrong-pinned': ('device', 'serverAuth', 'pinned'),
        'wrong-named': ('device', 'serverAuth', 'named'),
        'wrong-body': ('measuring-body', 'codeSigning', 'named'),
        # greeted as a gateway, but no gateway reports: of the two roles only device does
        'two-roles': ('device gateway', 'serverAuth', 'named'),
        'right': ('device', 'clientAuth', 'named')},
        delegates=('wrong-pinned', 'wrong-named', 'wrong-body', 'two-roles', 'right'))
    report = gateway.reports('2011-04-06')[0]
    with gateway, Party(gateway) as party:
        size = party.log_size()
        for who in ('wrong-pinned', 'wrong-named', 'wrong-body', 'two-roles'):
            refused(lambda who=who: handed_in(gateway, party, report, who), 'cert-purpose')
        refused(lambda: handed_in(gateway, party, report, 'two-roles', 'two-roles'), 'cert-purpose')
        unreadable = os.path.join(gateway.path, 'unreadable')
        with open(unreadable, 'w') as out:
            out.write('no XML')
        refused(lambda: handed_in(gateway, party, unreadable, 'wrong-named'), 'cert-purpose')
        assert party.log_size() == size
        assert handed_in(gateway, party, report, 'right', 'right').accepted
    gateway.stop()
    gateway.audit()


def other_kinds_are_held_to_their_roles_too():
    gateway = support.Gateway(packages=())
    certificates.issue(gateway, 'tls-publisher', 'serverAuth')
    certificates.issue(gateway, 'tls-registrar', 'clientAuth')
    certificates.join(gateway, {
        'tls-publisher': ('rule-publisher', certificates.named(gateway, 'tls-publisher')
                          + '<publishes prefix="eu."/>'),
        'tls-registrar': ('registrar', certificates.pinned(gateway, 'tls-registrar'))})
    package = os.path.join(gateway.path, 'day-counter')
    shutil.copytree(DAY_COUNTER, package)
    path = os.path.join(package, 'package.xml')
    with open(path) as text:
        changed = text.read().replace('publisher="publisher"', 'publisher="tls-publisher"')
    with open(path, 'w') as text:
        text.write(changed)
    gateway.emgate('rules', 'sign', package, '--key', gateway.file('tls-publisher.key'), '--cert',
                   gateway.file('tls-publisher.pem'))
    _, err, _ = gateway.emgate('rules', 'install', package, '--into', gateway.file('rules'),
                               '--directory', gateway.file('directory.xml'), '--anchors',
                               gateway.file('ca.pem'), status=None)
    assert 'rule-publisher' in err and 'extendedKeyUsage' in err, err
    _, err, _ = gateway.emgate('pki', 'sign-directory', gateway.file('directory.xml'), '--key',
                               gateway.file('tls-registrar.key'), '--cert',
                               gateway.file('tls-registrar.pem'), status=2)
    assert 'registrar' in err and 'extendedKeyUsage' in err, err


def a_directory_by_a_registrar_who_could_not_be_one_is_not_taken():
    gateway = support.Gateway(packages=())
    certificates.issue(gateway, 'tls-registrar', 'clientAuth')
    line = certificates.pinned(gateway, 'tls-registrar')
    with open(gateway.file('directory.xml'), 'rb') as text:
        cms = emx_client.sign(text.read(), DIRECTORY, gateway.file('tls-registrar.key'),
                              gateway.file('tls-registrar.pem'))
    with open(gateway.file('directory.xml.p7s'), 'wb') as out:
        out.write(cms)
    gateway.set('trust', 'registrar', re.search(r'sha256:[0-9a-f]+', line).group())
    gateway.launch()
    gateway.wait_for(gateway.ended, 'the refusal')
    assert gateway.process.returncode == 2
    assert 'does not allow its use as registrar' in gateway.journal(), gateway.journal()


def a_card_by_someone_who_could_not_be_a_gateway_is_not_believed():
    gateway = support.Gateway(packages=())
    certificates.issue(gateway, 'client-only', 'clientAuth')
    report = os.path.join(gateway.path, 'report.xml')
    with open(gateway.file('card'), 'rb') as text, open(report, 'w') as out:
        card = text.read()
        out.write('<report/>')
    for signer, told in (('client-only', 'does not allow its use as gateway'), ('gateway', None)):
        with open(gateway.file('card.p7s'), 'wb') as out:
            out.write(emx_client.sign(card, 'card', gateway.file(signer + '.key'),
                                      gateway.file(signer + '.pem')))
        _, err, _ = gateway.submit(report, status=2, extra=['--timeout', '1'])
        assert told in err if told else 'extendedKeyUsage' not in err, err


def a_gateway_that_could_not_be_one_does_not_start():
    gateway = support.Gateway(packages=())
    certificates.issue(gateway, 'client-only', 'clientAuth')
    for name in ('.key', '.pem'):
        os.replace(gateway.file('client-only' + name), gateway.file('gateway' + name))
    gateway.launch()
    gateway.wait_for(gateway.ended, 'the refusal')
    assert gateway.process.returncode == 2
    assert 'extendedKeyUsage' in gateway.journal(), gateway.journal()


def the_audit_names_what_an_earlier_gateway_let_through():
    out, _, _ = support.run(support.EMGATE, 'audit', 'verify', os.path.join(BEFORE, 'archive.db'),
                            '--log-key', os.path.join(BEFORE, 'log.vkey'), '--anchors',
                            os.path.join(BEFORE, 'ca.pem'), status=1)
    found = re.findall(r'^FOUND +entry (\d+), condition (\d+): .*cert-purpose', out, re.M)
    assert found == [('4', '8'), ('5', '8')], out
    assert 'failed            2' in out and 'proved and rerun  1' in out, out


support.main([
    the_door_refuses_a_use_that_fits_none_of_the_roles,
    the_door_lets_in_every_use_that_fits_one_of_the_roles,
    a_report_signed_with_such_a_certificate_is_refused_whoever_hands_it_in,
    other_kinds_are_held_to_their_roles_too,
    a_directory_by_a_registrar_who_could_not_be_one_is_not_taken,
    a_card_by_someone_who_could_not_be_a_gateway_is_not_believed,
    a_gateway_that_could_not_be_one_does_not_start,
    the_audit_names_what_an_earlier_gateway_let_through,
])
