/* bad_items.c - items of a data set that cannot be used
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "bad_items.h"

#include "text_file.h"

typedef struct
{
  guint item;
  GError *fault;
} BadItem;

struct _ArraBadItems
{
  const char *advice; /* (nullable): not NULL when it is strict */
  GMutex lock;
  GArray *items; /* BadItem, sorted */
};

static void
clear_item (gpointer data)
{
  g_clear_error (&((BadItem *) data)->fault);
}

ArraBadItems *
arra_bad_items_new (void)
{
  ArraBadItems *bad = g_new0 (ArraBadItems, 1);

  g_mutex_init (&bad->lock);
  bad->items = g_array_new (FALSE, FALSE, sizeof (BadItem));
  g_array_set_clear_func (bad->items, clear_item);
  return bad;
}

ArraBadItems *
arra_bad_items_new_strict (const char *advice)
{
  ArraBadItems *bad = arra_bad_items_new ();

  bad->advice = advice;
  return bad;
}

void
arra_bad_items_free (ArraBadItems *bad)
{
  if (bad == NULL)
    return;
  g_array_unref (bad->items);
  g_mutex_clear (&bad->lock);
  g_free (bad);
}

static int
compare_items (gconstpointer a, gconstpointer b)
{
  const BadItem *one = a, *other = b;

  return (one->item > other->item) - (one->item < other->item);
}

static gboolean
is_of_item (const GError *fault)
{
  return !g_error_matches (fault, ARRA_ERROR, ARRA_ERROR_NO_MEMORY)
         && !g_error_matches (fault, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
advise (GError *fault, const char *advice)
{
  char *message = g_strconcat (fault->message, advice, NULL);

  g_free (fault->message);
  fault->message = message;
}

gboolean
arra_bad_items_take (ArraBadItems *bad, guint item, GError *fault, GError **error)
{
  BadItem one = { item, fault };

  if (bad == NULL || bad->advice != NULL || !is_of_item (fault))
    {
      if (bad != NULL && bad->advice != NULL && is_of_item (fault))
        advise (fault, bad->advice);
      g_propagate_error (error, fault);
      return FALSE;
    }
  g_mutex_lock (&bad->lock);
  g_array_append_val (bad->items, one);
  g_array_sort (bad->items, compare_items);
  g_mutex_unlock (&bad->lock);
  return TRUE;
}

guint
arra_bad_items_count (const ArraBadItems *bad)
{
  return bad != NULL ? bad->items->len : 0;
}

gboolean
arra_bad_items_has (const ArraBadItems *bad, guint item)
{
  BadItem one = { item, NULL };

  return bad != NULL && g_array_binary_search (bad->items, &one, compare_items, NULL);
}

char *
arra_bad_items_text (const ArraBadItems *bad)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < bad->items->len; i++)
    {
      g_autofree char *line = arra_text_one_line (g_array_index (bad->items, BadItem, i).fault->message);

      g_string_append_printf (text, "%s%s", i > 0 ? "\n" : "", line);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}
