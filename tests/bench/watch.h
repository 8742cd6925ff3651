/* watch.h - runs a program and watches how much memory it takes
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

typedef struct
{
  int exit_code;        /* 128 + signal when it was killed */
  guint64 peak_private; /* bytes: most of /proc/PID/status RssAnon seen, looking every few milliseconds */
  guint64 peak_total;   /* bytes: VmHWM, private memory and pages of files together, which the kernel keeps track of */
  double seconds;
  char *out, *err; /* what it printed */
} Watched;

/* @arguments: NULL-terminated, the program's path first. @environment: (nullable): one "NAME=value" more. Aborts when
 * it cannot be started. */
Watched *watch_run (const char *const *arguments, const char *environment);
void watch_free (Watched *watched);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Watched, watch_free)
