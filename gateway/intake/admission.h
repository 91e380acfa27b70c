/*
 * Who is admitted in the hall: CURVE key -> participant, until when, at what rate. Bounded; pure.
 * Thread: owner thread (the hall's).
 */
#ifndef EG_INTAKE_ADMISSION_H
#define EG_INTAKE_ADMISSION_H

#include "base/crypto.h"
#include "base/limits.h"

struct eg_admitted {
    char key[EG_CURVE_KEY_TEXT + 1];
    char participant[EG_ID_MAX + 1];
    struct eg_digest certificate;
    /* boot clock: what is admitted for hours stays so, wherever the wall clock goes */
    int64_t until_ms;
    /* by a reload: answered greet-again */
    bool ended;
    /* messages that may come now */
    double tokens;
    int64_t refilled_at_ms;
    /* rises with each admission: tells the oldest */
    uint64_t number;
};

struct eg_admission;

EG_MUST_USE
enum eg_status eg_admission_new(struct eg_admission **out, size_t max, uint64_t rate,
                                struct eg_error *err);
void eg_admission_free(struct eg_admission **table);

/*
 * Admit a key, replacing what was known of it. A participant that has an eighth of all places gives
 * up its oldest one, so that nobody who greets with key after key keeps others out. Full: those
 * that ended leave first; then EG_E_BUSY. EG_E_NOMEM.
 */
EG_MUST_USE
enum eg_status eg_admission_put(struct eg_admission *table, const char *key,
                                const char *participant, const struct eg_digest *certificate,
                                int64_t until_ms, int64_t now_ms, struct eg_error *err);

/* The admission of a key, also an ended one; NULL if there is none. Borrowed until the next put. */
struct eg_admitted *eg_admission_find(struct eg_admission *table, const char *key);

/* Holds now: not ended, not past its time. */
bool eg_admission_holds(const struct eg_admitted *admitted, int64_t now_ms);

/* Take one message's worth of rate; false: too fast. */
bool eg_admission_charge(struct eg_admission *table, struct eg_admitted *admitted, int64_t boot_ms);

/* End admissions for which `keep` says no (a reload). Returns how many ended. */
typedef bool (*eg_admission_keep_fn)(void *payload, const struct eg_admitted *admitted);
size_t eg_admission_review(struct eg_admission *table, eg_admission_keep_fn keep, void *payload);
#ifdef EG_TEST_HOOKS
size_t eg_admission_count(const struct eg_admission *table);
#endif

#endif
