/* dialog_presets.c - settings under names: chosen, saved, deleted
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n-lib.h>

#include "dialog_private.h"
#include "named_settings.h"

/* (transfer full) */
static char *
path_of (const ArraDialog *dialog)
{
  return arra_named_settings_path (dialog->host->settings_path);
}

static char **
list (gpointer data)
{
  g_autofree char *path = path_of (data);

  return arra_named_settings_list (path);
}

static void
choose (const char *name, gpointer data)
{
  ArraDialog *dialog = data;
  g_autofree char *path = path_of (dialog), *wanted = NULL;
  gboolean here;

  arra_notice_hide (dialog->notice);
  arra_dialog_store (dialog);
  if (!arra_named_settings_load (path, name, &dialog->settings))
    {
      arra_dialog_fail (dialog, _ ("There is no preset “%s” any more."), name);
      return;
    }
  wanted = g_strdup (dialog->settings.checkpoint);
  here = wanted == NULL || arra_checkpoint_box_select (dialog->checkpoints, wanted, NULL);
  g_clear_pointer (&dialog->reused, arra_recipe_free);
  arra_dialog_load (dialog);
  arra_dialog_show_checkpoint (dialog);
  if (!here)
    arra_notice_show (dialog->notice, GTK_MESSAGE_WARNING,
                      _ ("The checkpoint of this preset is not here: its settings are used with another one."));
}

static void
save (const char *name, gpointer data)
{
  ArraDialog *dialog = data;
  g_autofree char *path = path_of (dialog);
  g_autoptr (GError) error = NULL;

  arra_notice_hide (dialog->notice);
  arra_dialog_store (dialog);
  if (!arra_named_settings_save (path, name, &dialog->settings, &error))
    arra_dialog_fail (dialog, _ ("The preset could not be saved: %s"), error->message);
}

static void delete (const char *name, gpointer data)
{
  ArraDialog *dialog = data;
  g_autofree char *path = path_of (dialog);
  g_autoptr (GError) error = NULL;

  if (!arra_named_settings_delete (path, name, &error))
    arra_dialog_fail (dialog, _ ("The preset could not be deleted: %s"), error->message);
}

const ArraPresetFuncs arra_dialog_preset_funcs = { list, choose, save, delete };
