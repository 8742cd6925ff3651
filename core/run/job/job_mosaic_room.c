/* job_mosaic_room.c - what jobs need whose answers are mosaices
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "checkpoint.h"
#include "job_mosaic.h"
#include "mem.h"
#include "request.h"
#include "request_mosaic.h"
#include "session_together.h"

#define BRANCH_ROOM ((guint64) 256 << 20) /* for tries that are made side by side */

gboolean
arra_job_is_mosaic (const ArraJob *job)
{
  return job->capacities.mosaic_codes > 0;
}

static guint
window_codes (const ArraMosaicShape *shape)
{
  return shape->window_rows * shape->window_columns;
}

static ArraTileAxis
down_of (const ArraMosaicShape *shape)
{
  return arra_tile_axis (shape->rows, shape->window_rows, shape->wrap_rows);
}

static ArraTileAxis
across_of (const ArraMosaicShape *shape)
{
  return arra_tile_axis (shape->columns, shape->window_columns, shape->wrap_columns);
}

/* Tries that are made side by side: as many as there are, where their caches are small. The tokens are the same. */
static guint
n_together (const ArraCheckpoint *checkpoint, const ArraRequest *request, const ArraCapacities *capacities)
{
  const guint64 most = BRANCH_ROOM / arra_session_branch_bytes (checkpoint, capacities);

  if (request->known == NULL && request->seamless == 0)
    return 1;
  return 1 + (guint) MIN (arra_request_most_tries (request) - 1, most);
}

/* Windows that are made side by side. */
static guint
n_windows (const ArraCheckpoint *checkpoint, const ArraRequest *request, const ArraCapacities *capacities)
{
  const guint64 most = BRANCH_ROOM / arra_session_branch_bytes (checkpoint, capacities);
  const ArraMosaicShape shape = arra_request_mosaic (request, checkpoint);
  const guint widest = MIN (arra_mosaic_widest (&shape), ARRA_MOST_TOGETHER);

  return MIN (widest, request->together > 0 ? request->together : 1 + (guint) MIN (widest, most));
}

static guint
n_branches (guint n_tries, guint n_windows)
{
  return MAX (n_tries, n_windows) - 1;
}

guint64
arra_job_mosaic_bytes (const ArraCheckpoint *checkpoint, const ArraRequest *request, const ArraCapacities *capacities)
{
  const guint n_tries = n_together (checkpoint, request, capacities),
              n_beside = n_branches (n_tries, n_windows (checkpoint, request, capacities));
  const ArraMosaicShape shape = arra_request_mosaic (request, checkpoint);
  const ArraTileAxis down = down_of (&shape), across = across_of (&shape);
  guint64 bytes = arra_mosaic_bytes (&shape, capacities->mosaic_codes)
                  + (guint64) request->known_rows * request->known_columns * sizeof (gint32);

  bytes += arra_likelihood_room_bytes (checkpoint->decoder.shape.n_logits, shape.window_columns,
                                       arra_request_reads_both (request), capacities->threads);
  bytes += shape.window_columns * (sizeof (ArraLikelihood) + sizeof (guint32))
           + (1 + (guint64) n_tries) * window_codes (&shape) * sizeof (guint32);
  bytes += n_beside * arra_session_branch_bytes (checkpoint, capacities);
  if (checkpoint->vqgan_config.n_embed == 0)
    return bytes;
  return bytes + arra_tiles_bytes (&checkpoint->vqgan_config, &down, &across)
         + (1 + (guint64) request->count) * request->width * request->height * 3;
}

static gboolean
make_branches (ArraJob *job, GError **error)
{
  const guint n = job->n_branches;

  if (n == 0)
    return TRUE;
  job->branches = arra_mem_new0 (n, sizeof *job->branches, "tokens", error);
  if (job->branches == NULL)
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (!arra_session_branch_init (&job->branches[i], &job->session, &job->capacities, error))
      return FALSE;
  return TRUE;
}

gboolean
arra_job_mosaic_init (ArraJob *job, GError **error)
{
  const guint columns = (job->shape = arra_request_mosaic (&job->request, job->checkpoint)).window_columns;

  job->request.together = job->shape.together = n_windows (job->checkpoint, &job->request, &job->capacities);
  if (!arra_mosaic_init (&job->mosaic, &job->shape, error))
    return FALSE;
  job->n_tries = arra_request_tries (&job->request);
  job->n_together = n_together (job->checkpoint, &job->request, &job->capacities);
  job->n_branches = n_branches (job->n_together, job->shape.together);
  if (job->session.ids == NULL)
    return TRUE;
  if (!arra_likelihood_room_init (&job->room, &job->session, columns, error))
    return FALSE;
  job->likelihoods = arra_mem_new (columns, sizeof *job->likelihoods, "scores of tokens", error);
  if (job->likelihoods == NULL)
    return FALSE;
  job->following = arra_mem_new (columns, sizeof *job->following, "tokens", error);
  if (job->following == NULL)
    return FALSE;
  job->tried = arra_mem_new (window_codes (&job->shape), (1 + job->n_together) * sizeof *job->tried, "tokens", error);
  return job->tried != NULL && make_branches (job, error);
}

gboolean
arra_job_mosaic_init_decoder (ArraJob *job, GError **error)
{
  const ArraTileAxis down = down_of (&job->shape), across = across_of (&job->shape);

  if (!arra_tiles_init (&job->tiles, job->decoder, &job->checkpoint->vqgan_config, &down, &across, error))
    return FALSE;
  job->preview = arra_mem_new ((gsize) job->request.width * job->request.height, 3, "a preview", error);
  return job->preview != NULL;
}

void
arra_job_mosaic_clear (ArraJob *job)
{
  arra_mosaic_clear (&job->mosaic);
  arra_tiles_clear (&job->tiles);
  arra_likelihood_room_clear (&job->room);
  arra_mem_free (job->likelihoods);
  arra_mem_free (job->following);
  arra_mem_free (job->tried);
  for (guint i = 0; job->branches != NULL && i < job->n_branches; i++)
    arra_session_clear (&job->branches[i]);
  arra_mem_free (job->branches);
  arra_mem_free (job->known);
}
