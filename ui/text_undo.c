/* text_undo.c - Undo and Redo for a text buffer, which GTK 3 brings none for
 *
 * Prompts are short, so whole texts are kept. Letters typed or erased one after the other make one step, word by word.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "text_undo.h"

#include <string.h>

#define MOST 200 /* texts kept */

typedef enum
{
  CHANGE_OTHER,
  CHANGE_TYPED,  /* one letter more */
  CHANGE_ERASED, /* one letter less */
} Change;

struct _ArraTextUndo
{
  GtkTextBuffer *buffer;
  GPtrArray *texts; /* of char *, oldest first; never empty */
  guint at;         /* the one that the buffer shows */
  Change last;      /* what made it */
  gboolean busy;    /* the buffer is changed from here */
};

static char *
current (const ArraTextUndo *undo)
{
  GtkTextIter start, end;

  gtk_text_buffer_get_bounds (undo->buffer, &start, &end);
  return gtk_text_buffer_get_text (undo->buffer, &start, &end, TRUE);
}

/* Bytes at the beginning that both texts share. */
static gsize
shared_begin (const char *text, const char *other)
{
  gsize n = 0;

  while (text[n] != '\0' && g_utf8_get_char (text + n) == g_utf8_get_char (other + n))
    n += (gsize) (g_utf8_next_char (text + n) - (text + n));
  return n;
}

/* Where in @text that ends which is not in @other, in characters. */
static glong
end_of_change (const char *text, const char *other)
{
  const gsize begin = shared_begin (text, other);
  const char *end = text + strlen (text), *other_end = other + strlen (other);

  while (end > text + begin && other_end > other + begin
         && g_utf8_get_char (g_utf8_prev_char (end)) == g_utf8_get_char (g_utf8_prev_char (other_end)))
    {
      end = g_utf8_prev_char (end);
      other_end = g_utf8_prev_char (other_end);
    }
  return g_utf8_pointer_to_offset (text, end);
}

static Change
find_change (const char *before, const char *after)
{
  const glong more = g_utf8_strlen (after, -1) - g_utf8_strlen (before, -1);

  return more == 1 ? CHANGE_TYPED : more == -1 ? CHANGE_ERASED : CHANGE_OTHER;
}

/* Whether @after belongs to the step that led to @before. */
static gboolean
goes_on (const ArraTextUndo *undo, Change change, const char *before, const char *after)
{
  if (change == CHANGE_OTHER || change != undo->last)
    return FALSE;
  return change == CHANGE_ERASED || !g_unichar_isspace (g_utf8_get_char (after + shared_begin (after, before)));
}

static void
record (ArraTextUndo *undo)
{
  g_autofree char *text = current (undo);
  const char *before = undo->texts->pdata[undo->at];
  const Change change = find_change (before, text);

  if (g_str_equal (before, text))
    return;
  g_ptr_array_set_size (undo->texts, (int) undo->at + (goes_on (undo, change, before, text) ? 0 : 1));
  g_ptr_array_add (undo->texts, g_steal_pointer (&text));
  if (undo->texts->len > MOST)
    g_ptr_array_remove_index (undo->texts, 0);
  undo->at = undo->texts->len - 1;
  undo->last = change;
}

static void
changed (GtkTextBuffer *buffer, gpointer data)
{
  ArraTextUndo *undo = data;

  if (!undo->busy)
    record (undo);
}

static void
free_undo (gpointer data)
{
  ArraTextUndo *undo = data;

  g_ptr_array_unref (undo->texts);
  g_free (undo);
}

ArraTextUndo *
arra_text_undo_new (GtkTextBuffer *buffer)
{
  ArraTextUndo *undo = g_new0 (ArraTextUndo, 1);

  undo->buffer = buffer;
  undo->texts = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (undo->texts, current (undo));
  g_signal_connect (buffer, "changed", G_CALLBACK (changed), undo);
  g_object_set_data_full (G_OBJECT (buffer), "arra-text-undo", undo, free_undo);
  return undo;
}

/* The cursor goes behind what changes. */
static void
show (ArraTextUndo *undo, const char *text)
{
  g_autofree char *before = current (undo);
  const glong offset = end_of_change (text, before);
  GtkTextIter cursor;

  undo->busy = TRUE;
  gtk_text_buffer_set_text (undo->buffer, text, -1);
  undo->busy = FALSE;
  undo->last = CHANGE_OTHER;
  gtk_text_buffer_get_iter_at_offset (undo->buffer, &cursor, (int) offset);
  gtk_text_buffer_place_cursor (undo->buffer, &cursor);
}

gboolean
arra_text_undo_back (ArraTextUndo *undo)
{
  if (undo->at == 0)
    return FALSE;
  show (undo, undo->texts->pdata[--undo->at]);
  return TRUE;
}

gboolean
arra_text_undo_forth (ArraTextUndo *undo)
{
  if (undo->at + 1 >= undo->texts->len)
    return FALSE;
  show (undo, undo->texts->pdata[++undo->at]);
  return TRUE;
}

void
arra_text_undo_replace (ArraTextUndo *undo, const char *text)
{
  undo->busy = TRUE;
  gtk_text_buffer_set_text (undo->buffer, text, -1);
  undo->busy = FALSE;
  record (undo);
  undo->last = CHANGE_OTHER;
}

void
arra_text_undo_forget (ArraTextUndo *undo)
{
  g_ptr_array_set_size (undo->texts, 0);
  g_ptr_array_add (undo->texts, current (undo));
  undo->at = 0;
  undo->last = CHANGE_OTHER;
}
