/* history.c - the prompts that were used, newest first
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "history.h"

#include <string.h>

#define GROUP "History"
#define KEY "prompts"
#define LONGEST 8000 /* bytes of a prompt worth keeping */

struct _ArraHistory
{
  GPtrArray *prompts;
};

ArraHistory *
arra_history_new (void)
{
  ArraHistory *history = g_new (ArraHistory, 1);

  history->prompts = g_ptr_array_new_with_free_func (g_free);
  return history;
}

void
arra_history_free (ArraHistory *history)
{
  if (history == NULL)
    return;
  g_ptr_array_unref (history->prompts);
  g_free (history);
}

void
arra_history_remove (ArraHistory *history, const char *prompt)
{
  guint index;

  if (g_ptr_array_find_with_equal_func (history->prompts, prompt, g_str_equal, &index))
    g_ptr_array_remove_index (history->prompts, index);
}

void
arra_history_add (ArraHistory *history, const char *prompt)
{
  g_autofree char *trimmed = g_strstrip (g_strdup (prompt));

  if (*trimmed == '\0' || strlen (trimmed) > LONGEST)
    return;
  arra_history_remove (history, trimmed);
  g_ptr_array_insert (history->prompts, 0, g_steal_pointer (&trimmed));
  if (history->prompts->len > ARRA_HISTORY_MAX)
    g_ptr_array_set_size (history->prompts, ARRA_HISTORY_MAX);
}

void
arra_history_clear (ArraHistory *history)
{
  g_ptr_array_set_size (history->prompts, 0);
}

guint
arra_history_length (const ArraHistory *history)
{
  return history->prompts->len;
}

const char *
arra_history_get (const ArraHistory *history, guint index)
{
  g_return_val_if_fail (index < history->prompts->len, NULL);
  return history->prompts->pdata[index];
}

gboolean
arra_history_matches (const char *prompt, const char *words)
{
  g_autofree char *folded = g_utf8_casefold (prompt, -1);
  g_autofree char *wanted = g_utf8_casefold (words, -1);
  g_auto (GStrv) parts = g_strsplit_set (wanted, " \t\n", -1);

  for (char **part = parts; *part != NULL; part++)
    if (strstr (folded, *part) == NULL)
      return FALSE;
  return TRUE;
}

void
arra_history_load (ArraHistory *history, GKeyFile *keys)
{
  gsize n = 0;
  g_auto (GStrv) prompts = g_key_file_get_string_list (keys, GROUP, KEY, &n, NULL);

  arra_history_clear (history);
  for (gsize i = n; i > 0; i--)
    if (g_utf8_validate (prompts[i - 1], -1, NULL))
      arra_history_add (history, prompts[i - 1]);
}

void
arra_history_store (const ArraHistory *history, GKeyFile *keys)
{
  if (history->prompts->len == 0)
    g_key_file_remove_key (keys, GROUP, KEY, NULL);
  else
    g_key_file_set_string_list (keys, GROUP, KEY, (const char *const *) history->prompts->pdata, history->prompts->len);
}
