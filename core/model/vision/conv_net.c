/* conv_net.c - convolutional networks that are only run
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "conv_net.h"

#include <math.h>

#include "mem.h"

/* ---- maps */

ArraWindowMap
arra_net_map (ArraConvNet *net, gsize height, gsize width, gsize channels)
{
  ArraWindowMap map = { .n = 1, .height = height, .width = width, .channels = channels, .stride = channels };

  if (net->phase == ARRA_NET_RUNNING)
    map.data = arra_tape_keep (net->tape, height * width * channels, sizeof (float));
  return map;
}

ArraWindowMap
arra_net_part (const ArraWindowMap *map, gsize first, gsize channels)
{
  ArraWindowMap part = *map;

  g_assert (first + channels <= map->channels);
  part.data = map->data != NULL ? map->data + first : NULL;
  part.channels = channels;
  return part;
}

ArraWindowMap
arra_net_output (ArraConvNet *net, const ArraWindow *window, const ArraWindowMap *in, gsize channels)
{
  return arra_net_map (net, arra_window_output (in->height, window->height, window->stride, window->top),
                       arra_window_output (in->width, window->width, window->stride, window->left), channels);
}

/* ---- tensors */

static void
add (ArraConvNet *net, const char *name, const char *kind, guint n_dims, const gint64 *shape)
{
  char full[ARRA_PARAMETER_NAME];

  g_snprintf (full, sizeof full, "%s.%s", name, kind);
  net->ok = net->ok && arra_parameters_add (net->parameters, full, FALSE, n_dims, shape, net->error);
}

static void
add_norm (ArraConvNet *net, const char *name, gsize channels)
{
  static const char *const kinds[] = { "weight", "bias", "running_mean", "running_var" };
  const gint64 shape = (gint64) channels;

  for (gsize i = 0; name != NULL && i < G_N_ELEMENTS (kinds); i++)
    add (net, name, kinds[i], 1, &shape);
}

static const float *
values (const ArraConvNet *net, const char *name, const char *kind)
{
  char full[ARRA_PARAMETER_NAME];

  g_snprintf (full, sizeof full, "%s.%s", name, kind);
  return net->parameters->data + arra_parameters_find (net->parameters, full)->offset;
}

/* ---- folding */

/* The next numbers of the block. */
static float *
take (ArraConvNet *net, gsize count)
{
  float *place = net->weights != NULL ? net->weights + net->n_weights : NULL;

  net->n_weights += count;
  return place;
}

static float
scale_of (const ArraConvNet *net, const char *norm, gsize channel)
{
  return values (net, norm, "weight")[channel] / sqrtf (values (net, norm, "running_var")[channel] + net->eps);
}

static float
shift_of (const ArraConvNet *net, const char *norm, gsize channel)
{
  return values (net, norm, "bias")[channel]
         - values (net, norm, "running_mean")[channel] * scale_of (net, norm, channel);
}

/* [outputs][inputs][height][width] to [height][width][inputs][outputs], and what the normalisation behind
 * makes of it. */
static void
fold_conv (const ArraConvNet *net, const ArraNetConv *conv, gsize inputs, float *weight, float *bias)
{
  const float *from = values (net, conv->conv, "weight");
  gsize places = conv->window.height * conv->window.width;

  for (gsize out = 0; out < conv->outputs; out++)
    {
      float scale = conv->norm != NULL ? scale_of (net, conv->norm, out) : 1.0f;

      bias[out] = conv->norm != NULL ? shift_of (net, conv->norm, out) : 0.0f;
      for (gsize i = 0; i < inputs; i++)
        for (gsize place = 0; place < places; place++)
          weight[(place * inputs + i) * conv->outputs + out] = scale * from[(out * inputs + i) * places + place];
    }
}

const float *
arra_net_norm (ArraConvNet *net, const char *norm, gsize channels)
{
  float *place = take (net, 2 * channels);

  if (net->phase == ARRA_NET_NAMING)
    add_norm (net, norm, channels);
  for (gsize i = 0; net->phase == ARRA_NET_FOLDING && i < channels; i++)
    {
      place[i] = scale_of (net, norm, i);
      place[channels + i] = shift_of (net, norm, i);
    }
  return place;
}

/* ---- layers */

static void
name_conv (ArraConvNet *net, const ArraNetConv *conv, gsize inputs)
{
  const gint64 shape[]
      = { (gint64) conv->outputs, (gint64) inputs, (gint64) conv->window.height, (gint64) conv->window.width };

  add (net, conv->conv, "weight", 4, shape);
  add_norm (net, conv->norm, conv->outputs);
}

static void
run_conv (ArraConvNet *net, const ArraWindowConv *conv, const ArraWindowMap *in, const ArraWindowMap *out)
{
  const ArraExec *exec = arra_tape_exec (net->tape);
  gsize room = arra_window_conv_scratch (&conv->window, in->channels, arra_pool_threads (exec->pool));
  float *scratch = arra_tape_scratch (net->tape, room);

  if (arra_tape_computes (net->tape))
    arra_window_conv (exec, conv, in, scratch, out);
}

void
arra_net_conv (ArraConvNet *net, const ArraNetConv *conv, const ArraWindowMap *in, const ArraWindowMap *out)
{
  const float *read = conv->read != NULL ? arra_net_norm (net, conv->read, in->channels) : NULL;
  float *weight = take (net, conv->window.height * conv->window.width * in->channels * conv->outputs);
  float *bias = take (net, conv->outputs);
  const ArraWindowConv folded = { .window = conv->window,
                                  .weight = weight,
                                  .bias = bias,
                                  .scale = read,
                                  .shift = read != NULL ? read + in->channels : NULL,
                                  .relu = conv->relu };

  if (net->phase == ARRA_NET_NAMING)
    name_conv (net, conv, in->channels);
  else if (net->phase == ARRA_NET_FOLDING)
    fold_conv (net, conv, in->channels, weight, bias);
  else
    run_conv (net, &folded, in, out);
}

void
arra_net_pool (ArraConvNet *net,
               const ArraWindow *window,
               gboolean mean,
               const ArraWindowMap *in,
               const ArraWindowMap *out)
{
  if (net->phase == ARRA_NET_RUNNING && arra_tape_computes (net->tape))
    (mean ? arra_window_mean : arra_window_max) (arra_tape_exec (net->tape), window, in, out);
}

/* ---- loading */

gboolean
arra_net_load (ArraNetWalk walk,
               gpointer user,
               float eps,
               const ArraStoredNames *names,
               ArraSource *source,
               ArraNetWeights *weights,
               GError **error)
{
  g_autoptr (ArraParameters) parameters = arra_parameters_new (error);
  ArraConvNet naming = { .phase = ARRA_NET_NAMING, .parameters = parameters, .ok = TRUE, .error = error };
  ArraConvNet folding = { .phase = ARRA_NET_FOLDING, .eps = eps, .parameters = parameters, .ok = TRUE };

  if (parameters == NULL)
    return FALSE;
  walk (&naming, user);
  if (!naming.ok || !arra_stored_load (names, parameters, source, NULL, error))
    return FALSE;
  *weights = (ArraNetWeights) { .n = naming.n_weights, .loading = (guint64) parameters->size * sizeof (float) };
  if (names->described)
    return TRUE;
  weights->folded = folding.weights = arra_mem_new (naming.n_weights, sizeof (float), "the image encoder", error);
  if (folding.weights != NULL)
    walk (&folding, user);
  return folding.weights != NULL;
}
