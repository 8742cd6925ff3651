/* jsonguard.h - JSON from strangers: scanned for depth, size and grammar before json-glib (which recurses) sees a byte
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include <json-glib/json-glib.h>

#define ARRA_JSON_MAX_DEPTH 64
#define ARRA_JSON_MAX_BYTES (100u << 20)

/* FALSE (ARRA_ERROR_INVALID_DATA, message starts with @name) when @text is longer than ARRA_JSON_MAX_BYTES, not UTF-8,
 * nested deeper than ARRA_JSON_MAX_DEPTH, has unbalanced brackets or an unfinished string, or breaks RFC 8259 anywhere
 * else; also for what json-glib would not keep as written: integers beyond 64 bits, escaped NULs, halves of surrogate
 * pairs, more than 2^22 values. */
gboolean arra_json_scan (const char *text, gsize size, const char *name, GError **error);

/* Scans and parses. @name (a path, or "FILE: header") starts every message. A byte order mark before the text is passed
 * over. The root must be an object; duplicate keys are an error. Returns: (transfer full): g_object_unref() the parser;
 * the object belongs to it. */
JsonParser *arra_json_parse (const char *text, gsize size, const char *name, JsonObject **object, GError **error);
JsonParser *arra_json_parse_file (const char *path, JsonObject **object, GError **error);
/* The same for text whose root must be an array. */
JsonParser *arra_json_parse_array (const char *text, gsize size, const char *name, JsonArray **array, GError **error);

/* Typed members. Missing: FALSE with ARRA_ERROR_NOT_FOUND; another type or out of range: ARRA_ERROR_INVALID_DATA;
 * messages name
 * @name and the key. With_default forms only fail on a wrong type ("null" counts as missing). */
gboolean arra_json_get_int (JsonObject *object,
                            const char *name,
                            const char *key,
                            gint64 min,
                            gint64 max,
                            gint64 *out,
                            GError **error);
gboolean arra_json_get_int_default (JsonObject *object,
                                    const char *name,
                                    const char *key,
                                    gint64 min,
                                    gint64 max,
                                    gint64 standard,
                                    gint64 *out,
                                    GError **error);
/* finite */
gboolean arra_json_get_double_default (JsonObject *object,
                                       const char *name,
                                       const char *key,
                                       double standard,
                                       double *out,
                                       GError **error);
gboolean arra_json_get_bool_default (JsonObject *object,
                                     const char *name,
                                     const char *key,
                                     gboolean standard,
                                     gboolean *out,
                                     GError **error);
/* borrowed */
const char *arra_json_get_string (JsonObject *object, const char *name, const char *key, GError **error);
/* borrowed */
JsonObject *arra_json_get_object (JsonObject *object, const char *name, const char *key, GError **error);
/* borrowed */
JsonArray *arra_json_get_array (JsonObject *object, const char *name, const char *key, GError **error);
