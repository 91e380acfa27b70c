/*
 * A table of descriptors of a thread's own: what one side uses up or closes is the other's still.
 */
#include "flow/daemon/descriptors.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#define FEW 64

static int shared_fd;

/* Opens until nothing is left; returns how many. */
static int use_up(void)
{
    int count = 0;
    while (open("/dev/null", O_RDONLY | O_CLOEXEC) >= 0) {
        count++;
    }
    return count;
}

static void *of_its_own(void *payload)
{
    int *result = payload;
    char octet = 'x';
    result[0] = eg_descriptors_own();
    result[1] = use_up();
    result[2] = write(shared_fd, &octet, 1) == 1; /* open before, so it is there */
    close(shared_fd);
    return NULL;
}

static void *of_another(void *payload)
{
    pthread_t thread;
    cr_assert_eq(pthread_create(&thread, NULL, of_its_own, payload), 0);
    pthread_join(thread, NULL);
    return NULL;
}

Test(descriptors, used_up_by_one_thread_are_there_for_the_others)
{
    int ends[2];
    int result[3] = {0};
    char octet = 0;
    struct rlimit few = {FEW, FEW};
    cr_assert_eq(pipe(ends), 0);
    shared_fd = ends[1];
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
    of_another(result);
    cr_assert(result[0]);
    cr_assert_gt(result[1], 0);
    cr_assert(result[2]);
    int mine = use_up();
    cr_assert_eq(mine, result[1], "as many as in the other table");
    cr_assert_eq(read(ends[0], &octet, 1), 1);
    cr_assert_eq(write(ends[1], "y", 1), 1, "closed in the other table only");
    for (int fd = ends[1] + 1; fd < FEW; fd++) {
        close(fd); /* a sanitizer's search for leaks at the end opens files */
    }
}
