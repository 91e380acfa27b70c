/*
 * A directory as text is read back the same: all lists of plants too.
 */
#include "trial/directory_text.h"

#include "assess/judge/engine.h"
#include "assess/package/directory.h"
#include "base/limits.h"

#include <criterion/criterion.h>
#include <string.h>

static const char text[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<directory xmlns=\"urn:emgate:directory:2\" version=\"3\" "
    "not-after=\"2027-01-01T00:00:00.000Z\">\n"
    "  <participant id=\"op\" name=\"Stadtwerke &amp; Co\" roles=\"operator device authority\">\n"
    "  </participant>\n"
    "  <plant id=\"gt-1\" name=\"Turbine\" operator=\"op\" land=\"DE-HE\" from=\"2024-06-01\" "
    "until=\"2029-12-31\" zone=\"+01:00\">\n"
    "    <source id=\"K1\"/>\n"
    "    <source id=\"K2\" from=\"2024-06-01\" until=\"2026-12-31\"/>\n"
    "    <authority participant=\"op\"/>\n"
    "    <authority participant=\"op\" kind=\"yearly\" from=\"2026-01-01\"/>\n"
    "    <regime name=\"one\"/>\n"
    "    <regime name=\"two\" source=\"K1\" component=\"NOx\" until=\"2026-01-01\"/>\n"
    "    <delegate participant=\"op\" from=\"2026-01-01\"/>\n"
    "    <delegate participant=\"op\" supersedes=\"yes\"/>\n"
    "    <device id=\"F-1\" name=\"FT &quot;4000&quot;\" source=\"K1\" component=\"NOx\" "
    "from=\"2024-06-01\"/>\n"
    "    <parameter package=\"org.p\" name=\"limit\" source=\"K2\" component=\"nox\" value=\"40\" "
    "unit=\"mg/m3\" citation=\"Permit 2\" from=\"2024-06-01\"/>\n"
    "    <setting package=\"org.p\" name=\"size\" word=\"small\" citation=\"Permit 1\"/>\n"
    "    <setting package=\"org.p\" name=\"cleaned\" source=\"K1\" component=\"nox\" word=\"yes\" "
    "citation=\"Permit &lt;3&gt;\" from=\"2024-06-01\" until=\"2024-12-31\"/>\n"
    "    <retention years=\"5\" citation=\"Article 1\"/>\n"
    "    <retention kind=\"yearly\" years=\"10\" citation=\"Article 2\"/>\n"
    "  </plant>\n"
    "  <plant id=\"gt-2\" name=\"Kessel\" operator=\"op\" land=\"DE\">\n"
    "    <authority participant=\"op\"/>\n"
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
