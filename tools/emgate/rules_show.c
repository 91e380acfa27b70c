/*
 * emgate rules show: a package in words. What it judges, by which law, with which figures and where
 * they come from, in which steps, and whom it tells.
 */
#include "emgate/rules.h"

#include "base/limits.h"

#include <string.h>

static const char *const kind_names[] = {"schema", "checks", "assessment", "transform"};
static const char *const recipients[] = {"competent-authority", "operator", "participant",
                                         "public"};

static const char *or_empty(const char *text)
{
    return text != NULL ? text : "";
}

/* ---- words -------------------------------------------------------------------------------- */

static void show_parameter(struct eg_buf *out, const struct eg_parameter *parameter)
{
    eg_buf_format(out, "  %s [%s]", parameter->name, parameter->unit);
    if (parameter->title.en != NULL) {
        eg_buf_format(out, "  %s", parameter->title.en);
    }
    eg_buf_char(out, '\n');
    if (parameter->value != NULL) {
        eg_buf_format(out, "    %-12s %s\n", parameter->value, parameter->source);
    }
    for (size_t i = 0; i < parameter->row_count; i++) {
        const struct eg_parameter_row *row = &parameter->rows[i];
        eg_buf_format(out, "    %-12s %-12s %s\n",
                      row->component != NULL ? row->component : "others", row->value, row->source);
    }
    if (parameter->may_override) {
        eg_buf_format(out, "    a permit may set it%s%s%s%s\n",
                      parameter->min != NULL ? ", from " : "", or_empty(parameter->min),
                      parameter->max != NULL ? " to " : "", or_empty(parameter->max));
    }
}

static void show_words(struct eg_buf *out, const struct eg_package *package)
{
    char digest[EG_DIGEST_TEXT_LEN + 1] = "";

    eg_digest_text(&package->ref.digest, digest);
    eg_buf_format(out, "%s %s   %s\n%s\n\n", package->ref.id, package->ref.version,
                  package->is_signed ? digest : "not signed", package->title.en);
    eg_buf_format(out, "Law        %s, %s\n", package->law, package->citation);
    eg_buf_format(out, "Publisher  %s%s%s\n", package->publisher,
                  package->land != NULL ? " for " : "", or_empty(package->land));
    eg_buf_format(out, "Judges     {%s}%s, periods from %s to %s\n", package->match_namespace,
                  package->match_name, package->from,
                  package->until[0] != '\0' ? package->until : "open");
    if (package->remark.en != NULL) {
        eg_buf_format(out, "Remark     %s\n", package->remark.en);
    }
    eg_buf_text(out, package->parameter_count > 0 ? "\nParameters\n" : "");
    for (size_t i = 0; i < package->parameter_count; i++) {
        show_parameter(out, &package->parameters[i]);
    }
    eg_buf_text(out, "\nSteps\n");
    for (size_t i = 0; i < package->step_count; i++) {
        const struct eg_step *step = &package->steps[i];
        eg_buf_format(out, "  %zu  %-10s %s", i + 1, kind_names[step->kind], step->file);
        eg_buf_format(out, "%s%s", step->on != NULL ? " on " : "", or_empty(step->on));
        eg_buf_format(out, "%s%s\n", step->result != NULL ? " -> " : "", or_empty(step->result));
    }
    eg_buf_text(out, package->notification_count > 0 ? "\nTells\n" : "");
    for (size_t i = 0; i < package->notification_count; i++) {
        const struct eg_notification_rule *rule = &package->notifications[i];
        eg_buf_format(out, "  %s (result %s) to %s %s\n", rule->name, rule->result,
                      recipients[rule->to], or_empty(rule->participant));
    }
}

/* ---- JSON --------------------------------------------------------------------------------- */

static void json_parameter(struct eg_buf *out, const struct eg_parameter *parameter)
{
    eg_buf_char(out, '{');
    eg_tool_json_text(out, "name", parameter->name);
    eg_tool_json_text(out, "unit", parameter->unit);
    eg_tool_json_text(out, "value", parameter->value);
    eg_tool_json_text(out, "source", parameter->source);
    eg_buf_format(out, ",\"override\":%s", parameter->may_override ? "true" : "false");
    eg_tool_json_text(out, "min", parameter->min);
    eg_tool_json_text(out, "max", parameter->max);
    eg_buf_text(out, ",\"rows\":[");
    for (size_t i = 0; i < parameter->row_count; i++) {
        eg_buf_text(out, i > 0 ? ",{" : "{");
        eg_tool_json_text(out, "component", parameter->rows[i].component);
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

static void show_json(struct eg_buf *out, const struct eg_package *package)
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
    eg_tool_json_text(out, "from", package->from);
    eg_tool_json_text(out, "until", package->until[0] != '\0' ? package->until : NULL);
    eg_tool_json_text(out, "remark_de", package->remark.de);
    eg_tool_json_text(out, "remark_en", package->remark.en);
    eg_buf_text(out, ",\"parameters\":[");
    for (size_t i = 0; i < package->parameter_count; i++) {
        eg_buf_text(out, i > 0 ? "," : "");
        json_parameter(out, &package->parameters[i]);
    }
    eg_buf_char(out, ']');
    json_steps(out, package);
    eg_buf_text(out, "}\n");
}

static int run(const struct eg_tool_args *args, struct eg_error *err)
{
    struct eg_package *package = NULL;
    struct eg_buf out;
    enum eg_status status = eg_tool_package_open(&package, eg_tool_operand(args, 0), false, err);

    eg_buf_init(&out, 4 * EG_MIB);
    if (status == EG_OK) {
        if (eg_tool_json(args)) {
            show_json(&out, package);
        } else {
            show_words(&out, package);
        }
        status = eg_tool_print(&out, err);
    }
    eg_tool_package_close(&package);
    eg_buf_done(&out);
    return status == EG_OK ? EG_EXIT_DONE : EG_EXIT_COULD_NOT;
}

const struct eg_tool_verb eg_verb_rules_show = {
    .name = "rules show",
    .summary = "show a rule package in words",
    .operands = "PKG",
    .operands_min = 1,
    .operands_max = 1,
    .description = "What the package judges, by which law, its parameters with their sources, its "
                   "steps, and who is told of the result.",
    .example = "emgate rules show rules/eu.ied.annex-v.gas-turbine",
    .run = run,
};
