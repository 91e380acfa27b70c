/*
 * Which package judges a report: spans, what a package is for, what collides, which version is
 * higher.
 */
#include "core/selection.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static struct eg_span span(const char *first, const char *last)
{
    struct eg_span out = {.none = false};
    memcpy(out.first, first, strlen(first) + 1);
    memcpy(out.last, last, strlen(last) + 1);
    return out;
}

Test(selection, span_holds_whole_periods_only)
{
    struct eg_span year = span("2020-01-01", "2020-12-31");
    cr_assert(eg_span_holds(&year, "2020-01-01", "2020-12-31"));
    cr_assert(eg_span_holds(&year, "2020-06-01", "2020-06-01"));
    cr_assert_not(eg_span_holds(&year, "2019-12-31", "2020-01-01"));
    cr_assert_not(eg_span_holds(&year, "2020-12-31", "2021-01-01"));
    struct eg_span open = span("2020-01-01", "");
    cr_assert(eg_span_holds(&open, "2199-12-31", "2199-12-31"));
    open.none = true;
    cr_assert_not(eg_span_holds(&open, "2020-06-01", "2020-06-01"));
}

Test(selection, spans_meet_where_they_share_a_day)
{
    struct eg_span a = span("2020-01-01", "2020-06-30"), b = span("2020-06-30", ""), shared;
    cr_assert(eg_spans_meet(&a, &b, &shared));
    cr_assert_str_eq(shared.first, "2020-06-30");
    cr_assert_str_eq(shared.last, "2020-06-30");
    struct eg_span c = span("2020-07-01", "");
    cr_assert_not(eg_spans_meet(&a, &c, NULL));
    cr_assert_not(eg_spans_meet(&c, &a, NULL));
    cr_assert(eg_spans_meet(&b, &c, &shared));
    cr_assert_str_eq(shared.first, "2020-07-01");
    cr_assert_str_eq(shared.last, "");
    c.none = true;
    cr_assert_not(eg_spans_meet(&b, &c, NULL));
}

static char root[] = "report", ns[] = "urn:x", hourly[] = "hourly", daily[] = "daily",
            b17[] = "bimschv17", eprtr[] = "eprtr", nw[] = "NW", by[] = "BY", none[] = "";

static struct eg_package package(char *kind, char *regime, char *land)
{
    return (struct eg_package){.match_namespace = ns,
                               .match_name = root,
                               .match_kind = kind,
                               .match_regime = regime,
                               .land = land};
}

Test(selection, package_is_for_its_root_element)
{
    struct eg_package p = package(NULL, NULL, NULL);
    cr_assert(eg_package_is_for(&p, "urn:x", "report"));
    cr_assert_not(eg_package_is_for(&p, "urn:x", "reports"));
    cr_assert_not(eg_package_is_for(&p, "", "report"));
    p.match_namespace = none;
    cr_assert(eg_package_is_for(&p, "", "report"));
}

/* Of a report of the days 2026-06-30 and 2026-07-01. */
static bool fits(const struct eg_package *package, const char *kind, const struct eg_plant *plant)
{
    struct eg_report_header header = {.from = "2026-06-30", .until = "2026-07-01"};

    memcpy(header.kind, kind, strlen(kind) + 1);
    return eg_package_fits(package, &header, plant);
}

Test(selection, package_fits_by_kind_regime_and_land)
{
    struct eg_plant_regime regimes[] = {{.name = eprtr}, {.name = b17, .until = "2026-06-30"}};
    struct eg_plant plant = {.land = nw, .regimes = regimes, .regime_count = 2};
    struct eg_plant bare = {.land = by};
    struct eg_package any = package(NULL, NULL, NULL);
    struct eg_package of_kind = package(hourly, NULL, NULL);
    struct eg_package of_regime = package(NULL, b17, NULL);
    struct eg_package of_land = package(NULL, NULL, nw);
    cr_assert(fits(&any, "daily", NULL));
    cr_assert(fits(&of_kind, "hourly", &bare));
    cr_assert_not(fits(&of_kind, "daily", &bare));
    cr_assert_not(fits(&of_kind, "hourl", &bare));
    cr_assert(fits(&of_regime, "daily", &plant));
    cr_assert_not(fits(&of_regime, "daily", &bare));
    cr_assert_not(fits(&of_regime, "daily", NULL));
    cr_assert(fits(&of_land, "daily", &plant));
    cr_assert_not(fits(&of_land, "daily", &bare));
    cr_assert_not(fits(&of_land, "daily", NULL));
}

Test(selection, package_fits_only_while_the_plant_has_its_regime)
{
    struct eg_plant_regime regime = {.name = b17, .from = "2026-07-01"};
    struct eg_plant plant = {.land = nw, .regimes = &regime, .regime_count = 1};
    struct eg_package of_regime = package(NULL, b17, NULL);

    cr_assert(fits(&of_regime, "daily", &plant));
    memcpy(regime.from, "2026-07-02", 11);
    cr_assert_not(fits(&of_regime, "daily", &plant));
    memcpy(regime.from, "", 1);
    memcpy(regime.until, "2026-06-29", 11);
    cr_assert_not(fits(&of_regime, "daily", &plant));
}

static bool collide(struct eg_package a, struct eg_package b)
{
    bool one = eg_packages_collide(&a, &b), other = eg_packages_collide(&b, &a);
    cr_assert_eq(one, other);
    return one;
}

Test(selection, packages_collide_unless_something_said_by_both_differs)
{
    struct eg_package foreign = package(NULL, NULL, NULL);
    foreign.match_name = daily;
    cr_assert(collide(package(NULL, NULL, NULL), package(NULL, NULL, NULL)));
    cr_assert_not(collide(package(NULL, NULL, NULL), foreign));
    cr_assert(collide(package(hourly, NULL, NULL), package(NULL, NULL, NULL)));
    cr_assert(collide(package(hourly, NULL, NULL), package(hourly, NULL, NULL)));
    cr_assert_not(collide(package(hourly, NULL, NULL), package(daily, NULL, NULL)));
    cr_assert(collide(package(NULL, b17, NULL), package(NULL, NULL, NULL)));
    cr_assert_not(collide(package(NULL, b17, NULL), package(NULL, eprtr, NULL)));
    cr_assert(collide(package(NULL, NULL, nw), package(NULL, NULL, NULL)));
    cr_assert_not(collide(package(NULL, NULL, nw), package(NULL, NULL, by)));
    cr_assert(collide(package(hourly, b17, nw), package(hourly, b17, nw)));
}

Test(selection, versions_stand_in_the_order_of_semver)
{
    /* semver.org, 11.2 and 11.4 with its own example, and numbers that text would misplace */
    static const char *const rising[] = {
        "0.0.1",         "0.1.0",         "1.0.0-1",          "1.0.0-2",    "1.0.0-11",
        "1.0.0-alpha",   "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2",
        "1.0.0-beta.11", "1.0.0-rc-x.1",  "1.0.0-rc.1",       "1.0.0",      "1.0.2",
        "1.0.10",        "1.2.0",         "1.10.0",           "2.0.0",      "10.0.0",
    };
    size_t count = sizeof rising / sizeof rising[0];
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < count; k++) {
            int order = eg_version_compare(rising[i], rising[k]);
            if (i == 11 || k == 11) {
                continue; /* "rc-x" and "rc": asked below */
            }
            cr_expect_eq((order > 0) - (order < 0), (i > k) - (i < k), "%s %s", rising[i],
                         rising[k]);
        }
    }
    cr_assert_gt(eg_version_compare("1.0.0-rc-x.1", "1.0.0-rc.1"), 0);
    cr_assert_eq(eg_version_compare("1.2.3", "1.2.3"), 0);
}
