/* test-vqgan_file.c - which configuration belongs to a file of weights
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <string.h>

#include "fail.h"
#include "golden_vqgan.h"
#include "vqgan_file.h"

static char *folder;

/* What `arra train` reads; a recipe of that name ships. */
static const char recipe[] = "kind: vqgan\noutput: vqgan\nmodel: {base_channels: 32}\n";

static char *
path_of (const char *name)
{
  return g_build_filename (folder, name, NULL);
}

/* (transfer full): where it lies now */
static char *
put (const char *golden, const char *name)
{
  g_autofree char *from = g_build_filename (g_getenv ("ARRA_TEST_DATA"), "golden", golden, NULL);
  char *to = path_of (name);
  g_autofree char *bytes = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (from, &bytes, &size, NULL));
  g_assert_true (g_file_set_contents (to, bytes, (gssize) size, NULL));
  return to;
}

static void
put_text (const char *name, const char *text)
{
  g_autofree char *path = path_of (name);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
begin (void)
{
  folder = g_dir_make_tmp ("arra-vqgan-XXXXXX", NULL);
  g_assert_nonnull (folder);
}

static void
end (void)
{
  static const char *const names[] = { "vqgan.yaml",        "vqgan.json",     "config.json",     "vqgan.safetensors",
                                       "model.safetensors", "vq_ds16_c2i.pt", "vq_ds16_c2i.json" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = path_of (names[i]);

      g_remove (path);
    }
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  g_clear_pointer (&folder, g_free);
}

/* Of a file that tells its form only a configuration of its own name is its configuration. */
static void
test_told (void)
{
  g_auto (ArraVqganFile) file = { .path = NULL };
  g_autofree char *path = NULL;
  GError *error = NULL;

  begin ();
  path = put ("llamagen/vq16_like/vq_ds16_c2i.pt", "vq_ds16_c2i.pt");
  put_text ("vqgan.yaml", recipe);
  put_text ("vqgan.json", "{\"base_channels\": 48}");
  put_text ("config.json", "{}");
  arra_vqgan_file_open (&file, path, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (file.config.ch, ==, 32);
  g_assert_null (file.config_path);
  put_text ("vq_ds16_c2i.json", "[]");
  arra_vqgan_file_clear (&file);
  g_assert_false (arra_vqgan_file_open (&file, path, &error));
  g_assert_nonnull (strstr (error->message, "vq_ds16_c2i.json"));
  g_clear_error (&error);
  end ();
}

/* A recipe is none; what else lies there is taken, or missed. */
static void
test_recipe (void)
{
  g_auto (ArraVqganFile) file = { .path = NULL };
  g_autofree char *path = NULL, *config = NULL, *yaml = NULL;
  GError *error = NULL;

  begin ();
  path = put ("vqgan/small/vqgan.safetensors", "vqgan.safetensors");
  put_text ("vqgan.yaml", recipe);
  g_assert_false (arra_vqgan_file_open (&file, path, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_NOT_FOUND);
  g_clear_error (&error);
  config = arra_vqgan_config_to_json (&vqgan_small);
  put_text ("vqgan.json", config);
  arra_vqgan_file_open (&file, path, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (file.config.ch, ==, vqgan_small.ch);
  g_assert_cmpuint (file.config.n_embed, ==, vqgan_small.n_embed);
  g_assert_true (g_str_has_suffix (file.config_path, "vqgan.json"));
  arra_vqgan_file_clear (&file);
  yaml = put ("vqgan/small/vqgan.yaml", "vqgan.yaml");
  arra_vqgan_file_open (&file, path, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (file.config_path, ==, yaml);
  end ();
}

/* A model's folder, as it was downloaded, in every form that has a VQGAN among its weights. */
static void
test_model_folder (void)
{
  static const struct
  {
    const char *path, *file, *prefix;
  } folders[] = {
    { "janus/original", "pytorch_model.bin", "gen_vision_model." },
    { "janus/hf", "model.safetensors", "model.vqmodel." },
    { "chameleon/c_hf_upstream", "model.safetensors", "model.vqmodel." },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *path = g_build_filename (g_getenv ("ARRA_TEST_DATA"), "golden", folders[i].path, NULL);
      g_auto (ArraVqganFile) file = { .path = NULL };
      g_autofree char *base = NULL;
      GError *error = NULL;

      arra_vqgan_file_open (&file, path, &error);
      g_assert_no_error (error);
      base = g_path_get_basename (file.path);
      g_assert_cmpstr (base, ==, folders[i].file);
      g_assert_cmpstr (file.prefix, ==, folders[i].prefix);
    }
}

static void
test_no_folder (void)
{
  g_auto (ArraVqganFile) file = { .path = NULL };
  g_autofree char *other = NULL;
  GError *error = NULL;

  begin ();
  g_assert_false (arra_vqgan_file_open (&file, folder, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "holds no VQGAN"));
  g_clear_error (&error);
  other = put ("vision/dinov2/model.safetensors", "model.safetensors");
  g_assert_false (arra_vqgan_file_open (&file, folder, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "holds no VQGAN"));
  g_clear_error (&error);
  end ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/vqgan_file/told", test_told);
  g_test_add_func ("/vqgan_file/recipe", test_recipe);
  g_test_add_func ("/vqgan_file/model_folder", test_model_folder);
  g_test_add_func ("/vqgan_file/no_folder", test_no_folder);
  return g_test_run ();
}
