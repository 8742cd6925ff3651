/* class_list.c - the names of classes, to be searched in
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "class_list.h"

#include <string.h>

#include "history.h"

typedef struct
{
  char **names; /* the first one, and others that mean the same; at least one */
  char *folded; /* all of them, to look for words in */
  char *others;
} Class;

struct _ArraClassList
{
  GPtrArray *classes;
};

/* How near a class is to what is searched for. */
enum
{
  SAME,
  HAS_IT, /* one of its names, whole */
  BEGINS,
  HAS_WORDS,
  UNLIKE,
};

static void
free_class (gpointer data)
{
  Class *class = data;

  g_strfreev (class->names);
  g_free (class->folded);
  g_free (class->others);
  g_free (class);
}

static Class *
new_class (const char *text)
{
  Class *class = g_new0 (Class, 1);

  class->names = g_strsplit (*text != '\0' ? text : " ", ",", -1);
  for (char **name = class->names; *name != NULL; name++)
    g_strstrip (*name);
  class->others = g_strjoinv (", ", class->names + 1);
  class->folded = g_utf8_casefold (text, -1);
  return class;
}

ArraClassList *
arra_class_list_new (const char *const *classes)
{
  ArraClassList *list = g_new (ArraClassList, 1);

  list->classes = g_ptr_array_new_with_free_func (free_class);
  for (; *classes != NULL; classes++)
    g_ptr_array_add (list->classes, new_class (*classes));
  return list;
}

void
arra_class_list_free (ArraClassList *list)
{
  if (list == NULL)
    return;
  g_ptr_array_unref (list->classes);
  g_free (list);
}

static gboolean
is_number_of (const char *text, guint class)
{
  guint64 number;

  return g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT, &number, NULL) && number == class;
}

static gboolean
is_edge (char c)
{
  return c == '\0' || c == ' ' || c == '-';
}

static gboolean
has_whole (const char *name, const char *wanted)
{
  const char *at = strstr (name, wanted);

  return at != NULL && (at == name || is_edge (at[-1])) && is_edge (at[strlen (wanted)]);
}

/* How near @class is to @wanted, which is case folded. */
static guint
compare (const ArraClassList *list, guint index, const char *wanted)
{
  const Class *class = list->classes->pdata[index];
  guint nearest = arra_history_matches (class->folded, wanted) ? HAS_WORDS : UNLIKE;

  if (*wanted == '\0')
    return HAS_WORDS;
  if (is_number_of (wanted, index))
    return SAME;
  for (char **name = class->names; *name != NULL; name++)
    {
      g_autofree char *folded = g_utf8_casefold (*name, -1);

      if (strcmp (folded, wanted) == 0)
        return SAME;
      if (has_whole (folded, wanted))
        nearest = MIN (nearest, HAS_IT);
      else if (g_str_has_prefix (folded, wanted))
        nearest = MIN (nearest, BEGINS);
    }
  return nearest;
}

/* (transfer full) */
static char *
fold (const char *text)
{
  return g_strstrip (g_utf8_casefold (text, -1));
}

GArray *
arra_class_list_search (const ArraClassList *list, const char *text)
{
  g_autofree char *wanted = fold (text);
  GArray *found[UNLIKE];

  for (guint near = SAME; near < UNLIKE; near++)
    found[near] = g_array_new (FALSE, FALSE, sizeof (guint));
  for (guint i = 0; i < list->classes->len; i++)
    {
      const guint near = compare (list, i, wanted);

      if (near < UNLIKE)
        g_array_append_val (found[near], i);
    }
  for (guint near = HAS_IT; near < UNLIKE; near++)
    {
      g_array_append_vals (found[SAME], found[near]->data, found[near]->len);
      g_array_unref (found[near]);
    }
  return found[SAME];
}

guint
arra_class_list_count (const ArraClassList *list, const char *text)
{
  g_autofree char *wanted = fold (text);
  guint n = 0;

  for (guint i = 0; i < list->classes->len; i++)
    if (is_number_of (wanted, i))
      return 1;
    else
      n += compare (list, i, wanted) == SAME;
  return n;
}

const char *
arra_class_list_name (const ArraClassList *list, guint class)
{
  g_return_val_if_fail (class < list->classes->len, "");
  return ((const Class *) list->classes->pdata[class])->names[0];
}

const char *
arra_class_list_others (const ArraClassList *list, guint class)
{
  g_return_val_if_fail (class < list->classes->len, "");
  return ((const Class *) list->classes->pdata[class])->others;
}

char *
arra_class_list_text (const ArraClassList *list, guint class)
{
  g_return_val_if_fail (class < list->classes->len, g_strdup (""));
  for (char **name = ((const Class *) list->classes->pdata[class])->names; *name != NULL; name++)
    if (arra_class_list_count (list, *name) == 1)
      return g_strdup (*name);
  return g_strdup_printf ("%u", class);
}
