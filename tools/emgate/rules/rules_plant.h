/*
 * A plant made up on the command line, for judging without a directory: its settings and permits.
 */
#ifndef EG_TOOL_RULES_PLANT_H
#define EG_TOOL_RULES_PLANT_H

#include "core/directory.h"
#include "core/package.h"
#include "emgate/frame/verb.h"

struct eg_tool_plant {
    /* borrowed by the engine; NULL where a report names none */
    struct eg_plant plant;
    /* what the words point into */
    char *texts;
};

#define EG_TOOL_SETTING_OPTION                                                                     \
    {                                                                                              \
        .name = "--setting", .value = "NAME[.COMPONENT]=WORD",                                     \
        .help = "A setting of the plant that the package asks for; may be given several times.",   \
        .repeats = true                                                                            \
    }
#define EG_TOOL_PERMIT_OPTION                                                                      \
    {                                                                                              \
        .name = "--permit", .value = "NAME[.COMPONENT]=VALUE[ UNIT]",                              \
        .help = "A parameter as a permit sets it, in the package's unit; may be given several "    \
                "times.",                                                                          \
        .repeats = true                                                                            \
    }

/*
 * Read the options --setting and --permit of `args`. Names that the package does not declare, words
 * that are none of a setting's and forms without "=" are EG_E_USAGE, with the nearest name.
 * EG_E_NOMEM. End with eg_tool_plant_done, also after a failure. `package` and `args` are kept.
 */
EG_MUST_USE
enum eg_status eg_tool_plant_read(struct eg_tool_plant *out, const struct eg_tool_args *args,
                                  const struct eg_package *package, struct eg_error *err);
void eg_tool_plant_done(struct eg_tool_plant *plant);

#endif
