/* gguf_build.c - GGUF files, sound and broken, built byte by byte
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "gguf_build.h"

#include <stdarg.h>
#include <string.h>

void
build_u8 (GByteArray *bytes, guint8 value)
{
  g_byte_array_append (bytes, &value, 1);
}

void
build_u32 (GByteArray *bytes, guint32 value)
{
  value = GUINT32_TO_LE (value);
  g_byte_array_append (bytes, (const guint8 *) &value, sizeof value);
}

void
build_u64 (GByteArray *bytes, guint64 value)
{
  value = GUINT64_TO_LE (value);
  g_byte_array_append (bytes, (const guint8 *) &value, sizeof value);
}

void
build_string (GByteArray *bytes, const char *text)
{
  build_u64 (bytes, strlen (text));
  g_byte_array_append (bytes, (const guint8 *) text, strlen (text));
}

void
build_zeros (GByteArray *bytes, gsize count)
{
  for (gsize i = 0; i < count; i++)
    build_u8 (bytes, 0);
}

void
build_header (GByteArray *bytes, guint64 n_tensors, guint64 n_keys)
{
  g_byte_array_append (bytes, (const guint8 *) "GGUF", 4);
  build_u32 (bytes, 3);
  build_u64 (bytes, n_tensors);
  build_u64 (bytes, n_keys);
}

void
build_key (GByteArray *bytes, const char *key, guint32 type)
{
  build_string (bytes, key);
  build_u32 (bytes, type);
}

void
build_tensor (GByteArray *bytes, const char *name, guint32 type, guint64 offset, guint32 n_dims, ...)
{
  va_list sizes;

  build_string (bytes, name);
  build_u32 (bytes, n_dims);
  va_start (sizes, n_dims);
  for (guint i = 0; i < n_dims; i++)
    build_u64 (bytes, va_arg (sizes, guint64));
  va_end (sizes);
  build_u32 (bytes, type);
  build_u64 (bytes, offset);
}

void
build_align (GByteArray *bytes, gsize alignment)
{
  build_zeros (bytes, (alignment - bytes->len % alignment) % alignment);
}

static void
build_numbers (GByteArray *bytes)
{
  build_key (bytes, "n.u8", 0);
  build_u8 (bytes, 200);
  build_key (bytes, "n.i8", 1);
  build_u8 (bytes, (guint8) -3);
  build_key (bytes, "n.u16", 2);
  g_byte_array_append (bytes, (const guint8 *) "\x60\xEA", 2); /* 60000 */
  build_key (bytes, "n.i16", 3);
  g_byte_array_append (bytes, (const guint8 *) "\xFE\xFF", 2); /* -2 */
  build_key (bytes, "n.u32", 4);
  build_u32 (bytes, 4000000000u);
  build_key (bytes, "n.i32", 5);
  build_u32 (bytes, 7);
  build_key (bytes, "n.f32", 6);
  build_u32 (bytes, 0x3FC00000); /* 1.5 */
  build_key (bytes, "n.u64", 10);
  build_u64 (bytes, G_MAXUINT64);
  build_key (bytes, "n.i64", 11);
  build_u64 (bytes, (guint64) -5);
  build_key (bytes, "n.f64", 12);
  build_u64 (bytes, G_GUINT64_CONSTANT (0x7FF0000000000000)); /* infinite */
}

static void
build_others (GByteArray *bytes)
{
  build_key (bytes, "yes", 7);
  build_u8 (bytes, 1);
  build_key (bytes, "maybe", 7);
  build_u8 (bytes, 2);
  build_key (bytes, "text", 8);
  build_string (bytes, "gr\xC3\xBC\xC3\x9F"
                       "e");
  build_key (bytes, "binary", 8);
  build_string (bytes, "\xFF");
  build_key (bytes, "bytes", 9);
  build_u32 (bytes, 0);
  build_u64 (bytes, 3);
  build_zeros (bytes, 3);
  build_key (bytes, "texts", 9);
  build_u32 (bytes, 8);
  build_u64 (bytes, 2);
  build_string (bytes, "one");
  build_string (bytes, "");
  build_key (bytes, "floats", 9);
  build_u32 (bytes, 6);
  build_u64 (bytes, 2);
  build_zeros (bytes, 8);
}

GByteArray *
build_sample (void)
{
  GByteArray *bytes = g_byte_array_new ();

  build_header (bytes, 4, 17);
  build_numbers (bytes);
  build_others (bytes);
  build_tensor (bytes, "f32", 0, 0, 2, (guint64) 3, (guint64) 2);
  build_tensor (bytes, "q8_0", 8, 96, 2, (guint64) 32, (guint64) 2);
  build_tensor (bytes, "bf16", 30, 32, 1, (guint64) 32);
  build_tensor (bytes, "f16", 1, 192, 0);
  build_align (bytes, 32);
  for (guint i = 0; i < 194; i++)
    build_u8 (bytes, (guint8) i);
  return bytes;
}
