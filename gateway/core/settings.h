/*
 * The gateway's settings: one inih file, one const table (settings.c) of key, type, default, bounds
 * and one sentence each. `emgated --print-config` prints the table as a commented sample.
 *
 * Paths that are not absolute are taken from the folder of the settings file.
 */
#ifndef EG_CORE_SETTINGS_H
#define EG_CORE_SETTINGS_H

#include "base/bytes.h"

#define EG_SETTING_TEXT_MAX 1024

struct eg_settings {
    char origin[EG_SETTING_TEXT_MAX], participant[EG_SETTING_TEXT_MAX];
    char certificate[EG_SETTING_TEXT_MAX], key[EG_SETTING_TEXT_MAX], card[EG_SETTING_TEXT_MAX];
    char log_key[EG_SETTING_TEXT_MAX], log_statement[EG_SETTING_TEXT_MAX];
    /* never empty once read */
    char log_head[EG_SETTING_TEXT_MAX];
    char anchors[EG_SETTING_TEXT_MAX], crls[EG_SETTING_TEXT_MAX], directory[EG_SETTING_TEXT_MAX];
    char registrar[EG_SETTING_TEXT_MAX];
    char rules[EG_SETTING_TEXT_MAX], archive[EG_SETTING_TEXT_MAX];
    char door_bind[EG_SETTING_TEXT_MAX], door_curve[EG_SETTING_TEXT_MAX];
    char hall_bind[EG_SETTING_TEXT_MAX], hall_curve[EG_SETTING_TEXT_MAX];
    char journal_level[EG_SETTING_TEXT_MAX];
    uint64_t workers, report_max, queue_items, queue_octets, batch, rate, admissions, credit_max;
    uint64_t followers, admission_hours, door_memory_mib, clock_step_ms, card_hours;
};

/*
 * Read a settings file. A key that is not known is refused with the nearest one that is.
 * EG_E_NOTFOUND, EG_E_IO; EG_E_USAGE with file:line, key and what is allowed.
 */
EG_MUST_USE
enum eg_status eg_settings_read(struct eg_settings *out, const char *path, struct eg_error *err);

/* The reference: every key with its sentence, bounds and default, as a file that can be read back.
 */
void eg_settings_print(struct eg_buf *out);

/* One row of the table, for man pages; NULL behind the last. */
struct eg_setting_info {
    const char *section, *key, *type, *fallback, *sentence;
    uint64_t min, max;
    bool required;
};
bool eg_settings_row(size_t n, struct eg_setting_info *out);

#endif
