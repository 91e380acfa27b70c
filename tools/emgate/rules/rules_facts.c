/*
 * Whatever two versions of a package may differ in stands here as a statement of its own, so that a
 * comparison is nothing but looking up; files are compared by digest, so that nothing escapes.
 */
#include "emgate/rules/rules_facts.h"

#include "base/crypto.h"
#include "base/vector.h"

#include <stdlib.h>
#include <string.h>

#define FACT_MAX (64 * EG_KIB)

static const char *const kind_names[] = {"schema", "checks", "assessment", "transform"};
static const char *const recipients[] = {"competent-authority", "operator", "participant",
                                         "public"};

static const char *or_empty(const char *text)
{
    return text != NULL ? text : "";
}

static char *copy(struct eg_tool_facts *facts, const char *text)
{
    char *out = text != NULL ? strdup(text) : NULL;

    facts->failed = facts->failed || (text != NULL && out == NULL);
    return out;
}

static void add(struct eg_tool_facts *facts, enum eg_fact_section section, const char *key,
                const char *detail, const char *value, const char *source)
{
    if (EG_VECTOR_RESERVE(facts->list, facts->capacity, facts->count + 1, SIZE_MAX) != EG_OK) {
        facts->failed = true;
        return;
    }
    facts->list[facts->count++] = (struct eg_tool_fact){.section = section,
                                                        .key = copy(facts, key),
                                                        .detail = copy(facts, detail),
                                                        .value = copy(facts, or_empty(value)),
                                                        .source = copy(facts, source)};
}

/* A text made of parts, as key or value. */
static const char *joined(struct eg_buf *room, const char *a, const char *b, const char *c)
{
    eg_buf_reset(room);
    eg_buf_format(room, "%s%s%s%s%s", or_empty(a), or_empty(b)[0] != '\0' ? " " : "", or_empty(b),
                  or_empty(c)[0] != '\0' ? " " : "", or_empty(c));
    return room->data != NULL ? (const char *)room->data : "";
}

/* ---- package.xml -------------------------------------------------------------------------- */

static void about(struct eg_tool_facts *facts, const struct eg_package *package)
{
    const struct {
        const char *key, *value;
    } said[] = {
        {"id", package->ref.id},
        {"version", package->ref.version},
        {"publisher", package->publisher},
        {"land", package->land},
        {"title (de)", package->title.de},
        {"title (en)", package->title.en},
        {"law", package->law},
        {"citation", package->citation},
        {"valid from", package->from},
        {"valid until", package->until},
        {"namespace", package->match_namespace},
        {"root element", package->match_name},
        {"kind", package->match_kind},
        {"regime", package->match_regime},
        {"identity id", package->path_id},
        {"identity version", package->path_version},
        {"identity addressee", package->addressee_none ? "none" : package->path_addressee},
        {"identity plant", package->path_plant},
        {"identity from", package->path_from},
        {"identity until", package->path_until},
        {"identity kind", package->path_kind},
        {"remark (de)", package->remark.de},
        {"remark (en)", package->remark.en},
    };

    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++) {
        add(facts, EG_FACT_ABOUT, said[i].key, NULL, said[i].value, NULL);
    }
}

static void settings(struct eg_tool_facts *facts, const struct eg_package *package,
                     struct eg_buf *room)
{
    for (size_t i = 0; i < package->setting_count; i++) {
        const struct eg_setting *setting = &package->settings[i];
        eg_buf_reset(room);
        for (size_t k = 0; k < setting->word_count; k++) {
            eg_buf_format(room, "%s%s", k > 0 ? " | " : "", setting->words[k]);
        }
        eg_buf_text(room, setting->per_component ? " per component" : "");
        add(facts, EG_FACT_SETTING, setting->name, NULL, (const char *)room->data, setting->source);
        add(facts, EG_FACT_SETTING, setting->name, "source", setting->source, NULL);
        add(facts, EG_FACT_SETTING, setting->name, "title (de)", setting->title.de, NULL);
        add(facts, EG_FACT_SETTING, setting->name, "title (en)", setting->title.en, NULL);
    }
}

static void value(struct eg_tool_facts *facts, const struct eg_parameter *parameter,
                  const struct eg_parameter_row *row, struct eg_buf *rooms)
{
    const char *when = row != NULL ? row->when : NULL;
    const char *amount = row != NULL                ? row->value
                         : parameter->value != NULL ? parameter->value
                                                    : parameter->is;
    const char *source = row != NULL ? row->source : parameter->source;
    const char *key = joined(&rooms[0], parameter->name, row != NULL ? row->component : NULL, when);

    add(facts, EG_FACT_PARAMETER, key, NULL, joined(&rooms[1], amount, parameter->unit, NULL),
        source);
    add(facts, EG_FACT_PARAMETER, key, "source", source, NULL);
}

static void parameters(struct eg_tool_facts *facts, const struct eg_package *package,
                       struct eg_buf *rooms)
{
    for (size_t i = 0; i < package->parameter_count; i++) {
        const struct eg_parameter *parameter = &package->parameters[i];
        const char *permit = !parameter->may_override   ? "no"
                             : parameter->stricter_only ? "stricter only"
                                                        : "yes";
        if (parameter->row_count == 0) {
            value(facts, parameter, NULL, rooms);
        }
        for (size_t k = 0; k < parameter->row_count; k++) {
            value(facts, parameter, &parameter->rows[k], rooms);
        }
        add(facts, EG_FACT_PARAMETER, parameter->name, "permit",
            joined(&rooms[0], permit, parameter->min, parameter->max), NULL);
        add(facts, EG_FACT_PARAMETER, parameter->name, "title (de)", parameter->title.de, NULL);
        add(facts, EG_FACT_PARAMETER, parameter->name, "title (en)", parameter->title.en, NULL);
    }
}

static void steps(struct eg_tool_facts *facts, const struct eg_package *package,
                  struct eg_buf *rooms)
{
    for (size_t i = 0; i < package->step_count; i++) {
        const struct eg_step *step = &package->steps[i];
        eg_buf_reset(&rooms[0]);
        eg_buf_format(&rooms[0], "%zu", i + 1);
        eg_buf_reset(&rooms[1]);
        eg_buf_format(&rooms[1], "%s %s%s%s%s%s%s%s", kind_names[step->kind], step->file,
                      step->phase != NULL ? " phase " : "", or_empty(step->phase),
                      step->on != NULL ? " on " : "", or_empty(step->on),
                      step->result != NULL ? " -> " : "", or_empty(step->result));
        add(facts, EG_FACT_STEP, (const char *)rooms[0].data, NULL, (const char *)rooms[1].data,
            NULL);
    }
    for (size_t i = 0; i < package->notification_count; i++) {
        const struct eg_notification_rule *rule = &package->notifications[i];
        add(facts, EG_FACT_NOTIFICATION, rule->name, NULL,
            joined(&rooms[0], rule->result, recipients[rule->to], rule->participant), NULL);
    }
}

/* ---- rules and files ---------------------------------------------------------------------- */

static void rules(struct eg_tool_facts *facts, const struct eg_wording *wording, bool german,
                  struct eg_buf *rooms)
{
    for (size_t i = 0; i < wording->count; i++) {
        const struct eg_wording_line *line = &wording->lines[i];
        const char *text = german ? line->de : line->en;
        const char *other = german ? line->en : line->de;
        eg_buf_reset(&rooms[0]);
        eg_buf_format(&rooms[0], "[%s] %s", line->severity, or_empty(text));
        add(facts, EG_FACT_RULE, line->rule, NULL,
            rooms[0].data != NULL ? (const char *)rooms[0].data : "", line->source);
        add(facts, EG_FACT_RULE, line->rule, "test", line->when, NULL);
        add(facts, EG_FACT_RULE, line->rule, "source", line->source, NULL);
        add(facts, EG_FACT_RULE, line->rule, german ? "text (en)" : "text (de)", other, NULL);
    }
}

/* package.xml is told above; SIGNED differs because something else does. */
static bool is_told(const char *name)
{
    return strcmp(name, "package.xml") == 0 || strcmp(name, "SIGNED") == 0 ||
           strcmp(name, "SIGNED.p7s") == 0;
}

static void files(struct eg_tool_facts *facts, const struct eg_package *package)
{
    for (size_t i = 0; i < package->tree.count; i++) {
        const struct eg_tree_file *file = &package->tree.files[i];
        char digest[EG_DIGEST_TEXT_LEN + 1];
        struct eg_digest hash = eg_hash(eg_bytes_view(&file->content));
        eg_digest_text(&hash, digest);
        if (!is_told(file->name)) {
            add(facts, EG_FACT_FILE, file->name, NULL, digest, NULL);
        }
    }
}

/* ---- all ---------------------------------------------------------------------------------- */

enum eg_status eg_tool_facts_of(struct eg_tool_facts *out, const struct eg_package *package,
                                const struct eg_wording *wording, bool german, struct eg_error *err)
{
    struct eg_tool_facts facts = {.count = 0};
    struct eg_buf rooms[2];

    eg_buf_init(&rooms[0], FACT_MAX);
    eg_buf_init(&rooms[1], FACT_MAX);
    about(&facts, package);
    settings(&facts, package, &rooms[0]);
    parameters(&facts, package, rooms);
    steps(&facts, package, rooms);
    rules(&facts, wording, german, rooms);
    files(&facts, package);
    eg_buf_done(&rooms[0]);
    eg_buf_done(&rooms[1]);
    if (facts.failed) {
        eg_tool_facts_done(&facts);
        return eg_error_set(err, EG_E_NOMEM, package->ref.id, "memory ran out");
    }
    *out = facts;
    return EG_OK;
}

void eg_tool_facts_done(struct eg_tool_facts *facts)
{
    for (size_t i = 0; i < facts->count; i++) {
        free(facts->list[i].key);
        free(facts->list[i].detail);
        free(facts->list[i].value);
        free(facts->list[i].source);
    }
    free(facts->list);
    *facts = (struct eg_tool_facts){.count = 0};
}

static bool alike(const struct eg_tool_fact *a, const struct eg_tool_fact *b)
{
    return a->section == b->section && strcmp(a->key, b->key) == 0 &&
           strcmp(or_empty(a->detail), or_empty(b->detail)) == 0;
}

const struct eg_tool_fact *eg_tool_facts_find(const struct eg_tool_facts *facts,
                                              const struct eg_tool_fact *like)
{
    for (size_t i = 0; i < facts->count; i++) {
        if (alike(&facts->list[i], like)) {
            return &facts->list[i];
        }
    }
    return NULL;
}
