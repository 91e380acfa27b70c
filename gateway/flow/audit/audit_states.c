/*
 * Condition 9 for statements about packages: signed by the package's own publisher, who was allowed
 * to, about a package recorded before, with a higher number than the last one; and which periods
 * the package judges from then on.
 */
#include "flow/audit/audit_inside.h"

#include "base/vector.h"
#include "flow/install/folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum eg_status no(unsigned *condition, char text[EG_ERROR_TEXT_MAX], const char *what,
                         const char *detail)
{
    *condition = 9;
    (void)snprintf(text, EG_ERROR_TEXT_MAX, "%s%s%.300s", what, detail[0] != '\0' ? ": " : "",
                   detail);
    return EG_OK;
}

static struct eg_package_state *newest(const struct eg_audit *audit,
                                       const struct eg_package_ref *package)
{
    for (size_t i = 0; i < audit->state_count; i++) {
        if (eg_package_state_is_of(&audit->states[i], package)) {
            return &audit->states[i];
        }
    }
    return NULL;
}

static enum eg_status keep(struct eg_audit *audit, const struct eg_package_state *state,
                           struct eg_error *err)
{
    struct eg_package_state *slot = newest(audit, &state->package);

    if (slot == NULL) {
        enum eg_status room = EG_VECTOR_RESERVE(audit->states, audit->state_capacity,
                                                audit->state_count + 1, SIZE_MAX);
        if (room != EG_OK) {
            return eg_vector_refused(room, "audit", err);
        }
    }
    if (slot == NULL) {
        slot = &audit->states[audit->state_count++];
    }
    *slot = *state;
    return EG_OK;
}

/* What is wrong with the statement: it says what the entry says, and follows the one before. NULL:
 * nothing. */
static const char *compare(const struct eg_audit *audit, const struct eg_entry *entry,
                           const struct eg_package_state *state)
{
    const struct eg_package_state *before = newest(audit, &entry->package);

    if (!eg_package_state_is_of(state, &entry->package)) {
        return "the statement is about another package than the entry";
    }
    if (state->number != entry->state_number || state->withdrawn != entry->withdrawn) {
        return "the statement has another number or state than the entry";
    }
    if (before != NULL && before->number >= state->number) {
        return "the statement does not follow the one recorded before it";
    }
    return audit->has_directory ? NULL : "no directory was recorded before the statement";
}

static enum eg_status check_signer(struct eg_audit *audit, const struct eg_check_inputs *inputs,
                                   const struct eg_statement *statement, unsigned *condition,
                                   char text[EG_ERROR_TEXT_MAX], struct eg_error *err)
{
    struct eg_publisher_rules by = {.at_ms = inputs->entry->recorded_at_ms};
    struct eg_judge *judge = NULL;
    struct eg_signer signer = {0};
    struct eg_verdict verdict = {0};
    EG_TRY(eg_audit_cache_directory(&by.directory, audit->cache, inputs->store, &audit->directory,
                                    err));
    EG_TRY(eg_audit_cache_judge(&judge, audit->cache, inputs->store, &inputs->entry->package.digest,
                                err));
    EG_TRY(eg_audit_cache_verifier(&by.verifier, audit->cache, inputs->store, NULL, err));
    EG_TRY(eg_statement_authorise(&signer, &verdict, statement,
                                  eg_rules_package(eg_judge_rules(judge)), &by, err));
    if (!eg_verdict_passed(&verdict)) {
        return no(condition, text, "the statement's signature", eg_code_row(verdict.code)->text);
    }
    if (!eg_digest_equal(&signer.certificate, &inputs->entry->signer)) {
        return no(condition, text, "the statement is signed with another certificate", "");
    }
    return EG_OK;
}

enum eg_status eg_audit_state(struct eg_audit *audit, const struct eg_check_inputs *inputs,
                              unsigned *condition, char text[EG_ERROR_TEXT_MAX],
                              struct eg_error *err)
{
    struct eg_statement statement = {.there = true};
    enum eg_status status = eg_package_state_read(&statement.state, inputs->report, err);
    const char *wrong = NULL;

    if (status != EG_OK) {
        return status;
    }
    wrong = compare(audit, inputs->entry, &statement.state);
    if (wrong != NULL) {
        return no(condition, text, wrong, "");
    }
    eg_buf_init(&statement.text, EG_SIGNED_TEXT_MAX);
    eg_buf_init(&statement.cms, EG_CMS_MAX);
    eg_buf_bytes(&statement.text, inputs->report);
    eg_buf_bytes(&statement.cms, inputs->signature);
    status = eg_buf_ok(&statement.text, "package-state", err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_buf_ok(&statement.cms, "package-state", err);
    if (status != EG_OK) {
        goto done;
    }
    status = check_signer(audit, inputs, &statement, condition, text, err);
    if (status != EG_OK) {
        goto done;
    }
    if (*condition == 0) {
        status = keep(audit, &statement.state, err);
    }

done:
    eg_statement_done(&statement);
    return status;
}

struct eg_span eg_audit_span(const struct eg_audit *audit, const struct eg_package *package)
{
    return eg_package_state_span(package, newest(audit, &package->ref));
}
