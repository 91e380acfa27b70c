/*
 * Why this file exists: the octets of a package are fixed by one text, SIGNED, and travel as one
 * octet string; both are forms that strangers' files must not bend.
 *
 * SIGNED, one line a file, sorted by the octets of the names, LF after each:
 *   sha256:<64 hex digits> <name>
 * Conditions:
 *   1 names are segments of [A-Za-z0-9][A-Za-z0-9._-]* joined by '/', at most EG_PACKAGE_NAME_MAX
 *   2 names rise strictly; SIGNED and SIGNED.p7s are not listed
 *   3 every file of the tree is listed, every listed file is in the tree, the digests fit
 *
 * Packed, a tree is
 *   emgate tree 1\n files <n>\n then for each file <octets> <name>\n and its octets and \n
 * without the blanks shown here, names rising strictly; nothing follows.
 */
#include "assess/package/signed.h"
#include "assess/package/package.h"

#include "base/limits.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define PACK_HEAD "emgate tree 1\n"
#define NAME_SIGNED "SIGNED"
#define NAME_CMS "SIGNED.p7s"

static bool name_char(char c, bool first)
{
    bool alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return alphanumeric || (!first && (c == '.' || c == '_' || c == '-'));
}

bool eg_package_name_valid(const char *name)
{
    bool first = true;

    if (name[0] == '\0' || strlen(name) > EG_PACKAGE_NAME_MAX) {
        return false;
    }
    for (const char *at = name; *at != '\0'; at++) {
        if (*at == '/') {
            if (first) {
                return false;
            }
            first = true;
            continue;
        }
        if (!name_char(*at, first)) {
            return false;
        }
        first = false;
    }
    return !first;
}

static bool is_listed(const char *name)
{
    return strcmp(name, NAME_SIGNED) != 0 && strcmp(name, NAME_CMS) != 0;
}

/* Names and sizes of a tree, wherever it came from. */
/* Names are in order: those that begin with a name follow it. */
static bool is_folder_too(const struct eg_tree *tree, size_t at)
{
    const char *name = tree->files[at].name;
    size_t len = strlen(name);

    for (size_t i = at + 1; i < tree->count && strncmp(tree->files[i].name, name, len) == 0; i++) {
        if (tree->files[i].name[len] == '/') {
            return true;
        }
    }
    return false;
}

enum eg_status eg_package_tree_check(const struct eg_tree *tree, struct eg_error *err)
{
    size_t octets = 0;

    if (tree->count > EG_PACKAGE_FILES_MAX) {
        return eg_error_set(err, EG_E_LIMIT, "package", "more than %d files", EG_PACKAGE_FILES_MAX);
    }
    for (size_t i = 0; i < tree->count; i++) {
        const char *name = tree->files[i].name;
        if (!eg_package_name_valid(name)) {
            return eg_error_set(err, EG_E_DENIED, name,
                                "names of a package's files are [A-Za-z0-9._-] with '/' between "
                                "folders, each beginning with a letter or digit");
        }
        if (i > 0 && strcmp(tree->files[i - 1].name, name) >= 0) {
            return eg_error_set(err, EG_E_FORMAT, name, "files are not in order, or there twice");
        }
        if (is_folder_too(tree, i)) {
            return eg_error_set(err, EG_E_DENIED, name, "is a file and a folder at once");
        }
        octets += tree->files[i].content.len;
        if (octets > EG_PACKAGE_OCTETS_MAX) {
            return eg_error_set(err, EG_E_LIMIT, name, "the package is larger than %zu octets",
                                EG_PACKAGE_OCTETS_MAX);
        }
    }
    return EG_OK;
}

enum eg_status eg_package_signed_text(struct eg_buf *out, const struct eg_tree *tree,
                                      struct eg_error *err)
{
    char digest[EG_DIGEST_TEXT_LEN + 1] = "";
    enum eg_status status = eg_package_tree_check(tree, err);

    if (status != EG_OK) {
        return status;
    }
    for (size_t i = 0; i < tree->count; i++) {
        if (is_listed(tree->files[i].name)) {
            struct eg_digest hash = eg_hash(eg_bytes_view(&tree->files[i].content));
            eg_digest_text(&hash, digest);
            eg_buf_text(out, digest);
            eg_buf_char(out, ' ');
            eg_buf_text(out, tree->files[i].name);
            eg_buf_char(out, '\n');
        }
    }
    return eg_buf_ok(out, NAME_SIGNED, err);
}

/* ---- SIGNED against the tree -------------------------------------------------------------- */

struct line {
    struct eg_bytes digest, name;
};

/* The next line of `rest`, cut off. false: malformed. */
static bool next_line(struct line *out, struct eg_bytes *rest)
{
    const uint8_t *end = memchr(rest->data, '\n', rest->len);

    if (end == NULL || (size_t)(end - rest->data) < EG_DIGEST_TEXT_LEN + 2 ||
        rest->data[EG_DIGEST_TEXT_LEN] != ' ') {
        return false;
    }
    const uint8_t *name = rest->data + EG_DIGEST_TEXT_LEN + 1;
    out->digest = (struct eg_bytes){rest->data, EG_DIGEST_TEXT_LEN};
    out->name = (struct eg_bytes){name, (size_t)(end - name)};
    rest->len -= (size_t)(end + 1 - rest->data);
    rest->data = end + 1;
    return true;
}

/* Says which file is at fault, so that a publisher does not have to compare lists. */
static enum eg_status refuse(const struct line *line, const struct eg_tree_file *file,
                             struct eg_error *err)
{
    char *name = line != NULL ? eg_bytes_dup(line->name) : NULL;
    int order = 0;

    if (line != NULL && file != NULL) {
        order = name == NULL ? 0 : strcmp(file->name, name);
    }
    if (line == NULL || (file != NULL && order < 0)) {
        eg_error_set(err, EG_E_DENIED, file != NULL ? file->name : NAME_SIGNED,
                     "the file is not listed in SIGNED");
    } else if (file == NULL || order > 0) {
        eg_error_set(err, EG_E_DENIED, name, "listed in SIGNED, but not there");
    } else {
        eg_error_set(err, EG_E_DENIED, name, "differs from its digest in SIGNED");
    }
    free(name);
    return EG_E_DENIED;
}

static bool line_fits(const struct line *line, const struct eg_tree_file *file)
{
    struct eg_digest written;
    struct eg_digest hash = eg_hash(eg_bytes_view(&file->content));

    return eg_bytes_is(line->name, file->name) && eg_digest_untext(line->digest, &written) &&
           eg_digest_equal(&written, &hash);
}

enum eg_status eg_package_signed_check(const struct eg_tree *tree, struct eg_bytes text,
                                       struct eg_error *err)
{
    struct eg_bytes rest = text;
    unsigned number = 0;

    EG_TRY(eg_package_tree_check(tree, err));
    for (size_t i = 0; i < tree->count; i++) {
        const struct eg_tree_file *file = &tree->files[i];
        struct line line = {EG_BYTES_NONE, EG_BYTES_NONE};
        if (!is_listed(file->name)) {
            continue;
        }
        number++;
        if (rest.len == 0) {
            return refuse(NULL, file, err);
        }
        if (!next_line(&line, &rest)) {
            return eg_error_set(err, EG_E_FORMAT, NAME_SIGNED,
                                "line %u is not \"sha256:<hex> <name>\"", number);
        }
        if (!line_fits(&line, file)) {
            return refuse(&line, file, err);
        }
    }
    if (rest.len > 0) {
        struct line line = {EG_BYTES_NONE, EG_BYTES_NONE};
        return next_line(&line, &rest)
                   ? refuse(&line, NULL, err)
                   : eg_error_set(err, EG_E_FORMAT, NAME_SIGNED,
                                  "line %u is not \"sha256:<hex> <name>\"", number + 1);
    }
    return EG_OK;
}

/* ---- packed ------------------------------------------------------------------------------- */

enum eg_status eg_package_pack(struct eg_buf *out, const struct eg_tree *tree, struct eg_error *err)
{
    enum eg_status status = eg_package_tree_check(tree, err);

    if (status != EG_OK) {
        return status;
    }
    eg_buf_text(out, PACK_HEAD);
    eg_buf_format(out, "files %zu\n", tree->count);
    for (size_t i = 0; i < tree->count; i++) {
        eg_buf_format(out, "%zu %s\n", tree->files[i].content.len, tree->files[i].name);
        eg_buf_bytes(out, eg_bytes_view(&tree->files[i].content));
        eg_buf_char(out, '\n');
    }
    return eg_buf_ok(out, "packed package", err);
}

/* Cut "<number><stop>" off the front. */
static bool take_number(size_t *out, struct eg_bytes *rest, char stop, size_t max)
{
    uint64_t number = 0;
    const uint8_t *end = rest->len > 0 ? memchr(rest->data, stop, rest->len) : NULL;

    if (end == NULL ||
        !eg_text_u64((struct eg_bytes){rest->data, (size_t)(end - rest->data)}, max, &number)) {
        return false;
    }
    rest->len -= (size_t)(end + 1 - rest->data);
    rest->data = end + 1;
    *out = (size_t)number;
    return true;
}

static bool take_text(struct eg_bytes *rest, const char *text)
{
    size_t len = strlen(text);

    if (rest->len < len || memcmp(rest->data, text, len) != 0) {
        return false;
    }
    rest->data += len;
    rest->len -= len;
    return true;
}

static enum eg_status unpack_file(struct eg_tree_file *out, struct eg_bytes *rest,
                                  struct eg_error *err)
{
    size_t len = 0;
    const uint8_t *end = NULL;

    if (!take_number(&len, rest, ' ', EG_PACKAGE_OCTETS_MAX) || rest->len == 0 ||
        (end = memchr(rest->data, '\n', rest->len)) == NULL ||
        memchr(rest->data, 0, (size_t)(end - rest->data)) != NULL) {
        return eg_error_set(err, EG_E_FORMAT, "packed package", "a file's line is malformed");
    }
    out->name = eg_bytes_dup((struct eg_bytes){rest->data, (size_t)(end - rest->data)});
    if (out->name == NULL) {
        return eg_error_set(err, EG_E_NOMEM, "packed package", "memory ran out");
    }
    rest->len -= (size_t)(end + 1 - rest->data);
    rest->data = end + 1;
    if (rest->len < len + 1 || rest->data[len] != '\n') {
        return eg_error_set(err, EG_E_FORMAT, "packed package", "a file is cut short");
    }
    eg_buf_init(&out->content, len > 0 ? len : 1);
    eg_buf_add(&out->content, rest->data, len);
    rest->data += len + 1;
    rest->len -= len + 1;
    return eg_buf_ok(&out->content, "packed package", err);
}

enum eg_status eg_package_unpack(struct eg_tree *out, struct eg_bytes packed, struct eg_error *err)
{
    struct eg_tree tree = {NULL, 0};
    struct eg_bytes rest = packed;
    size_t count = 0;
    enum eg_status status = EG_OK;

    if (!take_text(&rest, PACK_HEAD) || !take_text(&rest, "files ") ||
        !take_number(&count, &rest, '\n', EG_PACKAGE_FILES_MAX)) {
        return eg_error_set(err, EG_E_FORMAT, "packed package", "does not begin as one");
    }
    tree.files = calloc(count > 0 ? count : 1, sizeof *tree.files);
    if (tree.files == NULL) {
        return eg_error_set(err, EG_E_NOMEM, "packed package", "memory ran out");
    }
    while (tree.count < count) {
        status = unpack_file(&tree.files[tree.count++], &rest, err);
        if (status != EG_OK) {
            goto done;
        }
    }
    if (rest.len > 0) {
        status = eg_error_set(err, EG_E_FORMAT, "packed package", "octets follow its end");
    }
    if (status != EG_OK) {
        goto done;
    }
    status = eg_package_tree_check(&tree, err);
    if (status != EG_OK) {
        goto done;
    }
    *out = tree;
    return EG_OK;

done:
    eg_tree_done(&tree);
    return status;
}
