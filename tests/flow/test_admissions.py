#!/usr/bin/python3
"""What a reload takes away is gone at once: admissions, streams, and directories of yesterday."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../support'))
import gateway as support  # noqa: E402
import party as people  # noqa: E402
import emx_client  # noqa: E402

DIRECTORY_OID = '2.25.71955159112784848781318806709141936065'


def octets(path):
    with open(path, 'rb') as source:
        return source.read()


def direct(gateway, change):
    """Have the registrar sign a changed directory; returns the one before, with its signature."""
    before = [octets(gateway.file('directory.xml' + end)) for end in ('', '.p7s')]
    text = change(before[0].decode()).encode()
    assert text != before[0]
    put(gateway, [text, emx_client.sign(text, DIRECTORY_OID, gateway.file('registrar.key'),
                                        gateway.file('registrar.pem'))])
    return before


def put(gateway, pair):
    for end, content in zip(('', '.p7s'), pair):
        with open(gateway.file('directory.xml' + end), 'wb') as out:
            out.write(content)


def digest_of(gateway, name):
    shown, _, _ = gateway.emgate('pki', 'show', '--json', gateway.file(name + '.pem'))
    return re.search(r'sha256:[0-9a-f]{64}', shown).group(0)


def version(number):
    return lambda text: re.sub(r' version="\d+"', ' version="%d"' % number, text, count=1)


def follows(client):
    """FOLLOW with credit to spare; returns the id that items and its end will carry."""
    client.ask(b'FOLLOW', client.welcome['participant'].encode(), b'', b'10', b'')
    return b'%d' % client.last_id


def ends(client, follow_id):
    """The next message ends the stream: greet again. No item after it."""
    frames = client.receive(client.hall, 10)
    assert frames is not None and frames[1:3] == [b'ERROR', follow_id], frames
    assert b'code greet-again\n' in frames[3], frames
    assert client.receive(client.hall, 1) is None


def refused_to_greet(client, code):
    people.refused(client.greet, code)


def a_replaced_certificate_ends_its_streams():
    with support.Gateway() as gateway, people.Party(gateway) as party:
        reports = gateway.reports('2011-04-06', days=2)
        old = party.enter('authority')
        follow_id = follows(old)
        assert party['operator'].submit(octets(reports[0])).accepted
        assert old.receive(old.hall, 10)[1] == b'ITEM'
        gateway.emgate('pki', 'issue', gateway.pki, 'authority-2', '--profile', 'authority')
        was, now = digest_of(gateway, 'authority'), digest_of(gateway, 'authority-2')
        direct(gateway, lambda text: version(2)(text).replace(was, now))
        assert 'reloaded' in gateway.reload(), gateway.journal()
        assert party['operator'].submit(octets(reports[1])).accepted
        ends(old, follow_id)
        refused_to_greet(old, 'participant-unknown')
        new = party.enter('authority-2')
        assert len([item[0] for item in new.follow(wait=1)]) == 2
        gateway.stop()
        gateway.audit()


def a_revoked_certificate_ends_its_streams():
    with support.Gateway() as gateway, people.Party(gateway) as party:
        report = gateway.reports('2011-04-06')[0]
        old = party.enter('authority')
        follow_id = follows(old)
        assert party['operator'].ping()
        gateway.emgate('pki', 'revoke', gateway.pki, gateway.file('authority.pem'))
        assert 'reloaded' in gateway.reload(), gateway.journal()
        assert party['operator'].submit(octets(report)).accepted, 'after another greeting'
        ends(old, follow_id)
        refused_to_greet(old, 'cert-revoked')
        gateway.stop()
        gateway.audit()


def a_reload_that_changes_nothing_ends_no_stream():
    with support.Gateway() as gateway, people.Party(gateway) as party:
        report = gateway.reports('2011-04-06')[0]
        client = party.enter('authority')
        follow_id = follows(client)
        operator = party['operator']
        assert 'reloaded' in gateway.reload(), gateway.journal()
        gateway.wait_for(lambda: 'renewed admissions_ended=0' in gateway.journal(), 'a review')
        assert operator.submit(octets(report)).accepted
        assert client.receive(client.hall, 10)[1:3] == [b'ITEM', follow_id]
        gateway.stop()


def an_older_directory_is_refused_while_running_and_at_the_start():
    with support.Gateway() as gateway, people.Party(gateway) as party:
        first = direct(gateway, version(2))
        assert 'reloaded' in gateway.reload(), gateway.journal()
        put(gateway, first)
        said = gateway.reload()
        assert 'reload-refused' in said and 'version 1 does not follow version 2' in said, said
        assert party['operator'].ping(), 'the one in force stays'
        direct(gateway, lambda text: version(2)(text).replace('name="', 'name="x', 1))
        assert 'version 2 does not follow version 2' in gateway.reload()
        gateway.stop()
        put(gateway, first)
        gateway.launch()
        gateway.wait_for(gateway.ended, 'the end')
        assert gateway.process.returncode == 2
        assert 'version 1 does not follow version 2' in gateway.journal()
        gateway.process = None
        gateway.audit()


def findings_of_a_known_report_are_not_told_to_a_neighbour():
    with support.Gateway() as gateway, people.Party(gateway) as party:
        report = octets(gateway.reports('2011-04-06')[0])
        signed = emx_client.sign(report, 'report', gateway.file('operator.key'),
                                 gateway.file('operator.pem'))
        assert party['operator'].submit(report, signed).accepted
        people.refused(lambda: party['authority'].submit(report, signed), 'plant-not-allowed')
        gateway.stop()
        gateway.audit()


def streams_are_followed_up_to_the_setting():
    with support.Gateway(settings=[('limits', 'followers', 1)]) as gateway, \
            people.Party(gateway) as party:
        client = party.enter('authority')
        follows(client)
        follows(client)
        people.refused(lambda: follows(party['operator']), 'busy', 'ERROR')
        gateway.stop()


support.main([
    a_replaced_certificate_ends_its_streams,
    a_revoked_certificate_ends_its_streams,
    a_reload_that_changes_nothing_ends_no_stream,
    an_older_directory_is_refused_while_running_and_at_the_start,
    findings_of_a_known_report_are_not_told_to_a_neighbour,
    streams_are_followed_up_to_the_setting,
])
