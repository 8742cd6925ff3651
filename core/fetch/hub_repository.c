/* hub_repository.c - what a repository of the hub holds
 *
 * Reference: huggingface_hub's hf_api.py (model_info, list_repo_tree) and file_download.py (hf_hub_url).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "hub_repository.h"

#include <string.h>

#include "fail.h"
#include "jsonguard.h"
#include "utf8.h"

#define MAX_ANSWER (16u << 20) /* bytes of a page */
#define MAX_PAGES 100
#define MAX_PART 96 /* characters of an owner's or a repository's name */
#define MAX_SIZE ((gint64) 1 << 50)
#define MAX_LICENSE 200 /* characters */

/* ------------------------------------------------------------------ names */

static gboolean
is_name_part (const char *text, gsize length)
{
  if (length == 0 || length > MAX_PART || *text == '.' || *text == '-')
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (text[i]) && strchr ("._-", text[i]) == NULL)
      return FALSE;
  return g_strstr_len (text, (gssize) length, "..") == NULL && g_strstr_len (text, (gssize) length, "--") == NULL;
}

gboolean
arra_hub_is_name (const char *text)
{
  const char *slash = strchr (text, '/');

  return slash != NULL && is_name_part (text, (gsize) (slash - text)) && is_name_part (slash + 1, strlen (slash + 1));
}

typedef enum
{
  PATH_GOOD,
  PATH_HIDDEN,
  PATH_BAD
} PathKind;

/* A file of that path lies in the folder it is meant for, on every file system. */
static PathKind
kind_of_path (const char *path)
{
  g_auto (GStrv) parts = g_strsplit (path, "/", 0);
  PathKind kind = PATH_GOOD;

  for (const char *c = path; *c != '\0'; c++)
    if ((guchar) *c < 0x20 || *c == 0x7f || *c == '\\' || *c == ':')
      return PATH_BAD;
  for (char **part = parts; *part != NULL; part++)
    {
      if (**part == '\0' || strlen (*part) > 255 || strcmp (*part, ".") == 0 || strcmp (*part, "..") == 0)
        return PATH_BAD;
      if (**part == '.')
        kind = PATH_HIDDEN;
    }
  return parts[0] != NULL && strlen (path) < 1024 ? kind : PATH_BAD;
}

/* ------------------------------------------------------------------ the tree */

static void
file_free (gpointer data)
{
  ArraHubFile *file = data;

  g_free (file->path);
  g_free (file);
}

GPtrArray *
arra_hub_files_new (void)
{
  return g_ptr_array_new_with_free_func (file_free);
}

/* The SHA-256 of what Git LFS keeps; Git's own hash of what lies in it. */
static gboolean
read_digest (ArraDigest *digest, JsonObject *entry, const char *name, const char *path, GError **error)
{
  JsonNode *lfs = json_object_get_member (entry, "lfs");
  gboolean is_lfs = lfs != NULL && JSON_NODE_HOLDS_OBJECT (lfs);
  const char *hex;
  gint64 size;

  if (!arra_json_get_int (entry, name, "size", 0, MAX_SIZE, &size, error))
    return FALSE;
  hex = arra_json_get_string (is_lfs ? json_node_get_object (lfs) : entry, name, "oid", error);
  if (hex == NULL)
    return FALSE;
  return arra_digest_set (digest, is_lfs ? ARRA_DIGEST_SHA256 : ARRA_DIGEST_GIT_BLOB, hex, (guint64) size)
         || arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: lists %s with something else than a hash", name, path);
}

static gboolean
read_entry (GPtrArray *files, JsonNode *node, const char *name, GError **error)
{
  JsonObject *entry = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  const char *type = entry != NULL ? arra_json_get_string (entry, name, "type", error) : NULL, *path;
  g_autofree ArraHubFile *file = NULL;
  PathKind kind;

  if (entry == NULL)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: the list of files holds something else than files", name);
  if (type == NULL || strcmp (type, "file") != 0)
    return type != NULL;
  path = arra_json_get_string (entry, name, "path", error);
  if (path == NULL)
    return FALSE;
  kind = kind_of_path (path);
  if (kind == PATH_BAD)
    {
      g_autofree char *quoted = arra_quote (path, strlen (path));
      return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                        "%s: lists the file %s, which no folder can hold: nothing is fetched", name, quoted);
    }
  if (kind == PATH_HIDDEN)
    return TRUE;
  file = g_new0 (ArraHubFile, 1);
  if (!read_digest (&file->digest, entry, name, path, error))
    return FALSE;
  file->path = g_strdup (path);
  g_ptr_array_add (files, g_steal_pointer (&file));
  return TRUE;
}

gboolean
arra_hub_read_tree (GPtrArray *files, const char *text, gsize size, const char *name, GError **error)
{
  JsonArray *array = NULL;
  g_autoptr (JsonParser) parser = arra_json_parse_array (text, size, name, &array, error);

  if (parser == NULL)
    return FALSE;
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      if (files->len >= ARRA_HUB_MAX_FILES)
        return arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: has more than %d files", name, ARRA_HUB_MAX_FILES);
      if (!read_entry (files, json_array_get_element (array, i), name, error))
        return FALSE;
    }
  return TRUE;
}

/* ------------------------------------------------------------------ the revision */

/* (nullable) (transfer full): a name is one line, and not a long one */
static char *
one_line (const char *text)
{
  char *line = text == NULL                             ? NULL
               : g_utf8_strlen (text, -1) > MAX_LICENSE ? g_utf8_substring (text, 0, MAX_LICENSE)
                                                        : g_strdup (text);

  for (char *c = line; c != NULL && *c != '\0'; c++)
    if (g_ascii_iscntrl (*c))
      *c = ' ';
  return line;
}

/* (nullable) (transfer full): the card's license, in which "other" has a name of its own */
static char *
read_license (JsonObject *object)
{
  JsonNode *node = json_object_get_member (object, "cardData");
  JsonObject *card = node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  const char *license = card != NULL ? arra_json_get_string (card, "", "license", NULL) : NULL;
  const char *name = card != NULL ? arra_json_get_string (card, "", "license_name", NULL) : NULL;

  return one_line (name != NULL && (license == NULL || strcmp (license, "other") == 0) ? name : license);
}

/* false, or how one is let in: "auto", "manual" */
static gboolean
read_gated (JsonObject *object)
{
  JsonNode *node = json_object_get_member (object, "gated");

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node))
    return FALSE;
  return json_node_get_value_type (node) == G_TYPE_BOOLEAN ? json_node_get_boolean (node) : TRUE;
}

gboolean
arra_hub_read_revision (ArraHubRepository *repository, const char *text, gsize size, GError **error)
{
  JsonObject *object = NULL;
  g_autoptr (JsonParser) parser = arra_json_parse (text, size, repository->name, &object, error);
  const char *commit = parser != NULL ? arra_json_get_string (object, repository->name, "sha", error) : NULL;
  ArraDigest digest;

  if (commit == NULL)
    return FALSE;
  if (!arra_digest_set (&digest, ARRA_DIGEST_GIT_BLOB, commit, 0))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: its commit is no commit", repository->name);
  repository->commit = g_strdup (digest.hex);
  repository->license = read_license (object);
  repository->gated = read_gated (object);
  return TRUE;
}

/* ------------------------------------------------------------------ asking */

static GBytes *
get_page (const ArraHubAccess *access,
          ArraHttp *http,
          const char *name,
          const char *from,
          char **next,
          GCancellable *cancellable,
          GError **error)
{
  g_autoptr (ArraHttpAnswer) answer = arra_hub_get (access, http, name, from, 0, cancellable, error);
  const char *link = answer != NULL ? arra_http_header (answer, "link") : NULL;
  const char *begin = link != NULL && strstr (link, "rel=\"next\"") != NULL ? strchr (link, '<') : NULL;

  if (next != NULL)
    *next = begin != NULL && strchr (begin, '>') != NULL ? g_strndup (begin + 1, strcspn (begin + 1, ">")) : NULL;
  return answer != NULL ? arra_http_read (answer, name, MAX_ANSWER, cancellable, error) : NULL;
}

static gboolean
get_revision (const ArraHubAccess *access,
              ArraHttp *http,
              ArraHubRepository *repository,
              const char *revision,
              GCancellable *cancellable,
              GError **error)
{
  g_autofree char *escaped = g_uri_escape_string (revision, NULL, FALSE);
  g_autofree char *from = g_strdup_printf ("/api/models/%s/revision/%s", repository->name, escaped);
  g_autoptr (GBytes) page = get_page (access, http, repository->name, from, NULL, cancellable, error);
  gsize size;
  const char *text = page != NULL ? g_bytes_get_data (page, &size) : NULL;

  return page != NULL && arra_hub_read_revision (repository, text != NULL ? text : "", text != NULL ? size : 0, error);
}

/* A next page elsewhere would be another's word. */
static gboolean
check_next (const ArraHubAccess *access,
            const ArraHubRepository *repository,
            const char *next,
            guint pages,
            GError **error)
{
  g_autofree char *origin = next != NULL && *next != '/' ? arra_http_origin (next) : NULL;

  if (next != NULL && *next != '/' && g_strcmp0 (origin, access->origin) != 0)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: its list of files goes on at another server",
                      repository->name);
  return pages < MAX_PAGES
         || arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: its list of files does not end", repository->name);
}

static gboolean
get_tree (const ArraHubAccess *access,
          ArraHttp *http,
          ArraHubRepository *repository,
          GCancellable *cancellable,
          GError **error)
{
  g_autofree char *from
      = g_strdup_printf ("/api/models/%s/tree/%s?recursive=true", repository->name, repository->commit);

  for (guint pages = 0; from != NULL; pages++)
    {
      g_autofree char *next = NULL;
      g_autoptr (GBytes) page = get_page (access, http, repository->name, from, &next, cancellable, error);
      gsize size = 0;
      const char *text = page != NULL ? g_bytes_get_data (page, &size) : NULL;

      if (page == NULL
          || !arra_hub_read_tree (repository->files, text != NULL ? text : "", size, repository->name, error)
          || !check_next (access, repository, next, pages, error))
        return FALSE;
      g_free (from);
      from = g_steal_pointer (&next);
    }
  return TRUE;
}

static int
by_path (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(ArraHubFile *const *) a)->path, (*(ArraHubFile *const *) b)->path);
}

static gboolean
check_files (const ArraHubRepository *repository, GError **error)
{
  for (guint i = 1; i < repository->files->len; i++)
    {
      const ArraHubFile *file = repository->files->pdata[i], *before = repository->files->pdata[i - 1];

      if (strcmp (file->path, before->path) == 0)
        return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: lists the file %s twice", repository->name, file->path);
    }
  return TRUE;
}

ArraHubRepository *
arra_hub_repository_get (const ArraHubAccess *access,
                         ArraHttp *http,
                         const char *name,
                         const char *revision,
                         GCancellable *cancellable,
                         GError **error)
{
  g_autoptr (ArraHubRepository) repository = g_new0 (ArraHubRepository, 1);

  repository->name = g_strdup (name);
  repository->files = arra_hub_files_new ();
  if (!arra_hub_is_name (name))
    {
      arra_fail (error, ARRA_ERROR_ARGUMENT, "%s: is no repository: its name has the form OWNER/REPO", name);
      return NULL;
    }
  if (!get_revision (access, http, repository, revision, cancellable, error)
      || !get_tree (access, http, repository, cancellable, error))
    return NULL;
  g_ptr_array_sort (repository->files, by_path);
  return check_files (repository, error) ? g_steal_pointer (&repository) : NULL;
}

void
arra_hub_repository_free (ArraHubRepository *repository)
{
  if (repository == NULL)
    return;
  g_free (repository->name);
  g_free (repository->commit);
  g_free (repository->license);
  g_clear_pointer (&repository->files, g_ptr_array_unref);
  g_free (repository);
}

char *
arra_hub_file_from (const ArraHubRepository *repository, const ArraHubFile *file)
{
  g_autofree char *escaped = g_uri_escape_string (file->path, "/", FALSE);

  return g_strdup_printf ("/%s/resolve/%s/%s", repository->name, repository->commit, escaped);
}

/* ------------------------------------------------------------------ which of the files */

static gboolean
ends_in (const char *path, const char *const *endings)
{
  g_autofree char *small = g_ascii_strdown (path, -1);

  for (; *endings != NULL; endings++)
    if (g_str_has_suffix (small, *endings))
      return TRUE;
  return FALSE;
}

static gboolean
is_safetensors (const ArraHubFile *file)
{
  static const char *const endings[] = { ".safetensors", ".gguf", NULL };

  return ends_in (file->path, endings);
}

static gboolean
is_pickle (const ArraHubFile *file)
{
  static const char *const endings[] = { ".bin", ".pt", ".pth", ".ckpt", NULL };

  return ends_in (file->path, endings);
}

static gboolean
is_description (const ArraHubFile *file)
{
  static const char *const endings[] = { ".json", ".yaml", ".yml", ".txt", ".model", ".md", "license", NULL };

  return ends_in (file->path, endings) && !g_str_has_suffix (file->path, ".bin.index.json");
}

/* Whether another file of the folder that @file lies in has the same weights in a form that is read as it is. */
static gboolean
is_second_form (const GPtrArray *files, const ArraHubFile *file)
{
  const char *slash = strrchr (file->path, '/');
  gsize length = slash != NULL ? (gsize) (slash - file->path) + 1 : 0;

  if (!is_pickle (file) || g_str_has_suffix (file->path, ".ckpt"))
    return FALSE;
  for (guint i = 0; i < files->len; i++)
    {
      const ArraHubFile *other = files->pdata[i];

      if (is_safetensors (other) && strncmp (other->path, file->path, length) == 0
          && strchr (other->path + length, '/') == NULL)
        return TRUE;
    }
  return FALSE;
}

void
arra_hub_files_keep_needed (GPtrArray *files)
{
  for (guint i = files->len; i-- > 0;)
    {
      const ArraHubFile *file = files->pdata[i];

      if (is_second_form (files, file) || !(is_safetensors (file) || is_description (file) || is_pickle (file)))
        g_ptr_array_remove_index (files, i);
    }
}

guint64
arra_hub_files_size (const GPtrArray *files)
{
  guint64 bytes = 0;

  for (guint i = 0; i < files->len; i++)
    bytes += ((const ArraHubFile *) files->pdata[i])->digest.size; /* at most 10,000 times 2^50 */
  return bytes;
}
