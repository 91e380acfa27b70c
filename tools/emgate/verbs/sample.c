/*
 * `emgate report sample`: generated reports as files, for tests and for whoever tries a package.
 */
#include "emgate/frame/verb.h"

#include "base/calendar.h"
#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "trial/sample.h"

#include <stdio.h>
#include <stdlib.h>

#define SAMPLE_MAX (1 * EG_MIB)
#define COUNT_MAX 100000
#define NAME_MAX_LEN (EG_ID_MAX + 8)

static enum eg_status number_option(const struct eg_tool_args *args, const char *name, uint64_t max,
                                    uint64_t *value, struct eg_error *err)
{
    const char *text = eg_tool_value(args, name, 0);

    if (text != NULL && !eg_text_u64(eg_bytes_of(text), max, value)) {
        return eg_error_set(err, EG_E_USAGE, name, "\"%.60s\" is no number up to %llu", text,
                            (unsigned long long)max);
    }
    return EG_OK;
}

static enum eg_status write_one(const struct eg_sample *sample, const char *folder,
                                struct eg_error *err)
{
    char name[NAME_MAX_LEN];
    struct eg_buf report;

    (void)snprintf(name, sizeof name, "%s.xml", sample->id);
    char *path = eg_file_join(folder, name);
    if (path == NULL) {
        return eg_error_set(err, EG_E_NOMEM, name, "memory ran out");
    }
    eg_buf_init(&report, SAMPLE_MAX);
    enum eg_status status = eg_sample_report(&report, sample, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_file_write(path, eg_bytes_view(&report), 0644, err);

done:
    eg_buf_done(&report);
    free(path);
    return status;
}

/* Report n has seed + n and the n-th day, so that a folder of them can be submitted as they are. */
static enum eg_status write_all(struct eg_sample *sample, const char *folder, int32_t first,
                                uint64_t count, struct eg_error *err)
{
    EG_TRY(eg_file_mkdirs(folder, err));

    for (uint64_t i = 0; i < count; i++, sample->seed++) {
        char day[EG_DAY_TEXT_MAX];
        char id[EG_ID_MAX + 1];
        eg_day_text(day, first + (int32_t)i);
        (void)snprintf(id, sizeof id, "sample-%s", day);
        sample->day = day;
        sample->id = id;
        EG_TRY(write_one(sample, folder, err));
    }
    return EG_OK;
}

static int run_sample(const struct eg_tool_args *args, struct eg_error *err)
{
    const char *day = eg_tool_value(args, "--day", 0);
    struct eg_sample sample = {.addressee = eg_tool_value(args, "--to", 0),
                               .plant = eg_tool_value(args, "--plant", 0),
                               .version = 1};
    uint64_t count = 1;
    int32_t first = 0;
    enum eg_status status = EG_OK;

    if (!eg_sample_kind_named(eg_tool_value(args, "--kind", 0), &sample.kind)) {
        status = eg_error_set(err, EG_E_USAGE, "--kind", "the kinds are daily, short, turbine");
    } else if (!eg_day_read(eg_bytes_of(day), &first)) {
        status = eg_error_set(err, EG_E_USAGE, "--day", "no day like 2011-04-06");
    } else if (!eg_text_token(eg_bytes_of(sample.addressee), EG_ORIGIN_MAX) ||
               !eg_text_token(eg_bytes_of(sample.plant), EG_ID_MAX)) {
        status = eg_error_set(err, EG_E_USAGE, "--to, --plant", "not an identifier");
    }
    if (status != EG_OK) {
        return EG_EXIT_COULD_NOT;
    }
    status = number_option(args, "--seed", UINT64_MAX / 2, &sample.seed, err);
    if (status != EG_OK) {
        return EG_EXIT_COULD_NOT;
    }
    status = number_option(args, "--count", COUNT_MAX, &count, err);
    if (status != EG_OK) {
        return EG_EXIT_COULD_NOT;
    }
    if (first > EG_DAY_LAST - (int32_t)count) {
        status = eg_error_set(err, EG_E_USAGE, "--count", "the days would run beyond 2199");
    }
    if (status != EG_OK) {
        return EG_EXIT_COULD_NOT;
    }
    status = write_all(&sample, eg_tool_value(args, "-o", 0), first, count, err);
    if (status != EG_OK) {
        return EG_EXIT_COULD_NOT;
    }
    return EG_EXIT_DONE;
}

static const struct eg_tool_option OPTIONS[] = {
    {"--kind", "KIND", "daily, short or turbine.", false, true},
    {"--to", "ORIGIN", "Log origin that the reports are for.", false, true},
    {"--plant", "ID", "Plant that they are of.", false, true},
    {"--day", "DAY", "Day of the first one, YYYY-MM-DD.", false, true},
    {"-o", "DIR", "Folder for the reports; made when it is not there.", false, true},
    {"--seed", "N", "Seed of the first one; the next takes the next. Default 0.", false, false},
    {"--count", "N", "How many, a day each. Default 1.", false, false},
    {NULL, NULL, NULL, false, false},
};

const struct eg_tool_verb eg_verb_report_sample = {
    .name = "report sample",
    .summary = "write generated reports, the same on every machine",
    .operands = "",
    .operands_min = 0,
    .operands_max = 0,
    .description = "Values from a seed, with every column that a report can have. They are no "
                   "measurements and say so in a remark.",
    .example = "emgate report sample --kind turbine --to demo.emgate.example --plant p1 --day "
               "2011-01-01 --count 30 -o samples",
    .options = OPTIONS,
    .run = run_sample,
    .hidden = true,
};
