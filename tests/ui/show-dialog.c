/* show-dialog.c - the dialog with a host that writes PNG files instead of layers, to look at and to test with
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <dialog.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

static char *settings, *out, *gallery;
static char **folders;
static int canvas_width, canvas_height, selection_width, selection_height;
static int lifetime = -1;
static gboolean dark;

static const GOptionEntry entries[] = {
  { "settings", 0, 0, G_OPTION_ARG_FILENAME, &settings, "Key file of the settings", "FILE" },
  { "out", 0, 0, G_OPTION_ARG_FILENAME, &out, "Folder for the pictures that are inserted", "FOLDER" },
  { "gallery", 0, 0, G_OPTION_ARG_FILENAME, &gallery, "Folder of the gallery", "FOLDER" },
  { "folder", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &folders, "Further place to look for checkpoints", "FOLDER" },
  { "canvas-width", 0, 0, G_OPTION_ARG_INT, &canvas_width, "Width of the image; 0: there is none", "N" },
  { "canvas-height", 0, 0, G_OPTION_ARG_INT, &canvas_height, "Its height", "N" },
  { "selection-width", 0, 0, G_OPTION_ARG_INT, &selection_width, "Width of the selection; 0: there is none", "N" },
  { "selection-height", 0, 0, G_OPTION_ARG_INT, &selection_height, "Its height", "N" },
  { "lifetime", 0, 0, G_OPTION_ARG_INT, &lifetime, "How often the host says that it is still there; -1: always", "N" },
  { "dark", 0, 0, G_OPTION_ARG_NONE, &dark, "Prefer the dark theme", NULL },
  G_OPTION_ENTRY_NULL,
};

typedef struct
{
  guint n_inserted;
  char *recipe; /* of the layer inserted last */
} Show;

static gboolean
insert (const ArraDialogInsert *what, gpointer data, GError **error)
{
  Show *show = data;

  for (guint i = 0; i < what->n_pictures; i++)
    {
      const ArraDialogPicture *picture = &what->pictures[i];
      g_autofree char *name = g_strdup_printf ("inserted-%u.png", show->n_inserted);
      g_autofree char *path = g_build_filename (out, name, NULL);

      if (!arra_picture_save_png (&picture->picture, path, picture->recipe, picture->label, picture->card, error))
        return FALSE;
      printf ("inserted %s %s rows %u of %u seed %" G_GUINT64_FORMAT " prompt %s\n", name,
              arra_insert_mode_name (what->mode), picture->picture.rows_finished, picture->picture.rows_total,
              picture->seed, picture->prompt != NULL ? picture->prompt : "(kept secret)");
      fflush (stdout);
      show->n_inserted++;
      g_free (show->recipe);
      show->recipe = g_strdup (picture->recipe);
    }
  return TRUE;
}

static void
describe (ArraDialogPlace *place, gpointer data)
{
  const Show *show = data;

  place->has_image = canvas_width > 0;
  place->has_selection = selection_width > 0;
  place->has_recipe = show->recipe != NULL;
  place->canvas_width = (guint) canvas_width;
  place->canvas_height = (guint) canvas_height;
  place->selection_width = (guint) selection_width;
  place->selection_height = (guint) selection_height;
}

static char *
recipe_of_layer (gpointer data, GError **error)
{
  const Show *show = data;

  if (show->recipe == NULL)
    g_set_error_literal (error, ARRA_ERROR, ARRA_ERROR_NOT_FOUND, "nothing was inserted yet");
  return g_strdup (show->recipe);
}

static gboolean
is_alive (gpointer data)
{
  return lifetime < 0 || lifetime-- > 0;
}

static gboolean
help (gpointer data, GError **error)
{
  puts ("help");
  fflush (stdout);
  return TRUE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) options = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraDialog) dialog = NULL;
  Show show = { 0 };
  ArraDialogHost host = { .insert = insert,
                          .describe = describe,
                          .recipe_of_layer = recipe_of_layer,
                          .help = help,
                          .is_alive = is_alive,
                          .data = &show };
  guint n;

  setlocale (LC_ALL, "");
  g_option_context_add_main_entries (options, entries, NULL);
  if (!g_option_context_parse (options, &argc, &argv, &error) || settings == NULL || out == NULL)
    {
      fprintf (stderr, "%s: %s\n", g_get_prgname (),
               error != NULL ? error->message : "--settings and --out are needed");
      return 64;
    }
  if (!gtk_init_check (&argc, &argv))
    {
      fprintf (stderr, "%s: no display\n", g_get_prgname ());
      return 69;
    }
  g_object_set (gtk_settings_get_default (), "gtk-application-prefer-dark-theme", dark, NULL);
  host.settings_path = settings;
  host.gallery_path = gallery;
  host.folders = (const char *const *) folders;
  dialog = arra_dialog_new (&host);
  n = arra_dialog_run (dialog);
  printf ("closed %u\n", n);
  g_free (show.recipe);
  return 0;
}
