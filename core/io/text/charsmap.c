/* charsmap.c - a SentencePiece model's map of characters: what normalises text for Unigram models
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "charsmap.h"

#include <string.h>

#include "fail.h"
#include "mem.h"
#include "utf8.h"

/* ------------------------------------------------------------ a unit's parts */

static gboolean
has_leaf (guint32 unit)
{
  return (unit >> 8 & 1) != 0;
}

/* The byte that leads to the unit; a leaf's has its highest bit set and equals none. */
static guint32
label (guint32 unit)
{
  return unit & (1u << 31 | 0xff);
}

static guint32
leaf_value (guint32 unit)
{
  return unit & ~(1u << 31);
}

/* The children of the unit at @at lie at this place XOR their byte. */
static gsize
children (guint32 unit, gsize at)
{
  return at ^ (gsize) (unit >> 10) << ((unit & 1u << 9) >> 6);
}

/* ------------------------------------------------------------------- check */

static gboolean
fail_map (const char *name, const char *fault, GError **error)
{
  return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: precompiled_charsmap: %s", name, arra_translate (fault));
}

static gboolean
check_value (const ArraCharsmap *map, guint32 value, const char *name, GError **error)
{
  if (value > map->size || (value < map->size && ((guint8) map->text[value] & 0xc0) == 0x80))
    return fail_map (name, N_ ("an entry leads to no replacement"), error);
  return TRUE;
}

/* The node whose children lie around @base has @unit. */
static gboolean
check_node (const ArraCharsmap *map, guint32 unit, gsize base, const char *name, GError **error)
{
  if (base >= map->n_units)
    return fail_map (name, N_ ("an entry leads out of the map"), error);
  return !has_leaf (unit) || check_value (map, leaf_value (map->units[base]), name, error);
}

/* Puts those children of the node at @base on the stack that were not seen yet. */
static gboolean
visit (const ArraCharsmap *map, gsize base, guint8 *seen, guint32 *stack, gsize *n, const char *name, GError **error)
{
  for (guint32 byte = 1; byte < 256; byte++)
    {
      gsize at = base ^ byte, next;

      if (at >= map->n_units || label (map->units[at]) != byte)
        continue;
      next = children (map->units[at], at);
      if (!check_node (map, map->units[at], next, name, error))
        return FALSE;
      if (!seen[next])
        stack[(*n)++] = (guint32) next;
      seen[next] = TRUE;
    }
  return TRUE;
}

/* Follows every byte from every node: each is visited once, so maps that lead back into themselves end, too.
 */
static gboolean
check_reachable (const ArraCharsmap *map, const char *name, GError **error)
{
  g_automem guint8 *seen = arra_mem_new0 (map->n_units, 1, "map of characters", error);
  g_automem guint32 *stack = arra_mem_new (map->n_units, sizeof *stack, "map of characters", error);
  gsize root = children (map->units[0], 0), n = 0;

  if (seen == NULL || stack == NULL)
    return FALSE;
  if (root >= map->n_units)
    return fail_map (name, N_ ("an entry leads out of the map"), error);
  seen[root] = TRUE;
  stack[n++] = (guint32) root;
  while (n > 0)
    if (!visit (map, stack[--n], seen, stack, &n, name, error))
      return FALSE;
  return TRUE;
}

/* -------------------------------------------------------------------- load */

static gboolean
copy_parts (ArraCharsmap *map, const guint8 *bytes, gsize size, const char *name, GError **error)
{
  guint32 length = 0;

  if (size >= 4)
    length = bytes[0] | (guint32) bytes[1] << 8 | (guint32) bytes[2] << 16 | (guint32) bytes[3] << 24;
  if (length == 0 || length % 4 != 0 || length > size - 4)
    return fail_map (name, N_ ("its length is wrong"), error);
  map->n_units = length / 4;
  map->size = size - 4 - length;
  map->units = arra_mem_new (map->n_units, sizeof *map->units, "map of characters", error);
  if (map->units == NULL)
    return FALSE;
  map->text = arra_mem_strndup ((const char *) bytes + 4 + length, map->size, "replacements of characters", error);
  if (map->text == NULL)
    return FALSE;
  memcpy (map->units, bytes + 4, length);
  for (gsize i = 0; i < map->n_units; i++)
    map->units[i] = GUINT32_FROM_LE (map->units[i]);
  if (!arra_utf8_valid (map->text, map->size, NULL))
    return fail_map (name, N_ ("its replacements are not UTF-8"), error);
  return TRUE;
}

gboolean
arra_charsmap_load (ArraCharsmap *map, const char *base64, const char *name, GError **error)
{
  g_automem char *text = arra_mem_strndup (base64, strlen (base64), "map of characters", error);
  gsize size = 0;

  if (text == NULL)
    return FALSE;
  if (text[0] != '\0')
    g_base64_decode_inplace (text, &size);
  return copy_parts (map, (const guint8 *) text, size, name, error) && check_reachable (map, name, error);
}

void
arra_charsmap_clear (ArraCharsmap *map)
{
  arra_mem_clear (&map->units);
  arra_mem_clear (&map->text);
  map->n_units = map->size = 0;
}

/* ----------------------------------------------------------------- look-up */

const char *
arra_charsmap_find (const ArraCharsmap *map, const char *text, gsize length, gsize *size)
{
  gsize at = children (map->units[0], 0);

  for (gsize i = 0; i < length && text[i] != '\0'; i++)
    {
      guint8 byte = (guint8) text[i];
      guint32 unit;

      at ^= byte;
      unit = at < map->n_units ? map->units[at] : 0;
      if (label (unit) != byte)
        return NULL;
      at = children (unit, at);
      if (has_leaf (unit))
        {
          const char *found = map->text + leaf_value (map->units[at]);

          *size = strlen (found);
          return found;
        }
    }
  return NULL;
}
