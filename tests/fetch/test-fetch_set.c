/* test-fetch_set.c - a repository's list, and its files, several at once
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fetch_set.h"

#include <glib/gstdio.h>
#include <string.h>

#include "hub.h"
#include "small_disk.h"

#define COMMIT "0123456789abcdef0123456789abcdef01234567"
#define N_FILES 6
#define SIZE 300000u

typedef struct
{
  Server *server;
  ArraHubAccess *access;
  char *folder, *cache;
  guint8 *bytes;
  GPtrArray *texts; /* that the server's routes point to */
  GString *tree;
  ArraFetchState last;
} Fixture;

static const char *
keep (Fixture *fixture, char *text)
{
  g_ptr_array_add (fixture->texts, text);
  return text;
}

static void
add_text (Fixture *fixture, const char *path, const char *text)
{
  const Route route = { .path = path, .content = (const guint8 *) text, .size = strlen (text) };

  server_add (fixture->server, &route);
}

/* File @i begins at another byte. */
static void
add_file (Fixture *fixture, guint i)
{
  g_autofree char *sha256 = hub_sha256 (fixture->bytes + i, SIZE), *git = hub_git (fixture->bytes + i, SIZE);
  Route route = { .content = fixture->bytes + i, .size = SIZE, .cut_after = i % 2 == 0 ? 65536 : 0 };

  route.path = keep (fixture, g_strdup_printf ("/o/r/resolve/" COMMIT "/part%%20%u/model.safetensors", i));
  server_add (fixture->server, &route);
  g_string_append_printf (fixture->tree,
                          "%s{\"type\":\"file\",\"path\":\"part %u/model.safetensors\",\"size\":%u,\"oid\":\"%s\"",
                          i > 0 ? "," : "", i, SIZE, git);
  if (i % 3 != 0)
    g_string_append_printf (fixture->tree, ",\"lfs\":{\"oid\":\"%s\",\"size\":%u,\"pointerSize\":134}", sha256, SIZE);
  g_string_append (fixture->tree, "}");
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->server = server_new (NULL);
  fixture->access = hub_access (fixture->server, NULL);
  fixture->folder = hub_scratch ();
  fixture->cache = hub_scratch ();
  g_setenv ("HF_HUB_CACHE", fixture->cache, TRUE);
  fixture->bytes = hub_bytes (SIZE + N_FILES);
  fixture->texts = g_ptr_array_new_with_free_func (g_free);
  fixture->tree = g_string_new ("[");
  for (guint i = 0; i < N_FILES; i++)
    add_file (fixture, i);
  g_string_append (fixture->tree, ",{\"type\":\"directory\",\"path\":\"part 0\",\"oid\":\"x\",\"size\":0}]");
  add_text (fixture, "/api/models/o/r/revision/main",
            "{\"sha\":\"" COMMIT "\",\"gated\":\"auto\",\"cardData\":{\"license\":\"mit\"}}");
  add_text (fixture, "/api/models/o/r/tree/" COMMIT, fixture->tree->str);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  server_free (fixture->server);
  arra_hub_access_free (fixture->access);
  hub_remove (fixture->folder);
  hub_remove (fixture->cache);
  g_free (fixture->folder);
  g_free (fixture->cache);
  g_free (fixture->bytes);
  g_ptr_array_unref (fixture->texts);
  g_string_free (fixture->tree, TRUE);
}

static ArraHubRepository *
get (Fixture *fixture, GError **error)
{
  g_autoptr (ArraHttp) http = arra_http_new (600, NULL);

  return arra_hub_repository_get (fixture->access, http, "o/r", "main", NULL, error);
}

static void
see (const ArraFetchState *state, gpointer data)
{
  ((Fixture *) data)->last = *state;
}

static gboolean
fetch (Fixture *fixture, guint64 made_bytes, GError **error)
{
  const ArraFetchOptions options = { .parallel = 3, .made_bytes = made_bytes, .func = see, .data = fixture };
  g_autoptr (ArraHubRepository) repository = get (fixture, error);
  const ArraFetchPart part = { repository, fixture->folder };

  return repository != NULL && arra_fetch_set (fixture->access, &part, 1, &options, NULL, error);
}

static void
assert_there (Fixture *fixture)
{
  for (guint i = 0; i < N_FILES; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/part %u/model.safetensors", fixture->folder, i), *bytes = NULL;
      gsize size;

      g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
      g_assert_cmpmem (bytes, size, fixture->bytes + i, SIZE);
    }
}

static void
test_list (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraHubRepository) repository = get (fixture, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (repository->files->len, ==, N_FILES);
  g_assert_cmpstr (repository->commit, ==, COMMIT);
  g_assert_cmpstr (repository->license, ==, "mit");
  g_assert_true (repository->gated);
  g_assert_cmpuint (arra_hub_files_size (repository->files), ==, N_FILES * SIZE);
}

/* A second call fetches nothing. */
static void
test_all (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (fetch (fixture, 0, &error));
  g_assert_no_error (error);
  assert_there (fixture);
  g_assert_cmpuint (fixture->last.done, ==, N_FILES * SIZE);
  g_assert_cmpuint (fixture->last.total, ==, N_FILES * SIZE);
  g_assert_cmpuint (fixture->last.files_done, ==, N_FILES);
  g_assert_true (fetch (fixture, 0, &error));
  g_assert_cmpuint (server_sent (fixture->server), <, N_FILES * SIZE + 10000);
}

/* Puts file @i into the Hugging Face cache. */
static void
put_in_cache (Fixture *fixture, guint i)
{
  g_autofree char *hash = i % 3 != 0 ? hub_sha256 (fixture->bytes + i, SIZE) : hub_git (fixture->bytes + i, SIZE);
  g_autofree char *blobs = g_build_filename (fixture->cache, "models--o--r", "blobs", NULL),
                  *blob = g_build_filename (blobs, hash, NULL);

  g_assert_cmpint (g_mkdir_with_parents (blobs, 0700), ==, 0);
  g_assert_true (g_file_set_contents (blob, (const char *) fixture->bytes + i, SIZE, NULL));
}

static void
test_cached (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  put_in_cache (fixture, 1);
  g_assert_true (fetch (fixture, 0, &error));
  g_assert_no_error (error);
  assert_there (fixture);
  g_assert_cmpuint (server_count (fixture->server, "/o/r/resolve/" COMMIT "/part%201/model.safetensors"), ==, 0);
}

/* What the cache has takes no room. */
static void
test_cached_takes_no_room (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  if (!small_disk_mount (fixture->folder, "512k"))
    {
      g_test_skip ("a small disk cannot be mounted here: that takes root");
      return;
    }
  g_assert_false (fetch (fixture, 0, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOSPC);
  g_clear_error (&error);
  for (guint i = 0; i < N_FILES - 1; i++)
    put_in_cache (fixture, i);
  g_assert_true (fetch (fixture, 0, &error));
  g_assert_no_error (error);
  assert_there (fixture);
  small_disk_unmount (fixture->folder);
}

/* Files of two repositories come within one limit, and so many at once. */
static void
test_together (Fixture *fixture, gconstpointer data)
{
  g_autoptr (ArraHubRepository) repository = get (fixture, NULL), other = get (fixture, NULL);
  g_autofree char *folder = g_build_filename (fixture->folder, "other", NULL);
  const ArraFetchPart parts[] = { { repository, fixture->folder }, { other, folder } };
  const ArraFetchOptions options = { .parallel = 3, .func = see, .data = fixture };
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *path = g_strdup_printf ("/o/r/resolve/" COMMIT "/part%%20%u/model.safetensors", i);
      server_route (fixture->server, path)->together = 3;
    }
  g_assert_true (arra_fetch_set (fixture->access, parts, 2, &options, NULL, &error));
  g_assert_no_error (error);
  assert_there (fixture);
  g_assert_cmpuint (fixture->last.files_done, ==, 2 * N_FILES);
  g_assert_cmpuint (fixture->last.total, ==, 2 * N_FILES * SIZE);
  g_assert_cmpuint (server_most (fixture->server), ==, 3);
}

/* Long lists come in pages. */
static void
test_pages (Fixture *fixture, gconstpointer data)
{
  static const char page[] = "[{\"type\":\"file\",\"path\":\"last.json\",\"size\":1,\"oid\":\"" COMMIT "\"}]";
  const Route last
      = { .path = "/api/models/o/r/tree/" COMMIT "?cursor=2", .content = (const guint8 *) page, .size = strlen (page) };
  g_autofree char *url = server_url (fixture->server, last.path);
  g_autofree char *headers = g_strdup_printf ("Link: <%s>; rel=\"next\"\r\n", url);
  g_autoptr (ArraHubRepository) repository = NULL;
  g_autoptr (GError) error = NULL;

  server_add (fixture->server, &last);
  server_route (fixture->server, "/api/models/o/r/tree/" COMMIT)->headers = headers;
  repository = get (fixture, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (repository->files->len, ==, N_FILES + 1);
}

/* Pages of another server, and pages without an end. */
static void
test_bad_pages (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *headers;
    int code;
  } links[] = {
    { "Link: <https://elsewhere.example/tree>; rel=\"next\"\r\n", ARRA_ERROR_INVALID_DATA },
    { "Link: <file:///etc/passwd>; rel=\"next\"\r\n", ARRA_ERROR_INVALID_DATA },
    { "Link: <//elsewhere.example/tree>; rel=\"next\"\r\n", ARRA_ERROR_NOT_FOUND },
    { "Link: </api/models/o/r/tree/" COMMIT ">; rel=\"next\"\r\n", ARRA_ERROR_UNSUPPORTED },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (links); i++)
    {
      g_autoptr (GError) error = NULL;

      server_route (fixture->server, "/api/models/o/r/tree/" COMMIT)->headers = links[i].headers;
      g_assert_null (get (fixture, &error));
      g_assert_error (error, ARRA_ERROR, links[i].code);
    }
}

static void
test_one_fails (Fixture *fixture, gconstpointer data)
{
  Route *route = server_route (fixture->server, "/o/r/resolve/" COMMIT "/part%203/model.safetensors");
  g_autoptr (GError) error = NULL;

  route->status = 404;
  g_assert_false (fetch (fixture, 0, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "o/r/part 3/model.safetensors"));
  route->status = 0;
  g_clear_error (&error);
  g_assert_true (fetch (fixture, 0, &error));
  assert_there (fixture);
}

static void
test_no_room (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (fetch (fixture, (guint64) 1 << 58, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOSPC);
  g_assert_cmpuint (server_sent (fixture->server), <, SIZE);
}

static void
test_trees (void)
{
#define FILE_OF(path, size, oid) "[{\"type\":\"file\",\"path\":\"" path "\",\"size\":" size ",\"oid\":\"" oid "\"}]"
  static const char *const bad[] = {
    "",
    "{}",
    "[1]",
    "[{}]",
    FILE_OF ("a", "1", "zz"),
    FILE_OF ("a", "-1", COMMIT),
    FILE_OF ("a", "1e30", COMMIT),
    FILE_OF ("a", "9223372036854775807", COMMIT),
    FILE_OF ("../a", "1", COMMIT),
    FILE_OF ("/a", "1", COMMIT),
    FILE_OF ("a/../../b", "1", COMMIT),
    FILE_OF ("a//b", "1", COMMIT),
    FILE_OF ("a\\\\b", "1", COMMIT),
    FILE_OF ("a\\nb", "1", COMMIT),
    FILE_OF ("C:a", "1", COMMIT),
    FILE_OF ("", "1", COMMIT),
    FILE_OF ("a/.", "1", COMMIT),
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GPtrArray) files = arra_hub_files_new ();
      g_autoptr (GError) error = NULL;

      g_assert_false (arra_hub_read_tree (files, bad[i], strlen (bad[i]), "o/r", &error));
      g_assert_nonnull (error);
      g_assert_nonnull (strstr (error->message, "o/r"));
    }
}

/* What a card names cannot pretend to be what the program says. */
static void
test_licenses (void)
{
  static const struct
  {
    const char *card, *license;
  } cards[] = {
    { "{\"license\":\"mit\"}", "mit" },
    { "{\"license\":\"other\",\"license_name\":\"deepseek\"}", "deepseek" },
    { "{\"license\":\"mit\\nTo be read at https://elsewhere.example\"}",
      "mit To be read at https://elsewhere.example" },
    { "{\"license\":[\"mit\"]}", NULL },
    { "7", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cards); i++)
    {
      g_autoptr (ArraHubRepository) repository = g_new0 (ArraHubRepository, 1);
      g_autofree char *text = g_strdup_printf ("{\"sha\":\"" COMMIT "\",\"cardData\":%s}", cards[i].card);
      g_autoptr (GError) error = NULL;

      repository->name = g_strdup ("o/r");
      g_assert_true (arra_hub_read_revision (repository, text, strlen (text), &error));
      g_assert_cmpstr (repository->license, ==, cards[i].license);
    }
}

static void
test_needed (void)
{
  static const char text[] = "[" //
                             "{\"type\":\"file\",\"path\":\"model.safetensors\",\"size\":1,\"oid\":\"" COMMIT "\"},"
                             "{\"type\":\"file\",\"path\":\"pytorch_model.bin\",\"size\":1,\"oid\":\"" COMMIT "\"},"
                             "{\"type\":\"file\",\"path\":\"vq/vqgan.ckpt\",\"size\":1,\"oid\":\"" COMMIT "\"},"
                             "{\"type\":\"file\",\"path\":\"other/model.pt\",\"size\":1,\"oid\":\"" COMMIT "\"},"
                             "{\"type\":\"file\",\"path\":\"config.json\",\"size\":1,\"oid\":\"" COMMIT "\"},"
                             "{\"type\":\"file\",\"path\":\"picture.png\",\"size\":1,\"oid\":\"" COMMIT "\"},"
                             "{\"type\":\"file\",\"path\":\".gitattributes\",\"size\":1,\"oid\":\"" COMMIT "\"}]";
  g_autoptr (GPtrArray) files = arra_hub_files_new ();

  g_assert_true (arra_hub_read_tree (files, text, strlen (text), "o/r", NULL));
  g_assert_cmpuint (files->len, ==, 6);
  arra_hub_files_keep_needed (files);
  g_assert_cmpuint (files->len, ==, 4);
}

static void
test_names (void)
{
  static const char *const good[] = { "a/b", "deepseek-ai/Janus-Pro-1B", "o/r.v1_2" };
  static const char *const bad[]
      = { "", "a", "a/", "/b", "a/b/c", "../b", "a/..", "a/.b", "a/b?x", "a/b#", "a /b", "a/b--c", "-a/b", "a/b%2f" };

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    g_assert_true (arra_hub_is_name (good[i]));
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (arra_hub_is_name (bad[i]));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  hub_without_environment ();
  g_test_add ("/fetch_set/list", Fixture, NULL, set_up, test_list, tear_down);
  g_test_add ("/fetch_set/all", Fixture, NULL, set_up, test_all, tear_down);
  g_test_add ("/fetch_set/cached", Fixture, NULL, set_up, test_cached, tear_down);
  g_test_add ("/fetch_set/cached-takes-no-room", Fixture, NULL, set_up, test_cached_takes_no_room, tear_down);
  g_test_add ("/fetch_set/together", Fixture, NULL, set_up, test_together, tear_down);
  g_test_add ("/fetch_set/pages", Fixture, NULL, set_up, test_pages, tear_down);
  g_test_add ("/fetch_set/bad-pages", Fixture, NULL, set_up, test_bad_pages, tear_down);
  g_test_add ("/fetch_set/one-fails", Fixture, NULL, set_up, test_one_fails, tear_down);
  g_test_add ("/fetch_set/no-room", Fixture, NULL, set_up, test_no_room, tear_down);
  g_test_add_func ("/fetch_set/trees", test_trees);
  g_test_add_func ("/fetch_set/licenses", test_licenses);
  g_test_add_func ("/fetch_set/needed", test_needed);
  g_test_add_func ("/fetch_set/names", test_names);
  return g_test_run ();
}
