/*
 * One place where the counts of a judgement must add up, so that no file above needs to ask.
 */
#include "core/judged.h"

#include "base/error.h"
#include "base/limits.h"
#include "base/vector.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void eg_judged_init(struct eg_judged *judged)
{
    memset(judged, 0, sizeof *judged);
}

static void free_limit(struct eg_judged_limit *limit)
{
    free(limit->rule);
    free(limit->source);
    free(limit->component);
}

void eg_judged_done(struct eg_judged *judged)
{
    for (size_t i = 0; i < judged->count; i++) {
        free_limit(&judged->list[i]);
    }
    free(judged->list);
    eg_judged_init(judged);
}

/* A copy without what would part a line; NULL: no memory. */
static char *word(const char *text)
{
    char *copy = strdup(strcmp(text, "-") == 0 ? "_" : text);
    for (char *c = copy; c != NULL && *c != '\0'; c++) {
        if ((unsigned char)*c <= ' ' || *c == '\\' || *c == '\x7f') {
            *c = '_';
        }
    }
    return copy;
}

static bool adds_up(const struct eg_judged_limit *limit)
{
    const struct eg_counts *c = &limit->counts;
    return c->judged <= c->owed && c->undecided == c->owed - c->judged &&
           c->exceeded <= c->judged && limit->not_applicable <= c->judged - c->exceeded;
}

static void add_counts(struct eg_counts *sum, const struct eg_counts *counts)
{
    sum->owed += counts->owed;
    sum->judged += counts->judged;
    sum->exceeded += counts->exceeded;
    sum->undecided += counts->undecided;
}

enum eg_status eg_judged_add(struct eg_judged *judged, const struct eg_judged_limit *limit,
                             struct eg_error *err)
{
    if (!adds_up(limit)) {
        return eg_error_set(err, EG_E_INTERNAL, limit->rule, "its counts do not add up");
    }
    add_counts(&judged->counts, &limit->counts);
    if (judged->count == EG_JUDGED_LIMITS_MAX) {
        judged->omitted++;
        return EG_OK;
    }
    enum eg_status status =
        EG_VECTOR_RESERVE(judged->list, judged->capacity, judged->count + 1, EG_JUDGED_LIMITS_MAX);
    if (status != EG_OK) {
        return eg_vector_refused(status, "judged limits", err);
    }
    struct eg_judged_limit made = {.rule = word(limit->rule),
                                   .source = word(limit->source),
                                   .component = word(limit->component),
                                   .counts = limit->counts,
                                   .not_applicable = limit->not_applicable};
    if (made.rule == NULL || made.source == NULL || made.component == NULL) {
        free_limit(&made);
        return eg_error_set(err, EG_E_NOMEM, "judged limits", "memory ran out");
    }
    judged->list[judged->count++] = made;
    return EG_OK;
}

enum eg_extent eg_counts_extent(const struct eg_counts *counts)
{
    return counts->judged == 0      ? EG_JUDGED_NOT_AT_ALL
           : counts->undecided == 0 ? EG_JUDGED_COMPLETELY
                                    : EG_JUDGED_IN_PART;
}

const char *eg_extent_text(enum eg_extent extent)
{
    static const char *const texts[] = {[EG_JUDGED_NOT_AT_ALL] = "not-at-all",
                                        [EG_JUDGED_IN_PART] = "in-part",
                                        [EG_JUDGED_COMPLETELY] = "completely"};
    return texts[extent];
}

void eg_counts_say(struct eg_buf *out, const struct eg_counts *counts, bool german)
{
    static const char *const words[][2] = {
        [EG_JUDGED_NOT_AT_ALL] = {"judged not at all", "gar nicht beurteilt"},
        [EG_JUDGED_IN_PART] = {"judged in part", "teilweise beurteilt"},
        [EG_JUDGED_COMPLETELY] = {"judged completely", "vollständig beurteilt"}};

    eg_buf_format(out,
                  german ? "%s: %" PRIu64 " geschuldet, %" PRIu64 " beurteilt (%" PRIu64
                           " überschritten), %" PRIu64 " offen"
                         : "%s: %" PRIu64 " owed, %" PRIu64 " judged (%" PRIu64
                           " exceeded), %" PRIu64 " undecided",
                  words[eg_counts_extent(counts)][german], counts->owed, counts->judged,
                  counts->exceeded, counts->undecided);
}
