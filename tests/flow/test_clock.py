#!/usr/bin/python3
# timeout: 400
"""Whose clock is wrong? Ours is our fault: ERROR clock, until it is mended, without a restart. Where
nothing shows it, both times are told, nobody is blamed, and it may be tried again.

The gateway's clock is moved while it runs by a file that only builds for tests look at.
"""
import datetime
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../support'))
import faults  # noqa: E402
import gateway as support  # noqa: E402
import party as people  # noqa: E402
import emx_client  # noqa: E402
import forge  # noqa: E402

MINUTE = 60
DAY = 86400
YEAR = 365 * DAY
EMGATE_HOOKS = os.environ.get('EMGATE_HOOKS', os.path.join(os.path.dirname(faults.HOOKS), 'emgate'))
ENDED = 'all-ended'


def text_of(moved_s):
    now = datetime.datetime.now(datetime.timezone.utc)
    return emx_client.time_text(now + datetime.timedelta(seconds=moved_s))


class Clock:
    """A file that moves the clock of whoever is started with `env`."""

    def __init__(self, path, moved_s=0):
        self.path = path
        self.env = {'EMGATE_TEST_CLOCK': '@' + path}
        self.move(moved_s)

    def move(self, seconds):
        with open(self.path + '.new', 'w') as out:
            out.write('%d\n' % (seconds * 1000))
        os.replace(self.path + '.new', self.path)


class Scene:
    """A gateway whose clock can be moved, and reports for it."""

    def __init__(self, moved_s=0, settings=()):
        path = support.folder()
        os.makedirs(path)
        self.clock = Clock(os.path.join(path, 'clock'), moved_s)
        self.gateway = faults.FixedGateway(path=path, emgated=faults.HOOKS, env=self.clock.env,
                                           settings=settings)
        self.chance = faults.dice('clock')
        self.number = 0

    def report(self):
        self.number += 1
        return faults.short_report(self.chance, 'clock-%d' % self.number).encode()

    def __enter__(self):
        self.gateway.__enter__()
        self.party = people.Party(self.gateway)
        return self

    def __exit__(self, *_):
        self.party.__exit__()
        return self.gateway.__exit__()

    def told(self, event):
        return [line for line in self.gateway.journal().splitlines() if ' %s ' % event in line]

    def wait_told(self, event, count):
        self.gateway.wait_for(lambda: len(self.told(event)) >= count, event)
        assert len(self.told(event)) == count, self.told(event)
        return self.told(event)[-1]

    def is_doubted(self, reason, party, known=None):
        """Nobody is judged by this clock; `known`: (report, cms, receipt) of who is in the hall."""
        size = len(self.gateway.entries())
        greeting = people.refused(party.stranger().greet, 'clock', 'ERROR')
        assert int(greeting.lines['retry-after']) > 0, greeting.lines
        assert 'clock' in greeting.lines['text'], greeting.lines
        if known is not None:
            report, cms, receipt = known
            operator = party['operator']
            assert operator.submit(report, cms).octets == receipt.octets, 'what is there is answered'
            new = self.report()
            answer = people.refused(lambda: operator.submit(new), 'clock', 'ERROR')
            assert int(answer.lines['retry-after']) > 0, answer.lines
            assert operator.ping(), 'what needs no clock goes on'
        line = self.gateway.reload()
        assert 'reload-refused' in line and 'clock' in line, line
        assert 'reason=%s ' % reason in self.told('clock-doubted')[-1], self.told('clock-doubted')
        assert len(self.gateway.entries()) == size, 'something was recorded by a doubted clock'

    def takes(self, client):
        receipt = client.submit(self.report())
        assert receipt.accepted
        return receipt


def jumps_while_it_runs_and_is_mended():
    with Scene() as scene:
        operator = scene.party['operator']
        report = scene.report()
        cms = emx_client.sign(report, 'report', operator.key, operator.cert)
        known = (report, cms, operator.submit(report, cms))
        assert known[2].accepted
        times = 0
        for moved_s, reason in ((2 * DAY, 'jumped'), (-2 * DAY, 'before-last-entry'),
                                (10 * YEAR, ENDED), (-10 * YEAR, 'before-last-entry'),
                                (2 * MINUTE, 'jumped'), (-2 * MINUTE, 'jumped')):
            times += 1
            scene.clock.move(moved_s)
            line = scene.wait_told('clock-doubted', times)  # also while nothing comes in
            assert 'reason=%s ' % reason in line, line
            scene.is_doubted(reason, scene.party, known)
            assert len(scene.told('clock-doubted')) == times, 'it is told once'
            scene.clock.move(0)
            line = scene.wait_told('clock-trusted', times)
            assert 'was=%s ' % reason in line, line
            scene.takes(operator)
            assert scene.party.stranger('authority').greet()['participant'] == 'authority'
            assert 'reloaded' in scene.gateway.reload()
        scene.gateway.stop()
        scene.gateway.audit()


def a_jump_below_the_step_that_is_set_is_none():
    with Scene(settings=[('limits', 'clock-step-ms', '3600000')]) as scene:
        scene.takes(scene.party['operator'])
        scene.clock.move(2 * MINUTE)
        scene.takes(scene.party['operator'])
        scene.clock.move(-4 * MINUTE)  # behind the last entry, by more than five minutes
        line = scene.wait_told('clock-doubted', 1)
        assert 'reason=before-last-entry ' in line, line
        people.refused(lambda: scene.party['operator'].submit(scene.report()), 'clock', 'ERROR')
        scene.gateway.wait_for(  # the door hears of entries within a second
            lambda: refused_by(scene.party.stranger().greet) == ('ERROR', 'clock'), 'the door')
        scene.clock.move(0)
        scene.wait_told('clock-trusted', 1)
        scene.takes(scene.party['operator'])


def refused_by(action):
    try:
        action()
    except emx_client.Refused as refusal:
        return refusal.kind, refusal.code
    return None


def started(moved_s, reason):
    """Started in doubt, mended while it runs: all goes on."""
    with Scene(moved_s) as scene:
        size = len(scene.gateway.entries())
        line = scene.wait_told('clock-doubted', 1)
        assert 'reason=%s ' % reason in line, line
        ready = scene.wait_told('ready', 1)
        assert 'clock=%s' % reason in ready, ready
        scene.is_doubted(reason, scene.party)
        scene.clock.move(0)
        scene.gateway.wait_for(lambda: ' reloaded ' in scene.gateway.journal(),
                               'what was loaded in doubt to be loaded again')
        scene.wait_told('clock-trusted', 1)
        mended(scene)
        assert len(scene.gateway.entries()) > size
        scene.gateway.stop()
        scene.gateway.audit()


def starts_ten_years_behind():
    started(-10 * YEAR, 'before-directory-issue')


def starts_two_days_behind():
    started(-2 * DAY, 'before-directory-issue')


def starts_ten_years_ahead():
    started(10 * YEAR, ENDED)


def at_that_time(moved_s, action):
    """What the independent client does, with its clock moved too."""
    os.environ['EMGATE_TEST_CLOCK'] = text_of(moved_s)
    try:
        return action()
    finally:
        del os.environ['EMGATE_TEST_CLOCK']


def starts_before_the_last_entry():
    scene = Scene(20 * MINUTE)
    with scene:
        at_that_time(20 * MINUTE, lambda: scene.takes(scene.party['operator']))
        scene.gateway.stop()
    scene.clock.move(0)
    with scene:
        assert 'reason=before-last-entry ' in scene.wait_told('clock-doubted', 1)
        scene.is_doubted('before-last-entry', scene.party)
        scene.clock.move(16 * MINUTE)  # five minutes are allowed; it was wrong before: no jump
        scene.wait_told('clock-trusted', 1)
        receipt = at_that_time(16 * MINUTE, lambda: mended(scene))
        assert receipt.get('recorded-at') > text_of(17 * MINUTE), 'recorded-at went back'
        scene.gateway.stop()
        scene.gateway.audit()


def mended(scene):
    scene.gateway.wait_for(lambda: refused_by(scene.party.stranger().greet) is None,
                           'the door to greet again')
    return scene.takes(scene.party['operator'])


def write_list(scene, moved_s):
    """A revocation list issued so much later, as the authority's clock says."""
    clock = Clock(os.path.join(scene.gateway.path, 'clock-of-the-authority'), moved_s)
    support.run(EMGATE_HOOKS, 'pki', 'crl', scene.gateway.pki, env=dict(os.environ, **clock.env))


def before_a_revocation_list():
    with Scene() as scene:
        scene.takes(scene.party['operator'])
        write_list(scene, DAY)
        line = scene.gateway.reload()
        assert 'reload-refused' in line and 'revocation list was issued' in line, line
        scene.takes(scene.party['operator'])  # the world in force has no such list
        assert not scene.told('clock-doubted')
        scene.gateway.stop()
        scene.gateway.start()
        assert 'reason=before-revocation-list ' in scene.wait_told('clock-doubted', 1)
        scene.party = people.Party(scene.gateway)
        scene.is_doubted('before-revocation-list', scene.party)
        write_list(scene, 4 * MINUTE)  # the list was wrong: within five minutes it counts
        assert 'reloaded' in scene.gateway.reload()
        scene.wait_told('clock-trusted', 1)
        mended(scene)


def names_both(refusal, code, *times):
    assert refusal.code == code and int(refusal.lines['retry-after']) > 0, refusal.lines
    for at in times:
        assert at[:13] in refusal.lines['text'], (at, refusal.lines)
    assert 'Set the' not in refusal.lines['en'] and 'stellen' not in refusal.lines['de']
    assert 'Compare' in refusal.lines['en'] and 'vergleichen' in refusal.lines['de'], refusal.lines


def near_the_hour():
    """Texts are compared to the hour: not in its last seconds."""
    while datetime.datetime.now().minute == 59 and datetime.datetime.now().second > 40:
        time.sleep(1)


def nothing_shows_that_ours_is_wrong():
    scene = Scene(2 * DAY)
    with scene:
        near_the_hour()
        assert not scene.told('clock-doubted')
        refusal = people.refused(scene.party.stranger().greet, 'hello-time')
        names_both(refusal, 'hello-time', text_of(0), text_of(2 * DAY))


def the_senders_clock_is_wrong():
    with Scene() as scene:
        near_the_hour()
        client = scene.party.stranger()
        for moved_s in (2 * DAY, -2 * DAY, 10 * YEAR, -10 * YEAR, 6 * MINUTE, -6 * MINUTE):
            text = client.hello_text(at=text_of(moved_s))
            refusal = people.refused(lambda text=text: client.greet(text), 'hello-time')
            names_both(refusal, 'hello-time', text_of(moved_s), text_of(0))
        ca = (scene.gateway.file('ca.key'), scene.gateway.file('ca.pem'))
        for code, begin, end, times in (
                ('cert-expired', '20200101000000Z', '20210101000000Z', ('2021-01-01T00', text_of(0))),
                ('cms-signing-time', '20990101000000Z', '21000101000000Z',
                 ('2099-01-01T00', text_of(0)))):
            pair = forge.certificate(scene.gateway.path, 'Other ' + code, ca, begin, end)
            text = client.hello_text()
            cms = emx_client.sign(text, 'hello', *pair)
            refusal = people.refused(lambda text=text, cms=cms: client.greet(text, cms), code)
            names_both(refusal, code, *times)
        assert client.greet()['participant'] == 'operator', 'mended, it is welcome'
        assert not scene.told('clock-doubted'), 'what others say of the time never decides'
        scene.takes(scene.party['operator'])


def the_tool_says_both_times_and_that_it_may_be_tried_again():
    with Scene() as scene:
        near_the_hour()
        path = os.path.join(scene.gateway.path, 'report.xml')
        with open(path, 'wb') as out:
            out.write(scene.report())
        clock = Clock(os.path.join(scene.gateway.path, 'clock-of-the-sender'), -2 * DAY)
        card = ['--card', scene.gateway.file('card'), '--anchors', scene.gateway.file('ca.pem')]
        words = ['submit', *card, '--sign',
                 '%s,%s' % (scene.gateway.file('operator.key'), scene.gateway.file('operator.pem')),
                 '--timeout', '5', '--json', path]
        # Its card is of the future for this sender: told so before anything is sent.
        _, err, _ = support.run(EMGATE_HOOKS, *words, env=dict(os.environ, **clock.env), status=None)
        assert 'clock' in err or 'not valid before' in err or 'cms-signing-time' in err, err
        clock.move(10 * MINUTE)
        _, err, status = support.run(EMGATE_HOOKS, *words, env=dict(os.environ, **clock.env),
                                     status=None)
        assert status != 0 and '"where":"cms-signing-time"' in err and '"retry":true' in err, err
        assert text_of(0)[:13] in err and text_of(10 * MINUTE)[:13] in err, err
        scene.clock.move(10 * YEAR)
        scene.wait_told('clock-doubted', 1)
        _, err, status = support.run(EMGATE_HOOKS, *words, status=None)
        assert status != 0 and '"where":"clock"' in err and '"retry":true' in err, err
        scene.clock.move(0)
        scene.wait_told('clock-trusted', 1)
        support.run(EMGATE_HOOKS, *words)


def strangers_never_make_it_doubt():
    with Scene() as scene:
        client = scene.party.stranger()
        other = os.path.join(scene.gateway.path, 'other')
        support.run(support.EMGATE, 'pki', 'init', other)
        for moved_s in (-YEAR, -DAY, -301, 301, DAY, YEAR, 50 * YEAR):
            for pair in ((other + '/operator.key', other + '/operator.pem'),
                         (client.key, client.cert)):
                text = client.hello_text(at=text_of(moved_s))
                kind, _ = refused_by(lambda text=text, pair=pair: client.greet(
                    text, emx_client.sign(text, 'hello', *pair)))
                assert kind == 'UNAUTHENTICATED'
        assert not scene.told('clock-doubted')
        scene.takes(scene.party['operator'])


support.main([
    jumps_while_it_runs_and_is_mended,
    a_jump_below_the_step_that_is_set_is_none,
    starts_ten_years_behind,
    starts_two_days_behind,
    starts_ten_years_ahead,
    starts_before_the_last_entry,
    before_a_revocation_list,
    nothing_shows_that_ours_is_wrong,
    the_senders_clock_is_wrong,
    the_tool_says_both_times_and_that_it_may_be_tried_again,
    strangers_never_make_it_doubt,
])
