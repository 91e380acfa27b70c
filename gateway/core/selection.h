/*
 * Which package judges a report: root element, period, kind, regime and land, and of several
 * versions of one package the highest. Gateway, tool and audit ask here, so that they agree.
 */
#ifndef EG_CORE_SELECTION_H
#define EG_CORE_SELECTION_H

#include "core/directory.h"
#include "core/package.h"

/* First and last day of the report periods judged, both included; last "" = open. */
struct eg_span {
    char first[11], last[11];
    /* no period at all */
    bool none;
};

/* A whole period lies in the span; two spans share a day. Any thread. */
bool eg_span_holds(const struct eg_span *span, const char *from, const char *until);
bool eg_spans_meet(const struct eg_span *a, const struct eg_span *b, struct eg_span *shared);

/* The span that package.xml says. */
struct eg_span eg_package_span(const struct eg_package *package);

/* The package is for documents with this root element; ns "" = in no namespace. */
bool eg_package_is_for(const struct eg_package *package, const char *ns, const char *name);

/*
 * The package is for reports of this kind and for this plant: kind and regime, if it says them, and
 * its Land, if it has one. A regime fits when the plant has it on some day of the period. Root
 * element and period are asked apart.
 *   header  kind and period
 *   plant   NULL: not in the directory; then no regime and no Land fits
 */
bool eg_package_fits(const struct eg_package *package, const struct eg_report_header *header,
                     const struct eg_plant *plant);

/*
 * Two packages with different ids overlap when one report could fall to both: the same root
 * element, and neither kind nor regime nor Land tells them apart. Periods are asked
 * apart. A regime tells apart only as long as no plant lists both.
 */
bool eg_packages_collide(const struct eg_package *a, const struct eg_package *b);

/* Precedence of semantic versions (semver.org, 11): below 0, 0, above 0. */
int eg_version_compare(const char *a, const char *b);

#endif
