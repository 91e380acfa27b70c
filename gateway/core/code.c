/*
 * The table of answers, from the one list in code.h.
 */
#include "core/code.h"

#include <assert.h>
#include <string.h>

static const struct eg_code_row rows[] = {
#define EG_CODE_ROW(name, text, kind, retry, en, de, todo_en, todo_de)                             \
    {text, EG_ANSWER_##kind, retry, en, de, todo_en, todo_de},
    EG_CODES(EG_CODE_ROW)
#undef EG_CODE_ROW
};

const struct eg_code_row *eg_code_row(enum eg_code code)
{
    assert(code < EG_CODE_COUNT);
    return &rows[code];
}

enum eg_code eg_code_named(const char *text)
{
    for (unsigned i = 0; i < EG_CODE_COUNT; i++) {
        if (strcmp(rows[i].text, text) == 0) {
            return (enum eg_code)i;
        }
    }
    return EG_CODE_COUNT;
}
