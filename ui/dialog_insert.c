/* dialog_insert.c - what passes between the dialog and its host: pictures, and the recipe of a layer
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n-lib.h>

#include "dialog_private.h"

static void
list_images (ArraDialog *dialog)
{
  g_autoptr (GPtrArray) images = dialog->host->images != NULL ? dialog->host->images (dialog->host->data) : NULL;
  g_auto (GStrv) titles = arra_dialog_parent_titles (dialog->host);

  arra_insert_box_set_images (dialog->insert_as, images, dialog->place.image, (const char *const *) titles);
}

static gboolean
has_other_shape (const ArraDialogPlace *place, const ArraDialogPlace *other)
{
  return place->has_selection != other->has_selection || place->selection_width != other->selection_width
         || place->selection_height != other->selection_height || place->canvas_width != other->canvas_width
         || place->canvas_height != other->canvas_height;
}

void
arra_dialog_look_around (ArraDialog *dialog)
{
  const ArraDialogPlace before = dialog->place;

  dialog->place = (ArraDialogPlace) { 0 };
  if (dialog->host->describe != NULL)
    dialog->host->describe (&dialog->place, dialog->host->data);
  arra_insert_box_set_place (dialog->insert_as, &dialog->place);
  list_images (dialog);
  if (has_other_shape (&before, &dialog->place))
    arra_dialog_show_shape (dialog);
  arra_dialog_update (dialog);
}

void
arra_dialog_aim (int image, gpointer data)
{
  ArraDialog *dialog = data;

  dialog->host->aim (image, dialog->host->data);
  arra_dialog_look_around (dialog);
}

void
arra_dialog_resize (guint width, guint height, gpointer data)
{
  ArraDialog *dialog = data;

  arra_picture_box_set_size (dialog->picture, width, height);
  arra_dialog_update (dialog);
}

static void
describe (const ArraDialog *dialog, const ArraMade *made, ArraDialogPicture *picture)
{
  const ArraSettings *settings = &dialog->settings;

  *picture = (ArraDialogPicture) { .picture = made->picture,
                                   .prompt = settings->remember ? made->prompt : NULL,
                                   .label = settings->record,
                                   .scene = made->scene,
                                   .seed = made->seed,
                                   .answer = made->answer,
                                   .card = arra_checkpoint_card (made->from) };
  if (settings->record)
    picture->recipe = settings->remember ? made->recipe : made->recipe_bare;
}

void
arra_dialog_insert (gpointer data)
{
  ArraDialog *dialog = data;
  g_autoptr (GPtrArray) selected = arra_results_selected (dialog->results);
  g_autofree ArraDialogPicture *pictures = g_new0 (ArraDialogPicture, MAX (selected->len, 1));
  ArraDialogInsert what = { pictures, selected->len, ARRA_INSERT_NATIVE };
  g_autoptr (GError) error = NULL;
  g_autofree char *words = NULL;

  if (selected->len == 0)
    return;
  arra_notice_hide (dialog->notice);
  arra_dialog_look_around (dialog);
  arra_dialog_store (dialog);
  what.mode = dialog->used;
  for (guint i = 0; i < selected->len; i++)
    describe (dialog, selected->pdata[i], &pictures[i]);
  if (!dialog->host->insert (&what, dialog->host->data, &error))
    {
      arra_dialog_fail (dialog, "%s", error != NULL ? error->message : _ ("The picture could not be inserted."));
      return;
    }
  for (guint i = 0; i < selected->len; i++)
    arra_results_mark_inserted (dialog->results, selected->pdata[i]);
  dialog->inserted += selected->len;
  words = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u picture inserted", "%u pictures inserted", selected->len),
                           selected->len);
  gtk_label_set_text (GTK_LABEL (dialog->status), words);
  arra_dialog_look_around (dialog);
}

static void
take_recipe (ArraSettings *settings, const ArraRecipe *recipe)
{
  const ArraRequest *request = arra_recipe_request (recipe);

  if (request->prompt != NULL)
    {
      g_free (settings->prompt);
      settings->prompt = g_strdup (request->prompt);
    }
  settings->width = request->width;
  settings->height = request->height;
  settings->seamless = request->seamless;
  settings->count = MIN (request->count, (guint) arra_field (ARRA_FIELD_COUNT)->high);
  settings->seed = request->seed;
  settings->first = request->first;
  settings->guidance_scale = request->guidance_scale;
  settings->temperature = request->temperature;
  settings->top_k = request->greedy ? 1 : request->top_k; /* the dialog knows greed by this name */
  settings->top_p = request->top_p;
  settings->cfg_interval = MIN (arra_recipe_cfg_interval (recipe), ARRA_CFG_INTERVAL_MAX);
  settings->sized = settings->sampled = TRUE;
}

gboolean
arra_dialog_use_recipe (ArraDialog *dialog, ArraRecipe *recipe, const char *unless_here)
{
  const gboolean known = arra_checkpoint_box_select (dialog->checkpoints, NULL, arra_recipe_fingerprint (recipe));

  arra_dialog_store (dialog);
  take_recipe (&dialog->settings, recipe);
  g_clear_pointer (&dialog->reused, arra_recipe_free);
  dialog->reused = recipe;
  dialog->seed_used = FALSE;
  arra_dialog_load (dialog);
  arra_dialog_show_checkpoint (dialog);
  if (!known)
    arra_notice_show (dialog->notice, GTK_MESSAGE_WARNING, unless_here);
  return known;
}

char *
arra_dialog_prompt_of_layer (const ArraDialogHost *host)
{
  g_autofree char *json = host->recipe_of_layer != NULL ? host->recipe_of_layer (host->data, NULL) : NULL;
  g_autoptr (ArraRecipe) recipe = json != NULL ? arra_recipe_parse (json, -1, NULL) : NULL;
  const char *prompt = recipe != NULL ? arra_recipe_request (recipe)->prompt : NULL;

  return prompt != NULL && *prompt != '\0' ? g_strdup (prompt) : NULL;
}

void
arra_dialog_reuse (ArraDialog *dialog)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *json = dialog->host->recipe_of_layer (dialog->host->data, &error);
  ArraRecipe *recipe = json != NULL ? arra_recipe_parse (json, -1, &error) : NULL;

  arra_notice_hide (dialog->notice);
  if (recipe == NULL)
    {
      arra_dialog_fail (dialog, _ ("The settings of this layer cannot be used: %s"),
                        error != NULL ? error->message : _ ("it has none"));
      return;
    }
  arra_dialog_use_recipe (dialog, recipe,
                          _ ("The layer was made with a checkpoint that is not here: with another one the same "
                             "settings give another picture."));
}

void
arra_dialog_reset (ArraDialog *dialog)
{
  arra_dialog_store (dialog);
  arra_settings_reset (&dialog->settings);
  g_clear_pointer (&dialog->reused, arra_recipe_free);
  arra_notice_hide (dialog->notice);
  arra_checkpoint_box_select_first (dialog->checkpoints);
  arra_dialog_load (dialog);
  arra_dialog_look_around (dialog);
  arra_dialog_show_checkpoint (dialog);
}
