/*
 * Why this file exists: package.xml is the only part of a package that the engine itself
 * understands. The schema (rules/vocabulary/package.xsd) has judged the shape; here the words are
 * taken over one by one.
 */
#include "assess/package/package_xml.h"

#include "assess/schema/vocabulary.h"
#include "base/error.h"
#include "base/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NS "urn:emgate:package:1"
#define NAME EG_PACKAGE_FILE

static enum eg_status no_memory(struct eg_error *err)
{
    return eg_error_set(err, EG_E_NOMEM, NAME, "memory ran out");
}

/* An attribute into a fixed field; the schema bounds it, this makes sure. */
static enum eg_status fixed(char *out, size_t out_len, const xmlNode *node, const char *attribute,
                            struct eg_error *err)
{
    char *text = NULL;
    enum eg_status status = eg_vocabulary_need(&text, node, attribute, err);
    if (status != EG_OK) {
        goto done;
    }

    if (strlen(text) >= out_len) {
        status = eg_vocabulary_fault(err, NAME, node, "%s is longer than %zu octets", attribute,
                                     out_len - 1);
    }
    if (status != EG_OK) {
        goto done;
    }
    memcpy(out, text, strlen(text) + 1);

done:
    free(text);
    return status;
}

/* Blanks and line ends of an indented text become single blanks. */
static void fold(char *text)
{
    char *to = text;

    for (const char *from = text; *from != '\0'; from++) {
        bool blank = *from == ' ' || *from == '\t' || *from == '\n' || *from == '\r';
        if (!blank) {
            *to++ = *from;
        } else if (to > text && to[-1] != ' ') {
            *to++ = ' ';
        }
    }
    if (to > text && to[-1] == ' ') {
        to--;
    }
    *to = '\0';
}

/* Titles or remarks: none, or German and English. */
static enum eg_status read_texts(struct eg_title *out, const xmlNode *parent, const char *element,
                                 struct eg_error *err)
{
    const xmlNode *first = eg_xml_child(parent, NS, element);

    for (const xmlNode *n = first; n != NULL; n = eg_xml_next(n, NS, element)) {
        char *lang = NULL;
        EG_TRY(eg_vocabulary_need(&lang, n, "lang", err));
        char **slot = strcmp(lang, "de") == 0 ? &out->de : &out->en;
        free(lang);
        if (*slot != NULL) {
            return eg_vocabulary_fault(err, NAME, n, "%s is given twice in one language", element);
        }
        *slot = eg_xml_text(n);
        if (*slot == NULL) {
            return no_memory(err);
        }
        fold(*slot);
    }
    if (first != NULL && (out->de == NULL || out->en == NULL)) {
        return eg_vocabulary_fault(err, NAME, first, "%s is needed in German and English", element);
    }
    return EG_OK;
}

/* ---- what it is --------------------------------------------------------------------------- */

static enum eg_status read_about(struct eg_package *out, const xmlNode *root, struct eg_error *err)
{
    const xmlNode *law = eg_xml_child(root, NS, "law");
    EG_TRY(fixed(out->ref.id, sizeof out->ref.id, root, "id", err));
    EG_TRY(fixed(out->ref.version, sizeof out->ref.version, root, "version", err));
    EG_TRY(eg_vocabulary_need(&out->publisher, root, "publisher", err));
    EG_TRY(eg_vocabulary_may(&out->land, root, "land", err));
    EG_TRY(read_texts(&out->title, root, "title", err));
    EG_TRY(read_texts(&out->remark, root, "remark", err));
    EG_TRY(eg_vocabulary_need(&out->citation, law, "citation", err));
    out->law = eg_xml_text(law);
    return out->law != NULL ? EG_OK : no_memory(err);
}

static enum eg_status read_scope(struct eg_package *out, const xmlNode *root, struct eg_error *err)
{
    const xmlNode *valid = eg_xml_child(root, NS, "valid");
    const xmlNode *match = eg_xml_child(root, NS, "match");
    EG_TRY(eg_vocabulary_day(out->from, valid, "from", NAME, err));
    EG_TRY(eg_vocabulary_day(out->until, valid, "until", NAME, err));
    if (out->until[0] != '\0' && strcmp(out->from, out->until) > 0) {
        return eg_vocabulary_fault(err, NAME, valid, "until is before from");
    }
    EG_TRY(eg_vocabulary_may(&out->match_namespace, match, "namespace", err));
    EG_TRY(eg_vocabulary_may(&out->match_kind, match, "kind", err));
    EG_TRY(eg_vocabulary_may(&out->match_regime, match, "regime", err));
    if (out->match_namespace == NULL) {
        out->match_namespace = calloc(1, 1);
        if (out->match_namespace == NULL) {
            return no_memory(err);
        }
    }
    return eg_vocabulary_need(&out->match_name, match, "element", err);
}

/* ---- identity ----------------------------------------------------------------------------- */

static enum eg_status read_namespaces(struct eg_package *out, const xmlNode *identity,
                                      struct eg_error *err)
{
    EG_TRY(eg_vocabulary_room(&out->namespaces, eg_vocabulary_count(identity, NS, "namespace"),
                              sizeof *out->namespaces, err));

    for (xmlNode *n = eg_xml_child(identity, NS, "namespace"); n != NULL;
         n = eg_xml_next(n, NS, "namespace")) {
        struct eg_value_pair *pair = &out->namespaces[out->namespace_count++];
        EG_TRY(eg_vocabulary_need(&pair->prefix, n, "prefix", err));
        EG_TRY(eg_vocabulary_need(&pair->uri, n, "uri", err));
    }
    return EG_OK;
}

static enum eg_status read_identity(struct eg_package *out, const xmlNode *root,
                                    struct eg_error *err)
{
    const xmlNode *identity = eg_xml_child(root, NS, "identity");
    const struct {
        const char *element;
        char **path;
    } paths[] = {
        {"id", &out->path_id},       {"version", &out->path_version},
        {"plant", &out->path_plant}, {"addressee", &out->path_addressee},
        {"from", &out->path_from},   {"until", &out->path_until},
        {"kind", &out->path_kind},   {"zone", &out->path_zone},
    };
    char *addressee = NULL;
    char *period = NULL;

    EG_TRY(read_namespaces(out, identity, err));
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        const xmlNode *node = eg_xml_child(identity, NS, paths[i].element);
        if (node != NULL) {
            EG_TRY(eg_vocabulary_need(paths[i].path, node, "path", err));
        }
    }
    EG_TRY(eg_vocabulary_may(&addressee, identity, "addressee", err));
    out->addressee_none = addressee != NULL;
    free(addressee);
    EG_TRY(eg_vocabulary_may(&period, identity, "period", err));
    out->period_ended = period != NULL;
    free(period);
    if (out->addressee_none == (out->path_addressee != NULL)) {
        return eg_vocabulary_fault(err, NAME, identity,
                                   "say either where the addressee is read, or addressee=\"none\"");
    }
    return EG_OK;
}

/* ---- settings and parameters -------------------------------------------------------------- */

static enum eg_status read_setting(struct eg_setting *out, const xmlNode *node,
                                   struct eg_error *err)
{
    char *per = NULL;

    EG_TRY(eg_vocabulary_need(&out->name, node, "name", err));
    EG_TRY(eg_vocabulary_words(&out->words, &out->word_count, node, "words", NAME, err));
    EG_TRY(eg_vocabulary_need(&out->source, node, "source", err));
    EG_TRY(eg_vocabulary_may(&per, node, "per", err));
    out->per_component = per != NULL;
    free(per);
    return read_texts(&out->title, node, "title", err);
}

static enum eg_status read_settings(struct eg_package *out, const xmlNode *root,
                                    struct eg_error *err)
{
    EG_TRY(eg_vocabulary_room(&out->settings, eg_vocabulary_count(root, NS, "setting"),
                              sizeof *out->settings, err));

    for (xmlNode *n = eg_xml_child(root, NS, "setting"); n != NULL;
         n = eg_xml_next(n, NS, "setting")) {
        EG_TRY(read_setting(&out->settings[out->setting_count++], n, err));
    }
    return EG_OK;
}

/* "Annex 1" and "no. 2" -> "Annex 1, no. 2". */
static enum eg_status join_source(char **own, const char *prefix, struct eg_error *err)
{
    size_t len = strlen(prefix) + strlen(*own) + sizeof(", ");
    char *joined = malloc(len);

    if (joined == NULL) {
        return no_memory(err);
    }
    (void)snprintf(joined, len, "%s, %s", prefix, *own);
    free(*own);
    *own = joined;
    return EG_OK;
}

static enum eg_status read_row(struct eg_parameter_row *out, const char *prefix,
                               const xmlNode *node, struct eg_error *err)
{
    EG_TRY(eg_vocabulary_may(&out->component, node, "component", err));
    EG_TRY(eg_vocabulary_may(&out->when, node, "when", err));
    EG_TRY(eg_vocabulary_need(&out->value, node, "value", err));
    EG_TRY(eg_vocabulary_need(&out->source, node, "source", err));
    return prefix != NULL ? join_source(&out->source, prefix, err) : EG_OK;
}

static enum eg_status read_parameter_words(struct eg_parameter *out, const xmlNode *node,
                                           struct eg_error *err)
{
    char *override = NULL;
    enum eg_status status = eg_vocabulary_need(&out->name, node, "name", err);
    if (status != EG_OK) {
        goto done;
    }

    status = eg_vocabulary_need(&out->unit, node, "unit", err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_vocabulary_may(&out->value, node, "value", err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_vocabulary_may(&out->is, node, "is", err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_vocabulary_may(&out->source, node, "source", err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_vocabulary_may(&out->min, node, "min", err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_vocabulary_may(&out->max, node, "max", err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_vocabulary_may(&override, node, "override", err);

done:
    out->may_override = override != NULL;
    out->stricter_only = override != NULL && strcmp(override, "permit-stricter") == 0;
    free(override);
    return status;
}

static enum eg_status read_parameter(struct eg_parameter *out, const xmlNode *node,
                                     struct eg_error *err)
{
    EG_TRY(read_parameter_words(out, node, err));
    EG_TRY(read_texts(&out->title, node, "title", err));
    EG_TRY(eg_vocabulary_room(&out->rows, eg_vocabulary_count(node, NS, "row"), sizeof *out->rows,
                              err));
    for (xmlNode *n = eg_xml_child(node, NS, "row"); n != NULL; n = eg_xml_next(n, NS, "row")) {
        EG_TRY(read_row(&out->rows[out->row_count++], out->source, n, err));
    }
    return EG_OK;
}

static enum eg_status read_parameters(struct eg_package *out, const xmlNode *root,
                                      struct eg_error *err)
{
    EG_TRY(eg_vocabulary_room(&out->parameters, eg_vocabulary_count(root, NS, "parameter"),
                              sizeof *out->parameters, err));

    for (xmlNode *n = eg_xml_child(root, NS, "parameter"); n != NULL;
         n = eg_xml_next(n, NS, "parameter")) {
        EG_TRY(read_parameter(&out->parameters[out->parameter_count++], n, err));
    }
    return EG_OK;
}

/* ---- vocabularies ------------------------------------------------------------------------- */

static enum eg_status read_vocabulary(struct eg_vocabulary_file *out, const xmlNode *node,
                                      struct eg_error *err)
{
    char *digest = NULL;
    enum eg_status status = eg_vocabulary_need(&out->file, node, "file", err);
    if (status != EG_OK) {
        goto done;
    }

    status = eg_vocabulary_need(&out->name, node, "name", err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_vocabulary_need(&digest, node, "digest", err);
    if (status != EG_OK) {
        goto done;
    }
    if (!eg_digest_untext(eg_bytes_of(digest), &out->digest)) {
        status = eg_vocabulary_fault(err, NAME, node, "digest is not \"sha256:<hex>\"");
    }

done:
    free(digest);
    return status;
}

static enum eg_status read_vocabularies(struct eg_package *out, const xmlNode *root,
                                        struct eg_error *err)
{
    EG_TRY(eg_vocabulary_room(&out->vocabularies, eg_vocabulary_count(root, NS, "vocabulary"),
                              sizeof *out->vocabularies, err));

    for (xmlNode *n = eg_xml_child(root, NS, "vocabulary"); n != NULL;
         n = eg_xml_next(n, NS, "vocabulary")) {
        EG_TRY(read_vocabulary(&out->vocabularies[out->vocabulary_count++], n, err));
    }
    return EG_OK;
}

/* ---- steps and notifications -------------------------------------------------------------- */

static enum eg_status read_step(struct eg_step *out, const xmlNode *node, struct eg_error *err)
{
    enum eg_status status = eg_vocabulary_need(&out->file, node, "file", err);

    out->kind = eg_xml_is(node, NS, "schema")       ? EG_STEP_SCHEMA
                : eg_xml_is(node, NS, "checks")     ? EG_STEP_CHECKS
                : eg_xml_is(node, NS, "assessment") ? EG_STEP_ASSESSMENT
                                                    : EG_STEP_TRANSFORM;
    if (status != EG_OK) {
        return status;
    }
    EG_TRY(eg_vocabulary_may(&out->phase, node, "phase", err));
    EG_TRY(eg_vocabulary_may(&out->on, node, "on", err));
    return eg_vocabulary_may(&out->result, node, "result", err);
}

static enum eg_status read_steps(struct eg_package *out, const xmlNode *root, struct eg_error *err)
{
    const xmlNode *steps = eg_xml_child(root, NS, "steps");
    EG_TRY(eg_vocabulary_room(&out->steps, xmlChildElementCount((xmlNode *)steps),
                              sizeof *out->steps, err));

    for (xmlNode *n = xmlFirstElementChild((xmlNode *)steps); n != NULL;
         n = xmlNextElementSibling(n)) {
        EG_TRY(read_step(&out->steps[out->step_count++], n, err));
    }
    return EG_OK;
}

static enum eg_recipient_kind recipient(const char *to)
{
    return strcmp(to, "competent-authority") == 0 ? EG_TO_COMPETENT_AUTHORITY
           : strcmp(to, "operator") == 0          ? EG_TO_OPERATOR
           : strcmp(to, "participant") == 0       ? EG_TO_PARTICIPANT
                                                  : EG_TO_PUBLIC;
}

static enum eg_status read_notification(struct eg_notification_rule *out, const xmlNode *node,
                                        struct eg_error *err)
{
    char *to = NULL;
    enum eg_status status = eg_vocabulary_need(&out->name, node, "name", err);
    if (status != EG_OK) {
        goto done;
    }

    status = eg_vocabulary_need(&out->result, node, "result", err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_vocabulary_need(&to, node, "to", err);
    if (status != EG_OK) {
        goto done;
    }
    out->to = recipient(to);
    status = eg_vocabulary_may(&out->participant, node, "participant", err);
    if (status != EG_OK) {
        goto done;
    }
    if ((out->to == EG_TO_PARTICIPANT) != (out->participant != NULL)) {
        status = eg_vocabulary_fault(err, NAME, node,
                                     "participant and to=\"participant\" belong together");
    }

done:
    free(to);
    return status;
}

static enum eg_status read_notifications(struct eg_package *out, const xmlNode *root,
                                         struct eg_error *err)
{
    EG_TRY(eg_vocabulary_room(&out->notifications, eg_vocabulary_count(root, NS, "notification"),
                              sizeof *out->notifications, err));

    for (xmlNode *n = eg_xml_child(root, NS, "notification"); n != NULL;
         n = eg_xml_next(n, NS, "notification")) {
        EG_TRY(read_notification(&out->notifications[out->notification_count++], n, err));
    }
    return EG_OK;
}

enum eg_status eg_package_xml_read(struct eg_package *package, struct eg_bytes xml,
                                   struct eg_error *err)
{
    static enum eg_status (*const parts[])(struct eg_package *, const xmlNode *,
                                           struct eg_error *) = {
        read_about,      read_scope,        read_identity, read_settings,
        read_parameters, read_vocabularies, read_steps,    read_notifications,
    };
    xmlDoc *doc = NULL;
    enum eg_status status =
        eg_vocabulary_parse(&doc, xml, NAME, "package.xsd", EG_PACKAGE_OCTETS_MAX, err);
    if (status != EG_OK) {
        goto done;
    }

    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        status = parts[i](package, xmlDocGetRootElement(doc), err);
        if (status != EG_OK) {
            goto done;
        }
    }

done:
    xmlFreeDoc(doc);
    return status;
}
