/*
 * Faults of a report's values as findings. They are the sender's to mend, so each names the place
 * in words (where, column) and as a path that finds the node again.
 */
#include "assess/columns/columns_model.h"

#include "base/error.h"
#include "base/limits.h"

#include <stdio.h>

static enum eg_status give(struct eg_finding *finding, const struct eg_col_place *place,
                           const char *const *values, struct eg_error *err)
{
    char where[2 * EG_ID_MAX + 8] = "";
    bool both = place->source[0] != '\0' && place->component[0] != '\0';

    (void)snprintf(where, sizeof where, "%s%s%s", place->source, both ? ", " : "",
                   place->component);
    EG_TRY(eg_finding_value(finding, "where", where, err));
    if (place->column[0] != '\0') {
        EG_TRY(eg_finding_value(finding, "column", place->column, err));
    }
    for (; *values != NULL; values += 2) {
        EG_TRY(eg_finding_value(finding, values[0], values[1], err));
    }
    return EG_OK;
}

enum eg_status eg_col_fault(struct eg_col_faults *faults, const char *rule,
                            const struct eg_col_place *place, const char *const *values,
                            struct eg_error *err)
{
    struct eg_finding *finding = NULL;
    struct eg_buf location;

    faults->any = true;
    eg_buf_init(&location, EG_FINDINGS_MAX);
    if (faults->findings->count < EG_FINDINGS_COUNT_MAX) {
        eg_xml_location(&location, place->node, faults->columns->namespaces,
                        faults->columns->namespace_count);
    }
    const xmlNode *element =
        place->node->type == XML_ATTRIBUTE_NODE ? place->node->parent : place->node;
    const struct eg_finding_head head = {.severity = EG_SEVERITY_ERROR,
                                         .rule = rule,
                                         .step = faults->step,
                                         .location =
                                             location.len > 0 ? (const char *)location.data : NULL,
                                         .line = eg_xml_line(element)};
    enum eg_status status = eg_findings_add(faults->findings, &head, &finding, err);
    if (status != EG_OK) {
        goto done;
    }
    if (finding != NULL) {
        status = give(finding, place, values, err);
    }

done:
    eg_buf_done(&location);
    return status;
}
