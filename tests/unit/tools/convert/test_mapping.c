/* Mapping files: what is taken, and that every mistake is told with its line. */
#include "convert/mapping.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAD                                                                                       \
    "emgate mapping 1\nplant p\nzone +01:00\nstep PT60M\nseparator comma\ndecimal point\n"         \
    "time first 2011-01-01T01:00:00\n" /* 7 lines */
#define TAIL "source s\nseries NOx column a unit mg/m3 quantity SSTA status assumed\n"

static void expect_line(const char *text, const char *where, const char *says)
{
    struct eg_mapping *mapping = NULL;
    struct eg_error err = {0};

    cr_expect_eq(eg_mapping_parse(&mapping, "dir/x.map", eg_bytes_of(text), &err), EG_E_FORMAT,
                 "%s", text);
    cr_expect_null(mapping);
    cr_expect_str_eq(err.where, where);
    cr_expect_not_null(strstr(err.text, says), "\"%s\" does not say \"%s\"", err.text, says);
}

static struct eg_mapping *parse(const char *text)
{
    struct eg_mapping *mapping = NULL;
    struct eg_error err = {0};

    cr_assert_eq(eg_mapping_parse(&mapping, "x.map", eg_bytes_of(text), &err), EG_OK, "%s: %s",
                 err.where, err.text);
    return mapping;
}

Test(mapping, takes_the_smallest)
{
    struct eg_mapping *m = parse(HEAD TAIL);

    cr_expect_str_eq(m->plant, "p");
    cr_expect_eq(m->step_minutes, 60);
    cr_expect(m->time_assigned);
    cr_expect_eq(m->column_count, 1);
    cr_expect_str_eq(m->columns[0].column, "a");
    cr_expect_null(m->columns[0].status);
    eg_mapping_free(&m);
    cr_expect_null(m);
}

Test(mapping, takes_every_statement)
{
    struct eg_mapping *m = parse(
        "emgate mapping 1\r\n# comment\n\n  plant p/1\nzone -03:30\nstep PT30M\n"
        "separator semicolon\ndecimal comma\ntime column \"Date and time\" begin\n"
        "missing - \"no value\" -999\nstatus-code 0 valid\nstatus-code \"\" missing\n"
        "state-code 1 on\nremark de  Ein Satz \"mit\" Zeichen.\nsource s \"Stack one\"\n"
        "companion flow column F unit m3/h conditions operating factor 1000 status S\n"
        "operation column O\n"
        "series CO column C unit g/m3 quantity STA cas 630-08-0 factor 0.001 method \"EN 15058\" "
        "reference-oxygen 15 confidence 2.5 status assumed\n"
        "source t\nseries CO column D unit mg/m3 quantity VSTA status S");

    cr_expect_eq(m->separator, ';');
    cr_expect_eq(m->decimal, ',');
    cr_expect_str_eq(m->time_column, "Date and time");
    cr_expect(!m->time_is_end);
    cr_expect_eq(m->missing_count, 3);
    cr_expect_str_eq(m->missing[1], "no value");
    cr_expect_str_eq(m->remarks[0].text, "Ein Satz \"mit\" Zeichen.");
    cr_expect_str_eq(m->sources[0].name, "Stack one");
    cr_expect_eq(m->columns[0].shift, 3);
    cr_expect_eq(m->columns[2].shift, -3);
    cr_expect_str_eq(m->columns[2].method, "EN 15058");
    cr_expect_eq(m->columns[3].source, 1);
    eg_mapping_free(&m);
}

Test(mapping, reads_the_gas_turbine)
{
    struct eg_mapping *m = NULL;
    struct eg_error err = {0};

    cr_assert_eq(eg_mapping_read(&m, "tests/data/gas-turbine/gas-turbine.map", &err), EG_OK,
                 "%s: %s", err.where, err.text);
    cr_expect_str_eq(m->plant, "gas-turbine");
    cr_expect_eq(m->remark_count, 6);
    eg_mapping_free(&m);
}

Test(mapping, names_the_line_of_a_mistake)
{
    expect_line("", "x.map:1", "first line");
    expect_line("emgate mapping 2\n", "x.map:1", "first line");
    expect_line("emgate mapping 1", "x.map:1", "no plant");
    expect_line(HEAD "source s\n", "x.map:9", "no series");
    expect_line(HEAD "plant q\n", "x.map:8", "twice");
    expect_line(HEAD "serie NOx\n", "x.map:8", "did you mean series");
    expect_line(HEAD "series NOx column a unit mg/m3 quantity SSTA status assumed\n", "x.map:8",
                "source first");
    expect_line(HEAD "source s\nsource s\n", "x.map:9", "already");
    expect_line(HEAD TAIL "series NOx column b unit mg/m3 quantity STA status assumed\n",
                "x.map:10", "line 9");
    expect_line(HEAD "source \"s\n", "x.map:8", "never closed");
    expect_line(HEAD "source \"s\"t\n", "x.map:8", "blank");
    expect_line(HEAD "source \xFF\n", "x.map:8", "UTF-8");
    expect_line(HEAD "remark fr Bonjour\n", "x.map:8", "remark de|en");
    expect_line(HEAD "remark en\n", "x.map:8", "remark de|en");
}

Test(mapping, refuses_words_that_the_report_does_not_have)
{
#define SERIES(rest) HEAD "source s\nseries " rest "\n"
    expect_line(SERIES("NOx column a unit mg/m quantity SSTA status assumed"), "x.map:9", "mg/m3");
    expect_line(SERIES("NOx column a unit mg/m3 quantity SST status assumed"), "x.map:9", "SSTA");
    expect_line(SERIES("NOx column a unit mg/m3 status assumed"), "x.map:9", "quantity");
    expect_line(SERIES("NOx column a unit mg/m3 quantity SSTA"), "x.map:9", "status");
    expect_line(SERIES("NOx unit mg/m3 quantity SSTA status assumed"), "x.map:9", "column");
    expect_line(SERIES("N:x column a unit mg/m3 quantity SSTA status assumed"), "x.map:9", "name");
    expect_line(SERIES("NOx column a unit mg/m3 quantity SSTA status assumed cas 10-1"), "x.map:9",
                "CAS");
    expect_line(SERIES("NOx column a unit mg/m3 quantity SSTA status assumed factor 2"), "x.map:9",
                "power of ten");
    expect_line(SERIES("NOx column a unit mg/m3 quantity SSTA status assumed unit mg/m3"),
                "x.map:9", "twice");
    expect_line(SERIES("NOx column a unit mg/m3 quantity SSTA status assumed colour red"),
                "x.map:9", "nothing that can be said");
    expect_line(SERIES("NOx column a unit mg/m3 quantity SSTA status"), "x.map:9", "pairs");
    expect_line(SERIES("NOx column a unit mg/m3 quantity SSTA status S"), "x.map:10",
                "status-code lines");
    expect_line(HEAD "source s\noperation column a\n" TAIL, "x.map:10", "already");
    expect_line(HEAD "source s\ncompanion oxigen column a unit vol-% status assumed\n", "x.map:9",
                "oxygen");
    expect_line(HEAD "status-code 1 good\n", "x.map:8", "status");
    expect_line(HEAD "status-code 1 valid\nstatus-code 1 missing\n", "x.map:9", "already");
    expect_line(HEAD "state-code 1 running\n", "x.map:8", "operation state");
}

Test(mapping, refuses_settings_that_can_not_be)
{
#define WITHOUT_TIME "emgate mapping 1\nplant p\nzone +01:00\nstep PT60M\n"
    expect_line("emgate mapping 1\nplant -p\n", "x.map:2", "plant's id");
    expect_line("emgate mapping 1\nzone CET\n", "x.map:2", "offset");
    expect_line("emgate mapping 1\nzone +15:00\n", "x.map:2", "offset");
    expect_line("emgate mapping 1\nzone +01:07\n", "x.map:2", "offset");
    expect_line("emgate mapping 1\nstep PT15M\n", "x.map:2", "PT30M");
    expect_line("emgate mapping 1\nseparator colon\n", "x.map:2", "separator");
    expect_line("emgate mapping 1\ndecimal dot\n", "x.map:2", "decimal");
    expect_line("emgate mapping 1\ntime first 2011-02-30T01:00:00\n", "x.map:2", "no time");
    expect_line("emgate mapping 1\ntime column T middle\n", "x.map:2", "end|begin");
    expect_line(WITHOUT_TIME "separator comma\ndecimal comma\ntime column T end\n" TAIL, "x.map:10",
                "both a comma");
    expect_line(WITHOUT_TIME
                "separator comma\ndecimal point\ntime first 2011-01-01T01:30:00\n" TAIL,
                "x.map:10", "grid");
}

Test(mapping, refuses_octets_that_are_no_text)
{
    struct eg_mapping *mapping = NULL;
    struct eg_error err = {0};
    static const uint8_t nul[] = "emgate mapping 1\nplant p\0q\n";

    cr_expect_eq(eg_mapping_parse(&mapping, "x", (struct eg_bytes){nul, sizeof nul - 1}, &err),
                 EG_E_FORMAT);
    uint8_t *large = calloc(1, EG_MAPPING_MAX + 1);
    cr_assert_not_null(large);
    memset(large, '#', EG_MAPPING_MAX + 1);
    cr_expect_eq(
        eg_mapping_parse(&mapping, "x", (struct eg_bytes){large, EG_MAPPING_MAX + 1}, &err),
        EG_E_LIMIT);
    free(large);
    cr_expect_null(mapping);
    cr_expect_eq(eg_mapping_read(&mapping, "tests/data/no-such.map", &err), EG_E_NOTFOUND);
}
