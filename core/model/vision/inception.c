/* inception.c - the Inception v3 that Fréchet distances are measured with: its blocks as tables
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "inception.h"

/* What a step reads and writes: the block's input, one of two maps between, or the next channels of its
 * output. */
typedef enum
{
  IN,
  A,
  B,
  OUT,
  N_PLACES
} Place;

typedef enum
{
  CONV,
  MEAN,
  MAX_OF,
} Kind;

typedef struct
{
  const char *name;
  Place from, to;
  Kind kind;
  guint height, width, stride;
  gboolean bordered; /* half a window of border, so that the size stays the same */
  guint outputs;     /* of a convolution; 0: what the block says */
} Step;

static const Step conv_3_down[] = { { NULL, IN, OUT, CONV, 3, 3, 2, FALSE, 0 } };
static const Step conv_3[] = { { NULL, IN, OUT, CONV, 3, 3, 1, FALSE, 0 } };
static const Step conv_3_bordered[] = { { NULL, IN, OUT, CONV, 3, 3, 1, TRUE, 0 } };
static const Step conv_1[] = { { NULL, IN, OUT, CONV, 1, 1, 1, FALSE, 0 } };
static const Step max_down[] = { { NULL, IN, OUT, MAX_OF, 3, 3, 2, FALSE, 0 } };

static const Step block_a[] = {
  { "branch1x1", IN, OUT, CONV, 1, 1, 1, FALSE, 64 },
  { "branch5x5_1", IN, A, CONV, 1, 1, 1, FALSE, 48 },
  { "branch5x5_2", A, OUT, CONV, 5, 5, 1, TRUE, 64 },
  { "branch3x3dbl_1", IN, A, CONV, 1, 1, 1, FALSE, 64 },
  { "branch3x3dbl_2", A, B, CONV, 3, 3, 1, TRUE, 96 },
  { "branch3x3dbl_3", B, OUT, CONV, 3, 3, 1, TRUE, 96 },
  { NULL, IN, A, MEAN, 3, 3, 1, TRUE, 0 },
  { "branch_pool", A, OUT, CONV, 1, 1, 1, FALSE, 0 },
};

static const Step block_b[] = {
  { "branch3x3", IN, OUT, CONV, 3, 3, 2, FALSE, 384 }, { "branch3x3dbl_1", IN, A, CONV, 1, 1, 1, FALSE, 64 },
  { "branch3x3dbl_2", A, B, CONV, 3, 3, 1, TRUE, 96 }, { "branch3x3dbl_3", B, OUT, CONV, 3, 3, 2, FALSE, 96 },
  { NULL, IN, OUT, MAX_OF, 3, 3, 2, FALSE, 0 },
};

static const Step block_c[] = {
  { "branch1x1", IN, OUT, CONV, 1, 1, 1, FALSE, 192 },    { "branch7x7_1", IN, A, CONV, 1, 1, 1, FALSE, 0 },
  { "branch7x7_2", A, B, CONV, 1, 7, 1, TRUE, 0 },        { "branch7x7_3", B, OUT, CONV, 7, 1, 1, TRUE, 192 },
  { "branch7x7dbl_1", IN, A, CONV, 1, 1, 1, FALSE, 0 },   { "branch7x7dbl_2", A, B, CONV, 7, 1, 1, TRUE, 0 },
  { "branch7x7dbl_3", B, A, CONV, 1, 7, 1, TRUE, 0 },     { "branch7x7dbl_4", A, B, CONV, 7, 1, 1, TRUE, 0 },
  { "branch7x7dbl_5", B, OUT, CONV, 1, 7, 1, TRUE, 192 }, { NULL, IN, A, MEAN, 3, 3, 1, TRUE, 0 },
  { "branch_pool", A, OUT, CONV, 1, 1, 1, FALSE, 192 },
};

static const Step block_d[] = {
  { "branch3x3_1", IN, A, CONV, 1, 1, 1, FALSE, 192 },   { "branch3x3_2", A, OUT, CONV, 3, 3, 2, FALSE, 320 },
  { "branch7x7x3_1", IN, A, CONV, 1, 1, 1, FALSE, 192 }, { "branch7x7x3_2", A, B, CONV, 1, 7, 1, TRUE, 192 },
  { "branch7x7x3_3", B, A, CONV, 7, 1, 1, TRUE, 192 },   { "branch7x7x3_4", A, OUT, CONV, 3, 3, 2, FALSE, 192 },
  { NULL, IN, OUT, MAX_OF, 3, 3, 2, FALSE, 0 },
};

#define BLOCK_E(pool)                                        \
  {                                                          \
    { "branch1x1", IN, OUT, CONV, 1, 1, 1, FALSE, 320 },     \
    { "branch3x3_1", IN, A, CONV, 1, 1, 1, FALSE, 384 },     \
    { "branch3x3_2a", A, OUT, CONV, 1, 3, 1, TRUE, 384 },    \
    { "branch3x3_2b", A, OUT, CONV, 3, 1, 1, TRUE, 384 },    \
    { "branch3x3dbl_1", IN, A, CONV, 1, 1, 1, FALSE, 448 },  \
    { "branch3x3dbl_2", A, B, CONV, 3, 3, 1, TRUE, 384 },    \
    { "branch3x3dbl_3a", B, OUT, CONV, 1, 3, 1, TRUE, 384 }, \
    { "branch3x3dbl_3b", B, OUT, CONV, 3, 1, 1, TRUE, 384 }, \
    { NULL, IN, A, pool, 3, 3, 1, TRUE, 0 },                 \
    { "branch_pool", A, OUT, CONV, 1, 1, 1, FALSE, 192 },    \
  }

static const Step block_e1[] = BLOCK_E (MEAN);
static const Step block_e2[] = BLOCK_E (MAX_OF);

static const struct
{
  const char *name;
  const Step *steps;
  guint n, outputs;
} blocks[] = {
#define ROW(name, steps, outputs) { name, steps, G_N_ELEMENTS (steps), outputs }
  ROW ("Conv2d_1a_3x3", conv_3_down, 32),
  ROW ("Conv2d_2a_3x3", conv_3, 32),
  ROW ("Conv2d_2b_3x3", conv_3_bordered, 64),
  ROW (NULL, max_down, 0),
  ROW ("Conv2d_3b_1x1", conv_1, 80),
  ROW ("Conv2d_4a_3x3", conv_3, 192),
  ROW (NULL, max_down, 0),
  ROW ("Mixed_5b", block_a, 32),
  ROW ("Mixed_5c", block_a, 64),
  ROW ("Mixed_5d", block_a, 64),
  ROW ("Mixed_6a", block_b, 0),
  ROW ("Mixed_6b", block_c, 128),
  ROW ("Mixed_6c", block_c, 160),
  ROW ("Mixed_6d", block_c, 160),
  ROW ("Mixed_6e", block_c, 192),
  ROW ("Mixed_7a", block_d, 0),
  ROW ("Mixed_7b", block_e1, 0),
  ROW ("Mixed_7c", block_e2, 0),
#undef ROW
};

/* A block at work. */
typedef struct
{
  ArraConvNet *net;
  guint block;
  ArraWindowMap maps[N_PLACES];
  gsize done; /* channels of the output */
} Walk;

static gsize
outputs_of (const Walk *walk, const Step *step, gsize inputs)
{
  if (step->kind != CONV)
    return inputs;
  return step->outputs > 0 ? step->outputs : blocks[walk->block].outputs;
}

/* Channels of all that the block writes to its output; what pools there reads the block's input. */
static gsize
block_outputs (const Walk *walk)
{
  gsize sum = 0;

  for (guint i = 0; i < blocks[walk->block].n; i++)
    if (blocks[walk->block].steps[i].to == OUT)
      sum += outputs_of (walk, &blocks[walk->block].steps[i], walk->maps[IN].channels);
  return sum;
}

/* Where the step writes. */
static ArraWindowMap
target (Walk *walk, const Step *step, const ArraWindow *window)
{
  const ArraWindowMap *in = &walk->maps[step->from];
  gsize channels = outputs_of (walk, step, in->channels);

  if (step->to != OUT)
    return walk->maps[step->to] = arra_net_output (walk->net, window, in, channels);
  if (walk->done == 0)
    walk->maps[OUT] = arra_net_output (walk->net, window, in, block_outputs (walk));
  walk->done += channels;
  return arra_net_part (&walk->maps[OUT], walk->done - channels, channels);
}

static void
run_step (Walk *walk, const Step *step)
{
  const ArraWindow window = { step->height, step->width, step->stride, step->bordered ? step->height / 2 : 0,
                              step->bordered ? step->width / 2 : 0 };
  const ArraWindowMap in = walk->maps[step->from];
  ArraWindowMap out = target (walk, step, &window);
  const char *block = blocks[walk->block].name;
  g_autofree char *name = step->name != NULL ? g_strdup_printf ("%s.%s", block, step->name) : g_strdup (block);
  g_autofree char *conv = g_strdup_printf ("%s.conv", name), *norm = g_strdup_printf ("%s.bn", name);
  const ArraNetConv layer = { conv, norm, NULL, window, out.channels, TRUE };

  if (step->kind == CONV)
    arra_net_conv (walk->net, &layer, &in, &out);
  else
    arra_net_pool (walk->net, &window, step->kind == MEAN, &in, &out);
}

ArraWindowMap
arra_inception_walk (ArraConvNet *net, const ArraWindowMap *in)
{
  Walk walk = { .net = net, .maps = { [IN] = *in } };

  for (; walk.block < G_N_ELEMENTS (blocks); walk.block++)
    {
      walk.done = 0;
      for (guint i = 0; i < blocks[walk.block].n; i++)
        run_step (&walk, &blocks[walk.block].steps[i]);
      walk.maps[IN] = walk.maps[OUT];
    }
  return walk.maps[OUT];
}
