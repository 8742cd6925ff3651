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

/* A catalogue with the repository in it, and what is known of its weights. */
static void
put_catalogue (const char *home, const char *model)
{
  static const char entry[]
      = "{\"checkpoints\": [{\"name\": \"%s\", \"title\": \"A %s fox\", \"repository\": \"fox/little\", \"draws\": {\"en\": \"Foxes.\"},"
        " \"license\": \"of all foxes\", \"license_link\": \"https://fox.example/license\", \"side\": 32, \"type\": \"f16\", \"bytes\": 1048576,"
        " \"parameters\": 1000000, \"layers\": 1, \"width\": 64, \"positions\": 4, \"card\": {\"domain\": \"foxes\"},"
        " \"sha256\": {\"config.json\": \"%s\"}},"
        "{\"name\": \"whale\", \"title\": \"A whale\", \"repository\": \"sea/whale\", \"draws\": {\"en\": \"Whales.\"}, \"license\": \"of whales\","
        " \"license_link\": \"https://whale.example/\", \"type\": \"q8_0\", \"parameters\": 1000000000000000, \"vqgan_link\": \"https://vqgan.example/\"}]}";
  g_autofree char *folder = g_build_filename (home, "arra", NULL), *path = g_build_filename (folder, "catalogue.json", NULL);
  g_autofree char *known = g_build_filename (model, "config.json", NULL), *bytes = NULL, *sha256 = NULL, *text = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (known, &bytes, &size, NULL));
  sha256 = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) bytes, size);
  text = g_strdup_printf (entry, "fox", "little", sha256);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
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
  put_catalogue (home, golden_model ());
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
  second = arra_run ("get", "fox/little", "--vqgan", golden_vqgan (), "--agree", "--delete-originals", "-o", "two.gguf", NULL);
  assert_status (second, 0);
  g_assert_true (same_bytes ("one.gguf", "two.gguf"));
  g_assert_cmpuint (server_sent (hub->server), <, sent + listed);
  g_assert_false (g_file_test (fetched, G_FILE_TEST_EXISTS));
}

static void
test_list (Hub *hub, gconstpointer data)
{
  g_autoptr (Outcome) list = arra_run ("get", NULL);

  assert_status (list, 0);
  assert_says (list->out, "Foxes.");
  assert_says (list->out, "of all foxes; https://fox.example/license");
  assert_says (list->out, "32 x 32 pixels, fetches 1.0 MiB");
  assert_says (list->out, "Not on this computer: it needs about ");
  assert_says (list->out, "https://vqgan.example/");
  g_assert_cmpuint (server_sent (hub->server), ==, 0);
}

static void
test_by_name (Hub *hub, gconstpointer data)
{
  g_autoptr (Outcome) got = arra_run ("get", "fox", "--vqgan", golden_vqgan (), "--agree", "--keep-originals", NULL), info = NULL, again = NULL;

  assert_status (got, 0);
  assert_says (got->out, "Licence: of all foxes\nLicence as its page names it: of-foxes\n");
  assert_says (got->out, "fox-f16.gguf: written and verified");
  info = arra_run ("info", "fox-f16", NULL);
  assert_status (info, 0);
  assert_says (info->out, "of all foxes");
  assert_says (info->out, "A little fox");
  assert_says (info->out, "foxes");
  again = arra_run ("get", "fox", "--agree", NULL);
  assert_status (again, 64);
  assert_says (again->err, "is there already");
}

/* What was published under a name stays that. */
static void
test_other_file (Hub *hub, gconstpointer data)
{
  g_autofree char *home = scratch_path ("data"), *weights = scratch_path ("config.json"), *folder = scratch_path (".");
  g_autoptr (Outcome) got = NULL;

  g_assert_true (g_file_set_contents (weights, "another", -1, NULL));
  put_catalogue (home, folder);
  got = arra_run ("get", "fox", "--agree", NULL);
  assert_status (got, 70);
  assert_says (got->err, "fox/little/config.json: the hub has another file");
  g_assert_cmpuint (server_count (hub->server, "/fox/little/resolve/" COMMIT "/config.json"), ==, 0);
}

/* Models of other kinds are told by their config.json, before any weights come. */
static void
test_other_kind (Hub *hub, gconstpointer data)
{
  static const char config[] = "{\"model_type\": \"walrus\"}";
  g_autofree char *sha256 = g_compute_checksum_for_string (G_CHECKSUM_SHA256, config, -1);
  g_autoptr (Outcome) got = NULL;

  add_text (hub, "/api/models/sea/walrus/revision/main", g_strdup ("{\"sha\":\"" COMMIT "\"}"));
  add_text (hub, "/api/models/sea/walrus/tree/" COMMIT,
            g_strdup_printf ("[{\"type\":\"file\",\"path\":\"config.json\",\"size\":%zu,\"oid\":\"\",\"lfs\":{\"oid\":\"%s\"}},"
                             "{\"type\":\"file\",\"path\":\"model.safetensors\",\"size\":1000,\"oid\":\"\",\"lfs\":{\"oid\":\"%s\"}}]",
                             strlen (config), sha256, sha256));
  add_text (hub, "/sea/walrus/resolve/" COMMIT "/config.json", g_strdup (config));
  got = arra_run ("get", "sea/walrus", "--agree", NULL);
  assert_status (got, 70);
  assert_says (got->err, "walrus\" is not supported");
  g_assert_cmpuint (server_count (hub->server, "/sea/walrus/resolve/" COMMIT "/config.json"), ==, 1);
  g_assert_cmpuint (server_count (hub->server, "/sea/walrus/resolve/" COMMIT "/model.safetensors"), ==, 0);
}

/* Weights that nothing describes are not fetched either. */
static void
test_no_config (Hub *hub, gconstpointer data)
{
  g_autofree char *sha256 = g_compute_checksum_for_string (G_CHECKSUM_SHA256, "", -1);
  g_autoptr (Outcome) got = NULL;

  add_text (hub, "/api/models/sea/shell/revision/main", g_strdup ("{\"sha\":\"" COMMIT "\"}"));
  add_text (hub, "/api/models/sea/shell/tree/" COMMIT,
            g_strdup_printf ("[{\"type\":\"file\",\"path\":\"model.pt\",\"size\":0,\"oid\":\"\",\"lfs\":{\"oid\":\"%s\"}}]", sha256));
  got = arra_run ("get", "sea/shell", "--agree", NULL);
  assert_status (got, 70);
  assert_says (got->err, "no config.json");
}

static void
test_no_vqgan (Hub *hub, gconstpointer data)
{
  g_autoptr (Outcome) got = arra_run ("get", "whale", "--agree", NULL);

  assert_status (got, 64);
  assert_says (got->err, "https://vqgan.example/");
  g_assert_cmpuint (server_sent (hub->server), ==, 0);
}

/* A name that leads nowhere stands for a computer without a network. */
static void
test_offline (Hub *hub, gconstpointer data)
{
  g_autoptr (Outcome) got = NULL;
  g_autofree char *folder = scratch_path ("data/arra/checkpoints");

  harness_setenv ("HF_ENDPOINT", "http://nobody.invalid");
  got = arra_run ("get", "fox/little", "--agree", NULL);
  assert_status (got, 69);
  assert_says (got->err, "no network");
  assert_says (got->err, folder);
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
  static const char *const names[] = { "wolf", "fox/../little", "https://huggingface.co/fox/little", "" };

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
  g_test_add ("/get/list", Hub, NULL, set_up, test_list, tear_down);
  g_test_add ("/get/by-name", Hub, NULL, set_up, test_by_name, tear_down);
  g_test_add ("/get/other-file", Hub, NULL, set_up, test_other_file, tear_down);
  g_test_add ("/get/other-kind", Hub, NULL, set_up, test_other_kind, tear_down);
  g_test_add ("/get/no-config", Hub, NULL, set_up, test_no_config, tear_down);
  g_test_add ("/get/no-vqgan", Hub, NULL, set_up, test_no_vqgan, tear_down);
  g_test_add ("/get/offline", Hub, NULL, set_up, test_offline, tear_down);
  g_test_add ("/get/not-agreed", Hub, NULL, set_up, test_not_agreed, tear_down);
  g_test_add ("/get/bad-names", Hub, NULL, set_up, test_bad_names, tear_down);
  g_test_add ("/get/not-there", Hub, NULL, set_up, test_not_there, tear_down);
  return g_test_run ();
}
