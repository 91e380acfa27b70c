/*
 * Cursors are written by the recorder, which has the one writing handle.
 */
#include "flow/recorder/cursor_task.h"

#include "flow/journal/log.h"
#include "flow/pipeline/failure.h"
#include "flow/pipeline/handover.h"
#include "flow/pipeline/query_item.h"

void eg_cursor_task_record(struct eg_gateway_state *gateway, struct eg_store *store,
                           const struct eg_task *task)
{
    struct eg_verdict verdict = {.code = EG_CODE_OK};
    struct eg_error err = {0};
    enum eg_status status = store == NULL
                                ? EG_E_STATE
                                : eg_store_cursor_put(store, task->ack.participant,
                                                      task->ack.stream, &task->ack.cursor, &err);
    if (status == EG_OK) {
        eg_query_item_cursor_durable(gateway->queries, task);
        return;
    }
    eg_log_failure("cursor", &err);
    eg_verdict_refuse(&verdict, eg_failure_of(EG_FAILURE_ARCHIVE, status).code, "", "cursor", "%s",
                      err.text);
    struct eg_outgoing *refusal = eg_outgoing_refusal(&task->ack.route, task->ack.request_id,
                                                      task->ack.request_id_len, &verdict);
    eg_handover_send(gateway, &refusal);
}
