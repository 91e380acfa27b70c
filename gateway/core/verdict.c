/*
 * Filling in a verdict.
 *
 * Why: the first refusal is the one that counts, and its line may hold octets of a stranger's
 * certificate, so it is made fit for journal and terminal here.
 */
#include "core/verdict.h"

#include "base/text.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

bool eg_verdict_refuse(struct eg_verdict *verdict, enum eg_code code, const char *rule,
                       const char *where, const char *format, ...)
{
    char text[2 * EG_VERDICT_TEXT_MAX];
    va_list args;

    assert(code != EG_CODE_OK);
    if (!eg_verdict_passed(verdict)) {
        return false;
    }
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    verdict->code = code;
    eg_text_line(verdict->rule, sizeof verdict->rule, rule != NULL ? rule : "");
    eg_text_line(verdict->where, sizeof verdict->where, where != NULL ? where : "");
    eg_text_line(verdict->text, sizeof verdict->text, text);
    return false;
}
