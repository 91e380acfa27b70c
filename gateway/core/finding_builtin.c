/*
 * The words of the built-in rules: findings about the input itself, made without a package.
 *
 * Why here: a package brings its own texts; these have to be the same for every gateway, tool and
 * auditor.
 */
#include "core/finding.h"

#include <string.h>

struct builtin {
    const char *rule, *en, *de;
};

static const struct builtin builtins[] = {
    {EG_RULE_SIZE, "The report has {octets} octets; at most {max} are taken.",
     "Der Bericht hat {octets} Oktette; höchstens {max} werden angenommen."},
    {EG_RULE_DOCTYPE, "A DOCTYPE is not allowed (line {line}).",
     "Ein DOCTYPE ist nicht zugelassen (Zeile {line})."},
    {EG_RULE_NESTING,
     "The document is nested or built too large at line {line} (at most {max} "
     "levels): {message}.",
     "Das Dokument ist in Zeile {line} zu tief verschachtelt oder zu groß gebaut (höchstens {max} "
     "Ebenen): {message}."},
    {EG_RULE_WELL_FORMED, "The document is not well-formed XML (line {line}): {message}.",
     "Das Dokument ist kein wohlgeformtes XML (Zeile {line}): {message}."},
    {EG_RULE_IDENTITY, "The report's {what} can not be read: \"{value}\".",
     "Die Angabe {what} des Berichts ist nicht lesbar: \"{value}\"."},
    {EG_RULE_IDENTITY_TAKEN,
     "This identity was used for other content in entry {entry}; send it as the next version.",
     "Diese Kennung steht in Eintrag {entry} schon für anderen Inhalt; als nächste Version "
     "senden."},
    {EG_RULE_SCHEMA, "The document does not follow the schema: {message}",
     "Das Dokument entspricht nicht dem Schema: {message}"},
};

/* A value's text; "?" for one that is not there. */
static const char *value_named(const struct eg_finding *finding, const char *name, size_t len)
{
    for (size_t i = 0; i < finding->value_count; i++) {
        const struct eg_value *value = &finding->values[i];
        if (strlen(value->name) == len && strncmp(value->name, name, len) == 0) {
            return value->text;
        }
    }
    return "?";
}

static void fill_in(struct eg_buf *out, const char *form, const struct eg_finding *finding)
{
    while (*form != '\0') {
        size_t plain = strcspn(form, "{");
        eg_buf_add(out, form, plain);
        form += plain;
        const char *end = strchr(form, '}');
        if (*form == '{' && end != NULL) {
            eg_buf_text(out, value_named(finding, form + 1, (size_t)(end - form - 1)));
            form = end + 1;
        }
    }
}

bool eg_finding_builtin_text(const struct eg_finding *finding, const char *lang, struct eg_buf *out)
{
    for (size_t i = 0; i < sizeof(builtins) / sizeof(builtins[0]); i++) {
        if (strcmp(builtins[i].rule, finding->rule) == 0) {
            fill_in(out, strcmp(lang, "de") == 0 ? builtins[i].de : builtins[i].en, finding);
            return true;
        }
    }
    return false;
}
