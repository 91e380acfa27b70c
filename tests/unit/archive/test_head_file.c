/*
 * The file of the head note: what was put is there, and what could not be put leaves what was.
 */
#include "archive/head_file.h"

#include "base/file.h"
#include "tests/support/temp.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ORIGIN "log.test.example"

static const uint8_t seed[EG_ED25519_KEY_LEN] = {1, 2, 3};
static uint8_t key[EG_ED25519_KEY_LEN];
static char *folder, *path;
static struct eg_head_file *file;
static struct eg_error err;

static struct eg_checkpoint sign(struct eg_buf *out, uint64_t size)
{
    struct eg_checkpoint head = {.origin = ORIGIN, .size = size, .root = {{(uint8_t)size}}};

    eg_buf_init(out, EG_SIGNED_TEXT_MAX);
    cr_assert_eq(eg_checkpoint_sign(out, &head, seed, key, &err), EG_OK);
    return head;
}

static enum eg_status create(uint64_t size)
{
    struct eg_buf text;
    (void)sign(&text, size);
    enum eg_status status = eg_head_file_create(path, eg_bytes_view(&text), &err);
    eg_buf_done(&text);
    return status;
}

static enum eg_status put(uint64_t size)
{
    struct eg_buf text;
    struct eg_checkpoint head = sign(&text, size);
    enum eg_status status = eg_head_file_put(file, &head, eg_bytes_view(&text), &err);
    eg_buf_done(&text);
    return status;
}

static enum eg_status open_file(void)
{
    return eg_head_file_open(&file, path, ORIGIN, key, &err);
}

static void assert_on_disk(uint64_t size)
{
    eg_head_file_close(&file);
    cr_assert_eq(open_file(), EG_OK, "%s", err.text);
    cr_assert_eq(eg_head_file_note(file)->newest.size, size);
}

static void setup(void)
{
    folder = temp_folder();
    path = eg_file_join(folder, "archive.db.head");
    cr_assert_eq(eg_ed25519_public(key, seed, &err), EG_OK);
    cr_assert_eq(create(0), EG_OK, "%s", err.text);
    cr_assert_eq(open_file(), EG_OK, "%s", err.text);
}

static void teardown(void)
{
    unsetenv("EMGATE_TEST_FAULT");
    eg_head_file_close(&file);
    free(path);
    temp_remove(&folder);
}

TestSuite(head_file, .init = setup, .fini = teardown, .timeout = 60);

Test(head_file, keeps_the_newest_of_many)
{
    for (uint64_t size = 1; size < 20; size++) {
        cr_assert_eq(put(size * size), EG_OK, "%s", err.text);
        assert_on_disk(size * size);
        cr_assert_not(eg_head_file_note(file)->damaged);
    }
}

Test(head_file, does_not_go_back)
{
    cr_assert_eq(put(7), EG_OK);
    cr_assert_eq(put(6), EG_E_USAGE);
    assert_on_disk(7);
}

Test(head_file, is_not_made_over_anything)
{
    cr_assert_eq(put(7), EG_OK);
    cr_assert_eq(create(0), EG_E_EXISTS);
    assert_on_disk(7);
}

Test(head_file, keeps_the_head_before_when_writing_fails_and_goes_on)
{
    static const char *const points[] = {"head.write:1", "head.torn:1", "head.sync:1"};
    for (uint64_t i = 0; i < 3; i++) {
        cr_assert_eq(put(10 * i + 1), EG_OK, "%s", err.text);
        setenv("EMGATE_TEST_FAULT", points[i], 1);
        cr_assert_eq(put(10 * i + 2), EG_E_IO, "%s", points[i]);
        cr_assert_eq(eg_head_file_note(file)->newest.size, 10 * i + 1);
        unsetenv("EMGATE_TEST_FAULT");
        if (i < 2) {
            assert_on_disk(10 * i + 1);
        }
        cr_assert_eq(put(10 * i + 3), EG_OK, "%s", err.text);
        assert_on_disk(10 * i + 3);
    }
}

Test(head_file, writes_to_no_file_that_took_its_place)
{
    char away[300];
    snprintf(away, sizeof(away), "%s-away", path);
    cr_assert_eq(rename(path, away), 0);
    cr_assert_eq(put(1), EG_E_STATE);
    cr_assert(strstr(err.text, "was removed"), "%s", err.text);
    cr_assert_eq(create(0), EG_OK);
    cr_assert_eq(put(1), EG_E_STATE);
    cr_assert(strstr(err.text, "was replaced"), "%s", err.text);
    cr_assert_eq(rename(away, path), 0);
    cr_assert_eq(put(1), EG_OK, "%s", err.text);
    assert_on_disk(1);
}

static void is_refused(struct eg_bytes octets, enum eg_status expected)
{
    eg_head_file_close(&file);
    temp_write(folder, "archive.db.head", octets);
    cr_assert_eq(open_file(), expected, "%s", err.text);
    cr_assert_null(file);
    cr_assert(strstr(err.where, "archive.db.head"), "%s", err.where);
}

Test(head_file, is_refused_when_empty_cut_off_or_too_long)
{
    struct eg_buf good = temp_read(folder, "archive.db.head");
    is_refused(EG_BYTES_NONE, EG_E_FORMAT);
    is_refused((struct eg_bytes){good.data, good.len - 1}, EG_E_FORMAT);
    is_refused((struct eg_bytes){good.data, good.len / 2}, EG_E_FORMAT);
    struct eg_buf longer;
    eg_buf_init(&longer, 2 * EG_HEAD_NOTE_LEN);
    eg_buf_bytes(&longer, eg_bytes_view(&good));
    eg_buf_char(&longer, '\n');
    is_refused(eg_bytes_view(&longer), EG_E_FORMAT);
    eg_buf_done(&longer);
    eg_buf_done(&good);
}

Test(head_file, is_refused_when_missing_a_folder_or_a_pipe)
{
    eg_head_file_close(&file);
    cr_assert_eq(unlink(path), 0);
    cr_assert_eq(open_file(), EG_E_NOTFOUND);
    cr_assert_eq(mkdir(path, 0755), 0);
    cr_assert_eq(open_file(), EG_E_IO);
    cr_assert_eq(create(0), EG_E_EXISTS);
    cr_assert_eq(rmdir(path), 0);
    cr_assert_eq(mkfifo(path, 0600), 0);
    cr_assert_eq(open_file(), EG_E_IO);
}
