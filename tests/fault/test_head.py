#!/usr/bin/python3
# timeout: 400
"""A log is never continued shorter: the head note against an archive that lost something, was put
back, replaced, removed or copied halfway, while the gateway runs and while it does not.
"""
import os
import shutil
import subprocess
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../support'))
import faults  # noqa: E402
import gateway as support  # noqa: E402
from faults import emx_client  # noqa: E402

AT_START = 3  # batches before the first report: log key, directory, package
PARTS = ('archive.db', 'archive.db-wal', 'archive.db-shm')


def reports(chance, count, prefix='head'):
    return [faults.short_report(chance, '%s-%d' % (prefix, number)).encode()
            for number in range(count)]


def drop(path):
    if os.path.exists(path):
        os.unlink(path)


def refused(client, report, cms=None):
    """Code of the ERROR that answers this report."""
    try:
        receipt = client.submit(report, cms)
    except emx_client.Refused as refusal:
        assert refusal.kind == 'ERROR', refusal
        return refusal.code
    raise AssertionError('entry %d, where an ERROR was due' % receipt.index)


def submit(gateway, some):
    client = gateway.client()
    try:
        return [client.submit(report) for report in some]
    finally:
        client.close()


def start_refused(gateway, *words):
    """It must not come up, and say why by name."""
    before = len(gateway.journal()) if os.path.exists(os.path.join(gateway.path, 'journal')) else 0
    gateway.launch()
    gateway.wait_for(lambda: 'ready origin=' in gateway.read('out') or gateway.ended(), 'the end')
    if not gateway.ended():
        gateway.kill()
        raise AssertionError('it started')
    assert gateway.process.returncode == 2, gateway.process.returncode
    gateway.process = None
    said = gateway.journal()[before:]
    for word in words:
        assert word in said, '%r is not in: %s' % (word, said)


def made(chance, count=4, stop='stop', **others):
    """A gateway that recorded some reports and was stopped, with a copy made half way."""
    gateway = faults.FixedGateway(**others)
    some = reports(chance, count)
    gateway.start()
    submit(gateway, some[:count // 2])
    gateway.stop()
    gateway.older = os.path.join(gateway.path, 'older')
    os.makedirs(gateway.older)
    for part in PARTS:
        if os.path.exists(gateway.file(part)):
            shutil.copy(gateway.file(part), gateway.older)
    gateway.start()
    gateway.receipts = submit(gateway, some[count // 2:])
    getattr(gateway, stop)()
    return gateway, some


def put_older(gateway):
    for part in PARTS:
        drop(gateway.file(part))
        if os.path.exists(os.path.join(gateway.older, part)):
            shutil.copy(os.path.join(gateway.older, part), gateway.file(part))


def after_a_clean_stop_the_archive_is_one_file_that_proves_all():
    gateway, some = made(faults.dice('one file'))
    left = sorted(name for name in os.listdir(gateway.pki) if name.startswith('archive.db'))
    assert left == ['archive.db', 'archive.db-lock', 'archive.db.head'], left
    copy = os.path.join(gateway.path, 'copy.db')
    shutil.copy(gateway.file('archive.db'), copy)
    out, _, _ = gateway.emgate('audit', 'verify', copy, '--log-key', gateway.file('log.vkey'),
                               '--anchors', gateway.file('ca.pem'), '--head',
                               gateway.file('archive.db.head'))
    assert 'proved and rerun  %d' % len(some) in out, out
    assert 'head note         of %d entries, compared' % (AT_START + len(some)) in out, out


def a_flipped_bit_in_the_write_ahead_log_is_not_a_shorter_log():
    gateway, _ = made(faults.dice('bit'), count=10, stop='kill')
    path = gateway.file('archive.db-wal')
    with open(path, 'r+b') as log:
        log.seek(os.path.getsize(path) // 3)
        octet = log.read(1)
        log.seek(-1, 1)
        log.write(bytes([octet[0] ^ 1]))
    start_refused(gateway, 'shorter', '--new-log', 'longer copy')


def an_older_copy_is_refused_at_the_start_and_the_longer_one_is_taken_again():
    gateway, some = made(faults.dice('older'))
    longer = os.path.join(gateway.path, 'longer.db')
    shutil.copy(gateway.file('archive.db'), longer)
    put_older(gateway)
    start_refused(gateway, 'archive', 'shorter', '--new-log', 'longer copy')
    shutil.copy(longer, gateway.file('archive.db'))
    gateway.start()
    again = submit(gateway, some[len(some) // 2:])
    assert [receipt.octets for receipt in again] == [one.octets for one in gateway.receipts]
    gateway.stop()


def no_archive_beside_a_head_note_is_refused():
    gateway, _ = made(faults.dice('gone'))
    for part in PARTS:
        drop(gateway.file(part))
    start_refused(gateway, 'is not there', '--new-log')
    assert not os.path.exists(gateway.file('archive.db')), 'an empty archive was made'


def neither_archive_nor_head_note_is_a_log_only_when_told():
    gateway, _ = made(faults.dice('nothing'))
    for part in PARTS + ('archive.db.head',):
        drop(gateway.file(part))
    start_refused(gateway, 'neither', '--new-log')
    assert not os.path.exists(gateway.file('archive.db')), 'an empty archive was made'
    gateway.arguments = ['--new-log']
    gateway.start()
    assert gateway.head() == AT_START
    gateway.stop()
    start_refused(gateway, 'already', 'new origin')  # --new-log once more
    gateway.arguments = []
    gateway.start()
    gateway.stop()


def an_archive_of_now_without_its_head_note_is_refused():
    gateway, _ = made(faults.dice('no note'))
    os.rename(gateway.file('archive.db.head'), gateway.file('kept.head'))
    start_refused(gateway, 'archive.db.head', 'put the note back', '--new-log')
    gateway.arguments = ['--new-log']
    start_refused(gateway, 'already', 'new origin')
    gateway.arguments = []
    assert not os.path.exists(gateway.file('archive.db.head'))
    os.rename(gateway.file('kept.head'), gateway.file('archive.db.head'))
    gateway.start()
    gateway.stop()


def an_archive_of_before_is_taken_once_and_that_is_said():
    gateway, some = made(faults.dice('before'))
    gateway.change('DROP TABLE state; DROP TABLE held; PRAGMA user_version = 2')
    os.unlink(gateway.file('archive.db.head'))
    gateway.start()
    assert 'head-note-taken' in gateway.journal()
    assert gateway.head() == AT_START + len(some)
    again = submit(gateway, some[len(some) // 2:])
    assert [receipt.octets for receipt in again] == [one.octets for one in gateway.receipts]
    gateway.stop()
    gateway.audit()
    gateway.start()
    assert gateway.journal().count('head-note-taken') == 1
    gateway.stop()
    os.unlink(gateway.file('archive.db.head'))
    start_refused(gateway, 'put the note back')


def a_head_note_that_is_none_of_this_log_is_refused():
    gateway, _ = made(faults.dice('notes'))
    other = support.Gateway()  # another key under the same origin
    path = gateway.file('archive.db.head')
    with open(path, 'rb') as note:
        good = note.read()
    with open(other.file('archive.db.head'), 'rb') as note:
        foreign = note.read()
    torn = bytearray(good)
    for slot in (0, faults.SLOT):
        torn[slot + 70] ^= 1
    for octets, word in ((b'', '0 octets'), (good[:-1], 'octets'), (good + b' ', 'octets'),
                         (bytes(torn), 'no slot is good'), (foreign, 'no signature of the log key'),
                         ((b' ' * (faults.SLOT - 1) + b'\n') * 2, 'is empty'),
                         (good.replace(support.ORIGIN.encode(), b'other.emgate.example'), 'octets'),
                         (b'\0' * len(good), 'no slot is good')):
        with open(path, 'wb') as note:
            note.write(octets)
        start_refused(gateway, 'head note', word, '--new-log')
    with open(path, 'wb') as note:
        note.write(good)
    gateway.start()
    gateway.stop()


def a_torn_head_note_leaves_the_head_before_and_the_longer_archive_is_taken():
    chance = faults.dice('torn')
    for point in ('head.write', 'head.torn', 'head.sync', 'head.synced'):
        gateway = faults.FixedGateway(emgated=faults.HOOKS, env={
            'EMGATE_TEST_FAULT': '%s:%d:kill' % (point, AT_START + 2)})
        first, second = reports(chance, 2)
        with gateway:
            client = gateway.client(timeout=3.0)
            kept = client.submit(first)
            cms = gateway.sign(second)
            try:
                client.submit(second, cms)
                raise AssertionError('an answer before the head note')
            except TimeoutError:
                client.close()
            gateway.wait_for(gateway.ended, 'the end')
            assert gateway.head() >= kept.index + 1
            gateway.env['EMGATE_TEST_FAULT'] = ''
            gateway.start()
            assert gateway.head() == kept.index + 2
            journal = gateway.journal()
            assert ('archive-ahead' in journal) == (point in ('head.write', 'head.torn')), journal
            assert ('head-note-slot' in journal) == (point == 'head.torn'), journal
            client = gateway.client()
            assert client.submit(second, cms).index == kept.index + 1
            assert client.submit(first).octets == kept.octets
            client.close()
            gateway.stop()
            gateway.audit()


def a_head_note_that_can_not_be_written_lets_nothing_out_until_it_can():
    chance = faults.dice('note not written')
    first, second, third = reports(chance, 3)
    with faults.FixedGateway() as gateway:
        client, follower = gateway.client(), gateway.client('authority')
        kept = client.submit(first)
        items = len(list(follower.follow(wait=1.0)))
        os.rename(gateway.file('archive.db.head'), gateway.file('away'))
        cms = gateway.sign(second)
        for _ in range(3):
            assert refused(client, second, cms) == 'archive'
        assert refused(client, third) == 'archive'
        assert client.submit(first).octets == kept.octets  # what was let out is still answered
        (recorded,), = gateway.ask('SELECT size FROM head')
        assert recorded == kept.index + 2, 'more than one batch beyond the head note'
        (identity,), = gateway.ask('SELECT participant || " " || id || " " || version FROM entries '
                                   'WHERE idx = ?', kept.index + 1)
        _, _, status = gateway.emgate('status', *gateway.whom('operator'), identity, status=None)
        assert status != 0, 'STATUS tells what was not let out'
        assert len(list(follower.follow(wait=1.0))) == items, 'an item that was not let out'
        assert 'archive.db.head' in gateway.journal() and 'removed' in gateway.journal()
        os.rename(gateway.file('away'), gateway.file('archive.db.head'))
        again = client.submit(second, cms)
        assert again.index == kept.index + 1
        assert client.submit(third).index == kept.index + 2
        assert len(list(follower.follow(wait=1.0))) == items + 2
        client.close()
        follower.close()
        gateway.stop()
        gateway.audit()


def a_failing_head_note_is_written_again_by_itself():
    chance = faults.dice('note fails')
    for point in ('head.write', 'head.torn', 'head.sync', 'head.synced'):
        gateway = faults.FixedGateway(emgated=faults.HOOKS, env={
            'EMGATE_TEST_FAULT': '%s:%d:ENOSPC' % (point, AT_START + 2)})
        first, second, third = reports(chance, 3)
        with gateway:
            client = gateway.client()
            kept = client.submit(first)
            cms = gateway.sign(second)
            assert refused(client, second, cms) == 'archive', point
            gateway.wait_for(lambda: gateway.head() == kept.index + 2, 'the head note')
            assert client.submit(second, cms).index == kept.index + 1
            assert client.submit(third).index == kept.index + 2
            client.close()
            gateway.stop()
            gateway.audit()


def under_a_running_gateway(name, change, word, fault='', readable=True):
    """Change the files while it runs: ERROR archive from then on, and no entry is given twice."""
    chance = faults.dice(name)
    gateway, some = made(chance, emgated=faults.HOOKS)
    last, more = gateway.receipts[-1], reports(chance, 3, 'more')
    gateway.env['EMGATE_TEST_FAULT'] = fault
    gateway.start()
    client = gateway.client()
    assert client.submit(more[0]).index == last.index + 1
    change(gateway)
    for report in (more[1], more[2], more[1]):
        assert refused(client, report) == 'archive'
    assert not gateway.ended()
    if readable:
        assert client.submit(some[-1]).octets == last.octets
    else:
        assert refused(client, some[-1]) == 'archive'
    assert gateway.head() == last.index + 2
    assert word in gateway.journal(), gateway.journal()[-2000:]
    client.close()
    gateway.stop()
    return gateway


def an_archive_that_is_unlinked_is_written_no_more():
    gateway = under_a_running_gateway('unlinked', lambda it: os.unlink(it.file('archive.db')),
                                      'was removed')
    start_refused(gateway, 'is not there')


def an_archive_that_is_replaced_is_written_no_more():
    def replace(gateway):
        shutil.copy(gateway.file('archive.db'), gateway.file('copy'))
        os.rename(gateway.file('copy'), gateway.file('archive.db'))

    under_a_running_gateway('replaced', replace, 'was replaced')


def a_write_ahead_log_or_a_lock_that_is_taken_away_ends_writing():
    for name in ('archive.db-wal', 'archive.db-lock'):
        under_a_running_gateway(name, lambda it: os.unlink(it.file(name)), 'was removed')


def an_older_copy_and_a_failing_commit_do_not_go_back_in_one_process():
    gateway = under_a_running_gateway('reopened', put_older, 'archive', 'archive.commit:2:EIO')
    start_refused(gateway, 'shorter')


def an_older_state_written_into_the_same_file_does_not_go_back_either():
    def overwrite(gateway):
        with open(os.path.join(gateway.older, 'archive.db'), 'rb') as older:
            octets = older.read()
        with open(gateway.file('archive.db'), 'r+b') as archive:
            archive.write(octets)
            archive.truncate(len(octets))
        os.truncate(gateway.file('archive.db-wal'), 0)

    gateway = under_a_running_gateway('overwritten', overwrite, 'archive', 'archive.commit:2:EIO',
                                      readable=False)
    start_refused(gateway, 'shorter')


def a_copy_without_its_write_ahead_log_is_incomplete():
    chance = faults.dice('copy')
    gateway, _ = made(chance)
    copy = os.path.join(gateway.path, 'copy')
    os.makedirs(copy)
    gateway.start()
    submit(gateway, reports(chance, 2, 'more'))
    shutil.copy(gateway.file('archive.db'), copy)
    gateway.kill()

    def audit(path, status):
        return gateway.emgate('audit', 'verify', path, '--log-key', gateway.file('log.vkey'),
                              '--anchors', gateway.file('ca.pem'), status=status)[0]

    out = audit(os.path.join(copy, 'archive.db'), 1)
    assert 'incomplete' in out and 'NOT ok' in out, out
    _, warning, _ = gateway.emgate('audit', 'show', os.path.join(copy, 'archive.db'))
    assert 'incomplete' in warning, warning
    gateway.emgate('archive', 'backup', os.path.join(copy, 'again.db'), '--archive',
                   os.path.join(copy, 'archive.db'), status=2)
    audit(gateway.file('archive.db'), 0)  # killed, but with its log
    for part in PARTS[1:]:
        os.unlink(gateway.file(part))
    assert 'incomplete' in audit(gateway.file('archive.db'), 1)
    start_refused(gateway, 'shorter')


def a_backup_under_load_proves_and_takes_no_name_away():
    chance = faults.dice('backup')
    with faults.FixedGateway() as gateway:
        sent, over, failure = [], threading.Event(), []

        def load():
            try:
                client = gateway.client()
                for report in reports(chance, 4000, 'load'):
                    if over.is_set():
                        break
                    sent.append(client.submit(report))
                client.close()
            except Exception as reason:  # told below
                failure.append(reason)

        sender = threading.Thread(target=load)
        sender.start()
        try:
            gateway.wait_for(lambda: len(sent) > 20 or failure, 'reports')
            for number, words in enumerate((('--config', gateway.file('emgated.ini')),
                                            ('--archive', gateway.file('archive.db')))):
                into, before = os.path.join(gateway.path, 'backup %d.db' % number), len(sent)
                out, _, _ = gateway.emgate('archive', 'backup', into, *words)
                entries = int(out.split(' entries')[0].split()[-1])
                assert entries >= AT_START + before, (entries, before)
                out, _, _ = gateway.emgate('audit', 'verify', into, '--log-key',
                                           gateway.file('log.vkey'), '--anchors',
                                           gateway.file('ca.pem'))
                assert '%d entries' % entries in out and 'failed            0' in out, out
        finally:
            over.set()
            sender.join()
        assert not failure, failure
        with open(into, 'rb') as copy:
            octets = copy.read()
        gateway.emgate('archive', 'backup', into, '--archive', gateway.file('archive.db'), status=2)
        with open(into, 'rb') as copy:
            assert copy.read() == octets, 'a backup was overwritten'
        for words in ((), ('--archive', 'a', '--config', 'b'), ('--archive', gateway.file('none')),
                      ('--archive', gateway.file('ca.pem'))):
            gateway.emgate('archive', 'backup', os.path.join(gateway.path, 'n.db'), *words, status=2)
        left = [name for name in os.listdir(gateway.path) if '.tmp' in name or name == 'n.db']
        assert not left, left
        gateway.stop()
        put_back = gateway.file('archive.db')
        shutil.copy(os.path.join(gateway.path, 'backup 0.db'), put_back)
        if entries < gateway.head():
            start_refused(gateway, 'shorter')


def may_mount():
    """Can a folder be mounted read-only here? Needs root, and that in more than name."""
    place = support.folder('mount')
    os.makedirs(place)
    done = subprocess.run(['mount', '--bind', place, place], capture_output=True)
    if done.returncode == 0:
        subprocess.run(['umount', place], check=True)
    return done.returncode == 0


def a_medium_that_can_not_be_written_is_audited_and_its_write_ahead_log_is_not_passed_over():
    gateway, some = made(faults.dice('read-only'))
    medium = os.path.join(gateway.path, 'medium')
    os.makedirs(medium)

    def on_medium(status, verb='verify'):
        subprocess.run(['mount', '--bind', medium, medium], check=True)
        subprocess.run(['mount', '-o', 'remount,ro,bind', medium], check=True)
        try:
            words = () if verb == 'show' else ('--log-key', gateway.file('log.vkey'), '--anchors',
                                               gateway.file('ca.pem'))
            return gateway.emgate('audit', verb, os.path.join(medium, 'archive.db'), *words,
                                  status=status)
        finally:
            subprocess.run(['umount', medium], check=True)

    shutil.copy(gateway.file('archive.db'), medium)
    shutil.copy(gateway.file('archive.db.head'), medium)
    assert 'proved and rerun  %d' % len(some) in on_medium(0)[0]
    on_medium(0, 'show')
    gateway.start()
    submit(gateway, reports(faults.dice('more'), 1, 'more'))
    gateway.kill()
    shutil.copy(gateway.file('archive.db'), medium)
    assert 'incomplete' in on_medium(1)[0]
    shutil.copy(gateway.file('archive.db-wal'), medium)
    for verb in ('verify', 'show'):
        assert '-wal' in on_medium(2, verb)[1]


CASES = [
    after_a_clean_stop_the_archive_is_one_file_that_proves_all,
    a_flipped_bit_in_the_write_ahead_log_is_not_a_shorter_log,
    an_older_copy_is_refused_at_the_start_and_the_longer_one_is_taken_again,
    no_archive_beside_a_head_note_is_refused,
    neither_archive_nor_head_note_is_a_log_only_when_told,
    an_archive_of_now_without_its_head_note_is_refused,
    an_archive_of_before_is_taken_once_and_that_is_said,
    a_head_note_that_is_none_of_this_log_is_refused,
    a_torn_head_note_leaves_the_head_before_and_the_longer_archive_is_taken,
    a_head_note_that_can_not_be_written_lets_nothing_out_until_it_can,
    a_failing_head_note_is_written_again_by_itself,
    an_archive_that_is_unlinked_is_written_no_more,
    an_archive_that_is_replaced_is_written_no_more,
    a_write_ahead_log_or_a_lock_that_is_taken_away_ends_writing,
    an_older_copy_and_a_failing_commit_do_not_go_back_in_one_process,
    an_older_state_written_into_the_same_file_does_not_go_back_either,
    a_copy_without_its_write_ahead_log_is_incomplete,
    a_backup_under_load_proves_and_takes_no_name_away,
]
if may_mount():
    CASES.append(
        a_medium_that_can_not_be_written_is_audited_and_its_write_ahead_log_is_not_passed_over)
support.main(CASES)
