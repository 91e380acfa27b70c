/*
 * emgate rules owed: what a plant's report owes on a day, before there is one.
 */
#include "emgate/rules/rules.h"
#include "emgate/rules/rules_plant.h"

#include "base/error.h"
#include "core/identity.h"

#include <inttypes.h>

#define TEXT_MAX (16 * EG_MIB)

static void show_text(struct eg_buf *out, const struct eg_package *package, const char *day,
                      const struct eg_judged *owed)
{
    eg_buf_format(out, "%s %s, %s: %" PRIu64 " judgements are owed\n", package->ref.id,
                  package->ref.version, day, owed->counts.owed);
    for (size_t i = 0; i < owed->count; i++) {
        const struct eg_judged_limit *limit = &owed->list[i];
        eg_buf_format(out, "  %-12s %-8s %-24s %4" PRIu64 "\n", limit->source,
                      limit->component[0] != '\0' ? limit->component : "-", limit->rule,
                      limit->counts.owed);
    }
    if (owed->omitted > 0) {
        eg_buf_format(out, "  and %zu more limits, in the sum\n", owed->omitted);
    }
}

static void show_json(struct eg_buf *out, const struct eg_package *package, const char *day,
                      const struct eg_judged *owed)
{
    eg_buf_text(out, "{\"package\":");
    eg_tool_json_package(out, &package->ref);
    eg_tool_json_text(out, "day", day);
    eg_buf_format(out, ",\"owed\":%" PRIu64 ",\"limits\":[", owed->counts.owed);
    for (size_t i = 0; i < owed->count; i++) {
        const struct eg_judged_limit *limit = &owed->list[i];
        eg_buf_text(out, i > 0 ? ",{" : "{");
        eg_tool_json_text(out, "limit", limit->rule);
        eg_tool_json_text(out, "source", limit->source);
        eg_tool_json_text(out, "component", limit->component[0] != '\0' ? limit->component : NULL);
        eg_buf_format(out, ",\"owed\":%" PRIu64 "}", limit->counts.owed);
    }
    eg_buf_format(out, "],\"limitsOmitted\":%zu}\n", owed->omitted);
}

static enum eg_status owed(const struct eg_tool_args *args, const struct eg_package *package,
                           const struct eg_rules *rules, struct eg_error *err)
{
    const char *day = eg_tool_value(args, "--day", 0);
    struct eg_tool_plant plant = {.texts = NULL};
    struct eg_judged judged;
    struct eg_buf out;

    eg_judged_init(&judged);
    eg_buf_init(&out, TEXT_MAX);
    enum eg_status status = EG_OK;
    if (day == NULL || !eg_date_valid(day)) {
        status = eg_error_set(err, EG_E_USAGE, "--day", "say the day as YYYY-MM-DD");
        goto done;
    }
    status = eg_tool_plant_read(&plant, args, package, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_rules_owed(&judged, rules, &plant.plant, day, err);
    if (status != EG_OK) {
        goto done;
    }
    (eg_tool_json(args) ? show_json : show_text)(&out, package, day, &judged);
    status = eg_tool_print(&out, err);

done:
    eg_tool_plant_done(&plant);
    eg_judged_done(&judged);
    eg_buf_done(&out);
    return status;
}

static int run(const struct eg_tool_args *args, struct eg_error *err)
{
    struct eg_package *package = NULL;
    struct eg_rules *rules = NULL;
    enum eg_status status = eg_tool_package_open(&package, eg_tool_operand(args, 0), true, err);

    if (status != EG_OK) {
        goto done;
    }
    status = eg_rules_compile(&rules, package, err);
    if (status != EG_OK) {
        goto done;
    }
    status = owed(args, package, rules, err);

done:
    eg_rules_free(&rules);
    eg_tool_package_close(&package);
    return status != EG_OK ? EG_EXIT_COULD_NOT : EG_EXIT_DONE;
}

static const struct eg_tool_option options[] = {
    {.name = "--day", .value = "DAY", .help = "The day, as 2026-03-01; must be given."},
    EG_TOOL_SETTING_OPTION,
    EG_TOOL_PERMIT_OPTION,
    EG_TOOL_DIRECTORY_OPTION,
    EG_TOOL_PLANT_OPTION,
    {.name = NULL},
};

const struct eg_tool_verb eg_verb_rules_owed = {
    .name = "rules owed",
    .summary = "say what a plant's report owes on a day, before there is one",
    .operands = "PKG",
    .operands_min = 1,
    .operands_max = 1,
    .description =
        "For every limit that the package has for a plant with these settings and permits: of how "
        "many places (half-hours, hours, days) a judgement is owed. A report is held to the same "
        "counts: owed = judged + undecided, whatever it contains. Where the plant's sources are "
        "not said, * stands for each that it reports.",
    .options = options,
    .example = "emgate rules owed rules/de.bimschv44.continuous --day 2026-03-01 --setting "
               "fuel=gas-turbine --setting natural-gas=yes --setting measured=standard-dry",
    .run = run,
};
