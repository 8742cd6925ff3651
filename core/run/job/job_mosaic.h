/* job_mosaic.h - jobs whose answers are mosaices: pictures of any size, with holes, without seams
 *
 * Their answers' tokens are codes, in the order in which the mosaic makes them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "job.h"

/* Whether answers of @job are mosaices. */
gboolean arra_job_is_mosaic (const ArraJob *job);

/* What they need beside sessions and decoders: once capacities are planned and the session is made; once the decoder is
 * made. */
gboolean arra_job_mosaic_init (ArraJob *job, GError **error);
gboolean arra_job_mosaic_init_decoder (ArraJob *job, GError **error);
void arra_job_mosaic_clear (ArraJob *job);
guint64
arra_job_mosaic_bytes (const ArraCheckpoint *checkpoint, const ArraRequest *request, const ArraCapacities *capacities);

/* Makes answer @index, or goes on with it. As arra_job_run(). */
gboolean arra_job_mosaic_run (ArraJob *job, guint index, GCancellable *cancellable, GError **error);

/* What is made of answer @index goes into job->mosaic.codes. Returns rows from the top that are whole. */
guint arra_job_mosaic_restore (ArraJob *job, guint index);

/* Codes that the decoder turns into pixels for a whole picture: some lie in several windows. */
double arra_job_mosaic_decoded (const ArraJob *job);
/* The first @height rows of answer @index into @pixels, [@height][request.width][3]. */
gboolean arra_job_mosaic_decode (ArraJob *job,
                                 guint index,
                                 guint height,
                                 guint8 *pixels,
                                 ArraVqganProgress progress,
                                 gpointer data,
                                 GCancellable *cancellable,
                                 GError **error);
/* Shows what @stage made, when time allows. */
void arra_job_mosaic_preview (ArraJob *job, guint index, const ArraMosaicStage *stage, GCancellable *cancellable);
