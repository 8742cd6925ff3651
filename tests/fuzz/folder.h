/* folder.h - a folder for targets whose parsers read files
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

/* The path of @name ("a/b" too) in this process's own folder, which is made at the first call and removed at exit.
 * (transfer full) */
char *fuzz_path (const char *name);
/* Writes that file, and returns its path, (transfer full). */
char *fuzz_put (const char *name, const void *data, gsize size);

/* The part of @data up to the next "\n---\n" or its end; @data and @size go on behind it. (transfer full),
 * NUL-terminated. */
char *fuzz_next_part (const guint8 **data, gsize *size, gsize *part_size);

/* A copy of @whole with changes in its first @limit bytes, three bytes of @data each: where (little end first, modulo
 * @limit), and what. (transfer full) */
guint8 *fuzz_change (const guint8 *whole, gsize whole_size, gsize limit, const guint8 *data, gsize size);

/* A result without an error, or an error with a result, is a finding; so is a message that does not begin with @name
 * (nullable). */
void fuzz_check (gboolean result, const GError *error, const char *name);
