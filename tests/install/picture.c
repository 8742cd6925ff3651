/* picture.c - a program of somebody else's: which library it found, and what it says of a checkpoint that is not there
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <arra.h>

int
main (void)
{
  g_autoptr (GError) error = NULL;
  ArraCheckpoint *checkpoint = arra_checkpoint_open ("no-checkpoint.gguf", NULL, NULL, &error);

  if (checkpoint != NULL || strstr (error->message, "no-checkpoint.gguf") == NULL)
    return 1;
  g_print ("%s\n", error->message);
  return 0;
}
