/* jsonscan.h - the grammar of JSON, checked without recursion and without memory
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

#define ARRA_JSON_MAX_VALUES (4u << 20)

/* Bytes of the byte order mark that @text begins with: editors on Windows write one before UTF-8. */
gsize arra_json_mark (const char *text, gsize size);

/* arra_json_scan(), which also counts the values (at most ARRA_JSON_MAX_VALUES). */
gboolean arra_json_scan_values (const char *text, gsize size, const char *name, gsize *n_values, GError **error);
