/*
 * The thread of the fake gateway and what it answers.
 */
#include "tests/support/fake_gateway.h"

#include "base/clock.h"
#include "client/curve.h"
#include "intake/router.h"
#include "proof/receipt.h"
#include "verify/cms.h"
#include "verify/issue.h"
#include "verify/sign.h"
#include "wire/bodies.h"
#include "wire/texts.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY_MS (24 * 3600 * 1000LL)
#define HOUR_MS (3600 * 1000LL)
#define TURN_MS 2
#define BUSY_MS 20
#define KEYS_MAX 32
#define FOLLOWERS_MAX 8
#define LEVELS 8

struct follower {
    struct eg_route route;
    struct eg_message request;
    int next; /* item to send, from 1 */
    int last; /* item sent last; 0: none */
    uint32_t credit;
};

struct eg_fake_gateway {
    struct eg_fake_files files;
    struct eg_fake_script script;
    struct eg_signing_key *key, *operator_key;
    struct eg_card card;
    char door_secret[EG_CURVE_KEY_TEXT + 1], hall_secret[EG_CURVE_KEY_TEXT + 1];
    uint8_t seed[EG_ED25519_KEY_LEN], other_seed[EG_ED25519_KEY_LEN];
    uint8_t other_public[EG_ED25519_KEY_LEN];
    struct eg_router *door, *hall;
    char admitted[KEYS_MAX][EG_CURVE_KEY_TEXT + 1];
    size_t admitted_count;
    struct follower followers[FOLLOWERS_MAX];
    size_t follower_count;
    /* the log */
    struct eg_merkle_edge edge;
    struct eg_digest nodes[LEVELS][EG_FAKE_ENTRIES_MAX];
    /* items: entry index of each, 0 = not made yet */
    uint64_t item_index[EG_FAKE_ENTRIES_MAX];
    pthread_t thread;
    pthread_mutex_t lock;
    atomic_bool stop;
};

static void must(enum eg_status status, const struct eg_error *err)
{
    if (status != EG_OK) {
        fprintf(stderr, "fake gateway: %s: %s\n", err->where, err->text);
        abort();
    }
}

/* ---- identities -------------------------------------------------------------------------------
 */

static struct eg_issue_terms terms(const char *profile, const char *name)
{
    int64_t now_ms = eg_clock_wall_ms();
    return (struct eg_issue_terms){.profile = profile,
                                   .common_name = name,
                                   .from_ms = now_ms - 30 * DAY_MS,
                                   .until_ms = now_ms + 30 * DAY_MS};
}

static void make_root(struct eg_buf *pem, struct eg_buf *key, const char *name)
{
    struct eg_error err = {.status = EG_OK};
    struct eg_issue_terms root = terms("root", name);
    eg_buf_init(pem, EG_MIB);
    eg_buf_init(key, EG_MIB);
    must(eg_issue_key(key, EG_KEY_P256, &err), &err);
    must(eg_issue_root(pem, eg_bytes_view(key), &root, &err), &err);
}

static void make_identity(struct eg_buf *pem, struct eg_buf *key, const struct eg_buf *ca,
                          const struct eg_buf *ca_key, const char *role)
{
    struct eg_error err = {.status = EG_OK};
    struct eg_issue_terms leaf = terms(role, role);
    eg_buf_init(pem, EG_MIB);
    eg_buf_init(key, EG_MIB);
    must(eg_issue_key(key, EG_KEY_P256, &err), &err);
    must(eg_issue_certificate(pem, eg_bytes_view(ca), eg_bytes_view(ca_key), eg_bytes_view(key),
                              &leaf, &err),
         &err);
}

static void make_identities(struct eg_fake_gateway *fake)
{
    struct eg_fake_files *files = &fake->files;
    struct eg_error err = {.status = EG_OK};
    struct eg_buf ca_key = {0};
    struct eg_buf stranger_key = {0};
    make_root(&files->ca, &ca_key, "Test authority");
    make_root(&files->stranger_ca, &stranger_key, "Stranger");
    make_identity(&files->gateway_pem, &files->gateway_key, &files->ca, &ca_key, "gateway");
    make_identity(&files->operator_pem, &files->operator_key, &files->ca, &ca_key, "operator");
    must(eg_signing_key_load(&fake->key, eg_bytes_view(&files->gateway_key),
                             eg_bytes_view(&files->gateway_pem), &err),
         &err);
    must(eg_signing_key_load(&fake->operator_key, eg_bytes_view(&files->operator_key),
                             eg_bytes_view(&files->operator_pem), &err),
         &err);
    eg_buf_wipe(&ca_key);
    eg_buf_wipe(&stranger_key);
}

static void sign(struct eg_buf *out, struct eg_signing_key *key, enum eg_signed_kind kind,
                 const struct eg_buf *text)
{
    struct eg_error err = {.status = EG_OK};
    eg_buf_init(out, EG_CMS_MAX);
    must(eg_cms_sign(out, key, kind, eg_bytes_view(text), eg_clock_wall_ms(), &err), &err);
}

static void make_cards(struct eg_fake_gateway *fake)
{
    struct eg_fake_files *files = &fake->files;
    struct eg_error err = {.status = EG_OK};
    struct eg_card old = fake->card;
    int64_t now_ms = eg_clock_wall_ms();
    fake->card.valid_from_ms = now_ms - DAY_MS;
    fake->card.valid_until_ms = now_ms + DAY_MS;
    old.valid_from_ms = now_ms - 8 * DAY_MS;
    old.valid_until_ms = now_ms - DAY_MS;
    eg_buf_init(&files->card, EG_SIGNED_TEXT_MAX);
    eg_buf_init(&files->old_card, EG_SIGNED_TEXT_MAX);
    must(eg_card_write(&files->card, &fake->card, &err), &err);
    must(eg_card_write(&files->old_card, &old, &err), &err);
    sign(&files->card_cms, fake->key, EG_SIGNED_CARD, &files->card);
    sign(&files->old_card_cms, fake->key, EG_SIGNED_CARD, &files->old_card);
    sign(&files->hello_card_cms, fake->key, EG_SIGNED_HELLO, &files->card);
}

/* ---- the log ----------------------------------------------------------------------------------
 */

static void keep_node(void *payload, unsigned level, uint64_t index, const struct eg_digest *hash)
{
    struct eg_fake_gateway *fake = payload;
    fake->nodes[level][index] = *hash;
}

static enum eg_status read_node(void *payload, unsigned level, uint64_t index,
                                struct eg_digest *hash, struct eg_error *err)
{
    const struct eg_fake_gateway *fake = payload;
    (void)err;
    *hash = fake->nodes[level][index];
    return EG_OK;
}

/* Append an entry; its receipt, in the tree as it is now. Returns its index. */
static uint64_t record(struct eg_fake_gateway *fake, const struct eg_entry *entry,
                       struct eg_buf *receipt, bool other_key)
{
    struct eg_error err = {.status = EG_OK};
    struct eg_buf text = {0};
    struct eg_buf note = {0};
    struct eg_digest path[EG_MERKLE_LEVELS];
    size_t path_count = 0;
    uint64_t index = fake->edge.size;
    if (index >= EG_FAKE_ENTRIES_MAX) {
        abort();
    }
    eg_buf_init(&text, EG_ENTRY_MAX);
    eg_buf_init(&note, EG_ENTRY_MAX);
    must(eg_entry_write(&text, entry, &err), &err);
    struct eg_digest leaf = eg_merkle_leaf(eg_bytes_view(&text));
    eg_merkle_append(&fake->edge, &leaf, keep_node, fake);
    struct eg_checkpoint checkpoint = {
        .origin = EG_FAKE_ORIGIN, .size = fake->edge.size, .root = eg_merkle_root(&fake->edge)};
    must(eg_merkle_inclusion(path, &path_count, index, fake->edge.size, read_node, fake, &err),
         &err);
    must(eg_checkpoint_sign(&note, &checkpoint, other_key ? fake->other_seed : fake->seed,
                            other_key ? fake->other_public : fake->card.log_key, &err),
         &err);
    must(eg_receipt_write(receipt, eg_bytes_view(&text), index, path, path_count,
                          eg_bytes_view(&note), &err),
         &err);
    eg_buf_done(&text);
    eg_buf_done(&note);
    return index;
}

static struct eg_entry entry_for(struct eg_fake_gateway *fake)
{
    struct eg_entry entry;
    memset(&entry, 0, sizeof entry);
    entry.kind = EG_ENTRY_SUBMISSION;
    entry.form = 1;
    memcpy(entry.identity.participant, "operator", 9);
    snprintf(entry.identity.id, sizeof entry.identity.id, "report-%" PRIu64, fake->edge.size);
    entry.identity.version = 1;
    entry.received_at_ms = entry.recorded_at_ms = eg_clock_wall_ms();
    entry.has_report = entry.has_signature = entry.has_findings = true;
    entry.has_directory = true;
    entry.directory_version = 1;
    entry.semantics = 1;
    entry.accepted = true;
    return entry;
}

/* ---- answers ----------------------------------------------------------------------------------
 */

static void answer(struct eg_router *router, const struct eg_arrival *arrival, enum eg_verb verb,
                   const struct eg_bytes *frames, size_t count)
{
    struct eg_message message;
    eg_message_answer(&message, &arrival->message, verb);
    for (size_t i = 0; i < count; i++) {
        eg_message_add(&message, frames[i]);
    }
    enum eg_status status = eg_router_send(router, &arrival->route, &message);
    (void)status;
}

static void refuse_at(struct eg_router *router, const struct eg_arrival *arrival, enum eg_code code,
                      uint32_t retry_after_ms, const char *where)
{
    struct eg_error err = {.status = EG_OK};
    struct eg_answer_text text = {.code = code, .retry_after_ms = retry_after_ms};
    struct eg_buf out = {0};
    snprintf(text.where, sizeof text.where, "%s", where);
    eg_buf_init(&out, EG_SIGNED_TEXT_MAX);
    must(eg_answer_write(&out, &text, &err), &err);
    struct eg_bytes frame = eg_bytes_view(&out);
    answer(router, arrival,
           eg_code_row(code)->answer == EG_ANSWER_UNAUTHENTICATED ? EG_VERB_UNAUTHENTICATED
                                                                  : EG_VERB_ERROR,
           &frame, 1);
    eg_buf_done(&out);
}

static void refuse(struct eg_router *router, const struct eg_arrival *arrival, enum eg_code code,
                   uint32_t retry_after_ms)
{
    refuse_at(router, arrival, code, retry_after_ms, "");
}

static void welcome(struct eg_fake_gateway *fake, const struct eg_arrival *arrival, int how)
{
    struct eg_error err = {.status = EG_OK};
    int length_ms = atomic_load(&fake->script.admitted_ms);
    struct eg_welcome text = {.hello = eg_hash(arrival->message.body[0]),
                              .version = "EMX1",
                              .participant = "operator",
                              .report_max = 1000,
                              .credit_max = 100};
    struct eg_card other = fake->card;
    struct eg_buf out = {0};
    struct eg_buf cms = {0};
    struct eg_buf card = {0};
    struct eg_buf card_cms = {0};
    eg_buf_init(&out, EG_SIGNED_TEXT_MAX);
    eg_buf_init(&card, EG_SIGNED_TEXT_MAX);
    text.admitted_until_ms = eg_clock_wall_ms() + (length_ms == 0 ? HOUR_MS : length_ms);
    if (how == EG_FAKE_ENDED) {
        text.admitted_until_ms = eg_clock_wall_ms() - 1;
    }
    if (how == EG_FAKE_OTHER_DIGEST) {
        text.hello.octets[0] ^= 1;
    }
    if (how == EG_FAKE_OTHER_CARD) {
        memcpy(other.origin, "another.example", 16);
    }
    must(eg_welcome_write(&out, &text, &err), &err);
    must(eg_card_write(&card, &other, &err), &err);
    sign(&cms, how == EG_FAKE_OTHER_SIGNER ? fake->operator_key : fake->key,
         how == EG_FAKE_REPORT_SIGNED ? EG_SIGNED_REPORT : EG_SIGNED_WELCOME, &out);
    sign(&card_cms, fake->key, EG_SIGNED_CARD, &card);
    if (how == EG_FAKE_ALTERED) {
        out.data[out.len - 2] ^= 1;
    }
    memcpy(fake->admitted[fake->admitted_count++ % KEYS_MAX], arrival->key, sizeof arrival->key);
    const struct eg_bytes frames[] = {eg_bytes_view(&out), eg_bytes_view(&cms),
                                      eg_bytes_view(&card), eg_bytes_view(&card_cms)};
    answer(fake->door, arrival, EG_VERB_WELCOME, frames, 4);
    eg_buf_done(&out);
    eg_buf_done(&cms);
    eg_buf_done(&card);
    eg_buf_done(&card_cms);
}

static void at_door(void *payload, const struct eg_arrival *arrival)
{
    struct eg_fake_gateway *fake = payload;
    const struct eg_bytes nonsense = eg_bytes_of("nonsense");
    int how = atomic_load(&fake->script.welcome);
    if (!arrival->readable || arrival->message.verb != EG_VERB_HELLO) {
        refuse(fake->door, arrival, EG_CODE_MALFORMED, 0);
        return;
    }
    atomic_fetch_add(&fake->script.hellos, 1);
    switch (how) {
    case EG_FAKE_SILENT:
        return;
    case EG_FAKE_REFUSES:
        refuse(fake->door, arrival, EG_CODE_PARTICIPANT_UNKNOWN, 0);
        return;
    case EG_FAKE_BUSY_ONCE:
        atomic_store(&fake->script.welcome, EG_FAKE_WELCOME);
        refuse(fake->door, arrival, EG_CODE_BUSY, BUSY_MS);
        return;
    case EG_FAKE_OTHER_TIME:
        refuse(fake->door, arrival, EG_CODE_HELLO_TIME,
               eg_code_row(EG_CODE_HELLO_TIME)->retry_after_ms);
        return;
    case EG_FAKE_OTHER_TIME_ONCE:
        atomic_store(&fake->script.welcome, EG_FAKE_WELCOME);
        refuse(fake->door, arrival, EG_CODE_HELLO_TIME, BUSY_MS);
        return;
    case EG_FAKE_NONSENSE:
        answer(fake->door, arrival, EG_VERB_PONG, &nonsense, 1);
        return;
    default:
        welcome(fake, arrival, how);
    }
}

static void on_submit(struct eg_fake_gateway *fake, const struct eg_arrival *arrival)
{
    static const struct eg_salt salt = {{1, 2, 3}};
    uint8_t salts[EG_RECEIPT_SALTS_LEN] = {1, 2, 3};
    struct eg_buf receipt = {0};
    int how = atomic_load(&fake->script.receipt);
    struct eg_entry entry = entry_for(fake);
    const struct eg_bytes findings = eg_bytes_of("findings");
    const struct eg_bytes other = eg_bytes_of("something else");
    salts[32] = 1;
    salts[33] = 2;
    salts[34] = 3;
    entry.accepted = atomic_load(&fake->script.rejects) == 0;
    entry.report =
        eg_hash_salted(&salt, how == EG_FAKE_OTHER_REPORT ? other : arrival->message.body[1]);
    entry.findings = eg_hash_salted(&salt, how == EG_FAKE_OTHER_FINDINGS ? other : findings);
    eg_buf_init(&receipt, EG_RECEIPT_MAX);
    (void)record(fake, &entry, &receipt, how == EG_FAKE_OTHER_KEY);
    const struct eg_bytes frames[] = {eg_bytes_view(&receipt),
                                      {salts, how == EG_FAKE_NO_SALT ? 32 : sizeof salts},
                                      findings,
                                      eg_bytes_of("Text auf Deutsch"),
                                      eg_bytes_of("Text in English")};
    answer(fake->hall, arrival, EG_VERB_RECEIPT, frames, 5);
    eg_buf_done(&receipt);
}

static void on_follow(struct eg_fake_gateway *fake, const struct eg_arrival *arrival)
{
    struct eg_follow_body body;
    char cursor[EG_CURSOR_TEXT_MAX] = "";
    if (!eg_follow_body_read(&body, &arrival->message, NULL) ||
        strcmp(body.stream, "operator") != 0) {
        refuse(fake->hall, arrival, EG_CODE_STREAM, 0);
        return;
    }
    struct follower *follower = &fake->followers[fake->follower_count++ % FOLLOWERS_MAX];
    *follower = (struct follower){.route = arrival->route, .credit = body.credit};
    follower->request = arrival->message;
    follower->request.body_count = 0;
    while (follower->last < EG_FAKE_ENTRIES_MAX - 1 && body.cursor.number > 0 &&
           fake->item_index[follower->last] < body.cursor.index) {
        follower->last++;
    }
    follower->next = follower->last + 1;
    eg_cursor_text(&body.cursor, cursor);
    const struct eg_bytes frames[] = {eg_bytes_of("operator"), eg_bytes_of(cursor)};
    answer(fake->hall, arrival, EG_VERB_FOLLOWING, frames, 2);
}

static void cursor_of_item(const struct eg_fake_gateway *fake, int item,
                           char out[EG_CURSOR_TEXT_MAX])
{
    struct eg_wire_cursor cursor = {0, 0};
    if (item > 0) {
        cursor = (struct eg_wire_cursor){fake->item_index[item], 1};
    }
    eg_cursor_text(&cursor, out);
}

/* Instead of an item the ERROR that the script asks for; true: it was sent, and ends the FOLLOW. */
static bool send_error(struct eg_fake_gateway *fake, struct follower *follower)
{
    struct eg_arrival arrival = {.route = follower->route, .message = follower->request};
    struct eg_entry entry = entry_for(fake);
    struct eg_buf receipt = {0};
    char cursor[EG_CURSOR_TEXT_MAX] = "";
    int item = follower->next;
    if (atomic_load(&fake->script.unreadable) > 0) {
        atomic_fetch_sub(&fake->script.unreadable, 1);
        refuse_at(fake->hall, &arrival, EG_CODE_ARCHIVE, 50, "");
    } else if (atomic_load(&fake->script.damaged) == item) {
        eg_buf_init(&receipt, EG_RECEIPT_MAX);
        fake->item_index[item] = record(fake, &entry, &receipt, false);
        cursor_of_item(fake, item, cursor);
        refuse_at(fake->hall, &arrival, EG_CODE_ITEM_DAMAGED, 0,
                  atomic_load(&fake->script.misnamed) != 0 ? "the third" : cursor);
        eg_buf_done(&receipt);
    } else {
        return false;
    }
    follower->credit = 0;
    return true;
}

/* The entry of an item is made when it is sent for the first time, its receipt each time anew. */
static void send_item(struct eg_fake_gateway *fake, struct follower *follower)
{
    static const struct eg_salt salt = {{9}};
    struct eg_message message;
    struct eg_buf receipt = {0};
    char previous[EG_CURSOR_TEXT_MAX] = "";
    char cursor[EG_CURSOR_TEXT_MAX] = "";
    char text[32] = "";
    int item = follower->next;
    struct eg_entry entry = entry_for(fake);
    snprintf(text, sizeof text, "notification %d", item);
    entry.notification_count = 1;
    memcpy(entry.notifications[0].name, "daily", 6);
    memcpy(entry.notifications[0].recipient, "operator", 9);
    entry.notifications[0].digest = eg_hash_salted(&salt, eg_bytes_of(text));
    eg_buf_init(&receipt, EG_RECEIPT_MAX);
    fake->item_index[item] = record(fake, &entry, &receipt, false);
    cursor_of_item(fake, follower->last, previous);
    cursor_of_item(fake, item, cursor);
    text[0] = atomic_load(&fake->script.forge_item) == item ? 'N' : 'n';
    eg_message_answer(&message, &follower->request, EG_VERB_ITEM);
    const struct eg_bytes frames[] = {eg_bytes_of("operator"), eg_bytes_of(previous),
                                      eg_bytes_of(cursor),     eg_bytes_view(&receipt),
                                      eg_bytes_of("daily"),    {salt.octets, EG_SALT_LEN},
                                      eg_bytes_of(text)};
    for (size_t i = 0; i < 7; i++) {
        eg_message_add(&message, frames[i]);
    }
    if (atomic_load(&fake->script.skip_item) != item &&
        eg_router_send(fake->hall, &follower->route, &message) == EG_OK) {
        follower->credit--;
    }
    follower->last = item;
    follower->next = item + 1;
    eg_buf_done(&receipt);
}

static void feed(struct eg_fake_gateway *fake)
{
    for (size_t i = 0; i < fake->follower_count && i < FOLLOWERS_MAX; i++) {
        struct follower *follower = &fake->followers[i];
        while (follower->credit > 0 && follower->next <= atomic_load(&fake->script.items) &&
               fake->edge.size < EG_FAKE_ENTRIES_MAX && !send_error(fake, follower)) {
            send_item(fake, follower);
        }
    }
}

static void on_ack(struct eg_fake_gateway *fake, const struct eg_arrival *arrival)
{
    struct eg_cursor_body body;
    if (!eg_cursor_body_read(&body, &arrival->message, NULL) ||
        body.cursor.index >= fake->edge.size) {
        refuse(fake->hall, arrival, EG_CODE_ACK_BEYOND, 0);
        return;
    }
    answer(fake->hall, arrival, EG_VERB_ACKED, arrival->message.body, 2);
}

static void on_status(struct eg_fake_gateway *fake, const struct eg_arrival *arrival)
{
    struct eg_error err = {.status = EG_OK};
    struct eg_standing standing = {.index = fake->edge.size};
    struct eg_entry entry = entry_for(fake);
    struct eg_buf receipt = {0};
    struct eg_buf text = {0};
    if (!eg_bytes_is(arrival->message.body[0], "operator known 1")) {
        refuse(fake->hall, arrival, EG_CODE_UNKNOWN, 0);
        return;
    }
    eg_buf_init(&receipt, EG_RECEIPT_MAX);
    eg_buf_init(&text, EG_SIGNED_TEXT_MAX);
    (void)record(fake, &entry, &receipt, false);
    must(eg_standing_write(&text, &standing, &err), &err);
    const struct eg_bytes frames[] = {eg_bytes_view(&receipt), eg_bytes_view(&text)};
    answer(fake->hall, arrival, EG_VERB_STANDING, frames, 2);
    eg_buf_done(&receipt);
    eg_buf_done(&text);
}

static void on_ping(struct eg_fake_gateway *fake, const struct eg_arrival *arrival)
{
    struct eg_error err = {.status = EG_OK};
    const struct eg_pong pong = {.at_ms = 1000, .size = 17};
    struct eg_buf text = {0};
    eg_buf_init(&text, EG_SIGNED_TEXT_MAX);
    must(eg_pong_write(&text, &pong, &err), &err);
    const struct eg_bytes frame = eg_bytes_view(&text);
    answer(fake->hall, arrival, EG_VERB_PONG, &frame, 1);
    eg_buf_done(&text);
}

/* Count down a number of the script; true while it is above 0. */
static bool spend(atomic_int *number)
{
    if (atomic_load(number) <= 0) {
        return false;
    }
    atomic_fetch_sub(number, 1);
    return true;
}

static void submit_or_refuse(struct eg_fake_gateway *fake, const struct eg_arrival *arrival)
{
    int error = atomic_load(&fake->script.error);
    atomic_fetch_add(&fake->script.submits, 1);
    if (spend(&fake->script.busy)) {
        int code = atomic_load(&fake->script.busy_code);
        refuse(fake->hall, arrival, code == 0 ? EG_CODE_BUSY : (enum eg_code)code, BUSY_MS);
    } else if (error != 0) {
        refuse(fake->hall, arrival, (enum eg_code)error,
               eg_code_row((enum eg_code)error)->retry_after_ms);
    } else {
        on_submit(fake, arrival);
    }
}

static void give_credit(struct eg_fake_gateway *fake, const struct eg_arrival *arrival)
{
    struct eg_credit_body body;
    for (size_t i = 0; i < FOLLOWERS_MAX; i++) {
        struct follower *follower = &fake->followers[i];
        if (follower->route.len == arrival->route.len &&
            memcmp(follower->route.id, arrival->route.id, arrival->route.len) == 0 &&
            eg_credit_body_read(&body, &arrival->message, NULL)) {
            follower->credit += body.credit;
        }
    }
}

static void in_hall(void *payload, const struct eg_arrival *arrival)
{
    struct eg_fake_gateway *fake = payload;
    if (!arrival->readable) {
        refuse(fake->hall, arrival, EG_CODE_MALFORMED, 0);
        return;
    }
    if (spend(&fake->script.mute)) {
        return;
    }
    if (spend(&fake->script.greet_again)) {
        refuse(fake->hall, arrival, EG_CODE_GREET_AGAIN, 0);
        return;
    }
    switch (arrival->message.verb) {
    case EG_VERB_SUBMIT:
        submit_or_refuse(fake, arrival);
        break;
    case EG_VERB_STATUS:
        on_status(fake, arrival);
        break;
    case EG_VERB_FOLLOW:
        atomic_fetch_add(&fake->script.follows, 1);
        on_follow(fake, arrival);
        break;
    case EG_VERB_CREDIT:
        atomic_fetch_add(&fake->script.credits, 1);
        give_credit(fake, arrival);
        break;
    case EG_VERB_ACK:
        atomic_fetch_add(&fake->script.acks, 1);
        on_ack(fake, arrival);
        break;
    case EG_VERB_PING:
        on_ping(fake, arrival);
        break;
    case EG_VERB_BYE:
        atomic_fetch_add(&fake->script.byes, 1);
        break;
    default:
        refuse(fake->hall, arrival, EG_CODE_MALFORMED, 0);
    }
}

/* ---- the thread -------------------------------------------------------------------------------
 */

static bool admit_anyone(void *payload, const char *key, const char *address)
{
    (void)payload;
    (void)key;
    (void)address;
    return true;
}

static bool admit_known(void *payload, const char *key, const char *address)
{
    const struct eg_fake_gateway *fake = payload;
    (void)address;
    for (size_t i = 0; i < KEYS_MAX; i++) {
        if (strcmp(fake->admitted[i], key) == 0) {
            return true;
        }
    }
    return false;
}

static void open_sockets(struct eg_fake_gateway *fake, const char *door, const char *hall)
{
    struct eg_error err = {.status = EG_OK};
    struct eg_router_settings settings = {.bind = door,
                                          .secret = fake->door_secret,
                                          .message_max = EG_SIGNED_TEXT_MAX,
                                          .high_water = 1000,
                                          .admit = admit_anyone,
                                          .payload = fake};
    must(eg_router_open(&fake->door, &settings, &err), &err);
    settings.bind = hall;
    settings.secret = fake->hall_secret;
    settings.message_max = 2 * EG_MIB;
    settings.admit = admit_known;
    must(eg_router_open(&fake->hall, &settings, &err), &err);
}

static void *run(void *payload)
{
    struct eg_fake_gateway *fake = payload;
    while (!atomic_load(&fake->stop)) {
        struct timespec pause = {.tv_nsec = 1000000};
        pthread_mutex_lock(&fake->lock);
        if (fake->door != NULL && eg_router_wait(fake->door, NULL, NULL, 0, TURN_MS)) {
            eg_router_take(fake->door, 16, at_door, fake);
        }
        if (fake->hall != NULL && eg_router_wait(fake->hall, NULL, NULL, 0, TURN_MS)) {
            eg_router_take(fake->hall, 16, in_hall, fake);
        }
        if (fake->hall != NULL) {
            feed(fake);
        }
        pthread_mutex_unlock(&fake->lock);
        nanosleep(&pause, NULL); /* lets a restart have the lock */
    }
    return NULL;
}

struct eg_fake_gateway *eg_fake_gateway_start(void)
{
    struct eg_error err = {.status = EG_OK};
    struct eg_fake_gateway *fake = calloc(1, sizeof *fake);
    if (fake == NULL) {
        abort();
    }
    make_identities(fake);
    must(eg_curve_new(fake->card.door_key, fake->door_secret, &err), &err);
    must(eg_curve_new(fake->card.hall_key, fake->hall_secret, &err), &err);
    must(eg_ed25519_new(fake->seed, fake->card.log_key, &err), &err);
    must(eg_ed25519_new(fake->other_seed, fake->other_public, &err), &err);
    memcpy(fake->card.origin, EG_FAKE_ORIGIN, sizeof EG_FAKE_ORIGIN);
    memcpy(fake->card.gateway, "gateway", 8);
    open_sockets(fake, "tcp://127.0.0.1:*", "tcp://127.0.0.1:*");
    snprintf(fake->card.door, sizeof fake->card.door, "%s", eg_router_endpoint(fake->door));
    snprintf(fake->card.hall, sizeof fake->card.hall, "%s", eg_router_endpoint(fake->hall));
    make_cards(fake);
    pthread_mutex_init(&fake->lock, NULL);
    if (pthread_create(&fake->thread, NULL, run, fake) != 0) {
        abort();
    }
    return fake;
}

void eg_fake_gateway_close(struct eg_fake_gateway *fake)
{
    pthread_mutex_lock(&fake->lock);
    eg_router_close(&fake->door);
    eg_router_close(&fake->hall);
    memset(fake->admitted, 0, sizeof fake->admitted);
    fake->follower_count = 0;
    memset(fake->followers, 0, sizeof fake->followers);
    pthread_mutex_unlock(&fake->lock);
}

void eg_fake_gateway_restart(struct eg_fake_gateway *fake)
{
    eg_fake_gateway_close(fake);
    pthread_mutex_lock(&fake->lock);
    open_sockets(fake, fake->card.door, fake->card.hall);
    pthread_mutex_unlock(&fake->lock);
}

void eg_fake_gateway_stop(struct eg_fake_gateway **fake)
{
    struct eg_fake_gateway *gone = *fake;
    struct eg_fake_files *files = &gone->files;
    struct eg_buf *buffers[] = {&files->ca,           &files->stranger_ca,   &files->gateway_key,
                                &files->gateway_pem,  &files->operator_key,  &files->operator_pem,
                                &files->card,         &files->card_cms,      &files->old_card,
                                &files->old_card_cms, &files->hello_card_cms};
    *fake = NULL;
    atomic_store(&gone->stop, true);
    pthread_join(gone->thread, NULL);
    eg_router_close(&gone->door);
    eg_router_close(&gone->hall);
    eg_signing_key_free(&gone->key);
    eg_signing_key_free(&gone->operator_key);
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++) {
        eg_buf_done(buffers[i]);
    }
    pthread_mutex_destroy(&gone->lock);
    free(gone);
}

struct eg_fake_script *eg_fake_gateway_script(struct eg_fake_gateway *fake)
{
    return &fake->script;
}

const struct eg_fake_files *eg_fake_gateway_files(const struct eg_fake_gateway *fake)
{
    return &fake->files;
}
