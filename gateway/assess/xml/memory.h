/*
 * A ceiling on what libxml2 and libxslt hold while one piece of work runs on this thread.
 *
 * Allocations are never refused (libxml2 2.9 crashes when one is): when the ceiling is passed a
 * callback asks the work to stop at its next step. The machine may refuse one, though, and the
 * libraries then go on with half of what they made, or call a document malformed: who judges by
 * them asks afterwards whether that has happened.
 */
#ifndef EG_ASSESS_MEMORY_H
#define EG_ASSESS_MEMORY_H

#include "base/bytes.h"

/* Once per process, before the libraries allocate anything: puts the counting allocator in place.
 */
EG_MUST_USE
enum eg_status eg_memory_init(struct eg_error *err);

struct eg_memory_watch {
    /* octets held since begin; at most */
    size_t live, ceiling;
    /* stays set */
    bool exceeded;
    /* called once, in the middle of an allocation: sets flags only */
    void (*stop)(void *payload);
    void *payload;
    struct eg_memory_watch *outer;
};

/* Begin and end on one thread; watches nest, the innermost counts. */
void eg_memory_begin(struct eg_memory_watch *watch, size_t ceiling, void (*stop)(void *payload),
                     void *payload);
void eg_memory_end(struct eg_memory_watch *watch);

/* How many allocations of the libraries failed on this thread so far. */
unsigned long eg_memory_refused(void);

#endif
