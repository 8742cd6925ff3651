/* interactive.c - a call with the dialog: what the dialog may ask of GIMP
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "run.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "insert.h"
#include "likely_window.h"
#include "look.h"

#define MEBI 1048576.0

typedef struct
{
  PluginCall *call;
  InsertTarget target;
} Interactive;

static gboolean
has_image (const Interactive *self)
{
  return self->target.image != HOST_NONE && gimp_image_is_valid (self->target.image);
}

/* (transfer full) (nullable): the recipe that the active layer holds */
static char *
active_recipe (const Interactive *self)
{
  const HostLayer layer = has_image (self) ? host_active_layer (self->target.image) : HOST_NONE;
  GimpParasite *parasite
      = layer != HOST_NONE ? gimp_item_get_parasite (HOST_ITEM (layer), PLUGIN_RECIPE_PARASITE) : NULL;
  char *recipe = parasite != NULL ? g_strndup (parasite->data, parasite->size) : NULL;

  g_clear_pointer (&parasite, gimp_parasite_free);
  return recipe;
}

static gboolean
insert (const ArraDialogInsert *what, gpointer data, GError **error)
{
  Interactive *self = data;
  InsertTarget *target = &self->target;
  g_autofree InsertPicture *pictures = g_new (InsertPicture, what->n_pictures);

  target->place = what->mode;
  target->label = FALSE;
  for (guint i = 0; i < what->n_pictures; i++)
    {
      const ArraDialogPicture *picture = &what->pictures[i];

      pictures[i] = (InsertPicture) { .picture = &picture->picture,
                                      .prompt = picture->prompt,
                                      .recipe = picture->recipe,
                                      .medical = picture->card != NULL && picture->card->medical,
                                      .scene = picture->scene };
      target->label |= picture->label;
    }
  return insert_pictures (target, pictures, what->n_pictures, self->call->layers, error);
}

/* (transfer full): what the dialog asks to see, of the image and the layer that are at hand then */
static ArraScene *
look (const ArraDialogLook *what, gpointer data, GError **error)
{
  const Interactive *self = data;
  const HostImage image = self->target.image;
  const HostLayer layer = has_image (self) ? host_active_layer (image) : HOST_NONE;

  if (self->call->task == ARRA_TASK_VARY)
    return look_at_layer (image, layer, error);
  return look_at_hole (image, what->layer ? layer : HOST_NONE, what->across, what->down, error);
}

static void
describe (ArraDialogPlace *place, gpointer data)
{
  Interactive *self = data;
  g_autofree char *recipe = active_recipe (self);
  int x, y, width, height;

  if (!has_image (self))
    return;
  place->has_image = TRUE;
  place->image = host_image_number (self->target.image);
  place->indexed = gimp_image_get_base_type (self->target.image) == GIMP_INDEXED;
  place->has_recipe = recipe != NULL;
  place->canvas_width = (guint) gimp_image_get_width (self->target.image);
  place->canvas_height = (guint) gimp_image_get_height (self->target.image);
  place->has_selection = insert_selection_box (self->target.image, &x, &y, &width, &height);
  if (place->has_selection)
    {
      place->selection_width = (guint) width;
      place->selection_height = (guint) height;
    }
}

/* By the names that title bars and tabs have: two images can be called alike. */
static GPtrArray *
list_images (gpointer data)
{
  GPtrArray *images = arra_dialog_images_new ();
  g_autoptr (GArray) open = host_images ();

  for (guint i = 0; i < open->len; i++)
    {
      const HostImage image = g_array_index (open, HostImage, i);
      g_autofree char *name = gimp_image_get_name (image);
      g_autofree char *shown = g_strdup_printf ("%s-%d", name, host_image_number (image));

      arra_dialog_images_add (images, host_image_number (image), shown);
    }
  return images;
}

static void
aim (int image, gpointer data)
{
  Interactive *self = data;

  self->target.image = image > 0 ? host_image_of_number (image) : HOST_NONE;
}

static char *
recipe_of_layer (gpointer data, GError **error)
{
  char *recipe = active_recipe (data);

  if (recipe == NULL)
    g_set_error_literal (error, ARRA_ERROR, ARRA_ERROR_NOT_FOUND, _ ("The active layer holds no recipe"));
  return recipe;
}

static gboolean
show_help (gpointer data, GError **error)
{
  g_autoptr (GError) fault = NULL;
  g_autofree char *uri = g_filename_to_uri (PLUGIN_HELP_FILE, NULL, NULL);

  if (!g_file_test (PLUGIN_HELP_FILE, G_FILE_TEST_EXISTS))
    g_set_error (error, ARRA_ERROR, ARRA_ERROR_NOT_FOUND, _ ("%s is missing"), PLUGIN_HELP_FILE);
  else if (!g_app_info_launch_default_for_uri (uri, NULL, &fault))
    g_set_error (error, ARRA_ERROR, ARRA_ERROR_UNAVAILABLE, _ ("%s. It is the file %s"), fault->message,
                 PLUGIN_HELP_FILE);
  else
    return TRUE;
  return FALSE;
}

static gboolean
is_alive (gpointer data)
{
  return plugin_host_is_alive ();
}

/* A seed that is kept, and that GIMP can keep: else a later run takes another one, and its first picture. */
static gboolean
keeps_seed (const ArraDialogChoices *choices)
{
  return choices->keep_seed && (double) choices->request.seed <= PLUGIN_MAX_SEED;
}

/* What the dialog was left with, for GIMP to keep as its last values. */
static void
take_choices (PluginSettings *settings, ArraDialog *dialog)
{
  ArraDialogChoices choices;
  const ArraRequest *request = &choices.request;

  arra_dialog_get_choices (dialog, &choices);
  plugin_settings_clear (settings);
  plugin_settings_init (settings);
  settings->include_prompt = choices.remember;
  settings->include_recipe = choices.record;
  if (choices.remember && request->prompt != NULL)
    {
      g_free (settings->prompt);
      settings->prompt = g_strdup (request->prompt);
    }
  g_free (settings->checkpoint);
  settings->checkpoint = g_strdup (choices.checkpoint != NULL ? choices.checkpoint : "");
  plugin_settings_take (settings, request);
  settings->seed = keeps_seed (&choices) ? (double) request->seed : -1;
  settings->first = keeps_seed (&choices) ? (int) request->first : 0;
  settings->text_top_k = choices.text_top_k;
  settings->cfg_interval = choices.cfg_interval;
  settings->memory_limit = (double) request->memory_limit / MEBI;
  settings->insert = choices.mode;
  settings->seamless = (int) request->seamless;
  settings->around = choices.around_layer ? PLUGIN_AROUND_LAYER : PLUGIN_AROUND_VISIBLE;
  settings->vary = choices.vary;
}

static const char *
title_of (ArraTask task)
{
  switch (task)
    {
    case ARRA_TASK_FILL:
      return _ ("Fill Selection, Matching What Is Around");
    case ARRA_TASK_VARY:
      return _ ("Vary Layer");
    case ARRA_TASK_GENERATE:
    case ARRA_N_TASKS:
    default:
      return NULL;
    }
}

/* As GIMP itself: 3 names a scheme of colours, 2.10 a theme. */
static void
follow_theme (void)
{
  g_autofree char *scheme = gimp_gimprc_query ("theme-color-scheme"), *theme = gimp_gimprc_query ("theme");
  const char *word = scheme != NULL ? scheme : theme;
  g_autofree char *lower = word != NULL ? g_ascii_strdown (word, -1) : NULL;

  if (lower != NULL && (strstr (lower, "dark") != NULL || strstr (lower, "gray") != NULL))
    g_object_set (gtk_settings_get_default (), "gtk-application-prefer-dark-theme", TRUE, NULL);
}

/* (transfer full) */
static char *
settings_file (void)
{
  return g_build_filename (g_get_user_config_dir (), "arra", "dialog.ini", NULL);
}

static void
take_likely (PluginSettings *settings, ArraLikely *likely)
{
  g_free (settings->prompt);
  g_free (settings->phrase);
  g_free (settings->checkpoint);
  settings->prompt = g_steal_pointer (&likely->prompt);
  settings->phrase = g_steal_pointer (&likely->phrase);
  settings->checkpoint = g_steal_pointer (&likely->checkpoint);
  settings->as = likely->as_selection ? PLUGIN_AS_SELECTION : PLUGIN_AS_LAYER;
  settings->include_prompt = likely->remember;
}

/* A window asks, and the call goes on as a batch, whose progress GIMP shows. */
static gboolean
ask_for_map (Interactive *self, ArraDialogHost *host, GError **error)
{
  PluginSettings *settings = &self->call->settings;
  g_autofree char *settings_path = settings_file (), *wayland = NULL;
  g_auto (ArraLikely) likely = { .prompt = g_strdup (settings->prompt),
                                 .phrase = g_strdup (settings->phrase),
                                 .checkpoint = *settings->checkpoint != '\0' ? g_strdup (settings->checkpoint) : NULL,
                                 .as_selection = settings->as == PLUGIN_AS_SELECTION };

  host_parent_window (&host->x11_parent, &wayland);
  host->wayland_parent = wayland;
  host->settings_path = settings_path;
  if (!arra_likely_ask (&likely, host))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("Nothing was asked"));
      return FALSE;
    }
  take_likely (settings, &likely);
  return run_batch (self->call, error);
}

static gboolean
show_dialog (Interactive *self, ArraDialogHost *host)
{
  g_autoptr (ArraDialog) dialog = NULL;
  g_autofree char *settings_path = settings_file ();
  g_autofree char *gallery = g_build_filename (g_get_user_data_dir (), "arra", "gallery", NULL);
  g_autofree char *wayland = NULL;
  guint inserted;

  host->title = title_of (self->call->task);
  host_parent_window (&host->x11_parent, &wayland);
  host->wayland_parent = wayland;
  host->settings_path = settings_path;
  host->gallery_path = gallery;
  dialog = arra_dialog_new (host);
  inserted = arra_dialog_run (dialog);
  if (inserted > 0)
    take_choices (&self->call->settings, dialog);
  return inserted > 0;
}

gboolean
run_dialog (PluginCall *call, GError **error)
{
  Interactive self = { .call = call, .target = { .image = call->image, .own = HOST_NONE, .display = TRUE } };
  ArraDialogHost host = {
    .insert = insert,
    .describe = describe,
    .task = call->task,
    .look = look,
    .recipe_of_layer = recipe_of_layer,
    .images = call->task == ARRA_TASK_GENERATE ? list_images : NULL,
    .aim = aim,
    .help = show_help,
    .is_alive = is_alive,
    .data = &self,
  };

  if (!gtk_init_check (NULL, NULL))
    {
      g_set_error_literal (error, ARRA_ERROR, ARRA_ERROR_UNAVAILABLE,
                           _ ("There is no display to show the dialog on: call the procedure with RUN-NONINTERACTIVE"));
      return FALSE;
    }
  follow_theme ();
  if (call->task == PLUGIN_TASK_MAP)
    return ask_for_map (&self, &host, error);
  if (show_dialog (&self, &host))
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("No picture was inserted"));
  return FALSE;
}
