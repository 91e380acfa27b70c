"""The rule packages of this repository: their own tests, the real year, generated days, and that a
wrong assessment would be noticed."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

EMGATE = os.environ.get("EMGATE", "build/plain/emgate")
TURBINE = pathlib.Path("rules/eu.ied.annex-v.gas-turbine")
BENCH = pathlib.Path("tests/data/packages/bench.half-hourly")
VOCABULARY = pathlib.Path("rules/vocabulary")
SHIPPED = sorted(path.parent for path in pathlib.Path("rules").glob("*/package.xml"))
DATA = pathlib.Path("tests/data/gas-turbine")


def run(*arguments):
    done = subprocess.run([str(a) for a in arguments], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def emgate(*arguments):
    status, out, err = run(EMGATE, *arguments)
    assert status == 0, (arguments[:3], status, out[-600:], err[-600:])
    return out


def recalculate(*arguments):
    return run("/usr/bin/python3", "tests/recalculate.py", "--quiet", *arguments)


def packages_pass_their_own_tests(_):
    assert len(SHIPPED) > 1 and TURBINE in SHIPPED
    for package in (*SHIPPED, BENCH):
        out = emgate("rules", "test", package)
        assert re.search(r" [1-9][0-9]* passed, 0 failed", out), out


def shipped_packages_mean_all_they_say(_):
    for package in SHIPPED:
        lints = json.loads(emgate("rules", "check", "--json", "--at", "2022-01-01", package))["lints"]
        assert lints == [], (package, lints)


def each_check_is_seen_to_fail(_):
    for package in SHIPPED:
        tests = (package / "tests" / "tests.xml").read_text("utf-8")
        found = set(re.findall(r'<finding rule="([^"]+)"', tests))
        for schema in (package / "checks").glob("*.sch"):
            ids = set(re.findall(r'<sch:(?:assert|report) id="([^"]+)"', schema.read_text("utf-8")))
            assert ids and ids <= found, (package, ids - found)


def each_check_speaks_german_and_english(_):
    for package in SHIPPED:
        for schema in (package / "checks").glob("*.sch"):
            text = schema.read_text("utf-8")
            ids = re.findall(r'<sch:(?:assert|report) id="([^"]+)" role="[a-z]+"[^>]* diagnostics="([^"]+)"', text)
            assert len(ids) == len(re.findall(r"<sch:(?:assert|report) ", text)), schema
            for check, german in ids:
                assert german == check + "-de", (schema, check)
                assert f'<sch:diagnostic id="{german}" xml:lang="de">' in text, (schema, german)


def vocabularies_lie_once_and_are_put_in(folder):
    """No package has a copy of its own; each has one when it is packed, octet for octet."""
    taken = 0
    for package in (*SHIPPED, BENCH):
        assert not list(package.glob("schema/*")) and not list(package.glob("readings/*")), package
        named = re.findall(r'<vocabulary file="([^"]+)" name="([^"]+)"', (package / "package.xml").read_text("utf-8"))
        emgate("rules", "pack", package, "-o", folder / "packed.zip")
        with zipfile.ZipFile(folder / "packed.zip") as packed:
            held = {name for name in packed.namelist() if name.startswith(("schema/", "readings/"))}
            assert held == {file for file, _ in named}, (package, held)
            for file, name in named:
                assert packed.read(file) == (VOCABULARY / name).read_bytes(), (package, file)
                taken += 1
    assert taken > len(SHIPPED), taken


def a_vocabulary_is_never_another_one(folder):
    package = folder / "package"
    shutil.copytree(TURBINE, package)
    manifest = (package / "package.xml").read_text("utf-8")
    line = re.search(r' *<vocabulary file="schema/report.xsd".*\n', manifest).group(0)
    digest = re.search(r"sha256:([0-9a-f]{64})", line).group(1)

    def refused(text, wanted, file=None):
        (package / "package.xml").write_text(text, "utf-8")
        for verb in ("check", "test", "show"):
            status, _, err = run(EMGATE, "rules", verb, package)
            assert status == 2 and re.search(wanted, err), (verb, wanted, status, err)

    other = manifest.replace(digest, "0" * 64)
    refused(other, r"schema/report.xsd: this program's report.xsd is sha256:" + digest + ", not what package.xml says")
    refused(manifest.replace('name="report.xsd"', 'name="report-9.xsd"'), "this program has no vocabulary report-9.xsd")
    refused(manifest.replace(line, line + line), "schema/report.xsd: package.xml names it twice")
    refused(manifest.replace(line, ""), "schema/report.xsd.*not in the package|not.*schema/report.xsd")
    refused(manifest.replace('file="schema/report.xsd" name', 'file="checks/report.sch" name'), "package.xml:[0-9]+")
    refused(manifest.replace("sha256:" + digest, "sha256:" + digest[:-1]), "package.xml:[0-9]+")
    (package / "schema").mkdir()
    (package / "schema" / "report.xsd").write_bytes((VOCABULARY / "report.xsd").read_bytes() + b" ")
    refused(manifest, "the package's report.xsd is sha256:")
    (package / "schema" / "report.xsd").write_bytes(b"")
    refused(manifest, "the package's report.xsd is sha256:")


def a_signed_package_holds_all_that_it_needs(folder):
    """Signing writes the vocabularies; a gateway puts in nothing; who takes one away has broken the signature."""
    trial, package = folder / "trial", folder / "package"
    emgate("pki", "init", trial)
    shutil.copytree(TURBINE, package)
    unsigned = json.loads(emgate("rules", "check", "--json", package))["package"]["digest"]
    sign = ("rules", "sign", package, "--key", trial / "publisher.key", "--cert", trial / "publisher.pem")
    assert unsigned in emgate(*sign), "the digest is that which was told before"
    assert (package / "schema" / "report.xsd").read_bytes() == (VOCABULARY / "report.xsd").read_bytes()
    assert "schema/report.xsd" in (package / "SIGNED").read_text("utf-8")
    assert unsigned in emgate(*sign), "signing again changes nothing"
    emgate("rules", "verify", package, "--directory", trial / "directory.xml", "--anchors", trial / "ca.pem", "--crl", trial / "crl.pem")
    (package / "schema" / "report.xsd").unlink()
    status, _, err = run(EMGATE, "rules", "test", package)
    assert status == 2 and "schema/report.xsd" in err, err


def of_schema(schema, files):
    files = sorted(files)
    assert files, schema
    status, _, err = run("xmllint", "--nonet", "--noout", "--schema", VOCABULARY / (schema + ".xsd"), *files)
    assert status == 0, (schema, [line for line in err.splitlines() if not line.endswith(" validates")][:5])
    return len(files)


def all_files_are_of_their_vocabulary(folder):
    """What editors are told of assessments and readings, and readers of results, is true of all that is shipped."""
    packages = (*SHIPPED, *sorted(path.parent for path in pathlib.Path("tests/data/packages").glob("*/package.xml")))
    of_schema("assessment", [f for p in packages for f in p.glob("assessment/*.xml")])
    of_schema("reading", (VOCABULARY / "readings").glob("*.xml"))
    of_schema("package-tests", [p / "tests" / "tests.xml" for p in packages])
    of_schema("package", [p / "package.xml" for p in packages])
    judged = 0
    for package in SHIPPED:
        if not list(package.glob("assessment/*.xml")):
            continue
        kept = folder / package.name
        emgate("rules", "test", package, "-o", kept)
        judged += of_schema("assessment-result", [f for f in kept.glob("*.xml") if "urn:emgate:assessment-result:2" in f.read_text("utf-8")])
        cases = len(re.findall("<case ", (package / "tests" / "tests.xml").read_text("utf-8")))
        numbers = {int(f.name.split(".")[0]) for f in kept.glob("*.xml")}
        assert 1 in numbers and max(numbers) <= cases, (package, numbers)
    assert judged > 100, judged
    damaged = folder / "damaged.xml"
    damaged.write_text((TURBINE / "assessment" / "daily.xml").read_text("utf-8").replace(" steps=", " step=", 1), "utf-8")
    try:
        of_schema("assessment", [damaged])
    except AssertionError:
        return
    assert False, "a damaged assessment is told apart"


def the_benchmark_has_25_checks(_):
    text = (BENCH / "checks" / "report.sch").read_text("utf-8")
    assert len(re.findall(r"<sch:(?:assert|report) ", text)) == 25


def the_year_equals_a_plain_recalculation(folder):
    emgate("report", "from-csv", "--map", DATA / "gas-turbine.map", "--to", "log.example",
           "-o", folder / "in", DATA / "gt_2011.csv")
    reports = sorted((folder / "in").glob("*.xml"))
    assert len(reports) == 309
    emgate("rules", "run", "-o", folder / "out", TURBINE, *reports)
    status, out, _ = recalculate("--csv", DATA / "gt_2011.csv", "--compare", folder / "out")
    assert status == 0 and "618 compared, 0 differ" in out, out[-600:]
    days = [f.read_text("utf-8") for f in sorted((folder / "out").glob("*.xml"))]
    nox = re.compile(r'<series component="NOx".*?<judged id="day-exceeded"[^>]* found="([01])"', re.S)
    month = [nox.search(d).group(1) for d in days
             if "2011-04-06" <= re.search(r' from="([0-9-]+)"', d).group(1) <= "2011-05-05"]
    assert "".join("!" if m == "1" else "." for m in month) == "!..!.!...!!!!!!!!............."
    a_wrong_assessment_is_noticed(folder / "out")


def a_wrong_assessment_is_noticed(assessments):
    victim = assessments / "gas-turbine-2011-04-20.daily.xml"
    good = victim.read_text("utf-8")
    for old, new in ((r'(<figure name="n"[^>]* value=")24"', r'\g<1>23"'),
                     (r'(<figure name="day"[^>]* value=")', r'\g<1>1'),
                     (r'(<figure name="day-mean"[^>]* value=")', r'\g<1>1'),
                     (r'(<judged id="day-exceeded"[^>]* found=")[01]"', r'\g<1>2"'),
                     (r' from="2011-04-20"', ' from="2012-04-20"')):
        assert re.search(old, good), old
        victim.write_text(re.sub(old, new, good, count=1), "utf-8")
        status, out, _ = recalculate("--csv", DATA / "gt_2011.csv", "--compare", assessments)
        assert status == 1 and "DIFFERS" in out, (old, out[-300:])
    victim.unlink()
    status, out, _ = recalculate("--csv", DATA / "gt_2011.csv", "--compare", assessments)
    assert status == 1 and "DIFFERS 2011-04-20 NOx not assessed" in out, out[-300:]


def generated_days_equal_a_plain_recalculation(folder):
    """Conversion, lost hours, outages, loads: days with every column, from seeds."""
    emgate("report", "sample", "--kind", "turbine", "--to", "log.example", "--plant", "p1", "--day",
           "2011-01-01", "--count", "200", "-o", folder / "in")
    emgate("rules", "run", "-o", folder / "out", TURBINE, *sorted((folder / "in").glob("*.xml")))
    status, out, _ = recalculate("--reports", folder / "in", "--compare", folder / "out")
    assert status == 0 and "400 compared, 0 differ" in out, out[-600:]
    text = "".join(f.read_text("utf-8") for f in (folder / "out").glob("*.xml"))
    for word in ('status="invalid"', 'status="valid"', '<class id="unconverted" count="'):
        assert word in text, word
    assert re.search(r'<figure name="load"[^>]* value="[1-9]', text)


def assessments_are_of_their_vocabulary(folder):
    emgate("report", "sample", "--kind", "turbine", "--to", "log.example", "--plant", "p1", "--day",
           "2011-01-01", "--count", "20", "-o", folder / "in")
    emgate("rules", "run", "-o", folder / "out", TURBINE, *sorted((folder / "in").glob("*.xml")))
    status, _, err = run("xmllint", "--nonet", "--noout", "--schema", VOCABULARY / "assessment-result.xsd",
                         *sorted((folder / "out").glob("*.xml")))
    assert status == 0, err[-600:]


def all_of_them_lie_side_by_side(folder):
    """No two of the shipped packages would judge one report: one gateway takes them all."""
    trial = folder / "trial"
    emgate("pki", "init", trial)
    for package in SHIPPED:
        copy = folder / package.name
        shutil.copytree(package, copy)
        emgate("rules", "sign", copy, "--key", trial / "publisher.key", "--cert", trial / "publisher.pem")
        out = emgate("rules", "install", copy, "--into", trial / "rules", "--directory", trial / "directory.xml",
                     "--anchors", trial / "ca.pem", "--crl", trial / "crl.pem")
        assert "installed" in out, (package, out)
    listed = emgate("rules", "list", trial / "rules")
    assert all(package.name in listed for package in SHIPPED), listed


def main():
    passed = failed = 0
    for case in (packages_pass_their_own_tests, shipped_packages_mean_all_they_say, each_check_is_seen_to_fail,
                 each_check_speaks_german_and_english,
                 vocabularies_lie_once_and_are_put_in, a_vocabulary_is_never_another_one,
                 a_signed_package_holds_all_that_it_needs, all_files_are_of_their_vocabulary, the_benchmark_has_25_checks,
                 the_year_equals_a_plain_recalculation, generated_days_equal_a_plain_recalculation,
                 assessments_are_of_their_vocabulary, all_of_them_lie_side_by_side):
        with tempfile.TemporaryDirectory(prefix="rule packages ") as folder:
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
