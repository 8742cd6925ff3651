/* likely_window.c - asks what is to be shown of how likely a layer is
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "likely_window.h"

#include <glib/gi18n-lib.h>

#include "checkpoint_box.h"
#include "dialog_private.h"
#include "form.h"
#include "settings.h"

#define WIDTH 460
#define ID_LAYER "layer"
#define ID_SELECTION "selection"

typedef struct
{
  GtkWidget *window, *prompt, *phrase, *checkpoint, *as;
  ArraSettings settings; /* of the dialog: where else checkpoints lie, and which was chosen last */
  char *wanted;          /* (nullable): the checkpoint to choose when it is found */
  GCancellable *finding;
} Asking;

void
arra_likely_clear (ArraLikely *likely)
{
  g_clear_pointer (&likely->prompt, g_free);
  g_clear_pointer (&likely->phrase, g_free);
  g_clear_pointer (&likely->checkpoint, g_free);
}

/* ---- checkpoints, which a thread looks for */

static void
find (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_task_return_pointer (task, arra_checkpoints_find (data, cancellable), (GDestroyNotify) g_ptr_array_unref);
}

static void
were_found (GObject *source, GAsyncResult *result, gpointer data)
{
  Asking *self = data;
  g_autoptr (GPtrArray) found = g_task_propagate_pointer (G_TASK (result), NULL);
  GtkComboBoxText *list;

  if (found == NULL) /* the window is gone */
    return;
  list = GTK_COMBO_BOX_TEXT (self->checkpoint);
  for (guint i = 0; i < found->len; i++)
    {
      const ArraFound *one = found->pdata[i];
      g_autofree char *problem = arra_checkpoint_box_problem (one);

      if (problem == NULL)
        gtk_combo_box_text_append (list, one->path, arra_checkpoint_card (one->checkpoint)->name);
    }
  if (self->wanted == NULL || !gtk_combo_box_set_active_id (GTK_COMBO_BOX (list), self->wanted))
    gtk_combo_box_set_active (GTK_COMBO_BOX (list), 0);
  gtk_dialog_set_response_sensitive (GTK_DIALOG (self->window), GTK_RESPONSE_ACCEPT,
                                     gtk_combo_box_get_active (GTK_COMBO_BOX (list)) >= 0);
}

static void
begin_to_find (Asking *self)
{
  g_autoptr (GTask) task = NULL;

  self->finding = g_cancellable_new ();
  task = g_task_new (NULL, self->finding, were_found, self);
  g_task_set_task_data (task, g_strdupv (self->settings.folders), (GDestroyNotify) g_strfreev);
  g_task_run_in_thread (task, find);
}

/* ---- the window */

static GtkWidget *
add_entry (GtkGrid *grid, int row, const char *mnemonic, const char *text, const char *hint)
{
  GtkWidget *entry = gtk_entry_new ();

  gtk_entry_set_text (GTK_ENTRY (entry), text);
  gtk_entry_set_activates_default (GTK_ENTRY (entry), TRUE);
  gtk_widget_set_tooltip_text (entry, hint);
  arra_form_row (grid, row, mnemonic, entry);
  return entry;
}

static void
build (Asking *self, const ArraLikely *likely)
{
  GtkGrid *grid = arra_form_grid ();
  GtkDialog *window;

  self->window = gtk_dialog_new_with_buttons (_ ("How Likely"), NULL, GTK_DIALOG_MODAL, _ ("_Cancel"),
                                              GTK_RESPONSE_CANCEL, _ ("_Show"), GTK_RESPONSE_ACCEPT, NULL);
  window = GTK_DIALOG (self->window);
  self->prompt
      = add_entry (grid, 0, _ ("_Prompt:"), likely->prompt, _ ("What the layer shows; empty: nothing is said"));
  self->phrase = add_entry (grid, 1, _ ("P_hrase:"), likely->phrase,
                            _ ("White where this makes the layer likelier, black where less likely; empty: white "
                               "where the layer is surprising"));
  self->checkpoint = arra_form_combo ();
  arra_form_row (grid, 2, _ ("C_heckpoint:"), self->checkpoint);
  self->as = arra_form_combo ();
  gtk_combo_box_text_append (GTK_COMBO_BOX_TEXT (self->as), ID_LAYER, _ ("A grey layer"));
  gtk_combo_box_text_append (GTK_COMBO_BOX_TEXT (self->as), ID_SELECTION, _ ("The selection"));
  gtk_combo_box_set_active_id (GTK_COMBO_BOX (self->as), likely->as_selection ? ID_SELECTION : ID_LAYER);
  arra_form_row (grid, 3, _ ("Sho_w as:"), self->as);
  g_object_set (grid, "margin", ARRA_FORM_MARGIN, NULL);
  gtk_container_add (GTK_CONTAINER (gtk_dialog_get_content_area (window)), GTK_WIDGET (grid));
  gtk_dialog_set_default_response (window, GTK_RESPONSE_ACCEPT);
  gtk_dialog_set_response_sensitive (window, GTK_RESPONSE_ACCEPT, FALSE);
  gtk_window_set_default_size (GTK_WINDOW (window), WIDTH, -1);
  arra_form_name (self->window, _ ("How Likely"));
  gtk_widget_show_all (GTK_WIDGET (grid));
}

static void
realized (GtkWidget *window, gpointer host)
{
  arra_dialog_set_parent (window, host);
}

static void
take (const Asking *self, ArraLikely *likely)
{
  arra_likely_clear (likely);
  likely->prompt = g_strdup (gtk_entry_get_text (GTK_ENTRY (self->prompt)));
  likely->phrase = g_strdup (gtk_entry_get_text (GTK_ENTRY (self->phrase)));
  likely->checkpoint = g_strdup (gtk_combo_box_get_active_id (GTK_COMBO_BOX (self->checkpoint)));
  likely->remember = self->settings.remember;
  likely->as_selection = g_strcmp0 (gtk_combo_box_get_active_id (GTK_COMBO_BOX (self->as)), ID_SELECTION) == 0;
}

/* A layer that was made here says what it shows. */
static void
take_prompt (ArraLikely *likely, const ArraDialogHost *host)
{
  char *prompt = arra_dialog_prompt_of_layer (host);

  if (prompt == NULL)
    return;
  g_free (likely->prompt);
  likely->prompt = prompt;
}

gboolean
arra_likely_ask (ArraLikely *likely, const ArraDialogHost *host)
{
  Asking self = { 0 };
  gboolean shown;

  arra_settings_init (&self.settings);
  arra_settings_load (&self.settings, host->settings_path);
  self.wanted = g_strdup (likely->checkpoint != NULL ? likely->checkpoint : self.settings.checkpoint);
  take_prompt (likely, host);
  build (&self, likely);
  g_signal_connect (self.window, "realize", G_CALLBACK (realized), (gpointer) host);
  begin_to_find (&self);
  shown = gtk_dialog_run (GTK_DIALOG (self.window)) == GTK_RESPONSE_ACCEPT;
  if (shown)
    take (&self, likely);
  g_cancellable_cancel (self.finding);
  gtk_widget_destroy (self.window);
  g_object_unref (self.finding);
  g_free (self.wanted);
  arra_settings_clear (&self.settings);
  return shown;
}
