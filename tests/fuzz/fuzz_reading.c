/* Any octets as a reading: refused, or taken and poured over a report without harm. */
#include "assess/columns/columns.h"
#include "assess/judge/engine.h"
#include "base/limits.h"

#include <emgate/version.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char report[] =
    "<report xmlns='urn:emgate:report:1' step='PT30M'><source id='a'>"
    "<companion name='oxygen' unit='vol-%'><v t='2021-04-06T00:30:00' x='1' s='valid'/>"
    "</companion><series component='NOx' unit='mg/m3'><calibration confidence='4'/>"
    "<v t='2021-04-06T00:30:00' x='1' s='valid'/><v t='2021-04-06T24:00:00' s='plant'/></series>"
    "</source></report>";

/* Every column of the reading, as numbers or words, on a day's grid and as a list. */
static void pour_all(const struct eg_columns *columns, enum eg_grid_kind kind)
{
    static const char *const words[] = {"on", "off"};
    struct eg_given givens[4];
    struct eg_extraction *filling = NULL;
    struct eg_findings findings;
    struct eg_grid grid;
    xmlDoc *doc = NULL;
    struct eg_report_header about = {.from = "2021-04-06", .until = "2021-04-06"};
    bool readable = false;
    size_t count = 0;

    for (; count < 4 && eg_columns_at(columns, count) != NULL; count++) {
        const struct eg_column *column = eg_columns_at(columns, count);
        bool word = column->kind == EG_COLUMN_WORD;
        givens[count] = (struct eg_given){.column = column->name,
                                          .in_series = column->of_series || count % 2 == 0,
                                          .unit = eg_unit_one,
                                          .unit_text = "1",
                                          .words = words,
                                          .word_count = word ? 2 : 0};
    }
    eg_grid_init(&grid);
    eg_findings_init(&findings);
    if (eg_extraction_new(&filling, columns, kind, givens, count, NULL) != EG_OK ||
        eg_xml_parse_report(&doc, &findings, eg_bytes_of(report), EG_MIB, EG_SEMANTICS, NULL) !=
            EG_OK) {
        abort();
    }
    const struct eg_extract_from job = {.doc = doc, .header = &about, .step = 1};
    if (eg_grid_extract(&grid, &readable, filling, &job, &findings, NULL) != EG_OK ||
        readable != (findings.count == 0)) {
        abort();
    }
    eg_grid_done(&grid);
    eg_findings_done(&findings);
    eg_extraction_free(&filling);
    xmlFreeDoc(doc);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct eg_columns *columns = NULL;

    if (eg_engine_init(NULL) != EG_OK) {
        abort();
    }
    enum eg_status status = eg_columns_compile(&columns, (struct eg_bytes){data, size},
                                               "readings/report-1.xml", "report-1", NULL);
    if ((status == EG_OK) != (columns != NULL)) {
        abort();
    }
    if (status == EG_OK) {
        pour_all(columns, EG_GRID_HALF_HOUR);
        pour_all(columns, EG_GRID_MEASUREMENT);
    }
    eg_columns_free(&columns);
    eg_engine_done();
    return 0;
}
