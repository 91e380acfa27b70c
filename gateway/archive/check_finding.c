/*
 * How the checker tells a finding: for all files check_*.c.
 */
#include "archive/check_inside.h"

#include <stdarg.h>
#include <stdio.h>

void eg_check_found(struct eg_checker *checker, uint64_t entry, unsigned condition,
                    const char *format, ...)
{
    struct eg_check_finding finding = {.entry = entry, .condition = condition};
    va_list values;

    va_start(values, format);
    (void)vsnprintf(finding.text, sizeof finding.text, format, values);
    va_end(values);
    checker->findings++;
    checker->row_findings++;
    checker->hooks->finding(checker->hooks->payload, &finding);
}
