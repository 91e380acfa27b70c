/*
 * An assessment in sentences: each line under its citation, in German or English, from the same
 * file and the same expression trees that the engine compiles.
 */
#ifndef EG_ASSESS_ASSESSMENT_SAY_H
#define EG_ASSESS_ASSESSMENT_SAY_H

#include "assess/language/expression.h"
#include "core/package.h"

/*
 * Append the sentences of `file`, one a line, each under the citation it rests on.
 *   lang   "de" or "en"
 * Only a package that compiles can be said: what the engine would refuse is refused here no better
 * than as EG_E_FORMAT. EG_E_NOTFOUND: no such file. EG_E_LIMIT, EG_E_NOMEM.
 */
EG_MUST_USE
enum eg_status eg_assessment_say(struct eg_buf *out, const struct eg_package *package,
                                 const char *file, const char *lang, struct eg_error *err);

/* A condition or value in words. German conditions are clauses with the verb at the end ("a b
 * überschreitet"), as they follow "wenn". */
void eg_expression_say(struct eg_buf *out, const struct eg_expression *expression, bool german);
/* A status in words: "Störung". A word that is no status stays as it is. */
void eg_say_status(struct eg_buf *out, const char *word, bool german);

#endif
