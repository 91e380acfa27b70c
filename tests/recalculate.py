#!/usr/bin/python3
"""Plain recalculation of daily assessments, independent of the gateway.

Reads source rows (CSV of tests/data/gas-turbine) or report XML, judges each day by the rules of
eu.ied.annex-v.gas-turbine in exact fractions, prints one line a day and component, and compares with a
folder of assessments (urn:emgate:assessment-result:2) when one is given. With --known the figures of month
and year are compared too: the assessments then know the days before them. Standard library only; shares no
code, no parser and no arithmetic with what it checks.

  tests/recalculate.py --csv tests/data/gas-turbine/gt_2011.csv [--first 2011-01-01] [--compare DIR [--known]]
  tests/recalculate.py --reports DIR [--compare DIR]

Exit status: 0 all equal (or nothing to compare with), 1 a difference, 2 could not.
"""
import argparse
import csv
import datetime
import pathlib
import sys
import xml.etree.ElementTree as ET
from fractions import Fraction

REPORT = "{urn:emgate:report:1}"
RESULT = "{urn:emgate:assessment-result:2}"
LIMIT = {"NOx": Fraction(50), "CO": Fraction(100)}
UNCERTAINTY = {"NOx": Fraction(20, 100), "CO": Fraction(10, 100)}
DAY_OVER, HOUR_OVER = Fraction(110, 100), Fraction(2)
LOST_MAX = 3
REFERENCE_OXYGEN = Fraction(15)
LOST = {"implausible", "malfunction", "maintenance", "missing"}
USABLE = {"valid", "substitute"}


def half_away(x):
    """To a whole number, half away from zero: the limits are whole numbers."""
    n = (abs(x) + Fraction(1, 2)).__floor__()
    return n if x >= 0 else -n


def standardised(hour):
    """Standardised value of an hour, or None where a companion is lacking."""
    if hour["quantity"] == "SSTA":
        return hour["x"]
    c = hour["companions"]
    if any(c.get(name) is None for name in ("oxygen", "temperature", "pressure", "moisture")):
        return None
    dry = hour["x"] * c["temperature"] / Fraction("273.15") * Fraction("101.3") / c["pressure"]
    dry = dry * 100 / (100 - c["moisture"])
    return dry * (21 - REFERENCE_OXYGEN) / (21 - c["oxygen"])


def mass(hour, value):
    """Milligrams of an hour, or None: the flow is not there or under conditions that do not fit."""
    flow = hour["companions"].get("flow")
    if flow is None:
        return None
    if hour["flow-conditions"] == "standard":
        return None if value is None else value * flow
    return hour["x"] * flow if hour["quantity"] == "STA" else None


def judge(component, hours):
    """hours: label hour 1..24 -> dict of x, status, state, quantity, companions."""
    limit = LIMIT[component]
    used, lost, idle, unused, masses = [], 0, 0, 0, []
    for label in range(1, 25):
        hour = hours.get(label)
        valid = hour is not None and hour["status"] == "valid"
        value = standardised(hour) if valid else None
        if valid and mass(hour, value) is not None:
            masses.append(mass(hour, value))
        if hour is not None and hour["state"] not in (None, "on"):
            idle += 1
        elif hour is None or hour["status"] in LOST or (valid and value is None):
            lost += 1
        elif not valid:
            unused += 1
        else:
            used.append(max(Fraction(0), value - limit * UNCERTAINTY[component]))
    result = {"n": len(used), "lost": lost, "idle": idle, "unused": unused}
    result["hours-over"] = sum(half_away(x) > limit * HOUR_OVER for x in used)
    result["mean"] = sum(used) / len(used) if used else None
    result["rounded"] = half_away(result["mean"]) if used else None
    result["load"] = sum(masses) / 1000000 if masses else None
    if lost > LOST_MAX:
        result["status"] = "invalid"
    elif not used:
        result["status"] = "none" if idle == 24 else "invalid"
    else:
        result["status"] = "valid"
    if result["status"] != "valid":
        result["exceeded"] = "not-judged"
    else:
        result["exceeded"] = "yes" if result["rounded"] > limit * DAY_OVER else "no"
    result["sum"] = sum(used)
    return result


def so_far(results):
    """Figures of month and year for each day, from the hours of valid days up to it."""
    for (day, component), ours in results.items():
        year = [r for (d, c), r in results.items() if c == component and d[:4] == day[:4] and d <= day]
        month = [r for (d, c), r in results.items() if c == component and d[:7] == day[:7] and d <= day]
        counted = [r for r in year if r["lost"] <= LOST_MAX]
        ours["year-hours"] = sum(r["n"] for r in counted)
        ours["year-above"] = sum(r["hours-over"] for r in counted)
        ours["invalid-days"] = sum(r["status"] == "invalid" for r in year)
        counted = [r for r in month if r["lost"] <= LOST_MAX]
        hours = sum(r["n"] for r in counted)
        ours["month-so-far"] = half_away(sum(r["sum"] for r in counted) / hours) if hours else None


def days_of_csv(path, first):
    """Row i is the hour that ends i hours after 01:00 of the first day."""
    days = {}
    with open(path, newline="", encoding="utf-8") as file:
        for i, row in enumerate(csv.DictReader(file)):
            day = (first + datetime.timedelta(days=i // 24)).isoformat()
            for component, column in (("NOx", "NOX_mg_m3"), ("CO", "CO_mg_m3")):
                hours = days.setdefault((day, component), {})
                hours[i % 24 + 1] = {"x": Fraction(row[column]), "status": "valid", "state": None,
                                     "quantity": "SSTA", "companions": {}, "flow-conditions": None}
    return days


def companions_of(source):
    """hour -> name -> value in K, kPa, vol-%, m3/h; only usable ones."""
    table, conditions = {}, None
    for companion in source.findall(REPORT + "companion"):
        name, unit = companion.get("name"), companion.get("unit")
        if name == "flow":
            conditions = companion.get("conditions")
        for v in companion:
            if v.get("s") not in USABLE:
                continue
            x = Fraction(v.get("x"))
            x = x + Fraction("273.15") if unit == "degC" else x / 10 if unit == "hPa" else x
            table.setdefault(int(v.get("t")[11:13]), {})[name] = x
    return table, conditions


def days_of_report(path):
    root = ET.parse(path).getroot()
    days = {}
    for source in root.findall(REPORT + "source"):
        companions, conditions = companions_of(source)
        operation = source.find(REPORT + "operation")
        states = {} if operation is None else {int(v.get("t")[11:13]): v.get("w") for v in operation}
        for series in source.findall(REPORT + "series"):
            hours = days.setdefault((root.get("from"), series.get("component")), {})
            for label in states:
                hours[label] = {"x": None, "status": "missing", "state": states[label],
                                "quantity": series.get("quantity"), "companions": {},
                                "flow-conditions": None}
            for v in series.findall(REPORT + "v"):
                label = int(v.get("t")[11:13])
                x = v.get("x")
                hours[label] = {"x": None if x is None else Fraction(x), "status": v.get("s"),
                                "state": states.get(label), "quantity": series.get("quantity"),
                                "companions": companions.get(label, {}),
                                "flow-conditions": conditions}
    return days


def figure(series, name, what="value"):
    found = [f for f in series.iter(RESULT + "figure") if f.get("name") == name]
    return found[0].get(what) if len(found) == 1 else None


def read_assessments(folder):
    found = {}
    for path in sorted(pathlib.Path(folder).rglob("*.xml")):
        root = ET.parse(path).getroot()
        if root.tag != RESULT + "result":
            continue
        for series in root.iter(RESULT + "series"):
            key = (root.get("from"), series.get("component"))
            if key in found:
                raise ValueError(f"{path}: {key} was assessed by another file already")
            found[key] = series
    return found


def answer(series, finding):
    """yes, no, or not-judged where the finding was undecided."""
    judged = [j for j in series.iter(RESULT + "judged") if j.get("id") == finding]
    counts = tuple(judged[0].get(n) for n in ("found", "not-found", "undecided")) if judged else None
    return {("1", "0", "0"): "yes", ("0", "1", "0"): "no", ("0", "0", "1"): "not-judged"}.get(counts)


def status(series):
    if answer(series, "day-invalid") == "yes":
        return "invalid"
    return "none" if figure(series, "n") == "0" else "valid"


def near(text, exact):
    """The same number but for what 53 bits can not hold."""
    if exact is None:
        return text is None
    return text is not None and abs(Fraction(text) - exact) <= abs(exact) * Fraction(1, 10**12)


def differences(ours, series, known):
    theirs = {name: figure(series, name) for name in ("n", "lost", "idle", "unused", "hours-over")}
    theirs["status"], theirs["exceeded"] = status(series), answer(series, "day-exceeded")
    if known:
        theirs.update({name: figure(series, name) for name in ("year-hours", "year-above", "invalid-days")})
    for name, value in theirs.items():
        if value != str(ours[name]):
            yield f"{name}: {value} instead of {ours[name]}"
    whole = {"day": ours["rounded"], **({"month-so-far": ours["month-so-far"]} if known else {})}
    for name, value in whole.items():
        if figure(series, name) != (None if value is None else str(value)):
            yield f"{name}: {figure(series, name)} instead of {value}"
    if not near(figure(series, "day-mean"), ours["mean"]):
        yield f"mean: {figure(series, 'day-mean')} instead of {ours['mean']}"
    load = None if figure(series, "mass-rates", "n") == "0" else figure(series, "load")
    if not near(load, ours["load"]):
        yield f"load: {load} instead of {ours['load']}"


def compare(results, folder, known):
    found = read_assessments(folder)
    wrong = 0
    for key, ours in results.items():
        lines = ["not assessed"] if key not in found else list(differences(ours, found[key], known))
        for line in lines:
            print("DIFFERS", *key, line)
        wrong += bool(lines)
    for key in found.keys() - results.keys():
        print("DIFFERS", *key, "assessed, but in no input")
        wrong += 1
    print(f"{len(results)} compared, {wrong} differ")
    return 1 if wrong or not results else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--csv", nargs="*", default=[])
    parser.add_argument("--first", default="2011-01-01", help="day of the first row")
    parser.add_argument("--reports", help="folder of report XML")
    parser.add_argument("--compare", help="folder of assessments")
    parser.add_argument("--known", action="store_true", help="compare month and year too")
    parser.add_argument("--from", dest="from_day", default="0000", help="first day wanted")
    parser.add_argument("--until", dest="until_day", default="9999", help="last day wanted")
    parser.add_argument("--quiet", action="store_true", help="only the comparison")
    options = parser.parse_args()
    days = {}
    for path in options.csv:
        days.update(days_of_csv(path, datetime.date.fromisoformat(options.first)))
    if options.reports:
        for path in sorted(pathlib.Path(options.reports).glob("*.xml")):
            days.update(days_of_report(path))
    results = {key: judge(key[1], hours) for key, hours in sorted(days.items())
               if options.from_day <= key[0] <= options.until_day}
    so_far(results)
    for (day, component), r in results.items():
        if not options.quiet:
            mean = "-" if r["mean"] is None else f"{float(r['mean']):.6f}"
            print(day, component, r["n"], r["lost"], mean, r["rounded"], r["status"], r["exceeded"])
    return compare(results, options.compare, options.known) if options.compare else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (OSError, ValueError, KeyError, ET.ParseError) as error:
        print(f"recalculate: {error}", file=sys.stderr)
        sys.exit(2)
