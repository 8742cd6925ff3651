/* class_names.c - what somebody calls a class, and what he may have meant
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "class_names.h"

#include <string.h>

#include "fail.h"

#define NEAREST 5
#define LONGEST 64 /* bytes of a text that are compared with names */
#define FAR G_MAXUINT

/* In lower case, with single spaces. (transfer full) */
static char *
plain (const char *text)
{
  g_autofree char *lower = g_utf8_casefold (text, -1);
  g_auto (GStrv) words = g_strsplit_set (lower, " \t\r\n_", -1);
  GString *out = g_string_new (NULL);

  for (char **word = words; *word != NULL; word++)
    if (**word != '\0')
      g_string_append_printf (out, "%s%s", out->len > 0 ? " " : "", *word);
  return g_string_free (out, FALSE);
}

/* Letters to be put in, left out or exchanged, to make @b of @a. */
static guint
distance (const char *a, const char *b)
{
  const gsize n = MIN (strlen (a), LONGEST), m = MIN (strlen (b), LONGEST);
  guint row[LONGEST + 1];

  for (gsize j = 0; j <= m; j++)
    row[j] = (guint) j;
  for (gsize i = 1; i <= n; i++)
    {
      guint corner = row[0];

      row[0] = (guint) i;
      for (gsize j = 1; j <= m; j++)
        {
          const guint exchanged = corner + (a[i - 1] != b[j - 1]);

          corner = row[j];
          row[j] = MIN (MIN (row[j], row[j - 1]) + 1, exchanged);
        }
    }
  return row[m];
}

static gboolean
is_edge (char c)
{
  return c == '\0' || c == ' ' || c == '-';
}

/* How far @text is from @name; near are names that have it in them, as a word, as the beginning of one, or
 * else. */
static guint
how_far (const char *text, const char *name)
{
  const char *at = strlen (text) >= 3 ? strstr (name, text) : NULL;

  if (at == NULL)
    return distance (text, name) + 2;
  if (at > name && !is_edge (at[-1]))
    return 2;
  return is_edge (at[strlen (text)]) ? 0 : 1;
}

/* One of the names of a class: @length bytes. */
typedef struct
{
  guint class, far;
  const char *name;
  guint length;
} Near;

/* Keeps @near [NEAREST] in order, the nearest first. */
static void
keep (Near *near, const Near *found)
{
  guint at = NEAREST;

  while (at > 0 && found->far < near[at - 1].far)
    at--;
  if (at == NEAREST)
    return;
  memmove (near + at + 1, near + at, (NEAREST - at - 1) * sizeof *near);
  near[at] = *found;
}

/* The name of a class that is nearest to @text; *@same: it is that one, or all of them as they are listed. */
static Near
nearest_of (const char *names, guint class, const char *text, gboolean *same)
{
  Near near = { class, FAR, NULL, 0 };
  g_autofree char *all = plain (names);

  *same = *all != '\0' && strcmp (all, text) == 0;
  for (const char *name = names; *name != '\0'; name += *name == ',')
    {
      const guint length = (guint) strcspn (name, ",");
      g_autofree char *copy = g_strndup (name, length), *known = plain (copy);
      const guint far = how_far (text, known);

      *same = *same || strcmp (known, text) == 0;
      if (far < near.far)
        near = (Near) { class, far, name, length };
      name += length;
    }
  return near;
}

static char *
list_nearest (const Near *near)
{
  GString *list = g_string_new (NULL);

  for (guint i = 0; i < NEAREST && near[i].far != FAR; i++)
    {
      g_autofree char *name = g_strstrip (g_strndup (near[i].name, near[i].length));

      g_string_append_printf (list, "%s%s (%u)", i > 0 ? ", " : "", name, near[i].class);
    }
  return g_string_free (list, FALSE);
}

static gboolean
fail_name (const char *text, const Near *near, gboolean several, GError **error)
{
  g_autofree char *list = list_nearest (near);

  return arra_fail (error, ARRA_ERROR_ARGUMENT,
                    several ? N_ ("\"%.60s\" is the name of several classes; say which by its number: %s")
                            : N_ ("This model makes pictures of classes, and \"%.60s\" is none of them. Names that "
                                  "are near: %s"),
                    text, list);
}

static gboolean
find_name (const char *const *names, guint n, const char *text, guint *class, GError **error)
{
  g_autofree char *wanted = plain (text);
  Near near[NEAREST], equal[NEAREST];
  guint n_equal = 0;

  for (guint i = 0; i < NEAREST; i++)
    near[i] = equal[i] = (Near) { 0, FAR, NULL, 0 };
  for (guint i = 0; i < n; i++)
    {
      gboolean same;
      const Near found = nearest_of (names[i], i, wanted, &same);

      keep (same ? equal : near, &found);
      n_equal += same;
    }
  *class = equal[0].class;
  return n_equal == 1 || fail_name (text, n_equal > 1 ? equal : near, n_equal > 1, error);
}

gboolean
arra_class_find (const char *const *names, guint n, const char *text, guint *class, GError **error)
{
  g_autofree char *number = g_strstrip (g_strdup (text));
  guint64 value;

  if (g_ascii_string_to_unsigned (number, 10, 0, n - 1, &value, NULL))
    {
      *class = (guint) value;
      return TRUE;
    }
  if (names == NULL || strspn (number, "0123456789+-.") == strlen (number))
    return arra_fail (error, ARRA_ERROR_ARGUMENT,
                      names != NULL
                          ? N_ ("This model makes pictures of classes: the prompt must be the name of one, or its "
                                "number, 0 to %u")
                          : N_ ("This model makes pictures of classes: the prompt must be the number of one, 0 to %u"),
                      n - 1);
  return find_name (names, n, number, class, error);
}
