#!/usr/bin/python3
"""Who is not believed, by which code; and after each of them the gateway takes a good report.

Each flawed signature has one flaw: openssl itself takes it, or would but for the flaw.
"""
import os
import re
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../support'))
import gateway as support  # noqa: E402
import party as people  # noqa: E402
import emx_client  # noqa: E402
import forge  # noqa: E402
import hostile  # noqa: E402

HISTORY = ('20200101000000Z', '20210101000000Z')
FUTURE = ('20990101000000Z', '21000101000000Z')
PRESENT = ('20200101000000Z', '20990101000000Z')


class Scene:
    """A gateway, everyone at it, and more good reports than flaws."""

    def __init__(self, gateway, party):
        self.gateway, self.party = gateway, party
        self.paths = gateway.reports('2011-01-01', days=120)
        self.operator = (gateway.file('operator.key'), gateway.file('operator.pem'))
        self.authority = (gateway.file('authority.key'), gateway.file('authority.pem'))
        self.ca = (gateway.file('ca.key'), gateway.file('ca.pem'))
        self.report = self.next_report()
        self.accepted = 0

    def next_report(self):
        with open(self.paths.pop(0), 'rb') as source:
            return source.read()

    def still_serves(self):
        assert self.party['operator'].submit(self.next_report()).accepted
        self.accepted += 1

    def journal_tells(self, code, after):
        """One line with this code, one code each."""
        self.gateway.wait_for(lambda: 'code=' in self.gateway.journal()[after:], 'a journal line', 5)
        lines = [line for line in self.gateway.journal()[after:].splitlines()
                 if ' unauthenticated ' in line]
        assert len(lines) == 1 and 'code=%s ' % code in lines[0], lines

    def expect(self, name, code, action):
        """UNAUTHENTICATED with this code, one line in the journal, nothing logged; then goes on."""
        size, journal = self.party.log_size(), len(self.gateway.journal())
        try:
            refusal = people.refused(action, code)
            assert '\n' not in refusal.lines['en'] and '\n' not in refusal.lines['de']
            self.journal_tells(code, journal)
            assert self.party.log_size() == size, 'something was logged'
            self.still_serves()
        except Exception as reason:
            raise AssertionError('%s: %s: %s' % (name, type(reason).__name__, reason))

    def submit(self, name, code, cms, report=None, who='operator'):
        report = self.report if report is None else report
        self.expect(name, code, lambda: self.party[who].submit(report, cms))

    def neighbour(self):
        """Two more in the directory: an operator without a plant, a device of another one."""
        gateway = self.gateway
        people = ''
        for name, role in (('neighbour', 'operator'), ('device', 'device')):
            gateway.emgate('pki', 'issue', gateway.pki, name, '--profile', role)
            shown, _, _ = gateway.emgate('pki', 'show', '--json', gateway.file(name + '.pem'))
            digest = re.search(r'sha256:[0-9a-f]{64}', shown).group(0)
            people += ('  <participant id="%s" name="%s" roles="%s">\n    <certificate digest="%s"/>\n'
                       '  </participant>\n' % (name, name, role, digest))
        with open(gateway.file('directory.xml'), 'rb') as source:
            text = source.read().decode()
        text = text.replace('  <plant ', people + '  <plant ', 1)
        text = text.replace(' version="1"', ' version="2"', 1)
        with open(gateway.file('directory.xml'), 'wb') as out:
            out.write(text.encode())
        with open(gateway.file('directory.xml.p7s'), 'wb') as out:
            out.write(emx_client.sign(text.encode(), '2.25.71955159112784848781318806709141936065',
                                      gateway.file('registrar.key'),
                                      gateway.file('registrar.pem')))


def signatures_that_do_not_count():
    with support.Gateway() as gateway, people.Party(gateway) as party:
        scene = Scene(gateway, party)
        report, who, ca = scene.report, scene.operator, gateway.file('ca.pem')
        signed = emx_client.sign(report, 'report', *who)
        assert forge.is_good(report, forge.forged(report, 'report', *who, forge.unchanged), ca)

        def attribute(name, code, change):
            cms = forge.forged(report, 'report', *who, change)
            scene.submit(name, code, cms)

        scene.submit('not CMS', 'cms-not-cms', b'\x30\x03\x02\x01\x00')
        scene.submit('no octets', 'cms-not-cms', b'')
        scene.submit('text', 'cms-not-cms', b'-----BEGIN CMS-----\n')
        scene.submit('cut short', 'cms-not-cms', signed[:-1])
        scene.submit('one octet more', 'cms-trailing-octets', signed + b'\0')
        scene.submit('a second CMS behind', 'cms-trailing-octets', signed + signed)
        for name in ('signing_time', 'signing_certificate_v2'):
            attribute(name + ' missing', 'cms-attribute-missing', forge.without(name))
            attribute(name + ' twice', 'cms-attribute-doubled', forge.twice(name))
            attribute(name + ' with two values', 'cms-attribute-doubled',
                      forge.with_two_values(name))
        for name in ('content_type', 'message_digest'):
            attribute(name + ' missing', 'cms-attribute-missing', forge.without(name))
            attribute(name + ' twice', 'cms-attribute-doubled', forge.twice(name))
        attribute('an unknown attribute', 'cms-attribute-unknown', forge.with_unknown())
        unsigned = forge.with_unsigned_attribute(signed)
        assert forge.is_good(report, unsigned, ca), 'the signature still fits'
        scene.submit('an unsigned attribute', 'cms-attribute-unknown', unsigned)
        both = hostile.two_signers(report, 'report', who, scene.authority, gateway.path)
        assert forge.is_good(report, both, ca), 'both signers are good'
        scene.submit('two signers', 'cms-signers', both)
        scene.submit('content inside', 'cms-not-detached',
                     hostile.with_content(report, 'report', *who))
        scene.submit('no certificate inside', 'cert-unknown', emx_client.sign(report, 'report', *who, extra=['-nocerts']))
        for kind in ('hello', 'card', '2.25.31254218882552847556231476381842156861',
                     '1.2.840.113549.1.7.1'):
            scene.submit('a signature of kind ' + kind, 'cms-content-type',
                         emx_client.sign(report, kind, *who))
        assert scene.accepted > 20
        gateway.stop()
        gateway.audit()


def reports_that_are_not_what_was_signed():
    with support.Gateway() as gateway, people.Party(gateway) as party:
        scene = Scene(gateway, party)
        report = scene.report
        signed = emx_client.sign(report, 'report', *scene.operator)
        for name, altered in (('one digit', report.replace(b'2011-01-01T07', b'2011-01-01T08', 1)),
                              ('one octet more', report + b'\n'), ('one octet less', report[:-1]),
                              ('nothing', b''), ('another report', scene.next_report())):
            assert altered != report
            scene.submit(name, 'cms-signature', signed, altered)
        elsewhere = report.replace(support.ORIGIN.encode(), b'other.emgate.example')
        assert elsewhere != report
        scene.submit('another addressee', 'addressee',
                     emx_client.sign(elsewhere, 'report', *scene.operator), elsewhere)
        beyond = report.replace(b'plant="gas-turbine"', b'plant="gas-turbine-2"')
        assert beyond != report
        scene.submit('a plant that is not there', 'plant-not-allowed',
                     emx_client.sign(beyond, 'report', *scene.operator), beyond)
        gateway.stop()
        gateway.audit()


def signers_that_are_not_believed():
    with support.Gateway() as gateway, people.Party(gateway) as party:
        scene = Scene(gateway, party)
        report = scene.report
        scene.neighbour()
        assert 'reloaded' in gateway.reload(), gateway.journal()
        time.sleep(0.3)  # the door is replaced by a reload

        def signed_by(key, cert):
            return emx_client.sign(report, 'report', key, cert)

        def file_of(name):
            return gateway.file(name + '.key'), gateway.file(name + '.pem')

        support.run(support.EMGATE, 'pki', 'init', os.path.join(gateway.path, 'other'))
        other = os.path.join(gateway.path, 'other')
        scene.submit('another anchor', 'cert-path',
                     signed_by(other + '/operator.key', other + '/operator.pem'))
        scene.submit('an expired certificate', 'cert-expired', signed_by(
            *forge.certificate(gateway.path, 'Old operator', scene.ca, *HISTORY)))
        scene.submit('a certificate of the future', 'cms-signing-time', signed_by(
            *forge.certificate(gateway.path, 'Young operator', scene.ca, *FUTURE)))
        scene.submit('a certificate for programs', 'cert-purpose', signed_by(
            *forge.certificate(gateway.path, 'Programs', scene.ca, *PRESENT, 'codeSigning')))
        scene.submit('a good certificate that the directory does not name', 'participant-unknown',
                     signed_by(*forge.certificate(gateway.path, 'Nobody', scene.ca, *PRESENT)))
        scene.submit('an operator of another plant', 'plant-not-allowed',
                     signed_by(*file_of('neighbour')))
        scene.submit('a device that is no delegate', 'plant-not-allowed',
                     signed_by(*file_of('device')))
        scene.submit('an authority that reports', 'role', signed_by(*file_of('authority')))
        scene.submit('the operator\'s report, handed in by a neighbour', 'plant-not-allowed',
                     signed_by(*file_of('operator')), who='neighbour')
        gateway.emgate('pki', 'revoke', gateway.pki, gateway.file('device.pem'))
        assert 'reloaded' in gateway.reload()
        scene.submit('a revoked certificate', 'cert-revoked', signed_by(*file_of('device')))
        gateway.stop()
        gateway.audit()


def greetings_that_are_refused():
    with support.Gateway() as gateway, people.Party(gateway) as party:
        scene = Scene(gateway, party)
        key, cert = scene.operator
        client = party.stranger()

        def greet(name, code, text, cms=None):
            scene.expect(name, code, lambda: client.greet(text, cms))

        text = client.hello_text()
        good = emx_client.sign(text, 'hello', key, cert)
        greet('a report signature', 'cms-content-type', text,
              emx_client.sign(text, 'report', key, cert))
        greet('a WELCOME signature', 'cms-content-type', text,
              emx_client.sign(text, 'welcome', key, cert))
        greet('not CMS', 'cms-not-cms', text, b'hello')
        greet('trailing octets', 'cms-trailing-octets', text, good + b'\0')
        greet('two signers', 'cms-signers', text, hostile.two_signers(
            text, 'hello', scene.operator, scene.authority, gateway.path))
        greet('an attribute missing', 'cms-attribute-missing', text,
              forge.forged(text, 'hello', key, cert, forge.without('signing_time')))
        greet('an unknown attribute', 'cms-attribute-unknown', text,
              forge.forged(text, 'hello', key, cert, forge.with_unknown()))
        greet('altered', 'cms-signature', client.hello_text(nonce='0' * 32), good)
        other_key, _ = emx_client.zmq.curve_keypair()
        greet('the key of another connection', 'hello-key', client.hello_text(public=other_key))
        overheard = party['operator'].hello_text()
        greet('a good greeting of the operator, sent again by another connection', 'hello-key',
              overheard, emx_client.sign(overheard, 'hello', key, cert))
        greet('the key of another door', 'hello-key',
              client.hello_text(**{'door-key': client.card['hall-key']}))
        greet('another log', 'addressee', client.hello_text(origin='other.emgate.example'))
        for name, off_s in (('too old', -301), ('from the future', 302)):
            at = emx_client.datetime.datetime.now(emx_client.datetime.timezone.utc) + \
                emx_client.datetime.timedelta(seconds=off_s)
            greet(name, 'hello-time', client.hello_text(at=emx_client.time_text(at)))
        greet('another kind of text', 'hello-text', text.replace(b'emgate hello 1', b'emgate hallo 1'))
        greet('a line more', 'hello-text', text + b'more 1\n')
        for name, code, pair in (
                ('expired', 'cert-expired',
                 forge.certificate(gateway.path, 'Old operator', scene.ca, *HISTORY)),
                ('unknown participant', 'participant-unknown',
                 forge.certificate(gateway.path, 'Nobody', scene.ca, *PRESENT))):
            greet(name, code, text, emx_client.sign(text, 'hello', *pair))
        support.run(support.EMGATE, 'pki', 'init', os.path.join(gateway.path, 'other'))
        other = os.path.join(gateway.path, 'other/operator')
        greet('another anchor', 'cert-path', text,
              emx_client.sign(text, 'hello', other + '.key', other + '.pem'))
        assert client.greet()['participant'] == 'operator', 'and a good one is welcomed'


def strangers_at_the_hall_have_their_handshake_refused():
    with support.Gateway() as gateway, people.Party(gateway) as party:
        scene = Scene(gateway, party)
        stranger = party.stranger()  # has the right certificate, but did not greet
        journal = len(gateway.journal())
        turned_away, answered = hostile.stranger_at_hall(stranger)
        assert turned_away and not answered
        lines = [line for line in gateway.journal()[journal:].splitlines()
                 if ' handshake-refused ' in line]
        assert lines and all('code=not-admitted' in line for line in lines), lines
        scene.still_serves()


def a_client_that_chooses_its_routing_id_gets_nothing():
    with support.Gateway() as gateway, people.Party(gateway) as party:
        scene = Scene(gateway, party)
        victim, thief = party['operator'], party['authority']
        for wanted in (b'operator', b'\x00abc', b'x' * 255, b'abcde'):
            journal = len(gateway.journal())
            out = thief.context.socket(emx_client.zmq.DEALER)
            try:
                out.linger = 0
                out.routing_id = wanted
                out.curve_serverkey = thief.card['hall-key'].encode()
                out.curve_publickey, out.curve_secretkey = thief.public, thief.secret
                out.connect(thief.card['hall'])
                out.send_multipart([emx_client.PROTOCOL, b'PING', b'1'])
                scene.still_serves()
                gateway.wait_for(lambda: ' routing-id-refused ' in gateway.journal()[journal:],
                                 'word of the thief', 10)
                assert not out.poll(300), 'the thief got an answer under %r' % wanted
                told = [line for line in gateway.journal()[journal:].splitlines()
                        if ' routing-id-refused ' in line]
                assert len(told) == 1 and 'code=malformed participant=authority ' in told[0], \
                    (wanted, told, gateway.journal()[journal:])
            finally:
                out.close()
        assert victim.ping() and thief.ping(), 'both go on with the ids that libzmq gave'
        assert not hostile.takeover(victim, thief)
        scene.still_serves()


support.main([
    signatures_that_do_not_count,
    reports_that_are_not_what_was_signed,
    signers_that_are_not_believed,
    greetings_that_are_refused,
    strangers_at_the_hall_have_their_handshake_refused,
    a_client_that_chooses_its_routing_id_gets_nothing,
])
