/*
 * Why this file exists: what comes as a zip must end up as the very tree that a folder would give,
 * or not at all.
 *
 * A zip is taken if and only if
 *   1 it begins with the head of a file and ends with its end record, without comment
 *   2 libzip finds its central directory consistent with the heads of its files
 *   3 it has at most EG_PACKAGE_FILES_MAX entries; those that end in "/" are empty and left out
 *   4 each other entry has a package's name (assess/package/signed.h), none is there twice,
 *     and none is the folder of another
 *   5 each is a plain file, not encrypted, stored or deflated
 *   6 the sizes claimed add up to EG_PACKAGE_OCTETS_MAX at most, and each entry gives exactly the
 *     octets it claims, with their CRC
 */
#include "assess/package/package_zip.h"

#include "assess/package/signed.h"
#include "base/limits.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zip.h>

#define WHERE "zip"
#define END_LEN 22           /* of an end record without comment */
#define DATE_1980_01_01 0x21 /* MS-DOS: the first day it knows */

static enum eg_status no_memory(struct eg_error *err)
{
    return eg_error_set(err, EG_E_NOMEM, WHERE, "memory ran out");
}

/* ---- writing ------------------------------------------------------------------------------ */

static enum eg_status add_file(zip_t *zip, const struct eg_tree_file *file, struct eg_error *err)
{
    const zip_uint32_t mode = (zip_uint32_t)(S_IFREG | 0644) << 16;
    zip_source_t *source = zip_source_buffer(zip, file->content.len > 0 ? file->content.data : NULL,
                                             file->content.len, 0);

    if (source == NULL) {
        return no_memory(err);
    }
    zip_int64_t at = zip_file_add(zip, file->name, source, ZIP_FL_ENC_UTF_8);
    if (at < 0) {
        zip_source_free(source);
        return eg_error_set(err, EG_E_FORMAT, file->name, "can not be added: %s",
                            zip_strerror(zip));
    }
    if (zip_set_file_compression(zip, (zip_uint64_t)at, ZIP_CM_STORE, 0) != 0 ||
        zip_file_set_dostime(zip, (zip_uint64_t)at, 0, DATE_1980_01_01, 0) != 0 ||
        zip_file_set_external_attributes(zip, (zip_uint64_t)at, 0, ZIP_OPSYS_UNIX, mode) != 0) {
        return eg_error_set(err, EG_E_FORMAT, file->name, "can not be added: %s",
                            zip_strerror(zip));
    }
    return EG_OK;
}

/* What was written into the source's memory, appended to `out`. */
static enum eg_status copy_out(struct eg_buf *out, zip_source_t *source, struct eg_error *err)
{
    zip_stat_t stat;
    uint8_t *room = NULL;
    enum eg_status status = EG_OK;

    if (zip_source_stat(source, &stat) != 0 || zip_source_open(source) != 0) {
        return no_memory(err);
    }
    room = eg_buf_reserve(out, (size_t)stat.size);
    if (room == NULL) {
        status = eg_buf_ok(out, WHERE, err);
    } else if (zip_source_read(source, room, stat.size) != (zip_int64_t)stat.size) {
        status = no_memory(err);
    } else {
        out->len += (size_t)stat.size;
    }
    (void)zip_source_close(source);
    return status;
}

enum eg_status eg_package_zip(struct eg_buf *out, const struct eg_tree *tree, struct eg_error *err)
{
    zip_source_t *source = NULL;
    zip_t *zip = NULL;
    enum eg_status status = eg_package_tree_check(tree, err);

    if (status != EG_OK) {
        return status;
    }
    source = zip_source_buffer_create(NULL, 0, 0, NULL);
    zip = source != NULL ? zip_open_from_source(source, ZIP_TRUNCATE, NULL) : NULL;
    if (zip == NULL) {
        zip_source_free(source);
        return no_memory(err);
    }
    zip_source_keep(source); /* zip_close frees one hold of it */
    for (size_t i = 0; i < tree->count; i++) {
        status = add_file(zip, &tree->files[i], err);
        if (status != EG_OK) {
            goto done;
        }
    }
    if (zip_close(zip) != 0) {
        status = eg_error_set(err, EG_E_FORMAT, WHERE, "can not be written: %s", zip_strerror(zip));
        goto done;
    }
    zip = NULL;
    status = copy_out(out, source, err);

done:
    if (zip != NULL) {
        zip_discard(zip);
    }
    zip_source_free(source);
    return status;
}

/* ---- unpacking ---------------------------------------------------------------------------- */

bool eg_package_is_zip(struct eg_bytes octets)
{
    return octets.len >= 4 && memcmp(octets.data, "PK", 2) == 0;
}

/* Condition 1. */
static bool is_bare(struct eg_bytes zip)
{
    return zip.len > END_LEN && memcmp(zip.data, "PK\3\4", 4) == 0 &&
           memcmp(zip.data + zip.len - END_LEN, "PK\5\6", 4) == 0 && zip.data[zip.len - 2] == 0 &&
           zip.data[zip.len - 1] == 0;
}

static bool is_plain_file(zip_t *zip, zip_uint64_t at)
{
    zip_uint8_t system = 0;
    zip_uint32_t attributes = 0;

    if (zip_file_get_external_attributes(zip, at, 0, &system, &attributes) != 0) {
        return false;
    }
    mode_t mode = (mode_t)(attributes >> 16);
    /* Systems other than Unix write no mode; some Unix tools write none either. */
    return (mode & S_IFMT) == 0 || S_ISREG(mode);
}

/* Conditions 4 and 5, and the size of condition 6. *skip: a folder. */
static enum eg_status judge(bool *skip, zip_t *zip, zip_uint64_t at, const zip_stat_t *stat,
                            size_t left, struct eg_error *err)
{
    const zip_uint64_t needed =
        ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
    size_t len = (stat->valid & ZIP_STAT_NAME) != 0 ? strlen(stat->name) : 0;

    if ((stat->valid & needed) != needed) {
        return eg_error_set(err, EG_E_FORMAT, WHERE, "an entry is incomplete");
    }
    *skip = len > 0 && stat->name[len - 1] == '/' && stat->size == 0;
    if (!*skip && !eg_package_name_valid(stat->name)) {
        return eg_error_set(err, EG_E_DENIED, stat->name,
                            "is no name for a file of a package: [A-Za-z0-9._-] with / between, "
                            "neither absolute nor leaving");
    }
    if (stat->encryption_method != ZIP_EM_NONE) {
        return eg_error_set(err, EG_E_DENIED, stat->name, "is encrypted");
    }
    if (stat->comp_method != ZIP_CM_STORE && stat->comp_method != ZIP_CM_DEFLATE) {
        return eg_error_set(err, EG_E_DENIED, stat->name,
                            "is packed by method %u; stored and deflated are read",
                            (unsigned)stat->comp_method);
    }
    if (!*skip && !is_plain_file(zip, at)) {
        return eg_error_set(err, EG_E_DENIED, stat->name, "is a link or another kind of file");
    }
    if (stat->size > left) {
        return eg_error_set(err, EG_E_LIMIT, stat->name,
                            "the files have more than %zu octets together", EG_PACKAGE_OCTETS_MAX);
    }
    return EG_OK;
}

/* Condition 6: exactly the octets claimed; reading on to the end lets libzip compare the CRC. */
static enum eg_status read_octets(struct eg_tree_file *out, zip_t *zip, zip_uint64_t at,
                                  size_t size, struct eg_error *err)
{
    uint8_t beyond = 0;
    enum eg_status status = EG_OK;
    zip_file_t *file = zip_fopen_index(zip, at, 0);

    if (file == NULL) {
        return eg_error_set(err, EG_E_FORMAT, out->name, "can not be unpacked: %s",
                            zip_strerror(zip));
    }
    eg_buf_init(&out->content, size > 0 ? size : 1);
    uint8_t *room = eg_buf_reserve(&out->content, size);
    if (room == NULL) {
        status = no_memory(err);
    } else if (zip_fread(file, room, size) != (zip_int64_t)size ||
               zip_fread(file, &beyond, 1) != 0) {
        status =
            eg_error_set(err, EG_E_FORMAT, out->name, "does not give the octets that it claims: %s",
                         zip_file_strerror(file));
    } else {
        out->content.len = size;
        room[size] = 0;
    }
    (void)zip_fclose(file);
    return status;
}

static enum eg_status take_entry(struct eg_tree *tree, size_t *left, zip_t *zip, zip_uint64_t at,
                                 struct eg_error *err)
{
    zip_stat_t stat;
    bool skip = false;

    if (zip_stat_index(zip, at, ZIP_FL_ENC_RAW, &stat) != 0) {
        return eg_error_set(err, EG_E_FORMAT, WHERE, "an entry can not be read: %s",
                            zip_strerror(zip));
    }
    enum eg_status status = judge(&skip, zip, at, &stat, *left, err);
    if (status != EG_OK || skip) {
        return status;
    }
    struct eg_tree_file *file = &tree->files[tree->count];
    file->name = strdup(stat.name);
    if (file->name == NULL) {
        return no_memory(err);
    }
    tree->count++;
    *left -= (size_t)stat.size;
    return read_octets(file, zip, at, (size_t)stat.size, err);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct eg_tree_file *)a)->name, ((const struct eg_tree_file *)b)->name);
}

static enum eg_status take_entries(struct eg_tree *out, zip_t *zip, struct eg_error *err)
{
    zip_int64_t count = zip_get_num_entries(zip, 0);
    struct eg_tree tree = {NULL, 0};
    size_t left = EG_PACKAGE_OCTETS_MAX;
    enum eg_status status = EG_OK;

    if (count < 0 || count > EG_PACKAGE_FILES_MAX) {
        return eg_error_set(err, EG_E_LIMIT, WHERE, "more than %d files", EG_PACKAGE_FILES_MAX);
    }
    tree.files = calloc((size_t)count + 1, sizeof *tree.files);
    if (tree.files == NULL) {
        return no_memory(err);
    }
    for (zip_int64_t at = 0; at < count; at++) {
        status = take_entry(&tree, &left, zip, (zip_uint64_t)at, err);
        if (status != EG_OK) {
            goto done;
        }
    }
    qsort(tree.files, tree.count, sizeof tree.files[0], by_name);
    for (size_t i = 1; i < tree.count; i++) {
        if (strcmp(tree.files[i - 1].name, tree.files[i].name) == 0) {
            status = eg_error_set(err, EG_E_DENIED, tree.files[i].name, "is there twice");
        }
        if (status != EG_OK) {
            goto done;
        }
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

enum eg_status eg_package_unzip(struct eg_tree *out, struct eg_bytes zip, struct eg_error *err)
{
    zip_error_t why;
    zip_source_t *source = NULL;
    zip_t *archive = NULL;

    if (zip.len > EG_ZIP_MAX) {
        return eg_error_set(err, EG_E_LIMIT, WHERE, "larger than %zu octets", EG_ZIP_MAX);
    }
    if (!is_bare(zip)) {
        return eg_error_set(err, EG_E_FORMAT, WHERE,
                            "is no zip file, is cut short, has a comment, or octets stand before "
                            "or behind it");
    }
    zip_error_init(&why);
    source = zip_source_buffer_create(zip.data, zip.len, 0, &why);
    archive =
        source != NULL ? zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &why) : NULL;
    if (archive == NULL) {
        enum eg_status status =
            eg_error_set(err, EG_E_FORMAT, WHERE, "can not be read: %s", zip_error_strerror(&why));
        zip_source_free(source);
        zip_error_fini(&why);
        return status;
    }
    zip_error_fini(&why);
    enum eg_status status = take_entries(out, archive, err);
    zip_discard(archive);
    return status;
}
