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
    {EG_RULE_OCTETS, "The report has {octets} octets; at most {max} are taken.",
     "Der Bericht hat {octets} Oktette; höchstens {max} werden angenommen."},
    {"limit-depth",
     "Too many elements are nested in each other (line {line}, column {column}); at most {max} are "
     "taken.",
     "Zu viele Elemente sind ineinander verschachtelt (Zeile {line}, Spalte {column}); höchstens "
     "{max} werden angenommen."},
    {"limit-nodes",
     "The report has too many elements, texts, comments and processing instructions (line {line}, "
     "column {column}); at most {max} are taken.",
     "Der Bericht hat zu viele Elemente, Texte, Kommentare und Verarbeitungsanweisungen (Zeile "
     "{line}, Spalte {column}); höchstens {max} werden angenommen."},
    {"limit-attributes",
     "An element has too many attributes (line {line}, column {column}); at most {max} are taken.",
     "Ein Element hat zu viele Attribute (Zeile {line}, Spalte {column}); höchstens {max} werden "
     "angenommen."},
    {"limit-all-attributes",
     "The elements of the report have too many attributes together (line {line}, column {column}); "
     "at most {max} are taken.",
     "Die Elemente des Berichts haben zusammen zu viele Attribute (Zeile {line}, Spalte {column}); "
     "höchstens {max} werden angenommen."},
    {"limit-namespaces",
     "Too many namespaces are declared around an element (line {line}, column {column}); at most "
     "{max} are taken.",
     "Um ein Element sind zu viele Namensräume deklariert (Zeile {line}, Spalte {column}); "
     "höchstens {max} werden angenommen."},
    {"limit-instructions",
     "The report has too many processing instructions (line {line}, column {column}); at most "
     "{max} are taken.",
     "Der Bericht hat zu viele Verarbeitungsanweisungen (Zeile {line}, Spalte {column}); höchstens "
     "{max} werden angenommen."},
    {"limit-comments",
     "The report has too many comments (line {line}, column {column}); at most {max} are taken.",
     "Der Bericht hat zu viele Kommentare (Zeile {line}, Spalte {column}); höchstens {max} werden "
     "angenommen."},
    {"limit-text",
     "A text, attribute value, comment or processing instruction has too many octets (line {line}, "
     "column {column}); at most {max} are taken.",
     "Ein Text, Attributwert, Kommentar oder eine Verarbeitungsanweisung hat zu viele Oktette "
     "(Zeile {line}, Spalte {column}); höchstens {max} werden angenommen."},
    {"limit-name",
     "A name, prefix or namespace has too many octets (line {line}, column {column}); at most "
     "{max} are taken.",
     "Ein Name, Präfix oder Namensraum hat zu viele Oktette (Zeile {line}, Spalte {column}); "
     "höchstens {max} werden angenommen."},
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
    {EG_RULE_PERIOD_OPEN,
     "The report covers {from} to {until}, which ends at {ended}; it was received {received}. Hand "
     "it in when the period is over, as the next version.",
     "Der Bericht umfasst {from} bis {until}, das endet um {ended}; empfangen wurde er {received}. "
     "Nach Ablauf des Zeitraums abgeben, als nächste Version."},
    {EG_RULE_PLANT_PERIOD,
     "The report covers {from} to {until}; by the directory the plant reports {first} to {last}. "
     "Correct the period, or ask the registrar; then hand it in as the next version.",
     "Der Bericht umfasst {from} bis {until}; nach dem Verzeichnis berichtet die Anlage {first} "
     "bis {last}. Zeitraum berichtigen oder die Registerstelle fragen; dann als nächste Version "
     "abgeben."},
    {EG_RULE_PLANT_ZONE,
     "The report's times are of the zone {zone}; by the directory the plant's clock is {plant}. "
     "Report in the plant's standard time.",
     "Die Zeiten des Berichts sind in der Zone {zone}; nach dem Verzeichnis geht die Uhr der "
     "Anlage nach {plant}. In der Normalzeit der Anlage berichten."},
    {EG_RULE_READING_ROOT, "The report's root element is {value}; the reading is made for {root}.",
     "Das Wurzelelement des Berichts ist {value}; gelesen wird {root}."},
    {EG_RULE_GRID_PERIOD,
     "The report covers {from} to {until}; reports of exactly one day are judged. Hand in a report "
     "for each day.",
     "Der Bericht umfasst {from} bis {until}; beurteilt werden Berichte über genau einen Tag. Für "
     "jeden Tag einen Bericht abgeben."},
    {EG_RULE_GRID_STEP, "The report's averaging interval is \"{value}\"; {wanted} is judged.",
     "Das Mittelungsintervall des Berichts ist \"{value}\"; beurteilt wird {wanted}."},
    {EG_RULE_GRID_PLACE,
     "{where}, {column}: \"{value}\" is no end of an interval of this report; the last of a day "
     "is T24:00:00.",
     "{where}, {column}: \"{value}\" ist kein Ende eines Intervalls dieses Berichts; das letzte "
     "eines Tages ist T24:00:00."},
    {EG_RULE_GRID_TWICE, "{where}, {column}: two values for {value}.",
     "{where}, {column}: zwei Werte für {value}."},
    {EG_RULE_GRID_SIZE, "{where}, {column}: more than {max} values.",
     "{where}, {column}: mehr als {max} Werte."},
    {EG_RULE_SOURCE_NAME, "A source has no name that can be used: \"{value}\".",
     "Eine Quelle hat keinen brauchbaren Namen: \"{value}\"."},
    {EG_RULE_SOURCE_TWICE, "Two sources are named {value}.", "Zwei Quellen heißen {value}."},
    {EG_RULE_SERIES_NAME, "{where}: a series names no component that can be used: \"{value}\".",
     "{where}: eine Reihe nennt keine brauchbare Komponente: \"{value}\"."},
    {EG_RULE_SERIES_TWICE, "{where}: two series of one component.",
     "{where}: zwei Reihen einer Komponente."},
    {EG_RULE_STATUS_UNKNOWN, "{where}, {column}: the status \"{value}\" is not known.",
     "{where}, {column}: der Status \"{value}\" ist nicht bekannt."},
    {EG_RULE_NUMBER_FORM,
     "{where}, {column}: \"{value}\" is no number; write digits with a decimal point, at most 15 "
     "significant ones, no exponent.",
     "{where}, {column}: \"{value}\" ist keine Zahl; Ziffern mit Dezimalpunkt schreiben, höchstens "
     "15 signifikante, ohne Exponent."},
    {EG_RULE_NUMBER_MISSING, "{where}, {column}: a value with the status {value} has no number.",
     "{where}, {column}: ein Wert mit dem Status {value} hat keine Zahl."},
    {EG_RULE_UNIT_UNKNOWN,
     "{where}, {column}: the unit \"{value}\" can not be converted exactly to {wanted}.",
     "{where}, {column}: die Einheit \"{value}\" lässt sich nicht genau in {wanted} umrechnen."},
    {EG_RULE_WORD_UNKNOWN, "{where}, {column}: \"{value}\" is none of the words {wanted}.",
     "{where}, {column}: \"{value}\" ist keines der Wörter {wanted}."},
    {EG_RULE_SOURCE_OWED,
     "Source {source} is owed and not reported; none of its limits could be judged.",
     "Quelle {source} ist zu berichten und fehlt; keiner ihrer Grenzwerte war beurteilbar."},
    {EG_RULE_SERIES_OWED,
     "{component} is owed by source {source} and not reported; none of its limits could be judged.",
     "{component} ist von Quelle {source} zu berichten und fehlt; keiner der Grenzwerte war "
     "beurteilbar."},
    {EG_RULE_COLUMN_OWED, "{where}: {column} is owed and not reported.",
     "{where}: {column} ist zu berichten und fehlt."},
    {EG_RULE_VALUE_IMPLAUSIBLE,
     "{where}, {column}: {count} numbers are outside the plausible range ({range}), the first is "
     "{value} at {end}; they count as lost.",
     "{where}, {column}: {count} Zahlen liegen außerhalb des plausiblen Bereichs ({range}), die "
     "erste ist {value} um {end}; sie gelten als ausgefallen."},
    {EG_RULE_UNDECIDED_NOT_REPORTED,
     "{where}, {limit}: {count} of {owed} could not be judged: {because} is not reported.",
     "{where}, {limit}: {count} von {owed} nicht beurteilbar: {because} ist nicht gemeldet."},
    {EG_RULE_UNDECIDED_STATUS,
     "{where}, {limit}: {count} of {owed} could not be judged: the status of {because} is "
     "{status}.",
     "{where}, {limit}: {count} von {owed} nicht beurteilbar: {because} hat den Status {status}."},
    {EG_RULE_UNDECIDED_FIGURE,
     "{where}, {limit}: {count} of {owed} could not be judged: {because} is not valid: {status}.",
     "{where}, {limit}: {count} von {owed} nicht beurteilbar: {because} ist nicht gültig: "
     "{status}."},
    {EG_RULE_UNDECIDED_HISTORY,
     "{where}, {limit}: {count} of {owed} could not be judged: facts of earlier days are not "
     "known.",
     "{where}, {limit}: {count} von {owed} nicht beurteilbar: Angaben früherer Tage sind nicht "
     "bekannt."},
    {EG_RULE_UNDECIDED_FORMULA,
     "{where}, {limit}: {count} of {owed} could not be judged: no number follows from what is "
     "reported.",
     "{where}, {limit}: {count} von {owed} nicht beurteilbar: aus dem Gemeldeten folgt keine "
     "Zahl."},
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
    for (size_t i = 0; i < sizeof builtins / sizeof builtins[0]; i++) {
        if (strcmp(builtins[i].rule, finding->rule) == 0) {
            fill_in(out, strcmp(lang, "de") == 0 ? builtins[i].de : builtins[i].en, finding);
            return true;
        }
    }
    return false;
}

bool eg_finding_builtin_at(size_t index, const char **rule, const char **en, const char **de)
{
    if (index >= sizeof builtins / sizeof builtins[0]) {
        return false;
    }
    *rule = builtins[index].rule;
    *en = builtins[index].en;
    *de = builtins[index].de;
    return true;
}
