/* tape.h - what a computation did, kept so that gradients can be taken in reverse; memory is measured before it is used
 *
 * A computation is a function that makes nodes. arra_tape_run() calls it twice: once to measure (shapes are known,
 * nothing is computed), then, with all memory in one block, to compute. A node's vjp adds to the gradients of its
 * inputs. Gradients of activations live from their first use to the end of their node's vjp and then give their memory
 * to others; those of leaves belong to the caller and are added to.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "exec.h"

#define ARRA_NODE_INPUTS 4
#define ARRA_NODE_SETTINGS 128

typedef struct _ArraTape ArraTape;
typedef struct _ArraNode ArraNode;

/* Adds to the gradients of @node's inputs (those that are wanted), given node->grad. Called while measuring too: there
 * it must only ask for its scratch. */
typedef void (*ArraNodeVjp) (ArraTape *tape, ArraNode *node);

struct _ArraNode
{
  gsize rows, width;
  float *data;                        /* [rows][width]; NULL while measuring */
  float *grad;                        /* the same; NULL: constant, or nothing has arrived */
  ArraNodeVjp vjp;                    /* NULL: a leaf */
  ArraNode *inputs[ARRA_NODE_INPUTS]; /* as many as there are */
  gboolean wanted;                    /* whether a gradient flows through it */
  gboolean reached;                   /* whether a part of its gradient has arrived */
  gboolean grad_over_data;            /* set by an only consumer whose vjp writes, not adds, and can do so over data */
  _Alignas (16) guint8 settings[ARRA_NODE_SETTINGS]; /* the operation's own */
};

/* @max_nodes: as many as one computation makes, leaves included. */
ArraTape *arra_tape_new (const ArraExec *exec, guint max_nodes, GError **error);
void arra_tape_free (ArraTape *tape); /* nullable */
const ArraExec *arra_tape_exec (const ArraTape *tape);

/* The computation; returns FALSE with @error set to stop. */
typedef gboolean (*ArraTapeFunc) (ArraTape *tape, gpointer user, GError **error);

/* What running @func would take, without computing. */
gboolean arra_tape_measure (ArraTape *tape,
                            gboolean recording,
                            ArraTapeFunc func,
                            gpointer user,
                            gsize *n_bytes,
                            GError **error);

/* Runs @func twice as described. Without @recording no vjp is kept and arra_tape_backward() does nothing. Fails when
 * @func does and when there is not enough memory; a block that is large enough is used again. */
gboolean arra_tape_run (ArraTape *tape, gboolean recording, ArraTapeFunc func, gpointer user, GError **error);

/* ---- within the function */
gboolean arra_tape_computes (const ArraTape *tape); /* FALSE while measuring: data are NULL */

/* A value of the caller's; @grad (nullable): where its gradient is added. */
ArraNode *arra_tape_leaf (ArraTape *tape, gsize rows, gsize width, const float *data, float *grad);
/* A result of @n_inputs inputs; its data are undefined. @settings (nullable) are copied. */
ArraNode *arra_tape_node (ArraTape *tape,
                          gsize rows,
                          gsize width,
                          ArraNodeVjp vjp,
                          ArraNode *const *inputs,
                          guint n_inputs,
                          gconstpointer settings,
                          gsize settings_size);
/* The same, written over the data of @place, which no vjp may need any more. */
ArraNode *arra_tape_node_over (ArraTape *tape,
                               ArraNode *place,
                               ArraNodeVjp vjp,
                               ArraNode *const *inputs,
                               guint n_inputs,
                               gconstpointer settings,
                               gsize settings_size);

/* Memory kept to the end of the computation; NULL while measuring. */
gpointer arra_tape_keep (ArraTape *tape, gsize count, gsize size);
/* Says that operations need this much for the moment, and (in vjps too) where it is; NULL while measuring. */
float *arra_tape_scratch (ArraTape *tape, gsize n_floats);

/* The vjps of all nodes in reverse, once, at the end. Nodes of 0 rows are losses: their vjps start it. */
void arra_tape_backward (ArraTape *tape);

/* @settings of a node as its type. */
#define ARRA_NODE_SETTINGS_OF(type, node) ((type *) (void *) (node)->settings)

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraTape, arra_tape_free)
