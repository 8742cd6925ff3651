/* openblas.c - what all doors to OpenBLAS share
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "openblas.h"

#include <cblas.h>

static gpointer
use_one_thread (gpointer data)
{
  openblas_set_num_threads (1);
  return NULL;
}

void
arra_openblas_start (void)
{
  static GOnce once = G_ONCE_INIT;

  g_once (&once, use_one_thread, NULL);
}
