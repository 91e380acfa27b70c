/*
 * Damage on purpose must be exactly one thing: the report, and nothing beside it.
 */
#include "archive/tamper.h"
#include "tests/support/archive_maker.h"

#include <criterion/criterion.h>

static struct eg_archive_maker maker;

static void start(void)
{
    eg_archive_maker_start(&maker);
    eg_archive_maker_small(&maker);
    eg_store_close(&maker.store);
}

static void stop(void)
{
    eg_archive_maker_stop(&maker);
}

TestSuite(tamper, .init = start, .fini = stop);

static void check(struct eg_found *found)
{
    struct eg_check_counts counts = {0};
    struct eg_error err = {0};
    uint64_t findings = 0;
    struct eg_check_hooks hooks = eg_found_hooks(found);
    cr_assert_eq(eg_check_archive(&counts, &findings, maker.path, EG_MAKER_ORIGIN, maker.public_key,
                                  &hooks, &err),
                 EG_OK, "%s", err.text);
}

Test(tamper, changes_a_report_so_that_only_its_digest_tells)
{
    struct eg_found found = {0};
    struct eg_error err = {0};
    cr_assert_eq(eg_tamper_report(maker.path, 3, 0, &err), EG_OK, "%s", err.text);
    check(&found);
    cr_assert_eq(found.count, 1);
    cr_assert(eg_found_has(&found, 3, 4));
}

Test(tamper, twice_is_as_before)
{
    struct eg_found found = {0};
    struct eg_error err = {0};
    cr_assert_eq(eg_tamper_report(maker.path, 3, 1, &err), EG_OK, "%s", err.text);
    cr_assert_eq(eg_tamper_report(maker.path, 3, 1, &err), EG_OK, "%s", err.text);
    check(&found);
    cr_assert_eq(found.count, 0);
}

Test(tamper, refuses_an_octet_that_is_not_there)
{
    struct eg_error err = {0};
    cr_assert_eq(eg_tamper_report(maker.path, 3, 1 << 20, &err), EG_E_NOTFOUND);
    cr_assert(err.text[0] != '\0');
}

Test(tamper, refuses_an_entry_that_is_not_there)
{
    struct eg_error err = {0};
    cr_assert_eq(eg_tamper_report(maker.path, 700, 0, &err), EG_E_NOTFOUND);
    cr_assert_neq(eg_tamper_report("/no/such/archive", 3, 0, &err), EG_OK);
}
