/* Rows to reports: the real year, every refusal with its place, and octets that never change. */
#include "convert/convert.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAP                                                                                        \
    "emgate mapping 1\nplant p\nzone +01:00\nstep PT60M\nseparator semicolon\ndecimal comma\n"     \
    "time column T end\nmissing n/a\nstatus-code V valid\nstatus-code M maintenance\n"             \
    "status-code X missing\nstate-code 1 on\nstate-code 0 off\nremark en A & B.\nsource s\n"       \
    "series NOx column N unit mg/m3 quantity STA status S\n"                                       \
    "companion oxygen column O unit vol-% status assumed\noperation column B\n"
#define NAMES "T;N;S;O;B\n"

/* Keeps what was emitted. */
struct kept {
    size_t count;
    char first_id[64], last_id[64];
    struct eg_buf last;
    enum eg_status answer;
};

static enum eg_status keep(void *payload, const char *id, const char *day, struct eg_bytes report,
                           struct eg_error *err)
{
    struct kept *kept = payload;

    cr_expect_not_null(strstr(id, day));
    if (kept->answer != EG_OK) {
        return eg_error_set(err, kept->answer, "test", "no");
    }
    (void)snprintf(kept->count == 0 ? kept->first_id : kept->last_id, sizeof kept->last_id, "%s",
                   id);
    kept->count++;
    eg_buf_reset(&kept->last);
    eg_buf_bytes(&kept->last, report);
    return EG_OK;
}

static enum eg_status convert(struct kept *kept, const char *map, const char *csv,
                              const struct eg_convert_options *options, struct eg_error *err)
{
    struct eg_mapping *mapping = NULL;
    struct eg_convert_options wanted = {.addressee = "log.example", .version = 1};

    if (options != NULL) {
        wanted = *options;
    }
    wanted.emit = keep;
    wanted.payload = kept;

    memset(kept, 0, sizeof *kept);
    eg_buf_init(&kept->last, 1 << 20);
    cr_assert_eq(eg_mapping_parse(&mapping, "x.map", eg_bytes_of(map), err), EG_OK, "%s: %s",
                 err->where, err->text);
    enum eg_status status =
        eg_convert_octets(NULL, mapping, &wanted, "x.csv", eg_bytes_of(csv), err);
    eg_mapping_free(&mapping);
    return status;
}

static void expect_refused(const char *csv, const char *where, const char *says)
{
    struct kept kept;
    struct eg_error err = {0};

    cr_expect_eq(convert(&kept, MAP, csv, NULL, &err), EG_E_FORMAT, "%s", csv);
    cr_expect_str_eq(err.where, where);
    cr_expect_not_null(strstr(err.text, says), "\"%s\" does not say \"%s\"", err.text, says);
    eg_buf_done(&kept.last);
}

Test(convert, writes_a_report_octet_for_octet)
{
    struct kept kept;
    struct eg_error err = {0};

    cr_assert_eq(convert(&kept, MAP,
                         NAMES "06.04.2011 23:00;12,50;V;14,1;1\r\n"
                               "2011-04-07 00:00;;M;n/a;0\n",
                         NULL, &err),
                 EG_OK, "%s: %s", err.where, err.text);
    cr_expect_eq(kept.count, 1);
    cr_expect_str_eq(
        (const char *)kept.last.data,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<report xmlns=\"urn:emgate:report:1\" id=\"p-2011-04-06\" version=\"1\" "
        "addressee=\"log.example\" plant=\"p\"\n    kind=\"continuous\" from=\"2011-04-06\" "
        "until=\"2011-04-06\" step=\"PT60M\" zone=\"+01:00\">\n"
        "  <remark lang=\"en\">A &amp; B.</remark>\n"
        "  <source id=\"s\">\n"
        "    <companion name=\"oxygen\" unit=\"vol-%\">\n"
        "      <v t=\"2011-04-06T23:00:00\" x=\"14.1\" s=\"valid\"/>\n"
        "      <v t=\"2011-04-06T24:00:00\" s=\"missing\"/>\n"
        "    </companion>\n"
        "    <operation>\n"
        "      <v t=\"2011-04-06T23:00:00\" w=\"on\"/>\n"
        "      <v t=\"2011-04-06T24:00:00\" w=\"off\"/>\n"
        "    </operation>\n"
        "    <series component=\"NOx\" unit=\"mg/m3\" quantity=\"STA\">\n"
        "      <v t=\"2011-04-06T23:00:00\" x=\"12.50\" s=\"valid\"/>\n"
        "      <v t=\"2011-04-06T24:00:00\" s=\"maintenance\"/>\n"
        "    </series>\n"
        "  </source>\n"
        "</report>\n");
    eg_buf_done(&kept.last);
}

Test(convert, turns_the_year_into_309_days_and_the_last_is_incomplete)
{
    static const char *const paths[] = {"tests/data/gas-turbine/gt_2011.csv"};
    struct kept kept = {0};
    struct eg_convert_options options = {
        .addressee = "log.example", .version = 1, .emit = keep, .payload = &kept};
    struct eg_convert_tally tally;
    struct eg_mapping *mapping = NULL;
    struct eg_error err = {0};

    eg_buf_init(&kept.last, 1 << 20);
    cr_assert_eq(eg_mapping_read(&mapping, "tests/data/gas-turbine/gas-turbine.map", &err), EG_OK);
    cr_assert_eq(eg_convert_files(&tally, mapping, &options, paths, 1, &err), EG_OK, "%s: %s",
                 err.where, err.text);
    cr_expect_eq(tally.rows, 7411);
    cr_expect_eq(tally.reports, 309);
    cr_expect_eq(tally.values, 14822);
    cr_expect_str_eq(kept.first_id, "gas-turbine-2011-01-01");
    cr_expect_str_eq(kept.last_id, "gas-turbine-2011-11-05");
    cr_expect_not_null(strstr((const char *)kept.last.data, "T19:00:00"));
    cr_expect_null(strstr((const char *)kept.last.data, "T20:00:00"));

    /* The same rows once more behind them: the clock goes on. */
    static const char *const twice[] = {paths[0], paths[0]};
    kept.count = 0;
    cr_assert_eq(eg_convert_files(&tally, mapping, &options, twice, 2, &err), EG_OK);
    cr_expect_eq(tally.reports, 618);
    eg_mapping_free(&mapping);
    eg_buf_done(&kept.last);
}

Test(convert, gives_only_the_days_asked_for)
{
    static const char *const paths[] = {"tests/data/gas-turbine/gt_2011.csv"};
    struct kept kept = {0};
    struct eg_convert_options options = {.addressee = "log.example",
                                         .version = 3,
                                         .from = "2011-04-06",
                                         .until = "2011-05-05",
                                         .emit = keep,
                                         .payload = &kept};
    struct eg_convert_tally tally;
    struct eg_mapping *mapping = NULL;
    struct eg_error err = {0};

    eg_buf_init(&kept.last, 1 << 20);
    cr_assert_eq(eg_mapping_read(&mapping, "tests/data/gas-turbine/gas-turbine.map", &err), EG_OK);
    cr_assert_eq(eg_convert_files(&tally, mapping, &options, paths, 1, &err), EG_OK);
    cr_expect_eq(tally.reports, 30);
    cr_expect_eq(tally.values, 1440);
    cr_expect_str_eq(kept.first_id, "gas-turbine-2011-04-06");
    cr_expect_str_eq(kept.last_id, "gas-turbine-2011-05-05");
    cr_expect_not_null(strstr((const char *)kept.last.data, "version=\"3\""));

    options.until = NULL;
    options.days = 7;
    kept.count = 0;
    cr_assert_eq(eg_convert_files(&tally, mapping, &options, paths, 1, &err), EG_OK);
    cr_expect_eq(tally.reports, 7);
    cr_expect_str_eq(kept.last_id, "gas-turbine-2011-04-12");

    options.from = "2012-01-01";
    cr_expect_eq(eg_convert_files(&tally, mapping, &options, paths, 1, &err), EG_E_NOTFOUND);
    eg_mapping_free(&mapping);
    eg_buf_done(&kept.last);
}

Test(convert, names_file_line_and_column_of_a_mistake)
{
#define ROW "2011-04-06 01:00;12,5;V;14;1\n"
    expect_refused("T;N;S;O\n", "x.csv:1:1", "no column \"B\"");
    expect_refused("T;N;S;O;B;N\n", "x.csv:1:3", "two columns \"N\"");
    expect_refused(NAMES ROW "2011-04-06 02:00;12.5;V;14;1\n", "x.csv:3:18", "decimal sign");
    expect_refused(NAMES ROW "2011-04-06 02:00;1e5;V;14;1\n", "x.csv:3:18", "no decimal number");
    expect_refused(NAMES ROW "2011-04-06 02:00;12,5;Q;14;1\n", "x.csv:3:23", "status \"Q\"");
    expect_refused(NAMES ROW "2011-04-06 02:00;12,5;V;14;2\n", "x.csv:3:28", "state \"2\"");
    expect_refused(NAMES ROW "2011-04-06 02:00;;V;14;1\n", "x.csv:3:18", "no number");
    expect_refused(NAMES ROW "2011-04-06 02:00;1;X;14;1\n", "x.csv:3:18", "but a number");
    expect_refused(NAMES ROW "2011-04-06 02:30;12,5;V;14;1\n", "x.csv:3:1", "grid");
    expect_refused(NAMES ROW ROW, "x.csv:3:1", "not later");
    expect_refused(NAMES ROW "2011-04-05 02:00;12,5;V;14;1\n", "x.csv:3:1", "not later");
    expect_refused(NAMES ROW "yesterday;12,5;V;14;1\n", "x.csv:3:1", "no time");
    expect_refused(NAMES ROW "2011-04-06 02:00;12,5;V;14\n", "x.csv:3:25", "4 cells");
    expect_refused("", "x.csv", "empty");
}

Test(convert, refuses_options_that_can_not_be)
{
    static const struct eg_convert_options off[] = {
        {.addressee = "log.example", .version = 0},
        {.addressee = "log.example", .version = 1000000},
        {.addressee = "", .version = 1},
        {.addressee = "log example", .version = 1},
        {.addressee = "log.example", .version = 1, .from = "2011-02-30"},
        {.addressee = "log.example", .version = 1, .until = "soon"},
        {.addressee = "log.example", .version = 1, .from = "2011-02-02", .until = "2011-02-01"},
    };

    for (size_t i = 0; i < sizeof off / sizeof off[0]; i++) {
        struct kept kept;
        struct eg_error err = {0};
        cr_expect_eq(convert(&kept, MAP, NAMES ROW, &off[i], &err), EG_E_USAGE, "%zu", i);
        cr_expect_eq(kept.count, 0);
        eg_buf_done(&kept.last);
    }
}

Test(convert, hands_back_what_the_taker_of_reports_says)
{
    struct kept kept = {.answer = EG_E_IO};
    struct eg_convert_options options = {
        .addressee = "log.example", .version = 1, .emit = keep, .payload = &kept};
    struct eg_mapping *mapping = NULL;
    struct eg_error err = {0};

    cr_assert_eq(eg_mapping_parse(&mapping, "x.map", eg_bytes_of(MAP), &err), EG_OK);
    cr_expect_eq(eg_convert_octets(NULL, mapping, &options, "x.csv", eg_bytes_of(NAMES ROW), &err),
                 EG_E_IO);
    eg_mapping_free(&mapping);
}

Test(convert, refuses_assigned_times_after_the_last_day)
{
    struct kept kept;
    struct eg_error err = {0};

    cr_expect_eq(convert(&kept,
                         "emgate mapping 1\nplant p\nzone +01:00\nstep PT60M\nseparator comma\n"
                         "decimal point\ntime first 2199-12-31T24:00:00\nsource s\n"
                         "series NOx column N unit mg/m3 quantity STA status assumed\n",
                         "N\n1\n2\n", NULL, &err),
                 EG_E_FORMAT);
    cr_expect_str_eq(err.where, "x.csv:3:1");
    eg_buf_done(&kept.last);
}
