/* output.h - names of output files, and whether they can be written, before any work is done
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

/* All checks start their messages with @option ("-o"), and are made before any work. */

/* Whether @path can be written: its folder, or that of what it links to, exists and is writable, and there is no folder
 * of that name; a device or a pipe may be written to. "-" is standard output: then cli_print() prints elsewhere from
 * now on. */
gboolean cli_output_check (const char *option, const char *path, GError **error);
/* The same for what is no text: also refuses standard output that is a terminal. */
gboolean cli_output_check_binary (const char *option, const char *path, GError **error);
/* The same for a picture: also refuses names that end in something else than PNG, which is what is written. */
gboolean cli_output_check_picture (const char *option, const char *path, GError **error);
/* The same for what is written in places, not from the start to the end: only a file will do. */
gboolean cli_output_check_file (const char *option, const char *path, GError **error);
/* A folder that is there or can be made. */
gboolean cli_output_check_folder (const char *option, const char *path, GError **error);
/* Whether @n pictures can be written to @path: into a pipe or a device only one goes. */
gboolean cli_output_check_count (const char *option, const char *path, guint n, GError **error);

/* @path as it can be opened: "-" as /dev/stdout; nullable */
const char *cli_output_path (const char *path);
gboolean cli_output_is_standard (const char *path); /* nullable */
/* standard output, a pipe or a device: nothing has a place beside it */
gboolean cli_output_is_stream (const char *path);

/* "fox.png" -> "fox-2.png"; (transfer full): g_free() */
char *cli_output_numbered (const char *path, guint number);

/* @path with its ending (".png" or ".tokens.json") replaced by @ending; (transfer full): g_free() */
char *cli_output_sibling (const char *path, const char *ending);
