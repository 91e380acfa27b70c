/*
 * Runs a fuzz target over stored inputs with any compiler, so that what fuzzing once found is tried
 * again in every ordinary test run. Each input is also tried cut short and with single octets
 * changed, at places that are the same in every run.
 *
 *   fuzz_NAME FILE|DIRECTORY...      exit status 0: the target came back from each
 */
#include "base/file.h"
#include "base/limits.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define INPUTS_MAX 10000
#define OCTETS_MAX (64 * EG_MIB)
/* Places tried in an input for each kind of change. */
#define PLACES_MAX 100
/* An input larger than this is tried as it is only: its variants would take minutes. */
#define VARIED_MAX (64 * EG_KIB)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t runs;

/* In memory of exactly its size, so that a sanitizer sees one octet too many. */
static void try_input(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size > 0 ? size : 1);
    if (copy == NULL) {
        fprintf(stderr, "no memory\n");
        exit(2);
    }
    if (size > 0) {
        memcpy(copy, data, size);
    }
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
    runs++;
}

static void try_variants(const uint8_t *data, size_t size)
{
    size_t step = size / PLACES_MAX + 1;
    uint8_t *copy = NULL;

    if (size == 0 || size > VARIED_MAX) {
        return;
    }
    copy = malloc(size);
    if (copy == NULL) {
        fprintf(stderr, "no memory\n");
        exit(2);
    }
    memcpy(copy, data, size);
    for (size_t at = 0; at < size; at += step) {
        try_input(data, at);
        copy[at] = (uint8_t)~data[at];
        try_input(copy, size);
        copy[at] = (uint8_t)(data[at] ^ 1);
        try_input(copy, size);
        copy[at] = data[at];
    }
    free(copy);
}

static void try_both(struct eg_bytes input)
{
    try_input(input.data, input.len);
    try_variants(input.data, input.len);
}

static int try_path(const char *path)
{
    struct eg_error err = {0};
    struct eg_tree tree = {0};
    struct eg_buf content = {0};
    struct stat info;
    int failed = 0;

    eg_buf_init(&content, OCTETS_MAX);
    if (stat(path, &info) == 0 && S_ISDIR(info.st_mode)) {
        failed = eg_tree_read(&tree, path, INPUTS_MAX, OCTETS_MAX, &err) != EG_OK;
        for (size_t i = 0; i < tree.count; i++) {
            try_both(eg_bytes_view(&tree.files[i].content));
        }
        eg_tree_done(&tree);
    } else {
        failed = eg_file_read(&content, path, &err) != EG_OK;
        if (!failed) {
            try_both(eg_bytes_view(&content));
        }
    }
    if (failed) {
        fprintf(stderr, "%s: %s: %s\n", path, err.where, err.text);
    }
    eg_buf_done(&content);
    return failed;
}

int main(int argc, char **argv)
{
    int failed = 0;

    try_input(NULL, 0);
    for (int i = 1; i < argc; i++) {
        failed |= try_path(argv[i]);
    }
    printf("%zu inputs tried\n", runs);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
