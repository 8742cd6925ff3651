/* fail.h - error helpers and overflow-checked arithmetic
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

/* Sets @error (nullable; a code of ARRA_ERROR) with a printf message. */
void arra_set_error (GError **error, ArraError code, const char *format, ...) G_GNUC_PRINTF (3, 4);

static inline gboolean
arra_false (void)
{
  return FALSE;
}

/* The same, and FALSE, so that a check reads `return arra_fail (...)`; a macro, so that the compiler knows that it is FALSE. */
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
