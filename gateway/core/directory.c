/*
 * The participant directory: its end, its look-ups, the words of the roles.
 *
 * Why an index: each report asks for a certificate and a plant, and a directory may hold twenty
 * thousand participants. The index is made once, before the directory is shared; after that nothing
 * changes, and any thread may look.
 */
#include "core/directory.h"

#include <stdlib.h>
#include <string.h>

struct certificate_slot {
    const struct eg_certificate_rule *rule;
    const struct eg_participant *participant;
};

struct eg_directory_index {
    /* by id */
    const struct eg_participant **participants;
    /* by id */
    const struct eg_plant **plants;
    /* pinned first; by digest, by issuer and subject */
    struct certificate_slot *certificates;
    size_t certificate_count;
};

static const char *const role_words[] = {"operator",       "device",  "measuring-body", "authority",
                                         "rule-publisher", "auditor", "registrar",      "gateway"};

enum { ROLE_COUNT = sizeof role_words / sizeof role_words[0] };

/* ---- the end ------------------------------------------------------------------------------- */

static void free_index(struct eg_directory_index *index)
{
    if (index == NULL) {
        return;
    }
    free(index->participants);
    free(index->plants);
    free(index->certificates);
    free(index);
}

static void free_texts(char **texts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(texts[i]);
    }
    free(texts);
}

static void done_participant(struct eg_participant *participant)
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

static void done_parts(struct eg_plant *plant)
{
    for (size_t i = 0; i < plant->source_count; i++) {
        free(plant->sources[i].id);
    }
    free(plant->sources);
    for (size_t i = 0; i < plant->device_count; i++) {
        free(plant->devices[i].id);
        free(plant->devices[i].name);
        free(plant->devices[i].component);
        free(plant->devices[i].source);
    }
    free(plant->devices);
}

static void done_duties(struct eg_plant *plant)
{
    for (size_t i = 0; i < plant->authority_count; i++) {
        free(plant->authorities[i].participant);
        free(plant->authorities[i].kind);
    }
    free(plant->authorities);
    for (size_t i = 0; i < plant->regime_count; i++) {
        free(plant->regimes[i].name);
        free(plant->regimes[i].component);
        free(plant->regimes[i].source);
    }
    free(plant->regimes);
    for (size_t i = 0; i < plant->delegate_count; i++) {
        free(plant->delegates[i].participant);
    }
    free(plant->delegates);
    for (size_t i = 0; i < plant->retention_count; i++) {
        free(plant->retentions[i].kind);
        free(plant->retentions[i].citation);
    }
    free(plant->retentions);
}

static void done_statements(struct eg_plant *plant)
{
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
    for (size_t i = 0; i < plant->setting_count; i++) {
        struct eg_plant_setting *setting = &plant->settings[i];
        free(setting->package);
        free(setting->name);
        free(setting->component);
        free(setting->source);
        free(setting->word);
        free(setting->citation);
    }
    free(plant->settings);
}

static void done_plant(struct eg_plant *plant)
{
    free(plant->id);
    free(plant->name);
    free(plant->operator_id);
    free(plant->land);
    done_parts(plant);
    done_duties(plant);
    done_statements(plant);
}

void eg_directory_free(struct eg_directory **directory)
{
    struct eg_directory *old = *directory;

    if (old == NULL) {
        return;
    }
    for (size_t i = 0; i < old->participant_count; i++) {
        done_participant(&old->participants[i]);
    }
    for (size_t i = 0; i < old->plant_count; i++) {
        done_plant(&old->plants[i]);
    }
    for (size_t i = 0; i < old->log_key_count; i++) {
        free(old->log_keys[i].origin);
        free(old->log_keys[i].gateway);
    }
    free(old->participants);
    free(old->plants);
    free(old->log_keys);
    eg_buf_done(&old->octets);
    eg_buf_done(&old->signature);
    free_index(old->index);
    free(old);
    *directory = NULL;
}

/* ---- the index ----------------------------------------------------------------------------- */

static int participants_by_id(const void *a, const void *b)
{
    return strcmp((*(const struct eg_participant *const *)a)->id,
                  (*(const struct eg_participant *const *)b)->id);
}

static int plants_by_id(const void *a, const void *b)
{
    return strcmp((*(const struct eg_plant *const *)a)->id,
                  (*(const struct eg_plant *const *)b)->id);
}

static int by_certificate(const void *a, const void *b)
{
    const struct eg_certificate_rule *x = ((const struct certificate_slot *)a)->rule;
    const struct eg_certificate_rule *y = ((const struct certificate_slot *)b)->rule;

    if (x->pinned != y->pinned) {
        return x->pinned ? -1 : 1;
    }
    if (x->pinned) {
        return memcmp(x->certificate.octets, y->certificate.octets, EG_DIGEST_LEN);
    }
    int order = memcmp(x->issuer_key.octets, y->issuer_key.octets, EG_DIGEST_LEN);
    return order != 0 ? order : strcmp(x->subject, y->subject);
}

/* Room for `count` items; never asks for none, so that NULL always means out of memory. */
static void *room_for(size_t count, size_t size)
{
    return calloc(count > 0 ? count : 1, size);
}

static struct eg_directory_index *new_index(const struct eg_directory *directory)
{
    struct eg_directory_index *index = calloc(1, sizeof *index);

    if (index == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < directory->participant_count; i++) {
        index->certificate_count += directory->participants[i].certificate_count;
    }
    index->participants = room_for(directory->participant_count, sizeof *index->participants);
    index->plants = room_for(directory->plant_count, sizeof *index->plants);
    index->certificates = room_for(index->certificate_count, sizeof *index->certificates);
    if (index->participants == NULL || index->plants == NULL || index->certificates == NULL) {
        free_index(index);
        return NULL;
    }
    return index;
}

static void fill_index(struct eg_directory_index *index, const struct eg_directory *directory)
{
    size_t at = 0;

    for (size_t i = 0; i < directory->participant_count; i++) {
        const struct eg_participant *participant = &directory->participants[i];
        index->participants[i] = participant;
        for (size_t k = 0; k < participant->certificate_count; k++) {
            index->certificates[at++] =
                (struct certificate_slot){&participant->certificates[k], participant};
        }
    }
    for (size_t i = 0; i < directory->plant_count; i++) {
        index->plants[i] = &directory->plants[i];
    }
    qsort(index->participants, directory->participant_count, sizeof *index->participants,
          participants_by_id);
    qsort(index->plants, directory->plant_count, sizeof *index->plants, plants_by_id);
    qsort(index->certificates, at, sizeof *index->certificates, by_certificate);
}

/* Two neighbours of the same key would leave it open who is found. */
static enum eg_status check_once(const struct eg_directory_index *index,
                                 const struct eg_directory *directory, struct eg_error *err)
{
    for (size_t i = 1; i < directory->participant_count; i++) {
        if (participants_by_id(&index->participants[i - 1], &index->participants[i]) == 0) {
            return eg_error_set(err, EG_E_FORMAT, "directory", "participant %s is there twice",
                                index->participants[i]->id);
        }
    }
    for (size_t i = 1; i < directory->plant_count; i++) {
        if (plants_by_id(&index->plants[i - 1], &index->plants[i]) == 0) {
            return eg_error_set(err, EG_E_FORMAT, "directory", "plant %s is there twice",
                                index->plants[i]->id);
        }
    }
    for (size_t i = 1; i < index->certificate_count; i++) {
        if (by_certificate(&index->certificates[i - 1], &index->certificates[i]) == 0) {
            return eg_error_set(
                err, EG_E_FORMAT, "directory", "a certificate is given to %s and to %s",
                index->certificates[i - 1].participant->id, index->certificates[i].participant->id);
        }
    }
    return EG_OK;
}

enum eg_status eg_directory_index(struct eg_directory *directory, struct eg_error *err)
{
    struct eg_directory_index *index = new_index(directory);

    if (index == NULL) {
        return eg_error_set(err, EG_E_NOMEM, "directory", "out of memory for its index");
    }
    fill_index(index, directory);
    enum eg_status status = check_once(index, directory, err);
    if (status != EG_OK) {
        free_index(index);
        return status;
    }
    free_index(directory->index);
    directory->index = index;
    return EG_OK;
}

/* ---- look-ups ------------------------------------------------------------------------------ */

const struct eg_participant *eg_directory_participant(const struct eg_directory *directory,
                                                      const char *id)
{
    if (directory->index != NULL) {
        const struct eg_participant wanted = {.id = (char *)id};
        const struct eg_participant *key = &wanted;
        const struct eg_participant **found =
            bsearch(&key, directory->index->participants, directory->participant_count, sizeof key,
                    participants_by_id);
        return found != NULL ? *found : NULL;
    }
    for (size_t i = 0; i < directory->participant_count; i++) {
        if (strcmp(directory->participants[i].id, id) == 0) {
            return &directory->participants[i];
        }
    }
    return NULL;
}

const struct eg_plant *eg_directory_plant(const struct eg_directory *directory, const char *id)
{
    if (directory->index != NULL) {
        const struct eg_plant wanted = {.id = (char *)id};
        const struct eg_plant *key = &wanted;
        const struct eg_plant **found = bsearch(&key, directory->index->plants,
                                                directory->plant_count, sizeof key, plants_by_id);
        return found != NULL ? *found : NULL;
    }
    for (size_t i = 0; i < directory->plant_count; i++) {
        if (strcmp(directory->plants[i].id, id) == 0) {
            return &directory->plants[i];
        }
    }
    return NULL;
}

static const struct eg_participant *find_rule(const struct eg_directory *directory,
                                              const struct eg_certificate_rule *wanted)
{
    struct certificate_slot key = {.rule = wanted};

    if (directory->index != NULL) {
        const struct certificate_slot *found =
            bsearch(&key, directory->index->certificates, directory->index->certificate_count,
                    sizeof key, by_certificate);
        return found != NULL ? found->participant : NULL;
    }
    for (size_t i = 0; i < directory->participant_count; i++) {
        const struct eg_participant *participant = &directory->participants[i];
        for (size_t k = 0; k < participant->certificate_count; k++) {
            struct certificate_slot slot = {.rule = &participant->certificates[k]};
            if (by_certificate(&key, &slot) == 0) {
                return participant;
            }
        }
    }
    return NULL;
}

/* A pin names one certificate and goes before a rule that names many. */
const struct eg_participant *eg_directory_by_certificate(const struct eg_directory *directory,
                                                         const struct eg_signer *signer)
{
    const struct eg_certificate_rule pin = {.pinned = true, .certificate = signer->certificate};
    const struct eg_certificate_rule named = {.issuer_key = signer->issuer_key,
                                              .subject = (char *)signer->subject};
    const struct eg_participant *found = find_rule(directory, &pin);

    return found != NULL ? found : find_rule(directory, &named);
}

bool eg_days_meet(const char *from_a, const char *until_a, const char *from_b, const char *until_b)
{
    return (until_a[0] == '\0' || strcmp(from_b, until_a) <= 0) &&
           (until_b[0] == '\0' || strcmp(from_a, until_b) <= 0);
}

const char *eg_plant_authority(const struct eg_plant *plant, const char *kind, const char *day)
{
    const char *of_all = NULL;

    for (size_t i = 0; i < plant->authority_count; i++) {
        const struct eg_plant_authority *entry = &plant->authorities[i];
        if (!eg_days_meet(entry->from, entry->until, day, day)) {
            continue;
        }
        if (strcmp(entry->kind, kind) == 0) {
            return entry->participant;
        }
        of_all = entry->kind[0] == '\0' ? entry->participant : of_all;
    }
    return of_all;
}

bool eg_plant_has_regime(const struct eg_plant *plant, const char *name, const char *from,
                         const char *until)
{
    for (size_t i = 0; i < plant->regime_count; i++) {
        const struct eg_plant_regime *entry = &plant->regimes[i];
        if (strcmp(entry->name, name) == 0 &&
            eg_days_meet(entry->from, entry->until, from, until)) {
            return true;
        }
    }
    return false;
}

const char *eg_role_text(enum eg_role role)
{
    for (size_t i = 0; i < ROLE_COUNT; i++) {
        if ((unsigned)role == 1U << i) {
            return role_words[i];
        }
    }
    return "unknown";
}

unsigned eg_role_named(const char *text)
{
    for (size_t i = 0; i < ROLE_COUNT; i++) {
        if (strcmp(role_words[i], text) == 0) {
            return 1U << i;
        }
    }
    return 0;
}
