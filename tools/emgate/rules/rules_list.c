/*
 * emgate rules list: what lies in a folder of installed packages, and which report periods each one
 * judges.
 */
#include "emgate/rules/rules.h"

#include "base/limits.h"
#include "flow/install/folder.h"

#include <string.h>

static const char *state_of(const struct eg_folder_item *item)
{
    return item->held              ? "inactive"
           : item->statement.there ? eg_package_state_word(item->statement.state.withdrawn)
                                   : "active";
}

static void list_words(struct eg_buf *out, const struct eg_folder_item *item, bool german)
{
    const struct eg_package *package = item->package;
    struct eg_span span = eg_folder_span(item);

    eg_buf_format(out, "%-9s %s %s", state_of(item), package->ref.id, package->ref.version);
    if (!span.none && !item->held) {
        eg_buf_format(out, "  %s %s %s", span.first, german ? "bis" : "to",
                      span.last[0] != '\0' ? span.last : (german ? "offen" : "open"));
    }
    eg_buf_format(out, "\n          %s\n          %s, %s\n",
                  german ? package->title.de : package->title.en, package->law, package->citation);
    if (item->statement.there) {
        eg_buf_format(out, german ? "          Erklärung %u: %s\n" : "          statement %u: %s\n",
                      item->statement.state.number, item->statement.state.reason);
    }
}

static void list_json(struct eg_buf *out, const struct eg_folder_item *item)
{
    const struct eg_package *package = item->package;
    struct eg_span span = eg_folder_span(item);

    eg_buf_text(out, "{\"package\":");
    eg_tool_json_package(out, &package->ref);
    eg_tool_json_text(out, "state", state_of(item));
    eg_tool_json_text(out, "first", span.none || item->held ? NULL : span.first);
    eg_tool_json_text(out, "last",
                      span.none || item->held || span.last[0] == '\0' ? NULL : span.last);
    eg_tool_json_text(out, "title_de", package->title.de);
    eg_tool_json_text(out, "title_en", package->title.en);
    eg_tool_json_text(out, "law", package->law);
    eg_tool_json_text(out, "citation", package->citation);
    eg_tool_json_text(out, "publisher", package->publisher);
    if (item->statement.there) {
        eg_buf_format(out, ",\"statement\":%u", item->statement.state.number);
        eg_tool_json_text(out, "reason", item->statement.state.reason);
    }
    eg_buf_text(out, "}\n");
}

static int run(const struct eg_tool_args *args, struct eg_error *err)
{
    struct eg_folder folder = {.count = 0};
    struct eg_buf out;
    bool german = false;
    enum eg_status status = eg_engine_init(err);

    eg_buf_init(&out, 16 * EG_MIB);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_tool_german(&german, args, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_folder_read(&folder, eg_tool_operand(args, 0), true, err);
    if (status != EG_OK) {
        goto done;
    }
    for (size_t i = 0; i < folder.count; i++) {
        if (eg_tool_json(args)) {
            list_json(&out, &folder.items[i]);
        } else {
            list_words(&out, &folder.items[i], german);
        }
    }
    status = eg_tool_print(&out, err);

done:
    eg_folder_done(&folder);
    eg_buf_done(&out);
    eg_engine_done();
    return status == EG_OK ? EG_EXIT_DONE : EG_EXIT_COULD_NOT;
}

static const struct eg_tool_option options[] = {
    {.name = "--lang", .value = "LANG", .help = "Language of the titles: de or en (en)."},
    {.name = NULL},
};

const struct eg_tool_verb eg_verb_rules_list = {
    .name = "rules list",
    .summary = "list installed rule packages",
    .operands = "DIR",
    .operands_min = 1,
    .operands_max = 1,
    .description = "For each package in DIR: whether it is active, inactive (held at installation) "
                   "or withdrawn, which report periods it judges now, its title and its law. Files "
                   "are compared with the list that was signed; signatures are not verified (see "
                   "rules verify).",
    .example = "emgate rules list /var/lib/emgate/packages",
    .options = options,
    .run = run,
};
