/* metrics_file.c - how a training went, and its curves
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "metrics_file.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "mapping.h"
#include "mem.h"

#define LARGEST ((gsize) 256 << 20) /* bytes of a table */

struct _ArraMetricsFile
{
  char *path;
  FILE *stream;
  guint n_metrics, n_valid;
  GArray *training, *validation; /* of ArraCurvePoint */
};

static guint
count_names (const char *const *names)
{
  return names != NULL ? g_strv_length ((char **) names) : 0;
}

static char *
header_of (const ArraTraineeClass *klass)
{
  GString *header = g_string_new ("step,learning_rate");

  for (guint i = 0; i < count_names (klass->metrics); i++)
    g_string_append_printf (header, ",%s", klass->metrics[i]);
  for (guint i = 0; i < count_names (klass->valid_metrics); i++)
    g_string_append_printf (header, ",valid_%s", klass->valid_metrics[i]);
  g_string_append (header, ",seconds");
  return g_string_free (header, FALSE);
}

static void
add_point (GArray *curve, guint64 step, double value)
{
  ArraCurvePoint point = { (double) step, value };

  if (isfinite (value))
    g_array_append_val (curve, point);
}

/* Keeps @line when it is a row up to @step. */
static void
take_line (ArraMetricsFile *file, const char *line, guint64 step, GString *kept)
{
  g_auto (GStrv) fields = g_strsplit (line, ",", -1);
  guint n = 3 + file->n_metrics + file->n_valid;
  guint64 at;

  if (g_strv_length (fields) != n || !g_ascii_string_to_unsigned (fields[0], 10, 0, step, &at, NULL))
    return;
  g_string_append_printf (kept, "%s\n", line);
  add_point (file->training, at, g_ascii_strtod (fields[2], NULL));
  if (file->n_valid > 0 && *fields[2 + file->n_metrics] != '\0')
    add_point (file->validation, at, g_ascii_strtod (fields[2 + file->n_metrics], NULL));
}

/* What stays of the file as it is: the header at least. */
static GString *
keep_rows (ArraMetricsFile *file, const char *header, guint64 step)
{
  GString *kept = g_string_new (NULL);
  g_automem char *text = NULL;
  g_auto (GStrv) lines = NULL;

  g_string_append_printf (kept, "%s\n", header);
  text = step > 0 ? arra_read_file (file->path, LARGEST, NULL, NULL) : NULL;
  if (text == NULL)
    return kept;
  lines = g_strsplit (text, "\n", -1);
  if (lines[0] == NULL || !g_str_equal (lines[0], header))
    return kept;
  for (guint i = 1; lines[i] != NULL && lines[i + 1] != NULL; i++) /* the last has no end, and may be torn */
    take_line (file, lines[i], step, kept);
  return kept;
}

static gboolean
fail_errno (const ArraMetricsFile *file, GError **error)
{
  g_set_error (error, G_FILE_ERROR, (gint) g_file_error_from_errno (errno), "%s: cannot be written: %s", file->path,
               g_strerror (errno));
  return FALSE;
}

ArraMetricsFile *
arra_metrics_file_open (const char *path, const ArraTraineeClass *klass, guint64 step, GError **error)
{
  g_autoptr (ArraMetricsFile) file = g_new0 (ArraMetricsFile, 1);
  g_autofree char *header = header_of (klass);
  g_autoptr (GString) kept = NULL;

  file->path = g_strdup (path);
  file->n_metrics = count_names (klass->metrics);
  file->n_valid = count_names (klass->valid_metrics);
  file->training = g_array_new (FALSE, FALSE, sizeof (ArraCurvePoint));
  file->validation = g_array_new (FALSE, FALSE, sizeof (ArraCurvePoint));
  kept = keep_rows (file, header, step);
  if (!arra_write_file (path, kept->str, kept->len, error))
    return NULL;
  file->stream = g_fopen (path, "ae");
  if (file->stream == NULL && !fail_errno (file, error))
    return NULL;
  return g_steal_pointer (&file);
}

void
arra_metrics_file_free (ArraMetricsFile *file)
{
  if (file == NULL)
    return;
  if (file->stream != NULL)
    fclose (file->stream);
  g_array_unref (file->training);
  g_array_unref (file->validation);
  g_free (file->path);
  g_free (file);
}

static void
append_number (GString *line, double value, const char *format)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append_c (line, ',');
  if (!isnan (value))
    g_string_append (line, g_ascii_formatd (text, sizeof text, format, value));
}

gboolean
arra_metrics_file_add (ArraMetricsFile *file, const ArraMetricsRow *row, GError **error)
{
  g_autoptr (GString) line = g_string_new (NULL);

  g_string_append_printf (line, "%" G_GUINT64_FORMAT, row->step);
  append_number (line, row->learning_rate, "%.6g");
  for (guint i = 0; i < file->n_metrics; i++)
    append_number (line, row->metrics[i], "%.6g");
  for (guint i = 0; i < file->n_valid; i++)
    append_number (line, row->valid_metrics[i], "%.6g");
  append_number (line, row->seconds, "%.1f");
  g_string_append_c (line, '\n');
  if (fputs (line->str, file->stream) < 0 || fflush (file->stream) != 0)
    return fail_errno (file, error);
  add_point (file->training, row->step, row->metrics[0]);
  if (file->n_valid > 0)
    add_point (file->validation, row->step, row->valid_metrics[0]);
  return TRUE;
}

static const ArraCurvePoint *
points_of (const GArray *curve, guint *n)
{
  *n = curve->len;
  return (const ArraCurvePoint *) (const void *) curve->data;
}

const ArraCurvePoint *
arra_metrics_file_training (const ArraMetricsFile *file, guint *n)
{
  return points_of (file->training, n);
}

const ArraCurvePoint *
arra_metrics_file_validation (const ArraMetricsFile *file, guint *n)
{
  return points_of (file->validation, n);
}
