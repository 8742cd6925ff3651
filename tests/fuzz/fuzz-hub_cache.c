/* fuzz-hub_cache.c - a Hugging Face cache: refs/main, "---", config.json, "---", model.safetensors.index.json of a
 * model in it
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include "folder.h"

#define REVISION "0123456789abcdef"

static void
put_part (const char *name, const guint8 **data, gsize *size)
{
  gsize part_size;
  g_autofree char *part = fuzz_next_part (data, size, &part_size);
  g_autofree char *path = fuzz_put (name, part, part_size);

  g_assert_nonnull (path);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static gboolean begun;
  g_autofree char *cache = fuzz_path ("hub"), *nowhere = fuzz_path ("none");
  g_autoptr (GPtrArray) found = NULL;

  if (!begun)
    {
      g_setenv ("HF_HUB_CACHE", cache, TRUE);
      g_setenv ("XDG_DATA_HOME", nowhere, TRUE);
      g_setenv ("XDG_DATA_DIRS", nowhere, TRUE);
      begun = TRUE;
    }
  put_part ("hub/models--a--b/refs/main", &data, &size);
  put_part ("hub/models--a--b/snapshots/" REVISION "/config.json", &data, &size);
  put_part ("hub/models--a--b/snapshots/" REVISION "/model.safetensors.index.json", &data, &size);
  found = arra_checkpoints_find (NULL, NULL);
  for (guint i = 0; i < found->len; i++)
    {
      const ArraFound *item = found->pdata[i];

      g_assert_true (item->path != NULL && (item->checkpoint != NULL || g_utf8_validate (item->problem, -1, NULL)));
    }
  return 0;
}
