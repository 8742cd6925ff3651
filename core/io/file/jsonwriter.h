/* jsonwriter.h - the one place where JSON is written: members in the order they come, numbers the same in every locale
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include <json-glib/json-glib.h>

#include "jsonguard.h"

typedef enum
{
  ARRA_JSON_LINES,   /* each member on a line of its own, indented by two spaces a level */
  ARRA_JSON_LINE,    /* all on one line: {"a": 1, "b": 2} */
  ARRA_JSON_COMPACT, /* without a space: {"a":1,"b":2}, and no line end behind it */
} ArraJsonLayout;

typedef struct
{
  GString *text;
  guint depth;
  gboolean filled;                          /* the innermost object or array has a member */
  guint8 layouts[ARRA_JSON_MAX_DEPTH + 32]; /* of what is open, [0]: of the root: what was read, and some around it */
} ArraJsonWriter;

ArraJsonWriter *arra_json_writer_new (ArraJsonLayout layout);
void arra_json_writer_free (ArraJsonWriter *json);

/* @key is NULL for the members of arrays and for the root. An object or array is laid out as what it is in, or, with
 * _as, in its own way; LINES within others stay lines. */
void arra_json_begin_object (ArraJsonWriter *json, const char *key);
void arra_json_begin_object_as (ArraJsonWriter *json, const char *key, ArraJsonLayout layout);
void arra_json_end_object (ArraJsonWriter *json);
void arra_json_begin_array (ArraJsonWriter *json, const char *key);
void arra_json_begin_array_as (ArraJsonWriter *json, const char *key, ArraJsonLayout layout);
void arra_json_end_array (ArraJsonWriter *json);
void arra_json_put_int (ArraJsonWriter *json, const char *key, gint64 value);
void arra_json_put_uint (ArraJsonWriter *json, const char *key, guint64 value);
/* shortest text that gives the same number; null when not finite */
void arra_json_put_double (ArraJsonWriter *json, const char *key, double value);
/* shortest text that gives the same float; null when not finite */
void arra_json_put_float (ArraJsonWriter *json, const char *key, float value);
/* six digits: all that a measurement is worth */
void arra_json_put_measured (ArraJsonWriter *json, const char *key, double value);
void arra_json_put_bool (ArraJsonWriter *json, const char *key, gboolean value);
/* NULL: null; ill-formed UTF-8 becomes U+FFFD */
void arra_json_put_string (ArraJsonWriter *json, const char *key, const char *value);
/* @text: JSON that is written already */
void arra_json_put_raw (ArraJsonWriter *json, const char *key, const char *text);
/* What was read, whole; NULL: null */
void arra_json_put_node (ArraJsonWriter *json, const char *key, JsonNode *node);

/* An array of numbers on one line. */
void arra_json_put_ids (ArraJsonWriter *json, const char *key, const guint32 *ids, gsize n);

/* @value between quotation marks, escaped; (transfer full): g_free() */
char *arra_json_quote (const char *value);

/* Ends with a line end unless COMPACT; borrowed */
const char *arra_json_writer_text (const ArraJsonWriter *json);
/* (transfer full): the text; frees @json */
char *arra_json_writer_end (ArraJsonWriter *json);
/* Writes the text to the file @path (mapping.h). */
gboolean arra_json_writer_save (const ArraJsonWriter *json, const char *path, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraJsonWriter, arra_json_writer_free)
