/* test-get.c - `arra get` from a hub on the loopback
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "harness.h"
#include "server.h"

#define COMMIT "0123456789abcdef0123456789abcdef01234567"

/* A hub with one repository, the golden model's. */
typedef struct
{
  Server *server;
  GPtrArray *kept; /* what the server's routes point to */
  GString *tree;
  char *url;
} Hub;

static gpointer
keep (Hub *hub, gpointer data)
{
  g_ptr_array_add (hub->kept, data);
  return data;
}

static void
add_text (Hub *hub, const char *path, char *text)
{
  const Route route = { .path = path, .content = keep (hub, text), .size = strlen (text) };

  server_add (hub->server, &route);
}

static void
add_file (Hub *hub, const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL), *sha256 = NULL;
  char *bytes;
  gsize size;
  Route route = { 0 };

  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  sha256 = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) bytes, size);
  route.path = keep (hub, g_strdup_printf ("/fox/little/resolve/" COMMIT "/%s", name));
  route.content = keep (hub, bytes);
  route.size = size;
  route.cut_after = 65536;
  server_add (hub->server, &route);
  g_string_append_printf (hub->tree, "%s{\"type\":\"file\",\"path\":\"%s\",\"size\":%" G_GSIZE_FORMAT ",\"oid\":\"\",\"lfs\":{\"oid\":\"%s\"}}",
                          hub->tree->len > 1 ? "," : "", name, size, sha256);
}

static void
add_folder (Hub *hub, const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_REGULAR))
        add_file (hub, folder, name);
    }
}

static void
set_up (Hub *hub, gconstpointer data)
{
  g_autofree char *home = NULL;

  harness_begin ();
  hub->server = server_new (NULL);
  hub->kept = g_ptr_array_new_with_free_func (g_free);
  hub->tree = g_string_new ("[");
  add_folder (hub, golden_model ());
  g_string_append (hub->tree, "]");
  add_text (hub, "/api/models/fox/little/revision/main", g_strdup ("{\"sha\":\"" COMMIT "\",\"cardData\":{\"license\":\"of-foxes\"}}"));
  add_text (hub, "/api/models/fox/little/tree/" COMMIT, g_strdup (hub->tree->str));
  hub->url = server_url (hub->server, "");
  home = scratch_path ("data");
  harness_setenv ("HF_ENDPOINT", hub->url);
  harness_setenv ("XDG_DATA_HOME", home);
  harness_setenv ("HF_HUB_CACHE", home);
  harness_setenv ("HF_TOKEN", "hf_secret");
  harness_setenv ("no_proxy", "127.0.0.1");
}

static void
tear_down (Hub *hub, gconstpointer data)
{
  server_free (hub->server);
  g_ptr_array_unref (hub->kept);
  g_string_free (hub->tree, TRUE);
  g_free (hub->url);
  harness_end ();
}

static void
test_get (Hub *hub, gconstpointer data)
{
  g_autoptr (Outcome) got = arra_run ("get", "fox/little", "--vqgan", golden_vqgan (), "--type", "q8_0", "--agree", NULL), info = NULL;
  g_autofree char *fetched = scratch_path ("data/arra/checkpoints/.fetch/fox--little/" COMMIT "/config.json");

  assert_status (got, 0);
  assert_says (got->out, "of-foxes");
  assert_says (got->out, "little-q8_0.gguf: written and verified");
  g_assert_null (strstr (got->out, "hf_secret"));
  g_assert_null (strstr (got->err, "hf_secret"));
  g_assert_true (g_file_test (fetched, G_FILE_TEST_EXISTS));
  info = arra_run ("info", "little-q8_0", NULL);
  assert_status (info, 0);
  assert_says (info->out, "of-foxes");
}

/* What was fetched is checked and used again, then deleted. */
static void
test_again (Hub *hub, gconstpointer data)
{
  g_autoptr (Outcome) first = arra_run ("get", "fox/little", "--vqgan", golden_vqgan (), "--agree", "-o", "one.gguf", NULL), second = NULL;
  g_autofree char *fetched = scratch_path ("data/arra/checkpoints/.fetch/fox--little/" COMMIT);
  guint64 sent = server_sent (hub->server), listed = strlen (hub->tree->str) + 100;

  assert_status (first, 0);
  second = arra_run ("get", "fox/little", "--vqgan", golden_vqgan (), "--agree", "--delete", "-o", "two.gguf", NULL);
  assert_status (second, 0);
  g_assert_true (same_bytes ("one.gguf", "two.gguf"));
  g_assert_cmpuint (server_sent (hub->server), <, sent + listed);
  g_assert_false (g_file_test (fetched, G_FILE_TEST_EXISTS));
}

static void
test_not_agreed (Hub *hub, gconstpointer data)
{
  g_autoptr (Outcome) got = arra_run_with_input ("", "get", "fox/little", NULL);

  assert_status (got, 64);
  assert_says (got->err, "--agree");
  g_assert_cmpuint (server_sent (hub->server), <, strlen (hub->tree->str) + 200);
}

static void
test_bad_names (Hub *hub, gconstpointer data)
{
  static const char *const names[] = { "fox", "fox/../little", "https://huggingface.co/fox/little", "" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (Outcome) got = arra_run ("get", names[i], "--agree", NULL);
      assert_status (got, 64);
    }
  g_assert_cmpuint (server_sent (hub->server), ==, 0);
}

static void
test_not_there (Hub *hub, gconstpointer data)
{
  g_autoptr (Outcome) got = arra_run ("get", "fox/large", "--agree", NULL);

  assert_status (got, 70);
  assert_says (got->err, "fox/large");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/get/get", Hub, NULL, set_up, test_get, tear_down);
  g_test_add ("/get/again", Hub, NULL, set_up, test_again, tear_down);
  g_test_add ("/get/not-agreed", Hub, NULL, set_up, test_not_agreed, tear_down);
  g_test_add ("/get/bad-names", Hub, NULL, set_up, test_bad_names, tear_down);
  g_test_add ("/get/not-there", Hub, NULL, set_up, test_not_there, tear_down);
  return g_test_run ();
}
