/*
 * A verdict as the answer that goes back: UNAUTHENTICATED or ERROR with its text.
 */
#ifndef EG_WIRE_REFUSAL_H
#define EG_WIRE_REFUSAL_H

#include "core/verdict.h"
#include "wire/message.h"

/*
 * The answer to `request`.
 *   out    borrowed views into `text`
 *   text   initialised by the caller; holds the body
 * EG_E_USAGE when the code is not one that refuses; EG_E_NOMEM. Any thread.
 */
EG_MUST_USE
enum eg_status eg_refusal_answer(struct eg_message *out, struct eg_buf *text,
                                 const struct eg_message *request, const struct eg_verdict *verdict,
                                 struct eg_error *err);

/* The body alone. */
EG_MUST_USE
enum eg_status eg_refusal_text(struct eg_buf *text, const struct eg_verdict *verdict,
                               struct eg_error *err);

/* The verb that carries a code: UNAUTHENTICATED or ERROR. */
enum eg_verb eg_refusal_verb(enum eg_code code);

#endif
