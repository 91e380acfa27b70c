/*
 * A plant for judging offline: as a directory states it, with what the command line says over it,
 * or made up on the command line alone.
 */
#ifndef EG_TOOL_RULES_PLANT_H
#define EG_TOOL_RULES_PLANT_H

#include "core/directory.h"
#include "core/package.h"
#include "core/selection.h"
#include "emgate/frame/verb.h"

struct eg_tool_plant {
    /* borrowed by the engine; id NULL: not of a directory, the report's */
    struct eg_plant plant;
    /* its lists: those of the command line, then those of the directory */
    struct eg_plant_setting *settings;
    struct eg_plant_parameter *permits;
    /* what the words of the command line point into */
    char *texts;
    /* NULL: none was named */
    struct eg_directory *directory;
};

#define EG_TOOL_SETTING_OPTION                                                                     \
    {                                                                                              \
        .name = "--setting", .value = "[SOURCE/]NAME[.COMPONENT]=WORD",                            \
        .help = "A setting of the plant, or of a source or component of it, that the package "     \
                "asks for; may be given several times.",                                           \
        .repeats = true                                                                            \
    }
#define EG_TOOL_PERMIT_OPTION                                                                      \
    {                                                                                              \
        .name = "--permit", .value = "[SOURCE/]NAME[.COMPONENT]=VALUE[ UNIT]",                     \
        .help = "A parameter as a permit sets it, in the package's unit; may be given several "    \
                "times.",                                                                          \
        .repeats = true                                                                            \
    }

#define EG_TOOL_DIRECTORY_OPTION                                                                   \
    {                                                                                              \
        .name = "--directory", .value = "FILE",                                                    \
        .help = "A participant directory, signed or not, that states the plant."                   \
    }
#define EG_TOOL_PLANT_OPTION                                                                       \
    {                                                                                              \
        .name = "--plant", .value = "ID",                                                          \
        .help =                                                                                    \
            "The plant of the directory; --setting and --permit then go before what it states "    \
            "of the same place."                                                                   \
    }

/*
 * Read the options --directory, --plant, --setting and --permit of `args`; a verb may have only
 * some of them. That a directory's signature is not checked is said on stderr. Names that the
 * package does not declare, words that are none of a setting's, forms without "=" and a plant that
 * is not stated are EG_E_USAGE, with the nearest name. EG_E_FORMAT: the directory is none.
 * EG_E_NOMEM, EG_E_IO. End with eg_tool_plant_done, also after a failure. `package` and `args` are
 * kept.
 */
EG_MUST_USE
enum eg_status eg_tool_plant_read(struct eg_tool_plant *out, const struct eg_tool_args *args,
                                  const struct eg_package *package, struct eg_error *err);
/*
 * EG_E_USAGE: the plant is of a directory and the report of another, or the package does not judge
 * the plant's reports of this kind and period.
 */
EG_MUST_USE
enum eg_status eg_tool_plant_fits(const struct eg_tool_plant *plant,
                                  const struct eg_package *package,
                                  const struct eg_report_header *header, struct eg_error *err);
void eg_tool_plant_done(struct eg_tool_plant *plant);

#endif
