/*
 * Any octets as a packed package: what unpacks packs to the same octets again, and its package.xml
 * and SIGNED are refused or taken.
 */
#include "assess/judge/engine.h"
#include "assess/package/package.h"
#include "base/limits.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct eg_bytes octets = {data, size};
    struct eg_tree tree = {NULL, 0};
    struct eg_package *package = NULL;
    struct eg_buf again;

    if (eg_package_unpack(&tree, octets, NULL) != EG_OK) {
        return 0;
    }
    eg_buf_init(&again, EG_PACKAGE_OCTETS_MAX);
    if (eg_package_pack(&again, &tree, NULL) != EG_OK ||
        !eg_bytes_equal(eg_bytes_view(&again), octets)) {
        abort();
    }
    eg_buf_done(&again);
    if (eg_engine_init(NULL) != EG_OK) {
        abort();
    }
    if (eg_package_parse(&package, &tree, true, NULL) == EG_OK) {
        eg_package_free(&package);
    }
    eg_tree_done(&tree);
    eg_engine_done();
    return 0;
}
