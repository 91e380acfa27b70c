#!/usr/bin/env python3
"""What a sender reads of one accepted and one rejected report, octet for octet, in both languages:
where, which value, which limit, by which law, what to do.

`tests/cli/test_golden.py --update` writes the files anew; look at the difference before committing it.
"""
import json
import os
import pathlib
import subprocess
import sys
import xml.etree.ElementTree as ET

EMGATE = os.environ.get("EMGATE", "build/plain/emgate")
PACKAGE = pathlib.Path("rules/de.bimschv17.continuous")
GOLDEN = pathlib.Path("tests/data/golden")
TESTS = "{urn:emgate:package-tests:1}"
REPORTS = {"accepted": 0, "rejected": 1}


def settings():
    """Those of every case of the package's tests: a new plant that cleans its gas and measures HCl."""
    yield from ("--permit", "monitoring=exempt")
    for one in ET.parse(PACKAGE / "tests" / "tests.xml").getroot().findall(TESTS + "setting"):
        component = "." + one.get("component") if one.get("component") else ""
        yield from ("--setting", "%s%s=%s" % (one.get("name"), component, one.get("word")))


def judge(name, *words):
    done = subprocess.run([EMGATE, "rules", "run", PACKAGE, GOLDEN / (name + ".xml"), *settings(), *words],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    assert done.returncode == REPORTS[name], (name, done.returncode, done.stderr)
    return done.stdout


def texts(name):
    """File name and octets of everything that is held."""
    for lang in ("en", "de"):
        yield "%s.%s.txt" % (name, lang), judge(name, "--lang", lang)
    answer = json.loads(judge(name, "--json"))
    kept = {key: answer[key] for key in ("report", "id", "accepted", "omitted", "findings")}
    yield name + ".json", (json.dumps(kept, indent=1, ensure_ascii=False) + "\n").encode()


def check(name):
    """Each finding says in both languages what the golden files must not lose."""
    findings = json.loads((GOLDEN / (name + ".json")).read_text("utf-8"))["findings"]
    assert len(findings) >= 4, name
    for finding in findings:
        english, german = finding["text"]["en"], finding["text"]["de"]
        assert finding["location"] and finding["line"] > 0, finding
        assert english and german and english != german, finding
        if finding["severity"] == "info":
            assert "17. BImSchV §" in english and "17. BImSchV §" in german, finding
        else:
            assert ":" in english and ":" in german, finding      # "...: what to do"
        for lang in ("en", "de"):
            assert finding["text"][lang] in (GOLDEN / ("%s.%s.txt" % (name, lang))).read_text("utf-8"), finding


def main():
    passed = failed = 0
    update = sys.argv[1:] == ["--update"]
    for name in REPORTS:
        for file, octets in texts(name):
            if update:
                (GOLDEN / file).write_bytes(octets)
            if (GOLDEN / file).read_bytes() == octets:
                passed += 1
            else:
                failed += 1
                print("FAILED: %s differs; see what `tests/cli/test_golden.py --update` changes" % (GOLDEN / file))
        try:
            check(name)
            passed += 1
        except AssertionError as wrong:
            failed += 1
            print("FAILED: %s: %s" % (name, wrong))
    done = subprocess.run([EMGATE, "rules", "run", PACKAGE, GOLDEN / "accepted.xml", *settings(), "--lang", "fr"],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if done.returncode == 2 and done.stdout == b"" and b"must be de or en" in done.stderr:
        passed += 1
    else:
        failed += 1
        print("FAILED: a language that nobody speaks is refused: %d %s" % (done.returncode, done.stderr))
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
