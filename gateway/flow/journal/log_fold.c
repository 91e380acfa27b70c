/*
 * Repeated events. The first few are shown, so that a person sees them as they come; then they are
 * counted, and the count is told when the time is over. An event that goes on stays counted.
 */
#include "flow/journal/log_inside.h"

#include <stdio.h>
#include <string.h>

/* Does the field count or time the event, rather than say what it is? */
static bool is_number_of_event(const char *field, size_t len)
{
    const char *equal = memchr(field, '=', len);
    if (equal == NULL) {
        return false;
    }
    size_t name = (size_t)(equal - field);
    return (name == 3 && memcmp(field, "job", 3) == 0) ||
           (name > 3 && memcmp(equal - 3, "_ms", 3) == 0);
}

/* Octets of the field that begins here; blanks within quotes are its own. */
static size_t field_len(const char *text)
{
    bool quoted = false;
    size_t len = 0;
    for (; text[len] != '\0' && (quoted || text[len] != ' '); len++) {
        if (text[len] == '\\' && text[len + 1] != '\0') {
            len++;
        } else if (text[len] == '"') {
            quoted = !quoted;
        }
    }
    return len;
}

/* The text without numbers of jobs and milliseconds. false: too long to be kept. */
static bool key_of(char out[EG_JOURNAL_REPEAT_KEY_MAX], const char *text)
{
    size_t used = 0;
    while (*text != '\0') {
        size_t len = field_len(text);
        if (!is_number_of_event(text, len)) {
            if (used + len + 2 > EG_JOURNAL_REPEAT_KEY_MAX) {
                return false;
            }
            if (used > 0) {
                out[used++] = ' ';
            }
            memcpy(out + used, text, len);
            used += len;
        }
        text += len;
        text += *text == ' ';
    }
    out[used] = '\0';
    return true;
}

static struct eg_log_repeat *find(struct eg_log_fold *fold, enum eg_log_level level,
                                  const char *event, const char *key)
{
    for (size_t i = 0; i < EG_JOURNAL_REPEATS_KEPT; i++) {
        struct eg_log_repeat *place = &fold->places[i];
        if (place->shown > 0 && place->level == level && strcmp(place->key, key) == 0 &&
            strncmp(place->event, event, EG_LOG_EVENT_MAX - 1) == 0) {
            return place;
        }
    }
    return NULL;
}

/* A free place, or the oldest of those that have nothing to tell; NULL: all have. */
static struct eg_log_repeat *find_place(struct eg_log_fold *fold)
{
    struct eg_log_repeat *oldest = NULL;
    for (size_t i = 0; i < EG_JOURNAL_REPEATS_KEPT; i++) {
        struct eg_log_repeat *place = &fold->places[i];
        if (place->shown == 0) {
            return place;
        }
        if (place->folded == 0 && (oldest == NULL || place->since_ms < oldest->since_ms)) {
            oldest = place;
        }
    }
    return oldest;
}

bool eg_log_fold_shows(struct eg_log_fold *fold, enum eg_log_level level, bool stranger,
                       const char *event, const char *text, int64_t now_ms)
{
    char key[EG_JOURNAL_REPEAT_KEY_MAX];
    if (level == EG_LOG_DEBUG || !key_of(key, text)) {
        return true;
    }
    struct eg_log_repeat *place = find(fold, level, event, key);
    if (place == NULL) {
        place = find_place(fold);
        if (place != NULL) {
            *place = (struct eg_log_repeat){
                .since_ms = now_ms, .shown = 1, .level = level, .stranger = stranger};
            (void)snprintf(place->event, sizeof place->event, "%s", event);
            memcpy(place->key, key, strlen(key) + 1);
        }
        return true;
    }
    if (place->shown < EG_JOURNAL_REPEATS_SHOWN) {
        place->shown++;
        return true;
    }
    place->folded++;
    return false;
}

bool eg_log_fold_due(struct eg_log_repeat *out, struct eg_log_fold *fold, int64_t now_ms, bool all)
{
    for (size_t i = 0; i < EG_JOURNAL_REPEATS_KEPT; i++) {
        struct eg_log_repeat *place = &fold->places[i];
        if (place->shown == 0 || (!all && now_ms - place->since_ms < EG_JOURNAL_REPEATS_MS)) {
            continue;
        }
        if (place->folded == 0) {
            place->shown = 0;
            continue;
        }
        *out = *place;
        place->folded = 0;
        place->since_ms = now_ms;
        return true;
    }
    return false;
}
