/* muon.h - Muon: the matrices and kernels of hidden layers step along an orthogonal matrix near their averaged gradient
 *
 * K. Jordan et al., "Muon: an optimizer for hidden layers in neural networks" (2024); the factor that makes learning
 * rate and weight decay those of AdamW is of Liu et al., "Muon is scalable for LLM training" (arXiv 2502.16982). The
 * matrices are those of a network's layers, in encoders and in the head of the alignment too, and the kernels of a
 * VQGAN's blocks and of what comes between its levels; all other parameters (embeddings, the output layer, norms,
 * biases) are AdamW's.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "exec.h"
#include "parameters.h"

typedef struct
{
  double momentum; /* share of the old in the average of gradients */
  double weight_decay;
} ArraMuonSettings;
#define ARRA_MUON_MOMENTUM 0.95

/* It has no state of its own: averages of gradients lie where the caller keeps them. */
typedef struct
{
  ArraMuonSettings settings;
  guint8 *takes; /* for each parameter of the table: whether it is one of Muon's */
  guint *items;  /* those that are */
  guint n_items, n_workers;
  gsize matrix, square; /* floats of the largest matrix, and of the square of its smaller side */
  float *scratch;       /* of each worker: two matrices, two squares */
} ArraMuon;

/* For at most as many threads as @exec has. */
ArraMuon *arra_muon_new (const ArraMuonSettings *settings,
                         const ArraParameters *parameters,
                         const ArraExec *exec,
                         GError **error);
void arra_muon_free (ArraMuon *muon); /* nullable */
/* @mean: averages of gradients, laid out as the values are; those of Muon's parameters follow. The same bits for any
 * number of threads. */
void
arra_muon_step (ArraMuon *muon, const ArraExec *exec, double learning_rate, ArraParameters *parameters, float *mean);

/* X[rows][columns], not all zero, becomes a matrix of the same singular vectors whose singular values lie between 0.68
 * and 1.14, where they were above 0.005 of the Frobenius norm. @other: as large; @squares: two of the smaller side's.
 * Returns: where the result is, @x or @other. */
float *arra_muon_orthogonalize (gsize rows, gsize columns, float *x, float *other, float *squares);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraMuon, arra_muon_free)
