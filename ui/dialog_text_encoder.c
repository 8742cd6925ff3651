/* dialog_text_encoder.c - what reads the prompts of checkpoints that have nothing to read them with, and lies elsewhere
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n-lib.h>

#include "dialog_private.h"
#include "form.h"

/* NULL with @error set: @folder holds none that fits. */
static ArraCheckpoint *
open_with (const ArraCheckpoint *checkpoint, const char *folder, GError **error)
{
  return arra_checkpoint_open_with_text_encoder (arra_checkpoint_path (checkpoint), folder, TRUE, NULL, error);
}

void
arra_dialog_add_text_encoder (GPtrArray *found, const char *folder)
{
  for (guint i = 0; folder != NULL && i < found->len; i++)
    {
      ArraFound *item = found->pdata[i];
      ArraCheckpoint *whole = item->checkpoint != NULL && arra_checkpoint_lacks_text_encoder (item->checkpoint)
                                  ? open_with (item->checkpoint, folder, NULL)
                                  : NULL;

      if (whole == NULL)
        continue;
      arra_checkpoint_unref (item->checkpoint);
      item->checkpoint = whole;
    }
}

static void
take (ArraDialog *dialog, const char *folder)
{
  ArraCheckpoint *checkpoint = arra_checkpoint_box_get (dialog->checkpoints);
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraCheckpoint) whole = checkpoint != NULL ? open_with (checkpoint, folder, &error) : NULL;

  if (checkpoint == NULL)
    return;
  if (whole == NULL || !arra_checkpoint_check_prompt (whole, "a", &error))
    {
      arra_dialog_fail (dialog, "%s", error->message);
      return;
    }
  g_free (dialog->settings.text_encoder);
  dialog->settings.text_encoder = g_strdup (folder);
  arra_notice_hide (dialog->notice);
  arra_dialog_find_checkpoints (dialog);
}

static void
folder_chosen (GtkDialog *chooser, int response, gpointer data)
{
  g_autofree char *folder
      = response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_filename (GTK_FILE_CHOOSER (chooser)) : NULL;

  gtk_widget_destroy (GTK_WIDGET (chooser));
  if (folder != NULL)
    take (data, folder);
}

void
arra_dialog_choose_text_encoder (gpointer data)
{
  ArraDialog *dialog = data;

  arra_form_choose_file (GTK_WINDOW (dialog->window), _ ("The folder of the text encoder"),
                         GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, _ ("_Choose"), G_CALLBACK (folder_chosen), dialog);
}
