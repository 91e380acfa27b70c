#!/usr/bin/python3
# timeout: 300
"""kill -9 of a gateway whose package keeps facts, at random moments while a chain of daily reports
comes in: whatever is on disk fits together. Each day leans on just the days before it that were
recorded, nothing is lost or recorded twice, and an auditor finds all of it as it was.
"""
import json
import os
import random
import re
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../support'))
import faults  # noqa: E402
import gateway as support  # noqa: E402

PACKAGE = os.path.join(support.ROOT, 'tests/data/packages/day-counter')
KILLS = support.rounds(8, 4, 'deaths')
MOMENT_S = 0.3
DAYS = 56


def day_of(number):
    return '2026-%02d-%02d' % (number // 28 + 1, number % 28 + 1)


def write_reports(gateway, name):
    """A chain of days, made from the package's own test report."""
    with open(os.path.join(PACKAGE, 'tests/short.xml')) as file:
        text = file.read()
    day = re.search(r' from="([0-9-]+)"', text).group(1)
    text = re.sub(r' addressee="[^"]*"', ' addressee="%s"' % support.ORIGIN, text)
    text = re.sub(r' plant="[^"]*"', ' plant="gas-turbine"', text)
    into = os.path.join(gateway.path, name)
    os.makedirs(into)
    paths = []
    for number in range(DAYS):
        report = re.sub(r' id="[^"]*"', ' id="%s-%03d"' % (name, number), text, count=1)
        paths.append(os.path.join(into, '%03d.xml' % number))
        with open(paths[-1], 'w') as file:
            file.write(report.replace(day, day_of(number)))
    return paths


def submit_and_die(name, window):
    """All reports handed in while the gateway dies; the gateway, stopped."""
    chance = random.Random(name)
    gateway = faults.FixedGateway(packages=(PACKAGE,))
    failure = []
    gateway.start()
    paths = write_reports(gateway, name)

    def send():
        try:
            gateway.submit(*paths, extra=('--timeout', '90', '--window', str(window)))
        except AssertionError as reason:
            failure.append(reason)

    sender = threading.Thread(target=send)
    sender.start()
    for _ in range(KILLS):
        time.sleep(chance.random() * MOMENT_S)
        gateway.kill()
        gateway.start()
    sender.join(120)
    assert not sender.is_alive(), 'the submitting client never came back'
    assert not failure, failure
    gateway.stop()
    return gateway


def shown(gateway, name, number):
    out, _, _ = gateway.emgate('audit', 'show', gateway.file('archive.db'),
                               '%s-%03d' % (name, number), '--json')
    lines = out.strip().split('\n')
    assert len(lines) == 1, 'recorded %d times' % len(lines)
    return json.loads(lines[0])


def recalled_days(entry):
    """Number of days that this decision leaned on, by one of its series."""
    found = re.search(r'component NOx\n(?:number load .*\n(?:days .*\n)+)?number n 1\n((?:days .*\n)+)',
                      entry['recalled'])
    return sum(len(line.split()) - 2 for line in found.group(1).strip().split('\n')) if found else 0


def check_all(gateway, name):
    out, _, _ = gateway.audit()
    assert re.search(r'failed +0\b', out), out
    for number in range(DAYS):
        entry = shown(gateway, name, number)
        assert 'outcome accepted' in entry['text'], entry['text']
        assert day_of(number) in entry['remembered'], entry['remembered']


def a_chain_goes_on_through_deaths():
    gateway = submit_and_die('chain', 1)
    check_all(gateway, 'chain')
    for number in range(DAYS):
        if number // 28 == (max(number - 6, 0)) // 28:  # our months have 28 days, theirs more
            days = recalled_days(shown(gateway, 'chain', number))
            assert days == min(number, 6), 'day %d leaned on %d days' % (number, days)


def what_was_in_hand_fits_together():
    check_all(submit_and_die('crowd', 8), 'crowd')


support.main([a_chain_goes_on_through_deaths, what_was_in_hand_fits_together])
