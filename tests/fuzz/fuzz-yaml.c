/* fuzz-yaml.c - YAML configurations
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include "yamlfile.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static const char *const keys[]
      = { "", "a", "b", "a.b", "a.0", "model.params.embed_dim", "model.params.ddconfig.ch_mult" };
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraYaml) yaml = arra_yaml_parse ((const char *) data, size, "FILE", &error);

  g_assert_true ((yaml != NULL) == (error == NULL));
  if (error != NULL)
    g_assert_true (g_str_has_prefix (error->message, "FILE"));
  for (gsize i = 0; yaml != NULL && i < G_N_ELEMENTS (keys); i++)
    {
      gint64 list[4], value;
      gboolean flag;
      gsize n;

      if (arra_yaml_get_int (yaml, keys[i], -1, 9, &value, NULL))
        g_assert_true (arra_yaml_has (yaml, keys[i]) && value >= -1 && value <= 9);
      if (arra_yaml_get_ints (yaml, keys[i], G_N_ELEMENTS (list), list, &n, NULL))
        g_assert_cmpuint (n, <=, G_N_ELEMENTS (list));
      if (arra_yaml_get_bool (yaml, keys[i], &flag, NULL))
        g_assert_true (flag == TRUE || flag == FALSE);
    }
  return 0;
}
