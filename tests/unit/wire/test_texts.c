/*
 * The texts of the protocol. Each reader is given its good text, then that text with one flaw.
 */
#include "wire/texts.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY_A "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"
#define KEY_B "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"
#define HEX_64 "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"

static const char hello_text[] = "emgate hello 1\n"
                                 "origin demo.emgate.example\n"
                                 "door-key " KEY_A "\n"
                                 "client-key " KEY_B "\n"
                                 "versions EMX1\n"
                                 "at 2026-11-23T22:30:00.123Z\n"
                                 "nonce 000102030405060708090a0b0c0d0e0f\n";
static const char welcome_text[] = "emgate welcome 1\n"
                                   "hello sha256:" HEX_64 "\n"
                                   "version EMX1\n"
                                   "participant de.example.operator\n"
                                   "admitted-until 2026-11-24T10:00:00.000Z\n"
                                   "report-max 33554432\n"
                                   "credit-max 1000\n";
static const char answer_text[] = "emgate answer 1\n"
                                  "code cert-expired\n"
                                  "retry-after 0\n"
                                  "rule RFC 5280 6.1.3\n"
                                  "where CN=plant 7\n"
                                  "text notAfter 2026-01-01T00:00:00.000Z\n"
                                  "de Ein Satz.\n"
                                  "en A sentence.\n";
static const char standing_text[] = "emgate standing 1\n"
                                    "index 17\n"
                                    "delivery daily de.nw.authority waiting\n"
                                    "delivery copy de.example.operator acknowledged\n";
static const char pong_text[] = "emgate pong 1\n"
                                "time 2026-11-23T22:30:00.123Z\n"
                                "size 34\n";

/* Every reader by one form: 1 read, 0 refused with EG_E_FORMAT and a place. */
typedef bool (*reads_fn)(struct eg_bytes text);

#define READS(kind)                                                                                \
    static bool reads_##kind(struct eg_bytes text)                                                 \
    {                                                                                              \
        struct eg_##kind out;                                                                      \
        struct eg_error err = {.status = EG_OK};                                                   \
        enum eg_status status = eg_##kind##_read(&out, text, &err);                                \
        cr_assert(status == EG_OK || (status == EG_E_FORMAT && err.text[0] != '\0'));              \
        return status == EG_OK;                                                                    \
    }
READS(hello)
READS(welcome)
READS(card)
READS(standing)
READS(pong)

static bool reads_answer(struct eg_bytes text)
{
    struct eg_answer_text out;
    return eg_answer_read(&out, text, NULL) == EG_OK;
}

/* The first occurrence of `from` in `text` replaced by `to`; free() it. */
static char *with(const char *text, const char *from, const char *to)
{
    const char *at = strstr(text, from);
    cr_assert_not_null(at, "%s", from);
    size_t size = strlen(text) + strlen(to) + 1;
    char *out = malloc(size);
    cr_assert_not_null(out);
    snprintf(out, size, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    return out;
}

static void refuses(reads_fn reads, const char *text, const char *from, const char *to)
{
    char *flawed = with(text, from, to);
    cr_assert(!reads(eg_bytes_of(flawed)), "accepted with \"%s\" for \"%s\"", to, from);
    free(flawed);
}

/* A card needs a verifier key of its origin: write one. */
static char *card_text(void)
{
    struct eg_card card = {.origin = "demo.emgate.example",
                           .gateway = "gateway",
                           .door = "tcp://127.0.0.1:7001",
                           .hall = "tcp://127.0.0.1:7002",
                           .door_key = KEY_A,
                           .hall_key = KEY_B,
                           .valid_from_ms = 1000,
                           .valid_until_ms = 1000 + EG_CARD_VALID_MAX_MS};
    struct eg_buf out = {0};
    struct eg_error err = {.status = EG_OK};
    eg_buf_init(&out, EG_SIGNED_TEXT_MAX);
    cr_assert_eq(eg_card_write(&out, &card, &err), EG_OK, "%s: %s", err.where, err.text);
    char *text = eg_bytes_dup(eg_bytes_view(&out));
    eg_buf_done(&out);
    return text;
}

/* What holds for all of them: cut anywhere, lines twice, out of order, unknown, trailing. */
static void is_strict(reads_fn reads, const char *text)
{
    size_t len = strlen(text);
    cr_assert(reads(eg_bytes_of(text)), "%s", text);
    for (size_t cut = 0; cut < len; cut++) {
        struct eg_bytes part = {(const uint8_t *)text, cut};
        bool whole_lines = cut > 0 && text[cut - 1] == '\n';
        /* standing may have fewer deliveries */
        cr_assert(!reads(part) || (whole_lines && reads == reads_standing), "cut at %zu", cut);
    }
    static const char *const tails[] = {"\n", "x", "unknown 1\n", " ", "emgate hello 1\n"};
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
        size_t size = len + strlen(tails[i]) + 1;
        char *longer = malloc(size);
        cr_assert_not_null(longer);
        snprintf(longer, size, "%s%s", text, tails[i]);
        cr_assert(!reads(eg_bytes_of(longer)), "tail %zu", i);
        free(longer);
    }
    refuses(reads, text, " 1\n", " 2\n");
    refuses(reads, text, "emgate ", "Emgate ");
    refuses(reads, text, "\n", "\r\n");
    refuses(reads, text, "\n", "\n\n");
    refuses(reads, text, "\n", "\nzzz 1\n");
}

/* Each line doubled, and each line swapped with the next: refused. */
static void keeps_its_order(reads_fn reads, const char *text)
{
    const char *line = strchr(text, '\n') + 1;
    for (; *line != '\0'; line = strchr(line, '\n') + 1) {
        const char *next = strchr(line, '\n') + 1;
        size_t size = 2 * strlen(text) + 1;
        char *doubled = malloc(size);
        char *swapped = malloc(size);
        cr_assert(doubled != NULL && swapped != NULL);
        snprintf(doubled, size, "%.*s%.*s%s", (int)(next - text), text, (int)(next - line), line,
                 next);
        cr_assert(!reads(eg_bytes_of(doubled)), "%s", doubled);
        if (*next != '\0') {
            const char *after = strchr(next, '\n') + 1;
            snprintf(swapped, size, "%.*s%.*s%.*s%s", (int)(line - text), text, (int)(after - next),
                     next, (int)(next - line), line, after);
            cr_assert(!reads(eg_bytes_of(swapped)), "%s", swapped);
        }
        free(doubled);
        free(swapped);
    }
}

Test(texts, hello_is_strict)
{
    is_strict(reads_hello, hello_text);
    keeps_its_order(reads_hello, hello_text);
}

Test(texts, hello_refuses_values_out_of_bounds)
{
    refuses(reads_hello, hello_text, "demo.emgate.example", "");
    refuses(reads_hello, hello_text, "demo.emgate.example", "two words");
    refuses(reads_hello, hello_text, KEY_A, "");
    refuses(reads_hello, hello_text, "rq:rM", "rq:r\\");
    refuses(reads_hello, hello_text, "rq:rM", "rq:r");
    refuses(reads_hello, hello_text, "rq:rM", "rq:rMM");
    refuses(reads_hello, hello_text, "rq:rM", "#####"); /* more than 32 bits */
    refuses(reads_hello, hello_text, "versions EMX1", "versions ");
    refuses(reads_hello, hello_text, "versions EMX1", "versions EMX1,");
    refuses(reads_hello, hello_text, "versions EMX1", "versions ,EMX1");
    refuses(reads_hello, hello_text, "versions EMX1", "versions EMX1,,EMX2");
    refuses(reads_hello, hello_text, "versions EMX1", "versions EMX1, EMX2");
    refuses(reads_hello, hello_text, "versions EMX1", "versions emx1");
    refuses(reads_hello, hello_text, "00.123Z", "00Z");
    refuses(reads_hello, hello_text, "2026-11-23", "2026-02-30");
    refuses(reads_hello, hello_text, "0d0e0f", "0d0e");
    refuses(reads_hello, hello_text, "0d0e0f", "0d0e0f00");
    refuses(reads_hello, hello_text, "0d0e0f", "0D0E0F");
}

Test(texts, hello_refuses_an_origin_one_over)
{
    char origin[EG_ORIGIN_MAX + 2];
    memset(origin, 'a', sizeof origin);
    origin[EG_ORIGIN_MAX] = '\0';
    char *largest = with(hello_text, "demo.emgate.example", origin);
    cr_assert(reads_hello(eg_bytes_of(largest)));
    free(largest);
    origin[EG_ORIGIN_MAX] = 'a';
    origin[EG_ORIGIN_MAX + 1] = '\0';
    refuses(reads_hello, hello_text, "demo.emgate.example", origin);
}

Test(texts, hello_says_which_versions_it_offers)
{
    struct eg_hello hello;
    char *text = with(hello_text, "versions EMX1", "versions EMX9,EMX1,EMX10");
    cr_assert_eq(eg_hello_read(&hello, eg_bytes_of(text), NULL), EG_OK);
    free(text);
    cr_assert(eg_hello_offers(&hello, "EMX1"));
    cr_assert(eg_hello_offers(&hello, "EMX10"));
    cr_assert(!eg_hello_offers(&hello, "EMX"));
    cr_assert(!eg_hello_offers(&hello, "EMX2"));
    cr_assert(!eg_hello_offers(&hello, ""));
}

Test(texts, hello_is_written_as_it_was_read)
{
    struct eg_hello hello;
    struct eg_buf out = {0};
    eg_buf_init(&out, EG_SIGNED_TEXT_MAX);
    cr_assert_eq(eg_hello_read(&hello, eg_bytes_of(hello_text), NULL), EG_OK);
    cr_assert_eq(eg_hello_write(&out, &hello, NULL), EG_OK);
    cr_assert(eg_bytes_is(eg_bytes_view(&out), hello_text));
    eg_buf_done(&out);
}

Test(texts, a_writer_refuses_what_its_reader_would)
{
    struct eg_hello hello;
    struct eg_error err = {.status = EG_OK};
    struct eg_buf out = {0};
    eg_buf_init(&out, EG_SIGNED_TEXT_MAX);
    cr_assert_eq(eg_hello_read(&hello, eg_bytes_of(hello_text), NULL), EG_OK);
    hello.origin[0] = '\0';
    cr_assert_eq(eg_hello_write(&out, &hello, &err), EG_E_FORMAT);
    cr_assert_neq(err.text[0], '\0');
    eg_buf_done(&out);
}

Test(texts, a_writer_passes_on_that_its_buffer_is_full)
{
    struct eg_hello hello;
    struct eg_buf out = {0};
    eg_buf_init(&out, 50);
    cr_assert_eq(eg_hello_read(&hello, eg_bytes_of(hello_text), NULL), EG_OK);
    cr_assert_eq(eg_hello_write(&out, &hello, NULL), EG_E_LIMIT);
    eg_buf_done(&out);
}

Test(texts, welcome_is_strict)
{
    is_strict(reads_welcome, welcome_text);
    keeps_its_order(reads_welcome, welcome_text);
    refuses(reads_welcome, welcome_text, "sha256:2", "sha256:");
    refuses(reads_welcome, welcome_text, "sha256:", "sha512:");
    refuses(reads_welcome, welcome_text, "report-max 33554432", "report-max 033554432");
    refuses(reads_welcome, welcome_text, "report-max 33554432", "report-max 18446744073709551615");
    refuses(reads_welcome, welcome_text, "credit-max 1000", "credit-max 1001");
    refuses(reads_welcome, welcome_text, "credit-max 1000", "credit-max -1");
    refuses(reads_welcome, welcome_text, "version EMX1", "version EMX1EMX1EMX1EMX1");
    refuses(reads_welcome, welcome_text, "de.example.operator", "");
}

Test(texts, welcome_is_written_as_it_was_read)
{
    struct eg_welcome welcome;
    struct eg_buf out = {0};
    eg_buf_init(&out, EG_SIGNED_TEXT_MAX);
    cr_assert_eq(eg_welcome_read(&welcome, eg_bytes_of(welcome_text), NULL), EG_OK);
    cr_assert_eq(eg_welcome_write(&out, &welcome, NULL), EG_OK);
    cr_assert(eg_bytes_is(eg_bytes_view(&out), welcome_text));
    eg_buf_done(&out);
}

Test(texts, card_is_strict)
{
    char *text = card_text();
    is_strict(reads_card, text);
    keeps_its_order(reads_card, text);
    refuses(reads_card, text, "tcp://127.0.0.1:7001", "127.0.0.1:7001");
    refuses(reads_card, text, "tcp://127.0.0.1:7001", "inproc://door");
    refuses(reads_card, text, "tcp://127.0.0.1:7001", "tcp://");
    refuses(reads_card, text, "tcp://127.0.0.1:7001", "tcp://a b");
    refuses(reads_card, text, "origin demo", "origin other"); /* of another origin than the key */
    refuses(reads_card, text, "log-key demo", "log-key other");
    refuses(reads_card, text, "valid-until 1970-01-08", "valid-until 1970-01-09"); /* too long */
    refuses(reads_card, text, "valid-until 1970-01-08", "valid-until 1970-01-01"); /* none */
    free(text);
}

Test(texts, card_takes_an_endpoint_of_the_full_length_and_refuses_one_over)
{
    char endpoint[EG_ENDPOINT_MAX + 2];
    memset(endpoint, 'a', sizeof endpoint);
    memcpy(endpoint, "tcp://", 6);
    endpoint[EG_ENDPOINT_MAX] = '\0';
    char *text = card_text();
    char *largest = with(text, "tcp://127.0.0.1:7001", endpoint);
    cr_assert(reads_card(eg_bytes_of(largest)));
    free(largest);
    endpoint[EG_ENDPOINT_MAX] = 'a';
    endpoint[EG_ENDPOINT_MAX + 1] = '\0';
    refuses(reads_card, text, "tcp://127.0.0.1:7001", endpoint);
    free(text);
}

Test(texts, answer_is_strict)
{
    is_strict(reads_answer, answer_text);
    keeps_its_order(reads_answer, answer_text);
    refuses(reads_answer, answer_text, "retry-after 0", "retry-after 4294967296");
    refuses(reads_answer, answer_text, "rule RFC 5280 6.1.3", "rule ");
    refuses(reads_answer, answer_text, "de Ein Satz.", "de ");
    refuses(reads_answer, answer_text, "de Ein Satz.", "de Ein\\nSatz.");
    refuses(reads_answer, answer_text, "de Ein Satz.", "de Ein \\x Satz.");
    refuses(reads_answer, answer_text, "de Ein Satz.\n", "");
}

Test(texts, answer_may_leave_out_what_is_empty)
{
    char *text = with(answer_text, "rule RFC 5280 6.1.3\n", "");
    cr_assert(reads_answer(eg_bytes_of(text)));
    free(text);
    text = with(answer_text, "where CN=plant 7\n", "");
    cr_assert(reads_answer(eg_bytes_of(text)));
    free(text);
}

Test(texts, answer_of_a_newer_gateway_keeps_its_unknown_code)
{
    struct eg_answer_text answer;
    char *text = with(answer_text, "cert-expired", "cert-of-tomorrow");
    cr_assert_eq(eg_answer_read(&answer, eg_bytes_of(text), NULL), EG_OK);
    cr_assert_eq(answer.code, EG_CODE_COUNT);
    cr_assert_str_eq(answer.code_text, "cert-of-tomorrow");
    free(text);
}

Test(texts, answer_of_every_code_is_written_and_read)
{
    for (unsigned code = 0; code < EG_CODE_COUNT; code++) {
        struct eg_answer_text answer = {.code = (enum eg_code)code, .retry_after_ms = code};
        struct eg_answer_text again;
        struct eg_error err = {.status = EG_OK};
        struct eg_buf out = {0};
        eg_buf_init(&out, EG_SIGNED_TEXT_MAX);
        cr_assert_eq(eg_answer_write(&out, &answer, &err), EG_OK, "%s", err.text);
        cr_assert_eq(eg_answer_read(&again, eg_bytes_view(&out), NULL), EG_OK);
        cr_assert_eq(again.code, code);
        cr_assert_eq(again.retry_after_ms, code);
        cr_assert_neq(again.de[0], '\0');
        cr_assert_neq(again.en[0], '\0');
        eg_buf_done(&out);
    }
}

Test(texts, answer_cleans_what_a_certificate_may_bring)
{
    struct eg_answer_text answer = {.code = EG_CODE_CERT_PATH,
                                    .where = "CN=a\nb\x1b[2J\\c",
                                    .text = "bad octet \xff, tab\there"};
    struct eg_answer_text again;
    struct eg_buf out = {0};
    eg_buf_init(&out, EG_SIGNED_TEXT_MAX);
    cr_assert_eq(eg_answer_write(&out, &answer, NULL), EG_OK);
    cr_assert_eq(eg_answer_read(&again, eg_bytes_view(&out), NULL), EG_OK);
    cr_assert_str_eq(again.where, "CN=a?b?[2J\\c");
    cr_assert_str_eq(again.text, "bad octet ?, tab?here");
    eg_buf_done(&out);
}

Test(texts, answer_keeps_umlauts)
{
    struct eg_answer_text answer = {.code = EG_CODE_CERT_PATH, .where = "CN=Köln"};
    struct eg_answer_text again;
    struct eg_buf out = {0};
    eg_buf_init(&out, EG_SIGNED_TEXT_MAX);
    cr_assert_eq(eg_answer_write(&out, &answer, NULL), EG_OK);
    cr_assert_eq(eg_answer_read(&again, eg_bytes_view(&out), NULL), EG_OK);
    cr_assert_str_eq(again.where, "CN=Köln");
    eg_buf_done(&out);
}

Test(texts, standing_is_strict)
{
    is_strict(reads_standing, standing_text);
    refuses(reads_standing, standing_text, "waiting", "Waiting");
    refuses(reads_standing, standing_text, " waiting", "");
    refuses(reads_standing, standing_text, "daily ", "daily  ");
    refuses(reads_standing, standing_text, "index 17\n", "");
    refuses(reads_standing, standing_text, "index 17", "index 017");
}

Test(texts, standing_takes_16_deliveries_and_refuses_17)
{
    struct eg_buf text = {0};
    eg_buf_init(&text, EG_SIGNED_TEXT_MAX);
    eg_buf_text(&text, "emgate standing 1\nindex 0\n");
    for (int i = 0; i < EG_NOTIFICATIONS_MAX; i++) {
        eg_buf_text(&text, "delivery n r waiting\n");
    }
    cr_assert(reads_standing(eg_bytes_view(&text)));
    eg_buf_text(&text, "delivery n r waiting\n");
    cr_assert(!reads_standing(eg_bytes_view(&text)));
    eg_buf_done(&text);
}

Test(texts, standing_and_pong_are_written_as_they_were_read)
{
    struct eg_standing standing;
    struct eg_pong pong;
    struct eg_buf out = {0};
    eg_buf_init(&out, EG_SIGNED_TEXT_MAX);
    cr_assert_eq(eg_standing_read(&standing, eg_bytes_of(standing_text), NULL), EG_OK);
    cr_assert_eq(eg_standing_write(&out, &standing, NULL), EG_OK);
    cr_assert(eg_bytes_is(eg_bytes_view(&out), standing_text));
    eg_buf_reset(&out);
    cr_assert_eq(eg_pong_read(&pong, eg_bytes_of(pong_text), NULL), EG_OK);
    cr_assert_eq(eg_pong_write(&out, &pong, NULL), EG_OK);
    cr_assert(eg_bytes_is(eg_bytes_view(&out), pong_text));
    eg_buf_done(&out);
}

Test(texts, pong_is_strict)
{
    is_strict(reads_pong, pong_text);
    keeps_its_order(reads_pong, pong_text);
    refuses(reads_pong, pong_text, "size 34", "size 18446744073709551616");
}

Test(texts, one_kind_is_never_read_as_another)
{
    char *card = card_text();
    const char *const texts[] = {hello_text,  welcome_text,  card,
                                 answer_text, standing_text, pong_text};
    static const reads_fn readers[] = {reads_hello,  reads_welcome,  reads_card,
                                       reads_answer, reads_standing, reads_pong};
    for (size_t i = 0; i < 6; i++) {
        for (size_t k = 0; k < 6; k++) {
            cr_assert_eq(readers[i](eg_bytes_of(texts[k])), i == k);
        }
    }
    free(card);
}
