/*
 * EA-: the assessment language, its parameters and settings. LINT-: allowed, but seldom meant.
 */
#include "assess/language/refusal.h"

#include <string.h>

#define LOAD true, EG_SEVERITY_ERROR
#define ERROR false, EG_SEVERITY_ERROR
#define WARNING false, EG_SEVERITY_WARNING

static const struct eg_refusal rows[] = {
    {"EA-NAME", LOAD,
     "an element, attribute, name or function that does not exist, stands in the wrong place, is "
     "made twice, used before it is made, or made and never used",
     "take a name that is made above in this block or around it; the message says the nearest one"},
    {"EA-UNIT", LOAD, "units disagree, or a text is no unit of the table",
     "state one unit on both sides; convert and kelvin change units, nothing else does"},
    {"EA-SOURCE", LOAD, "a line has no source", "cite the provision that the line carries"},
    {"EA-ROUND", LOAD, "a computed number is compared, scaled or asked for before it is rounded",
     "add a round line and use its name"},
    {"EA-NUM", LOAD, "a number has another form than digits with a decimal point",
     "write at most 15 significant digits, no sign, no exponent, no comma"},
    {"EA-PARAM", LOAD,
     "a parameter is not declared, not used, has two rows for the same or a row that can never "
     "match, or a permit sets one that the package does not declare",
     "declare it in package.xml, use it in a check, assessment or transform, or leave it out"},
    {"EA-WORD", LOAD, "a word is none of its declared list",
     "take a word of the list, or declare it"},
    {"EA-KIND", LOAD,
     "a column where a single figure is needed or the reverse, a word or answer where a number is "
     "needed, or places of another grid",
     "make a figure of the column (count, sum, last) or name what has the places of this block"},
    {"EA-USING", LOAD, "a figure does not say which status of values enter",
     "write using=\"valid\" or more"},
    {"EA-OVER", LOAD, "it is not said over which places, or said of what has no places",
     "write over with a select or \"all\"; leave it out for single figures"},
    {"EA-ELSE", LOAD, "valid-when without else, or the reverse",
     "write both: what is not valid has a reason"},
    {"EA-WINDOW", LOAD,
     "a window or recall that can not be: never remembered, remembered elsewhere or in another "
     "unit, too many days, a window that can not end",
     "remember it in the block that makes it; give a figure that changed its unit a new name"},
    {"EA-TEXT", LOAD,
     "a finding's text lacks a language, names what is not known there, or a number that is not "
     "rounded",
     "one text for each of de and en; {name:2} says decimals"},
    {"EA-ID", LOAD, "a finding's id is there twice or can be no id",
     "give each its own, of letters, digits and . _ -"},
    {"EA-SCALE", LOAD,
     "classes without a class, with one twice, or a scale whose ids, steps or "
     "bounds disagree",
     "write ids=\"M1..M20\" and bounds that go upwards from 0 or above"},
    {"EA-LIMIT", LOAD, "more operations, names, windows or octets than are allowed", "split it"},
    {"EA-TEST", ERROR, "no case finds this finding of an assessment, or none sees it absent",
     "add a case to tests/tests.xml"},
    {"LINT-TEST", ERROR, "no case finds this check, or none sees it absent",
     "add a case to tests/tests.xml"},
    {"LINT-SETTING", ERROR, "a setting that nothing uses",
     "use it in a check, assessment or transform, or leave it out"},
    {"LINT-SOURCE", ERROR, "a source that names nothing",
     "say where in the law it stands, or whose assumption it is"},
    {"LINT-WALK", WARNING, "a test or a context's condition walks the whole document for each node",
     "use a key, or a let outside of the rule"},
    {"LINT-CODELIST", WARNING, "a code list that no file of the package names",
     "read it with document() in a check or transform, or leave it out"},
    {"LINT-EXPIRED", WARNING, "the package judges no period any more",
     "withdraw it when no report of its periods is awaited any more"},
    {"LINT-TITLE", WARNING, "a parameter or setting without titles",
     "add titles with lang=\"de\" and lang=\"en\""},
    {"LINT-OWED", WARNING,
     "it is not said what a plant owes, or a selection asks what may be absent",
     "name it in a require line; or ask first, as cleaning has a word and cleaning is failed"},
    {"LINT-LANGUAGE", WARNING, "a check that does not speak German and English",
     "add a diagnostic with xml:lang in the other language"},
};

const struct eg_refusal *eg_refusal_named(const char *code)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(rows[i].code, code) == 0) {
            return &rows[i];
        }
    }
    return NULL;
}

const struct eg_refusal *eg_refusal_at(size_t index)
{
    return index < sizeof rows / sizeof rows[0] ? &rows[index] : NULL;
}
