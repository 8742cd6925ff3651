/* clip.c - a CLIP model: features of pictures and of texts
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "clip.h"

#include <math.h>
#include <string.h>

#include "clip_graph.h"
#include "clip_pixels.h"
#include "clip_text.h"
#include "fail.h"
#include "jsonguard.h"
#include "jsonpython.h"
#include "mem.h"
#include "source.h"

#define MAX_CHUNK 64
#define CHUNK_BYTES ((gsize) 256 << 20) /* of activations: more pictures at once gain nothing */

struct _ArraClip
{
  ArraClipConfig config;
  ArraClipPixels pixels;
  ArraParameters *parameters;
  ArraTokenizer *tokenizer; /* (nullable): read when it is needed */
  ArraTape *tape;
  char *directory;
};

void
arra_clip_free (ArraClip *clip)
{
  if (clip == NULL)
    return;
  arra_parameters_free (clip->parameters);
  arra_tokenizer_unref (clip->tokenizer);
  arra_tape_free (clip->tape);
  g_free (clip->directory);
  arra_mem_free (clip);
}

/* ---- opening */

static gboolean
read_config (ArraClip *clip, GError **error)
{
  g_autofree char *path = g_build_filename (clip->directory, "config.json", NULL);
  JsonObject *root;
  g_autoptr (JsonParser) parser = arra_json_parse_config (path, &root, error);

  return parser != NULL && arra_clip_config_read (&clip->config, root, path, error)
         && arra_clip_pixels_read (&clip->pixels, clip->directory, error);
}

static gboolean
read_weights (ArraClip *clip, GError **error)
{
  g_autoptr (ArraSource) source = arra_safetensors_open_directory (clip->directory, error);

  if (source == NULL)
    return FALSE;
  clip->parameters = arra_parameters_new (error);
  return clip->parameters != NULL && arra_parameters_add_clip (clip->parameters, &clip->config, error)
         && arra_parameters_check (clip->parameters, source, error)
         && arra_parameters_allocate (clip->parameters, FALSE, error)
         && arra_parameters_load (clip->parameters, source, error);
}

ArraClip *
arra_clip_open (const char *directory, const ArraExec *exec, GError **error)
{
  g_autoptr (ArraClip) clip = NULL;

  g_return_val_if_fail (directory != NULL && exec != NULL, NULL);
  clip = arra_mem_new0 (1, sizeof *clip, "the image encoder", error);
  if (clip == NULL)
    return NULL;
  clip->directory = g_strdup (directory);
  if (!read_config (clip, error) || !read_weights (clip, error))
    return NULL;
  clip->tape = arra_tape_new (exec, arra_clip_graph_nodes (&clip->config), error);
  return clip->tape == NULL ? NULL : g_steal_pointer (&clip);
}

guint
arra_clip_image_size (const ArraClip *clip)
{
  return clip->config.image_size;
}

guint
arra_clip_feature_width (const ArraClip *clip, ArraClipAggregation aggregation)
{
  return clip->config.projection * (aggregation == ARRA_CLIP_BOTH ? 2 : 1);
}

float
arra_clip_logit_scale (const ArraClip *clip)
{
  const ArraParameter *item = arra_parameters_find (clip->parameters, "logit_scale");

  return expf (clip->parameters->data[item->offset]);
}

/* ---- what decides a picture's features */

static void
add_counts (GChecksum *sum, const ArraClipConfig *config)
{
  const ArraClipTower *tower = &config->vision;
  const guint32 counts[]
      = { tower->width,       tower->intermediate,         tower->n_layers,    tower->n_heads,
          config->projection, (guint32) tower->exact_gelu, config->image_size, config->patch_size };

  g_checksum_update (sum, (const guchar *) counts, sizeof counts);
  g_checksum_update (sum, (const guchar *) &tower->eps, sizeof tower->eps);
}

char *
arra_clip_image_sha256 (const ArraClip *clip)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);

  add_counts (sum, &clip->config);
  g_checksum_update (sum, (const guchar *) &clip->pixels, sizeof clip->pixels);
  for (guint i = 0; i < clip->parameters->n; i++)
    {
      const ArraParameter *item = &clip->parameters->items[i];
      const float *data = clip->parameters->data + item->offset;

      if (!g_str_has_prefix (item->name, "vision_model.")
          && !g_str_has_prefix (item->name, "visual_projection."))
        continue;
      for (gsize at = 0; at < item->count; at += 1u << 28)
        g_checksum_update (sum, (const guchar *) (data + at),
                           (gssize) (MIN (item->count - at, 1u << 28) * sizeof *data));
    }
  return g_strdup (g_checksum_get_string (sum));
}

/* ---- pictures */

typedef struct
{
  ArraClip *clip;
  gsize n;
  const float *pixels;
  gboolean patches;
  ArraClipPictures made;
} PictureRun;

static gboolean
compute_pictures (ArraTape *tape, gpointer user, GError **error)
{
  PictureRun *run = user;
  const ArraClipNet net = { &run->clip->config, run->clip->parameters };

  arra_clip_graph_pictures (tape, &net, run->pixels, run->n, run->patches, &run->made);
  return TRUE;
}

/* The mean of each picture's patches. */
static void
average (const PictureRun *run, gsize tokens, float *out, gsize stride)
{
  gsize width = run->made.patches->width;

  for (gsize i = 0; i < run->n; i++)
    for (gsize column = 0; column < width; column++)
      {
        const float *x = run->made.patches->data + i * tokens * width + column;
        double sum = 0;

        for (gsize token = 1; token < tokens; token++)
          sum += (double) x[token * width];
        out[i * stride + column] = (float) (sum / (double) (tokens - 1));
      }
}

static void
take_features (const PictureRun *run, ArraClipAggregation aggregation, float *features)
{
  gsize width = run->clip->config.projection;
  gsize stride = arra_clip_feature_width (run->clip, aggregation);

  for (gsize i = 0; aggregation != ARRA_CLIP_AVERAGE && i < run->n; i++)
    memcpy (features + i * stride, run->made.features->data + i * width, width * sizeof (float));
  if (aggregation != ARRA_CLIP_CLS)
    average (run, arra_clip_picture_tokens (&run->clip->config), features + stride - width, stride);
}

static void
take_node (const ArraNode *node, gsize first, float *out)
{
  if (out != NULL)
    memcpy (out + first * node->width, node->data, node->rows * node->width * sizeof (float));
}

/* How many pictures, of @n, are computed at once. */
static gboolean
choose_chunk (ArraClip *clip, gsize n, gboolean patches, gsize *chunk, GError **error)
{
  PictureRun one = { .clip = clip, .n = 1, .patches = patches };
  gsize n_bytes;

  if (!arra_tape_measure (clip->tape, FALSE, compute_pictures, &one, &n_bytes, error))
    return FALSE;
  *chunk = MIN (CLAMP (CHUNK_BYTES / n_bytes, 1, MAX_CHUNK), n);
  return TRUE;
}

gboolean
arra_clip_pixel_features (ArraClip *clip,
                          guint n,
                          const float *pixels,
                          ArraClipAggregation aggregation,
                          float *features,
                          float *hidden,
                          float *pooled,
                          GError **error)
{
  gsize size = clip->config.image_size, chunk, tokens = arra_clip_picture_tokens (&clip->config);
  PictureRun run = { .clip = clip, .patches = aggregation != ARRA_CLIP_CLS };

  if (!choose_chunk (clip, n, run.patches, &chunk, error))
    return FALSE;
  for (gsize first = 0; first < n; first += chunk)
    {
      run.n = MIN (chunk, n - first);
      run.pixels = pixels + first * 3 * size * size;
      if (!arra_tape_run (clip->tape, FALSE, compute_pictures, &run, error))
        return FALSE;
      take_features (&run, aggregation, features + first * arra_clip_feature_width (clip, aggregation));
      take_node (run.made.hidden, first * tokens, hidden);
      take_node (run.made.pooled, first, pooled);
    }
  return TRUE;
}

gboolean
arra_clip_image_features (ArraClip *clip,
                          guint n,
                          const guint8 *const *rgb,
                          ArraClipAggregation aggregation,
                          float *features,
                          GError **error)
{
  gsize size = clip->config.image_size, floats = 3 * size * size, chunk;
  g_automem float *pixels = NULL;

  if (!choose_chunk (clip, n, aggregation != ARRA_CLIP_CLS, &chunk, error))
    return FALSE;
  pixels = arra_mem_new (chunk * floats, sizeof *pixels, "the pictures", error);
  for (gsize first = 0; pixels != NULL && first < n; first += chunk)
    {
      gsize part = MIN (chunk, n - first);

      for (gsize i = 0; i < part; i++)
        arra_clip_pixels_normalise (&clip->pixels, rgb[first + i], size, pixels + i * floats);
      if (!arra_clip_pixel_features (clip, (guint) part, pixels, aggregation,
                                     features + first * arra_clip_feature_width (clip, aggregation), NULL,
                                     NULL, error))
        return FALSE;
    }
  return pixels != NULL;
}

/* ---- texts */

typedef struct
{
  ArraClip *clip;
  ArraClipTexts texts;
  ArraNode *features;
} TextRun;

static gboolean
compute_texts (ArraTape *tape, gpointer user, GError **error)
{
  TextRun *run = user;
  const ArraClipNet net = { &run->clip->config, run->clip->parameters };

  run->features = arra_clip_graph_texts (tape, &net, &run->texts);
  return TRUE;
}

static gboolean
need_tokenizer (ArraClip *clip, GError **error)
{
  if (clip->tokenizer == NULL)
    clip->tokenizer = arra_tokenizer_open (clip->directory, error);
  return clip->tokenizer != NULL;
}

/* One at a time: they differ in length, and are short. */
gboolean
arra_clip_text_features (
    ArraClip *clip, guint n, const char *const *captions, float *features, GError **error)
{
  g_automem guint32 *ids = NULL;

  if (!need_tokenizer (clip, error))
    return FALSE;
  ids = arra_mem_new (clip->config.context, sizeof *ids, "the tokens", error);
  for (guint i = 0; ids != NULL && i < n; i++)
    {
      ArraClipTokens tokens;
      TextRun run = { .clip = clip };

      if (!arra_clip_encode_text (clip->tokenizer, &clip->config, captions[i], ids, &tokens, error))
        return FALSE;
      run.texts = (ArraClipTexts){ 1, tokens.n, ids, &tokens.end };
      if (!arra_tape_run (clip->tape, FALSE, compute_texts, &run, error))
        return FALSE;
      take_node (run.features, i, features);
    }
  return ids != NULL;
}
