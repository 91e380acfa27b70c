/*
 * Why this file exists: a stylesheet of ten lines can make gigabytes, in few operations and without
 * calling a function that counts octets. The libraries have no ceiling of their own, and refusing
 * an allocation crashes them.
 */
#include "assess/xml/memory.h"

#include <libxml/xmlmemory.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

static _Thread_local struct eg_memory_watch *active;
static _Thread_local unsigned long refused;

static void add(size_t octets)
{
    struct eg_memory_watch *watch = active;

    if (watch == NULL) {
        return;
    }
    watch->live += octets;
    if (watch->live > watch->ceiling && !watch->exceeded) {
        watch->exceeded = true;
        watch->stop(watch->payload);
    }
}

/* What was there before begin may be freed in between: never below zero. */
static void subtract(size_t octets)
{
    if (active != NULL) {
        active->live -= octets < active->live ? octets : active->live;
    }
}

static void *counted_malloc(size_t size)
{
    void *data = malloc(size);

    refused += data == NULL && size > 0 ? 1 : 0;
    if (active != NULL && data != NULL) {
        add(malloc_usable_size(data));
    }
    return data;
}

static void counted_free(void *data)
{
    if (active != NULL && data != NULL) {
        subtract(malloc_usable_size(data));
    }
    free(data);
}

static void *counted_realloc(void *data, size_t size)
{
    size_t before = active != NULL && data != NULL ? malloc_usable_size(data) : 0;
    void *moved = realloc(data, size);

    refused += moved == NULL && size > 0 ? 1 : 0;
    if (active != NULL && moved != NULL) {
        subtract(before);
        add(malloc_usable_size(moved));
    }
    return moved;
}

static char *counted_strdup(const char *text)
{
    size_t len = strlen(text) + 1;
    char *copy = counted_malloc(len);

    if (copy != NULL) {
        memcpy(copy, text, len);
    }
    return copy;
}

enum eg_status eg_memory_init(struct eg_error *err)
{
    if (xmlMemSetup(counted_free, counted_malloc, counted_realloc, counted_strdup) != 0) {
        return eg_error_set(err, EG_E_INTERNAL, "libxml2", "does not take an allocator");
    }
    return EG_OK;
}

void eg_memory_begin(struct eg_memory_watch *watch, size_t ceiling, void (*stop)(void *payload),
                     void *payload)
{
    *watch = (struct eg_memory_watch){
        .ceiling = ceiling, .stop = stop, .payload = payload, .outer = active};
    active = watch;
}

void eg_memory_end(struct eg_memory_watch *watch)
{
    active = watch->outer;
}

unsigned long eg_memory_refused(void)
{
    return refused;
}
