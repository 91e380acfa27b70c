/*
 * Names: what a line may be called, and what it may call. A name is seen after the line that makes
 * it, in its own block and the blocks inside; of a window the single figures are seen outside too.
 */
#include "assess/assessment/assessment_model.h"

#include "assess/language/refusal.h"
#include "base/text.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define QUANTITIES_MAX 8000 /* 2,000 operations make no more */

enum eg_status eg_assess_refuse(struct eg_assess_compile *c, const char *code, const char *format,
                                ...)
{
    char where[EG_ERROR_WHERE_MAX] = "";
    char text[EG_ERROR_TEXT_MAX] = "";
    const struct eg_refusal *row = eg_refusal_named(code);
    va_list args;

    assert(row != NULL);
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    (void)snprintf(where, sizeof where, "%s:%u", c->a->file, c->line);
    return eg_error_set(c->err, EG_E_FORMAT, where, "%s: %s", row->code, text);
}

enum eg_status eg_assess_nomem(struct eg_assess_compile *c)
{
    return eg_arena_refused(&c->a->arena, c->a->file, c->err);
}

void eg_assess_at(struct eg_assess_compile *c, const xmlNode *node)
{
    c->line = eg_xml_line(node);
    c->element = (const char *)node->name;
}

void *eg_assess_append(struct eg_assess_compile *c, void **list, size_t *count, size_t size,
                       size_t max)
{
    if (*count >= max) {
        (void)eg_assess_refuse(c, "EA-LIMIT", "an assessment has at most %zu of these; split it",
                               max);
        return NULL;
    }
    bool full = *count == 0 || (*count >= 8 && (*count & (*count - 1)) == 0);
    if (full) {
        size_t room = *count == 0 ? 8 : *count * 2;
        void *grown = eg_arena_array(&c->a->arena, room, size);
        if (grown == NULL) {
            (void)eg_assess_nomem(c);
            return NULL;
        }
        if (*count > 0) {
            memcpy(grown, *list, *count * size);
        }
        *list = grown;
    }
    return (uint8_t *)*list + (*count)++ * size;
}

int eg_assess_quantity(struct eg_assess_compile *c, enum eg_assess_kind kind,
                       enum eg_assess_origin origin)
{
    struct eg_assessment *a = c->a;
    struct eg_assess_quantity *made = eg_assess_append(
        c, (void **)&a->quantities, &a->quantity_count, sizeof *made, QUANTITIES_MAX);
    if (made == NULL) {
        return EG_ASSESS_NONE;
    }
    made->kind = kind;
    made->origin = origin;
    made->place = EG_ASSESS_PLACE_NONE;
    made->place_parameter = EG_ASSESS_NONE;
    made->classes = EG_ASSESS_NONE;
    made->block = c->block;
    made->line = c->line;
    made->element = c->element;
    return (int)a->quantity_count - 1;
}

struct eg_assess_op *eg_assess_op(struct eg_assess_compile *c, enum eg_assess_code code, int out)
{
    struct eg_assessment *a = c->a;
    struct eg_assess_block *block = &a->blocks[c->block];

    if (++a->op_count > EG_ASSESSMENT_OPERATIONS_MAX) {
        (void)eg_assess_refuse(c, "EA-LIMIT", "an assessment has at most %d operations; split it",
                               EG_ASSESSMENT_OPERATIONS_MAX);
        return NULL;
    }
    struct eg_assess_op *op = eg_assess_append(c, (void **)&block->ops, &block->op_count,
                                               sizeof *op, EG_ASSESSMENT_OPERATIONS_MAX);
    if (op != NULL) {
        *op = (struct eg_assess_op){
            .code = code,
            .out = out,
            .index = EG_ASSESS_NONE,
            .having = EG_ASSESS_NONE,
            .in = {EG_ASSESS_NONE, EG_ASSESS_NONE, EG_ASSESS_NONE, EG_ASSESS_NONE}};
    }
    return op;
}

int eg_assess_add_block(struct eg_assess_compile *c, enum eg_assess_block_kind kind)
{
    struct eg_assessment *a = c->a;
    struct eg_assess_block *made = eg_assess_append(c, (void **)&a->blocks, &a->block_count,
                                                    sizeof *made, EG_ASSESSMENT_NAMES_MAX);
    if (made == NULL) {
        return EG_ASSESS_NONE;
    }
    int index = (int)a->block_count - 1;
    *made = (struct eg_assess_block){
        .kind = kind,
        .parent = c->block,
        .level = kind == EG_ASSESS_BLOCK_SERIES ? index : a->blocks[c->block].level,
        .having = EG_ASSESS_NONE,
        .window = EG_ASSESS_NONE,
        .line = c->line};
    return index;
}

int eg_assess_grid_here(const struct eg_assess_compile *c)
{
    const struct eg_assess_block *block = &c->a->blocks[c->block];
    if (block->kind == EG_ASSESS_BLOCK_WINDOW) {
        return EG_ASSESS_GRID_WINDOW + block->window;
    }
    bool own = c->a->grid == EG_GRID_MEASUREMENT && block->kind == EG_ASSESS_BLOCK_SERIES;
    return own ? EG_ASSESS_GRID_SERIES : EG_ASSESS_GRID_SOURCE;
}

/* ---- names -------------------------------------------------------------------------------- */

static bool is_around(const struct eg_assess_compile *c, int block)
{
    for (int at = c->block; at != EG_ASSESS_NONE; at = c->a->blocks[at].parent) {
        if (at == block) {
            return true;
        }
    }
    return false;
}

static bool is_seen(const struct eg_assess_compile *c, const struct eg_assess_quantity *q)
{
    const struct eg_assess_block *block = &c->a->blocks[q->block];
    return is_around(c, q->block) ||
           (block->kind == EG_ASSESS_BLOCK_WINDOW && !q->column && is_around(c, block->parent));
}

static const struct eg_setting *setting_named(const struct eg_package *package, const char *name)
{
    for (size_t i = 0; i < package->setting_count; i++) {
        if (strcmp(package->settings[i].name, name) == 0) {
            return &package->settings[i];
        }
    }
    return NULL;
}

static enum eg_status check_new(struct eg_assess_compile *c, const char *name)
{
    const struct eg_assessment *a = c->a;

    if (!eg_expression_is_name(name)) {
        return eg_assess_refuse(
            c, "EA-NAME",
            "\"%.64s\" can be no name: write lower-case words with hyphens, none "
            "of the words of the language",
            name);
    }
    for (size_t i = 0; i < a->quantity_count; i++) {
        if (a->quantities[i].name != NULL && strcmp(a->quantities[i].name, name) == 0) {
            return eg_assess_refuse(c, "EA-NAME",
                                    "%s is made in line %u already; give another name", name,
                                    a->quantities[i].line);
        }
    }
    for (size_t i = 0; i < a->window_count; i++) {
        if (strcmp(a->windows[i].name, name) == 0) {
            return eg_assess_refuse(c, "EA-NAME", "%s is the window of line %u; give another name",
                                    name, a->windows[i].line);
        }
    }
    if (setting_named(a->package, name) != NULL) {
        return eg_assess_refuse(c, "EA-NAME", "%s is a setting of the package; give another name",
                                name);
    }
    return EG_OK;
}

static enum eg_status count_name(struct eg_assess_compile *c)
{
    if (++c->a->blocks[c->block].names > EG_ASSESSMENT_NAMES_MAX) {
        return eg_assess_refuse(c, "EA-LIMIT", "a block has at most %d names; split it",
                                EG_ASSESSMENT_NAMES_MAX);
    }
    return EG_OK;
}

enum eg_status eg_assess_name(struct eg_assess_compile *c, int quantity, const xmlNode *node)
{
    const char *name = eg_assess_attribute(c, node, "name");
    if (name == NULL) {
        return eg_assess_nomem(c);
    }
    EG_TRY(check_new(c, name));
    EG_TRY(count_name(c));
    if (quantity == EG_ASSESS_NONE) {
        return EG_OK; /* a window has a name without a quantity */
    }
    struct eg_assess_quantity *q = &c->a->quantities[quantity];
    const char *show = eg_assess_attribute(c, node, "show");
    if (show != NULL && strcmp(show, "yes") != 0 && strcmp(show, "no") != 0) {
        return eg_assess_refuse(c, "EA-WORD", "show is yes or no, not \"%.40s\"", show);
    }
    q->name = name;
    q->origin = q->origin == EG_ASSESS_TEMPORARY ? EG_ASSESS_MADE : q->origin;
    q->source = eg_assess_attribute(c, node, "source");
    q->shown = show != NULL && strcmp(show, "yes") == 0;
    return EG_OK;
}

int eg_assess_look(const struct eg_assess_compile *c, const char *name)
{
    for (size_t i = 0; i < c->a->quantity_count; i++) {
        const struct eg_assess_quantity *q = &c->a->quantities[i];
        if (q->name != NULL && strcmp(q->name, name) == 0 && is_seen(c, q)) {
            return (int)i;
        }
    }
    return EG_ASSESS_NONE;
}

static const char *nearest(const struct eg_assess_compile *c, const char *name)
{
    const char *names[EG_ASSESSMENT_NAMES_MAX];
    size_t count = 0;
    for (size_t i = 0; i < c->a->quantity_count && count < EG_ASSESSMENT_NAMES_MAX; i++) {
        const struct eg_assess_quantity *q = &c->a->quantities[i];
        if (q->name != NULL && is_seen(c, q)) {
            names[count++] = q->name;
        }
    }
    return eg_text_nearest(name, names, count);
}

/* Why nothing so named is seen: made further down, in another block, or nowhere. */
static void refuse_name(struct eg_assess_compile *c, const char *name)
{
    for (size_t i = 0; i < c->a->quantity_count; i++) {
        const struct eg_assess_quantity *q = &c->a->quantities[i];
        if (q->name != NULL && strcmp(q->name, name) == 0) {
            (void)eg_assess_refuse(c, "EA-NAME",
                                   "%.64s of line %u is not seen here: it stands in %s", name,
                                   q->line, "another series or window");
            return;
        }
    }
    const char *near = nearest(c, name);
    (void)eg_assess_refuse(c, "EA-NAME",
                           "nothing above is called %.64s%s%s; a name is made before it is used",
                           name, near != NULL ? "; did you mean " : "", near != NULL ? near : "");
}

int eg_assess_find(struct eg_assess_compile *c, const char *name)
{
    int found = eg_assess_look(c, name);
    if (found == EG_ASSESS_NONE) {
        refuse_name(c, name);
        return EG_ASSESS_NONE;
    }
    c->a->quantities[found].used = true;
    return found;
}

int eg_assess_find_window(struct eg_assess_compile *c, const char *name)
{
    for (size_t i = 0; i < c->a->window_count; i++) {
        const struct eg_assess_window *window = &c->a->windows[i];
        bool seen = is_around(c, window->block) || is_around(c, c->a->blocks[window->block].parent);
        if (strcmp(window->name, name) == 0 && seen) {
            return (int)i;
        }
    }
    (void)eg_assess_refuse(c, "EA-NAME", "no window above is called %.64s", name);
    return EG_ASSESS_NONE;
}

/* ---- parameters and settings -------------------------------------------------------------- */

static const struct eg_parameter *parameter_named(const struct eg_package *package,
                                                  const char *name)
{
    for (size_t i = 0; i < package->parameter_count; i++) {
        if (strcmp(package->parameters[i].name, name) == 0) {
            return &package->parameters[i];
        }
    }
    return NULL;
}

static bool is_in_series(const struct eg_assess_compile *c)
{
    int level = c->a->blocks[c->block].level;
    return c->a->blocks[level].kind == EG_ASSESS_BLOCK_SERIES;
}

static int add_parameter(struct eg_assess_compile *c, const struct eg_parameter *parameter)
{
    struct eg_assessment *a = c->a;
    bool word = strcmp(parameter->unit, "word") == 0;
    struct eg_unit unit = eg_unit_one;

    if (!word && !eg_unit_read(eg_bytes_of(parameter->unit), &unit)) {
        (void)eg_assess_refuse(c, "EA-UNIT",
                               "the unit \"%.32s\" of the parameter %.64s is none of the table",
                               parameter->unit, parameter->name);
        return EG_ASSESS_NONE;
    }
    int quantity =
        eg_assess_quantity(c, word ? EG_ASSESS_WORD : EG_ASSESS_NUMBER, EG_ASSESS_PARAMETER);
    struct eg_assess_parameter *made =
        quantity == EG_ASSESS_NONE
            ? NULL
            : eg_assess_append(c, (void **)&a->parameters, &a->parameter_count, sizeof *made,
                               EG_PARAMETERS_MAX);
    if (made == NULL) {
        return EG_ASSESS_NONE;
    }
    struct eg_assess_quantity *q = &a->quantities[quantity];
    q->unit = unit;
    q->unit_text = parameter->unit;
    q->exact = q->whole = true;
    q->place = EG_ASSESS_PLACE_OF_ANY;
    q->place_parameter = (int)a->parameter_count - 1;
    made->parameter = parameter;
    made->quantity = quantity;
    return (int)a->parameter_count - 1;
}

int eg_assess_parameter(struct eg_assess_compile *c, const char *name)
{
    struct eg_assessment *a = c->a;
    const struct eg_parameter *parameter = parameter_named(a->package, name);
    int found = EG_ASSESS_NONE;

    if (parameter == NULL) {
        (void)eg_assess_refuse(c, "EA-PARAM", "package.xml declares no parameter %.64s", name);
        return EG_ASSESS_NONE;
    }
    for (size_t i = 0; i < a->parameter_count && found == EG_ASSESS_NONE; i++) {
        found = a->parameters[i].parameter == parameter ? (int)i : EG_ASSESS_NONE;
    }
    found = found != EG_ASSESS_NONE ? found : add_parameter(c, parameter);
    if (found != EG_ASSESS_NONE) {
        *(is_in_series(c) ? &a->parameters[found].in_series : &a->parameters[found].in_source) =
            true;
    }
    return found;
}

static int add_setting(struct eg_assess_compile *c, const struct eg_setting *setting)
{
    struct eg_assessment *a = c->a;
    int quantity = eg_assess_quantity(c, EG_ASSESS_WORD, EG_ASSESS_SETTING);
    struct eg_assess_setting *made =
        quantity == EG_ASSESS_NONE ? NULL
                                   : eg_assess_append(c, (void **)&a->settings, &a->setting_count,
                                                      sizeof *made, EG_ASSESSMENT_NAMES_MAX);
    if (made == NULL) {
        return EG_ASSESS_NONE;
    }
    a->quantities[quantity].words = (const char *const *)setting->words;
    a->quantities[quantity].word_count = setting->word_count;
    made->setting = setting;
    made->quantity = quantity;
    return (int)a->setting_count - 1;
}

int eg_assess_setting(struct eg_assess_compile *c, const char *name)
{
    struct eg_assessment *a = c->a;
    const struct eg_setting *setting = setting_named(a->package, name);
    int found = EG_ASSESS_NONE;

    if (setting == NULL) {
        return EG_ASSESS_NONE;
    }
    for (size_t i = 0; i < a->setting_count && found == EG_ASSESS_NONE; i++) {
        found = a->settings[i].setting == setting ? (int)i : EG_ASSESS_NONE;
    }
    found = found != EG_ASSESS_NONE ? found : add_setting(c, setting);
    if (found != EG_ASSESS_NONE) {
        bool series = is_in_series(c);
        *(series ? &a->settings[found].in_series : &a->settings[found].in_source) = true;
        if (!series && setting->per_component) {
            (void)eg_assess_refuse(c, "EA-KIND",
                                   "the setting %.64s is one of each component; use it in a series",
                                   name);
            return EG_ASSESS_NONE;
        }
    }
    return found;
}

enum eg_status eg_assess_having(struct eg_assess_compile *c, const xmlNode *node, int *out)
{
    const char *name = eg_assess_attribute(c, node, "having");
    *out = EG_ASSESS_NONE;
    if (name == NULL) {
        return EG_OK;
    }
    *out = eg_assess_parameter(c, name);
    return *out == EG_ASSESS_NONE ? c->err->status : EG_OK;
}

const char *eg_assess_attribute(struct eg_assess_compile *c, const xmlNode *node, const char *name)
{
    char *text = eg_xml_attribute(node, name);
    const char *kept = text != NULL ? eg_arena_text(&c->a->arena, eg_bytes_of(text)) : NULL;
    free(text);
    return kept;
}
