"""What the programs' objects define and need, read with nm: for checks beside this file.

Every source of gateway/ and tools/ must have its object, not older than the source: a check that
looked at half of them would pass in silence.
"""
import pathlib
import subprocess
import sys

FOLDERS = ("gateway", "tools")


class Symbols:
    def __init__(self):
        self.functions = {}  # name -> source that defines it
        self.data = {}       # the same of variables
        self.needs = {}      # source -> names that its object wants from others

    def owner(self, name):
        return self.functions.get(name) or self.data.get(name)


def sources(root):
    for folder in FOLDERS:
        yield from sorted((root / folder).rglob("*.c"))


def objects_of(root, build):
    """(source, object) of each; ends the program when one is missing or stale."""
    pairs, missing = [], []
    for source in sources(root):
        name = source.relative_to(root)
        made = root / build / name.with_suffix(".o")
        if not made.is_file() or made.stat().st_mtime < source.stat().st_mtime:
            missing.append(name.as_posix())
        pairs.append((name.as_posix(), made))
    if missing or not pairs:
        what = missing[0] if missing else "gateway"
        sys.exit(f"{what}: {len(missing)} of {len(pairs)} sources have no object of now in {build}; "
                 "make first")
    return pairs


def read(root, build):
    symbols = Symbols()
    pairs = objects_of(root, build)
    by_object = {str(made): name for name, made in pairs}
    done = subprocess.run(["nm", "-A", "-P", *by_object], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"nm: {done.stderr.strip()}")
    for name in by_object.values():
        symbols.needs[name] = set()
    for line in done.stdout.splitlines():
        at, _, rest = line.rpartition(": ")
        source, (name, kind) = by_object[at], rest.split()[:2]
        if kind == "U":
            symbols.needs[source].add(name)
        elif kind in "TW":
            symbols.functions[name] = source
        elif kind in "BCDGRSV":
            symbols.data[name] = source
    return symbols
