/* config_numbers.h - numbers that configurations of transformers have in common: reading them, and what they may be
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include <json-glib/json-glib.h>

/* A member that counts something, 1 to @max: a guint at @offset of the family's configuration. @standard: where it is
 * missing; 0: it must be there. */
typedef struct
{
  const char *key;
  gsize offset;
  gint64 max, standard;
} ArraConfigCount;

/* All of them into @config. @name starts messages, as below. */
gboolean arra_config_read_counts (gpointer config,
                                  const ArraConfigCount *counts,
                                  gsize n,
                                  JsonObject *object,
                                  const char *name,
                                  GError **error);

/* INVALID_DATA: @value, which messages call @what, is not in 1 .. @max; */
gboolean arra_config_check_count (guint value, guint max, const char *what, const char *name, GError **error);
/* rotary positions do not turn by a base of 1 to 1e12; */
gboolean arra_config_check_rope_theta (double theta, const char *name, GError **error);
/* the norms' epsilon is not above 0 and at most 1. */
gboolean arra_config_check_norm_eps (float eps, const char *name, GError **error);
