"""The commands of README and OPERATIONS do what these say, as they are written there, one after the other.

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

# Page, the heading from which its commands count, how many there are. In this order: the gateway
# that README's start leaves running is the one that the operator's commands speak to.
PAGES = (("README.md", "## A trial gateway", 13), ("gateway/OPERATIONS.md", "# ", 4))
PROGRAM = re.compile(r"^\s{4,}(emgate |emgated |cp )")
READY = "for i in $(seq 200); do grep -q ^ready gateway.log && break; sleep 0.05; done"


def commands_of(page, heading):
    text = pathlib.Path(page).read_text("utf-8")
    found = []
    for line in text[text.index(heading):].splitlines():
        if PROGRAM.match(line) or (found and found[-1].endswith("\\")):
            found.append(line.strip())
    return found


def commands():
    return [line for page, heading, _ in PAGES for line in commands_of(page, heading)]


def counted():
    return [(page, len([c for c in commands_of(page, heading) if PROGRAM.match("    " + c)]), count)
            for page, heading, count in PAGES]


def script():
    lines = ["set -eu", "trap 'kill $gateway; wait' EXIT"]
    for line in commands():
        if line.startswith("emgate pki init "):
            line += " --endpoint-door 'tcp://127.0.0.1:*' --endpoint-hall 'tcp://127.0.0.1:*'"
        if line.startswith("emgated ") and line.endswith("&"):
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
            f"as many commands as known: {counted()}": all(n == known for _, n, known in counted()),
            "all of them end well": done.returncode == 0,
            "three reports are accepted": done.stdout.count("accepted  ") >= 3,
            "the receipt is proved": "\nproved\n" in done.stdout,
            "three items are followed": len(list((folder / "inbox").glob("*.xml"))) == 3,
            "both audits are clean": done.stdout.count("\nok: every condition holds") == 2,
            "that of the backup has a head note": "\nhead note         of " in done.stdout,
            "the check finds the settings in order": "\ntrial/emgated.ini: in order\n" in done.stdout,
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
