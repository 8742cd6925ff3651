/* peer_shipped.c - the whole command with a checkpoint that ships, alone and beside a process that keeps a core busy
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <gio/gio.h>

#include "peer.h"

static double
make_picture (const PeerPlace *place, GError **error)
{
  g_autofree char *model
      = g_build_filename (g_getenv ("ARRA_TEST_DATA"), "..", "data", "checkpoints", "textures.gguf", NULL);
  const char *const arguments[]
      = { "generate",   "--model", model,         "--prompt", "coarse grey cobblestones", "--seed", "1", "--threads",
          PEER_THREADS, "-o",      "shipped.png", NULL };

  return 1e3 * peer_time_ours (place, arguments, error);
}

static double
make_picture_beside_another (const PeerPlace *place, GError **error)
{
  g_autoptr (GSubprocess) busy
      = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, error, "sh", "-c", "while :; do :; done", NULL);
  double taken;

  if (busy == NULL)
    return -1;
  taken = make_picture (place, error);
  g_subprocess_force_exit (busy);
  g_subprocess_wait (busy, NULL, NULL);
  return taken;
}

/* Beside the second that it may take */
static gboolean
measure_alone (const PeerRow *row, const PeerPlace *place, PeerPairs *pairs, GError **error)
{
  if (make_picture (place, error) < 0) /* reads the files */
    return FALSE;
  for (guint i = 0; i < pairs->n; i++)
    {
      pairs->theirs[i] = 1e3;
      pairs->ours[i] = make_picture (place, error);
      if (pairs->ours[i] < 0)
        return FALSE;
    }
  return TRUE;
}

static gboolean
measure_busy (const PeerRow *row, const PeerPlace *place, PeerPairs *pairs, GError **error)
{
  if (make_picture (place, error) < 0)
    return FALSE;
  for (guint i = 0; i < pairs->n; i++)
    {
      pairs->theirs[i] = make_picture (place, error);
      if (pairs->theirs[i] < 0)
        return FALSE;
      pairs->ours[i] = make_picture_beside_another (place, error);
      if (pairs->ours[i] < 0)
        return FALSE;
    }
  return TRUE;
}

const PeerRow peer_shipped_rows[] = {
  { "shipped", "textures.gguf, 256x256, whole command", "a second", "<= 1", .of_time = TRUE, .rounds = 5,
    .measure = measure_alone },
  { "shipped-busy", "the same beside a process that keeps a core busy", "alone", "<= 2", .of_time = TRUE, .rounds = 5,
    .measure = measure_busy },
  { .name = NULL },
};
