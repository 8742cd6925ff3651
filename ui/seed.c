/* seed.c - seeds as people see them
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "seed.h"

gboolean
arra_seed_parse (const char *text, guint64 *seed)
{
  g_autofree char *trimmed = g_strstrip (g_strdup (text));

  return g_ascii_string_to_unsigned (trimmed, 10, 0, G_MAXUINT64, seed, NULL);
}

char *
arra_seed_text (guint64 seed)
{
  return g_strdup_printf ("%" G_GUINT64_FORMAT, seed);
}

guint64
arra_seed_random (void)
{
  return (guint64) g_random_int_range (1, 1000000000);
}
