/*
 * The Schematron standard, sentence by sentence: tests/data/schematron/sentences.txt (its form is
 * in the README there). Every case is run, every row has one, and every report that a case makes is
 * valid against our schema of the report language.
 */
#include "assess/schematron/schematron.h"

#include "base/file.h"
#include "base/limits.h"
#include "tests/support/checks.h"
#include "tests/support/loader.h"

#include <criterion/criterion.h>
#include <libxml/xmlschemas.h>
#include <libxml/xpathInternals.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DATA "tests/data/schematron/"
#define PARTS_MAX 12      /* files, parameters and report tests of one case */
#define ROWS_MAX 300      /* sentences */
#define SENTENCES_MIN 115 /* rows must not get lost */
#define CASES_MIN 228

static void begin(void)
{
    struct eg_error err = {0};
    cr_assert(eg_xml_init(&err) == EG_OK);
}

static void end(void)
{
    eg_xml_done();
}

TestSuite(schematron_iso, .init = begin, .fini = end);

/* ---- cases -------------------------------------------------------------------------------- */

struct row {
    char *id, *clause;
    size_t cases;
};

struct part {
    char *name;
    struct eg_buf content;
};

struct a_case {
    size_t line;
    const struct row *row;
    char *phase, *head;
    struct eg_buf schema, doc, expect, refuse, fail;
    bool raw, expects, refuses, fails, given;
    struct part files[PARTS_MAX], params[PARTS_MAX], svrl[PARTS_MAX];
    size_t file_count, param_count, svrl_count;
};

struct book {
    struct row rows[ROWS_MAX];
    size_t row_count, case_count;
    xmlSchema *report; /* of svrl.xsd */
    struct a_case now;
    struct eg_buf *content; /* where lines go; NULL: nowhere */
    size_t line;
};

static void part_done(struct part *parts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(parts[i].name);
        eg_buf_done(&parts[i].content);
    }
}

static void case_done(struct a_case *c)
{
    eg_buf_done(&c->schema);
    eg_buf_done(&c->doc);
    eg_buf_done(&c->expect);
    eg_buf_done(&c->refuse);
    eg_buf_done(&c->fail);
    part_done(c->files, c->file_count);
    part_done(c->params, c->param_count);
    part_done(c->svrl, c->svrl_count);
    free(c->phase);
    free(c->head);
    *c = (struct a_case){0};
}

static void case_init(struct a_case *c, size_t line, const struct row *row)
{
    *c = (struct a_case){.line = line, .row = row, .given = true};
    eg_buf_init(&c->schema, EG_MIB);
    eg_buf_init(&c->doc, EG_MIB);
    eg_buf_init(&c->expect, EG_MIB);
    eg_buf_init(&c->refuse, EG_MIB);
    eg_buf_init(&c->fail, EG_MIB);
}

static const char *text(const struct eg_buf *buf)
{
    return buf->data != NULL ? (const char *)buf->data : "";
}

/* ---- running one -------------------------------------------------------------------------- */

static void write_schema(struct eg_buf *out, const struct a_case *c)
{
    eg_buf_init(out, EG_MIB);
    if (c->raw) {
        eg_buf_text(out, text(&c->schema));
        return;
    }
    eg_buf_format(out,
                  "<schema xmlns=\"http://purl.oclc.org/dsdl/schematron\" "
                  "xmlns:xsl=\"http://www.w3.org/1999/XSL/Transform\" %s>\n%s</schema>",
                  c->head != NULL ? c->head : "queryBinding=\"xslt\"", text(&c->schema));
}

static void write_findings(struct eg_buf *out, const struct eg_findings *findings)
{
    for (size_t i = 0; i < findings->count; i++) {
        const struct eg_finding *f = &findings->list[i];
        eg_buf_format(out, "%s%s %s %s", i > 0 ? "; " : "", eg_severity_text(f->severity), f->rule,
                      f->location);
        for (size_t v = 0; v < f->value_count; v++) {
            eg_buf_format(out, " %s=%s", f->values[v].name, f->values[v].text);
        }
    }
}

static void drop_message(void *payload, const char *format, ...)
{
    (void)payload, (void)format;
}

static void check_report(const struct book *book, const struct a_case *c, const struct eg_buf *svrl)
{
    xmlDoc *doc = xmlReadMemory((const char *)svrl->data, (int)svrl->len, "svrl", NULL,
                                XML_PARSE_NONET | XML_PARSE_NOERROR);
    cr_assert(doc != NULL, "line %zu: report is not well-formed:\n%s", c->line, text(svrl));
    xmlSchemaValidCtxt *valid = xmlSchemaNewValidCtxt(book->report);
    xmlSchemaSetValidErrors(valid, drop_message, drop_message, NULL);
    cr_expect(xmlSchemaValidateDoc(valid, doc) == 0, "line %zu: report is not valid:\n%s", c->line,
              text(svrl));
    xmlSchemaFreeValidCtxt(valid);
    xmlXPathContext *context = xmlXPathNewContext(doc);
    (void)xmlXPathRegisterNs(context, BAD_CAST "svrl", BAD_CAST "http://purl.oclc.org/dsdl/svrl");
    for (size_t i = 0; i < c->svrl_count; i++) {
        xmlXPathObject *answer = xmlXPathEval(BAD_CAST c->svrl[i].name, context);
        cr_expect(answer != NULL && xmlXPathCastToBoolean(answer) == 1,
                  "line %zu: %s is not true of\n%s", c->line, c->svrl[i].name, text(svrl));
        xmlXPathFreeObject(answer);
    }
    xmlXPathFreeContext(context);
    xmlFreeDoc(doc);
}

static void judge(const struct book *book, const struct a_case *c, struct eg_schematron *schema)
{
    struct eg_error err = {0};
    struct eg_findings findings = {0};
    struct eg_buf svrl = {0};
    struct eg_buf got = {0};
    xmlDoc *doc = NULL;
    bool fatal = false;
    eg_findings_init(&findings);
    eg_buf_init(&svrl, EG_MIB);
    eg_buf_init(&got, EG_MIB);
    cr_assert(eg_xml_parse_file(&doc, eg_bytes_view(&c->doc), "doc.xml", EG_MIB, &err) == EG_OK,
              "line %zu: %s", c->line, err.text);
    struct eg_schematron_job job = {.doc = doc, .step = 1, .svrl = &svrl, .document = "doc.xml"};
    enum eg_status status = eg_checks_once(&fatal, schema, &job, &findings, &err);
    write_findings(&got, &findings);
    if (c->fails) {
        cr_expect(status != EG_OK && strstr(err.text, text(&c->fail)) != NULL,
                  "line %zu: '%s' instead of '%s'", c->line, err.text, text(&c->fail));
    } else {
        cr_expect(status == EG_OK, "line %zu: %s: %s", c->line, err.where, err.text);
        cr_expect_str_eq(text(&got), text(&c->expect), "line %zu: got '%s' instead of '%s'",
                         c->line, text(&got), text(&c->expect));
        check_report(book, c, &svrl);
    }
    xmlFreeDoc(doc);
    eg_findings_done(&findings);
    eg_buf_done(&svrl);
    eg_buf_done(&got);
}

static void expect_refusal(const struct a_case *c, enum eg_status status,
                           const struct eg_error *err)
{
    char clause[64] = "";
    (void)snprintf(clause, sizeof(clause), "ISO/IEC 19757-3, %s)", c->row->clause);
    cr_expect(status != EG_OK, "line %zu: the schema is taken", c->line);
    cr_expect(strstr(err->text, text(&c->refuse)) != NULL, "line %zu: '%s' instead of '%s'",
              c->line, err->text, text(&c->refuse));
    cr_expect(strstr(err->where, ".sch:") != NULL, "line %zu: where is '%s'", c->line, err->where);
    cr_expect(c->row->clause[0] != '5' || strstr(err->text, clause) != NULL,
              "line %zu: '%s' does not say clause %s", c->line, err->text, c->row->clause);
}

static void run_case(struct book *book)
{
    struct a_case *c = &book->now;
    struct eg_buf main_file = {0};
    struct test_files files[PARTS_MAX + 2] = {{0}};
    struct eg_schematron_param params[PARTS_MAX] = {{0}};
    struct eg_schematron *schema = NULL;
    struct eg_error err = {0};
    if (!c->given) {
        return;
    }
    cr_assert(c->expects + c->refuses + c->fails == 1, "line %zu: expects nothing, or two things",
              c->line);
    write_schema(&main_file, c);
    files[0] = (struct test_files){"checks/main.sch", text(&main_file)};
    for (size_t i = 0; i < c->file_count; i++) {
        files[i + 1] = (struct test_files){c->files[i].name, text(&c->files[i].content)};
    }
    for (size_t i = 0; i < c->param_count; i++) {
        params[i] = (struct eg_schematron_param){.name = c->params[i].name,
                                                 .value = text(&c->params[i].content)};
    }
    struct eg_loader loader = test_loader(files);
    struct eg_schematron_options options = {
        .phase = c->phase, .params = params, .param_count = c->param_count};
    enum eg_status status =
        eg_schematron_compile(&schema, &loader, "checks/main.sch", &options, &err);
    if (c->refuses) {
        expect_refusal(c, status, &err);
    } else {
        cr_expect(status == EG_OK, "line %zu: %s: %s", c->line, err.where, err.text);
    }
    if (status == EG_OK && !c->refuses) {
        judge(book, c, schema);
    }
    eg_schematron_free(&schema);
    eg_buf_done(&main_file);
    case_done(c);
    book->case_count++;
}

/* ---- reading the table -------------------------------------------------------------------- */

static char *word(char **rest)
{
    char *start = *rest + strspn(*rest, " ");
    size_t len = strcspn(start, " ");
    char *copy = strndup(start, len);
    *rest = start + len;
    *rest += strspn(*rest, " ");
    return copy;
}

static void read_sentence(struct book *book, char *rest)
{
    run_case(book);
    cr_assert(book->row_count < ROWS_MAX);
    struct row *row = &book->rows[book->row_count++];
    *row = (struct row){.id = word(&rest)};
    row->clause = word(&rest);
    cr_assert(strlen(rest) > 10, "line %zu: a row has a sentence", book->line);
    for (size_t i = 0; i + 1 < book->row_count; i++) {
        cr_expect(strcmp(book->rows[i].id, row->id) != 0, "line %zu: %s is there twice", book->line,
                  row->id);
    }
}

static struct part *new_part(struct book *book, struct part *parts, size_t *count)
{
    cr_assert(*count < PARTS_MAX, "line %zu: too many", book->line);
    struct part *part = &parts[(*count)++];
    eg_buf_init(&part->content, EG_MIB);
    return part;
}

static void begin_case(struct book *book)
{
    run_case(book);
    cr_assert(book->row_count > 0);
    struct row *row = &book->rows[book->row_count - 1];
    row->cases++;
    case_init(&book->now, book->line, row);
}

static void set_words(struct eg_buf *out, bool *is_set, const char *rest)
{
    eg_buf_format(out, "%s%s", *is_set && out->len > 0 ? "; " : "", rest);
    *is_set = true;
}

/* Directives whose content is the lines that follow. */
static bool begins_lines(struct book *book, const char *name, char *rest)
{
    struct a_case *c = &book->now;
    if (strcmp(name, "schema") == 0 || strcmp(name, "raw") == 0) {
        c->raw = name[0] == 'r';
        book->content = &c->schema;
    } else if (strcmp(name, "doc") == 0) {
        book->content = &c->doc;
    } else if (strcmp(name, "file") == 0) {
        struct part *part = new_part(book, c->files, &c->file_count);
        part->name = word(&rest);
        book->content = &part->content;
    } else {
        return false;
    }
    return true;
}

static void read_words(struct book *book, const char *name, char *rest)
{
    struct a_case *c = &book->now;
    if (strcmp(name, "phase") == 0) {
        c->phase = strdup(rest);
    } else if (strcmp(name, "head") == 0) {
        c->head = strdup(rest);
    } else if (strcmp(name, "expect") == 0) {
        set_words(&c->expect, &c->expects, rest);
    } else if (strcmp(name, "refuse") == 0) {
        set_words(&c->refuse, &c->refuses, rest);
    } else if (strcmp(name, "fail") == 0) {
        set_words(&c->fail, &c->fails, rest);
    } else if (strcmp(name, "svrl") == 0) {
        new_part(book, c->svrl, &c->svrl_count)->name = strdup(rest);
    } else if (strcmp(name, "param") == 0) {
        struct part *part = new_part(book, c->params, &c->param_count);
        part->name = word(&rest);
        eg_buf_text(&part->content, rest);
    } else {
        cr_assert_fail("line %zu: what is @%s?", book->line, name);
    }
}

static void read_directive(struct book *book, char *line)
{
    char *rest = line + 1;
    char *name = word(&rest);
    book->content = NULL;
    if (strcmp(name, "sentence") == 0) {
        read_sentence(book, rest);
    } else if (strcmp(name, "case") == 0) {
        begin_case(book);
    } else if (!begins_lines(book, name, rest)) {
        read_words(book, name, rest);
    }
    free(name);
}

static void read_line(struct book *book, char *line)
{
    book->line++;
    if (line[0] == '@') {
        read_directive(book, line);
    } else if (line[0] != '#' && book->content != NULL && (line[0] != '\0')) {
        eg_buf_format(book->content, "%s%s", book->content->len > 0 ? "\n" : "", line);
    }
}

static xmlSchema *report_schema(void)
{
    struct eg_buf octets = {0};
    struct eg_error err = {0};
    eg_buf_init(&octets, EG_MIB);
    cr_assert(eg_file_read(&octets, DATA "svrl.xsd", &err) == EG_OK, "%s", err.text);
    xmlSchemaParserCtxt *parser =
        xmlSchemaNewMemParserCtxt((const char *)octets.data, (int)octets.len);
    xmlSchema *schema = xmlSchemaParse(parser);
    xmlSchemaFreeParserCtxt(parser);
    eg_buf_done(&octets);
    cr_assert(schema != NULL, "svrl.xsd does not compile");
    return schema;
}

Test(schematron_iso, holds_every_sentence)
{
    struct book *book = calloc(1, sizeof(*book));
    struct eg_buf octets = {0};
    struct eg_error err = {0};
    cr_assert(book != NULL);
    book->report = report_schema();
    eg_buf_init(&octets, 4 * EG_MIB);
    cr_assert(eg_file_read(&octets, DATA "sentences.txt", &err) == EG_OK, "%s", err.text);
    char *at = (char *)octets.data;
    while (at != NULL) {
        char *line = strsep(&at, "\n");
        read_line(book, line);
    }
    run_case(book);
    for (size_t i = 0; i < book->row_count; i++) {
        cr_expect(book->rows[i].cases > 0, "sentence %s has no case", book->rows[i].id);
        free(book->rows[i].id);
        free(book->rows[i].clause);
    }
    cr_expect(book->row_count >= SENTENCES_MIN, "%zu sentences", book->row_count);
    cr_expect(book->case_count >= CASES_MIN, "%zu cases", book->case_count);
    xmlSchemaFree(book->report);
    eg_buf_done(&octets);
    free(book);
}
