/*
 * What the verbs `rules ...` share: opening a package from disk, showing findings, a folder as a
 * loader.
 */
#ifndef EG_TOOL_RULES_H
#define EG_TOOL_RULES_H

#include "assess/judge/engine.h"
#include "assess/xml/xml.h"
#include "emgate/frame/verb.h"

/*
 * Start the engine, read a package directory (unsigned ones with a warning on stderr when `warn`).
 * End with eg_tool_package_close, also after a failure.
 */
EG_MUST_USE
enum eg_status eg_tool_package_open(struct eg_package **out, const char *path, bool warn,
                                    struct eg_error *err);
void eg_tool_package_close(struct eg_package **package);

/* --lang de|en, English if not given. EG_E_USAGE. */
EG_MUST_USE
enum eg_status eg_tool_german(bool *out, const struct eg_tool_args *args, struct eg_error *err);

/* "key":"text" with a comma in front unless it is the first of its object. */
void eg_tool_json_text(struct eg_buf *out, const char *key, const char *text);
/* {"id":...,"version":...,"digest":...} */
/* "owed":...,"judged":...,"exceeded":...,"undecided":... of a limit or of all. */
void eg_tool_json_counts(struct eg_buf *out, const struct eg_counts *counts);
/* The limits as members of a JSON list, with their counts. */
void eg_tool_json_limits(struct eg_buf *out, const struct eg_judged *judged);
void eg_tool_json_package(struct eg_buf *out, const struct eg_package_ref *ref);

/* A finding as one line of text in "de" or "en", or as a JSON object in both; its words come from
 * `rules`. */
void eg_tool_finding_text(struct eg_buf *out, const struct eg_rules *rules,
                          const struct eg_finding *finding, const char *lang);
void eg_tool_finding_json(struct eg_buf *out, const struct eg_rules *rules,
                          const struct eg_finding *finding);

/* Write the buffer to stdout and empty it. EG_E_LIMIT, EG_E_NOMEM, EG_E_IO. */
EG_MUST_USE
enum eg_status eg_tool_print(struct eg_buf *text, struct eg_error *err);

/* The folder of a file as a loader: what it includes is looked for below, read once and kept. */
struct eg_tool_folder {
    struct eg_loader loader;
    char *dir;
    /* of the file itself in the folder */
    const char *name;
    struct eg_tree_file files[64];
    size_t count;
};
EG_MUST_USE
enum eg_status eg_tool_folder_open(struct eg_tool_folder *folder, const char *file,
                                   struct eg_error *err);
void eg_tool_folder_close(struct eg_tool_folder *folder);

#endif
