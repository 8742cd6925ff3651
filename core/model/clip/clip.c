/* clip.c - a CLIP model: features of pictures and of texts
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "clip.h"

#include <string.h>

#include "clip_forms.h"
#include "clip_graph.h"
#include "clip_text.h"
#include "fail.h"
#include "jsonguard.h"
#include "jsonpython.h"
#include "mem.h"
#include "weights_folder.h"
#include "wordpiece.h"

#define MAX_CHUNK 64
#define CHUNK_BYTES ((gsize) 256 << 20) /* of activations: more pictures at once gain nothing */

struct _ArraClip
{
  ArraClipConfig config;
  ArraClipPixels pixels;
  ArraParameters *parameters;
  ArraTokenizer *tokenizer; /* (nullable), as the next: read when it is needed */
  ArraWordpiece *pieces;    /* BERT's */
  ArraTape *tape;
  char *path;
  gsize converted; /* bytes of the largest tensor that was read by way of a copy */
  gboolean rounded, described;
};

void
arra_clip_free (ArraClip *clip)
{
  if (clip == NULL)
    return;
  arra_parameters_free (clip->parameters);
  arra_tokenizer_unref (clip->tokenizer);
  arra_wordpiece_free (clip->pieces);
  arra_tape_free (clip->tape);
  g_free (clip->path);
  arra_mem_free (clip);
}

/* ---- opening */

static gboolean
read_config (ArraClip *clip, const char *path, GError **error)
{
  JsonObject *root;
  g_autoptr (JsonParser) parser = arra_json_parse_config (path, &root, error);

  return parser != NULL && arra_clip_config_read (&clip->config, root, path, error);
}

/* What open_clip_config.json says beyond the shapes of tensors. */
static gboolean
read_open_clip (ArraClip *clip, const char *path, GError **error)
{
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *root, *model, *vision;
  ArraClipConfig *config = &clip->config;
  gint64 head;
  gboolean quick;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;
  if ((parser = arra_json_parse_config (path, &root, error)) == NULL
      || (model = arra_json_get_object (root, path, "model_cfg", error)) == NULL
      || (vision = arra_json_get_object (model, path, "vision_cfg", error)) == NULL
      || !arra_json_get_bool_default (model, path, "quick_gelu", FALSE, &quick, error)
      || !arra_json_get_int_default (vision, path, "head_width", 1, G_MAXINT16, ARRA_CLIP_HEAD_WIDTH, &head, error))
    return FALSE;
  config->vision.n_heads = MAX (config->vision.width / (guint) head, 1);
  if (quick)
    config->vision.exact_gelu = config->text.exact_gelu = FALSE;
  return TRUE;
}

/* Without config.json the shape is read off the weights. */
static gboolean
read_shape (ArraClip *clip, const ArraClipForm *form, const ArraStoredNames *names, ArraSource *source, GError **error)
{
  g_autofree char *path = g_build_filename (clip->path, "open_clip_config.json", NULL);

  clip->rounded = form->rounded;
  arra_clip_form_config (form, names, source, &clip->config);
  if (clip->config.projection == 0)
    return arra_fail (error, ARRA_ERROR_NOT_FOUND, "%s: the projection of pictures is missing", clip->path);
  return read_open_clip (clip, path, error) && arra_clip_config_check (&clip->config, clip->path, error);
}

static gboolean
read_weights (ArraClip *clip, const ArraStoredNames *names, ArraSource *source, GError **error)
{
  clip->parameters = arra_parameters_new (error);
  return clip->parameters != NULL && arra_parameters_add_clip (clip->parameters, &clip->config, error)
         && arra_stored_load (names, clip->parameters, source, &clip->converted, error);
}

static gboolean
read_model (ArraClip *clip, ArraSource *source, GError **error)
{
  g_autofree char *config = g_build_filename (clip->path, "config.json", NULL), *prefix = NULL;
  g_autoptr (ArraSource) opened = NULL;
  const ArraClipForm *form;
  ArraStoredNames names = { .described = clip->described };
  gboolean described = g_file_test (config, G_FILE_TEST_EXISTS);

  if (described && !read_config (clip, config, error))
    return FALSE;
  if (source == NULL && (source = opened = arra_weights_open (clip->path, error)) == NULL)
    return FALSE;
  form = arra_clip_form_of (source, &prefix);
  if (form != NULL)
    names = (ArraStoredNames) { form->names.rules, form->names.n, prefix, FALSE, clip->described };
  if (!described && (form == NULL || form->names.n == 0))
    return read_config (clip, config, error); /* which says that it is missing */
  return (described || read_shape (clip, form, &names, source, error)) && read_weights (clip, &names, source, error);
}

static ArraClip *
open_clip (const char *path, ArraSource *source, const ArraExec *exec, gboolean described, GError **error)
{
  g_autoptr (ArraClip) clip = arra_mem_new0 (1, sizeof *clip, "the image encoder", error);

  if (clip == NULL)
    return NULL;
  clip->path = g_strdup (path);
  clip->described = described;
  if (!arra_clip_pixels_read (&clip->pixels, path, error) || !read_model (clip, source, error))
    return NULL;
  clip->tape = arra_tape_new (exec, arra_clip_graph_nodes (&clip->config), error);
  return clip->tape == NULL ? NULL : g_steal_pointer (&clip);
}

ArraClip *
arra_clip_open (const char *path, ArraSource *source, const ArraExec *exec, GError **error)
{
  g_return_val_if_fail (path != NULL && exec != NULL, NULL);
  return open_clip (path, source, exec, FALSE, error);
}

ArraClip *
arra_clip_describe (const char *path, ArraSource *source, const ArraExec *exec, GError **error)
{
  g_return_val_if_fail (path != NULL && exec != NULL, NULL);
  return open_clip (path, source, exec, TRUE, error);
}

const ArraClipConfig *
arra_clip_config (const ArraClip *clip)
{
  return &clip->config;
}

const ArraClipPixels *
arra_clip_pixels (const ArraClip *clip)
{
  return &clip->pixels;
}

gboolean
arra_clip_rounds (const ArraClip *clip)
{
  return clip->rounded;
}

/* ---- what decides a picture's features */

char *
arra_clip_image_sha256 (const ArraClip *clip)
{
  g_autoptr (GChecksum) sum = arra_vit_hash (&clip->config, clip->parameters, &clip->pixels);

  if (clip->rounded)
    g_checksum_update (sum, (const guchar *) "rounded", -1);
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
arra_clip_measure (ArraClip *clip, guint n, gboolean patches, ArraEncoderMemory *memory, GError **error)
{
  PictureRun run = { .clip = clip, .patches = patches };
  gsize n_bytes;

  if (!choose_chunk (clip, n, patches, &run.n, error)
      || !arra_tape_measure (clip->tape, FALSE, compute_pictures, &run, &n_bytes, error))
    return FALSE;
  *memory = (ArraEncoderMemory) { (guint64) clip->parameters->size * sizeof (float), clip->converted, n_bytes };
  return TRUE;
}

gboolean
arra_clip_run (ArraClip *clip, guint n, const float *pixels, const ArraClipResults *results, GError **error)
{
  gsize size = clip->config.image_size, chunk, tokens = arra_clip_picture_tokens (&clip->config);
  PictureRun run = { .clip = clip, .patches = results->normed != NULL || results->patches != NULL };

  if (!choose_chunk (clip, n, run.patches, &chunk, error))
    return FALSE;
  for (gsize first = 0; first < n; first += chunk)
    {
      run.n = MIN (chunk, n - first);
      run.pixels = pixels + first * 3 * size * size;
      if (!arra_tape_run (clip->tape, FALSE, compute_pictures, &run, error))
        return FALSE;
      take_node (run.made.features, first, results->features);
      take_node (run.made.pooled, first, results->pooled);
      take_node (run.made.hidden, first * tokens, results->hidden);
      take_node (run.made.normed, first * tokens, results->normed);
      take_node (run.made.patches, first * tokens, results->patches);
    }
  return TRUE;
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
  if (clip->config.text.width == 0)
    return arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: there is no text encoder in it", clip->path);
  if (clip->config.token_types == 0 && clip->tokenizer == NULL)
    clip->tokenizer = arra_tokenizer_open (clip->path, error);
  if (clip->config.token_types > 0 && clip->pieces == NULL)
    clip->pieces = arra_wordpiece_open (clip->path, error);
  return clip->tokenizer != NULL || clip->pieces != NULL;
}

static gboolean
encode_text (const ArraClip *clip, const char *text, guint32 *ids, ArraClipTokens *tokens, GError **error)
{
  return clip->pieces != NULL ? arra_clip_encode_bert (clip->pieces, &clip->config, text, ids, tokens, error)
                              : arra_clip_encode_text (clip->tokenizer, &clip->config, text, ids, tokens, error);
}

/* One at a time: they differ in length, and are short. */
gboolean
arra_clip_text_features (ArraClip *clip, guint n, const char *const *captions, float *features, GError **error)
{
  g_automem guint32 *ids = NULL;

  if (!need_tokenizer (clip, error))
    return FALSE;
  ids = arra_mem_new (clip->config.context, sizeof *ids, "the tokens", error);
  for (guint i = 0; ids != NULL && i < n; i++)
    {
      ArraClipTokens tokens;
      TextRun run = { .clip = clip };

      if (!encode_text (clip, captions[i], ids, &tokens, error))
        return FALSE;
      run.texts = (ArraClipTexts) { 1, tokens.n, ids, &tokens.end };
      if (!arra_tape_run (clip->tape, FALSE, compute_texts, &run, error))
        return FALSE;
      take_node (run.features, i, features);
    }
  return ids != NULL;
}
