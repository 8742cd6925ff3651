/* jsonpython.h - what Python's json module writes beyond JSON
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include <json-glib/json-glib.h>

/* Changes @text in place, its size kept: NaN, Infinity and -Infinity become a string, so that they are no number to
 * whoever asks for one and nothing to whoever does not; integers beyond 64 bits become the nearest double. All else
 * stays, broken JSON too. */
void arra_json_from_python (char *text, gsize size);

/* arra_json_parse_file() for configurations that Python programs write. */
JsonParser *arra_json_parse_config (const char *path, JsonObject **object, GError **error);
