/*
 * Assessments as a careless publisher writes them: compiled against a small package.
 */
#include "assess/assessment/assessment.h"
#include "base/limits.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char header[] =
    "<reading xmlns='urn:emgate:reading:1' name='r' root='r:report'>"
    "<namespace prefix='r' uri='urn:r'/><source over='r:source' id='@id'/>"
    "<series over='r:series' key='@component'/><grid end='@t' step='@step'/>"
    "<status code='valid' is='valid'/>"
    "<column name='own' of='series' each='r:v' number='@x' status='@s' unit='../@unit'/>"
    "<column name='oxygen' of='source' each='r:o/r:v' number='@x' status='@s' unit='../@unit'/>"
    "<column name='state' of='source' each='r:operation/r:v' word='@w'/>"
    "<scalar name='confidence' of='series' at='r:calibration/@confidence' unit='@unit'/>"
    "</reading>";

static struct eg_bytes find(void *payload, const char *name)
{
    if (strcmp(name, "readings/r.xml") == 0) {
        return eg_bytes_of(header);
    }
    return strcmp(name, "a.xml") == 0 ? *(struct eg_bytes *)payload : EG_BYTES_NONE;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char name[] = "limit", unit[] = "mg/m3", value[] = "50", id[] = "deviation", word[] = "word";
    char allowed[] = "allowed", setting[] = "cleaned", yes[] = "yes", no[] = "no";
    char *words[] = {yes, no};
    struct eg_parameter parameters[] = {{.name = name, .unit = unit, .value = value},
                                        {.name = id, .unit = word, .value = allowed}};
    struct eg_setting settings[] = {{.name = setting, .words = words, .word_count = 2}};
    struct eg_package package = {
        .parameters = parameters, .parameter_count = 2, .settings = settings, .setting_count = 1};
    struct eg_bytes octets = {data, size};
    struct eg_loader loader = {&octets, find};
    struct eg_assessment *assessment = NULL;
    struct eg_error err = {0};

    if (size == 0 || size > 16 * EG_KIB || eg_xml_init(&err) != EG_OK) {
        return 0;
    }
    if (eg_assessment_compile(&assessment, &loader, &package, "a.xml", "daily", &err) == EG_OK) {
        char from[11] = "";
        (void)eg_assessment_needs(assessment, "2024-02-29", from);
    }
    eg_assessment_free(&assessment);
    return 0;
}
