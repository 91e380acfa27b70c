/*
 * The client from inside: one loop (loop.c) that keeps the connection, sends what is due and sorts
 * what arrives; around it the greeting (greet.c), the calls of the public header (submit.c, ask.c,
 * follow.c) and birth and death (client.c).
 */
#ifndef EG_CLIENT_INTERNAL_H
#define EG_CLIENT_INTERNAL_H

#include <emgate/client.h>

#include "client/incoming.h"
#include "client/link.h"
#include "proof/checkpoint.h"
#include "proof/entry.h"
#include "verify/cms.h"
#include "verify/sign.h"
#include "wire/bodies.h"
#include "wire/texts.h"

#define EG_REQUEST_FRAMES_MAX 4
#define EG_LOG_KEY_TEXT_MAX (EG_ORIGIN_MAX + 80)

/* Something that an answer is awaited for. Kept until it is, so that it can be sent again. */
struct eg_request {
    /* its decimal text is the request id; for a submission also the ticket */
    uint64_t id;
    enum eg_verb verb;
    struct eg_buf frames[EG_REQUEST_FRAMES_MAX];
    size_t frame_count;
    bool sent;
    /* boot clock: not before */
    int64_t send_at_ms;
    int64_t deadline_ms;
    bool expired;
    struct eg_incoming *answer;
};

struct eg_following {
    /* eg_client_follow was called and nothing broke since */
    bool active;
    /* FOLLOW must be sent (again) on this connection */
    bool due;
    /* FOLLOWING came at least once */
    bool answered;
    /* refused; client->refusal says why */
    bool denied;
    /* ended by an ERROR that may pass; FOLLOW is sent again at again_at_ms */
    bool troubled;
    /* boot clock; the former of the first in a row */
    int64_t troubled_at_ms, again_at_ms;
    /* boot clock: nothing contradicted FOLLOWING until then; 0: none yet */
    int64_t calm_from_ms;
    /* the item that an ERROR named; "" none */
    char damaged[EG_CURSOR_TEXT_MAX];
    /* the cursor is known: given by the caller or by FOLLOWING */
    bool begun;
    char stream[EG_ID_MAX + 1];
    /* of the last item given to the caller */
    struct eg_wire_cursor cursor;
    /* wanted ahead */
    unsigned credit;
    /* credit given and not used */
    unsigned left;
    /* id of the FOLLOW whose items we take */
    uint64_t request;
    /* id of the last CREDIT */
    uint64_t credit_request;
    struct eg_incoming *items[EG_CREDIT_MAX];
    /* ring */
    size_t first, count;
};

struct eg_client {
    /* who */
    struct eg_buf anchors, crls;
    struct eg_verifier *verifier;
    struct eg_signing_key *key;
    char public_key[EG_CURVE_KEY_TEXT + 1], secret_key[EG_CURVE_KEY_TEXT + 1];
    /* to whom */
    struct eg_buf card_text;
    struct eg_card card;
    /* who signed the card */
    struct eg_signer gateway;
    char log_key[EG_LOG_KEY_TEXT_MAX];
    /* how */
    int timeout_ms;
    unsigned window;
    bool refuse_oversized;
    bool (*interrupted)(void *payload);
    void *payload;
    /* now */
    void *context;
    struct eg_link hall;
    /* greeted, and the hall was opened */
    bool connected;
    /* the gateway asked for a new greeting */
    bool greet_due;
    struct eg_welcome welcome;
    /* boot clock: greet again before the admission ends */
    int64_t renew_at_ms;
    /* boot clock: the door asked not to come earlier */
    int64_t greet_from_ms;
    struct eg_answer_text refusal;
    bool has_refusal;
    /* window + a few */
    struct eg_request **requests;
    size_t request_count, request_capacity;
    /* of the requests */
    size_t submissions;
    uint64_t last_id;
    struct eg_following follow;
};

/* ---- greet.c ---- */

/*
 * Check a card and take it: signature by the anchors' word, validity at `now_ms`, and, if there was
 * a card before, the same gateway. EG_E_DENIED, EG_E_FORMAT and errors of verify.
 */
EG_MUST_USE
enum eg_status eg_client_take_card(struct eg_client *client, struct eg_bytes text,
                                   struct eg_bytes cms, int64_t now_ms, struct eg_error *err);
/* One greeting. EG_E_TIMEOUT nobody answered; EG_E_BUSY come back at greet_from_ms; EG_E_DENIED,
 * EG_E_CRYPTO, EG_E_FORMAT final. */
EG_MUST_USE
enum eg_status eg_client_greet(struct eg_client *client, int64_t deadline_ms, struct eg_error *err);

/* Remember a refusal, and say it as error text. Returns EG_E_DENIED. */
enum eg_status eg_client_refused(struct eg_client *client, const struct eg_message *answer,
                                 struct eg_error *err);

/* ---- requests.c ---- */

/* A new request with copies of `count` frames. EG_E_NOMEM. */
EG_MUST_USE
enum eg_status eg_request_add(struct eg_request **out, struct eg_client *client, enum eg_verb verb,
                              const struct eg_bytes *frames, size_t count, struct eg_error *err);
void eg_request_drop(struct eg_client *client, struct eg_request *request);

/* ---- following.c ---- */

/* The connection is another one now. */
void eg_follow_restart(struct eg_client *client);
/* Ask again or give credit, whichever is due. */
EG_MUST_USE
enum eg_status eg_follow_continue(struct eg_client *client, struct eg_error *err);
/* Take an answer or item that belongs to the stream; true: taken. */
bool eg_follow_arrive(struct eg_client *client, uint64_t id, struct eg_incoming **incoming);
/* Forget the stream. */
void eg_follow_end(struct eg_client *client);

/* ---- loop.c ---- */

/*
 * One turn: connect if need be, send what is due, wait at most wait_ms, take what came.
 * EG_OK also when nothing happened. Errors of eg_client_connect.
 */
EG_MUST_USE
enum eg_status eg_client_turn(struct eg_client *client, int wait_ms, struct eg_error *err);

/* Add a request, turn until it is answered, give the answer (yours). EG_E_TIMEOUT. */
EG_MUST_USE
enum eg_status eg_client_ask(struct eg_incoming **out, struct eg_client *client, enum eg_verb verb,
                             const struct eg_bytes *frames, size_t count, struct eg_error *err);

static inline bool eg_client_is_interrupted(const struct eg_client *client)
{
    return client->interrupted != NULL && client->interrupted(client->payload);
}

/* ---- submit.c ---- */

/* Fill a reply from an answer, which it takes. */
void eg_reply_fill(struct eg_client_reply *out, struct eg_client *client,
                   const struct eg_request *request, struct eg_incoming **answer);

/* ---- receipt.c ---- */

/* How much of what was owed was judged, as the entry says. */
struct eg_client_counts eg_client_counts_of(const struct eg_entry *entry);

static inline struct eg_bytes eg_octets_bytes(struct eg_octets octets)
{
    return (struct eg_bytes){octets.data, octets.len};
}

static inline struct eg_octets eg_bytes_octets(struct eg_bytes bytes)
{
    return (struct eg_octets){bytes.data, bytes.len};
}

#endif
