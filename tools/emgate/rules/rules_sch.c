/*
 * emgate rules sch: one Schematron schema on one document, locked down as in the gateway. The
 * schema's own folder is all it may read.
 */
#include "emgate/rules/rules.h"

#include "assess/schematron/schematron.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "base/vector.h"

#include <stdlib.h>
#include <string.h>

#define SVRL_MAX (64 * EG_MIB)

#define PARAMS_MAX 64

static const struct eg_tool_option options[] = {
    {"--phase", "PHASE", "run the patterns of this phase; default: the schema's own, or all", false,
     false},
    {"--param", "NAME=VALUE", "a value for a variable of the schema, as a package gives it", true,
     false},
    {"--text", NULL, "findings as lines of text instead of SVRL", false, false},
    {"--lang", "LANG", "language of the lines: de or en (en)", false, false},
    {0}};

/* Files of the schema's folder, read when they are asked for and kept until the end. */
struct folder {
    char *path;
    struct eg_tree_file *files;
    size_t count, capacity;
};

static struct eg_bytes find_file(void *payload, const char *name)
{
    struct folder *folder = payload;
    for (size_t i = 0; i < folder->count; i++) {
        if (strcmp(folder->files[i].name, name) == 0) {
            return eg_bytes_view(&folder->files[i].content);
        }
    }
    struct eg_bytes none = EG_BYTES_NONE;
    struct eg_tree_file file = {.name = strdup(name)};
    char *path = eg_file_join(folder->path, name);
    eg_buf_init(&file.content, EG_PACKAGE_OCTETS_MAX);
    if (EG_VECTOR_RESERVE(folder->files, folder->capacity, folder->count + 1,
                          EG_PACKAGE_FILES_MAX) != EG_OK ||
        file.name == NULL || path == NULL || strstr(name, "..") != NULL ||
        eg_file_read(&file.content, path, NULL) != EG_OK) {
        eg_buf_done(&file.content);
        free(file.name);
        free(path);
        return none;
    }
    free(path);
    folder->files[folder->count++] = file;
    struct eg_bytes found = eg_bytes_view(&file.content);
    return found.data != NULL ? found : eg_bytes_of("");
}

static void folder_done(struct folder *folder)
{
    for (size_t i = 0; i < folder->count; i++) {
        free(folder->files[i].name);
        eg_buf_done(&folder->files[i].content);
    }
    free(folder->files);
    free(folder->path);
}

/* NAME=VALUE in two; the names are kept in `text`. */
struct params {
    struct eg_schematron_param list[PARAMS_MAX];
    char *text[PARAMS_MAX];
    size_t count;
};

static void params_done(struct params *params)
{
    for (size_t i = 0; i < params->count; i++) {
        free(params->text[i]);
    }
}

static enum eg_status read_params(struct params *params, const struct eg_tool_args *args,
                                  struct eg_error *err)
{
    const char *given = NULL;
    for (size_t i = 0; (given = eg_tool_value(args, "--param", i)) != NULL; i++) {
        char *text = strdup(given);
        char *equals = text != NULL ? strchr(text, '=') : NULL;
        if (i == PARAMS_MAX || equals == NULL || equals == text) {
            free(text);
            return i == PARAMS_MAX
                       ? eg_error_set(err, EG_E_LIMIT, "--param", "more than %d", PARAMS_MAX)
                       : eg_error_set(err, EG_E_USAGE, "--param", "'%.60s' is no NAME=VALUE",
                                      given);
        }
        *equals = '\0';
        params->text[i] = text;
        params->list[i] = (struct eg_schematron_param){.name = text, .value = equals + 1};
        params->count++;
    }
    return EG_OK;
}

static enum eg_status compile(struct eg_schematron **out, const char **name, struct folder *folder,
                              const struct eg_loader *loader, const struct eg_tool_args *args,
                              struct eg_error *err)
{
    const char *path = eg_tool_operand(args, 0);
    const char *slash = strrchr(path, '/');
    struct params params = {.count = 0};
    *name = slash != NULL ? slash + 1 : path;
    folder->path = slash == NULL   ? strdup(".")
                   : slash == path ? strdup("/")
                                   : strndup(path, (size_t)(slash - path));
    if (folder->path == NULL) {
        return eg_error_set(err, EG_E_NOMEM, path, "no memory");
    }
    enum eg_status status = read_params(&params, args, err);
    if (status != EG_OK) {
        goto done;
    }
    struct eg_schematron_options settings = {.phase = eg_tool_value(args, "--phase", 0),
                                             .params = params.list,
                                             .param_count = params.count};
    status = eg_schematron_compile(out, loader, *name, &settings, err);

done:
    params_done(&params);
    return status;
}

static enum eg_status read_document(xmlDoc **out, const char *path, struct eg_error *err)
{
    struct eg_buf octets = {0};
    eg_buf_init(&octets, EG_REPORT_MAX);
    enum eg_status status = eg_file_read(&octets, path, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_xml_parse_file(out, eg_bytes_view(&octets), path, EG_REPORT_MAX, err);

done:
    eg_buf_done(&octets);
    return status;
}

/* The finding's words; empty when the schema has none. */
static enum eg_status words(struct eg_buf *text, const struct eg_schematron *schema,
                            const struct eg_finding *finding, const char *lang,
                            struct eg_error *err)
{
    eg_buf_reset(text);
    eg_buf_text(text, "");
    return eg_schematron_text(text, schema, finding, lang, err);
}

static void add_values(struct eg_buf *out, const struct eg_finding *finding)
{
    eg_buf_text(out, ",\"values\":{");
    for (size_t i = 0; i < finding->value_count; i++) {
        eg_buf_text(out, i > 0 ? "," : "");
        eg_text_json(out, eg_bytes_of(finding->values[i].name));
        eg_buf_char(out, ':');
        eg_text_json(out, eg_bytes_of(finding->values[i].text));
    }
    eg_buf_char(out, '}');
}

static void add_json(struct eg_buf *out, const struct eg_finding *finding,
                     const struct eg_buf *text)
{
    eg_buf_format(out, "{\"severity\":\"%s\",\"rule\":", eg_severity_text(finding->severity));
    eg_text_json(out, eg_bytes_of(finding->rule));
    eg_buf_text(out, ",\"location\":");
    eg_text_json(out, eg_bytes_of(finding->location != NULL ? finding->location : ""));
    eg_buf_format(out, ",\"line\":%u", finding->line);
    add_values(out, finding);
    eg_buf_text(out, ",\"text\":");
    eg_text_json(out, eg_bytes_view(text));
    eg_buf_char(out, '}');
}

static void add_line(struct eg_buf *out, const struct eg_finding *finding,
                     const struct eg_buf *text)
{
    eg_buf_format(out, "%-7s %-24s", eg_severity_text(finding->severity), finding->rule);
    if (finding->line > 0) {
        eg_buf_format(out, " line %u", finding->line);
    }
    eg_buf_format(out, "  %s\n        %s\n", (const char *)text->data,
                  finding->location != NULL ? finding->location : "");
}

/* Findings as one JSON document, or as lines. */
static enum eg_status tell(struct eg_buf *out, const struct eg_schematron *schema,
                           const struct eg_findings *findings, const char *lang, bool json,
                           struct eg_error *err)
{
    struct eg_buf text = {0};
    enum eg_status status = EG_OK;
    const char *valid = eg_findings_valid(findings) ? "true" : "false";
    eg_buf_init(&text, EG_MIB);
    if (json) {
        eg_buf_format(out, "{\"valid\":%s,\"omitted\":%zu,\"findings\":[", valid,
                      findings->omitted);
    }
    for (size_t i = 0; i < findings->count; i++) {
        const struct eg_finding *finding = &findings->list[i];
        status = words(&text, schema, finding, lang, err);
        if (json) {
            eg_buf_text(out, i > 0 ? "," : "");
            add_json(out, finding, &text);
        } else {
            add_line(out, finding, &text);
        }
        if (status != EG_OK) {
            goto done;
        }
    }

done:
    if (json) {
        eg_buf_text(out, "]}\n");
    } else {
        eg_buf_format(
            out, "%s: %zu error, %zu warning, %zu info\n", valid[0] == 't' ? "valid" : "invalid",
            findings->by_severity[EG_SEVERITY_ERROR] + findings->by_severity[EG_SEVERITY_FATAL],
            findings->by_severity[EG_SEVERITY_WARNING], findings->by_severity[EG_SEVERITY_INFO]);
    }
    eg_buf_done(&text);
    return status;
}

static enum eg_status judge(bool *valid, const struct eg_schematron *schema, xmlDoc *doc,
                            const struct eg_tool_args *args, struct eg_error *err)
{
    struct eg_findings findings = {0};
    struct eg_buf out = {0};
    bool fatal = false;
    bool json = eg_tool_json(args);
    bool told = json || eg_tool_flag(args, "--text");
    const char *lang = eg_tool_value(args, "--lang", 0);
    eg_findings_init(&findings);
    eg_buf_init(&out, SVRL_MAX);
    struct eg_schematron_job job = {
        .doc = doc, .step = 1, .svrl = told ? NULL : &out, .document = eg_tool_operand(args, 1)};
    struct eg_schematron_state *state = NULL;
    enum eg_status status = eg_schematron_state_new(&state, schema, err);
    if (status == EG_OK) {
        status = eg_schematron_run(&fatal, state, &job, &findings, err);
    }
    eg_schematron_state_free(&state);
    if (status != EG_OK) {
        goto done;
    }
    if (told) {
        status = tell(&out, schema, &findings, lang != NULL ? lang : "en", json, err);
    }
    if (status != EG_OK) {
        goto done;
    }
    status = eg_tool_print(&out, err);

done:
    *valid = eg_findings_valid(&findings);
    eg_findings_done(&findings);
    eg_buf_done(&out);
    return status;
}

static int run(const struct eg_tool_args *args, struct eg_error *err)
{
    struct folder folder = {0};
    struct eg_loader loader = {&folder, find_file};
    struct eg_schematron *schema = NULL;
    xmlDoc *doc = NULL;
    const char *name = NULL;
    bool valid = false;
    const char *lang = eg_tool_value(args, "--lang", 0);
    if (lang != NULL && strcmp(lang, "de") != 0 && strcmp(lang, "en") != 0) {
        (void)eg_error_set(err, EG_E_USAGE, "--lang", "must be de or en");
        return EG_EXIT_COULD_NOT;
    }
    enum eg_status status = eg_xml_init(err);
    if (status != EG_OK) {
        return EG_EXIT_COULD_NOT;
    }
    status = compile(&schema, &name, &folder, &loader, args, err);
    if (status != EG_OK) {
        goto done;
    }
    status = read_document(&doc, eg_tool_operand(args, 1), err);
    if (status != EG_OK) {
        goto done;
    }
    status = judge(&valid, schema, doc, args, err);

done:
    eg_schematron_free(&schema);
    xmlFreeDoc(doc);
    folder_done(&folder);
    eg_xml_done();
    return status != EG_OK ? EG_EXIT_COULD_NOT : valid ? EG_EXIT_DONE : EG_EXIT_NEGATIVE;
}

const struct eg_tool_verb eg_verb_rules_sch = {
    .name = "rules sch",
    .summary = "run one Schematron schema on one document",
    .operands = "SCHEMA.sch DOC.xml",
    .operands_min = 2,
    .operands_max = 2,
    .description =
        "Compiles an ISO Schematron schema (query binding xslt) and runs it on a document, locked\n"
        "down as in the gateway: no DOCTYPE, nothing loaded but files of the schema's own folder.\n"
        "The result goes to standard output as SVRL (ISO/IEC 19757-3, Annex D), with --text as\n"
        "lines, or with --json as findings.\n"
        "\n"
        "Exit status: 0 the document is valid, 1 it is not (an error or a fatal finding), 2 the\n"
        "schema is in error or one of the two could not be read. A failed assert is an error and "
        "a\n"
        "successful report a warning, unless @role says otherwise.",
    .example = "emgate rules sch checks/grid.sch report.xml\n"
               "emgate rules sch --phase quick checks/grid.sch report.xml\n"
               "emgate rules sch --text --lang de --param limit=50 checks/grid.sch report.xml",
    .options = options,
    .run = run,
};
