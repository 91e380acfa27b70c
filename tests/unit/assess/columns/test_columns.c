#include "assess/columns/columns.h"
#include "assess/judge/engine.h"
#include "base/limits.h"

#include <criterion/criterion.h>
#include <emgate/version.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A reading of a small vocabulary, and the report that it reads. */
#define NO_RANGE                                                                                   \
    false,                                                                                         \
    {                                                                                              \
        0, 0, 0                                                                                    \
    }

static const char reading_text[] =
    "<reading xmlns='urn:emgate:reading:1' name='small' root='r:report'>\n"
    "<namespace prefix='r' uri='urn:r'/>\n"
    "<source over='r:source' id='@id'/>\n"
    "<series over='r:series' key='@component'/>\n"
    "<grid end='@t' step='@step'/>\n"
    "<status code='ok' is='valid'/><status code='M' is='maintenance'/>"
    "<status code='E' is='substitute'/>\n"
    "<column name='own' of='series' each='r:v' number='@x' status='@s' unit='../@unit'/>\n"
    "<column name='u' of='series' each='r:v' number='@u' unit-is='mg/m3'/>\n"
    "<column name='oxygen' of='source' each=\"r:companion[@name='o2']/r:v\" number='@x' "
    "status='@s' unit='../@unit'/>\n"
    "<column name='state' of='source' each='r:operation/r:v' word='@w'/>\n"
    "<scalar name='ci' of='series' at='r:calibration/@ci' unit='@unit'/>\n"
    "</reading>\n";

static const char report_text[] =
    "<report xmlns='urn:r' step='PT30M'>\n<source id='stack-1'>\n"
    "<companion name='p' unit='hPa'><v t='2021-04-06T00:30:00' x='1013' s='ok'/></companion>\n"
    "<companion name='o2' unit='vol-%'><v t='2021-04-06T00:30:00' x='14.0' s='ok'/>"
    "<v t='2021-04-06T24:00:00' x='15.5' s='ok'/></companion>\n"
    "<operation><v t='2021-04-06T00:30:00' w='on'/><v t='2021-04-06T01:00:00' "
    "w='off'/></operation>\n"
    "<series component='NOx' unit='g/m3'><calibration ci='0.004'/>\n"
    "<v t='2021-04-06T00:30:00' x='0.0623' s='ok'/>\n"
    "<v t='2021-04-06T01:00:00' s='M'/>\n"
    "<v t='2021-04-06T24:00:00' x='0.1' s='E'/></series>\n"
    "<series component='CO' unit='mg/m3'><v t='2021-04-06T00:30:00' x='7' s='ok'/></series>\n"
    "</source></report>";

static const char *const state_words[] = {"on", "start-up", "off"};

/* Text with the first `from` made `to`; free(). */
static char *changed(const char *text, const char *from, const char *to)
{
    const char *at = strstr(text, from);
    cr_assert_not_null(at, "%s", from);
    size_t len = strlen(text) + strlen(to) + 1;
    char *out = malloc(len);
    cr_assert_not_null(out);
    (void)snprintf(out, len, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    return out;
}

static struct eg_unit unit(const char *text)
{
    struct eg_unit out;
    cr_assert(eg_unit_read(eg_bytes_of(text), &out), "%s", text);
    return out;
}

static struct eg_columns *compile(const char *text)
{
    struct eg_columns *columns = NULL;
    struct eg_error err = {0};
    cr_assert_eq(
        eg_columns_compile(&columns, eg_bytes_of(text), "readings/small.xml", "small", &err), EG_OK,
        "%s: %s", err.where, err.text);
    return columns;
}

struct world {
    struct eg_columns *columns;
    struct eg_extraction *filling;
    struct eg_grid grid;
    struct eg_findings findings;
    xmlDoc *doc;
    bool readable;
};

/* 0 own, 1 oxygen, 2 state, 3 ci, 4 oxygen in the series. */
static void pour_kind(struct world *w, const char *reading, const char *report,
                      enum eg_grid_kind kind, const char *until)
{
    struct eg_error err = {0};
    const struct eg_given givens[] = {
        {"own", true, unit("mg/m3"), "mg/m3", NULL, 0, NO_RANGE},
        {"oxygen", false, unit("vol-%"), "vol-%", NULL, 0, NO_RANGE},
        {"state", false, {0}, NULL, state_words, 3, NO_RANGE},
        {"ci", true, unit("mg/m3"), "mg/m3", NULL, 0, NO_RANGE},
        {"oxygen", true, unit("vol-%"), "vol-%", NULL, 0, NO_RANGE},
    };
    struct eg_report_header about = {.from = "2021-04-06"};
    (void)snprintf(about.until, sizeof(about.until), "%s", until);

    memset(w, 0, sizeof(*w));
    cr_assert_eq(eg_engine_init(NULL), EG_OK);
    w->columns = compile(reading);
    cr_assert_eq(eg_extraction_new(&w->filling, w->columns, kind, givens, 5, &err), EG_OK, "%s",
                 err.text);
    eg_findings_init(&w->findings);
    cr_assert_eq(
        eg_xml_parse_report(&w->doc, &w->findings, eg_bytes_of(report), EG_MIB, EG_SEMANTICS, &err),
        EG_OK);
    cr_assert_not_null(w->doc);
    eg_grid_init(&w->grid);
    const struct eg_extract_from job = {.doc = w->doc, .header = &about, .step = 2};
    for (int again = 0; again < 2; again++) { /* a second report in the same room */
        eg_findings_done(&w->findings);
        eg_findings_init(&w->findings);
        cr_assert_eq(eg_grid_extract(&w->grid, &w->readable, w->filling, &job, &w->findings, &err),
                     EG_OK, "%s", err.text);
    }
}

static void pour(struct world *w, const char *report)
{
    pour_kind(w, reading_text, report, EG_GRID_HALF_HOUR, "2021-04-06");
}

static void done(struct world *w)
{
    eg_grid_done(&w->grid);
    eg_extraction_free(&w->filling);
    eg_columns_free(&w->columns);
    eg_findings_done(&w->findings);
    xmlFreeDoc(w->doc);
    eg_engine_done();
}

/* ---- values ------------------------------------------------------------------------------- */

Test(columns, puts_values_on_their_places)
{
    struct world w;
    pour(&w, report_text);
    cr_assert(w.readable);
    cr_assert_eq(w.findings.count, 0);
    cr_assert_eq(w.grid.source_count, 1);
    const struct eg_grid_source *source = &w.grid.sources[0];
    cr_assert_str_eq(source->id, "stack-1");
    cr_assert_eq(source->places, 48);
    cr_assert_eq(source->series_count, 2);
    const struct eg_grid_series *nox = &source->series[0];
    cr_assert_str_eq(nox->component, "NOx");
    cr_assert(nox->wanted);
    cr_assert_eq(nox->line, 6);
    const struct eg_cells *own = &nox->cells[0];
    cr_assert_eq(own->x[0], 62.3); /* exact, though 0.0623 * 1000 is not */
    cr_assert_eq(own->status[0], EG_VALUE_VALID);
    cr_assert(isnan(own->x[1]));
    cr_assert_eq(own->status[1], EG_VALUE_MAINTENANCE);
    cr_assert(isnan(own->x[2]));
    cr_assert_eq(own->status[2], EG_VALUE_MISSING);
    cr_assert_eq(own->x[47], 100.0);
    cr_assert_eq(own->status[47], EG_VALUE_SUBSTITUTE);
    cr_assert_eq(nox->cells[3].x[0], 4.0);
    cr_assert_eq(nox->cells[3].status[0], EG_VALUE_VALID);
    cr_assert_eq(nox->cells[4].x[47], 15.5);
    cr_assert_null(nox->cells[1].x);
    done(&w);
}

Test(columns, reads_companions_words_and_scalars_that_are_not_there)
{
    struct world w;
    pour(&w, report_text);
    const struct eg_grid_source *source = &w.grid.sources[0];
    cr_assert_eq(source->cells[1].x[0], 14.0);
    cr_assert_eq(source->cells[1].status[1], EG_VALUE_MISSING);
    cr_assert_eq(source->cells[2].word[0], 1);
    cr_assert_eq(source->cells[2].word[1], 3);
    cr_assert_eq(source->cells[2].word[2], 0);
    cr_assert_null(source->cells[2].x);
    cr_assert_eq(source->series[1].cells[3].status[0], EG_VALUE_MISSING);
    cr_assert(isnan(source->series[1].cells[3].x[0]));
    cr_assert_eq(source->series[1].cells[0].x[0], 7.0);
    done(&w);
}

static bool only_co(void *payload, const char *component)
{
    (void)payload;
    return strcmp(component, "CO") == 0;
}

Test(columns, only_names_what_is_not_wanted)
{
    struct world w;
    char *report = changed(report_text, "unit='g/m3'", "unit='furlong'");
    pour(&w, report);
    cr_assert_not(w.readable);
    struct eg_report_header about = {.from = "2021-04-06", .until = "2021-04-06"};
    const struct eg_extract_from job = {w.doc, &about, 2, only_co, NULL};
    eg_findings_done(&w.findings);
    eg_findings_init(&w.findings);
    cr_assert_eq(eg_grid_extract(&w.grid, &w.readable, w.filling, &job, &w.findings, NULL), EG_OK);
    cr_assert(w.readable);
    cr_assert_not(w.grid.sources[0].series[0].wanted);
    cr_assert_null(w.grid.sources[0].series[0].cells);
    cr_assert_eq(w.grid.sources[0].series[1].cells[0].x[0], 7.0);
    done(&w);
    free(report);
}

Test(columns, labels_are_ends_of_intervals)
{
    char label[EG_GRID_LABEL_MAX];
    struct eg_grid grid = {.kind = EG_GRID_HALF_HOUR, .day = "2021-04-06"};
    eg_grid_label(label, &grid, 0);
    cr_assert_str_eq(label, "2021-04-06T00:30:00");
    eg_grid_label(label, &grid, 47);
    cr_assert_str_eq(label, "2021-04-06T24:00:00");
    grid.kind = EG_GRID_HOUR;
    eg_grid_label(label, &grid, 1);
    cr_assert_str_eq(label, "2021-04-06T02:00:00");
}

Test(columns, hours_are_a_grid_of_24)
{
    struct world w;
    char *hours = changed(report_text, "PT30M", "PT60M");
    char *report = hours;
    for (const char *half = strstr(report, "00:30"); half != NULL; half = strstr(report, "00:30")) {
        char *next = changed(report, "00:30", "02:00");
        free(report);
        report = next;
    }
    pour_kind(&w, reading_text, report, EG_GRID_HOUR, "2021-04-06");
    cr_assert(w.readable);
    cr_assert_eq(w.grid.sources[0].places, 24);
    cr_assert_eq(w.grid.sources[0].series[0].cells[0].x[1], 62.3);
    cr_assert_eq(w.grid.sources[0].series[0].cells[0].status[0], EG_VALUE_MAINTENANCE);
    cr_assert_eq(w.grid.sources[0].series[0].cells[0].x[23], 100.0);
    done(&w);
    free(report);
}

Test(columns, measurements_are_lists_with_companions_beside_them)
{
    struct world w;
    char *report = changed(report_text, "2021-04-06T01:00:00' s='M'", "2021-04-08T10:17:00' s='M'");
    pour_kind(&w, reading_text, report, EG_GRID_MEASUREMENT, "2021-04-08");
    cr_assert(w.readable, "%s", w.findings.count > 0 ? w.findings.list[0].rule : "");
    const struct eg_grid_source *source = &w.grid.sources[0];
    cr_assert_eq(source->places, 3); /* of the operation and the companion */
    cr_assert_eq(source->series[0].places, 3);
    cr_assert_eq(source->series[1].places, 1);
    cr_assert_str_eq(source->series[0].labels[1], "2021-04-08T10:17:00");
    cr_assert_eq(source->series[0].cells[0].status[1], EG_VALUE_MAINTENANCE);
    cr_assert_eq(source->series[0].cells[4].x[0], 14.0);
    cr_assert_eq(source->series[0].cells[4].status[1], EG_VALUE_MISSING);
    cr_assert_eq(source->series[0].cells[4].x[2], 15.5);
    done(&w);
    free(report);
}

/* ---- faults of a report ------------------------------------------------------------------- */

static void finds(const char *report, enum eg_grid_kind kind, const char *until, const char *rule,
                  unsigned line, const char *location)
{
    struct world w;
    pour_kind(&w, reading_text, report, kind, until);
    cr_assert_not(w.readable, "%s", rule);
    cr_assert_geq(w.findings.count, 1);
    const struct eg_finding *finding = &w.findings.list[0];
    cr_assert_str_eq(finding->rule, rule);
    cr_assert_eq(finding->severity, EG_SEVERITY_ERROR);
    cr_assert_eq(finding->step, 2);
    if (location != NULL) {
        cr_assert_eq(finding->line, line, "%s: %u", rule, finding->line);
        cr_assert_str_eq(finding->location, location);
    }
    struct eg_buf text;
    for (int i = 0; i < 2; i++) {
        eg_buf_init(&text, 10000);
        cr_assert(eg_finding_builtin_text(finding, i == 0 ? "de" : "en", &text));
        cr_assert_null(strchr((const char *)text.data, '?'), "%s", (const char *)text.data);
        eg_buf_done(&text);
    }
    done(&w);
}

static void finds_after(const char *from, const char *to, const char *rule, unsigned line,
                        const char *location)
{
    char *report = changed(report_text, from, to);
    finds(report, EG_GRID_HALF_HOUR, "2021-04-06", rule, line, location);
    free(report);
}

#define NOX "/r:report/r:source[1]/r:series[1]"

Test(columns, values_off_the_grid_are_faults)
{
    static const char *const labels[] = {"2021-04-06T00:31:00",
                                         "2021-04-06T00:00:00",
                                         "2021-04-07T00:00:00",
                                         "2021-04-05T00:30:00",
                                         "2021-04-06T24:30:00",
                                         "2021-04-06T25:00:00",
                                         "2021-04-06T00:30:01",
                                         "2021-04-06T00:30",
                                         "2021-04-06 00:30:00",
                                         "2021-04-06T00:30:00Z",
                                         "",
                                         "2021-04-06T0x:30:00",
                                         "2021-04-06T00:60:00",
                                         "2021-04-06T-1:30:00"};
    for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
        char to[64];
        (void)snprintf(to, sizeof(to), "t='%s' x='0.0623'", labels[i]);
        finds_after("t='2021-04-06T00:30:00' x='0.0623'", to, "grid-place", 7, NOX "/r:v[1]/@t");
    }
    finds_after("t='2021-04-06T00:30:00' x='0.0623'", "x='0.0623'", "grid-place", 7, NOX "/r:v[1]");
}

Test(columns, two_values_on_one_place_are_a_fault)
{
    finds_after("T01:00:00' s='M'", "T00:30:00' s='M'", "grid-twice", 8, NOX "/r:v[2]/@t");
    finds_after("T01:00:00' w='off'", "T00:30:00' w='off'", "grid-twice", 5,
                "/r:report/r:source[1]/r:operation[1]/r:v[2]/@t");
    finds_after("name='p'", "name='o2'", "unit-unknown", 3,
                "/r:report/r:source[1]/r:companion[1]/@unit");
}

Test(columns, numbers_have_one_form)
{
    static const char *const numbers[] = {
        "1e5", "NaN", "INF", "1,5",  "",    " 1",    "1 ",
        "+1",  ".5",  "5.",  "0x10", "--1", "1.2.3", "1234567890.123456"};
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        char to[64];
        (void)snprintf(to, sizeof(to), "x='%s'", numbers[i]);
        finds_after("x='0.0623'", to, "number-form", 7, NOX "/r:v[1]/@x");
    }
    finds_after("ci='0.004'", "ci='0.004 '", "number-form", 6, NOX "/r:calibration[1]/@ci");
}

Test(columns, statuses_words_and_units_must_be_known)
{
    finds_after("s='M'", "s='m'", "status-unknown", 8, NOX "/r:v[2]/@s");
    finds_after("s='M'", "s=''", "status-unknown", 8, NOX "/r:v[2]/@s");
    finds_after(" s='M'", "", "status-unknown", 8, NOX "/r:v[2]");
    finds_after("x='0.0623' s='ok'", "s='ok'", "number-missing", 7, NOX "/r:v[1]");
    finds_after("x='0.1' s='E'", "s='E'", "number-missing", 9, NOX "/r:v[3]");
    finds_after("w='off'", "w='gone'", "word-unknown", 5,
                "/r:report/r:source[1]/r:operation[1]/r:v[2]/@w");
    finds_after("w='off'", "w=''", "word-unknown", 5,
                "/r:report/r:source[1]/r:operation[1]/r:v[2]/@w");
    finds_after("unit='g/m3'", "unit='ppm'", "unit-unknown", 6, NOX "/@unit");
    finds_after("unit='g/m3'", "unit='g/h'", "unit-unknown", 6, NOX "/@unit");
    finds_after(" unit='g/m3'", "", "unit-unknown", 6, NULL);
    finds_after("unit='vol-%'", "unit='%'", "unit-unknown", 4,
                "/r:report/r:source[1]/r:companion[2]/@unit");
}

Test(columns, sources_and_series_have_names_of_their_own)
{
    finds_after("id='stack-1'", "id=''", "source-name", 2, "/r:report/r:source[1]");
    finds_after(" id='stack-1'", "", "source-name", 2, "/r:report/r:source[1]");
    finds_after("component='NOx'", "component=''", "series-name", 6, NOX);
    finds_after("component='CO'", "component='NOx'", "series-twice", 10,
                "/r:report/r:source[1]/r:series[2]");
    finds_after("</source></report>", "</source><source id='stack-1'/></report>", "source-twice",
                11, "/r:report/r:source[2]");
}

Test(columns, reports_of_other_periods_steps_and_roots_are_faults)
{
    finds(report_text, EG_GRID_HALF_HOUR, "2021-04-07", "grid-period", 1, "/r:report");
    finds(report_text, EG_GRID_HOUR, "2021-04-06", "grid-step", 1, "/r:report");
    finds_after("PT30M", "PT15M", "grid-step", 1, "/r:report");
    finds_after(" step='PT30M'", "", "grid-step", 1, "/r:report");
    finds(report_text, EG_GRID_MEASUREMENT, "2021-04-05", "grid-place", 0, NULL);
    char *other = changed(report_text, "urn:r", "urn:s");
    finds(other, EG_GRID_HALF_HOUR, "2021-04-06", "reading-root", 1, NULL);
    free(other);
}

/* A report with `count` series, or with one series of `count` values. */
static void many(struct eg_buf *out, size_t series, size_t values)
{
    eg_buf_init(out, EG_MIB);
    eg_buf_text(out, "<report xmlns='urn:r' step='PT30M'><source id='a'>");
    for (size_t i = 0; i < series; i++) {
        eg_buf_format(out, "<series component='c%zu' unit='mg/m3'>", i);
        for (size_t j = 0; j < values; j++) {
            eg_buf_format(out, "<v t='2021-04-06T%02zu:%02zu:00' s='M'/>", j / 60 % 24, j % 60);
        }
        eg_buf_text(out, "</series>");
    }
    eg_buf_text(out, "</source></report>");
}

Test(columns, too_much_is_a_fault)
{
    struct eg_buf report;
    many(&report, EG_GRID_SERIES_MAX + 1, 0);
    finds((const char *)report.data, EG_GRID_HALF_HOUR, "2021-04-06", "grid-size", 1,
          "/r:report/r:source[1]");
    eg_buf_done(&report);
    many(&report, 1, EG_GRID_LIST_MAX + 1);
    finds((const char *)report.data, EG_GRID_MEASUREMENT, "2021-04-06", "grid-size", 1, NOX);
    eg_buf_done(&report);
}

Test(columns, as_much_as_allowed_is_read)
{
    struct eg_buf report;
    struct world w;
    many(&report, EG_GRID_SERIES_MAX, 0);
    pour(&w, (const char *)report.data);
    cr_assert(w.readable);
    cr_assert_eq(w.grid.sources[0].series_count, EG_GRID_SERIES_MAX);
    done(&w);
    eg_buf_done(&report);
}

Test(columns, every_fault_is_told_at_once)
{
    struct world w;
    char *one = changed(report_text, "x='0.0623'", "x='1e5'");
    char *two = changed(one, "w='off'", "w='gone'");
    pour(&w, two);
    cr_assert_eq(w.findings.count, 2);
    cr_assert_eq(w.findings.list[0].value_count, 4);
    cr_assert_str_eq(w.findings.list[1].values[0].text, "stack-1, NOx");
    done(&w);
    free(one);
    free(two);
}

/* ---- readings that are refused ------------------------------------------------------------ */

static void refused(const char *from, const char *to, unsigned line, const char *part)
{
    struct eg_columns *columns = NULL;
    struct eg_error err = {0};
    char *text = changed(reading_text, from, to);
    char where[64];

    cr_assert_eq(eg_engine_init(NULL), EG_OK);
    cr_assert_eq(
        eg_columns_compile(&columns, eg_bytes_of(text), "readings/small.xml", "small", &err),
        EG_E_FORMAT, "%s", to);
    (void)snprintf(where, sizeof(where), "readings/small.xml:%u", line);
    cr_assert(strncmp(err.where, where, strlen(where)) == 0, "%s: %s, not %s", to, err.where,
              where);
    cr_assert_not_null(strstr(err.text, part), "%s: %s", to, err.text);
    cr_assert_null(columns);
    eg_engine_done();
    free(text);
}

Test(columns, refuses_readings_of_another_shape)
{
    refused("<reading xmlns='urn:emgate:reading:1'", "<reading xmlns='urn:emgate:reading:2'", 1,
            "");
    refused("name='small'", "name='Small'", 1, "");
    refused("name='small'", "name='large'", 1, "wanted is \"small\"");
    refused("<source over='r:source' id='@id'/>\n", "", 3, "");
    refused("<grid end='@t' step='@step'/>\n", "", 5, "");
    refused(" of='series' each='r:v' number='@x'", " of='plant' each='r:v' number='@x'", 7, "");
    refused("is='valid'", "is='good'", 6, "");
    refused("each='r:v' number='@x'", "each='r:v' numbers='@x'", 7, "");
    refused("</reading>", "<let/></reading>", 12, "");
}

Test(columns, refuses_what_stands_twice_or_contradicts)
{
    refused("<namespace prefix='r' uri='urn:r'/>",
            "<namespace prefix='r' uri='urn:r'/><namespace prefix='r' uri='urn:s'/>", 2, "twice");
    refused("code='M'", "code='ok'", 6, "\"ok\" stands twice");
    refused("name='u' of", "name='own' of", 8, "stands twice");
    refused("name='ci'", "name='own'", 11, "stands twice");
    refused("<series over='r:series' key='@component'/>\n", "", 6, "no series element");
    refused("unit='../@unit'/>", "unit='../@unit' unit-is='%'/>", 7, "either unit or unit-is");
    refused(" status='@s' unit='../@unit'/>\n<column name='u'", "/>\n<column name='u'", 7,
            "either unit or unit-is");
    refused("unit-is='mg/m3'", "unit-is='ppm'", 8, "is no unit");
    refused("word='@w'", "word='@w' status='@s'", 10, "no status");
    refused("word='@w'", "word='@w' unit-is='1'", 10, "no unit");
    refused("word='@w'", "word='@w' number='@x' unit-is='1'", 10, "either number or word");
    refused(" word='@w'", "", 10, "either number or word");
}

Test(columns, refuses_paths_it_does_not_understand)
{
    static const char *const each[] = {"//r:v",
                                       "/r:v",
                                       "r:v/",
                                       "r:v//r:w",
                                       "s:v",
                                       "r:*",
                                       "*",
                                       ".",
                                       "..",
                                       "../r:v",
                                       "r:v[1]",
                                       "r:v[@a]",
                                       "r:v[@a=b]",
                                       "r:v[@a='b'",
                                       "r:v[@a='b' and @c='d']",
                                       "r:v | r:w",
                                       "child::r:v",
                                       "r:v/@x",
                                       "r:v/text()",
                                       " r:v",
                                       "r:v[a='b']",
                                       "r:v[@q:a='b']",
                                       "1v",
                                       "r:",
                                       "r:1",
                                       "a/b/c/d/e/f/g/h/i",
                                       "v[@a='1'][@b='1'][@c='1'][@d='1'][@e='1']"};
    for (size_t i = 0; i < sizeof(each) / sizeof(each[0]); i++) {
        char to[128];
        (void)snprintf(to, sizeof(to), "each=\"%s\" number", each[i]);
        refused("each='r:v' number", to, 7, "each=");
    }
    static const char *const value[] = {"x",         "r:v",  "@",         "@*",  "@x/y",
                                        "../x",      "../",  "@x ",       "/@x", "./@x",
                                        "r:v/../@x", "@q:x", "string(@x)"};
    for (size_t i = 0; i < sizeof(value) / sizeof(value[0]); i++) {
        char to[128];
        (void)snprintf(to, sizeof(to), "number='%s' s", value[i]);
        refused("number='@x' s", to, 7, "number=");
    }
    refused("root='r:report'", "root='r:report/r:x'", 1, "root is one name");
    refused("root='r:report'", "root=\"r:report[@a='b']\"", 1, "root is one name");
}

Test(columns, refuses_givens_that_do_not_fit)
{
    struct eg_extraction *filling = NULL;
    struct eg_error err = {0};
    cr_assert_eq(eg_engine_init(NULL), EG_OK);
    struct eg_columns *columns = compile(reading_text);
    const struct {
        struct eg_given given;
        enum eg_status status;
    } rows[] = {
        {{"nothing", true, unit("1"), "1", NULL, 0, NO_RANGE}, EG_E_NOTFOUND},
        {{"own", false, unit("mg/m3"), "mg/m3", NULL, 0, NO_RANGE}, EG_E_FORMAT},
        {{"ci", false, unit("mg/m3"), "mg/m3", NULL, 0, NO_RANGE}, EG_E_FORMAT},
        {{"own", true, {0}, NULL, state_words, 3, NO_RANGE}, EG_E_FORMAT},
        {{"state", false, unit("1"), "1", NULL, 0, NO_RANGE}, EG_E_FORMAT},
        {{"state", false, {0}, NULL, state_words, EG_COLUMN_WORDS_MAX + 1, NO_RANGE}, EG_E_LIMIT},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        cr_assert_eq(eg_extraction_new(&filling, columns, EG_GRID_HOUR, &rows[i].given, 1, &err),
                     rows[i].status, "%zu", i);
        cr_assert_null(filling);
        cr_assert_not_null(strstr(err.where, rows[i].given.column));
    }
    cr_assert_eq(eg_columns_find(columns, "state")->kind, EG_COLUMN_WORD);
    cr_assert_eq(eg_columns_find(columns, "ci")->kind, EG_COLUMN_SCALAR);
    cr_assert(eg_columns_find(columns, "own")->of_series);
    cr_assert_null(eg_columns_find(columns, "nothing"));
    cr_assert_str_eq(eg_columns_at(columns, 0)->name, "own");
    cr_assert_null(eg_columns_at(columns, 5));
    eg_columns_free(&columns);
    eg_engine_done();
}

/* ---- the readings that are shipped -------------------------------------------------------- */

static void ships(const char *name, const char *last)
{
    struct eg_columns *columns = NULL;
    struct eg_error err = {0};
    struct eg_buf text;
    char path[128];

    (void)snprintf(path, sizeof(path), "rules/vocabulary/readings/%s.xml", name);
    eg_buf_init(&text, EG_MIB);
    cr_assert_eq(eg_file_read(&text, path, &err), EG_OK, "%s", err.text);
    cr_assert_eq(eg_columns_compile(&columns, eg_bytes_view(&text), path, name, &err), EG_OK,
                 "%s: %s", err.where, err.text);
    static const char *const wanted[] = {"own",      "oxygen", "temperature", "pressure",
                                         "moisture", "flow",   "load",        "state",
                                         "cleaning", "waste",  "confidence",  "calibration-range"};
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        cr_assert_not_null(eg_columns_find(columns, wanted[i]), "%s", wanted[i]);
    }
    cr_assert_not_null(eg_columns_find(columns, last));
    eg_columns_free(&columns);
    eg_buf_done(&text);
}

Test(columns, shipped_readings_have_what_packages_ask_for)
{
    cr_assert_eq(eg_engine_init(NULL), EG_OK);
    ships("report-1", "flow-standard");
    ships("report-1-periodic", "uncertainty");
    eg_engine_done();
}
