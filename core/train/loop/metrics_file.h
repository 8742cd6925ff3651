/* metrics_file.h - OUTPUT/metrics.csv: how a training went, and its curves
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "trainee.h"

/* A row. Values of validation are NAN where none was made. */
typedef struct
{
  guint64 step; /* steps made */
  double learning_rate;
  double metrics[ARRA_TRAIN_METRICS]; /* means since the row before */
  double valid_metrics[ARRA_TRAIN_METRICS];
  double seconds; /* spent up to here, over all runs */
} ArraMetricsRow;

/* A point of a curve. */
typedef struct
{
  double step, value;
} ArraCurvePoint;

typedef struct _ArraMetricsFile ArraMetricsFile;

/* Opens @path for appending. Whole rows up to @step that it holds stay, all else is cut off; a file with
 * other columns is replaced. */
ArraMetricsFile *arra_metrics_file_open (const char *path, const ArraTraineeClass *klass, guint64 step, GError **error);
void arra_metrics_file_free (ArraMetricsFile *file); /* nullable */
/* The row is in the file when this returns. */
gboolean arra_metrics_file_add (ArraMetricsFile *file, const ArraMetricsRow *row, GError **error);

/* The first metric over the steps, in training and in validation, of all rows in the file. Borrowed, until
 * the next row. */
const ArraCurvePoint *arra_metrics_file_training (const ArraMetricsFile *file, guint *n);
const ArraCurvePoint *arra_metrics_file_validation (const ArraMetricsFile *file, guint *n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraMetricsFile, arra_metrics_file_free)
