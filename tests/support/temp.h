/*
 * A folder of its own for a test, below $TMPDIR or /tmp, and files in it.
 */
#ifndef TESTS_SUPPORT_TEMP_H
#define TESTS_SUPPORT_TEMP_H

#include "base/bytes.h"

/* Make a new folder; the path has a blank in it, as a user's may. Free with temp_remove. */
char *temp_folder(void);

/* Remove the folder with all that is in it, free the path and set it to NULL. */
void temp_remove(char **folder);

/* Write octets to folder/name, as they are; folders named in `name` are made. */
void temp_write(const char *folder, const char *name, struct eg_bytes content);

/* The octets of folder/name; free with eg_buf_done. */
struct eg_buf temp_read(const char *folder, const char *name);

#endif
