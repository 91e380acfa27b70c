/*
 * Mapping files. What is taken must hold together: a source for each column, a time, a step.
 */
#include "convert/mapping.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct eg_mapping *mapping = NULL;
    struct eg_error err = {0};

    if (eg_mapping_parse(&mapping, "x.map", (struct eg_bytes){data, size}, &err) != EG_OK) {
        assert(mapping == NULL && err.text[0] != '\0');
        return 0;
    }
    assert(mapping->source_count > 0 && mapping->column_count > 0);
    assert(mapping->step_minutes == 30 || mapping->step_minutes == 60);
    assert(mapping->time_assigned != (mapping->time_column != NULL));
    for (size_t i = 0; i < mapping->column_count; i++) {
        assert(mapping->columns[i].source < mapping->source_count);
        assert(mapping->columns[i].column != NULL);
    }
    eg_mapping_free(&mapping);
    return 0;
}
