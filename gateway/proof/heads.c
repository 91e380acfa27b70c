/*
 * The rules of heads.h, in their order.
 */
#include "proof/heads.h"

static bool later_but_smaller(const struct eg_receipt *a, const struct eg_receipt *b)
{
    return a->entry.recorded_at_ms > b->entry.recorded_at_ms &&
           a->checkpoint.size < b->checkpoint.size;
}

enum eg_heads_relation eg_heads_compare(const char **why_out, const struct eg_receipt *held,
                                        const struct eg_receipt *seen)
{
    uint64_t before = held->checkpoint.size, now = seen->checkpoint.size;
    const char *why = NULL;

    if (now == before && !eg_digest_equal(&held->checkpoint.root, &seen->checkpoint.root)) {
        why = "the log has signed two roots for one size";
    } else if (later_but_smaller(seen, held) || later_but_smaller(held, seen)) {
        why = "the log has recorded later what is in the smaller tree";
    } else if (held->index == seen->index && !eg_bytes_equal(eg_bytes_view(&held->entry_text),
                                                             eg_bytes_view(&seen->entry_text))) {
        why = "the log has two entries under one index";
    }
    *why_out = why;
    return why != NULL     ? EG_HEADS_CONTRADICTION
           : now == before ? EG_HEADS_SAME
           : now > before  ? EG_HEADS_NEWER
                           : EG_HEADS_OLDER;
}
