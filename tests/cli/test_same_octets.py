# timeout: 420
"""The same package, report and facts give the same octets: whatever the time zone, the language, the
cores, the catalogs of the host; from a build that is not optimised; and with reports of different
plants judged in any order in one process."""
import itertools
import os
import pathlib
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET

EMGATE = os.environ.get("EMGATE", "build/plain/emgate")
UNOPTIMISED = pathlib.Path("build/unoptimised/emgate")  # make full builds it before any test runs
FULL = bool(os.environ.get("EMGATE_FULL"))
TESTS = "{urn:emgate:package-tests:1}"
BENCH = pathlib.Path("tests/data/packages/bench.half-hourly")
ASSESSED = pathlib.Path("tests/data/packages/bench.assessment")
TURBINE = pathlib.Path("rules/eu.ied.annex-v.gas-turbine")
REPORTS_OF_PACKAGE = 6 if FULL else 2
CATALOG = """<catalog xmlns="urn:oasis:names:tc:entity:xmlns:xml:catalog">
<rewriteSystem systemIdStartString="" rewritePrefix="file:///dev/null#"/>
<rewriteURI uriStartString="" rewritePrefix="file:///dev/null#"/></catalog>"""
HOSTS = ({}, {"TZ": "Pacific/Kiritimati"}, {"TZ": "America/St_Johns", "LANG": "de_DE.UTF-8"},
         {"LC_ALL": "tr_TR.UTF-8", "LANGUAGE": "tr"}, {"LC_ALL": "C", "LC_NUMERIC": "de_DE.UTF-8"},
         {"LC_ALL": "de_DE.UTF-8"})


def run(folder, program, package, reports, host=None, before=()):
    """What is told of the reports, with and without --json, and every result's octets."""
    folder.mkdir(parents=True)
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG", "TZ"))}
    environment.update(host or {})
    told = []
    for more in ((), ("--json",)):
        done = subprocess.run([*before, str(program), "rules", "run", *more, "-o", str(folder), str(package),
                               *map(str, reports)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env=environment, check=False)
        assert done.returncode in (0, 1), done.stderr.decode()[-600:]
        told.append(done.stdout)
    return told, {path.name: path.read_bytes() for path in sorted(folder.glob("*"))}


def reports_of(package, kept):
    """Some of the reports that the package's own tests judge for any plant, spread over all."""
    tests = ET.parse(package / "tests/tests.xml").getroot()
    folder = kept / "reports" / package.name
    if not folder.exists():
        done = subprocess.run([EMGATE, "rules", "test", str(package), "-o", str(folder)], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, check=False)
        assert done.returncode == 0, done.stderr.decode()[-600:]
    paths = [folder / f"{number}.report.xml" for number, case in enumerate(tests.findall(TESTS + "case"), 1)
             if case.get("outcome") in ("accepted", "rejected") and not any(case.find(TESTS + name) is not None for name in ("setting", "fact", "permit"))]
    return paths[::max(1, len(paths) // REPORTS_OF_PACKAGE)]


def hosts_do_not_matter(folder):
    catalog = folder / "catalog.xml"
    catalog.write_text(CATALOG, "utf-8")
    catalogs = {"XML_CATALOG_FILES": str(catalog), "SGML_CATALOG_FILES": str(catalog), "XML_DEBUG_CATALOG": "1"}
    for package in (BENCH, ASSESSED, TURBINE):
        reports = reports_of(package, folder)
        assert reports, package
        want = run(folder / package.name / "first", EMGATE, package, reports)
        assert want[1], package
        for number, host in enumerate((*HOSTS, catalogs)):
            got = run(folder / package.name / str(number), EMGATE, package, reports, host)
            assert got == want, (package, host)
        got = run(folder / package.name / "one-core", EMGATE, package, reports, before=("taskset", "-c", "0"))
        assert got == want, (package, "one core")


def optimisation_does_not_matter(folder):
    assert UNOPTIMISED.exists(), f"{UNOPTIMISED} is not there: make VARIANT=unoptimised {UNOPTIMISED}"
    for package in (BENCH, ASSESSED, TURBINE):
        reports = reports_of(package, folder)
        want = run(folder / package.name / "fast", EMGATE, package, reports)
        got = run(folder / package.name / "slow", UNOPTIMISED, package, reports)
        assert got == want, package


def the_order_of_plants_does_not_matter(folder):
    """Three reports of three plants, in all six orders."""
    text = (BENCH / "tests/daily.xml").read_text("utf-8")
    reports = []
    for number, x in enumerate(("1.5", "2.25", "7")):
        path = folder / f"plant-{number}.xml"
        path.write_text(text.replace('plant="p1"', f'plant="p{number}"').replace('x="2.782"', f'x="{x}"'), "utf-8")
        reports.append(path)
    for package in (BENCH, ASSESSED):
        wanted = None
        for number, order in enumerate(itertools.permutations(reports)):
            _, results = run(folder / package.name / str(number), EMGATE, package, order)
            wanted = wanted or results
            assert len(results) == 3 and results == wanted, (package, order)


def main():
    passed = failed = 0
    cases = [hosts_do_not_matter, the_order_of_plants_does_not_matter]
    print(f"rounds: {REPORTS_OF_PACKAGE} of 6 reports of each package")
    print(f"rounds: {3 if FULL else 2} of 3 cases (an unoptimised build)")
    for case in cases + [optimisation_does_not_matter] * FULL:
        with tempfile.TemporaryDirectory(prefix="same octets ") as folder:
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
