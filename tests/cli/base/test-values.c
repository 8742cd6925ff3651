/* test-values.c - numbers are read whole or not at all, and printed alike everywhere
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "values.h"

#include <string.h>

static void
test_uint (void)
{
  static const char *const bad[] = { "", " 1", "1 ", "+1", "-1", "0x1", "1.0", "1e3", "one", "18446744073709551616" };
  guint64 value = 7;

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_false (cli_value_uint ("--n", bad[i], 0, G_MAXUINT64, &value, &error));
      g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
      g_assert_true (g_str_has_prefix (error->message, "--n: "));
    }
  g_assert_cmpuint (value, ==, 7);
  g_assert_true (cli_value_uint ("--n", "18446744073709551615", 0, G_MAXUINT64, &value, NULL));
  g_assert_cmpuint (value, ==, G_MAXUINT64);
  g_assert_true (cli_value_uint ("--n", "007", 0, 9, &value, NULL));
  g_assert_cmpuint (value, ==, 7);
  g_assert_false (cli_value_uint ("--n", "10", 0, 9, &value, NULL));
}

static void
test_double (void)
{
  static const char *const bad[] = { "", " 1", "1 ", "1,5", "nan", "inf", "0x10", "1e999", "-1", "10.5", "1.5x" };
  double value = 7;

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_false (cli_value_double ("--d", bad[i], 0, 10, &value, &error));
      g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
    }
  g_assert_cmpfloat (value, ==, 7);
  g_assert_true (cli_value_double ("--d", "1.5e-1", 0, 10, &value, NULL));
  g_assert_cmpfloat (value, ==, 0.15);
  g_assert_true (cli_value_double ("--d", ".5", 0, 10, &value, NULL));
  g_assert_cmpfloat (value, ==, 0.5);
}

static void
assert_refuses_size (const char *text, const char *why)
{
  g_autoptr (GError) error = NULL;
  guint width, height;

  g_assert_false (cli_value_size ("--size", text, &width, &height, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, why));
}

static void
test_size (void)
{
  static const char *const bad[]
      = { "", "0", "512x", "x512", "x", "512x512x3", "512X512", "0x32", "-1x32", "64*64", "00", "99999999xa" };
  static const char *const large[]
      = { "65537", "99999999", "100000000000000000000", "99999999x32", "32x65537", "0100000x32" };
  guint width, height;

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    assert_refuses_size (bad[i], "is no size: give WIDTHxHEIGHT in pixels, as in 512x512, or one number for a square");
  for (gsize i = 0; i < G_N_ELEMENTS (large); i++)
    assert_refuses_size (large[i], "is too large: no side can be longer than 65536 pixels");
  g_assert_true (cli_value_size ("--size", "65536x1", &width, &height, NULL));
  g_assert_cmpuint (width, ==, 65536);
  g_assert_cmpuint (height, ==, 1);
  g_assert_true (cli_value_size ("--size", "512x64", &width, &height, NULL));
  g_assert_cmpuint (width, ==, 512);
  g_assert_cmpuint (height, ==, 64);
  g_assert_true (cli_value_size ("--size", "96", &width, &height, NULL));
  g_assert_cmpuint (width, ==, 96);
  g_assert_cmpuint (height, ==, 96);
  g_assert_true (cli_value_size ("--size", "auto", &width, &height, NULL));
  g_assert_cmpuint (width, ==, 0);
  g_assert_cmpuint (height, ==, 0);
}

static void
test_bytes (void)
{
  static const struct
  {
    const char *text;
    guint64 bytes;
  } good[] = {
    { "1", 1 },
    { "4096", 4096 },
    { "1K", 1024 },
    { "1.5k", 1536 },
    { "2MiB", 2 << 20 },
    { "3MB", 3 << 20 },
    { "4G", (guint64) 4 << 30 },
    { "1T", (guint64) 1 << 40 },
    { "5B", 5 },
  };
  static const char *const bad[] = { "", "G", "4Q", "4GG", "-1", "1,5G", "4 G", "1.2.3", "0", "9999999999T" };
  guint64 bytes;

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_assert_true (cli_value_bytes ("--memory", good[i].text, &bytes, NULL));
      g_assert_cmpuint (bytes, ==, good[i].bytes);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (cli_value_bytes ("--memory", bad[i], &bytes, NULL));
}

static void
assert_text (char *text, const char *expected)
{
  g_assert_cmpstr (text, ==, expected);
  g_free (text);
}

static void
test_format (void)
{
  assert_text (cli_format_double (4.5, 2), "4.50");
  assert_text (cli_format_double (4.5, 6), "4.5");
  assert_text (cli_format_double (1, 6), "1");
  assert_text (cli_format_bytes (999), "999 B");
  assert_text (cli_format_bytes (1536), "1.5 KiB");
  assert_text (cli_format_bytes ((guint64) 7 << 30), "7.0 GiB");
  assert_text (cli_format_bytes ((guint64) 512 << 20), "512 MiB");
  assert_text (cli_format_seconds (0.123), "0.12 s");
  assert_text (cli_format_seconds (5.04), "5.0 s");
  assert_text (cli_format_seconds (59.2), "59 s");
  assert_text (cli_format_seconds (59.9), "1 min 00 s");
  assert_text (cli_format_seconds (3725), "1 h 02 min");
  assert_text (cli_format_count (999), "999");
  assert_text (cli_format_count (573000000), "573 M");
  assert_text (cli_format_count (6740000000), "6.74 G");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/values/uint", test_uint);
  g_test_add_func ("/cli/values/double", test_double);
  g_test_add_func ("/cli/values/size", test_size);
  g_test_add_func ("/cli/values/bytes", test_bytes);
  g_test_add_func ("/cli/values/format", test_format);
  return g_test_run ();
}
