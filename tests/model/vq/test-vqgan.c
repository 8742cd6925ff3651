/* test-vqgan.c - loading a VQGAN: its table of tensors, and files that do not fit
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

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

/* The hash after the tensor @changed has another first number. */
static char *
hash_with (const char *changed)
{
  g_autoptr (ArraSource) source = golden_source ("vqgan/small/vqgan.safetensors");
  const ArraTensor *tensor = arra_source_find (source, changed);
  g_autofree guint8 *bytes = g_memdup2 (tensor->data, tensor->n_bytes);
  g_autoptr (GArray) named = g_array_new (FALSE, TRUE, sizeof (ArraNamedTensor));
  g_autofree char *path = NULL;
  g_autoptr (ArraSource) other = NULL;
  g_autoptr (GError) error = NULL;
  char *hash;
  int fd = g_file_open_tmp ("arra-vqgan-XXXXXX", &path, &error);

  g_assert_no_error (error);
  close (fd);
  bytes[0] ^= 1;
  for (gsize i = 0; i < arra_source_count (source); i++)
    {
      ArraNamedTensor entry = { arra_source_name (source, i), *arra_source_tensor (source, i) };

      if (strcmp (entry.name, changed) == 0)
        entry.tensor.data = bytes;
      g_array_append_val (named, entry);
    }
  arra_safetensors_write (path, (const ArraNamedTensor *) (const void *) named->data, named->len, &error);
  g_assert_no_error (error);
  other = arra_safetensors_open (path, &error);
  hash = arra_vqgan_encoder_sha256 (&vqgan_small, other, "", &error);
  g_assert_no_error (error);
  g_unlink (path);
  return hash;
}

/* What decides codes decides the hash, and nothing else does. */
static void
test_hash (void)
{
  static const char *const matter[] = { "encoder.conv_in.bias", "quant_conv.weight", "quantize.embedding.weight" };
  static const char *const others[] = { "decoder.conv_in.bias", "post_quant_conv.weight" };
  g_autoptr (ArraSource) source = golden_source ("vqgan/small/vqgan.safetensors");
  g_autoptr (GError) error = NULL;
  g_autofree char *hash = arra_vqgan_encoder_sha256 (&vqgan_small, source, "", &error);

  g_assert_no_error (error);
  g_assert_cmpuint (strlen (hash), ==, 64);
  for (gsize i = 0; i < G_N_ELEMENTS (matter); i++)
    {
      g_autofree char *changed = hash_with (matter[i]);

      g_assert_cmpstr (changed, !=, hash);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autofree char *changed = hash_with (others[i]);

      g_assert_cmpstr (changed, ==, hash);
    }
}

/* How the decoder normalises is nothing to codes; how the encoder does, is. */
static void
test_hash_of_norms (void)
{
  g_autoptr (ArraSource) source = golden_source ("vqgan/small/vqgan.safetensors");
  ArraVqganConfig config = vqgan_small;
  char *hashes[3];

  for (config.pixel_norm = 0; config.pixel_norm < 3; config.pixel_norm++)
    hashes[config.pixel_norm] = arra_vqgan_encoder_sha256 (&config, source, "", NULL);
  g_assert_cmpstr (hashes[0], !=, hashes[1]);
  g_assert_cmpstr (hashes[0], ==, hashes[2]);
  for (guint i = 0; i < 3; i++)
    g_free (hashes[i]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/vqgan/table", test_table);
  g_test_add_func ("/vqgan/wrong-shape", test_wrong_shape);
  g_test_add_func ("/vqgan/hash", test_hash);
  g_test_add_func ("/vqgan/hash-of-norms", test_hash_of_norms);
  return g_test_run ();
}
