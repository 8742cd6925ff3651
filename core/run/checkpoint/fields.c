/* fields.c - the one table of a request's numbers
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fields.h"

#include <string.h>

#define MAX_TOP (1 << 24) /* tokens */

#define FIELD(name, type, least, most, low, high, automatic, is_own) \
  { #name, ARRA_FIELD_##type, G_STRUCT_OFFSET (ArraRequest, name), least, most, low, high, automatic, is_own }

/* In the order of ArraField. Forms end earlier where more is of no use: a layer for each picture, a guidance that
 * leaves nothing but noise. */
static const ArraFieldInfo fields[ARRA_N_FIELDS] = {
  FIELD (count, WHOLE, 1, ARRA_MAX_COUNT, 1, 64, 1, FALSE),
  FIELD (first, WHOLE, 0, ARRA_MAX_FIRST, 0, ARRA_MAX_FIRST, 0, FALSE),
  FIELD (guidance_scale, REAL, 0, ARRA_MAX_GUIDANCE, 0, 100, -1, TRUE),
  FIELD (top_k, WHOLE, 0, MAX_TOP, 0, 65536, -1, TRUE),
  FIELD (text_top_k, WHOLE, 0, MAX_TOP, 0, 65536, -1, TRUE),
  FIELD (temperature, REAL, 0.001, 1000, 0.01, 10, 0, TRUE),
  FIELD (top_p, REAL, 0.000001, 1, 0.01, 1, 0, TRUE),
  FIELD (greedy, SWITCH, 0, 1, 0, 1, 0, FALSE),
  FIELD (width, WHOLE, 1, ARRA_MAX_SIDE, 1, 16384, 0, TRUE),
  FIELD (height, WHOLE, 1, ARRA_MAX_SIDE, 1, 16384, 0, TRUE),
  FIELD (max_tokens, WHOLE, 1, MAX_TOP, 1, MAX_TOP, 0, FALSE),
  FIELD (threads, WHOLE, 1, 64, 1, 64, 0, FALSE),
  FIELD (tries, WHOLE, 1, ARRA_MAX_TRIES, 1, ARRA_MAX_TRIES, 0, FALSE),
};

const ArraFieldInfo *
arra_field (ArraField field)
{
  g_return_val_if_fail (field < ARRA_N_FIELDS, NULL);
  return &fields[field];
}

void
arra_fields_put (ArraJsonWriter *json, const ArraRequest *request, ArraField first, ArraField last)
{
  for (const ArraFieldInfo *info = &fields[first]; info <= &fields[last]; info++)
    {
      gconstpointer value = G_STRUCT_MEMBER_P (request, info->offset);

      if (info->type == ARRA_FIELD_REAL)
        arra_json_put_double (json, info->name, *(const double *) value);
      else if (info->type == ARRA_FIELD_SWITCH)
        arra_json_put_bool (json, info->name, *(const gboolean *) value);
      else
        arra_json_put_uint (json, info->name, *(const guint *) value);
    }
}

void
arra_fields_copy (ArraRequest *to, const ArraRequest *from, ArraField first, ArraField last)
{
  for (const ArraFieldInfo *info = &fields[first]; info <= &fields[last]; info++)
    memcpy (G_STRUCT_MEMBER_P (to, info->offset), G_STRUCT_MEMBER_P (from, info->offset),
            info->type == ARRA_FIELD_REAL ? sizeof (double) : sizeof (guint));
}

gboolean
arra_field_read (ArraField field,
                 ArraRequest *request,
                 JsonObject *object,
                 const char *name,
                 guint most,
                 gboolean needed,
                 GError **error)
{
  const ArraFieldInfo *info = &fields[field];
  gpointer place = G_STRUCT_MEMBER_P (request, info->offset);
  gint64 number;

  if (info->type == ARRA_FIELD_REAL)
    return arra_json_get_double_default (object, name, info->name, *(double *) place, place, error);
  if (info->type == ARRA_FIELD_SWITCH)
    return arra_json_get_bool_default (object, name, info->name, *(gboolean *) place, place, error);
  if (needed ? !arra_json_get_int (object, name, info->name, 0, most, &number, error)
             : !arra_json_get_int_default (object, name, info->name, 0, most, *(guint *) place, &number, error))
    return FALSE;
  *(guint *) place = (guint) number;
  return TRUE;
}
