/*
 * Files that survive a crash: each step made to fail, and what is left then.
 */
#include "base/file.h"

#include "base/limits.h"
#include "tests/support/temp.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char *folder;
static struct eg_error err;

static void set_up(void)
{
    folder = temp_folder();
    memset(&err, 0, sizeof(err));
}

static void tear_down(void)
{
    unsetenv("EMGATE_TEST_FAULT");
    temp_remove(&folder);
}

TestSuite(file, .init = set_up, .fini = tear_down);
TestSuite(tree, .init = set_up, .fini = tear_down);

static char *in_folder(const char *name)
{
    char *path = eg_file_join(folder, name);

    cr_assert_not_null(path);
    return path;
}

static void assert_content(const char *name, const char *wanted)
{
    struct eg_buf content = temp_read(folder, name);

    cr_assert(eg_bytes_is(eg_bytes_view(&content), wanted));
    eg_buf_done(&content);
}

static size_t names_in_folder(void)
{
    size_t count = 0;
    DIR *dir = opendir(folder);

    while (readdir(dir) != NULL) {
        count++;
    }
    closedir(dir);
    return count - 2;
}

Test(file, writes_replaces_and_reads)
{
    char *path = in_folder("a file");
    struct stat found;

    cr_assert_eq(eg_file_write(path, eg_bytes_of("one"), 0600, &err), EG_OK);
    assert_content("a file", "one");
    cr_assert_eq(eg_file_write(path, EG_BYTES_NONE, 0600, &err), EG_OK);
    assert_content("a file", "");
    cr_assert_eq(stat(path, &found), 0);
    cr_assert_eq(found.st_mode & 0777, 0600);
    cr_assert_eq(names_in_folder(), 1, "no temporary file stays");
    free(path);
}

Test(file, a_failed_step_leaves_the_old_file_and_nothing_else)
{
    const char *const faults[] = {"file.write:1:ENOSPC", "file.sync:1", "file.rename:1:EACCES"};
    const int causes[] = {ENOSPC, EIO, EACCES};
    char *path = in_folder("kept");

    temp_write(folder, "kept", eg_bytes_of("old"));
    for (size_t i = 0; i < 3; i++) {
        setenv("EMGATE_TEST_FAULT", faults[i], 1);
        cr_assert_eq(eg_file_write(path, eg_bytes_of("new"), 0644, &err), EG_E_IO, "%s", faults[i]);
        cr_assert_eq(err.cause, causes[i]);
        cr_assert(err.retry);
        cr_assert_str_eq(err.where, path);
        assert_content("kept", "old");
        cr_assert_eq(names_in_folder(), 1, "%s left a file", faults[i]);
    }
    setenv("EMGATE_TEST_FAULT", "file.sync:2", 1);
    cr_assert_eq(eg_file_write(path, eg_bytes_of("new"), 0644, &err), EG_E_IO,
                 "sync of the directory");
    assert_content("kept", "new");
    free(path);
}

Test(file, killed_at_any_step_is_old_or_new_never_half)
{
    const char *const faults[] = {"file.write:1:kill", "file.sync:1:kill", "file.rename:1:kill",
                                  "file.sync:2:kill"};
    char *path = in_folder("kept");

    for (size_t i = 0; i < 4; i++) {
        int how = 0;
        temp_write(folder, "kept", eg_bytes_of("old"));
        pid_t child = fork();
        if (child == 0) {
            setenv("EMGATE_TEST_FAULT", faults[i], 1);
            _exit(eg_file_write(path, eg_bytes_of("new"), 0644, NULL) == EG_OK ? 0 : 1);
        }
        cr_assert_eq(waitpid(child, &how, 0), child);
        cr_assert(WIFSIGNALED(how) && WTERMSIG(how) == 9, "%s", faults[i]);
        assert_content("kept", i < 3 ? "old" : "new");
    }
    free(path);
}

Test(file, refuses_a_folder_that_is_not_there)
{
    char *path = in_folder("none/file");

    cr_assert_eq(eg_file_write(path, eg_bytes_of("x"), 0644, &err), EG_E_NOTFOUND);
    free(path);
}

Test(file, reads_up_to_the_ceiling_and_no_further)
{
    char *path = in_folder("four");
    struct eg_buf buf;

    temp_write(folder, "four", eg_bytes_of("abcd"));
    eg_buf_init(&buf, 4);
    cr_assert_eq(eg_file_read(&buf, path, &err), EG_OK);
    cr_assert_str_eq((char *)buf.data, "abcd");
    eg_buf_done(&buf);
    eg_buf_init(&buf, 3);
    cr_assert_eq(eg_file_read(&buf, path, &err), EG_E_LIMIT);
    cr_assert_eq(buf.len, 0);
    cr_assert_not(buf.failed);
    eg_buf_done(&buf);
    free(path);
}

Test(file, appends_to_what_the_buffer_holds)
{
    char *path = in_folder("f");
    struct eg_buf buf;

    temp_write(folder, "f", eg_bytes_of("two"));
    eg_buf_init(&buf, 100);
    eg_buf_text(&buf, "one ");
    cr_assert_eq(eg_file_read(&buf, path, &err), EG_OK);
    cr_assert_str_eq((char *)buf.data, "one two");
    eg_buf_done(&buf);
    free(path);
}

Test(file, refuses_what_is_no_regular_file)
{
    char *pipe_path = in_folder("pipe");
    char *none = in_folder("none");
    struct eg_buf buf;

    cr_assert_eq(mkfifo(pipe_path, 0600), 0);
    eg_buf_init(&buf, 100);
    cr_assert_eq(eg_file_read(&buf, pipe_path, &err), EG_E_IO);
    cr_assert_eq(eg_file_read(&buf, folder, &err), EG_E_IO);
    cr_assert_eq(eg_file_read(&buf, "/dev/zero", &err), EG_E_IO);
    cr_assert_eq(eg_file_read(&buf, none, &err), EG_E_NOTFOUND);
    cr_assert_eq(buf.len, 0);
    eg_buf_done(&buf);
    free(none);
    free(pipe_path);
}

Test(file, makes_folders_with_their_parents)
{
    char *path = in_folder("a//b/c/");
    char *blocked = in_folder("f/x");

    cr_assert_eq(eg_file_mkdirs(path, &err), EG_OK);
    cr_assert_eq(eg_file_mkdirs(path, &err), EG_OK, "fine if it is there");
    cr_assert_eq(access(path, F_OK), 0);
    temp_write(folder, "f", eg_bytes_of("x"));
    cr_assert_eq(eg_file_mkdirs(blocked, &err), EG_E_EXISTS, "a file stands in the way");
    cr_assert_neq(eg_file_mkdirs("", &err), EG_OK);
    free(blocked);
    free(path);
}

Test(file, removes_a_tree_but_follows_no_link)
{
    char *inner = in_folder("gone/deep/er");
    char *gone = in_folder("gone");
    char *link = in_folder("gone/link");
    char *kept = in_folder("kept");
    char *top_link = in_folder("top-link/");

    temp_write(folder, "kept/file", eg_bytes_of("x"));
    temp_write(folder, "gone/deep/er/file", eg_bytes_of("x"));
    cr_assert_eq(symlink(kept, link), 0);
    cr_assert_eq(eg_file_remove_tree(gone, &err), EG_OK);
    cr_assert_neq(access(gone, F_OK), 0);
    assert_content("kept/file", "x");
    cr_assert_eq(eg_file_remove_tree(gone, &err), EG_OK, "fine if it is not there");
    top_link[strlen(top_link) - 1] = '\0';
    cr_assert_eq(symlink(kept, top_link), 0);
    top_link[strlen(top_link)] = '/';
    cr_assert_neq(eg_file_remove_tree(top_link, &err), EG_OK, "a link at the top, with a slash");
    assert_content("kept/file", "x");
    free(top_link);
    free(kept);
    free(link);
    free(gone);
    free(inner);
}

Test(file, join_puts_one_slash_between)
{
    const char *const rows[][3] = {
        {"a", "b", "a/b"}, {"a/", "b", "a/b"}, {"", "b", "b"}, {"/", "b", "/b"}};

    for (size_t i = 0; i < 4; i++) {
        char *path = eg_file_join(rows[i][0], rows[i][1]);
        cr_assert_str_eq(path, rows[i][2]);
        free(path);
    }
}

Test(tree, holds_every_file_in_order)
{
    struct eg_tree tree = {0};

    temp_write(folder, "b", eg_bytes_of("2"));
    temp_write(folder, "a/z", eg_bytes_of("1"));
    temp_write(folder, "a-b", EG_BYTES_NONE);
    cr_assert_eq(eg_tree_read(&tree, folder, 3, 2, &err), EG_OK, "%s", err.text);
    cr_assert_eq(tree.count, 3);
    cr_assert_str_eq(tree.files[0].name, "a-b", "by octets: '-' before '/'");
    cr_assert_str_eq(tree.files[1].name, "a/z");
    cr_assert_str_eq(tree.files[2].name, "b");
    cr_assert(eg_bytes_is(eg_bytes_view(&eg_tree_find(&tree, "a/z")->content), "1"));
    cr_assert_null(eg_tree_find(&tree, "a"));
    cr_assert_null(eg_tree_find(&tree, ""));
    eg_tree_done(&tree);
    cr_assert_null(eg_tree_find(&tree, "b"));
}

Test(tree, refuses_one_file_or_one_octet_too_many)
{
    struct eg_tree tree = {0};

    temp_write(folder, "a", eg_bytes_of("12"));
    temp_write(folder, "b", eg_bytes_of("3"));
    cr_assert_eq(eg_tree_read(&tree, folder, 1, 100, &err), EG_E_LIMIT);
    cr_assert_eq(eg_tree_read(&tree, folder, 2, 2, &err), EG_E_LIMIT);
    cr_assert_eq(tree.count, 0, "untouched");
    cr_assert_eq(eg_tree_read(&tree, folder, 2, 3, &err), EG_OK);
    eg_tree_done(&tree);
}

Test(tree, refuses_links_devices_and_unclean_names)
{
    struct eg_tree tree = {0};
    const char *const names[] = {"link", "pipe", "bad\nname", "bad\xFFname"};

    for (size_t i = 0; i < 4; i++) {
        char *path = in_folder(names[i]);
        if (i == 0) {
            cr_assert_eq(symlink("/etc/passwd", path), 0);
        } else if (i == 1) {
            cr_assert_eq(mkfifo(path, 0600), 0);
        } else {
            temp_write(folder, names[i], eg_bytes_of("x"));
        }
        cr_assert_eq(eg_tree_read(&tree, folder, 10, 100, &err), EG_E_DENIED, "case %zu", i);
        cr_assert_eq(unlink(path), 0);
        free(path);
    }
    cr_assert_eq(eg_tree_read(&tree, folder, 10, 100, &err), EG_OK);
    eg_tree_done(&tree);
}

Test(tree, refuses_a_folder_that_is_not_there)
{
    struct eg_tree tree = {0};
    char *path = in_folder("none");

    cr_assert_eq(eg_tree_read(&tree, path, 10, 100, &err), EG_E_NOTFOUND);
    free(path);
}

/* ---- files that must be new ---- */

Test(file, creates_a_new_file_and_never_takes_the_place_of_one)
{
    char *path = in_folder("proof");

    cr_assert_eq(eg_file_create(path, eg_bytes_of("first"), 0644, &err), EG_OK, "%s", err.text);
    size_t names = names_in_folder();
    cr_assert_eq(eg_file_create(path, eg_bytes_of("second"), 0644, &err), EG_E_EXISTS);
    cr_assert_eq(eg_file_create(path, eg_bytes_of("first"), 0644, &err), EG_E_EXISTS);
    assert_content("proof", "first");
    cr_assert_eq(names_in_folder(), names, "no temporary file is left");
    free(path);
}

Test(file, does_not_create_over_a_directory_or_a_link_to_nowhere)
{
    char *path = in_folder("taken"), *link = in_folder("link");

    cr_assert_eq(mkdir(path, 0755), 0);
    cr_assert_eq(symlink("nowhere", link), 0);
    cr_assert_eq(eg_file_create(path, eg_bytes_of("x"), 0644, &err), EG_E_EXISTS);
    cr_assert_eq(eg_file_create(link, eg_bytes_of("x"), 0644, &err), EG_E_EXISTS);
    free(path);
    free(link);
}

Test(file, a_new_file_whose_writing_fails_is_not_there_at_all)
{
    static const char *const faults[] = {"file.write", "file.sync", "file.link"};

    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        char fault[64] = "";
        char *path = in_folder("half");
        size_t names = names_in_folder();
        snprintf(fault, sizeof(fault), "%s:1:EIO", faults[i]);
        setenv("EMGATE_TEST_FAULT", fault, 1);
        cr_assert_eq(eg_file_create(path, eg_bytes_of("x"), 0644, &err), EG_E_IO, "%s", faults[i]);
        unsetenv("EMGATE_TEST_FAULT");
        cr_assert_eq(names_in_folder(), names, "%s", faults[i]);
        free(path);
    }
}
