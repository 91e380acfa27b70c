#include "assess/judge/engine.h"
#include "assess/package/package.h"
#include "base/limits.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char good[] =
    "<package xmlns=\"urn:emgate:package:1\" id=\"org.example.p\" version=\"1.0.0\" "
    "publisher=\"pub\">"
    "<title lang=\"de\">Titel</title><title lang=\"en\">A\n  title</title>"
    "<law citation=\"Art. 1\">Some law</law><valid from=\"2011-01-01\" until=\"2012-12-31\"/>"
    "<match namespace=\"urn:r\" element=\"r\" kind=\"day\" regime=\"one\"/>"
    "<identity><namespace prefix=\"r\" uri=\"urn:r\"/><id path=\"/r:r/@id\"/>"
    "<version path=\"/r:r/@v\"/><addressee path=\"/r:r/@to\"/><plant path=\"/r:r/@p\"/>"
    "<from path=\"/r:r/@from\"/><until path=\"/r:r/@until\"/><kind path=\"/r:r/@k\"/></identity>"
    "<setting name=\"size\" words=\"small large\" source=\"Art. 2\"/>"
    "<parameter name=\"limit\" unit=\"mg/m3\" override=\"permit\" min=\"1\" max=\"100\">"
    "<row component=\"nox\" value=\"50\" source=\"Annex 1\"/>"
    "<row value=\"100\" source=\"Annex 2\"/></parameter>"
    "<parameter name=\"lost\" unit=\"1\" value=\"3\" source=\"Annex 3\"/>"
    "<steps><transform file=\"t.xsl\" result=\"daily\"/><checks file=\"c.sch\" "
    "on=\"daily\"/></steps>"
    "<notification name=\"n\" result=\"daily\" to=\"competent-authority\"/>"
    "</package>";

static void add(struct eg_tree *tree, const char *name, const char *text)
{
    tree->files = realloc(tree->files, (tree->count + 1) * sizeof(*tree->files));
    cr_assert_not_null(tree->files);
    struct eg_tree_file *file = &tree->files[tree->count++];
    file->name = strdup(name);
    eg_buf_init(&file->content, EG_MIB);
    eg_buf_text(&file->content, text);
}

/* Files in order: c.sch, package.xml, t.xsl. */
static void fill(struct eg_tree *tree, const char *xml)
{
    *tree = (struct eg_tree){NULL, 0};
    add(tree, "c.sch", "<c/>");
    add(tree, "package.xml", xml);
    add(tree, "t.xsl", "<t/>");
}

/* The same, signed: SIGNED of the three, and something that stands for the CMS. */
static void fill_signed(struct eg_tree *tree, const char *more)
{
    struct eg_tree plain;
    struct eg_buf text;

    eg_buf_init(&text, EG_MIB);
    fill(&plain, good);
    cr_assert_eq(eg_package_signed_text(&text, &plain, NULL), EG_OK);
    eg_buf_text(&text, more);
    *tree = (struct eg_tree){NULL, 0};
    add(tree, "SIGNED", (const char *)text.data);
    add(tree, "SIGNED.p7s", "cms");
    add(tree, "c.sch", "<c/>");
    add(tree, "package.xml", good);
    add(tree, "t.xsl", "<t/>");
    eg_tree_done(&plain);
    eg_buf_done(&text);
}

static enum eg_status parse(struct eg_package **out, struct eg_tree *tree, bool allow_unsigned,
                            struct eg_error *err)
{
    cr_assert_eq(eg_engine_init(NULL), EG_OK);
    enum eg_status status = eg_package_parse(out, tree, allow_unsigned, err);
    eg_engine_done();
    eg_tree_done(tree);
    return status;
}

static void refused_as(enum eg_status expected, const char *from, const char *to, const char *part)
{
    struct eg_package *package = NULL;
    struct eg_error err = {0};
    struct eg_tree tree;
    char *xml = calloc(1, sizeof(good) + strlen(to));
    const char *at = strstr(good, from);

    cr_assert(at != NULL && xml != NULL, "the test's own text lacks %s", from);
    memcpy(xml, good, (size_t)(at - good));
    memcpy(xml + (at - good), to, strlen(to));
    memcpy(xml + (at - good) + strlen(to), at + strlen(from), strlen(at + strlen(from)));
    fill(&tree, xml);
    cr_expect_eq(parse(&package, &tree, true, &err), expected, "%s -> %s: %s", from, to, err.text);
    cr_expect_null(package);
    cr_expect_not_null(strstr(err.text, part), "%s: %s", err.where, err.text);
    free(xml);
    eg_package_free(&package);
}
static void refused(const char *from, const char *to, const char *part)
{
    refused_as(EG_E_FORMAT, from, to, part);
}

Test(package, is_read)
{
    struct eg_package *p = NULL;
    struct eg_error err = {0};
    struct eg_tree tree;

    fill(&tree, good);
    cr_assert_eq(parse(&p, &tree, true, &err), EG_OK, "%s: %s", err.where, err.text);
    cr_expect_str_eq(p->ref.id, "org.example.p");
    cr_expect_str_eq(p->title.en, "A title");
    cr_expect_str_eq(p->law, "Some law");
    cr_expect_str_eq(p->until, "2012-12-31");
    cr_expect_eq(p->parameter_count, 2);
    cr_expect_str_eq(p->match_kind, "day");
    cr_expect_str_eq(p->match_regime, "one");
    cr_assert_eq(p->setting_count, 1);
    cr_expect_str_eq(p->settings[0].words[1], "large");
    cr_expect_not(p->settings[0].per_component);
    cr_expect_not(p->parameters[0].stricter_only);
    cr_expect_eq(p->parameters[0].row_count, 2);
    cr_expect_null(p->parameters[0].rows[1].component);
    cr_expect_eq(p->steps[1].kind, EG_STEP_CHECKS);
    cr_expect_str_eq(p->steps[1].on, "daily");
    cr_expect_eq(p->notifications[0].to, EG_TO_COMPETENT_AUTHORITY);
    cr_expect_not(p->is_signed);
    cr_expect(eg_package_covers(p, "2011-01-01", "2012-12-31"));
    cr_expect_not(eg_package_covers(p, "2010-12-31", "2011-01-01"));
    eg_package_free(&p);
}

Test(package, with_signature_has_the_digest_of_signed)
{
    struct eg_package *p = NULL, *q = NULL;
    struct eg_tree tree;

    fill_signed(&tree, "");
    cr_assert_eq(parse(&p, &tree, false, NULL), EG_OK);
    cr_expect(p->is_signed);
    fill(&tree, good);
    cr_assert_eq(parse(&q, &tree, true, NULL), EG_OK);
    cr_expect(eg_digest_equal(&p->ref.digest, &q->ref.digest));
    eg_package_free(&p);
    eg_package_free(&q);
}
Test(package, without_signature_is_refused)
{
    struct eg_package *p = NULL;
    struct eg_tree tree;

    fill(&tree, good);
    cr_expect_eq(parse(&p, &tree, false, NULL), EG_E_DENIED);
}
Test(package, refuses_a_file_that_is_not_listed)
{
    struct eg_package *p = NULL;
    struct eg_error err = {0};
    struct eg_tree tree;

    fill_signed(&tree, "");
    add(&tree, "u.xml", "<u/>");
    cr_expect_eq(parse(&p, &tree, true, &err), EG_E_DENIED);
    cr_expect_str_eq(err.where, "u.xml");
}
Test(package, refuses_a_listed_file_that_is_missing)
{
    struct eg_package *p = NULL;
    struct eg_error err = {0};
    struct eg_tree tree;

    fill_signed(&tree, "sha256:0000000000000000000000000000000000000000000000000000000000000000 "
                       "u.xml\n");
    cr_expect_eq(parse(&p, &tree, true, &err), EG_E_DENIED);
    cr_expect_str_eq(err.where, "u.xml");
}
Test(package, refuses_every_changed_octet)
{
    for (size_t file = 0; file < 5; file++) {
        struct eg_package *p = NULL;
        struct eg_error err = {0};
        struct eg_tree tree;
        if (file == 1) {
            continue; /* the CMS is verify's to judge */
        }
        fill_signed(&tree, "");
        tree.files[file].content.data[tree.files[file].content.len / 2] ^= 1;
        cr_expect_neq(parse(&p, &tree, true, &err), EG_OK, "file %zu", file);
        cr_expect_null(p);
    }
}
Test(package, refuses_malformed_lines_of_signed)
{
    static const char *const lines[] = {"x", "\n", "sha256:00 a\n", "sha256:", " \n"};

    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        struct eg_package *p = NULL;
        struct eg_tree tree;
        fill_signed(&tree, lines[i]);
        cr_expect_eq(parse(&p, &tree, true, NULL), EG_E_FORMAT, "%s", lines[i]);
    }
}
Test(package, refuses_names_that_lead_elsewhere)
{
    static const char *const names[] = {"../x", "x/../y", "/etc/x", ".x",  "x//y",
                                        "x/",   "x y",    "x\\y",   "x\n", "~x"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct eg_tree tree = {NULL, 0};
        struct eg_buf out;
        eg_buf_init(&out, EG_MIB);
        add(&tree, names[i], "x");
        cr_expect_eq(eg_package_signed_text(&out, &tree, NULL), EG_E_DENIED, "%s", names[i]);
        cr_expect_eq(eg_package_pack(&out, &tree, NULL), EG_E_DENIED, "%s", names[i]);
        eg_tree_done(&tree);
        eg_buf_done(&out);
    }
}

Test(package, survives_packing)
{
    struct eg_tree tree, again = {NULL, 0};
    struct eg_buf packed, twice;

    eg_buf_init(&packed, EG_MIB);
    eg_buf_init(&twice, EG_MIB);
    fill_signed(&tree, "");
    cr_assert_eq(eg_package_pack(&packed, &tree, NULL), EG_OK);
    cr_assert_eq(eg_package_unpack(&again, eg_bytes_view(&packed), NULL), EG_OK);
    cr_assert_eq(eg_package_pack(&twice, &again, NULL), EG_OK);
    cr_expect(eg_bytes_equal(eg_bytes_view(&packed), eg_bytes_view(&twice)));
    cr_expect_eq(again.count, 5);
    eg_tree_done(&again);
    for (size_t len = 0; len < packed.len; len++) {
        cr_expect_neq(eg_package_unpack(&again, (struct eg_bytes){packed.data, len}, NULL), EG_OK);
    }
    eg_buf_char(&packed, 'x');
    cr_expect_eq(eg_package_unpack(&again, eg_bytes_view(&packed), NULL), EG_E_FORMAT);
    eg_tree_done(&tree);
    eg_buf_done(&packed);
    eg_buf_done(&twice);
}
Test(package, refuses_packed_octets_out_of_form)
{
    static const char *const texts[] = {
        "emgate tree 1\nfiles 01\n1 a\nx\n",
        "emgate tree 1\nfiles 2\n1 b\nx\n1 a\nx\n",
        "emgate tree 1\nfiles 2\n1 a\nx\n1 a\nx\n",
        "emgate tree 1\nfiles 1\n-1 a\nx\n",
        "emgate tree 1\nfiles 1\n99999999999999999999 a\nx\n",
        "emgate tree 1\nfiles 5000\n",
        "emgate tree 2\nfiles 0\n",
        "emgate tree 1\nfiles 1\n1 a\nxx",
    };
    struct eg_tree tree = {NULL, 0};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        cr_expect_eq(eg_package_unpack(&tree, eg_bytes_of(texts[i]), NULL), EG_E_FORMAT, "%s",
                     texts[i]);
    }
    cr_expect_eq(eg_package_unpack(&tree, eg_bytes_of("emgate tree 1\nfiles 1\n1 ../a\nx\n"), NULL),
                 EG_E_DENIED);
}

Test(package, refuses_what_is_no_package_xml)
{
    refused(good, "<package/>", "");
}
Test(package, refuses_a_version_that_is_not_semver)
{
    refused("1.0.0", "1.0", "version");
}
Test(package, refuses_leading_zeros_in_versions)
{
    refused("1.0.0", "1.01.0", "version");
}
Test(package, refuses_an_id_that_is_no_domain)
{
    refused("org.example.p", "package", "id");
}
Test(package, refuses_one_language_alone)
{
    refused("lang=\"de\"", "lang=\"en\"", "twice");
}
Test(package, refuses_a_day_that_is_none)
{
    refused("2011-01-01", "2011-02-29", "real day");
}
Test(package, refuses_validity_that_ends_before_it_begins)
{
    refused("2012-12-31", "2010-12-31", "before");
}
Test(package, refuses_a_missing_addressee)
{
    refused("<addressee path=\"/r:r/@to\"/>", "", "addressee");
}
Test(package, refuses_an_addressee_that_is_none_and_there)
{
    refused("<identity>", "<identity addressee=\"none\">", "addressee");
}
Test(package, refuses_a_path_that_does_not_compile)
{
    refused("/r:r/@id", "/r:r/@@", "");
}
Test(package, refuses_a_path_with_an_unbound_prefix)
{
    refused("/r:r/@id", "/x:r/@id", "prefix");
}
Test(package, refuses_a_path_with_a_variable)
{
    refused("/r:r/@id", "$id", "variable");
}
Test(package, refuses_a_path_that_reads_documents)
{
    refused("/r:r/@id", "document('x')/@id", "function");
}
Test(package, refuses_a_prefix_bound_twice)
{
    refused("<id path", "<namespace prefix=\"r\" uri=\"urn:s\"/><id path", "twice");
}
Test(package, refuses_a_parameter_twice)
{
    refused("\"lost\"", "\"limit\"", "twice");
}
Test(package, refuses_the_name_of_all_parameters)
{
    refused("\"lost\"", "\"parameters\"", "all");
}
Test(package, refuses_a_value_with_rows)
{
    refused("unit=\"mg/m3\"", "unit=\"mg/m3\" value=\"5\" source=\"x\"", "needs value");
}
Test(package, refuses_a_value_without_source)
{
    refused("source=\"Annex 3\"", "", "needs value");
}
Test(package, refuses_numbers_with_exponent)
{
    refused("value=\"3\"", "value=\"3e0\"", "decimal");
}
Test(package, refuses_numbers_with_comma)
{
    refused("value=\"3\"", "value=\"3,5\"", "decimal");
}
Test(package, refuses_a_value_out_of_its_own_bounds)
{
    refused("\"50\"", "\"101\"", "outside");
}
Test(package, refuses_bounds_in_the_wrong_order)
{
    refused("min=\"1\"", "min=\"200\"", "order");
}
Test(package, refuses_half_of_the_bounds)
{
    refused("min=\"1\"", "", "together");
}
Test(package, refuses_bounds_without_override)
{
    refused("override=\"permit\"", "", "permit");
}
Test(package, refuses_override_without_bounds)
{
    refused("min=\"1\" max=\"100\"", "", "anything");
}
Test(package, refuses_a_component_twice)
{
    refused("<row value", "<row component=\"nox\" value", "are for the same");
}
Test(package, refuses_a_step_without_its_file)
{
    refused_as(EG_E_DENIED, "t.xsl", "gone.xsl", "not in the package");
}
Test(package, refuses_a_step_file_that_leaves)
{
    refused("t.xsl", "../t.xsl", "file");
}
Test(package, refuses_a_result_used_before_it_is_made)
{
    refused("<steps>", "<steps><checks file=\"c.sch\" on=\"daily\"/>", "no earlier");
}
Test(package, refuses_a_result_made_twice)
{
    refused("</steps>", "<transform file=\"t.xsl\" result=\"daily\"/></steps>", "twice");
}
Test(package, refuses_a_notification_of_nothing)
{
    refused("name=\"n\" result=\"daily\"", "name=\"n\" result=\"gone\"", "no step");
}
Test(package, refuses_a_participant_who_is_not_named)
{
    refused("competent-authority", "participant", "participant");
}
Test(package, refuses_no_steps)
{
    refused("<checks file=\"c.sch\" on=\"daily\"/></steps>", "<x/></steps>", "");
}
Test(package, refuses_a_doctype)
{
    refused("<package", "<!DOCTYPE package><package", "DOCTYPE");
}

Test(package, refuses_settings_without_words)
{
    refused("words=\"small large\"", "", "words");
    refused("words=\"small large\"", "words=\"\"", "words");
}
Test(package, refuses_a_word_of_a_setting_that_is_there_twice)
{
    refused("small large", "small small", "twice");
}
Test(package, refuses_a_word_of_a_setting_that_the_language_uses)
{
    refused("small large", "small not", "EA-WORD");
}
Test(package, refuses_a_setting_without_source)
{
    refused(" source=\"Art. 2\"", "", "source");
}
Test(package, refuses_a_setting_that_is_there_twice)
{
    refused("source=\"Art. 2\"/>",
            "source=\"Art. 2\"/><setting name=\"size\" words=\"a\" source=\"x\"/>", "EA-NAME");
}
Test(package, refuses_a_value_beside_a_formula)
{
    refused("value=\"3\" source", "value=\"3\" is=\"1\" source", "needs value");
}
Test(package, refuses_a_formula_without_source)
{
    refused("value=\"3\" source=\"Annex 3\"", "is=\"1\"", "needs value");
}
Test(package, refuses_another_word_for_override)
{
    refused("override=\"permit\"", "override=\"permit-laxer\"", "override");
}
Test(package, refuses_rows_below_one_that_fits_always)
{
    refused("<row component=\"nox\"", "<row value=\"9\" source=\"x\"/><row component=\"nox\"",
            "EA-PARAM");
}
Test(package, puts_the_source_of_a_parameter_before_those_of_its_rows)
{
    struct eg_package *p = NULL;
    struct eg_error err = {0};
    struct eg_tree tree;
    char xml[sizeof(good) + 100] = "";
    const char *at = strstr(good, "min=\"1\"");

    (void)snprintf(xml, sizeof(xml), "%.*ssource=\"Part 2\" %s", (int)(at - good), good, at);
    fill(&tree, xml);
    cr_assert_eq(parse(&p, &tree, true, &err), EG_OK, "%s: %s", err.where, err.text);
    cr_expect_str_eq(p->parameters[0].rows[0].source, "Part 2, Annex 1");
    eg_package_free(&p);
}
Test(package, reads_a_parameter_that_may_only_become_stricter)
{
    struct eg_package *p = NULL;
    struct eg_error err = {0};
    struct eg_tree tree;
    char xml[sizeof(good) + 100] = "";
    const char *at = strstr(good, "override=\"permit\" min=\"1\" max=\"100\"");
    const char *after = strchr(at, '>');

    (void)snprintf(xml, sizeof(xml), "%.*soverride=\"permit-stricter\"%s", (int)(at - good), good,
                   after);
    fill(&tree, xml);
    cr_assert_eq(parse(&p, &tree, true, &err), EG_OK, "%s: %s", err.where, err.text);
    cr_expect(p->parameters[0].may_override && p->parameters[0].stricter_only);
    eg_package_free(&p);
}
