/*
 * The only place that asks for the time.
 *
 * Thread: any. In builds with EG_TEST_HOOKS the variable EMGATE_TEST_CLOCK (a time in text form)
 * fixes the wall clock, or, as "@FILE", moves it by the milliseconds that the file holds at that
 * moment; other builds do not look at it.
 */
#ifndef EG_BASE_CLOCK_H
#define EG_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* The test clock is set. */
bool eg_clock_is_fixed(void);
/* UTC milliseconds since 1970. */
int64_t eg_clock_wall_ms(void);
/* Monotonic, counts through suspend. */
int64_t eg_clock_boot_ms(void);
/* CPU time of this thread and of this process, for measurements. */
int64_t eg_clock_thread_ns(void);
int64_t eg_clock_process_ns(void);

#endif
