/* tunnel.h - what a proxy does when it is asked to CONNECT
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

/* Says that it is there, and passes on bytes between @stream and the port of @target ("HOST:PORT") on the loopback,
 * until one side ends. */
void tunnel_run (GIOStream *stream, const char *target, GCancellable *end);
