/* run.h - the two ways in which a call runs
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "host.h"

/* batch.c: makes what the settings say, with progress in GIMP's status bar. */
gboolean run_batch (PluginCall *call, GError **error);
/* interactive.c: shows the dialog; the settings of its last state come back in @call. */
gboolean run_dialog (PluginCall *call, GError **error);
