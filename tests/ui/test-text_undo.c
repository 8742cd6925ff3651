/* test-text_undo.c - what was typed, erased and replaced comes back, step by step
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <text_undo.h>

typedef struct
{
  GtkTextBuffer *buffer;
  ArraTextUndo *undo;
} Case;

static void
set_up (Case *self, gconstpointer data)
{
  self->buffer = gtk_text_buffer_new (NULL);
  self->undo = arra_text_undo_new (self->buffer);
}

static void
tear_down (Case *self, gconstpointer data)
{
  g_object_unref (self->buffer);
}

static void
type (Case *self, const char *text)
{
  for (const char *c = text; *c != '\0'; c = g_utf8_next_char (c))
    gtk_text_buffer_insert_at_cursor (self->buffer, c, (int) (g_utf8_next_char (c) - c));
}

static void
erase (Case *self)
{
  GtkTextIter cursor;

  gtk_text_buffer_get_iter_at_mark (self->buffer, &cursor, gtk_text_buffer_get_insert (self->buffer));
  g_assert_true (gtk_text_buffer_backspace (self->buffer, &cursor, TRUE, TRUE));
}

static void
assert_text (Case *self, const char *expected)
{
  g_autofree char *text = NULL;

  g_object_get (self->buffer, "text", &text, NULL);
  g_assert_cmpstr (text, ==, expected);
}

static void
test_words (Case *self, gconstpointer data)
{
  type (self, "grüne Wiese");
  g_assert_true (arra_text_undo_back (self->undo));
  assert_text (self, "grüne");
  g_assert_true (arra_text_undo_back (self->undo));
  assert_text (self, "");
  g_assert_false (arra_text_undo_back (self->undo));
  g_assert_true (arra_text_undo_forth (self->undo));
  g_assert_true (arra_text_undo_forth (self->undo));
  assert_text (self, "grüne Wiese");
  g_assert_false (arra_text_undo_forth (self->undo));
}

/* The cursor comes back to where the change was, so typing goes on there. */
static void
test_erased (Case *self, gconstpointer data)
{
  type (self, "sea");
  erase (self);
  erase (self);
  assert_text (self, "s");
  type (self, "ky");
  assert_text (self, "sky");
  g_assert_true (arra_text_undo_back (self->undo));
  assert_text (self, "s");
  g_assert_true (arra_text_undo_back (self->undo));
  assert_text (self, "sea");
  type (self, "!");
  assert_text (self, "sea!");
  g_assert_false (arra_text_undo_forth (self->undo));
}

static void
test_replaced (Case *self, gconstpointer data)
{
  type (self, "mine");
  arra_text_undo_replace (self->undo, "an example");
  arra_text_undo_replace (self->undo, "an example");
  type (self, "s");
  g_assert_true (arra_text_undo_back (self->undo));
  assert_text (self, "an example");
  g_assert_true (arra_text_undo_back (self->undo));
  assert_text (self, "mine");
  arra_text_undo_forget (self->undo);
  g_assert_false (arra_text_undo_back (self->undo));
  g_assert_false (arra_text_undo_forth (self->undo));
  type (self, "!");
  g_assert_true (arra_text_undo_back (self->undo));
  assert_text (self, "mine");
}

static void
test_bound (Case *self, gconstpointer data)
{
  guint n = 0;

  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *text = g_strdup_printf ("text %u", i);
      arra_text_undo_replace (self->undo, text);
    }
  while (arra_text_undo_back (self->undo))
    n++;
  g_assert_cmpuint (n, ==, 199);
  assert_text (self, "text 800");
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    void (*run) (Case *self, gconstpointer data);
  } cases[] = {
    { "/ui/text-undo/words", test_words },
    { "/ui/text-undo/erased", test_erased },
    { "/ui/text-undo/replaced", test_replaced },
    { "/ui/text-undo/bound", test_bound },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_test_add (cases[i].name, Case, NULL, set_up, cases[i].run, tear_down);
  return g_test_run ();
}
