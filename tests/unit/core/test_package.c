/*
 * Packages and outcomes: files, periods, and that all of them is freed.
 */
#include "core/outcome.h"
#include "core/package.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct eg_package *package_of(const char *from, const char *until)
{
    struct eg_package *package = calloc(1, sizeof(*package));

    snprintf(package->from, sizeof(package->from), "%s", from);
    snprintf(package->until, sizeof(package->until), "%s", until);
    return package;
}

Test(package, covers_periods_that_lie_inside)
{
    struct eg_package *package = package_of("2020-01-01", "2020-12-31");

    cr_assert(eg_package_covers(package, "2020-01-01", "2020-12-31"));
    cr_assert(eg_package_covers(package, "2020-06-01", "2020-06-01"));
    cr_assert_not(eg_package_covers(package, "2019-12-31", "2020-01-01"));
    cr_assert_not(eg_package_covers(package, "2020-12-31", "2021-01-01"));
    cr_assert_not(eg_package_covers(package, "2019-01-01", "2021-01-01"));
    eg_package_free(&package);
    cr_assert_null(package);
    eg_package_free(&package);
}

Test(package, without_an_end_covers_the_future)
{
    struct eg_package *package = package_of("2020-01-01", "");

    cr_assert(eg_package_covers(package, "2199-12-31", "2199-12-31"));
    cr_assert_not(eg_package_covers(package, "2019-12-31", "2199-12-31"));
    eg_package_free(&package);
}

Test(package, gives_its_files_and_frees_all_of_itself)
{
    struct eg_package *package = package_of("2020-01-01", "");

    package->tree.files = calloc(1, sizeof(*package->tree.files));
    package->tree.count = 1;
    package->tree.files[0].name = strdup("checks/a.sch");
    eg_buf_init(&package->tree.files[0].content, 10);
    eg_buf_text(&package->tree.files[0].content, "abc");
    package->title.de = strdup("t");
    package->path_kind = strdup("p");
    package->parameters = calloc(1, sizeof(*package->parameters));
    package->parameter_count = 1;
    package->parameters[0].name = strdup("n");
    package->parameters[0].rows = calloc(1, sizeof(*package->parameters[0].rows));
    package->parameters[0].row_count = 1;
    package->parameters[0].rows[0].value = strdup("1");
    package->steps = calloc(1, sizeof(*package->steps));
    package->step_count = 1;
    package->steps[0].file = strdup("f");
    package->notifications = calloc(1, sizeof(*package->notifications));
    package->notification_count = 1;
    package->notifications[0].participant = strdup("p");
    package->namespaces = calloc(1, sizeof(*package->namespaces));
    package->namespace_count = 1;
    package->namespaces[0].uri = strdup("u");
    cr_assert(eg_bytes_is(eg_package_file(package, "checks/a.sch"), "abc"));
    cr_assert_null(eg_package_file(package, "checks").data);
    cr_assert_null(eg_package_file(package, "").data);
    eg_package_free(&package);
    cr_assert_null(package);
}

Test(outcome, begins_and_ends_empty)
{
    struct eg_outcome outcome;
    struct eg_error err = {0};

    eg_outcome_init(&outcome);
    cr_assert_not(outcome.accepted);
    eg_buf_text(&outcome.parameters, "text");
    const struct eg_finding_head head = {.severity = EG_SEVERITY_INFO, .rule = "r", .step = 1};
    cr_assert_eq(eg_findings_add(&outcome.findings, &head, NULL, &err), EG_OK);
    outcome.results = calloc(1, sizeof(*outcome.results));
    outcome.result_count = 1;
    outcome.results[0].name = strdup("daily");
    eg_buf_init(&outcome.results[0].content, 10);
    eg_buf_text(&outcome.results[0].content, "x");
    outcome.notifications = calloc(1, sizeof(*outcome.notifications));
    outcome.notification_count = 1;
    outcome.notifications[0].recipient = strdup("authority");
    eg_buf_init(&outcome.notifications[0].content, 10);
    eg_buf_text(&outcome.notifications[0].content, "x");
    eg_outcome_done(&outcome);
    cr_assert_eq(outcome.result_count, 0);
    cr_assert_null(outcome.notifications);
    cr_assert_null(outcome.findings.list);
}
