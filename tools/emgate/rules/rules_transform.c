/*
 * emgate rules transform: one stylesheet on one document, locked down exactly as in the gateway.
 */
#include "emgate/rules/rules.h"

#include "assess/transform/transform.h"
#include "base/limits.h"
#include "base/text.h"

#include <stdlib.h>

static enum eg_status transform(struct eg_buf *out, struct eg_tool_folder *folder,
                                const char *document, struct eg_error *err)
{
    struct eg_transform *sheet = NULL;
    xmlDoc *doc = NULL;
    struct eg_buf xml;

    eg_buf_init(&xml, EG_REPORT_MAX);
    enum eg_status status = eg_transform_compile(&sheet, &folder->loader, folder->name, NULL, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_file_read(&xml, document, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_xml_parse_file(&doc, eg_bytes_view(&xml), document, EG_REPORT_MAX, err);
    if (status != EG_OK) {
        goto done;
    }
    const struct eg_transform_job job = {.doc = doc, .result_max = EG_NOTIFICATION_MAX};
    status = eg_transform_run(NULL, out, sheet, &job, err);

done:
    eg_transform_free(&sheet);
    xmlFreeDoc(doc);
    eg_buf_done(&xml);
    return status;
}

static int run(const struct eg_tool_args *args, struct eg_error *err)
{
    struct eg_tool_folder *folder = calloc(1, sizeof *folder);
    struct eg_buf out, shown;
    enum eg_status status = folder != NULL
                                ? eg_engine_init(err)
                                : eg_error_set(err, EG_E_NOMEM, "transform", "memory ran out");

    eg_buf_init(&out, EG_NOTIFICATION_MAX);
    eg_buf_init(&shown, 4 * (size_t)EG_NOTIFICATION_MAX);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_tool_folder_open(folder, eg_tool_operand(args, 0), err);
    if (status != EG_OK) {
        goto done;
    }
    status = transform(&out, folder, eg_tool_operand(args, 1), err);
    if (status != EG_OK) {
        goto done;
    }
    if (eg_tool_json(args)) {
        eg_buf_text(&shown, "{\"result\":");
        eg_text_json(&shown, eg_bytes_view(&out));
        eg_buf_text(&shown, "}\n");
        status = eg_tool_print(&shown, err);
    } else {
        status = eg_tool_print(&out, err);
    }

done:
    if (folder != NULL) {
        eg_tool_folder_close(folder);
        free(folder);
    }
    eg_buf_done(&out);
    eg_buf_done(&shown);
    eg_engine_done();
    return status == EG_OK ? EG_EXIT_DONE : EG_EXIT_COULD_NOT;
}

const struct eg_tool_verb eg_verb_rules_transform = {
    .name = "rules transform",
    .summary = "run one stylesheet on one document, locked down",
    .operands = "SHEET.xsl DOC.xml",
    .operands_min = 2,
    .operands_max = 2,
    .description = "Compiles SHEET.xsl as a gateway would and writes its result to stdout. What it "
                   "imports or includes is looked for in its own folder and below. Global "
                   "parameters keep the values that the sheet gives them.",
    .example = "emgate rules transform daily.xsl report.xml",
    .run = run,
};
