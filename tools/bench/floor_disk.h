/*
 * What it costs to hand octets to the disk and no more. For `emgate bench`, which sets our stages
 * beside it; nothing else uses it.
 */
#ifndef EG_BENCH_FLOOR_DISK_H
#define EG_BENCH_FLOOR_DISK_H

#include "base/bytes.h"

/* What one write takes with its share of the sync, in nanoseconds. */
struct eg_floor_time {
    int64_t cpu_ns, wall_ns;
};

/*
 * Append `octets` to a new file `rounds` times, synced after every `batch`. The file is removed.
 *
 *   path   where the file is made; must not be there
 *
 * EG_E_EXISTS, EG_E_IO, EG_E_USAGE (rounds or batch 0). `out` is untouched on failure. Any thread.
 * Blocks.
 */
EG_MUST_USE
enum eg_status eg_floor_write(struct eg_floor_time *out, const char *path, struct eg_bytes octets,
                              size_t rounds, size_t batch, struct eg_error *err);

#endif
