/* domain_write.c - a series of drawn pictures as a Hugging Face imagefolder
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "domain.h"

#include <string.h>

#include "fail.h"
#include "imagefolder.h"
#include "jsonwriter.h"
#include "mapping.h"
#include "mem.h"
#include "words.h"

#define USUAL_SIZE 256
#define MAX_SIZE 2048
#define MAX_COUNT 100000000

typedef struct
{
  const ArraDomain *domain;
  const ArraDomainSeries *series;
  const char *directory;
  guint size;
} Work;

static const char *
split_name (ArraDomainSplit split)
{
  static const char *const names[] = { "all", "training", "held-out" };
  return names[split];
}

/* What the PNG and series.json say about where a picture comes from. */
static char *
series_text (const Work *work)
{
  ArraJsonWriter *json = arra_json_writer_new (ARRA_JSON_LINE);

  arra_json_begin_object (json, NULL);
  arra_json_put_string (json, "domain", work->domain->name);
  arra_json_put_string (json, "split", split_name (work->series->split));
  arra_json_put_uint (json, "seed", work->series->seed);
  arra_json_put_uint (json, "size", work->size);
  arra_json_end_object (json);
  return arra_json_writer_end (json);
}

static gboolean
draw_picture (const Work *work, guint64 index, const char *path, GError **error)
{
  g_autofree char *recipe = g_strdup_printf (
      "arra domain %s --split %s --seed %" G_GUINT64_FORMAT " --first %" G_GUINT64_FORMAT " --count 1 --size %u",
      work->domain->name, split_name (work->series->split), work->series->seed, index, work->size);
  ArraPictureLabels about = { .parameters = recipe,
                              .digital_source_type = "algorithmicMedia",
                              .description = work->domain->notice,
                              .software = "arra" };
  g_autoraster ArraRaster raster = { 0 };
  ArraDomainItem item;

  arra_domain_item (work->domain, work->series->split, work->series->seed, index, &item);
  return arra_raster_init (&raster, work->size, work->size, 3, error)
         && work->domain->draw (work->series->seed, index, item.labels, &raster, error)
         && arra_raster_save_png (&raster, &about, path, error);
}

/* An ArraItemDoneFunc */
static gboolean
is_drawn (guint i, gpointer user)
{
  const Work *work = user;

  return arra_imagefolder_has (work->directory, work->series->first + i);
}

/* An ArraItemFunc */
static gboolean
draw_one (guint i, guint worker, gpointer user, GError **error)
{
  const Work *work = user;
  guint64 index = work->series->first + i;
  g_autofree char *path = arra_imagefolder_path (work->directory, index);

  return draw_picture (work, index, path, error);
}

/* What a checkpoint that learns from these captions has met */
static gboolean
write_words (const Work *work, GHashTable *words, GError **error)
{
  g_autofree char *path = g_build_filename (work->directory, "words.json", NULL);
  g_auto (GStrv) sorted = arra_words_sorted (words);
  g_autoptr (ArraJsonWriter) json = arra_json_writer_new (ARRA_JSON_LINE);

  arra_json_begin_array (json, NULL);
  for (char **word = sorted; *word != NULL; word++)
    arra_json_put_string (json, NULL, *word);
  arra_json_end_array (json);
  return arra_json_writer_save (json, path, error);
}

/* The line of picture @index */
static gboolean
write_item (const Work *work, guint64 index, GHashTable *words, ArraAtomicFile *file, GError **error)
{
  g_autoptr (ArraJsonWriter) json = arra_json_writer_new (ARRA_JSON_LINE);
  g_autofree char *name = arra_imagefolder_name (index);
  ArraDomainItem item;

  arra_domain_item (work->domain, work->series->split, work->series->seed, index, &item);
  arra_words_add (words, item.caption);
  arra_json_begin_object (json, NULL);
  arra_json_put_string (json, "file_name", name);
  arra_json_put_string (json, "text", item.caption);
  for (guint a = 0; a < work->domain->n_attributes; a++)
    arra_json_put_string (json, work->domain->attributes[a].name, work->domain->attributes[a].values[item.labels[a]]);
  arra_json_end_object (json);
  return arra_atomic_file_write (file, json->text->str, json->text->len, error);
}

static gboolean
write_metadata (const Work *work, GError **error)
{
  g_autofree char *path = g_build_filename (work->directory, "metadata.jsonl", NULL);
  g_autoptr (ArraAtomicFile) file = arra_atomic_file_new (path, error);
  g_autoptr (GHashTable) words = arra_words_new ();

  for (guint64 i = 0; file != NULL && i < work->series->count; i++)
    if (!write_item (work, work->series->first + i, words, file, error))
      return FALSE;
  return file != NULL && write_words (work, words, error) && arra_atomic_file_commit (file, error);
}

static gboolean
write_attributes (const Work *work, GError **error)
{
  g_autofree char *path = g_build_filename (work->directory, "attributes.json", NULL);
  g_autoptr (ArraJsonWriter) json = arra_json_writer_new (ARRA_JSON_LINES);

  arra_json_begin_object (json, NULL);
  for (guint a = 0; a < work->domain->n_attributes; a++)
    {
      const ArraDomainAttribute *attribute = &work->domain->attributes[a];

      arra_json_begin_array_as (json, attribute->name, ARRA_JSON_LINE);
      for (guint v = 0; v < attribute->n_values; v++)
        arra_json_put_string (json, NULL, attribute->values[v]);
      arra_json_end_array (json);
    }
  arra_json_end_object (json);
  return arra_json_writer_save (json, path, error);
}

static gboolean
check_series (const ArraDomain *domain, const ArraDomainSeries *series, guint size, GError **error)
{
  if (size % 32 != 0 || size > MAX_SIZE)
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "pictures of %s are a multiple of 32 pixels wide, up to %d; not %u",
                      domain->name, MAX_SIZE, size);
  if (series->count == 0 || series->count > MAX_COUNT || series->first > G_MAXUINT64 - series->count)
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "a series has 1 to %d pictures", MAX_COUNT);
  return TRUE;
}

gboolean
arra_domain_write (const ArraDomain *domain,
                   const ArraDomainSeries *series,
                   const char *directory,
                   ArraItemProgress progress,
                   gpointer user,
                   GCancellable *cancellable,
                   GError **error)
{
  Work work = {
    .domain = domain, .series = series, .directory = directory, .size = series->size == 0 ? USUAL_SIZE : series->size
  };
  const ArraItemRun run = { .n = (guint) series->count,
                            .done = is_drawn,
                            .work = draw_one,
                            .user = &work,
                            .progress = progress,
                            .progress_user = user,
                            .cancellable = cancellable };
  g_autoptr (ArraPool) pool = NULL;
  g_autofree char *text = NULL;

  g_return_val_if_fail (domain != NULL && directory != NULL, FALSE);
  text = series_text (&work);
  if (!check_series (domain, series, work.size, error) || !arra_imagefolder_claim (directory, text, error))
    return FALSE;
  pool = arra_pool_new (series->threads, error);
  return pool != NULL && write_attributes (&work, error) && arra_item_run (pool, &run, NULL, error)
         && write_metadata (&work, error);
}
