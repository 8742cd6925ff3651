/* fuzz-card.c - what a checkpoint says of itself: arra.json, --card
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include "card.h"
#include "folder.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *path = fuzz_put ("arra.json", data, size);
  g_autoptr (GError) error = NULL;
  gboolean taken = arra_card_check_file (path, &error);

  fuzz_check (taken, error, NULL);
  return 0;
}
