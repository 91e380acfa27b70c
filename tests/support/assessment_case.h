/*
 * A case of an assessment in a folder: package/, report.xml, and case.txt with lines
 *
 *   fact COMPONENT NAME DAY VALUE UNIT      known before; component - is the source's own
 *   setting NAME WORD COMPONENT             of the plant; component - is every one
 *   later DAY                               facts are in force for that later day
 *   expect WHO NAME VALUE...                see test_assessment.c
 *
 * Files of the package may be replaced, pieces of the report and of the assessment too.
 */
#ifndef TESTS_SUPPORT_ASSESSMENT_CASE_H
#define TESTS_SUPPORT_ASSESSMENT_CASE_H

#include "assess/assessment/assessment.h"
#include "assess/package/parameters.h"

struct assessment_case {
    struct eg_package *package;
    struct eg_buf report, lines;
    struct eg_plant plant;
    struct eg_report_header header;
    struct eg_facts known;
    struct eg_assessment *assessment;
    struct eg_parameter_rules *rules;
    struct eg_parameter_values values;
    xmlDoc *doc, *result;
    struct eg_buf octets; /* of the result */
    struct eg_findings findings;
    struct eg_facts recalled, remembered;
    struct eg_judged judged;
    uint32_t semantics; /* 0: the present engine */
    bool made;
    struct eg_error err;
};

/* Read the folder below tests/data/assess/assessment. */
void assessment_case_open(struct assessment_case *c, const char *name);
void assessment_case_done(struct assessment_case *c);
/* Replace the first `from` in the report, or in the assessment or package.xml (whichever has it);
 * the test fails where it is not there. */
void assessment_case_report(struct assessment_case *c, const char *from, const char *to);
void assessment_case_package(struct assessment_case *c, const char *from, const char *to);
/* Compile, choose parameters, run: each at its first call. */
enum eg_status assessment_case_compile(struct assessment_case *c);
enum eg_status assessment_case_run(struct assessment_case *c);
/* Element of the result: figure and so on of `who` (a component, or "source"); NULL: none. */
xmlNode *assessment_case_find(struct assessment_case *c, const char *who, const char *element,
                              const char *attribute, const char *value);
/* An attribute of it, "" where there is none; good until the next call. */
const char *assessment_case_value(const xmlNode *node, const char *attribute);
void assessment_case_fact(struct assessment_case *c, const char *component, const char *name,
                          const char *day, const char *value, const char *unit);
/* How many findings have this rule; *first is the text in English of the first of them. */
size_t assessment_case_rule(struct assessment_case *c, const char *rule, const char **first);
/* What is owed without a report, into c->judged. */
enum eg_status assessment_case_owed(struct assessment_case *c);
/* Text of the finding so numbered. Good until the next call. */
const char *assessment_case_text(struct assessment_case *c, size_t index, const char *lang);

#endif
