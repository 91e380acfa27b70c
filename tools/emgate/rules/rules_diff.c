/*
 * emgate rules diff: what changed between two versions of a package, in words that somebody who
 * knows the law can check: figures with their citation, rules with their sentences.
 */
#include "emgate/rules/rules.h"

#include "base/error.h"
#include "base/limits.h"
#include "emgate/rules/rules_facts.h"

#include <string.h>

static const char *const section_names[][2] = {
    [EG_FACT_ABOUT] = {"What it is", "Was es ist"},
    [EG_FACT_SETTING] = {"What the directory says of a plant",
                         "Was das Verzeichnis zur Anlage sagt"},
    [EG_FACT_PARAMETER] = {"Parameters", "Parameter"},
    [EG_FACT_STEP] = {"Steps", "Schritte"},
    [EG_FACT_RULE] = {"Checks and findings", "Prüfungen und Befunde"},
    [EG_FACT_NOTIFICATION] = {"Whom it tells", "Wem es meldet"},
    [EG_FACT_FILE] = {"Files", "Dateien"},
};
static const char *const section_words[] = {"about", "setting",      "parameter", "step",
                                            "rule",  "notification", "file"};

struct side {
    struct eg_package *package;
    struct eg_wording wording;
    struct eg_tool_facts facts;
};

struct diff {
    struct side old, new;
    bool german, json;
    struct eg_buf out;
    size_t changes;
    /* whose title was written last */
    int section;
};

enum change { ADDED, REMOVED, CHANGED };
static const char *const change_words[][3] = {{"added", "removed", "changed"},
                                              {"neu", "entfällt", "geändert"}};

/* Names of statements as German readers call them; JSON keeps the English ones. */
static const char *label(const struct diff *diff, const char *name)
{
    static const char *const german[][2] = {
        {"publisher", "verlegt von"},
        {"title (de)", "Titel (de)"},
        {"title (en)", "Titel (en)"},
        {"law", "Recht"},
        {"citation", "Fundstelle"},
        {"valid from", "gültig ab"},
        {"valid until", "gültig bis"},
        {"namespace", "Namensraum"},
        {"root element", "Wurzelelement"},
        {"kind", "Art des Berichts"},
        {"regime", "Regime der Anlage"},
        {"remark (de)", "Annahmen (de)"},
        {"remark (en)", "Annahmen (en)"},
        {"source", "Fundstelle"},
        {"test", "Bedingung"},
        {"permit", "Bescheid"},
    };

    for (size_t i = 0; diff->german && i < sizeof german / sizeof german[0]; i++) {
        if (strcmp(german[i][0], name) == 0) {
            return german[i][1];
        }
    }
    return name;
}

static const char *shown(const struct eg_tool_fact *fact)
{
    return fact == NULL || fact->value[0] == '\0' ? "-" : fact->value;
}

static void tell_json(struct diff *diff, enum change change, const struct eg_tool_fact *old,
                      const struct eg_tool_fact *new)
{
    const struct eg_tool_fact *any = new != NULL ? new : old;

    eg_buf_text(&diff->out, diff->changes > 0 ? ",{" : "{");
    eg_tool_json_text(&diff->out, "section", section_words[any->section]);
    eg_tool_json_text(&diff->out, "key", any->key);
    eg_tool_json_text(&diff->out, "detail", any->detail);
    eg_tool_json_text(&diff->out, "change", change_words[0][change]);
    eg_tool_json_text(&diff->out, "old", old != NULL ? old->value : NULL);
    eg_tool_json_text(&diff->out, "new", new != NULL ? new->value : NULL);
    eg_tool_json_text(&diff->out, "source", any->source);
    eg_buf_char(&diff->out, '}');
}

static void tell_words(struct diff *diff, enum change change, const struct eg_tool_fact *old,
                       const struct eg_tool_fact *new)
{
    const struct eg_tool_fact *any = new != NULL ? new : old;
    struct eg_buf *out = &diff->out;

    if (diff->section != (int)any->section) {
        eg_buf_format(out, "%s%s\n", diff->changes > 0 ? "\n" : "",
                      section_names[any->section][diff->german]);
        diff->section = (int)any->section;
    }
    eg_buf_format(out, "  %s %s%s%s", change_words[diff->german][change],
                  any->section == EG_FACT_ABOUT ? label(diff, any->key) : any->key,
                  any->detail != NULL ? ", " : "",
                  any->detail != NULL ? label(diff, any->detail) : "");
    if (any->section == EG_FACT_FILE) {
        eg_buf_char(out, '\n'); /* digests say nothing to a reader */
        return;
    }
    if (change == CHANGED) {
        eg_buf_format(out, ": %s → %s", shown(old), shown(new));
    } else {
        eg_buf_format(out, ": %s", shown(any));
    }
    if (any->source != NULL && any->source[0] != '\0') {
        eg_buf_format(out, "  (%s)", any->source);
    }
    eg_buf_char(out, '\n');
}

static void tell(struct diff *diff, enum change change, const struct eg_tool_fact *old,
                 const struct eg_tool_fact *new)
{
    if (diff->json) {
        tell_json(diff, change, old, new);
    } else {
        tell_words(diff, change, old, new);
    }
    diff->changes++;
}

/* Details of a thing that came or went go without saying. */
static bool is_news(const struct eg_tool_facts *other, const struct eg_tool_fact *fact)
{
    struct eg_tool_fact whole = *fact;
    bool found = false;

    if (fact->detail == NULL) {
        return true;
    }
    whole.detail = NULL;
    found = eg_tool_facts_find(other, &whole) != NULL;
    return found && fact->value[0] != '\0';
}

static void compare_section(struct diff *diff, enum eg_fact_section section)
{
    const struct eg_tool_facts *old = &diff->old.facts, *new = &diff->new.facts;

    for (size_t i = 0; i < old->count; i++) {
        const struct eg_tool_fact *fact = &old->list[i];
        if (fact->section == section && eg_tool_facts_find(new, fact) == NULL &&
            is_news(new, fact)) {
            tell(diff, REMOVED, fact, NULL);
        }
    }
    for (size_t i = 0; i < new->count; i++) {
        const struct eg_tool_fact *fact = &new->list[i];
        const struct eg_tool_fact *before =
            fact->section == section ? eg_tool_facts_find(old, fact) : NULL;
        if (before != NULL && strcmp(before->value, fact->value) != 0) {
            tell(diff, CHANGED, before, fact);
        } else if (before == NULL && fact->section == section && is_news(old, fact)) {
            tell(diff, ADDED, NULL, fact);
        }
    }
}

static enum eg_status open_side(struct side *side, const char *path, bool german,
                                struct eg_error *err)
{
    EG_TRY(eg_tool_package_open(&side->package, path, false, err));
    EG_TRY(eg_wording_read(&side->wording, side->package, err));
    return eg_tool_facts_of(&side->facts, side->package, &side->wording, german, err);
}

static void close_side(struct side *side)
{
    eg_tool_facts_done(&side->facts);
    eg_wording_done(&side->wording);
    eg_tool_package_close(&side->package);
}

static enum eg_status compare(struct diff *diff, struct eg_error *err)
{
    if (diff->json) {
        eg_buf_text(&diff->out, "{\"old\":");
        eg_tool_json_package(&diff->out, &diff->old.package->ref);
        eg_buf_text(&diff->out, ",\"new\":");
        eg_tool_json_package(&diff->out, &diff->new.package->ref);
        eg_buf_text(&diff->out, ",\"changes\":[");
    }
    for (int section = 0; section < EG_FACT_SECTION_COUNT; section++) {
        compare_section(diff, (enum eg_fact_section)section);
    }
    if (diff->json) {
        eg_buf_format(&diff->out, "],\"same\":%s}\n", diff->changes == 0 ? "true" : "false");
    } else if (diff->changes == 0) {
        eg_buf_text(&diff->out, diff->german ? "gleich\n" : "the same\n");
    }
    return eg_tool_print(&diff->out, err);
}

static int run(const struct eg_tool_args *args, struct eg_error *err)
{
    struct diff diff = {.json = eg_tool_json(args), .section = -1};
    enum eg_status status = eg_tool_german(&diff.german, args, err);

    eg_buf_init(&diff.out, 64 * EG_MIB);
    if (status != EG_OK) {
        goto done;
    }
    status = open_side(&diff.old, eg_tool_operand(args, 0), diff.german, err);
    if (status == EG_OK) {
        status = open_side(&diff.new, eg_tool_operand(args, 1), diff.german, err);
        if (status == EG_OK) {
            status = compare(&diff, err);
        }
        close_side(&diff.new);
    }
    close_side(&diff.old);

done:
    eg_buf_done(&diff.out);
    return status != EG_OK     ? EG_EXIT_COULD_NOT
           : diff.changes == 0 ? EG_EXIT_DONE
                               : EG_EXIT_NEGATIVE;
}

static const struct eg_tool_option options[] = {
    {.name = "--lang", .value = "LANG", .help = "Language of the words: de or en (en)."},
    {.name = NULL},
};

const struct eg_tool_verb eg_verb_rules_diff = {
    .name = "rules diff",
    .summary = "tell in words how two rule packages differ",
    .operands = "A B",
    .operands_min = 2,
    .operands_max = 2,
    .description =
        "What is in B and not in A, what is gone, what changed: title, law, validity, settings, "
        "parameters with their citation, steps, checks and findings with their sentences, whom it "
        "tells, and files. Exit status 0: the same; 1: they differ; 2: could not be compared.",
    .example = "emgate rules diff packages/de.x/1.0.0 packages/de.x/1.1.0",
    .options = options,
    .run = run,
};
