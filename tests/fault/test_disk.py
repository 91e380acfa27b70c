#!/usr/bin/python3
# timeout: 240
"""When the disk refuses, the answer is ERROR archive: never a rejection, never half a record. The
gateway goes on by itself once there is room again, and the same report is accepted then.
"""
import os
import resource
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../support'))
import faults  # noqa: E402
import gateway as support  # noqa: E402
from faults import emx_client  # noqa: E402

AT_START = 3  # batches before the first report: log key, directory, package
FILL_MAX = 400


def reports(chance, count, prefix='disk'):
    return [faults.short_report(chance, '%s-%d' % (prefix, number)).encode()
            for number in range(count)]


def refusal(client, report, cms):
    """Code of the ERROR that answers this report."""
    try:
        receipt = client.submit(report, cms)
    except emx_client.Refused as refused:
        assert refused.kind == 'ERROR', refused
        return refused.code
    raise AssertionError('entry %d, where an ERROR was due' % receipt.index)


def audited(gateway, count):
    gateway.stop()
    entries = gateway.entries()
    assert len(entries) == count, '%d entries, not %d' % (len(entries), count)
    out, _, _ = gateway.audit()
    assert 'proved and rerun  %d' % count in out, out


def one_failure(chance, point, cause, recorded):
    """The batch of the second report fails at this point; then everything is as it should be."""
    gateway = faults.FixedGateway(emgated=faults.HOOKS, env={
        'EMGATE_TEST_FAULT': '%s:%d:%s' % (point, AT_START + 2, cause)})
    with gateway:
        client = gateway.client()
        first, second, third = reports(chance, 3)
        receipt = client.submit(first)
        cms = gateway.sign(second)
        assert refusal(client, second, cms) == 'archive'
        assert len(gateway.entries()) == 1 + recorded
        again = client.submit(second, cms)  # no restart in between
        assert again.accepted and again.index == receipt.index + 1
        assert client.submit(second).octets == again.octets
        assert client.submit(first).octets == receipt.octets
        assert client.submit(third).index == again.index + 1
        client.close()
        assert ' commit' in gateway.journal(), gateway.journal()[-1000:]
        audited(gateway, 3)


def a_failing_write_or_commit_is_an_error_of_ours_and_leaves_nothing_behind():
    chance = faults.dice('write')
    for point in ('archive.begin', 'archive.write', 'archive.commit'):
        for cause in ('EIO', 'ENOSPC'):
            one_failure(chance, point, cause, 0)


def a_commit_that_happened_but_was_not_told_gives_the_receipt_when_asked_again():
    one_failure(faults.dice('committed'), 'archive.committed', 'EIO', 1)


def dying_in_a_commit_leaves_all_or_nothing():
    chance = faults.dice('dying')
    for point, recorded in (('archive.write', 0), ('archive.commit', 0), ('archive.committed', 1)):
        gateway = faults.FixedGateway(emgated=faults.HOOKS, env={
            'EMGATE_TEST_FAULT': '%s:%d:kill' % (point, AT_START + 2)})
        with gateway:
            client = gateway.client(timeout=3.0)
            first, second = reports(chance, 2)
            kept = client.submit(first)
            cms = gateway.sign(second)
            try:
                client.submit(second, cms)
                raise AssertionError('an answer from the dead')
            except TimeoutError:
                client.close()
            gateway.wait_for(gateway.ended, 'the end')
            assert len(gateway.entries()) == 1 + recorded
            gateway.env['EMGATE_TEST_FAULT'] = ''
            gateway.start()
            client = gateway.client()
            assert client.submit(first).octets == kept.octets
            assert client.submit(second, cms).index == kept.index + 1
            client.close()
            audited(gateway, 2)


def an_acknowledgement_that_can_not_be_kept_is_an_error_and_is_kept_when_sent_again():
    chance = faults.dice('cursor')
    gateway = faults.FixedGateway(emgated=faults.HOOKS,
                                  env={'EMGATE_TEST_FAULT': 'archive.cursor:1:ENOSPC'})
    with gateway:
        client = gateway.client()
        for report in reports(chance, 2):
            client.submit(report)
        client.close()
        authority = gateway.client('authority')
        cursor = [item[0] for item in authority.follow(wait=1.0)][-1]
        try:
            authority.ack(cursor)
            raise AssertionError('ACKED without a cursor on disk')
        except emx_client.Refused as refused:
            assert refused.code == 'archive', refused
        assert gateway.ask('SELECT count(*) FROM cursors') == [(0,)]
        assert authority.ack(cursor) == cursor
        assert gateway.ask('SELECT idx, number FROM cursors') == [
            tuple(int(word) for word in cursor.split('.'))]
        authority.close()
        audited(gateway, 2)


def a_start_that_can_not_write_its_card_says_so_and_ends():
    for point in ('file.write', 'file.sync', 'file.rename'):
        gateway = faults.FixedGateway(emgated=faults.HOOKS,
                                      env={'EMGATE_TEST_FAULT': point + ':1:ENOSPC'})
        with open(gateway.file('card'), 'rb') as card:
            before = card.read()
        gateway.launch()
        assert gateway.process.wait(support.PATIENCE) == 2, point
        assert 'No space left' in gateway.journal(), gateway.journal()
        with open(gateway.file('card'), 'rb') as card:
            assert card.read() == before, 'half a card after %s' % point
        gateway.env['EMGATE_TEST_FAULT'] = ''
        gateway.start()
        gateway.stop()


def fill(gateway, client, chance):
    """Submit until the disk refuses; (accepted [(report, receipt)], the refused report, its cms)."""
    accepted = []
    for report in reports(chance, FILL_MAX, 'fill'):
        cms = gateway.sign(report)
        try:
            accepted.append((report, client.submit(report, cms)))
        except emx_client.Refused as refused:
            assert refused.code == 'archive', refused
            return accepted, report, cms
    raise AssertionError('the disk was never full')


def full_and_free_again(gateway, chance, make_room):
    client = gateway.client()
    accepted, report, cms = fill(gateway, client, chance)
    for _ in range(3):
        assert refusal(client, report, cms) == 'archive'
    assert not gateway.ended()
    known, receipt = accepted[-1]
    assert client.submit(known).octets == receipt.octets  # what is on record is still answered
    assert len(gateway.entries()) == len(accepted)
    make_room()
    again = client.submit(report, cms)
    assert again.accepted
    for _ in range(2):
        assert client.submit(report).octets == again.octets
    client.close()
    audited(gateway, len(accepted) + 1)


def a_limit_on_files_is_a_full_disk_and_the_gateway_goes_on_when_it_is_lifted():
    chance = faults.dice('limit')
    with faults.FixedGateway() as gateway:
        client = gateway.client()
        client.close()
        size = max(os.path.getsize(gateway.file(name)) for name in ('archive.db', 'archive.db-wal'))
        pid, none = gateway.process.pid, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size + 300000, resource.RLIM_INFINITY))
        full_and_free_again(gateway, chance,
                            lambda: resource.prlimit(pid, resource.RLIMIT_FSIZE, none))


def an_acknowledgement_on_a_full_disk_is_kept_when_sent_again_without_any_report_between():
    chance = faults.dice('acknowledgement')
    with faults.FixedGateway() as gateway:
        client, authority = gateway.client(), gateway.client('authority')
        for report in reports(chance, 2):
            client.submit(report)
        client.close()
        cursor = [item[0] for item in authority.follow(wait=1.0)][-1]
        pid, none = gateway.process.pid, resource.RLIM_INFINITY
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (100, none))
        for _ in range(2):
            try:
                authority.ack(cursor)
                raise AssertionError('ACKED on a full disk')
            except emx_client.Refused as refused:
                assert refused.code == 'archive', refused
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (none, none))
        assert authority.ack(cursor) == cursor
        authority.close()
        audited(gateway, 2)


def may_mount():
    """Can a small file system be made here? Needs root, and that in more than name."""
    place = support.folder('mount')
    os.makedirs(place)
    done = subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', place],
                          capture_output=True)
    if done.returncode == 0:
        subprocess.run(['umount', place], check=True)
    return done.returncode == 0


def a_really_full_disk_is_an_error_of_ours_until_there_is_room():
    chance = faults.dice('full')
    gateway = faults.FixedGateway()
    disk = os.path.join(gateway.path, 'disk')
    os.makedirs(disk)
    subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', disk], check=True)
    try:
        gateway.set('archive', 'path', os.path.join(disk, 'archive.db'))
        gateway.set('log', 'head', gateway.file('archive.db.head'))
        os.symlink(os.path.join(disk, 'archive.db'), gateway.file('archive.db'))
        ballast = os.path.join(disk, 'ballast')
        with gateway:
            with open(ballast, 'wb') as out:
                out.write(bytes(1500000))
            full_and_free_again(gateway, chance, lambda: os.unlink(ballast))
    finally:
        subprocess.run(['umount', '-l', disk], check=True)


CASES = [
    a_failing_write_or_commit_is_an_error_of_ours_and_leaves_nothing_behind,
    a_commit_that_happened_but_was_not_told_gives_the_receipt_when_asked_again,
    dying_in_a_commit_leaves_all_or_nothing,
    an_acknowledgement_that_can_not_be_kept_is_an_error_and_is_kept_when_sent_again,
    a_start_that_can_not_write_its_card_says_so_and_ends,
    a_limit_on_files_is_a_full_disk_and_the_gateway_goes_on_when_it_is_lifted,
    an_acknowledgement_on_a_full_disk_is_kept_when_sent_again_without_any_report_between,
]
if may_mount():
    CASES.append(a_really_full_disk_is_an_error_of_ours_until_there_is_room)
support.main(CASES)
