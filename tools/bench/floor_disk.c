/*
 * Bare writes with a sync per batch: what an archive of any make pays at least.
 */
#include "bench/floor_disk.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#define FLOOR_MODE 0600

/* Steady and fine enough for single writes. */
static int64_t wall_ns(void)
{
    struct timespec now = {0};

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static bool write_all(int fd, struct eg_bytes octets)
{
    size_t written = 0;

    while (written < octets.len) {
        ssize_t step = write(fd, octets.data + written, octets.len - written);
        if (step < 0 && errno != EINTR) {
            return false;
        }
        written += step > 0 ? (size_t)step : 0;
    }
    return true;
}

enum eg_status eg_floor_write(struct eg_floor_time *out, const char *path, struct eg_bytes octets,
                              size_t rounds, size_t batch, struct eg_error *err)
{
    enum eg_status status = EG_OK;
    int64_t cpu_ns = 0;
    int64_t started_ns = 0;
    int fd = -1;

    if (rounds == 0 || batch == 0) {
        return eg_error_set(err, EG_E_USAGE, "rounds", "at least 1 round in batches of at least 1");
    }
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, FLOOR_MODE);
    if (fd < 0) {
        return eg_error_errno(err, path, errno, "the file to write can not be made");
    }
    cpu_ns = eg_clock_thread_ns();
    started_ns = wall_ns();
    for (size_t i = 0; i < rounds; i++) {
        bool sync = (i + 1) % batch == 0 || i + 1 == rounds;
        if (!write_all(fd, octets) || (sync && fdatasync(fd) != 0)) {
            status = eg_error_errno(err, path, errno, "a write failed");
            goto done;
        }
    }
    out->cpu_ns = (eg_clock_thread_ns() - cpu_ns) / (int64_t)rounds;
    out->wall_ns = (wall_ns() - started_ns) / (int64_t)rounds;

done:
    (void)close(fd);
    (void)unlink(path);
    return status;
}
