/*
 * The first refusal counts: later rungs of a ladder do not overwrite it.
 */
#include "core/verdict.h"

#include <stdarg.h>
#include <stdio.h>

static void flatten(char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < 0x20 || *text == 0x7f) {
            *text = '?';
        }
    }
}

bool eg_verdict_refuse(struct eg_verdict *verdict, enum eg_code code, const char *rule,
                       const char *where, const char *format, ...)
{
    if (!eg_verdict_passed(verdict)) {
        return false;
    }
    verdict->code = code;
    snprintf(verdict->rule, sizeof verdict->rule, "%s", rule != NULL ? rule : "");
    snprintf(verdict->where, sizeof verdict->where, "%s", where != NULL ? where : "");
    va_list args;
    va_start(args, format);
    vsnprintf(verdict->text, sizeof verdict->text, format, args);
    va_end(args);
    flatten(verdict->where);
    flatten(verdict->text);
    return false;
}
