/*
 * emgate rules reference: what a rule author may write, and what the engine answers, from the very
 * tables that the engine reads. rules/ASSESSMENT.md carries the same (make pages).
 *
 * A page is a list of tables; a table a list of rows of cells. Markdown and JSON are two ways to
 * write them.
 */
#include "emgate/rules/rules.h"

#include "assess/assessment/assessment.h"
#include "assess/language/expression.h"
#include "assess/language/refusal.h"
#include "assess/number/unit.h"
#include "assess/xpath/function_table.h"
#include "assess/xpath/functions.h"
#include "base/limits.h"
#include "base/text.h"
#include "core/facts.h"

#include <string.h>

struct page {
    struct eg_buf *out;
    bool json;
    /* of the table being written */
    const char *const *columns;
    size_t tables, rows;
};

/* ---- writing ------------------------------------------------------------------------------ */

/* Begin a table. `columns` ends with NULL; the first one is code. */
static void begin(struct page *page, const char *key, const char *title, const char *const *columns)
{
    struct eg_buf *out = page->out;

    page->columns = columns;
    page->rows = 0;
    if (page->json) {
        eg_buf_format(out, "%s\"%s\":[", page->tables++ > 0 ? "," : "{", key);
        return;
    }
    eg_buf_format(out, "%s### %s\n\n|", page->tables++ > 0 ? "\n" : "", title);
    for (size_t i = 0; columns[i] != NULL; i++) {
        eg_buf_format(out, " %s |", columns[i]);
    }
    eg_buf_text(out, "\n|");
    for (size_t i = 0; columns[i] != NULL; i++) {
        eg_buf_text(out, "---|");
    }
    eg_buf_char(out, '\n');
}

static void put_cell(struct eg_buf *out, const char *text, bool code)
{
    eg_buf_text(out, code && text[0] != '\0' ? " `" : " ");
    for (; *text != '\0'; text++) {
        eg_buf_text(out, *text == '|' ? "\\" : "");
        eg_buf_char(out, *text);
    }
    eg_buf_text(out, code ? "` |" : " |");
}

static void row(struct page *page, const char *const *cells)
{
    struct eg_buf *out = page->out;

    if (page->json) {
        eg_buf_text(out, page->rows++ > 0 ? ",{" : "{");
        for (size_t i = 0; page->columns[i] != NULL; i++) {
            eg_tool_json_text(out, page->columns[i], cells[i]);
        }
        eg_buf_char(out, '}');
        return;
    }
    eg_buf_char(out, '|');
    for (size_t i = 0; page->columns[i] != NULL; i++) {
        put_cell(out, cells[i], i == 0);
    }
    eg_buf_char(out, '\n');
}

static void end(struct page *page)
{
    eg_buf_text(page->out, page->json ? "]" : "");
}

/* ---- the assessment language ---------------------------------------------------------------- */

/* Words of `list` that end with "!" (or that do not), the mark taken off. */
static void put_words(struct eg_buf *out, const char *list, bool marked)
{
    for (; *list != '\0'; list += strspn(list, " ")) {
        size_t len = strcspn(list, " ");
        bool mark = list[len - 1] == '!';
        if (mark == marked) {
            eg_buf_text(out, out->len > 0 ? " " : "");
            eg_buf_add(out, list, len - mark);
        }
        list += len;
    }
    eg_buf_text(out, "");
}

static void elements(struct page *page)
{
    static const char *const columns[] = {"element", "must have", "may have", "holds", NULL};
    struct eg_buf must, may;

    eg_buf_init(&must, EG_KIB);
    eg_buf_init(&may, EG_KIB);
    begin(page, "elements", "Elements", columns);
    for (size_t i = 0; eg_assessment_element_at(i) != NULL; i++) {
        const struct eg_assessment_element *at = eg_assessment_element_at(i);
        eg_buf_reset(&must);
        eg_buf_reset(&may);
        put_words(&must, at->attributes, true);
        put_words(&may, at->attributes, false);
        row(page,
            (const char *const[]){at->element, (const char *)must.data, (const char *)may.data,
                                  at->children != NULL ? at->children : "text"});
    }
    end(page);
    eg_buf_done(&must);
    eg_buf_done(&may);
}

static void functions(struct page *page)
{
    static const char *const columns[] = {"function", "of", "units", "gives", "meaning", NULL};

    begin(page, "functions", "Functions of formulas", columns);
    for (size_t i = 0; i < EG_FUNCTIONS; i++) {
        const struct eg_expression_signature *at =
            eg_expression_signature((enum eg_expression_function)i);
        char units[80] = "";
        for (size_t k = 0; k < at->count; k++) {
            size_t len = strlen(units);
            (void)snprintf(units + len, sizeof units - len, "%s%s", k > 0 ? "; " : "",
                           at->units[k] != NULL ? at->units[k] : "any");
        }
        row(page, (const char *const[]){at->name, at->arguments, units, at->gives, at->does});
    }
    end(page);
}

static void units(struct page *page)
{
    static const char *const columns[] = {"unit", "of", NULL};
    const char *name = NULL, *dimension = NULL;

    begin(page, "units", "Units (and products and quotients of them: mg/m3, kg/h)", columns);
    for (size_t i = 0; eg_unit_at(i, &name, &dimension); i++) {
        row(page, (const char *const[]){name, dimension});
    }
    end(page);
}

static void words(struct page *page)
{
    static const char *const statuses[] = {"status", "weight", "usable", NULL};
    static const char *const relations[] = {"relation", NULL};

    begin(page, "statuses", "Status of a value, light to heavy", statuses);
    for (int i = EG_VALUE_VALID; i <= EG_VALUE_MISSING; i++) {
        char weight[16] = "";
        (void)snprintf(weight, sizeof weight, "%d", i);
        row(page, (const char *const[]){eg_value_status_text((enum eg_value_status)i), weight,
                                        i <= EG_VALUE_SUBSTITUTE ? "yes" : "no"});
    }
    end(page);
    begin(page, "relations", "Relations", relations);
    for (int i = 0; i < EG_RELATIONS; i++) {
        row(page, (const char *const[]){eg_relation_text((enum eg_relation)i)});
    }
    end(page);
}

static void refusals(struct page *page)
{
    static const char *const columns[] = {"code",    "when",       "severity",
                                          "meaning", "what to do", NULL};

    begin(page, "refusals", "Codes of refusals and of rules check", columns);
    for (size_t i = 0; eg_refusal_at(i) != NULL; i++) {
        const struct eg_refusal *at = eg_refusal_at(i);
        row(page, (const char *const[]){at->code, at->at_load ? "load" : "rules check",
                                        eg_severity_text(at->severity), at->meaning, at->remedy});
    }
    end(page);
}

static void builtins(struct page *page)
{
    static const char *const columns[] = {"rule", "en", "de", NULL};
    const char *rule = NULL, *en = NULL, *de = NULL;

    begin(page, "builtin_rules", "Built-in rules: findings without a rule of the package", columns);
    for (size_t i = 0; eg_finding_builtin_at(i, &rule, &en, &de); i++) {
        row(page, (const char *const[]){rule, en, de});
    }
    end(page);
}

/* ---- checks and transforms ------------------------------------------------------------------ */

struct cache {
    const char *name, *ns;
};

static const struct cache libraries[] = {{"XPath, XSLT 1.0", ""},   {"f", EG_FUNCTION_NS},
                                         {"exsl", EG_EXSLT_COMMON}, {"math", EG_EXSLT_MATH},
                                         {"set", EG_EXSLT_SETS},    {"str", EG_EXSLT_STRINGS},
                                         {"date", EG_EXSLT_DATES}};

/* "translate(3) substring(2-3) concat(2+)": names with how many arguments they take. */
static void put_functions(struct eg_buf *out, const char *ns, bool stylesheet)
{
    for (size_t i = 0; i < eg_function_row_count; i++) {
        const struct eg_function_row *at = &eg_function_rows[i];
        if (strcmp(at->ns, ns) != 0 || at->stylesheet != stylesheet) {
            continue;
        }
        eg_buf_format(out, "%s%s(%d", out->len > 0 ? " " : "", at->name, at->min);
        if (at->max > at->min) {
            eg_buf_format(out, "-%d", at->max);
        }
        eg_buf_text(out, at->max < 0 ? "+)" : ")");
    }
}

static void xpath(struct page *page)
{
    static const char *const columns[] = {"library", "namespace", "in", "functions", NULL};
    struct eg_buf list;

    eg_buf_init(&list, 16 * EG_KIB);
    begin(page, "xpath_functions",
          "Functions of checks (Schematron, query binding xslt) and transforms, with how many "
          "arguments; FUNCTIONS.md has each",
          columns);
    for (size_t i = 0; i < sizeof libraries / sizeof libraries[0]; i++) {
        for (int only = 0; only < 2; only++) {
            eg_buf_reset(&list);
            put_functions(&list, libraries[i].ns, only == 1);
            if (list.len > 0) {
                row(page, (const char *const[]){libraries[i].name, libraries[i].ns,
                                                only == 1 ? "transforms" : "checks, transforms",
                                                (const char *)list.data});
            }
        }
    }
    end(page);
    eg_buf_done(&list);
}

static int run(const struct eg_tool_args *args, struct eg_error *err)
{
    struct eg_buf out;
    struct page page = {.out = &out, .json = eg_tool_json(args)};

    eg_buf_init(&out, EG_MIB);
    elements(&page);
    functions(&page);
    units(&page);
    words(&page);
    refusals(&page);
    builtins(&page);
    xpath(&page);
    eg_buf_text(&out, page.json ? "}\n" : "");
    enum eg_status status = eg_tool_print(&out, err);
    eg_buf_done(&out);
    return status == EG_OK ? EG_EXIT_DONE : EG_EXIT_COULD_NOT;
}

const struct eg_tool_verb eg_verb_rules_reference = {
    .name = "rules reference",
    .summary = "print the tables that rule authors look things up in",
    .operands = "",
    .operands_min = 0,
    .operands_max = 0,
    .description =
        "Elements of the assessment language with their attributes, functions, units, statuses, "
        "relations, the codes of refusals with what to do, built-in rules with their texts, and "
        "the functions of checks and transforms: as Markdown, or with --json as one object of "
        "lists. They come from the tables that the engine itself reads; rules/ASSESSMENT.md "
        "carries them too.",
    .example = "emgate rules reference",
    .run = run,
};
