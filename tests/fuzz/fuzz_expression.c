/*
 * Formulas and conditions as a careless publisher writes them, and units.
 */
#include "assess/language/expression.h"
#include "base/limits.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool count_node(const struct eg_expression *node, void *payload)
{
    size_t *left = payload;
    return node->column > 0 && (*left)-- > 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct eg_arena arena = {0};
    struct eg_unit unit = {0};
    char *text = eg_bytes_dup((struct eg_bytes){data, size});
    if (text == NULL) {
        return 0;
    }
    (void)eg_unit_read((struct eg_bytes){data, size}, &unit);
    for (int form = EG_FORM_VALUE; form <= EG_FORM_CONDITION; form++) {
        const struct eg_expression *root = NULL;
        struct eg_error err = {0};
        size_t left = 100000;
        eg_arena_init(&arena, EG_MIB);
        if (eg_expression_read(&root, &arena, text, (enum eg_expression_form)form, "f", &err) ==
            EG_OK) {
            (void)eg_expression_walk(root, count_node, &left);
        }
        eg_arena_done(&arena);
    }
    free(text);
    return 0;
}
