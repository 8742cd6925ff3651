/* get.c - a checkpoint that is to be got: which one, and what the hub has of it
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "get_private.h"

#include <string.h>

#include "fail.h"
#include "jsonguard.h"

#define STANDARD_PARALLEL 3
#define HIDDEN ".fetch"

/* ------------------------------------------------------------------ what is asked for */

/* The user is told what there is, when the name is none of them. */
static gboolean
fail_name (const ArraCatalogue *catalogue, const char *name, GError **error)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < catalogue->entries->len; i++)
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "",
                            g_array_index (catalogue->entries, ArraCatalogueEntry, i).name);
  return arra_fail (error, ARRA_ERROR_ARGUMENT,
                    "%s: is no repository, whose name has the form OWNER/REPO, and none of the catalogue: %s", name,
                    names->str);
}

static gboolean
find_entry (ArraGet *get, GError **error)
{
  if (arra_hub_is_name (get->name))
    return TRUE;
  if (*get->name == '\0' || strchr (get->name, '/') != NULL)
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "%s: is no repository: its name has the form OWNER/REPO", get->name);
  get->catalogue = arra_catalogue_open (error);
  if (get->catalogue == NULL)
    return FALSE;
  get->entry = arra_catalogue_find (get->catalogue, get->name);
  return get->entry != NULL || fail_name (get->catalogue, get->name, error);
}

static gboolean
take_type (ArraGet *get, const char *type, GError **error)
{
  get->quant = get->entry != NULL ? get->entry->quant : ARRA_QUANT_AS_STORED;
  return type == NULL || arra_quant_parse (type, &get->quant)
         || arra_fail (error, ARRA_ERROR_ARGUMENT, "%s: is no type of weights", type);
}

/* What the repository lacks must be given. */
static gboolean
check_parts (const ArraGet *get, GError **error)
{
  const ArraCatalogueEntry *entry = get->entry;

  return entry == NULL || entry->vqgan_link == NULL || get->vqgan != NULL
         || arra_fail (
             error, ARRA_ERROR_ARGUMENT,
             "%s: its image tokenizer is not in the repository: get vqgan.ckpt and vqgan.yaml from %s, where its licence is to be agreed to, and name "
             "the file",
             get->name, entry->vqgan_link);
}

/* (transfer full): in the user's folder of checkpoints */
static char *
standard_path (const ArraGet *get)
{
  g_autofree char *folder = arra_checkpoints_folder (), *base = g_path_get_basename (get->name);
  const char *type = get->quant == ARRA_QUANT_AS_STORED ? NULL : arra_quant_name (get->quant);
  g_autofree char *name = g_strdup_printf ("%s%s%s.gguf", base, type != NULL ? "-" : "", type != NULL ? type : "");

  return g_build_filename (folder, name, NULL);
}

static gboolean
take_options (ArraGet *get, const ArraGetOptions *options, GError **error)
{
  get->vqgan = g_strdup (options->vqgan);
  get->revision = g_strdup (options->revision != NULL ? options->revision
                            : get->entry != NULL      ? get->entry->revision
                                                      : NULL);
  get->parallel = options->parallel > 0 ? options->parallel : STANDARD_PARALLEL;
  if (!take_type (get, options->type, error) || !check_parts (get, error))
    return FALSE;
  get->path = options->path != NULL ? g_strdup (options->path) : standard_path (get);
  return !g_file_test (get->path, G_FILE_TEST_EXISTS)
         || arra_fail (error, ARRA_ERROR_ARGUMENT, "%s: is there already: delete it first, or name another file",
                       get->path);
}

ArraGet *
arra_get_new_sized (const char *what, const ArraGetOptions *options, gsize options_size, GError **error)
{
  g_autoptr (ArraGet) get = g_new0 (ArraGet, 1);
  ArraGetOptions whole = ARRA_GET_OPTIONS_INIT;

  g_return_val_if_fail (what != NULL, NULL);
  if (options != NULL)
    memcpy (&whole, options, MIN (options_size, sizeof whole));
  g_return_val_if_fail (whole.parallel <= ARRA_FETCH_MAX_PARALLEL, NULL);
  get->name = g_strdup (what);
  return find_entry (get, error) && take_options (get, &whole, error) ? g_steal_pointer (&get) : NULL;
}

void
arra_get_free (ArraGet *get)
{
  if (get == NULL)
    return;
  g_free (get->name);
  g_free (get->path);
  g_free (get->vqgan);
  g_free (get->revision);
  arra_catalogue_free (get->catalogue);
  arra_hub_access_free (get->access);
  arra_hub_repository_free (get->repository);
  arra_hub_repository_free (get->encoder);
  g_free (get->license);
  g_free (get->license_link);
  g_free (get->folder);
  g_free (get->encoder_folder);
  g_free (get);
}

void
arra_get_set_progress (ArraGet *get, ArraGetProgressFunc progress, ArraGetNoteFunc note, gpointer data)
{
  g_return_if_fail (get != NULL);
  get->progress = progress;
  get->note = note;
  get->data = data;
}

void
arra_get_tell (const ArraGet *get, const ArraGetProgress *progress)
{
  if (get->progress != NULL)
    get->progress (progress, get->data);
}

/* ------------------------------------------------------------------ what the hub has */

/* What says how many heads weights of no published size have lies beside them. */
static gboolean
is_named (const ArraCatalogueEntry *entry, const char *path)
{
  return g_strcmp0 (path, entry->weights) == 0 || g_strcmp0 (path, entry->vqgan) == 0
         || strcmp (path, "model_args.json") == 0;
}

static gboolean
has_file (const GPtrArray *files, const char *path)
{
  for (guint i = 0; i < files->len; i++)
    if (strcmp (((const ArraHubFile *) files->pdata[i])->path, path) == 0)
      return TRUE;
  return FALSE;
}

/* Of repositories that hold many checkpoints, the one. */
static gboolean
keep_named (const ArraGet *get, GPtrArray *files, GError **error)
{
  const char *wanted[] = { get->entry->weights, get->entry->vqgan };

  for (guint i = files->len; i-- > 0;)
    if (!is_named (get->entry, ((const ArraHubFile *) files->pdata[i])->path))
      g_ptr_array_remove_index (files, i);
  for (gsize i = 0; i < G_N_ELEMENTS (wanted); i++)
    if (wanted[i] != NULL && !has_file (files, wanted[i]))
      return arra_fail (error, ARRA_ERROR_NOT_FOUND, "%s: the file %s is not there any more", get->repository->name,
                        wanted[i]);
  return TRUE;
}

/* What was published once must not become something else. */
static gboolean
check_published (const ArraGet *get, GError **error)
{
  JsonObject *sha256 = get->entry != NULL ? get->entry->sha256 : NULL;

  for (guint i = 0; sha256 != NULL && i < get->repository->files->len; i++)
    {
      const ArraHubFile *file = get->repository->files->pdata[i];
      const char *known = json_object_has_member (sha256, file->path)
                              ? arra_json_get_string (sha256, get->name, file->path, error)
                              : NULL;

      if (known != NULL
          && (file->digest.kind != ARRA_DIGEST_SHA256 || g_ascii_strcasecmp (known, file->digest.hex) != 0))
        return arra_fail (
            error, ARRA_ERROR_INVALID_DATA,
            "%s/%s: the hub has another file of that name than was published: its SHA-256 is %.12s… instead of %.12s…",
            get->repository->name, file->path, file->digest.hex, known);
    }
  return TRUE;
}

/* Of a repository that is one model. */
static gboolean
keep_model (const ArraHubRepository *repository, GError **error)
{
  arra_hub_files_keep_needed (repository->files);
  return has_file (repository->files, "config.json")
         || arra_fail (error, ARRA_ERROR_UNSUPPORTED,
                       "%s: has no config.json that says what its weights are: nothing is fetched", repository->name);
}

static gboolean
choose_files (ArraGet *get, GError **error)
{
  if (get->entry != NULL && get->entry->weights != NULL)
    return keep_named (get, get->repository->files, error) && check_published (get, error);
  return keep_model (get->repository, error) && check_published (get, error);
}

char *
arra_get_repository_folder (const char *name)
{
  g_autofree char *checkpoints = arra_checkpoints_folder ();
  g_auto (GStrv) words = g_strsplit (name, "/", 2);
  g_autofree char *plain = g_strjoinv ("--", words);

  return g_build_filename (checkpoints, HIDDEN, plain, NULL);
}

/* (transfer full): where its files go */
static char *
folder_for (const ArraHubRepository *repository)
{
  g_autofree char *all = arra_get_repository_folder (repository->name);

  return g_build_filename (all, repository->commit, NULL);
}

/* (nullable) (transfer full): as the pages of what is fetched name it */
static char *
licenses_of (const ArraGet *get)
{
  const char *license = get->repository->license;

  if (get->encoder == NULL || get->encoder->license == NULL)
    return g_strdup (license);
  return g_strdup_printf ("%s%s%s: %s", license != NULL ? license : "", license != NULL ? "; " : "", get->encoder->name,
                          get->encoder->license);
}

static void
take_answer (ArraGet *get)
{
  const ArraHubRepository *repositories[] = { get->repository, get->encoder };

  get->folder = folder_for (get->repository);
  get->encoder_folder = get->encoder != NULL ? folder_for (get->encoder) : NULL;
  get->license = licenses_of (get);
  get->license_link = get->entry != NULL ? g_strdup (get->entry->license_link)
                                         : g_strdup_printf ("%s/%s", get->access->origin, get->repository->name);
  get->offered = (ArraOffered) { .license = get->license, .license_link = get->license_link };
  for (gsize i = 0; i < G_N_ELEMENTS (repositories) && repositories[i] != NULL; i++)
    {
      get->offered.n_files += repositories[i]->files->len;
      get->offered.bytes += arra_hub_files_size (repositories[i]->files);
    }
}

static gboolean
ask (ArraGet *get, GCancellable *cancellable, GError **error)
{
  const ArraCatalogueEntry *entry = get->entry;
  const char *revision = get->revision != NULL ? get->revision : "main";
  g_autoptr (ArraHttp) http = arra_http_new (get->access->timeout, error);

  if (http == NULL)
    return FALSE;
  get->repository = arra_hub_repository_get (get->access, http, entry != NULL ? entry->repository : get->name, revision,
                                             cancellable, error);
  if (get->repository == NULL || !choose_files (get, error))
    return FALSE;
  if (entry == NULL || entry->t5 == NULL)
    return TRUE;
  get->encoder = arra_hub_repository_get (get->access, http, entry->t5, "main", cancellable, error);
  return get->encoder != NULL && keep_model (get->encoder, error);
}

gboolean
arra_get_ask (ArraGet *get, GCancellable *cancellable, GError **error)
{
  const ArraGetProgress asking = { .stage = ARRA_GET_ASKING, .seconds_left = -1 };

  g_return_val_if_fail (get != NULL, FALSE);
  if (get->folder != NULL)
    return TRUE;
  arra_get_tell (get, &asking);
  g_clear_pointer (&get->access, arra_hub_access_free);
  g_clear_pointer (&get->repository, arra_hub_repository_free);
  g_clear_pointer (&get->encoder, arra_hub_repository_free);
  get->access = arra_hub_access_new (error);
  if (get->access == NULL || !ask (get, cancellable, error))
    return FALSE;
  take_answer (get);
  return TRUE;
}

const ArraOffered *
arra_get_offered (const ArraGet *get)
{
  g_return_val_if_fail (get != NULL, NULL);
  return get->folder != NULL ? &get->offered : NULL;
}

const char *
arra_get_path (const ArraGet *get)
{
  g_return_val_if_fail (get != NULL, NULL);
  return get->path;
}

const char *
arra_get_folder (const ArraGet *get)
{
  g_return_val_if_fail (get != NULL, NULL);
  return get->folder;
}

void
arra_get_agree (ArraGet *get)
{
  g_return_if_fail (get != NULL);
  get->agreed = TRUE;
}
