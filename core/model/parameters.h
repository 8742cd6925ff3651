/* parameters.h - the tensors that training changes: names, shapes, values and gradients
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "source.h"
#include "tape.h"
#include "weight_table.h"

#define ARRA_PARAMETER_NAME 96
#define ARRA_PARAMETER_DIMS 4

typedef struct
{
  char name[ARRA_PARAMETER_NAME]; /* as in checkpoints */
  gboolean optional;              /* a checkpoint may lack it: it keeps its start */
  gboolean fixed;                 /* it is not learnt */
  guint n_dims;                   /* 0: a single number */
  gint64 shape[ARRA_PARAMETER_DIMS];
  gsize count, offset; /* floats, in data and in grad */
} ArraParameter;

/* Values and gradients lie in one block each, in the order of the table, every tensor at a multiple of ARRA_MEM_ALIGN;
 * what is between them is zero, so that optimisers may walk the blocks as wholes. */
typedef struct
{
  ArraParameter *items;
  guint n, room, n_fixed;
  gsize size;         /* floats of each block */
  float *data, *grad; /* @grad: NULL when none are wanted */
} ArraParameters;

ArraParameters *arra_parameters_new (GError **error);
void arra_parameters_free (ArraParameters *parameters); /* nullable */

/* Building the table, tensor by tensor. */
gboolean arra_parameters_add (ArraParameters *parameters,
                              const char *name,
                              gboolean optional,
                              guint n_dims,
                              const gint64 *shape,
                              GError **error);
/* The same as an ArraShapeFunc, for what describes a model: @data are the parameters; nothing of it is optional. */
gboolean arra_parameters_add_shape (const char *name, guint n_dims, const gint64 *shape, gpointer data, GError **error);
/* Ends it: the values and, when @gradients are wanted (inference wants none: leaves are constants then), their
 * gradients; all zero. */
gboolean arra_parameters_allocate (ArraParameters *parameters, gboolean gradients, GError **error);

/* The start of an untrained model, as the reference's _init_weights: matrices are normal with @deviation (0.02 there),
 * weights of norms are 1, biases 0. A function of @seed, the tensor's place in the table and the element. */
void arra_parameters_start (ArraParameters *parameters, guint64 seed, float deviation);
/* The same with the deviation 1 / sqrt (inputs of an output) for each matrix and kernel (LeCun et al., Efficient
 * BackProp, section 4.6). */
void arra_parameters_start_by_inputs (ArraParameters *parameters, guint64 seed);
/* Whether @source has what arra_parameters_load() will ask for, but for values that are not finite: before memory is
 * taken for a shape that a stranger's file claims. */
gboolean arra_parameters_check (const ArraParameters *parameters, ArraSource *source, GError **error);
/* Copies values from @source, widened; presence, shape, type and finiteness are checked as arra_param_bind() does. */
gboolean arra_parameters_load (ArraParameters *parameters, ArraSource *source, GError **error);
/* The same for a model's weights, which may be called otherwise in their source, and for what is optional. */
gboolean arra_parameters_load_weights (ArraParameters *parameters, const ArraWeights *weights, GError **error);
/* Writes @data, laid out as the values are (the values, or their average), to safetensors. */
gboolean arra_parameters_save (const ArraParameters *parameters, const float *data, const char *path, GError **error);
/* The tensor @name of the table is not learnt: optimisers leave it alone. */
void arra_parameters_fix (ArraParameters *parameters, const char *name);
/* The tensor @name of the table becomes zero. */
void arra_parameters_zero (ArraParameters *parameters, const char *name);
/* Zeroes the rows of @name (a matrix of the table) that @flags marks: the image rows of lm_head, for the start from a
 * model that wrote text only. */
void arra_parameters_zero_rows (ArraParameters *parameters, const char *name, const guint8 *flags);

const ArraParameter *arra_parameters_find (const ArraParameters *parameters, const char *name); /* (nullable) */
/* Adds the values of the tensors whose names begin with one of @prefixes (nullable: of all) to @sum. */
void arra_parameters_hash (const ArraParameters *parameters, const char *const *prefixes, GChecksum *sum);
void arra_parameters_zero_grad (ArraParameters *parameters);
/* The tensor as a leaf of a computation: [shape[0]][rest], a vector or number as one row. It must be in the table. */
ArraNode *arra_parameters_leaf (const ArraParameters *parameters, ArraTape *tape, const char *name);
/* Rows @first .. @first + @n - 1 of a matrix of the table. */
ArraNode *
arra_parameters_leaf_rows (const ArraParameters *parameters, ArraTape *tape, const char *name, gsize first, gsize n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraParameters, arra_parameters_free)
