/*
 * Worked packages run by the whole engine, with one file changed: the report, the facts known
 * before, the assessment, or the reading. The first octet says which package and file, and whether
 * the rest is the file itself or a list of edits of the good one:
 *
 *   place (2 octets), octets taken away (1), octets put in (1), and from where: an even number
 *   n/2 of octets that follow, an odd one n/2 * 8 octets of the good file at a place (2 octets)
 *
 * Whatever comes in, a second run gives the same octets, results fit their vocabulary, facts can be
 * written and read, and every finding has a text.
 */
#include "assess/judge/engine.h"
#include "assess/package/package.h"
#include "assess/schema/schema.h"
#include "tests/support/assessment_case.h"

#include "base/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CASES 5
#define SIZE_MAX_TRIED (64 * EG_KIB)
#define TEXTS_MAX 10

enum what { REPORT, FACTS, ASSESSMENT, READING, WHATS };

static struct {
    struct assessment_case made;
    struct eg_buf facts, package;
    struct eg_rules *rules;
    bool is_open;
} cases[CASES];
static struct eg_schema *vocabulary;

static void must(bool fine, const struct eg_error *err, const char *what)
{
    if (!fine) {
        fprintf(stderr, "%s: %s: %s\n", what, err->where, err->text);
        abort();
    }
}

/* ---- what is there once ------------------------------------------------------------------- */

static struct eg_bytes find_vocabulary(void *payload, const char *name)
{
    static struct eg_buf kept;
    char path[200] = "";
    (void)payload;
    (void)snprintf(path, sizeof path, "rules/vocabulary/%s", name);
    eg_buf_done(&kept);
    eg_buf_init(&kept, EG_MIB);
    return eg_file_read(&kept, path, NULL) == EG_OK ? eg_bytes_view(&kept) : EG_BYTES_NONE;
}

static void open_case(size_t index)
{
    static const char *const names[CASES] = {"a", "b", "c", "d", "e"};
    const struct eg_loader loader = {NULL, find_vocabulary};
    struct eg_error err = {0};
    if (cases[index].is_open) {
        return;
    }
    must(eg_engine_init(&err) == EG_OK, &err, "engine");
    assessment_case_open(&cases[index].made, names[index]);
    struct eg_package *package = cases[index].made.package;
    eg_buf_init(&cases[index].facts, EG_FACTS_OCTETS_MAX);
    eg_buf_init(&cases[index].package, EG_MIB);
    must(eg_facts_write(&cases[index].facts, &cases[index].made.known, &err) == EG_OK, &err,
         "facts");
    must(eg_package_pack(&cases[index].package, &package->tree, &err) == EG_OK, &err, "package");
    must(eg_rules_compile(&cases[index].rules, package, &err) == EG_OK, &err, "rules");
    if (vocabulary == NULL) {
        must(eg_schema_compile(&vocabulary, &loader, "assessment-result.xsd", &err) == EG_OK, &err,
             "vocabulary");
    }
    cases[index].is_open = true;
}

/* ---- edits -------------------------------------------------------------------------------- */

struct input {
    const uint8_t *at;
    size_t left;
};

static size_t take(struct input *input, size_t octets)
{
    size_t number = 0;
    for (; octets > 0 && input->left > 0; octets--, input->left--) {
        number = number * 256 + *input->at++;
    }
    return number;
}

static void splice(struct eg_buf *file, size_t at, size_t away, struct eg_bytes in)
{
    struct eg_buf made = {0};
    eg_buf_init(&made, SIZE_MAX_TRIED);
    away = away < file->len - at ? away : file->len - at;
    eg_buf_add(&made, file->data, at);
    eg_buf_bytes(&made, in);
    eg_buf_add(&made, file->data + at + away, file->len - at - away);
    if (made.failed) {
        eg_buf_done(&made);
        return;
    }
    eg_buf_done(file);
    *file = made;
}

static void edit(struct eg_buf *file, struct eg_bytes good, struct input *input)
{
    while (input->left > 0) {
        size_t at = take(input, 2) % (file->len + 1);
        size_t away = take(input, 1);
        size_t how = take(input, 1);
        struct eg_bytes in = {input->at, how / 2};
        if (how % 2 == 0) {
            in.len = in.len < input->left ? in.len : input->left;
            input->at += in.len;
            input->left -= in.len;
        } else {
            size_t from = take(input, 2) % (good.len + 1);
            in = (struct eg_bytes){good.data + from, how / 2 * 8};
            in.len = in.len < good.len - from ? in.len : good.len - from;
        }
        splice(file, at, away, in);
    }
}

/* ---- one run ------------------------------------------------------------------------------ */

static void try_facts(const struct eg_facts *facts)
{
    struct eg_buf text = {0};
    struct eg_facts again;
    struct eg_error err = {0};
    eg_buf_init(&text, EG_FACTS_OCTETS_MAX);
    must(eg_facts_write(&text, facts, &err) == EG_OK, &err, "facts are not written");
    must(eg_facts_read(&again, eg_bytes_view(&text), &err) == EG_OK, &err, "facts are not read");
    eg_facts_done(&again);
    eg_buf_done(&text);
}

static void try_result(const struct eg_result *result)
{
    struct eg_error err = {0};
    struct eg_findings findings;
    xmlDoc *doc = NULL;
    bool valid = false;
    eg_findings_init(&findings);
    must(eg_xml_parse_file(&doc, eg_bytes_view(&result->content), "result.xml", EG_NOTIFICATION_MAX,
                           &err) == EG_OK,
         &err, "result");
    must(eg_schema_validate(&valid, vocabulary, &(struct eg_schema_job){.doc = doc}, &findings,
                            &err) == EG_OK,
         &err, "validation");
    if (!valid) {
        fprintf(stderr, "%s\n", findings.count > 0 ? findings.list[0].values[0].text : "");
        abort();
    }
    eg_findings_done(&findings);
    xmlFreeDoc(doc);
}

static void try_outcome(const struct eg_rules *rules, const struct eg_outcome *outcome)
{
    struct eg_error err = {0};
    struct eg_buf text = {0};
    eg_buf_init(&text, EG_FINDINGS_MAX);
    for (size_t i = 0; i < outcome->findings.count && i < TEXTS_MAX; i++) {
        const struct eg_finding *finding = &outcome->findings.list[i];
        must(eg_rules_text(&text, rules, finding, "de", &err) == EG_OK &&
                 eg_rules_text(&text, rules, finding, "en", &err) == EG_OK,
             &err, "text");
    }
    for (size_t i = 0; outcome->accepted && i < outcome->result_count; i++) {
        try_result(&outcome->results[i]);
    }
    try_facts(&outcome->recalled);
    try_facts(&outcome->remembered);
    eg_buf_done(&text);
}

static bool same(const struct eg_outcome *a, const struct eg_outcome *b)
{
    bool is = a->accepted == b->accepted && a->findings.count == b->findings.count &&
              a->result_count == b->result_count && a->remembered.count == b->remembered.count &&
              a->recalled.count == b->recalled.count &&
              eg_bytes_equal(eg_bytes_view(&a->parameters), eg_bytes_view(&b->parameters));
    for (size_t i = 0; is && i < a->result_count; i++) {
        is = eg_bytes_equal(eg_bytes_view(&a->results[i].content),
                            eg_bytes_view(&b->results[i].content));
    }
    return is;
}

struct job {
    const struct eg_rules *rules;
    struct eg_judge *judge;
    struct eg_document *document;
    struct eg_report_header header;
    const struct eg_plant *plant;
    const struct eg_facts *known;
};

static enum eg_status judge(struct eg_outcome *outcome, const struct job *job, bool explain)
{
    struct eg_error err = {0};
    eg_judge_explain(job->judge, explain);
    eg_outcome_init(outcome);
    return eg_judge_run(outcome, job->judge,
                        &(struct eg_judge_job){.document = job->document,
                                               .header = &job->header,
                                               .plant = job->plant,
                                               .known = job->known},
                        &err);
}

static void run_thrice(const struct job *job)
{
    struct eg_outcome first, second, shown;
    char from[11] = "";
    (void)eg_rules_needs(job->rules, job->header.until, from);
    enum eg_status status = judge(&first, job, false);
    if (judge(&second, job, false) != status || !same(&first, &second)) {
        fprintf(stderr, "a second run differs\n");
        abort();
    }
    (void)judge(&shown, job, true);
    if (status == EG_OK) {
        try_outcome(job->rules, &first);
    }
    try_outcome(job->rules, &shown);
    eg_outcome_done(&first);
    eg_outcome_done(&second);
    eg_outcome_done(&shown);
}

static void run(const struct eg_rules *rules, struct eg_bytes report, const struct eg_facts *known,
                const struct eg_plant *plant)
{
    struct job job = {.rules = rules, .plant = plant, .known = known};
    struct eg_findings findings;
    struct eg_error err = {0};
    bool readable = false;
    eg_findings_init(&findings);
    must(eg_judge_new(&job.judge, rules, &err) == EG_OK, &err, "judge");
    must(eg_document_parse(&job.document, &findings, report, EG_MIB, &err) == EG_OK, &err, "parse");
    if (job.document != NULL &&
        eg_judge_read(&job.header, &readable, &findings, job.judge, job.document, &err) == EG_OK &&
        readable) {
        run_thrice(&job);
    }
    eg_document_free(&job.document);
    eg_judge_free(&job.judge);
    eg_findings_done(&findings);
}

/* The good package with another file instead of the one so named; NULL: not one that compiles. */
static struct eg_rules *compile_with(struct eg_package **package, size_t index, const char *name,
                                     struct eg_buf *file)
{
    struct eg_tree tree = {0};
    struct eg_rules *rules = NULL;
    struct eg_error err = {0};
    must(eg_package_unpack(&tree, eg_bytes_view(&cases[index].package), &err) == EG_OK, &err,
         "unpack");
    for (size_t i = 0; i < tree.count; i++) {
        if (strcmp(tree.files[i].name, name) == 0) {
            struct eg_buf old = tree.files[i].content;
            tree.files[i].content = *file;
            *file = old;
        }
    }
    must(eg_package_parse(package, &tree, true, &err) == EG_OK, &err, "package");
    return eg_rules_compile(&rules, *package, &err) == EG_OK ? rules : NULL;
}

static void try_file(size_t index, enum what what, struct eg_buf *file)
{
    const struct assessment_case *c = &cases[index].made;
    struct eg_bytes report = eg_bytes_view(&c->report);
    if (what == REPORT) {
        run(cases[index].rules, eg_bytes_view(file), &c->known, &c->plant);
    } else if (what == FACTS) {
        struct eg_facts known;
        if (eg_facts_read(&known, eg_bytes_view(file), NULL) == EG_OK) {
            run(cases[index].rules, report, &known, &c->plant);
            eg_facts_done(&known);
        }
    } else {
        const char *name = what == ASSESSMENT           ? c->package->steps[0].file
                           : c->package->tree.count > 2 ? c->package->tree.files[2].name
                                                        : "";
        struct eg_package *package = NULL;
        struct eg_rules *rules = compile_with(&package, index, name, file);
        if (rules != NULL) {
            run(rules, report, &c->known, &c->plant);
        }
        eg_rules_free(&rules);
        eg_package_free(&package);
    }
}

static struct eg_bytes good_file(size_t index, enum what what)
{
    const struct assessment_case *c = &cases[index].made;
    switch (what) {
    case REPORT:
        return eg_bytes_view(&c->report);
    case FACTS:
        return eg_bytes_view(&cases[index].facts);
    case ASSESSMENT:
        return eg_package_file(c->package, c->package->steps[0].file);
    case READING:
    case WHATS:
    default: /* assessment, package.xml, reading: in the order of names */
        return eg_bytes_view(&c->package->tree.files[2].content);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || size > SIZE_MAX_TRIED) {
        return 0;
    }
    size_t index = data[0] % 8 % CASES;
    enum what what = (enum what)(data[0] / 8 % WHATS);
    struct input input = {data + 1, size - 1};
    struct eg_buf file = {0};
    open_case(index);
    eg_buf_init(&file, SIZE_MAX_TRIED);
    if (data[0] < 128) {
        eg_buf_bytes(&file, good_file(index, what));
        edit(&file, good_file(index, what), &input);
    } else {
        eg_buf_add(&file, data + 1, size - 1);
    }
    try_file(index, what, &file);
    eg_buf_done(&file);
    return 0;
}
