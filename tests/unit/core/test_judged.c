/*
 * Counts of a judgement: they add up or are refused, and nothing owed is never "completely".
 */
#include "base/limits.h"
#include "core/judged.h"

#include <criterion/criterion.h>

static enum eg_status add(struct eg_judged *judged, struct eg_counts counts,
                          uint64_t not_applicable)
{
    struct eg_judged_limit limit = {.rule = (char *)"GT13-HH",
                                    .source = (char *)"stack-1",
                                    .component = (char *)"NOx",
                                    .counts = counts,
                                    .not_applicable = not_applicable};
    struct eg_error err = {0};
    return eg_judged_add(judged, &limit, &err);
}

Test(judged, sums_what_it_is_given)
{
    struct eg_judged judged;
    eg_judged_init(&judged);
    cr_assert_eq(add(&judged, (struct eg_counts){48, 40, 3, 8}, 37), EG_OK);
    cr_assert_eq(add(&judged, (struct eg_counts){1, 0, 0, 1}, 0), EG_OK);
    cr_expect_eq(judged.counts.owed, 49);
    cr_expect_eq(judged.counts.judged, 40);
    cr_expect_eq(judged.counts.exceeded, 3);
    cr_expect_eq(judged.counts.undecided, 9);
    cr_expect_eq(judged.list[0].not_applicable, 37);
    cr_expect_str_eq(judged.list[1].component, "NOx");
    eg_judged_done(&judged);
    cr_expect_eq(judged.count, 0);
}

Test(judged, refuses_what_does_not_add_up)
{
    static const struct {
        struct eg_counts counts;
        uint64_t not_applicable;
    } cases[] = {
        {{48, 40, 0, 7}, 0},        /* one is lost */
        {{48, 40, 0, 9}, 0},        /* one is there twice */
        {{48, 49, 0, 0}, 0},        /* more judged than owed */
        {{48, 48, 49, 0}, 0},       /* more exceeded than judged */
        {{48, 48, 40, 0}, 9},       /* exceeded and not applicable at once */
        {{0, 0, 0, 1}, 0},          /* undecided, but not owed */
        {{0, 1, 0, UINT64_MAX}, 0}, /* adds up only when it wraps */
    };
    struct eg_judged judged;
    eg_judged_init(&judged);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cr_expect_eq(add(&judged, cases[i].counts, cases[i].not_applicable), EG_E_INTERNAL, "%zu",
                     i);
    }
    cr_expect_eq(judged.count, 0);
    cr_expect_eq(judged.counts.owed, 0);
    eg_judged_done(&judged);
}

Test(judged, beyond_the_ceiling_counts_stay)
{
    struct eg_judged judged;
    eg_judged_init(&judged);
    for (size_t i = 0; i < EG_JUDGED_LIMITS_MAX + 2; i++) {
        cr_assert_eq(add(&judged, (struct eg_counts){2, 1, 1, 1}, 0), EG_OK);
    }
    cr_expect_eq(judged.count, EG_JUDGED_LIMITS_MAX);
    cr_expect_eq(judged.omitted, 2);
    cr_expect_eq(judged.counts.owed, 2 * (EG_JUDGED_LIMITS_MAX + 2));
    eg_judged_done(&judged);
}

Test(judged, has_a_word_for_the_whole)
{
    static const struct {
        struct eg_counts counts;
        const char *word;
    } cases[] = {
        {{0, 0, 0, 0}, "not-at-all"}, {{5, 0, 0, 5}, "not-at-all"}, {{5, 1, 0, 4}, "in-part"},
        {{5, 4, 4, 1}, "in-part"},    {{5, 5, 0, 0}, "completely"}, {{5, 5, 5, 0}, "completely"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cr_expect_str_eq(eg_extent_text(eg_counts_extent(&cases[i].counts)), cases[i].word, "%zu",
                         i);
    }
}
