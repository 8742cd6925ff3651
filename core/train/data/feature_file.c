/* feature_file.c - features of pictures, extracted once
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "feature_file.h"

#include <math.h>
#include <string.h>

#include "fail.h"
#include "source.h"

/* The last @n components of @path; fewer when there are fewer. Free with g_strfreev(). */
static char **
last_components (const char *path, guint n, guint *n_found)
{
  g_auto (GStrv) parts = g_strsplit (path, G_DIR_SEPARATOR_S, -1);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  guint n_parts = 0, seen = 0;

  for (guint i = 0; parts[i] != NULL; i++)
    n_parts += *parts[i] != '\0';
  *n_found = MIN (n_parts, n);
  for (guint i = 0; parts[i] != NULL; i++)
    if (*parts[i] != '\0' && seen++ + n >= n_parts)
      g_strv_builder_add (builder, parts[i]);
  return g_strv_builder_end (builder);
}

char *
arra_feature_path (ArraFeatureLayout layout, const char *root, const char *image, GError **error)
{
  guint depth = layout == ARRA_FEATURES_MIMIC ? 4 : 2, n_found;
  g_auto (GStrv) parts = last_components (image, depth, &n_found);
  g_autofree char *file = NULL;
  char *dot;

  if (n_found < depth || g_str_has_suffix (image, G_DIR_SEPARATOR_S))
    {
      arra_fail (error, ARRA_ERROR_ARGUMENT,
                 "%s: a picture %u folders deep is expected, so that its feature file can be found", image, depth - 1);
      return NULL;
    }
  dot = strrchr (parts[depth - 1], '.');
  if (dot != NULL && dot != parts[depth - 1])
    *dot = '\0';
  file = g_strconcat (parts[depth - 1], "_visual_feature.pt", NULL);
  if (layout == ARRA_FEATURES_MIMIC)
    return g_build_filename (root, parts[0], "visual_features", file, NULL);
  return g_build_filename (root, parts[0], file, NULL);
}

/* The one tensor of @source, or NULL with @error set. */
static const ArraTensor *
only_tensor (const ArraSource *source, const char *path, GError **error)
{
  if (arra_source_count (source) == 1)
    return arra_source_tensor (source, 0);
  arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: one tensor is expected, there are %" G_GSIZE_FORMAT, path,
             arra_source_count (source));
  return NULL;
}

gboolean
arra_feature_width (const char *path, guint max, guint *width, GError **error)
{
  g_autoptr (ArraSource) source = arra_torch_open (path, NULL, error);
  const ArraTensor *tensor = source != NULL ? only_tensor (source, path, error) : NULL;
  g_autofree char *is = NULL;

  if (tensor == NULL)
    return FALSE;
  if (arra_tensor_count (tensor) < 1 || arra_tensor_count (tensor) > max)
    {
      is = arra_tensor_describe (tensor);
      return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: %s; 1 to %u numbers are expected", path, is, max);
    }
  *width = (guint) arra_tensor_count (tensor);
  return TRUE;
}

gboolean
arra_feature_read (const char *path, guint width, float *feature, GError **error)
{
  g_autoptr (ArraSource) source = arra_torch_open (path, NULL, error);
  const ArraTensor *tensor;
  g_autofree char *is = NULL;

  if (source == NULL)
    return FALSE;
  tensor = only_tensor (source, path, error);
  if (tensor == NULL)
    return FALSE;
  if (!arra_dtype_is_float (tensor->dtype) || arra_tensor_count (tensor) != width)
    {
      is = arra_tensor_describe (tensor);
      return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: %s; %u floating-point numbers are expected", path, is,
                        width);
    }
  arra_tensor_to_float (tensor, 0, width, feature);
  for (guint i = 0; i < width; i++)
    if (!isfinite (feature[i]))
      return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: number %u is not finite", path, i);
  return TRUE;
}
