/* What waits for an answer: each request with copies of its frames, until it is dropped. */
#include "client/internal.h"

#include "base/clock.h"
#include "base/vector.h"

#include <stdlib.h>
#include <string.h>

enum eg_status eg_request_add(struct eg_request **out, struct eg_client *client, enum eg_verb verb,
                              const struct eg_bytes *frames, size_t count, struct eg_error *err)
{
    enum eg_status room = EG_VECTOR_RESERVE(client->requests, client->request_capacity,
                                            client->request_count + 1, SIZE_MAX);
    if (room != EG_OK) {
        return eg_vector_refused(room, "request", err);
    }
    struct eg_request *request = calloc(1, sizeof *request);
    if (request == NULL) {
        return eg_error_set(err, EG_E_NOMEM, "request", "memory ran out");
    }
    request->id = ++client->last_id;
    request->verb = verb;
    request->frame_count = count;
    request->deadline_ms = eg_clock_boot_ms() + client->timeout_ms;
    client->requests[client->request_count++] = request;
    client->submissions += verb == EG_VERB_SUBMIT;
    for (size_t i = 0; i < count; i++) {
        eg_buf_init(&request->frames[i], frames[i].len);
        eg_buf_bytes(&request->frames[i], frames[i]);
        enum eg_status status = eg_buf_ok(&request->frames[i], "request", err);
        if (status != EG_OK) {
            eg_request_drop(client, request);
            return status;
        }
    }
    *out = request;
    return EG_OK;
}

void eg_request_drop(struct eg_client *client, struct eg_request *request)
{
    for (size_t i = 0; i < client->request_count; i++) {
        if (client->requests[i] == request) {
            memmove(client->requests + i, client->requests + i + 1,
                    (client->request_count - i - 1) * sizeof(struct eg_request *));
            client->request_count--;
            client->submissions -= request->verb == EG_VERB_SUBMIT;
            break;
        }
    }
    for (size_t i = 0; i < EG_REQUEST_FRAMES_MAX; i++) {
        eg_buf_done(&request->frames[i]);
    }
    eg_incoming_free(&request->answer);
    free(request);
}
