/*
 * The rows of facts that lie in the archive for one entry: condition 14 as far as it can be told
 * without a rerun. They are gathered for the rerun, which knows what they should be.
 */
#include "archive/check_inside.h"

#include "base/limits.h"

#include <string.h>

static bool may_leave_facts(const struct eg_entry *entry)
{
    return entry->kind == EG_ENTRY_SUBMISSION && entry->accepted && entry->has_package;
}

/* One plant for all rows of an entry. */
static bool plant_fits(struct eg_checker *checker, sqlite3_stmt *row)
{
    const char *plant = (const char *)sqlite3_column_text(row, 0);
    size_t len = plant ? strlen(plant) : 0;

    if (len == 0 || len >= sizeof checker->facts_plant) {
        return false;
    }
    if (checker->facts_plant[0] == '\0') {
        memcpy(checker->facts_plant, plant, len + 1);
    }
    return strcmp(checker->facts_plant, plant) == 0;
}

static bool facts_fit(const struct eg_facts *facts, sqlite3_stmt *row)
{
    for (size_t i = 0; i < facts->count; i++) {
        if (!eg_check_text_is(row, 2, facts->list[i].day) ||
            !eg_check_text_is(row, 3, facts->list[i].source)) {
            return false;
        }
    }
    return facts->count > 0 && facts->later_count == 0;
}

/* Not good: a finding is told. */
static enum eg_status check_row(struct eg_checker *checker, sqlite3_stmt *row, struct eg_error *err)
{
    uint64_t index = checker->row.index;
    struct eg_facts facts = {0};
    struct eg_error why = {0};
    bool good = false;

    if (!may_leave_facts(&checker->entry)) {
        eg_check_found(checker, index, 14,
                       "facts lie in the archive for an entry that leaves none");
        return EG_OK;
    }
    enum eg_status status = eg_check_octets(&checker->facts_text, &good, checker, row, 4, &why);
    if (!status && good) {
        status = eg_facts_read(&facts, eg_bytes_view(&checker->facts_text), &why);
        good = status == EG_OK;
    }
    if (status == EG_E_NOMEM) {
        if (err) {
            *err = why;
        }
        return status;
    }
    if (!good) {
        eg_check_found(checker, index, 14, "its facts can not be read: %s", why.text);
    } else if (!plant_fits(checker, row) || !eg_check_text_is(row, 1, checker->entry.package.id) ||
               !facts_fit(&facts, row)) {
        eg_check_found(checker, index, 14,
                       "its facts lie under another plant, package, day or source");
    } else {
        status = eg_facts_gather(&checker->facts, &facts, 1, err);
    }
    eg_facts_done(&facts);
    return good ? status : EG_OK;
}

enum eg_status eg_check_facts(struct eg_checker *checker, struct eg_error *err)
{
    sqlite3_stmt *rows = eg_check_statement(checker, EG_CHECK_FACTS);
    enum eg_status status = EG_OK;
    bool row = true;

    eg_facts_done(&checker->facts);
    checker->facts_plant[0] = '\0';
    (void)sqlite3_bind_int64(rows, 1, (int64_t)checker->row.index);
    while (!status && row) {
        status = eg_check_step(&row, checker, rows, err);
        if (!status && row) {
            status = check_row(checker, rows, err);
        }
    }
    (void)sqlite3_reset(rows);
    return status;
}
