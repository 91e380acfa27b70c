/*
 * emgate audit show: what lies in an archive, in words. It shows; it proves nothing.
 */
#include "emgate/frame/verb.h"
#include "emgate/verbs/counts.h"

#include "archive/store.h"
#include "base/text.h"
#include "flow/audit/audit_cache.h"
#include "flow/record/answer.h"

#include <inttypes.h>
#include <string.h>

static const struct eg_tool_option options[] = {
    {"--lang", "LANG", "language of findings: de or en (en)", false, false}, {0}};

struct show {
    struct eg_store *store;
    struct eg_audit_cache *cache;
    const char *lang;
    bool json;
    uint64_t shown;
};

static void name_of(struct eg_buf *out, const struct eg_entry *entry)
{
    if (entry->kind == EG_ENTRY_SUBMISSION) {
        char text[EG_IDENTITY_TEXT_MAX] = "";

        eg_identity_text(&entry->identity, text);
        eg_buf_text(out, text);
    } else if (entry->kind == EG_ENTRY_PACKAGE) {
        eg_buf_format(out, "%s %s", entry->package.id, entry->package.version);
        if (entry->has_state) {
            eg_buf_format(out, " %s (statement %" PRIu32 ")",
                          entry->withdrawn ? "withdrawn" : "active", entry->state_number);
        }
    } else if (entry->kind == EG_ENTRY_DIRECTORY) {
        eg_buf_format(out, "version %" PRIu64, entry->directory_version);
    } else if (entry->kind == EG_ENTRY_KEY) {
        eg_text_hex(out, (struct eg_bytes){entry->log_key, EG_ED25519_KEY_LEN});
    } else {
        eg_buf_text(out, entry->reason[0] != '\0' ? entry->reason : entry->participant);
        if (entry->has_subject) {
            eg_buf_format(out, " of entry %" PRIu64, entry->subject);
        }
    }
}

static void print(struct eg_buf *line)
{
    if (!line->failed) {
        fwrite(line->data, 1, line->len, stdout);
    }
    eg_buf_done(line);
}

/* ---- one line an entry
 * --------------------------------------------------------------------------- */

static void show_line(struct show *show, uint64_t index, const struct eg_entry *entry)
{
    char recorded[EG_TIME_TEXT_MAX] = "";
    const char *outcome = entry->kind != EG_ENTRY_SUBMISSION ? ""
                          : entry->accepted                  ? "accepted"
                                                             : "rejected";
    struct eg_buf name = {0}, line = {0};

    eg_buf_init(&name, EG_KIB);
    eg_buf_init(&line, EG_MIB);
    eg_text_time(recorded, entry->recorded_at_ms);
    name_of(&name, entry);
    if (show->json) {
        eg_buf_format(&line, "{\"entry\":%" PRIu64 ",\"kind\":\"%s\",\"recorded_at\":\"%s\"", index,
                      eg_entry_kind_text(entry->kind), recorded);
        eg_buf_text(&line, ",\"name\":");
        eg_text_json(&line, eg_bytes_view(&name));
        eg_buf_format(&line, ",\"outcome\":\"%s\"", outcome);
        if (entry->kind == EG_ENTRY_SUBMISSION) {
            const struct eg_client_counts counts = eg_tool_counts_of(entry);
            eg_tool_counts_json(&line, &counts);
        }
        eg_buf_text(&line, "}\n");
    } else {
        eg_buf_format(&line, "%8" PRIu64 "  %s  %-10s  %-8s  %s\n", index, recorded,
                      eg_entry_kind_text(entry->kind), outcome, (const char *)name.data);
    }
    print(&line);
    eg_buf_done(&name);
}

/* ---- one entry, whole
 * ---------------------------------------------------------------------------- */

/* Findings in words. A package that can not be read leaves rule, place and values. */
static enum eg_status add_findings(struct eg_buf *out, const struct show *show, uint64_t index,
                                   struct eg_error *err)
{
    struct eg_findings_text read = {.has_package = false};
    struct eg_judge *judge = NULL;
    struct eg_buf text = {0};
    struct eg_salt salt = {0};
    struct eg_error unused = {0};
    enum eg_status status = EG_OK;

    eg_buf_init(&text, EG_FINDINGS_MAX);
    status = eg_store_content(&text, &salt, show->store, index, EG_CONTENT_FINDINGS, 0, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_findings_read(&read, eg_bytes_view(&text), err);
    if (status != EG_OK) {
        goto done;
    }
    if (read.has_package && eg_audit_cache_judge(&judge, show->cache, show->store,
                                                 &read.package.digest, &unused) != EG_OK) {
        judge = NULL;
    }
    status = eg_answer_texts(out, show->lang, judge != NULL ? eg_judge_rules(judge) : NULL,
                             &read.findings, err);

done:
    eg_findings_text_done(&read);
    eg_buf_done(&text);
    return status;
}

/* What an entry is shown with; each may be empty. */
struct parts {
    struct eg_buf findings, recalled, remembered;
};

static void parts_init(struct parts *parts)
{
    eg_buf_init(&parts->findings, 8 * EG_MIB);
    eg_buf_init(&parts->recalled, EG_FACTS_OCTETS_MAX);
    eg_buf_init(&parts->remembered, EG_FACTS_OCTETS_MAX);
}

static void parts_done(struct parts *parts)
{
    eg_buf_done(&parts->findings);
    eg_buf_done(&parts->recalled);
    eg_buf_done(&parts->remembered);
}

/* Facts that the decision leaned on, and those that it left behind. */
static enum eg_status add_facts(struct parts *parts, const struct show *show, uint64_t index,
                                const struct eg_entry *entry, struct eg_error *err)
{
    struct eg_facts facts = {0};
    enum eg_status status = EG_OK;

    if (entry->has_facts) {
        status =
            eg_store_content(&parts->recalled, NULL, show->store, index, EG_CONTENT_FACTS, 0, err);
    }
    if (status != EG_OK) {
        return status;
    }
    status = eg_store_facts_of(&facts, show->store, index, err);
    if (status == EG_E_NOTFOUND) {
        return EG_OK;
    }
    if (status != EG_OK) {
        goto done;
    }
    status = eg_facts_write(&parts->remembered, &facts, err);

done:
    eg_facts_done(&facts);
    return status;
}

static void print_part(struct eg_buf *line, const char *title, const struct eg_buf *part)
{
    if (part->len > 0) {
        eg_buf_format(line, "\n%s\n", title);
        eg_buf_bytes(line, eg_bytes_view(part));
    }
}

static void print_member(struct eg_buf *line, const char *name, const struct eg_buf *part)
{
    eg_buf_format(line, ",\"%s\":", name);
    eg_text_json(line, eg_bytes_view(part));
}

static void print_whole(const struct show *show, const struct eg_stored *stored,
                        const struct parts *parts)
{
    struct eg_buf line = {0};

    eg_buf_init(&line, 64 * EG_MIB);
    if (show->json) {
        eg_buf_format(&line, "{\"entry\":%" PRIu64, stored->index);
        print_member(&line, "text", &stored->entry_text);
        print_member(&line, "receipt", &stored->receipt);
        print_member(&line, "findings", &parts->findings);
        print_member(&line, "recalled", &parts->recalled);
        print_member(&line, "remembered", &parts->remembered);
        eg_buf_text(&line, "}\n");
    } else {
        eg_buf_format(&line, "entry %" PRIu64 "\n\n", stored->index);
        eg_buf_bytes(&line, eg_bytes_view(&stored->entry_text));
        print_part(&line, "findings", &parts->findings);
        print_part(&line, "facts recalled", &parts->recalled);
        print_part(&line, "facts remembered", &parts->remembered);
        print_part(&line, "receipt", &stored->receipt);
    }
    print(&line);
}

static enum eg_status show_whole(struct show *show, const struct eg_stored *stored,
                                 struct eg_error *err)
{
    struct parts parts;
    struct eg_entry entry = {0};
    enum eg_status status = EG_OK;

    if (eg_entry_read(&entry, eg_bytes_view(&stored->entry_text), err) != EG_OK) {
        return EG_E_FORMAT;
    }
    parts_init(&parts);
    if (entry.has_findings) {
        status = add_findings(&parts.findings, show, stored->index, err);
    }
    if (status != EG_OK) {
        goto done;
    }
    status = add_facts(&parts, show, stored->index, &entry, err);
    if (status != EG_OK) {
        goto done;
    }
    print_whole(show, stored, &parts);
    show->shown++;

done:
    parts_done(&parts);
    return status;
}

/* ---- which entries
 * ------------------------------------------------------------------------------- */

/* All entries, or those of a declared id. */
/* Shows the entry at `index` if it is of the report `id`; NULL: every one, as a line. */
static enum eg_status show_entry(struct show *show, uint64_t index, const char *id,
                                 struct eg_error *err)
{
    struct eg_stored stored = {0};
    struct eg_entry entry = {0};
    enum eg_status status = eg_store_read(&stored, show->store, index, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_entry_read(&entry, eg_bytes_view(&stored.entry_text), err);
    if (status != EG_OK) {
        goto done;
    }
    if (id == NULL) {
        show_line(show, index, &entry);
        show->shown++;
    } else if (strcmp(entry.identity.id, id) == 0) {
        status = show_whole(show, &stored, err);
    }

done:
    eg_stored_done(&stored);
    return status;
}

static enum eg_status show_all(struct show *show, const char *id, struct eg_error *err)
{
    for (uint64_t index = 0; !eg_tool_interrupted(); index++) {
        enum eg_status status = show_entry(show, index, id, err);
        if (status != EG_OK) {
            return status == EG_E_NOTFOUND ? EG_OK : status;
        }
    }
    return EG_OK;
}

static enum eg_status show_one(struct show *show, const char *which, struct eg_error *err)
{
    struct eg_stored stored = {0};
    struct eg_identity identity = {0};
    uint64_t index = 0;
    enum eg_status status = EG_OK;

    if (eg_text_u64(eg_bytes_of(which), INT64_MAX, &index)) {
        status = eg_store_read(&stored, show->store, index, err);
    } else if (eg_identity_untext(eg_bytes_of(which), &identity)) {
        status = eg_store_find(&stored, show->store, &identity, NULL, err);
    } else {
        return show_all(show, which, err);
    }
    if (status != EG_OK) {
        goto done;
    }
    status = show_whole(show, &stored, err);

done:
    eg_stored_done(&stored);
    return status;
}

static int run(const struct eg_tool_args *args, struct eg_error *err)
{
    const char *which = eg_tool_operand_count(args) > 1 ? eg_tool_operand(args, 1) : NULL;
    const char *lang = eg_tool_value(args, "--lang", 0);
    struct show show = {.lang = lang != NULL ? lang : "en", .json = eg_tool_json(args)};
    enum eg_status status = EG_OK;

    if (strcmp(show.lang, "de") != 0 && strcmp(show.lang, "en") != 0) {
        (void)eg_error_set(err, EG_E_USAGE, "--lang", "must be de or en");
        return EG_EXIT_COULD_NOT;
    }
    status = eg_engine_init(err);
    if (status != EG_OK) {
        return EG_EXIT_COULD_NOT;
    }
    status = eg_store_open(&show.store, eg_tool_operand(args, 0), EG_STORE_READ, NULL, err);
    if (status != EG_OK) {
        goto done;
    }
    if (eg_store_incomplete(show.store)) {
        fprintf(stderr,
                "emgate audit show: %s is incomplete: it was in use when it was copied, and its "
                "-wal with the newest entries is not beside it\n",
                eg_tool_operand(args, 0));
    }
    status = eg_audit_cache_new(&show.cache, EG_BYTES_NONE, err);
    if (status != EG_OK) {
        goto done;
    }
    status = which != NULL ? show_one(&show, which, err) : show_all(&show, NULL, err);
    if (status != EG_OK) {
        goto done;
    }
    if (which != NULL && show.shown == 0) {
        status = eg_error_set(err, EG_E_NOTFOUND, which, "the archive has no such entry");
    }

done:
    eg_audit_cache_free(&show.cache);
    eg_store_close(&show.store);
    eg_engine_done();
    return status == EG_OK ? EG_EXIT_DONE : EG_EXIT_COULD_NOT;
}

const struct eg_tool_verb eg_verb_audit_show = {
    .name = "audit show",
    .summary = "show the entries of an archive",
    .operands = "ARCHIVE [ENTRY]",
    .operands_min = 1,
    .operands_max = 2,
    .description =
        "Without ENTRY: a line for each entry. ENTRY is an index, an identity (\"participant id "
        "version\") or a declared id; then the entry is shown whole, with its findings in words "
        "from the archived rule package, and its receipt. A gateway may be running. To prove "
        "anything, use audit verify.",
    .example = "emgate audit show archive.db\n"
               "emgate audit show archive.db 17 --lang de\n"
               "emgate audit show archive.db \"de.example.operator 2011-04-06 1\"",
    .options = options,
    .run = run,
};
