"""Certificates of a trial authority that `emgate pki issue` would not make, and directories that
name them; by the openssl command."""
import hashlib
import os
import re
import subprocess
import tempfile

import gateway as support


def issue(gateway, name, extended=None, usage='critical,digitalSignature'):
    """NAME.key and NAME.pem in the trial folder, with just this extended key usage (None: none)."""
    lines = ['basicConstraints = critical,CA:FALSE', 'keyUsage = ' + usage,
             'subjectKeyIdentifier = hash', 'authorityKeyIdentifier = keyid']
    if extended:
        lines.append('extendedKeyUsage = ' + extended)
    with tempfile.NamedTemporaryFile('w', suffix='.cnf') as extensions:
        extensions.write('\n'.join(lines) + '\n')
        extensions.flush()
        request = os.path.join(gateway.path, name + '.csr')
        support.run('openssl', 'req', '-new', '-newkey', 'ec', '-pkeyopt',
                    'ec_paramgen_curve:P-256', '-nodes', '-keyout', gateway.file(name + '.key'),
                    '-subj', '/O=Test/CN=' + name, '-out', request)
        support.run('openssl', 'x509', '-req', '-in', request, '-CA', gateway.file('ca.pem'),
                    '-CAkey', gateway.file('ca.key'), '-sha256', '-set_serial',
                    '0x4' + os.urandom(15).hex(), '-days', '300', '-extfile', extensions.name,
                    '-out', gateway.file(name + '.pem'))
    os.remove(request)


def der(*words):
    return subprocess.run([*words, '-outform', 'DER'], capture_output=True, check=True).stdout


def pinned(gateway, name):
    """The directory's line for a certificate: by digest."""
    octets = der('openssl', 'x509', '-in', gateway.file(name + '.pem'))
    return '<certificate digest="sha256:%s"/>' % hashlib.sha256(octets).hexdigest()


def named(gateway, name):
    """The directory's line for a certificate: by issuer key and subject."""
    key, _, _ = support.run('openssl', 'x509', '-in', gateway.file('ca.pem'), '-noout', '-pubkey')
    with tempfile.NamedTemporaryFile('w', suffix='.pem') as public:
        public.write(key)
        public.flush()
        octets = der('openssl', 'pkey', '-pubin', '-in', public.name)
    subject, _, _ = support.run('openssl', 'x509', '-in', gateway.file(name + '.pem'), '-noout',
                                '-subject', '-nameopt', 'RFC2253')
    return '<certificate issuer-key="sha256:%s" subject="%s"/>' % (
        hashlib.sha256(octets).hexdigest(), subject.strip().partition('subject=')[2])


def edit(gateway, change, key='registrar'):
    """The directory's next version, changed and signed."""
    path = gateway.file('directory.xml')
    with open(path, encoding='utf-8') as text:
        old = text.read()
    version = int(re.search(r' version="(\d+)"', old).group(1))
    new = change(old.replace(' version="%d"' % version, ' version="%d"' % (version + 1), 1))
    with open(path, 'w', encoding='utf-8') as text:
        text.write(new)
    gateway.emgate('pki', 'sign-directory', path, '--key', gateway.file(key + '.key'), '--cert',
                   gateway.file(key + '.pem'))


def join(gateway, participants, delegates=()):
    """Add participants, {id: (roles, line of the certificate)}, and delegates of the plant."""
    lines = ''.join('  <participant id="%s" name="%s" roles="%s">\n    %s\n  </participant>\n' % (
        who, who, roles, line) for who, (roles, line) in participants.items())
    edit(gateway, lambda text: text.replace('  <plant ', lines + '  <plant ', 1).replace(
        '  </plant>', ''.join('    <delegate participant="%s"/>\n' % who for who in delegates)
        + '  </plant>'))
