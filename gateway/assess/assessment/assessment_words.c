/*
 * Texts of findings from the values that they recorded, without the report: decimal comma in
 * German, dates in the order of the language. And the law in front of citations that do not name
 * their own.
 */
#include "assess/assessment/assessment_model.h"

#include <string.h>

static const char *value_named(const char *name, const struct eg_value *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(values[i].name, name) == 0) {
            return values[i].text;
        }
    }
    return "-";
}

/* A number as recorded: a point becomes a comma in German. Words have none to lose. */
static void add_number(struct eg_buf *out, const char *text, bool german)
{
    bool number = text[strspn(text, "-.0123456789")] == '\0';
    for (; *text != '\0'; text++) {
        eg_buf_char(out, german && number && *text == '.' ? ',' : *text);
    }
}

/* "2021-04-06T20:30:00" as 06.04.2021 20:30 or 2021-04-06 20:30; a day alone likewise. */
static void add_end(struct eg_buf *out, const char *text, bool german)
{
    size_t len = strlen(text);
    if (len < 10) {
        eg_buf_text(out, text);
        return;
    }
    if (german) {
        eg_buf_format(out, "%.2s.%.2s.%.4s", text + 8, text + 5, text);
    } else {
        eg_buf_format(out, "%.10s", text);
    }
    if (len >= 16) {
        eg_buf_format(out, " %.5s", text + 11);
    }
}

void eg_assess_words_text(struct eg_buf *out, const struct eg_assess_finding *finding,
                          const char *lang, const struct eg_value *values, size_t count)
{
    bool german = strcmp(lang, "de") == 0;
    const struct eg_assess_text *text = german ? &finding->de : &finding->en;

    for (size_t i = 0; i < text->count; i++) {
        const struct eg_assess_part *part = &text->parts[i];
        if (part->kind == EG_PART_TEXT) {
            eg_buf_text(out, part->text);
            continue;
        }
        const char *value = value_named(part->text, values, count);
        if (part->kind == EG_PART_END) {
            add_end(out, value, german);
        } else if (part->kind == EG_PART_QUANTITY || part->kind == EG_PART_PARAMETER) {
            add_number(out, value, german);
        } else {
            eg_buf_text(out, value);
        }
    }
}

/* How a citation begins that is of the law of the package. */
static const char *const within[] = {"§",       "Anlage",  "Anhang", "Annex", "Part",    "Article",
                                     "Artikel", "Art.",    "Abs.",   "Satz",  "Buchst.", "Nr.",
                                     "class",   "classes", "annex",  "Klasse"};

bool eg_assess_within_law(const char *source)
{
    for (size_t i = 0; i < sizeof within / sizeof within[0]; i++) {
        if (source[0] == within[i][0] && strncmp(source, within[i], strlen(within[i])) == 0) {
            return true;
        }
    }
    return false;
}

void eg_assess_citation(struct eg_buf *out, const char *law, const char *source)
{
    if (law != NULL && eg_assess_within_law(source)) {
        eg_buf_text(out, law);
        eg_buf_char(out, ' ');
    }
    eg_buf_text(out, source);
}
