/* output.h - names of output files, and whether they can be written, before any work is done
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

/* Whether a file can be made at @path: its folder exists and is writable, and there is no folder of that name. @option ("-o") starts
 * the message. */
gboolean cli_output_check (const char *option, const char *path, GError **error);

/* The same for a picture: also refuses names that end like another picture format, as PNG is what is written. */
gboolean cli_output_check_picture (const char *option, const char *path, GError **error);

/* "fox.png" -> "fox-2.png"; (transfer full): g_free() */
char *cli_output_numbered (const char *path, guint number);

/* @path with its ending (".png" or ".tokens.json") replaced by @ending; (transfer full): g_free() */
char *cli_output_sibling (const char *path, const char *ending);
