/*
 * emgate rules show: a package in words. What it judges, by which law, with which figures and where
 * they come from, in which steps, what it may say, and whom it tells.
 */
#include "emgate/rules/rules.h"

#include "assess/render/assessment_say.h"
#include "assess/render/wording.h"
#include "base/limits.h"
#include "base/text.h"
#include "emgate/rules/rules_page.h"

#include <string.h>

static const char *const kind_names[] = {"schema", "checks", "assessment", "transform"};
static const char *const recipients[] = {"competent-authority", "operator", "participant",
                                         "public"};

static const char *or_empty(const char *text)
{
    return text != NULL ? text : "";
}

/* What is shown, and in which language. */
struct view {
    const struct eg_package *package;
    const struct eg_wording *wording;
    bool german;
};

static const char *say(const struct view *view, const char *en, const char *de)
{
    return view->german ? de : en;
}

static const char *title(const struct view *view, const struct eg_title *both)
{
    const char *first = view->german ? both->de : both->en;
    const char *second = view->german ? both->en : both->de;

    return first != NULL ? first : or_empty(second);
}

/* ---- words -------------------------------------------------------------------------------- */

static void show_parameter(struct eg_buf *out, const struct view *view,
                           const struct eg_parameter *parameter)
{
    eg_buf_format(out, "  %s [%s]  %s\n", parameter->name, parameter->unit,
                  title(view, &parameter->title));
    if (parameter->is != NULL) {
        eg_buf_format(out, "    = %s  %s\n", parameter->is, or_empty(parameter->source));
    }
    if (parameter->value != NULL) {
        eg_buf_format(out, "    %-12s %s\n", parameter->value, or_empty(parameter->source));
    }
    for (size_t i = 0; i < parameter->row_count; i++) {
        const struct eg_parameter_row *row = &parameter->rows[i];
        eg_buf_format(out, "    %-12s %-12s %s%s%s%s\n",
                      row->component != NULL ? row->component : say(view, "others", "andere"),
                      row->value, or_empty(row->source), row->when != NULL ? "  (" : "",
                      or_empty(row->when), row->when != NULL ? ")" : "");
    }
    if (parameter->may_override) {
        eg_buf_format(
            out, "    %s%s%s%s%s\n",
            parameter->stricter_only
                ? say(view, "a permit may make it stricter", "ein Bescheid darf verschärfen")
                : say(view, "a permit may set it", "ein Bescheid darf ihn setzen"),
            parameter->min != NULL ? say(view, ", from ", ", von ") : "", or_empty(parameter->min),
            parameter->max != NULL ? say(view, " to ", " bis ") : "", or_empty(parameter->max));
    }
}

static void show_setting(struct eg_buf *out, const struct view *view,
                         const struct eg_setting *setting)
{
    eg_buf_format(out, "  %s%s  %s\n    ", setting->name,
                  setting->per_component ? say(view, " (per component)", " (je Komponente)") : "",
                  title(view, &setting->title));
    for (size_t i = 0; i < setting->word_count; i++) {
        eg_buf_format(out, "%s%s", i > 0 ? " | " : "", setting->words[i]);
    }
    eg_buf_format(out, "   %s\n", or_empty(setting->source));
}

static void show_head(struct eg_buf *out, const struct view *view)
{
    const struct eg_package *package = view->package;
    char digest[EG_DIGEST_TEXT_LEN + 1] = "";

    eg_digest_text(&package->ref.digest, digest);
    eg_buf_format(out, "%s %s   %s\n%s\n\n", package->ref.id, package->ref.version,
                  package->is_signed ? digest : say(view, "not signed", "nicht signiert"),
                  title(view, &package->title));
    eg_buf_format(out, "%s  %s, %s\n", say(view, "Law      ", "Recht    "), package->law,
                  package->citation);
    eg_buf_format(out, "%s  %s%s%s\n", say(view, "Publisher", "Verlegt  "), package->publisher,
                  package->land != NULL ? say(view, " for ", " für ") : "",
                  or_empty(package->land));
    eg_buf_format(out, "%s  {%s}%s", say(view, "Judges   ", "Beurteilt"),
                  or_empty(package->match_namespace), package->match_name);
    if (package->match_kind != NULL) {
        eg_buf_format(out, ", %s %s", say(view, "kind", "Art"), package->match_kind);
    }
    if (package->match_regime != NULL) {
        eg_buf_format(out, ", %s %s", say(view, "plants under", "Anlagen nach"),
                      package->match_regime);
    }
    eg_buf_format(
        out, say(view, ", periods from %s to %s%s\n", ", Zeiträume von %s bis %s%s\n"),
        package->from, package->until[0] != '\0' ? package->until : say(view, "open", "offen"),
        package->period_ended ? say(view, ", when they are over", ", nach ihrem Ablauf") : "");
    eg_buf_format(out, "%s  %zu\n", say(view, "Tests    ", "Tests    "), view->wording->tests);
    if (package->remark.en != NULL) {
        eg_buf_format(out, "%s  %s\n", say(view, "Assumes  ", "Annahmen "),
                      title(view, &package->remark));
    }
}

static void show_steps(struct eg_buf *out, const struct view *view)
{
    const struct eg_package *package = view->package;

    eg_buf_text(out, say(view, "\nSteps\n", "\nSchritte\n"));
    for (size_t i = 0; i < package->step_count; i++) {
        const struct eg_step *step = &package->steps[i];
        eg_buf_format(out, "  %zu  %-10s %s", i + 1, kind_names[step->kind], step->file);
        eg_buf_format(out, "%s%s", step->on != NULL ? say(view, " on ", " auf ") : "",
                      or_empty(step->on));
        eg_buf_format(out, "%s%s\n", step->result != NULL ? " -> " : "", or_empty(step->result));
    }
    eg_buf_text(out, package->notification_count > 0 ? say(view, "\nTells\n", "\nMeldet\n") : "");
    for (size_t i = 0; i < package->notification_count; i++) {
        const struct eg_notification_rule *rule = &package->notifications[i];
        eg_buf_format(out,
                      say(view, "  %s (result %s) to %s %s\n", "  %s (Ergebnis %s) an %s %s\n"),
                      rule->name, rule->result, recipients[rule->to], or_empty(rule->participant));
    }
}

static void show_wording(struct eg_buf *out, const struct view *view)
{
    const struct eg_wording *wording = view->wording;

    eg_buf_text(out, wording->count > 0
                         ? say(view, "\nChecks and findings\n", "\nPrüfungen und Befunde\n")
                         : "");
    for (size_t i = 0; i < wording->count; i++) {
        const struct eg_wording_line *line = &wording->lines[i];
        const struct eg_title both = {.de = line->de, .en = line->en};
        eg_buf_format(out, "  %-7s %s%s%s\n          %s\n", line->severity, line->rule,
                      line->source != NULL ? "  " : "", or_empty(line->source), title(view, &both));
    }
}

static void show_words(struct eg_buf *out, const struct view *view)
{
    const struct eg_package *package = view->package;

    show_head(out, view);
    eg_buf_text(out, package->setting_count > 0 ? say(view, "\nThe directory says of a plant\n",
                                                      "\nDas Verzeichnis sagt zur Anlage\n")
                                                : "");
    for (size_t i = 0; i < package->setting_count; i++) {
        show_setting(out, view, &package->settings[i]);
    }
    eg_buf_text(out,
                package->parameter_count > 0 ? say(view, "\nParameters\n", "\nParameter\n") : "");
    for (size_t i = 0; i < package->parameter_count; i++) {
        show_parameter(out, view, &package->parameters[i]);
    }
    show_steps(out, view);
    show_wording(out, view);
}

/* ---- JSON --------------------------------------------------------------------------------- */

static void json_parameter(struct eg_buf *out, const struct eg_parameter *parameter)
{
    eg_buf_char(out, '{');
    eg_tool_json_text(out, "name", parameter->name);
    eg_tool_json_text(out, "unit", parameter->unit);
    eg_tool_json_text(out, "value", parameter->value);
    eg_tool_json_text(out, "is", parameter->is);
    eg_tool_json_text(out, "source", parameter->source);
    eg_buf_format(out, ",\"override\":%s", parameter->may_override ? "true" : "false");
    eg_tool_json_text(out, "min", parameter->min);
    eg_tool_json_text(out, "max", parameter->max);
    eg_buf_text(out, ",\"rows\":[");
    for (size_t i = 0; i < parameter->row_count; i++) {
        eg_buf_text(out, i > 0 ? ",{" : "{");
        eg_tool_json_text(out, "component", parameter->rows[i].component);
        eg_tool_json_text(out, "when", parameter->rows[i].when);
        eg_tool_json_text(out, "value", parameter->rows[i].value);
        eg_tool_json_text(out, "source", parameter->rows[i].source);
        eg_buf_char(out, '}');
    }
    eg_buf_text(out, "]}");
}

static void json_steps(struct eg_buf *out, const struct eg_package *package)
{
    eg_buf_text(out, ",\"steps\":[");
    for (size_t i = 0; i < package->step_count; i++) {
        const struct eg_step *step = &package->steps[i];
        eg_buf_text(out, i > 0 ? ",{" : "{");
        eg_tool_json_text(out, "kind", kind_names[step->kind]);
        eg_tool_json_text(out, "file", step->file);
        eg_tool_json_text(out, "phase", step->phase);
        eg_tool_json_text(out, "on", step->on);
        eg_tool_json_text(out, "result", step->result);
        eg_buf_char(out, '}');
    }
    eg_buf_text(out, "],\"notifications\":[");
    for (size_t i = 0; i < package->notification_count; i++) {
        const struct eg_notification_rule *rule = &package->notifications[i];
        eg_buf_text(out, i > 0 ? ",{" : "{");
        eg_tool_json_text(out, "name", rule->name);
        eg_tool_json_text(out, "result", rule->result);
        eg_tool_json_text(out, "to", recipients[rule->to]);
        eg_tool_json_text(out, "participant", rule->participant);
        eg_buf_char(out, '}');
    }
    eg_buf_char(out, ']');
}

static void json_settings(struct eg_buf *out, const struct eg_package *package)
{
    eg_buf_text(out, ",\"settings\":[");
    for (size_t i = 0; i < package->setting_count; i++) {
        const struct eg_setting *setting = &package->settings[i];
        eg_buf_text(out, i > 0 ? ",{" : "{");
        eg_tool_json_text(out, "name", setting->name);
        eg_tool_json_text(out, "source", setting->source);
        eg_buf_format(out, ",\"per_component\":%s,\"words\":[",
                      setting->per_component ? "true" : "false");
        for (size_t k = 0; k < setting->word_count; k++) {
            eg_buf_text(out, k > 0 ? "," : "");
            eg_text_json(out, eg_bytes_of(setting->words[k]));
        }
        eg_buf_text(out, "]}");
    }
    eg_buf_char(out, ']');
}

static void json_wording(struct eg_buf *out, const struct eg_wording *wording)
{
    eg_buf_format(out, ",\"tests\":%zu,\"rules\":[", wording->tests);
    for (size_t i = 0; i < wording->count; i++) {
        const struct eg_wording_line *line = &wording->lines[i];
        eg_buf_text(out, i > 0 ? ",{" : "{");
        eg_tool_json_text(out, "rule", line->rule);
        eg_tool_json_text(out, "severity", line->severity);
        eg_tool_json_text(out, "file", line->file);
        eg_tool_json_text(out, "source", line->source);
        eg_tool_json_text(out, "when", line->when);
        eg_tool_json_text(out, "de", line->de);
        eg_tool_json_text(out, "en", line->en);
        eg_buf_char(out, '}');
    }
    eg_buf_char(out, ']');
}

static void show_json(struct eg_buf *out, const struct eg_package *package,
                      const struct eg_wording *wording)
{
    eg_buf_text(out, "{\"package\":");
    eg_tool_json_package(out, &package->ref);
    eg_buf_format(out, ",\"signed\":%s", package->is_signed ? "true" : "false");
    eg_tool_json_text(out, "title_de", package->title.de);
    eg_tool_json_text(out, "title_en", package->title.en);
    eg_tool_json_text(out, "law", package->law);
    eg_tool_json_text(out, "citation", package->citation);
    eg_tool_json_text(out, "publisher", package->publisher);
    eg_tool_json_text(out, "land", package->land);
    eg_tool_json_text(out, "namespace", package->match_namespace);
    eg_tool_json_text(out, "element", package->match_name);
    eg_tool_json_text(out, "kind", package->match_kind);
    eg_tool_json_text(out, "regime", package->match_regime);
    eg_tool_json_text(out, "from", package->from);
    eg_tool_json_text(out, "until", package->until[0] != '\0' ? package->until : NULL);
    eg_buf_format(out, ",\"period_ended\":%s", package->period_ended ? "true" : "false");
    eg_tool_json_text(out, "remark_de", package->remark.de);
    eg_tool_json_text(out, "remark_en", package->remark.en);
    eg_buf_text(out, ",\"parameters\":[");
    for (size_t i = 0; i < package->parameter_count; i++) {
        eg_buf_text(out, i > 0 ? "," : "");
        json_parameter(out, &package->parameters[i]);
    }
    eg_buf_char(out, ']');
    json_settings(out, package);
    json_steps(out, package);
    json_wording(out, wording);
    eg_buf_text(out, "}\n");
}

/* Each assessment in sentences under its citations. Nothing is said of a package that no gateway
 * would judge with: sentences read as if they held. */
static enum eg_status show_law(struct eg_buf *out, const struct eg_package *package, bool german,
                               struct eg_error *err)
{
    struct eg_rules *rules = NULL;
    enum eg_status status = eg_rules_compile(&rules, package, err);
    bool any = false;

    eg_rules_free(&rules);
    if (status != EG_OK) {
        return status;
    }
    for (size_t i = 0; i < package->step_count; i++) {
        if (package->steps[i].kind == EG_STEP_ASSESSMENT) {
            status =
                eg_assessment_say(out, package, package->steps[i].file, german ? "de" : "en", err);
            any = true;
        }
        if (status != EG_OK) {
            return status;
        }
    }
    if (!any) {
        return eg_error_set(err, EG_E_NOTFOUND, package->ref.id, "has no assessment to say");
    }
    return EG_OK;
}

static enum eg_status show(const struct eg_tool_args *args, struct eg_package **package,
                           struct eg_wording *wording, struct eg_error *err)
{
    struct view view = {.wording = wording};
    struct eg_buf out;
    enum eg_status status = eg_tool_german(&view.german, args, err);

    eg_buf_init(&out, 16 * EG_MIB);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_tool_package_open(package, eg_tool_operand(args, 0), false, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_wording_read(wording, *package, err);
    if (status != EG_OK) {
        goto done;
    }
    view.package = *package;
    if (eg_tool_flag(args, "--law")) {
        status = show_law(&out, *package, view.german, err);
    } else if (eg_tool_flag(args, "--page")) {
        eg_tool_page(&out, *package, wording);
    } else if (eg_tool_json(args)) {
        show_json(&out, *package, wording);
    } else {
        show_words(&out, &view);
    }
    if (status != EG_OK) {
        goto done;
    }
    status = eg_tool_print(&out, err);

done:
    eg_buf_done(&out);
    return status;
}

static int run(const struct eg_tool_args *args, struct eg_error *err)
{
    struct eg_package *package = NULL;
    struct eg_wording wording = {.count = 0};
    enum eg_status status = show(args, &package, &wording, err);

    eg_wording_done(&wording);
    eg_tool_package_close(&package);
    return status == EG_OK ? EG_EXIT_DONE : EG_EXIT_COULD_NOT;
}

static const struct eg_tool_option options[] = {
    {.name = "--law", .help = "Say each line of its assessments as a sentence under its citation."},
    {.name = "--lang", .value = "LANG", .help = "Language of the words: de or en (en)."},
    {.name = "--page", .help = "A page in Markdown, German and English side by side."},
    {.name = NULL},
};

const struct eg_tool_verb eg_verb_rules_show = {
    .name = "rules show",
    .summary = "show a rule package in words",
    .operands = "PKG",
    .operands_min = 1,
    .operands_max = 1,
    .description = "What the package judges, by which law, what the directory must say of a plant, "
                   "its parameters with their sources, its steps, every check and finding in "
                   "words, whom it tells, and what it assumes.\n\n"
                   "--page writes the same as a page to read; the pages of the shipped packages "
                   "lie in rules/pages.",
    .example = "emgate rules show rules/eu.ied.annex-v.gas-turbine --lang de\n"
               "emgate rules show --page rules/eu.ied.annex-v.gas-turbine",
    .options = options,
    .run = run,
};
