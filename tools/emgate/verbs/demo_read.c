/*
 * What the operator and the authority hold in the end: receipts proved offline, notifications read.
 */
#include "emgate/verbs/demo.h"

#include "assess/xpath/query.h"
#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "flow/record/log_key.h"
#include "proof/receipt.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RESULT "urn:emgate:assessment-result:2"

static struct eg_demo_day *day_of(struct eg_demo *demo, const char *day)
{
    for (size_t i = 0; i < EG_DEMO_DAYS; i++) {
        if (strcmp(demo->days[i].day, day) == 0) {
            return &demo->days[i];
        }
    }
    return NULL;
}

/* Call `visit` for each file of a folder whose name ends so. */
static enum eg_status each_file(struct eg_demo *demo, const char *folder, const char *ending,
                                enum eg_status (*visit)(struct eg_demo *demo, struct eg_bytes text,
                                                        void *payload),
                                void *payload)
{
    struct dirent **names = NULL;
    int count = scandir(eg_demo_path(demo, folder), &names, NULL, alphasort);
    enum eg_status status =
        count < 0 ? eg_error_set(&demo->err, EG_E_IO, folder, "can not be listed") : EG_OK;
    for (int i = 0; i < count; i++) {
        size_t len = strlen(names[i]->d_name);
        size_t end = strlen(ending);
        if (status == EG_OK && len > end && strcmp(names[i]->d_name + len - end, ending) == 0) {
            struct eg_buf text;
            char *path = eg_file_join(eg_demo_path(demo, folder), names[i]->d_name);
            eg_buf_init(&text, EG_NOTIFICATION_MAX);
            status = path == NULL ? eg_error_set(&demo->err, EG_E_NOMEM, folder, "memory ran out")
                                  : eg_file_read(&text, path, &demo->err);
            if (status == EG_OK) {
                status = visit(demo, eg_bytes_view(&text), payload);
            }
            eg_buf_done(&text);
            free(path);
        }
        free(names[i]);
    }
    free(names);
    return status;
}

/* ---- receipts ---------------------------------------------------------------------------------
 */

static enum eg_status read_receipt(struct eg_demo *demo, struct eg_bytes text, void *payload)
{
    const struct eg_log_key_given *log = payload;
    struct eg_receipt *receipt = calloc(1, sizeof *receipt);
    if (receipt == NULL) {
        return eg_error_set(&demo->err, EG_E_NOMEM, "receipt", "memory ran out");
    }
    enum eg_status status = eg_receipt_verify(receipt, text, log->origin, log->key, &demo->err);
    if (status != EG_OK) {
        goto done;
    }
    size_t len = strlen(receipt->entry.identity.id);
    struct eg_demo_day *day = len < 10 ? NULL : day_of(demo, receipt->entry.identity.id + len - 10);
    if (day != NULL) {
        day->receipted = day->proved = true;
        day->accepted = receipt->entry.accepted;
        day->entry = receipt->index;
    }
    eg_receipt_done(receipt);

done:
    free(receipt);
    return status;
}

enum eg_status eg_demo_read_receipts(struct eg_demo *demo)
{
    struct eg_log_key_given log;
    EG_TRY(eg_log_key_take(&log, eg_demo_path(demo, "pki/log.vkey"), &demo->err));
    return each_file(demo, "receipts", ".receipt", read_receipt, &log);
}

/* ---- notifications ----------------------------------------------------------------------------
 */

static enum eg_status ask(char *out, size_t size, struct eg_bytes xml, const char *expression,
                          struct eg_error *err)
{
    struct eg_buf text;
    eg_buf_init(&text, size - 1);
    enum eg_status status = eg_query(&text, xml, expression, "a", RESULT, err);
    if (status != EG_OK) {
        goto done;
    }
    (void)snprintf(out, size, "%s", text.len > 0 ? (const char *)text.data : "");

done:
    eg_buf_done(&text);
    return status;
}

static enum eg_status read_notification(struct eg_demo *demo, struct eg_bytes text, void *payload)
{
    char date[16];
    char exceeded[16];
    (void)payload;
    enum eg_status status = ask(date, sizeof date, text, "string(/a:result/@from)", &demo->err);
    struct eg_demo_day *day = status == EG_OK ? day_of(demo, date) : NULL;
    if (day == NULL) {
        return status;
    }
    status = ask(exceeded, sizeof exceeded, text,
                 "string(//a:series[@component = 'NOx']/a:judged[@id = 'day-exceeded']/@found)",
                 &demo->err);
    if (status != EG_OK) {
        goto done;
    }
    status =
        ask(day->nox, sizeof day->nox, text,
            "string(//a:series[@component = 'NOx']/a:figure[@name = 'day']/@value)", &demo->err);

done:
    day->exceeded = status == EG_OK && strcmp(exceeded, "1") == 0;
    day->notified = status == EG_OK;
    return status;
}

enum eg_status eg_demo_read_notifications(struct eg_demo *demo)
{
    return each_file(demo, "authority", ".xml", read_notification, NULL);
}
