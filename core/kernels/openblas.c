/* openblas.c - OpenBLAS, loaded when it is first needed
 *
 * It is not linked: as soon as it is loaded it starts threads and takes buffers, and where it cannot have them it tries
 * for ever, or raises SIGINT. So commands that multiply no matrices never load it, it is told of one thread before it
 * starts, and every buffer is taken here, after a look whether it is to be had.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "openblas.h"

#include <dlfcn.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cpu.h"
#include "fail.h"

#define LIBRARY ((gsize) 64 << 20)     /* address space of the library itself */
#define BUFFER ((gsize) 128 << 20)     /* of a buffer, where it is largest (x86-64) */
#define SPARE ((gsize) 64 << 20)       /* left to the rest of the program beside the first buffer */
#define SPARE_MORE ((gsize) 512 << 20) /* beside further ones, which only make it faster */
#define MAX_SEATS 32                   /* below the number of buffers that every build has */

typedef void *(*TakeBuffer) (int purpose);
typedef void (*GiveBuffer) (void *buffer);

static GMutex lock; /* over what follows */
static GCond seat_is_free;
static void *library;
static ArraOpenblas openblas;
static guint n_seats; /* as many calls as there are buffers may be under way; 0: not started */
static guint n_busy;

/* One thread, and the kernels for AVX2 wherever there is AVX2, unless the user names others, so that such machines find
 * the same eigenvalues. Products are our own there (gemm.c). */
static char **
environment (void)
{
  char **all = g_environ_setenv (g_get_environ (), "OPENBLAS_NUM_THREADS", "1", TRUE);

  if (arra_cpu_supports (ARRA_CPU_AVX2, NULL))
    all = g_environ_setenv (all, "OPENBLAS_CORETYPE", "Haswell", FALSE);
  return all;
}

/* The other threads of the process see this environment for a moment. What they were given of it must stay, so it is
 * never freed. */
static void *
load_as_wanted (const char *name)
{
  static char **wanted;
  char **before = environ;
  void *handle;

  if (wanted == NULL)
    wanted = environment ();
  environ = wanted;
  handle = dlopen (name, RTLD_NOW | RTLD_LOCAL);
  environ = before;
  return handle;
}

static gboolean
has_room (gsize bytes)
{
  void *place = mmap (NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  return place != MAP_FAILED && munmap (place, bytes) == 0;
}

static gboolean
fail_room (gsize bytes, GError **error)
{
  g_autofree char *text = g_format_size_full (bytes, G_FORMAT_SIZE_IEC_UNITS);

  return arra_fail (
      error, ARRA_ERROR_NO_MEMORY,
      "Not enough address space for OpenBLAS, which multiplies matrices: %s in one piece are needed; raise the limit, which "
      "`ulimit -v` shows",
      text);
}

static gboolean
find_functions (void *handle, GError **error)
{
  void (*set_num_threads) (int);

  *(void **) &set_num_threads = dlsym (handle, "openblas_set_num_threads");
  *(void **) &openblas.sgemm = dlsym (handle, "cblas_sgemm");
  *(void **) &openblas.dsyev = dlsym (handle, "dsyev_");
  if (set_num_threads == NULL || openblas.sgemm == NULL)
    return arra_fail (error, ARRA_ERROR_UNAVAILABLE, "The OpenBLAS of this machine cannot be used: it lacks %s",
                      openblas.sgemm == NULL ? "cblas_sgemm()" : "openblas_set_num_threads()");
  set_num_threads (1);
  return TRUE;
}

static gboolean
load (GError **error)
{
  void *handle;

  if (!has_room (LIBRARY + BUFFER + SPARE))
    return fail_room (LIBRARY + BUFFER + SPARE, error);
  handle = load_as_wanted ("libopenblas.so.0");
  if (handle == NULL)
    return arra_fail (error, ARRA_ERROR_UNAVAILABLE, "OpenBLAS, which multiplies matrices, cannot be loaded: %s",
                      dlerror ());
  if (!find_functions (handle, error))
    {
      dlclose (handle);
      return FALSE;
    }
  library = handle;
  return TRUE;
}

/* How many of @wanted buffers there is room for. OpenBLAS keeps those that are given back, for the calls to come. */
static guint
take_buffers (guint wanted)
{
  TakeBuffer take;
  GiveBuffer give;
  void *taken[MAX_SEATS];
  guint n = 0;

  *(void **) &take = dlsym (library, "blas_memory_alloc");
  *(void **) &give = dlsym (library, "blas_memory_free");
  while (n < wanted && has_room (BUFFER + (n == 0 ? SPARE : SPARE_MORE)))
    {
      taken[n] = take != NULL ? take (0) : NULL;
      n++;
    }
  for (guint i = 0; i < n && give != NULL; i++)
    give (taken[i]);
  return n;
}

static gboolean
start_locked (GError **error)
{
  if (n_seats > 0)
    return TRUE;
  if (library == NULL && !load (error))
    return FALSE;
  n_seats = take_buffers (MIN (arra_cpu_count (), MAX_SEATS));
  return n_seats > 0 || fail_room (BUFFER + SPARE, error);
}

gboolean
arra_openblas_start (GError **error)
{
  gboolean started;

  g_mutex_lock (&lock);
  started = start_locked (error);
  g_mutex_unlock (&lock);
  return started;
}

const ArraOpenblas *
arra_openblas_enter (void)
{
  g_autoptr (GError) error = NULL;

  g_mutex_lock (&lock);
  if (!start_locked (&error))
    g_error ("%s", error->message);
  while (n_busy == n_seats)
    g_cond_wait (&seat_is_free, &lock);
  n_busy++;
  g_mutex_unlock (&lock);
  return &openblas;
}

void
arra_openblas_leave (void)
{
  g_mutex_lock (&lock);
  n_busy--;
  g_cond_signal (&seat_is_free);
  g_mutex_unlock (&lock);
}
