"""Signatures with one flaw and no other: taken apart, changed, signed again by the openssl command.

What hostile.py changes after signing breaks the signature too; here the signature still fits, so that
only the flaw can be the reason of a refusal.
"""
import os
import tempfile

from asn1crypto import cms as asn1_cms
from asn1crypto import core as asn1_core

from emx_client import require, run_openssl, sign


def raw_signature(key, octets):
    """ECDSA with SHA-256 over octets."""
    status, der, err = run_openssl('dgst', '-sha256', '-sign', key, data=octets)
    require(status == 0, 'openssl dgst -sign: %s' % err)
    return der


def forged(data, kind, key, cert, change):
    """A CMS whose list of signed attributes went through `change`, signed again."""
    info = asn1_cms.ContentInfo.load(sign(data, kind, key, cert))
    signer = info['content']['signer_infos'][0]
    attributes = change([same(attribute) for attribute in signer['signed_attrs']])
    signer['signed_attrs'] = asn1_cms.CMSAttributes(attributes)
    octets = signer['signed_attrs'].untag().dump(force=True)
    require(octets[0] == 0x31, 'signed attributes are signed as a SET')
    signer['signature'] = asn1_core.OctetString(raw_signature(key, octets))
    return info.dump(force=True)


ATTRIBUTES = {'content_type': '1.2.840.113549.1.9.3', 'message_digest': '1.2.840.113549.1.9.4',
              'signing_time': '1.2.840.113549.1.9.5',
              'signing_certificate_v2': '1.2.840.113549.1.9.16.2.47'}


def same(attribute):
    return asn1_cms.CMSAttribute.load(attribute.dump())


def wrapped(tag, octets):
    """DER of one value."""
    size = len(octets)
    if size < 128:
        return bytes([tag, size]) + octets
    length = size.to_bytes((size.bit_length() + 7) // 8, 'big')
    return bytes([tag, 0x80 | len(length)]) + length + octets


def made(oid, values):
    """An attribute from its values in DER."""
    return asn1_cms.CMSAttribute.load(
        wrapped(0x30, asn1_core.ObjectIdentifier(oid).dump() + wrapped(0x31, values)))


def named(attribute, name):
    return attribute['type'].dotted == ATTRIBUTES[name]


def unchanged(attributes):
    return attributes


def without(name):
    """`name`: one of ATTRIBUTES."""
    def change(attributes):
        left = [one for one in attributes if not named(one, name)]
        require(len(left) == len(attributes) - 1, 'there was one %s' % name)
        return left
    return change


def twice(name):
    def change(attributes):
        return attributes + [same(one) for one in attributes if named(one, name)]
    return change


def with_two_values(name):
    def change(attributes):
        return [made(one['type'].dotted, one['values'].contents * 2) if named(one, name) else one
                for one in attributes]
    return change


def with_unknown(oid='1.2.840.113549.1.9.15.99'):
    def change(attributes):
        return attributes + [made(oid, wrapped(0x0c, b'surprise'))]
    return change


def with_unsigned_attribute(der):
    """An unsigned attribute; the signature still fits."""
    info = asn1_cms.ContentInfo.load(der)
    signer = info['content']['signer_infos'][0]
    signer['unsigned_attrs'] = asn1_cms.CMSAttributes(with_unknown()([]))
    return info.dump(force=True)


def is_good(data, der, anchors):
    """openssl's own opinion, so that a flaw is known to be the only one."""
    with tempfile.TemporaryDirectory() as folder:
        names = [os.path.join(folder, name) for name in ('sig', 'data')]
        for name, octets in zip(names, (der, data)):
            with open(name, 'wb') as out:
                out.write(octets)
        return run_openssl('cms', '-verify', '-binary', '-inform', 'DER', '-in', names[0],
                           '-content', names[1], '-CAfile', anchors, '-purpose', 'any', '-out',
                           os.devnull)[0] == 0


# ---- certificates ------------------------------------------------------------------------------

CA_CONF = '''[ca]
default_ca = one
[one]
database = {folder}/index.txt
new_certs_dir = {folder}
rand_serial = yes
default_md = sha256
policy = any
x509_extensions = member
[any]
commonName = supplied
[member]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = {usage}
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
'''


def certificate(folder, name, ca, start, end, usage='1.3.6.1.5.5.7.3.36'):
    """(key, cert) by the authority ca = (key, cert), valid from start to end (YYYYMMDDHHMMSSZ)."""
    home = tempfile.mkdtemp(dir=folder)
    conf, request, key, cert = (os.path.join(home, one) for one in ('conf', 'csr', 'key', 'cert'))
    with open(conf, 'w') as out:
        out.write(CA_CONF.format(folder=home, usage=usage))
    with open(os.path.join(home, 'index.txt'), 'w'):
        pass
    for words in (['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', key],
                  ['req', '-new', '-key', key, '-subj', '/CN=' + name, '-out', request, '-config',
                   conf],
                  ['ca', '-batch', '-notext', '-config', conf, '-keyfile', ca[0], '-cert', ca[1],
                   '-startdate', start, '-enddate', end, '-in', request, '-out', cert]):
        if words[0] == 'req':
            with open(conf, 'a') as out:
                out.write('[req]\ndistinguished_name = name\n[name]\n')
        status, _, err = run_openssl(*words)
        require(status == 0, 'openssl %s: %s' % (words[0], err))
    return key, cert
