/*
 * Strangers' CSV through the whole conversion, with two mappings: time in a column, time assigned.
 * What comes out must be whole reports, what is refused must say where.
 */
#include "convert/convert.h"

#include <assert.h>
#include <string.h>

static const char BY_COLUMN[] =
    "emgate mapping 1\nplant p\nzone +01:00\nstep PT30M\nseparator semicolon\ndecimal comma\n"
    "time column T begin\nmissing n/a\nstatus-code V valid\nstatus-code M maintenance\n"
    "state-code 1 on\nsource s\nseries NOx column N unit mg/m3 quantity STA status S factor 1000\n"
    "operation column B\n";
static const char ASSIGNED[] =
    "emgate mapping 1\nplant p\nzone +01:00\nstep PT60M\nseparator comma\ndecimal point\n"
    "time first 2011-01-01T01:00:00\nsource s\n"
    "series NOx column N unit mg/m3 quantity STA status assumed\n";

static enum eg_status check(void *payload, const char *id, const char *day, struct eg_bytes report,
                            struct eg_error *err)
{
    (void)payload, (void)err;
    assert(strlen(day) == 10 && strlen(id) > 10);
    assert(report.len > 100 && memcmp(report.data, "<?xml", 5) == 0);
    assert(memcmp(report.data + report.len - 10, "</report>\n", 10) == 0);
    return EG_OK;
}

static void try_mapping(const char *text, struct eg_bytes csv)
{
    struct eg_convert_options options = {.addressee = "log.example", .version = 1, .emit = check};
    struct eg_convert_tally tally = {0};
    struct eg_mapping *mapping = NULL;
    struct eg_error err = {0};

    enum eg_status status = eg_mapping_parse(&mapping, "x.map", eg_bytes_of(text), &err);
    assert(status == EG_OK);
    status = eg_convert_octets(&tally, mapping, &options, "x.csv", csv, &err);
    assert(status != EG_OK || tally.reports > 0);
    assert(status == EG_OK || err.text[0] != '\0');
    eg_mapping_free(&mapping);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct eg_bytes csv = {data, size};

    try_mapping(BY_COLUMN, csv);
    try_mapping(ASSIGNED, csv);
    return 0;
}
