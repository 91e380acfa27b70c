/*
 * Generated reports. Whole numbers only: a value is made as thousandths and written with its point,
 * so that no machine can round it differently.
 */
#include "trial/sample.h"

#include "base/calendar.h"
#include "base/limits.h"
#include "base/text.h"

#include <inttypes.h>
#include <string.h>

#define PLACES_MAX 48

/* ---- chance from a seed: splitmix64 to spread it, xorshift64* to draw -------------------------
 */

struct chance {
    uint64_t state;
};

static struct chance chance_from(uint64_t seed)
{
    uint64_t z = seed + UINT64_C(0x9E3779B97F4A7C15);

    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    z ^= z >> 31;
    return (struct chance){z == 0 ? 1 : z};
}

/* 0..below-1; the slight bias is of no matter here. */
static int draw(struct chance *c, int below)
{
    c->state ^= c->state >> 12;
    c->state ^= c->state << 25;
    c->state ^= c->state >> 27;
    uint64_t x = c->state * UINT64_C(0x2545F4914F6CDD1D);
    return (int)((x >> 33) % (uint64_t)below);
}

/* ---- writing --------------------------------------------------------------------------------- */

struct day {
    int32_t day;
    int step_minutes;
    int places;
};

static void put_label(struct eg_buf *out, const struct day *d, int place)
{
    char label[EG_LABEL_TEXT_MAX];

    eg_label_text(label, (struct eg_label){d->day, (place + 1) * d->step_minutes});
    eg_buf_format(out, "      <v t=\"%s\"", label);
}

static void put_thousandths(struct eg_buf *out, int64_t x)
{
    int64_t size = x < 0 ? -x : x;
    eg_buf_format(out, "%s%" PRId64 ".%03" PRId64, x < 0 ? "-" : "", size / 1000, size % 1000);
}

/* status NULL: the place is left out; a number goes with every status but missing. */
static void put_value(struct eg_buf *out, const struct day *d, int place, int64_t x,
                      const char *status)
{
    if (status == NULL) {
        return;
    }
    put_label(out, d, place);
    if (strcmp(status, "missing") != 0) {
        eg_buf_text(out, " x=\"");
        put_thousandths(out, x);
        eg_buf_char(out, '"');
    }
    eg_buf_format(out, " s=\"%s\"/>\n", status);
}

static void put_head(struct eg_buf *out, const struct eg_sample *s, const struct day *d)
{
    eg_buf_format(out,
                  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                  "<report xmlns=\"urn:emgate:report:1\" id=\"%s\" version=\"%u\" addressee=\"%s\""
                  " plant=\"%s\"\n    kind=\"continuous\" from=\"%s\" until=\"%s\" step=\"PT%dM\""
                  " zone=\"+01:00\">\n"
                  "  <remark lang=\"de\">Erzeugte Werte, keine Messung.</remark>\n"
                  "  <remark lang=\"en\">Generated values, not measured.</remark>\n"
                  "  <source id=\"stack-1\">\n",
                  s->id, s->version, s->addressee, s->plant, s->day, s->day, d->step_minutes);
}

static void put_tail(struct eg_buf *out)
{
    eg_buf_text(out, "  </source>\n</report>\n");
}

/* ---- daily and short: a waste incinerator's eight components ----------------------------------
 */

struct component {
    /* cas "": a group of substances has none */
    const char *name, *cas;
    /* thousandths of mg/m3 */
    int low, spread;
};

static const struct component COMPONENTS[] = {
    {"dust", "", 400, 6000},           {"TOC", "", 300, 5000},
    {"HCl", "7647-01-0", 1500, 8000},  {"HF", "7664-39-3", 50, 800},
    {"SO2", "7446-09-5", 2000, 40000}, {"NOx", "10102-44-0", 60000, 90000},
    {"CO", "630-08-0", 4000, 30000},   {"NH3", "7664-41-7", 200, 8000},
};
enum { COMPONENT_COUNT = sizeof COMPONENTS / sizeof COMPONENTS[0] };

static void put_incinerator(struct eg_buf *out, struct chance *c, const struct day *d)
{
    eg_buf_text(out, "    <companion name=\"oxygen\" unit=\"vol-%\">\n");
    for (int place = 0; place < d->places; place++) {
        put_value(out, d, place, 9500 + draw(c, 3000), "valid");
    }
    eg_buf_text(out, "    </companion>\n    <operation>\n");
    for (int place = 0; place < d->places; place++) {
        put_label(out, d, place);
        eg_buf_text(out, " w=\"on\"/>\n");
    }
    eg_buf_text(out, "    </operation>\n");
    for (size_t i = 0; i < COMPONENT_COUNT; i++) {
        const struct component *m = &COMPONENTS[i];
        eg_buf_format(out, "    <series component=\"%s\"", m->name);
        if (m->cas[0] != '\0') {
            eg_buf_format(out, " cas=\"%s\"", m->cas);
        }
        eg_buf_text(out, " unit=\"mg/m3\" quantity=\"SSTA\" reference-oxygen=\"11\">\n");
        for (int place = 0; place < d->places; place++) {
            bool lost = d->places > 1 && draw(c, 100) == 0;
            put_value(out, d, place, m->low + draw(c, m->spread), lost ? "maintenance" : "valid");
        }
        eg_buf_text(out, "    </series>\n");
    }
}

/* ---- turbine: everything that can befall a day ------------------------------------------------
 */

/* What kind of day it is decides how often things fail. */
struct turbine_day {
    /* SSTA and flow at standard conditions, else STA and as it is in the duct */
    bool standardised;
    /* units of temperature and pressure */
    bool kelvin, kpa;
    /* operation states are reported */
    bool with_operation;
    /* hours out of operation, [from, to) */
    int off_from, off_to;
    /* how often a value is lost */
    int lost_per_mille;
    /* the day may end early */
    int places;
};

static struct turbine_day draw_day(struct chance *c)
{
    static const int LOST[] = {0, 20, 80, 200};
    struct turbine_day t = {.places = 24};

    t.standardised = draw(c, 3) == 0;
    t.kelvin = draw(c, 2) == 0;
    t.kpa = draw(c, 2) == 0;
    t.with_operation = draw(c, 4) != 0;
    t.lost_per_mille = LOST[draw(c, 4)];
    if (t.with_operation && draw(c, 3) == 0) {
        t.off_from = draw(c, 20);
        t.off_to = t.off_from + 1 + draw(c, 24 - t.off_from);
    }
    if (draw(c, 6) == 0) {
        t.places = 6 + draw(c, 18);
    }
    return t;
}

static const char *state_at(const struct turbine_day *t, int place)
{
    if (place >= t->off_from && place < t->off_to) {
        return "off";
    }
    if (t->off_to > t->off_from && place == t->off_to) {
        return "start-up";
    }
    return t->off_to > t->off_from && place == t->off_from - 1 ? "shut-down" : "on";
}

/* A status for a value; NULL leaves the place out. */
static const char *draw_status(struct chance *c, int lost_per_mille)
{
    static const char *const LOST[] = {"malfunction", "maintenance", "missing", NULL};
    static const char *const UNUSED[] = {"substitute", "implausible", "plant", "invalid"};

    if (draw(c, 1000) < lost_per_mille) {
        return LOST[draw(c, 4)];
    }
    return draw(c, 100) == 0 ? UNUSED[draw(c, 4)] : "valid";
}

struct companion {
    const char *name, *unit;
    /* NULL: none are stated */
    const char *conditions;
    /* values lie from low to below low + spread, each multiplied by the factor */
    int low, spread;
    int64_t factor;
};

static void put_companion(struct eg_buf *out, struct chance *c, const struct day *d,
                          struct companion companion)
{
    eg_buf_format(out, "    <companion name=\"%s\" unit=\"%s\"", companion.name, companion.unit);
    if (companion.conditions != NULL) {
        eg_buf_format(out, " conditions=\"%s\"", companion.conditions);
    }
    eg_buf_text(out, ">\n");
    for (int place = 0; place < d->places; place++) {
        const char *status = draw(c, 150) == 0  ? "malfunction"
                             : draw(c, 60) == 0 ? "substitute"
                                                : "valid";
        put_value(out, d, place,
                  (companion.low + (int64_t)draw(c, companion.spread)) * companion.factor, status);
    }
    eg_buf_text(out, "    </companion>\n");
}

static void put_companions(struct eg_buf *out, struct chance *c, const struct day *d,
                           const struct turbine_day *t)
{
    const struct companion companions[] = {
        {"oxygen", "vol-%", NULL, 13200, 2600, 1},
        {"temperature", t->kelvin ? "K" : "degC", NULL, t->kelvin ? 773150 : 500000, 60000, 1},
        {"pressure", t->kpa ? "kPa" : "hPa", NULL, 98000, 6000, t->kpa ? 1 : 10},
        {"moisture", "vol-%", NULL, 6000, 4000, 1},
        {"flow", "m3/h", t->standardised ? "standard" : "operating", 900000, 300000, 1000},
        {"load", "%", NULL, 70000, 30000, 1},
    };

    for (size_t i = 0; i < sizeof companions / sizeof companions[0]; i++) {
        put_companion(out, c, d, companions[i]);
    }
}

static void put_turbine(struct eg_buf *out, struct chance *c, const struct day *day,
                        const struct turbine_day *t)
{
    static const struct component SERIES[] = {{"NOx", "10102-44-0", 30000, 45000},
                                              {"CO", "630-08-0", 1000, 60000}};
    struct day d = *day;

    d.places = t->places;
    put_companions(out, c, &d, t);
    if (t->with_operation) {
        eg_buf_text(out, "    <operation>\n");
        for (int place = 0; place < d.places; place++) {
            put_label(out, &d, place);
            eg_buf_format(out, " w=\"%s\"/>\n", state_at(t, place));
        }
        eg_buf_text(out, "    </operation>\n");
    }
    for (size_t i = 0; i < sizeof SERIES / sizeof SERIES[0]; i++) {
        eg_buf_format(out,
                      "    <series component=\"%s\" cas=\"%s\" unit=\"mg/m3\" quantity=\"%s\">\n",
                      SERIES[i].name, SERIES[i].cas, t->standardised ? "SSTA" : "STA");
        for (int place = 0; place < d.places; place++) {
            /* In the hot, wet duct a concentration is about a third of the standardised one. */
            int x = SERIES[i].low + draw(c, SERIES[i].spread) + (draw(c, 40) == 0 ? 90000 : 0);
            put_value(out, &d, place, t->standardised ? x : x / 3,
                      draw_status(c, t->lost_per_mille));
        }
        eg_buf_text(out, "    </series>\n");
    }
}

enum eg_status eg_sample_report(struct eg_buf *out, const struct eg_sample *sample,
                                struct eg_error *err)
{
    struct chance c = chance_from(sample->seed);
    struct day d = {.step_minutes = 30, .places = PLACES_MAX};

    if (!eg_day_read(eg_bytes_of(sample->day), &d.day)) {
        return eg_error_set(err, EG_E_USAGE, sample->day, "no day like 2011-04-06");
    }
    if (sample->version < 1 || sample->version > EG_VERSION_NUMBER_MAX) {
        return eg_error_set(err, EG_E_USAGE, "version", "a version is 1..999999");
    }
    if (sample->kind == EG_SAMPLE_TURBINE) {
        d.step_minutes = 60;
    }
    if (sample->kind == EG_SAMPLE_SHORT) {
        d.places = 1;
    }
    put_head(out, sample, &d);
    if (sample->kind == EG_SAMPLE_TURBINE) {
        struct turbine_day t = draw_day(&c);
        put_turbine(out, &c, &d, &t);
    } else {
        put_incinerator(out, &c, &d);
    }
    put_tail(out);
    return eg_buf_ok(out, sample->id, err);
}

bool eg_sample_kind_named(const char *word, enum eg_sample_kind *out)
{
    static const char *const NAMES[] = {"daily", "short", "turbine"};

    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        if (strcmp(NAMES[i], word) == 0) {
            *out = (enum eg_sample_kind)i;
            return true;
        }
    }
    return false;
}
