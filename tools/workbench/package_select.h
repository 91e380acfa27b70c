/*
 * Paths of a package's tests: XPath 1.0 over a report or a result, with the prefixes that the tests
 * declare.
 */
#ifndef EG_WORKBENCH_PACKAGE_SELECT_H
#define EG_WORKBENCH_PACKAGE_SELECT_H

#include "assess/xml/xml.h"

struct eg_package_paths {
    const struct eg_xml_ns *ns;
    size_t ns_count;
    /* of the tests, for messages */
    const char *file;
};

/*
 * The string value of `path` over the document, as a new string.
 *   node   element that states the path, for messages
 * EG_E_FORMAT with file and line, EG_E_LIMIT, EG_E_NOMEM.
 */
EG_MUST_USE
enum eg_status eg_package_select_text(char **out, const struct eg_package_paths *paths, xmlDoc *doc,
                                      const char *path, const xmlNode *node, struct eg_error *err);

/* Elements of a document, which owns them, in its order; free() the list. */
struct eg_package_elements {
    xmlNode **list;
    size_t count;
};

/*
 * The elements that `path` finds. Statuses as above; nothing found, or something that is no
 * element, is EG_E_FORMAT.
 */
EG_MUST_USE
enum eg_status eg_package_select_elements(struct eg_package_elements *out,
                                          const struct eg_package_paths *paths, xmlDoc *doc,
                                          const char *path, const xmlNode *node,
                                          struct eg_error *err);

#endif
