/* densenet.c - the DenseNet-121 of torchxrayvision
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "densenet.h"

#define GROWTH 32 /* channels that a layer adds */
#define BOTTLENECK (4 * GROWTH)
#define N_BLOCKS 4

static const guint n_layers[N_BLOCKS] = { 6, 12, 24, 16 };
static const ArraWindow one = { 1, 1, 1, 0, 0 }, three = { 3, 3, 1, 1, 1 }, halves = { 2, 2, 2, 0, 0 };

/* Reads the first @channels channels and writes the next ones. */
static void
run_layer (ArraConvNet *net, guint block, guint layer, const ArraWindowMap *map, gsize channels)
{
  g_autofree char *name = g_strdup_printf ("features.denseblock%u.denselayer%u", block + 1, layer + 1);
  g_autofree char *norm1 = g_strdup_printf ("%s.norm1", name), *conv1 = g_strdup_printf ("%s.conv1", name);
  g_autofree char *norm2 = g_strdup_printf ("%s.norm2", name), *conv2 = g_strdup_printf ("%s.conv2", name);
  const ArraNetConv first = { conv1, norm2, norm1, one, BOTTLENECK, TRUE };
  const ArraNetConv second = { conv2, NULL, NULL, three, GROWTH, FALSE };
  const ArraWindowMap in = arra_net_part (map, 0, channels), out = arra_net_part (map, channels, GROWTH);
  const ArraWindowMap between = arra_net_map (net, map->height, map->width, BOTTLENECK);

  arra_net_conv (net, &first, &in, &between);
  arra_net_conv (net, &second, &between, &out);
}

/* Half of the channels and of the sides; @out is the beginning of the next block's map. */
static void
run_transition (ArraConvNet *net, guint block, const ArraWindowMap *in, const ArraWindowMap *out)
{
  g_autofree char *norm = g_strdup_printf ("features.transition%u.norm", block + 1);
  g_autofree char *conv = g_strdup_printf ("features.transition%u.conv", block + 1);
  const ArraNetConv layer = { conv, NULL, norm, one, in->channels / 2, FALSE };
  const ArraWindowMap between = arra_net_map (net, in->height, in->width, in->channels / 2);

  arra_net_conv (net, &layer, in, &between);
  arra_net_pool (net, &halves, TRUE, &between, out);
}

/* A map with room for what a block adds to @channels. */
static ArraWindowMap
block_map (ArraConvNet *net, guint block, gsize size, gsize channels)
{
  return arra_net_map (net, size, size, channels + n_layers[block] * GROWTH);
}

static ArraWindowMap
run_stem (ArraConvNet *net, const ArraWindowMap *in)
{
  const ArraWindow seven = { 7, 7, 2, 3, 3 }, pool = { 3, 3, 2, 1, 1 };
  const ArraNetConv layer = { "features.conv0", "features.norm0", NULL, seven, 2 * GROWTH, TRUE };
  const ArraWindowMap half = arra_net_output (net, &seven, in, 2 * GROWTH);
  const ArraWindowMap map = block_map (net, 0, ARRA_DENSENET_SIZE / 4, 2 * GROWTH);
  const ArraWindowMap out = arra_net_part (&map, 0, 2 * GROWTH);

  arra_net_conv (net, &layer, in, &half);
  arra_net_pool (net, &pool, FALSE, &half, &out);
  return map;
}

ArraWindowMap
arra_densenet_walk (ArraConvNet *net, const ArraWindowMap *in, const float **norm)
{
  ArraWindowMap map = run_stem (net, in);
  gsize channels = 2 * GROWTH;

  for (guint block = 0; block < N_BLOCKS; block++)
    {
      ArraWindowMap next, out;

      for (guint layer = 0; layer < n_layers[block]; layer++, channels += GROWTH)
        run_layer (net, block, layer, &map, channels);
      if (block + 1 == N_BLOCKS)
        break;
      channels /= 2;
      next = block_map (net, block + 1, map.height / 2, channels);
      out = arra_net_part (&next, 0, channels);
      run_transition (net, block, &map, &out);
      map = next;
    }
  *norm = arra_net_norm (net, "features.norm5", channels);
  return map;
}
