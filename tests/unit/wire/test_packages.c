/*
 * RULES and PACKAGES: what is asked, and the list of packages in its one form.
 */
#include "wire/packages.h"

#include "base/limits.h"

#include <criterion/criterion.h>
#include <string.h>

#define D "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define HEAD "emgate packages 1\n"
#define LINE "package de.x 1.0.0 " D

/* Number of lines, or -1. */
static int count(const char *text)
{
    struct eg_packages_reader reader;
    struct eg_package_line line;
    int lines = 0, next = 1;
    if (!eg_packages_start(&reader, eg_bytes_of(text))) {
        return -1;
    }
    while ((next = eg_packages_next(&reader, &line)) == 1) {
        lines++;
    }
    return next < 0 ? -1 : lines;
}

Test(packages, reads_every_form)
{
    cr_assert_eq(count(HEAD), 0);
    cr_assert_eq(count(HEAD LINE " active 2026-01-01 -\n"), 1);
    cr_assert_eq(count(HEAD LINE " active 2026-01-01 2026-01-01\n" LINE " archived - -\n" LINE
                                 " withdrawn - -\n"),
                 3);
}

Test(packages, refuses_what_has_no_one_form)
{
    static const char *const wrong[] = {
        "",
        "emgate packages 2\n",
        "emgate package 1\n",
        HEAD "\n",
        HEAD LINE "\n",
        HEAD LINE " active\n",
        HEAD LINE " active -\n",
        HEAD LINE " active - - -\n",
        HEAD LINE " active - 2026-01-01\n",
        HEAD LINE " active 2026-01-02 2026-01-01\n",
        HEAD LINE " active 2026-02-30 -\n",
        HEAD LINE " active 2026-1-1 -\n",
        HEAD LINE " Active - -\n",
        HEAD LINE "  - -\n",
        HEAD LINE " active - - \n",
        HEAD LINE " active - -",
        HEAD "packages de.x 1.0.0 " D " active - -\n",
        HEAD "package de.x " D " active - -\n",
        HEAD "package .x 1.0.0 " D " active - -\n",
        HEAD "package de.x 1.0.0 sha256:00 active - -\n",
        HEAD "package de.x 12345678901234567890123456789012 " D " active - -\n",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        cr_expect_eq(count(wrong[i]), -1, "%zu: %s", i, wrong[i]);
    }
}

Test(packages, writes_what_it_reads)
{
    const char *text = HEAD LINE " withdrawn 2026-01-01 2026-12-31\n";
    struct eg_packages_reader reader;
    struct eg_package_line line;
    struct eg_buf out;
    struct eg_error err;
    eg_buf_init(&out, EG_MIB);
    cr_assert(eg_packages_start(&reader, eg_bytes_of(text)));
    cr_assert_eq(eg_packages_next(&reader, &line), 1);
    cr_assert_eq(line.standing, EG_STANDS_WITHDRAWN);
    eg_packages_begin(&out);
    eg_packages_put(&out, &line);
    cr_assert_eq(eg_buf_ok(&out, "", &err), EG_OK);
    cr_assert(eg_bytes_is(eg_bytes_view(&out), text));
    eg_buf_done(&out);
}

static bool asks(struct eg_rules_body *out, const char *id, const char *which)
{
    struct eg_message message;
    const char *why = NULL;
    eg_message_start(&message, EG_VERB_RULES, eg_bytes_of("1"));
    eg_message_add(&message, eg_bytes_of(id));
    eg_message_add(&message, eg_bytes_of(which));
    bool good = eg_rules_body_read(out, &message, &why);
    cr_assert(good || why != NULL);
    return good;
}

Test(packages, are_asked_for_by_version_digest_or_neither)
{
    struct eg_rules_body body;
    cr_assert(asks(&body, "", ""));
    cr_assert(body.list);
    cr_assert(asks(&body, "de.x", ""));
    cr_assert(!body.list && !body.has_digest && body.version[0] == '\0');
    cr_assert(asks(&body, "de.x", "1.0.0-rc.1"));
    cr_assert_str_eq(body.version, "1.0.0-rc.1");
    cr_assert(asks(&body, "de.x", D));
    cr_assert(body.has_digest && body.version[0] == '\0');
    cr_assert_not(asks(&body, "", "1.0.0"));
    cr_assert_not(asks(&body, "de x", ""));
    cr_assert_not(asks(&body, "../x", ""));
    cr_assert_not(asks(&body, "de.x", "1 0"));
    cr_assert_not(asks(&body, "de.x", "sha256:00112233445566778899aabbccddeeff"));
    cr_assert_not(asks(&body, "de.x", "12345678901234567890123456789012"));
}
