/*
 * emgate rules sch: one Schematron schema on one document, locked down as in the gateway. The
 * schema's own folder is all it may read.
 */
#include "emgate/verb.h"

#include "assess/schematron.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define SVRL_MAX (64 * EG_MIB)

static const struct eg_tool_option options[] = {
    {"--phase", "PHASE", "run the patterns of this phase; default: the schema's own, or all", false,
     false},
    {0}};

/* Files of the schema's folder, read when they are asked for and kept until the end. */
struct folder {
    char *path;
    struct eg_tree_file *files;
    size_t count;
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
    struct eg_tree_file *bigger =
        realloc(folder->files, (folder->count + 1) * sizeof(*folder->files));
    folder->files = bigger != NULL ? bigger : folder->files;
    eg_buf_init(&file.content, EG_PACKAGE_OCTETS_MAX);
    if (bigger == NULL || file.name == NULL || path == NULL || strstr(name, "..") != NULL ||
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

static enum eg_status compile(struct eg_schematron **out, const char **name, struct folder *folder,
                              const struct eg_loader *loader, const struct eg_tool_args *args,
                              struct eg_error *err)
{
    const char *path = eg_tool_operand(args, 0);
    const char *slash = strrchr(path, '/');
    *name = slash != NULL ? slash + 1 : path;
    folder->path = slash == NULL   ? strdup(".")
                   : slash == path ? strdup("/")
                                   : strndup(path, (size_t)(slash - path));
    if (folder->path == NULL) {
        return eg_error_set(err, EG_E_NOMEM, path, "no memory");
    }
    struct eg_schematron_options settings = {.phase = eg_tool_value(args, "--phase", 0)};
    return eg_schematron_compile(out, loader, *name, &settings, err);
}

static enum eg_status read_document(xmlDoc **out, const char *path, struct eg_error *err)
{
    struct eg_buf octets = {0};
    eg_buf_init(&octets, EG_REPORT_MAX);
    enum eg_status status = eg_file_read(&octets, path, err);
    if (status == EG_OK) {
        status = eg_xml_parse_file(out, eg_bytes_view(&octets), path, EG_REPORT_MAX, err);
    }
    eg_buf_done(&octets);
    return status;
}

static void json_text(struct eg_buf *out, const char *key, const char *text)
{
    eg_buf_format(out, "\"%s\":", key);
    eg_text_json(out, eg_bytes_of(text != NULL ? text : ""));
}

static enum eg_status tell_json(const struct eg_schematron *schema,
                                const struct eg_findings *findings, struct eg_error *err)
{
    struct eg_buf out = {0};
    struct eg_buf text = {0};
    eg_buf_init(&out, SVRL_MAX);
    eg_buf_init(&text, EG_MIB);
    eg_buf_format(&out, "{\"valid\":%s,\"omitted\":%zu,\"findings\":[",
                  eg_findings_valid(findings) ? "true" : "false", findings->omitted);
    enum eg_status status = EG_OK;
    for (size_t i = 0; i < findings->count && status == EG_OK; i++) {
        const struct eg_finding *finding = &findings->list[i];
        eg_buf_reset(&text);
        eg_buf_text(&text, "");
        status = eg_schematron_text(&text, schema, finding, "en", err);
        eg_buf_text(&out, i > 0 ? ",{" : "{");
        json_text(&out, "severity", eg_severity_text(finding->severity));
        eg_buf_char(&out, ',');
        json_text(&out, "rule", finding->rule);
        eg_buf_char(&out, ',');
        json_text(&out, "location", finding->location);
        eg_buf_format(&out, ",\"line\":%u,\"text\":", finding->line);
        eg_text_json(&out, eg_bytes_view(&text));
        eg_buf_char(&out, '}');
    }
    eg_buf_text(&out, "]}\n");
    if (status == EG_OK) {
        status = eg_buf_ok(&out, "findings", err);
    }
    if (status == EG_OK) {
        (void)fwrite(out.data, 1, out.len, stdout);
    }
    eg_buf_done(&out);
    eg_buf_done(&text);
    return status;
}

static enum eg_status judge(bool *valid, struct eg_schematron *schema, xmlDoc *doc, bool json,
                            struct eg_error *err)
{
    struct eg_findings findings = {0};
    struct eg_buf svrl = {0};
    bool fatal = false;
    eg_findings_init(&findings);
    eg_buf_init(&svrl, SVRL_MAX);
    struct eg_schematron_job job = {.doc = doc, .step = 1, .svrl = json ? NULL : &svrl};
    enum eg_status status = eg_schematron_run(&fatal, schema, &job, &findings, err);
    if (status == EG_OK && json) {
        status = tell_json(schema, &findings, err);
    } else if (status == EG_OK) {
        (void)fwrite(svrl.data, 1, svrl.len, stdout);
    }
    *valid = eg_findings_valid(&findings);
    eg_findings_done(&findings);
    eg_buf_done(&svrl);
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
    enum eg_status status = eg_xml_init(err);
    if (status != EG_OK) {
        return EG_EXIT_COULD_NOT;
    }
    status = compile(&schema, &name, &folder, &loader, args, err);
    if (status == EG_OK) {
        status = read_document(&doc, eg_tool_operand(args, 1), err);
    }
    if (status == EG_OK) {
        status = judge(&valid, schema, doc, eg_tool_json(args), err);
    }
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
        "The result goes to standard output as SVRL, or with --json as findings.\n"
        "\n"
        "Exit status: 0 the document is valid, 1 it is not (an error or a fatal finding), 2 the\n"
        "schema is in error or one of the two could not be read. A failed assert is an error and "
        "a\n"
        "successful report a warning, unless @role says otherwise.",
    .example = "emgate rules sch checks/grid.sch report.xml\n"
               "emgate rules sch --phase quick checks/grid.sch report.xml",
    .options = options,
    .run = run,
};
