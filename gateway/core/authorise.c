/*
 * Who may sign for which plant.
 *
 * Why: a valid signature says who; the directory says whether that one may. The rules are here
 * once, as questions in a fixed order, so that gateway and auditor come to the same answer:
 *
 * 1. The report is addressed to this log. A vocabulary without an addressee reads as "".
 * 2. The signer has a role that reports at all: operator, device or measuring-body.
 * 3. The plant is in the directory.
 * 4. The signer is the plant's operator, or a delegate of it on the UTC day of receipt (so that at
 *    midnight a delegation may hold an hour longer or shorter than at the plant).
 * 5. An operator has the role operator; a delegate the role device or measuring-body.
 */
#include "core/authorise.h"

#include "base/limits.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

/* Days as text compare like days; "" is an open end. */
static bool covers(const struct eg_delegate *delegate, const char *day)
{
    return (delegate->from[0] == '\0' || strcmp(delegate->from, day) <= 0) &&
           (delegate->until[0] == '\0' || strcmp(day, delegate->until) <= 0);
}

/* Is this participant a delegate on the day? `named` tells whether it is one on any day. */
static bool is_delegate(const struct eg_plant *plant, const char *participant, const char *day,
                        bool *named)
{
    for (size_t i = 0; i < plant->delegate_count; i++) {
        const struct eg_delegate *delegate = &plant->delegates[i];
        if (strcmp(delegate->participant, participant) != 0) {
            continue;
        }
        *named = true;
        if (covers(delegate, day)) {
            return true;
        }
    }
    return false;
}

static bool has_role(struct eg_verdict *verdict, const struct eg_participant *participant,
                     unsigned roles, const char *wanted)
{
    if ((participant->roles & roles) != 0) {
        return true;
    }
    return eg_verdict_refuse(verdict, EG_CODE_ROLE, "", participant->id, "needs the role %s",
                             wanted);
}

static void judge_plant(struct eg_verdict *verdict, const struct eg_plant *plant,
                        const struct eg_participant *participant, int64_t received_at_ms)
{
    char day[EG_TIME_TEXT_MAX];
    bool named = false;

    eg_text_time(day, received_at_ms);
    day[10] = '\0';
    if (plant->operator_id != NULL && strcmp(plant->operator_id, participant->id) == 0) {
        (void)has_role(verdict, participant, EG_ROLE_OPERATOR, "operator");
        return;
    }
    if (is_delegate(plant, participant->id, day, &named)) {
        (void)has_role(verdict, participant, EG_ROLE_DEVICE | EG_ROLE_MEASURING_BODY,
                       "device or measuring-body");
        return;
    }
    if (named) {
        (void)eg_verdict_refuse(verdict, EG_CODE_PLANT_NOT_ALLOWED, "", plant->id,
                                "%s is no delegate on %s", participant->id, day);
    } else {
        (void)eg_verdict_refuse(verdict, EG_CODE_PLANT_NOT_ALLOWED, "", plant->id,
                                "%s is neither operator nor delegate", participant->id);
    }
}

void eg_authorise_report(struct eg_verdict *verdict, const struct eg_directory *directory,
                         const struct eg_participant *participant,
                         const struct eg_report_header *reading, const char *origin,
                         int64_t received_at_ms)
{
    if (reading->addressee[0] != '\0' && strcmp(reading->addressee, origin) != 0) {
        (void)eg_verdict_refuse(verdict, EG_CODE_ADDRESSEE, "", reading->addressee,
                                "this log is %s", origin);
        return;
    }
    if (!has_role(verdict, participant, EG_ROLE_OPERATOR | EG_ROLE_DEVICE | EG_ROLE_MEASURING_BODY,
                  "operator, device or measuring-body")) {
        return;
    }
    const struct eg_plant *plant = eg_directory_plant(directory, reading->plant);
    if (plant == NULL) {
        (void)eg_verdict_refuse(verdict, EG_CODE_PLANT_NOT_ALLOWED, "", reading->plant,
                                "no such plant in the directory");
        return;
    }
    judge_plant(verdict, plant, participant, received_at_ms);
}

/* "eu.ied." and "eu.ied" both mean eu.ied.*; neither for eu.iedx. */
static bool has_prefix(const char *package_id, const char *prefix)
{
    size_t len = strlen(prefix);

    if (len == 0 || strncmp(package_id, prefix, len) != 0) {
        return false;
    }
    return prefix[len - 1] == '.' || package_id[len] == '\0' || package_id[len] == '.';
}

static bool may_publish_for(const struct eg_participant *publisher, const char *land)
{
    if (publisher->land_count == 0) {
        return true;
    }
    for (size_t i = 0; land != NULL && i < publisher->land_count; i++) {
        if (strcmp(publisher->lands[i], land) == 0) {
            return true;
        }
    }
    return false;
}

void eg_authorise_package(struct eg_verdict *verdict, const struct eg_participant *publisher,
                          const char *package_id, const char *land)
{
    bool allowed = false;

    if (!has_role(verdict, publisher, EG_ROLE_RULE_PUBLISHER, "rule-publisher")) {
        return;
    }
    for (size_t i = 0; i < publisher->package_prefix_count && !allowed; i++) {
        allowed = has_prefix(package_id, publisher->package_prefixes[i]);
    }
    if (!allowed) {
        (void)eg_verdict_refuse(verdict, EG_CODE_ROLE, "", package_id,
                                "%s may not publish packages of this name", publisher->id);
    } else if (!may_publish_for(publisher, land)) {
        (void)eg_verdict_refuse(verdict, EG_CODE_ROLE, "", package_id, "%s may not publish for %s",
                                publisher->id, land != NULL ? land : "every Land");
    }
}

/* ---- what a certificate may be used for --------------------------------------------------------
 */

static unsigned roles_of_kind(enum eg_signed_kind kind)
{
    static const unsigned roles[EG_SIGNED_KIND_COUNT] = {
        [EG_SIGNED_REPORT] = EG_ROLE_OPERATOR | EG_ROLE_DEVICE | EG_ROLE_MEASURING_BODY,
        [EG_SIGNED_HELLO] = EG_ROLES_ALL,
        [EG_SIGNED_WELCOME] = EG_ROLE_GATEWAY,
        [EG_SIGNED_CARD] = EG_ROLE_GATEWAY,
        [EG_SIGNED_DIRECTORY] = EG_ROLE_REGISTRAR,
        [EG_SIGNED_PACKAGE] = EG_ROLE_RULE_PUBLISHER,
        [EG_SIGNED_ACKNOWLEDGEMENT] = EG_ROLES_ALL,
        [EG_SIGNED_KEY_STATEMENT] = EG_ROLE_GATEWAY,
        [EG_SIGNED_PACKAGE_STATE] = EG_ROLE_RULE_PUBLISHER,
    };
    return roles[kind];
}

/* "operator, device"; "no role" if there is none. */
static void list_roles(char *out, size_t size, unsigned roles)
{
    size_t len = 0;
    out[0] = '\0';
    for (unsigned bit = 1; bit <= EG_ROLES_ALL && len < size; bit <<= 1) {
        if ((roles & bit & EG_ROLES_ALL) != 0) {
            len += (size_t)snprintf(out + len, size - len, "%s%s", len > 0 ? ", " : "",
                                    eg_role_text((enum eg_role)bit));
        }
    }
    if (len == 0) {
        (void)snprintf(out, size, "no role");
    }
}

bool eg_authorise_certificate(struct eg_verdict *verdict, const struct eg_signer *signer,
                              const struct eg_participant *participant, enum eg_signed_kind kind)
{
    char needed[EG_ROLES_TEXT_MAX], allowed[EG_ROLES_TEXT_MAX];
    unsigned roles = roles_of_kind(kind);
    if (participant != NULL) {
        unsigned held = participant->roles & roles;
        roles = held != 0 ? held : participant->roles;
    }
    if ((signer->roles & roles) != 0) {
        return true;
    }
    list_roles(needed, sizeof needed, roles);
    list_roles(allowed, sizeof allowed, signer->roles);
    return eg_verdict_refuse(verdict, EG_CODE_CERT_PURPOSE, "RFC 5280 4.2.1.12", signer->subject,
                             "extendedKeyUsage does not allow its use as %s; it allows %s", needed,
                             allowed);
}
