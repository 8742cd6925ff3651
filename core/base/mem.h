/* mem.h - the one allocator for weights, caches, activations, pictures and file contents
 *
 * It can fail (GError, ARRA_ERROR_NO_MEMORY), counts what is held, and can be told to fail for tests. GLib's own
 * allocator aborts when memory is short, so no size that comes from a file or from a request may reach it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

#define ARRA_MEM_ALIGN 64

/* Allocates @count elements of @size bytes, 64-byte aligned, contents undefined. @what names the purpose in the error
 * ("KV cache"). Returns: (transfer full): free with arra_mem_free(); never NULL on success, also for zero bytes. */
void *arra_mem_new (gsize count, gsize size, const char *what, GError **error);

/* As arra_mem_new(), all bytes zero. */
void *arra_mem_new0 (gsize count, gsize size, const char *what, GError **error);

/* As arra_mem_new(), for what may be more than the machine has: it is refused then, before the process is killed for
 * filling it. */
void *arra_mem_new_within (gsize count, gsize size, const char *what, GError **error);

/* Grows or shrinks @block (NULL: allocates) to @count elements of @size bytes, keeping contents. On failure @block is
 * untouched and still owned by the caller. */
void *arra_mem_resize (void *block, gsize count, gsize size, const char *what, GError **error);

/* A NUL-terminated copy of @length bytes. */
char *arra_mem_strndup (const char *text, gsize length, const char *what, GError **error);

void arra_mem_free (void *block); /* nullable */

gsize arra_mem_held (void); /* bytes held now */
gsize arra_mem_peak (void); /* most bytes ever held since arra_mem_reset_peak() */
void arra_mem_reset_peak (void);

/* Tests: the @nth allocation from now on (0 = the next one) fails, once; a negative number turns that off. */
void arra_mem_fail_nth (gint64 nth);
gboolean arra_mem_failed (void); /* whether the failure asked for has happened */

static inline void
arra_mem_clear (void *place)
{
  void **block = place;
  arra_mem_free (*block);
  *block = NULL;
}
#define g_automem __attribute__ ((cleanup (arra_mem_clear)))

/* Memory this process may still take without swapping: the least of MemAvailable and the room left in the cgroup's
 * limits, in bytes. ARRA_MEMORY_LIMIT (bytes, in the environment) lowers it. Returns 0 when nothing is known. */
guint64 arra_mem_available (void);
