/*
 * A package is tried before it is installed: libxml2 bounds neither the time nor the memory
 * that it takes for an XML Schema, so a child process with ceilings compiles it first.
 */
#include "workbench/sandbox.h"

#include "assess/judge/engine.h"
#include "assess/package/package.h"
#include "base/limits.h"

#include <criterion/criterion.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SOURCE "tests/data/packages/bench.half-hourly"

static struct eg_error err;

static void set_up(void)
{
    err = (struct eg_error){0};
    cr_assert_eq(eg_engine_init(&err), EG_OK, "%s", err.text);
}

static void tear_down(void)
{
    eg_engine_done();
}

/* Put `count` declarations into the schema: of elements of one choice, each of which is compared
 * with every other one when the schema is compiled, or of types. */
static void widen(struct eg_buf *schema, unsigned count, bool choice)
{
    struct eg_buf wide;
    const char *end = strstr((char *)schema->data, "</xs:schema>");

    cr_assert_not_null(end);
    eg_buf_init(&wide, 16 * EG_MIB);
    eg_buf_add(&wide, schema->data, (size_t)(end - (char *)schema->data));
    eg_buf_text(&wide, choice ? "<xs:complexType name=\"c\"><xs:choice>" : "");
    for (unsigned i = 0; i < count; i++) {
        eg_buf_format(&wide,
                      choice ? "<xs:element name=\"e%u\" minOccurs=\"0\"/>"
                             : "<xs:simpleType name=\"t%u\"><xs:restriction "
                               "base=\"xs:string\"/></xs:simpleType>",
                      i);
    }
    eg_buf_text(&wide, choice ? "</xs:choice></xs:complexType>" : "");
    eg_buf_text(&wide, end);
    cr_assert_eq(eg_buf_ok(&wide, "schema", &err), EG_OK);
    eg_buf_done(schema);
    *schema = wide;
}

/* A schema of its own is none of the vocabulary. */
static void forget_vocabulary(struct eg_buf *manifest)
{
    char *from = strstr((char *)manifest->data, "<vocabulary ");
    char *to = from != NULL ? strstr(from, "/>") : NULL;

    cr_assert_not_null(to);
    memset(from, ' ', (size_t)(to + 2 - from));
}

/* The bench package with so much more in its schema. */
static struct eg_package *package_with(unsigned count, bool choice)
{
    struct eg_package *package = NULL;

    cr_assert_eq(eg_package_read(&package, SOURCE, true, &err), EG_OK, "%s: %s", err.where,
                 err.text);
    struct eg_tree tree = package->tree;
    package->tree = (struct eg_tree){NULL, 0};
    eg_package_free(&package);
    for (size_t i = 0; i < tree.count; i++) {
        if (strcmp(tree.files[i].name, "schema/report.xsd") == 0) {
            widen(&tree.files[i].content, count, choice);
        } else if (strcmp(tree.files[i].name, "package.xml") == 0) {
            forget_vocabulary(&tree.files[i].content);
        }
    }
    cr_assert_eq(eg_package_parse(&package, &tree, true, &err), EG_OK, "%s: %s", err.where,
                 err.text);
    eg_tree_done(&tree);
    return package;
}

TestSuite(sandbox, .init = set_up, .fini = tear_down);

Test(sandbox, package_within_its_ceilings_runs_the_tests_of_the_package)
{
    struct eg_package *package = package_with(10, true);
    struct eg_sandbox_result result = {.tests = 0};

    cr_assert_eq(eg_sandbox_run(&result, package, &eg_sandbox_ceilings_default, &err), EG_OK,
                 "%s: %s", err.where, err.text);
    cr_expect(result.tests_present);
    cr_expect_gt(result.tests, 0);
    cr_expect_eq(result.failed, 0, "%s", result.first);
    eg_package_free(&package);
}

Test(sandbox, package_that_takes_more_than_its_seconds_is_ended)
{
    struct eg_package *package = package_with(40000, true);
    struct eg_sandbox_result result = {.tests = 0};
    const struct eg_sandbox_ceilings ceilings = {.cpu_s = 1, .memory = EG_SANDBOX_MEMORY_MAX};

    cr_expect_eq(eg_sandbox_run(&result, package, &ceilings, &err), EG_E_LIMIT);
    cr_expect_str_eq(err.where, package->ref.id);
    cr_expect_str_eq(err.text, "compiling and testing took more than 1 s of CPU");
    cr_expect_eq(result.tests, 0);
    eg_package_free(&package);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
static uint64_t addresses_now(void)
{
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");

    (void)malloc_trim(0); /* what lies free in the heap needs no new addresses */
    cr_assert_not_null(file);
    cr_assert_eq(fscanf(file, "%lu", &pages), 1);
    cr_assert_eq(fclose(file), 0);
    return (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

Test(sandbox, package_that_takes_more_than_its_memory_says_so)
{
    struct eg_package *package = package_with(120000, false);
    struct eg_sandbox_result result = {.tests = 0};
    const struct eg_sandbox_ceilings ceilings = {.cpu_s = 10, .memory = addresses_now() + EG_MIB};
    enum eg_status status = eg_sandbox_run(&result, package, &ceilings, &err);

    cr_expect(status == EG_E_LIMIT || status == EG_E_NOMEM, "%d %s: %s", status, err.where,
              err.text);
    cr_expect_not_null(strstr(err.text, "memory"), "%s", err.text);
    cr_expect_eq(result.tests, 0);
    eg_package_free(&package);
}
#endif
