/*
 * Finding a row in the table of verbs (table.c), which main gives.
 */
#include "emgate/frame/verbs.h"

#include "base/text.h"

#include <string.h>

static const struct eg_tool_verb *const none[] = {NULL};
const struct eg_tool_verb *const *eg_tool_verbs = none;

/* Longest "word word" that is looked up; longer words are no verb anyway. */
#define NAME_MAX_LEN 64
#define CANDIDATES_MAX 128

static const struct eg_tool_verb *find_exactly(const char *name)
{
    for (size_t i = 0; eg_tool_verbs[i] != NULL; i++) {
        if (strcmp(eg_tool_verbs[i]->name, name) == 0) {
            return eg_tool_verbs[i];
        }
    }
    return NULL;
}

bool eg_tool_verbs_in_group(const struct eg_tool_verb *verb, const char *word)
{
    size_t len = strlen(word);
    return strncmp(verb->name, word, len) == 0 &&
           (verb->name[len] == ' ' || verb->name[len] == '\0');
}

bool eg_tool_verbs_group(const char *word)
{
    for (size_t i = 0; eg_tool_verbs[i] != NULL; i++) {
        if (eg_tool_verbs_in_group(eg_tool_verbs[i], word) &&
            eg_tool_verbs[i]->name[strlen(word)] == ' ') {
            return true;
        }
    }
    return false;
}

static const char *nearest(const char *name)
{
    const char *names[CANDIDATES_MAX];
    size_t count = 0;

    for (size_t i = 0; eg_tool_verbs[i] != NULL && count < CANDIDATES_MAX; i++) {
        if (!eg_tool_verbs[i]->hidden) {
            names[count++] = eg_tool_verbs[i]->name;
        }
    }
    return eg_text_nearest(name, names, count);
}

static void refuse(const char *word, const char *second, struct eg_error *err)
{
    char name[NAME_MAX_LEN];
    const char *near = NULL;

    snprintf(name, sizeof name, "%s%s%s", word, second != NULL ? " " : "",
             second != NULL ? second : "");
    near = nearest(name);
    if (near == NULL && second != NULL && !eg_tool_verbs_group(word)) {
        near = nearest(word);
    }
    if (near != NULL) {
        eg_error_set(err, EG_E_USAGE, second != NULL && eg_tool_verbs_group(word) ? name : word,
                     "is not a verb of emgate; did you mean \"%s\"?", near);
    } else if (eg_tool_verbs_group(word) && second == NULL) {
        eg_error_set(err, EG_E_USAGE, word, "needs a second word; \"emgate help %s\" lists them",
                     word);
    } else {
        eg_error_set(err, EG_E_USAGE, second != NULL && eg_tool_verbs_group(word) ? name : word,
                     "is not a verb of emgate; \"emgate help\" lists them");
    }
}

const struct eg_tool_verb *eg_tool_verbs_find(size_t *used_out, char *const *words, size_t count,
                                              struct eg_error *err)
{
    const struct eg_tool_verb *verb = NULL;
    const char *second = count > 1 && words[1][0] != '-' ? words[1] : NULL;
    char name[NAME_MAX_LEN];

    if (second != NULL) {
        int len = snprintf(name, sizeof name, "%s %s", words[0], second);
        verb = len > 0 && (size_t)len < sizeof name ? find_exactly(name) : NULL;
        if (verb != NULL) {
            *used_out = 2;
            return verb;
        }
    }
    verb = strchr(words[0], ' ') == NULL ? find_exactly(words[0]) : NULL;
    if (verb != NULL) {
        *used_out = 1;
        return verb;
    }
    refuse(words[0], second, err);
    return NULL;
}
