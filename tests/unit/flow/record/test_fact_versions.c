/*
 * Marks of recorded facts.
 */
#include "flow/record/fact_versions.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

static struct eg_fact_versions fact_versions;
static const struct eg_facts facts; /* that some are left is what counts */

static struct eg_draft *draft_of(const char *plant, const char *package, uint64_t index)
{
    struct eg_draft *draft = calloc(1, sizeof *draft);

    cr_assert_not_null(draft);
    draft->remembered = &facts;
    draft->plant = plant;
    draft->index = index;
    (void)snprintf(draft->entry.package.id, sizeof draft->entry.package.id, "%s", package);
    return draft;
}

static void put(const char *plant, const char *package, uint64_t index)
{
    struct eg_draft *draft = draft_of(plant, package, index);

    eg_fact_versions_put(&fact_versions, draft);
    free(draft);
}

static struct eg_job *job_of(const char *plant, const char *package, uint64_t below)
{
    struct eg_job *job = calloc(1, sizeof *job);

    cr_assert_not_null(job);
    job->needs_facts = true;
    job->facts_below = below;
    (void)snprintf(job->header.plant, sizeof job->header.plant, "%s", plant);
    (void)snprintf(job->outcome.package.id, sizeof job->outcome.package.id, "%s", package);
    return job;
}

static bool overtaken(const char *plant, const char *package, uint64_t below)
{
    struct eg_job *job = job_of(plant, package, below);
    bool is = eg_fact_versions_overtaken(&fact_versions, job);

    free(job);
    return is;
}

Test(fact_versions, are_none_at_first)
{
    cr_assert_not(overtaken("plant", "package", 0));
}

Test(fact_versions, overtake_what_was_read_before)
{
    put("plant", "package", 7);
    cr_assert(overtaken("plant", "package", 0));
    cr_assert(overtaken("plant", "package", 7));
    cr_assert_not(overtaken("plant", "package", 8));
    put("plant", "package", 5);
    cr_assert(overtaken("plant", "package", 7), "they only rise");
}

Test(fact_versions, mind_only_who_leans_on_facts_and_who_leaves_some)
{
    struct eg_draft *draft = draft_of("plant", "package", 7);
    struct eg_job *job = job_of("plant", "package", 0);

    cr_assert(eg_fact_versions_in_batch(draft, 1, job));
    cr_assert_not(eg_fact_versions_in_batch(draft, 0, job));
    job->needs_facts = false;
    cr_assert_not(eg_fact_versions_in_batch(draft, 1, job));
    job->needs_facts = true;
    draft->remembered = NULL;
    cr_assert_not(eg_fact_versions_in_batch(draft, 1, job));
    eg_fact_versions_put(&fact_versions, draft);
    cr_assert_not(eg_fact_versions_overtaken(&fact_versions, job));
    put("plant", "package", 7);
    job->needs_facts = false;
    cr_assert_not(eg_fact_versions_overtaken(&fact_versions, job));
    free(draft);
    free(job);
}

Test(fact_versions, tell_plants_and_packages_apart)
{
    put("plant", "package", 7);
    cr_assert_not(overtaken("plant2", "package", 0));
    cr_assert_not(overtaken("plant", "package2", 0));
    cr_assert_not(overtaken("plantp", "ackage", 0));
}

Test(fact_versions, have_a_floor_for_all)
{
    fact_versions.floor = 10;
    cr_assert(overtaken("any", "package", 9));
    cr_assert_not(overtaken("any", "package", 10));
}

/* Few of many plants share a slot with this one. */
Test(fact_versions, seldom_take_one_for_another)
{
    unsigned wrong = 0;
    char plant[20];

    put("plant", "package", 7);
    for (unsigned i = 0; i < 10000; i++) {
        (void)snprintf(plant, sizeof plant, "plant-%u", i);
        wrong += overtaken(plant, "package", 0);
    }
    cr_assert_lt(wrong, 10);
}
