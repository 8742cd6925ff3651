/* training_state.c - all that a training depends on, in one file
 *
 * A safetensors file: the trainee's parts as it names them; "trainer.counts" and "trainer.numbers", what the
 * trainer remembers; "trainer.data", SHA-256 of what is learnt from; "trainer.config", the configuration as
 * lines "key=value"; "trainer.sha256", over all others in the order of the file's header.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "training_state.h"

#include <string.h>

#include "fail.h"
#include "jsonguard.h"
#include "source.h"

#define PREFIX "trainer."
#define HASH PREFIX "sha256"
#define STEPS "training.steps"
#define N_OWN 5 /* tensors of the trainer */
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
  ArraNamedTensor part = { .tensor = { .dtype = dtype, .n_dims = 1, .shape = { (gint64) count }, .data = data } };

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
         && arra_safetensors_write (path, (const ArraNamedTensor *) (void *) tensors->data, tensors->len, error);
}

/* ------------------------------------------------------------------ reading */

typedef struct
{
  const char *path;
  ArraMapping *mapping;
  ArraSource *source;
  gboolean fill; /* copy, not only look */
  gsize n_visited;
} Reader;

static gboolean
fail_broken (const char *path, const char *fault, GError **error)
{
  return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                    "%s: the saved training cannot be continued: %s. Start anew in another folder with --output", path,
                    fault);
}

static gboolean
fail_damaged (const char *path, const char *fault, GError **error)
{
  return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                    "%s: the saved training is damaged (%s): bring back a sound copy of the file, or start "
                    "anew in another folder with --output",
                    path, fault);
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

/* Also where one number is written in two ways. */
static gboolean
is_same (const char *a, const char *b)
{
  char *a_end, *b_end;
  double x, y;

  if (a == NULL || b == NULL)
    return a == b;
  if (strcmp (a, b) == 0)
    return TRUE;
  x = g_ascii_strtod (a, &a_end);
  y = g_ascii_strtod (b, &b_end);
  return a_end != a && b_end != b && *a_end == '\0' && *b_end == '\0' && x == y;
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
    if (!is_ignored (key, ignored) && !is_same (g_hash_table_lookup (b, key), value)
        && (first == NULL || strcmp (key, first) < 0))
      first = key;
  return first;
}

static guint64
steps_of (GHashTable *values)
{
  const char *text = g_hash_table_lookup (values, STEPS);

  return text != NULL ? g_ascii_strtoull (text, NULL, 10) : 0;
}

/* A training that has made all of its steps may be given more. */
static gboolean
is_extended (const Reader *reader, GHashTable *before, GHashTable *now)
{
  const ArraTensor *counts = find_part (reader, PREFIX "counts", ARRA_I64, N_COUNTS, NULL);
  guint64 made = counts != NULL ? (guint64) ((const gint64 *) counts->data)[0] : 0;

  return made > 0 && made >= steps_of (before) && steps_of (now) > made;
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
  if (is_extended (reader, before, now))
    {
      g_hash_table_remove (before, STEPS);
      g_hash_table_remove (now, STEPS);
    }
  key = first_difference (before, now, ignored);
  if (key == NULL)
    key = first_difference (now, before, ignored);
  if (key == NULL)
    return TRUE;
  old_value = g_hash_table_lookup (before, key);
  new_value = g_hash_table_lookup (now, key);
  return arra_fail (error, ARRA_ERROR_ARGUMENT,
                    "%s: this training was begun with \"%s\" %s%s, and is now to be continued with %s%s", reader->path,
                    key, old_value != NULL ? "= " : "left out", old_value != NULL ? old_value : "",
                    new_value != NULL ? "= " : "it left out", new_value != NULL ? new_value : "");
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
  if (!trainee->klass->visit_state (trainee->self, take_part, reader, error))
    return FALSE;
  return arra_source_count (reader->source) == reader->n_visited + N_OWN
         || fail_broken (reader->path, "it holds more than this training knows", error);
}

static gboolean
load (Reader *reader, const ArraTrainee *trainee, ArraTrainingProgress *progress, GError **error)
{
  const ArraTensor *counts = find_part (reader, PREFIX "counts", ARRA_I64, N_COUNTS, error);
  const ArraTensor *numbers = counts != NULL ? find_part (reader, PREFIX "numbers", ARRA_F64, N_NUMBERS, error) : NULL;

  if (numbers == NULL || !check_parts (reader, trainee, error) || !check_data (reader, progress->data, error))
    return FALSE;
  unpack (counts->data, numbers->data, progress);
  reader->fill = TRUE;
  return trainee->klass->visit_state (trainee->self, take_part, reader, error)
         && arra_source_check (reader->source, error);
}

/* ------------------------------------------------------------------ soundness */

/* What the file's header names, in its order, which is that of the checksum. */
static gboolean
hash_file (const Reader *reader, guint8 *digest, GError **error)
{
  const guint8 *bytes = arra_mapping_data (reader->mapping);
  g_autoptr (GChecksum) hash = g_checksum_new (G_CHECKSUM_SHA256);
  g_autoptr (JsonParser) parser = NULL;
  g_autoptr (GList) names = NULL;
  gsize size = ARRA_TRAINING_HASH;
  JsonObject *header;
  guint64 length;

  memcpy (&length, bytes, sizeof length);
  parser = arra_json_parse ((const char *) bytes + sizeof length, (gsize) GUINT64_FROM_LE (length), reader->path,
                            &header, error);
  if (parser == NULL)
    return FALSE;
  names = json_object_get_members (header);
  for (const GList *at = names; at != NULL; at = at->next)
    {
      const ArraTensor *tensor = arra_source_find (reader->source, at->data);

      if (tensor != NULL && !g_str_equal (at->data, HASH))
        hash_part (hash, at->data, tensor);
    }
  g_checksum_get_digest (hash, digest, &size);
  return TRUE;
}

/* Opens the file and compares its checksum: before anything in it is taken for what it says. */
static gboolean
open_sound (Reader *reader, GError **error)
{
  g_autoptr (GError) fault = NULL;
  const ArraTensor *saved;
  guint8 digest[ARRA_TRAINING_HASH];

  reader->mapping = arra_mapping_open (reader->path, error);
  if (reader->mapping == NULL)
    return FALSE;
  reader->source = arra_safetensors_read (reader->mapping, &fault);
  if (reader->source == NULL || !hash_file (reader, digest, &fault))
    {
      if (!g_error_matches (fault, ARRA_ERROR, ARRA_ERROR_NO_MEMORY))
        return fail_damaged (reader->path, fault->message, error);
      g_propagate_error (error, g_steal_pointer (&fault));
      return FALSE;
    }
  saved = arra_source_find (reader->source, HASH);
  if (!arra_source_check (reader->source, error))
    return FALSE;
  if (saved == NULL || saved->n_bytes != sizeof digest)
    return fail_damaged (reader->path, "it has no checksum", error);
  return memcmp (saved->data, digest, sizeof digest) == 0
         || fail_damaged (reader->path, "its contents do not match its checksum", error);
}

gboolean
arra_training_state_load (const char *path,
                          const ArraTrainee *trainee,
                          const ArraYaml *config,
                          const char *const *ignored,
                          ArraTrainingProgress *progress,
                          GError **error)
{
  Reader reader = { .path = path };
  gboolean ok = open_sound (&reader, error) && check_config (&reader, config, ignored, error)
                && load (&reader, trainee, progress, error);

  arra_source_unref (reader.source);
  arra_mapping_unref (reader.mapping);
  return ok;
}
