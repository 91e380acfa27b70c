/*
 * Types are told apart by their local names alone: two of one name in different namespaces are
 * taken for one, which refuses too much and never too little.
 */
#include "assess/schema/schema_charge.h"

#include "base/limits.h"
#include "base/vector.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define XSD_NS "http://www.w3.org/2001/XMLSchema"

enum role { MEMBER, BASE, UNION };

/* `of` is a member of a union, or the base (or item) of the type `name`, or the type is a union. */
struct eg_schema_link {
    enum role role;
    char *name, *of;
    char where[EG_ERROR_WHERE_MAX];
};

void eg_schema_charges_done(struct eg_schema_charges *charges)
{
    for (size_t i = 0; i < charges->count; i++) {
        free(charges->links[i].name);
        free(charges->links[i].of);
    }
    free(charges->links);
    *charges = (struct eg_schema_charges){NULL, 0, 0, 0, 0};
}

static const char *local(const char *name)
{
    const char *colon = strrchr(name, ':');
    return colon != NULL ? colon + 1 : name;
}

/* name may be NULL: a type without one, which nothing refers to. */
static enum eg_status add(struct eg_schema_charges *charges, enum role role, const char *name,
                          const char *of, const char *where, struct eg_error *err)
{
    enum eg_status room =
        EG_VECTOR_RESERVE(charges->links, charges->max, charges->count + 1, SIZE_MAX);
    if (room != EG_OK) {
        return eg_vector_refused(room, where, err);
    }
    struct eg_schema_link *link = &charges->links[charges->count];
    *link = (struct eg_schema_link){.role = role,
                                    .name = strdup(name != NULL ? name : ""),
                                    .of = strdup(of != NULL ? local(of) : "")};
    (void)snprintf(link->where, sizeof link->where, "%s", where);
    charges->count++;
    return link->name != NULL && link->of != NULL
               ? EG_OK
               : eg_error_set(err, EG_E_NOMEM, where, "no memory to look through a schema");
}

/* ---- unions ------------------------------------------------------------------------------- */

static bool is_in_union(const xmlNode *node)
{
    for (const xmlNode *up = node->parent; up != NULL; up = up->parent) {
        if (eg_xml_is(up, XSD_NS, "union")) {
            return true;
        }
    }
    return false;
}

static enum eg_status add_member(struct eg_schema_charges *charges, size_t first, const char *of,
                                 const char *where, struct eg_error *err)
{
    for (size_t i = first; i < charges->count; i++) {
        if (charges->links[i].role == MEMBER && strcmp(charges->links[i].of, local(of)) == 0) {
            return eg_error_set(err, EG_E_FORMAT, where, "'%.100s' is a member of the union twice",
                                of);
        }
    }
    return charges->count - first < EG_SCHEMA_MEMBERS_MAX
               ? add(charges, MEMBER, NULL, of, where, err)
               : eg_error_set(err, EG_E_LIMIT, where, "a union of more than %d types",
                              EG_SCHEMA_MEMBERS_MAX);
}

static enum eg_status charge_union(struct eg_schema_charges *charges, const xmlNode *node,
                                   const char *name, const char *where, struct eg_error *err)
{
    char *members = eg_xml_attribute(node, "memberTypes");
    char *rest = members;
    enum eg_status status = EG_OK;
    size_t first = charges->count;

    if (is_in_union(node)) {
        status = eg_error_set(err, EG_E_FORMAT, where,
                              "a union inside a union; name its members in the outer one");
    }
    if (status != EG_OK) {
        goto done;
    }
    for (char *word = members != NULL ? strtok_r(members, " \t\r\n", &rest) : NULL; word != NULL;
         word = strtok_r(NULL, " \t\r\n", &rest)) {
        status = add_member(charges, first, word, where, err);
        if (status != EG_OK) {
            goto done;
        }
    }
    status = add(charges, UNION, name, NULL, where, err);

done:
    free(members);
    return status;
}

/* The restriction or list that makes a type: what it is made of, for the type's name and, inside a
 * union, as if it were a member itself. */
static enum eg_status charge_base(struct eg_schema_charges *charges, const xmlNode *node,
                                  const char *name, const char *where, struct eg_error *err)
{
    char *of = eg_xml_attribute(node, eg_xml_is(node, XSD_NS, "list") ? "itemType" : "base");
    enum eg_status status = of != NULL ? add(charges, BASE, name, of, where, err) : EG_OK;
    if (status != EG_OK) {
        goto done;
    }

    if (of != NULL && is_in_union(node)) {
        status = add(charges, MEMBER, NULL, of, where, err);
    }

done:
    free(of);
    return status;
}

/* ---- all of it ---------------------------------------------------------------------------- */

static enum eg_status count(size_t *counter, size_t max, const char *what, const char *where,
                            struct eg_error *err)
{
    return ++*counter <= max
               ? EG_OK
               : eg_error_set(err, EG_E_LIMIT, where, "more than %zu %s in the schema", max, what);
}

/* Name of the global type that the node is part of; NULL: of none. */
static char *type_of(const xmlNode *node)
{
    char *name = NULL;

    for (const xmlNode *up = node->parent; up != NULL && name == NULL; up = up->parent) {
        if (eg_xml_is(up, XSD_NS, "simpleType")) {
            name = eg_xml_attribute(up, "name");
        }
    }
    return name;
}

enum eg_status eg_schema_charge(struct eg_schema_charges *charges, const xmlNode *node,
                                const char *where, struct eg_error *err)
{
    if (eg_xml_is(node, XSD_NS, "enumeration")) {
        return count(&charges->words, EG_SCHEMA_WORDS_MAX, "words of enumerations", where, err);
    }
    if (eg_xml_is(node, XSD_NS, "pattern")) {
        return count(&charges->patterns, EG_SCHEMA_PATTERNS_MAX, "patterns", where, err);
    }
    bool is_union = eg_xml_is(node, XSD_NS, "union");
    if (!is_union && !eg_xml_is(node, XSD_NS, "restriction") && !eg_xml_is(node, XSD_NS, "list")) {
        return EG_OK;
    }
    char *name = type_of(node);
    enum eg_status status = is_union ? charge_union(charges, node, name, where, err)
                                     : charge_base(charges, node, name, where, err);
    free(name);
    return status;
}

/* Is some link by which the type of this name is a union? */
static bool is_union(const struct eg_schema_charges *charges, const char *name)
{
    for (size_t i = 0; i < charges->count; i++) {
        if (charges->links[i].role == UNION && strcmp(charges->links[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

/* A type made of a union is one. */
static bool spread(struct eg_schema_charges *charges)
{
    bool grown = false;

    for (size_t i = 0; i < charges->count; i++) {
        struct eg_schema_link *link = &charges->links[i];
        if (link->role == BASE && is_union(charges, link->of)) {
            link->role = UNION;
            grown = true;
        }
    }
    return grown;
}

enum eg_status eg_schema_charge_end(struct eg_schema_charges *charges, struct eg_error *err)
{
    while (spread(charges)) {
    }
    for (size_t i = 0; i < charges->count; i++) {
        const struct eg_schema_link *link = &charges->links[i];
        if (link->role == MEMBER && is_union(charges, link->of)) {
            return eg_error_set(err, EG_E_FORMAT, link->where,
                                "'%.100s' is a union and a member of a union; name its members "
                                "there",
                                link->of);
        }
    }
    return EG_OK;
}
