/*
 * Packages as zip files: the same tree gives the same octets, and no hostile zip becomes a tree.
 */
#include "assess/package/package_zip.h"

#include "assess/package/package.h"
#include "base/limits.h"
#include "tests/support/temp.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zip.h>

static struct eg_error err;

/* ---- making zips, good and bad ----------------------------------------------------------------
 */

struct part {
    const char *name;
    const char *content;
    mode_t mode; /* 0: regular file */
    zip_int32_t method;
    zip_uint16_t encryption;
};

static struct eg_buf make(const struct part *parts, size_t count, const char *comment)
{
    zip_source_t *source = zip_source_buffer_create(NULL, 0, 0, NULL);
    zip_t *zip = zip_open_from_source(source, ZIP_TRUNCATE, NULL);
    struct eg_buf out;
    zip_stat_t stat;
    zip_source_keep(source);
    for (size_t i = 0; i < count; i++) {
        char room[300];
        zip_source_t *content =
            zip_source_buffer(zip, parts[i].content, strlen(parts[i].content), 0);
        snprintf(room, sizeof room, "%s", parts[i].name);
        zip_int64_t at = zip_file_add(zip, room, content, ZIP_FL_ENC_UTF_8);
        cr_assert_geq(at, 0, "%s: %s", room, zip_strerror(zip));
        mode_t mode = parts[i].mode != 0 ? parts[i].mode : S_IFREG | 0644;
        (void)zip_file_set_external_attributes(zip, (zip_uint64_t)at, 0, ZIP_OPSYS_UNIX,
                                               (zip_uint32_t)mode << 16);
        (void)zip_set_file_compression(zip, (zip_uint64_t)at, parts[i].method, 0);
        if (parts[i].encryption != 0) {
            cr_assert_eq(zip_file_set_encryption(zip, (zip_uint64_t)at, parts[i].encryption, "x"),
                         0);
        }
    }
    if (comment != NULL) {
        (void)zip_set_archive_comment(zip, comment, (zip_uint16_t)strlen(comment));
    }
    cr_assert_eq(zip_close(zip), 0);
    cr_assert_eq(zip_source_stat(source, &stat), 0);
    cr_assert_eq(zip_source_open(source), 0);
    eg_buf_init(&out, 256 * EG_MIB);
    uint8_t *room = eg_buf_reserve(&out, (size_t)stat.size);
    cr_assert_eq(zip_source_read(source, room, stat.size), (zip_int64_t)stat.size);
    out.len += (size_t)stat.size;
    zip_source_close(source);
    zip_source_free(source);
    return out;
}

static enum eg_status unzip(struct eg_bytes zip)
{
    struct eg_tree tree = {NULL, 0};
    memset(&err, 0, sizeof err);
    enum eg_status status = eg_package_unzip(&tree, zip, &err);
    if (status != EG_OK) {
        cr_assert_null(tree.files);
        cr_assert_neq(err.text[0], '\0');
    }
    eg_tree_done(&tree);
    return status;
}

static enum eg_status unzip_parts(const struct part *parts, size_t count, const char *comment)
{
    struct eg_buf zip = make(parts, count, comment);
    enum eg_status status = unzip(eg_bytes_view(&zip));
    eg_buf_done(&zip);
    return status;
}

static enum eg_status unzip_one(struct part part)
{
    return unzip_parts(&part, 1, NULL);
}

/* Every `old` becomes `new`, of the same length: names in head and directory alike. */
static void patch(struct eg_buf *zip, const char *old, const char *new)
{
    size_t len = strlen(old);
    for (uint8_t *at = zip->data; (at = memmem(at, zip->len - (size_t)(at - zip->data), old, len));
         at += len) {
        memcpy(at, new, len);
    }
}

/* ---- good ones --------------------------------------------------------------------------------
 */

Test(package_zip, comes_back_as_the_tree_that_it_was)
{
    struct eg_tree tree = {NULL, 0}, back = {NULL, 0};
    struct eg_buf zip, again;
    cr_assert_eq(eg_package_tree(&tree, "rules/eu.ied.annex-v.gas-turbine", &err), EG_OK);
    eg_buf_init(&zip, EG_ZIP_MAX);
    eg_buf_init(&again, EG_ZIP_MAX);
    cr_assert_eq(eg_package_zip(&zip, &tree, &err), EG_OK, "%s", err.text);
    cr_assert(eg_package_is_zip(eg_bytes_view(&zip)));
    cr_assert_eq(eg_package_unzip(&back, eg_bytes_view(&zip), &err), EG_OK, "%s: %s", err.where,
                 err.text);
    cr_assert_eq(back.count, tree.count);
    for (size_t i = 0; i < tree.count; i++) {
        cr_expect_str_eq(back.files[i].name, tree.files[i].name);
        cr_expect(eg_bytes_equal(eg_bytes_view(&back.files[i].content),
                                 eg_bytes_view(&tree.files[i].content)));
    }
    cr_assert_eq(eg_package_zip(&again, &back, &err), EG_OK);
    cr_assert(eg_bytes_equal(eg_bytes_view(&zip), eg_bytes_view(&again)), "same octets");
    eg_tree_done(&tree);
    eg_tree_done(&back);
    eg_buf_done(&zip);
    eg_buf_done(&again);
}

Test(package_zip, has_the_same_octets_in_every_time_zone)
{
    const struct eg_tree_file *none = NULL;
    struct eg_tree_file file = {.name = (char[]){"a.xml"}};
    struct eg_tree tree = {&file, 1};
    struct eg_buf zips[2];
    (void)none;
    eg_buf_init(&file.content, 10);
    eg_buf_text(&file.content, "<a/>");
    for (int i = 0; i < 2; i++) {
        setenv("TZ", i == 0 ? "UTC" : "Asia/Tokyo", 1);
        eg_buf_init(&zips[i], EG_MIB);
        cr_assert_eq(eg_package_zip(&zips[i], &tree, &err), EG_OK);
    }
    cr_assert(eg_bytes_equal(eg_bytes_view(&zips[0]), eg_bytes_view(&zips[1])));
    eg_buf_done(&zips[0]);
    eg_buf_done(&zips[1]);
    eg_buf_done(&file.content);
}

Test(package_zip, is_read_as_a_package_where_a_folder_is)
{
    char *folder = temp_folder();
    struct eg_tree tree = {NULL, 0};
    struct eg_package *from_zip = NULL, *from_folder = NULL;
    struct eg_buf zip;
    cr_assert_eq(eg_package_tree(&tree, "rules/eu.ied.annex-v.gas-turbine", &err), EG_OK);
    eg_buf_init(&zip, EG_ZIP_MAX);
    cr_assert_eq(eg_package_zip(&zip, &tree, &err), EG_OK);
    temp_write(folder, "p.zip", eg_bytes_view(&zip));
    temp_write(folder, "p.txt", eg_bytes_of("no zip at all, but a file"));
    char *path = eg_file_join(folder, "p.zip"), *text = eg_file_join(folder, "p.txt");
    cr_assert_eq(eg_package_read(&from_zip, path, true, &err), EG_OK, "%s", err.text);
    cr_assert_eq(eg_package_read(&from_folder, "rules/eu.ied.annex-v.gas-turbine", true, &err),
                 EG_OK);
    cr_assert(eg_digest_equal(&from_zip->ref.digest, &from_folder->ref.digest));
    eg_package_free(&from_zip);
    cr_assert_eq(eg_package_read(&from_zip, text, true, &err), EG_E_FORMAT);
    eg_package_free(&from_folder);
    eg_buf_done(&zip);
    eg_tree_done(&tree);
    free(path);
    free(text);
    temp_remove(&folder);
}

Test(package_zip, may_be_deflated_and_have_folders)
{
    const struct part parts[] = {
        {.name = "b/", .content = ""},
        {.name = "b/c.xml", .content = "cccccccccccccccccccccccccccccc", .method = ZIP_CM_DEFLATE},
        {.name = "a.xml", .content = ""}};
    cr_assert_eq(unzip_parts(parts, 3, NULL), EG_OK, "%s: %s", err.where, err.text);
}

/* ---- bad ones ---------------------------------------------------------------------------------
 */

Test(package_zip, refuses_names_that_are_not_a_package_s)
{
    static const char *const names[] = {"/etc/passwd", "../a",   "a/../b",       "a//b",
                                        "./a",         "a\\b",   "C:/a",         "a b",
                                        ".hidden",     "a/.git", "\xc3\xa4.xml", "a/"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        cr_expect_eq(unzip_one((struct part){.name = names[i], .content = "x"}), EG_E_DENIED, "%s",
                     names[i]);
    }
}

Test(package_zip, refuses_links_and_devices)
{
    static const mode_t modes[] = {S_IFLNK | 0777, S_IFDIR | 0755, S_IFIFO | 0644,
                                   S_IFCHR | 0644, S_IFBLK | 0644, S_IFSOCK | 0644};
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        cr_expect_eq(unzip_one((struct part){.name = "a", .content = "/etc", .mode = modes[i]}),
                     EG_E_DENIED, "%o", modes[i]);
        cr_expect_not_null(strstr(err.text, "link"));
    }
}

Test(package_zip, refuses_a_name_that_is_there_twice)
{
    const struct part parts[] = {{.name = "a1.xml", .content = "one"},
                                 {.name = "a2.xml", .content = "two"}};
    struct eg_buf zip = make(parts, 2, NULL);
    cr_assert_eq(unzip(eg_bytes_view(&zip)), EG_OK);
    patch(&zip, "a2.xml", "a1.xml");
    cr_assert_neq(unzip(eg_bytes_view(&zip)), EG_OK);
    eg_buf_done(&zip);
}

Test(package_zip, refuses_a_file_that_is_a_folder_too)
{
    const struct part parts[] = {{.name = "checks/a.sch", .content = "one"},
                                 {.name = "checks-b", .content = "two"},
                                 {.name = "checks", .content = "three"}};
    struct eg_buf zip = make(parts, 2, NULL);
    cr_assert_eq(unzip(eg_bytes_view(&zip)), EG_OK);
    eg_buf_done(&zip);
    zip = make(parts, 3, NULL);
    cr_assert_eq(unzip(eg_bytes_view(&zip)), EG_E_DENIED);
    cr_assert_str_eq(err.where, "checks");
    eg_buf_done(&zip);
}

Test(package_zip, refuses_an_encrypted_file)
{
    cr_assert_eq(
        unzip_one((struct part){.name = "a", .content = "secret", .encryption = ZIP_EM_AES_256}),
        EG_E_DENIED);
    cr_assert_not_null(strstr(err.text, "encrypted"));
}

Test(package_zip, refuses_other_methods)
{
    if (zip_compression_method_supported(ZIP_CM_BZIP2, 1) == 0) {
        return;
    }
    cr_assert_eq(unzip_one((struct part){.name = "a",
                                         .content = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                                                    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                                                    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                                         .method = ZIP_CM_BZIP2}),
                 EG_E_DENIED);
}

Test(package_zip, refuses_octets_around_it_and_a_comment)
{
    const struct part part = {.name = "a", .content = "x"};
    struct eg_buf zip = make(&part, 1, NULL), changed;
    eg_buf_init(&changed, EG_MIB);
    eg_buf_bytes(&changed, eg_bytes_view(&zip));
    eg_buf_char(&changed, '\0');
    cr_assert_eq(unzip(eg_bytes_view(&changed)), EG_E_FORMAT);
    eg_buf_reset(&changed);
    eg_buf_text(&changed, "#!/bin/sh\n");
    eg_buf_bytes(&changed, eg_bytes_view(&zip));
    cr_assert_eq(unzip(eg_bytes_view(&changed)), EG_E_FORMAT);
    cr_assert_eq(unzip_parts(&part, 1, "a comment"), EG_E_FORMAT);
    eg_buf_done(&zip);
    eg_buf_done(&changed);
}

Test(package_zip, refuses_too_many_files)
{
    size_t count = EG_PACKAGE_FILES_MAX + 1;
    struct part *parts = calloc(count, sizeof *parts);
    char(*names)[16] = calloc(count, sizeof *names);
    for (size_t i = 0; i < count; i++) {
        snprintf(names[i], sizeof names[i], "f%zu", i);
        parts[i] = (struct part){.name = names[i], .content = ""};
    }
    cr_assert_eq(unzip_parts(parts, count, NULL), EG_E_LIMIT);
    cr_assert_eq(unzip_parts(parts, count - 1, NULL), EG_OK);
    free(parts);
    free(names);
}

Test(package_zip, refuses_a_bomb)
{
    /* 65 MiB of blanks deflate to some 66 KB. */
    size_t len = EG_PACKAGE_OCTETS_MAX + EG_MIB;
    char *blanks = malloc(len + 1);
    memset(blanks, ' ', len);
    blanks[len] = '\0';
    struct part part = {.name = "bomb", .content = blanks, .method = ZIP_CM_DEFLATE};
    struct eg_buf zip = make(&part, 1, NULL);
    cr_assert_lt(zip.len, EG_MIB);
    cr_assert_eq(unzip(eg_bytes_view(&zip)), EG_E_LIMIT, "%s", err.text);
    eg_buf_done(&zip);
    blanks[len / 2] = '\0'; /* two halves are as much */
    const struct part halves[] = {{.name = "a", .content = blanks, .method = ZIP_CM_DEFLATE},
                                  {.name = "b", .content = blanks, .method = ZIP_CM_DEFLATE}};
    cr_assert_eq(unzip_parts(halves, 2, NULL), EG_E_LIMIT);
    cr_assert_eq(unzip_parts(halves, 1, NULL), EG_OK);
    free(blanks);
}

Test(package_zip, refuses_a_size_that_is_not_what_comes_out)
{
    char blanks[2001];
    memset(blanks, ' ', 2000);
    blanks[2000] = '\0';
    const struct part part = {.name = "a", .content = blanks, .method = ZIP_CM_DEFLATE};
    struct eg_buf zip = make(&part, 1, NULL);
    patch(&zip, "\xd0\x07", "\xcf\x07"); /* 2000 becomes 1999 in head and directory */
    cr_assert_eq(unzip(eg_bytes_view(&zip)), EG_E_FORMAT, "%s", err.text);
    patch(&zip, "\xcf\x07", "\xd1\x07");
    cr_assert_eq(unzip(eg_bytes_view(&zip)), EG_E_FORMAT, "%s", err.text);
    eg_buf_done(&zip);
}

Test(package_zip, refuses_a_content_that_is_not_what_its_crc_says)
{
    const struct part part = {.name = "a", .content = "the first content"};
    struct eg_buf zip = make(&part, 1, NULL);
    patch(&zip, "the first content", "the other content");
    cr_assert_eq(unzip(eg_bytes_view(&zip)), EG_E_FORMAT);
    eg_buf_done(&zip);
}

Test(package_zip, refuses_every_cut)
{
    const struct part parts[] = {{.name = "a", .content = "x"}, {.name = "b", .content = "y"}};
    struct eg_buf zip = make(parts, 2, NULL);
    for (size_t len = 0; len < zip.len; len++) {
        cr_expect_eq(unzip((struct eg_bytes){zip.data, len}), EG_E_FORMAT, "%zu", len);
    }
    eg_buf_done(&zip);
}
