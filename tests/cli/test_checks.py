"""The checks of tools/check find what they look for: each mistake is planted in a small tree.

A check that finds nothing proves nothing unless it was seen to find something.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

CHECKS = os.path.abspath("tools/check")
LAYERS = ("base : openssl\ncore :\nintake verify archive : intake=zmq archive=sqlite3\n"
          "assess\n    assess/xml : libxml2\n    assess/schema assess/columns\nflow :\nmain :\n"
          "emgate\n    emgate/frame\n    emgate\n")
GOOD = {
    "gateway/LAYERS": LAYERS,
    "gateway/base/word.h": "#ifndef W_H\n#define W_H\n#include <stddef.h>\nsize_t eg_word(void);\n#endif\n",
    "gateway/base/word.c": '#include "base/word.h"\n\n#include <openssl/evp.h>\n',
    "gateway/core/thing.c": '#include "base/word.h"\n',
    "gateway/intake/hall.c": '#include "core/thing.h"\n\n#include <zmq.h>\n',
    "gateway/assess/xml/xml.c": '#include "base/word.h"\n\n#include <libxml/tree.h>\n',
    "gateway/assess/schema/schema.c": '#include "assess/xml/xml.h"\n#include "core/thing.h"\n',
    "gateway/flow/run.c": '#include "assess/schema/schema.h"\n#include "intake/hall.h"\n#include "verify/cms.h"\n',
    "gateway/main.c": '#include "flow/run.h"\n',
    "include/emgate/status.h": "#ifndef S_H\n#define S_H\n#include <stdbool.h>\nbool eg_yes(void);\n#endif\n",
    "tools/emgate/main.c": '#include "emgate/frame/verb.h"\n#include "flow/run.h"\n',
    "tests/unit/base/test_word.c": '#include "base/word.h"\n#include <criterion/criterion.h>\n',
}
# For what the linker sees; its sources are compiled.
CALLS = "int eg_{1}(void);\nint eg_{0}(void);\nint eg_{0}(void)\n{{\n    return eg_{1}();\n}}\n"
LINKED = {
    "gateway/LAYERS": "base\ncore\nflow\nmain\n",
    "gateway/base/word.c": "int eg_word(void)\n{\n    return 1;\n}\n",
    "gateway/core/thing.c": CALLS.format("thing", "word"),
    "gateway/flow/run.c": CALLS.format("run", "thing"),
    "gateway/main.c": "int eg_run(void);\nint main(void)\n{\n    return eg_run();\n}\n",
    "include/emgate/status.h": "int eg_yes(void);\n",
    "tests/unit/base/test_word.c": "int a = eg_spare();\n",
}
LONG = "void eg_long(void)\n{\n" + "    ;\n" * 61 + "}\n"
SEVEN = "int eg_seven(int a, int b, int c,\n             int d, int e, int f, int g)\n{\n}\n"
CHAIN = ("int f(void)\n{\n    int status = a();\n\n"
         "    /* next */\n    if (status == EG_OK) {\n        status = b();\n    }\n"
         "    if (status == EG_OK) {\n        status = c();\n    }\n    return status;\n}\n")
SHOWN = pathlib.Path("gateway/SETTINGS.md").read_text("utf-8")

# (check, file, content, words that must stand in what it says)
PLANTED = [
    ("layers", "gateway/base/word.c", '#include "core/thing.h"\n', "core does not lie below base"),
    ("layers", "gateway/intake/hall.c", '#include "verify/cms.h"\n', "verify does not lie below intake"),
    ("layers", "gateway/core/thing.c", '#include "flow/run.h"\n', "core is part of libemgate, flow is not"),
    ("layers", "gateway/core/thing.c", "#include <zmq.h>\n", "zmq does not belong into core"),
    ("layers", "gateway/intake/hall.c", "#include <openssl/evp.h>\n", "openssl does not belong into intake"),
    ("layers", "gateway/verify/cms.c", "#include <sqlite3.h>\n", "sqlite3 does not belong into verify"),
    ("layers", "gateway/flow/run.c", "#  include  <libxml/parser.h>\n", "libxml2 does not belong into flow"),
    ("layers", "gateway/flow/run.c", "#include <curl/curl.h>\n", "known to no list"),
    ("layers", "gateway/flow/run.c", '#include "run.h"\n', "does not name its room"),
    ("layers", "gateway/flow/run.c", '#include "cellar/run.h"\n', "no room of LAYERS"),
    ("layers", "gateway/cellar/run.c", "\n", "no room of LAYERS"),
    ("layers", "include/emgate/status.h", '#include "base/word.h"\n', "public headers"),
    ("layers", "include/emgate/status.h", "#include <zmq.h>\n", "public headers"),
    ("layers", "tools/emgate/main.c", "#include <openssl/evp.h>\n", "does not belong into emgate"),
    ("layers", "tools/emgate/main.c", "#include <zmq.h>\n", "does not belong into emgate"),
    ("layers", "tools/emgate/main.c", '#include "helper.h"\n', "does not name its room"),
    ("layers", "gateway/flow/run.c", '#include "emgate/frame/verb.h"\n', "emgate/frame does not lie below flow"),
    ("layers", "tools/emgate/frame/args.c", '#include "emgate/verbs.h"\n', "emgate does not lie below emgate/frame"),
    ("layers", "gateway/assess/xml/xml.c", '#include "assess/schema/schema.h"\n', "does not lie below assess/xml"),
    ("layers", "gateway/assess/schema/schema.c", '#include "assess/columns/c.h"\n', "does not lie below"),
    ("layers", "gateway/assess/schema/schema.c", "#include <libxml/tree.h>\n", "libxml2 does not belong"),
    ("layers", "gateway/assess/schema/schema.c", '#include "assess/xml.h"\n', '"assess" is no room'),
    ("layers", "gateway/assess/attic/old.c", "\n", '"assess/attic" is no room'),
    ("layers", "gateway/assess/old.c", "\n", '"assess" is no room'),
    ("layers", "gateway/assess/xml/xml.c", '#include "flow/run.h"\n', "flow does not lie below assess/xml"),
    ("layers", "gateway/intake/hall.c", '#include "assess/xml/xml.h"\n', "does not lie below intake"),
    ("layers", "gateway/LAYERS", LAYERS + "    assess/late\n", "not within a room of the line above"),
    ("links", "gateway/base/word.c", CALLS.format("word", "thing"), "circle of 2 files: gateway/base/word.c"),
    ("links", "gateway/base/word.c", CALLS.format("word", "run"),
     "gateway/base/word.c: needs eg_run of gateway/flow/run.c: base is part of libemgate"),
    ("links", "tools/check/circles", "gateway/base/word.c gateway/core/thing.c : a reason\n",
     "circles:1: is no circle (any more)"),
    ("links", "tools/check/circles", "gateway/base/word.c gateway/core/thing.c\n", "needs a reason"),
    ("links", "gateway/core/unbuilt.c", None, "gateway/core/unbuilt.c: 1 of 5 sources have no object"),
    ("unused", "gateway/core/thing.c", CALLS.format("thing", "word") + "int eg_idle(void)\n{\n    return 2;\n}\n",
     "gateway/core/thing.c: eg_idle: nobody calls it"),
    ("unused", "gateway/core/thing.c", CALLS.format("thing", "word") + "int eg_spare(void)\n{\n    return 2;\n}\n",
     "gateway/core/thing.c: eg_spare: tests alone call it"),
    ("unused", "gateway/core/thing.c", "int eg_own(void)\n{\n    return 1;\n}\n" + CALLS.format("thing", "own"),
     "eg_own: its own file alone uses it"),
    ("unused", "gateway/core/unbuilt.c", None, "gateway/core/unbuilt.c: 1 of 5 sources have no object"),
    ("papers", "README.md", "# x\n\nSee `gateway/flow/\nrun.c` and\n`gateway/flow/walk.c`.\n",
     "README.md:5: `gateway/flow/walk.c` is not in the tree"),
    ("papers", "gateway/WAYS.md", "`flow/run.c` calls `flow/walk`\n", "gateway/WAYS.md:1: `flow/walk` is not"),
    ("papers", "gateway/WAYS.md", "`cellar/walk.h`\n", "`cellar/walk.h` is not in the tree"),
    ("papers", "gateway/WAYS.md", "`flow/run.c:12`, `flow/walk.c:12`\n", "`flow/walk.c` is not in the tree"),
    ("papers", "gateway/WAYS.md", "``flow/walk.c``\n", "`flow/walk.c` is not in the tree"),
    ("papers", "gateway/WAYS.md", "`flow/*.h`\n", "`flow/*.h` is not in the tree"),
    ("papers", "gateway/WAYS.md", "`walk.h`\n", "`walk.h` is not in the tree"),
    ("papers", "gateway/WAYS.md", "`schema/report.xsd`\n", "`schema/report.xsd` is not in the tree"),
    ("papers", "gateway/WAYS.md", "```\n`flow/walk.c`\n```\n\n`flow/walk.c`\n", "WAYS.md:5: `flow/walk.c`"),
    ("papers", "gateway/WAYS.md", "x\n\n```c\nsize_t eg_word(int);\n```\n", "WAYS.md:3: no source has these lines"),
    ("papers", "gateway/WAYS.md", "```c\n#define W_H\nsize_t eg_word(void);\n```\n", "no source has these lines"),
    ("papers", "gateway/WAYS.md", "```c\nsize_t eg_word\n```\n", "no source has these lines of C in a row"),
    ("papers", "gateway/WAYS.md", "```c\n```\n", "no source has these lines of C in a row"),
    ("papers", "gateway/WAYS.md", "x\n\n~~~c\n`flow/run.c`\n", "WAYS.md:3: a fenced block that does not end"),
    ("papers", "gateway/WAYS.md", "a [way](flow/\nrun.c) [run](flow/walk.c#there)\n", "leads nowhere"),
    ("papers", "gateway/WAYS.md", "[way]: ../WAYS.md\n", "WAYS.md:1: the link to ../WAYS.md leads nowhere"),
    ("papers", "gateway/WAYS.md", "[main](gateway/main.c)\n", "the link to gateway/main.c leads nowhere"),
    ("papers", "rules/pages/made.md", "`gateway/flow/walk.c`\n", "no paper is there"),
    ("papers", "gateway/main.c", "\n", "no paper is there to be looked at"),
    ("layers", "gateway/LAYERS", LAYERS + "base :\n", "stands twice"),
    ("layers", "gateway/LAYERS", LAYERS.replace("intake=zmq", "hall=zmq"), "not a room of this line"),
    ("headers", "gateway/base/word.h", "size_t eg_word(void);\n", "base/word.h: does not compile"),
    ("headers", "include/emgate/status.h", "bool eg_yes(void);\n", "as c"),
    ("headers", "include/emgate/status.h", "int eg_yes(int class);\n", "as c++"),
    ("format", "gateway/core/thing.c", "int  eg_x( void );\n", "clang-format"),
    ("format", "include/emgate/status.h", "bool\teg_yes(void);\n", "clang-format"),
    ("banned", "gateway/core/thing.c", "void f(char *a)\n{\n    sprintf (a, \"x\");\n}\n", "sprintf() is not used"),
    ("banned", "tests/unit/base/test_word.c", "int a = atoi(\"1\");\n", "atoi() is not used"),
    ("banned", "tools/emgate/main.c", "int a = system(\"ls\");\n", "system() is not used"),
    ("banned", "gateway/core/thing.c", 'FILE *f = fopen("a", "wb");\n', "use base/file.h"),
    ("banned", "gateway/core/thing.c", 'FILE *f = fopen(name(1,\n    2), "r+");\n', "use base/file.h"),
    ("banned", "gateway/core/thing.c", 'int f = open(p, O_WRONLY | O_CREAT, 0600);\n', "use base/file.h"),
    ("banned", "gateway/core/thing.c", "typedef struct x {\n    int a;\n} x_t;\n", "no typedefs"),
    ("banned", "gateway/core/thing.c", "/* TO" "DO later */\n", "the word"),
    ("banned", "README.md", "This is simpli" "fied.\n", "the word"),
    ("banned", "tools/emgate/main.c", "/* good enough for " "now */\n", "the word"),
    ("shape", "gateway/core/thing.c", LONG, "eg_long() has 61 lines"),
    ("shape", "gateway/core/thing.c", "int a;\n" * 701, "701 lines"),
    ("shape", "gateway/core/thing.c", SEVEN, "eg_seven() has 7 parameters"),
    ("shape", "gateway/base/word.h", SEVEN.replace("\n{\n}", ";"), "eg_seven() has 7 parameters"),
    ("shape", "tools/check/parameters", "eg_six\n", "eg_six() has no parameter too many"),
    ("banned", "gateway/intake/hall.c", CHAIN, ":6: a chain of steps"),
    ("banned", "gateway/intake/hall.c", "int a = sizeof(*b);\n", "sizeof of an object"),
    ("settings", "gateway/SETTINGS.md", "# x\n", "Settings is not what"),
    ("settings", "gateway/SETTINGS.md", SHOWN.replace("workers = ", "workers = 1"), "> workers = "),
    ("settings", "gateway/SETTINGS.md", SHOWN.replace("    [trust]\n", ""), "> [trust]"),
    ("settings", "gateway/SETTINGS.md", SHOWN.replace("card-hours", "card-days"), "< card-days"),
]
# What looks like a mistake and is none.
FINE = [
    ("banned", "gateway/base/file.c", 'FILE *f = fopen("a", "wb");\n'),
    ("banned", "gateway/core/thing.c", '/* strcpy(a, b) is not used */\nconst char *a = "strcpy(a, b)";\n'),
    ("banned", "gateway/core/thing.c", 'FILE *f = fopen("a", "rb");\nint my_system(int);\n'),
    ("banned", "gateway/core/thing.c", "typedef struct eg_x (*eg_x_fn)(int);\nchar a[] = \"XXXXXX\";\n"),
    ("layers", "tests/unit/base/test_word.c", "#include <openssl/evp.h>\n"),
    ("unused", "gateway/core/thing.c", "int eg_yes(void)\n{\n    return 1;\n}\n" + CALLS.format("thing", "word")),
    ("unused", "gateway/core/thing.c", "int eg_spare(void)\n{\n    return eg_word();\n}\n" + CALLS.format("thing", "spare")),
    ("banned", "gateway/intake/hall.c", CHAIN.replace("    }\n    if", "    }\n    a();\n    if")),
    ("banned", "gateway/intake/hall.c", "int a = sizeof *b + sizeof(struct c);\n"),
    ("shape", "gateway/core/thing.c", LONG.replace("    ;\n", "", 1)),
    ("shape", "gateway/core/thing.c", SEVEN.replace(", int g", "")),
    ("shape", "gateway/core/thing.c", SEVEN.replace("int f, int g", "int (*f)(int g, int h)")),
    ("shape", "gateway/assess/xpath/old.c", SEVEN),
    ("papers", "README.md", "`gateway/flow/run.c`, `gateway/flow/`, `run.c`, `gateway/*/run.c`, `flow/run.c:3`\n"),
    ("papers", "gateway/WAYS.md", "```c\n#include <stddef.h>\nsize_t eg_word(void);\n```\n"),
    ("papers", "gateway/flow/WAYS.md", "[run](run.c#there), [up](../main.c), [web](https://a/b.c), [here](#x)\n"),
    ("papers", "README.md", "```\n`flow/walk.c`\n```\nmg/m3: `mg/m3`, `flow/<name>.c`, `build/x.c`, `cc flow/walk.c`\n"),
    ("settings", "gateway/SETTINGS.md", SHOWN),
]


def write(root, files):
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")


def compile_all(root):
    for source in list(root.rglob("gateway/**/*.c")):
        made = root / "build/plain" / source.relative_to(root).with_suffix(".o")
        made.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run([*os.environ.get("CC", "cc").split(), "-w", "-fPIC", "-c", "-o", str(made),
                        str(source)], check=True)


def run(check, changes):
    """(exit status, output) of a check over the good tree with some files changed. Content None: a
    source that was not compiled."""
    root = pathlib.Path(tempfile.mkdtemp(prefix="tree "))
    linked = check in ("links", "unused")
    try:
        write(root, {**(LINKED if linked else GOOD),
                     **{name: content for name, content in changes.items() if content is not None}})
        if linked:
            compile_all(root)
        write(root, {name: "" for name, content in changes.items() if content is None})
        shutil.copy(".clang-format", root)
        env = dict(os.environ)
        env.pop("EG_CFLAGS_FOR_HEADERS", None)
        done = subprocess.run([os.path.join(CHECKS, check), str(root)], text=True, env=env,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        return done.returncode, done.stdout
    finally:
        shutil.rmtree(root)


def main():
    passed = failed = 0
    cases = [(check, {}, None) for check in ("layers", "links", "unused", "headers", "format", "banned", "shape")]
    cases += [(check, {name: content}, None) for check, name, content in FINE]
    cases += [(check, {name: content}, words) for check, name, content, words in PLANTED]
    for check, changes, words in cases:
        status, output = run(check, changes)
        good = status == 0 and not output if words is None else status == 1 and words in output
        if check in ("headers", "format") and words is not None:
            good = status != 0 and words in output
        passed, failed = passed + good, failed + (not good)
        if not good:
            print(f"{check} with {changes}\n  wanted: {words}\n  status {status}: {output}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
