#!/usr/bin/python3
"""Write the example dialogue anew: keys and package in tests/data/wire/dialogue, and the section of
gateway/wire/PROTOCOL.md. Run it from the top when the protocol changes; needs the programs with test
hooks (make build/plain/hooks/emgate build/plain/hooks/emgated). With --keep keys and package stay as
they are, and only the section is written.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import zmq  # noqa: E402
from dialogue import (CLOCK, DATA, message, read_curve, render, sign_at, start_gateway,  # noqa: E402
                      write)
from emx_client import PROTOCOL, read_text  # noqa: E402

EMGATE = os.environ.get('EMGATE_HOOKS', 'build/plain/hooks/emgate')
EMGATED = os.environ.get('EMGATED_HOOKS', 'build/plain/hooks/emgated')

PACKAGE = {
    'package.xml': '''<?xml version="1.0" encoding="UTF-8"?>
<package xmlns="urn:emgate:package:1" id="eu.emgate.example" version="1.0.0" publisher="publisher">
  <title lang="de">Beispiel des Protokolls</title>
  <title lang="en">Example of the protocol</title>
  <law citation="section 11">PROTOCOL.md</law>
  <valid from="2026-01-01"/>
  <match namespace="urn:emgate:example:1" element="sample"/>
  <identity>
    <namespace prefix="e" uri="urn:emgate:example:1"/>
    <id path="/e:sample/@id"/>
    <version path="/e:sample/@version"/>
    <addressee path="/e:sample/@addressee"/>
    <plant path="/e:sample/@plant"/>
    <from path="/e:sample/@day"/>
    <until path="/e:sample/@day"/>
    <kind path="/e:sample/@kind"/>
  </identity>
  <steps>
    <checks file="checks/sample.sch"/>
    <transform file="transform/notice.xsl" result="notice"/>
  </steps>
  <notification name="notice" result="notice" to="competent-authority"/>
</package>
''',
    'checks/sample.sch': '''<?xml version="1.0" encoding="UTF-8"?>
<schema xmlns="http://purl.oclc.org/dsdl/schematron" queryBinding="xslt">
  <ns prefix="e" uri="urn:emgate:example:1"/>
  <pattern id="values">
    <rule context="/e:sample">
      <report id="above" role="info" test=". &gt; 50" diagnostics="above-de above-en">above</report>
    </rule>
  </pattern>
  <diagnostics>
    <diagnostic id="above-de" xml:lang="de">Der Wert <value-of select="."/> liegt über 50.</diagnostic>
    <diagnostic id="above-en" xml:lang="en">The value <value-of select="."/> is above 50.</diagnostic>
  </diagnostics>
</schema>
''',
    'transform/notice.xsl': '''<?xml version="1.0" encoding="UTF-8"?>
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:e="urn:emgate:example:1" exclude-result-prefixes="e">
  <xsl:output method="xml" encoding="UTF-8"/>
  <xsl:template match="/e:sample">
    <notice plant="{@plant}" day="{@day}"><xsl:value-of select="."/></notice>
  </xsl:template>
</xsl:stylesheet>
''',
    'tests/tests.xml': '''<?xml version="1.0" encoding="UTF-8"?>
<tests xmlns="urn:emgate:package-tests:1">
  <case name="above" report="tests/above.xml" outcome="accepted">
    <finding rule="above"/>
  </case>
</tests>
''',
    'tests/above.xml': '''<?xml version="1.0" encoding="UTF-8"?>
<sample xmlns="urn:emgate:example:1" id="day-60" version="1" addressee="demo.emgate.example"
  plant="plant-1" day="2026-02-28" kind="continuous">52</sample>
''',
}
REPORT = PACKAGE['tests/above.xml'].encode()


def emgate(*words):
    subprocess.run([EMGATE, *map(str, words)], check=True, stdout=subprocess.DEVNULL,
                   env=dict(os.environ, EMGATE_TEST_CLOCK=CLOCK))


def make_folder():
    folder = pathlib.Path(DATA)
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    emgate('pki', 'init', folder)
    with tempfile.TemporaryDirectory() as top:
        for name, text in PACKAGE.items():
            path = pathlib.Path(top) / 'package' / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding='utf-8')
        emgate('rules', 'sign', pathlib.Path(top) / 'package', '--key', folder / 'publisher.key',
               '--cert', folder / 'publisher.pem')
        emgate('rules', 'install', pathlib.Path(top) / 'package', '--into', folder / 'rules',
               '--directory', folder / 'directory.xml', '--anchors', folder / 'ca.pem')
    for name in ('operator', 'authority'):
        public, secret = zmq.curve_keypair()
        (folder / (name + '.curve')).write_text('%s\n%s\n' % (public.decode(), secret.decode()))
    settings = (folder / 'emgated.ini').read_text()
    settings = re.sub(r'tcp://127\.0\.0\.1:74\d\d', 'tcp://127.0.0.1:*', settings)
    (folder / 'emgated.ini').write_text(settings)
    (folder / 'report.xml').write_bytes(REPORT)
    (folder / 'report.xml.p7s').write_bytes(
        sign_at(REPORT, 'report', str(folder / 'operator.key'), str(folder / 'operator.pem')))
    for name in ('ca.key', 'registrar.key', 'auditor.key', 'publisher.key'):
        (folder / name).unlink()  # not needed to replay
    (folder / 'README.md').write_text(
        'Keys, card, directory and package of the example dialogue in gateway/wire/PROTOCOL.md,\n'
        'written by tests/python/make_dialogue.py. The keys protect nothing.\n')
    return folder


class Talk:
    def __init__(self, folder, door, hall):
        self.folder, self.place = folder, {'door': door, 'hall': hall}
        self.card = read_text((folder / 'card').read_bytes(), 'card')
        self.context = zmq.Context()
        self.messages, self.titles = [], {}

    def connect(self, who, place):
        out = self.context.socket(zmq.DEALER)
        out.linger = 300
        out.curve_publickey, out.curve_secretkey = read_curve(self.folder / (who + '.curve'))
        out.curve_serverkey = self.card[place + '-key'].encode()
        out.connect(self.place[place])
        return out

    def title(self, text):
        self.titles[len(self.messages)] = text

    def say(self, socket, who, place, answers, *frames):
        self.messages.append(message(who, True, place, [PROTOCOL, *frames]))
        socket.send_multipart([PROTOCOL, *frames])
        for _ in range(answers):
            assert socket.poll(10000), 'no answer to %s' % frames[0]
            self.messages.append(message(who, False, place, socket.recv_multipart()))

    def greet(self, who, nonce):
        public, _ = read_curve(self.folder / (who + '.curve'))
        text = ('emgate hello 1\norigin %s\ndoor-key %s\nclient-key %s\nversions EMX1\nat %s\n'
                'nonce %s\n' % (self.card['origin'], self.card['door-key'], public.decode(), CLOCK,
                                nonce)).encode()
        cms = sign_at(text, 'hello', str(self.folder / (who + '.key')),
                      str(self.folder / (who + '.pem')))
        door = self.connect(who, 'door')
        self.say(door, who, 'door', 1, b'HELLO', b'hello', text, cms)
        door.close()


def hold(talk):
    report = (talk.folder / 'report.xml').read_bytes()
    cms = (talk.folder / 'report.xml.p7s').read_bytes()
    talk.title('The operator greets at the door.')
    talk.greet('operator', '000102030405060708090a0b0c0d0e0f')
    hall = talk.connect('operator', 'hall')
    talk.title('In the hall it asks whether somebody is there, and hands in a report.')
    talk.say(hall, 'operator', 'hall', 1, b'PING', b'1')
    talk.say(hall, 'operator', 'hall', 1, b'SUBMIT', b'2', cms, report)
    talk.title('The same signature over other octets is refused, and is not in the log.')
    talk.say(hall, 'operator', 'hall', 1, b'SUBMIT', b'3', cms, report.replace(b'52', b'25'))
    talk.title('Where does the report stand? What is not there, or not for this participant, is '
               'unknown.')
    talk.say(hall, 'operator', 'hall', 1, b'STATUS', b'4', b'operator day-60 1')
    talk.say(hall, 'operator', 'hall', 1, b'STATUS', b'5', b'operator day-61 1')
    talk.title('By which rules will it be judged? The list, one package with its octets, and one that '
               'there is not.')
    talk.say(hall, 'operator', 'hall', 1, b'RULES', b'6', b'', b'')
    talk.say(hall, 'operator', 'hall', 1, b'RULES', b'7', b'eu.emgate.example', b'')
    talk.say(hall, 'operator', 'hall', 1, b'RULES', b'8', b'eu.emgate.example', b'9.0.0')
    talk.say(hall, 'operator', 'hall', 0, b'BYE', b'bye')
    hall.close()
    talk.title('The authority greets, follows its mailbox from the beginning, and acknowledges.')
    talk.greet('authority', '101112131415161718191a1b1c1d1e1f')
    hall = talk.connect('authority', 'hall')
    talk.say(hall, 'authority', 'hall', 2, b'FOLLOW', b'1', b'authority', b'0.0', b'10', b'')
    cursor = talk.messages[-1].body[2]
    talk.say(hall, 'authority', 'hall', 1, b'ACK', b'2', b'authority', cursor)
    talk.say(hall, 'authority', 'hall', 0, b'BYE', b'bye')
    hall.close()


def main():
    folder = pathlib.Path(DATA) if '--keep' in sys.argv[1:] else make_folder()
    with tempfile.TemporaryDirectory() as top:
        copy = pathlib.Path(top) / 'trial'
        shutil.copytree(folder, copy)
        process, door, hall = start_gateway(EMGATED, str(copy), os.path.join(top, 'journal'))
        try:
            talk = Talk(copy, door, hall)
            hold(talk)
        except AssertionError:
            print(open(os.path.join(top, 'journal')).read())
            raise
        finally:
            process.terminate()
            process.wait()
    write(render(talk.messages, talk.titles))
    print('%d messages' % len(talk.messages))


if __name__ == '__main__':
    main()
