/* replay.c - runs a fuzz target without libFuzzer: over the seed files, all their beginnings and many small changes
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include <string.h>

#define MAX_CUTS 4000    /* beginnings tried of one file */
#define MAX_CHANGES 2000 /* places changed in one file */

/* A copy of exactly that size, so that reading past its end is seen. */
static void
run_copy (const guint8 *data, gsize size)
{
  g_autofree guint8 *copy = g_malloc (MAX (size, 1));

  memcpy (copy, data, size);
  LLVMFuzzerTestOneInput (copy, size);
}

static void
run_changed (guint8 *data, gsize size, gsize at)
{
  const guint8 old = data[at];
  const guint8 others[] = { 0, 0xFF, old ^ 1, old ^ 0x80, old + 1 };

  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      data[at] = others[i];
      run_copy (data, size);
    }
  data[at] = old;
}

static void
test_file (gconstpointer path)
{
  g_autofree char *text = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (path, &text, &size, NULL));
  run_copy ((const guint8 *) text, size);
  for (gsize cut = 0; cut < size; cut += 1 + size / MAX_CUTS)
    run_copy ((const guint8 *) text, cut);
  for (gsize at = 0; at < size; at += 1 + size / MAX_CHANGES)
    run_changed ((guint8 *) text, size, at);
}

int
main (int argc, char **argv)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = NULL;
  const char *name;

  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  dir = g_dir_open (argv[1], 0, NULL);
  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *title = g_strdup_printf ("/fuzz/replay/%s", name);

      g_ptr_array_add (paths, g_build_filename (argv[1], name, NULL));
      g_test_add_data_func (title, g_ptr_array_index (paths, paths->len - 1), test_file);
    }
  g_assert_cmpuint (paths->len, >, 0);
  return g_test_run ();
}
