"""No verdict without judging: what is owed is counted whatever a report leaves out, and said."""
import copy
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET

EMGATE = os.environ.get("EMGATE", "build/plain/emgate")
REPORT = "{urn:emgate:report:1}"
TESTS = "{urn:emgate:package-tests:1}"
TURBINE_13 = pathlib.Path("rules/de.bimschv13.continuous")
SETTINGS_13 = ["fuel=gas-turbine", "turbine=other", "stock=new", "cleaned=no",
               "measured=standard-dry"]
DAY = "2025-11-20"
ENDS = ["%sT%02d:%02d:00" % (DAY, 30 * k // 60, 30 * k % 60) for k in range(1, 49)]
DAILY = [path.parent.parent for path in sorted(pathlib.Path("rules").glob("*/assessment/daily.xml"))]


def emgate(*arguments):
    done = subprocess.run([EMGATE, *map(str, arguments)], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def options(settings):
    return [word for setting in settings for word in ("--setting", setting)]


def judge(package, settings, *files):
    status, out, err = emgate("rules", "run", "--json", *options(settings), package, *files)
    assert status in (0, 1), (files, err)
    return [json.loads(line) for line in out.splitlines()]


# ---- a day for 13. BImSchV ----------------------------------------------------------------------

def numbers(x, lost=0, status="malfunction"):
    return [(None, status)] * lost + [(x, "valid")] * (48 - lost)


def add_values(parent, pairs):
    for end, (x, status) in zip(ENDS, pairs):
        value = ET.SubElement(parent, REPORT + "v", t=end, s=status)
        if x is not None:
            value.set("x", x)


def day(directory, name, companions, series, operation=True):
    root = ET.Element(REPORT + "report", id=name, version="1", addressee="test.emgate.example",
                      plant="plant-1", kind="continuous", until=DAY, step="PT30M", zone="+01:00")
    root.set("from", DAY)
    source = ET.SubElement(root, REPORT + "source", id="stack-1")
    for kind, unit, pairs in companions:
        add_values(ET.SubElement(source, REPORT + "companion", name=kind, unit=unit), pairs)
    if operation:
        states = ET.SubElement(source, REPORT + "operation")
        for end in ENDS:
            ET.SubElement(states, REPORT + "v", t=end, w="on")
    for component, confidence, pairs in series:
        one = ET.SubElement(source, REPORT + "series", component=component, unit="mg/m3",
                            quantity="STA")
        ET.SubElement(one, REPORT + "calibration", confidence=confidence)
        add_values(one, pairs)
    path = directory / (name + ".xml")
    ET.ElementTree(root).write(path, "utf-8", xml_declaration=True)
    return path


OXYGEN = ("oxygen", "vol-%", numbers("15.0"))
LOAD = ("load", "%", numbers("90"))
CO = ("CO", "4", numbers("20"))


def verdict(directory, name, *parts, **more):
    judged, = judge(TURBINE_13, SETTINGS_13, day(directory, name, *parts, **more))
    counts = judged["counts"]
    assert counts["owed"] == counts["judged"] + counts["undecided"] == 108, (name, counts)
    return judged


def limit(judged, rule, component):
    found, = [one for one in judged["limits"]
              if one["limit"] == rule and one["component"] == component]
    return found


def rules_of(judged):
    return [finding["rule"] for finding in judged["findings"]]


def texts_of(judged, rule):
    return [finding["text"]["en"] for finding in judged["findings"] if finding["rule"] == rule]


def a_day_over_is_judged_completely(directory):
    judged = verdict(directory, "over", [OXYGEN, LOAD], [("NOx", "4", numbers("900")), CO])
    assert judged["extent"] == "completely" and judged["counts"]["exceeded"] == 49, judged["counts"]
    assert limit(judged, "GT13-HH", "NOx")["exceeded"] == 48


def a_load_that_is_not_reported_leaves_nothing_judged_in_silence(directory):
    judged = verdict(directory, "no-load", [OXYGEN], [("NOx", "4", numbers("900")), CO])
    assert judged["extent"] == "in-part"
    for component in ("NOx", "CO"):
        for rule, owed in (("GT13-HH", 48), ("GT13-DAY", 1)):
            one = limit(judged, rule, component)
            assert (one["judged"], one["undecided"]) == (0, owed), one
        # No value is lost, whichever half-hours are to be judged.
        assert limit(judged, "GT13-DAY-INVALID", component)["judged"] == 1
    told = texts_of(judged, "undecided-not-reported")
    assert any("GT13-HH: 48 of 48 could not be judged: load is not reported" in text
               for text in told), told
    assert "column-owed" in rules_of(judged)


def a_report_without_operating_states_is_rejected_and_owes_all(directory):
    judged = verdict(directory, "no-states", [OXYGEN, LOAD], [("NOx", "4", numbers("900")), CO],
                     operation=False)
    assert not judged["accepted"] and "operation-complete" in rules_of(judged)
    assert judged["extent"] == "not-at-all" and judged["counts"]["undecided"] == 108


def a_series_that_is_owed_is_named(directory):
    judged = verdict(directory, "no-nox", [OXYGEN, LOAD], [CO])
    assert judged["accepted"] and judged["extent"] == "in-part"
    assert texts_of(judged, "series-owed")[0].startswith("NOx is owed by source stack-1"), judged
    assert limit(judged, "GT13-HH", "NOx")["undecided"] == 48
    assert limit(judged, "GT13-HH", "CO")["judged"] == 48


def a_companion_that_fails_makes_values_lost(directory):
    judged = verdict(directory, "oxygen-out",
                     [("oxygen", "vol-%", numbers("15.0", lost=10)), LOAD],
                     [("NOx", "4", numbers("40")), CO])
    for component in ("NOx", "CO"):
        assert limit(judged, "GT13-HH", component)["undecided"] == 10
        assert limit(judged, "GT13-DAY-INVALID", component)["exceeded"] == 1
    assert all("the status of oxygen is malfunction" in text
               for text in texts_of(judged, "undecided-status"))


def six_lost_half_hours_keep_a_day_and_seven_do_not(directory):
    for lost, invalid in ((6, 0), (7, 1)):
        judged = verdict(directory, "lost-%d" % lost,
                         [("oxygen", "vol-%", numbers("15.0", lost=lost)), LOAD],
                         [("NOx", "4", numbers("40")), CO])
        assert limit(judged, "GT13-DAY-INVALID", "NOx")["exceeded"] == invalid, lost


def values_that_are_missing_in_operation_are_lost(directory):
    judged = verdict(directory, "nox-missing", [OXYGEN, LOAD],
                     [("NOx", "4", numbers("40", lost=40, status="missing")), CO])
    assert texts_of(judged, "GT13-DAY-INVALID")[0].startswith("NOx: the day is invalid; 40 ")
    assert limit(judged, "GT13-DAY-INVALID", "CO")["exceeded"] == 0


def oxygen_near_that_of_air_gives_no_number(directory):
    judged = verdict(directory, "near-air", [("oxygen", "vol-%", numbers("20.999999")), LOAD],
                     [("NOx", "4", numbers("40")), CO])
    text, = texts_of(judged, "value-implausible")
    assert "48 numbers are outside the plausible range" in text and "20.999999" in text, text
    assert limit(judged, "GT13-DAY-INVALID", "NOx")["exceeded"] == 1
    assert not any("239999996" in finding["text"]["en"] for finding in judged["findings"])


def each_companion_has_a_plausible_range(directory):
    wrong = [("oxygen", "vol-%", "-0.1"), ("oxygen", "vol-%", "20.9"), ("load", "%", "-1"),
             ("load", "%", "100.1"), ("temperature", "K", "200"), ("temperature", "K", "1800"),
             ("pressure", "kPa", "49"), ("pressure", "hPa", "1501"), ("moisture", "vol-%", "100"),
             ("moisture", "vol-%", "-1"), ("flow", "m3/h", "-1")]
    right = [("oxygen", "vol-%", "20.89"), ("oxygen", "vol-%", "0"), ("load", "%", "100"),
             ("temperature", "K", "400"), ("pressure", "hPa", "1013"), ("flow", "m3/h", "0")]
    for index, (kind, unit, x) in enumerate(wrong + right):
        companions = {"oxygen": OXYGEN, "load": LOAD, kind: (kind, unit, numbers(x))}
        path = day(directory, "range-%d" % index, companions.values(),
                   [("NOx", "4", numbers("40")), CO])
        text = path.read_text("utf-8").replace('name="flow"', 'name="flow" conditions="standard"')
        path.write_text(text, "utf-8")
        judged, = judge(TURBINE_13, SETTINGS_13, path)
        named = any(kind in text for text in texts_of(judged, "value-implausible"))
        assert named == ((kind, unit, x) in wrong), (kind, unit, x, rules_of(judged))


def no_more_confidence_is_subtracted_than_is_allowed(directory):
    judged = verdict(directory, "confidence", [OXYGEN, LOAD], [("NOx", "890", numbers("900")), CO])
    assert {"GT13-CI", "GT13-CI-YEAR", "GT13-HH", "GT13-DAY"} <= set(rules_of(judged))
    assert "daily mean 890 " in texts_of(judged, "GT13-DAY")[0], texts_of(judged, "GT13-DAY")


def no_and_no2_are_added_up(directory):
    judged = verdict(directory, "no-no2", [OXYGEN, LOAD],
                     [("NO", "2", numbers("40")), ("NO2", "2", numbers("20")), CO])
    assert judged["extent"] == "completely"
    # 40 * 46.0055 / 30.006 + 20 = 81.33, less the root of (2 * 1.533)^2 + 2^2 = 3.66
    assert "daily mean 78 " in texts_of(judged, "GT13-DAY")[0], texts_of(judged, "GT13-DAY")
    alone = verdict(directory, "no-alone", [OXYGEN, LOAD], [("NO", "2", numbers("40")), CO])
    assert "series-owed" in rules_of(alone)


# ---- every package, every omission --------------------------------------------------------------

def settings_of(package):
    """One word for each setting, for every component: that of the package's own tests."""
    words = {}
    for setting in ET.parse(package / "tests" / "tests.xml").getroot().findall(TESTS + "setting"):
        words.setdefault(setting.get("name"), setting.get("word"))
    return ["%s=%s" % pair for pair in words.items()]


def base_of(package):
    tests = ET.parse(package / "tests" / "tests.xml").getroot()
    return package / next(base.get("report") for base in tests.findall(TESTS + "base")
                          if base.get("report"))


def owed_of(package, settings, when):
    status, out, err = emgate("rules", "owed", "--json", "--day", when, *options(settings), package)
    assert status == 0, err
    answer = json.loads(out)
    limits = {(one["component"], one["limit"]): one["owed"] for one in answer["limits"]}
    assert sum(limits.values()) == answer["owed"] > 0, answer
    return limits


def completed(root, components):
    """The base report with a series for each component that is owed."""
    source = root.find(REPORT + "source")
    first = source.find(REPORT + "series")
    there = {one.get("component") for one in source.findall(REPORT + "series")}
    for component in sorted(components - there):
        one = copy.deepcopy(first)
        one.set("component", component)
        one.attrib.pop("cas", None)
        source.insert(list(source).index(source.findall(REPORT + "series")[-1]) + 1, one)
    return root


def omissions(root):
    """Name and report for each thing left out; ElementTree's elements know no parent."""
    kinds = ("companion", "operation", "cleaning", "waste", "series")
    source = root.find(REPORT + "source")
    for kind in kinds:
        for index, part in enumerate(source.findall(REPORT + kind)):
            name = "%s %s" % (kind, part.get("name") or part.get("component") or "")
            without = copy.deepcopy(root)
            inner = without.find(REPORT + "source")
            inner.remove(inner.findall(REPORT + kind)[index])
            yield name, without
            half = copy.deepcopy(root)
            values = half.find(REPORT + "source").findall(REPORT + kind)[index]
            for value in values.findall(REPORT + "v")[::2]:
                values.remove(value)
            yield "half of " + name, half
            for status in ("malfunction", "missing", "implausible"):
                if part.find(REPORT + "v").get("s") is None:
                    continue
                lost = copy.deepcopy(root)
                for value in lost.find(REPORT + "source").findall(REPORT + kind)[index].iter(
                        REPORT + "v"):
                    value.set("s", status)
                    value.attrib.pop("x", None)
                yield "%s in %s" % (name, status), lost


def what_is_owed_does_not_come_from_the_report(directory):
    assert len(DAILY) >= 6, DAILY
    for package in DAILY:
        settings = settings_of(package)
        root = ET.parse(base_of(package)).getroot()
        when = root.get("until")
        owed = owed_of(package, settings, when)
        root = completed(root, {component for component, _ in owed if component})
        cases = [("everything", root), *omissions(root)]
        files = []
        for index, (_, case) in enumerate(cases):
            path = directory / ("%s.%d.xml" % (package.name, index))
            case.set("id", "%s-%d" % (case.get("id"), index))
            ET.ElementTree(case).write(path, "utf-8", xml_declaration=True)
            files.append(path)
        # Each alone: a later report of the same day would replace the facts of the one before.
        for (name, _), path in zip(cases, files):
            judged, = judge(package, settings, path)
            counts = judged["counts"]
            limits = {(one["component"], one["limit"]): one["owed"] for one in judged["limits"]}
            assert limits == owed, (package, name, limits, owed)
            for one in (counts, *judged["limits"]):
                assert one["owed"] == one["judged"] + one["undecided"], (package, name, one)
            silent = counts["undecided"] > 0 and not any(
                re.match("undecided-|series-owed|source-owed", rule) for rule in rules_of(judged))
            assert not (silent and judged["accepted"]), (package, name, rules_of(judged))
            assert (judged["extent"] == "completely") == (counts["undecided"] == 0), (package, name)
            if name.startswith("series "):
                gone = name.split()[1]
                assert all(one["undecided"] == one["owed"] for one in judged["limits"]
                           if one["component"] == gone and one["limit"].endswith("-HH")), name


def a_day_left_out_of_a_year_owes_the_same(directory):
    package, files = TURBINE_13, []
    for index, when in enumerate(("2025-11-18", "2025-11-20")):  # the 19th is left out
        path = day(directory, "year-%d" % index, [OXYGEN, LOAD], [("NOx", "4", numbers("40")), CO])
        path.write_text(path.read_text("utf-8").replace(DAY, when), "utf-8")
        files.append(path)
    for judged in judge(package, SETTINGS_13, *files):
        counts = judged["counts"]
        assert counts["owed"] == counts["judged"] + counts["undecided"] == 108, counts


def a_setting_that_is_missing_is_no_verdict(directory):
    path = day(directory, "setting", [OXYGEN, LOAD], [("NOx", "4", numbers("40")), CO])
    for missing in SETTINGS_13:
        some = [setting for setting in SETTINGS_13 if setting != missing]
        for verb in (["run", TURBINE_13, path], ["owed", TURBINE_13, "--day", DAY]):
            status, _, err = emgate("rules", verb[0], *options(some), *verb[1:])
            assert status == 2 and missing.split("=")[0] in err, (missing, verb[0], status, err)


def what_is_asked_wrongly_of_owed_is_refused(_):
    for arguments in (["--day", "2025-02-30"], [], ["--day", "yesterday"], ["--day", "1999-01-01"]):
        status, _, err = emgate("rules", "owed", TURBINE_13, *arguments, *options(SETTINGS_13))
        assert status == 2 and err, arguments


CASES = [a_day_over_is_judged_completely,
         a_load_that_is_not_reported_leaves_nothing_judged_in_silence,
         a_report_without_operating_states_is_rejected_and_owes_all,
         a_series_that_is_owed_is_named, a_companion_that_fails_makes_values_lost,
         six_lost_half_hours_keep_a_day_and_seven_do_not,
         values_that_are_missing_in_operation_are_lost, oxygen_near_that_of_air_gives_no_number,
         each_companion_has_a_plausible_range, no_more_confidence_is_subtracted_than_is_allowed,
         no_and_no2_are_added_up, what_is_owed_does_not_come_from_the_report,
         a_day_left_out_of_a_year_owes_the_same, a_setting_that_is_missing_is_no_verdict,
         what_is_asked_wrongly_of_owed_is_refused]

if __name__ == "__main__":
    ET.register_namespace("", "urn:emgate:report:1")
    failed = 0
    for case in CASES:
        with tempfile.TemporaryDirectory(prefix="emgate-verdicts-") as where:
            try:
                case(pathlib.Path(where))
                print("ok    " + case.__name__)
            except AssertionError as wrong:
                failed += 1
                print("FAIL  %s: %s" % (case.__name__, str(wrong)[:2000]))
    print("%d passed, %d failed" % (len(CASES) - failed, failed))
    sys.exit(1 if failed else 0)
