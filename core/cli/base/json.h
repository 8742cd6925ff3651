/* json.h - JSON output: members in the order they come, numbers the same in every locale
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

typedef struct
{
  GString *text;
  guint depth;
  gboolean filled; /* the innermost object or array has a member */
} CliJson;

CliJson *cli_json_new (void);
void cli_json_free (CliJson *json);

/* @key is NULL for the members of arrays and for the root. */
void cli_json_begin_object (CliJson *json, const char *key);
void cli_json_end_object (CliJson *json);
void cli_json_begin_array (CliJson *json, const char *key);
void cli_json_end_array (CliJson *json);
void cli_json_uint (CliJson *json, const char *key, guint64 value);
/* shortest text that gives the same number; null when not finite */
void cli_json_double (CliJson *json, const char *key, double value);
void cli_json_measured (CliJson *json, const char *key, double value); /* six digits: all that a measurement is worth */
void cli_json_bool (CliJson *json, const char *key, gboolean value);
/* NULL: null; ill-formed UTF-8 becomes U+FFFD */
void cli_json_string (CliJson *json, const char *key, const char *value);

/* An array of numbers on one line. */
void cli_json_ids (CliJson *json, const char *key, const guint32 *ids, gsize n);

/* @value between quotation marks, escaped; (transfer full): g_free() */
char *cli_json_quote (const char *value);

/* Ends with a line end; borrowed */
const char *cli_json_text (const CliJson *json);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CliJson, cli_json_free)
