/* vqgan_run.c - the buffers of a VQGAN's run and the steps its encoder and decoder are made of
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "vqgan.h"

#include "fail.h"
#include "group_norm.h"
#include "mem.h"
#include "pixel_norm.h"
#include "spatial_attention.h"
#include "vqgan_private.h"

#define TELL_EVERY 0.002 /* of the whole, between two calls of the progress function */

static guint
next_slot (guint slot, guint steps)
{
  return (slot + steps) % VQGAN_SLOTS;
}

VqganMap
vqgan_run_map (ArraVqganRun *run, guint slot, gsize channels, gsize height, gsize width)
{
  VqganMap map = { .map = { .channels = channels, .height = height, .width = width }, .slot = slot };

  if (run->planning != NULL)
    run->planning->slot_floats[slot] = MAX (run->planning->slot_floats[slot], channels * height * width);
  else
    map.map.data = run->slots[slot];
  return map;
}

static void
tell (double fraction, gpointer user)
{
  ArraVqganRun *run = user;
  double whole = MIN ((run->flops_done + fraction * run->flops_step) / run->flops_total, 1.0);

  if (run->progress == NULL || whole < run->fraction_told + TELL_EVERY)
    return;
  run->fraction_told = whole;
  run->progress (whole, run->progress_user);
}

void
vqgan_run_begin_step (ArraVqganRun *run, double flops)
{
  if (run->planning != NULL)
    run->planning->flops += flops;
  else
    {
      run->flops_done += run->flops_step;
      run->flops_step = flops;
    }
}

/* Pictures are decoded by Winograd's products. Codes are not: which of two is nearer hangs on the last digits. */
static void
plan_conv (VqganPlan *plan, const ArraConv2d *conv, const ArraFeatureMap *out, gboolean decodes)
{
  gsize tiles = arra_conv2d_tiles (conv, out->height, out->width, decodes);

  plan->scratch_stride = MAX (plan->scratch_stride, arra_conv2d_scratch (conv, out->height, out->width, decodes));
  if (decodes)
    plan->transformed = MAX (plan->transformed, arra_conv2d_transformed (conv, out->height, out->width));
  plan->moments = MAX (plan->moments, tiles * 2 * out->channels);
  plan->channels = MAX (plan->channels, conv->in_channels);
}

/* @in with each pixel normalised, in the slot that neither it nor what comes of it takes. */
static ArraFeatureMap
normalise_pixels (ArraVqganRun *run, const VqganMap *in, const VqganNorm *norm, gboolean swish, guint out_slot)
{
  const ArraFeatureMap *x = &in->map;
  VqganMap y = vqgan_run_map (run, VQGAN_SLOTS - in->slot - out_slot, x->channels, x->height, x->width);

  if (run->planning == NULL)
    arra_pixel_norm (&run->exec, x->data, norm->weight, norm->bias, x->height * x->width, x->channels, VQGAN_NORM_EPS,
                     swish, y.map.data);
  return y.map;
}

/* What reading @in takes: its groups' statistics are those that the step before left. */
static void
prepare_groups (ArraVqganRun *run, const VqganMap *in, const VqganNorm *norm, ArraConv2dReading *reading)
{
  const ArraFeatureMap *x = &in->map;

  arra_group_norm_prepare (run->moments, run->n_tiles, x->height * x->width, x->channels, run->config->norm_groups,
                           VQGAN_NORM_EPS, norm->weight, norm->bias, run->scale, run->shift);
  reading->scale = run->scale;
  reading->shift = run->shift;
}

gboolean
vqgan_run_conv (ArraVqganRun *run,
                const ArraConv2d *conv,
                const VqganMap *in,
                const VqganNorm *norm,
                VqganConvFlags flags,
                guint out_slot,
                VqganMap *out,
                GError **error)
{
  gboolean by_pixel = norm != NULL && arra_vqgan_by_pixel (run->config, run->encode),
           swish = (flags & VQGAN_SWISH) != 0;
  ArraConv2dReading reading = { .swish = swish && !by_pixel,
                                .upsample = (flags & VQGAN_UPSAMPLE) != 0,
                                .smooth = (flags & VQGAN_UPSAMPLE) != 0 && run->config->smooth_upsampling,
                                .padding = (ArraPadding) run->config->padding };
  ArraFeatureMap from = in->map;
  gsize height, width;

  arra_conv2d_output_size (conv, reading.upsample, from.height, from.width, &height, &width);
  *out = vqgan_run_map (run, out_slot, conv->out_channels, height, width);
  if (by_pixel)
    from = normalise_pixels (run, in, norm, swish, out_slot);
  vqgan_run_begin_step (run, 2.0 * conv->kernel * conv->kernel * (double) (conv->in_channels * conv->out_channels)
                                 * (double) (height * width));
  if (run->planning != NULL)
    {
      plan_conv (run->planning, conv, &out->map, !run->encode);
      return TRUE;
    }
  if (norm != NULL && !by_pixel)
    prepare_groups (run, in, norm, &reading);
  if (flags & VQGAN_MOMENTS)
    run->n_tiles = arra_conv2d_tiles (conv, height, width, !run->encode);
  return arra_conv2d (conv, &from, &reading, flags & VQGAN_ADD ? &out->map : NULL, &out->map,
                      flags & VQGAN_MOMENTS ? run->moments : NULL, &run->work, error);
}

/* x + conv2 (swish (norm2 (conv1 (swish (norm1 (x)))))), where x goes through a 1x1 convolution when the
 * channels change */
gboolean
vqgan_run_res_block (ArraVqganRun *run, const VqganResBlock *block, VqganMap *map, GError **error)
{
  guint slot = map->slot;
  VqganMap hidden, out = *map;

  if (!vqgan_run_conv (run, &block->conv1, map, &block->norm1, VQGAN_SWISH | VQGAN_MOMENTS, next_slot (slot, 1),
                       &hidden, error))
    return FALSE;
  if (block->has_shortcut
      && !vqgan_run_conv (run, &block->shortcut, map, NULL, VQGAN_PLAIN, next_slot (slot, 2), &out, error))
    return FALSE;
  *map = out;
  return vqgan_run_conv (run, &block->conv2, &hidden, &block->norm2, VQGAN_SWISH | VQGAN_ADD | VQGAN_MOMENTS, out.slot,
                         map, error);
}

/* x + proj_out (attention (norm (x))) */
gboolean
vqgan_run_attention (ArraVqganRun *run, const VqganAttention *attention, VqganMap *map, GError **error)
{
  gsize channels = map->map.channels, height = map->map.height, width = map->map.width;
  guint slot = map->slot;
  double n = (double) (height * width);
  VqganMap qkv, attended;

  if (!vqgan_run_conv (run, &attention->qkv, map, &attention->norm, VQGAN_PLAIN, next_slot (slot, 1), &qkv, error))
    return FALSE;
  attended = vqgan_run_map (run, next_slot (slot, 2), channels, height, width);
  vqgan_run_begin_step (run, 4.0 * n * n * (double) channels);
  if (run->planning != NULL)
    run->planning->scratch_stride = MAX (run->planning->scratch_stride, arra_spatial_attention_scratch (height, width));
  else if (!arra_spatial_attention (&qkv.map, &attended.map, &run->work, error))
    return FALSE;
  return vqgan_run_conv (run, &attention->proj_out, &attended, NULL, VQGAN_ADD | VQGAN_MOMENTS, slot, map, error);
}

/* Walks encoder or decoder without computing. */
static VqganPlan
make_plan (const ArraVqganConfig *config, const VqganNet *net, guint rows, guint columns, gboolean encode)
{
  VqganPlan plan = { 0 };
  ArraVqganRun probe = { .config = config, .net = net, .encode = encode, .planning = &plan };

  if (encode)
    {
      guint patch = arra_vqgan_patch (config);
      vqgan_run_encoder (&probe, NULL, (gsize) rows * patch, (gsize) columns * patch, NULL, NULL, NULL);
    }
  else
    vqgan_run_decoder (&probe, NULL, rows, columns, NULL, NULL);
  return plan;
}

static gboolean
size_is_sane (const ArraVqganConfig *config, guint rows, guint columns)
{
  guint64 patch = arra_vqgan_patch (config);

  return rows >= 1 && columns >= 1 && rows <= ARRA_RASTER_MAX_PIXELS && columns <= ARRA_RASTER_MAX_PIXELS
         && rows * patch * columns * patch <= ARRA_RASTER_MAX_PIXELS;
}

static guint64
plan_bytes (const VqganPlan *plan, guint threads)
{
  guint64 floats = (guint64) plan->scratch_stride * threads + plan->transformed + 2 * plan->channels;

  for (guint i = 0; i < VQGAN_SLOTS; i++)
    floats += plan->slot_floats[i];
  return sizeof (ArraVqganRun) + floats * sizeof (float) + plan->moments * sizeof (double);
}

guint64
arra_vqgan_run_bytes (const ArraVqganConfig *config, guint rows, guint columns, gboolean encode, guint threads)
{
  VqganNet net = { .encoder.present = encode, .decoder.present = !encode };
  VqganPlan plan;

  if (!arra_vqgan_config_check (config, "", NULL) || !size_is_sane (config, rows, columns))
    return G_MAXUINT64;
  vqgan_net_walk (&net, config, NULL, NULL, NULL, NULL, NULL);
  plan = make_plan (config, &net, rows, columns, encode);
  return plan_bytes (&plan, threads);
}

static gboolean
allocate (ArraVqganRun *run, const VqganPlan *plan, GError **error)
{
  guint threads = arra_pool_threads (run->exec.pool);

  for (guint i = 0; i < VQGAN_SLOTS; i++)
    {
      run->slots[i] = arra_mem_new (plan->slot_floats[i], sizeof (float), "the VQGAN's activations", error);
      if (run->slots[i] == NULL)
        return FALSE;
    }
  run->moments = arra_mem_new (plan->moments, sizeof (double), "the VQGAN's statistics", error);
  if (run->moments == NULL)
    return FALSE;
  run->scale = arra_mem_new (2 * plan->channels, sizeof (float), "the VQGAN's normalisation", error);
  if (run->scale == NULL)
    return FALSE;
  run->shift = run->scale + plan->channels;
  run->work.scratch_stride = plan->scratch_stride;
  run->work.scratch = arra_mem_new (plan->scratch_stride, sizeof (float) * threads, "the VQGAN's work space", error);
  if (run->work.scratch == NULL || plan->transformed == 0)
    return run->work.scratch != NULL;
  run->work.transformed = arra_mem_new (plan->transformed, sizeof (float), "the VQGAN's work space", error);
  return run->work.transformed != NULL;
}

ArraVqganRun *
arra_vqgan_run_new (const ArraVqgan *vqgan,
                    const ArraExec *exec,
                    guint rows,
                    guint columns,
                    gboolean encode,
                    GError **error)
{
  g_autoptr (ArraVqganRun) run = NULL;
  VqganPlan plan;

  if (encode ? !vqgan->net.encoder.present : !vqgan->net.decoder.present)
    {
      arra_fail (error, ARRA_ERROR_NOT_FOUND,
                 encode ? N_ ("The VQGAN has no encoder") : N_ ("The VQGAN has no decoder"));
      return NULL;
    }
  if (!size_is_sane (&vqgan->config, rows, columns))
    {
      arra_fail (error, ARRA_ERROR_ARGUMENT, "%u x %u codes: no picture of that size can be made", rows, columns);
      return NULL;
    }
  run = arra_mem_new0 (1, sizeof *run, "the VQGAN's run", error);
  if (run == NULL)
    return NULL;
  run->config = &vqgan->config;
  run->net = &vqgan->net;
  run->exec = *exec;
  run->encode = encode;
  run->max_rows = rows;
  run->max_columns = columns;
  run->work = (ArraMapWork) { .exec = &run->exec, .advanced = tell, .user = run };
  plan = make_plan (run->config, run->net, rows, columns, encode);
  return allocate (run, &plan, error) ? g_steal_pointer (&run) : NULL;
}

void
arra_vqgan_run_free (ArraVqganRun *run)
{
  if (run == NULL)
    return;
  for (guint i = 0; i < VQGAN_SLOTS; i++)
    arra_mem_free (run->slots[i]);
  arra_mem_free (run->moments);
  arra_mem_free (run->scale);
  arra_mem_free (run->work.scratch);
  arra_mem_free (run->work.transformed);
  arra_mem_free (run);
}

void
arra_vqgan_run_set_watch (ArraVqganRun *run, ArraVqganWatch watch, gpointer user)
{
  run->watch = watch;
  run->watch_user = user;
}

gboolean
vqgan_run_watch (ArraVqganRun *run, const VqganMap *map, GError **error, const char *format, ...)
{
  const ArraFeatureMap *m = &map->map;
  g_automem float *planes = NULL;
  g_autofree char *what = NULL;
  va_list args;

  if (run->watch == NULL || run->planning != NULL)
    return TRUE;
  planes = arra_mem_new (m->channels * m->height * m->width, sizeof *planes, "a watched activation", error);
  if (planes == NULL)
    return FALSE;
  vqgan_to_planes (m->data, m->height * m->width, m->channels, planes);
  va_start (args, format);
  what = g_strdup_vprintf (format, args);
  va_end (args);
  run->watch (what, planes, (guint) m->channels, (guint) m->height, (guint) m->width, run->watch_user);
  return TRUE;
}

static gboolean
begin (ArraVqganRun *run, gboolean encode, guint rows, guint columns, GCancellable *cancellable, GError **error)
{
  if (run->encode != encode || rows < 1 || columns < 1 || rows > run->max_rows || columns > run->max_columns)
    return arra_fail (error, ARRA_ERROR_ARGUMENT,
                      run->encode ? N_ ("%u x %u codes: these buffers are for encoding up to %u x %u")
                                  : N_ ("%u x %u codes: these buffers are for decoding up to %u x %u"),
                      rows, columns, run->max_rows, run->max_columns);
  run->work.cancellable = cancellable;
  run->flops_total = make_plan (run->config, run->net, rows, columns, encode).flops;
  run->flops_done = run->flops_step = run->fraction_told = 0.0;
  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}

gboolean
arra_vqgan_decode (ArraVqganRun *run,
                   const guint32 *codes,
                   guint rows,
                   guint columns,
                   float *pixels,
                   ArraVqganProgress progress,
                   gpointer user,
                   GCancellable *cancellable,
                   GError **error)
{
  run->progress = progress;
  run->progress_user = user;
  if (!begin (run, FALSE, rows, columns, cancellable, error)
      || !vqgan_run_decoder (run, codes, rows, columns, pixels, error))
    return FALSE;
  if (progress != NULL)
    progress (1.0, user);
  return TRUE;
}

gboolean
arra_vqgan_encode (ArraVqganRun *run,
                   const float *pixels,
                   guint height,
                   guint width,
                   guint32 *codes,
                   float *latent,
                   GCancellable *cancellable,
                   GError **error)
{
  guint patch = arra_vqgan_patch (run->config);

  if (height % patch != 0 || width % patch != 0)
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "%u x %u pixels: not a multiple of the VQGAN's %u", width, height,
                      patch);
  run->progress = NULL;
  return begin (run, TRUE, height / patch, width / patch, cancellable, error)
         && vqgan_run_encoder (run, pixels, height, width, codes, latent, error);
}
