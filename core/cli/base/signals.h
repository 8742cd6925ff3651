/* signals.h - Ctrl-C as cancellation, in stages
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

#define CLI_N_STAGES 2

/* Starts listening for SIGINT, SIGTERM and SIGHUP; once. FAILED when there is no thread for it. The first signal
 * cancels stage 0 (the work), the second one stage 1 (what is still done after a stop), a third ends the process at
 * once with CLI_CANCELLED. A signal that the process was told to ignore stays ignored. */
gboolean cli_signals_start (GError **error);

/* (transfer none) */
GCancellable *cli_signals_stage (guint stage);
