/* case-dinov2.c - features of pictures of several sizes with DINOv2
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "check.h"
#include "dinov2.h"

#define CASE "case.safetensors"

/* The pictures of "in.NAME.pixels". */
static void
compare (Check *check, ArraDinov2 *dino, ArraSource *file, const char *in, GError **error)
{
  const ArraTensor *tensor = check_tensor (file, in);
  gsize height = (gsize) tensor->shape[2], width = (gsize) tensor->shape[3];
  gsize patch = arra_dinov2_config (dino)->patch_size, numbers = arra_dinov2_config (dino)->vision.width;
  gsize n = height / patch * (width / patch) * numbers;
  g_autofree char *name = g_strndup (in + strlen ("in."), strlen (in) - strlen ("in..pixels"));
  g_autofree char *cls = g_strdup_printf ("out.%s.cls", name), *all = g_strdup_printf ("out.%s.patches", name);
  g_autofree float *pixels = check_read_floats (check, file, in), *patches = g_new (float, n);
  g_autofree float *first = g_new (float, numbers);

  if (!arra_dinov2_run (dino, height, width, pixels, first, patches, error))
    return;
  check_floats (check, file, CASE, cls, first, numbers);
  check_floats (check, file, CASE, all, patches, n);
}

gboolean
check_dinov2 (Check *check)
{
  GError *error = NULL;
  g_autoptr (ArraSource) file = check_open (check, CASE), weights = check_open (check, "model.safetensors");
  g_autoptr (ArraDinov2) dino = weights != NULL ? arra_dinov2_open (check->dir, weights, &check->exec, &error) : NULL;

  for (gsize i = 0; file != NULL && dino != NULL && error == NULL && i < arra_source_count (file); i++)
    {
      const char *name = arra_source_name (file, i);

      if (g_str_has_prefix (name, "in.") && g_str_has_suffix (name, ".pixels")
          && arra_source_tensor (file, i)->n_dims == 4)
        compare (check, dino, file, name, &error);
    }
  check_error (check, error);
  return TRUE;
}
