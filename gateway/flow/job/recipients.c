/*
 * The package says to which role a notification goes; the plant says who has that role.
 */
#include "flow/job/recipients.h"

#include <stdlib.h>
#include <string.h>

/* NULL: the plant has no competent authority then. */
static const char *recipient_of(const struct eg_notification_rule *rule,
                                const struct eg_plant *plant, const struct eg_report_header *header)
{
    switch (rule->to) {
    case EG_TO_COMPETENT_AUTHORITY:
        return eg_plant_authority(plant, header->kind, header->until);
    case EG_TO_OPERATOR:
        return plant->operator_id;
    case EG_TO_PARTICIPANT:
        return rule->participant;
    case EG_TO_PUBLIC:
        return "public";
    }
    return "public";
}

static void drop_all(struct eg_outcome *outcome)
{
    for (size_t i = 0; i < outcome->notification_count; i++) {
        free(outcome->notifications[i].name);
        free(outcome->notifications[i].recipient);
        eg_buf_done(&outcome->notifications[i].content);
    }
    outcome->notification_count = 0;
}

/* By name, not by place: the engine leaves out a notification without a result. */
static const struct eg_notification_rule *rule_of(const struct eg_package *package,
                                                  const char *name)
{
    for (size_t i = 0; i < package->notification_count; i++) {
        if (strcmp(package->notifications[i].name, name) == 0) {
            return &package->notifications[i];
        }
    }
    return NULL;
}

enum eg_status eg_recipients_of_outcome(struct eg_outcome *outcome,
                                        const struct eg_package *package,
                                        const struct eg_plant *plant,
                                        const struct eg_report_header *header, struct eg_error *err)
{
    if (!outcome->accepted) {
        drop_all(outcome);
        return EG_OK;
    }
    for (size_t i = 0; i < outcome->notification_count; i++) {
        struct eg_notification *it = &outcome->notifications[i];
        const struct eg_notification_rule *rule = rule_of(package, it->name);

        if (rule == NULL) {
            return eg_error_set(err, EG_E_INTERNAL, it->name, "no such notification in %s",
                                package->ref.id);
        }
        const char *recipient = recipient_of(rule, plant, header);
        if (recipient == NULL) {
            return eg_error_set(err, EG_E_DENIED, plant->id,
                                "has no competent authority for %s reports on %s; the directory "
                                "must be mended",
                                header->kind, header->until);
        }
        free(it->recipient);
        it->recipient = strdup(recipient);
        if (it->recipient == NULL) {
            return eg_error_set(err, EG_E_NOMEM, "notification", "memory ran out");
        }
    }
    return EG_OK;
}
