/*
 * The worked packages of the language's reference, with the figures that were computed there by
 * hand; and what they give when one thing changes.
 */
#include "tests/support/assessment_case.h"

#include "assess/number/numbers.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void expect_judged(struct assessment_case *c, const char *who, const char *id,
                          const char *want)
{
    char have[80] = "", parts[3][20] = {"", "", ""};
    const xmlNode *node = assessment_case_find(c, who, "judged", "id", id);
    cr_assert_not_null(node, "%s judged %s", who, id);
    static const char *const names[] = {"found", "not-found", "undecided"};
    for (size_t i = 0; i < 3; i++) {
        (void)snprintf(parts[i], sizeof parts[i], "%.19s", assessment_case_value(node, names[i]));
    }
    (void)snprintf(have, sizeof have, "%s %s %s", parts[0], parts[1], parts[2]);
    cr_expect_str_eq(have, want, "%s judged %s: %s, not %s", who, id, have, want);
}

static void expect_found(struct assessment_case *c, const char *who, const char *id, int place)
{
    char end[24] = "";
    (void)snprintf(end, sizeof end, "T%02d:%02d:00", place * 30 / 60, place * 30 % 60);
    xmlNode *first = assessment_case_find(c, who, "finding", "id", id);
    for (xmlNode *at = first; at != NULL; at = at->next) {
        if (at->type == XML_ELEMENT_NODE && strcmp((const char *)at->name, "finding") == 0 &&
            strcmp(assessment_case_value(at, "id"), id) == 0 &&
            strstr(assessment_case_value(at, "end"), end) != NULL) {
            return;
        }
    }
    cr_expect(false, "%s found %s %d", who, id, place);
}

static void expect_figure(struct assessment_case *c, const char *who, const char *name,
                          const char *want)
{
    char have[100] = "";
    double number = 0;
    const xmlNode *node = assessment_case_find(c, who, "figure", "name", name);
    cr_assert_not_null(node, "%s %s", who, name);
    (void)snprintf(have, sizeof have, "%.90s", assessment_case_value(node, "value"));
    if (eg_number_read(eg_bytes_of(have), &number) || strtod(have, NULL) != 0) {
        (void)snprintf(have, sizeof have, "%.15g", strtod(have, NULL));
    }
    const char *status = assessment_case_value(node, "status");
    if (status[0] != '\0' && strcmp(status, "valid") != 0) {
        (void)snprintf(have + strlen(have), sizeof have - strlen(have), " %s", status);
    }
    cr_expect_str_eq(have, want, "%s %s: %s, not %s", who, name, have, want);
}

static void expect_line(struct assessment_case *c, char *line)
{
    char who[40] = "", kind[40] = "", id[40] = "", rest[80] = "";
    cr_assert_geq(sscanf(line, "expect %39s %39s %39s %79[^\n]", who, kind, id, rest), 3);
    if (strcmp(kind, "judged") == 0) {
        expect_judged(c, who, id, rest);
    } else if (strcmp(kind, "found") == 0) {
        expect_found(c, who, id, (int)strtol(rest, NULL, 10));
    } else if (strcmp(kind, "class") == 0) {
        const xmlNode *node = assessment_case_find(c, who, "class", "id", id);
        cr_expect_str_eq(assessment_case_value(node, "count"), rest, "%s", line);
    } else {
        if (rest[0] != '\0') {
            (void)snprintf(id + strlen(id), sizeof id - strlen(id), " %.30s", rest);
        }
        expect_figure(c, who, kind, id);
    }
}

static void expect_lines(struct assessment_case *c)
{
    char *copy = eg_bytes_dup(eg_bytes_view(&c->lines));
    int lines = 0;
    for (char *line = copy; line != NULL && *line != '\0';) {
        char *next = strchr(line, '\n');
        if (next != NULL) {
            *next++ = '\0';
        }
        if (strncmp(line, "expect ", 7) == 0) {
            expect_line(c, line);
            lines++;
        }
        line = next;
    }
    cr_assert_gt(lines, 0);
    free(copy);
}

static void run_worked(const char *name)
{
    struct assessment_case c;
    assessment_case_open(&c, name);
    enum eg_status status = assessment_case_run(&c);
    cr_assert_eq(status, EG_OK, "%s: %s", c.err.where, c.err.text);
    cr_assert(c.made);
    expect_lines(&c);
    assessment_case_done(&c);
}

Test(assessment, judges_a_gas_turbine_as_worked_by_hand)
{
    run_worked("a");
}

Test(assessment, judges_waste_incineration_as_worked_by_hand)
{
    run_worked("b");
}

Test(assessment, judges_columns_a_and_b_as_worked_by_hand)
{
    run_worked("c");
}

Test(assessment, classes_half_hours_as_worked_by_hand)
{
    run_worked("d");
}

Test(assessment, judges_a_periodic_measurement_as_worked_by_hand)
{
    run_worked("e");
}
