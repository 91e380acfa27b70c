/*
 * Why this file exists: seven verbs open packages and show findings; a reader should see the same
 * line wherever a finding is shown.
 */
#include "emgate/rules/rules.h"

#include "assess/package/package.h"
#include "assess/package/signed.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum eg_status eg_tool_package_open(struct eg_package **out, const char *path, bool warn,
                                    struct eg_error *err)
{
    EG_TRY(eg_engine_init(err));
    EG_TRY(eg_package_read(out, path, true, err));
    if (warn && !(*out)->is_signed) {
        fprintf(stderr, "warning: %s is not signed; a gateway would not take it\n", path);
    }
    return EG_OK;
}

void eg_tool_package_close(struct eg_package **package)
{
    eg_package_free(package);
    eg_engine_done();
}

enum eg_status eg_tool_german(bool *out, const struct eg_tool_args *args, struct eg_error *err)
{
    const char *lang = eg_tool_value(args, "--lang", 0);

    if (lang != NULL && strcmp(lang, "de") != 0 && strcmp(lang, "en") != 0) {
        return eg_error_set(err, EG_E_USAGE, "--lang", "must be de or en");
    }
    *out = lang != NULL && strcmp(lang, "de") == 0;
    return EG_OK;
}

void eg_tool_json_text(struct eg_buf *out, const char *key, const char *text)
{
    if (out->len > 0 && strchr("{[", out->data[out->len - 1]) == NULL) {
        eg_buf_char(out, ',');
    }
    eg_text_json(out, eg_bytes_of(key));
    eg_buf_char(out, ':');
    if (text != NULL) {
        eg_text_json(out, eg_bytes_of(text));
    } else {
        eg_buf_text(out, "null");
    }
}

void eg_tool_json_counts(struct eg_buf *out, const struct eg_counts *counts)
{
    eg_buf_format(out,
                  "\"owed\":%" PRIu64 ",\"judged\":%" PRIu64 ",\"exceeded\":%" PRIu64
                  ",\"undecided\":%" PRIu64,
                  counts->owed, counts->judged, counts->exceeded, counts->undecided);
}

void eg_tool_json_limits(struct eg_buf *out, const struct eg_judged *judged)
{
    for (size_t i = 0; i < judged->count; i++) {
        const struct eg_judged_limit *limit = &judged->list[i];
        eg_buf_text(out, i > 0 ? ",{" : "{");
        eg_tool_json_text(out, "limit", limit->rule);
        eg_tool_json_text(out, "source", limit->source);
        eg_tool_json_text(out, "component", limit->component[0] != '\0' ? limit->component : NULL);
        eg_buf_char(out, ',');
        eg_tool_json_counts(out, &limit->counts);
        eg_buf_format(out, ",\"notApplicable\":%" PRIu64 "}", limit->not_applicable);
    }
}

void eg_tool_json_package(struct eg_buf *out, const struct eg_package_ref *ref)
{
    char digest[EG_DIGEST_TEXT_LEN + 1] = "";

    eg_digest_text(&ref->digest, digest);
    eg_buf_char(out, '{');
    eg_tool_json_text(out, "id", ref->id);
    eg_tool_json_text(out, "version", ref->version);
    eg_tool_json_text(out, "digest", digest);
    eg_buf_char(out, '}');
}

/* ---- findings ----------------------------------------------------------------------------- */

static void words(struct eg_buf *out, const struct eg_rules *rules,
                  const struct eg_finding *finding, const char *lang)
{
    eg_buf_init(out, EG_FINDINGS_MAX);
    if (eg_rules_text(out, rules, finding, lang, NULL) != EG_OK) {
        eg_buf_reset(out); /* no words is not a reason to hide the finding */
    }
    eg_buf_text(out, "");
}

void eg_tool_finding_text(struct eg_buf *out, const struct eg_rules *rules,
                          const struct eg_finding *finding, const char *lang)
{
    struct eg_buf text;

    words(&text, rules, finding, lang);
    eg_buf_format(out, "  %-7s %-24s", eg_severity_text(finding->severity), finding->rule);
    if (finding->line > 0) {
        eg_buf_format(out, " line %u", finding->line);
    }
    eg_buf_text(out, "  ");
    eg_buf_bytes(out, eg_bytes_view(&text));
    if (finding->location != NULL) {
        eg_buf_format(out, "\n          %s", finding->location);
    }
    eg_buf_char(out, '\n');
    eg_buf_done(&text);
}

void eg_tool_finding_json(struct eg_buf *out, const struct eg_rules *rules,
                          const struct eg_finding *finding)
{
    static const char *const languages[] = {"en", "de"};

    eg_buf_char(out, '{');
    eg_tool_json_text(out, "severity", eg_severity_text(finding->severity));
    eg_tool_json_text(out, "rule", finding->rule);
    eg_buf_format(out, ",\"step\":%u,\"line\":%u", finding->step, finding->line);
    eg_tool_json_text(out, "location", finding->location);
    eg_buf_text(out, ",\"values\":{");
    for (size_t i = 0; i < finding->value_count; i++) {
        eg_tool_json_text(out, finding->values[i].name, finding->values[i].text);
    }
    eg_buf_text(out, "},\"text\":{");
    for (size_t i = 0; i < 2; i++) {
        struct eg_buf text;
        words(&text, rules, finding, languages[i]);
        eg_tool_json_text(out, languages[i], text.data != NULL ? (const char *)text.data : "");
        eg_buf_done(&text);
    }
    eg_buf_text(out, "}}");
}

enum eg_status eg_tool_print(struct eg_buf *text, struct eg_error *err)
{
    enum eg_status status = eg_buf_ok(text, "output", err);
    if (status != EG_OK) {
        goto done;
    }

    if (text->len > 0 &&
        (fwrite(text->data, 1, text->len, stdout) != text->len || fflush(stdout) != 0)) {
        status = eg_error_errno(err, "stdout", errno, "can not be written");
    }

done:
    eg_buf_reset(text);
    return status;
}

/* ---- a folder as a loader ----------------------------------------------------------------- */

static struct eg_bytes find_in_folder(void *payload, const char *name)
{
    struct eg_tool_folder *folder = payload;
    const size_t max = sizeof folder->files / sizeof folder->files[0];

    for (size_t i = 0; i < folder->count; i++) {
        if (strcmp(folder->files[i].name, name) == 0) {
            return eg_bytes_view(&folder->files[i].content);
        }
    }
    if (folder->count == max || (strcmp(name, folder->name) != 0 && !eg_package_name_valid(name))) {
        return EG_BYTES_NONE;
    }
    struct eg_tree_file *file = &folder->files[folder->count];
    char *path = eg_file_join(folder->dir, name);
    file->name = strdup(name);
    eg_buf_init(&file->content, EG_PACKAGE_OCTETS_MAX);
    if (path == NULL || file->name == NULL || eg_file_read(&file->content, path, NULL) != EG_OK) {
        free(file->name);
        eg_buf_done(&file->content);
        free(path);
        return EG_BYTES_NONE;
    }
    free(path);
    folder->count++;
    return eg_bytes_view(&file->content);
}

enum eg_status eg_tool_folder_open(struct eg_tool_folder *folder, const char *file,
                                   struct eg_error *err)
{
    const char *slash = strrchr(file, '/');

    *folder = (struct eg_tool_folder){.loader = {folder, find_in_folder}};
    folder->name = slash != NULL ? slash + 1 : file;
    folder->dir = slash == NULL   ? strdup(".")
                  : slash == file ? strdup("/")
                                  : strndup(file, (size_t)(slash - file));
    if (folder->dir == NULL) {
        return eg_error_set(err, EG_E_NOMEM, file, "memory ran out");
    }
    if (find_in_folder(folder, folder->name).data == NULL) {
        struct eg_buf content;
        eg_buf_init(&content, EG_PACKAGE_OCTETS_MAX);
        enum eg_status status = eg_file_read(&content, file, err);
        eg_buf_done(&content);
        return status != EG_OK ? status : eg_error_set(err, EG_E_FORMAT, file, "the file is empty");
    }
    return EG_OK;
}

void eg_tool_folder_close(struct eg_tool_folder *folder)
{
    for (size_t i = 0; i < folder->count; i++) {
        free(folder->files[i].name);
        eg_buf_done(&folder->files[i].content);
    }
    free(folder->dir);
    *folder = (struct eg_tool_folder){.count = 0};
}
