/*
 * What it costs to hand octets to the disk and no more. For `emgate bench`, which sets our stages
 * beside it; nothing else uses it.
 */
#ifndef EG_BENCH_FLOOR_DISK_H
#define EG_BENCH_FLOOR_DISK_H

#include "base/bytes.h"

/*
 * Append `octets` to a new file `rounds` times, synced after every `batch`. The file is removed.
 *
 *   cpu_ns_out   CPU of one write with its share of the sync, in nanoseconds
 *   wall_ns_out  the same on the wall
 *   path         where the file is made; must not be there
 *
 * EG_E_EXISTS, EG_E_IO, EG_E_USAGE (rounds or batch 0). Outputs untouched on failure. Any thread.
 * Blocks.
 */
EG_MUST_USE
enum eg_status eg_floor_write(int64_t *cpu_ns_out, int64_t *wall_ns_out, const char *path,
                              struct eg_bytes octets, size_t rounds, size_t batch,
                              struct eg_error *err);

#endif
