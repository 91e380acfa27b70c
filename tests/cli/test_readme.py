"""The commands of README do what README says, as they stand there, one after the other.

Changed is only what a test may not take: fixed ports become free ones, and the gateway's output
goes into a file that is waited for.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

SECTIONS = ("## A trial gateway", "## Settings")
PROGRAM = re.compile(r"^\s{4,}(emgate |emgated |cp )")
READY = "for i in $(seq 200); do grep -q ^ready gateway.log && break; sleep 0.05; done"


def commands():
    text = pathlib.Path("README.md").read_text("utf-8")
    text = text[text.index(SECTIONS[0]):text.index(SECTIONS[1])]
    found = []
    for line in text.splitlines():
        if PROGRAM.match(line) or (found and found[-1].endswith("\\")):
            found.append(line.strip())
    return found


def script():
    lines = ["set -eu", "trap 'kill $gateway; wait' EXIT"]
    for line in commands():
        if line.startswith("emgate pki init "):
            line += " --endpoint-door 'tcp://127.0.0.1:*' --endpoint-hall 'tcp://127.0.0.1:*'"
        if line.startswith("emgated "):
            line = line[:-1] + "> gateway.log & gateway=$!\n" + READY
        lines.append(line)
    return "\n".join(lines) + "\n"


def run(folder):
    for name in ("rules", "tests/data/gas-turbine"):
        shutil.copytree(name, folder / name)
    programs = folder / "programs"
    programs.mkdir()
    for name in ("EMGATE", "EMGATED"):
        (programs / name.lower()).symlink_to(os.path.abspath(os.environ[name]))
    env = dict(os.environ, XDG_STATE_HOME=str(folder / "state"), PATH=f"{programs}:{os.environ['PATH']}")
    return subprocess.run(["bash", "-c", script()], cwd=folder, env=env, text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)


def main():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="read me "))
    try:
        done = run(folder)
        checks = {
            "fourteen commands": len([c for c in commands() if PROGRAM.match("    " + c)]) == 14,
            "all of them end well": done.returncode == 0,
            "three reports are accepted": done.stdout.count("accepted  ") >= 3,
            "the receipt is proved": "\nproved\n" in done.stdout,
            "three items are followed": len(list((folder / "inbox").glob("*.xml"))) == 3,
            "the audit is clean": "\nok: every condition holds" in done.stdout,
        }
    finally:
        shutil.rmtree(folder)
    failed = [name for name, good in checks.items() if not good]
    if failed:
        print(f"FAILED: {failed}\n{script()}\nstatus {done.returncode}:\n{done.stdout}")
    print(f"{len(checks) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
