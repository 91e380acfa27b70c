/*
 * After a reload an admission holds only where the certificate would surely be admitted again.
 */
#include "flow/daemon/admission_terms.h"

#include <criterion/criterion.h>
#include <string.h>

#define KEY "0123456789012345678901234567890123456789"

static struct eg_certificate_rule rule = {.pinned = true, .certificate = {{7}}};
static struct eg_participant participant = {
    .id = (char[]){"operator"}, .roles = 1, .certificates = &rule, .certificate_count = 1};
static struct eg_directory directory = {
    .digest = {{1}}, .participants = &participant, .participant_count = 1};
static struct eg_snapshot snapshot = {.directory = &directory};
static struct eg_admission *admission;
static struct eg_admission_terms terms;
static struct eg_error err;

static void set_up(void)
{
    const struct eg_digest certificate = {{7}};

    eg_buf_init(&snapshot.anchors, 100);
    eg_buf_init(&snapshot.crls, 100);
    eg_buf_text(&snapshot.anchors, "anchor");
    eg_buf_text(&snapshot.crls, "list");
    cr_assert_eq(eg_admission_new(&admission, 16, 100, &err), EG_OK);
    cr_assert_eq(eg_admission_put(admission, KEY, "operator", &certificate, 1000, 0, &err), EG_OK,
                 "%s", err.text);
    eg_admission_terms_set(&terms, &snapshot);
}

static void tear_down(void)
{
    eg_admission_free(&admission);
    eg_buf_done(&snapshot.anchors);
    eg_buf_done(&snapshot.crls);
}

TestSuite(admission_terms, .init = set_up, .fini = tear_down);

static void expect(size_t ended)
{
    cr_expect_eq(eg_admission_terms_review(&terms, admission, &snapshot), ended);
    const struct eg_admitted *admitted = eg_admission_find(admission, KEY);
    cr_expect_eq(admitted != NULL && eg_admission_holds(admitted, 1), ended == 0);
}

Test(admission_terms, hold_when_nothing_changed)
{
    rule.pinned = false;
    expect(0);
}

Test(admission_terms, hold_under_another_directory_that_pins_the_certificate)
{
    directory.digest.octets[0] = 2;
    expect(0);
}

Test(admission_terms, end_under_another_directory_that_does_not_pin)
{
    directory.digest.octets[0] = 2;
    rule.pinned = false;
    expect(1);
}

Test(admission_terms, end_under_another_directory_that_pins_another_certificate)
{
    directory.digest.octets[0] = 2;
    rule.certificate.octets[0] = 8;
    expect(1);
}

Test(admission_terms, end_with_other_anchors)
{
    eg_buf_text(&snapshot.anchors, " and another");
    expect(1);
}

Test(admission_terms, end_with_other_lists)
{
    eg_buf_text(&snapshot.crls, " and another");
    expect(1);
}

Test(admission_terms, end_when_octets_move_from_anchors_to_lists)
{
    eg_buf_reset(&snapshot.anchors);
    eg_buf_reset(&snapshot.crls);
    eg_buf_text(&snapshot.anchors, "anchorli");
    eg_buf_text(&snapshot.crls, "st");
    expect(1);
}

Test(admission_terms, end_for_a_participant_who_left)
{
    directory.participant_count = 0;
    expect(1);
}

Test(admission_terms, end_for_a_participant_without_a_role)
{
    participant.roles = 0;
    expect(1);
}

Test(admission_terms, are_those_of_the_newest_review)
{
    directory.digest.octets[0] = 2;
    rule.pinned = true;
    expect(0);
    rule.pinned = false; /* the same directory as at the last review */
    expect(0);
}
