/*
 * Damages to the worked packages; each must be refused with its code, at its line.
 */
#include "tests/support/assessment_case.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static void refuse(const char *name, const char *from, const char *to, const char *code)
{
    struct assessment_case c;
    assessment_case_open(&c, name);
    assessment_case_package(&c, from, to);
    enum eg_status status = assessment_case_compile(&c);
    cr_assert(status == EG_E_FORMAT || status == EG_E_LIMIT, "not refused: %s", to);
    cr_assert_null(c.assessment);
    cr_expect_eq(strncmp(c.err.text, code, strlen(code)), 0, "%s: %s, not %s", to, c.err.text,
                 code);
    cr_expect_not_null(strchr(c.err.where, ':'), "%s", c.err.where);
    assessment_case_done(&c);
}

Test(assessment_read, refuses_names)
{
    refuse("a", "of=\"vsta\" as=\"limit-half-hour\"", "of=\"vstb\" as=\"limit-half-hour\"",
           "EA-NAME");
    refuse("c", "name=\"over-b\" over=\"effective\"", "name=\"over-a\" over=\"effective\"",
           "EA-NAME");
    refuse("c", "vsta\" unit=\"mg/m3\" is=\"max(0, ssta - ci)\"",
           "vsta\" unit=\"mg/m3\" is=\"max(0, later - ci)\"", "EA-NAME");
    refuse("a", "name=\"o2\"", "name=\"O2\"", "EA-NAME");
    refuse("a", "name=\"load\" from", "name=\"or\" from", "EA-NAME");
    refuse("a", "name=\"load\" from", "name=\"process\" from", "EA-NAME");
    refuse("a", "from=\"oxygen\"", "from=\"oxigen\"", "EA-NAME");
    refuse("a", "<given name=\"o2\"", "<given color=\"red\" name=\"o2\"", "EA-NAME");
    refuse("a", "<given name=\"o2\"", "<taken/><given name=\"o2\"", "EA-NAME");
    refuse("a", "<given name=\"o2\"", "text<given name=\"o2\"", "EA-NAME");
    refuse("a", "<source>", "<source><given name=\"t\" from=\"temperature\" unit=\"K\"/>",
           "EA-NAME"); /* never used */
    refuse("a", "reading=\"report-1\"", "reading=\"report-2\"", "EA-NAME");
    refuse("a", "when=\"ci exceeds $ci-max\"", "when=\"years has ended\"", "EA-NAME");
    refuse("a", "when=\"day exceeds $limit-day\"", "when=\"day exceeds $limit-day and\"",
           "EA-NAME");
    refuse("b", "<recall name=\"outage-on\" of=\"outage-hours\"/>",
           "<recall name=\"outage-on\" of=\"outage-hours\"/><recall name=\"outage-on\" "
           "of=\"outage-hours\"/>",
           "EA-NAME");
    refuse("d", "<remember of=\"class day-class s9 usable\"/>",
           "<remember of=\"class class day-class s9 usable\"/>", "EA-NAME");
}

Test(assessment_read, refuses_units)
{
    refuse("a", "is=\"max(0, ssta - ci)\" source=\"Anlage 4 Nr. 4\"",
           "is=\"max(0, ssta - o2)\" source=\"Anlage 4 Nr. 4\"", "EA-UNIT");
    refuse("a", "load is at least $load-min", "load is at least $lost-max", "EA-UNIT");
    refuse("a", "load is at least $load-min", "load is at least 70", "EA-UNIT");
    refuse("a", "reference-oxygen(sta, o2, $o2-ref)\"/></derive>",
           "reference-oxygen(sta, load, $o2-ref)\"/></derive>", "EA-UNIT");
    refuse("a", "unit=\"mg/m3\" is=\"year-sum / year-n\"", "unit=\"mg\" is=\"year-sum / year-n\"",
           "EA-UNIT");
    refuse("a", "<given name=\"o2\" from=\"oxygen\" unit=\"vol-%\"/>",
           "<given name=\"o2\" from=\"oxygen\"/>", "EA-UNIT");
    refuse("a", "<given name=\"o2\" from=\"oxygen\" unit=\"vol-%\"/>",
           "<given name=\"o2\" from=\"oxygen\" unit=\"furlong\"/>", "EA-UNIT");
    refuse("a", "of=\"vsta\" as=\"limit-half-hour\"", "of=\"vsta\" as=\"ci-percent\"", "EA-UNIT");
    refuse("b", "after=\"run-before\"", "after=\"3 kg\"", "EA-UNIT");
    refuse("e", "is=\"x + u\"", "is=\"convert(x + u, kg)\"", "EA-UNIT");
    refuse("e", "is=\"x + u\"", "is=\"x * u\"", "EA-UNIT");
}

Test(assessment_read, refuses_lines_without_source)
{
    refuse("c", " source=\"Part 7\"", "", "EA-SOURCE");
    refuse("c", " source=\"Part 7\"", " source=\"  \"", "EA-SOURCE");
    refuse("a", " source=\"VDI 4204 Blatt 1, 5.4; DIN 1333, 4.5.1\"", "", "EA-SOURCE");
    refuse("a",
           "when=\"day exceeds $limit-day\" source=\"§ 33 Abs. 1 Satz 2 Nr. 2, § 19 Abs. 5 "
           "Nr. 1\"",
           "when=\"day exceeds $limit-day\"", "EA-SOURCE");
}

Test(assessment_read, refuses_comparisons_of_what_is_not_rounded)
{
    refuse("a", "when=\"half-hour exceeds $limit-half-hour\"",
           "when=\"vsta exceeds $limit-half-hour\"", "EA-ROUND");
    refuse("a", "when=\"day exceeds $limit-day\"", "when=\"day-mean exceeds $limit-day\"",
           "EA-ROUND");
    refuse("a", "when=\"day exceeds $limit-day\"", "when=\"ci + day exceeds $limit-day\"",
           "EA-ROUND");
    refuse("d", "of=\"half-hour\" from=\"0\"", "of=\"day-mean\" from=\"0\"", "EA-NAME");
    refuse("d", "of=\"day\" from=\"0\"", "of=\"day-mean\" from=\"0\"", "EA-ROUND");
}

Test(assessment_read, refuses_numbers_of_another_form)
{
    refuse("a", "when=\"ci exceeds $ci-max\"", "when=\"ci exceeds 1e5 mg/m3\"", "EA-NUM");
    refuse("a", "when=\"ci exceeds $ci-max\"", "when=\"ci exceeds 1,5\"", "EA-NUM");
    refuse("a", "of=\"vsta\" as=\"limit-half-hour\"", "of=\"vsta\" place=\"10\"", "EA-NUM");
    refuse("a", "of=\"vsta\" as=\"limit-half-hour\"", "of=\"vsta\"", "EA-NUM");
    refuse("d", "from=\"0\" to=\"$limit-half-hour\"", "from=\"-1\" to=\"$limit-half-hour\"",
           "EA-NUM");
    refuse("b", "if-unknown=\"0\"", "if-unknown=\"nought\"", "EA-NUM");
}

Test(assessment_read, refuses_parameters_and_words_that_nobody_declares)
{
    refuse("a", "when=\"day exceeds $limit-day\"", "when=\"day exceeds $limit-dawn\"", "EA-PARAM");
    refuse("a", "<series having=\"limit-day\">", "<series having=\"limit-dawn\">", "EA-PARAM");
    refuse("a", "state is not off and", "state is not gone and", "EA-WORD");
    refuse("a", "is one of maintenance, malfunction", "is one of maintenance, fun", "EA-WORD");
    refuse("a", "cleaned is yes", "cleaned is perhaps", "EA-WORD");
    refuse("b", "$deviation is allowed", "$deviation is tolerated", "EA-WORD");
    refuse("a", "words=\"on start-up shut-down off\"", "words=\"on on off\"", "EA-WORD");
    refuse("a", "using=\"valid\"", "using=\"valid fine\"", "EA-WORD");
    refuse("a", "role=\"info\"", "role=\"nice\"", "EA-WORD");
    refuse("a", "steps=\"one\"", "steps=\"three\"", "EA-WORD");
    refuse("a", "grid=\"half-hour\"", "grid=\"minute\"", "EA-WORD");
    refuse("a", "rule=\"half-up\"", "rule=\"half-even\"", "EA-WORD");
}

Test(assessment_read, refuses_kinds)
{
    refuse("a", "when=\"day exceeds $limit-day\"", "when=\"half-hour exceeds $limit-day\"",
           "EA-KIND");
    refuse("a", "of=\"vsta\" over=\"judged\" using", "of=\"ci\" over=\"judged\" using", "EA-KIND");
    refuse("a", "valid-when=\"lost is at most",
           "valid-when=\"load is at most $load-min and lost "
           "is at most",
           "EA-KIND");
    refuse("a", "state is not off and", "state and", "EA-KIND");
    refuse("a", "state is not off and", "load is on and", "EA-KIND");
    refuse("a", "unit=\"mg/m3\" each=\"series\"", "unit=\"mg/m3\"", "EA-KIND");
    refuse("a", "<given name=\"load\" from=\"load\" unit=\"%\"/>",
           "<given name=\"load\" from=\"load\" words=\"a b\"/>", "EA-KIND");
    refuse("a", "is=\"year-sum / year-n\"", "is=\"year-sum / sum-on\"", "EA-KIND");
    refuse("a", "over=\"all\" when=\"lost-on\"",
           "over=\"all\" when=\"half-hour exceeds $limit-day\"", "EA-KIND");
    refuse("a", "each=\"half-hour\"", "each=\"hour\"", "EA-KIND");
    refuse("a", "<remember of=\"day-lost", "<remember of=\"half-hour day-lost", "EA-KIND");
    refuse("c", "part=\"n-year - over-b-year\"", "part=\"ci\"", "EA-KIND");
    refuse("e", "is=\"x + u\"", "is=\"x + $step * u\"", "EA-KIND");
    refuse("b", "cleaning is failed\" source=\"§ 21 Abs. 3\"",
           "cleaned is yes\" source=\"§ 21 Abs. 3\"", "EA-KIND");
}

Test(assessment_read, refuses_what_is_left_out)
{
    refuse("a", "using=\"valid\" source=\"§ 19 Abs. 1 Satz 3 und 4\"",
           "source=\"§ 19 Abs. 1 Satz 3 und 4\"", "EA-USING");
    refuse("a", "<count name=\"lost\" over=\"judged\"", "<count name=\"lost\"", "EA-OVER");
    refuse("a", "each=\"half-hour\" over=\"judged\"", "each=\"half-hour\"", "EA-OVER");
    refuse("d", "<classes name=\"class\" over=\"operation\"", "<classes name=\"class\"", "EA-OVER");
    refuse("a", "else=\"more than six half-hours lost to malfunction or maintenance\"", "",
           "EA-ELSE");
    refuse("a", "<otherwise is=\"reference-oxygen(sta, o2, $o2-ref)\"/>", "", "EA-ELSE");
}

Test(assessment_read, refuses_windows)
{
    refuse("a", "<remember of=\"day-lost sum-free n-free\"/>",
           "<remember of=\"day-lost sum-free\"/>", "EA-WINDOW");
    refuse("a", "days=\"calendar-year\"", "days=\"last 367 days\"", "EA-WINDOW");
    refuse("a", "days=\"calendar-year\"", "days=\"last 0 days\"", "EA-WINDOW");
    refuse("a", "days=\"calendar-year\"", "days=\"last 7  days\"", "EA-WINDOW");
    refuse("a", "days=\"calendar-year\"", "days=\"last 13 months\"", "EA-WINDOW");
    refuse("a", "days=\"calendar-year\"", "days=\"last year\"", "EA-WINDOW");
    refuse("b", "<finding id=\"WI17-OUTAGE-RUN\" role=\"info\" when=\"",
           "<finding id=\"WI17-OUTAGE-RUN\" role=\"info\" when=\"yesterday has ended and ",
           "EA-WINDOW");
    refuse("a", "<recall name=\"lost-on\" of=\"day-lost\"/>",
           "<given name=\"lost-on\" from=\"load\" unit=\"%\"/>", "EA-WINDOW");
}

Test(assessment_read, refuses_texts_ids_and_scales)
{
    refuse("a", "<text lang=\"de\">GT13-DAY trifft zu.</text>", "", "EA-TEXT");
    refuse("a", "GT13-DAY trifft zu.", "{dawn}", "EA-TEXT");
    refuse("a", "GT13-DAY trifft zu.", "{day", "EA-TEXT");
    refuse("a", "GT13-DAY trifft zu.", "day}", "EA-TEXT");
    refuse("a", "GT13-DAY trifft zu.", "{day-mean}", "EA-TEXT");
    refuse("a", "GT13-DAY trifft zu.", "{half-hour}", "EA-TEXT");
    refuse("a", "GT13-DAY trifft zu.", "{day:x}", "EA-TEXT");
    refuse("a", "GT13-DAY trifft zu.", "{end}", "EA-TEXT");
    refuse("b", "WI17-OUTAGE-RUN trifft zu.", "{component}", "EA-TEXT");
    refuse("a", "GT13-DAY trifft zu.", "{$limit-dawn}", "EA-PARAM");
    refuse("a", "id=\"GT13-DAY\"", "id=\"GT13-HH\"", "EA-ID");
    refuse("a", "id=\"GT13-DAY\"", "id=\"GT13 DAY\"", "EA-ID");
    refuse("d", "ids=\"M1..M20\"", "ids=\"M1..N20\"", "EA-SCALE");
    refuse("d", "ids=\"M1..M20\"", "ids=\"M20..M1\"", "EA-SCALE");
    refuse("d", "ids=\"M1..M20\"", "ids=\"M1\"", "EA-SCALE");
    refuse("d", "<class id=\"S5\"", "<class id=\"S11\"", "EA-SCALE");
    refuse("d", "<class id=\"S5\"", "<class id=\"M7\"", "EA-SCALE");
}

Test(assessment_read, knows_its_ceilings)
{
    struct eg_buf lines = {0};
    eg_buf_init(&lines, EG_MIB);
    for (int i = 0; i <= EG_ASSESSMENT_NAMES_MAX; i++) {
        eg_buf_format(&lines, "<figure name=\"f%d\" unit=\"1\" is=\"%d\" source=\"x\"/>", i, i);
    }
    eg_buf_text(&lines, "<given name=\"o2\"");
    refuse("a", "<given name=\"o2\"", (const char *)lines.data, "EA-LIMIT");
    eg_buf_reset(&lines);
    for (int i = 0; i <= EG_ASSESSMENT_WINDOWS_MAX; i++) {
        eg_buf_format(&lines, "<window name=\"w%d\" days=\"day-before\"/>", i);
    }
    eg_buf_text(&lines, "<given name=\"o2\"");
    refuse("a", "<given name=\"o2\"", (const char *)lines.data, "EA-LIMIT");
    eg_buf_done(&lines);
}

Test(assessment_read, refuses_another_root_and_two_sources)
{
    refuse("e", "<assessment xmlns=\"urn:emgate:assessment:1\"", "<assessment xmlns=\"urn:x\"",
           "EA-NAME");
    refuse("e", "<source>", "<source/><source>", "EA-NAME");
    refuse("e", "result=\"periodic\" reading", "result=\"daily\" reading", "EA-NAME");
}

#define SERIES "<series having=\"limit-day\">"
#define REQUIRE(what) SERIES "<require " what "/>"

Test(assessment_read, refuses_what_is_owed_for_no_reason_of_the_plant)
{
    static const char *const wrong[][2] = {
        {REQUIRE("series='NOx'"), "EA-SOURCE"},
        {REQUIRE("source='x'"), "EA-NAME"},
        {REQUIRE("series='NOx' columns='o2' source='x'"), "EA-NAME"},
        {REQUIRE("series='' source='x'"), "EA-NAME"},
        {REQUIRE("columns='nothing' source='x'"), "EA-NAME"},
        {REQUIRE("columns='judged' source='x'"), "EA-KIND"},
        {REQUIRE("series='NOx' when='o2 exceeds 5 vol-%' source='x'"), "EA-KIND"},
        {REQUIRE("series='NOx' when='state is on' source='x'"), "EA-KIND"},
        {REQUIRE("series='NOx' when='later' source='x'"), "EA-NAME"},
        {REQUIRE("series='NOx' when='process is other and' source='x'"), "EA-NAME"},
        {REQUIRE("series='NOx' color='red' source='x'"), "EA-NAME"},
        {"<require series='NOx' source='x'/>" SERIES, "EA-KIND"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        refuse("a", SERIES, wrong[i][0], wrong[i][1]);
    }
    refuse("a", "<recall name=\"lost-on\"",
           "<require series='NOx' source='x'/><recall "
           "name=\"lost-on\"",
           "EA-WINDOW");
}

#define COMBINE(series, parts) "<combine series='" series "' source='x'>" parts "</combine>" SERIES
#define TWO "<part series='NO'/><part series='NO2'/>"

Test(assessment_read, refuses_sums_of_components_that_are_none)
{
    static const char *const wrong[][2] = {
        {COMBINE("NOx", ""), "EA-NAME"},
        {COMBINE("NOx", "<part series='NO'/>"), "EA-NAME"},
        {COMBINE("NOx", "<part series='NO'/><part series='NO'/>"), "EA-NAME"},
        {COMBINE("NOx", "<part series='NO'/><part series='NOx'/>"), "EA-NAME"},
        {COMBINE("NOx", "<part series='NO' times='0'/><part series='NO2'/>"), "EA-NUM"},
        {COMBINE("NOx", "<part series='NO' per='-1'/><part series='NO2'/>"), "EA-NUM"},
        {COMBINE("NOx", "<part series='NO' times='1,5'/><part series='NO2'/>"), "EA-NUM"},
        {COMBINE("NOx", "<part/><part series='NO2'/>"), "EA-NAME"},
        {COMBINE("NOx", TWO "text"), "EA-NAME"},
        {"<combine series='NOx'>" TWO "</combine>" SERIES, "EA-SOURCE"},
        {"<combine series='NOx' source='x'>" TWO "</combine>" COMBINE("NOx", TWO), "EA-NAME"},
        {SERIES "<combine series='NOx' source='x'>" TWO "</combine>", "EA-NAME"},
        {COMBINE("NOx", TWO "<part series='a'/><part series='b'/><part series='c'/>"
                            "<part series='d'/><part series='e'/><part series='f'/>"
                            "<part series='g'/>"),
         "EA-LIMIT"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        refuse("a", SERIES, wrong[i][0], wrong[i][1]);
    }
    refuse("e", "<series having=\"limit\">",
           "<combine series='NOx' source='x'>" TWO "</combine><series having=\"limit\">",
           "EA-KIND"); /* a list of samplings */
}

#define O2(bounds) "<given name=\"o2\" from=\"oxygen\" unit=\"vol-%\" " bounds "/>"

Test(assessment_read, refuses_ranges_and_unknown_places_of_no_sense)
{
    static const char *const wrong[][2] = {
        {O2("at-least='many'"), "EA-NUM"},
        {O2("below='1e1'"), "EA-NUM"},
        {O2("at-least='5' at-most='4'"), "EA-NUM"},
        {O2("at-least='5' below='5'"), "EA-NUM"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        refuse("a", "<given name=\"o2\" from=\"oxygen\" unit=\"vol-%\"/>", wrong[i][0],
               wrong[i][1]);
    }
    refuse("a", "words=\"on start-up shut-down off\"",
           "words=\"on start-up shut-down off\" at-least=\"0\"", "EA-KIND");
    static const char *const most[] = {"-1", "1000", "1.5", "one", " 1", "1 "};
    for (size_t i = 0; i < sizeof most / sizeof most[0]; i++) {
        char mean[100] = "";
        (void)snprintf(mean, sizeof mean, "<mean unknown-max=\"%s\" name=\"day-mean\"", most[i]);
        refuse("a", "<mean name=\"day-mean\"", mean, "EA-NUM");
    }
    refuse("a", "<count name=\"lost\"", "<count unknown-max=\"1\" name=\"lost\"", "EA-NAME");
}

Test(assessment_read, refuses_a_word_where_there_is_none)
{
    refuse("a", "where=\"state is not off and", "where=\"o2 has a word and", "EA-KIND");
    refuse("a", "where=\"state is not off and", "where=\"nothing has a word and", "EA-NAME");
    refuse("a", "where=\"state is not off and", "where=\"state has a", "EA-NAME");
    refuse("a", "where=\"state is not off and", "where=\"o2 + o2 has a word and", "EA-NAME");
}
