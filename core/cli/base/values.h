/* values.h - numbers in options and in what is printed, the same in every locale
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra-fields.h>

/* Strict readers: the whole text or nothing, a point as decimal mark, no sign but that of a number below zero. @option
 * ("--seed") starts the message of the error (ARRA_ERROR_ARGUMENT). */
gboolean cli_value_uint (const char *option, const char *text, guint64 min, guint64 max, guint64 *out, GError **error);
gboolean cli_value_guint (const char *option, const char *text, guint min, guint max, guint *out, GError **error);
gboolean cli_value_double (const char *option, const char *text, double min, double max, double *out, GError **error);
/* A number of a request, in its range */
gboolean cli_value_field (const char *option, const char *text, ArraField field, ArraRequest *request, GError **error);
/* "WxH" in pixels, or "N", a square; "auto": 0 x 0 */
gboolean cli_value_size (const char *option, const char *text, guint *width, guint *height, GError **error);
/* "x", "y", "both": flags of ArraSeamless */
gboolean cli_value_seamless (const char *option, const char *text, guint *out, GError **error);
/* "800M", "4G", "1.5GiB", "3000000000": K, M, G, T are powers of 1024 */
gboolean cli_value_bytes (const char *option, const char *text, guint64 *out, GError **error);
gboolean cli_value_kv (const char *option, const char *text, ArraQuant *out, GError **error); /* of keys and values */
gboolean cli_value_quant (const char *option, const char *text, ArraQuant *out, GError **error);

/* (transfer full), g_free() each */
char *cli_format_double (double value, guint decimals);
char *cli_format_bytes (guint64 bytes);    /* "1.4 GiB" */
char *cli_format_seconds (double seconds); /* "0.84 s", "12 s", "3 min 20 s", "1 h 05 min" */
char *cli_format_count (guint64 count);    /* "573 M" */
