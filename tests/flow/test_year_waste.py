#!/usr/bin/python3
# timeout: 500
"""A year of half-hours of a waste incinerator through de.bimschv17.continuous in a running gateway:
is every planted event found and nothing else, are the counters of the year right, and is every
figure of every day the one that the executable model of the language gives?

tests/support/waste_year.py makes the year and says what was planted; tests/assessment/model.py,
which shares nothing with the engine, runs the same assessment day by day with its own facts.
"""
import os
import re
import sys
import xml.etree.ElementTree as ET

HERE = os.path.dirname(os.path.abspath(__file__))
for folder in ('../support', '../assessment'):
    sys.path.insert(0, os.path.join(HERE, folder))
import gateway as support  # noqa: E402
import model as M  # noqa: E402
import waste_year as year  # noqa: E402

PACKAGE = os.path.join(support.ROOT, 'rules/de.bimschv17.continuous')
ID = 'de.bimschv17.continuous'
EXEMPT = ('HF',)  # limited, but not measured in this plant
PLANT = 'waste-1'
SOURCE = 'line-1'
RESULT = '{urn:emgate:assessment-result:2}'
NUMBERS = M.Doubles


# ---- the model, day after day --------------------------------------------------------------------

def bare(element):
    """A copy without namespaces, as the model reads it."""
    for one in element.iter():
        one.tag = one.tag.rpartition('}')[2]
    return element


def package():
    root = bare(ET.parse(os.path.join(PACKAGE, 'package.xml')).getroot())
    root.append(bare(ET.parse(os.path.join(PACKAGE, 'assessment/daily.xml')).getroot()))
    return root


class Model(M.Run):
    """One day under the facts of the days before: {(component or None, name): [cell by day]}."""

    def __init__(self, root, day, facts):
        columns = {'oxygen': day.oxygen, 'flow': day.flow, 'state': day.state,
                   'cleaning': day.cleaning}
        columns.update({name: [None] * year.PLACES for name in
                        ('temperature', 'pressure', 'moisture')})
        for name, cells in day.values.items():
            columns['own ' + name] = [status if x is None else x for x, status in cells]
        settings = {}
        for (name, component), word in year.SETTINGS.items():
            settings.setdefault(name, {})[component] = word
        last = day.date.endswith('-12-31')
        super().__init__(root, {
            'settings': settings, 'columns': columns, 'places': year.PLACES, 'windows': {},
            'series': {name: {'confidence': ci} for name, (_, _, ci, _) in year.COMPONENTS.items()},
            'ended': {'yesterday': True, 'year-of-source': last, 'year-of-component': last}}, NUMBERS)
        self.facts, self.left = facts, {}

    def past(self, component, name, window):
        cells = self.facts.get((component, name), [])
        return cells[-1:] if window == 'yesterday' else cells

    def do_window(self, x, s):
        names = [recall.get('of') for recall in x.findall('recall')]
        self.inp['windows'] = {x.get('name'): {
            name: self.past(s.component, name, x.get('name')) for name in names}}
        super().do_window(x, s)

    def do_recall(self, x, s):
        past = list(self.inp['windows'][self.window_of(x)][x.get('of')])
        if s.before:
            if not past:
                past = [(self.W.read(x.get('if-unknown')), 'valid')]
            return s.put(x.get('name'), M.Q(past, self.unit_of(x.get('of')), True, True))
        now = s.outer.find(x.get('of'))
        cells = past + [now.cells[0]]
        if isinstance(now, M.YesNo):
            return s.put(x.get('name'), M.YesNo(cells, True))
        return s.put(x.get('name'), M.Q(cells, now.unit, True, now.exact))

    def do_remember(self, x, s):
        for name in x.get('of').split():
            self.left[s.component, name] = s.find(name).cells[0]


def modelled(days):
    """{day: {'source' or component: {figure: text, 'judged ID': counts}}}"""
    root, facts, out = package(), {}, {}
    for day in days:
        run = Model(root, day, facts)
        out[day.date] = run.go()
        for key, cell in run.left.items():
            facts.setdefault(key, []).append(cell)
    return out


# ---- what the gateway said -----------------------------------------------------------------------

def told(folder):
    """{day: root of the assessment's result}"""
    roots = {}
    for name in sorted(os.listdir(folder)):
        if name.endswith('.xml'):
            root = ET.parse(os.path.join(folder, name)).getroot()
            assert root.get('from') not in roots, 'told twice: ' + name
            roots[root.get('from')] = root
    return roots


def scopes(root):
    """('source' or component, element) for the source and each of its series."""
    source = root.find(RESULT + 'source')
    assert source.get('id') == SOURCE
    yield 'source', source
    for series in source.findall(RESULT + 'series'):
        yield series.get('component'), series


def found(roots):
    events = set()
    for day, root in roots.items():
        for who, element in scopes(root):
            for finding in element.findall(RESULT + 'finding'):
                end, place = finding.get('end'), None
                if end:
                    hours, minutes = re.search(r'T(\d\d):(\d\d)', end).groups()
                    place = 2 * int(hours) + int(minutes) // 30
                events.add((finding.get('id'), day, None if who == 'source' else who, place))
    return events


def same_figure(element, text):
    value, status = element.get('value'), element.get('status')
    words = text.split()
    if words[0] in ('yes', 'no', '-'):
        return (value or '-').replace('unknown', '-') == words[0]
    return (value is not None and '%.15g' % float(value) == words[0] and
            (status or 'valid') == (words[1] if len(words) > 1 else 'valid'))


def compare(roots, model):
    """Number of figures and judged counts that are alike; each difference is an error."""
    alike, wrong = 0, []
    for day, root in roots.items():
        for who, element in scopes(root):
            want = dict(model[day].get(who, {}))
            figures = {f.get('name'): f for f in element.findall(RESULT + 'figure')}
            judged = {j.get('id'): '%s %s %s' % (j.get('found'), j.get('not-found'),
                                                 j.get('undecided'))
                      for j in element.findall(RESULT + 'judged')}
            for name, text in want.items():
                if name.startswith('found ') or ' unanswered' in name:
                    continue
                if name.startswith('judged '):
                    good = judged.get(name[7:]) == text
                else:
                    good = name in figures and same_figure(figures[name], text)
                alike += good
                if not good:
                    wrong.append('%s %s %s: model %s, gateway %s' % (
                        day, who, name, text, judged.get(name[7:]) if name.startswith('judged ')
                        else figures[name].attrib if name in figures else 'nothing'))
    assert not wrong, '%d differ:\n%s' % (len(wrong), '\n'.join(wrong[:20]))
    return alike


# ---- the scenario --------------------------------------------------------------------------------

def settle(gateway):
    """The registrar states what the law asks of the plant."""
    settings = ''.join(
        '<setting package="%s" name="%s"%s word="%s" citation="permit of the trial"/>' %
        (ID, name, ' component="%s"' % component if component else '', word)
        for (name, component), word in year.SETTINGS.items())
    exempt = ''.join(  # the others are measured in this plant
        '<parameter package="%s" name="monitoring" component="%s" value="exempt" unit="word" '
        'citation="permit of the trial"/>' % (ID, component) for component in EXEMPT)
    path = gateway.file('directory.xml')
    with open(path, encoding='utf-8') as source:
        text = source.read()
    text = text.replace('version="1" not-after', 'version="2" not-after')
    text, regimes = re.subn(r'<regime name="[^"]*"', '<regime name="bimschv17"', text)
    text, plants = re.subn('</plant>', exempt + settings + '</plant>', text)
    assert (regimes, plants) == (1, 1), text
    with open(path, 'w', encoding='utf-8') as out:
        out.write(text)
    gateway.emgate('pki', 'sign-directory', path, '--key', gateway.file('registrar.key'), '--cert',
                   gateway.file('registrar.pem'))


def a_year_is_judged_as_planted_and_as_modelled():
    days = [year.Day(number) for number in range(support.rounds(365, 45, 'days of the year'))]
    gateway = support.Gateway(packages=(), plant=PLANT)
    settle(gateway)
    gateway.install(PACKAGE)
    with gateway:
        into = os.path.join(gateway.path, 'reports')
        os.makedirs(into)
        reports = []
        for day in days:
            reports.append(os.path.join(into, day.date + '.xml'))
            with open(reports[-1], 'w', encoding='utf-8') as out:
                out.write(day.xml(support.ORIGIN, PLANT))
        out, _, _ = gateway.submit(*reports)
        assert len(re.findall(r'\baccepted\b', out)) >= len(days), out[-2000:]
        folder = os.path.join(gateway.path, 'authority')
        gateway.emgate('follow', *gateway.connection('authority'), '--to', folder, '--count',
                       len(days), '--timeout', '60')
        roots = told(folder)
        assert len(roots) == len(days), len(roots)

        planted, seen = year.events(days), found(roots)
        assert planted == seen, 'not found: %s\nnot planted: %s' % (
            sorted(planted - seen, key=str)[:20], sorted(seen - planted, key=str)[:20])
        assert not support.FULL or {rule for rule, _, _, _ in seen} == {
            'WI17-HH', 'WI17-DAY', 'WI17-DAY-INVALID', 'WI17-INVALID-DAYS', 'WI17-OUTAGE-RUN',
            'WI17-OUTAGE-YEAR', 'WI17-OUTAGE-LIMIT', 'WI17-YEAR'}, 'each kind of event occurs'
        alike = compare(roots, modelled(days))
        print('%d events, %d figures and counts alike' % (len(seen), alike))
        if support.FULL:
            counters_of_the_year(roots, days)
        gateway.stop()
        out, _, _ = gateway.audit()
        assert re.search(r'proved and rerun +%d\b' % len(days), out), out


def counters_of_the_year(roots, days):
    """The last day's counters against sums over the plan, without model or engine."""
    last = dict(scopes(roots['%d-12-31' % year.YEAR]))

    def figure(who, name):
        return float({f.get('name'): f for f in last[who].findall(RESULT + 'figure')}[name]
                     .get('value'))

    for name in year.COMPONENTS:
        over = sum(rule == 'WI17-HH' and one == name for rule, _, one, _ in year.events(days))
        assert figure(name, 'half-hours-over-year') == over, name
        assert figure(name, 'days-over-year') == sum(one == name for _, one in year.DAYS), name
        lost = sum(one == name and count + 2 * (year.date(day).weekday() == 0 and count < 28) > 5
                   for (day, one), count in year.LOST.items())
        assert figure(name, 'invalid-days') == lost, name
    assert figure('source', 'outage-year') == sum(places for _, _, places in year.OUTAGES) / 2
    off = len(year.STANDSTILL) * 24.0
    assert figure('source', 'operation-year') == 365 * 24.0 - off


support.main([a_year_is_judged_as_planted_and_as_modelled])
