/* conv_pass.c - how a convolution of a batch is laid out: taps, strips and where they lie
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "conv_pass.h"

#include <string.h>

#define STRIP_FLOATS 40960 /* of a strip with its border: with its outputs it stays in a core's cache */
#define LINE 16            /* rows of packed weights are multiples of a register */

/* Which of a kernel's weights */
#define FIRST { 1, 0, 0 }
#define MIDDLE { 0, 1, 0 }
#define LAST { 0, 0, 1 }
#define FRONT { 1, 1, 0 }
#define BACK { 0, 1, 1 }

static const ArraConvAxis forward_axes[] = {
  [ARRA_CONV_1X1] = { 1, 1, 0, 0, { 1 }, { { { 0, FIRST } } } },
  [ARRA_CONV_3X3] = { 1, 1, -1, 1, { 3 }, { { { -1, FIRST }, { 0, MIDDLE }, { 1, LAST } } } },
  [ARRA_CONV_DOWN] = { 1, 2, 0, 2, { 3 }, { { { 0, FIRST }, { 1, MIDDLE }, { 2, LAST } } } },
  [ARRA_CONV_UP] = { 2, 1, -1, 1, { 2, 2 }, { { { -1, FIRST }, { 0, BACK } }, { { 0, FRONT }, { 1, LAST } } } },
  [ARRA_CONV_UP_SMOOTH]
  = { 2,
      1,
      -1,
      1,
      { 3, 3 },
      { { { -1, { 0.75f, 0.25f, 0 } }, { 0, { 0.25f, 0.75f, 0.75f } }, { 1, { 0, 0, 0.25f } } },
        { { -1, { 0.25f, 0, 0 } }, { 0, { 0.75f, 0.75f, 0.25f } }, { 1, { 0, 0.25f, 0.75f } } } } },
};
static const ArraConvAxis backward_axes[] = {
  [ARRA_CONV_1X1] = { 1, 1, 0, 0, { 1 }, { { { 0, FIRST } } } },
  [ARRA_CONV_3X3] = { 1, 1, -1, 1, { 3 }, { { { -1, LAST }, { 0, MIDDLE }, { 1, FIRST } } } },
  [ARRA_CONV_DOWN] = { 2, 1, -1, 0, { 2, 1 }, { { { -1, LAST }, { 0, FIRST } }, { { 0, MIDDLE } } } },
  [ARRA_CONV_UP] = { 1, 2, -1, 2, { 4 }, { { { -1, LAST }, { 0, BACK }, { 1, FRONT }, { 2, FIRST } } } },
  [ARRA_CONV_UP_SMOOTH] = { 1,
                            2,
                            -2,
                            3,
                            { 6 },
                            { { { -2, { 0, 0, 0.25f } },
                                { -1, { 0, 0.25f, 0.75f } },
                                { 0, { 0.25f, 0.75f, 0.75f } },
                                { 1, { 0.75f, 0.75f, 0.25f } },
                                { 2, { 0.75f, 0.25f, 0 } },
                                { 3, { 0.25f, 0, 0 } } } } },
};

gsize
arra_conv_aligned (gsize floats)
{
  return (floats + LINE - 1) / LINE * LINE;
}

guint
arra_conv_side (ArraConvForm form)
{
  return form == ARRA_CONV_1X1 ? 1 : 3;
}

static void
lay_out (ArraConvPass *pass)
{
  const ArraConvAxis *axis = pass->axis;
  gsize reach = (gsize) (axis->high - axis->low), taps = axis->n_taps[0] + axis->n_taps[1];

  pass->halo_width = (pass->width - 1) * axis->step + reach + 1;
  pass->strip = STRIP_FLOATS / (pass->halo_width * pass->n_in * axis->step);
  pass->strip = CLAMP (pass->strip, reach + 1, pass->height + reach) - reach;
  pass->n_strips = (pass->height + pass->strip - 1) / pass->strip;
  pass->halo_floats = arra_conv_aligned (((pass->strip - 1) * axis->step + reach + 1) * pass->halo_width * pass->n_in);
  pass->w_step = arra_conv_aligned (pass->n_out);
  pass->n_weights = (guint) (taps * taps);
}

ArraConvPass
arra_conv_pass_forward (const ArraConvBatch *conv)
{
  const ArraConvAxis *axis = &forward_axes[conv->form];
  ArraConvPass pass = { .axis = axis,
                        .n = conv->n,
                        .height = conv->height / axis->step,
                        .width = conv->width / axis->step,
                        .source_height = conv->height,
                        .source_width = conv->width,
                        .n_in = conv->in_channels,
                        .n_out = conv->out_channels,
                        .padding = conv->padding };

  lay_out (&pass);
  return pass;
}

ArraConvPass
arra_conv_pass_backward (const ArraConvBatch *conv)
{
  const ArraConvAxis *axis = &backward_axes[conv->form];
  gsize border = conv->padding != ARRA_PADDING_ZEROS && axis->low < axis->high ? 1 : 0;
  ArraConvPass pass = { .axis = axis,
                        .n = conv->n,
                        .height = conv->height / axis->n_phases + 2 * border,
                        .width = conv->width / axis->n_phases + 2 * border,
                        .border = border,
                        .n_in = conv->out_channels,
                        .n_out = conv->in_channels };

  arra_conv_batch_output_size (conv, &pass.source_height, &pass.source_width);
  lay_out (&pass);
  return pass;
}

gsize
arra_conv_pass_packed (const ArraConvPass *pass)
{
  return pass->n_weights * pass->n_in * pass->w_step;
}

guint
arra_conv_pass_taps (const ArraConvAxis *axis, ArraConvTap taps[ARRA_CONV_MAX_TAPS])
{
  guint n = 0;

  for (guint py = 0; py < axis->n_phases; py++)
    for (guint px = 0; px < axis->n_phases; px++)
      for (guint a = 0; a < axis->n_taps[py]; a++)
        for (guint b = 0; b < axis->n_taps[px]; b++, n++)
          taps[n] = (ArraConvTap) { py, px, axis->taps[py][a], axis->taps[px][b] };
  return n;
}

ArraConvStrip
arra_conv_strip_at (const ArraConvPass *pass, gsize index)
{
  ArraConvStrip strip = { .item = index / pass->n_strips, .first = index % pass->n_strips * pass->strip };

  strip.rows = MIN (pass->strip, pass->height - strip.first);
  return strip;
}

/* @n pixels of row @y of the source from column @x on, all of which lie outside. */
static void
fill_outside (const ArraConvPass *pass, const float *source, gssize x, gsize n, float *out)
{
  for (gsize i = 0; i < n; i++, out += pass->n_in)
    {
      gssize from = arra_padding_index (pass->padding, x + (gssize) i, pass->source_width);

      if (from < 0)
        memset (out, 0, pass->n_in * sizeof *out);
      else
        memcpy (out, source + (gsize) from * pass->n_in, pass->n_in * sizeof *out);
    }
}

static void
fill_row (const ArraConvPass *pass, gsize item, gssize y, float *row)
{
  gsize left = (gsize) ((gssize) (pass->border * pass->axis->step) - pass->axis->low), n_in = pass->n_in;
  gsize inside = MIN (pass->halo_width - left, pass->source_width);
  gssize from = arra_padding_index (pass->padding, y, pass->source_height);
  const float *source;

  if (from < 0)
    {
      memset (row, 0, pass->halo_width * n_in * sizeof *row);
      return;
    }
  source = pass->x + (item * pass->source_height + (gsize) from) * pass->source_width * n_in;
  fill_outside (pass, source, -(gssize) left, left, row);
  memcpy (row + left * n_in, source, inside * n_in * sizeof *row);
  fill_outside (pass, source, (gssize) inside, pass->halo_width - left - inside, row + (left + inside) * n_in);
}

const float *
arra_conv_strip_read (const ArraConvPass *pass, const ArraConvStrip *strip, float *halo)
{
  const ArraConvAxis *axis = pass->axis;
  gsize rows = (strip->rows - 1) * axis->step + (gsize) (axis->high - axis->low) + 1;

  if (axis->low == axis->high)
    return pass->x + (strip->item * pass->source_height + strip->first) * pass->source_width * pass->n_in;
  for (gsize r = 0; r < rows; r++)
    fill_row (pass, strip->item,
              ((gssize) strip->first - (gssize) pass->border) * (gssize) axis->step + (gssize) r + axis->low,
              halo + r * pass->halo_width * pass->n_in);
  return halo;
}

ArraConvShape
arra_conv_strip_shape (const ArraConvPass *pass, const ArraConvStrip *strip, gsize *taps)
{
  gsize step = pass->axis->step, phases = pass->axis->n_phases;
  gsize row = pass->halo_width * pass->n_in;

  return (ArraConvShape) { .taps = taps,
                           .n_in = pass->n_in,
                           .n_out = pass->n_out,
                           .w_step = pass->w_step,
                           .n_rows = strip->rows,
                           .n_pixels = pass->width,
                           .x_row = step * row,
                           .x_step = step * pass->n_in,
                           .y_row = phases * phases * pass->width * pass->n_out,
                           .y_step = phases * pass->n_out };
}

gsize
arra_conv_strip_output (const ArraConvPass *pass, const ArraConvStrip *strip, guint py, guint px)
{
  gsize phases = pass->axis->n_phases;

  return ((strip->item * pass->height * phases + strip->first * phases + py) * pass->width * phases + px) * pass->n_out;
}

gsize
arra_conv_pass_place (const ArraConvPass *pass, const ArraConvAxisTap *y, const ArraConvAxisTap *x)
{
  gint low = pass->axis->low;

  return ((gsize) (y->offset - low) * pass->halo_width + (gsize) (x->offset - low)) * pass->n_in;
}
