"""`emgate report from-csv` from outside: what a plant's person sees, and what hostile files get."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

EMGATE = os.environ.get("EMGATE", "build/plain/emgate")
DATA = pathlib.Path("tests/data/gas-turbine")
MAP = DATA / "gas-turbine.map"
CSV = DATA / "gt_2011.csv"
NAMES = "AT_degC,AP_mbar,AH_percent,AFDP_mbar,GTEP_mbar,TIT_degC,TAT_degC,TEY_MWh,CDP_mbar,CO_mg_m3,NOX_mg_m3\n"
ROW = "4.5,1018.7,83.6,3.57,23.9,1086.2,549.83,134.67,11.8,0.32,81.95\n"

# (file name, octets, words in the error)
HOSTILE = [
    ("empty.csv", b"", ["empty"]),
    ("only-names.csv", NAMES.encode(), ["no row"]),
    ("nul.csv", NAMES.encode() + b"4.5,\0" + ROW.encode(), ["nul.csv:2:5", "NUL"]),
    ("huge-line.csv", NAMES.encode() + b"9" * 70000, ["huge-line.csv:2", "longer than 64 KiB"]),
    ("too-wide.csv", b"," * 2000, ["1,024 columns"]),
    ("column-missing.csv", NAMES.replace(",NOX_mg_m3", ",NOX").encode() + ROW.encode(),
     ["column-missing.csv:1", "NOX_mg_m3"]),
    ("short-row.csv", (NAMES + ROW + "1,2,3\n").encode(), ["short-row.csv:3", "3 cells", "11"]),
    ("bad-number.csv", (NAMES + ROW + ROW.replace("81.95", "81.9.5")).encode(),
     ["bad-number.csv:3:58", "81.9.5"]),
    ("exponent.csv", (NAMES + ROW.replace("81.95", "1e5")).encode(), ["exponent.csv:2:58", "1e5"]),
    ("comma-number.csv", (NAMES + ROW.replace("81.95", '"81,95"')).encode(),
     ["comma-number.csv:2:58", "decimal sign"]),
    ("open-quote.csv", (NAMES + ROW.replace("81.95", '"81.95')).encode(), ["never closed"]),
    ("latin-1.csv", NAMES.encode() + "°".encode("latin-1") + ROW.encode(), ["UTF-8"]),
    ("xml-in-cell.csv", (NAMES + ROW.replace("81.95", "1<v/>")).encode(), ["no decimal number"]),
    ("carriage-returns-only.csv", (NAMES + ROW).replace("\n", "\r").encode(), ["control character"]),
]


def run(*arguments):
    done = subprocess.run([EMGATE, "report", "from-csv", *map(str, arguments)],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def whole_month(folder):
    """30 days, the same octets twice, one JSON line a report."""
    days = ("--from", "2011-04-06", "--until", "2011-05-05")
    status, out, err = run("--map", MAP, "--to", "demo.emgate.example", *days, "-o", folder / "a", CSV)
    assert status == 0, err
    assert out.startswith("30 reports from "), out
    status, out, err = run("--json", "--map", MAP, "--to", "demo.emgate.example", "--from", "2011-04-06",
                           "--days", "30", "-o", folder / "b", CSV)
    assert status == 0, err
    lines = [json.loads(line) for line in out.splitlines()]
    assert len(lines) == 30 and lines[0]["report"] == "gas-turbine-2011-04-06", lines[:1]
    for line in lines:
        name = pathlib.Path(line["file"]).name
        assert (folder / "a" / name).read_bytes() == (folder / "b" / name).read_bytes(), name


def line_ends_and_marks(folder):
    """CRLF and a byte order mark change nothing in what comes out."""
    plain, dos = folder / "plain.csv", folder / "dos.csv"
    plain.write_text(NAMES + ROW * 24, "utf-8")
    dos.write_bytes(b"\xef\xbb\xbf" + (NAMES + ROW * 24).replace("\n", "\r\n").encode())
    for name in ("plain", "dos"):
        status, _, err = run("--map", MAP, "--to", "x", "-o", folder / name, folder / f"{name}.csv")
        assert status == 0, err
    one = (folder / "plain" / "gas-turbine-2011-01-01.xml").read_bytes()
    assert one == (folder / "dos" / "gas-turbine-2011-01-01.xml").read_bytes()


def hostile(folder):
    for name, octets, words in HOSTILE:
        (folder / name).write_bytes(octets)
        out = folder / "out"
        status, stdout, err = run("--map", MAP, "--to", "x", "-o", out, folder / name)
        assert status == 2, (name, status)
        assert all(word in err for word in words), (name, words, err)
        assert stdout == "" and not list(out.glob("*")), name


def wrong_use(folder):
    for arguments in (["--to", "x", "-o", folder, CSV], ["--map", MAP, "-o", folder, CSV],
                      ["--map", MAP, "--to", "x", CSV], ["--map", MAP, "--to", "x", "-o", folder],
                      ["--map", MAP, "--to", "a b", "-o", folder, CSV],
                      ["--map", MAP, "--to", "x", "-o", folder, "--from", "1 May", CSV],
                      ["--map", MAP, "--to", "x", "-o", folder, "--days", "0", CSV],
                      ["--map", MAP, "--to", "x", "-o", folder, "--report-version", "0", CSV],
                      ["--map", CSV, "--to", "x", "-o", folder, CSV],
                      ["--map", folder / "none", "--to", "x", "-o", folder, CSV],
                      ["--map", MAP, "--to", "x", "-o", folder, folder / "none.csv"]):
        status, out, err = run(*arguments)
        assert status == 2 and err and not out, (arguments, status, out, err)
        assert not list(folder.glob("*.xml")), arguments


def main():
    passed = failed = 0
    for case in (whole_month, line_ends_and_marks, hostile, wrong_use):
        with tempfile.TemporaryDirectory(prefix="from csv ") as folder:
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
