/*
 * Why this file exists: a transform is a program that somebody else wrote, run over a document that
 * somebody else sent. sheet.c has refused what may not stand in it; here it is compiled and run
 * with nothing in reach but the package's memory, and stopped when it takes more than its share.
 *
 * Four ceilings, because each alone can be walked around: operations (instructions, counted by
 * libxslt, and what is done in them, counted by libxml2 and by us: sheet_run.h), octets of texts
 * (functions.h), depth of templates and of the result, and memory held (memory.h).
 */
#include "assess/transform/transform.h"

#include "assess/number/numbers.h"
#include "assess/transform/sheet.h"
#include "assess/transform/sheet_run.h"
#include "assess/xml/memory.h"
#include "assess/xpath/functions.h"
#include "base/limits.h"

#include <libexslt/exslt.h>
#include <libxml/xpathInternals.h>
#include <libxslt/documents.h>
#include <libxslt/extensions.h>
#include <libxslt/security.h>
#include <libxslt/transform.h>
#include <libxslt/variables.h>
#include <libxslt/xsltutils.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NODE_OCTETS 120 /* size of a node in libxml2's tree, about */
#define PARAMS_MAX 258  /* EG_PARAMETERS_MAX, $parameters, end */
#define EXPRESSION_MAX 160
#define ONE_FUNCTION "emgate-parameter"
#define ALL_FUNCTION "emgate-parameters"

const struct eg_transform_limits eg_transform_limits_default = {
    .operations = EG_TRANSFORM_OPERATIONS_MAX,
    .octets = EG_XPATH_OCTETS_MAX,
    .memory = EG_TRANSFORM_MEMORY_MAX,
    .depth = EG_TRANSFORM_DEPTH_MAX,
};

struct eg_transform {
    xsltStylesheet *sheet;
    const struct eg_loader *loader;
    struct eg_sheet facts;
    struct eg_sheet_plan plan;
    char *name;
    /* All functions that a run may call, lent to its context: made once, they take a fifth of a
     * small report's transform to register. NULL while a run has them. */
    xmlHashTable *functions;
};

/* What a running transform is held to; hangs on the libxslt context. */
struct run {
    /* first: what the files of the sheet see */
    struct eg_sheet_run sheet;
    const struct eg_transform_job *job;
    const struct eg_transform_limits *limits;
    xsltTransformContext *context;
    struct eg_memory_watch watch;
    /* by the memory ceiling */
    bool stopped;
};

/* ---- security ----------------------------------------------------------------------------- */

static pthread_mutex_t init_lock = PTHREAD_MUTEX_INITIALIZER;
static xsltSecurityPrefs *preferences;

/* Files of the package have an address of their own kind, which libxslt takes for the network. */
static int package_only(xsltSecurityPrefsPtr prefs, xsltTransformContextPtr context,
                        const char *value)
{
    (void)prefs, (void)context;
    return strncmp(value, EG_XML_BASE, strlen(EG_XML_BASE)) == 0;
}

/* The sheet that is compiled on this thread: its imports come through libxslt's loader. */
struct compiling {
    struct eg_sheet_plan *plan;
    enum eg_status status;
    struct eg_error err;
};
static _Thread_local struct compiling *compiling;
static xsltDocLoaderFunc plain_load;

static xmlDoc *load(const xmlChar *url, xmlDict *dict, int options, void *context,
                    xsltLoadType type)
{
    xmlDoc *doc = plain_load(url, dict, options, context, type);

    if (doc == NULL || type != XSLT_LOAD_STYLESHEET || compiling == NULL ||
        compiling->status != EG_OK) {
        return doc;
    }
    const char *name = (const char *)url;
    size_t base = strlen(EG_XML_BASE);
    compiling->status = eg_sheet_rewrite(compiling->plan, doc,
                                         strncmp(name, EG_XML_BASE, base) == 0 ? name + base : name,
                                         false, &compiling->err);
    return doc;
}

enum eg_status eg_transform_init(struct eg_error *err)
{
    static const xsltSecurityOption forbidden[] = {XSLT_SECPREF_READ_FILE, XSLT_SECPREF_WRITE_FILE,
                                                   XSLT_SECPREF_CREATE_DIRECTORY,
                                                   XSLT_SECPREF_WRITE_NETWORK};
    enum eg_status status = EG_OK;

    pthread_mutex_lock(&init_lock);
    if (preferences == NULL) {
        preferences = xsltNewSecurityPrefs();
        bool set = preferences != NULL &&
                   xsltSetSecurityPrefs(preferences, XSLT_SECPREF_READ_NETWORK, package_only) == 0;
        for (size_t i = 0; set && i < sizeof forbidden / sizeof forbidden[0]; i++) {
            set = xsltSetSecurityPrefs(preferences, forbidden[i], xsltSecurityForbid) == 0;
        }
        if (set) {
            xsltSetDefaultSecurityPrefs(preferences);
            plain_load = xsltDocDefaultLoader;
            xsltSetLoaderFunc(load);
            exsltStrRegister(); /* str:tokenize and others that make nodes need a transformation */
        } else {
            xsltFreeSecurityPrefs(preferences);
            preferences = NULL;
            status = eg_error_set(err, EG_E_NOMEM, "libxslt", "memory ran out");
        }
    }
    pthread_mutex_unlock(&init_lock);
    return status;
}

void eg_transform_done(void)
{
    pthread_mutex_lock(&init_lock);
    xsltSetDefaultSecurityPrefs(NULL);
    xsltSetLoaderFunc(NULL);
    xsltFreeSecurityPrefs(preferences);
    preferences = NULL;
    pthread_mutex_unlock(&init_lock);
}

static void stop(void *payload)
{
    struct run *run = payload;

    run->stopped = true;
    run->context->state = XSLT_STATE_STOPPED;
    run->context->opLimit = 1;
    if (run->context->xpathCtxt != NULL) {
        run->context->xpathCtxt->opLimit = 1;
    }
}

/* ---- compiling ---------------------------------------------------------------------------- */

static bool is_parameter(void *payload, const char *name)
{
    const struct eg_package *package = payload;

    for (size_t i = 0; i < package->parameter_count; i++) {
        if (package->parameters[i].row_count == 0 &&
            strcmp(package->parameters[i].name, name) == 0) {
            return true;
        }
    }
    return strcmp(name, EG_PARAMETERS_NAME) == 0;
}

static enum eg_status compile_files(struct eg_transform *transform, struct eg_error *err)
{
    struct compiling here = {.plan = &transform->plan};
    xmlDoc *doc = NULL;

    enum eg_status status = eg_xml_load(&doc, transform->loader, transform->name, err);
    if (status != EG_OK) {
        return status;
    }
    status = eg_sheet_rewrite(&transform->plan, doc, transform->name, true, err);
    if (status != EG_OK) {
        xmlFreeDoc(doc);
        return status;
    }
    compiling = &here;
    transform->sheet = xsltParseStylesheetDoc(doc);
    compiling = NULL;
    if (transform->sheet == NULL) {
        xmlFreeDoc(doc);
    }
    if (here.status != EG_OK && err != NULL) {
        *err = here.err;
    }
    return here.status;
}

static enum eg_status parse_sheet(struct eg_transform *transform, struct eg_error *err)
{
    struct eg_xml_scope scope;

    eg_xml_scope_begin(&scope, transform->loader);
    enum eg_status status = compile_files(transform, err);
    if (status == EG_OK) {
        status = eg_xml_scope_error(&scope, transform->name, err);
        if (status == EG_OK && (transform->sheet == NULL || transform->sheet->errors > 0 ||
                                transform->sheet->warnings > 0)) {
            status = eg_error_set(err, EG_E_FORMAT, transform->name, "does not compile");
        }
    }
    eg_xml_scope_end(&scope);
    return status;
}

enum eg_status eg_transform_compile(struct eg_transform **out, const struct eg_loader *loader,
                                    const char *name, const struct eg_package *package,
                                    struct eg_error *err)
{
    struct eg_transform *transform = calloc(1, sizeof *transform);
    enum eg_status status = EG_OK;

    if (transform == NULL || (transform->name = strdup(name)) == NULL) {
        free(transform);
        return eg_error_set(err, EG_E_NOMEM, name, "memory ran out");
    }
    transform->loader = loader;
    status = eg_sheet_check(&transform->facts, loader, name, package != NULL ? is_parameter : NULL,
                            (void *)package, err);
    if (status == EG_OK) {
        status = parse_sheet(transform, err);
    }
    if (status == EG_OK) {
        status = eg_sheet_plan_finish(&transform->plan, transform->sheet, err);
    }
    if (status == EG_OK) {
        *out = transform;
        transform = NULL;
    }
    eg_transform_free(&transform);
    return status;
}

void eg_transform_free(struct eg_transform **transform)
{
    struct eg_transform *t = *transform;

    if (t == NULL) {
        return;
    }
    xsltFreeStylesheet(t->sheet);
    xmlHashFree(t->functions, NULL);
    eg_sheet_plan_done(&t->plan);
    eg_sheet_done(&t->facts);
    free(t->name);
    free(t);
    *transform = NULL;
}

/* ---- parameters --------------------------------------------------------------------------- */

static const struct run *run_of(xmlXPathParserContext *parser)
{
    const xsltTransformContext *context = xsltXPathGetTransformContext(parser);
    return context != NULL ? context->_private : NULL;
}

/* emgate-parameter(name): the scalar as number or string. Sheets can not call it (sheet.c). */
static void one_parameter(xmlXPathParserContextPtr parser, int count)
{
    const struct run *run = run_of(parser);

    if (count != 1) {
        xmlXPathSetArityError(parser);
        return;
    }
    xmlChar *name = xmlXPathPopString(parser);
    const struct eg_parameter_values *values = run != NULL ? run->job->values : NULL;
    const struct eg_parameter_value *found = NULL;
    for (size_t i = 0; name != NULL && values != NULL && i < values->count; i++) {
        if (strcmp(values->list[i].parameter->name, (const char *)name) == 0 &&
            values->list[i].value != NULL) {
            found = &values->list[i];
        }
    }
    double number = 0;
    if (found == NULL) {
        xmlXPathReturnEmptyString(parser);
    } else if (!eg_parameter_is_word(found->parameter) &&
               eg_number_read(eg_bytes_of(found->value), &number)) {
        xmlXPathReturnNumber(parser, number);
    } else {
        xmlXPathReturnString(parser, xmlStrdup((const xmlChar *)found->value));
    }
    xmlFree(name);
}

/* emgate-parameters(): the element that holds all of them. */
static void all_parameters(xmlXPathParserContextPtr parser, int count)
{
    const struct run *run = run_of(parser);
    xmlDoc *doc = run != NULL ? run->job->parameters : NULL;

    if (count != 0) {
        xmlXPathSetArityError(parser);
        return;
    }
    xmlXPathReturnNodeSet(parser, xmlXPathNodeSetCreate(xmlDocGetRootElement(doc)));
}

/* Name and expression in turns, ended by NULL, as libxslt takes them. */
struct given {
    const char *list[2 * PARAMS_MAX + 1];
    char expressions[PARAMS_MAX][EXPRESSION_MAX];
};

static void give(struct given *given, const struct eg_transform *transform,
                 const struct eg_transform_job *job)
{
    size_t count = 0;

    for (size_t i = 0; i < transform->facts.param_count && count < PARAMS_MAX; i++) {
        const char *name = transform->facts.params[i];
        bool all = strcmp(name, EG_PARAMETERS_NAME) == 0;
        if (all ? job->parameters == NULL : job->values == NULL) {
            continue;
        }
        (void)snprintf(given->expressions[count], EXPRESSION_MAX,
                       all ? ALL_FUNCTION "()" : ONE_FUNCTION "('%s')", name);
        given->list[2 * count] = name;
        given->list[2 * count + 1] = given->expressions[count];
        count++;
    }
    given->list[2 * count] = NULL;
}

/* ---- running ------------------------------------------------------------------------------ */

static enum eg_status over_ceiling(const struct eg_transform *transform, const char *which,
                                   struct eg_error *err)
{
    return eg_error_set(err, EG_E_LIMIT, transform->name, "the transform reached its ceiling on %s",
                        which);
}

/* Why a run failed, if it did. Ceilings first: they make errors of every other kind. */
static enum eg_status judge(const struct run *run, const struct eg_transform *transform,
                            const struct eg_xml_scope *scope, const xmlDoc *result, bool octets,
                            struct eg_error *err)
{
    const xsltTransformContext *context = run->context;

    if (run->stopped || run->watch.exceeded || run->sheet.too_large) {
        return over_ceiling(transform, "memory", err);
    }
    if (octets) {
        return over_ceiling(transform, "octets produced", err);
    }
    if (run->sheet.too_deep) {
        return over_ceiling(transform, "depth", err);
    }
    if (context->opCount >= run->limits->operations ||
        context->xpathCtxt->opCount >= run->limits->operations) {
        return over_ceiling(transform, "operations", err);
    }
    if (scope->errors > 0 && strstr(scope->text, "infinite template recursion") != NULL) {
        return over_ceiling(transform, "depth", err);
    }
    enum eg_status status = eg_xml_scope_error(scope, transform->name, err);
    if (status == EG_E_DENIED) { /* the sheet's fault; "denied" means a permit to our callers */
        status = EG_E_FORMAT;
        if (err != NULL) {
            err->status = status;
        }
    }
    if (status == EG_OK && (context->state != XSLT_STATE_OK || result == NULL)) {
        status = eg_error_set(err, EG_E_FORMAT, transform->name, "failed on this document");
    }
    return status;
}

/* One element, and nothing but blanks, comments and instructions beside it. */
static bool is_document(const xmlDoc *doc)
{
    unsigned elements = 0;

    if (doc->type != XML_DOCUMENT_NODE) {
        return false;
    }
    for (const xmlNode *n = doc->children; n != NULL; n = n->next) {
        if (n->type == XML_ELEMENT_NODE) {
            elements++;
        } else if (n->type != XML_COMMENT_NODE && n->type != XML_PI_NODE &&
                   !xmlIsBlankNode((xmlNode *)n)) {
            return false;
        }
    }
    return elements == 1;
}

static enum eg_status serialise(struct eg_buf *out, const struct eg_transform *transform,
                                xmlDoc *result, size_t max, struct eg_error *err)
{
    xmlChar *text = NULL;
    int len = 0;
    enum eg_status status = EG_OK;

    if (!is_document(result)) {
        return eg_error_set(err, EG_E_FORMAT, transform->name,
                            "made no document with one root element");
    }
    if (xsltSaveResultToString(&text, &len, result, transform->sheet) != 0 || text == NULL) {
        return eg_error_set(err, EG_E_NOMEM, transform->name, "the result can not be written");
    }
    if ((size_t)len > max) {
        status = over_ceiling(transform, "octets of its result", err);
    } else {
        eg_buf_add(out, text, (size_t)len);
        status = eg_buf_ok(out, transform->name, err);
    }
    xmlFree(text);
    return status;
}

/* Ours come last: registering the functions of the rules takes away all others. */
static enum eg_status register_functions(xsltTransformContext *context, struct eg_error *err)
{
    xmlXPathContext *xpath = context->xpathCtxt;
    enum eg_status status = eg_functions_register_xslt(context, err);

    if (status == EG_OK) {
        status = eg_sheet_register(context, err);
    }
    if (status == EG_OK &&
        (xmlXPathRegisterFunc(xpath, (const xmlChar *)ONE_FUNCTION, one_parameter) != 0 ||
         xmlXPathRegisterFunc(xpath, (const xmlChar *)ALL_FUNCTION, all_parameters) != 0)) {
        status = eg_error_set(err, EG_E_NOMEM, "transform", "memory ran out");
    }
    return status;
}

static enum eg_status prepare(struct run *run, struct eg_transform *transform, struct eg_error *err)
{
    xsltTransformContext *context = run->context;

    context->_private = run;
    context->opLimit = context->xpathCtxt->opLimit = run->limits->operations;
    run->sheet.nodes_max = run->limits->memory / NODE_OCTETS;
    context->maxTemplateDepth = run->limits->depth;
    if (xsltSetCtxtSecurityPrefs(preferences, context) != 0) {
        return eg_error_set(err, EG_E_NOMEM, "transform", "memory ran out");
    }
    enum eg_status status = eg_sheet_run_begin(&run->sheet, &transform->plan, context, err);
    if (status != EG_OK) {
        return status;
    }
    if (transform->functions == NULL) {
        return register_functions(context, err);
    }
    xmlHashFree(context->xpathCtxt->funcHash, NULL);
    context->xpathCtxt->funcHash = transform->functions;
    transform->functions = NULL;
    return EG_OK;
}

/* A run can not add functions: xsl:functions and extensions are refused (sheet.c). */
static void take_back(struct eg_transform *transform, xsltTransformContext *context, bool whole)
{
    if (whole && transform->functions == NULL) {
        transform->functions = context->xpathCtxt->funcHash;
        context->xpathCtxt->funcHash = NULL;
    }
}

static enum eg_status apply(xmlDoc **result, struct run *run, struct eg_transform *transform,
                            struct eg_error *err)
{
    struct eg_xml_scope scope;
    struct given *given = calloc(1, sizeof *given);

    if (given == NULL) {
        return eg_error_set(err, EG_E_NOMEM, transform->name, "memory ran out");
    }
    give(given, transform, run->job);
    eg_xml_scope_begin(&scope, transform->loader);
    eg_functions_begin(run->limits->octets);
    eg_memory_begin(&run->watch, run->limits->memory, stop, run);
    *result = xsltApplyStylesheetUser(transform->sheet, run->job->doc, given->list, NULL, NULL,
                                      run->context);
    eg_memory_end(&run->watch);
    bool octets = eg_functions_end();
    enum eg_status status = judge(run, transform, &scope, *result, octets, err);
    eg_xml_scope_end(&scope);
    free(given);
    return status;
}

enum eg_status eg_transform_run(xmlDoc **doc_out, struct eg_buf *out,
                                struct eg_transform *transform, const struct eg_transform_job *job,
                                struct eg_error *err)
{
    xmlDoc *result = NULL;
    struct run run = {.job = job,
                      .limits = job->limits != NULL ? job->limits : &eg_transform_limits_default};

    run.context = xsltNewTransformContext(transform->sheet, job->doc);
    if (run.context == NULL) {
        return eg_error_set(err, EG_E_NOMEM, transform->name, "memory ran out");
    }
    enum eg_status status = prepare(&run, transform, err);
    bool whole = status == EG_OK;
    if (status == EG_OK) {
        status = apply(&result, &run, transform, err);
    }
    if (status == EG_OK) {
        status = serialise(out, transform, result, job->result_max, err);
    }
    take_back(transform, run.context, whole);
    eg_sheet_run_end(&run.sheet);
    xsltFreeTransformContext(run.context);
    if (status == EG_OK && doc_out != NULL) {
        *doc_out = result;
        result = NULL;
    }
    xmlFreeDoc(result);
    return status;
}
