#include "assess/language/refusal.h"

#include <criterion/criterion.h>
#include <string.h>

Test(refusal, has_one_row_a_code_with_meaning_and_remedy)
{
    size_t count = 0;
    for (; eg_refusal_at(count) != NULL; count++) {
        const struct eg_refusal *row = eg_refusal_at(count);
        cr_assert(eg_refusal_named(row->code) == row, "%s is there twice", row->code);
        cr_assert(strncmp(row->code, "EA-", 3) == 0 || strncmp(row->code, "LINT-", 5) == 0);
        cr_assert(strlen(row->meaning) > 10 && strlen(row->remedy) > 5, "%s", row->code);
        cr_assert(strpbrk(row->meaning, "\n`") == NULL && strpbrk(row->remedy, "\n`") == NULL);
        cr_assert(!row->at_load || row->severity == EG_SEVERITY_ERROR, "%s", row->code);
    }
    cr_assert(count > 20 && eg_refusal_at(count + 1) == NULL && eg_refusal_at(SIZE_MAX) == NULL);
}

Test(refusal, knows_no_other_code)
{
    static const char *const others[] = {"",        "EA-",  "EA-NAM", "EA-NAMES",
                                         "ea-name", "LINT", "NAME"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        cr_assert(eg_refusal_named(others[i]) == NULL, "%s", others[i]);
    }
}
