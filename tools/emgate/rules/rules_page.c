/*
 * Pages of packages. Everything is in tables, one row a thing, so that two versions of a page
 * can be compared line by line.
 */
#include "emgate/rules/rules_page.h"

#include <string.h>

static const char *const kind_names[] = {"schema", "checks", "assessment", "transform"};
static const char *const recipients[] = {"competent-authority", "operator", "participant",
                                         "public"};

static const char *or_empty(const char *text)
{
    return text != NULL ? text : "";
}

/* Text inside a table: what Markdown would take for a sign of its own is escaped. */
static void put(struct eg_buf *out, const char *text)
{
    for (const char *c = or_empty(text); *c != '\0'; c++) {
        if (strchr("\\|*_`<>[]", *c) != NULL) {
            eg_buf_char(out, '\\');
        }
        eg_buf_char(out, *c == '\n' || *c == '\r' ? ' ' : *c);
    }
}

static void cell(struct eg_buf *out, const char *text)
{
    eg_buf_text(out, " ");
    put(out, text);
    eg_buf_text(out, " |");
}

static void code_cell(struct eg_buf *out, const char *text)
{
    eg_buf_text(out, " `");
    for (const char *c = or_empty(text); *c != '\0'; c++) {
        eg_buf_text(out, *c == '|' ? "\\" : "");
        eg_buf_char(out, *c == '`' ? '\'' : *c);
    }
    eg_buf_text(out, "` |");
}

/* "## title", and a table's head with as many columns as names. */
static void head(struct eg_buf *out, const char *title, const char *const *names)
{
    eg_buf_format(out, "\n## %s\n\n|", title);
    for (size_t i = 0; names[i] != NULL; i++) {
        eg_buf_format(out, " %s |", names[i]);
    }
    eg_buf_text(out, "\n|");
    for (size_t i = 0; names[i] != NULL; i++) {
        eg_buf_text(out, "---|");
    }
    eg_buf_char(out, '\n');
}

static void row(struct eg_buf *out, const char *name, const char *text)
{
    if (text != NULL && text[0] != '\0') {
        eg_buf_text(out, "|");
        cell(out, name);
        cell(out, text);
        eg_buf_char(out, '\n');
    }
}

static void about(struct eg_buf *out, const struct eg_package *package,
                  const struct eg_wording *wording)
{
    static const char *const names[] = {"", "", NULL};

    eg_buf_text(out, "# ");
    put(out, package->title.en);
    eg_buf_text(out, "\n\n*");
    put(out, package->title.de);
    eg_buf_text(out,
                "*\n\nMade by `emgate rules show --page` from the package; not to be edited.\n");
    head(out, "What it is / Was es ist", names);
    row(out, "Package / Paket", package->ref.id);
    row(out, "Version", package->ref.version);
    row(out, "Publisher / Verlegt von", package->publisher);
    row(out, "Land", package->land);
    row(out, "Law / Recht", package->law);
    row(out, "Citation / Fundstelle", package->citation);
    row(out, "Valid from / Gültig ab", package->from);
    row(out, "Valid until / Gültig bis",
        package->until[0] != '\0' ? package->until : "open / offen");
    row(out, "Handed in / Abzugeben",
        package->period_ended ? "when the period is over / nach Ablauf des Zeitraums"
                              : "at any time / jederzeit");
    row(out, "Root element / Wurzelelement", package->match_name);
    row(out, "Namespace / Namensraum", package->match_namespace);
    row(out, "Kind of report / Art des Berichts", package->match_kind);
    row(out, "Regime of the plant / Regime der Anlage", package->match_regime);
    eg_buf_format(out, "| Tests | %zu |\n", wording->tests);
}

static void settings(struct eg_buf *out, const struct eg_package *package)
{
    static const char *const names[] = {"setting", "words", "Deutsch", "English", "source", NULL};

    if (package->setting_count == 0) {
        return;
    }
    head(out, "What the directory says of a plant / Was das Verzeichnis zur Anlage sagt", names);
    for (size_t i = 0; i < package->setting_count; i++) {
        const struct eg_setting *setting = &package->settings[i];
        eg_buf_text(out, "|");
        code_cell(out, setting->name);
        for (size_t k = 0; k < setting->word_count; k++) {
            eg_buf_text(out, k > 0 ? ", " : " ");
            put(out, setting->words[k]);
        }
        eg_buf_format(out, "%s |",
                      setting->per_component ? " (per component / je Komponente)" : "");
        cell(out, setting->title.de);
        cell(out, setting->title.en);
        cell(out, setting->source);
        eg_buf_char(out, '\n');
    }
}

static void permit_cell(struct eg_buf *out, const struct eg_parameter *parameter)
{
    eg_buf_text(out,
                parameter->may_override ? (parameter->stricter_only ? " stricter" : " yes") : " ");
    if (parameter->min != NULL) {
        eg_buf_format(out, ", %s..%s", parameter->min, or_empty(parameter->max));
    }
    eg_buf_text(out, " |");
}

static void value_row(struct eg_buf *out, const struct eg_parameter *parameter,
                      const char *component, const char *when, const char *value,
                      const char *source)
{
    eg_buf_text(out, "|");
    code_cell(out, parameter->name);
    cell(out, component);
    cell(out, when);
    cell(out, value);
    cell(out, parameter->unit);
    cell(out, source);
    permit_cell(out, parameter);
    cell(out, parameter->title.de);
    cell(out, parameter->title.en);
    eg_buf_char(out, '\n');
}

static void parameters(struct eg_buf *out, const struct eg_package *package)
{
    static const char *const names[] = {"parameter", "component", "when",    "value",   "unit",
                                        "source",    "permit",    "Deutsch", "English", NULL};

    if (package->parameter_count == 0) {
        return;
    }
    head(out, "Parameters / Parameter", names);
    for (size_t i = 0; i < package->parameter_count; i++) {
        const struct eg_parameter *parameter = &package->parameters[i];
        if (parameter->row_count == 0) {
            value_row(out, parameter, "", "",
                      parameter->value != NULL ? parameter->value : parameter->is,
                      parameter->source);
        }
        for (size_t k = 0; k < parameter->row_count; k++) {
            const struct eg_parameter_row *one = &parameter->rows[k];
            value_row(out, parameter, one->component, one->when, one->value, one->source);
        }
    }
}

static void steps(struct eg_buf *out, const struct eg_package *package)
{
    static const char *const names[] = {"step", "kind", "file", "on", "result", NULL};

    head(out, "Steps / Schritte", names);
    for (size_t i = 0; i < package->step_count; i++) {
        const struct eg_step *step = &package->steps[i];
        eg_buf_format(out, "| %zu | %s |", i + 1, kind_names[step->kind]);
        code_cell(out, step->file);
        cell(out, step->on);
        cell(out, step->result);
        eg_buf_char(out, '\n');
    }
}

static void wordings(struct eg_buf *out, const struct eg_wording *wording)
{
    static const char *const names[] = {"rule", "severity", "Deutsch", "English", "source", NULL};

    if (wording->count == 0) {
        return;
    }
    head(out, "Checks and findings / Prüfungen und Befunde", names);
    for (size_t i = 0; i < wording->count; i++) {
        const struct eg_wording_line *line = &wording->lines[i];
        eg_buf_text(out, "|");
        code_cell(out, line->rule);
        cell(out, line->severity);
        cell(out, line->de);
        cell(out, line->en);
        cell(out, line->source);
        eg_buf_char(out, '\n');
    }
}

static void notifications(struct eg_buf *out, const struct eg_package *package)
{
    static const char *const names[] = {"notification", "result", "to", NULL};

    if (package->notification_count == 0) {
        return;
    }
    head(out, "Whom it tells / Wem es meldet", names);
    for (size_t i = 0; i < package->notification_count; i++) {
        const struct eg_notification_rule *rule = &package->notifications[i];
        eg_buf_text(out, "|");
        code_cell(out, rule->name);
        cell(out, rule->result);
        eg_buf_format(out, " %s %s |\n", recipients[rule->to], or_empty(rule->participant));
    }
}

static void remark(struct eg_buf *out, const struct eg_package *package)
{
    if (package->remark.en == NULL) {
        return;
    }
    eg_buf_text(out, "\n## What it assumes / Was es annimmt\n\n");
    put(out, package->remark.en);
    eg_buf_text(out, "\n\n");
    put(out, package->remark.de);
    eg_buf_char(out, '\n');
}

void eg_tool_page(struct eg_buf *out, const struct eg_package *package,
                  const struct eg_wording *wording)
{
    about(out, package, wording);
    settings(out, package);
    parameters(out, package);
    steps(out, package);
    wordings(out, wording);
    notifications(out, package);
    remark(out, package);
}
