/* config_numbers.c - numbers that configurations of transformers have in common
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config_numbers.h"

#include "fail.h"
#include "jsonguard.h"

gboolean
arra_config_read_counts (gpointer config,
                         const ArraConfigCount *counts,
                         gsize n,
                         JsonObject *object,
                         const char *name,
                         GError **error)
{
  for (gsize i = 0; i < n; i++)
    {
      gint64 value;
      gboolean ok = counts[i].standard == 0
                        ? arra_json_get_int (object, name, counts[i].key, 1, counts[i].max, &value, error)
                        : arra_json_get_int_default (object, name, counts[i].key, 1, counts[i].max, counts[i].standard,
                                                     &value, error);
      if (!ok)
        return FALSE;
      G_STRUCT_MEMBER (guint, config, counts[i].offset) = (guint) value;
    }
  return TRUE;
}

gboolean
arra_config_check_count (guint value, guint max, const char *what, const char *name, GError **error)
{
  if (value >= 1 && value <= max)
    return TRUE;
  return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: %s is %u; 1 to %u is possible", name, what, value, max);
}

gboolean
arra_config_check_rope_theta (double theta, const char *name, GError **error)
{
  if (theta >= 1.0 && theta <= 1e12)
    return TRUE;
  return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: rope_theta must be between 1 and 1e12", name);
}

gboolean
arra_config_check_norm_eps (float eps, const char *name, GError **error)
{
  if (eps > 0.0f && eps <= 1.0f)
    return TRUE;
  return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: the epsilon of the norms must be above 0 and at most 1", name);
}
