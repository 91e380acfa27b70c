/*
 * Which rule fires on which node (5.4.12: the first rule of a pattern whose context matches).
 *
 * Plain contexts: one walk lists the nodes of each name that some rule looks for; a pattern merges
 * the lists of its names, and asks of a node only the rules that look for its name. All other
 * contexts are expressions that select every node they match, evaluated once a document; a table
 * of nodes keeps the first rule of each. Neither looks at a node once for each rule and each other
 * node.
 */
#include "assess/schematron/quick.h"
#include "assess/schematron/schematron_model.h"

#include <libxml/xpathInternals.h>
#include <stdlib.h>
#include <string.h>

struct list {
    uint32_t *places;
    size_t count, max;
};

struct eg_sch_index {
    struct eg_flat *flat;
    bool by_xpath;
    /* one for each of the schema's names */
    struct list *lists;
    size_t list_count;
    /* word of the document -> name + 1, 0: none */
    size_t *of_word;
    /* names that are * or p:* */
    size_t *wild;
    size_t wild_count;
};

void eg_sch_index_free(struct eg_sch_index **slot)
{
    if (slot == NULL || *slot == NULL) {
        return;
    }
    for (size_t i = 0; i < (*slot)->list_count; i++) {
        free((*slot)->lists[i].places);
    }
    eg_flat_free(&(*slot)->flat);
    free((*slot)->lists);
    free((*slot)->of_word);
    free((*slot)->wild);
    free(*slot);
    *slot = NULL;
}

struct eg_flat *eg_sch_index_flat(struct eg_sch_index *index)
{
    return index->flat;
}

static bool append(struct list *list, uint32_t place)
{
    if (list->count == list->max) {
        size_t max = list->max == 0 ? 64 : list->max * 2;
        uint32_t *bigger = realloc(list->places, max * sizeof *bigger);
        if (bigger == NULL) {
            return false;
        }
        list->places = bigger;
        list->max = max;
    }
    list->places[list->count++] = place;
    return true;
}

static bool list_node(struct eg_sch_index *index, const struct eg_schematron *schema, uint32_t word,
                      uint32_t place)
{
    size_t name = index->of_word[word];
    bool good = name == 0 || append(&index->lists[name - 1], place);
    for (size_t i = 0; i < index->wild_count && good; i++) {
        size_t wild = index->wild[i];
        if (eg_sch_name_matches(&schema->names[wild], eg_flat_node(index->flat, place))) {
            good = append(&index->lists[wild], place);
        }
    }
    return good;
}

/* Which names the walk looks for, by the number that they have in the document's tables. */
static bool prepare(struct eg_sch_index *index, const struct eg_schematron *schema,
                    bool *attributes)
{
    index->lists = calloc(schema->name_count + 1, sizeof *index->lists);
    index->of_word = calloc((size_t)schema->words.count + 1, sizeof *index->of_word);
    index->wild = calloc(schema->name_count + 1, sizeof *index->wild);
    if (index->lists == NULL || index->of_word == NULL || index->wild == NULL) {
        return false;
    }
    index->list_count = schema->name_count;
    for (size_t i = 0; i < schema->name_count; i++) {
        *attributes = *attributes || schema->names[i].attribute;
        if (schema->names[i].word != 0) {
            index->of_word[schema->names[i].word] = i + 1;
        } else {
            index->wild[index->wild_count++] = i;
        }
    }
    return true;
}

static bool list_all(struct eg_sch_index *index, const struct eg_schematron *schema,
                     bool attributes)
{
    const struct eg_flat *flat = index->flat;
    bool good = true;
    for (uint32_t e = 1; e < flat->element_count && good; e++) {
        const struct eg_flat_element *element = &flat->elements[e];
        good = list_node(index, schema, element->word, e);
        for (uint32_t a = element[0].attributes; attributes && good && a < element[1].attributes;
             a++) {
            good = list_node(index, schema, flat->attributes[a].word, a | EG_FLAT_ATTRIBUTE);
        }
    }
    return good;
}

enum eg_status eg_sch_index_new(struct eg_sch_index **out, struct eg_schematron_state *state,
                                xmlDoc *doc, bool by_xpath, struct eg_error *err)
{
    struct eg_sch_index *index = calloc(1, sizeof *index);
    bool attributes = false;
    enum eg_status status = EG_OK;
    if (index != NULL) {
        index->by_xpath = by_xpath;
        status = eg_flat_new(&index->flat, &state->schema->words, doc, err);
    }
    if (status == EG_OK && (index == NULL || !prepare(index, state->schema, &attributes) ||
                            !list_all(index, state->schema, attributes))) {
        status = eg_error_set(err, EG_E_NOMEM, state->schema->name, "no memory for an index");
    }
    if (status != EG_OK) {
        eg_sch_index_free(&index);
        return status;
    }
    *out = index;
    return EG_OK;
}

/* ---- plain patterns ----------------------------------------------------------------------- */

/* A context of the pattern that ends in some name. */
struct choice {
    const struct eg_sch_rule *rule;
    const struct eg_sch_branch *branch;
    /* of the same name, + 1; 0: none; in the order of rules */
    size_t next;
};

struct sought {
    size_t name;
    /* choices, + 1 */
    size_t first, last;
    /* in the list of the name */
    size_t at;
};

struct merge {
    /* of the pattern, distinct */
    struct sought *names;
    size_t count;
    struct choice *choices;
    size_t choice_count;
};

static void add_choice(struct merge *merge, size_t *of_name, const struct eg_sch_rule *rule,
                       const struct eg_sch_branch *branch)
{
    merge->choices[merge->choice_count++] = (struct choice){.rule = rule, .branch = branch};
    if (of_name[branch->name] == 0) {
        merge->names[merge->count++] =
            (struct sought){.name = branch->name, .first = merge->choice_count};
        of_name[branch->name] = merge->count;
    } else {
        struct sought *sought = &merge->names[of_name[branch->name] - 1];
        merge->choices[sought->last - 1].next = merge->choice_count;
    }
    merge->names[of_name[branch->name] - 1].last = merge->choice_count;
}

static bool merge_init(struct merge *merge, const struct eg_schematron *schema,
                       const struct eg_sch_pattern *pattern)
{
    size_t branches = 1;
    for (size_t r = 0; r < pattern->rule_count; r++) {
        branches += pattern->rules[r].branch_count;
    }
    size_t *of_name = calloc(schema->name_count + 1, sizeof *of_name);
    merge->names = calloc(branches, sizeof *merge->names);
    merge->choices = calloc(branches, sizeof *merge->choices);
    bool good = of_name != NULL && merge->names != NULL && merge->choices != NULL;
    for (size_t r = 0; r < pattern->rule_count && good; r++) {
        const struct eg_sch_rule *rule = &pattern->rules[r];
        for (size_t b = 0; b < rule->branch_count; b++) {
            add_choice(merge, of_name, rule, &rule->branches[b]);
        }
    }
    free(of_name);
    return good;
}

static bool is_at(const struct merge *merge, size_t i, const struct eg_sch_index *index,
                  uint32_t place)
{
    const struct list *list = &index->lists[merge->names[i].name];
    return merge->names[i].at < list->count && list->places[merge->names[i].at] == place;
}

/* The next node in document order that has one of the names; EG_FLAT_NONE at the end. */
static uint32_t merge_next(const struct merge *merge, const struct eg_sch_index *index)
{
    uint32_t first = EG_FLAT_NONE;
    uint64_t first_key = UINT64_MAX;
    for (size_t i = 0; i < merge->count; i++) {
        const struct list *list = &index->lists[merge->names[i].name];
        if (merge->names[i].at == list->count) {
            continue;
        }
        uint32_t place = list->places[merge->names[i].at];
        if (merge->count == 1) {
            return place;
        }
        uint64_t key = eg_flat_key(index->flat, place);
        if (key < first_key) {
            first = place;
            first_key = key;
        }
    }
    return first;
}

/* 1, 0, or -1: an expression failed. */
static int holds(const struct eg_sch_condition *condition, struct eg_sch_index *index,
                 struct eg_schematron_state *state, uint32_t place)
{
    int answer = eg_quick_test(condition->quick, state, index->flat, place);
    if (answer >= 0) {
        return answer;
    }
    state->current = eg_flat_node(index->flat, place);
    return eg_sch_eval_truth(state, condition->test, state->current);
}

static bool step_matches(const struct eg_sch_name *step, const struct eg_flat *flat, uint32_t place)
{
    return step->word != 0 ? step->word == eg_flat_word_at(flat, place)
                           : eg_sch_name_matches(step, eg_flat_node(flat, place));
}

static bool names_match(const struct eg_sch_branch *branch, const struct eg_flat *flat,
                        uint32_t place)
{
    for (size_t i = branch->count; i-- > 0; place = eg_flat_parent(flat, place)) {
        if (place == EG_FLAT_NONE || !step_matches(&branch->steps[i], flat, place)) {
            return false;
        }
    }
    return !branch->rooted || place == 0;
}

static int branch_matches(const struct eg_sch_branch *branch, struct eg_sch_index *index,
                          struct eg_schematron_state *state, uint32_t place)
{
    size_t at = branch->count;
    if (!names_match(branch, index->flat, place)) {
        return 0;
    }
    for (size_t i = branch->condition_count; i-- > 0;) {
        for (; at > branch->conditions[i].step + 1; at--) {
            place = eg_flat_parent(index->flat, place);
        }
        int answer = holds(&branch->conditions[i], index, state, place);
        if (answer <= 0) {
            return answer;
        }
    }
    return 1;
}

/* The first rule that matches; *out NULL: none does. false: an expression failed. */
static bool first_rule(const struct eg_sch_rule **out, const struct merge *merge,
                       struct eg_sch_index *index, struct eg_schematron_state *state,
                       uint32_t place)
{
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < merge->count; i++) {
        size_t at = is_at(merge, i, index, place) ? merge->names[i].first : 0;
        for (; at > 0 && at <= best; at = merge->choices[at - 1].next) {
            state->base = merge->choices[at - 1].rule->base;
            int answer = branch_matches(merge->choices[at - 1].branch, index, state, place);
            if (answer < 0) {
                return false;
            }
            if (answer > 0) {
                best = at;
                break;
            }
        }
    }
    *out = best == SIZE_MAX ? NULL : merge->choices[best - 1].rule;
    return true;
}

/* Most patterns look for nodes of one name: their list is the order, and its choices all there are.
 */
static enum eg_status fill_hits_of_one(struct eg_sch_hit *hits, size_t *count,
                                       const struct merge *merge, struct eg_sch_index *index,
                                       struct eg_schematron_state *state,
                                       const struct eg_sch_pattern *pattern, struct eg_error *err)
{
    const struct list *list = &index->lists[merge->names[0].name];
    for (size_t i = 0; i < list->count; i++) {
        uint32_t place = list->places[i];
        for (size_t at = merge->names[0].first; at > 0; at = merge->choices[at - 1].next) {
            const struct eg_sch_rule *rule = merge->choices[at - 1].rule;
            state->base = rule->base;
            int answer = branch_matches(merge->choices[at - 1].branch, index, state, place);
            if (answer < 0) {
                return eg_sch_failure(state, pattern->rules[0].context_source, err);
            }
            if (answer > 0) {
                hits[(*count)++] =
                    (struct eg_sch_hit){eg_flat_node(index->flat, place), rule, place};
                break;
            }
        }
    }
    return EG_OK;
}

static enum eg_status fill_hits(struct eg_sch_hit *hits, size_t *count, struct merge *merge,
                                struct eg_sch_index *index, struct eg_schematron_state *state,
                                const struct eg_sch_pattern *pattern, struct eg_error *err)
{
    for (;;) {
        uint32_t place = merge_next(merge, index);
        const struct eg_sch_rule *rule = NULL;
        if (place == EG_FLAT_NONE) {
            return EG_OK;
        }
        if (!first_rule(&rule, merge, index, state, place)) {
            return eg_sch_failure(state, pattern->rules[0].context_source, err);
        }
        if (rule != NULL) {
            hits[(*count)++] = (struct eg_sch_hit){eg_flat_node(index->flat, place), rule, place};
        }
        for (size_t i = 0; i < merge->count; i++) {
            merge->names[i].at += is_at(merge, i, index, place) ? 1 : 0;
        }
    }
}

static enum eg_status plain_hits(struct eg_sch_hit **out, size_t *out_count,
                                 struct eg_sch_index *index, struct eg_schematron_state *state,
                                 const struct eg_sch_pattern *pattern, struct eg_error *err)
{
    struct merge merge = {0};
    struct eg_sch_hit *hits = NULL;
    size_t count = 0;
    size_t room = 1;
    bool good = merge_init(&merge, state->schema, pattern);
    for (size_t i = 0; i < merge.count && good; i++) {
        room += index->lists[merge.names[i].name].count;
    }
    hits = good ? malloc(room * sizeof *hits) : NULL; /* written before they are read */
    enum eg_status status =
        hits == NULL ? eg_error_set(err, EG_E_NOMEM, state->schema->name, "no memory for nodes")
        : merge.count == 1 ? fill_hits_of_one(hits, &count, &merge, index, state, pattern, err)
                           : fill_hits(hits, &count, &merge, index, state, pattern, err);
    if (status == EG_OK) {
        *out = hits;
        *out_count = count;
        hits = NULL;
    }
    free(hits);
    free(merge.names);
    free(merge.choices);
    return status;
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
    struct table bigger = {.slots = calloc(size, sizeof *bigger.slots), .size = size};
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
           node->type == XML_DOCUMENT_NODE || node->type == XML_TEXT_NODE ||
           node->type == XML_CDATA_SECTION_NODE || node->type == XML_COMMENT_NODE ||
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
            continue; /* namespaces are no contexts: no pattern of XSLT matches them */
        }
        struct eg_sch_hit *slot = find_slot(table, node);
        if (slot->node == NULL) {
            *slot = (struct eg_sch_hit){node, rule, EG_FLAT_NONE};
            table->count++;
            if (xmlXPathNodeSetAddUnique(all, node) != 0) {
                return false;
            }
        }
    }
    return true;
}

static enum eg_status select_rules(struct table *table, xmlNodeSet *all,
                                   struct eg_schematron_state *state,
                                   const struct eg_sch_pattern *pattern, struct eg_error *err)
{
    for (size_t r = 0; r < pattern->rule_count; r++) {
        const struct eg_sch_rule *rule = &pattern->rules[r];
        state->current = (xmlNode *)state->context->doc;
        state->base = rule->base;
        xmlXPathObject *set = eg_sch_eval(state, rule->context, state->current);
        if (set == NULL || set->type != XPATH_NODESET) {
            xmlXPathFreeObject(set);
            return eg_sch_failure(state, rule->context_source, err);
        }
        bool good = note_rule(table, all, rule, set->nodesetval);
        xmlXPathFreeObject(set);
        if (!good) {
            return eg_error_set(err, EG_E_NOMEM, state->schema->name, "no memory for nodes");
        }
    }
    return EG_OK;
}

static enum eg_status other_hits(struct eg_sch_hit **out, size_t *out_count,
                                 const struct eg_sch_index *index,
                                 struct eg_schematron_state *state,
                                 const struct eg_sch_pattern *pattern, struct eg_error *err)
{
    struct table table = {0};
    xmlNodeSet *all = xmlXPathNodeSetCreate(NULL);
    struct eg_sch_hit *hits = NULL;
    enum eg_status status = all != NULL && make_room(&table, 1)
                                ? select_rules(&table, all, state, pattern, err)
                                : eg_error_set(err, EG_E_NOMEM, state->schema->name, "no memory");
    if (status != EG_OK) {
        goto done;
    }
    xmlXPathNodeSetSort(all);
    hits = calloc((size_t)all->nodeNr + 1, sizeof *hits);
    if (hits == NULL) {
        status = eg_error_set(err, EG_E_NOMEM, state->schema->name, "no memory for nodes");
        goto done;
    }
    for (int i = 0; i < all->nodeNr; i++) {
        hits[i] = *find_slot(&table, all->nodeTab[i]);
        hits[i].place = eg_flat_find(index->flat, hits[i].node);
    }
    *out = hits;
    *out_count = (size_t)all->nodeNr;
done:
    xmlXPathFreeNodeSet(all);
    free(table.slots);
    return status;
}

enum eg_status eg_sch_index_hits(struct eg_sch_hit **hits, size_t *count,
                                 struct eg_sch_index *index, struct eg_schematron_state *state,
                                 const struct eg_sch_pattern *pattern, struct eg_error *err)
{
    return pattern->plain && !index->by_xpath ? plain_hits(hits, count, index, state, pattern, err)
                                              : other_hits(hits, count, index, state, pattern, err);
}
