/* info_encoder.c - `arra info` of encoders, and the memory that features take
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "info.h"

#include "cpu.h"
#include "feature_plan.h"
#include "jsonwriter.h"
#include "status.h"
#include "values.h"

#define ROWS 120 /* tokens of a caption, as `arra features` keeps by itself */

/* What features take of @what. */
static void
print_memory (const ArraMemoryPlan *plan, const char *what)
{
  g_autofree char *total = cli_format_bytes (plan->total), *mapped = cli_format_bytes (plan->weights_mapped);
  g_autofree char *own = cli_format_bytes (plan->weights_private), *work = cli_format_bytes (plan->work);
  g_autofree char *available = cli_format_bytes (plan->available);
  g_autofree char *memory = g_strdup_printf ("%s for features of %s: weights %s mapped and %s private, work %s", total,
                                             what, mapped, own, work);
  g_autofree char *room
      = g_strdup_printf ("%s free now: %s", available, plan->total <= plan->available ? "enough" : "NOT enough");

  info_line ("Memory", memory);
  info_line ("", plan->available > 0 ? room : NULL);
}

static void
print_text (const char *path, const ArraVisionEncoder *encoder, const ArraMemoryPlan *plan)
{
  const ArraVisionShape *shape = arra_vision_encoder_shape (encoder);
  gboolean reads = arra_vision_encoder_reads_texts (encoder);
  g_autofree char *size = g_strdup_printf ("%u x %u pixels", shape->width, shape->height);
  g_autofree char *feature = g_strdup_printf ("%u numbers", shape->feature);
  g_autofree char *patches = NULL;

  if (shape->rows > 0)
    patches = g_strdup_printf ("%u x %u of %u numbers", shape->columns, shape->rows, shape->patch);
  info_line ("Encoder", path);
  info_line ("Network", arra_vision_encoder_name (encoder));
  info_line ("Pictures", size);
  info_line ("Feature", feature);
  info_line ("Patches", patches);
  info_line ("Captions", reads ? "read, too" : NULL);
  info_line ("For", reads ? "arra features --encoder, arra eval --encoder or --clip"
                          : "arra features --encoder, arra eval --encoder");
  print_memory (plan, G_STRINGIFY (ARRA_FEATURE_BATCH) " pictures at once");
}

static void
put_memory (ArraJsonWriter *json, const ArraMemoryPlan *plan)
{
  arra_json_begin_object (json, "memory");
  arra_json_put_uint (json, "weights_mapped", plan->weights_mapped);
  arra_json_put_uint (json, "weights_private", plan->weights_private);
  arra_json_put_uint (json, "work", plan->work);
  arra_json_put_uint (json, "total", plan->total);
  arra_json_put_uint (json, "available", plan->available);
  arra_json_put_bool (json, "fits", plan->available == 0 || plan->total <= plan->available);
  arra_json_end_object (json);
}

static void
print_json (const char *path, const ArraVisionEncoder *encoder, const ArraMemoryPlan *plan)
{
  const ArraVisionShape *shape = arra_vision_encoder_shape (encoder);
  g_autoptr (ArraJsonWriter) json = arra_json_writer_new (ARRA_JSON_LINES);

  arra_json_begin_object (json, NULL);
  arra_json_put_string (json, "path", path);
  arra_json_put_string (json, "image_encoder", arra_vision_encoder_name (encoder));
  arra_json_put_uint (json, "width", shape->width);
  arra_json_put_uint (json, "height", shape->height);
  arra_json_put_uint (json, "feature", shape->feature);
  arra_json_put_uint (json, "patch_rows", shape->rows);
  arra_json_put_uint (json, "patch_columns", shape->columns);
  arra_json_put_uint (json, "patch_feature", shape->patch);
  arra_json_put_bool (json, "reads_captions", arra_vision_encoder_reads_texts (encoder));
  put_memory (json, plan);
  arra_json_end_object (json);
  cli_print ("%s", arra_json_writer_text (json));
}

gboolean
info_encoder (const char *path, guint threads, gboolean as_json, GError **error)
{
  g_autoptr (ArraPool) pool = arra_pool_new (threads, error);
  const ArraExec exec = { pool != NULL ? arra_kernels_default (error) : NULL, pool };
  g_autoptr (ArraVisionEncoder) encoder = NULL;
  ArraFeatureEncoder features = { .pool = pool };
  ArraMemoryPlan plan;

  if (exec.kernels == NULL || (encoder = arra_vision_encoder_describe (path, &exec, error)) == NULL)
    return FALSE;
  features.vision = encoder;
  if (!arra_feature_encoder_plan (&features, &plan, error))
    return FALSE;
  (as_json ? print_json : print_text) (path, encoder, &plan);
  return TRUE;
}

/* ---- text encoders */

static void
print_text_encoder (const ArraTextEncoder *encoder, const ArraMemoryPlan *plan)
{
  g_autofree char *feature = g_strdup_printf ("%u numbers for a token", encoder->width);
  g_autofree char *network = g_strdup_printf ("%s, %u layers", encoder->class->name, encoder->weights.n_layers);

  info_line ("Text encoder", encoder->path);
  info_line ("Network", network);
  info_line ("Feature", feature);
  info_line ("For", "arra features --text-encoder, arra generate --text-encoder");
  print_memory (plan, G_STRINGIFY (ROWS) " tokens of a caption");
}

static void
print_text_encoder_json (const ArraTextEncoder *encoder, const ArraMemoryPlan *plan)
{
  g_autoptr (ArraJsonWriter) json = arra_json_writer_new (ARRA_JSON_LINES);

  arra_json_begin_object (json, NULL);
  arra_json_put_string (json, "path", encoder->path);
  arra_json_put_string (json, "text_encoder", encoder->class->name);
  arra_json_put_uint (json, "layers", encoder->weights.n_layers);
  arra_json_put_uint (json, "feature", encoder->width);
  put_memory (json, plan);
  arra_json_end_object (json);
  cli_print ("%s", arra_json_writer_text (json));
}

gboolean
info_text_encoder (const char *path, guint threads, gboolean as_json, GError **error)
{
  g_autoptr (ArraTextEncoder) encoder = arra_text_encoder_open (path, error);
  ArraMemoryPlan plan;

  if (encoder == NULL
      || !arra_caption_features_plan (encoder, ROWS, threads > 0 ? threads : MIN (arra_cpu_count (), 64), &plan, error))
    return FALSE;
  (as_json ? print_text_encoder_json : print_text_encoder) (encoder, &plan);
  return TRUE;
}
