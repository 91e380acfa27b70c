#!/usr/bin/env python3
# timeout: 600
"""The worked packages of rules/ASSESSMENT.md, judged by the engine and by the executable model: the figures that the
page expects, every figure of the model, every damage refused with its code, and random reports."""
import datetime
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET

sys.path.insert(0, "tests/assessment")
import model as M          # noqa: E402
import refusals            # noqa: E402
import world               # noqa: E402

EMGATE = os.environ.get("EMGATE", "build/plain/emgate")
BLOCKS = M.blocks(pathlib.Path("rules/ASSESSMENT.md").read_text(encoding="utf-8"))
EXAMPLES = sorted({name for _, name in BLOCKS})
FULL = bool(os.environ.get("EMGATE_FULL"))
REPORTS = 60 if FULL else 15    # random ones of each package
print("rounds: %d of 60 random reports of each package" % REPORTS)


def emgate(*words):
    done = subprocess.run([EMGATE, *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def windows_of(package):
    return {w.get("name"): w.get("days") for w in package.iter("window")}


def day_for(package, inp, year=2022):
    """A day on which the windows have ended or not, as the input says."""
    day = datetime.date(year, 6, 15)
    for name, days in windows_of(package).items():
        if days == "calendar-year" and inp["ended"].get(name):
            day = datetime.date(year, 12, 31)
        if days == "calendar-week":
            weekday = 6 if inp["ended"].get(name) else 3
            day += datetime.timedelta(days=weekday - day.weekday())
    return day.isoformat()


def settings(inp):
    for name, words in inp["settings"].items():
        for component, word in words.items():
            yield from ("--setting", "%s%s=%s" % (name, "." + component if component else "", word))


class Trial:
    """A package with some inputs, each on a day of its own, judged by one call."""

    def __init__(self, folder, example, inputs):
        self.folder, self.package = pathlib.Path(folder), ET.fromstring(BLOCKS["xml", example])
        self.result = world.write_package(self.folder / "package", BLOCKS["xml", example])
        self.measurement = self.package.find("assessment").get("grid") == "measurement"
        self.inputs = {day_for(self.package, inp, 2000 + i if len(inputs) > 1 else 2022): inp
                       for i, inp in enumerate(inputs)}
        assert len(self.inputs) == len(inputs)

    def run(self, *more):
        reports = []
        for number, (day, inp) in enumerate(self.inputs.items()):
            reports.append(self.folder / (day + ".xml"))
            reports[-1].write_text(world.report_xml(inp, day, number, self.measurement), encoding="utf-8")
        facts = self.folder / "facts"
        facts.write_text(world.facts_text(self.package, self.result,
                                          {d: (i, i["windows"]) for d, i in self.inputs.items()}), encoding="utf-8")
        first = next(iter(self.inputs.values()))
        self.answer = emgate("rules", "run", self.folder / "package", *reports, "-o", self.folder / "out",
                             "--facts", facts, *settings(first), *more)
        return self.answer

    def engine(self, day):
        text = (self.folder / "out" / ("%s.%s.xml" % (day, self.result))).read_text(encoding="utf-8")
        return world.comparable(
            world.read_result(text, day, self.inputs[day]["places"], self.measurement), world.windowed_names(self.package))

    def model(self, day):
        figures = M.Run(self.package, self.inputs[day], M.Doubles).go()
        return world.comparable(figures, world.windowed_names(self.package))


def difference(engine, model):
    """The first figure in which they differ; the engine also names series that the model leaves out as not judged."""
    for who in sorted(set(engine) | set(model)):
        a, b = engine.get(who, {}), model.get(who, {})
        for name in sorted(set(a) | set(b)):
            if a.get(name) != b.get(name):
                return "%s %s: engine %s, model %s" % (who, name, a.get(name), b.get(name))
    return None


# ---------------------------------------------------------------- what the page says

def expectations(example):
    for line in [p.strip() for l in BLOCKS["expect", example].splitlines() for p in l.split(";") if p.strip()]:
        who, rest = line.split(None, 1)
        w = rest.split()
        n = 2 if w[0] in ("judged", "class", "found") else 1
        yield who, " ".join(w[:n]), " ".join(w[n:])


def check_expectations(trial, example):
    (day,) = trial.inputs
    figures, count = trial.engine(day), 0
    for who, name, want in expectations(example):
        got = figures.get(who, {}).get(name)
        right = int(want) in (got or []) if name.startswith("found ") else got == want
        assert right, (example, who, name, "expected", want, "engine gives", got)
        count += 1
    assert count > 0
    assert difference(figures, trial.model(day)) is None, (example, difference(figures, trial.model(day)))


def worked_packages_give_the_figures_of_the_page(folder):
    for example in EXAMPLES:
        trial = Trial(folder / example, example, [M.example_input(BLOCKS["input", example])])
        status, out, err = trial.run()
        assert status == 0, (example, out[-1500:], err[-1500:])
        check_expectations(trial, example)


def values_are_explained_from_measured_to_judged(folder):
    trial = Trial(folder, "a", [M.example_input(BLOCKS["input", "a"])])
    status, out, err = trial.run("--explain")
    assert status == 0, err
    lines = [re.sub(r" +", " ", line.strip()) for line in out.splitlines()]
    assert "end | o2 [vol-%] | load [%] | state | judged" in lines, lines[:9]
    (head,) = [line for line in lines if line.startswith("end | sta [mg/m3] |")]
    (row,) = [line for line in lines if line.startswith("2022-06-15T20:30:00 | 124")]
    cells = dict(zip([h.split(" ")[0] for h in head.split(" | ")], row.split(" | ")))
    assert cells["half-hour"] == "102" and cells["vsta"].startswith("102.28571"), cells
    (row,) = [line for line in lines if line.startswith("2022-06-15T21:00:00 | - maintenance")]
    assert row.count("- maintenance") == 6, row
    assert any(line.startswith("figure day-mean = 50.00921") and "n=31" in line and "§ 19" in line for line in lines)
    assert "judged GT13-HH: found 1, not found 30, undecided 3" in lines
    assert any(line.startswith("parameter limit-day = 50 mg/m3 (") for line in lines)
    assert any(line.startswith("end | lost-on | sum-on [mg/m3] | n-on") for line in lines)
    status, out, err = trial.run("--explain", "--permit", "limit-day.NOx=60")
    assert status == 0 and re.search(r"limit-day = 60 mg/m3  by permit", out), (err, out[-900:])


def table_lines(block):
    """The tables that rules run --explain shows of one source or series, from its JSON."""
    tables = {}
    for column in block["values"]:
        tables.setdefault(tuple(v["end"] for v in column["places"]), []).append(column)

    def cell(v):
        return v.get("value", "-") + (" " + v["status"] if "status" in v and v["status"] != "valid" else "")
    for ends, columns in tables.items():
        yield " | ".join(["end", *(c["name"] + (" [%s]" % c["unit"] if "unit" in c else "") for c in columns)])
        yield from (" | ".join([end, *(cell(c["places"][i]) for c in columns)]) for i, end in enumerate(ends))


def figure_lines(block):
    for kind in ("parameter", "figure"):
        for one in block[kind + "s"]:
            value = one.get("value", "-") + (" " + one["status"] if one.get("status", "valid") != "valid" else "")
            yield " ".join(filter(None, [kind, one["name"], "=", value, one.get("unit"), *(
                form % one[key] for key, form in (("n", "n=%d"), ("unanswered", "unanswered=%d"), ("reason", "because: %s"),
                                                  ("override", "by %s"), ("source", "(%s)")) if key in one)]))
    for one in block["judged"]:
        yield "judged %(id)s: found %(found)d, not found %(not-found)d, undecided %(undecided)d" % one


def explanations_say_the_same_as_json(folder):
    for example in EXAMPLES:
        trial = Trial(folder / example, example, [M.example_input(BLOCKS["input", example])])
        status, out, err = trial.run("--explain")
        assert status == 0, err
        head = next(i for i, line in enumerate(out.splitlines()) if line.startswith("  way of the values: "))
        lines = sorted(re.sub(r" +", " ", line.strip()) for line in out.splitlines()[head + 1:])
        status, out, err = trial.run("--explain", "--json")
        assert status == 0 and out.count("\n") == 1, err
        (way,) = json.loads(out)["ways"]
        assert way["result"] == trial.result, way["result"]
        said = []
        for source in way["sources"]:
            for block in (source, *source["series"]):
                said += [block.get("id") or block["component"], *table_lines(block), *figure_lines(block)]
        wrong = set(lines) ^ set(said)
        assert sorted(said) == lines, (example, sorted(wrong)[:6])
        status, out, err = trial.run("--json")
        assert status == 0 and "ways" not in json.loads(out), example


def every_report_has_a_document_of_its_own(folder):
    trial = Trial(folder, "e", [M.example_input(BLOCKS["input", "e"])])
    trial.run()
    report = next(folder.glob("*.xml"))
    unreadable = folder / "unreadable.txt"
    unreadable.write_text("<report", encoding="utf-8")
    status, out, err = emgate("rules", "run", "--explain", "--json", folder / "package", report, unreadable)
    first, second = map(json.loads, out.splitlines())
    assert status == 1 and first["accepted"] and first["ways"] and not second["accepted"] and second["ways"] == [], (out, err)


def law_is_not_said_of_a_package_that_does_not_compile(folder):
    world.write_package(folder, BLOCKS["xml", "a"])
    status, out, err = emgate("rules", "show", "--law", folder)
    assert status == 0 and "§ 19" in out, err
    (file,) = folder.glob("assessment/*.xml")
    good = file.read_text(encoding="utf-8")
    for wrong, code in ((good.replace('over="judged"', 'over="jugded"', 1), "EA-NAME"),
                        (re.sub(r'(<mean [^>]*?) source="[^"]*"', r"\1", good, count=1), "EA-SOURCE"),
                        (good.replace("half-hour exceeds", "vsta exceeds", 1), "EA-ROUND")):
        assert wrong != good, code
        file.write_text(wrong, encoding="utf-8")
        status, out, err = emgate("rules", "show", "--law", folder)
        assert status != 0 and out == "" and code in err, (code, status, out[:200], err)
    package = folder / "package.xml"
    file.write_text(good, encoding="utf-8")
    (folder / "checks").mkdir()
    (folder / "checks" / "wrong.sch").write_text(
        '<schema xmlns="http://purl.oclc.org/dsdl/schematron" queryBinding="xslt"><pattern><rule context="("/></pattern>'
        "</schema>", encoding="utf-8")
    package.write_text(re.sub(r"(<assessment )", r'<checks file="checks/wrong.sch"/>\1', package.read_text("utf-8"), count=1), "utf-8")
    status, out, err = emgate("rules", "show", "--law", folder)
    assert status != 0 and out == "" and "wrong.sch" in err, (status, out[:200], err)


def variants_told_in_the_text_hold(folder):
    inp = M.example_input(BLOCKS["input", "c"].replace("9.91", "9.4"))
    trial = Trial(folder / "c", "c", [inp])
    assert trial.run()[0] == 0
    hcl = trial.engine(next(iter(trial.inputs)))["HCl"]
    assert (hcl["over-b-year"], hcl["complied"]) == ("4", "yes") and hcl["within-b"].startswith("97.14"), hcl
    text = BLOCKS["input", "a"].replace("42-44 14.0 85 on maintenance", "38-44 14.0 85 on maintenance")
    text = text.replace("13-40 ", "13-37 ").replace("41 14.0 85 on 124.0 // ", "").replace("41 14.0 85 on 124.0", "")
    trial = Trial(folder / "a", "a", [M.example_input(re.sub(r"// *\n?//", "//", text.replace("\n//", "\n")))])
    assert trial.run()[0] == 0, trial.answer
    day = next(iter(trial.inputs))
    nox = trial.engine(day)["NOx"]
    assert nox["lost"] == "7" and nox["day"].endswith("invalid") and nox["judged GT13-DAY"] == "0 0 1", nox
    assert difference(trial.engine(day), trial.model(day)) is None


def damaged_packages_are_refused_with_their_code(folder):
    for number, (example, old, new, code) in enumerate(refusals.DAMAGES):
        place = folder / str(number)
        world.write_package(place, refusals.damaged(BLOCKS, example, old, new))
        status, out, err = emgate("rules", "check", place)
        assert status != 0, (new, out, err)
        assert code in out + err, (new, code, out, err)
        assert re.search(r"(assessment/\w+\.xml|package\.xml):\d+", out + err), (new, out, err)


def undamaged_packages_are_not_refused(folder):
    for example in EXAMPLES:
        world.write_package(folder / example, BLOCKS["xml", example])
        status, out, err = emgate("rules", "run", folder / example, folder / "none.xml")
        assert status == 2 and "EA-" not in out + err and "none.xml" in err, (example, out, err)


def the_model_agrees_with_itself(_):
    for script in ("model.py", "refusals.py"):
        done = subprocess.run([sys.executable, "tests/assessment/" + script], stdout=subprocess.PIPE, check=False)
        assert done.returncode == 0, done.stdout.decode()[-800:]


# ---------------------------------------------------------------- random reports

def random_number(rnd, high):
    kind = rnd.randrange(5)
    return "0" if kind == 0 and rnd.random() < .2 else "%.*f" % (rnd.randint(0, 3), rnd.uniform(-1 if kind == 1 else 0, high))


def random_cell(rnd, high, rough):
    if rnd.random() >= rough:
        return random_number(rnd, high)
    kind = rnd.randrange(4)
    if kind == 0:
        return None
    if kind == 1:
        return "%s:%s" % (random_number(rnd, high), rnd.choice(M.STATUSES[1:7]))
    return rnd.choice(["implausible", "plant", "invalid", "maintenance", "malfunction", "missing"])


def random_words(rnd, words, places, holes):
    """Runs, as a plant has them."""
    cells = []
    while len(cells) < places:
        word = rnd.choice(words)
        cells += [None if rnd.random() < holes else word for _ in range(rnd.randint(1, 14))]
    return cells[:places]


WORDS = {"state": ["on", "on", "on", "start-up", "shut-down", "off"], "cleaning": ["working", "working", "failed"],
         "waste": ["burning", "burning", "none"]}
HIGH = {"oxygen": 22, "load": 110, "uncertainty": 6}
COMPONENTS = {"a": ["NOx", "CO", "dust"], "b": ["HCl", "CO", "dust", "TOC"], "c": ["HCl", "SO2", "Hg"], "d": ["NOx", "CO"],
              "e": ["NOx", "CO"]}
OWN_HIGH = {"a": 160, "b": 90, "c": 70, "d": 130, "e": 80}


def random_input(rnd, example):
    base = M.example_input(BLOCKS["input", example])
    package = ET.fromstring(BLOCKS["xml", example])
    places = rnd.randint(1, 12) if example == "e" else 48
    rough, holes = rnd.choice([0, .02, .1, .4, 1]), rnd.choice([0, 0, .1])
    inp = dict(base, places=places, columns={}, series={}, windows={}, ended={})
    for component in COMPONENTS[example]:
        if component in ("dust", "Hg") and rnd.random() < .5:
            continue
        scalars = next(iter(base["series"].values()))
        inp["series"][component] = {k: "%.*f" % (rnd.randint(0, 2), rnd.uniform(0, 40 if "range" in k else 5)) for k in scalars}
        cells = [random_cell(rnd, OWN_HIGH[example], rough) for _ in range(places)]
        if example == "e":       # what a list leaves out is no place of it
            cells = [c or "missing" for c in cells]
        inp["columns"]["own " + component] = cells
    for column in base["columns"]:
        if column in WORDS:
            words = [w for w in WORDS[column] if not (example == "d" and w not in ("on", "off", "working", "failed"))]
            inp["columns"][column] = random_words(rnd, words, places, holes)
        elif not column.startswith("own "):
            inp["columns"][column] = [
                random_number(rnd, HIGH[column]).lstrip("-") if column == "uncertainty" else random_cell(rnd, HIGH[column], rough / 4)
                for _ in range(places)]
    for name in base["windows"]:
        count = rnd.randint(0, 3)
        if count:
            inp["windows"][name] = {
                of: [rnd.choice(["yes", "no"]) if v[0] in ("yes", "no") else "%d" % rnd.randint(0, 60) if "." not in v[0]
                     else "%.1f" % rnd.uniform(0, 900) for _ in range(1 if name == "yesterday" else count)]
                for of, v in base["windows"][name].items()}
    if "yesterday" in base["windows"] and "year" in inp["windows"] and "yesterday" not in inp["windows"]:
        inp["windows"].pop("year")
    inp["ended"] = {name: rnd.random() < .5 for name in base["ended"]}
    words = {s.get("name"): s.get("words").split() for s in package.iter("setting")}
    per = {s.get("name") for s in package.iter("setting") if s.get("per")}
    inp["settings"] = {n: ({c: rnd.choice(w) for c in COMPONENTS[example]} if n in per else {None: rnd.choice(w)})
                       for n, w in words.items()}
    return inp


def random_reports_are_judged_as_by_the_model(folder):
    rnd, compared = random.Random(2021), 0
    for example in EXAMPLES:
        for round_ in range(3):                      # settings hold for one call
            inputs = [random_input(rnd, example) for _ in range(REPORTS // 3)]
            for inp in inputs:
                inp["settings"] = inputs[0]["settings"]
            trial = Trial(folder / (example + str(round_)), example, inputs)
            status, out, err = trial.run()
            assert status == 0, (example, out[-1500:], err[-1500:])
            for day in trial.inputs:
                model = trial.model(day)
                wrong = difference(trial.engine(day), model)
                assert wrong is None, (example, round_, day, wrong)
                compared += sum(len(names) for names in model.values())
    assert compared > 30 * REPORTS, compared
    print("%d figures alike" % compared)


def days_in_a_row_carry_their_facts(folder):
    """Three days in one call, against three calls with the facts of the one before."""
    rnd = random.Random(4)
    inputs = [random_input(rnd, "b") for _ in range(3)]
    package = folder / "package"
    result = world.write_package(package, BLOCKS["xml", "b"])
    reports = []
    for number, inp in enumerate(inputs):
        inp["settings"] = inputs[0]["settings"]
        day = "2022-03-%02d" % (number + 1)
        reports.append(folder / (day + ".xml"))
        reports[-1].write_text(world.report_xml(inp, day, number), encoding="utf-8")
    words = list(settings(inputs[0]))
    status, _, err = emgate("rules", "run", package, *reports, "-o", folder / "one", "--facts-out", folder / "at-once", *words)
    assert status == 0, err
    before = []
    for report in reports:
        status, _, err = emgate("rules", "run", package, report, "-o", folder / "each", *before,
                                "--facts-out", folder / "next", *words)
        assert status == 0, err
        (folder / "next").rename(folder / "known")
        before = ["--facts", folder / "known"]
        name = "%s.%s.xml" % (report.stem, result)
        assert (folder / "one" / name).read_bytes() == (folder / "each" / name).read_bytes(), name
    assert (folder / "known").read_bytes() == (folder / "at-once").read_bytes()
    text = (folder / "one" / ("2022-03-03.%s.xml" % result)).read_text(encoding="utf-8")
    hours = [float(world.read_result((folder / "one" / ("2022-03-%02d.%s.xml" % (d, result))).read_text(encoding="utf-8"),
                                     "2022-03-%02d" % d, 48)["source"]["outage-hours"]) for d in (1, 2, 3)]
    assert float(world.read_result(text, "2022-03-03", 48)["source"]["outage-year"]) == sum(hours)


TESTS = (worked_packages_give_the_figures_of_the_page, values_are_explained_from_measured_to_judged,
         explanations_say_the_same_as_json, every_report_has_a_document_of_its_own,
         law_is_not_said_of_a_package_that_does_not_compile, variants_told_in_the_text_hold,
         damaged_packages_are_refused_with_their_code, undamaged_packages_are_not_refused, the_model_agrees_with_itself,
         random_reports_are_judged_as_by_the_model, days_in_a_row_carry_their_facts)


def main():
    passed = failed = 0
    for test in TESTS:
        if sys.argv[1:] and test.__name__ not in sys.argv[1:]:
            continue
        with tempfile.TemporaryDirectory() as folder:
            try:
                test(pathlib.Path(folder))
                passed += 1
            except AssertionError as wrong:
                failed += 1
                print("FAILED: %s: %s" % (test.__name__, wrong))
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
