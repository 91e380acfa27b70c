/*
 * A day is over at the plant's midnight, in the standard time that the directory gives it. Where it
 * gives none, the first midnight on Earth counts (UTC+14:00): no report is refused that may be
 * right.
 */
#include "assess/judge/period.h"

#include "base/calendar.h"
#include "base/error.h"
#include "base/text.h"

#include <string.h>

#define MINUTE_MS 60000
#define TOLERANCE_MS (5 * MINUTE_MS)
#define FIRST_MIDNIGHT "+14:00"

struct value {
    const char *name, *text;
};

static enum eg_status add(struct eg_findings *out, const char *rule, const struct value *values,
                          size_t count, struct eg_error *err)
{
    const struct eg_finding_head head = {.severity = EG_SEVERITY_ERROR, .rule = rule};
    struct eg_finding *finding = NULL;

    EG_TRY(eg_findings_add(out, &head, &finding, err));
    for (size_t i = 0; i < count; i++) {
        EG_TRY(eg_finding_value(finding, values[i].name, values[i].text, err));
    }
    return EG_OK;
}

/* Days are compared as they are written. "" is open on either side. */
static bool is_outside(const struct eg_report_header *header, const struct eg_plant *plant)
{
    return (plant->from[0] != '\0' && strcmp(header->until, plant->from) < 0) ||
           (plant->until[0] != '\0' && strcmp(header->from, plant->until) > 0);
}

/* Of "+01:00", the form that the directory's schema holds. */
static int minutes_of(const char *zone)
{
    int minutes =
        ((zone[1] - '0') * 10 + zone[2] - '0') * 60 + (zone[4] - '0') * 10 + zone[5] - '0';
    return zone[0] == '-' ? -minutes : minutes;
}

/* When the last day of the report is over, UTC. */
static int64_t end_of(const struct eg_report_header *header, const char *zone)
{
    int32_t day = 0;

    (void)eg_day_read(eg_bytes_of(header->until), &day); /* it was read as a day */
    return (((int64_t)day + 1) * EG_DAY_MINUTES - minutes_of(zone)) * MINUTE_MS;
}

static enum eg_status check_plant(struct eg_findings *out, const struct eg_report_header *header,
                                  const struct eg_plant *plant, const char *zone,
                                  struct eg_error *err)
{
    if (is_outside(header, plant)) {
        const struct value values[] = {{"from", header->from},
                                       {"until", header->until},
                                       {"first", plant->from[0] != '\0' ? plant->from : "..."},
                                       {"last", plant->until[0] != '\0' ? plant->until : "..."}};
        EG_TRY(add(out, EG_RULE_PLANT_PERIOD, values, 4, err));
    }
    if (plant->zone[0] != '\0' && zone[0] != '\0' && strcmp(plant->zone, zone) != 0) {
        const struct value values[] = {{"zone", zone}, {"plant", plant->zone}};
        EG_TRY(add(out, EG_RULE_PLANT_ZONE, values, 2, err));
    }
    return EG_OK;
}

enum eg_status eg_period_check(struct eg_findings *out, const struct eg_package *package,
                               const struct eg_judge_job *job, const char *zone,
                               struct eg_error *err)
{
    const struct eg_report_header *header = job->header;
    const struct eg_plant *plant = job->plant;
    const char *clock = plant != NULL && plant->zone[0] != '\0' ? plant->zone : FIRST_MIDNIGHT;
    int64_t ended_ms = end_of(header, clock);

    if (plant != NULL) {
        EG_TRY(check_plant(out, header, plant, zone, err));
    }
    if (package->period_ended && job->received_at_ms != 0 &&
        job->received_at_ms + TOLERANCE_MS < ended_ms) {
        char ended[EG_TIME_TEXT_MAX], received[EG_TIME_TEXT_MAX];
        eg_text_time(ended, ended_ms);
        eg_text_time(received, job->received_at_ms);
        const struct value values[] = {{"from", header->from},
                                       {"until", header->until},
                                       {"ended", ended},
                                       {"received", received}};
        EG_TRY(add(out, EG_RULE_PERIOD_OPEN, values, 4, err));
    }
    return EG_OK;
}
