"""Reports and packages of the largest size that is allowed for: a year of half-hours in 30 MB through
schema and checks, and a package with 2,000 checks. What is asserted is memory, in parts of the
report's size, and that everything is judged; the growth of operations is held by
tests/unit/assess/schematron/test_quick.c."""
import datetime
import os
import pathlib
import re
import shutil
import sys
import tempfile

EMGATE = os.environ.get("EMGATE", "build/plain/emgate")
PLAIN = "build/plain" in EMGATE
BENCH = pathlib.Path("tests/data/packages/bench.half-hourly")
REPORT_OCTETS = 30 * 1000 * 1000
REPORT_MEMORY_MAX = 30  # octets of memory for each octet of the report; 25 are taken, most by libxml2's tree
CHECKS_MEMORY_MAX_MIB = 128

# The benchmark's checks of one day, as they are for any period.
YEARLY = (("test=\"@from = @until\"", "test=\"@from &lt;= @until or @from\""),
          ("count(r:source) = 1", "count(r:source) &gt;= 1"),
          ("count(r:source/r:series) = 8", "count(r:source/r:series) &gt;= 8"),
          ("substring(@t, 1, 10) = /r:report/@from", "substring(@t, 1, 4) = substring(/r:report/@from, 1, 4)"),
          ("translate(substring(@t, 12, 5), ':', '') &gt; translate(substring(preceding-sibling::r:v[1]/@t, 12, 5), ':', '')",
           "translate(substring(@t, 1, 16), '-T:', '') &gt; translate(substring(preceding-sibling::r:v[1]/@t, 1, 16), '-T:', '')"))
COMPONENTS = "dust TOC HCl HF SO2 NOx CO NH3".split()


def labels(year):
    """Ends of the half-hours of a year."""
    day = datetime.date(year, 1, 1)
    while day.year == year:
        for i in range(1, 49):
            yield f"{day}T{i // 2:02d}:{i % 2 * 30:02d}:00"
        day += datetime.timedelta(days=1)


def write_series(out, times, head, tail, state=False):
    out.write(head)
    seed = 1
    for t in times:
        seed = (seed * 1103515245 + 12345) % 2147483648
        word = 'state="normal"' if state else f'x="{seed % 4000 / 1000:.3f}" s="valid"'
        out.write(f'<v t="{t}" {word}/>\n')
    out.write(tail)


def write_report(path, octets):
    """Stacks of eight components and oxygen, until there is enough."""
    times = list(labels(2025))
    daily = (BENCH / "tests/daily.xml").read_text("utf-8")
    state = re.search(r'<operation>\s*<v t="[^"]*" (\w+="[^"]*")', daily).group(1)
    with open(path, "w", encoding="utf-8") as out:
        out.write('<?xml version="1.0" encoding="UTF-8"?>\n<report xmlns="urn:emgate:report:1" id="year-2025" version="1" '
                  'addressee="demo.emgate.example" plant="p1" kind="continuous" from="2025-01-01" until="2025-12-31" '
                  'step="PT30M" zone="+01:00">\n')
        stack = 0
        while out.tell() < octets:
            stack += 1
            out.write(f'<source id="stack-{stack}">\n')
            write_series(out, times, '<companion name="oxygen" unit="vol-%">\n', "</companion>\n")
            out.write("<operation>\n" + "".join(f'<v t="{t}" {state}/>\n' for t in times) + "</operation>\n")
            for component in COMPONENTS:
                write_series(out, times, f'<series component="{component}" quantity="SSTA" unit="mg/m3" '
                             'reference-oxygen="11">\n', "</series>\n")
            out.write("</source>\n")
        out.write("</report>\n")


def package(folder, edit):
    made = folder / "package"
    shutil.copytree(BENCH, made)
    checks = made / "checks/report.sch"
    checks.write_text(edit(checks.read_text("utf-8")), "utf-8")
    manifest = made / "package.xml"
    text = re.sub(r"\s*<transform [^>]*/>|\s*<assessment [^>]*/>|\s*<notification [^>]*/>", "",
                  manifest.read_text("utf-8"))
    manifest.write_text(text, "utf-8")
    return made


def yearly(text):
    for old, new in YEARLY:
        assert old in text, old
        text = text.replace(old, new)
    return text


def thousands(text):
    """Each of the 25 checks eighty times."""
    patterns = re.findall(r"<sch:pattern .*?</sch:pattern>", text, re.S)
    assert len(re.findall("<sch:assert ", text)) == 25
    head, tail = text[:text.index(patterns[0])], "</sch:schema>\n"
    copies = []
    for i in range(80):
        copies += [re.sub(r' id="([^"]+)"', rf' id="\1-{i}"', p) for p in patterns]
    return head + "\n".join(copies) + tail


def measure(folder, *arguments):
    """Output and peak memory of a run in KiB."""
    with open(folder / "out", "wb") as out:
        pid = os.fork()
        if pid == 0:
            os.dup2(out.fileno(), 1)
            os.dup2(out.fileno(), 2)
            os.execv(EMGATE, [EMGATE, *map(str, arguments)])
        _, how, used = os.wait4(pid, 0)
    return how, (folder / "out").read_text("utf-8"), used


def a_year_in_30_megabytes_stays_within_memory(folder):
    made = package(folder, yearly)
    write_report(folder / "year.xml", REPORT_OCTETS)
    size = (folder / "year.xml").stat().st_size
    how, out, used = measure(folder, "rules", "run", made, folder / "year.xml")
    print(f"{size / 1e6:.1f} MB: {used.ru_maxrss / 1024:.0f} MiB, {used.ru_utime:.1f} s of CPU")
    assert how == 0 and "accepted" in out, (how, out[-600:])
    assert not PLAIN or used.ru_maxrss * 1024 < REPORT_MEMORY_MAX * size, used.ru_maxrss


def two_thousand_checks_stay_within_memory(folder):
    made = package(folder, thousands)
    how, out, used = measure(folder, "rules", "run", made, made / "tests/daily.xml")
    print(f"2,000 checks: {used.ru_maxrss / 1024:.0f} MiB, {used.ru_utime:.2f} s of CPU")
    assert how == 0 and "accepted" in out, (how, out[-600:])
    assert not PLAIN or used.ru_maxrss < CHECKS_MEMORY_MAX_MIB * 1024, used.ru_maxrss
    how, out, _ = measure(folder, "rules", "run", made, made / "tests/not-standardised.xml")
    assert out.count("b11-quantity-") >= 80, out[-600:]


def main():
    passed = failed = 0
    for case in (a_year_in_30_megabytes_stays_within_memory, two_thousand_checks_stay_within_memory):
        with tempfile.TemporaryDirectory(prefix="large ") as folder:
            try:
                case(pathlib.Path(folder))
                passed += 1
            except AssertionError as error:
                failed += 1
                print(f"{case.__name__}: {error}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
