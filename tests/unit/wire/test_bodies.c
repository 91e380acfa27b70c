/*
 * Bodies of the verbs about receipts and streams.
 */
#include "wire/bodies.h"

#include <criterion/criterion.h>
#include <string.h>

static uint8_t octets[100];

static struct eg_bytes run_of(size_t len)
{
    return (struct eg_bytes){octets, len};
}

static struct eg_message message_of(enum eg_verb verb, size_t n, const char *const *frames)
{
    struct eg_message message;
    eg_message_start(&message, verb, eg_bytes_of("r"));
    for (size_t i = 0; i < n; i++) {
        eg_message_add(&message, eg_bytes_of(frames[i]));
    }
    return message;
}

static bool follow(struct eg_follow_body *out, const char *stream, const char *cursor,
                   const char *credit, const char *filter)
{
    struct eg_message message =
        message_of(EG_VERB_FOLLOW, 4, (const char *[]){stream, cursor, credit, filter});
    const char *why = NULL;
    bool read = eg_follow_body_read(out, &message, &why);
    cr_assert(read || why != NULL);
    return read;
}

Test(bodies, reads_a_follow_with_and_without_cursor)
{
    struct eg_follow_body body;
    cr_assert(follow(&body, "de.nw.authority", "17.2", "1000", ""));
    cr_assert(!body.resume);
    cr_assert(body.cursor.index == 17 && body.cursor.number == 2 && body.credit == 1000);
    cr_assert_str_eq(body.stream, "de.nw.authority");
    cr_assert(follow(&body, "a", "", "0", ""));
    cr_assert(body.resume);
    cr_assert(body.cursor.index == 0 && body.cursor.number == 0);
}

Test(bodies, refuses_a_follow_with_a_flaw)
{
    struct eg_follow_body body;
    char longest[EG_ID_MAX + 2];
    memset(longest, 'a', sizeof longest);
    longest[EG_ID_MAX + 1] = '\0';
    cr_assert(!follow(&body, longest, "", "1", ""));
    longest[EG_ID_MAX] = '\0';
    cr_assert(follow(&body, longest, "", "1", ""));
    cr_assert(!follow(&body, "", "", "1", ""));
    cr_assert(!follow(&body, "a b", "", "1", ""));
    cr_assert(!follow(&body, "a\n", "", "1", ""));
    cr_assert(!follow(&body, "a", "1", "1", ""));
    cr_assert(!follow(&body, "a", "", "", ""));
    cr_assert(!follow(&body, "a", "", "1001", ""));
    cr_assert(!follow(&body, "a", "", "-1", ""));
    cr_assert(!follow(&body, "a", "", "1", "all"));
}

Test(bodies, refuses_a_credit_of_nothing_or_too_much)
{
    static const struct {
        const char *text;
        bool fits;
    } cases[] = {{"1", true}, {"1000", true}, {"0", false}, {"1001", false},
                 {"", false}, {"01", false},  {"1 ", false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct eg_credit_body body;
        struct eg_message message =
            message_of(EG_VERB_CREDIT, 2, (const char *[]){"a", cases[i].text});
        cr_assert_eq(eg_credit_body_read(&body, &message, NULL), cases[i].fits, "%s",
                     cases[i].text);
    }
    struct eg_credit_body body;
    struct eg_message message = message_of(EG_VERB_CREDIT, 2, (const char *[]){"", "1"});
    cr_assert(!eg_credit_body_read(&body, &message, NULL));
}

Test(bodies, reads_ack_acked_and_following_alike)
{
    static const enum eg_verb verbs[] = {EG_VERB_ACK, EG_VERB_ACKED, EG_VERB_FOLLOWING};
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        struct eg_cursor_body body;
        const char *why = NULL;
        struct eg_message good = message_of(verbs[i], 2, (const char *[]){"a", "3.1"});
        struct eg_message bare = message_of(verbs[i], 2, (const char *[]){"a", ""});
        struct eg_message nameless = message_of(verbs[i], 2, (const char *[]){"", "3.1"});
        cr_assert(eg_cursor_body_read(&body, &good, &why));
        cr_assert_eq(body.cursor.index, 3);
        cr_assert(!eg_cursor_body_read(&body, &bare, &why));
        cr_assert(!eg_cursor_body_read(&body, &nameless, &why));
    }
}

static struct eg_message item_of(const char *previous, const char *cursor, const char *name,
                                 size_t salt_len)
{
    struct eg_message message = message_of(
        EG_VERB_ITEM, 5, (const char *[]){"authority", previous, cursor, "receipt", name});
    eg_message_add(&message, run_of(salt_len));
    eg_message_add(&message, eg_bytes_of("notification"));
    return message;
}

Test(bodies, reads_an_item)
{
    struct eg_item_body body;
    struct eg_message message = item_of("0.0", "3.1", "daily", 32);
    cr_assert(eg_item_body_read(&body, &message, NULL));
    cr_assert_str_eq(body.name, "daily");
    cr_assert(eg_bytes_is(body.notification, "notification"));
}

Test(bodies, refuses_an_item_with_a_flaw)
{
    static const struct {
        const char *previous, *cursor, *name;
        size_t salt_len;
    } flawed[] = {
        {"3.1", "3.1", "daily", 32}, /* does not move */
        {"3.2", "3.1", "daily", 32}, /* moves back */
        {"", "3.1", "daily", 32},    {"0.0", "", "daily", 32},    {"0.0", "3.1", "", 32},
        {"0.0", "3.1", "a b", 32},   {"0.0", "3.1", "daily", 31}, {"0.0", "3.1", "daily", 33},
        {"0.0", "3.1", "daily", 0},
    };
    for (size_t i = 0; i < sizeof flawed / sizeof *flawed; i++) {
        struct eg_item_body body;
        const char *why = NULL;
        struct eg_message message =
            item_of(flawed[i].previous, flawed[i].cursor, flawed[i].name, flawed[i].salt_len);
        cr_assert(!eg_item_body_read(&body, &message, &why), "case %zu", i);
        cr_assert_not_null(why);
    }
}

Test(bodies, takes_exactly_two_salts_with_a_receipt)
{
    octets[31] = 1;
    octets[32] = 2;
    for (size_t len = 0; len <= 96; len++) {
        struct eg_receipt_body body;
        struct eg_message message = message_of(EG_VERB_RECEIPT, 1, (const char *[]){"receipt"});
        eg_message_add(&message, run_of(len));
        eg_message_add(&message, eg_bytes_of("findings"));
        eg_message_add(&message, eg_bytes_of("de"));
        eg_message_add(&message, eg_bytes_of("en"));
        bool read = eg_receipt_body_read(&body, &message, NULL);
        cr_assert_eq(read, len == 64);
        if (read) {
            cr_assert_eq(body.findings_salt.octets[31], 1);
            cr_assert_eq(body.report_salt.octets[0], 2);
        }
    }
}
