/*
 * A directory as text is read back the same: settings and regimes of plants too.
 */
#include "trial/directory_text.h"

#include "assess/judge/engine.h"
#include "assess/package/directory.h"
#include "base/limits.h"

#include <criterion/criterion.h>
#include <string.h>

static const char text[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<directory xmlns=\"urn:emgate:directory:1\" version=\"3\" "
    "not-after=\"2027-01-01T00:00:00.000Z\">\n"
    "  <participant id=\"op\" name=\"Stadtwerke &amp; Co\" roles=\"operator authority\">\n"
    "  </participant>\n"
    "  <plant id=\"gt-1\" name=\"Turbine\" operator=\"op\" authority=\"op\" land=\"DE-HE\" "
    "regimes=\"one two\">\n"
    "    <parameter package=\"org.p\" name=\"limit\" component=\"nox\" value=\"40\" unit=\"mg/m3\" "
    "citation=\"Permit 2\" from=\"2024-06-01\"/>\n"
    "    <setting package=\"org.p\" name=\"size\" word=\"small\" citation=\"Permit 1\"/>\n"
    "    <setting package=\"org.p\" name=\"cleaned\" component=\"nox\" word=\"yes\" "
    "citation=\"Permit &lt;3&gt;\" from=\"2024-06-01\" until=\"2024-12-31\"/>\n"
    "  </plant>\n"
    "  <plant id=\"gt-2\" name=\"Kessel\" operator=\"op\" authority=\"op\" land=\"DE\">\n"
    "  </plant>\n"
    "</directory>\n";

Test(directory_text, is_read_back_the_same)
{
    struct eg_directory *directory = NULL;
    struct eg_error err = {0};
    struct eg_buf out;

    cr_assert_eq(eg_engine_init(NULL), EG_OK);
    eg_buf_init(&out, EG_MIB);
    cr_assert_eq(eg_directory_parse(&directory, eg_bytes_of(text), EG_BYTES_NONE, &err), EG_OK,
                 "%s: %s", err.where, err.text);
    cr_assert_eq(eg_directory_write(&out, directory, NULL), EG_OK);
    cr_expect_str_eq((const char *)out.data, text);
    eg_buf_done(&out);
    eg_directory_free(&directory);
    eg_engine_done();
}
