/*
 * Statements of a publisher about a package: one form only, and what they mean for its periods.
 */
#include "core/package_state.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIGEST "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define HEAD "emgate package-state 1\npackage de.x 1.0.0 " DIGEST "\nnumber 2\n"
#define REASON "reason The ordinance was amended.\n"

static struct eg_error err;

static bool reads(const char *text)
{
    struct eg_package_state state = {.number = 77};
    memset(&err, 0, sizeof err);
    bool good = eg_package_state_read(&state, eg_bytes_of(text), &err) == EG_OK;
    cr_assert(good || (state.number == 77 && err.status == EG_E_FORMAT));
    return good;
}

Test(package_state, reads_every_form)
{
    cr_assert(reads(HEAD "state active\n" REASON), "%s", err.text);
    cr_assert(reads(HEAD "state withdrawn\n" REASON), "%s", err.text);
    cr_assert(reads(HEAD "state active\nfirst 2026-01-01\n" REASON));
    cr_assert(reads(HEAD "state active\nlast 2026-01-01\n" REASON));
    cr_assert(reads(HEAD "state withdrawn\nlast 2026-01-01\n" REASON));
    cr_assert(reads(HEAD "state withdrawn\nfirst 2026-01-01\nlast 2026-01-01\n" REASON));
}

Test(package_state, writes_what_it_reads)
{
    struct eg_package_state state;
    struct eg_buf out;
    const char *text = HEAD "state withdrawn\nfirst 2025-01-01\nlast 2026-01-01\n" REASON;
    cr_assert_eq(eg_package_state_read(&state, eg_bytes_of(text), &err), EG_OK);
    cr_assert_str_eq(state.package.id, "de.x");
    cr_assert_eq(state.number, 2);
    cr_assert_str_eq(state.reason, "The ordinance was amended.");
    eg_buf_init(&out, EG_SIGNED_TEXT_MAX);
    cr_assert_eq(eg_package_state_write(&out, &state, &err), EG_OK);
    cr_assert(eg_bytes_is(eg_bytes_view(&out), text));
    eg_buf_done(&out);
}

Test(package_state, refuses_what_has_no_one_form)
{
    static const char *const wrong[] = {
        "",
        "emgate package-state 2\n",
        "emgate package-state 1\n",
        HEAD,
        HEAD "state active\n",
        HEAD REASON,
        HEAD "state Active\n" REASON,
        HEAD "state active\nstate active\n" REASON,
        HEAD REASON "state active\n",
        HEAD "state active\n" REASON REASON,
        HEAD "state active\n" REASON "more x\n",
        HEAD "state active\nlast 2026-01-01\nfirst 2025-01-01\n" REASON,
        HEAD "state active\nfirst 2026-01-02\nlast 2026-01-01\n" REASON,
        HEAD "state active\nfirst 2026-02-30\n" REASON,
        HEAD "state active\nfirst 2026-1-1\n" REASON,
        HEAD "state active\nfirst \n" REASON,
        HEAD "state withdrawn\nfirst 2026-01-01\n" REASON,
        HEAD "state active\nreason \n",
        HEAD "state active\nreason a\\nb\n",
        HEAD "state active\nreason a\rb\n",
        HEAD "state active\nreason no line end",
        "emgate package-state 1\npackage de.x " DIGEST "\nnumber 2\nstate active\n" REASON,
        "emgate package-state 1\npackage de.x 1.0.0 sha256:00\nnumber 2\nstate active\n" REASON,
        "emgate package-state 1\npackage de x 1.0.0 " DIGEST "\nnumber 2\nstate active\n" REASON,
        "emgate package-state 1\npackage de.x 1.0.0 " DIGEST "\nnumber 0\nstate active\n" REASON,
        "emgate package-state 1\npackage de.x 1.0.0 " DIGEST "\nnumber 02\nstate active\n" REASON,
        "emgate package-state 1\npackage de.x 1.0.0 " DIGEST
        "\nnumber 1000000\nstate active\n" REASON,
        "emgate package-state 1\nnumber 2\npackage de.x 1.0.0 " DIGEST "\nstate active\n" REASON,
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        cr_expect_not(reads(wrong[i]), "%zu: %s", i, wrong[i]);
    }
}

Test(package_state, refuses_a_text_cut_short_anywhere)
{
    const char *text = HEAD "state active\nfirst 2025-01-01\n" REASON;
    char cut[400];
    for (size_t len = 0; len < strlen(text); len++) {
        snprintf(cut, sizeof cut, "%.*s", (int)len, text);
        cr_expect_not(reads(cut), "%zu", len);
    }
}

Test(package_state, bounds_the_reason)
{
    struct eg_package_state state = {.number = 1, .reason = "x"};
    struct eg_buf out;
    memcpy(state.package.id, "de.x", 5);
    memcpy(state.package.version, "1.0.0", 6);
    memset(state.reason, 'r', EG_STATE_REASON_MAX);
    eg_buf_init(&out, EG_SIGNED_TEXT_MAX);
    cr_assert_eq(eg_package_state_write(&out, &state, &err), EG_OK, "%s", err.text);
    eg_buf_reset(&out);
    state.reason[3] = '\n';
    cr_assert_eq(eg_package_state_write(&out, &state, &err), EG_E_FORMAT);
    eg_buf_reset(&out);
    state.reason[0] = '\0';
    cr_assert_eq(eg_package_state_write(&out, &state, &err), EG_E_FORMAT);
    eg_buf_done(&out);
}

static struct eg_package package = {.from = "2020-01-01", .until = "2029-12-31"};

static struct eg_span under(const char *lines)
{
    struct eg_package_state state;
    char text[600];
    snprintf(text, sizeof text, HEAD "%s" REASON, lines);
    cr_assert_eq(eg_package_state_read(&state, eg_bytes_of(text), &err), EG_OK, "%s", err.text);
    return eg_package_state_span(&package, &state);
}

Test(package_state, narrows_and_never_widens_what_the_package_judges)
{
    struct eg_span span = eg_package_state_span(&package, NULL);
    cr_assert(eg_span_holds(&span, "2020-01-01", "2029-12-31"));
    span = under("state active\n");
    cr_assert(eg_span_holds(&span, "2020-01-01", "2029-12-31"));
    span = under("state active\nfirst 2010-01-01\nlast 2040-01-01\n");
    cr_assert_str_eq(span.first, "2020-01-01");
    cr_assert_str_eq(span.last, "2029-12-31");
    span = under("state active\nfirst 2025-01-01\n");
    cr_assert_not(eg_span_holds(&span, "2024-12-31", "2024-12-31"));
    cr_assert(eg_span_holds(&span, "2025-01-01", "2025-01-01"));
    span = under("state withdrawn\n");
    cr_assert(span.none);
    span = under("state withdrawn\nlast 2024-12-31\n");
    cr_assert(eg_span_holds(&span, "2024-12-31", "2024-12-31"));
    cr_assert_not(eg_span_holds(&span, "2024-12-31", "2025-01-01"));
    span = under("state active\nfirst 2030-01-01\n");
    cr_assert(span.none);
}

Test(package_state, is_of_one_package_only)
{
    struct eg_package_state state;
    cr_assert_eq(eg_package_state_read(&state, eg_bytes_of(HEAD "state active\n" REASON), &err),
                 EG_OK);
    struct eg_package_ref ref = state.package;
    cr_assert(eg_package_state_is_of(&state, &ref));
    ref.digest.octets[0] ^= 1;
    cr_assert_not(eg_package_state_is_of(&state, &ref));
    ref = state.package;
    ref.version[0] = '2';
    cr_assert_not(eg_package_state_is_of(&state, &ref));
}
