/*
 * emgate archive backup: a copy of an archive, a gateway running or not.
 */
#include "emgate/frame/verb.h"

#include "archive/backup.h"
#include "base/text.h"
#include "core/settings.h"

#include <inttypes.h>
#include <stdlib.h>

static const struct eg_tool_option options[] = {
    {"--archive", "FILE", "The archive to copy.", false, false},
    {"--config", "FILE", "Settings of the gateway (emgated.ini) whose archive is copied.", false,
     false},
    {0}};

static bool tell_progress(void *payload, uint64_t done, uint64_t total)
{
    (void)payload;
    eg_tool_progress("pages", (size_t)done, (size_t)total);
    return !eg_tool_interrupted();
}

/* The archive's path, from one of two options; `settings` is the room for it. */
static enum eg_status find_archive(const char **out, struct eg_settings *settings,
                                   const struct eg_tool_args *args, struct eg_error *err)
{
    const char *archive = eg_tool_value(args, "--archive", 0);
    const char *config = eg_tool_value(args, "--config", 0);

    if ((archive == NULL) == (config == NULL)) {
        return eg_error_set(err, EG_E_USAGE, "--archive",
                            "name the archive with one of --archive and --config");
    }
    if (archive != NULL) {
        *out = archive;
        return EG_OK;
    }
    *out = settings->archive;
    return eg_settings_read(settings, config, err);
}

static void tell(const char *to, const struct eg_backup_made *made, bool json)
{
    struct eg_buf out;

    if (!json) {
        printf("%s: log %s, %" PRIu64 " entries, %" PRIu64 " octets\n"
               "prove it: emgate audit verify %s --log-key KEY --anchors FILE\n",
               to, made->origin, made->entries, made->octets, to);
        return;
    }
    eg_buf_init(&out, 16 * EG_KIB);
    eg_buf_text(&out, "{\"backup\":");
    eg_text_json(&out, eg_bytes_of(to));
    eg_buf_text(&out, ",\"origin\":");
    eg_text_json(&out, eg_bytes_of(made->origin));
    eg_buf_format(&out, ",\"entries\":%" PRIu64 ",\"octets\":%" PRIu64 "}\n", made->entries,
                  made->octets);
    if (!out.failed) {
        fwrite(out.data, 1, out.len, stdout);
    }
    eg_buf_done(&out);
}

static int run(const struct eg_tool_args *args, struct eg_error *err)
{
    struct eg_settings *settings = calloc(1, sizeof *settings);
    struct eg_backup backup = {.to = eg_tool_operand(args, 0), .progress = tell_progress};
    struct eg_backup_made made = {.entries = 0};
    enum eg_status status = settings == NULL
                                ? eg_error_set(err, EG_E_NOMEM, "backup", "memory ran out")
                                : find_archive(&backup.from, settings, args, err);
    if (status != EG_OK) {
        goto done;
    }

    status = eg_archive_backup(&made, &backup, err);
    if (status != EG_OK) {
        goto done;
    }
    tell(backup.to, &made, eg_tool_json(args));

done:
    free(settings);
    return status == EG_OK ? EG_EXIT_DONE : EG_EXIT_COULD_NOT;
}

const struct eg_tool_verb eg_verb_archive_backup = {
    .name = "archive backup",
    .summary = "copy an archive, a gateway running or not",
    .operands = "FILE",
    .operands_min = 1,
    .operands_max = 1,
    .description =
        "Copies one state of the archive into the new file FILE, which gets its name only once it "
        "is whole and on disk; a file that is there already is never replaced. The gateway goes on "
        "recording meanwhile. The copy is one file, closed and complete: emgate audit verify "
        "proves it, with the archive's head note by its option --head.\n"
        "Do not copy the files of a running archive by other means: archive.db alone lacks what "
        "lies in archive.db-wal, and such a copy is called incomplete.\n"
        "To restore, stop the gateway, put the copy in the place of archive.db, remove "
        "archive.db-wal and archive.db-shm, and leave the head note as it is: the gateway starts "
        "if the copy holds every entry that the note has, and refuses to start if it does not, "
        "because entries for which receipts were given would be given out a second time. Then "
        "look for a longer copy; if there is none, a new log begins, with a new origin, a new log "
        "key and emgated --new-log, and the old one is kept for what it proves.",
    .example = "emgate archive backup /backup/archive-2026-11-30.db --config emgated.ini\n"
               "emgate archive backup copy.db --archive trial/archive.db",
    .options = options,
    .run = run,
};
