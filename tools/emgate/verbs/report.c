/*
 * `emgate report from-csv`: source data of a plant's data system to unsigned reports. The work is
 * flow's; here are the options, the files and what is told.
 */
#include "emgate/frame/verb.h"

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "convert/convert.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAYS_MAX 100000
#define NAME_MAX_LEN (EG_ID_MAX + 8)

struct writer {
    const char *folder;
    const struct eg_tool_args *args;
    size_t written;
};

/* File names are ids; '/' is the one character of an id that a name can not have. */
static enum eg_status write_report(void *payload, const char *id, const char *day,
                                   struct eg_bytes report, struct eg_error *err)
{
    struct writer *writer = payload;
    char name[NAME_MAX_LEN];

    if (eg_tool_interrupted()) {
        return eg_error_set(err, EG_E_STATE, day, "interrupted; reports of earlier days are there");
    }
    (void)snprintf(name, sizeof name, "%s.xml", id);
    for (char *c = name; *c != '\0'; c++) {
        *c = *c == '/' ? '_' : *c;
    }
    char *path = eg_file_join(writer->folder, name);
    if (path == NULL) {
        return eg_error_set(err, EG_E_NOMEM, name, "memory ran out");
    }
    enum eg_status status = eg_file_write(path, report, 0644, err);
    if (status != EG_OK) {
        goto done;
    }
    if (eg_tool_json(writer->args)) {
        struct eg_buf line;
        eg_buf_init(&line, EG_MIB);
        eg_buf_text(&line, "{\"report\":");
        eg_text_json(&line, eg_bytes_of(id));
        eg_buf_text(&line, ",\"day\":");
        eg_text_json(&line, eg_bytes_of(day));
        eg_buf_text(&line, ",\"file\":");
        eg_text_json(&line, eg_bytes_of(path));
        eg_buf_text(&line, "}\n");
        (void)fwrite(line.data, 1, line.len, stdout);
        eg_buf_done(&line);
    }

done:
    free(path);
    writer->written++;
    return status;
}

static enum eg_status number_option(const struct eg_tool_args *args, const char *name, uint64_t max,
                                    uint32_t otherwise, uint32_t *out, struct eg_error *err)
{
    const char *text = eg_tool_value(args, name, 0);
    uint64_t value = otherwise;

    if (text != NULL && (!eg_text_u64(eg_bytes_of(text), max, &value) || value == 0)) {
        return eg_error_set(err, EG_E_USAGE, name, "\"%.60s\" is no number from 1 to %u", text,
                            (unsigned)max);
    }
    *out = (uint32_t)value;
    return EG_OK;
}

static enum eg_status convert(const struct eg_tool_args *args, const struct eg_mapping *mapping,
                              struct eg_convert_tally *tally, struct eg_error *err)
{
    struct writer writer = {.folder = eg_tool_value(args, "-o", 0), .args = args};
    struct eg_convert_options options = {.addressee = eg_tool_value(args, "--to", 0),
                                         .from = eg_tool_value(args, "--from", 0),
                                         .until = eg_tool_value(args, "--until", 0),
                                         .emit = write_report,
                                         .payload = &writer};
    size_t count = eg_tool_operand_count(args);
    const char **paths = calloc(count, sizeof *paths);
    enum eg_status status = EG_OK;

    if (paths == NULL) {
        return eg_error_set(err, EG_E_NOMEM, NULL, "memory ran out");
    }
    for (size_t i = 0; i < count; i++) {
        paths[i] = eg_tool_operand(args, i);
    }
    status = number_option(args, "--days", DAYS_MAX, 0, &options.days, err);
    if (status != EG_OK) {
        goto done;
    }
    status =
        number_option(args, "--report-version", EG_VERSION_NUMBER_MAX, 1, &options.version, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_file_mkdirs(writer.folder, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_convert_files(tally, mapping, &options, paths, count, err);

done:
    free(paths);
    return status;
}

static int run_from_csv(const struct eg_tool_args *args, struct eg_error *err)
{
    struct eg_mapping *mapping = NULL;
    struct eg_convert_tally tally = {0};
    enum eg_status status = eg_mapping_read(&mapping, eg_tool_value(args, "--map", 0), err);
    if (status != EG_OK) {
        goto done;
    }

    status = convert(args, mapping, &tally, err);
    if (status != EG_OK) {
        goto done;
    }
    if (!eg_tool_json(args)) {
        printf("%zu reports from %zu rows: %zu values, %zu without a number; in %s\n",
               tally.reports, tally.rows, tally.values, tally.missing,
               eg_tool_value(args, "-o", 0));
    }

done:
    eg_mapping_free(&mapping);
    return status == EG_OK ? EG_EXIT_DONE : EG_EXIT_COULD_NOT;
}

static const struct eg_tool_option OPTIONS[] = {
    {"--map", "MAP", "Mapping file: how columns become a report.", false, true},
    {"--to", "ORIGIN", "Log origin of the gateway that the reports are for.", false, true},
    {"-o", "DIR", "Folder for the reports; made when it is not there.", false, true},
    {"--from", "DAY", "First day, YYYY-MM-DD.", false, false},
    {"--until", "DAY", "Last day, YYYY-MM-DD.", false, false},
    {"--days", "N", "At most so many days.", false, false},
    {"--report-version", "N", "Version of the reports; a correction takes the next. Default 1.",
     false, false},
    {NULL, NULL, NULL, false, false},
};

const struct eg_tool_verb eg_verb_report = {
    .name = "report from-csv",
    .summary = "turn source data of a data system into unsigned daily reports",
    .operands = "FILE...",
    .operands_min = 1,
    .operands_max = -1,
    .description =
        "Reads CSV files in the order given and writes one report a day, DIR/<plant>-<day>.xml, "
        "of the vocabulary urn:emgate:report:1. The reports are not signed yet.\n\n"
        "The mapping file says everything that is not in the data: plant, time zone, averaging "
        "interval, which column is which component in which unit, what the status codes mean, "
        "and what is assumed. Nothing is guessed: an unknown code, a number that is none, a time "
        "off the grid or out of order ends the run with file, line and column.\n\n"
        "The same files and mapping give the same octets on every machine.\n\n"
        "A mapping file, line by line: "
        "emgate mapping 1; plant ID; zone +01:00; step PT60M or PT30M; separator comma, semicolon "
        "or tab; decimal point or comma; time first 2011-01-01T01:00:00, or time column NAME end "
        "or begin; missing WORD...; status-code CODE WORD; state-code CODE WORD; remark de|en "
        "TEXT; "
        "source ID; then for this source companion, operation and series lines, such as: series "
        "NOx column NOX_mg_m3 unit mg/m3 quantity SSTA cas 10102-44-0 status assumed. Lines that "
        "begin with # are comments.",
    .example = "emgate report from-csv --map tests/data/gas-turbine/gas-turbine.map --to "
               "demo.emgate.example --from 2011-04-06 --days 30 -o reports "
               "tests/data/gas-turbine/gt_2011.csv",
    .options = OPTIONS,
    .run = run_from_csv,
};
