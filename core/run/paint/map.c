/* map.c - how likely each code of a picture is, with a prompt and with none, and what a phrase adds
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "checkpoint.h"
#include "fail.h"
#include "job.h"
#include "map_span.h"
#include "request.h"
#include "score.h"

#define ANY_PROMPT "0" /* every family reads it, and only the branch without it is looked at */

typedef struct
{
  ArraJob *job; /* of a window, for its session */
  ArraScorer scorer;
  ArraProgressFunc func;
  gpointer data;
} Map;

static void
clear (Map *map)
{
  arra_job_free (map->job);
  arra_scorer_clear (&map->scorer);
}

static void
report (double fraction, gpointer data)
{
  const Map *map = data;
  const ArraProgress progress = { .phase = ARRA_PHASE_TOKENS, .fraction = fraction, .seconds_left = -1 };

  if (map->func != NULL)
    map->func (&progress, map->data);
}

/* With guidance of whatever strength: both branches are wanted. */
static gboolean
make_job (Map *map, ArraCheckpoint *checkpoint, const ArraRequest *given, GError **error)
{
  ArraRequest request;

  arra_request_init (&request, checkpoint);
  request.prompt = given->prompt;
  request.prompt_template = given->prompt_template;
  request.threads = given->threads;
  request.memory_limit = given->memory_limit;
  request.guidance_scale = 2;
  map->job = arra_job_new (checkpoint, &request, error);
  return map->job != NULL;
}

static gboolean
init (Map *map, ArraCheckpoint *checkpoint, const ArraRequest *request, guint rows, guint columns, GError **error)
{
  ArraMosaicShape shape = { .rows = rows, .columns = columns };

  if (!make_job (map, checkpoint, request, error))
    return FALSE;
  shape.window_rows = map->job->capacities.picture_rows;
  shape.window_columns = map->job->capacities.picture_columns;
  if (rows < shape.window_rows || columns < shape.window_columns)
    return arra_fail (
        error, ARRA_ERROR_ARGUMENT,
        "A picture of %u x %u codes is smaller than the model's own, which have %u x %u: enlarge it first", columns,
        rows, shape.window_columns, shape.window_rows);
  return arra_scorer_init (&map->scorer, &map->job->session, &shape, error);
}

static gboolean
check_codes (const ArraCheckpoint *checkpoint, const guint32 *codes, gsize n, GError **error)
{
  for (gsize i = 0; i < n; i++)
    if (codes[i] >= checkpoint->layout->n_codes)
      return arra_fail (error, ARRA_ERROR_ARGUMENT, "Code %u is none of the model's %u", codes[i],
                        checkpoint->layout->n_codes);
  return TRUE;
}

gboolean
arra_checkpoint_likelihood_sized (ArraCheckpoint *checkpoint,
                                  const ArraRequest *request,
                                  gsize request_size,
                                  const guint32 *codes,
                                  guint rows,
                                  guint columns,
                                  double *with_prompt,
                                  double *without_prompt,
                                  ArraProgressFunc func,
                                  gpointer data,
                                  GCancellable *cancellable,
                                  GError **error)
{
  Map map = { .func = func, .data = data };
  ArraRequest taken;
  gboolean ok;

  g_return_val_if_fail (checkpoint != NULL && request != NULL && codes != NULL, FALSE);
  arra_request_init (&taken, checkpoint);
  memcpy (&taken, request, MIN (request_size, sizeof taken));
  ok = check_codes (checkpoint, codes, (gsize) rows * columns, error)
       && init (&map, checkpoint, &taken, rows, columns, error) && arra_job_read_text (map.job, cancellable, error)
       && arra_scorer_measure (&map.scorer, &map.job->session, map.job->prompt_length, codes, with_prompt,
                               without_prompt, NULL, report, &map, cancellable, error);
  clear (&map);
  return ok;
}

/* Of @prompt (nullable) with @phrase behind it. */
static char *
with_phrase (const char *prompt, const char *phrase)
{
  return prompt != NULL ? g_strdup_printf ("%s, %s", prompt, phrase) : g_strdup (phrase);
}

/* What both readings of the picture have in common. */
typedef struct
{
  ArraCheckpoint *checkpoint;
  ArraRequest request;
  const guint32 *codes;
  guint rows, columns;
  ArraProgressFunc func;
  gpointer data;
  double begin, share; /* of the progress */
  GCancellable *cancellable;
} Reading;

static void
report_part (const ArraProgress *progress, gpointer data)
{
  const Reading *reading = data;
  ArraProgress whole = *progress;

  whole.fraction = reading->begin + reading->share * progress->fraction;
  if (reading->func != NULL)
    reading->func (&whole, reading->data);
}

/* log p with @prompt, or with none where it is NULL. */
static gboolean
read_picture (Reading *reading, const char *prompt, double *likelihoods, GError **error)
{
  reading->request.prompt = prompt != NULL ? prompt : ANY_PROMPT;
  return arra_checkpoint_likelihood (reading->checkpoint, &reading->request, reading->codes, reading->rows,
                                     reading->columns, prompt != NULL ? likelihoods : NULL,
                                     prompt != NULL ? NULL : likelihoods, report_part, reading, reading->cancellable,
                                     error);
}

/* What is in @map becomes what the phrase adds to it. */
static gboolean
subtract_from_phrase (Reading *reading, const char *prompt, const char *phrase, double *map, GError **error)
{
  const gsize n = (gsize) reading->rows * reading->columns;
  g_autofree char *whole = with_phrase (prompt, phrase);
  g_autofree double *with = g_try_new (double, n);

  if (with == NULL)
    return arra_fail (error, ARRA_ERROR_NO_MEMORY, "Not enough memory for %u x %u codes", reading->rows,
                      reading->columns);
  reading->begin = reading->share;
  if (!read_picture (reading, whole, with, error))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    map[i] = with[i] - map[i];
  return TRUE;
}

double *
arra_checkpoint_map_sized (ArraCheckpoint *checkpoint,
                           const ArraRequest *request,
                           gsize request_size,
                           const char *phrase,
                           const guint32 *codes,
                           guint rows,
                           guint columns,
                           ArraProgressFunc func,
                           gpointer data,
                           GCancellable *cancellable,
                           GError **error)
{
  g_autofree double *map = NULL;
  Reading reading = { .checkpoint = checkpoint, .codes = codes, .rows = rows, .columns = columns, .func = func };
  const char *prompt;

  g_return_val_if_fail (checkpoint != NULL && request != NULL && codes != NULL, NULL);
  reading.request = arra_request_take (request, request_size, checkpoint);
  reading.data = data;
  reading.share = phrase != NULL ? 0.5 : 1;
  reading.cancellable = cancellable;
  prompt = reading.request.prompt;
  map = g_try_new (double, (gsize) rows *columns);
  if (map == NULL)
    {
      arra_fail (error, ARRA_ERROR_NO_MEMORY, "Not enough memory for %u x %u codes", rows, columns);
      return NULL;
    }
  if (!read_picture (&reading, prompt, map, error)
      || (phrase != NULL && !subtract_from_phrase (&reading, prompt, phrase, map, error)))
    return NULL;
  for (gsize i = 0; phrase == NULL && i < (gsize) rows * columns; i++)
    map[i] = 0 - map[i];
  return g_steal_pointer (&map);
}

double
arra_checkpoint_map_grey (const ArraCheckpoint *checkpoint,
                          const double *map,
                          guint rows,
                          guint columns,
                          gboolean of_phrase,
                          guint8 *pixels)
{
  ArraMapSpan span;

  g_return_val_if_fail (checkpoint != NULL && map != NULL && rows > 0 && columns > 0 && pixels != NULL, 0);
  span = arra_map_span (map, (gsize) rows * columns, of_phrase);
  arra_map_draw (map, rows, columns, arra_checkpoint_patch (checkpoint), of_phrase, &span, pixels);
  return span.white;
}
