/*
 * A data race on purpose: ThreadSanitizer must report it.
 */
#include <pthread.h>
#include <stddef.h>

static int shared;

static void *count(void *unused)
{
    (void)unused;
    for (int i = 0; i < 100000; i++) {
        shared++;
    }
    return NULL;
}

int main(void)
{
    pthread_t a, b;
    if (pthread_create(&a, NULL, count, NULL) != 0 || pthread_create(&b, NULL, count, NULL) != 0) {
        return 2;
    }
    pthread_join(a, NULL);
    pthread_join(b, NULL);
    return shared > 0 ? 0 : 1;
}
