/* fetch_set.c - the files of a repository, several at once
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fetch_set.h"

#include <errno.h>
#include <glib/gstdio.h>

#include "disk_room.h"
#include "fail.h"
#include "hub_cached.h"
#include "thread.h"
#include "transfer_rate.h"

#define TELL_EVERY (G_USEC_PER_SEC / 10)

typedef struct
{
  const ArraFetchPart *part;
  const ArraHubFile *file;
} Job;

typedef struct
{
  const ArraHubAccess *access;
  const GArray *jobs; /* Job */
  const ArraFetchOptions *options;
  GCancellable *cancellable; /* of the workers: the caller's cancels it, and the first error does */
  GMutex mutex;              /* of what follows */
  GCond changed;
  guint next, files_done, running;
  gint64 done, fetched; /* bytes */
  GError *error;        /* the first one */
} Set;

/* ------------------------------------------------------------------ what there is to do */

static GArray *
list_jobs (const ArraFetchPart *parts, guint n_parts)
{
  GArray *jobs = g_array_new (FALSE, FALSE, sizeof (Job));

  for (guint i = 0; i < n_parts; i++)
    for (guint k = 0; k < parts[i].repository->files->len; k++)
      g_array_append_val (jobs, ((Job) { &parts[i], parts[i].repository->files->pdata[k] }));
  return jobs;
}

static char *
path_of (const Job *job)
{
  return g_build_filename (job->part->folder, job->file->path, NULL);
}

/* What is still to be fetched. */
static guint64
bytes_missing (const GArray *jobs)
{
  guint64 missing = 0;

  for (guint i = 0; i < jobs->len; i++)
    {
      const Job *job = &g_array_index (jobs, Job, i);
      const ArraHubFile *file = job->file;
      g_autofree char *path = path_of (job);
      const ArraFetchFile wanted = { .name = file->path, .path = path, .digest = file->digest };

      if (!arra_hub_may_be_cached (job->part->repository, file))
        missing += file->digest.size - arra_fetch_file_present (&wanted);
    }
  return missing;
}

static guint64
bytes_of (const GArray *jobs)
{
  guint64 bytes = 0;

  for (guint i = 0; i < jobs->len; i++)
    bytes += g_array_index (jobs, Job, i).file->digest.size;
  return bytes;
}

static gboolean
check_room (const GArray *jobs, const ArraFetchOptions *options, GError **error)
{
  const char *folder = jobs->len > 0 ? g_array_index (jobs, Job, 0).part->folder : NULL;
  g_autofree char *made = options->made != NULL ? g_path_get_dirname (options->made) : g_strdup (folder);

  return folder == NULL || arra_disk_room_check_both (folder, bytes_missing (jobs), made, options->made_bytes, error);
}

gboolean
arra_fetch_check_room (const ArraFetchPart *parts, guint n_parts, const ArraFetchOptions *options, GError **error)
{
  g_autoptr (GArray) jobs = list_jobs (parts, n_parts);

  return check_room (jobs, options, error);
}

/* ------------------------------------------------------------------ workers */

static void
count_bytes (gint64 bytes, gboolean fetched, gpointer data)
{
  Set *set = data;

  g_mutex_lock (&set->mutex);
  set->done += bytes;
  if (fetched)
    set->fetched += bytes;
  g_mutex_unlock (&set->mutex);
}

static void
pass_note (const char *text, gpointer data)
{
  Set *set = data;

  g_mutex_lock (&set->mutex);
  if (set->options->note != NULL)
    set->options->note (text, set->options->data);
  g_mutex_unlock (&set->mutex);
}

/* FALSE with @error set. */
static gboolean
make_folder_of (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);

  if (g_mkdir_with_parents (folder, 0777) == 0)
    return TRUE;
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno), arra_translate ("%s: %s: %s"), folder,
               arra_translate (N_ ("cannot be created")), g_strerror (errno));
  return FALSE;
}

static gboolean
bring (Set *set, ArraHttp *http, const Job *job, GError **error)
{
  const ArraHubRepository *repository = job->part->repository;
  const ArraHubFile *file = job->file;
  g_autofree char *path = path_of (job), *from = arra_hub_file_from (repository, file);
  g_autofree char *name = g_strdup_printf ("%s/%s", repository->name, file->path);
  const ArraFetchFile wanted = { .name = name, .from = from, .path = path, .digest = file->digest };
  const ArraFetchTell tell = { count_bytes, pass_note, set };
  gboolean linked;

  if (!make_folder_of (path, error) || !arra_hub_link_cached (repository, file, path, &linked, set->cancellable, error))
    return FALSE;
  if (!linked)
    return arra_fetch_file (set->access, http, &wanted, &tell, set->cancellable, error);
  count_bytes ((gint64) file->digest.size, FALSE, set);
  return TRUE;
}

/* (nullable): the next file that nobody works on */
static const Job *
take_job (Set *set)
{
  const Job *job = NULL;

  g_mutex_lock (&set->mutex);
  if (set->error == NULL && set->next < set->jobs->len)
    job = &g_array_index (set->jobs, Job, set->next++);
  g_mutex_unlock (&set->mutex);
  return job;
}

/* Takes @error (nullable). */
static void
file_ends (Set *set, GError *error)
{
  g_mutex_lock (&set->mutex);
  if (error == NULL)
    set->files_done++;
  else if (set->error == NULL)
    set->error = g_steal_pointer (&error);
  g_mutex_unlock (&set->mutex);
  if (error != NULL)
    g_error_free (error);
}

static void
fetch_files (Set *set)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (ArraHttp) http = arra_http_new (set->access->timeout, &failure);
  const Job *job;

  while (failure == NULL && (job = take_job (set)) != NULL)
    if (bring (set, http, job, &failure))
      file_ends (set, NULL);
  if (failure == NULL)
    return;
  file_ends (set, g_steal_pointer (&failure));
  g_cancellable_cancel (set->cancellable);
}

static gpointer
worker (gpointer data)
{
  Set *set = data;
  g_autoptr (GMainContext) context = g_main_context_new ();

  g_main_context_push_thread_default (context);
  fetch_files (set);
  g_main_context_pop_thread_default (context);
  g_mutex_lock (&set->mutex);
  set->running--;
  g_cond_signal (&set->changed);
  g_mutex_unlock (&set->mutex);
  return NULL;
}

/* ------------------------------------------------------------------ the caller's thread */

static void
tell_state (Set *set, ArraTransferRate *rate, guint64 total)
{
  ArraFetchState state = { .total = total, .n_files = set->jobs->len, .seconds_left = -1 };
  guint64 fetched;

  g_mutex_lock (&set->mutex);
  state.done = (guint64) MAX (set->done, 0);
  state.files_done = set->files_done;
  fetched = (guint64) set->fetched;
  g_mutex_unlock (&set->mutex);
  state.bytes_per_second = arra_transfer_rate_add (rate, g_get_monotonic_time (), fetched);
  if (state.bytes_per_second > 0)
    state.seconds_left = (double) (total - MIN (state.done, total)) / state.bytes_per_second;
  if (set->options->func != NULL)
    set->options->func (&state, set->options->data);
}

/* FALSE: all workers have ended. */
static gboolean
wait_for_workers (Set *set)
{
  gboolean running;

  g_mutex_lock (&set->mutex);
  if (set->running > 0)
    g_cond_wait_until (&set->changed, &set->mutex, g_get_monotonic_time () + TELL_EVERY);
  running = set->running > 0;
  g_mutex_unlock (&set->mutex);
  return running;
}

static void
start_worker (Set *set, GPtrArray *threads)
{
  g_autoptr (GError) failure = NULL;
  GThread *thread;

  g_mutex_lock (&set->mutex);
  set->running++;
  g_mutex_unlock (&set->mutex);
  thread = arra_thread_new ("fetch", worker, set, &failure);
  if (thread != NULL)
    {
      g_ptr_array_add (threads, thread);
      return;
    }
  g_mutex_lock (&set->mutex);
  set->running--;
  g_mutex_unlock (&set->mutex);
  if (threads->len == 0) /* one is enough */
    file_ends (set, g_steal_pointer (&failure));
}

static void
run_workers (Set *set, guint64 total)
{
  g_autoptr (GPtrArray) threads = g_ptr_array_new ();
  guint n = MIN (CLAMP (set->options->parallel, 1, ARRA_FETCH_MAX_PARALLEL), set->jobs->len);
  ArraTransferRate rate = { 0 };

  for (guint i = 0; i < n; i++)
    start_worker (set, threads);
  do
    tell_state (set, &rate, total);
  while (wait_for_workers (set));
  for (guint i = 0; i < threads->len; i++)
    g_thread_join (threads->pdata[i]);
  tell_state (set, &rate, total);
}

static void
pass_cancel (GCancellable *outer, gpointer inner)
{
  g_cancellable_cancel (inner);
}

gboolean
arra_fetch_set (const ArraHubAccess *access,
                const ArraFetchPart *parts,
                guint n_parts,
                const ArraFetchOptions *options,
                GCancellable *cancellable,
                GError **error)
{
  g_autoptr (GCancellable) inner = g_cancellable_new ();
  g_autoptr (GArray) jobs = list_jobs (parts, n_parts);
  Set set = { .access = access, .jobs = jobs, .options = options, .cancellable = inner };
  gulong handler = 0;

  if (jobs->len == 0)
    return TRUE;
  if (!check_room (jobs, options, error))
    return FALSE;
  g_mutex_init (&set.mutex);
  g_cond_init (&set.changed);
  if (cancellable != NULL)
    handler = g_cancellable_connect (cancellable, G_CALLBACK (pass_cancel), inner, NULL);
  run_workers (&set, bytes_of (jobs));
  if (cancellable != NULL)
    g_cancellable_disconnect (cancellable, handler);
  g_mutex_clear (&set.mutex);
  g_cond_clear (&set.changed);
  if (set.error == NULL)
    return TRUE;
  g_propagate_error (error, set.error);
  return FALSE;
}
