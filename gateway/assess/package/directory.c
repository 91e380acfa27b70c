/*
 * Why this file exists: a directory decides who may say what, so it is taken whole or not at all.
 * Plants are read in directory_plant.c.
 *
 * Conditions, beyond the schema (rules/vocabulary/directory.xsd lists those of its generation):
 *   1 participants and plants have unique identifiers
 *   2 a certificate rule is a digest, or an issuer key with a subject, and belongs to one alone
 *   3 rule publishers say what they publish, and only they do
 *   4 operator, authorities, delegates and gateways named exist and have the role
 *   5 days are real and in order, not-after is a real time
 *   6 two entries never say the same thing of the same place on the same day
 *   7 two log keys of one origin are never the same key
 *   8 each day of a plant has an authority; a source that is named is one of the plant's
 */
#include "assess/package/directory_inside.h"

#include "assess/schema/vocabulary.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/text.h"
#include "core/identity.h"

#include <stdlib.h>
#include <string.h>

#define FILE_NAME EG_DIRECTORY_FILE

/* The newest last: what is of none of them is told what is wrong with it as one of these. */
static const struct eg_vocabulary_generation generations[] = {
    {EG_DIRECTORY_NS_1, "directory-1.xsd"}, {EG_DIRECTORY_NS_2, "directory.xsd"}, {NULL, NULL}};

/* Participants by id and certificates by content, sorted: a directory of 20,000 must load at once.
 */
struct index {
    const struct eg_participant **by_id;
    const struct eg_plant **plants;
    const struct eg_certificate_rule **rules;
    size_t rule_count;
};

static enum eg_status no_memory(struct eg_error *err)
{
    return eg_error_set(err, EG_E_NOMEM, FILE_NAME, "memory ran out");
}

/* ---- participants ------------------------------------------------------------------------- */

static enum eg_status read_roles(unsigned *out, const xmlNode *node, struct eg_error *err)
{
    static const char blanks[] = " \t\r\n";
    unsigned roles = 0;
    char *text = NULL;
    enum eg_status status = eg_vocabulary_need(&text, node, "roles", err);

    if (status != EG_OK) {
        return status;
    }
    for (char *word = text + strspn(text, blanks); status == EG_OK && *word != '\0';) {
        char *end = word + strcspn(word, blanks);
        char *next = end + strspn(end, blanks);
        *end = '\0';
        unsigned role = eg_role_named(word);
        if (role == 0 || (roles & role) != 0) {
            status = eg_vocabulary_fault(err, FILE_NAME, node, "role \"%s\" is %s", word,
                                         role == 0 ? "unknown" : "given twice");
        }
        roles |= role;
        word = next;
    }
    free(text);
    if (status != EG_OK) {
        return status;
    }
    *out = roles;
    return EG_OK;
}

static enum eg_status read_digest(struct eg_digest *out, bool *present, const xmlNode *node,
                                  const char *attribute, struct eg_error *err)
{
    char *text = NULL;
    enum eg_status status = eg_vocabulary_may(&text, node, attribute, err);

    *present = text != NULL;
    if (text != NULL && !eg_digest_untext(eg_bytes_of(text), out)) {
        status = eg_vocabulary_fault(err, FILE_NAME, node, "%s is no sha256 digest", attribute);
    }
    free(text);
    return status;
}

static enum eg_status read_certificate(struct eg_certificate_rule *out, const xmlNode *node,
                                       struct eg_error *err)
{
    bool issuer = false;
    EG_TRY(read_digest(&out->certificate, &out->pinned, node, "digest", err));
    EG_TRY(read_digest(&out->issuer_key, &issuer, node, "issuer-key", err));
    EG_TRY(eg_vocabulary_may(&out->subject, node, "subject", err));
    if (out->pinned == issuer || issuer != (out->subject != NULL)) {
        return eg_vocabulary_fault(err, FILE_NAME, node,
                                   "a certificate needs either digest alone, or issuer-key and "
                                   "subject");
    }
    return EG_OK;
}

static enum eg_status read_publishing(struct eg_participant *out, const xmlNode *node,
                                      struct eg_error *err)
{
    enum eg_status status = eg_vocabulary_room(
        &out->package_prefixes, eg_vocabulary_count(node, eg_directory_ns(node), "publishes"),
        sizeof(char *), err);
    if (status != EG_OK) {
        return status;
    }

    for (xmlNode *n = eg_xml_child(node, eg_directory_ns(node), "publishes"); n != NULL;
         n = eg_xml_next(n, eg_directory_ns(n), "publishes")) {
        EG_TRY(eg_vocabulary_need(&out->package_prefixes[out->package_prefix_count], n, "prefix",
                                  err));
        out->package_prefix_count++;
    }
    EG_TRY(eg_vocabulary_room(&out->lands, eg_vocabulary_count(node, eg_directory_ns(node), "land"),
                              sizeof(char *), err));
    for (xmlNode *n = eg_xml_child(node, eg_directory_ns(node), "land"); n != NULL;
         n = eg_xml_next(n, eg_directory_ns(n), "land")) {
        out->lands[out->land_count] = eg_xml_text(n);
        if (out->lands[out->land_count] == NULL) {
            return no_memory(err);
        }
        out->land_count++;
    }
    if (((out->roles & EG_ROLE_RULE_PUBLISHER) != 0) != (out->package_prefix_count > 0)) {
        return eg_vocabulary_fault(err, FILE_NAME, node,
                                   "participant %s: publishes and the role rule-publisher belong "
                                   "together",
                                   out->id);
    }
    return EG_OK;
}

static enum eg_status read_participant(struct eg_participant *out, const xmlNode *node,
                                       struct eg_error *err)
{
    EG_TRY(eg_vocabulary_need(&out->id, node, "id", err));
    if (strcmp(out->id, "public") == 0) {
        /* who notifications to all name */
        return eg_vocabulary_fault(err, FILE_NAME, node, "nobody may be called public");
    }
    EG_TRY(eg_vocabulary_need(&out->name, node, "name", err));
    EG_TRY(read_roles(&out->roles, node, err));
    EG_TRY(eg_vocabulary_room(&out->certificates,
                              eg_vocabulary_count(node, eg_directory_ns(node), "certificate"),
                              sizeof *out->certificates, err));
    for (xmlNode *n = eg_xml_child(node, eg_directory_ns(node), "certificate"); n != NULL;
         n = eg_xml_next(n, eg_directory_ns(n), "certificate")) {
        EG_TRY(read_certificate(&out->certificates[out->certificate_count++], n, err));
    }
    return read_publishing(out, node, err);
}

/* ---- log keys ------------------------------------------------------------------------------ */

static enum eg_status read_log_key(struct eg_log_key *out, const xmlNode *node,
                                   struct eg_error *err)
{
    char *hex = NULL;
    enum eg_status status = eg_vocabulary_need(&out->origin, node, "origin", err);
    if (status != EG_OK) {
        goto done;
    }

    status = eg_vocabulary_need(&out->gateway, node, "gateway", err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_vocabulary_need(&hex, node, "key", err);
    if (status != EG_OK) {
        goto done;
    }
    if (!eg_text_unhex(eg_bytes_of(hex), out->key, sizeof out->key)) {
        status = eg_vocabulary_fault(err, FILE_NAME, node, "key is not 64 hex digits");
        goto done;
    }
    status = eg_directory_days(out->from, out->until, node, err);

done:
    free(hex);
    return status;
}

/* ---- the whole ---------------------------------------------------------------------------- */

static enum eg_status read_root(struct eg_directory *out, const xmlNode *root, struct eg_error *err)
{
    char *text = NULL;
    enum eg_status status = eg_vocabulary_need(&text, root, "version", err);

    if (status != EG_OK) {
        goto done;
    }
    if (!eg_text_u64(eg_bytes_of(text), INT64_MAX, &out->version) || out->version == 0) {
        status = eg_vocabulary_fault(err, FILE_NAME, root, "version is not 1 or higher");
        goto done;
    }
    free(text);
    text = NULL;
    status = eg_vocabulary_need(&text, root, "not-after", err);
    if (status != EG_OK) {
        goto done;
    }
    if (!eg_text_untime(eg_bytes_of(text), &out->not_after_ms)) {
        status =
            eg_vocabulary_fault(err, FILE_NAME, root, "not-after=\"%s\" is not a real time", text);
    }

done:
    free(text);
    return status;
}

static enum eg_status read_lists(struct eg_directory *out, const xmlNode *root,
                                 struct eg_error *err)
{
    EG_TRY(eg_vocabulary_room(&out->participants,
                              eg_vocabulary_count(root, eg_directory_ns(root), "participant"),
                              sizeof *out->participants, err));

    for (xmlNode *n = eg_xml_child(root, eg_directory_ns(root), "participant"); n != NULL;
         n = eg_xml_next(n, eg_directory_ns(n), "participant")) {
        EG_TRY(read_participant(&out->participants[out->participant_count++], n, err));
    }
    EG_TRY(eg_vocabulary_room(&out->plants,
                              eg_vocabulary_count(root, eg_directory_ns(root), "plant"),
                              sizeof *out->plants, err));
    for (xmlNode *n = eg_xml_child(root, eg_directory_ns(root), "plant"); n != NULL;
         n = eg_xml_next(n, eg_directory_ns(n), "plant")) {
        EG_TRY(eg_directory_plant_read(&out->plants[out->plant_count++], n, err));
    }
    EG_TRY(eg_vocabulary_room(&out->log_keys,
                              eg_vocabulary_count(root, eg_directory_ns(root), "log-key"),
                              sizeof *out->log_keys, err));
    for (xmlNode *n = eg_xml_child(root, eg_directory_ns(root), "log-key"); n != NULL;
         n = eg_xml_next(n, eg_directory_ns(n), "log-key")) {
        EG_TRY(read_log_key(&out->log_keys[out->log_key_count++], n, err));
    }
    return EG_OK;
}

/* ---- references --------------------------------------------------------------------------- */

static int by_participant_id(const void *a, const void *b)
{
    const struct eg_participant *const *x = a;
    const struct eg_participant *const *y = b;
    return strcmp((*x)->id, (*y)->id);
}

static int by_plant_id(const void *a, const void *b)
{
    const struct eg_plant *const *x = a;
    const struct eg_plant *const *y = b;
    return strcmp((*x)->id, (*y)->id);
}

static int by_rule(const void *a, const void *b)
{
    const struct eg_certificate_rule *x = *(const struct eg_certificate_rule *const *)a;
    const struct eg_certificate_rule *y = *(const struct eg_certificate_rule *const *)b;

    if (x->pinned != y->pinned) {
        return x->pinned ? -1 : 1;
    }
    if (x->pinned) {
        return memcmp(&x->certificate, &y->certificate, sizeof x->certificate);
    }
    int order = memcmp(&x->issuer_key, &y->issuer_key, sizeof x->issuer_key);
    return order != 0 ? order : strcmp(x->subject, y->subject);
}

static enum eg_status index_make(struct index *index, const struct eg_directory *directory,
                                 struct eg_error *err)
{
    for (size_t i = 0; i < directory->participant_count; i++) {
        index->rule_count += directory->participants[i].certificate_count;
    }
    EG_TRY(
        eg_vocabulary_room(&index->by_id, directory->participant_count, sizeof *index->by_id, err));
    EG_TRY(eg_vocabulary_room(&index->plants, directory->plant_count, sizeof *index->plants, err));
    EG_TRY(eg_vocabulary_room(&index->rules, index->rule_count, sizeof *index->rules, err));
    size_t rule = 0;
    for (size_t i = 0; i < directory->participant_count; i++) {
        const struct eg_participant *participant = &directory->participants[i];
        index->by_id[i] = participant;
        for (size_t k = 0; k < participant->certificate_count; k++) {
            index->rules[rule++] = &participant->certificates[k];
        }
    }
    for (size_t i = 0; i < directory->plant_count; i++) {
        index->plants[i] = &directory->plants[i];
    }
    if (directory->participant_count > 1) {
        qsort(index->by_id, directory->participant_count, sizeof *index->by_id, by_participant_id);
    }
    if (directory->plant_count > 1) {
        qsort(index->plants, directory->plant_count, sizeof *index->plants, by_plant_id);
    }
    if (rule > 1) {
        qsort(index->rules, rule, sizeof *index->rules, by_rule);
    }
    return EG_OK;
}

static enum eg_status check_unique(const struct index *index, const struct eg_directory *directory,
                                   struct eg_error *err)
{
    for (size_t i = 1; i < directory->participant_count; i++) {
        if (by_participant_id(&index->by_id[i - 1], &index->by_id[i]) == 0) {
            return eg_error_set(err, EG_E_FORMAT, FILE_NAME, "participant %s is there twice",
                                index->by_id[i]->id);
        }
    }
    for (size_t i = 1; i < directory->plant_count; i++) {
        if (by_plant_id(&index->plants[i - 1], &index->plants[i]) == 0) {
            return eg_error_set(err, EG_E_FORMAT, FILE_NAME, "plant %s is there twice",
                                index->plants[i]->id);
        }
    }
    for (size_t i = 1; i < index->rule_count; i++) {
        if (by_rule(&index->rules[i - 1], &index->rules[i]) == 0) {
            char digest[EG_DIGEST_TEXT_LEN + 1] = "";
            eg_digest_text(&index->rules[i]->certificate, digest);
            return eg_error_set(err, EG_E_FORMAT, FILE_NAME, "certificate %s is there twice",
                                index->rules[i]->pinned ? digest : index->rules[i]->subject);
        }
    }
    return EG_OK;
}

static enum eg_status check_named(const struct index *index, const struct eg_directory *directory,
                                  const char *id, unsigned roles, const char *of,
                                  struct eg_error *err)
{
    const struct eg_participant wanted = {.id = (char *)id};
    const struct eg_participant *key = &wanted;
    const struct eg_participant *const *found =
        directory->participant_count > 0 ? bsearch(&key, index->by_id, directory->participant_count,
                                                   sizeof *index->by_id, by_participant_id)
                                         : NULL;

    if (found == NULL) {
        return eg_error_set(err, EG_E_FORMAT, FILE_NAME, "%s names %s, who is no participant", of,
                            id);
    }
    if (((*found)->roles & roles) == 0) {
        return eg_error_set(err, EG_E_FORMAT, FILE_NAME,
                            "%s names %s, who does not have the role for it", of, id);
    }
    return EG_OK;
}

static enum eg_status check_references(const struct index *index,
                                       const struct eg_directory *directory, struct eg_error *err)
{

    for (size_t i = 0; i < directory->plant_count; i++) {
        const struct eg_plant *plant = &directory->plants[i];
        EG_TRY(check_named(index, directory, plant->operator_id, EG_ROLE_OPERATOR, plant->id, err));
        for (size_t k = 0; k < plant->authority_count; k++) {
            EG_TRY(check_named(index, directory, plant->authorities[k].participant,
                               EG_ROLE_AUTHORITY, plant->id, err));
        }
        for (size_t k = 0; k < plant->delegate_count; k++) {
            EG_TRY(check_named(index, directory, plant->delegates[k].participant,
                               EG_ROLE_DEVICE | EG_ROLE_MEASURING_BODY, plant->id, err));
        }
    }
    for (size_t i = 0; i < directory->log_key_count; i++) {
        const struct eg_log_key *key = &directory->log_keys[i];
        EG_TRY(check_named(index, directory, key->gateway, EG_ROLE_GATEWAY, key->origin, err));
        for (size_t k = 0; k < i; k++) {
            if (memcmp(key->key, directory->log_keys[k].key, sizeof key->key) == 0 &&
                strcmp(key->origin, directory->log_keys[k].origin) == 0) {
                return eg_error_set(err, EG_E_FORMAT, FILE_NAME, "a log key of %s is there twice",
                                    key->origin);
            }
        }
    }
    return EG_OK;
}

static enum eg_status check(const struct eg_directory *directory, struct eg_error *err)
{
    struct index index = {0};
    enum eg_status status = index_make(&index, directory, err);
    if (status != EG_OK) {
        goto done;
    }

    status = check_unique(&index, directory, err);
    if (status != EG_OK) {
        goto done;
    }
    status = check_references(&index, directory, err);

done:
    free(index.by_id);
    free(index.plants);
    free(index.rules);
    return status;
}

static enum eg_status keep_octets(struct eg_directory *out, struct eg_bytes xml,
                                  struct eg_bytes signature, struct eg_error *err)
{
    eg_buf_init(&out->octets, EG_DIRECTORY_MAX);
    eg_buf_init(&out->signature, EG_CMS_MAX);
    eg_buf_bytes(&out->octets, xml);
    eg_buf_bytes(&out->signature, signature);
    EG_TRY(eg_buf_ok(&out->octets, FILE_NAME, err));
    return eg_buf_ok(&out->signature, "directory signature", err);
}

enum eg_status eg_directory_parse(struct eg_directory **out, struct eg_bytes xml,
                                  struct eg_bytes signature, struct eg_error *err)
{
    xmlDoc *doc = NULL;
    struct eg_directory *directory = calloc(1, sizeof *directory);
    enum eg_status status = directory != NULL ? EG_OK : no_memory(err);
    if (status != EG_OK) {
        goto done;
    }

    status = eg_vocabulary_parse_any(&doc, xml, FILE_NAME, generations, EG_DIRECTORY_MAX, err);
    if (status != EG_OK) {
        goto done;
    }
    status = read_root(directory, xmlDocGetRootElement(doc), err);
    if (status != EG_OK) {
        goto done;
    }
    status = read_lists(directory, xmlDocGetRootElement(doc), err);
    if (status != EG_OK) {
        goto done;
    }
    status = check(directory, err);
    if (status != EG_OK) {
        goto done;
    }
    status = keep_octets(directory, xml, signature, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_directory_index(directory, err);
    if (status != EG_OK) {
        goto done;
    }
    directory->digest = eg_hash(xml);
    *out = directory;
    directory = NULL;

done:
    eg_directory_free(&directory);
    xmlFreeDoc(doc);
    return status;
}
