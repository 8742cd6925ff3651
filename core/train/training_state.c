/* training_state.c - all that a training depends on, in one file
 *
 * A safetensors file: the trainee's parts as it names them; "trainer.counts" and "trainer.numbers", what the
 * trainer remembers; "trainer.data", SHA-256 of what is learnt from; "trainer.config", the configuration as
 * lines "key=value"; "trainer.sha256", over all others in the order of the file. SPDX-License-Identifier:
 * GPL-3.0-or-later */
#include "training_state.h"

#include <string.h>

#include "fail.h"
#include "source.h"

#define PREFIX "trainer."
#define HASH PREFIX "sha256"
#define N_COUNTS 5
#define N_NUMBERS (2 + ARRA_TRAIN_METRICS)

/* The trainer's own tensors. */
typedef struct
{
  gint64 counts[N_COUNTS];
  double numbers[N_NUMBERS];
  guint8 data[ARRA_TRAINING_HASH];
  GString *config;
} Own;

void
arra_training_progress_hash_data (ArraTrainingProgress *progress, const ArraTrainee *trainee)
{
  g_autoptr (GChecksum) hash = g_checksum_new (G_CHECKSUM_SHA256);
  gsize size = ARRA_TRAINING_HASH;

  trainee->klass->hash_data (trainee->self, hash);
  g_checksum_get_digest (hash, progress->data, &size);
}

static void
append_line (const char *key_path, const char *text, gpointer user)
{
  g_autofree char *value = g_strescape (text, NULL);

  g_string_append_printf (user, "%s=%s\n", key_path, value);
}

static GString *
config_lines (const ArraYaml *config)
{
  GString *lines = g_string_new (NULL);

  arra_yaml_each (config, append_line, lines);
  return lines;
}

static void
pack (const ArraTrainingProgress *progress, Own *own)
{
  own->counts[0] = (gint64) progress->step;
  own->counts[1] = (gint64) progress->best_step;
  own->counts[2] = (gint64) progress->n_worse;
  own->counts[3] = (gint64) progress->n_validated;
  own->counts[4] = (gint64) progress->n_summed;
  own->numbers[0] = progress->best;
  own->numbers[1] = progress->seconds;
  memcpy (own->numbers + 2, progress->sums, sizeof progress->sums);
  memcpy (own->data, progress->data, sizeof progress->data);
}

static void
unpack (const gint64 *counts, const double *numbers, ArraTrainingProgress *progress)
{
  progress->step = (guint64) counts[0];
  progress->best_step = (guint64) counts[1];
  progress->n_worse = (guint64) counts[2];
  progress->n_validated = (guint64) counts[3];
  progress->n_summed = (guint64) counts[4];
  progress->best = numbers[0];
  progress->seconds = numbers[1];
  memcpy (progress->sums, numbers + 2, sizeof progress->sums);
}

/* ------------------------------------------------------------------ saving */

typedef struct
{
  GArray *tensors;  /* of ArraNamedTensor */
  GPtrArray *names; /* owned */
} Parts;

static gboolean
add_part (const char *name, ArraDType dtype, gsize count, void *data, gpointer user, GError **error)
{
  Parts *parts = user;
  ArraNamedTensor part
      = { .tensor = { .dtype = dtype, .n_dims = 1, .shape = { (gint64) count }, .data = data } };

  if (!arra_tensor_bytes (dtype, 1, part.tensor.shape, &part.tensor.n_bytes))
    return arra_fail (error, ARRA_ERROR_NO_MEMORY, "The training's state \"%s\" is too large to save", name);
  part.name = g_strdup (name);
  g_ptr_array_add (parts->names, (gpointer) part.name);
  g_array_append_val (parts->tensors, part);
  return TRUE;
}

static gboolean
add_parts (Parts *parts, const ArraTrainee *trainee, Own *own, GError **error)
{
  return trainee->klass->visit_state (trainee->self, add_part, parts, error)
         && add_part (PREFIX "counts", ARRA_I64, N_COUNTS, own->counts, parts, error)
         && add_part (PREFIX "numbers", ARRA_F64, N_NUMBERS, own->numbers, parts, error)
         && add_part (PREFIX "data", ARRA_U8, ARRA_TRAINING_HASH, own->data, parts, error)
         && add_part (PREFIX "config", ARRA_U8, own->config->len, own->config->str, parts, error);
}

static void
hash_part (GChecksum *hash, const char *name, const ArraTensor *tensor)
{
  const guint8 *data = tensor->data;

  g_checksum_update (hash, (const guchar *) name, (gssize) strlen (name) + 1);
  for (gsize at = 0; at < tensor->n_bytes; at += 1u << 30)
    g_checksum_update (hash, data + at, (gssize) MIN (tensor->n_bytes - at, 1u << 30));
}

static void
hash_parts (const Parts *parts, guint8 *digest)
{
  g_autoptr (GChecksum) hash = g_checksum_new (G_CHECKSUM_SHA256);
  gsize size = ARRA_TRAINING_HASH;

  for (guint i = 0; i < parts->tensors->len; i++)
    {
      const ArraNamedTensor *part = &g_array_index (parts->tensors, ArraNamedTensor, i);
      hash_part (hash, part->name, &part->tensor);
    }
  g_checksum_get_digest (hash, digest, &size);
}

gboolean
arra_training_state_hash (const ArraTrainee *trainee,
                          const ArraYaml *config,
                          const ArraTrainingProgress *progress,
                          guint8 *digest,
                          GError **error)
{
  g_autoptr (GArray) tensors = g_array_new (FALSE, FALSE, sizeof (ArraNamedTensor));
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GString) lines = config_lines (config);
  Parts parts = { tensors, names };
  Own own = { .config = lines };

  pack (progress, &own);
  if (!add_parts (&parts, trainee, &own, error))
    return FALSE;
  hash_parts (&parts, digest);
  return TRUE;
}

gboolean
arra_training_state_save (const char *path,
                          const ArraTrainee *trainee,
                          const ArraYaml *config,
                          const ArraTrainingProgress *progress,
                          GError **error)
{
  g_autoptr (GArray) tensors = g_array_new (FALSE, FALSE, sizeof (ArraNamedTensor));
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GString) lines = config_lines (config);
  Parts parts = { tensors, names };
  Own own = { .config = lines };
  guint8 digest[ARRA_TRAINING_HASH];

  pack (progress, &own);
  if (!add_parts (&parts, trainee, &own, error))
    return FALSE;
  hash_parts (&parts, digest);
  return add_part (HASH, ARRA_U8, ARRA_TRAINING_HASH, digest, &parts, error)
         && arra_safetensors_write (path, (const ArraNamedTensor *) (void *) tensors->data, tensors->len,
                                    error);
}

/* ------------------------------------------------------------------ reading */

typedef struct
{
  const char *path;
  ArraSource *source;
  gboolean fill; /* copy, not only look */
  gsize n_visited;
  GChecksum *hash;
} Reader;

static gboolean
fail_broken (const char *path, const char *fault, GError **error)
{
  return arra_fail (
      error, ARRA_ERROR_INVALID_DATA,
      "%s: the saved training cannot be continued: %s. Start anew in another folder with --output", path,
      fault);
}

/* NULL: not there, or of another type or size. */
static const ArraTensor *
find_part (const Reader *reader, const char *name, ArraDType dtype, gsize count, GError **error)
{
  const ArraTensor *tensor = arra_source_find (reader->source, name);
  g_autofree char *fault = NULL;

  if (tensor != NULL && tensor->dtype == dtype && arra_tensor_count (tensor) == count)
    return tensor;
  fault = tensor == NULL ? g_strdup_printf ("\"%s\" is missing", name)
                         : g_strdup_printf ("\"%s\" has another size or type", name);
  fail_broken (reader->path, fault, error);
  return NULL;
}

static gboolean
take_part (const char *name, ArraDType dtype, gsize count, void *data, gpointer user, GError **error)
{
  Reader *reader = user;
  const ArraTensor *tensor = find_part (reader, name, dtype, count, error);

  if (tensor == NULL)
    return FALSE;
  if (reader->fill)
    memcpy (data, tensor->data, tensor->n_bytes);
  else
    hash_part (reader->hash, name, tensor);
  reader->n_visited++;
  return TRUE;
}

/* The values of @lines by key. */
static GHashTable *
values_of (const char *lines, gsize size)
{
  GHashTable *values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autofree char *text = g_strndup (lines, size);
  g_auto (GStrv) all = g_strsplit (text, "\n", -1);

  for (guint i = 0; all[i] != NULL; i++)
    {
      char *equals = strchr (all[i], '=');

      if (equals != NULL)
        g_hash_table_insert (values, g_strndup (all[i], (gsize) (equals - all[i])), g_strdup (equals + 1));
    }
  return values;
}

static gboolean
is_ignored (const char *key, const char *const *ignored)
{
  for (; *ignored != NULL; ignored++)
    if (g_str_equal (key, *ignored) || (g_str_has_suffix (*ignored, ".") && g_str_has_prefix (key, *ignored)))
      return TRUE;
  return FALSE;
}

/* The first key, by name, of @a that @b lacks or has with another value. */
static const char *
first_difference (GHashTable *a, GHashTable *b, const char *const *ignored)
{
  const char *first = NULL;
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, a);
  while (g_hash_table_iter_next (&iter, &key, &value))
    if (!is_ignored (key, ignored) && g_strcmp0 (g_hash_table_lookup (b, key), value) != 0
        && (first == NULL || strcmp (key, first) < 0))
      first = key;
  return first;
}

static gboolean
check_config (const Reader *reader, const ArraYaml *config, const char *const *ignored, GError **error)
{
  const ArraTensor *saved = arra_source_find (reader->source, PREFIX "config");
  g_autoptr (GString) lines = config_lines (config);
  g_autoptr (GHashTable) before = NULL;
  g_autoptr (GHashTable) now = NULL;
  const char *key, *old_value, *new_value;

  if (saved == NULL || saved->dtype != ARRA_U8)
    return fail_broken (reader->path, "its configuration is missing", error);
  before = values_of (saved->data, saved->n_bytes);
  now = values_of (lines->str, lines->len);
  key = first_difference (before, now, ignored);
  if (key == NULL)
    key = first_difference (now, before, ignored);
  if (key == NULL)
    return TRUE;
  old_value = g_hash_table_lookup (before, key);
  new_value = g_hash_table_lookup (now, key);
  return arra_fail (error, ARRA_ERROR_ARGUMENT,
                    "%s: this training was begun with \"%s\" %s%s, and is now to be continued with %s%s",
                    reader->path, key, old_value != NULL ? "= " : "left out",
                    old_value != NULL ? old_value : "", new_value != NULL ? "= " : "it left out",
                    new_value != NULL ? new_value : "");
}

static gboolean
check_data (const Reader *reader, const guint8 *data, GError **error)
{
  const ArraTensor *saved = find_part (reader, PREFIX "data", ARRA_U8, ARRA_TRAINING_HASH, error);

  if (saved == NULL)
    return FALSE;
  return memcmp (saved->data, data, ARRA_TRAINING_HASH) == 0
         || arra_fail (error, ARRA_ERROR_INVALID_DATA,
                       "%s: this training was begun with other pictures, captions or features: bring those "
                       "back, or start anew in another folder with --output",
                       reader->path);
}

/* Looks at everything before anything is changed. */
static gboolean
check_parts (Reader *reader, const ArraTrainee *trainee, GError **error)
{
  static const char *const own[] = { PREFIX "counts", PREFIX "numbers", PREFIX "data", PREFIX "config" };
  const ArraTensor *saved;
  guint8 digest[ARRA_TRAINING_HASH];
  gsize size = ARRA_TRAINING_HASH;

  if (!trainee->klass->visit_state (trainee->self, take_part, reader, error))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (own); i++)
    if (arra_source_find (reader->source, own[i]) != NULL)
      hash_part (reader->hash, own[i], arra_source_find (reader->source, own[i]));
  g_checksum_get_digest (reader->hash, digest, &size);
  saved = find_part (reader, HASH, ARRA_U8, ARRA_TRAINING_HASH, error);
  if (saved == NULL || !arra_source_check (reader->source, error))
    return FALSE;
  if (arra_source_count (reader->source) != reader->n_visited + G_N_ELEMENTS (own) + 1)
    return fail_broken (reader->path, "it holds more than this training knows", error);
  return memcmp (saved->data, digest, ARRA_TRAINING_HASH) == 0
         || fail_broken (reader->path, "its contents do not match its checksum", error);
}

static gboolean
load (Reader *reader, const ArraTrainee *trainee, ArraTrainingProgress *progress, GError **error)
{
  const ArraTensor *counts = find_part (reader, PREFIX "counts", ARRA_I64, N_COUNTS, error);
  const ArraTensor *numbers
      = counts != NULL ? find_part (reader, PREFIX "numbers", ARRA_F64, N_NUMBERS, error) : NULL;

  if (numbers == NULL || !check_parts (reader, trainee, error) || !check_data (reader, progress->data, error))
    return FALSE;
  unpack (counts->data, numbers->data, progress);
  reader->fill = TRUE;
  return trainee->klass->visit_state (trainee->self, take_part, reader, error)
         && arra_source_check (reader->source, error);
}

gboolean
arra_training_state_load (const char *path,
                          const ArraTrainee *trainee,
                          const ArraYaml *config,
                          const char *const *ignored,
                          ArraTrainingProgress *progress,
                          GError **error)
{
  g_autoptr (ArraSource) source = arra_safetensors_open (path, error);
  g_autoptr (GChecksum) hash = g_checksum_new (G_CHECKSUM_SHA256);
  Reader reader = { .path = path, .source = source, .hash = hash };

  return source != NULL && check_config (&reader, config, ignored, error)
         && load (&reader, trainee, progress, error);
}
