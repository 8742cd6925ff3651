/* mem.c - the one allocator for everything whose size comes from a file or a request
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "mem.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "fail.h"

#define HUGE_PAGE ((gsize) 2 << 20)
#define HUGE_FROM ((gsize) 8 << 20) /* blocks from here on are aligned for huge pages */

/* Lies in the ARRA_MEM_ALIGN bytes before each block. */
typedef struct
{
  gsize size;
  void *base;
} Head;
G_STATIC_ASSERT (sizeof (Head) <= ARRA_MEM_ALIGN);

static atomic_size_t held, peak;
static atomic_llong fail_countdown = -1;
static atomic_bool fail_happened;

static Head *
head_of (void *block)
{
  return (Head *) ((char *) block - ARRA_MEM_ALIGN);
}

static void
count_in (gsize size)
{
  gsize now = atomic_fetch_add (&held, size) + size;
  gsize before = atomic_load (&peak);

  while (now > before && !atomic_compare_exchange_weak (&peak, &before, now))
    ;
}

static gboolean
must_fail (void)
{
  if (atomic_load (&fail_countdown) < 0)
    return FALSE;
  if (atomic_fetch_sub (&fail_countdown, 1) != 0)
    return FALSE;
  atomic_store (&fail_happened, TRUE);
  return TRUE;
}

static void *
out_of_memory (gsize size, const char *what, GError **error)
{
  g_autofree char *text = g_format_size_full (size, G_FORMAT_SIZE_IEC_UNITS | G_FORMAT_SIZE_LONG_FORMAT);

  arra_fail (error, ARRA_ERROR_NO_MEMORY, "Not enough memory for %s (%s)", arra_translate (what), text);
  return NULL;
}

static void *
allocate (gsize count, gsize size, gboolean zero, const char *what, GError **error)
{
  gsize bytes = G_MAXSIZE, total, align;
  void *base = NULL;
  char *block;

  if (!arra_size_mul (count, size, &bytes) || !arra_size_add (bytes, ARRA_MEM_ALIGN, &total) || total > G_MAXSSIZE
      || must_fail ())
    return out_of_memory (bytes, what, error);
  align = total >= HUGE_FROM ? HUGE_PAGE : ARRA_MEM_ALIGN;
  if (posix_memalign (&base, align, total) != 0)
    return out_of_memory (bytes, what, error);
  if (align == HUGE_PAGE)
    madvise (base, total, MADV_HUGEPAGE);
  block = (char *) base + ARRA_MEM_ALIGN;
  *head_of (block) = (Head) { .size = bytes, .base = base };
  if (zero)
    memset (block, 0, bytes);
  count_in (bytes);
  return block;
}

void *
arra_mem_new (gsize count, gsize size, const char *what, GError **error)
{
  return allocate (count, size, FALSE, what, error);
}

void *
arra_mem_new0 (gsize count, gsize size, const char *what, GError **error)
{
  return allocate (count, size, TRUE, what, error);
}

void *
arra_mem_new_within (gsize count, gsize size, const char *what, GError **error)
{
  guint64 available = arra_mem_available ();
  gsize bytes = G_MAXSIZE;

  if (available > 0 && (!arra_size_mul (count, size, &bytes) || bytes > available))
    return out_of_memory (bytes, what, error);
  return allocate (count, size, FALSE, what, error);
}

void *
arra_mem_resize (void *block, gsize count, gsize size, const char *what, GError **error)
{
  void *bigger = allocate (count, size, FALSE, what, error);

  if (bigger == NULL)
    return NULL;
  if (block != NULL)
    memcpy (bigger, block, MIN (head_of (block)->size, head_of (bigger)->size));
  arra_mem_free (block);
  return bigger;
}

char *
arra_mem_strndup (const char *text, gsize length, const char *what, GError **error)
{
  gsize bytes;
  char *copy;

  if (!arra_size_add (length, 1, &bytes))
    return out_of_memory (length, what, error);
  copy = arra_mem_new (bytes, 1, what, error);
  if (copy == NULL)
    return NULL;
  memcpy (copy, text, length);
  copy[length] = '\0';
  return copy;
}

void
arra_mem_free (void *block)
{
  if (block == NULL)
    return;
  atomic_fetch_sub (&held, head_of (block)->size);
  free (head_of (block)->base);
}

gsize
arra_mem_held (void)
{
  return atomic_load (&held);
}

gsize
arra_mem_peak (void)
{
  return atomic_load (&peak);
}

void
arra_mem_reset_peak (void)
{
  atomic_store (&peak, atomic_load (&held));
}

void
arra_mem_fail_nth (gint64 nth)
{
  atomic_store (&fail_happened, FALSE);
  atomic_store (&fail_countdown, nth < 0 ? -1 : nth);
}

gboolean
arra_mem_failed (void)
{
  return atomic_load (&fail_happened);
}
