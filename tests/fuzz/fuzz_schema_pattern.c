/*
 * Patterns of simple types. What is taken, libxml2 must decide for a long value too; what it does
 * not compile, it refuses itself when the schema is loaded.
 */
#include "assess/schema/schema_pattern.h"
#include "base/limits.h"

#include <libxml/xmlerror.h>
#include <libxml/xmlregexp.h>
#include <libxml/xmlstring.h>
#include <stdlib.h>
#include <string.h>

#define VALUE_MAX 2000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void be_quiet(void *payload, xmlErrorPtr error)
{
    (void)payload, (void)error;
}

/* Of characters that an attribute of a schema can hold. */
static bool is_xml(const char *pattern)
{
    for (const char *p = pattern; *p != '\0'; p++) {
        if ((unsigned char)*p < ' ' && strchr("\t\n\r", *p) == NULL) {
            return false;
        }
    }
    return xmlCheckUTF8((const unsigned char *)pattern) == 1;
}

/* The pattern's own characters, again and again. */
static void try_value(xmlRegexp *compiled, const char *pattern)
{
    char value[VALUE_MAX + 1] = "";
    size_t len = strlen(pattern);

    for (size_t i = 0; i < VALUE_MAX && len > 0; i++) {
        value[i] = (unsigned char)pattern[i % len] < 0x80 ? pattern[i % len] : 'a';
    }
    if (xmlRegexpExec(compiled, (const xmlChar *)value) < 0) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *pattern = eg_bytes_dup((struct eg_bytes){data, size});

    if (pattern != NULL && is_xml(pattern) &&
        eg_schema_pattern_check(pattern, "a.xsd:1", NULL) == EG_OK) {
        xmlSetStructuredErrorFunc(NULL, be_quiet);
        xmlRegexp *compiled = xmlRegexpCompile((const xmlChar *)pattern);
        if (compiled != NULL) {
            try_value(compiled, pattern);
        }
        xmlRegFreeRegexp(compiled);
    }
    free(pattern);
    return 0;
}
