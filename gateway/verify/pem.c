/*
 * Looks at the lines that begin and end PEM blocks; see the header.
 */
#include "verify/pem.h"

#include <string.h>

static struct eg_bytes next_line(struct eg_bytes *rest)
{
    const uint8_t *end = rest->len > 0 ? memchr(rest->data, '\n', rest->len) : NULL;
    struct eg_bytes line = {rest->data, end == NULL ? rest->len : (size_t)(end - rest->data)};
    size_t used = line.len + (end != NULL);
    rest->data += used;
    rest->len -= used;
    while (line.len > 0 && memchr(" \t\r", line.data[line.len - 1], 3) != NULL) {
        line.len--;
    }
    return line;
}

static bool take(struct eg_bytes *line, const char *text)
{
    size_t len = strlen(text);
    if (line->len < len || memcmp(line->data, text, len) != 0) {
        return false;
    }
    line->data += len;
    line->len -= len;
    return true;
}

/* "-----BEGIN LABEL-----" or the same with END. */
static bool is_mark(struct eg_bytes line, const char *word, const char *label)
{
    return take(&line, "-----") && take(&line, word) && take(&line, " ") && take(&line, label) &&
           take(&line, "-----") && line.len == 0;
}

static const char *begun(struct eg_bytes line, const char *const *labels)
{
    for (size_t i = 0; labels[i] != NULL; i++) {
        if (is_mark(line, "BEGIN", labels[i])) {
            return labels[i];
        }
    }
    return NULL;
}

enum eg_status eg_pem_whole(struct eg_bytes pem, const char *const *labels, const char *what,
                            struct eg_error *err)
{
    const char *inside = NULL; /* the label of the block being read */
    size_t number = 0, blocks = 0;
    while (pem.len > 0) {
        struct eg_bytes line = next_line(&pem);
        number++;
        if (line.len == 0 || line.data[0] != '-') {
            continue;
        }
        if (inside != NULL) {
            if (!is_mark(line, "END", inside)) {
                return eg_error_set(err, EG_E_FORMAT, what, "line %zu does not end the block %s",
                                    number, inside);
            }
            inside = NULL;
            blocks++;
            continue;
        }
        inside = begun(line, labels);
        if (inside == NULL) {
            return eg_error_set(err, EG_E_FORMAT, what,
                                "line %zu begins no block %s: it is of another kind, or cut short",
                                number, labels[0]);
        }
    }
    if (inside != NULL) {
        return eg_error_set(err, EG_E_FORMAT, what, "the last block %s is cut short", inside);
    }
    return blocks > 0
               ? EG_OK
               : eg_error_set(err, EG_E_FORMAT, what, "there is no block %s in it", labels[0]);
}
