/* tape.c - what a computation did, kept so that gradients can be taken in reverse
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "tape.h"

#include <string.h>

#include "fail.h"
#include "mem.h"

/* Memory of the block that no gradient uses at the moment. */
typedef struct
{
  gsize offset, size;
} Gap;

struct _ArraTape
{
  ArraExec exec;
  ArraNode *nodes; /* [max_nodes] */
  Gap *gaps;       /* [max_nodes] */
  gsize *grads;    /* [max_nodes]: where a node's gradient lies in the block */
  guint max_nodes, n_nodes, n_gaps;
  gboolean recording, computing;
  gboolean overflow; /* a size beyond gsize was asked for */

  guint8 *block; /* scratch, then what is kept */
  gsize capacity, scratch, used;
};

ArraTape *
arra_tape_new (const ArraExec *exec, guint max_nodes, GError **error)
{
  g_autoptr (ArraTape) tape = arra_mem_new0 (1, sizeof *tape, "the tape", error);

  if (tape == NULL)
    return NULL;
  tape->exec = *exec;
  tape->max_nodes = max_nodes;
  tape->nodes = arra_mem_new (max_nodes, sizeof *tape->nodes, "the tape", error);
  if (tape->nodes == NULL)
    return NULL;
  tape->gaps = arra_mem_new (max_nodes, sizeof *tape->gaps, "the tape", error);
  if (tape->gaps == NULL)
    return NULL;
  tape->grads = arra_mem_new (max_nodes, sizeof *tape->grads, "the tape", error);
  return tape->grads == NULL ? NULL : g_steal_pointer (&tape);
}

void
arra_tape_free (ArraTape *tape)
{
  if (tape == NULL)
    return;
  arra_mem_free (tape->nodes);
  arra_mem_free (tape->gaps);
  arra_mem_free (tape->grads);
  arra_mem_free (tape->block);
  arra_mem_free (tape);
}

const ArraExec *
arra_tape_exec (const ArraTape *tape)
{
  return &tape->exec;
}

gboolean
arra_tape_computes (const ArraTape *tape)
{
  return tape->computing;
}

/* ---- memory */

static gsize
reserve (ArraTape *tape, gsize count, gsize size, gsize *n_bytes)
{
  gsize offset = tape->used;

  if (!arra_size_mul (count, size, n_bytes) || !arra_size_add (*n_bytes, ARRA_MEM_ALIGN - 1, n_bytes)
      || !arra_size_add (offset, *n_bytes & ~(gsize) (ARRA_MEM_ALIGN - 1), &tape->used))
    {
      tape->overflow = TRUE;
      return offset;
    }
  *n_bytes &= ~(gsize) (ARRA_MEM_ALIGN - 1);
  g_assert (!tape->computing || tape->used <= tape->capacity);
  return offset;
}

static gpointer
place (const ArraTape *tape, gsize offset)
{
  return tape->computing ? tape->block + offset : NULL;
}

gpointer
arra_tape_keep (ArraTape *tape, gsize count, gsize size)
{
  gsize n_bytes;

  return place (tape, reserve (tape, count, size, &n_bytes));
}

float *
arra_tape_scratch (ArraTape *tape, gsize n_floats)
{
  gsize n_bytes;

  if (!arra_size_mul (n_floats, sizeof (float), &n_bytes) || !arra_size_add (n_bytes, ARRA_MEM_ALIGN, &n_bytes))
    {
      tape->overflow = TRUE;
      return NULL;
    }
  n_bytes &= ~(gsize) (ARRA_MEM_ALIGN - 1);
  if (!tape->computing)
    tape->scratch = MAX (tape->scratch, n_bytes);
  g_assert (n_bytes <= tape->scratch);
  return place (tape, 0);
}

/* ---- nodes */

static ArraNode *
add_node (ArraTape *tape, gsize rows, gsize width)
{
  ArraNode *node;

  g_assert (tape->n_nodes < tape->max_nodes);
  node = &tape->nodes[tape->n_nodes++];
  *node = (ArraNode) { .rows = rows, .width = width };
  return node;
}

ArraNode *
arra_tape_leaf (ArraTape *tape, gsize rows, gsize width, const float *data, float *grad)
{
  ArraNode *node = add_node (tape, rows, width);

  node->data = (float *) data;
  node->grad = grad;
  node->wanted = tape->recording && grad != NULL;
  return node;
}

static ArraNode *
result (ArraTape *tape,
        gsize rows,
        gsize width,
        ArraNodeVjp vjp,
        ArraNode *const *inputs,
        guint n_inputs,
        gconstpointer settings,
        gsize settings_size)
{
  ArraNode *node = add_node (tape, rows, width);

  g_assert (n_inputs <= ARRA_NODE_INPUTS && settings_size <= ARRA_NODE_SETTINGS);
  for (guint i = 0; i < n_inputs; i++)
    {
      node->inputs[i] = inputs[i];
      node->wanted |= inputs[i] != NULL && inputs[i]->wanted;
    }
  node->vjp = node->wanted ? vjp : NULL;
  if (settings_size > 0)
    memcpy (node->settings, settings, settings_size);
  return node;
}

ArraNode *
arra_tape_node (ArraTape *tape,
                gsize rows,
                gsize width,
                ArraNodeVjp vjp,
                ArraNode *const *inputs,
                guint n_inputs,
                gconstpointer settings,
                gsize settings_size)
{
  ArraNode *node = result (tape, rows, width, vjp, inputs, n_inputs, settings, settings_size);
  gsize count = 0;

  if (!arra_size_mul (rows, width, &count))
    tape->overflow = TRUE;
  node->data = arra_tape_keep (tape, count, sizeof (float));
  return node;
}

ArraNode *
arra_tape_node_over (ArraTape *tape,
                     ArraNode *over,
                     ArraNodeVjp vjp,
                     ArraNode *const *inputs,
                     guint n_inputs,
                     gconstpointer settings,
                     gsize settings_size)
{
  ArraNode *node = result (tape, over->rows, over->width, vjp, inputs, n_inputs, settings, settings_size);

  g_assert (over->vjp != NULL || !over->wanted); /* a leaf's data are the caller's */
  node->data = over->data;
  return node;
}

/* ---- gradients */

/* The least gap that is large enough, or new memory. */
static gsize
take_gap (ArraTape *tape, gsize count)
{
  gsize n_bytes = count * sizeof (float), offset;
  guint best = G_MAXUINT;

  for (guint i = 0; i < tape->n_gaps; i++)
    if (tape->gaps[i].size >= n_bytes && (best == G_MAXUINT || tape->gaps[i].size < tape->gaps[best].size))
      best = i;
  if (best == G_MAXUINT)
    return reserve (tape, count, sizeof (float), &n_bytes);
  offset = tape->gaps[best].offset;
  tape->gaps[best] = tape->gaps[--tape->n_gaps];
  return offset;
}

static void
reach (ArraTape *tape, ArraNode *node)
{
  gsize count = node->rows * node->width;

  if (!node->wanted || node->reached || node->vjp == NULL)
    return;
  node->reached = TRUE;
  if (node->grad_over_data)
    {
      node->grad = node->data;
      return;
    }
  tape->grads[node - tape->nodes] = take_gap (tape, count);
  node->grad = place (tape, tape->grads[node - tape->nodes]);
  if (node->grad != NULL)
    memset (node->grad, 0, count * sizeof (float));
}

static void
release (ArraTape *tape, ArraNode *node)
{
  if (node->reached && !node->grad_over_data)
    tape->gaps[tape->n_gaps++] = (Gap) { tape->grads[node - tape->nodes], node->rows * node->width * sizeof (float) };
  node->grad = NULL;
}

void
arra_tape_backward (ArraTape *tape)
{
  for (guint i = tape->n_nodes; i > 0; i--)
    {
      ArraNode *node = &tape->nodes[i - 1];

      if (node->vjp == NULL || (!node->reached && node->rows > 0))
        continue;
      for (guint k = 0; k < ARRA_NODE_INPUTS; k++)
        if (node->inputs[k] != NULL)
          reach (tape, node->inputs[k]);
      node->vjp (tape, node);
      release (tape, node);
    }
}

/* ---- runs */

static void
begin (ArraTape *tape, gboolean recording, gboolean computing)
{
  tape->recording = recording;
  tape->computing = computing;
  tape->n_nodes = tape->n_gaps = 0;
  tape->overflow = FALSE;
  if (!computing)
    tape->scratch = 0;
  tape->used = computing ? tape->scratch : 0;
}

gboolean
arra_tape_measure (ArraTape *tape, gboolean recording, ArraTapeFunc func, gpointer user, gsize *n_bytes, GError **error)
{
  begin (tape, recording, FALSE);
  if (!func (tape, user, error))
    return FALSE;
  if (tape->overflow || !arra_size_add (tape->scratch, tape->used, n_bytes))
    return arra_fail (error, ARRA_ERROR_NO_MEMORY,
                      "Not enough memory for the activations: their size cannot be counted");
  return TRUE;
}

gboolean
arra_tape_run (ArraTape *tape, gboolean recording, ArraTapeFunc func, gpointer user, GError **error)
{
  gsize needed;

  if (!arra_tape_measure (tape, recording, func, user, &needed, error))
    return FALSE;
  if (tape->capacity < needed)
    {
      arra_mem_clear (&tape->block);
      tape->capacity = 0;
      tape->block = arra_mem_new_within (needed, 1, "the activations, of which a smaller batch needs fewer", error);
      if (tape->block == NULL)
        return FALSE;
      tape->capacity = needed;
    }
  begin (tape, recording, TRUE);
  return func (tape, user, error);
}
