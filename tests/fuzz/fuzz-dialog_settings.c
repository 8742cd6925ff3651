/* fuzz-dialog_settings.c - the key file of the dialog's settings
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include <settings.h>

#include "folder.h"

static void
check (const ArraSettings *settings)
{
  g_assert_true (g_utf8_validate (settings->prompt, -1, NULL));
  g_assert_true (settings->checkpoint == NULL || g_utf8_validate (settings->checkpoint, -1, NULL));
  g_assert_true (settings->folders != NULL && settings->mode < ARRA_N_INSERT_MODES);
  g_assert_true ((settings->width == 0) == (settings->height == 0) && settings->width <= 65536
                 && settings->height <= 65536);
  g_assert_true (settings->count >= 1 && settings->count <= arra_field (ARRA_FIELD_COUNT)->high
                 && settings->first <= arra_field (ARRA_FIELD_FIRST)->high);
  g_assert_true (settings->guidance_scale >= 0 && settings->guidance_scale <= 100);
  g_assert_true (settings->temperature >= 0.01 && settings->temperature <= 10);
  g_assert_true (settings->top_p >= 0.01 && settings->top_p <= 1 && settings->top_k <= 1 << 24);
  g_assert_true (settings->window_width >= 200 && settings->window_width <= 20000);
  g_assert_true (settings->window_height >= 200 && settings->window_height <= 20000);
  g_assert_cmpuint (arra_history_length (settings->history), <=, ARRA_HISTORY_MAX);
  for (guint i = 0; i < arra_history_length (settings->history); i++)
    g_assert_true (g_utf8_validate (arra_history_get (settings->history, i), -1, NULL));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *path = fuzz_put ("dialog.ini", data, size);
  ArraSettings settings;

  arra_settings_init (&settings);
  arra_settings_load (&settings, path);
  check (&settings);
  arra_settings_clear (&settings);
  return 0;
}
