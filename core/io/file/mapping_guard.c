/* mapping_guard.c - the process-wide SIGBUS handler behind mapped files
 *
 * The table is read inside a signal handler, on any thread, so it has no lock: each place is a sequence lock whose one
 * writer is the thread that owns the place. A place that is being changed cannot be the faulting one, for a range is
 * only changed while nobody reads it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "mapping_guard.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>

#define N_PLACES 1024

G_STATIC_ASSERT (ATOMIC_POINTER_LOCK_FREE == 2 && ATOMIC_INT_LOCK_FREE == 2);

typedef struct
{
  atomic_int used;
  atomic_int damaged;
  atomic_uint sequence; /* odd while start and end are being changed */
  atomic_uintptr_t start, end;
} Place;

static Place places[N_PLACES];
static struct sigaction previous;

static Place *
place_of (guintptr address)
{
  for (guint i = 0; i < N_PLACES; i++)
    {
      unsigned sequence = atomic_load (&places[i].sequence);
      guintptr start = atomic_load (&places[i].start);
      guintptr end = atomic_load (&places[i].end);

      if ((sequence & 1) == 0 && atomic_load (&places[i].sequence) == sequence && address >= start && address < end)
        return &places[i];
    }
  return NULL;
}

static gboolean
cover_with_zeros (Place *place)
{
  guintptr start = atomic_load (&place->start);
  gsize size = atomic_load (&place->end) - start;

  /* Marked first: whoever sees a zero also sees the mark. */
  atomic_store (&place->damaged, 1);
  return mmap ((void *) start, size, PROT_READ, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

static void
pass_on (int number, siginfo_t *info, void *context)
{
  if ((previous.sa_flags & SA_SIGINFO) != 0)
    previous.sa_sigaction (number, info, context);
  else if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN)
    previous.sa_handler (number);
  else if (info->si_code > 0 || previous.sa_handler == SIG_DFL)
    {
      struct sigaction standard = { .sa_handler = SIG_DFL };

      sigaction (SIGBUS, &standard, NULL);
      raise (SIGBUS);
    }
}

static void
on_sigbus (int number, siginfo_t *info, void *context)
{
  int saved = errno;
  gboolean is_lost_page = info->si_code > 0 && info->si_code != BUS_ADRALN;
  Place *place = is_lost_page ? place_of ((guintptr) info->si_addr) : NULL;

  if (place == NULL || !cover_with_zeros (place))
    pass_on (number, info, context);
  errno = saved;
}

static void
install_once (void)
{
  static gsize installed = 0;

  if (g_once_init_enter (&installed))
    {
      struct sigaction action = { .sa_sigaction = on_sigbus, .sa_flags = SA_SIGINFO | SA_ONSTACK };

      sigemptyset (&action.sa_mask);
      sigaction (SIGBUS, NULL, &previous);
      sigaction (SIGBUS, &action, NULL);
      g_once_init_leave (&installed, 1);
    }
}

static void
set_range (Place *place, guintptr start, guintptr end)
{
  atomic_fetch_add (&place->sequence, 1);
  atomic_store (&place->start, start);
  atomic_store (&place->end, end);
  atomic_fetch_add (&place->sequence, 1);
}

gboolean
arra_mapping_guard_add (const void *start, gsize size, guint *place)
{
  install_once ();
  for (guint i = 0; i < N_PLACES; i++)
    {
      int unused = 0;

      if (!atomic_compare_exchange_strong (&places[i].used, &unused, 1))
        continue;
      atomic_store (&places[i].damaged, 0);
      set_range (&places[i], (guintptr) start, (guintptr) start + size);
      *place = i;
      return TRUE;
    }
  return FALSE;
}

void
arra_mapping_guard_remove (guint place)
{
  set_range (&places[place], 0, 0);
  atomic_store (&places[place].used, 0);
}

gboolean
arra_mapping_guard_damaged (guint place)
{
  return atomic_load (&places[place].damaged) != 0;
}

gboolean
arra_mapping_guard_holds (const void *start, gsize size)
{
  Place *first = place_of ((guintptr) start);

  return first != NULL && size > 0 && first == place_of ((guintptr) start + size - 1);
}
