/* map.c - how likely each code of a picture is, with a prompt and with none
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "mosaic.h"
#include "checkpoint.h"
#include "fail.h"
#include "job.h"
#include "mem.h"

typedef struct
{
  ArraJob *job;      /* of a window, for its session */
  ArraMosaic mosaic; /* none of whose codes is known: its stages say in which window a code is seen */
  ArraLikelihoodRoom room;
  ArraLikelihood *row; /* of a window's codes */
  guint32 *codes;      /* likewise */
  const guint32 *all;  /* [rows][columns] */
  double *with, *without;
  ArraProgressFunc func;
  gpointer data;
} Map;

static void
clear (Map *map)
{
  arra_job_free (map->job);
  arra_mosaic_clear (&map->mosaic);
  arra_likelihood_room_clear (&map->room);
  arra_mem_free (map->row);
  arra_mem_free (map->codes);
}

static void
report (const Map *map, double fraction)
{
  const ArraProgress progress = { .phase = ARRA_PHASE_TOKENS, .fraction = fraction, .seconds_left = -1 };

  if (map->func != NULL)
    map->func (&progress, map->data);
}

/* A row of the window: measured, then read. */
static gboolean
measure_row (Map *map,
             const ArraMosaicStage *stage,
             guint row,
             guint *cursor,
             GCancellable *cancellable,
             GError **error)
{
  const ArraMosaic *mosaic = &map->mosaic;
  const guint n = mosaic->window_columns;
  const double scale = map->job->sampling.guidance_scale;

  for (guint i = 0; i < n; i++)
    map->codes[i] = map->all[arra_mosaic_cell (mosaic, stage->row, stage->column, row * n + i)];
  if (!arra_session_likelihood (&map->job->session, &map->room, map->codes, n, scale, map->row, cancellable, error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      const guint cell = arra_mosaic_cell (mosaic, stage->row, stage->column, row * n + i);

      if (!arra_session_push_code (&map->job->session, map->codes[i], error))
        return FALSE;
      if (*cursor == stage->end || mosaic->cells[*cursor] != cell)
        continue;
      ++*cursor;
      if (map->with != NULL)
        map->with[cell] = map->row[i].cond;
      if (map->without != NULL)
        map->without[cell] = map->row[i].uncond;
    }
  return TRUE;
}

static gboolean
measure (Map *map, GCancellable *cancellable, GError **error)
{
  for (guint i = 0; i < map->mosaic.n_stages; i++)
    {
      const ArraMosaicStage *stage = &map->mosaic.stages[i];
      guint cursor = stage->begin;

      if (!arra_session_begin_picture (&map->job->session, map->job->prompt_length, map->mosaic.window_rows,
                                       map->mosaic.window_columns, error))
        return FALSE;
      for (guint row = 0; row < map->mosaic.window_rows && cursor < stage->end; row++)
        {
          report (map, (double) cursor / map->mosaic.n_cells);
          if (!measure_row (map, stage, row, &cursor, cancellable, error))
            return FALSE;
        }
    }
  report (map, 1);
  return TRUE;
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
    return arra_fail (error, ARRA_ERROR_ARGUMENT,
                      "A picture of %u x %u codes is smaller than the model's own, which have %u x %u", columns, rows,
                      shape.window_columns, shape.window_rows);
  if (!arra_mosaic_init (&map->mosaic, &shape, error)
      || !arra_likelihood_room_init (&map->room, &map->job->session, shape.window_columns, error))
    return FALSE;
  map->row = arra_mem_new (shape.window_columns, sizeof *map->row, "scores of tokens", error);
  if (map->row == NULL)
    return FALSE;
  map->codes = arra_mem_new (shape.window_columns, sizeof *map->codes, "tokens", error);
  return map->codes != NULL;
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
  Map map = { .all = codes, .with = with_prompt, .without = without_prompt, .func = func, .data = data };
  ArraRequest taken;
  gboolean ok;

  g_return_val_if_fail (checkpoint != NULL && request != NULL && codes != NULL, FALSE);
  arra_request_init (&taken, checkpoint);
  memcpy (&taken, request, MIN (request_size, sizeof taken));
  ok = check_codes (checkpoint, codes, (gsize) rows * columns, error)
       && init (&map, checkpoint, &taken, rows, columns, error) && arra_job_read_text (map.job, cancellable, error)
       && measure (&map, cancellable, error);
  clear (&map);
  return ok;
}
