/* fuzz-last_values.c - the key file of the plug-in's last values, from the file to a request
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include <arguments.h>

#include "folder.h"

static void
check (PluginSettings *settings)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *described = NULL;
  ArraRequest request;

  g_assert_true (settings->prompt != NULL && settings->checkpoint != NULL && settings->vqgan != NULL);
  g_assert_true (plugin_settings_settle (settings, ARRA_TASK_GENERATE, &error) == (error == NULL));
  if (error != NULL)
    return;
  plugin_settings_request (settings, NULL, &request);
  g_assert_true (request.count >= 1 && request.count <= 64 && request.first <= 100000000);
  g_assert_true (request.width <= 16384 && request.height <= 16384 && request.threads <= 64);
  g_assert_true (request.guidance_scale >= 0 && request.guidance_scale <= 100);
  g_assert_true (request.temperature > 0 && request.top_p > 0 && request.top_p <= 1);
  g_assert_true (settings->insert >= 0 && settings->insert < ARRA_N_INSERT_MODES);
  described = plugin_settings_describe (settings, ARRA_TASK_GENERATE, &request, NULL, NULL);
  g_assert_true (g_utf8_validate (described, -1, NULL));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *path = fuzz_put ("last-values.ini", data, size);
  g_auto (PluginSettings) settings;

  plugin_settings_init (&settings);
  plugin_settings_load (&settings, path);
  g_free (settings.checkpoint);
  settings.checkpoint = g_strdup ("/a checkpoint"); /* which one is not the file's question */
  check (&settings);
  return 0;
}
