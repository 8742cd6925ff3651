/* weights_folder.c - the weights of a published network, in whatever file they come
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "weights_folder.h"

#include "fail.h"

#define TORCH_INDEX "pytorch_model.bin.index.json"

static const char *const usual[]
    = { "pytorch_model.bin", "open_clip_model.safetensors", "open_clip_pytorch_model.bin" };
static const char *const endings[] = { ".safetensors", ".bin", ".pth", ".pt", ".ckpt" };

static ArraSource *
open_file (const char *path, GError **error)
{
  return g_str_has_suffix (path, ".safetensors") ? arra_safetensors_open (path, error)
                                                 : arra_torch_open (path, NULL, error);
}

static gboolean
has (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static gboolean
is_weights (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (endings); i++)
    if (g_str_has_suffix (name, endings[i]))
      return name[0] != '.';
  return FALSE;
}

/* The name of the only file of weights. */
static char *
find_only (const char *folder, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, error);
  g_autofree char *found = NULL;
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      if (!is_weights (name))
        continue;
      if (found != NULL)
        {
          arra_fail (error, ARRA_ERROR_NOT_FOUND, "%s: %s or %s? Name the file of weights", folder,
                     g_strcmp0 (found, name) < 0 ? found : name, g_strcmp0 (found, name) < 0 ? name : found);
          return NULL;
        }
      found = g_strdup (name);
    }
  if (dir != NULL && found == NULL)
    arra_fail (error, ARRA_ERROR_NOT_FOUND, "%s: there are no weights: no model.safetensors, pytorch_model.bin or .pth",
               folder);
  return g_steal_pointer (&found);
}

ArraSource *
arra_weights_open (const char *path, GError **error)
{
  g_autofree char *name = NULL, *file = NULL;

  if (!g_file_test (path, G_FILE_TEST_IS_DIR))
    return open_file (path, error);
  if (has (path, "model.safetensors") || has (path, "model.safetensors.index.json"))
    return arra_safetensors_open_directory (path, error);
  if (!has (path, usual[0]) && has (path, TORCH_INDEX))
    return arra_torch_open_shards (path, TORCH_INDEX, error);
  for (gsize i = 0; name == NULL && i < G_N_ELEMENTS (usual); i++)
    if (has (path, usual[i]))
      name = g_strdup (usual[i]);
  if (name == NULL)
    name = find_only (path, error);
  if (name == NULL)
    return NULL;
  file = g_build_filename (path, name, NULL);
  return open_file (file, error);
}
