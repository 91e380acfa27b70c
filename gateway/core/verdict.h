/*
 * A verdict on who sent something and whether they may: pass, or the first code that stands in the
 * way. Verdict is not error: a function fills the verdict AND returns EG_OK when it could do its
 * work.
 */
#ifndef EG_CORE_VERDICT_H
#define EG_CORE_VERDICT_H

#include "core/code.h"

#include <stdbool.h>

#define EG_VERDICT_TEXT_MAX 400

struct eg_verdict {
    /* EG_CODE_OK: pass */
    enum eg_code code;
    /* clause, e.g. "RFC 5652 5.3"; "" if none */
    char rule[64];
    /* what was judged, e.g. "signerInfo 2", "CN=..." */
    char where[128];
    /* one English line with the values in question */
    char text[EG_VERDICT_TEXT_MAX];
};

/* Fill the verdict unless it holds a refusal already (the first one counts). Returns false, for
 * `return`. */
bool eg_verdict_refuse(struct eg_verdict *verdict, enum eg_code code, const char *rule,
                       const char *where, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

static inline bool eg_verdict_passed(const struct eg_verdict *verdict)
{
    return verdict->code == EG_CODE_OK;
}

#endif
