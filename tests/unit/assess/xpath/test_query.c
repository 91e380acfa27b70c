/*
 * A question to a document is answered, or refused with the reason; a document is never trusted.
 */
#include "assess/judge/engine.h"
#include "assess/xpath/query.h"

#include <criterion/criterion.h>

static void start(void)
{
    struct eg_error err = {0};
    cr_assert_eq(eg_engine_init(&err), EG_OK);
}

TestSuite(query, .init = start, .fini = eg_engine_done);

static enum eg_status ask(const char *xml, const char *expression, const char *wanted)
{
    struct eg_error err = {0};
    struct eg_buf out;
    eg_buf_init(&out, 64);
    enum eg_status status =
        eg_query(&out, eg_bytes_of(xml), expression, "d", "urn:example:d", &err);
    if (wanted != NULL) {
        cr_expect_eq(status, EG_OK, "%s", err.text);
        cr_expect(eg_bytes_is(eg_bytes_view(&out), wanted), "%s", expression);
    }
    eg_buf_done(&out);
    return status;
}

Test(query, gives_the_string_value)
{
    const char *xml = "<daily xmlns='urn:example:d' day='2011-04-06'><n v='67'/></daily>";
    ask(xml, "string(/d:daily/@day)", "2011-04-06");
    ask(xml, "/d:daily/d:n/@v + 1", "68");
    ask(xml, "/d:nothing", "");
}

Test(query, refuses_what_is_no_expression)
{
    const char *xml = "<daily xmlns='urn:example:d'/>";
    cr_expect_eq(ask(xml, "string(", NULL), EG_E_FORMAT);
    cr_expect_eq(ask(xml, "/x:unbound", NULL), EG_E_FORMAT);
    cr_expect_eq(ask(xml, "no-such-function()", NULL), EG_E_FORMAT);
}

Test(query, refuses_what_is_no_document)
{
    cr_expect_eq(ask("<daily", "1", NULL), EG_E_FORMAT);
    cr_expect_eq(ask("", "1", NULL), EG_E_FORMAT);
    cr_expect_eq(ask("<!DOCTYPE d [<!ENTITY e 'x'>]><d>&e;</d>", "1", NULL), EG_E_FORMAT);
}

Test(query, keeps_its_ceiling)
{
    cr_expect_eq(ask("<d/>",
                     "'0123456789012345678901234567890123456789012345678901234567890123456789'",
                     NULL),
                 EG_E_LIMIT);
}
