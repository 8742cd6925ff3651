/* test-chameleon_meta.c - chameleon_meta.c: beside the golden cases, folders in which something is wrong
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "chameleon.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

#include "mem.h"

static char *
golden (const char *model, const char *file)
{
  return g_build_filename (g_getenv ("ARRA_TEST_DATA"), "golden", "chameleon", model, "meta", file, NULL);
}

/* A folder of its own, with links to the golden files under the names that are wanted there */
typedef struct
{
  char *path;
} Folder;

static void
folder_add (const Folder *folder, const char *model, const char *file, const char *name)
{
  g_autofree char *from = golden (model, file), *to = g_build_filename (folder->path, name, NULL);
  g_autoptr (GFile) link = g_file_new_for_path (to);

  g_assert_true (g_file_make_symbolic_link (link, from, NULL, NULL));
}

static void
folder_write (const Folder *folder, const char *name, const char *text)
{
  g_autofree char *to = g_build_filename (folder->path, name, NULL);

  g_assert_true (g_file_set_contents (to, text, -1, NULL));
}

static void
folder_clear (Folder *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder->path, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder->path, name, NULL);

      g_remove (path);
    }
  g_rmdir (folder->path);
  g_free (folder->path);
}

static Folder
folder_new (void)
{
  return (Folder) { g_dir_make_tmp ("arra-meta-XXXXXX", NULL) };
}

static void
expect_fault (const Folder *folder, const char *words)
{
  ArraChameleonConfig config;
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraSource) source = NULL;

  if (arra_chameleon_meta_config (&config, folder->path, &error))
    source = arra_chameleon_meta_open (&config, folder->path, &error);
  g_assert_null (source);
  if (!g_str_has_prefix (error->message, folder->path) || strstr (error->message, words) == NULL)
    g_error ("%s: \"%s\" expected", error->message, words);
}

static void
test_params (void)
{
  static const struct
  {
    const char *params, *words;
  } cases[] = {
    { "{}", "\"model\"" },
    { "{\"model\":{\"dim\":64}}", "n_layers" },
    { "{\"model\":{\"dim\":64,\"n_layers\":1,\"n_heads\":3,\"vocab_size\":9}}", "no multiple" },
    { "{\"model\":{\"dim\":64,\"n_layers\":1,\"n_heads\":4,\"vocab_size\":9,\"qk_normalization\":false}}",
      "qk_normalization" },
    { "{\"model\":{\"dim\":64,\"n_layers\":1,\"n_heads\":4,\"vocab_size\":9,\"ffn_dim_multiplier\":-1}}",
      "ffn_dim_multiplier" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Folder folder = folder_new ();

      folder_write (&folder, "params.json", cases[i].params);
      expect_fault (&folder, cases[i].words);
      folder_clear (&folder);
    }
}

static void
test_parts (void)
{
  Folder folder = folder_new ();

  folder_add (&folder, "b_gqa_swin", "params.json", "params.json");
  folder_add (&folder, "b_gqa_swin", "consolidate_params.json", "consolidate_params.json");
  folder_add (&folder, "b_gqa_swin", "consolidated.00.pth", "consolidated.00.pth");
  expect_fault (&folder, "consolidated.01.pth");
  folder_add (&folder, "a_mha", "consolidated.pth", "consolidated.01.pth");
  expect_fault (&folder, "differs in shape");
  folder_clear (&folder);
}

/* One part of two, taken for the whole: what it holds has not the shape that params.json says. */
static void
test_half (void)
{
  Folder folder = folder_new ();
  ArraChameleonConfig config;
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraSource) source = NULL;

  folder_add (&folder, "b_gqa_swin", "params.json", "params.json");
  folder_add (&folder, "b_gqa_swin", "consolidated.00.pth", "consolidated.pth");
  g_assert_true (arra_chameleon_meta_config (&config, folder.path, &error));
  source = arra_chameleon_meta_open (&config, folder.path, &error);
  g_assert_no_error (error);
  g_assert_null (arra_chameleon_new (&config, source, ARRA_N_DTYPES, NULL, NULL, NULL, &error));
  g_assert_nonnull (strstr (error->message, "model.embed_tokens.weight"));
  folder_clear (&folder);
}

/* What opening the parts themselves takes */
static gsize
held_by_parts (const char *model, guint n)
{
  const gsize before = arra_mem_held ();
  gsize sum = 0;

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *name = n > 1 ? g_strdup_printf ("consolidated.%02u.pth", i) : g_strdup ("consolidated.pth");
      g_autofree char *path = golden (model, name);
      g_autoptr (ArraSource) part = arra_torch_open (path, NULL, NULL);

      g_assert_nonnull (part);
      sum += arra_mem_held () - before;
    }
  return sum;
}

/* What is joined or turned is not kept: beside the parts there are names and shapes. */
static void
test_held (gconstpointer model)
{
  g_autofree char *params = golden (model, "params.json"), *path = g_path_get_dirname (params);
  ArraChameleonConfig config;
  g_autoptr (ArraSource) source = NULL;
  gsize before = arra_mem_held (), largest = 0;

  g_assert_true (arra_chameleon_meta_config (&config, path, NULL));
  before += held_by_parts (model, config.model_parallel);
  source = arra_chameleon_meta_open (&config, path, NULL);
  for (gsize i = 0; i < arra_source_count (source); i++)
    largest = MAX (largest, arra_source_tensor (source, i)->n_bytes);
  g_assert_cmpuint (arra_mem_held () - before, <, largest);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/chameleon-meta/params", test_params);
  g_test_add_func ("/chameleon-meta/parts", test_parts);
  g_test_add_func ("/chameleon-meta/half", test_half);
  g_test_add_data_func ("/chameleon-meta/held/one", "a_mha", test_held);
  g_test_add_data_func ("/chameleon-meta/held/parts", "b_gqa_swin", test_held);
  return g_test_run ();
}
