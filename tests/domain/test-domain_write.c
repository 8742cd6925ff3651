/* test-domain_write.c - a written series: pictures, captions and labels; resuming, growing, stopping,
 * refusing
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <string.h>

#include "domain.h"
#include "jsonguard.h"
#include "scratch.h"

#define SIZE 32

static const ArraDomain *domain;

static ArraDomainSeries
series_of (guint64 first, guint64 count, guint threads)
{
  return (ArraDomainSeries) {
    .split = ARRA_DOMAIN_TRAINING, .seed = 4, .first = first, .count = count, .size = SIZE, .threads = threads
  };
}

static void
write_series (const char *directory, guint64 first, guint64 count, guint threads)
{
  ArraDomainSeries series = series_of (first, count, threads);
  GError *error = NULL;

  arra_domain_write (domain, &series, directory, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
}

static char *
contents (const char *directory, const char *name, gsize *size)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);
  char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, size, NULL));
  return text;
}

static void
check_line (const char *line, const char *directory, guint64 index)
{
  GError *error = NULL;
  JsonObject *object;
  g_autoptr (JsonParser) parser = arra_json_parse (line, strlen (line), "metadata.jsonl", &object, &error);
  g_autofree char *name = g_strdup_printf ("images/%06u.png", (guint) index);
  g_autofree char *path = g_build_filename (directory, name, NULL);
  g_autoraster ArraRaster raster = { 0 }, again = { 0 };
  ArraDomainItem item;

  g_assert_no_error (error);
  g_assert_nonnull (parser);
  arra_domain_item (domain, ARRA_DOMAIN_TRAINING, 4, index, &item);
  g_assert_cmpstr (arra_json_get_string (object, "", "file_name", NULL), ==, name);
  g_assert_cmpstr (arra_json_get_string (object, "", "text", NULL), ==, item.caption);
  for (guint a = 0; a < domain->n_attributes; a++)
    g_assert_cmpstr (arra_json_get_string (object, "", domain->attributes[a].name, NULL), ==,
                     domain->attributes[a].values[item.labels[a]]);
  g_assert_true (arra_raster_load (&raster, path, NULL));
  g_assert_true (arra_raster_init (&again, SIZE, SIZE, 3, NULL));
  g_assert_true (domain->draw (4, index, item.labels, &again, NULL));
  g_assert_cmpmem (raster.pixels, SIZE * SIZE * 3, again.pixels, SIZE * SIZE * 3);
}

static void
check_metadata (const char *directory, guint64 first, guint count)
{
  g_autofree char *text = contents (directory, "metadata.jsonl", NULL);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  g_assert_cmpuint (g_strv_length (lines), ==, count + 1);
  for (guint i = 0; i < count; i++)
    check_line (lines[i], directory, first + i);
}

static void
test_written (void)
{
  g_autofree char *directory = scratch_path ("written");

  write_series (directory, 3, 20, 2);
  check_metadata (directory, 3, 20);
}

static void
test_attributes (void)
{
  g_autofree char *directory = scratch_path ("attributes"),
                  *path = g_build_filename (directory, "attributes.json", NULL);
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *object;
  GError *error = NULL;

  write_series (directory, 0, 1, 1);
  parser = arra_json_parse_file (path, &object, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (json_object_get_size (object), ==, domain->n_attributes);
  for (guint a = 0; a < domain->n_attributes; a++)
    {
      JsonArray *values = arra_json_get_array (object, path, domain->attributes[a].name, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (json_array_get_length (values), ==, domain->attributes[a].n_values);
      for (guint v = 0; v < domain->attributes[a].n_values; v++)
        g_assert_cmpstr (json_array_get_string_element (values, v), ==, domain->attributes[a].values[v]);
    }
}

/* The file says what it is: drawn by an algorithm, and not for diagnosis. */
static void
test_labelled (void)
{
  g_autofree char *directory = scratch_path ("labelled"), *png = NULL;
  gsize size;

  write_series (directory, 0, 1, 1);
  png = contents (directory, "images/000000.png", &size);
  g_assert_nonnull (memmem (png, size, "algorithmicMedia", 16));
  g_assert_nonnull (memmem (png, size, domain->notice, strlen (domain->notice)));
  g_assert_nonnull (memmem (png, size, "--seed 4", 8));
}

static void
test_threads (void)
{
  g_autofree char *one = scratch_path ("one"), *three = scratch_path ("three");

  write_series (one, 0, 7, 1);
  write_series (three, 0, 7, 3);
  for (guint i = 0; i < 7; i++)
    {
      g_autofree char *name = g_strdup_printf ("images/%06u.png", i);
      gsize n, m;
      g_autofree char *a = contents (one, name, &n), *b = contents (three, name, &m);

      g_assert_cmpmem (a, n, b, m);
    }
}

/* What is there whole stays as it is, what is missing, empty or cut is drawn, and the series can grow. */
static void
test_resume (void)
{
  g_autofree char *directory = scratch_path ("resume"), *kept = g_build_filename (directory, "images/000001.png", NULL);
  g_autofree char *lost = g_build_filename (directory, "images/000002.png", NULL);
  g_autofree char *empty = g_build_filename (directory, "images/000000.png", NULL);
  g_autofree char *cut = g_build_filename (directory, "images/000003.png", NULL), *other = NULL, *text = NULL;
  gsize n, m;

  write_series (directory, 0, 4, 2);
  other = contents (directory, "images/000003.png", &n);
  scratch_write (kept, other, n);
  scratch_write (cut, other, n - 1);
  scratch_write (empty, "", 0);
  g_assert_cmpint (g_unlink (lost), ==, 0);
  write_series (directory, 0, 9, 2);
  text = contents (directory, "images/000001.png", &m);
  g_assert_cmpmem (text, m, other, n);
  g_assert_cmpint (g_unlink (kept), ==, 0);
  write_series (directory, 0, 9, 2);
  check_metadata (directory, 0, 9);
}

static void
cancel_early (guint done, guint count, gpointer cancellable)
{
  g_assert_cmpuint (done, <, count);
  g_cancellable_cancel (cancellable);
}

static void
test_cancel (void)
{
  g_autofree char *directory = scratch_path ("cancel"),
                  *metadata = g_build_filename (directory, "metadata.jsonl", NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  ArraDomainSeries series = series_of (0, 200, 2);

  g_assert_false (arra_domain_write (domain, &series, directory, cancel_early, cancellable, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (g_file_test (metadata, G_FILE_TEST_EXISTS));
  write_series (directory, 0, 50, 2);
  check_metadata (directory, 0, 50);
}

static void
refuse (const ArraDomainSeries *series, const char *directory, const char *word)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (arra_domain_write (domain, series, directory, NULL, NULL, NULL, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
  g_assert_nonnull (strstr (error->message, word));
}

static void
test_refused (void)
{
  g_autofree char *directory = scratch_path ("refused"), *others = scratch_path ("others");
  g_autofree char *metadata = g_build_filename (others, "metadata.jsonl", NULL);
  ArraDomainSeries series = series_of (0, 2, 1);

  write_series (directory, 0, 2, 1);
  series.seed = 5;
  refuse (&series, directory, directory);
  series = series_of (0, 2, 1);
  series.split = ARRA_DOMAIN_ALL;
  refuse (&series, directory, "another series");
  series = series_of (0, 2, 1);
  series.size = 40;
  refuse (&series, directory, "32 pixels");
  series.size = 4096;
  refuse (&series, directory, "2048");
  series = series_of (0, 0, 1);
  refuse (&series, directory, "1 to");
  g_assert_cmpint (g_mkdir (others, 0755), ==, 0);
  scratch_write (metadata, "{}\n", 3);
  series = series_of (0, 2, 1);
  refuse (&series, others, "no series that made it");
}

static void
test_no_directory (void)
{
  g_autofree char *file = scratch_path ("file"), *directory = g_build_filename (file, "inside", NULL);
  ArraDomainSeries series = series_of (0, 1, 1);
  g_autoptr (GError) error = NULL;

  scratch_write (file, "x", 1);
  g_assert_false (arra_domain_write (domain, &series, directory, NULL, NULL, NULL, &error));
  g_assert_true (error->domain == G_FILE_ERROR);
  g_assert_nonnull (strstr (error->message, directory));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  domain = arra_domain_find ("phantom-cxr", NULL);
  g_test_add_func ("/domain/write/written", test_written);
  g_test_add_func ("/domain/write/attributes", test_attributes);
  g_test_add_func ("/domain/write/labelled", test_labelled);
  g_test_add_func ("/domain/write/threads", test_threads);
  g_test_add_func ("/domain/write/resume", test_resume);
  g_test_add_func ("/domain/write/cancel", test_cancel);
  g_test_add_func ("/domain/write/refused", test_refused);
  g_test_add_func ("/domain/write/no-directory", test_no_directory);
  return scratch_run ();
}
