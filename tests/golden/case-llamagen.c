/* case-llamagen.c - LlamaGen: which of its parts a case is about
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#define CASE "case.safetensors"

gboolean
check_llamagen (Check *check)
{
  g_autoptr (ArraSource) file = check_open (check, CASE);

  if (file != NULL && check_tensor (file, "in.enc0.pixels") != NULL)
    return check_vq (check);
  return FALSE;
}
