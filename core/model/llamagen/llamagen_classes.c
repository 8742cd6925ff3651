/* llamagen_classes.c - names of the classes that class-conditional models were trained on
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "llamagen_private.h"

#include <gio/gio.h>

#include "llamagen-resources.h"

#define IMAGENET_CLASSES 1000

static char **
read_names (void)
{
  g_autoptr (GBytes) bytes = g_resource_lookup_data (arra_llamagen_get_resource (), "/llamagen/imagenet.txt",
                                                     G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  gsize size;
  const char *text = g_bytes_get_data (bytes, &size);
  g_autofree char *copy = g_strndup (text, size);
  char **names = g_strsplit (g_strchomp (copy), "\n", -1);

  g_assert (g_strv_length (names) == IMAGENET_CLASSES);
  return names;
}

const char *const *
arra_llamagen_class_names (guint n_classes)
{
  static gsize names = 0;

  if (n_classes != IMAGENET_CLASSES)
    return NULL;
  if (g_once_init_enter (&names))
    g_once_init_leave (&names, (gsize) read_names ());
  return (const char *const *) names;
}
