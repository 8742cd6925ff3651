/* test-fetch_file.c - one file from a hub that misbehaves
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fetch_file.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hub.h"
#include "small_disk.h"

#define SIZE (1u << 20)
#define FROM "/owner/repo/resolve/main/model.safetensors"

typedef struct
{
  guint8 *bytes;
  Server *server;
  ArraHubAccess *access;
  char *folder, *path;
  ArraFetchFile file;
  gint64 told; /* bytes */
  guint notes;
  char *noted;        /* the last of them */
  GCancellable *stop; /* cancelled when half is there */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  const Route route = { .path = FROM, .size = SIZE };
  g_autofree char *hex = NULL;

  fixture->bytes = hub_bytes (SIZE);
  fixture->server = server_new (NULL);
  fixture->access = hub_access (fixture->server, NULL);
  fixture->folder = hub_scratch ();
  fixture->path = g_build_filename (fixture->folder, "model.safetensors", NULL);
  fixture->file = (ArraFetchFile) { .name = "owner/repo/model.safetensors", .from = FROM, .path = fixture->path };
  hex = hub_sha256 (fixture->bytes, SIZE);
  g_assert_true (arra_digest_set (&fixture->file.digest, ARRA_DIGEST_SHA256, hex, SIZE));
  server_add (fixture->server, &route);
  server_route (fixture->server, FROM)->content = fixture->bytes;
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  server_free (fixture->server);
  arra_hub_access_free (fixture->access);
  hub_remove (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->path);
  g_free (fixture->bytes);
  g_free (fixture->noted);
}

static void
count (gint64 bytes, gboolean fetched, gpointer data)
{
  Fixture *fixture = data;

  fixture->told += bytes;
  if (fixture->stop != NULL && fixture->told >= SIZE / 2)
    g_cancellable_cancel (fixture->stop);
}

static void
note (const char *text, gpointer data)
{
  Fixture *fixture = data;

  fixture->notes++;
  g_free (fixture->noted);
  fixture->noted = g_strdup (text);
}

static gboolean
fetch (Fixture *fixture, GError **error)
{
  const ArraFetchTell tell = { count, note, fixture };
  g_autoptr (ArraHttp) http = arra_http_new (fixture->access->timeout, NULL);

  fixture->told = 0;
  return arra_fetch_file (fixture->access, http, &fixture->file, &tell, fixture->stop, error);
}

static void
assert_there (Fixture *fixture)
{
  g_autofree char *bytes = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (fixture->path, &bytes, &size, NULL));
  g_assert_cmpmem (bytes, size, fixture->bytes, SIZE);
  g_assert_cmpuint (hub_count (fixture->folder), ==, 1);
}

static void
assert_fetched (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (fetch (fixture, &error));
  g_assert_no_error (error);
  g_assert_cmpint (fixture->told, ==, SIZE);
  assert_there (fixture);
}

/* The message names the file and holds @word, and no token; nothing that looks whole is left. */
static void
assert_fails (Fixture *fixture, int code, const char *word)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (fetch (fixture, &error));
  g_assert_error (error, ARRA_ERROR, code);
  g_assert_nonnull (strstr (error->message, fixture->file.name));
  g_assert_nonnull (strstr (error->message, word));
  g_assert_null (strstr (error->message, "hf_"));
  g_assert_false (g_file_test (fixture->path, G_FILE_TEST_EXISTS));
}

static void
test_whole (Fixture *fixture, gconstpointer data)
{
  assert_fetched (fixture);
  assert_fetched (fixture);
  g_assert_cmpuint (server_count (fixture->server, FROM), ==, 1);
}

static void
test_cut (Fixture *fixture, gconstpointer data)
{
  server_route (fixture->server, FROM)->cut_after = 65536;
  assert_fetched (fixture);
  g_assert_cmpuint (server_count (fixture->server, FROM), ==, SIZE / 65536);
  g_assert_cmpuint (server_sent (fixture->server), ==, SIZE);
}

static void
test_cut_at_odd_places (Fixture *fixture, gconstpointer data)
{
  static const gsize places[] = { 1 << 18, 65537, 99991, SIZE - 1 };

  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    {
      server_route (fixture->server, FROM)->cut_after = places[i];
      assert_fetched (fixture);
      g_remove (fixture->path);
    }
}

/* The bytes lie on another host, which cuts the connection, too, and which never sees the token. */
static void
test_redirected (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Server) store = server_new (NULL);
  const Route bytes = { .path = "/store/1", .content = fixture->bytes, .size = SIZE, .cut_after = 65536 };
  g_autofree char *to = server_url (store, "/store/1");
  g_autofree char *headers
      = g_strdup_printf ("Location: %s?signed=1\r\nX-Linked-Etag: \"%s\"\r\n", to, fixture->file.digest.hex);
  Route *route = server_route (fixture->server, FROM);
  g_auto (GStrv) asked = NULL;

  server_add (store, &bytes);
  route->status = 302;
  route->headers = headers;
  route->size = 0;
  fixture->access->token = g_strdup ("hf_secret");
  assert_fetched (fixture);
  asked = server_asked (store);
  g_assert_cmpuint (g_strv_length (asked), ==, SIZE / 65536);
  for (char **line = asked; *line != NULL; line++)
    g_assert_true (g_str_has_suffix (*line, " -"));
  g_strfreev (asked);
  asked = server_asked (fixture->server);
  g_assert_cmpstr (asked[1], ==, FROM " bytes=65536- Bearer hf_secret");
}

static void
test_slow (Fixture *fixture, gconstpointer data)
{
  server_route (fixture->server, FROM)->piece = 8192;
  assert_fetched (fixture);
}

/* A connection on which nothing comes any more counts as cut. */
static void
test_silence (Fixture *fixture, gconstpointer data)
{
  fixture->access->timeout = 1;
  server_route (fixture->server, FROM)->n_waits = 2;
  assert_fetched (fixture);
}

/* The network goes while half is there, and comes back later. */
static void
test_network_lost (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) stop = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  const Route route = { .path = FROM, .content = fixture->bytes, .size = SIZE };
  g_auto (GStrv) asked = NULL;

  fixture->stop = stop;
  g_assert_false (fetch (fixture, NULL));
  fixture->stop = NULL;
  server_free (g_steal_pointer (&fixture->server));
  g_assert_false (fetch (fixture, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
  g_assert_false (g_file_test (fixture->path, G_FILE_TEST_EXISTS));
  fixture->server = server_new (NULL);
  server_add (fixture->server, &route);
  g_free (fixture->access->endpoint);
  fixture->access->endpoint = server_url (fixture->server, "");
  assert_fetched (fixture);
  asked = server_asked (fixture->server);
  g_assert_nonnull (strstr (asked[0], " bytes="));
}

/* Without ranges all begins anew each time: that has an end. */
static void
test_no_ranges (Fixture *fixture, gconstpointer data)
{
  server_route (fixture->server, FROM)->no_ranges = TRUE;
  server_route (fixture->server, FROM)->cut_after = SIZE / 2;
  assert_fails (fixture, ARRA_ERROR_UNAVAILABLE, "again and again");
  server_route (fixture->server, FROM)->cut_after = 0;
  assert_fetched (fixture);
}

static void
test_wrong_range (Fixture *fixture, gconstpointer data)
{
  server_route (fixture->server, FROM)->cut_after = SIZE / 2;
  server_route (fixture->server, FROM)->wrong_range = TRUE;
  assert_fails (fixture, ARRA_ERROR_UNAVAILABLE, "again and again");
}

static void
test_busy (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    guint status;
    const char *headers;
  } answers[] = {
    { 429, "Retry-After: 0\r\n" },
    { 429, "RateLimit: \"resolvers\";r=0;t=0\r\n" },
    { 503, "Retry-After: Wed, 21 Oct 2015 07:28:00 GMT\r\n" },
    { 503, NULL },
    { 500, "Retry-After: nonsense\r\n" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      Route *route = server_route (fixture->server, FROM);

      route->n_busy = 3;
      route->busy_status = answers[i].status;
      route->busy_headers = answers[i].headers;
      assert_fetched (fixture);
      g_remove (fixture->path);
    }
}

static void
test_too_busy (Fixture *fixture, gconstpointer data)
{
  Route *route = server_route (fixture->server, FROM);

  route->n_busy = 100;
  route->busy_status = 429;
  route->busy_headers = "Retry-After: 86400\r\n";
  assert_fails (fixture, ARRA_ERROR_UNAVAILABLE, "1440 minutes");
  route->busy_headers = "Retry-After: 0\r\n";
  assert_fails (fixture, ARRA_ERROR_UNAVAILABLE, "too much");
}

static void
test_wrong_once (Fixture *fixture, gconstpointer data)
{
  server_route (fixture->server, FROM)->n_wrong = 1;
  assert_fetched (fixture);
  g_assert_cmpuint (fixture->notes, ==, 1);
  g_assert_cmpstr (fixture->noted, ==,
                   "owner/repo/model.safetensors: its hash is wrong: it is removed and fetched again");
}

static void
test_wrong (Fixture *fixture, gconstpointer data)
{
  server_route (fixture->server, FROM)->n_wrong = 100;
  assert_fails (fixture, ARRA_ERROR_INVALID_DATA, "hash");
  g_assert_cmpuint (hub_count (fixture->folder), ==, 0);
}

static void
test_wrong_in_place (Fixture *fixture, gconstpointer data)
{
  g_autofree char *bytes = g_memdup2 (fixture->bytes, SIZE);

  bytes[SIZE / 2] ^= 1;
  g_assert_true (g_file_set_contents (fixture->path, bytes, SIZE, NULL));
  assert_fetched (fixture);
  g_assert_cmpuint (fixture->notes, ==, 1);
}

static void
test_too_many (Fixture *fixture, gconstpointer data)
{
  server_route (fixture->server, FROM)->too_many = 65536 * 4;
  assert_fails (fixture, ARRA_ERROR_INVALID_DATA, "more than");
}

static void
test_linked (Fixture *fixture, gconstpointer data)
{
  g_autofree char *right = g_strdup_printf ("X-Linked-Etag: \"%s\"\r\n", fixture->file.digest.hex);

  server_route (fixture->server, FROM)->headers
      = "X-Linked-Etag: \"0000000000000000000000000000000000000000000000000000000000000000\"\r\n";
  assert_fails (fixture, ARRA_ERROR_INVALID_DATA, "another file");
  server_route (fixture->server, FROM)->headers = right;
  assert_fetched (fixture);
}

static void
test_statuses (Fixture *fixture, gconstpointer data)
{
  server_route (fixture->server, FROM)->status = 404;
  assert_fails (fixture, ARRA_ERROR_NOT_FOUND, "not there");
  server_route (fixture->server, FROM)->status = 418;
  assert_fails (fixture, ARRA_ERROR_UNAVAILABLE, "418");
}

static void
test_gated (Fixture *fixture, gconstpointer data)
{
  server_route (fixture->server, FROM)->token = "Bearer hf_right";
  assert_fails (fixture, ARRA_ERROR_ARGUMENT, "HF_TOKEN");
  fixture->access->token = g_strdup ("hf_wrong");
  assert_fails (fixture, ARRA_ERROR_ARGUMENT, "agreed");
  g_free (fixture->access->token);
  fixture->access->token = g_strdup ("hf_right");
  assert_fetched (fixture);
}

static void
test_cancel (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) stop = g_cancellable_new ();

  fixture->stop = stop;
  g_assert_false (fetch (fixture, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (g_file_test (fixture->path, G_FILE_TEST_EXISTS));
  fixture->stop = NULL;
  assert_fetched (fixture);
  g_assert_cmpuint (server_count (fixture->server, FROM), ==, 2);
}

static gpointer
cancel_soon (gpointer stop)
{
  g_usleep (G_USEC_PER_SEC / 5);
  g_cancellable_cancel (stop);
  return NULL;
}

/* A server that says nothing more does not hold up who stops. */
static void
test_cancel_silence (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) stop = g_cancellable_new ();
  GThread *thread = g_thread_new ("stop", cancel_soon, stop);

  server_route (fixture->server, FROM)->waits = TRUE;
  fixture->stop = stop;
  g_assert_false (fetch (fixture, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_thread_join (thread);
}

/* The rest of another size: the hash in its name tells parts apart, and one too long is worth nothing. */
static void
test_parts (Fixture *fixture, gconstpointer data)
{
  g_autofree char *name = g_strdup_printf (".model.safetensors.%.16s.part", fixture->file.digest.hex);
  g_autofree char *part = g_build_filename (fixture->folder, name, NULL);
  g_autofree char *zeros = g_malloc0 (SIZE + 1);

  g_assert_true (g_file_set_contents (part, zeros, SIZE + 1, NULL));
  assert_fetched (fixture);
  g_remove (fixture->path);
  /* as after a power cut: the length is right, the bytes are not */
  g_assert_true (g_file_set_contents (part, zeros, SIZE, NULL));
  assert_fetched (fixture);
  g_assert_cmpuint (fixture->notes, ==, 1);
  g_remove (fixture->path);
  g_assert_true (g_file_set_contents (part, (const char *) fixture->bytes, SIZE / 2, NULL));
  assert_fetched (fixture);
}

static void
test_git (Fixture *fixture, gconstpointer data)
{
  g_autofree char *hex = hub_git (fixture->bytes, SIZE);

  g_assert_true (arra_digest_set (&fixture->file.digest, ARRA_DIGEST_GIT_BLOB, hex, SIZE));
  assert_fetched (fixture);
}

/* Killed at some place and run again, as often as it takes: what it wrote before counts. */
static void
test_killed (Fixture *fixture, gconstpointer data)
{
  const guint n = 100;
  guint32 state = 7;

  server_route (fixture->server, FROM)->cut_after = 65536;
  for (guint i = 0; i < n; i++)
    {
      int status;
      pid_t child = fork ();

      g_assert_cmpint (child, >=, 0);
      if (child == 0)
        {
          const char *args[] = { g_getenv ("ARRA_FETCH_PROGRAM"),
                                 fixture->access->endpoint,
                                 FROM,
                                 fixture->path,
                                 fixture->file.digest.hex,
                                 NULL };
          execv (args[0], (char *const *) args);
          _exit (127);
        }
      state = state * 1664525u + 1013904223u;
      g_usleep (state % 60000);
      kill (child, SIGKILL);
      g_assert_cmpint (waitpid (child, &status, 0), ==, child);
      g_assert_true (WIFSIGNALED (status) || WEXITSTATUS (status) == 0);
      if (g_file_test (fixture->path, G_FILE_TEST_EXISTS))
        {
          assert_there (fixture);
          g_remove (fixture->path);
        }
    }
  assert_fetched (fixture);
}

/* A limit to the size of files stands for a full disk. */
static void
test_disk_full (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  struct rlimit before, limit;

  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &before), ==, 0);
  limit = before;
  limit.rlim_cur = SIZE / 2;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  g_assert_false (fetch (fixture, &error));
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &before), ==, 0);
  g_assert_nonnull (error);
  g_assert_true (error->domain == G_FILE_ERROR);
  g_assert_nonnull (strstr (error->message, fixture->folder));
  assert_fetched (fixture);
}

/* What fits stays, and is gone on with when there is room. */
static void
test_small_disk (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  if (!small_disk_mount (fixture->folder, "512k"))
    {
      g_test_skip ("a small disk cannot be mounted here: that takes root");
      return;
    }
  g_assert_false (fetch (fixture, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOSPC);
  g_assert_nonnull (strstr (error->message, fixture->folder));
  g_assert_false (g_file_test (fixture->path, G_FILE_TEST_EXISTS));
  small_disk_resize (fixture->folder, "4m");
  assert_fetched (fixture);
  g_assert_cmpuint (server_count (fixture->server, FROM), ==, 2);
  small_disk_unmount (fixture->folder);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    void (*func) (Fixture *fixture, gconstpointer data);
  } tests[] = {
    { "whole", test_whole },
    { "cut", test_cut },
    { "cut-at-odd-places", test_cut_at_odd_places },
    { "redirected", test_redirected },
    { "slow", test_slow },
    { "silence", test_silence },
    { "network-lost", test_network_lost },
    { "no-ranges", test_no_ranges },
    { "wrong-range", test_wrong_range },
    { "busy", test_busy },
    { "too-busy", test_too_busy },
    { "wrong-once", test_wrong_once },
    { "wrong", test_wrong },
    { "wrong-in-place", test_wrong_in_place },
    { "too-many", test_too_many },
    { "linked", test_linked },
    { "statuses", test_statuses },
    { "gated", test_gated },
    { "cancel", test_cancel },
    { "cancel-silence", test_cancel_silence },
    { "parts", test_parts },
    { "git", test_git },
    { "killed", test_killed },
    { "disk-full", test_disk_full },
    { "small-disk", test_small_disk },
  };

  signal (SIGXFSZ, SIG_IGN);
  g_test_init (&argc, &argv, NULL);
  hub_without_environment ();
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree char *path = g_strconcat ("/fetch_file/", tests[i].name, NULL);
      g_test_add (path, Fixture, NULL, set_up, tests[i].func, tear_down);
    }
  return g_test_run ();
}
