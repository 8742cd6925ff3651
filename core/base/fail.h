/* fail.h - error helpers and overflow-checked arithmetic
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

/* Messages are translated, by the catalogues in data/po, where the program has bound their domain: the plug-in does,
 * `arra` does not and stays English. data/po/update finds the literals that are given to these functions and those
 * marked N_(), in the rooms it names. Sizes in them are %zu, 64-bit numbers PRIu64 and PRId64: it cannot read GLib's
 * macros. */

/* The translation of @text, a literal or what N_() marks; @text itself when there is none. */
const char *arra_translate (const char *text) G_GNUC_FORMAT (1);

/* Marks a part of a message, which arra_translate() is given later. */
#define N_(text) (text)

/* Sets @error (nullable; a code of ARRA_ERROR) with a printf message, translated. */
void arra_set_error (GError **error, ArraError code, const char *format, ...) G_GNUC_PRINTF (3, 4);

static inline gboolean
arra_false (void)
{
  return FALSE;
}

/* The same, and FALSE, so that a check reads `return arra_fail (...)`; a macro, so that the compiler knows that it is
 * FALSE. */
#define arra_fail(error, code, ...) (arra_set_error (error, code, __VA_ARGS__), arra_false ())

/* Overflow-checked size arithmetic: TRUE and *@out set, or FALSE with *@out untouched. */
static inline gboolean
arra_size_mul (gsize a, gsize b, gsize *out)
{
  gsize r;
  if (__builtin_mul_overflow (a, b, &r))
    return FALSE;
  *out = r;
  return TRUE;
}

static inline gboolean
arra_size_add (gsize a, gsize b, gsize *out)
{
  gsize r;
  if (__builtin_add_overflow (a, b, &r))
    return FALSE;
  *out = r;
  return TRUE;
}
