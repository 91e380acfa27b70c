/*
 * A package as a page in Markdown, German and English, made from nothing but the package.
 */
#ifndef EG_TOOL_RULES_PAGE_H
#define EG_TOOL_RULES_PAGE_H

#include "assess/render/wording.h"

/* Append the page: the same package gives the same octets, signed or not. */
void eg_tool_page(struct eg_buf *out, const struct eg_package *package,
                  const struct eg_wording *wording);

#endif
