"""What the engine needs to judge an input of the model: a package directory, a report, facts; and its result read back
in the model's words."""
import datetime
import xml.etree.ElementTree as ET
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import model as M

READINGS = Path("rules/vocabulary/readings")
RESULT = "{urn:emgate:assessment-result:2}"
STATES = {"state": "operation", "cleaning": "cleaning", "waste": "waste"}
COMPANION_UNITS = {"oxygen": "vol-%", "load": "%", "temperature": "K", "pressure": "kPa", "moisture": "vol-%", "flow": "m3/h"}
SCALARS = {"confidence": "confidence", "calibration-range": "range"}
IDENTITY = "".join('<%s path="/r:report/@%s"/>' % (e, e) for e in ("id", "version", "addressee", "plant", "from", "until", "kind"))


def attributes(element, leave_out=()):
    return "".join(" %s=%s" % (k, quoteattr(v)) for k, v in element.attrib.items() if k not in leave_out)


def inner(element, titles=False):
    """A declaration of package.xml, with titles where there are none."""
    children = "".join("<row%s/>" % attributes(c) for c in element)
    name = escape(element.get("name"))
    if element.get("override") == "permit":      # bounds, without which a permit could set anything
        element.set("min", "0")
        element.set("max", "100000")
    title = '<title lang="de">%s</title><title lang="en">%s</title>' % (name, name)
    return "<%s%s>%s%s</%s>" % (element.tag, attributes(element), title if titles else "", children, element.tag)


def write_package(folder, text):
    """The package of a worked block as a directory. Its header is made up, and so are texts of findings without any."""
    package = ET.fromstring(text)
    assessment = package.find("assessment")
    law = package.get("law")
    for folder_name in ("assessment", "readings"):
        (folder / folder_name).mkdir(parents=True, exist_ok=True)
    parts = [inner(e, True) for e in package if e.tag in ("setting", "parameter")]
    (folder / "package.xml").write_text(
        '<package xmlns="urn:emgate:package:1" id="%s" version="%s" publisher="publisher">'
        '<title lang="de">%s</title><title lang="en">%s</title><law citation="whole">%s</law>'
        '<valid from="1990-01-01"/><match namespace="urn:emgate:report:1" element="report"/>'
        '<identity><namespace prefix="r" uri="urn:emgate:report:1"/>%s</identity>%s'
        '<steps><assessment file="assessment/%s.xml" result="%s"/></steps></package>'
        % (package.get("id"), package.get("version"), escape(law), escape(law), escape(law), IDENTITY,
           "".join(parts), assessment.get("result"), assessment.get("result")), encoding="utf-8")
    for finding in assessment.iter("finding"):
        if finding.find("text") is None:
            for lang in ("de", "en"):
                ET.SubElement(finding, "text", lang=lang).text = finding.get("id")
    name = assessment.attrib.pop("result")
    assessment.set("xmlns", "urn:emgate:assessment:1")
    (folder / "assessment" / (name + ".xml")).write_bytes(ET.tostring(assessment, encoding="utf-8"))
    reading = assessment.get("reading") + ".xml"
    (folder / "readings" / reading).write_bytes((READINGS / reading).read_bytes())
    return name


# ---------------------------------------------------------------- reports

def value(label, cell, attribute="x"):
    if cell is None:
        return ""
    number, status = (None, cell) if cell in M.STATUSES else (cell.partition(":")[0], cell.partition(":")[2] or "valid")
    return '<v t="%s"%s s="%s"/>' % (label, "" if number is None else ' %s="%s"' % (attribute, number), status)


def labels(day, places, measurement):
    if measurement:
        return ["%sT%02d:00:00" % (day, 8 + i) for i in range(places)]
    return ["%sT%02d:%02d:00" % (day, (i + 1) // 2, 30 * ((i + 1) % 2)) for i in range(places)]


def series_xml(component, inp, ends):
    scalars = "".join(' %s="%s"' % (SCALARS[k], v) for k, v in inp["series"][component].items())
    own, uncertainty = inp["columns"]["own " + component], inp["columns"].get("uncertainty")
    values = [value(t, c) for t, c in zip(ends, own)]
    if uncertainty:
        values = [v.replace("/>", ' u="%s"/>' % u) if u is not None else v for v, u in zip(values, uncertainty)]
    return '<series component="%s" unit="mg/m3" quantity="STA">%s%s</series>' % (
        component, "<calibration%s/>" % scalars if scalars else "", "".join(values))


def report_xml(inp, day, number, measurement=False):
    ends = labels(day, inp["places"], measurement)
    parts = []
    for column, cells in inp["columns"].items():
        if column in COMPANION_UNITS:
            parts.append('<companion name="%s" unit="%s">%s</companion>' % (
                column, COMPANION_UNITS[column], "".join(value(t, c) for t, c in zip(ends, cells))))
    for column, element in STATES.items():
        cells = inp["columns"].get(column)
        if cells:
            parts.append("<%s>%s</%s>" % (element, "".join(
                '<v t="%s" w="%s"/>' % (t, c) for t, c in zip(ends, cells) if c is not None), element))
    parts += [series_xml(c, inp, ends) for c in inp["series"]]
    return ('<report xmlns="urn:emgate:report:1" id="r%d" version="1" addressee="demo.emgate.example" plant="plant" '
            'kind="%s" from="%s" until="%s"%s zone="+01:00"><source id="stack-1">%s</source></report>'
            % (number, "periodic" if measurement else "continuous", day, day,
               "" if measurement else ' step="PT30M"', "".join(parts)))


# ---------------------------------------------------------------- facts

def remembered(package):
    """name -> (unit or None for an answer, belongs to series)"""
    made, out = {}, {}
    for of_series, block in [(False, s) for s in package.iter("source")] + [(True, s) for s in package.iter("series")]:
        for e in block:
            if e.get("name"):
                made[e.get("name")] = (None if e.tag == "whether" else e.get("unit") or ("1" if e.tag == "count" else None),
                                       of_series, e)
    for line in package.iter("remember"):
        for name in line.get("of").split():
            unit, of_series, e = made[name]
            while unit is None and e.tag in ("sum", "mean", "max", "min", "round"):
                unit, _, e = made[e.get("of")][0], None, made[e.get("of")][2]
            out[name] = (unit, of_series)
    return out


def facts_text(package, result, days):
    """days: {day: {window: {name: [values of the days up to the one before]}}}, later values win."""
    kinds, table = remembered(package), {}
    for day, (inp, windows) in days.items():
        for names in windows.values():
            for name, values in names.items():
                of_series = kinds[name][1]
                for c in (inp["series"] if of_series else [""]):
                    for back, v in enumerate(reversed(values), 1):
                        key = (datetime.date.fromisoformat(day) - datetime.timedelta(days=back)).isoformat()
                        table.setdefault(c, {}).setdefault(name, {})[key] = v
    out = ["emgate facts 1"]
    if table:
        out += ["result " + result, "source stack-1"]
    for c in sorted(table):
        out += ["component " + c] if c else []
        for name in sorted(table[c]):
            unit = kinds[name][0]
            out.append("answer " + name if unit is None else "number %s %s" % (name, unit))
            run, last = [], None
            for key in sorted(table[c][name]):
                date = datetime.date.fromisoformat(key)
                if last is None or (date - last).days != 1:
                    run and out.append(" ".join(run))
                    run = ["days", key]
                run.append(table[c][name][key] if unit is None else "%.15g" % float(table[c][name][key]))
                last = date
            out.append(" ".join(run))
    return "\n".join(out) + "\n"


# ---------------------------------------------------------------- results

def figure_text(element):
    v, status = element.get("value"), element.get("status")
    text = "-" if v in (None, "unknown") else v if v in ("yes", "no") else "%.15g" % float(v)
    return text + (" " + status if status not in (None, "valid") else "")


def read_block(element, ends):
    out = {}
    for f in element.findall(RESULT + "figure"):
        out[f.get("name")] = figure_text(f)
        if f.get("unanswered"):
            out[f.get("name") + " unanswered"] = int(f.get("unanswered"))
    for j in element.findall(RESULT + "judged"):
        out["judged " + j.get("id")] = "%s %s %s" % (j.get("found"), j.get("not-found"), j.get("undecided"))
    for f in element.findall(RESULT + "finding"):
        if f.get("end") in ends:
            out.setdefault("found " + f.get("id"), []).append(ends.index(f.get("end")) + 1)
    for c in element.findall(RESULT + "classes"):
        for k in c.findall(RESULT + "class"):
            if k.get("id") != "unclassed" and k.get("count") != "0":
                out["class " + k.get("id")] = k.get("count")
    return out


def read_result(text, day, places, measurement=False):
    """{"source": {...}, component: {...}} as the model's Run.go() gives it."""
    ends = labels(day, places, measurement)
    source = ET.fromstring(text).find(RESULT + "source")
    out = {"source": read_block(source, ends)}
    for series in source.findall(RESULT + "series"):
        out[series.get("component")] = read_block(series, ends)
    return out


def comparable(figures, windowed):
    """Without what differs by design: days that nobody knows are counted by the engine, not by the model."""
    return {k: {n: v for n, v in names.items()
                if n not in ("class unclassed", "not-judged") and not (n.endswith(" unanswered") and n.split()[0] in windowed)}
            for k, names in figures.items() if names or k == "source"}


def windowed_names(package):
    return {e.get("name") for w in package.iter("window") for e in w.iter() if e.get("name")}
