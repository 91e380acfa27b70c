/*
 * One way from a verdict to the wire, for door and hall alike.
 */
#include "wire/refusal.h"

#include "base/error.h"
#include "wire/texts.h"

#include <stdio.h>

enum eg_verb eg_refusal_verb(enum eg_code code)
{
    return eg_code_row(code)->answer == EG_ANSWER_UNAUTHENTICATED ? EG_VERB_UNAUTHENTICATED
                                                                  : EG_VERB_ERROR;
}

enum eg_status eg_refusal_text(struct eg_buf *text, const struct eg_verdict *verdict,
                               struct eg_error *err)
{
    const struct eg_code_row *row = eg_code_row(verdict->code);
    if (row->answer != EG_ANSWER_UNAUTHENTICATED && row->answer != EG_ANSWER_ERROR) {
        return eg_error_set(err, EG_E_USAGE, row->text, "this code refuses nothing");
    }
    struct eg_answer_text answer = {.code = verdict->code, .retry_after_ms = row->retry_after_ms};
    snprintf(answer.rule, sizeof answer.rule, "%s", verdict->rule);
    snprintf(answer.where, sizeof answer.where, "%s", verdict->where);
    snprintf(answer.text, sizeof answer.text, "%s", verdict->text);
    return eg_answer_write(text, &answer, err);
}

enum eg_status eg_refusal_answer(struct eg_message *out, struct eg_buf *text,
                                 const struct eg_message *request, const struct eg_verdict *verdict,
                                 struct eg_error *err)
{
    EG_TRY(eg_refusal_text(text, verdict, err));
    eg_message_answer(out, request, eg_refusal_verb(verdict->code));
    eg_message_add(out, eg_bytes_view(text));
    return EG_OK;
}
