/*
 * PROTOCOL.md says what the code does: its tables of verbs, codes and signed kinds are compared
 * with those that the program uses.
 */
#include "base/file.h"
#include "core/code.h"
#include "verify/cms.h"
#include "wire/message.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct eg_buf protocol;

static void read_protocol(void)
{
    struct eg_error err = {.status = EG_OK};
    eg_buf_init(&protocol, EG_MIB);
    cr_assert_eq(eg_file_read(&protocol, "gateway/wire/PROTOCOL.md", &err), EG_OK, "%s", err.text);
}

static void forget_protocol(void)
{
    eg_buf_done(&protocol);
}

TestSuite(protocol, .init = read_protocol, .fini = forget_protocol);

/* Number of lines between two lines. */
static size_t lines_between(const char *from, const char *to)
{
    const char *at = strstr((const char *)protocol.data, from);
    cr_assert_not_null(at, "%s", from);
    const char *end = strstr(at, to);
    cr_assert_not_null(end, "%s", to);
    size_t count = 0;
    for (const char *line = strchr(at, '\n') + 1; line < end; line = strchr(line, '\n') + 1) {
        count++;
    }
    return count;
}

static void has_line(const char *line)
{
    cr_assert_not_null(strstr((const char *)protocol.data, line), "no such line:%s", line);
}

Test(protocol, lists_every_code_with_kind_and_time)
{
    static const char *const kinds[] = {"NONE", "UNAUTHENTICATED", "ERROR", "RECEIPT"};
    char line[600] = "";
    for (unsigned code = 0; code < EG_CODE_COUNT; code++) {
        const struct eg_code_row *row = eg_code_row((enum eg_code)code);
        snprintf(line, sizeof line, "\n| `%s` | %s | %u | %s |\n", row->text, kinds[row->answer],
                 (unsigned)row->retry_after_ms, row->en);
        has_line(line);
    }
    cr_assert_eq(lines_between("<!-- codes -->", "<!-- end of codes -->"), EG_CODE_COUNT + 2);
}

Test(protocol, lists_every_verb_with_its_frames)
{
    static const size_t bounds[][2] = {
#define BOUNDS(name, word, min, max) {min, max},
        EG_VERBS(BOUNDS)
#undef BOUNDS
    };
    for (unsigned verb = 0; verb < EG_VERB_COUNT; verb++) {
        char start[64] = "";
        char end[64] = "";
        snprintf(start, sizeof start, "\n| `%s` |", eg_verb_text((enum eg_verb)verb));
        snprintf(end, sizeof end, "| %zu | %zu |", bounds[verb][0], bounds[verb][1]);
        const char *line = strstr((const char *)protocol.data, start);
        cr_assert_not_null(line, "%s", start);
        const char *found = strstr(line, end);
        cr_assert(found != NULL && found < strchr(line + 1, '\n'), "%s: %s", start, end);
    }
}

Test(protocol, names_the_kinds_that_travel)
{
    static const enum eg_signed_kind kinds[] = {EG_SIGNED_REPORT, EG_SIGNED_HELLO,
                                                EG_SIGNED_WELCOME, EG_SIGNED_CARD};
    char line[200] = "";
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        snprintf(line, sizeof line, "\n| %s | %s |\n", eg_signed_kind_text(kinds[i]),
                 eg_signed_kind_oid(kinds[i]));
        has_line(line);
    }
}
