/* measured.c - `arra` at work on large checkpoints, and the memory that takes
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "measured.h"

#include <json-glib/json-glib.h>
#include <sys/statvfs.h>

#define MAX_CONVERSION ((guint64) 2 << 30)
#define TOLERANCE 0.05
#define SPARE ((guint64) 256 << 20)

static const char *arra;

void
measured_init (const char *program)
{
  arra = program;
}

Watched *
measured_run (const char *what, int exit_code, const char *environment, const char *const *arguments)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new ();
  Watched *watched;

  g_ptr_array_add (all, (gpointer) arra);
  do
    g_ptr_array_add (all, (gpointer) *arguments);
  while (*arguments++ != NULL);
  watched = watch_run ((const char *const *) all->pdata, environment);
  g_test_message ("%s: %.1f s, private %.0f MiB, private and mapped %.0f MiB", what, watched->seconds,
                  (double) watched->peak_private / (1 << 20), (double) watched->peak_total / (1 << 20));
  if (watched->exit_code != exit_code)
    {
      g_test_message ("%s: exit code %d: %s", what, watched->exit_code, watched->err);
      g_test_fail ();
    }
  return watched;
}

gboolean
measured_has_room (guint64 bytes)
{
  struct statvfs status;
  guint64 needed = bytes * 8 / 5 + SPARE, there;

  g_assert_cmpint (statvfs (g_get_tmp_dir (), &status), ==, 0);
  there = (guint64) status.f_bavail * status.f_frsize;
  if (there >= needed)
    return TRUE;
  g_autofree char *reason = g_strdup_printf ("%s has %" G_GUINT64_FORMAT " MB free, %" G_GUINT64_FORMAT " are needed",
                                             g_get_tmp_dir (), there / 1000000, needed / 1000000);
  g_test_skip (reason);
  return FALSE;
}

void
measured_convert (const char *checkpoint, const char *file)
{
  const char *const arguments[] = { "convert", checkpoint, "-o", file, "--type", "q8_0", NULL };
  g_autoptr (Watched) watched = measured_run ("convert", 0, NULL, arguments);

  g_assert_cmpuint (watched->peak_private, <, MAX_CONVERSION);
}

guint64
measured_quote (const char *file, const char *size)
{
  const char *const arguments[] = { "info", file, "--json", size != NULL ? "--size" : NULL, size, NULL };
  g_autoptr (Watched) watched = measured_run ("info", 0, NULL, arguments);
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *memory;

  if (!json_parser_load_from_data (parser, watched->out, -1, NULL))
    {
      g_test_fail ();
      return 1;
    }
  memory = json_object_get_object_member (json_node_get_object (json_parser_get_root (parser)), "memory");
  return (guint64) json_object_get_int_member_with_default (memory, "total", 1);
}

static void
check_taken (const Watched *watched, guint64 quote)
{
  double share = (double) watched->peak_total / (double) quote;

  g_test_message ("quoted %.0f MiB, taken %.4f of it; %s", (double) quote / (1 << 20), share, watched->out);
  g_assert_cmpfloat (share, <, 1 + TOLERANCE);
  g_assert_cmpfloat (share, >, 1 - TOLERANCE);
}

void
measured_generate (const char *file, const char *prompt, const char *size, const char *picture)
{
  const char *const arguments[] = { "generate",
                                    "--model",
                                    file,
                                    "--prompt",
                                    prompt,
                                    "--seed",
                                    "7",
                                    "--json",
                                    "-o",
                                    picture,
                                    size != NULL ? "--size" : NULL,
                                    size,
                                    NULL };
  guint64 quote = measured_quote (file, size);
  g_autoptr (Watched) watched = measured_run ("generate", 0, NULL, arguments);

  check_taken (watched, quote);
  g_assert_true (g_file_test (picture, G_FILE_TEST_EXISTS));
}

void
measured_features (const char *pictures, const char *encoder, const char *file)
{
  const char *const arguments[] = { "features", "--data", pictures, "--encoder", encoder, "-o", file, NULL };
  guint64 quote = measured_quote (encoder, NULL);
  g_autoptr (Watched) watched = measured_run ("features", 0, NULL, arguments);

  check_taken (watched, quote);
  g_assert_true (g_file_test (file, G_FILE_TEST_EXISTS));
}
