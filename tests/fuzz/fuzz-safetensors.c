/* fuzz-safetensors.c - safetensors files; every byte of every tensor must be readable
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include "source.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (ArraMapping) mapping = arra_mapping_new_for_bytes ("FILE", data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraSource) source = arra_safetensors_read (mapping, &error);

  g_assert_true ((source != NULL) == (error == NULL));
  if (source == NULL)
    return 0;
  for (gsize i = 0; i < arra_source_count (source); i++)
    {
      const ArraTensor *tensor = arra_source_tensor (source, i);

      g_assert_true (arra_source_find (source, arra_source_name (source, i)) == tensor);
      (void) arra_tensor_is_finite (tensor);
    }
  return 0;
}
