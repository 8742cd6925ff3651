/* test-transfer_rate.c - how fast bytes came lately
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "transfer_rate.h"

#define SECOND ((gint64) G_USEC_PER_SEC)

static void
test_steady (void)
{
  ArraTransferRate rate = { 0 };

  g_assert_cmpfloat (arra_transfer_rate_add (&rate, 5 * SECOND, 0), ==, 0);
  g_assert_cmpfloat (arra_transfer_rate_add (&rate, 5 * SECOND + SECOND / 2, 500), ==, 0); /* too early to tell */
  for (guint i = 1; i < 100; i++)
    g_assert_cmpfloat (arra_transfer_rate_add (&rate, (5 + i) * SECOND, i * 1000), ==, 1000);
}

/* What was long ago counts no more. */
static void
test_lately (void)
{
  ArraTransferRate rate = { 0 };
  guint64 bytes = 0;
  double now = 0;

  for (guint i = 0; i < 100; i++)
    now = arra_transfer_rate_add (&rate, i * SECOND, bytes += i < 50 ? 1000000 : 10);
  g_assert_cmpfloat (now, ==, 10);
}

static void
test_stalled (void)
{
  ArraTransferRate rate = { 0 };
  double now = 1;

  for (guint i = 0; i < 100; i++)
    now = arra_transfer_rate_add (&rate, i * SECOND, 5);
  g_assert_cmpfloat (now, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transfer_rate/steady", test_steady);
  g_test_add_func ("/transfer_rate/lately", test_lately);
  g_test_add_func ("/transfer_rate/stalled", test_stalled);
  return g_test_run ();
}
