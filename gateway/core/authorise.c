/*
 * Rights, as pure questions to the directory.
 */
#include "core/authorise.h"

#include "base/text.h"

#include <string.h>

/* The day of receipt in UTC: at midnight a delegation may hold an hour longer or shorter than at
 * the plant. */
static void day_of(char out[11], int64_t at_ms)
{
    char text[EG_TIME_TEXT_MAX];
    eg_text_time(text, at_ms);
    memcpy(out, text, 10);
    out[10] = '\0';
}

static bool delegated(const struct eg_plant *plant, const struct eg_participant *participant,
                      int64_t at_ms)
{
    char day[11];
    day_of(day, at_ms);
    for (size_t i = 0; i < plant->delegate_count; i++) {
        const struct eg_delegate *delegate = &plant->delegates[i];
        if (strcmp(delegate->participant, participant->id) == 0 &&
            (delegate->from[0] == '\0' || strcmp(delegate->from, day) <= 0) &&
            (delegate->until[0] == '\0' || strcmp(day, delegate->until) <= 0)) {
            return true;
        }
    }
    return false;
}

void eg_authorise_report(struct eg_verdict *verdict, const struct eg_directory *directory,
                         const struct eg_participant *participant, const struct eg_reading *reading,
                         const char *origin, int64_t received_at_ms)
{
    const unsigned reporting = EG_ROLE_OPERATOR | EG_ROLE_DEVICE | EG_ROLE_MEASURING_BODY;
    const struct eg_plant *plant = eg_directory_plant(directory, reading->plant);
    if (reading->addressee[0] != '\0' && strcmp(reading->addressee, origin) != 0) {
        eg_verdict_refuse(verdict, EG_CODE_ADDRESSEE, "", "addressee", "%s is not %s",
                          reading->addressee, origin);
    } else if ((participant->roles & reporting) == 0) {
        eg_verdict_refuse(verdict, EG_CODE_ROLE, "", participant->id,
                          "is neither operator, device nor measuring body");
    } else if (plant == NULL) {
        eg_verdict_refuse(verdict, EG_CODE_PLANT_NOT_ALLOWED, "", participant->id,
                          "plant %s is not in the directory", reading->plant);
    } else if (strcmp(plant->operator_id, participant->id) != 0 &&
               !delegated(plant, participant, received_at_ms)) {
        eg_verdict_refuse(verdict, EG_CODE_PLANT_NOT_ALLOWED, "", participant->id,
                          "neither operates plant %s nor is delegated for it on the day of receipt",
                          reading->plant);
    }
}

/* A prefix covers its own id and what follows it behind a dot. */
static bool covers(const char *prefix, const char *id)
{
    size_t len = strlen(prefix);
    return strncmp(prefix, id, len) == 0 &&
           (id[len] == '\0' || id[len] == '.' || (len > 0 && prefix[len - 1] == '.'));
}

static bool may_publish_id(const struct eg_participant *publisher, const char *package_id)
{
    for (size_t i = 0; i < publisher->package_prefix_count; i++) {
        if (covers(publisher->package_prefixes[i], package_id)) {
            return true;
        }
    }
    return false;
}

/* No Länder listed: for all. A package for all Länder needs a publisher for all. */
static bool may_publish_land(const struct eg_participant *publisher, const char *land)
{
    for (size_t i = 0; land != NULL && i < publisher->land_count; i++) {
        if (strcmp(publisher->lands[i], land) == 0) {
            return true;
        }
    }
    return publisher->land_count == 0;
}

void eg_authorise_package(struct eg_verdict *verdict, const struct eg_participant *publisher,
                          const char *package_id, const char *land)
{
    if ((publisher->roles & EG_ROLE_RULE_PUBLISHER) == 0) {
        eg_verdict_refuse(verdict, EG_CODE_ROLE, "", publisher->id, "is no rule publisher");
    } else if (!may_publish_id(publisher, package_id)) {
        eg_verdict_refuse(verdict, EG_CODE_ROLE, "", publisher->id, "may not publish %s",
                          package_id);
    } else if (!may_publish_land(publisher, land)) {
        eg_verdict_refuse(verdict, EG_CODE_ROLE, "", publisher->id, "may not publish for %s",
                          land != NULL ? land : "all Länder");
    }
}
