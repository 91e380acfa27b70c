/*
 * The lines of an assessment as sentences. One row of a table for each element, with a sentence in
 * each language; a letter behind % says what is put there:
 *
 *   %n name   %u unit   %f from   %o of (a list for remember)   %v over   %g using   %a as, place
 *   %p p   %c condition (when, where, while)   %e formula (is)   %k part   %w whole   %t after
 *   %d days   %W words   %i id   %r role   %U if-unknown   %E each   %I ids   %F scale from   %T to
 *
 * and [ ] enclose what is said only where the attribute of the first letter in it is there.
 */
#include "assess/render/assessment_say.h"

#include "assess/assessment/assessment_model.h"
#include "assess/xml/xml.h"

#include "base/limits.h"

#include <stdlib.h>
#include <string.h>

#define NS "urn:emgate:assessment:1"
#define SAY_OCTETS_MAX (4 * EG_MIB) /* trees of all expressions of one file */

struct sentence {
    const char *element, *en, *de;
};

static const struct sentence sentences[] = {
    {"rounding", "Rounding: half away from zero, in %s.", "Gerundet wird kaufmännisch, %s."},
    {"source", "For each source:", "Für jede Quelle:"},
    {"series", "For each series[ with a value of %h]:", "Für jede Reihe[, für die es %h gibt]:"},
    {"window", "Window %n, %d:", "Zeitraum %n, %d:"},
    {"given", "%n: column %f of the report[, in %u][, one of %W][, one value a series%E].",
     "%n: Spalte %f des Berichts[, in %u][, eines von %W][, ein Wert je Reihe%E]."},
    {"derive", "%n, for each value[, in %u]: [%e]", "%n, für jeden Wert[, in %u]: [%e]"},
    {"case", "when %c: %e", "wenn %c: %e"},
    {"otherwise", "otherwise: %e", "sonst: %e"},
    {"select", "%n: the places where %c.", "%n: die Stellen, an denen %c."},
    {"count", "%n: number of places[ of %v] where %c.",
     "%n: Anzahl der Stellen[ von %v], an denen %c."},
    {"sum", "%n: sum of %o over %v, using values that are %g",
     "%n: Summe von %o über %v, verwendet: %g"},
    {"mean", "%n: mean of %o over %v, using values that are %g",
     "%n: Mittel von %o über %v, verwendet: %g"},
    {"max", "%n: largest value of %o over %v, using values that are %g",
     "%n: größter Wert von %o über %v, verwendet: %g"},
    {"min", "%n: smallest value of %o over %v, using values that are %g",
     "%n: kleinster Wert von %o über %v, verwendet: %g"},
    {"percentile", "%n: percentile %p of %o over %v (nearest rank), using values that are %g",
     "%n: Perzentil %p von %o über %v (nächster Rang), verwendet: %g"},
    {"share", "%n: share of %k in %w, in per cent", "%n: Anteil von %k an %w, in Prozent"},
    {"run", "%n: hours of the unbroken run while %c[, going on from %t].",
     "%n: Stunden ohne Unterbrechung, während %c[, fortgesetzt von %t]."},
    {"figure", "%n[, in %u]: %e", "%n[, in %u]: %e"},
    {"whether", "%n: whether %c.", "%n: ob %c."},
    {"round", "%n: %o, rounded to %a[, for components with %h].",
     "%n: %o, gerundet auf %a[, für Komponenten mit %h]."},
    {"classes",
     "%n: the first class that fits[, over %v]:", "%n: die erste passende Klasse[, über %v]:"},
    {"class", "%i: when %c", "%i: wenn %c"},
    {"scale", "%I: equal steps of %o from %F to %T", "%I: gleiche Stufen von %o von %F bis %T"},
    {"recall", "%n: %o of each day of the window[, unknown days %U].",
     "%n: %o jedes Tages im Zeitraum[, unbekannte Tage %U]."},
    {"remember", "Remembered for later reports: %o.", "Für spätere Berichte gemerkt: %o."},
    {"finding", "Finding %i (%r)[, for components with %h][, for each %E][ of %v]: when %c.",
     "Feststellung %i (%r)[, für Komponenten mit %h][, je %E][ aus %v]: wenn %c."},
};

struct say {
    struct eg_buf *out;
    struct eg_arena arena;
    const char *law, *file;
    bool german;
    /* whose sentence is said */
    const xmlNode *node;
    struct eg_error *err;
    /* of the first failure */
    enum eg_status status;
};

/* An attribute in the arena; NULL: absent. */
static const char *get(struct say *s, const char *name)
{
    char *text = eg_xml_attribute(s->node, name);
    const char *copy = text != NULL ? eg_arena_text(&s->arena, eg_bytes_of(text)) : NULL;
    if (text != NULL && copy == NULL) {
        s->status = eg_arena_refused(&s->arena, s->file, s->err);
    }
    free(text);
    return copy;
}

/* ---- words -------------------------------------------------------------------------------- */

static const char *word_of(const char *word, const char *const table[][3], bool german)
{
    for (size_t i = 0; table[i][0] != NULL; i++) {
        if (strcmp(table[i][0], word) == 0) {
            return table[i][german ? 2 : 1];
        }
    }
    return word;
}

static const char *const fixed[][3] = {
    {"all", "all places", "alle Stellen"},
    {"fatal", "fatal", "schwerer Fehler"},
    {"error", "error", "Fehler"},
    {"warning", "warning", "Warnung"},
    {"info", "information", "Hinweis"},
    {"half-hour", "half-hour", "Halbstunde"},
    {"hour", "hour", "Stunde"},
    {"measurement", "measurement", "Messung"},
    {"day", "day", "Tag"},
    {"one", "one step", "in einem Schritt"},
    {"two", "two steps", "in zwei Schritten"},
    {"day-before", "the day before", "der Tag davor"},
    {"calendar-week", "the calendar week", "die Kalenderwoche"},
    {"calendar-month", "the calendar month", "der Kalendermonat"},
    {"calendar-year", "the calendar year", "das Kalenderjahr"},
    {NULL, NULL, NULL},
};

/* "last 30 days", "last 12 months", or one of the fixed ones. */
static void add_days(struct say *s, const char *days)
{
    bool months = strstr(days, "months") != NULL;
    if (!s->german || strncmp(days, "last ", 5) != 0) {
        eg_buf_format(s->out, "%s%s", strncmp(days, "last ", 5) == 0 ? "the " : "",
                      word_of(days, fixed, s->german));
        return;
    }
    eg_buf_format(s->out, "die letzten %.*s %s", (int)strspn(days + 5, "0123456789"), days + 5,
                  months ? "Monate" : "Tage");
}

/* A list with blanks between as one with commas; statuses in words. */
static void add_list(struct say *s, const char *text, bool status)
{
    for (size_t n = 0; *text != '\0'; n++) {
        size_t len = strcspn(text, " ");
        char *word = eg_arena_text(&s->arena, (struct eg_bytes){(const uint8_t *)text, len});
        if (word == NULL) {
            s->status = eg_arena_refused(&s->arena, s->file, s->err);
            return;
        }
        eg_buf_text(s->out, n > 0 ? ", " : "");
        if (status) {
            eg_say_status(s->out, word, s->german);
        } else {
            eg_buf_text(s->out, word);
        }
        text += len + strspn(text + len, " ");
    }
}

static void add_expression(struct say *s, const char *text, enum eg_expression_form form)
{
    const struct eg_expression *tree = NULL;
    enum eg_status status = eg_expression_read(&tree, &s->arena, text, form, s->file, s->err);
    if (status == EG_OK) {
        eg_expression_say(s->out, tree, s->german);
    } else if (s->status == EG_OK) {
        s->status = status;
    }
}

/* Names and parameters without their sign; numbers with a comma in German. */
static void add_name(struct say *s, const char *text)
{
    bool number = text[strspn(text, "-.0123456789")] == '\0';
    text += *text == '$';
    for (; *text != '\0'; text++) {
        eg_buf_char(s->out, s->german && number && *text == '.' ? ',' : *text);
    }
}

static void add_place(struct say *s)
{
    const char *as = get(s, "as"), *place = get(s, "place");
    if (as != NULL) {
        eg_buf_format(s->out, s->german ? "die Stellen von %s" : "the decimals of %s", as);
    } else if (place != NULL) {
        eg_buf_format(s->out, s->german ? "%s Nachkommastellen" : "%s decimals", place);
    }
}

/* ---- sentences ---------------------------------------------------------------------------- */

static const struct {
    char letter;
    const char *attribute;
} letters[] = {{'n', "name"},  {'u', "unit"},   {'f', "from"}, {'o', "of"},         {'v', "over"},
               {'g', "using"}, {'a', "as"},     {'p', "p"},    {'e', "is"},         {'k', "part"},
               {'w', "whole"}, {'t', "after"},  {'d', "days"}, {'W', "words"},      {'i', "id"},
               {'r', "role"},  {'h', "having"}, {'E', "each"}, {'U', "if-unknown"}, {'I', "ids"},
               {'F', "from"},  {'T', "to"},     {'s', "steps"}};

static const char *value_of(struct say *s, char letter)
{
    if (letter == 'c') {
        const char *when = get(s, "when");
        when = when != NULL ? when : get(s, "where");
        return when != NULL ? when : get(s, "while");
    }
    for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++) {
        if (letters[i].letter == letter) {
            return get(s, letters[i].attribute);
        }
    }
    return NULL;
}

static void add_value(struct say *s, char letter, const char *value)
{
    if (letter == 'c') {
        add_expression(s, value, EG_FORM_CONDITION);
    } else if (letter == 'e' || letter == 'k' || letter == 'w') {
        add_expression(s, value, EG_FORM_VALUE);
    } else if (letter == 'g' || letter == 'W' || letter == 'o') {
        add_list(s, value, letter == 'g');
    } else if (letter == 'd') {
        add_days(s, value);
    } else if (strchr("vrEs", letter) != NULL) {
        eg_buf_text(s->out, word_of(value, fixed, s->german));
    } else {
        add_name(s, value);
    }
}

/* One letter of a pattern. What an each of a series says is in the pattern already. */
static void add_letter(struct say *s, char letter)
{
    const char *value = value_of(s, letter);
    if (letter == 'a') {
        add_place(s);
    } else if (value != NULL && !(letter == 'E' && strcmp(value, "series") == 0)) {
        add_value(s, letter, value);
    }
}

/* Is what [ ] encloses said? "of all places" is not. */
static bool is_said(struct say *s, const char *pattern)
{
    const char *letter = strchr(pattern, '%');
    const char *value = letter != NULL ? value_of(s, letter[1]) : NULL;
    return value != NULL && !(letter[1] == 'v' && strcmp(value, "all") == 0);
}

static void add_pattern(struct say *s, const char *pattern)
{
    while (*pattern != '\0') {
        if (*pattern == '[' && !is_said(s, pattern)) {
            pattern = strchr(pattern, ']') + 1;
        } else if (*pattern == '[' || *pattern == ']') {
            pattern++;
        } else if (*pattern == '%') {
            add_letter(s, pattern[1]);
            pattern += 2;
        } else {
            eg_buf_char(s->out, *pattern++);
        }
    }
}

/* valid-when and else, behind what may have them. */
static void add_valid(struct say *s)
{
    const char *when = get(s, "valid-when"), *reason = get(s, "else");
    if (when == NULL) {
        return;
    }
    eg_buf_text(s->out, s->german ? "; gültig, wenn " : "; valid when ");
    add_expression(s, when, EG_FORM_CONDITION);
    if (reason != NULL) {
        eg_buf_format(s->out, s->german ? ", sonst ungültig: „%s“" : ", otherwise invalid: “%s”",
                      reason);
    }
}

static void indent(struct say *s, unsigned depth)
{
    eg_buf_format(s->out, "%*s", (int)(2 * depth), "");
}

static void add_citation(struct say *s, unsigned depth)
{
    const char *source = get(s, "source");
    if (source == NULL) {
        return;
    }
    indent(s, depth);
    eg_assess_citation(s->out, s->law, source);
    eg_buf_char(s->out, '\n');
}

static const struct sentence *sentence_of(const xmlNode *node)
{
    for (size_t i = 0; i < sizeof sentences / sizeof sentences[0]; i++) {
        if (eg_xml_is(node, NS, sentences[i].element)) {
            return &sentences[i];
        }
    }
    return NULL;
}

/* A text of a finding, in the language asked for. */
static void add_text(struct say *s, const xmlNode *node, unsigned depth)
{
    char *lang = eg_xml_attribute(node, "lang");
    char *text = eg_xml_text(node);
    if (lang != NULL && text != NULL && strcmp(lang, s->german ? "de" : "en") == 0) {
        indent(s, depth);
        eg_buf_format(s->out, s->german ? "„%s“\n" : "“%s”\n", text);
    }
    free(lang);
    free(text);
}

static bool ends_with(const struct eg_buf *out, char c)
{
    return out->len > 0 && out->data[out->len - 1] == (uint8_t)c;
}

/* Whole sentences end with a full stop, those that lines follow with a colon. */
static void end_sentence(struct say *s, const xmlNode *node)
{
    while (ends_with(s->out, ' ')) {
        s->out->data[--s->out->len] = '\0';
    }
    if (!ends_with(s->out, '.') && !ends_with(s->out, ':')) {
        eg_buf_text(s->out,
                    eg_xml_is(node, NS, "case") || eg_xml_is(node, NS, "class") ? ";" : ".");
    }
    eg_buf_char(s->out, '\n');
}

static void say_children(struct say *s, const xmlNode *parent, unsigned depth)
{
    for (const xmlNode *node = parent->children; node != NULL && s->status == EG_OK;
         node = node->next) {
        const struct sentence *sentence = sentence_of(node);
        if (eg_xml_is(node, NS, "text")) {
            add_text(s, node, depth);
            continue;
        }
        if (sentence == NULL) {
            continue;
        }
        s->node = node;
        add_citation(s, depth);
        indent(s, depth + 1);
        add_pattern(s, s->german ? sentence->de : sentence->en);
        add_valid(s);
        end_sentence(s, node);
        say_children(s, node,
                     depth + 2); /* no deeper than the grammar: window in series in source */
    }
}

enum eg_status eg_assessment_say(struct eg_buf *out, const struct eg_package *package,
                                 const char *file, const char *lang, struct eg_error *err)
{
    struct eg_bytes xml = eg_package_file(package, file);
    struct say s = {.out = out, .law = package->law, .file = file, .err = err, .status = EG_OK};
    xmlDoc *doc = NULL;

    if (xml.data == NULL) {
        return eg_error_set(err, EG_E_NOTFOUND, file, "is no file of the package");
    }
    s.german = strcmp(lang, "de") == 0;
    eg_arena_init(&s.arena, SAY_OCTETS_MAX);
    enum eg_status status = eg_xml_parse_file(&doc, xml, file, EG_PACKAGE_OCTETS_MAX, err);
    if (status != EG_OK) {
        goto done;
    }
    say_children(&s, xmlDocGetRootElement(doc), 0);
    status = s.status;
    if (status != EG_OK) {
        goto done;
    }
    status = eg_buf_ok(out, file, err);

done:
    xmlFreeDoc(doc);
    eg_arena_done(&s.arena);
    return status;
}
