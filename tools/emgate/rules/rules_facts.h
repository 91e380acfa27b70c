/*
 * A package as a flat list of statements, one a line of a comparison: what it is, settings,
 * parameters, steps, rules in words, notifications, files.
 */
#ifndef EG_TOOL_RULES_FACTS_H
#define EG_TOOL_RULES_FACTS_H

#include "assess/render/wording.h"

enum eg_fact_section {
    EG_FACT_ABOUT,
    EG_FACT_SETTING,
    EG_FACT_PARAMETER,
    EG_FACT_STEP,
    EG_FACT_RULE,
    EG_FACT_NOTIFICATION,
    EG_FACT_FILE,
    EG_FACT_SECTION_COUNT
};

struct eg_tool_fact {
    enum eg_fact_section section;
    /* "limit-day NOx"; unique in its section with `detail` */
    char *key;
    /* "source", "test"; NULL: the thing itself */
    char *detail;
    char *value;
    /* citation; NULL: none */
    char *source;
};
struct eg_tool_facts {
    struct eg_tool_fact *list;
    size_t count, capacity;
    /* memory ran out */
    bool failed;
};

/* Everything that is said of the package; sentences in one language first. EG_E_NOMEM. */
EG_MUST_USE
enum eg_status eg_tool_facts_of(struct eg_tool_facts *out, const struct eg_package *package,
                                const struct eg_wording *wording, bool german,
                                struct eg_error *err);
void eg_tool_facts_done(struct eg_tool_facts *facts);
const struct eg_tool_fact *eg_tool_facts_find(const struct eg_tool_facts *facts,
                                              const struct eg_tool_fact *like);

#endif
