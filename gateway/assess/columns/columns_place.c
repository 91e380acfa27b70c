/*
 * Back from a place of the grid to the element of the report that it came from. Asked for findings
 * only, which are few; so the report is walked again instead of keeping a node for each value.
 */
#include "assess/columns/columns_model.h"

#include <string.h>

static const xmlNode *value_at(const struct eg_extraction *extraction, const xmlNode *base,
                               int given, const char *end)
{
    const struct eg_col_column *column = extraction->list[given].column;
    struct eg_col_walk walk;

    if (column->shown.kind == EG_COLUMN_SCALAR) {
        return NULL;
    }
    eg_col_walk_start(&walk, &column->each);
    for (const xmlNode *value = eg_col_walk_next(&walk, base); value != NULL;
         value = eg_col_walk_next(&walk, base)) {
        const xmlAttr *attr = eg_col_attribute(&extraction->columns->end, value);
        if (attr != NULL && strcmp(eg_col_text(attr), end) == 0) {
            return value;
        }
    }
    return NULL;
}

void eg_grid_location(struct eg_buf *out, unsigned *line, const struct eg_extraction *extraction,
                      const struct eg_grid_spot *spot)
{
    const struct eg_grid_source *source = spot->source;
    const struct eg_grid_series *series = spot->series;
    int given = spot->given;
    const xmlNode *node = series != NULL ? series->node : source->node;
    node = node != NULL ? node : source->node;

    if (node == NULL) { /* the report has no such source */
        *line = 0;
        return;
    }

    if (given >= 0 && (size_t)given < extraction->count && spot->end[0] != '\0') {
        bool of_series = extraction->list[given].column->shown.of_series;
        const xmlNode *base = of_series && series != NULL ? series->node : source->node;
        base = base != NULL ? base : source->node;
        const xmlNode *value = value_at(extraction, base, given, spot->end);
        node = value != NULL ? value : node;
    }
    *line = eg_xml_line(node);
    eg_xml_location(out, node, extraction->columns->namespaces,
                    extraction->columns->namespace_count);
}
