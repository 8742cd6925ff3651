/* transformer_run.c - the buffers of a forward pass: measured, then allocated in one piece
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "transformer_run.h"

#include "fail.h"
#include "linear_rows.h"
#include "mem.h"
#include "rope.h"

#define MAX_ROWS 65536

/* Lays pieces out one after the other; without a base it only measures. */
typedef struct
{
  guint8 *base; /* nullable */
  guint64 used;
} Layout;

static void *
place (Layout *layout, guint64 count, gsize size)
{
  void *piece = layout->base != NULL ? layout->base + layout->used : NULL;
  guint64 bytes = count * size;

  layout->used += (bytes + ARRA_MEM_ALIGN - 1) / ARRA_MEM_ALIGN * ARRA_MEM_ALIGN;
  return piece;
}

static guint
padded_context (guint max_context)
{
  return (max_context + 15) / 16 * 16; /* workers' scores do not share a cache line */
}

static void
lay_out (ArraTransformerRun *run,
         const ArraTransformerShape *shape,
         guint64 rows,
         guint max_context,
         guint threads,
         Layout *layout)
{
  guint64 hidden = shape->hidden_size;
  guint64 all = (guint64) shape->n_heads * shape->head_dim;
  guint64 kv = (guint64) shape->n_kv_heads * shape->head_dim;
  guint64 half = shape->head_dim / 2;
  guint64 widest = MAX (MAX (hidden, all), MAX (shape->intermediate_size, shape->widest));

  run->rows = place (layout, rows, sizeof *run->rows);
  run->ids = place (layout, rows, sizeof *run->ids);
  run->seen = place (layout, rows, sizeof *run->seen);
  run->outputs = place (layout, rows, sizeof *run->outputs);
  run->x = place (layout, rows * hidden, sizeof (float));
  run->h = place (layout, rows * hidden, sizeof (float));
  run->q = place (layout, rows * all, sizeof (float));
  run->attended = place (layout, rows * all, sizeof (float));
  run->k = place (layout, rows * kv, sizeof (float));
  run->v = place (layout, rows * kv, sizeof (float));
  run->gate = place (layout, rows * shape->intermediate_size, sizeof (float));
  run->up = place (layout, rows * shape->intermediate_size, sizeof (float));
  run->workspace = place (layout, rows * shape->workspace, sizeof (float));
  run->blocks = place (layout, rows * (widest / ARRA_QK), sizeof (ArraBlockQ8A));
  run->frequencies = place (layout, half, sizeof (float));
  run->cosine = place (layout, rows * half, sizeof (float));
  run->sine = place (layout, rows * half, sizeof (float));
  run->scores = place (layout, (guint64) threads * ARRA_ATTEND_QUERIES * padded_context (max_context), sizeof (float));
  run->pieces = place (layout, arra_linear_rows_pieces (rows, threads), sizeof (float));
}

guint64
arra_transformer_run_bytes (const ArraTransformerShape *shape, guint max_rows, guint max_context, guint threads)
{
  ArraTransformerRun measured;
  Layout layout = { NULL, 0 };

  lay_out (&measured, shape, max_rows, max_context, threads, &layout);
  return sizeof (ArraTransformerRun) + layout.used;
}

ArraTransformerRun *
arra_transformer_run_new (const ArraTransformer *transformer,
                          const ArraExec *exec,
                          guint max_rows,
                          guint max_context,
                          GError **error)
{
  g_autoptr (ArraTransformerRun) run = NULL;
  guint threads = arra_pool_threads (exec->pool);
  Layout layout = { NULL, 0 };

  if (max_rows == 0 || max_rows > MAX_ROWS || max_context == 0 || max_context > ARRA_ROPE_POSITIONS)
    {
      arra_fail (error, ARRA_ERROR_ARGUMENT,
                 "Blocks of %u rows in a context of %u: 1 to %d rows and 1 to %d positions are possible", max_rows,
                 max_context, MAX_ROWS, ARRA_ROPE_POSITIONS);
      return NULL;
    }
  run = arra_mem_new0 (1, sizeof *run, "a forward pass", error);
  if (run == NULL)
    return NULL;
  run->transformer = transformer;
  run->exec = *exec;
  run->max_rows = max_rows;
  run->max_context = max_context;
  run->score_stride = padded_context (max_context);
  run->block
      = arra_mem_new (arra_transformer_run_bytes (&transformer->shape, max_rows, max_context, threads) - sizeof *run, 1,
                      "a forward pass", error);
  if (run->block == NULL)
    return NULL;
  layout.base = run->block;
  lay_out (run, &transformer->shape, max_rows, max_context, threads, &layout);
  return g_steal_pointer (&run);
}

void
arra_transformer_run_free (ArraTransformerRun *run)
{
  if (run == NULL)
    return;
  arra_mem_free (run->block);
  arra_mem_free (run);
}

void
arra_transformer_run_show (ArraTransformerRun *run, const char *what, int layer, const float *data, guint width)
{
  guint begin = 0;

  while (run->watch != NULL && begin < run->n_rows)
    {
      guint end = begin + 1;

      while (end < run->n_rows && run->rows[end].input == run->rows[begin].input)
        end++;
      run->watch (what, layer, run->rows[begin].input, data + (gsize) begin * width, end - begin, width, run->user);
      begin = end;
    }
}
