/*
 * Condition 13: the facts that a decision was made by are those in force at its entry. Condition
 * 14: the facts that the archive holds of a decision are those that a rerun gives.
 */
#include "flow/audit/audit_inside.h"

#include "base/limits.h"
#include "flow/job/facts_query.h"

#include <string.h>

enum eg_status eg_audit_in_force(struct eg_facts *out, const char **wrong, struct eg_audit *audit,
                                 const struct eg_check_inputs *inputs, struct eg_error *err)
{
    bool needs = false;
    const struct eg_facts_request request = {eg_judge_rules(audit->judge), &audit->header,
                                             inputs->index};
    enum eg_status status = eg_facts_query_now(out, &needs, inputs->store, &request, err);

    if (status == EG_E_FORMAT) { /* a row of an earlier entry, which is reported for that entry */
        *wrong = "the facts in force at its entry can not be read";
        return EG_OK;
    }
    if (status != EG_OK) {
        return status;
    }
    if (needs != inputs->entry->has_facts) {
        *wrong = needs ? "the facts that it was judged by were not recorded"
                       : "facts were recorded, but its package uses none";
    }
    return EG_OK;
}

enum eg_status eg_audit_facts_are(bool *same, const struct eg_facts *facts, struct eg_bytes text,
                                  struct eg_error *err)
{
    struct eg_buf written;
    eg_buf_init(&written, EG_FACTS_OCTETS_MAX);
    enum eg_status status = eg_facts_write(&written, facts, err);
    if (status != EG_OK) {
        goto done;
    }

    *same = eg_bytes_equal(eg_bytes_view(&written), text);

done:
    eg_buf_done(&written);
    return status;
}

enum eg_status eg_audit_remembered(bool *same, const struct eg_audit *audit,
                                   const struct eg_outcome *outcome,
                                   const struct eg_check_inputs *inputs, struct eg_error *err)
{
    struct eg_buf written;

    if (!outcome->accepted || outcome->remembered.count == 0) {
        *same = inputs->remembered->count == 0;
        return EG_OK;
    }
    if (strcmp(inputs->plant, audit->header.plant) != 0) {
        *same = false;
        return EG_OK;
    }
    eg_buf_init(&written, EG_FACTS_OCTETS_MAX);
    enum eg_status status = eg_facts_write(&written, inputs->remembered, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_audit_facts_are(same, &outcome->remembered, eg_bytes_view(&written), err);

done:
    eg_buf_done(&written);
    return status;
}
