/*
 * Start and end of an assessment; the work is done in the files beside this one.
 */
#include "assess/assessment.h"

enum eg_status eg_assessment_compile(struct eg_assessment **out, const struct eg_loader *loader,
                                     const struct eg_package *package, const char *file,
                                     const char *result, struct eg_error *err)
{
    (void)out, (void)loader, (void)package, (void)result;
    return eg_error_set(err, EG_E_FORMAT, file, "assessments are not compiled yet");
}

void eg_assessment_free(struct eg_assessment **assessment)
{
    *assessment = NULL;
}

bool eg_assessment_needs(const struct eg_assessment *assessment, const char *until, char from[11])
{
    (void)assessment, (void)until, (void)from;
    return false;
}

enum eg_status eg_assessment_run(struct eg_buf *result_out, bool *made,
                                 const struct eg_assessment *assessment,
                                 const struct eg_assessment_job *job, struct eg_findings *findings,
                                 struct eg_facts *recalled, struct eg_facts *remembered,
                                 struct eg_error *err)
{
    (void)result_out, (void)made, (void)assessment, (void)job, (void)findings, (void)recalled;
    (void)remembered;
    return eg_error_set(err, EG_E_INTERNAL, "assessment", "assessments are not run yet");
}

enum eg_status eg_assessment_text(struct eg_buf *out, const struct eg_assessment *assessment,
                                  const struct eg_finding *finding, const char *lang,
                                  struct eg_error *err)
{
    (void)out, (void)assessment, (void)lang;
    return eg_error_set(err, EG_E_NOTFOUND, finding->rule, "is no rule of this assessment");
}
