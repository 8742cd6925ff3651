/* gimp2.c - the adapter for GIMP 2.10
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n-lib.h>
#include <string.h>

#include "host.h"

#if GIMP_MAJOR_VERSION != 2
#error "gimp2.c is for GIMP 2.10"
#endif

#define FIXED_ARGUMENTS 3 /* run mode, image, drawable */
#define MAX_VALUES 4
/* GIMP 2.10 offers Repeat, Re-Show and Recently Used only for procedures that name the kinds of images they work on,
 * and those need an image: a second procedure is there without one. */
#define NEW_PROCEDURE PLUGIN_PROCEDURE "-new"
#define NEW_MENU_PATH "<Image>/File/Create"
#define NEW_MENU_LABEL N_ ("From _Text (ARRA)…")

/* ---- images and layers */

gboolean
host_image_has_palette (HostImage image)
{
  int n_colours = 0;
  g_autofree guchar *colours = gimp_image_get_colormap (image, &n_colours);

  return colours != NULL && n_colours > 0;
}

GArray *
host_images (void)
{
  int n = 0;
  g_autofree gint32 *open = gimp_image_list (&n);
  GArray *images = g_array_new (FALSE, FALSE, sizeof (HostImage));

  if (n > 0)
    g_array_append_vals (images, open, (guint) n);
  return images;
}

int
host_image_number (HostImage image)
{
  return image;
}

HostImage
host_image_of_number (int number)
{
  return number;
}

HostLayer
host_active_layer (HostImage image)
{
  return gimp_image_get_active_layer (image);
}

HostLayer
host_new_group (HostImage image, const char *name)
{
  const HostLayer group = gimp_layer_group_new (image);

  if (group != HOST_NONE)
    gimp_item_set_name (group, name);
  return group;
}

/* The space of an image whose profile is not sRGB; NULL: it is sRGB, or grey. */
static const Babl *
foreign_space (HostImage image)
{
  g_autoptr (GObject) object = (GObject *) gimp_image_get_effective_color_profile (image);
  GimpColorProfile *profile = (GimpColorProfile *) object;
  const Babl *space;

  if (profile == NULL || !gimp_color_profile_is_rgb (profile))
    return NULL;
  space = gimp_color_profile_get_space (profile, GIMP_COLOR_RENDERING_INTENT_RELATIVE_COLORIMETRIC, NULL);
  return space != babl_space ("sRGB") ? space : NULL;
}

/* GIMP 2.10 shows plug-ins every buffer as if it were sRGB: colours of another space are converted here and written as
 * bare numbers. */
static void
write_converted (GeglBuffer *buffer, const Babl *space, int width, int height, const guint8 *pixels, int stride)
{
  const gboolean linear = strchr (babl_format_get_encoding (gegl_buffer_get_format (buffer)), '\'') == NULL;
  const char *encoding = linear ? "RGB float" : "R'G'B' float";
  const Babl *fish = babl_fish (babl_format ("R'G'B' u8"), babl_format_with_space (encoding, space));
  g_autofree float *row = g_new (float, 3 * width);

  for (int y = 0; y < height; y++)
    {
      babl_process (fish, pixels + (gsize) y * (gsize) stride, row, width);
      gegl_buffer_set (buffer, GEGL_RECTANGLE (0, y, width, 1), 0, babl_format (encoding), row, GEGL_AUTO_ROWSTRIDE);
    }
}

void
host_write_pixels (HostImage image, HostLayer layer, int width, int height, const guint8 *pixels, int stride)
{
  g_autoptr (GeglBuffer) buffer = gimp_drawable_get_buffer (layer);
  const Babl *space = foreign_space (image);

  if (space == NULL)
    gegl_buffer_set (buffer, GEGL_RECTANGLE (0, 0, width, height), 0, babl_format ("R'G'B' u8"), pixels, stride);
  else
    write_converted (buffer, space, width, height, pixels, stride);
  gegl_buffer_flush (buffer);
  gimp_drawable_update (layer, 0, 0, width, height);
}

void
host_read_pixels (HostImage image, HostDrawable drawable, int x, int y, int width, int height, guint8 *rgba)
{
  g_autoptr (GeglBuffer) buffer = gimp_drawable_get_buffer (drawable);
  const Babl *space = foreign_space (image);
  const gboolean linear = strchr (babl_format_get_encoding (gegl_buffer_get_format (buffer)), '\'') == NULL;
  const char *encoding = linear ? "RGBA float" : "R'G'B'A float";
  g_autofree float *row = NULL;

  if (space == NULL)
    {
      gegl_buffer_get (buffer, GEGL_RECTANGLE (x, y, width, height), 1, babl_format ("R'G'B'A u8"), rgba,
                       GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      return;
    }
  row = g_new (float, 4 * width);
  for (int i = 0; i < height; i++)
    {
      gegl_buffer_get (buffer, GEGL_RECTANGLE (x, y + i, width, 1), 1, babl_format (encoding), row, GEGL_AUTO_ROWSTRIDE,
                       GEGL_ABYSS_NONE);
      babl_process (babl_fish (babl_format_with_space (encoding, space), babl_format ("R'G'B'A u8")), row,
                    rgba + (gsize) 4 * i * width, width);
    }
}

const char *
host_error_text (void)
{
  return gimp_get_pdb_error ();
}

void
host_parent_window (gulong *x11, char **wayland)
{
  *x11 = (gulong) (guint) gimp_progress_get_window_handle ();
}

/* ---- the procedures */

static const GimpParamDef fixed_arguments[FIXED_ARGUMENTS] = {
  { GIMP_PDB_INT32, (char *) "run-mode",
    (char *) "The run mode { RUN-INTERACTIVE (0), RUN-NONINTERACTIVE (1), RUN-WITH-LAST-VALS (2) }" },
  { GIMP_PDB_IMAGE, (char *) "image", (char *) "Image to insert into; -1: a new one, where that is possible" },
  { GIMP_PDB_DRAWABLE, (char *) "drawable", (char *) "The layer to look at, where one is" },
};

static void
install (const PluginWords *words,
         const char *name,
         const char *label,
         const char *image_types,
         const char *path,
         const GimpParamDef *arguments,
         guint n_arguments)
{
  static const GimpParamDef values[] = {
    { GIMP_PDB_STRING, (char *) "settings", (char *) "The settings in force, as JSON" },
    { GIMP_PDB_INT32, (char *) "count", (char *) "Number of new layers" },
    { GIMP_PDB_INT32ARRAY, (char *) "layers", (char *) "The new layers" },
  };

  gimp_install_procedure (name, words->blurb, words->help, PLUGIN_AUTHORS, PLUGIN_AUTHORS, PLUGIN_DATE, label,
                          image_types, GIMP_PLUGIN, (int) n_arguments, G_N_ELEMENTS (values), arguments, values);
  gimp_plugin_menu_register (name, path);
}

static void
install_task (ArraTask task)
{
  static const GimpPDBArgType types[] = {
    [PLUGIN_TEXT] = GIMP_PDB_STRING, [PLUGIN_INT] = GIMP_PDB_INT32,    [PLUGIN_REAL] = GIMP_PDB_FLOAT,
    [PLUGIN_FLAG] = GIMP_PDB_INT32,  [PLUGIN_CHOICE] = GIMP_PDB_INT32,
  };
  const PluginWords *words = &plugin_words[task];
  g_autofree GimpParamDef *all = g_new (GimpParamDef, FIXED_ARGUMENTS + plugin_n_arguments);
  guint n = FIXED_ARGUMENTS;

  memcpy (all, fixed_arguments, sizeof fixed_arguments);
  for (guint i = 0; i < plugin_n_arguments; i++)
    {
      const PluginArgument *a = &plugin_arguments[i];

      if ((a->tasks & PLUGIN_FOR (task)) != 0)
        all[n++] = (GimpParamDef) { types[a->kind], (char *) a->name, (char *) a->blurb };
    }
  install (words, words->name, words->menu_label, "*", PLUGIN_MENU_PATH, all, n);
}

static void
query (void)
{
  g_autofree char *catalogues = plugin_catalogues ();

  gimp_plugin_domain_register (GETTEXT_PACKAGE, catalogues);
  for (guint task = 0; task < PLUGIN_N_TASKS; task++)
    install_task ((ArraTask) task);
  install (&plugin_words[ARRA_TASK_GENERATE], NEW_PROCEDURE, NEW_MENU_LABEL, "", NEW_MENU_PATH, fixed_arguments, 1);
}

static void
read_settings (const GimpParam *params, int n_params, ArraTask task, PluginSettings *settings)
{
  int at = FIXED_ARGUMENTS;

  for (guint i = 0; i < plugin_n_arguments && at < n_params; i++)
    {
      const PluginArgument *a = &plugin_arguments[i];
      gpointer field = G_STRUCT_MEMBER_P (settings, a->offset);
      const GimpParamData *data = &params[at].data;

      if ((a->tasks & PLUGIN_FOR (task)) == 0)
        continue;
      at++;
      if (a->kind == PLUGIN_TEXT)
        plugin_settings_set_text (settings, a, data->d_string);
      else if (a->kind == PLUGIN_REAL)
        *(double *) field = data->d_float;
      else
        *(int *) field = data->d_int32;
    }
}

/* The text is the first value: GIMP 2.10 puts what it has to say of a run that was cancelled or killed there, whatever
 * that value is, and crashes when it was the count of an array. The words of our own errors take the same place. */
static void
give_back (GimpPDBStatusType status, const char *text, const PluginCall *call, int *n_values, GimpParam **values)
{
  static GimpParam result[MAX_VALUES];

  result[0] = (GimpParam) { .type = GIMP_PDB_STATUS, .data.d_status = status };
  result[1] = (GimpParam) { .type = GIMP_PDB_STRING, .data.d_string = g_strdup (text) };
  result[2] = (GimpParam) { .type = GIMP_PDB_INT32, .data.d_int32 = (gint32) call->layers->len };
  result[3] = (GimpParam) { .type = GIMP_PDB_INT32ARRAY,
                            .data.d_int32array = g_memdup2 (call->layers->data, call->layers->len * sizeof (gint32)) };
  *n_values = MAX_VALUES;
  *values = result;
}

static void
run (const char *name, int n_params, const GimpParam *params, int *n_values, GimpParam **values)
{
  g_auto (PluginCall) call;
  g_autoptr (GError) error = NULL;
  g_autofree char *catalogues = plugin_catalogues ();
  const ArraTask task = plugin_task (name);
  g_autofree char *file = g_strconcat (plugin_words[task].name, ".ini", NULL);
  g_autofree char *last_values = gimp_personal_rc_file (file); /* GIMP 2.10 keeps none by itself */
  GimpPDBStatusType status = GIMP_PDB_SUCCESS;

  bindtextdomain (GETTEXT_PACKAGE, catalogues);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  gegl_init (NULL, NULL);
  plugin_call_init (&call, task, (GimpRunMode) params[0].data.d_int32,
                    n_params > 1 ? params[1].data.d_image : HOST_NONE);
  if (n_params > 2 && gimp_item_is_valid (params[2].data.d_drawable) && gimp_item_is_layer (params[2].data.d_drawable))
    call.layer = params[2].data.d_drawable;
  if (call.mode == GIMP_RUN_NONINTERACTIVE)
    read_settings (params, n_params, task, &call.settings);
  else
    plugin_settings_load (&call.settings, last_values);
  if (!plugin_run (&call, &error))
    status = plugin_status (error);
  else if (call.mode == GIMP_RUN_INTERACTIVE)
    plugin_settings_save (&call.settings, last_values);
  give_back (status, error != NULL ? error->message : call.described, &call, n_values, values);
}

const GimpPlugInInfo PLUG_IN_INFO = { NULL, NULL, query, run };

MAIN ()
