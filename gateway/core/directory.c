/*
 * Look-ups in the directory and its release.
 */
#include "core/directory.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    enum eg_role role;
    const char *text;
} roles[] = {
    {EG_ROLE_OPERATOR, "operator"},
    {EG_ROLE_DEVICE, "device"},
    {EG_ROLE_MEASURING_BODY, "measuring-body"},
    {EG_ROLE_AUTHORITY, "authority"},
    {EG_ROLE_RULE_PUBLISHER, "rule-publisher"},
    {EG_ROLE_AUDITOR, "auditor"},
    {EG_ROLE_REGISTRAR, "registrar"},
    {EG_ROLE_GATEWAY, "gateway"},
};
#define ROLE_COUNT (sizeof roles / sizeof roles[0])

const char *eg_role_text(enum eg_role role)
{
    for (size_t i = 0; i < ROLE_COUNT; i++) {
        if (roles[i].role == role) {
            return roles[i].text;
        }
    }
    return "unknown";
}

unsigned eg_role_named(const char *text)
{
    for (size_t i = 0; i < ROLE_COUNT; i++) {
        if (strcmp(roles[i].text, text) == 0) {
            return roles[i].role;
        }
    }
    return 0;
}

/* ---- release ----------------------------------------------------------------------------------
 */

static void free_texts(char **texts, size_t count)
{
    for (size_t i = 0; texts != NULL && i < count; i++) {
        free(texts[i]);
    }
    free(texts);
}

static void participant_done(struct eg_participant *participant)
{
    free(participant->id);
    free(participant->name);
    for (size_t i = 0; i < participant->certificate_count; i++) {
        free(participant->certificates[i].subject);
    }
    free(participant->certificates);
    free_texts(participant->package_prefixes, participant->package_prefix_count);
    free_texts(participant->lands, participant->land_count);
}

static void plant_done(struct eg_plant *plant)
{
    free(plant->id);
    free(plant->name);
    free(plant->operator_id);
    free(plant->authority_id);
    free(plant->land);
    for (size_t i = 0; i < plant->delegate_count; i++) {
        free(plant->delegates[i].participant);
    }
    free(plant->delegates);
    for (size_t i = 0; i < plant->parameter_count; i++) {
        struct eg_plant_parameter *parameter = &plant->parameters[i];
        free(parameter->package);
        free(parameter->name);
        free(parameter->component);
        free(parameter->source);
        free(parameter->value);
        free(parameter->unit);
        free(parameter->citation);
    }
    free(plant->parameters);
}

void eg_directory_free(struct eg_directory **directory)
{
    if (*directory == NULL) {
        return;
    }
    struct eg_directory *self = *directory;
    for (size_t i = 0; i < self->participant_count; i++) {
        participant_done(&self->participants[i]);
    }
    for (size_t i = 0; i < self->plant_count; i++) {
        plant_done(&self->plants[i]);
    }
    for (size_t i = 0; i < self->log_key_count; i++) {
        free(self->log_keys[i].origin);
        free(self->log_keys[i].gateway);
    }
    free(self->participants);
    free(self->plants);
    free(self->log_keys);
    eg_buf_done(&self->octets);
    eg_buf_done(&self->signature);
    free(self);
    *directory = NULL;
}

/* ---- look-ups ---------------------------------------------------------------------------------
 */

const struct eg_participant *eg_directory_participant(const struct eg_directory *directory,
                                                      const char *id)
{
    for (size_t i = 0; i < directory->participant_count; i++) {
        if (strcmp(directory->participants[i].id, id) == 0) {
            return &directory->participants[i];
        }
    }
    return NULL;
}

static bool rule_fits(const struct eg_certificate_rule *rule, const struct eg_signer *signer)
{
    if (rule->pinned) {
        return eg_digest_equal(&rule->certificate, &signer->certificate);
    }
    return eg_digest_equal(&rule->issuer_key, &signer->issuer_key) &&
           strcmp(rule->subject, signer->subject) == 0;
}

const struct eg_participant *eg_directory_by_certificate(const struct eg_directory *directory,
                                                         const struct eg_signer *signer)
{
    for (size_t i = 0; i < directory->participant_count; i++) {
        const struct eg_participant *participant = &directory->participants[i];
        for (size_t k = 0; k < participant->certificate_count; k++) {
            if (rule_fits(&participant->certificates[k], signer)) {
                return participant;
            }
        }
    }
    return NULL;
}

const struct eg_plant *eg_directory_plant(const struct eg_directory *directory, const char *id)
{
    for (size_t i = 0; i < directory->plant_count; i++) {
        if (strcmp(directory->plants[i].id, id) == 0) {
            return &directory->plants[i];
        }
    }
    return NULL;
}
