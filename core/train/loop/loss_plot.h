/* loss_plot.h - OUTPUT/loss.png: the curves of a training, drawn by cairo
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "metrics_file.h"

typedef struct
{
  const char *title; /* "vqgan: loss" */
  const ArraCurvePoint *training, *validation;
  guint n_training, n_validation;
} ArraLossPlot;

/* Draws 960 x 540 pixels, whole or not at all. Values that are far above the rest (the first steps) are cut
 * at the upper edge. */
gboolean arra_loss_plot_write (const ArraLossPlot *plot, const char *path, GError **error);
