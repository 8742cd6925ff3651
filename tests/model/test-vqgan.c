/* test-vqgan.c - loading a VQGAN: its table of tensors, and files that do not fit
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "golden_vqgan.h"

static gboolean
count_name (const char *name, const ArraTensor *stored, gpointer data, GError **error)
{
  g_hash_table_add (data, g_strdup (name));
  g_assert_nonnull (stored);
  return TRUE;
}

/* The table names every tensor of the file, each once. */
static void
test_table (void)
{
  g_autoptr (ArraSource) source = golden_source ("vqgan/small/vqgan.safetensors");
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GError *error = NULL;

  arra_vqgan_foreach (&vqgan_small, source, "", count_name, names, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_hash_table_size (names), ==, arra_source_count (source));
  for (gsize i = 0; i < arra_source_count (source); i++)
    g_assert_true (g_hash_table_contains (names, arra_source_name (source, i)));
}

static void
test_wrong_shape (void)
{
  g_autoptr (ArraSource) source = golden_source ("vqgan/small/vqgan.safetensors");
  ArraVqganConfig config = vqgan_small;
  GError *error = NULL;

  config.z_channels = 25;
  g_assert_null (arra_vqgan_new (&config, source, "", NULL, NULL, &error));
  g_assert_nonnull (strstr (error->message, "vqgan.safetensors"));
  g_assert_nonnull (strstr (error->message, "encoder.conv_out.weight"));
  g_clear_error (&error);
  g_assert_null (arra_vqgan_new (&vqgan_small, source, "elsewhere.", NULL, NULL, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "elsewhere.quantize.embedding.weight"));
  g_clear_error (&error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/vqgan/table", test_table);
  g_test_add_func ("/vqgan/wrong-shape", test_wrong_shape);
  return g_test_run ();
}
