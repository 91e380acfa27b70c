#!/usr/bin/python3
# timeout: 400
"""A file that a setting names and that says nothing is a fault, never "none": of 0 octets, blank,
garbage, of another kind, a folder, or with a second block that is cut short. At start, at reload, by
`emgated --check`, which opens no port and no archive; and a revoked operator stays out."""
import os
import shutil
import socket
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../support'))
import gateway as support  # noqa: E402
from party import Party, refused  # noqa: E402

DAY_COUNTER = os.path.join(support.ROOT, 'tests/data/packages/day-counter')
ID = 'eu.emgate.test.day-counter/1.0.0'


def octets(path):
    with open(path, 'rb') as file:
        return file.read()


def put(path, content):
    with open(path, 'wb') as out:
        out.write(content)


def spoilt(gateway, pem):
    """What a PEM file may have become, by name."""
    whole = octets(gateway.file(pem))
    other = octets(gateway.file('ca.pem' if pem == 'crl.pem' else 'crl.pem'))
    return {'empty': b'', 'blank': b'\n \n', 'a comment': b'# revoked: nobody\n',
            'garbage': b'\x00\xff' * 50, 'another kind': other, 'mixed': whole + other,
            'a key': octets(gateway.file('operator.key')),
            'second cut in its text': whole + whole[:len(whole) // 2],
            'second cut in its first line': whole + b'-----BEGIN X5',
            'second cut to dashes': whole + b'---',
            'second without its end': whole + whole[:whole.rindex(b'-----END')],
            'first cut': whole[:-30]}


def check(gateway, status):
    return support.run(support.EMGATED, '--check', gateway.file('emgated.ini'), status=status)


def refuses_to_start(gateway):
    journal = len(gateway.journal()) if gateway.process else 0
    gateway.launch()
    gateway.wait_for(gateway.ended, 'the refusal')
    assert gateway.process.returncode == 2, gateway.process.returncode
    gateway.process = None
    return gateway.journal()[journal:]


def every_setting_s_file(gateway):
    """(path, what it may have become)"""
    plain = {'empty': b'', 'blank': b'\n'}
    for pem in ('crl.pem', 'ca.pem'):
        yield gateway.file(pem), spoilt(gateway, pem)
    for name in ('directory.xml', 'directory.xml.p7s'):
        whole = octets(gateway.file(name))
        yield gateway.file(name), dict(plain, cut=whole[:-20])
    for name in ('package.xml', 'SIGNED', 'SIGNED.p7s', 'assessment/count.xml',
                 'schema/report.xsd'):
        yield os.path.join(gateway.file('rules'), ID, name), plain


def what_start_alone_reads(gateway):
    for name in ('gateway.key', 'gateway.pem', 'log.key', 'log.statement', 'log.statement.p7s',
                 'door.curve', 'hall.curve'):
        whole = octets(gateway.file(name))
        yield gateway.file(name), {'empty': b'', 'blank': b'\n', 'cut': whole[:len(whole) // 2]}


def check_and_start_refuse_every_file_that_says_nothing():
    gateway = support.Gateway(packages=(DAY_COUNTER,))
    check(gateway, 0)
    for path, contents in [*every_setting_s_file(gateway), *what_start_alone_reads(gateway)]:
        whole = octets(path)
        for name, content in contents.items():
            put(path, content)
            _, err, status = check(gateway, None)
            assert status == 2 and err.startswith('emgated: '), (path, name, status, err)
        put(path, b'')
        refuses_to_start(gateway)
        os.remove(path)
        check(gateway, 2)
        os.mkdir(path)
        _, err, _ = check(gateway, 2)
        os.rmdir(path)
        put(path, whole)
    check(gateway, 0)


def a_reload_refuses_every_file_that_says_nothing():
    with support.Gateway(packages=(DAY_COUNTER,)) as gateway:
        for path, contents in every_setting_s_file(gateway):
            whole = octets(path)
            for name, content in contents.items():
                put(path, content)
                line = gateway.reload()
                assert 'reload-refused' in line, (path, name, line)
            put(path, whole)
        assert ' reloaded ' in gateway.reload()


def a_revoked_operator_stays_out_when_the_list_is_lost():
    with support.Gateway() as gateway, Party(gateway) as party:
        first, second = gateway.reports('2011-04-06', days=2)
        gateway.submit(first)
        gateway.emgate('pki', 'revoke', gateway.pki, gateway.file('operator.pem'))
        assert ' reloaded ' in gateway.reload()
        whole = octets(gateway.file('crl.pem'))
        refused(lambda: party.enter('operator'), 'cert-revoked')
        for content in (b'', b'# none\n', octets(gateway.file('ca.pem'))):
            put(gateway.file('crl.pem'), content)
            line = gateway.reload()
            assert 'reload-refused' in line and 'crl.pem' in line, line
            refused(lambda: party.enter('operator'), 'cert-revoked')
            gateway.submit(second, status=2, extra=['--timeout', '5'])
        gateway.stop()
        put(gateway.file('crl.pem'), b'')
        assert 'crl.pem' in refuses_to_start(gateway)
        _, err, _ = check(gateway, 2)
        assert 'crl.pem' in err and 'empty' in err, err
        put(gateway.file('crl.pem'), whole)
        gateway.start()
        refused(lambda: party.enter('operator'), 'cert-revoked')


def revocation_that_is_not_checked_is_said():
    gateway = support.Gateway(packages=(DAY_COUNTER,), settings=[('trust', 'crls', '')])
    put(gateway.file('crl.pem'), b'')  # no setting names it
    out, _, _ = check(gateway, 0)
    assert 'revocation is not checked' in out, out
    with gateway:
        assert gateway.journal().count('revocation-not-checked') == 1, gateway.journal()
        assert ' reloaded ' in gateway.reload()
        assert gateway.journal().count('revocation-not-checked') == 2, gateway.journal()
    other = support.Gateway(packages=(DAY_COUNTER,))
    out, _, _ = check(other, 0)
    assert 'revocation is not checked' not in out, out
    with other:
        assert 'revocation-not-checked' not in other.journal()


def a_gateway_without_a_package_says_so():
    gateway = support.Gateway(packages=())
    out, _, _ = check(gateway, 0)
    assert 'no package judges any report' in out, out
    with gateway:
        assert 'no-packages' in gateway.journal()
        gateway.install(DAY_COUNTER)
        before = gateway.journal().count('no-packages')
        assert ' reloaded ' in gateway.reload()
        assert gateway.journal().count('no-packages') == before
    os.makedirs(os.path.join(gateway.file('rules'), 'eu.emgate.test.other/1.0.0'))
    check(gateway, 2)  # a package's folder without a package
    shutil.rmtree(gateway.file('rules'))
    check(gateway, 2)


def check_opens_neither_port_nor_archive():
    with socket.socket() as taken:
        taken.bind(('127.0.0.1', 0))
        taken.listen()
        gateway = support.Gateway(packages=(DAY_COUNTER,), settings=[
            ('door', 'bind', 'tcp://127.0.0.1:%d' % taken.getsockname()[1])])
        before = sorted(os.listdir(gateway.pki))
        out, _, _ = check(gateway, 0)
        for line in ('not checked  the archive', 'not checked  the addresses',
                     'not checked  the endpoint card', 'in order'):
            assert line in out, (line, out)
        assert sorted(os.listdir(gateway.pki)) == before
        put(gateway.file('archive.db'), b'no archive')
        check(gateway, 0)
        assert octets(gateway.file('archive.db')) == b'no archive'


def check_names_a_statement_about_another_log():
    gateway, other = support.Gateway(packages=()), support.Gateway(packages=())
    for name in ('log.statement', 'log.statement.p7s'):
        shutil.copy(other.file(name), gateway.file(name))
    _, err, _ = check(gateway, 2)
    assert 'not one for this log and key' in err, err
    refuses_to_start(gateway)


support.main([
    check_and_start_refuse_every_file_that_says_nothing,
    a_reload_refuses_every_file_that_says_nothing,
    a_revoked_operator_stays_out_when_the_list_is_lost,
    revocation_that_is_not_checked_is_said,
    a_gateway_without_a_package_says_so,
    check_opens_neither_port_nor_archive,
    check_names_a_statement_about_another_log,
])
