/* test-metrics_file.c - rows are kept up to the step that is continued from, whole ones only
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "metrics_file.h"
#include "model_folder.h"
#include "toy.h"

static char *folder, *path;

static ArraMetricsFile *
open_at (guint64 step)
{
  g_autoptr (GError) error = NULL;
  ArraMetricsFile *file = arra_metrics_file_open (path, &toy_class, step, &error);

  g_assert_no_error (error);
  return file;
}

static void
add (ArraMetricsFile *file, guint64 step, double loss, double valid)
{
  ArraMetricsRow row
      = { .step = step, .learning_rate = 1e-3, .metrics = { loss, -1 }, .valid_metrics = { valid }, .seconds = 1.25 };
  g_autoptr (GError) error = NULL;

  arra_metrics_file_add (file, &row, &error);
  g_assert_no_error (error);
}

static void
assert_text (const char *rows)
{
  g_autofree char *expected = g_strconcat ("step,learning_rate,loss,norm,valid_loss,seconds\n", rows, NULL),
                  *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, expected);
}

#define ROW_5 "5,0.001,0.5,-1,,1.2\n"
#define ROW_10 "10,0.001,0.25,-1,0.75,1.2\n"

static void
test_rows (void)
{
  g_autoptr (ArraMetricsFile) file = open_at (0);
  guint n;

  add (file, 5, 0.5, NAN);
  add (file, 10, 0.25, 0.75);
  assert_text (ROW_5 ROW_10);
  g_assert_cmpfloat (arra_metrics_file_training (file, &n)[1].value, ==, 0.25);
  g_assert_cmpuint (n, ==, 2);
  g_assert_cmpfloat (arra_metrics_file_validation (file, &n)[0].step, ==, 10);
  g_assert_cmpuint (n, ==, 1);
}

static void
put (const char *rows)
{
  g_autofree char *text = g_strconcat ("step,learning_rate,loss,norm,valid_loss,seconds\n", rows, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
test_continue (void)
{
  ArraMetricsFile *file;
  guint n;

  put (ROW_5 ROW_10 "15,0.001,0.1,-1,0.5,1.2\n2");
  file = open_at (10);
  assert_text (ROW_5 ROW_10);
  arra_metrics_file_training (file, &n);
  g_assert_cmpuint (n, ==, 2);
  arra_metrics_file_validation (file, &n);
  g_assert_cmpuint (n, ==, 1);
  add (file, 12, 0.5, NAN);
  assert_text (ROW_5 ROW_10 "12,0.001,0.5,-1,,1.2\n");
  arra_metrics_file_free (file);
}

/* A torn row, rows of other columns, no file, another file. */
static void
test_odd (void)
{
  put (ROW_5 "10,0.001,0.25,-1,0.75,1.2");
  arra_metrics_file_free (open_at (20));
  assert_text (ROW_5);
  put ("nonsense\n" ROW_5 "6,1,2\n\n");
  arra_metrics_file_free (open_at (20));
  assert_text (ROW_5);
  g_assert_true (g_file_set_contents (path, "step,other\n1,2\n", -1, NULL));
  arra_metrics_file_free (open_at (20));
  assert_text ("");
  g_assert_true (arra_folder_remove (path, NULL));
  arra_metrics_file_free (open_at (20));
  assert_text ("");
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("arra-metrics-XXXXXX", &error);
  g_assert_no_error (error);
  path = g_build_filename (folder, "metrics.csv", NULL);
  g_test_add_func ("/metrics_file/rows", test_rows);
  g_test_add_func ("/metrics_file/continue", test_continue);
  g_test_add_func ("/metrics_file/odd", test_odd);
  status = g_test_run ();
  arra_folder_remove (folder, &error);
  g_free (folder);
  g_free (path);
  return status;
}
