/* window.c - convolution and pooling of feature maps by windows of any size and stride
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "window.h"

#include <string.h>

#include "gemm.h"

#define TILE 64 /* pixels of the result that are computed at a time */

typedef struct
{
  const ArraWindow *window;
  const ArraWindowConv *conv; /* NULL: pooling */
  const ArraWindowMap *in, *out;
  float *scratch;
  gboolean mean;
} Job;

gsize
arra_window_output (gsize size, gsize window, gsize stride, gsize padding)
{
  g_assert (size + 2 * padding >= window);
  return (size + 2 * padding - window) / stride + 1;
}

gsize
arra_window_conv_scratch (const ArraWindow *window, gsize in_channels, guint threads)
{
  return TILE * window->height * window->width * in_channels * threads;
}

/* ---- reading */

/* (nullable): the pixel of the map that place @y, @x of the window of pixel @item of the result reads */
static const float *
pixel_at (const Job *job, gsize item, gsize y, gsize x)
{
  const ArraWindowMap *in = job->in, *out = job->out;
  gsize column = item % out->width, row = item / out->width % out->height, n = item / (out->width * out->height);

  y += row * job->window->stride;
  x += column * job->window->stride;
  if (y < job->window->top || x < job->window->left || y - job->window->top >= in->height
      || x - job->window->left >= in->width)
    return NULL;
  return in->data + ((n * in->height + y - job->window->top) * in->width + x - job->window->left) * in->stride;
}

static void
read_pixel (const ArraWindowConv *conv, const float *pixel, gsize channels, float *out)
{
  if (pixel == NULL)
    memset (out, 0, channels * sizeof *out);
  else if (conv->scale == NULL)
    memcpy (out, pixel, channels * sizeof *out);
  else
    for (gsize i = 0; i < channels; i++)
      out[i] = MAX (pixel[i] * conv->scale[i] + conv->shift[i], 0.0f);
}

/* The windows of @n pixels from @first on, a row for each. */
static void
read_windows (const Job *job, gsize first, gsize n, float *rows)
{
  const ArraWindow *w = job->window;
  gsize channels = job->in->channels;

  for (gsize item = first; item < first + n; item++)
    for (gsize y = 0; y < w->height; y++)
      for (gsize x = 0; x < w->width; x++, rows += channels)
        read_pixel (job->conv, pixel_at (job, item, y, x), channels, rows);
}

/* ---- convolution */

static void
finish_pixel (const ArraWindowConv *conv, gsize channels, float *pixel)
{
  for (gsize i = 0; conv->bias != NULL && i < channels; i++)
    pixel[i] += conv->bias[i];
  for (gsize i = 0; conv->relu && i < channels; i++)
    pixel[i] = MAX (pixel[i], 0.0f);
}

/* An item is a tile. */
static void
run_conv (gsize begin, gsize end, guint worker, gpointer data)
{
  const Job *job = data;
  const ArraWindow *w = job->window;
  const ArraWindowMap *out = job->out;
  gsize pixels = out->n * out->height * out->width, inputs = w->height * w->width * job->in->channels;
  float *rows = job->scratch + worker * TILE * inputs;

  for (gsize tile = begin; tile < end; tile++)
    {
      gsize first = tile * TILE, n = MIN (TILE, pixels - first);
      float *to = out->data + first * out->stride;

      read_windows (job, first, n, rows);
      arra_sgemm (FALSE, FALSE, n, out->channels, inputs, 1, rows, inputs, job->conv->weight, out->channels, 0, to,
                  out->stride);
      for (gsize i = 0; i < n; i++)
        finish_pixel (job->conv, out->channels, to + i * out->stride);
    }
}

static void
check_sizes (const ArraWindow *w, const ArraWindowMap *in, const ArraWindowMap *out)
{
  g_assert (in->n == out->n && out->height == arra_window_output (in->height, w->height, w->stride, w->top)
            && out->width == arra_window_output (in->width, w->width, w->stride, w->left));
}

void
arra_window_conv (const ArraExec *exec,
                  const ArraWindowConv *conv,
                  const ArraWindowMap *in,
                  float *scratch,
                  const ArraWindowMap *out)
{
  Job job = { .window = &conv->window, .conv = conv, .in = in, .out = out, .scratch = scratch };
  gsize pixels = out->n * out->height * out->width;

  check_sizes (&conv->window, in, out);
  arra_pool_run (exec->pool, (pixels + TILE - 1) / TILE, 1, run_conv, &job);
}

/* ---- pooling */

static void
pool_pixel (const Job *job, gsize item, float *to)
{
  gsize channels = job->out->channels, count = 0;

  for (gsize y = 0; y < job->window->height; y++)
    for (gsize x = 0; x < job->window->width; x++)
      {
        const float *pixel = pixel_at (job, item, y, x);

        if (pixel == NULL)
          continue;
        if (count++ == 0)
          memcpy (to, pixel, channels * sizeof *to);
        else
          for (gsize i = 0; i < channels; i++)
            to[i] = job->mean ? to[i] + pixel[i] : MAX (to[i], pixel[i]);
      }
  for (gsize i = 0; job->mean && i < channels; i++)
    to[i] /= (float) count;
}

static void
run_pool (gsize begin, gsize end, guint worker, gpointer data)
{
  const Job *job = data;

  for (gsize item = begin; item < end; item++)
    pool_pixel (job, item, job->out->data + item * job->out->stride);
}

static void
pool (const ArraExec *exec, Job *job)
{
  const ArraWindowMap *out = job->out;

  check_sizes (job->window, job->in, out);
  arra_pool_run (exec->pool, out->n * out->height * out->width, TILE, run_pool, job);
}

void
arra_window_max (const ArraExec *exec, const ArraWindow *window, const ArraWindowMap *in, const ArraWindowMap *out)
{
  Job job = { .window = window, .in = in, .out = out };

  pool (exec, &job);
}

void
arra_window_mean (const ArraExec *exec, const ArraWindow *window, const ArraWindowMap *in, const ArraWindowMap *out)
{
  Job job = { .window = window, .in = in, .out = out, .mean = TRUE };

  pool (exec, &job);
}
