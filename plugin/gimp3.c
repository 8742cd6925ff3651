/* gimp3.c - the adapter for GIMP 3
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <gdk/gdk.h>
#include <glib/gi18n-lib.h>

#include "host.h"

#if GIMP_MAJOR_VERSION < 3
#error "gimp3.c is for GIMP 3"
#endif

typedef struct
{
  GimpPlugIn parent_instance;
} ArraPlugIn;

typedef struct
{
  GimpPlugInClass parent_class;
} ArraPlugInClass;

GType arra_plug_in_get_type (void);
G_DEFINE_FINAL_TYPE (ArraPlugIn, arra_plug_in, GIMP_TYPE_PLUG_IN)

/* ---- images and layers */

gboolean
host_image_has_palette (HostImage image)
{
  GimpPalette *palette = gimp_image_get_palette (image);

  return palette != NULL && gimp_palette_get_color_count (palette) > 0;
}

GArray *
host_images (void)
{
  g_autofree GimpImage **open = gimp_get_images ();
  GArray *images = g_array_new (FALSE, FALSE, sizeof (HostImage));

  for (GimpImage **image = open; image != NULL && *image != NULL; image++)
    g_array_append_val (images, *image);
  return images;
}

int
host_image_number (HostImage image)
{
  return gimp_image_get_id (image);
}

HostImage
host_image_of_number (int number)
{
  return gimp_image_get_by_id (number);
}

HostLayer
host_active_layer (HostImage image)
{
  g_autofree GimpLayer **layers = gimp_image_get_selected_layers (image);

  return layers != NULL ? layers[0] : HOST_NONE;
}

HostLayer
host_new_group (HostImage image, const char *name)
{
  return GIMP_LAYER (gimp_group_layer_new (image, name));
}

void
host_write_pixels (HostImage image, HostLayer layer, int width, int height, const guint8 *pixels, int stride)
{
  g_autoptr (GeglBuffer) buffer = gimp_drawable_get_buffer (GIMP_DRAWABLE (layer));

  gegl_buffer_set (buffer, GEGL_RECTANGLE (0, 0, width, height), 0, babl_format ("R'G'B' u8"), pixels, stride);
  gegl_buffer_flush (buffer);
  gimp_drawable_update (GIMP_DRAWABLE (layer), 0, 0, width, height);
}

void
host_read_pixels (HostImage image, HostDrawable drawable, int x, int y, int width, int height, guint8 *rgba)
{
  g_autoptr (GeglBuffer) buffer = gimp_drawable_get_buffer (drawable);

  gegl_buffer_get (buffer, GEGL_RECTANGLE (x, y, width, height), 1, babl_format ("R'G'B'A u8"), rgba,
                   GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
}

const char *
host_error_text (void)
{
  return gimp_pdb_get_last_error (gimp_get_pdb ());
}

/* GIMP hands the handle out as bytes: X11's is a window's number, Wayland's is text. */
void
host_parent_window (gulong *x11, char **wayland)
{
  g_autoptr (GBytes) handle = gimp_progress_get_window_handle ();
  gsize size = 0;
  gconstpointer data = handle != NULL ? g_bytes_get_data (handle, &size) : NULL;

  if (size == sizeof *x11 && g_str_equal (G_OBJECT_TYPE_NAME (gdk_display_get_default ()), "GdkX11Display"))
    memcpy (x11, data, sizeof *x11);
  else if (size > 0)
    *wayland = g_strndup (data, size);
}

/* ---- the procedure */

static GimpChoice *
new_choice (const PluginArgument *a)
{
  GimpChoice *choice = gimp_choice_new ();

  for (int i = 0; i <= a->range.max; i++)
    gimp_choice_add (choice, a->choices[i].name, i, _ (a->choices[i].label), NULL);
  return choice;
}

static void
add_argument (GimpProcedure *procedure, const PluginArgument *a)
{
  const char *nick = _ (a->nick), *blurb = _ (a->blurb);
  const PluginRange range = plugin_argument_range (a);

  switch (a->kind)
    {
    case PLUGIN_TEXT:
      gimp_procedure_add_string_argument (procedure, a->name, nick, blurb, "", G_PARAM_READWRITE);
      break;
    case PLUGIN_INT:
      gimp_procedure_add_int_argument (procedure, a->name, nick, blurb, (int) range.min, (int) range.max,
                                       (int) range.fallback, G_PARAM_READWRITE);
      break;
    case PLUGIN_REAL:
      gimp_procedure_add_double_argument (procedure, a->name, nick, blurb, range.min, range.max, range.fallback,
                                          G_PARAM_READWRITE);
      break;
    case PLUGIN_FLAG:
      gimp_procedure_add_boolean_argument (procedure, a->name, nick, blurb, range.fallback != 0, G_PARAM_READWRITE);
      break;
    case PLUGIN_CHOICE:
      gimp_procedure_add_choice_argument (procedure, a->name, nick, blurb, new_choice (a),
                                          plugin_argument_choice (a, (int) range.fallback), G_PARAM_READWRITE);
      break;
    }
}

static void
read_settings (GimpProcedureConfig *config, ArraTask task, PluginSettings *settings)
{
  for (guint i = 0; i < plugin_n_arguments; i++)
    {
      const PluginArgument *a = &plugin_arguments[i];
      gpointer field = G_STRUCT_MEMBER_P (settings, a->offset);

      if ((a->tasks & PLUGIN_FOR (task)) == 0)
        continue;
      if (a->kind == PLUGIN_TEXT)
        g_clear_pointer ((char **) field, g_free);
      if (a->kind == PLUGIN_CHOICE)
        *(int *) field = gimp_procedure_config_get_choice_id (config, a->name);
      else
        g_object_get (config, a->name, field, NULL);
    }
}

/* GIMP keeps what the configuration holds, as last values and with the image: a prompt that is not to be kept must not
 * be in it. */
static void
write_settings (GimpProcedureConfig *config, ArraTask task, const PluginSettings *settings)
{
  for (guint i = 0; i < plugin_n_arguments; i++)
    {
      const PluginArgument *a = &plugin_arguments[i];
      gconstpointer field = G_STRUCT_MEMBER_P (settings, a->offset);

      if ((a->tasks & PLUGIN_FOR (task)) == 0)
        continue;
      if (a->kind == PLUGIN_TEXT)
        g_object_set (config, a->name, *(char *const *) field, NULL);
      else if (a->kind == PLUGIN_CHOICE)
        g_object_set (config, a->name, plugin_argument_choice (a, *(const int *) field), NULL);
      else if (a->kind == PLUGIN_REAL)
        g_object_set (config, a->name, *(const double *) field, NULL);
      else
        g_object_set (config, a->name, *(const int *) field, NULL);
    }
  if (!settings->include_prompt)
    g_object_set (config, "prompt", "", NULL);
  if (!settings->include_prompt && task == PLUGIN_TASK_MAP)
    g_object_set (config, "phrase", "", NULL);
}

static GimpValueArray *
run (GimpProcedure *procedure,
     GimpRunMode mode,
     GimpImage *image,
     GimpDrawable **drawables,
     GimpProcedureConfig *config,
     gpointer data)
{
  g_auto (PluginCall) call;
  GError *error = NULL;
  GimpValueArray *values;
  GimpLayer *none = NULL;

  plugin_call_init (&call, plugin_task (gimp_procedure_get_name (procedure)), mode, image);
  if (drawables != NULL && drawables[0] != NULL && GIMP_IS_LAYER (drawables[0]))
    call.layer = GIMP_LAYER (drawables[0]);
  read_settings (config, call.task, &call.settings);
  if (!plugin_run (&call, &error))
    {
      const GimpPDBStatusType status = plugin_status (error);

      if (status == GIMP_PDB_CANCEL)
        g_clear_error (&error);
      return gimp_procedure_new_return_values (procedure, status, error);
    }
  if (mode == GIMP_RUN_INTERACTIVE)
    write_settings (config, call.task, &call.settings);
  values = gimp_procedure_new_return_values (procedure, GIMP_PDB_SUCCESS, NULL);
  GIMP_VALUES_SET_STRING (values, 1, call.described);
  GIMP_VALUES_SET_INT (values, 2, (int) call.layers->len);
  g_array_append_val (call.layers, none);
  GIMP_VALUES_SET_CORE_OBJECT_ARRAY (values, 3, (GObject **) (gpointer) call.layers->data);
  return values;
}

static GList *
query_procedures (GimpPlugIn *plug_in)
{
  GList *names = NULL;

  for (guint task = 0; task < PLUGIN_N_TASKS; task++)
    names = g_list_append (names, g_strdup (plugin_words[task].name));
  return names;
}

static GimpProcedure *
create_procedure (GimpPlugIn *plug_in, const char *name)
{
  GimpProcedure *procedure = gimp_image_procedure_new (plug_in, name, GIMP_PDB_PROC_TYPE_PLUGIN, run, NULL, NULL);
  const ArraTask task = plugin_task (name);
  const PluginWords *words = &plugin_words[task];

  gimp_procedure_set_image_types (procedure, "*");
  if (task == ARRA_TASK_GENERATE)
    gimp_procedure_set_sensitivity_mask (procedure, GIMP_PROCEDURE_SENSITIVE_ALWAYS);
  gimp_procedure_set_menu_label (procedure, _ (words->menu_label));
  gimp_procedure_add_menu_path (procedure, PLUGIN_MENU_PATH);
  gimp_procedure_set_documentation (procedure, _ (words->blurb), _ (words->help), name);
  gimp_procedure_set_attribution (procedure, PLUGIN_AUTHORS, PLUGIN_AUTHORS, PLUGIN_DATE);
  for (guint i = 0; i < plugin_n_arguments; i++)
    if ((plugin_arguments[i].tasks & PLUGIN_FOR (task)) != 0)
      add_argument (procedure, &plugin_arguments[i]);
  gimp_procedure_add_string_return_value (procedure, "settings", _ ("Settings"), _ ("The settings in force, as JSON"),
                                          "", G_PARAM_READWRITE);
  gimp_procedure_add_int_return_value (procedure, "count", _ ("Count"), _ ("Number of new layers"), 0, G_MAXINT, 0,
                                       G_PARAM_READWRITE);
  gimp_procedure_add_core_object_array_return_value (procedure, "layers", _ ("Layers"), _ ("The new layers"),
                                                     GIMP_TYPE_LAYER, G_PARAM_READWRITE);
  return procedure;
}

static gboolean
set_i18n (GimpPlugIn *plug_in, const char *name, char **domain, char **catalogues)
{
  g_autofree char *folder = plugin_catalogues ();

  *domain = g_strdup (GETTEXT_PACKAGE);
  return folder != NULL;
}

static void
arra_plug_in_class_init (ArraPlugInClass *klass)
{
  GimpPlugInClass *plug_in = GIMP_PLUG_IN_CLASS (klass);

  plug_in->query_procedures = query_procedures;
  plug_in->create_procedure = create_procedure;
  plug_in->set_i18n = set_i18n;
}

static void
arra_plug_in_init (ArraPlugIn *self)
{
}

GIMP_MAIN (arra_plug_in_get_type ())
