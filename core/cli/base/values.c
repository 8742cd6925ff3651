/* values.c - numbers in options and in what is printed, the same in every locale
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "values.h"

#include <math.h>
#include <string.h>

#include "status.h"

gboolean
cli_value_uint (const char *option, const char *text, guint64 min, guint64 max, guint64 *out, GError **error)
{
  if (g_ascii_string_to_unsigned (text, 10, min, max, out, NULL))
    return TRUE;
  if (g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT64, NULL, NULL))
    return cli_usage_error (error, "%s: %s is out of range: from %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT, option,
                            text, min, max);
  return cli_usage_error (error, "%s: '%s' is no whole number from %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT, option,
                          text, min, max);
}

gboolean
cli_value_guint (const char *option, const char *text, guint min, guint max, guint *out, GError **error)
{
  guint64 value;

  if (!cli_value_uint (option, text, min, max, &value, error))
    return FALSE;
  *out = (guint) value;
  return TRUE;
}

gboolean
cli_value_double (const char *option, const char *text, double min, double max, double *out, GError **error)
{
  g_autofree char *low = cli_format_double (min, 6);
  g_autofree char *high = cli_format_double (max, 6);
  char *end = NULL;
  double value = g_ascii_strtod (text, &end);

  if (*text == '\0' || *end != '\0' || strspn (text, "0123456789.eE+-") != strlen (text))
    return cli_usage_error (error, "%s: '%s' is no number (a point is the decimal mark: 4.5)", option, text);
  if (!isfinite (value) || value < min || value > max)
    return cli_usage_error (error, "%s: %s is out of range: from %s to %s", option, text, low, high);
  *out = value;
  return TRUE;
}

gboolean
cli_value_field (const char *option, const char *text, ArraField field, ArraRequest *request, GError **error)
{
  const ArraFieldInfo *info = arra_field (field);
  gpointer place = G_STRUCT_MEMBER_P (request, info->offset);

  return info->type == ARRA_FIELD_REAL
             ? cli_value_double (option, text, info->least, info->most, place, error)
             : cli_value_guint (option, text, (guint) info->least, (guint) info->most, place, error);
}

/* A whole number above 0, of any length */
static gboolean
is_length (const char *text)
{
  return *text != '\0' && text[strspn (text, "0123456789")] == '\0' && text[strspn (text, "0")] != '\0';
}

gboolean
cli_value_size (const char *option, const char *text, guint *width, guint *height, GError **error)
{
  const guint most = (guint) arra_field (ARRA_FIELD_WIDTH)->most;
  const char *cross = strchr (text, 'x');
  g_autofree char *first = cross != NULL ? g_strndup (text, (gsize) (cross - text)) : g_strdup (text);
  const char *second = cross != NULL ? cross + 1 : first;
  guint64 w, h;

  if (strcmp (text, "auto") == 0)
    {
      *width = *height = 0;
      return TRUE;
    }
  if (!is_length (first) || !is_length (second))
    return cli_usage_error (
        error, "%s: '%s' is no size: give WIDTHxHEIGHT in pixels, as in 512x512, or one number for a square", option,
        text);
  if (!g_ascii_string_to_unsigned (first, 10, 1, most, &w, NULL)
      || !g_ascii_string_to_unsigned (second, 10, 1, most, &h, NULL))
    return cli_usage_error (error, "%s: %s is too large: no side can be longer than %u pixels", option, text, most);
  *width = (guint) w;
  *height = (guint) h;
  return TRUE;
}

gboolean
cli_value_seamless (const char *option, const char *text, guint *out, GError **error)
{
  static const char *const words[] = { "x", "y", "both", NULL };

  for (guint i = 0; words[i] != NULL; i++)
    if (strcmp (text, words[i]) == 0)
      {
        *out = i + 1;
        return TRUE;
      }
  return cli_usage_error (error, "%s: '%s' names no edges: x, y or both", option, text);
}

gboolean
cli_value_bytes (const char *option, const char *text, guint64 *out, GError **error)
{
  static const char units[] = "KMGT";
  gsize digits = strspn (text, "0123456789.");
  g_autofree char *number = g_strndup (text, digits);
  const char *unit = text + digits;
  char *end = NULL;
  double value = g_ascii_strtod (number, &end);
  const char *letter = *unit != '\0' ? strchr (units, g_ascii_toupper (*unit)) : NULL;

  if (letter != NULL)
    {
      value = ldexp (value, 10 * (int) (letter - units + 1));
      unit++;
      if (*unit == 'i')
        unit++;
    }
  if (*unit == 'B')
    unit++;
  if (*number == '\0' || *end != '\0' || *unit != '\0')
    return cli_usage_error (
        error, "%s: '%s' is no amount of memory: give bytes, or a number with K, M, G or T, as in 4G", option, text);
  if (!(value >= 1 && value < 0x1p63))
    return cli_usage_error (error, "%s: %s is out of range", option, text);
  *out = (guint64) value;
  return TRUE;
}

gboolean
cli_value_quant (const char *option, const char *text, ArraQuant *out, GError **error)
{
  if (arra_quant_parse (text, out))
    return TRUE;
  return cli_usage_error (error, "%s: '%s' is none of auto, f32, f16, bf16, q8_0, q6_k, q4_k, q4_0", option, text);
}

gboolean
cli_value_kv (const char *option, const char *text, ArraQuant *out, GError **error)
{
  if (arra_quant_parse (text, out) && (*out == ARRA_QUANT_F32 || *out == ARRA_QUANT_F16 || *out == ARRA_QUANT_Q8_0))
    return TRUE;
  return cli_usage_error (error, "%s: '%s' is none of f32, f16, q8_0", option, text);
}

char *
cli_format_double (double value, guint decimals)
{
  char format[16];
  char text[G_ASCII_DTOSTR_BUF_SIZE + 320];
  char *point;

  g_snprintf (format, sizeof format, "%%.%uf", MIN (decimals, 9));
  g_ascii_formatd (text, sizeof text, format, value);
  point = strchr (text, '.');
  if (point != NULL && decimals > 3)
    {
      char *last = text + strlen (text) - 1;
      while (*last == '0')
        *last-- = '\0';
      if (last == point)
        *last = '\0';
    }
  return g_strdup (text);
}

char *
cli_format_bytes (guint64 bytes)
{
  static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
  double value = (double) bytes;
  guint unit = 0;
  g_autofree char *number = NULL;

  while (value >= 1000 && unit + 1 < G_N_ELEMENTS (units))
    {
      value /= 1024;
      unit++;
    }
  number = cli_format_double (value, unit > 0 && value < 99.95 ? 1 : 0);
  return g_strconcat (number, " ", units[unit], NULL);
}

char *
cli_format_seconds (double seconds)
{
  guint whole = (guint) CLAMP (seconds + 0.5, 0, 359999 * 60.0);
  g_autofree char *number = NULL;

  if (seconds < 9.95)
    {
      number = cli_format_double (MAX (seconds, 0), seconds < 0.995 ? 2 : 1);
      return g_strconcat (number, " s", NULL);
    }
  if (whole < 60)
    return g_strdup_printf ("%u s", whole);
  if (whole < 3600)
    return g_strdup_printf ("%u min %02u s", whole / 60, whole % 60);
  return g_strdup_printf ("%u h %02u min", whole / 3600, whole / 60 % 60);
}

char *
cli_format_count (guint64 count)
{
  static const char *const units[] = { "", " k", " M", " G", " T" };
  double value = (double) count;
  guint unit = 0;
  g_autofree char *number = NULL;

  while (value >= 999.5 && unit + 1 < G_N_ELEMENTS (units))
    {
      value /= 1000;
      unit++;
    }
  number = cli_format_double (value, unit > 0 && value < 9.995 ? 2 : unit > 0 && value < 99.95 ? 1 : 0);
  return g_strconcat (number, units[unit], NULL);
}
