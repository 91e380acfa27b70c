/*
 * Why this file exists: a package may load and still not be what its publisher meant. What can be
 * seen in its files without judging a report is told here, with the place and what to do.
 *
 * A parameter counts as used where its name is in an expression as $name, in quotes (how
 * transforms look into $parameters), in braces of a text, or alone in an attribute of an assessment
 * or an xsl:param. A setting counts as used where it is a word of a condition, or in quotes.
 */
#include "workbench/package_lint.h"

#include "assess/language/refusal.h"
#include "assess/package/package_xml.h"
#include "assess/xml/xml.h"
#include "base/error.h"
#include "base/limits.h"
#include "workbench/package_tests.h"

#include <assert.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PACKAGE_NS "urn:emgate:package:1"
#define TESTS_NS "urn:emgate:package-tests:1"
#define SCH_NS "http://purl.oclc.org/dsdl/schematron"
#define ASSESSMENT_NS "urn:emgate:assessment:1"
#define XML_NS "http://www.w3.org/XML/1998/namespace"

enum kind { OTHER, MANIFEST, TESTS, CHECKS, ASSESSMENT, TRANSFORM };

struct file {
    const char *name;
    enum kind kind;
    xmlDoc *doc;
};

struct work {
    const struct eg_package *package;
    const char *at;
    eg_lint_fn told;
    void *payload;
    struct file *files;
    size_t count;
    struct eg_error *err;
};

__attribute__((format(printf, 5, 6))) static enum eg_status tell(const struct work *work,
                                                                 const char *code, const char *file,
                                                                 const xmlNode *node,
                                                                 const char *format, ...)
{
    const struct eg_refusal *row = eg_refusal_named(code);
    char text[EG_ERROR_TEXT_MAX] = "";
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    assert(row != NULL);
    const struct eg_lint lint = {.code = row->code,
                                 .severity = row->severity,
                                 .file = file,
                                 .line = node != NULL ? eg_xml_line(node) : 0,
                                 .text = text,
                                 .remedy = row->remedy};
    return work->told(work->payload, &lint);
}

/* ---- files -------------------------------------------------------------------------------- */

static bool ends_on(const char *name, const char *end)
{
    size_t len = strlen(name), end_len = strlen(end);

    return len > end_len && strcmp(name + len - end_len, end) == 0;
}

static bool is_below(const char *name, const char *folder)
{
    return strncmp(name, folder, strlen(folder)) == 0;
}

static enum kind kind_of(const char *name)
{
    return strcmp(name, EG_PACKAGE_FILE) == 0         ? MANIFEST
           : strcmp(name, EG_PACKAGE_TESTS_FILE) == 0 ? TESTS
           : is_below(name, "tests/")                 ? OTHER
           : ends_on(name, ".sch")                    ? CHECKS
           : is_below(name, "assessment/")            ? ASSESSMENT
           : ends_on(name, ".xsl")                    ? TRANSFORM
                                                      : OTHER;
}

static enum eg_status open_files(struct work *work)
{
    const struct eg_tree *tree = &work->package->tree;

    work->files = calloc(tree->count + 1, sizeof *work->files);
    if (work->files == NULL) {
        return eg_error_set(work->err, EG_E_NOMEM, "lints", "memory ran out");
    }
    for (size_t i = 0; i < tree->count; i++) {
        struct file *file = &work->files[work->count];
        file->name = tree->files[i].name;
        file->kind = kind_of(file->name);
        if (file->kind != OTHER) {
            work->count++;
            EG_TRY(eg_xml_parse_file(&file->doc, eg_bytes_view(&tree->files[i].content), file->name,
                                     EG_PACKAGE_OCTETS_MAX, work->err));
        }
    }
    return EG_OK;
}

typedef enum eg_status (*node_fn)(struct work *work, const struct file *file, xmlNode *node);

static enum eg_status each_node(struct work *work, enum kind kind, node_fn look)
{
    enum eg_status status = EG_OK;

    for (size_t i = 0; i < work->count; i++) {
        for (xmlNode *node = work->files[i].kind == kind ? xmlDocGetRootElement(work->files[i].doc)
                                                         : NULL;
             status == EG_OK && node != NULL; node = eg_xml_following(node)) {
            status = look(work, &work->files[i], node);
        }
    }
    return status;
}

/* ---- expressions that walk ---------------------------------------------------------------- */

static bool is_check(const xmlNode *node)
{
    return eg_xml_is(node, SCH_NS, "assert") || eg_xml_is(node, SCH_NS, "report");
}

/* The rule meets one node of a report: its root element, or the document itself. */
static bool meets_one_node(const struct work *work, const char *context)
{
    const char *last = strrchr(context, ':');

    last = last != NULL ? last + 1 : context + (context[0] == '/');
    return strcmp(context, "/") == 0 ||
           (strcmp(last, work->package->match_name) == 0 && strchr(context + 1, '/') == NULL);
}

/* What is in brackets of a context. */
static bool condition_walks(const char *context)
{
    bool walks = false;

    for (const char *open = strchr(context, '['); open != NULL && !walks;
         open = strchr(open + 1, '[')) {
        char condition[EG_XPATH_MAX + 1] = "";
        (void)snprintf(condition, sizeof condition, "%s", open + 1);
        walks = eg_lint_walks(condition);
    }
    return walks;
}

static enum eg_status look_for_walks(struct work *work, const struct file *file, xmlNode *node)
{
    static const char *const attributes[] = {"test", "select", "value"};
    const xmlNode *rule = node;
    enum eg_status status = EG_OK;

    while (rule != NULL && !eg_xml_is(rule, SCH_NS, "rule")) {
        rule = rule->parent;
    }
    char *context = rule != NULL ? eg_xml_attribute(rule, "context") : NULL;
    if (context == NULL || meets_one_node(work, context)) {
        free(context);
        return EG_OK;
    }
    if (rule == node && condition_walks(context)) {
        status =
            tell(work, "LINT-WALK", file->name, node,
                 "the condition of context %.100s walks the whole document for each node", context);
    }
    if (status != EG_OK) {
        goto done;
    }
    for (size_t i = 0; i < sizeof attributes / sizeof attributes[0]; i++) {
        char *expression = eg_xml_attribute(node, attributes[i]);
        if (expression != NULL && eg_lint_walks(expression)) {
            status = tell(work, "LINT-WALK", file->name, node,
                          "%s=\"%.100s\" walks the whole document for each %.60s", attributes[i],
                          expression, context);
        }
        free(expression);
        if (status != EG_OK) {
            goto done;
        }
    }

done:
    free(context);
    return status;
}

/* ---- rules without a case ----------------------------------------------------------------- */

static bool lists_finding(const xmlNode *test_case, const char *rule)
{
    bool listed = false;

    for (const xmlNode *n = eg_xml_child(test_case, TESTS_NS, "finding"); n != NULL && !listed;
         n = eg_xml_next(n, TESTS_NS, "finding")) {
        char *name = eg_xml_attribute(n, "rule");
        listed = name != NULL && strcmp(name, rule) == 0;
        free(name);
    }
    return listed;
}

static bool is_judged(const xmlNode *test_case)
{
    char *outcome = eg_xml_attribute(test_case, "outcome");
    bool judged =
        outcome != NULL && (strcmp(outcome, "accepted") == 0 || strcmp(outcome, "rejected") == 0);

    free(outcome);
    return judged;
}

static enum eg_status look_for_cases(struct work *work, const struct file *file, xmlNode *node)
{
    bool found = false, not_found = false;
    char *rule = is_check(node) || eg_xml_is(node, ASSESSMENT_NS, "finding")
                     ? eg_xml_attribute(node, "id")
                     : NULL;
    enum eg_status status = EG_OK;

    if (rule == NULL || strchr(rule, '$') != NULL) { /* of an abstract pattern */
        free(rule);
        return EG_OK;
    }
    for (size_t i = 0; i < work->count; i++) {
        const xmlNode *root =
            work->files[i].kind == TESTS ? xmlDocGetRootElement(work->files[i].doc) : NULL;
        for (const xmlNode *n = root != NULL ? eg_xml_child(root, TESTS_NS, "case") : NULL;
             n != NULL; n = eg_xml_next(n, TESTS_NS, "case")) {
            bool listed = lists_finding(n, rule);
            found = found || listed;
            not_found = not_found || (!listed && is_judged(n));
        }
    }
    if (!found || !not_found) {
        status = tell(work, file->kind == ASSESSMENT ? "EA-TEST" : "LINT-TEST", file->name, node,
                      "%.100s is %s by any case", rule, !found ? "not found" : "not seen absent");
    }
    free(rule);
    return status;
}

/* ---- names without a use ------------------------------------------------------------------ */

static bool is_word_char(char c)
{
    return isalnum((unsigned char)c) || c == '-' || c == '_';
}

/* `word` is in `text` with one of `before` in front and no letter behind; "" any but letters.
 */
static bool stands(const char *text, const char *word, const char *before)
{
    size_t len = strlen(word);

    for (const char *at = strstr(text, word); at != NULL; at = strstr(at + 1, word)) {
        char front = at > text ? at[-1] : ' ';
        bool begins = before[0] != '\0' ? strchr(before, front) != NULL : !is_word_char(front);
        if (begins && !is_word_char(at[len])) {
            return true;
        }
    }
    return false;
}

static bool is_param_of_sheet(const xmlNode *node, const char *name)
{
    char *own =
        strcmp((const char *)node->name, "param") == 0 ? eg_xml_attribute(node, "name") : NULL;
    bool is = own != NULL && strcmp(own, name) == 0;

    free(own);
    return is;
}

/* Does the element name the parameter or setting? */
static bool names(const struct file *file, const xmlNode *node, const char *name, bool setting)
{
    bool found = file->kind == TRANSFORM && !setting && is_param_of_sheet(node, name);

    for (const xmlAttr *a = node->properties; a != NULL && !found; a = a->next) {
        char *text = eg_xml_attribute(node, (const char *)a->name);
        const char *attribute = (const char *)a->name;
        if (text == NULL) {
            continue;
        }
        found = stands(text, name, "$'\"");
        if (!found && setting) {
            found = (strcmp(attribute, "when") == 0 || strcmp(attribute, "where") == 0 ||
                     strcmp(attribute, "while") == 0) &&
                    stands(text, name, "");
        } else if (!found && file->kind == ASSESSMENT) {
            found = (strcmp(attribute, "as") == 0 || strcmp(attribute, "having") == 0) &&
                    stands(text, name, "");
        }
        free(text);
    }
    if (!found && file->kind == ASSESSMENT && eg_xml_is(node, ASSESSMENT_NS, "text")) {
        char *text = eg_xml_text(node);
        found = text != NULL && stands(text, name, "$");
        free(text);
    }
    return found;
}

static bool is_used(const struct work *work, const char *name, bool setting)
{
    for (size_t i = 0; i < work->count; i++) {
        const struct file *file = &work->files[i];
        for (xmlNode *node = file->kind != TESTS ? xmlDocGetRootElement(file->doc) : NULL;
             node != NULL; node = eg_xml_following(node)) {
            /* In package.xml only formulas and conditions use names; tests use nothing. */
            if ((file->kind != MANIFEST || eg_xml_is(node, PACKAGE_NS, "row") ||
                 eg_xml_is(node, PACKAGE_NS, "parameter")) &&
                names(file, node, name, setting)) {
                return true;
            }
        }
    }
    return false;
}

static bool names_something(const char *source)
{
    for (; source != NULL && *source != '\0'; source++) {
        if (isalnum((unsigned char)*source) || (*source & 0x80) != 0) {
            return true;
        }
    }
    return false;
}

static enum eg_status look_at_names(struct work *work, const struct file *file, xmlNode *node)
{
    bool parameter = eg_xml_is(node, PACKAGE_NS, "parameter");
    bool setting = eg_xml_is(node, PACKAGE_NS, "setting");
    bool row = eg_xml_is(node, PACKAGE_NS, "row");
    char *name = eg_xml_attribute(row ? node->parent : node, "name");
    char *source = eg_xml_attribute(node, "source");
    enum eg_status status = EG_OK;

    if ((parameter || setting) && name != NULL && !is_used(work, name, setting)) {
        status = tell(work, setting ? "LINT-SETTING" : "EA-PARAM", file->name, node,
                      "%s %.60s is not used", setting ? "setting" : "parameter", name);
    }
    if (status != EG_OK) {
        goto done;
    }
    if ((parameter || setting || row) && source != NULL && !names_something(source)) {
        status = tell(work, "LINT-SOURCE", file->name, node, "the source of %.60s names nothing",
                      name != NULL ? name : "");
    }
    if (status != EG_OK) {
        goto done;
    }
    if ((parameter || setting) && eg_xml_child(node, PACKAGE_NS, "title") == NULL) {
        status = tell(work, "LINT-TITLE", file->name, node, "%s %.60s has no titles",
                      setting ? "setting" : "parameter", name != NULL ? name : "");
    }
    if (status != EG_OK) {
        goto done;
    }
    if (eg_xml_is(node, PACKAGE_NS, "valid") && work->package->until[0] != '\0' &&
        strcmp(work->package->until, work->at) < 0) {
        status = tell(work, "LINT-EXPIRED", file->name, node, "it judges periods until %s only",
                      work->package->until);
    }

done:
    free(name);
    free(source);
    return status;
}

/* ---- code lists --------------------------------------------------------------------------- */

static bool is_named(const struct work *work, const char *file_name)
{
    const char *base = strrchr(file_name, '/') + 1;
    const struct eg_tree *tree = &work->package->tree;

    for (size_t i = 0; i < tree->count; i++) {
        const struct eg_buf *content = &tree->files[i].content;
        if (strcmp(tree->files[i].name, "SIGNED") != 0 &&
            strcmp(tree->files[i].name, file_name) != 0 &&
            !is_below(tree->files[i].name, "tests/") && content->len > 0 &&
            strstr((const char *)content->data, base) != NULL) {
            return true;
        }
    }
    return false;
}

static enum eg_status look_at_codelists(struct work *work)
{

    for (size_t i = 0; i < work->package->tree.count; i++) {
        const char *name = work->package->tree.files[i].name;
        if (is_below(name, "codelists/") && !is_named(work, name)) {
            EG_TRY(tell(work, "LINT-CODELIST", name, NULL,
                        "no file of the package names this code list"));
        }
    }
    return EG_OK;
}

/* ---- languages ---------------------------------------------------------------------------- */

/* xml:lang of the element or of one around it; "en" when nothing says it. */
static void language(char out[3], const xmlNode *node)
{
    xmlChar *text = NULL;

    for (; node != NULL && node->type == XML_ELEMENT_NODE && text == NULL; node = node->parent) {
        text = xmlGetNsProp((xmlNode *)node, (const xmlChar *)"lang", (const xmlChar *)XML_NS);
    }
    (void)snprintf(out, 3, "%.2s", text != NULL ? (const char *)text : "en");
    xmlFree(text);
}

/* The diagnostic so called, in whatever file it is. */
static const xmlNode *diagnostic(const struct work *work, const char *id, size_t len)
{
    for (size_t i = 0; i < work->count; i++) {
        for (xmlNode *n = work->files[i].kind == CHECKS ? xmlDocGetRootElement(work->files[i].doc)
                                                        : NULL;
             n != NULL; n = eg_xml_following(n)) {
            char *own = eg_xml_is(n, SCH_NS, "diagnostic") ? eg_xml_attribute(n, "id") : NULL;
            bool is = own != NULL && strlen(own) == len && strncmp(own, id, len) == 0;
            free(own);
            if (is) {
                return n;
            }
        }
    }
    return NULL;
}

static enum eg_status look_at_languages(struct work *work, const struct file *file, xmlNode *node)
{
    static const char blanks[] = " \t\r\n";
    char spoken[3] = "";
    enum eg_status status = EG_OK;

    if (!is_check(node)) {
        return EG_OK;
    }
    language(spoken, node);
    bool german = strcmp(spoken, "de") == 0, english = strcmp(spoken, "en") == 0;
    char *ids = eg_xml_attribute(node, "diagnostics"), *rule = eg_xml_attribute(node, "id");
    for (const char *at = ids != NULL ? ids + strspn(ids, blanks) : ""; *at != '\0';) {
        size_t len = strcspn(at, blanks);
        const xmlNode *more = diagnostic(work, at, len);
        if (more != NULL) {
            language(spoken, more);
        }
        german = german || (more != NULL && strcmp(spoken, "de") == 0);
        english = english || (more != NULL && strcmp(spoken, "en") == 0);
        at += len + strspn(at + len, blanks);
    }
    if (!german || !english) {
        status = tell(work, "LINT-LANGUAGE", file->name, node, "%.100s does not speak %s",
                      rule != NULL ? rule : "a check",
                      german    ? "English"
                      : english ? "German"
                                : "German and English");
    }
    free(ids);
    free(rule);
    return status;
}

/* ---- what is owed -------------------------------------------------------------------------- */

static bool attribute_has_word(const xmlNode *node, const char *attribute, const char *word)
{
    char *text = eg_xml_attribute(node, attribute);
    bool found = text != NULL && stands(text, word, "");
    free(text);
    return found;
}

/* "NAME has a word", or "has no word", or with number, in a condition. */
static bool asks_first(const xmlNode *node, const char *name)
{
    static const char *const attributes[] = {"where", "when", "while"};
    char asked[200] = "";
    bool found = false;

    (void)snprintf(asked, sizeof asked, "%.100s has", name);
    for (size_t i = 0; !found && i < sizeof attributes / sizeof attributes[0]; i++) {
        found = attribute_has_word(node, attributes[i], asked);
    }
    return found;
}

/* Is the column required, or asked whether it is there, by any line below? */
static bool is_accounted_for(const xmlNode *node, const char *name)
{
    for (const xmlNode *at = node->children; at != NULL; at = at->next) {
        if (at->type != XML_ELEMENT_NODE) {
            continue;
        }
        bool required =
            eg_xml_is(at, ASSESSMENT_NS, "require") && attribute_has_word(at, "columns", name);
        if (required || asks_first(at, name) || is_accounted_for(at, name)) {
            return true;
        }
    }
    return false;
}

/* A select on a column that the report may leave out: what it then leaves undecided is all. */
static enum eg_status look_at_select(struct work *work, const struct file *file, xmlNode *node)
{
    const xmlNode *root = xmlDocGetRootElement(file->doc);
    const xmlNode *source = eg_xml_child(root, ASSESSMENT_NS, "source");
    enum eg_status status = EG_OK;

    if (!eg_xml_is(node, ASSESSMENT_NS, "select") || source == NULL) {
        return EG_OK;
    }
    for (const xmlNode *given = eg_xml_child(source, ASSESSMENT_NS, "given");
         status == EG_OK && given != NULL; given = eg_xml_next(given, ASSESSMENT_NS, "given")) {
        char *name = eg_xml_attribute(given, "name");
        if (name != NULL && attribute_has_word(node, "where", name) &&
            !is_accounted_for(root, name)) {
            status = tell(work, "LINT-OWED", file->name, node,
                          "it selects by %.60s, which the report may leave out", name);
        }
        free(name);
    }
    return status;
}

/* A series of a day's grid without a word on which components are owed. */
static enum eg_status look_at_series(struct work *work, const struct file *file, xmlNode *node)
{
    bool list = attribute_has_word(xmlDocGetRootElement(file->doc), "grid", "measurement");

    if (!eg_xml_is(node, ASSESSMENT_NS, "series") || list) {
        return EG_OK;
    }
    for (const xmlNode *at = eg_xml_child(node, ASSESSMENT_NS, "require"); at != NULL;
         at = eg_xml_next(at, ASSESSMENT_NS, "require")) {
        if (xmlHasProp(at, (const xmlChar *)"series") != NULL) {
            return EG_OK;
        }
    }
    return tell(work, "LINT-OWED", file->name, node,
                "no require names the series that a plant owes; one left out is not missed");
}

/* ---- all ---------------------------------------------------------------------------------- */

enum eg_status eg_package_lint(const struct eg_package *package, const char *at, eg_lint_fn told,
                               void *payload, struct eg_error *err)
{
    static const struct {
        enum kind kind;
        node_fn look;
    } looks[] = {
        {MANIFEST, look_at_names},    {CHECKS, look_for_walks},     {CHECKS, look_for_cases},
        {CHECKS, look_at_languages},  {ASSESSMENT, look_for_cases}, {ASSESSMENT, look_at_select},
        {ASSESSMENT, look_at_series},
    };
    struct work work = {.package = package, .at = at, .told = told, .payload = payload, .err = err};
    enum eg_status status = open_files(&work);
    if (status != EG_OK) {
        goto done;
    }

    for (size_t i = 0; i < sizeof looks / sizeof looks[0]; i++) {
        status = each_node(&work, looks[i].kind, looks[i].look);
        if (status != EG_OK) {
            goto done;
        }
    }
    status = look_at_codelists(&work);

done:
    for (size_t i = 0; i < work.count; i++) {
        xmlFreeDoc(work.files[i].doc);
    }
    free(work.files);
    return status;
}
