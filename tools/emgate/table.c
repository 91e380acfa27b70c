/*
 * The table of verbs. Its rows are in verbs.def: a new verb is one file and one row there.
 */
#include "emgate/table.h"

#define EG_VERB(name) extern const struct eg_tool_verb eg_verb_##name;
#include "emgate/verbs.def"
#undef EG_VERB

#define EG_VERB(name) &eg_verb_##name,
const struct eg_tool_verb *const eg_tool_table[] = {
#include "emgate/verbs.def"
    NULL,
};
#undef EG_VERB
