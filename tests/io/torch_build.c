/* torch_build.c - torch.save files of any kind for tests
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "torch_build.h"

#include <glib/gstdio.h>
#include <zip.h>

void
torch_build (const char *path, const TorchEntry *entries, gboolean deflated)
{
  zip_t *zip;

  g_unlink (path);
  zip = zip_open (path, ZIP_CREATE | ZIP_TRUNCATE, NULL);
  g_assert_nonnull (zip);
  for (; entries->name != NULL; entries++)
    {
      zip_source_t *source = zip_source_buffer (zip, entries->data, entries->size, 0);
      zip_int64_t index = zip_file_add (zip, entries->name, source, 0);

      g_assert_cmpint (index, >=, 0);
      g_assert_cmpint (
          zip_set_file_compression (zip, (zip_uint64_t) index, deflated ? ZIP_CM_DEFLATE : ZIP_CM_STORE, 0), ==, 0);
    }
  g_assert_cmpint (zip_close (zip), ==, 0);
}
