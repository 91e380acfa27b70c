#include "workbench/package_select.h"

#include "assess/schema/vocabulary.h"
#include "assess/xpath/functions.h"
#include "assess/xpath/xpath.h"
#include "assess/xpath/xpath_functions.h"

#include <libxml/xpathInternals.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPERATIONS_MAX 50000000

static enum eg_status evaluate(xmlXPathObject **out, const struct eg_package_paths *paths,
                               xmlDoc *doc, const char *path, const xmlNode *node,
                               struct eg_error *err)
{
    char where[EG_ERROR_WHERE_MAX] = "";
    const struct eg_xpath_scope scope = {
        .ns = paths->ns, .ns_count = paths->ns_count, .counted = true};
    xmlXPathCompExpr *compiled = NULL;
    xmlXPathContext *context = NULL;

    (void)snprintf(where, sizeof where, "%s:%u", paths->file, eg_xml_line(node));
    enum eg_status status = eg_xpath_compile(&compiled, path, &scope, where, err);
    if (status != EG_OK) {
        return status;
    }
    context = xmlXPathNewContext(doc);
    for (size_t i = 0; context != NULL && i < paths->ns_count; i++) {
        (void)xmlXPathRegisterNs(context, (const xmlChar *)paths->ns[i].prefix,
                                 (const xmlChar *)paths->ns[i].uri);
    }
    if (context != NULL && eg_functions_register_xpath(context, err) == EG_OK) {
        context->opLimit = eg_xpath_limit(doc, OPERATIONS_MAX);
        (void)xmlXPathOrderDocElems(doc); /* anew: the document may have been changed */
        *out = xmlXPathCompiledEval(compiled, context);
    }
    if (*out == NULL) {
        status = eg_error_set(err, EG_E_FORMAT, where, "the path can not be evaluated");
    }
    xmlXPathFreeContext(context);
    xmlXPathFreeCompExpr(compiled);
    return status;
}

enum eg_status eg_package_select_text(char **out, const struct eg_package_paths *paths, xmlDoc *doc,
                                      const char *path, const xmlNode *node, struct eg_error *err)
{
    xmlXPathObject *object = NULL;
    enum eg_status status = evaluate(&object, paths, doc, path, node, err);
    if (status != EG_OK) {
        goto done;
    }

    xmlChar *text = xmlXPathCastToString(object);
    char *copy = text != NULL ? strdup((const char *)text) : NULL;
    xmlFree(text);
    if (copy != NULL) {
        *out = copy;
    } else {
        status = eg_error_set(err, EG_E_NOMEM, paths->file, "memory ran out");
    }

done:
    xmlXPathFreeObject(object);
    return status;
}

static enum eg_status take_elements(xmlNode **list, xmlNodeSet *set,
                                    const struct eg_package_paths *paths, const char *path,
                                    const xmlNode *node, struct eg_error *err)
{
    xmlXPathNodeSetSort(set);
    for (int i = 0; i < set->nodeNr; i++) {
        if (set->nodeTab[i]->type != XML_ELEMENT_NODE) {
            return eg_vocabulary_fault(err, paths->file, node,
                                       "%.200s finds something that is no element", path);
        }
        list[i] = set->nodeTab[i];
    }
    return EG_OK;
}

enum eg_status eg_package_select_elements(struct eg_package_elements *out,
                                          const struct eg_package_paths *paths, xmlDoc *doc,
                                          const char *path, const xmlNode *node,
                                          struct eg_error *err)
{
    xmlXPathObject *object = NULL;
    xmlNode **list = NULL;
    size_t found = 0;
    enum eg_status status = evaluate(&object, paths, doc, path, node, err);
    if (status != EG_OK) {
        goto done;
    }

    if (object->type != XPATH_NODESET) {
        status = eg_vocabulary_fault(err, paths->file, node, "%.200s does not name elements", path);
        goto done;
    }
    found = object->nodesetval != NULL ? (size_t)object->nodesetval->nodeNr : 0;
    status = found > 0 ? eg_vocabulary_room(&list, found, sizeof(xmlNode *), err)
                       : eg_vocabulary_fault(err, paths->file, node,
                                             "%.200s finds nothing in the report", path);
    if (status != EG_OK) {
        goto done;
    }
    status = take_elements(list, object->nodesetval, paths, path, node, err);
    if (status != EG_OK) {
        goto done;
    }
    *out = (struct eg_package_elements){list, found};
    list = NULL;

done:
    free(list);
    xmlXPathFreeObject(object);
    return status;
}
