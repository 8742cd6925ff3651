/* test-dialog_form.c - the form of the dialog: what the wheel does over it, and which letters it answers to
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <gdk/gdkkeysyms.h>
#include <libintl.h>
#include <locale.h>
#include <string.h>

#include "dialog_case.h"
#include "fixture.h"

static GtkAdjustment *
form_place (ArraDialog *dialog)
{
  GtkWidget *form = gtk_widget_get_ancestor (arra_prompt_box_widget (dialog->prompt), GTK_TYPE_SCROLLED_WINDOW);

  return gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (form));
}

/* Whether all of the form is seen at once in a window of a small screen. */
static gboolean
has_room (ArraDialog *dialog)
{
  GtkAdjustment *place = form_place (dialog);

  return gtk_widget_get_allocated_height (dialog->window) <= 720
         && gtk_adjustment_get_upper (place) <= gtk_adjustment_get_page_size (place);
}

/* Whether the form has to be scrolled. */
static gboolean
is_short (ArraDialog *dialog)
{
  GtkAdjustment *place = form_place (dialog);

  return gtk_adjustment_get_upper (place) > gtk_adjustment_get_page_size (place);
}

/* The X server gives a window its size when it has the time for it. */
static void
assert_comes_true (gboolean (*func) (ArraDialog *), ArraDialog *dialog)
{
  for (guint i = 0; i < 1500 && !func (dialog); i++, g_usleep (20000))
    case_idle ();
  g_assert_true (func (dialog));
}

/* ---- the wheel */

static void
turn_wheel (GtkWidget *widget)
{
  GdkEvent *event = gdk_event_new (GDK_SCROLL);
  GdkWindow *window = gtk_widget_get_window (widget);

  event->scroll.window = g_object_ref (window);
  event->scroll.direction = GDK_SCROLL_DOWN;
  gdk_event_set_device (event, gdk_seat_get_pointer (gdk_display_get_default_seat (gdk_window_get_display (window))));
  gtk_propagate_event (widget, event);
  gdk_event_free (event);
  case_idle ();
}

/* Over a number or a list the wheel scrolls the form, and changes them only when they have the focus. */
static void
test_wheel (Case *self, gconstpointer data)
{
  GtkWidget *count, *size;
  int chosen;

  case_open (self, "[Dialog]\nadvanced=true\n");
  gtk_window_resize (GTK_WINDOW (self->dialog->window), 700, 300);
  assert_comes_true (is_short, self->dialog);
  count = case_get (self, GTK_TYPE_SPIN_BUTTON, "Number of pictures");
  size = case_get (self, GTK_TYPE_COMBO_BOX, "Size");
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (count), 5);
  chosen = gtk_combo_box_get_active (GTK_COMBO_BOX (size));
  arra_prompt_box_focus (self->dialog->prompt);
  turn_wheel (count);
  g_assert_cmpfloat (gtk_adjustment_get_value (form_place (self->dialog)), >, 0);
  turn_wheel (size);
  g_assert_cmpfloat (gtk_spin_button_get_value (GTK_SPIN_BUTTON (count)), ==, 5);
  g_assert_cmpint (gtk_combo_box_get_active (GTK_COMBO_BOX (size)), ==, chosen);
  gtk_widget_grab_focus (count);
  turn_wheel (count);
  g_assert_cmpfloat (gtk_spin_button_get_value (GTK_SPIN_BUTTON (count)), ==, 4);
}

static void
ignores_wheel (GtkWidget *widget, gpointer data)
{
  guint *n = data;
  const guint signal = g_signal_lookup ("scroll-event", GTK_TYPE_WIDGET);

  if (!GTK_IS_SPIN_BUTTON (widget) && !GTK_IS_COMBO_BOX (widget))
    return;
  g_assert_true (g_signal_has_handler_pending (widget, signal, 0, FALSE));
  ++*n;
}

static void
test_wheel_everywhere (Case *self, gconstpointer data)
{
  guint n = 0;

  case_open (self, "");
  case_walk (self->dialog->window, ignores_wheel, &n);
  g_assert_cmpuint (n, >=, 10);
}

/* ---- mnemonics */

#define STRING(text) g_dgettext (GETTEXT_PACKAGE, text)

typedef struct
{
  GHashTable *owners; /* of each letter: a widget, or the button that it belongs to at another time */
  const char *language;
} Letters;

static void
claim (Letters *letters, guint letter, gpointer owner, const char *text)
{
  gpointer key = GUINT_TO_POINTER (gdk_keyval_to_lower (letter));
  gpointer other = g_hash_table_lookup (letters->owners, key);

  if (other != NULL && other != owner)
    g_error ("%s: Alt+%c is ambiguous: “%s” and “%s”", letters->language, (int) letter, text,
             GTK_IS_LABEL (other) ? gtk_label_get_label (other)
                                  : atk_object_get_name (gtk_widget_get_accessible (other)));
  g_hash_table_insert (letters->owners, key, owner);
}

static void
claim_label (GtkWidget *widget, gpointer data)
{
  GtkWidget *button = gtk_widget_get_ancestor (widget, GTK_TYPE_BUTTON);
  const guint letter = GTK_IS_LABEL (widget) ? gtk_label_get_mnemonic_keyval (GTK_LABEL (widget)) : GDK_KEY_VoidSymbol;

  if (letter != GDK_KEY_VoidSymbol)
    claim (data, letter, button != NULL ? button : widget, gtk_label_get_label (GTK_LABEL (widget)));
}

/* What a button says at other times. */
static void
claim_text (Letters *letters, GtkWidget *button, const char *text)
{
  const char *mark = strchr (text, '_');

  g_assert_nonnull (mark);
  claim (letters, gdk_unicode_to_keyval (g_utf8_get_char (mark + 1)), button, text);
}

/* On a small screen all of the form is seen at once. */
static void
assert_room (ArraDialog *dialog)
{
  int width;

  gtk_widget_get_preferred_width (dialog->window, &width, NULL);
  g_assert_cmpint (width, <=, 1280);
  assert_comes_true (has_room, dialog);
}

#define SMALL "[Dialog]\nwindow-width=1280\nwindow-height=720\nprompt=a word\n"

/* With all that can be said of a prompt and a checkpoint, or with what is there for the advanced. */
static void
check_room (Case *self)
{
  case_open (self, SMALL "sized=true\nwidth=8\nheight=8\n");
  case_choose (self, "medical");
  assert_room (self->dialog);
  case_close (self);
  case_open (self, SMALL "advanced=true\n");
  case_choose (self, "plain");
  assert_room (self->dialog);
  case_close (self);
}

static void
check_language (Case *self, const char *language)
{
  Letters letters = { g_hash_table_new (NULL, NULL), language };
  ArraDialog *dialog;

  g_setenv ("LANGUAGE", language, TRUE);
  setlocale (LC_ALL, "C"); /* what gettext remembers ends with it */
  g_assert_nonnull (setlocale (LC_ALL, "de_DE.UTF-8"));
  g_assert_true (g_str_equal (STRING ("Reset to De_faults"), "Reset to De_faults") == g_str_equal (language, "en"));
  check_room (self);
  case_open (self, "");
  dialog = self->dialog;
  case_walk (dialog->window, claim_label, &letters);
  claim_text (&letters, dialog->generate, STRING ("_Stop"));
  claim_text (&letters, dialog->proceed, STRING ("Contin_ue"));
  claim_text (&letters, dialog->generate, STRING ("_Generate"));
  claim_text (&letters, dialog->generate, STRING ("_Generate Again"));
  claim_text (&letters, dialog->insert, STRING ("Inse_rt"));
  claim_text (&letters, dialog->insert, g_dngettext (GETTEXT_PACKAGE, "Inse_rt", "Inse_rt %u Pictures", 3));
  g_assert_cmpuint (g_hash_table_size (letters.owners), >=, 20);
  g_hash_table_unref (letters.owners);
  g_clear_pointer (&self->dialog, arra_dialog_destroy);
}

/* Compiles a locale into @folder: catalogues are not read in C, nor by newer C libraries in C.UTF-8. */
static gboolean
make_locale (const char *folder)
{
  g_autofree char *target = g_build_filename (folder, "de_DE.UTF-8", NULL);
  const char *argv[] = { "localedef", "-i", "de_DE", "-f", "UTF-8", target, NULL };

  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, NULL, NULL,
                NULL, NULL);
  g_setenv ("LOCPATH", folder, TRUE);
  return setlocale (LC_ALL, "de_DE.UTF-8") != NULL;
}

static void
check_languages (Case *self)
{
  bindtextdomain (GETTEXT_PACKAGE, g_getenv ("ARRA_TEST_CATALOGUES"));
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  check_language (self, "en");
  check_language (self, "de");
  check_language (self, "fr");
  g_setenv ("LANGUAGE", "en", TRUE);
}

static void
test_mnemonics (Case *self, gconstpointer data)
{
  g_autofree char *folder = fixture_directory ();

  if (make_locale (folder))
    check_languages (self);
  else
    g_test_skip ("the locale de_DE.UTF-8 cannot be made: localedef or its sources are missing");
  setlocale (LC_ALL, "C.UTF-8");
  fixture_remove (folder);
}

int
main (int argc, char **argv)
{
  static const CaseTest cases[] = {
    { "/ui/dialog-form/wheel", test_wheel },
    { "/ui/dialog-form/wheel-everywhere", test_wheel_everywhere },
    { "/ui/dialog-form/mnemonics", test_mnemonics },
  };

  case_init (&argc, &argv);
  return case_run (cases, G_N_ELEMENTS (cases), case_begin, case_end);
}
