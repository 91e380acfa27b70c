#!/usr/bin/python3
# timeout: 600
"""One damaged item of a stream: it is named, nobody else waits for it, and later ones come if it is skipped knowingly."""
import json
import os
import re
import sqlite3
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../support'))
import gateway as support  # noqa: E402

SLOTS, FIRST_SLOT = 32, 8  # where a notification lies: entry * SLOTS + FIRST_SLOT + number from 0


def archive(gateway, sql, *values):
    """Change the archive behind the gateway's back."""
    with sqlite3.connect(gateway.file('archive.db'), timeout=30) as db:
        changed = db.execute(sql, values).rowcount
    db.close()
    assert changed > 0, sql


def cursors(gateway):
    with sqlite3.connect(gateway.file('archive.db'), timeout=30) as db:
        rows = db.execute("SELECT idx, number FROM streams WHERE recipient = 'authority' ORDER BY idx, "
                          "number").fetchall()
    db.close()
    return ['%d.%d' % row for row in rows]


def place(cursor):
    index, number = cursor.split('.')
    return int(index) * SLOTS + FIRST_SLOT + int(number) - 1


def follow(gateway, *words, who='authority', into='inbox', status=0):
    """The lines of a run as JSON, and what it complained about."""
    target = ['--to', os.path.join(gateway.path, into)] if into else []
    out, err, _ = gateway.emgate('follow', *gateway.connection(who), *target, '--until-idle', '1',
                                 '--json', *words, status=status)
    return [json.loads(line) for line in out.splitlines()], err


def taken(lines):
    return [line['cursor'] for line in lines if 'file' in line or 'octets' in line]


def files(gateway, ending, into='inbox'):
    return sorted(name for name in os.listdir(os.path.join(gateway.path, into)) if name.endswith(ending))


def with_days(gateway, days=5):
    gateway.submit(*gateway.reports('2011-04-06', days=days))
    return cursors(gateway)


def missing(gateway, cursor):
    archive(gateway, 'DELETE FROM contents WHERE place = ?', place(cursor))


def other_notification(gateway, cursor):
    archive(gateway, 'UPDATE contents SET packed = 0, len = 4, octets = ? WHERE place = ?', b'<a/>',
            place(cursor))


def other_salt(gateway, cursor):
    archive(gateway, 'UPDATE contents SET salt = zeroblob(32) WHERE place = ?', place(cursor))


def short_salt(gateway, cursor):
    archive(gateway, 'UPDATE contents SET salt = zeroblob(31) WHERE place = ?', place(cursor))


def not_compressed(gateway, cursor):
    archive(gateway, 'UPDATE contents SET packed = 1, octets = zeroblob(9) WHERE place = ?', place(cursor))


def far_too_long(gateway, cursor):
    archive(gateway, 'UPDATE contents SET len = 1 << 50 WHERE place = ?', place(cursor))


def entry_gone(gateway, cursor):
    archive(gateway, 'DELETE FROM entries WHERE idx = ?', int(cursor.split('.')[0]))


def entry_altered(gateway, cursor):
    archive(gateway, "UPDATE entries SET entry = CAST(replace(CAST(entry AS TEXT), 'accepted', 'rejected') "
            "AS BLOB) WHERE idx = ?", int(cursor.split('.')[0]))


def receipt_of_another(gateway, cursor):
    index = int(cursor.split('.')[0])
    archive(gateway, 'UPDATE entries SET receipt = (SELECT receipt FROM entries WHERE idx = ?) '
            'WHERE idx = ?', index - 1, index)


def receipt_not_signed(gateway, cursor):
    archive(gateway, 'UPDATE entries SET receipt = CAST(substr(CAST(receipt AS TEXT), 1, '
            "length(CAST(receipt AS TEXT)) - 9) || 'AAAAAAA=' || char(10) AS BLOB) WHERE idx = ?",
            int(cursor.split('.')[0]))


def no_such_notification(gateway, cursor):
    archive(gateway, 'UPDATE streams SET number = 9 WHERE idx = ?', int(cursor.split('.')[0]))


KINDS = [missing, other_notification, other_salt, short_salt, not_compressed, far_too_long, entry_gone,
         entry_altered, receipt_of_another, receipt_not_signed, no_such_notification]


def each_kind_of_damage_is_named_and_skipped_only_knowingly():
    again = KINDS[:support.rounds(len(KINDS), 2, 'kinds of damage followed again and again')]
    for kind in KINDS:
        with support.Gateway() as gateway:
            items = with_days(gateway)
            gateway.stop()
            kind(gateway, items[2])
            gateway.start()
            named = items[2] if kind is not no_such_notification else items[2].split('.')[0] + '.9'
            lines, err = follow(gateway, status=2)
            assert taken(lines) == items[:2], (kind, lines)
            assert lines[-1] == {'items': 3, 'taken': 2, 'skipped': 0, 'stuck': 1}, (kind, lines)
            complaint = json.loads(err)['error']
            assert complaint['code'] == 'denied' and '--skip-damaged ' + named in complaint['text'], err
            for _ in range(1 if kind in again else 0):
                same, err = follow(gateway, status=2)
                assert taken(same) == [] and same[-1]['stuck'] == 1, (kind, same)
            for wrong in (items[1], items[3], '0.0') if kind is missing else ():
                none, _ = follow(gateway, '--skip-damaged', wrong, status=2)
                assert none[-1] == {'items': 1, 'taken': 0, 'skipped': 0, 'stuck': 1}, none
            assert files(gateway, '.skipped') == [], kind
            rest, _ = follow(gateway, '--skip-damaged', named)
            assert taken(rest) == items[3:], (kind, rest)
            assert rest[-1] == {'items': 3, 'taken': 2, 'skipped': 1, 'stuck': 0}, rest
            note, = files(gateway, '.skipped')
            text = gateway.read('inbox/' + note)
            assert text.startswith('emgate skipped 1\ncursor %s\nstream authority\nat 2' % named), text
            assert '\nwhy ' in text, text
            for _ in range(1 if kind in again else 0):
                nothing, _ = follow(gateway)
                assert nothing[-1]['items'] == 0, nothing
            told = re.findall(r'item-damaged stream=authority cursor=(\S+)', gateway.journal())
            assert told == [named], (kind, told)


def damage_under_a_running_gateway_reaches_a_follower_that_is_there():
    with support.Gateway() as gateway:
        items = with_days(gateway, 3)
        missing(gateway, items[0])
        other_notification(gateway, items[2])
        lines, _ = follow(gateway, '--skip-damaged', items[0], '--skip-damaged', items[2])
        assert taken(lines) == [items[1]], lines
        assert lines[-1] == {'items': 3, 'taken': 1, 'skipped': 2, 'stuck': 0}, lines
        assert len(files(gateway, '.skipped')) == 2


def a_mended_item_comes_although_it_may_be_skipped():
    with support.Gateway() as gateway:
        items = with_days(gateway, 3)
        with sqlite3.connect(gateway.file('archive.db'), timeout=30) as db:
            row, = db.execute('SELECT * FROM contents WHERE place = ?', [place(items[1])]).fetchall()
        db.close()
        missing(gateway, items[1])
        follow(gateway, status=2)
        archive(gateway, 'INSERT INTO contents VALUES (?, ?, ?, ?, ?)', *row)
        lines, _ = follow(gateway, '--skip-damaged', items[1])
        assert taken(lines) == items[1:] and lines[-1]['skipped'] == 0, lines
        assert files(gateway, '.skipped') == []


def no_other_follower_and_no_other_stream_waits():
    with support.Gateway() as gateway:
        items = with_days(gateway, 4)
        missing(gateway, items[0])
        lines, _ = follow(gateway, status=2)
        assert taken(lines) == [], lines
        os.makedirs(os.path.join(gateway.path, 'ahead'))
        with open(os.path.join(gateway.path, 'ahead', 'cursor.authority'), 'w') as cursor:
            cursor.write(items[0] + '\n')
        ahead, _ = follow(gateway, into='ahead')
        assert taken(ahead) == items[1:], ahead
        own, _ = follow(gateway, who='operator', into='own')
        assert len(taken(own)) == 4, own


def with_exec_the_gateways_cursor_moves_over_a_skipped_item():
    with support.Gateway() as gateway:
        items = with_days(gateway, 3)
        missing(gateway, items[1])
        lines, _ = follow(gateway, '--exec', 'true', into=None, status=2)
        assert taken(lines) == [items[0]] and lines[-1]['stuck'] == 1, lines
        lines, _ = follow(gateway, '--exec', 'true', '--skip-damaged', items[1], into=None)
        assert taken(lines) == [items[2]] and lines[-1]['skipped'] == 1, lines
        lines, _ = follow(gateway, '--exec', 'true', into=None)
        assert lines[-1]['items'] == 0, lines


def the_last_item_is_skipped_for_good():
    with support.Gateway() as gateway:
        items = with_days(gateway, 2)
        missing(gateway, items[1])
        lines, _ = follow(gateway, '--exec', 'true', '--skip-damaged', items[1], into=None)
        assert lines[-1] == {'items': 2, 'taken': 1, 'skipped': 1, 'stuck': 0}, lines
        gateway.stop()
        gateway.start()
        lines, _ = follow(gateway, '--exec', 'true', into=None)
        assert lines[-1]['items'] == 0, lines


def a_damaged_cursor_is_told_and_mended_by_whoever_holds_one():
    with support.Gateway() as gateway:
        items = with_days(gateway, 3)
        follow(gateway, '--count', '1')
        gateway.stop()
        archive(gateway, 'UPDATE cursors SET idx = 1 << 40')
        gateway.start()
        _, err = follow(gateway, '--exec', 'true', into=None, status=2)
        assert 'stream-damaged' in err, err
        lines, _ = follow(gateway)
        assert taken(lines) == items[1:], lines
        lines, _ = follow(gateway, '--exec', 'true', into=None)
        assert lines[-1]['items'] == 0, lines


def what_is_no_cursor_is_not_skipped():
    with support.Gateway() as gateway:
        for wrong in ('', 'all', '1', '1.', '01.1', '1.1 '):
            _, err = follow(gateway, '--skip-damaged', wrong, status=2)
            assert '"usage"' in err, err


def an_item_file_that_was_changed_is_not_overwritten():
    with support.Gateway() as gateway:
        with_days(gateway, 2)
        follow(gateway)
        name = files(gateway, '.xml')[1]
        with open(os.path.join(gateway.path, 'inbox', name), 'w') as changed:
            changed.write('mine')
        with open(os.path.join(gateway.path, 'inbox', 'cursor.authority'), 'w') as cursor:
            cursor.write('0.0\n')
        lines, err = follow(gateway, status=2)
        assert lines[-1]['taken'] == 1 and '"exists"' in err and name in err, (lines, err)
        assert gateway.read('inbox/' + name) == 'mine'


support.main([
    each_kind_of_damage_is_named_and_skipped_only_knowingly,
    damage_under_a_running_gateway_reaches_a_follower_that_is_there,
    a_mended_item_comes_although_it_may_be_skipped,
    no_other_follower_and_no_other_stream_waits,
    with_exec_the_gateways_cursor_moves_over_a_skipped_item,
    the_last_item_is_skipped_for_good,
    a_damaged_cursor_is_told_and_mended_by_whoever_holds_one,
    what_is_no_cursor_is_not_skipped,
    an_item_file_that_was_changed_is_not_overwritten,
])
