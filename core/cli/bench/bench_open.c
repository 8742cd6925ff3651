/* bench_open.c - the checkpoint that `arra bench` makes a picture with, and the request for it
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench_setup.h"

#include <arra-prompt.h>

#include "locate.h"
#include "open.h"
#include "options.h"
#include "request_mosaic.h"
#include "signals.h"

/* The first example of its card, or what any model can read. */
static const char *
prompt_for (const ArraCheckpoint *checkpoint)
{
  const char *example = checkpoint->card.example_prompts[0];

  return example != NULL ? example : arra_checkpoint_classes (checkpoint) != NULL ? "0" : "a picture";
}

static gboolean
make_request (const BenchSetup *setup, const ArraCheckpoint *checkpoint, ArraRequest *request, GError **error)
{
  const ArraRequest *own = &checkpoint->defaults;

  arra_request_init (request, checkpoint);
  request->prompt = prompt_for (checkpoint);
  request->threads = setup->threads;
  if (setup->plan.width > 0)
    {
      request->width = setup->plan.width;
      request->height = setup->plan.height;
    }
  if (arra_request_is_mosaic (request, checkpoint))
    return cli_usage_error (error, "--size: %s makes no pictures of %u x %u at once; its own are %u x %u",
                            checkpoint->path, request->width, request->height, own->width, own->height);
  return checkpoint->vqgan_config.n_embed > 0
         || cli_usage_error (error, "%s holds no VQGAN, which turns tokens into pixels: give one with --vqgan FILE",
                             checkpoint->path);
}

static ArraCheckpoint *
load (const BenchSetup *setup, ArraDType dtype, GError **error)
{
  ArraOpenOptions options = ARRA_OPEN_OPTIONS_INIT;
  g_autofree char *path = cli_locate_checkpoint (setup->model, error), *vqgan = NULL;

  if (path == NULL || !cli_locate_part ("--vqgan", setup->vqgan, &vqgan, error))
    return NULL;
  options.vqgan = vqgan;
  options.text_encoder = setup->text_encoder;
  options.quant = bench_quant (dtype);
  options.kv = setup->plan.kv;
  options.threads = setup->threads;
  return arra_checkpoint_open (path, &options, cli_signals_stage (0), error);
}

static gboolean
plan (const BenchSetup *setup,
      const ArraCheckpoint *checkpoint,
      ArraRequest *request,
      BenchPicture *picture,
      GError **error)
{
  return make_request (setup, checkpoint, request, error) && bench_picture_plan (checkpoint, request, picture, error);
}

/* Described first, so that what cannot be is said before weights are read. */
static ArraCheckpoint *
open_model (const BenchSetup *setup, BenchPicture *picture, ArraRequest *request, GError **error)
{
  const ArraQuant quant = bench_quant (picture->dtype);
  g_autoptr (ArraCheckpoint) described = NULL, checkpoint = NULL;

  described = cli_open_metadata (setup->model, setup->vqgan, setup->text_encoder, quant, setup->plan.kv, error);
  if (described == NULL || !plan (setup, described, request, picture, error))
    return NULL;
  checkpoint = load (setup, picture->dtype, error);
  return checkpoint != NULL && make_request (setup, checkpoint, request, error) ? g_steal_pointer (&checkpoint) : NULL;
}

static ArraCheckpoint *
make_model (const BenchSetup *setup, const ArraExec *exec, BenchPicture *picture, ArraRequest *request, GError **error)
{
  const guint side = (setup->plan.width > 0 ? setup->plan.width : BENCH_SIDE) / BENCH_PATCH;
  ArraModelPlan model = bench_setup_model (setup);
  g_autoptr (ArraCheckpoint) checkpoint = NULL;

  model.context = MAX (model.context, BENCH_PROMPT + side * side);
  checkpoint = bench_made_new (&model, side, picture->dtype, setup->plan.kv, exec, error);
  if (checkpoint == NULL || !plan (setup, checkpoint, request, picture, error)
      || !bench_made_fill (checkpoint, exec, cli_signals_stage (0), error))
    return NULL;
  return g_steal_pointer (&checkpoint);
}

ArraCheckpoint *
bench_open (const BenchSetup *setup, const ArraExec *exec, BenchPicture *picture, ArraRequest *request, GError **error)
{
  return setup->model != NULL ? open_model (setup, picture, request, error)
                              : make_model (setup, exec, picture, request, error);
}
