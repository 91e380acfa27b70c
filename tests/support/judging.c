#include "tests/support/judging.h"

#include "base/limits.h"
#include "tests/support/reports.h"

#define SETTINGS_MAX 16

const char *const judging_packages[] = {
    "rules/de.bep.classes",          "rules/de.bimschv13.continuous",
    "rules/de.bimschv17.continuous", "rules/de.bimschv44.continuous",
    "rules/de.messbericht.periodic", "rules/de.messung.announcement",
    "rules/eu.eprtr.annual",         "rules/eu.ied.annex-v.gas-turbine",
    "rules/eu.ied.annex-vi.waste",   NULL};

static struct eg_plant plant_of(const struct eg_package *package,
                                struct eg_plant_setting settings[SETTINGS_MAX])
{
    static char empty[] = "";
    static char plant[] = "p1";
    size_t count = package->setting_count < SETTINGS_MAX ? package->setting_count : SETTINGS_MAX;
    for (size_t i = 0; i < count; i++) {
        settings[i] = (struct eg_plant_setting){.package = (char *)(uintptr_t)package->ref.id,
                                                .name = package->settings[i].name,
                                                .component = empty,
                                                .word = package->settings[i].words[0],
                                                .citation = empty,
                                                .from = "1900-01-01"};
    }
    return (struct eg_plant){.id = plant,
                             .name = plant,
                             .operator_id = empty,
                             .land = empty,
                             .settings = settings,
                             .setting_count = count};
}

static enum eg_status judge_one(struct eg_outcome *outcome, struct eg_judge *judge,
                                struct eg_document *document, struct eg_error *err)
{
    struct eg_plant_setting settings[SETTINGS_MAX] = {0};
    struct eg_plant plant = plant_of(eg_rules_package(eg_judge_rules(judge)), settings);
    struct eg_report_header header = {.version = 0};
    bool readable = false;
    enum eg_status status =
        eg_judge_read(&header, &readable, &outcome->findings, judge, document, err);
    return status == EG_OK && readable
               ? eg_judge_run(outcome, judge,
                              &(struct eg_judge_job){
                                  .document = document, .header = &header, .plant = &plant},
                              err)
               : status;
}

static void write_outcome(struct eg_buf *out, const struct eg_outcome *outcome,
                          const struct eg_package *package)
{
    if (eg_findings_write(out, &outcome->findings, &package->ref, &outcome->judged, NULL) !=
        EG_OK) {
        eg_buf_text(out, "findings that can not be written\n");
    }
    eg_buf_bytes(out, eg_bytes_view(&outcome->parameters));
    for (size_t i = 0; i < outcome->result_count; i++) {
        eg_buf_bytes(out, eg_bytes_view(&outcome->results[i].content));
    }
}

static void write_report(struct eg_buf *out, struct eg_judge *judge,
                         const struct eg_tree_file *file)
{
    struct eg_document *document = NULL;
    struct eg_error err = {0};
    struct eg_outcome outcome;
    eg_outcome_init(&outcome);
    enum eg_status status = eg_document_parse(&document, &outcome.findings,
                                              eg_bytes_view(&file->content), EG_REPORT_MAX, &err);
    if (status == EG_OK && document != NULL) {
        status = judge_one(&outcome, judge, document, &err);
    }
    eg_buf_format(out, "%s: %d %s %s\n", file->name, (int)status, status != EG_OK ? err.where : "",
                  status != EG_OK ? err.text : "");
    write_outcome(out, &outcome, eg_rules_package(eg_judge_rules(judge)));
    eg_document_free(&document);
    eg_outcome_done(&outcome);
}

void judging_write(struct eg_buf *out, const struct eg_rules *rules, bool by_xpath)
{
    const struct eg_package *package = eg_rules_package(rules);
    struct eg_judge *judge = NULL;
    struct eg_tree reports;
    if (eg_judge_new(&judge, rules, NULL) != EG_OK) {
        eg_buf_text(out, "no judge\n");
        return;
    }
    eg_judge_by_xpath(judge, by_xpath);
    reports_of_package(&reports, package);
    eg_buf_text(out, reports.count > 0 ? "" : "no reports\n");
    for (size_t i = 0; i < reports.count; i++) {
        write_report(out, judge, &reports.files[i]);
    }
    eg_tree_done(&reports);
    eg_judge_free(&judge);
}
