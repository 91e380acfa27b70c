/*
 * Which rule fires on which node (5.4.12: the first rule of a pattern whose context matches).
 *
 * Plain contexts: one walk lists the nodes of each name that some rule looks for, each with its
 * place in document order; a pattern merges the lists of its names. All other contexts are
 * expressions that select every node they match, evaluated once a document; a table of nodes keeps
 * the first rule of each. Neither looks at a node once for each rule and each other node.
 */
#include "assess/schematron_model.h"

#include <libxml/xpathInternals.h>
#include <stdlib.h>
#include <string.h>

#define CACHE_SIZE 256 /* names of a vocabulary, each a pointer of the document's dictionary */
#define NAMES_OF_NODE_MAX 16 /* names of one node: its own, *, p:* and so on, of each context */

struct place {
    xmlNode *node;
    size_t order;
};

struct list {
    struct place *places;
    size_t count, max;
};

/* Which of the schema's names a (name, namespace) pair of the document has. */
struct cached {
    const xmlChar *name;
    const xmlNs *ns;
    bool attribute, known;
    size_t names[NAMES_OF_NODE_MAX];
    size_t count;
};

struct eg_sch_index {
    struct list *lists; /* one for each of the schema's names */
    size_t list_count;
    size_t order;
    bool failed;
    struct cached cache[CACHE_SIZE];
};

void eg_sch_index_free(struct eg_sch_index **slot)
{
    if (slot == NULL || *slot == NULL) {
        return;
    }
    for (size_t i = 0; i < (*slot)->list_count; i++) {
        free((*slot)->lists[i].places);
    }
    free((*slot)->lists);
    free(*slot);
    *slot = NULL;
}

static bool append(struct list *list, xmlNode *node, size_t order)
{
    if (list->count == list->max) {
        size_t max = list->max == 0 ? 64 : list->max * 2;
        struct place *bigger = realloc(list->places, max * sizeof(*bigger));
        if (bigger == NULL) {
            return false;
        }
        list->places = bigger;
        list->max = max;
    }
    list->places[list->count++] = (struct place){node, order};
    return true;
}

static const struct cached *names_of(struct eg_sch_index *index, const struct eg_schematron *schema,
                                     const xmlNode *node)
{
    bool attribute = node->type == XML_ATTRIBUTE_NODE;
    uintptr_t hash = ((uintptr_t)node->name >> 3) * 31 + ((uintptr_t)node->ns >> 4) + attribute;
    struct cached *cached = &index->cache[hash % CACHE_SIZE];
    if (cached->known && cached->name == node->name && cached->ns == node->ns &&
        cached->attribute == attribute) {
        return cached;
    }
    *cached =
        (struct cached){.name = node->name, .ns = node->ns, .attribute = attribute, .known = true};
    for (size_t i = 0; i < schema->name_count; i++) {
        if (!eg_sch_name_matches(&schema->names[i], node)) {
            continue;
        }
        if (cached->count == NAMES_OF_NODE_MAX) {
            index->failed = true; /* names are distinct: x, p:x, * and p:* are all there are */
            return cached;
        }
        cached->names[cached->count++] = i;
    }
    return cached;
}

static void list_node(struct eg_sch_index *index, const struct eg_schematron *schema, xmlNode *node)
{
    const struct cached *cached = names_of(index, schema, node);
    for (size_t i = 0; i < cached->count; i++) {
        if (!append(&index->lists[cached->names[i]], node, index->order)) {
            index->failed = true;
        }
    }
    index->order++;
}

static bool wants_attributes(const struct eg_schematron *schema)
{
    for (size_t i = 0; i < schema->name_count; i++) {
        if (schema->names[i].attribute) {
            return true;
        }
    }
    return false;
}

static xmlNode *next_node(xmlNode *node)
{
    if (node->type == XML_ELEMENT_NODE && node->children != NULL) {
        return node->children;
    }
    while (node != NULL && node->next == NULL) {
        node = node->parent;
        if (node != NULL && node->type == XML_DOCUMENT_NODE) {
            return NULL;
        }
    }
    return node != NULL ? node->next : NULL;
}

enum eg_status eg_sch_index_new(struct eg_sch_index **out, struct eg_schematron *schema,
                                xmlDoc *doc, struct eg_error *err)
{
    struct eg_sch_index *index = calloc(1, sizeof(*index));
    if (index == NULL) {
        return eg_error_set(err, EG_E_NOMEM, schema->name, "no memory for an index");
    }
    index->lists = calloc(schema->name_count + 1, sizeof(*index->lists));
    index->list_count = index->lists != NULL ? schema->name_count : 0;
    index->failed = index->lists == NULL;
    bool attributes = wants_attributes(schema);
    for (xmlNode *node = index->failed ? NULL : doc->children; node != NULL && !index->failed;
         node = next_node(node)) {
        if (node->type != XML_ELEMENT_NODE) {
            continue;
        }
        list_node(index, schema, node);
        for (xmlAttr *a = attributes ? node->properties : NULL; a != NULL; a = a->next) {
            list_node(index, schema, (xmlNode *)a);
        }
    }
    if (index->failed) {
        eg_sch_index_free(&index);
        return eg_error_set(err, EG_E_NOMEM, schema->name, "no memory for an index");
    }
    *out = index;
    return EG_OK;
}

/* ---- plain patterns ----------------------------------------------------------------------- */

struct merge {
    size_t *names; /* of the pattern, distinct */
    size_t *at;
    size_t count;
};

static void add_merge_name(struct merge *merge, size_t name)
{
    for (size_t i = 0; i < merge->count; i++) {
        if (merge->names[i] == name) {
            return;
        }
    }
    merge->names[merge->count++] = name;
}

static bool merge_init(struct merge *merge, const struct eg_sch_pattern *pattern)
{
    size_t branches = 1;
    for (size_t r = 0; r < pattern->rule_count; r++) {
        branches += pattern->rules[r].branch_count;
    }
    merge->names = calloc(branches, sizeof(*merge->names));
    merge->at = calloc(branches, sizeof(*merge->at));
    if (merge->names == NULL || merge->at == NULL) {
        return false;
    }
    for (size_t r = 0; r < pattern->rule_count; r++) {
        for (size_t b = 0; b < pattern->rules[r].branch_count; b++) {
            add_merge_name(merge, pattern->rules[r].branches[b].name);
        }
    }
    return true;
}

/* The next node in document order that has one of the names; NULL at the end. */
static xmlNode *merge_next(struct merge *merge, const struct eg_sch_index *index)
{
    const struct place *first = NULL;
    for (size_t i = 0; i < merge->count; i++) {
        const struct list *list = &index->lists[merge->names[i]];
        if (merge->at[i] < list->count &&
            (first == NULL || list->places[merge->at[i]].order < first->order)) {
            first = &list->places[merge->at[i]];
        }
    }
    for (size_t i = 0; i < merge->count && first != NULL; i++) {
        const struct list *list = &index->lists[merge->names[i]];
        if (merge->at[i] < list->count && list->places[merge->at[i]].order == first->order) {
            merge->at[i]++;
        }
    }
    return first != NULL ? first->node : NULL;
}

static const struct eg_sch_rule *first_rule(const struct eg_sch_pattern *pattern,
                                            const xmlNode *node)
{
    for (size_t r = 0; r < pattern->rule_count; r++) {
        const struct eg_sch_rule *rule = &pattern->rules[r];
        for (size_t b = 0; b < rule->branch_count; b++) {
            if (eg_sch_branch_matches(&rule->branches[b], node)) {
                return rule;
            }
        }
    }
    return NULL;
}

static bool plain_hits(struct eg_sch_hit **out, size_t *out_count, const struct eg_sch_index *index,
                       const struct eg_sch_pattern *pattern)
{
    struct merge merge = {0};
    struct eg_sch_hit *hits = NULL;
    size_t count = 0;
    bool good = merge_init(&merge, pattern);
    size_t room = 1;
    for (size_t i = 0; i < merge.count; i++) {
        room += index->lists[merge.names[i]].count;
    }
    hits = good ? calloc(room, sizeof(*hits)) : NULL;
    if (hits != NULL) {
        for (xmlNode *node = merge_next(&merge, index); node != NULL;
             node = merge_next(&merge, index)) {
            const struct eg_sch_rule *rule = first_rule(pattern, node);
            if (rule != NULL) {
                hits[count++] = (struct eg_sch_hit){node, rule};
            }
        }
        *out = hits;
        *out_count = count;
    }
    free(merge.names);
    free(merge.at);
    return hits != NULL;
}

/* ---- patterns with other contexts --------------------------------------------------------- */

/* Nodes seen and the rule of each: open addressing, at most half full. */
struct table {
    struct eg_sch_hit *slots;
    size_t size, count;
};

static struct eg_sch_hit *find_slot(const struct table *table, const xmlNode *node)
{
    size_t at = (size_t)(((uintptr_t)node >> 4) * 0x9e3779b97f4a7c15u) & (table->size - 1);
    while (table->slots[at].node != NULL && table->slots[at].node != node) {
        at = (at + 1) & (table->size - 1);
    }
    return &table->slots[at];
}

static bool make_room(struct table *table, size_t more)
{
    size_t size = table->size > 0 ? table->size : 64;
    while (size < (table->count + more) * 2) {
        size *= 2;
    }
    if (size == table->size) {
        return true;
    }
    struct table bigger = {.slots = calloc(size, sizeof(*bigger.slots)), .size = size};
    if (bigger.slots == NULL) {
        return false;
    }
    for (size_t i = 0; i < table->size; i++) {
        if (table->slots[i].node != NULL) {
            *find_slot(&bigger, table->slots[i].node) = table->slots[i];
        }
    }
    bigger.count = table->count;
    free(table->slots);
    *table = bigger;
    return true;
}

static bool may_be_context(const xmlNode *node)
{
    return node->type == XML_ELEMENT_NODE || node->type == XML_ATTRIBUTE_NODE ||
           node->type == XML_DOCUMENT_NODE || node->type == XML_COMMENT_NODE ||
           node->type == XML_PI_NODE;
}

static bool note_rule(struct table *table, xmlNodeSet *all, const struct eg_sch_rule *rule,
                      const xmlNodeSet *set)
{
    size_t count = set != NULL ? (size_t)set->nodeNr : 0;
    if (!make_room(table, count)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        xmlNode *node = set->nodeTab[i];
        if (!may_be_context(node)) {
            continue; /* text and namespaces are no contexts (Annex C) */
        }
        struct eg_sch_hit *slot = find_slot(table, node);
        if (slot->node == NULL) {
            *slot = (struct eg_sch_hit){node, rule};
            table->count++;
            if (xmlXPathNodeSetAddUnique(all, node) != 0) {
                return false;
            }
        }
    }
    return true;
}

static enum eg_status select_rules(struct table *table, xmlNodeSet *all,
                                   struct eg_schematron *schema,
                                   const struct eg_sch_pattern *pattern, struct eg_error *err)
{
    for (size_t r = 0; r < pattern->rule_count; r++) {
        const struct eg_sch_rule *rule = &pattern->rules[r];
        schema->current = (xmlNode *)schema->context->doc;
        xmlXPathObject *set = eg_sch_eval(schema, rule->context, schema->current);
        if (set == NULL || set->type != XPATH_NODESET) {
            xmlXPathFreeObject(set);
            return eg_sch_failure(schema, rule->context_source, err);
        }
        bool good = note_rule(table, all, rule, set->nodesetval);
        xmlXPathFreeObject(set);
        if (!good) {
            return eg_error_set(err, EG_E_NOMEM, schema->name, "no memory for nodes");
        }
    }
    return EG_OK;
}

static enum eg_status other_hits(struct eg_sch_hit **out, size_t *out_count,
                                 struct eg_schematron *schema, const struct eg_sch_pattern *pattern,
                                 struct eg_error *err)
{
    struct table table = {0};
    xmlNodeSet *all = xmlXPathNodeSetCreate(NULL);
    struct eg_sch_hit *hits = NULL;
    enum eg_status status = all != NULL && make_room(&table, 1)
                                ? select_rules(&table, all, schema, pattern, err)
                                : eg_error_set(err, EG_E_NOMEM, schema->name, "no memory");
    if (status != EG_OK) {
        goto done;
    }
    xmlXPathNodeSetSort(all);
    hits = calloc((size_t)all->nodeNr + 1, sizeof(*hits));
    if (hits == NULL) {
        status = eg_error_set(err, EG_E_NOMEM, schema->name, "no memory for nodes");
        goto done;
    }
    for (int i = 0; i < all->nodeNr; i++) {
        hits[i] = *find_slot(&table, all->nodeTab[i]);
    }
    *out = hits;
    *out_count = (size_t)all->nodeNr;
done:
    xmlXPathFreeNodeSet(all);
    free(table.slots);
    return status;
}

enum eg_status eg_sch_index_hits(struct eg_sch_hit **hits, size_t *count,
                                 struct eg_sch_index *index, struct eg_schematron *schema,
                                 const struct eg_sch_pattern *pattern, struct eg_error *err)
{
    if (!pattern->plain) {
        return other_hits(hits, count, schema, pattern, err);
    }
    return plain_hits(hits, count, index, pattern)
               ? EG_OK
               : eg_error_set(err, EG_E_NOMEM, schema->name, "no memory for nodes");
}
