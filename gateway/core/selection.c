/*
 * Why this file exists: the same questions are put to packages when a gateway loads them, when a
 * report comes, and when an auditor looks back. The order of precedence of versions is that of
 * semver.org, number 11, without build metadata (which package.xsd does not allow).
 */
#include "core/selection.h"

#include <stdio.h>
#include <string.h>

/* ---- spans -------------------------------------------------------------------------------- */

bool eg_span_holds(const struct eg_span *span, const char *from, const char *until)
{
    return !span->none && strcmp(span->first, from) <= 0 &&
           (span->last[0] == '\0' || strcmp(until, span->last) <= 0);
}

bool eg_spans_meet(const struct eg_span *a, const struct eg_span *b, struct eg_span *shared)
{
    struct eg_span both = {.none = a->none || b->none};
    const char *first = strcmp(a->first, b->first) >= 0 ? a->first : b->first;
    const char *last = a->last[0] == '\0'                                    ? b->last
                       : b->last[0] == '\0' || strcmp(a->last, b->last) <= 0 ? a->last
                                                                             : b->last;

    memcpy(both.first, first, sizeof both.first);
    memcpy(both.last, last, sizeof both.last);
    both.none = both.none || (last[0] != '\0' && strcmp(last, first) < 0);
    if (shared != NULL) {
        *shared = both;
    }
    return !both.none;
}

struct eg_span eg_package_span(const struct eg_package *package)
{
    struct eg_span span = {.none = false};

    memcpy(span.first, package->from, sizeof span.first);
    memcpy(span.last, package->until, sizeof span.last);
    return span;
}

/* ---- what a package is for ---------------------------------------------------------------- */

static const char *or_empty(const char *text)
{
    return text != NULL ? text : "";
}

bool eg_package_is_for(const struct eg_package *package, const char *ns, const char *name)
{
    return strcmp(or_empty(package->match_namespace), or_empty(ns)) == 0 &&
           strcmp(package->match_name, name) == 0;
}

bool eg_package_fits(const struct eg_package *package, const struct eg_report_header *header,
                     const struct eg_plant *plant)
{
    if (package->match_kind != NULL && strcmp(package->match_kind, header->kind) != 0) {
        return false;
    }
    if (package->match_regime != NULL &&
        (plant == NULL ||
         !eg_plant_has_regime(plant, package->match_regime, header->from, header->until))) {
        return false;
    }
    return package->land == NULL ||
           (plant != NULL && strcmp(package->land, or_empty(plant->land)) == 0);
}

/* Both say it, and not the same. */
static bool differ(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a, b) != 0;
}

bool eg_packages_collide(const struct eg_package *a, const struct eg_package *b)
{
    return eg_package_is_for(a, b->match_namespace, b->match_name) &&
           !differ(a->match_kind, b->match_kind) && !differ(a->match_regime, b->match_regime) &&
           !differ(a->land, b->land);
}

/* ---- versions ----------------------------------------------------------------------------- */

/* Length of the identifier that begins at `text`. */
static size_t identifier(const char *text)
{
    return strcspn(text, ".-");
}

static size_t prerelease_identifier(const char *text)
{
    return strcspn(text, ".");
}

static bool is_number(const char *text, size_t len)
{
    return len > 0 && strspn(text, "0123456789") >= len;
}

static int compare_numbers(const char *a, size_t a_len, const char *b, size_t b_len)
{
    for (; a_len > 1 && *a == '0'; a_len--) {
        a++;
    }
    for (; b_len > 1 && *b == '0'; b_len--) {
        b++;
    }
    return a_len != b_len ? (a_len < b_len ? -1 : 1) : strncmp(a, b, a_len);
}

static int compare_texts(const char *a, size_t a_len, const char *b, size_t b_len)
{
    int order = strncmp(a, b, a_len < b_len ? a_len : b_len);

    return order != 0 || a_len == b_len ? order : (a_len < b_len ? -1 : 1);
}

/* 11.4: field by field; numbers by value and below texts; the longer one wins when all are equal.
 */
static int compare_prereleases(const char *a, const char *b)
{
    while (*a != '\0' && *b != '\0') {
        size_t a_len = prerelease_identifier(a), b_len = prerelease_identifier(b);
        bool a_number = is_number(a, a_len), b_number = is_number(b, b_len);
        int order = a_number != b_number ? (a_number ? -1 : 1)
                    : a_number           ? compare_numbers(a, a_len, b, b_len)
                                         : compare_texts(a, a_len, b, b_len);
        if (order != 0) {
            return order;
        }
        a += a_len + (a[a_len] == '.');
        b += b_len + (b[b_len] == '.');
    }
    return (*a != '\0') - (*b != '\0');
}

int eg_version_compare(const char *a, const char *b)
{
    for (int i = 0; i < 3; i++) {
        size_t a_len = identifier(a), b_len = identifier(b);
        int order = compare_numbers(a, a_len, b, b_len);
        if (order != 0) {
            return order;
        }
        a += a_len + (a[a_len] == '.');
        b += b_len + (b[b_len] == '.');
    }
    if (*a != '-' || *b != '-') { /* 11.3: a release is above its prereleases */
        return (*b == '-') - (*a == '-');
    }
    return compare_prereleases(a + 1, b + 1);
}
