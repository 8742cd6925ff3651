/* vision_encoder.c - the table of image encoders, and what they have in common
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "vision_encoder.h"

#include <string.h>

#include "fail.h"
#include "jsonguard.h"
#include "jsonpython.h"
#include "mem.h"
#include "vision_class.h"
#include "weights_folder.h"

static const ArraVisionClass *const classes[]
    = { &arra_vision_clip, &arra_vision_dinov2, &arra_vision_sam, &arra_vision_inception, &arra_vision_densenet };

struct _ArraVisionEncoder
{
  const ArraVisionClass *class;
  gpointer self;
  ArraVisionShape shape;
};

void
arra_vision_encoder_free (ArraVisionEncoder *encoder)
{
  if (encoder == NULL)
    return;
  if (encoder->self != NULL)
    encoder->class->free (encoder->self);
  arra_mem_free (encoder);
}

/* ---- opening */

static const ArraVisionClass *
class_by_type (const char *type)
{
  for (gsize i = 0; i < G_N_ELEMENTS (classes); i++)
    if (g_strcmp0 (classes[i]->model_type, type) == 0)
      return classes[i];
  return NULL;
}

static const ArraVisionClass *
class_by_tensors (const ArraSource *source)
{
  for (gsize i = 0; i < G_N_ELEMENTS (classes); i++)
    if (classes[i]->fits (source))
      return classes[i];
  return NULL;
}

/* The names of all, for messages; (transfer full). */
static char *
list_names (void)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (classes); i++)
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", classes[i]->name);
  return g_string_free (g_steal_pointer (&names), FALSE);
}

/* By config.json where there is one: its shape is checked before the weights are opened. */
static gboolean
find_class (const char *path, const ArraVisionClass **class, GError **error)
{
  g_autofree char *config = g_build_filename (path, "config.json", NULL);
  g_autoptr (JsonParser) parser = NULL;
  g_autofree char *names = NULL;
  JsonObject *root;
  const char *type;

  *class = NULL;
  if (!g_file_test (config, G_FILE_TEST_EXISTS))
    return TRUE;
  if ((parser = arra_json_parse_config (config, &root, error)) == NULL
      || (type = arra_json_get_string (root, config, "model_type", error)) == NULL)
    return FALSE;
  *class = class_by_type (type);
  if (*class != NULL)
    return TRUE;
  names = list_names ();
  return arra_fail (error, ARRA_ERROR_UNSUPPORTED,
                    "%s: model_type is \"%.40s\", which is no image encoder that is known (%s)", config, type, names);
}

static ArraVisionEncoder *
open_class (const ArraVisionClass *class, const ArraVisionFiles *files, GError **error)
{
  g_autoptr (ArraVisionEncoder) encoder = arra_mem_new0 (1, sizeof *encoder, "the image encoder", error);

  if (encoder == NULL)
    return NULL;
  encoder->class = class;
  encoder->self = class->open (files, &encoder->shape, error);
  return encoder->self != NULL ? g_steal_pointer (&encoder) : NULL;
}

static ArraVisionEncoder *
open_by_tensors (const ArraVisionFiles *files, GError **error)
{
  const ArraVisionClass *class = class_by_tensors (files->source);
  g_autofree char *names = NULL;

  if (class != NULL)
    return open_class (class, files, error);
  names = list_names ();
  arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: this is no image encoder that is known (%s)", files->path, names);
  return NULL;
}

ArraVisionEncoder *
arra_vision_encoder_open_source (const char *path, ArraSource *source, const ArraExec *exec, GError **error)
{
  const ArraVisionFiles files = { path, source, exec, FALSE };

  return open_by_tensors (&files, error);
}

static ArraVisionEncoder *
open_files (ArraVisionFiles files, GError **error)
{
  g_autoptr (ArraSource) source = NULL;
  const ArraVisionClass *class;

  if (!find_class (files.path, &class, error) || (source = arra_weights_open (files.path, error)) == NULL)
    return NULL;
  files.source = source;
  return class != NULL ? open_class (class, &files, error) : open_by_tensors (&files, error);
}

ArraVisionEncoder *
arra_vision_encoder_open (const char *path, const ArraExec *exec, GError **error)
{
  g_return_val_if_fail (path != NULL && exec != NULL, NULL);
  return open_files ((ArraVisionFiles) { path, NULL, exec, FALSE }, error);
}

ArraVisionEncoder *
arra_vision_encoder_describe (const char *path, const ArraExec *exec, GError **error)
{
  g_return_val_if_fail (path != NULL && exec != NULL, NULL);
  return open_files ((ArraVisionFiles) { path, NULL, exec, TRUE }, error);
}

gboolean
arra_vision_encoder_knows (const char *path)
{
  g_autofree char *config = g_build_filename (path, "config.json", NULL);
  g_autoptr (ArraSource) source = NULL;
  const ArraVisionClass *class;

  if (g_file_test (config, G_FILE_TEST_EXISTS))
    return find_class (path, &class, NULL) && class != NULL;
  if (!g_file_test (path, G_FILE_TEST_EXISTS) || g_str_has_suffix (path, ".gguf"))
    return FALSE;
  source = arra_weights_open (path, NULL);
  return source != NULL && class_by_tensors (source) != NULL;
}

/* ---- what it is */

const char *
arra_vision_encoder_name (const ArraVisionEncoder *encoder)
{
  return encoder->class->name;
}

const ArraVisionShape *
arra_vision_encoder_shape (const ArraVisionEncoder *encoder)
{
  return &encoder->shape;
}

gsize
arra_vision_encoder_floats (const ArraVisionEncoder *encoder)
{
  return (gsize) encoder->shape.channels * encoder->shape.height * encoder->shape.width;
}

static gsize
n_patches (const ArraVisionEncoder *encoder)
{
  return (gsize) encoder->shape.rows * encoder->shape.columns;
}

guint
arra_vision_encoder_width (const ArraVisionEncoder *encoder, ArraVisionAggregation aggregation)
{
  const ArraVisionShape *shape = &encoder->shape;

  if (aggregation == ARRA_VISION_CLS)
    return shape->feature;
  if (n_patches (encoder) == 0)
    return 0;
  return shape->patch + (aggregation == ARRA_VISION_BOTH ? shape->feature : 0);
}

gsize
arra_vision_encoder_numbers (const ArraVisionEncoder *encoder, ArraVisionAggregation aggregation)
{
  return arra_vision_encoder_width (encoder, aggregation)
         * (aggregation == ARRA_VISION_PATCHES ? n_patches (encoder) : (gsize) 1);
}

gboolean
arra_vision_encoder_measure (ArraVisionEncoder *encoder,
                             guint n,
                             ArraVisionAggregation aggregation,
                             ArraEncoderMemory *memory,
                             GError **error)
{
  const ArraVisionShape *shape = &encoder->shape;
  const gboolean patches = aggregation != ARRA_VISION_CLS, mean = patches && aggregation != ARRA_VISION_PATCHES;
  gsize floats = arra_vision_encoder_floats (encoder) + arra_vision_encoder_numbers (encoder, aggregation);

  /* patches are taken picture by picture */
  if (!encoder->class->measure (encoder->self, patches ? 1 : n, patches, memory, error))
    return FALSE;
  floats = n * floats + (mean ? n_patches (encoder) * shape->patch : 0);
  memory->work += (guint64) floats * sizeof (float);
  return TRUE;
}

char *
arra_vision_encoder_sha256 (const ArraVisionEncoder *encoder)
{
  return encoder->class->sha256 (encoder->self);
}

/* ---- what it makes of pictures */

gboolean
arra_vision_encoder_prepare (const ArraVisionEncoder *encoder, const ArraRaster *raster, float *pixels, GError **error)
{
  return encoder->class->prepare (encoder->self, raster, pixels, error);
}

gboolean
arra_vision_encoder_run (ArraVisionEncoder *encoder,
                         guint n,
                         const float *pixels,
                         float *features,
                         float *patches,
                         GError **error)
{
  g_return_val_if_fail (patches == NULL || n_patches (encoder) > 0, FALSE);
  return encoder->class->run (encoder->self, n, pixels, features, patches, error);
}

void
arra_vision_average (const float *patches, gsize n, gsize width, float *out)
{
  for (gsize column = 0; column < width; column++)
    {
      double sum = 0;

      for (gsize i = 0; i < n; i++)
        sum += (double) patches[i * width + column];
      out[column] = (float) (sum / (double) n);
    }
}

/* One picture at a time: its patches take much more memory than what is made of them. */
static gboolean
average_pictures (ArraVisionEncoder *encoder,
                  guint n,
                  const float *pixels,
                  gboolean both,
                  float *features,
                  GError **error)
{
  const ArraVisionShape *shape = &encoder->shape;
  gsize own = both ? shape->feature : 0;
  g_automem float *patches = arra_mem_new (n_patches (encoder) * shape->patch, sizeof *patches, "the patches", error);

  for (guint i = 0; patches != NULL && i < n; i++)
    {
      float *out = features + i * (own + shape->patch);

      if (!arra_vision_encoder_run (encoder, 1, pixels + i * arra_vision_encoder_floats (encoder), both ? out : NULL,
                                    patches, error))
        return FALSE;
      arra_vision_average (patches, n_patches (encoder), shape->patch, out + own);
    }
  return patches != NULL;
}

static gboolean
take_patches (ArraVisionEncoder *encoder, guint n, const float *pixels, float *features, GError **error)
{
  const gsize numbers = arra_vision_encoder_numbers (encoder, ARRA_VISION_PATCHES),
              floats = arra_vision_encoder_floats (encoder);

  for (guint i = 0; i < n; i++)
    if (!arra_vision_encoder_run (encoder, 1, pixels + i * floats, NULL, features + i * numbers, error))
      return FALSE;
  return TRUE;
}

gboolean
arra_vision_encoder_features (ArraVisionEncoder *encoder,
                              guint n,
                              const float *pixels,
                              ArraVisionAggregation aggregation,
                              float *features,
                              GError **error)
{
  if (aggregation == ARRA_VISION_CLS)
    return arra_vision_encoder_run (encoder, n, pixels, features, NULL, error);
  if (n_patches (encoder) == 0)
    return arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s has no features of patches, only of whole pictures",
                      encoder->class->name);
  if (aggregation == ARRA_VISION_PATCHES)
    return take_patches (encoder, n, pixels, features, error);
  return average_pictures (encoder, n, pixels, aggregation == ARRA_VISION_BOTH, features, error);
}

/* ---- and of texts */

gboolean
arra_vision_encoder_reads_texts (const ArraVisionEncoder *encoder)
{
  return encoder->class->reads_texts != NULL && encoder->class->reads_texts (encoder->self);
}

gboolean
arra_vision_encoder_texts (ArraVisionEncoder *encoder,
                           guint n,
                           const char *const *texts,
                           float *features,
                           GError **error)
{
  if (!arra_vision_encoder_reads_texts (encoder))
    return arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s reads no texts", encoder->class->name);
  return encoder->class->texts (encoder->self, n, texts, features, error);
}
