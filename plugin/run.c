/* run.c - a call of the procedure: with the dialog, or as a batch
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "run.h"

#include <glib/gi18n-lib.h>
#include <unistd.h>

#define WATCH_MILLISECONDS 300

const PluginWords plugin_words[PLUGIN_N_TASKS] = {
  [ARRA_TASK_GENERATE] = {
    .name = PLUGIN_PROCEDURE,
    .menu_label = N_ ("Generate from _Text (ARRA)…"),
    .blurb = N_ ("Make a picture from a description in words"),
    .help = N_ (
        "Makes pictures from a prompt with an ARRA-trained model on this machine's processor, nothing leaves it, and inserts them as "
        "layers. Without an image a new one is made. Returns the settings in force as JSON, the number of new layers, and the layers."),
  },
  [ARRA_TASK_FILL] = {
    .name = "plug-in-arra-fill",
    .menu_label = N_ ("_Fill Selection, Matching What Is Around (ARRA)…"),
    .blurb = N_ ("Fill the selection, or what is transparent, with what goes on around it"),
    .help = N_ ("Fills the selection with what a prompt says, matching what is around it, as a layer that the selection masks. "
                "Without a selection all that is transparent is filled, as after a change of the canvas's size. Returns the settings in force as JSON, the number of new layers, and the layers."),
  },
  [ARRA_TASK_VARY] = {
    .name = "plug-in-arra-vary",
    .menu_label = N_ ("_Vary Layer (ARRA)…"),
    .blurb = N_ ("Make a layer anew in part"),
    .help = N_ ("Makes that share of the active layer anew which the model finds least likely, or all from a row of tokens on, "
                "and inserts what it becomes as a layer above it. Returns the settings in force as JSON, the number of new layers, and the layers."),
  },
  [PLUGIN_TASK_MAP] = {
    .name = "plug-in-arra-map",
    .menu_label = N_ ("_How Likely (ARRA)…"),
    .blurb = N_ ("Show how surprising each part of a layer is to a model, or what a phrase adds to it"),
    .help = N_ ("Shows how surprising each part of the active layer is to a model: white for the twentieth that surprises most, black for the twentieth that surprises least. "
                "With a phrase, what that adds to the prompt: grey where nothing, white where it makes the layer likelier, black where less likely. "
                "That is a grey layer, or the selection. Returns the settings in force as JSON, the number of new layers, and the layers."),
  },
};

ArraTask
plugin_task (const char *procedure)
{
  for (guint task = 0; task < PLUGIN_N_TASKS; task++)
    if (g_str_equal (plugin_words[task].name, procedure))
      return (ArraTask) task;
  return ARRA_TASK_GENERATE;
}

static pid_t host_pid;

void
plugin_call_init (PluginCall *call, ArraTask task, GimpRunMode mode, HostImage image)
{
  *call = (PluginCall) { .task = task,
                         .mode = mode,
                         .image = image,
                         .layer = HOST_NONE,
                         .layers = g_array_new (FALSE, FALSE, sizeof (HostLayer)) };
  plugin_settings_init (&call->settings);
}

void
plugin_call_clear (PluginCall *call)
{
  plugin_settings_clear (&call->settings);
  g_clear_pointer (&call->layers, g_array_unref);
  g_clear_pointer (&call->described, g_free);
}

GimpPDBStatusType
plugin_status (const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return GIMP_PDB_CANCEL;
  return g_error_matches (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT) ? GIMP_PDB_CALLING_ERROR : GIMP_PDB_EXECUTION_ERROR;
}

/* A child whose parent has died is given to another one. */
gboolean
plugin_host_is_alive (void)
{
  return getppid () == host_pid;
}

/* Nothing half-made exists outside this process, so it can end anywhere. */
static gboolean
watch (gpointer data)
{
  if (!plugin_host_is_alive ())
    _exit (1);
  return G_SOURCE_CONTINUE;
}

char *
plugin_catalogues (void)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = program != NULL ? g_path_get_dirname (program) : NULL;
  char *catalogues = folder != NULL ? g_build_filename (folder, "locale", NULL) : NULL;

  if (catalogues != NULL && !g_file_test (catalogues, G_FILE_TEST_IS_DIR))
    g_clear_pointer (&catalogues, g_free);
  return catalogues;
}

/* Names of files need not be UTF-8; what is told to GIMP must be. */
static void
make_valid (GError *error)
{
  char *message = error->message;

  error->message = g_utf8_make_valid (message, -1);
  g_free (message);
}

gboolean
plugin_run (PluginCall *call, GError **error)
{
  guint source;
  gboolean done;

  host_pid = getppid ();
  source = g_timeout_add (WATCH_MILLISECONDS, watch, NULL);
  done = call->mode == GIMP_RUN_INTERACTIVE ? run_dialog (call, error) : run_batch (call, error);
  g_source_remove (source);
  if (!done && error != NULL && *error != NULL)
    make_valid (*error);
  return done;
}
