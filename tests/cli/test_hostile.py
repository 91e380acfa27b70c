"""A package for each way to do harm: read, write, fetch, loop, or fill memory. Each is refused when it
is loaded, or stopped at a ceiling while it judges, with a clear error, and never as a verdict on the
report. Memory is measured; time is bounded by operations (base/limits.h), so it is not."""
import http.server
import os
import pathlib
import re
import resource
import shutil
import sys
import tempfile
import threading

EMGATE = os.environ.get("EMGATE", "build/plain/emgate")
SANITIZED = "build/plain" not in EMGATE
BENCH = pathlib.Path("tests/data/packages/bench.half-hourly")
BENCH_ASSESSMENT = pathlib.Path("tests/data/packages/bench.assessment")
MEMORY_MAX_KIB = 1024 * 1024  # EG_TRANSFORM_MEMORY_MAX as the libraries count it, twice

SCH = """<sch:schema xmlns:sch="http://purl.oclc.org/dsdl/schematron" queryBinding="xslt"
 xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><sch:ns prefix="r" uri="urn:emgate:report:1"/>%s
<sch:pattern>%s<sch:rule context="%s">%s<sch:assert id="a" test="%s">x</sch:assert></sch:rule></sch:pattern>
</sch:schema>"""
XSL = """<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
 xmlns:r="urn:emgate:report:1" xmlns:str="http://exslt.org/strings" %s>%s
<xsl:template match="/"><out>%s</out></xsl:template>%s</xsl:stylesheet>"""


def sch(test="true()", context="/r:report", top="", pattern="", lets=""):
    return {"checks/report.sch": SCH % (top, pattern, context, lets, test)}


def xsl(body="", top="", more="", space=""):
    return {"transform/means.xsl": XSL % (space, top, body, more)}


def xsd(content, more=""):
    return {"schema/report.xsd": """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"
 xmlns="urn:emgate:report:1" targetNamespace="urn:emgate:report:1" elementFormDefault="qualified">%s
<xs:element name="report"><xs:complexType>%s<xs:anyAttribute processContents="skip"/></xs:complexType>
</xs:element></xs:schema>""" % (more, content)}


def assessment(content):
    return {"assessment/means.xml": """<assessment xmlns="urn:emgate:assessment:1" reading="report-1" grid="half-hour">
<rounding rule="half-up" steps="one" source="x"/><source><series having="limit"><given name="value" from="own" unit="mg/m3"/>
<count name="used" over="all" when="status of value is valid" source="x"/>%s</series></source></assessment>""" % content}


def values(count):
    """A report with so many values; few lines, so that it is quickly written."""
    day = (BENCH / "tests/daily.xml").read_text("utf-8")
    row = '<v t="2011-01-01T00:30:00" x="1" s="valid"/>'
    return {"tests/daily.xml": re.sub(r"<v [^>]*/>", row * count, day, count=1)}


def wide(count, row='<v t="2011-01-01T00:30:00" x="1" s="valid"/>'):
    """A report with so many values, or something else, in one place."""
    day = (BENCH / "tests/daily.xml").read_text("utf-8")
    return {"tests/daily.xml": re.sub(r"<v ", row * count + "<v ", day, count=1)}


def marked(text):
    """A report with an attribute e."""
    return {"tests/daily.xml": (BENCH / "tests/daily.xml").read_text("utf-8").replace("<report ", f'<report e="{text}" ', 1)}


ENTITY = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
ANYTHING = '<xs:sequence><xs:any processContents="skip" minOccurs="0" maxOccurs="unbounded"/></xs:sequence>'
DOUBLED = "".join(f'<sch:let name="v{i}" value="concat($v{i - 1}, $v{i - 1})"/>' for i in range(1, 27))
DOUBLED_XSL = "".join(f'<xsl:variable name="v{i}" select="concat($v{i - 1}, $v{i - 1})"/>'
                      for i in range(1, 31))
TREES = "".join(f'<xsl:variable name="t{i}"><xsl:copy-of select="$t{i - 1}"/><xsl:copy-of select="$t{i - 1}"/>'
                '</xsl:variable>' for i in range(1, 31))
OPERATIONS = "more than 100000000 operations"
EVERYTHING = "//@*|//*|//text()"
FAILING = "".join(f'<sch:assert id="a{i}" test="false()">x</sch:assert>' for i in range(9))
PATTERNED = """<xs:simpleType name="p"><xs:restriction base="xs:string"><xs:pattern value="%s"/></xs:restriction></xs:simpleType>"""
CROSS = "//@*[count(//@*[. = current()]) + count(//@*[. &lt; 5]) &gt; count(//*[. = //@t])]"


def cases(url):
    """name, files that replace those of the package, what the error must say."""
    fetch = f"{url}/x"
    yield "reads: entity in checks", {"checks/report.sch": ENTITY + sch()["checks/report.sch"]}, "DOCTYPE"
    yield "reads: entity in a stylesheet", {"transform/means.xsl": ENTITY + xsl()["transform/means.xsl"]}, "DOCTYPE"
    yield "reads: entity in a schema", {"schema/report.xsd": ENTITY + xsd(ANYTHING)["schema/report.xsd"]}, "DOCTYPE"
    for where in ("../../../../../../etc/passwd", "file:///etc/passwd", fetch):
        yield f"reads: sch:include {where}", sch(top=f'<sch:include href="{where}"/>'), "names no file of the package"
        yield f"reads: sch:extends {where}", sch(lets=f'<sch:extends href="{where}"/>'), "names no file of the package"
        yield f"reads: document('{where}') in a check", sch(f"document('{where}')"), "denied"
        yield f"reads: document('{where}') in a stylesheet", xsl(f"<xsl:copy-of select=\"document('{where}')\"/>"), "not a file of the package|refused"
        yield f"reads: xsl:import {where}", xsl(top=f'<xsl:import href="{where}"/>'), "is not a file of the package"
        yield f"reads: xsl:include {where}", xsl(top=f'<xsl:include href="{where}"/>'), "is not a file of the package"
        yield f"reads: xs:import {where}", xsd(ANYTHING, f'<xs:import namespace="urn:x" schemaLocation="{where}"/>'), "is not a file of the package"
        yield f"reads: xs:include {where}", xsd(ANYTHING, f'<xs:include schemaLocation="{where}"/>'), "is not a file of the package"
    yield "does: system-property", xsl("<xsl:value-of select=\"system-property('xsl:vendor')\"/>"), "format"
    yield "does: generate-id", xsl('<xsl:value-of select="generate-id()"/>'), "format"
    yield "loops: a schema includes itself", sch(top='<sch:include href="report.sch"/>'), "format|limit"
    yield "loops: a stylesheet imports itself", xsl(top='<xsl:import href="means.xsl"/>'), "format|limit"
    yield "loops: an abstract rule extends itself", sch(pattern='<sch:rule abstract="true" id="q"><sch:extends rule="q"/></sch:rule>',
                                                        lets='<sch:extends rule="q"/>'), "format|limit"
    yield "loops: templates call themselves", xsl('<xsl:call-template name="t"/>', more='<xsl:template name="t">'
                                                  '<xsl:call-template name="t"/></xsl:template>'), "ceiling on depth"
    yield "loops: templates apply themselves", xsl('<xsl:apply-templates select="/r:report"/>',
                                                   more='<xsl:template match="*"><xsl:apply-templates select="."/></xsl:template>'), "ceiling on depth"
    yield "loops: a context crosses everything", sch(context=f"*[{CROSS}]"), "more than 100000000 operations"
    yield "fills: concat doubled 26 times", sch(lets='<sch:let name="v0" value="\'' + "x" * 32 + '\'"/>' + DOUBLED,
                                                test="string-length($v26) &gt; 1"), "more than 67108864 octets of text"
    yield "fills: concat doubled 30 times in XSLT", xsl('<xsl:variable name="v0" select="\'xxxxxxxxxxxxxxxx\'"/>' + DOUBLED_XSL +
                                                        '<xsl:value-of select="string-length($v30)"/>'), "ceiling on octets produced"
    yield "fills: trees doubled 30 times", xsl('<xsl:variable name="t0"><a/></xsl:variable>' + TREES +
                                               '<xsl:copy-of select="$t30"/>'), "ceiling on memory"
    yield "fills: padding", xsl('<xsl:value-of select="str:padding(1000000000, \'x\')"/>'), "ceiling on octets produced"
    yield "fills: a huge result", xsl("<xsl:for-each select='//@*'><xsl:for-each select='//@*'><x y='" + "z" * 500 + "'/></xsl:for-each>"
                                      "</xsl:for-each>"), "ceiling on memory"
    yield "writes: xsl:document", xsl('<xsl:document href="HARM"/>'), "xsl:document is not allowed"
    yield "fills: deep parentheses", sch("(" * 4000 + "1" + ")" * 4000), "nested deeper than 50"
    yield "fills: a long expression", sch("1" + " + 1" * 5000), "8192 allowed"
    yield "fills: deep predicates", sch("r:v[" * 300 + "1" + "]" * 300), "nested deeper than 50"
    yield "fills: a picture of a number", sch(f"format-number(1, '{'0' * 5000}')"), "an expression failed"
    yield "fills: a roman number", xsl('<xsl:number value="999999999999999" format="I"/>' * 3), "1 passed"
    yield "fills: a letter number", xsl('<xsl:number value="9999999999999999" format="a"/>'), "1 passed"
    yield "loops: a union of everything", sch(f"count({EVERYTHING}) &gt; 180000") | values(60000), "1 passed"
    yield "loops: unions for each node", sch(f"//@*[count({EVERYTHING}) = 0]") | values(5000), "more than 100000000 operations"
    for test, said in (("count(//@*/..) &gt; 60000", "1 passed"), ("count(//r:v/preceding-sibling::*[1]) &gt; 50000", "1 passed"), ("count(//*//@x) &gt; 50000", "1 passed"),
                       ("//@t != //@s", "1 passed"), ("count(key('k', //@s)) &gt; 50000", "1 passed"), ("count(//r:v[/ = 'x']) &gt; 0", OPERATIONS),
                       ("count(//r:v[contains(/, 'x')]) &gt; 0", OPERATIONS), ("count(//r:v/preceding::*) = 0", OPERATIONS)):
        yield f"loops: {test}", sch(test, top='<xsl:key name="k" match="r:v" use="@s"/>') | wide(60000), said
    yield "loops: comments in a row", sch("count((//comment())) &gt; 0") | wide(60000, "<!-- --><?p x?>"), "rule limit-instructions found"
    yield "loops: as many comments in a row as there may be", sch("count((//comment())) &gt; 0") | wide(9000, "<!-- -->"), "1 passed"
    space = "n" * 200000
    yield "fills: copies of namespaces", sch("count(//r:v/namespace::n) = 0") | {"tests/daily.xml": wide(5000)["tests/daily.xml"].replace(
        "<report ", f'<report xmlns:n="{space}" ', 1)}, "rule limit-name found"
    yield "loops: a union of everything in a stylesheet", xsl(f'<xsl:value-of select="count({EVERYTHING})"/>'), "1 passed"
    yield "loops: a union in a value template", xsl('<x y="{count($v | //@*)}"/>', top='<xsl:variable name="v" select="//*"/>'), "1 passed"
    yield "fills: a million findings", sch("false()", context="r:v", lets=FAILING) | values(100000), "rule a0 found, not expected"
    yield "fills: 2,001 operations", assessment("".join(f'<window name="w{i}" days="last {i + 2} days">' + "".join(
        f'<figure name="f{i}-{k}" unit="mg/m3" is="{k + 1} * $limit" source="x"/>' for k in range(150)) + "</window>" for i in range(19))), "EA-LIMIT: an assessment has at most 2000 operations"
    yield "fills: 201 names", assessment("".join(f'<figure name="f{i}" unit="mg/m3" is="$limit" source="x"/>' for i in range(201))), "EA-LIMIT: a block has at most 200 names"
    yield "fills: 21 windows", assessment("".join(f'<window name="w{i}" days="last {i + 2} days"><figure name="f{i}" unit="mg/m3" is="$limit" source="x"/></window>' for i in range(21))), "EA-LIMIT"
    for pattern in ("((a{1,99}){1,99}){1,99}", "(a|aa)*(a|aa)*(a|aa)*b", "(((a*)*)*)*b", "((a|b)*a(a|b){20}){20}", "(a?){200}a{200}", "(a{0,5000}){0,5000}"):
        yield f"loops: pattern {pattern}", xsd(ANYTHING + '<xs:attribute name="e" type="p"/>', PATTERNED % pattern) | marked("a" * 3000), "a character can be that at"
    yield "fills: a sequence of 100,000 elements", xsd('<xs:sequence minOccurs="99999" maxOccurs="99999"><xs:element name="a" minOccurs="99998" maxOccurs="99999"/></xs:sequence>'), "rule schema found"
    yield "fills: nested elements", {"checks/report.sch": "<a>" * 300 + "</a>" * 300}, "deep|nest"


def packaged(folder, files):
    package = folder / "package"
    shutil.copytree(BENCH_ASSESSMENT if "assessment/means.xml" in files else BENCH, package)
    tests = package / "tests/tests.xml"
    tests.write_text("""<tests xmlns="urn:emgate:package-tests:1"><case name="daily" report="tests/daily.xml" outcome="accepted"/></tests>""")
    if "schema/report.xsd" in files:       # a schema of its own, in place of that of the vocabulary
        manifest = package / "package.xml"
        manifest.write_text(re.sub(r' *<vocabulary file="schema/report.xsd".*\n', "", manifest.read_text("utf-8")), "utf-8")
        (package / "schema").mkdir()
    for name, text in files.items():
        (package / name).write_text(text, "utf-8")
    return package


def attempt(package, folder):
    """Exit status, output and error, peak memory in KiB."""
    with open(folder / "out", "wb") as out, open(folder / "err", "wb") as err:
        pid = os.fork()
        if pid == 0:
            os.dup2(out.fileno(), 1)
            os.dup2(err.fileno(), 2)
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            os.execv(EMGATE, [EMGATE, "rules", "test", str(package)])
        _, how, used = os.wait4(pid, 0)
    return how, (folder / "out").read_text() + (folder / "err").read_text(), used


def table_complaint():
    """The ceilings that rules/README.md tells are those of base/limits.h."""
    limits = pathlib.Path("gateway/base/limits.h").read_text("utf-8")
    rows = re.findall(r"^\| [^|]+ \| ([^|]+) \| [^|]* \| `(EG_\w+)` \|$", pathlib.Path("rules/README.md").read_text("utf-8"), re.M)
    wrong = [] if len(rows) >= 19 else [f"only {len(rows)} rows"]
    for told, name in rows:
        found = re.search(rf"#define {name}\s+(?:\\\n\s*)?\(?(\d+)(?:UL)?( \* EG_MIB)?", limits)
        value = int(found[1])
        if told != (f"{value} MiB" if found[2] else f"{value:,}"):
            wrong.append(f"{name}: {told} told, {found[0]}")
    return "; ".join(wrong)


class Door(http.server.BaseHTTPRequestHandler):
    asked = []

    def do_GET(self):  # noqa: N802
        Door.asked.append(self.path)
        self.send_error(404)

    def log_message(self, *_):
        pass


def complaint(name, files, wanted):
    """What is wrong with the answer to one hostile package; "" if nothing is."""
    with tempfile.TemporaryDirectory(prefix="hostile ") as folder:
        folder = pathlib.Path(folder)
        harm = folder / "harm"
        files = {path: text.replace("HARM", str(harm)) for path, text in files.items()}
        how, text, used = attempt(packaged(folder, files), folder)
        if os.WIFSIGNALED(how):
            return f"{name}: died of signal {os.WTERMSIG(how)}"
        if (os.WEXITSTATUS(how) == 0) != (wanted == "1 passed") or not re.search(wanted, text):
            return f"{name}: {text[-400:]}"
        if "root:" in text or harm.exists() or pathlib.Path("HARM").exists():
            return f"{name}: it did harm"
        if not SANITIZED and used.ru_maxrss > MEMORY_MAX_KIB:
            return f"{name}: {used.ru_maxrss} KiB"
    return ""


def main():
    server = http.server.HTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    said = table_complaint()
    print(said, end="\n" if said else "")
    passed, failed = int(not said), int(bool(said))
    for name, files, wanted in cases(f"http://127.0.0.1:{server.server_port}"):
        said = complaint(name, files, wanted)
        if said:
            print(said)
        passed, failed = passed + (not said), failed + bool(said)
    if Door.asked:
        print(f"fetched: {Door.asked}")
        failed += 1
    server.shutdown()
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
