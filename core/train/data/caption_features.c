/* caption_features.c - features of a data set's captions by a text encoder, gathered in a cache
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "caption_features.h"

#include <string.h>

#include "clean_caption.h"
#include "mem.h"

struct _ArraCaptionHash
{
  GChecksum *all;
};

ArraCaptionHash *
arra_caption_hash_new (void)
{
  ArraCaptionHash *hash = g_new (ArraCaptionHash, 1);

  hash->all = g_checksum_new (G_CHECKSUM_SHA256);
  return hash;
}

void
arra_caption_hash_add (ArraCaptionHash *hash, const char *text, gsize length, guint8 *key)
{
  g_autoptr (GChecksum) one = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 digest[ARRA_CACHE_KEY];
  gsize size = sizeof digest;

  g_checksum_update (one, (const guchar *) text, (gssize) length);
  g_checksum_get_digest (one, digest, &size);
  g_checksum_update (hash->all, digest, sizeof digest);
  if (key != NULL)
    memcpy (key, digest, sizeof digest);
}

char *
arra_caption_hash_end (ArraCaptionHash *hash)
{
  return g_strdup (g_checksum_get_string (hash->all));
}

void
arra_caption_hash_free (ArraCaptionHash *hash)
{
  if (hash == NULL)
    return;
  g_checksum_free (hash->all);
  g_free (hash);
}

typedef struct
{
  const ArraTextEncoder *encoder;
  guint rows, n;
  ArraFeatureCacheWriter *writer;
  float *record; /* [rows][width]; arra_mem */
  ArraItemProgress progress;
  gpointer user;
} Gathering;

static gboolean
is_done (guint item, gpointer data)
{
  const Gathering *gathering = data;

  return arra_feature_cache_writer_has (gathering->writer, item);
}

/* An ArraTextFunc */
static gboolean
put_features (guint item, const float *features, guint n, gpointer data, GError **error)
{
  const Gathering *gathering = data;
  const gsize width = gathering->encoder->width;

  memcpy (gathering->record, features, n * width * sizeof *features);
  memset (gathering->record + n * width, 0, (gathering->rows - n) * width * sizeof *features);
  if (!arra_feature_cache_writer_put (gathering->writer, item, gathering->record, error))
    return FALSE;
  if (gathering->progress != NULL)
    gathering->progress (gathering->n - arra_feature_cache_writer_left (gathering->writer), gathering->n,
                         gathering->user);
  return TRUE;
}

/* (transfer full): the captions as captions were in training, NULL-terminated */
static char **
clean_captions (const ArraDataset *dataset, GError **error)
{
  const guint n = arra_dataset_size (dataset);
  g_auto (GStrv) texts = g_new0 (char *, (gsize) n + 1);

  for (guint i = 0; i < n; i++)
    if ((texts[i] = arra_clean_caption (arra_dataset_caption (dataset, i), error)) == NULL)
      {
        g_prefix_error (error, "%s: ", arra_dataset_picture (dataset, i));
        return NULL;
      }
  return g_steal_pointer (&texts);
}

gboolean
arra_caption_features_gather (const ArraTextEncoder *encoder,
                              const ArraExec *exec,
                              const ArraDataset *dataset,
                              guint rows,
                              ArraFeatureCacheWriter *writer,
                              ArraItemProgress progress,
                              gpointer user,
                              GCancellable *cancellable,
                              GError **error)
{
  g_auto (GStrv) texts = clean_captions (dataset, error);
  g_automem float *record
      = texts != NULL ? arra_mem_new ((gsize) rows * encoder->width, sizeof *record, "features of a caption", error)
                      : NULL;
  Gathering gathering = { encoder, rows, arra_dataset_size (dataset), writer, record, progress, user };

  if (record == NULL)
    return FALSE;
  return arra_text_encoder_run_all (encoder, ARRA_N_DTYPES, exec, (const char *const *) texts, gathering.n, rows,
                                    is_done, put_features, &gathering, cancellable, error)
         && arra_feature_cache_writer_finish (writer, error);
}
