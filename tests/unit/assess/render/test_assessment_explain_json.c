#include "assess/render/assessment_explain.h"

#include "assess/xml/xml.h"
#include "base/limits.h"

#include <criterion/criterion.h>
#include <string.h>

#define RESULT(inside) "<result xmlns=\"urn:emgate:assessment-result:2\">" inside "</result>"

static enum eg_status explain(struct eg_buf *out, const char *xml, size_t room)
{
    struct eg_error err = {0};
    cr_assert_eq(eg_xml_init(&err), EG_OK);
    eg_buf_init(out, room);
    enum eg_status status = eg_assessment_explain_json(out, eg_bytes_of(xml), "daily", &err);
    eg_xml_done();
    return status;
}

static void explains(const char *xml, const char *json)
{
    struct eg_buf out;
    cr_assert_eq(explain(&out, xml, EG_MIB), EG_OK);
    eg_buf_text(&out, "");
    cr_assert_str_eq((const char *)out.data, json);
    eg_buf_done(&out);
}

Test(assessment_explain_json, leaves_out_what_the_result_does_not_say)
{
    explains(RESULT(""), "{\"result\":\"daily\",\"sources\":[]}");
    explains(RESULT("<source id=\"s\"><figure name=\"n\" n=\"3\" value=\"1.0\"/></source>"),
             "{\"result\":\"daily\",\"sources\":[{\"id\":\"s\",\"values\":[],\"parameters\":[],"
             "\"figures\":[{\"name\":\"n\",\"value\":\"1.0\",\"n\":3}],\"judged\":[],"
             "\"series\":[]}]}");
}

Test(assessment_explain_json, writes_no_count_that_is_none)
{
    explains(RESULT("<source id=\"&quot;\"><judged id=\"a\" found=\"-1\"/></source>"),
             "{\"result\":\"daily\",\"sources\":[{\"id\":\"\\\"\",\"values\":[],\"parameters\":[],"
             "\"figures\":[],\"judged\":[{\"id\":\"a\",\"found\":\"-1\"}],\"series\":[]}]}");
}

Test(assessment_explain_json, refuses_what_is_no_result)
{
    static const char *const wrong[] = {"", "<result", "<result/>",
                                        "<x xmlns=\"urn:emgate:assessment-result:2\"/>",
                                        "<result xmlns=\"urn:emgate:assessment:1\"/>"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct eg_buf out;
        cr_assert_eq(explain(&out, wrong[i], EG_MIB), EG_E_FORMAT, "%s", wrong[i]);
        cr_assert_eq(out.len, 0);
        eg_buf_done(&out);
    }
}

Test(assessment_explain_json, says_when_there_is_no_room)
{
    struct eg_buf out;
    cr_assert_eq(explain(&out, RESULT("<source id=\"s\"/>"), 20), EG_E_LIMIT);
    eg_buf_done(&out);
}
