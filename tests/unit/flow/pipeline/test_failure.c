/*
 * A failure of the gateway never becomes the sender's fault, and only what depends on the report is
 * remembered.
 */
#include "flow/pipeline/failure.h"

#include <criterion/criterion.h>

#define TASKS (EG_FAILURE_JUDGING + 1)

static void expect(enum eg_failure_task task, enum eg_status status, enum eg_code code, bool breach)
{
    struct eg_failure failure = eg_failure_of(task, status);
    cr_expect_eq(failure.code, code, "task %d status %d: code %s", task, status,
                 eg_code_row(failure.code)->text);
    cr_expect_eq(failure.breach, breach, "task %d status %d: breach %d", task, status,
                 failure.breach);
}

Test(failure, is_an_error_and_never_final)
{
    for (int task = 0; task < TASKS; task++) {
        for (int status = EG_E_INTERNAL; status < EG_OK; status++) {
            struct eg_failure failure =
                eg_failure_of((enum eg_failure_task)task, (enum eg_status)status);
            cr_expect_eq(eg_code_row(failure.code)->answer, EG_ANSWER_ERROR, "task %d status %d",
                         task, status);
        }
    }
}

Test(failure, of_judging_is_remembered_when_it_depends_on_the_report)
{
    expect(EG_FAILURE_JUDGING, EG_E_LIMIT, EG_CODE_CEILING, true);
    expect(EG_FAILURE_JUDGING, EG_E_NOMEM, EG_CODE_CEILING, true);
    expect(EG_FAILURE_JUDGING, EG_E_FORMAT, EG_CODE_INTERNAL, true);
}

Test(failure, of_judging_that_others_can_mend_is_not_remembered)
{
    expect(EG_FAILURE_JUDGING, EG_E_DENIED, EG_CODE_SETTING, false);
    expect(EG_FAILURE_JUDGING, EG_E_IO, EG_CODE_INTERNAL, false);
    expect(EG_FAILURE_JUDGING, EG_E_INTERNAL, EG_CODE_INTERNAL, false);
}

Test(failure, of_facts_is_the_archives_unless_they_are_too_many)
{
    expect(EG_FAILURE_FACTS, EG_E_LIMIT, EG_CODE_CEILING, true);
    expect(EG_FAILURE_FACTS, EG_E_NOMEM, EG_CODE_ARCHIVE, false);
    expect(EG_FAILURE_FACTS, EG_E_FORMAT, EG_CODE_ARCHIVE, false);
    expect(EG_FAILURE_FACTS, EG_E_IO, EG_CODE_ARCHIVE, false);
}

Test(failure, of_a_signature_tells_missing_lists_from_all_else)
{
    expect(EG_FAILURE_SIGNATURE, EG_E_STATE, EG_CODE_REVOCATION, false);
    expect(EG_FAILURE_SIGNATURE, EG_E_LIMIT, EG_CODE_INTERNAL, false);
    expect(EG_FAILURE_SIGNATURE, EG_E_NOMEM, EG_CODE_INTERNAL, false);
}

Test(failure, of_archive_and_memory_is_never_remembered)
{
    for (int status = EG_E_INTERNAL; status < EG_OK; status++) {
        expect(EG_FAILURE_ARCHIVE, (enum eg_status)status, EG_CODE_ARCHIVE, false);
        expect(EG_FAILURE_OWN, (enum eg_status)status, EG_CODE_INTERNAL, false);
    }
}
