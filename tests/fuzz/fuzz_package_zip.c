/*
 * Zip files of packages: whatever comes in, a tree comes out that is a package's (names, order,
 * bounds), zips again, and is the same tree after it; or nothing.
 */
#include "assess/package/package_zip.h"

#include "assess/package/signed.h"
#include "base/limits.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void zip_again(const struct eg_tree *tree)
{
    struct eg_tree back = {NULL, 0};
    struct eg_buf zip;
    struct eg_error err = {0};

    eg_buf_init(&zip, EG_ZIP_MAX);
    if (eg_package_zip(&zip, tree, &err) != EG_OK ||
        eg_package_unzip(&back, eg_bytes_view(&zip), &err) != EG_OK || back.count != tree->count) {
        abort();
    }
    eg_tree_done(&back);
    eg_buf_done(&zip);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct eg_tree tree = {NULL, 0};
    struct eg_error err = {0};

    if (eg_package_unzip(&tree, (struct eg_bytes){data, size}, &err) != EG_OK) {
        if (err.status == EG_OK || tree.files != NULL) {
            abort();
        }
        return 0;
    }
    if (tree.count > 0) {
        zip_again(&tree);
    }
    eg_tree_done(&tree);
    return 0;
}
