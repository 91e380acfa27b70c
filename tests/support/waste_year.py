"""A year of a waste incinerator that never stood: half-hourly means of eight components, made from
stated distributions by a seed, with events planted where the plan says.

Ordinary half-hours
  oxygen         normal, mean 10.2 vol-%, deviation 0.7, held in 7.0 to 12.5, one decimal
  a component    median times exp(0.12 z), z standard normal and held in +-2.5, its own decimals
  flow           normal, mean 52,000 m3/h, deviation 2,500, held in 40,000 to 60,000, whole numbers
so that nothing is exceeded, lost or out of order but what the plan plants:

  standstill     the revision in May: whole days off, the day before ends shut-down, the day after
                 begins with start-up
  maintenance    each Monday, two half-hours of every component (kept: a day bears five)
  lost           days on which a component loses more half-hours than a day bears
  half-hour      single half-hours far above the half-hourly limit, two of dust in an outage
  day            days on which a component runs above its daily limit all day
  outage         flue-gas cleaning out of order, some over midnight, one longer than allowed
  year           nitrogen oxides run above their yearly limit, and below the daily one, all year
"""
import datetime
import math
import random
from xml.sax.saxutils import quoteattr

YEAR = 2022
PLACES = 48
# component: median in mg/m3, decimals, confidence interval, cleaned
COMPONENTS = {
    'dust': ('1.2', 1, '0.3', True), 'TOC': ('1.6', 1, '0.4', False),
    'HCl': ('4.0', 1, '0.6', True), 'SO2': ('14', 1, '2.0', True),
    'NOx': ('108', 1, '6.0', True), 'CO': ('11', 1, '1.5', False),
    'Hg': ('0.006', 4, '0.001', True), 'NH3': ('2.4', 1, '0.6', True),
}
SETTINGS = {('size', None): 'from-50-MW', ('stock', None): 'new', ('denox', None): 'scr-or-sncr'}
for _name, (_m, _d, _c, _cleaned) in COMPONENTS.items():
    SETTINGS['cleaned', _name] = 'yes' if _cleaned else 'no'
    SETTINGS['measured', _name] = 'standard-dry'

STANDSTILL = range(121, 135)  # numbers of days, 0 is 1 January
# (day, component): half-hours lost, their status
LOST = {(d, 'Hg'): 7 for d in (9, 30, 51, 72, 93, 114, 142, 163, 184, 205, 226, 247)}
LOST.update({(100, 'SO2'): 6, (101, 'SO2'): 5, (300, 'NOx'): 48})
# (day, component): [(place, value)]; one place is a tie that goes up, one is kept
HALF_HOURS = {
    (14, 'HCl'): [(7, '95.0'), (8, '102.5')], (40, 'SO2'): [(20, '260.0')],
    (77, 'CO'): [(1, '170.0'), (48, '155.0')], (200, 'NOx'): [(13, '520.0')],
    (201, 'Hg'): [(30, '0.0900')], (310, 'NH3'): [(5, '30.0')], (333, 'dust'): [(25, '40.0')],
    (350, 'TOC'): [(11, '41.5')],
    (150, 'dust'): [(3, '160.0'), (6, '150.7')],  # in an outage: compared with 150 mg/m3
}
DAYS = {(60, 'HCl'): '16.0', (61, 'HCl'): '15.5', (180, 'CO'): '78.0', (281, 'NH3'): '14.2'}
# (day, first place, places); those that end with place 48 go on the next day
OUTAGES = [(20, 10, 4), (25, 45, 4), (26, 1, 3), (88, 3, 9), (150, 1, 8), (170, 20, 8), (190, 1, 8),
           (210, 30, 8), (230, 1, 8), (240, 1, 8), (250, 1, 8), (255, 1, 8), (260, 1, 8),
           (265, 1, 8), (270, 1, 8), (275, 1, 8), (285, 1, 8), (290, 1, 8), (295, 1, 8)]
OUTAGE_YEAR_MAX = 60.0


def date(number):
    return datetime.date(YEAR, 1, 1) + datetime.timedelta(number)


def held(value, low, high):
    return min(max(value, low), high)


class Day:
    """Columns of one day as texts: number columns hold (text or None, status), state columns words."""

    def __init__(self, number):
        self.number, self.date = number, date(number).isoformat()
        draw = random.Random('waste %d %d' % (YEAR, number))
        self.oxygen = ['%.1f' % held(draw.gauss(10.2, 0.7), 7.0, 12.5) for _ in range(PLACES)]
        self.flow = ['%d' % held(draw.gauss(52000, 2500), 40000, 60000) for _ in range(PLACES)]
        self.state = self.states()
        self.cleaning = ['working'] * PLACES
        for day, first, places in OUTAGES:
            if day == number:
                self.cleaning[first - 1:first - 1 + places] = ['failed'] * places
        self.values = {name: self.component(name, draw) for name in COMPONENTS}

    def states(self):
        if self.number in STANDSTILL:
            return ['off'] * PLACES
        if self.number + 1 in STANDSTILL:
            return ['on'] * 44 + ['shut-down'] * 4
        if self.number - 1 in STANDSTILL:
            return ['start-up'] * 6 + ['on'] * 42
        return ['on'] * PLACES

    def component(self, name, draw):
        median, decimals, _, _ = COMPONENTS[name]
        level = float(DAYS.get((self.number, name), median))
        spread = 0.02 if (self.number, name) in DAYS else 0.12
        cells = [('%.*f' % (decimals, level * math.exp(spread * held(draw.gauss(0, 1), -2.5, 2.5))),
                  'valid') for _ in range(PLACES)]
        for place, value in HALF_HOURS.get((self.number, name), ()):
            cells[place - 1] = (value, 'valid')
        if date(self.number).weekday() == 0:
            cells[18:20] = [(None, 'maintenance')] * 2
        lost = LOST.get((self.number, name), 0)
        cells[PLACES - lost:] = [(None, 'malfunction')] * lost
        if self.number in STANDSTILL:
            cells = [(None, 'missing')] * PLACES
        return cells

    def xml(self, addressee, plant):
        lines = ['<?xml version="1.0" encoding="UTF-8"?>',
                 '<report xmlns="urn:emgate:report:1" id="waste-%s" version="1" addressee=%s plant=%s '
                 'kind="continuous" from="%s" until="%s" step="PT30M" zone="+01:00">'
                 % (self.date, quoteattr(addressee), quoteattr(plant), self.date, self.date),
                 '<source id="line-1">']
        lines += self.companion('oxygen', 'vol-%', '', self.oxygen)
        lines += self.companion('flow', 'm3/h', ' conditions="standard"', self.flow)
        for name, words in (('operation', self.state), ('cleaning', self.cleaning)):
            lines += ['<%s>' % name]
            lines += ['<v t="%s" w="%s"/>' % (self.label(i), w) for i, w in enumerate(words)]
            lines += ['</%s>' % name]
        for name, cells in self.values.items():
            lines += ['<series component="%s" unit="mg/m3" quantity="STA"><calibration confidence="%s"/>'
                      % (name, COMPONENTS[name][2])]
            lines += ['<v t="%s"%s s="%s"/>' % (self.label(i), '' if x is None else ' x="%s"' % x, s)
                      for i, (x, s) in enumerate(cells)]
            lines += ['</series>']
        return '\n'.join(lines + ['</source>', '</report>']) + '\n'

    def companion(self, name, unit, more, texts):
        return (['<companion name="%s" unit="%s"%s>' % (name, unit, more)] +
                ['<v t="%s" x="%s" s="valid"/>' % (self.label(i), x) for i, x in enumerate(texts)] +
                ['</companion>'])

    def label(self, index):
        minutes = 30 * (index + 1)
        return '%sT%02d:%02d:00' % (self.date, minutes // 60, minutes % 60)


def is_judged(day, name, place):
    """By the plan alone: is the half-hour judged at all, and is it an outage in which it may deviate?"""
    forbidden = name in ('TOC', 'CO')
    return day.state[place - 1] != 'off' and (day.cleaning[place - 1] == 'working' or forbidden)


def events(days):
    """What the plan planted: a set of (rule, day, component, place); component and place None where
    the finding has none."""
    found, outage, invalid, run = set(), 0.0, {}, 0.0
    for day in days:
        for (number, name), places in HALF_HOURS.items():
            if number == day.number:
                found |= {('WI17-HH' if is_judged(day, name, place) else 'WI17-OUTAGE-LIMIT',
                           day.date, name, place) for place, value in places
                          if is_judged(day, name, place) or float(value) > 155}
        for (number, name), _ in DAYS.items():
            if number == day.number:
                found.add(('WI17-DAY', day.date, name, None))
        for name in COMPONENTS:
            lost = sum(status in ('maintenance', 'malfunction') and is_judged(day, name, i + 1)
                       for i, (_, status) in enumerate(day.values[name]))
            if lost > 5:
                invalid[name] = invalid.get(name, 0) + 1
                found.add(('WI17-DAY-INVALID', day.date, name, None))
            if invalid.get(name, 0) > 10:
                found.add(('WI17-INVALID-DAYS', day.date, name, None))
        longest = 0.0
        for state, cleaning in zip(day.state, day.cleaning):
            run = run + 0.5 if cleaning == 'failed' and state != 'off' else 0.0
            longest = max(longest, run)
            outage += 0.5 if run else 0.0
        if day.date.endswith('-12-31'):
            found.add(('WI17-YEAR', day.date, 'NOx', None))
        if longest > 4:
            found.add(('WI17-OUTAGE-RUN', day.date, None, None))
        if outage > OUTAGE_YEAR_MAX:
            found.add(('WI17-OUTAGE-YEAR', day.date, None, None))
    return found
