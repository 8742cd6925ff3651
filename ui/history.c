/* history.c - the prompts that were used, newest first, and the checkpoints that they were for
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "history.h"

#include <string.h>

#define GROUP "History"
#define KEY "entries"
#define KEY_BEFORE "prompts" /* of versions that kept no checkpoints */
#define LONGEST 8000         /* bytes of a prompt worth keeping */
#define TAG 16               /* characters of a fingerprint that tell checkpoints apart */
#define NO_TAG "-"

typedef struct
{
  char tag[TAG + 1]; /* of the checkpoint; NO_TAG: not known */
  char *prompt;
} Entry;

struct _ArraHistory
{
  GPtrArray *entries;
  char tag[TAG + 1]; /* of the checkpoint that is chosen now */
};

static void
free_entry (gpointer data)
{
  Entry *entry = data;

  g_free (entry->prompt);
  g_free (entry);
}

ArraHistory *
arra_history_new (void)
{
  ArraHistory *history = g_new0 (ArraHistory, 1);

  history->entries = g_ptr_array_new_with_free_func (free_entry);
  arra_history_set_checkpoint (history, NULL);
  return history;
}

void
arra_history_free (ArraHistory *history)
{
  if (history == NULL)
    return;
  g_ptr_array_unref (history->entries);
  g_free (history);
}

void
arra_history_set_checkpoint (ArraHistory *history, const char *fingerprint)
{
  g_strlcpy (history->tag, fingerprint != NULL ? fingerprint : NO_TAG, sizeof history->tag);
}

static gboolean
is_untagged (const char *tag)
{
  return strcmp (tag, NO_TAG) == 0;
}

/* Takes out those that a new entry stands for, too. */
static void
remove_same (ArraHistory *history, const char *tag, const char *prompt)
{
  for (guint i = history->entries->len; i-- > 0;)
    {
      const Entry *entry = history->entries->pdata[i];

      if (strcmp (entry->prompt, prompt) == 0 && (is_untagged (entry->tag) || strcmp (entry->tag, tag) == 0))
        g_ptr_array_remove_index (history->entries, i);
    }
}

static void
add (ArraHistory *history, const char *tag, const char *prompt)
{
  g_autofree char *trimmed = g_strstrip (g_strdup (prompt));
  Entry *entry;

  if (*trimmed == '\0' || strlen (trimmed) > LONGEST)
    return;
  remove_same (history, tag, trimmed);
  entry = g_new0 (Entry, 1);
  g_strlcpy (entry->tag, tag, sizeof entry->tag);
  entry->prompt = g_steal_pointer (&trimmed);
  g_ptr_array_insert (history->entries, 0, entry);
  if (history->entries->len > ARRA_HISTORY_MAX)
    g_ptr_array_set_size (history->entries, ARRA_HISTORY_MAX);
}

void
arra_history_add (ArraHistory *history, const char *prompt)
{
  add (history, history->tag, prompt);
}

void
arra_history_remove (ArraHistory *history, guint index)
{
  g_return_if_fail (index < history->entries->len);
  g_ptr_array_remove_index (history->entries, index);
}

void
arra_history_clear (ArraHistory *history)
{
  g_ptr_array_set_size (history->entries, 0);
}

guint
arra_history_length (const ArraHistory *history)
{
  return history->entries->len;
}

const char *
arra_history_get (const ArraHistory *history, guint index)
{
  g_return_val_if_fail (index < history->entries->len, NULL);
  return ((const Entry *) history->entries->pdata[index])->prompt;
}

gboolean
arra_history_is_own (const ArraHistory *history, guint index)
{
  const Entry *entry;

  g_return_val_if_fail (index < history->entries->len, FALSE);
  entry = history->entries->pdata[index];
  return is_untagged (entry->tag) || strcmp (entry->tag, history->tag) == 0;
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

/* ---- the file: "TAG PROMPT", the newest first */

static gboolean
is_tag (const char *text, gsize length)
{
  if (length != TAG)
    return length == strlen (NO_TAG) && memcmp (text, NO_TAG, length) == 0;
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isxdigit (text[i]))
      return FALSE;
  return TRUE;
}

static void
load_entry (ArraHistory *history, const char *text)
{
  const gsize length = strcspn (text, " ");
  g_autofree char *tag = is_tag (text, length) ? g_strndup (text, length) : NULL;

  if (tag != NULL && text[length] == ' ')
    add (history, tag, text + length + 1);
}

static void
load_list (ArraHistory *history, GKeyFile *keys, const char *key, gboolean tagged)
{
  gsize n = 0;
  g_auto (GStrv) texts = g_key_file_get_string_list (keys, GROUP, key, &n, NULL);

  for (gsize i = n; i > 0; i--)
    if (!g_utf8_validate (texts[i - 1], -1, NULL))
      continue;
    else if (tagged)
      load_entry (history, texts[i - 1]);
    else
      add (history, NO_TAG, texts[i - 1]);
}

void
arra_history_load (ArraHistory *history, GKeyFile *keys)
{
  arra_history_clear (history);
  load_list (history, keys, KEY_BEFORE, FALSE);
  load_list (history, keys, KEY, TRUE);
}

void
arra_history_store (const ArraHistory *history, GKeyFile *keys)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);

  g_key_file_remove_group (keys, GROUP, NULL);
  for (guint i = 0; i < history->entries->len; i++)
    {
      const Entry *entry = history->entries->pdata[i];

      g_ptr_array_add (texts, g_strconcat (entry->tag, " ", entry->prompt, NULL));
    }
  if (texts->len > 0)
    g_key_file_set_string_list (keys, GROUP, KEY, (const char *const *) texts->pdata, texts->len);
}
