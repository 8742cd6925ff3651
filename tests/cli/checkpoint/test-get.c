/* test-get.c - `arra get` from a hub on the loopback
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <sys/stat.h>

#include "fixture.h"
#include "golden_hub.h"
#include "harness.h"
#include "small_disk.h"

static void
set_up (GoldenHub *hub, gconstpointer data)
{
  g_autofree char *home = NULL;

  harness_begin ();
  golden_hub_begin (hub);
  home = scratch_path ("data");
  golden_hub_put_catalogue (home, golden_model ());
  harness_setenv ("HF_ENDPOINT", hub->url);
  harness_setenv ("XDG_DATA_HOME", home);
  harness_setenv ("HF_HUB_CACHE", home);
  harness_setenv ("HF_TOKEN", "hf_secret");
  harness_setenv ("G_MESSAGES_DEBUG", "all"); /* logs hold no token either */
  harness_setenv ("no_proxy", "127.0.0.1");
}

static void
tear_down (GoldenHub *hub, gconstpointer data)
{
  golden_hub_end (hub);
  harness_end ();
}

static void
test_get (GoldenHub *hub, gconstpointer data)
{
  g_autoptr (Outcome) got
      = arra_run ("get", "fox/little", "--vqgan", golden_vqgan (), "--type", "q8_0", "--agree", NULL),
      info = NULL;
  g_autofree char *fetched
      = scratch_path ("data/arra/checkpoints/.fetch/fox--little/" GOLDEN_HUB_COMMIT "/config.json");

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
test_again (GoldenHub *hub, gconstpointer data)
{
  g_autoptr (Outcome) first
      = arra_run ("get", "fox/little", "--vqgan", golden_vqgan (), "--agree", "-o", "one.gguf", NULL),
      second = NULL;
  g_autofree char *fetched = scratch_path ("data/arra/checkpoints/.fetch/fox--little/" GOLDEN_HUB_COMMIT);
  guint64 sent = server_sent (hub->server), listed = strlen (hub->tree->str) + 100;

  assert_status (first, 0);
  second = arra_run ("get", "fox/little", "--vqgan", golden_vqgan (), "--agree", "--delete-originals", "-o", "two.gguf",
                     NULL);
  assert_status (second, 0);
  g_assert_true (same_bytes ("one.gguf", "two.gguf"));
  g_assert_cmpuint (server_sent (hub->server), <, sent + listed);
  g_assert_false (g_file_test (fetched, G_FILE_TEST_EXISTS));
}

static void
test_list (GoldenHub *hub, gconstpointer data)
{
  g_autoptr (Outcome) list = arra_run ("get", NULL);

  assert_status (list, 0);
  assert_says (list->out, "Foxes.");
  assert_says (list->out, "of all foxes; https://fox.example/license");
  assert_says (list->out, "32 x 32 pixels, fetches 1.0 MiB");
  assert_says (list->out, "s a picture here (estimated)");
  assert_says (list->out, "Not on this computer: it needs about ");
  assert_says (list->out, "https://vqgan.example/");
  g_assert_cmpuint (server_sent (hub->server), ==, 0);
}

/* (transfer full): the list as JSON */
static JsonParser *
list_as_json (void)
{
  g_autoptr (Outcome) list = arra_run ("get", "--json", NULL);
  JsonParser *parser = json_parser_new ();

  assert_status (list, 0);
  g_assert_true (json_parser_load_from_data (parser, list->out, -1, NULL));
  return parser;
}

/* (transfer none): the row of that number */
static JsonObject *
row_of (JsonParser *parser, guint number)
{
  JsonObject *root = json_node_get_object (json_parser_get_root (parser));

  return json_array_get_object_element (json_object_get_array_member (root, "checkpoints"), number);
}

static void
test_json (GoldenHub *hub, gconstpointer data)
{
  g_autoptr (JsonParser) parser = list_as_json ();
  JsonObject *fox = row_of (parser, 0), *whale = row_of (parser, 1), *owl = row_of (parser, 2);
  g_autoptr (Outcome) both = arra_run ("get", "fox", "--json", NULL);

  g_assert_cmpstr (json_object_get_string_member (fox, "name"), ==, "fox");
  g_assert_cmpstr (json_object_get_string_member (fox, "type"), ==, "f16");
  g_assert_cmpint (json_object_get_int_member (fox, "fetched_bytes"), ==, 1048576);
  g_assert_cmpint (json_object_get_int_member (fox, "file_bytes"), ==, 2000000);
  g_assert_cmpfloat (json_object_get_double_member (fox, "estimated_seconds"), >, 0);
  g_assert_true (json_object_get_null_member (fox, "problem"));
  g_assert_true (g_str_has_prefix (json_object_get_string_member (whale, "problem"), "it needs about"));
  g_assert_true (json_object_get_null_member (owl, "fetched_bytes"));
  g_assert_true (json_object_get_null_member (owl, "estimated_seconds"));
  assert_status (both, 64);
  assert_says (both->err, "--json");
  g_assert_cmpuint (server_sent (hub->server), ==, 0);
}

/* A row that lacks room says so; what is there already needs none. */
static void
test_room (GoldenHub *hub, gconstpointer data)
{
  g_autofree char *disk = scratch_path ("data/arra/checkpoints"),
                  *blobs = scratch_path ("data/models--fox--little/blobs"),
                  *blob = g_build_filename (blobs, "any", NULL);
  g_autofree char *bytes = g_malloc0 (1 << 20);
  g_autoptr (JsonParser) before = NULL, after = NULL;
  g_autoptr (Outcome) got = NULL;

  g_assert_cmpint (g_mkdir_with_parents (disk, 0700), ==, 0);
  if (!small_disk_mount (disk, "2816k"))
    {
      g_test_skip ("a small disk cannot be mounted here: that takes root");
      return;
    }
  before = list_as_json ();
  g_assert_nonnull (strstr (json_object_get_string_member (row_of (before, 0), "problem"), "are needed"));
  got = arra_run ("get", "fox", "--agree", NULL);
  assert_status (got, 70);
  assert_says (got->err, "are needed");
  g_assert_cmpuint (server_count (hub->server, "/fox/little/resolve/" GOLDEN_HUB_COMMIT "/config.json"), ==, 0);
  g_assert_cmpint (g_mkdir_with_parents (blobs, 0700), ==, 0);
  g_assert_true (g_file_set_contents (blob, bytes, 1 << 20, NULL));
  after = list_as_json ();
  g_assert_true (json_object_get_null_member (row_of (after, 0), "problem"));
  small_disk_unmount (disk);
}

/* (transfer full): a folder with an image tokenizer for the owl */
static char *
owl_vqgan (void)
{
  char *folder = scratch_path ("vqgan");
  Fixture fixture;

  fixture_init (&fixture);
  g_assert_true (fixture_write_vqgan (&fixture, folder, NULL));
  return folder;
}

/* Two repositories become one file, which makes a picture of a sentence at once. */
static void
test_encoder (GoldenHub *hub, gconstpointer data)
{
  g_autofree char *reads = scratch_path ("data/arra/checkpoints/.fetch/owl--reads/" GOLDEN_HUB_COMMIT "/t2i_bf16.pt");
  g_autofree char *words
      = scratch_path ("data/arra/checkpoints/.fetch/owl--words/" GOLDEN_HUB_COMMIT "/model.safetensors");
  g_autofree char *fetched = scratch_path ("data/arra/checkpoints/.fetch"), *vqgan = owl_vqgan ();
  g_autoptr (Outcome) got = arra_run ("get", "owl", "--agree", "--keep-originals", "--vqgan", vqgan, NULL), info = NULL,
                      again = NULL, made = NULL;

  assert_status (got, 0);
  assert_says (got->out, "owl: 5 files");
  assert_says (got->out, "Licence as its page names it: of-owls; owl/words: of-words\n");
  g_assert_true (g_file_test (reads, G_FILE_TEST_EXISTS) && g_file_test (words, G_FILE_TEST_EXISTS));
  again = arra_run ("get", "owl", "--agree", "--delete-originals", "-o", "again.gguf", NULL);
  assert_status (again, 0);
  g_assert_cmpuint (server_count (hub->server, "/owl/words/resolve/" GOLDEN_HUB_COMMIT "/config.json"), ==, 1);
  g_assert_false (g_file_test (fetched, G_FILE_TEST_EXISTS));
  info = arra_run ("info", "owl-f16", NULL);
  assert_status (info, 0);
  assert_says (info->out, "in memory only while a prompt is read");
  made = arra_run ("generate", "--model", "owl-f16", "a tench on sand", "--quiet", "-o", "owl.png", NULL);
  assert_status (made, 0);
  g_assert_true (scratch_has ("owl.png"));
}

/* Two of them at once do not write the same files. */
static void
test_at_once (GoldenHub *hub, gconstpointer data)
{
  static const char *const args[] = { "get", "fox", "--agree", "-q", NULL };
  Route *route = server_route (hub->server, "/fox/little/resolve/" GOLDEN_HUB_COMMIT "/config.json");
  GSubprocess *first;
  g_autoptr (Outcome) second = NULL, end = NULL;

  route->waits = TRUE;
  first = arra_start (args, -1);
  while (server_count (hub->server, route->path) == 0)
    g_usleep (10000);
  second = arra_run ("get", "fox", "--agree", NULL);
  assert_status (second, 70);
  assert_says (second->err, "fox: is being got by another program just now");
  g_subprocess_force_exit (first);
  end = arra_finish (first, NULL);
}

/* An encoder of another kind is told before any weights come. */
static void
test_other_encoder (GoldenHub *hub, gconstpointer data)
{
  static const char config[] = "{\"model_type\": \"walrus\"}";
  g_autofree char *sha256 = g_compute_checksum_for_string (G_CHECKSUM_SHA256, config, -1);
  Route *list = server_route (hub->server, "/api/models/owl/words/tree/" GOLDEN_HUB_COMMIT);
  Route *file = server_route (hub->server, "/owl/words/resolve/" GOLDEN_HUB_COMMIT "/config.json");
  g_autofree char *tree = g_strdup_printf (
      "[{\"type\":\"file\",\"path\":\"config.json\",\"size\":%zu,\"oid\":\"\",\"lfs\":{\"oid\":\"%s\"}}]",
      strlen (config), sha256);
  g_autoptr (Outcome) got = NULL;

  list->content = (const guint8 *) tree;
  list->size = strlen (tree);
  file->content = (const guint8 *) config;
  file->size = strlen (config);
  got = arra_run ("get", "owl", "--agree", NULL);
  assert_status (got, 70);
  assert_says (got->err, "walrus\", which is no text encoder that is known");
  g_assert_cmpuint (server_count (hub->server, "/owl/reads/resolve/" GOLDEN_HUB_COMMIT "/t2i_bf16.pt"), ==, 0);
}

static void
test_by_name (GoldenHub *hub, gconstpointer data)
{
  g_autoptr (Outcome) got = arra_run ("get", "fox", "--agree", "--keep-originals", NULL), info = NULL, again = NULL;

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

/* An image tokenizer of the user's own may be another one than is known. */
static void
test_own_vqgan (GoldenHub *hub, gconstpointer data)
{
  g_autoptr (Outcome) got = arra_run ("get", "fox", "--vqgan", golden_vqgan (), "--agree", "--delete-originals", NULL);

  assert_status (got, 0);
  assert_says (got->err, "is another image tokenizer than the one that is known for fox");
}

/* What was published under a name stays that. */
static void
test_other_file (GoldenHub *hub, gconstpointer data)
{
  g_autofree char *home = scratch_path ("data"), *weights = scratch_path ("config.json"), *folder = scratch_path (".");
  g_autoptr (Outcome) got = NULL;

  g_assert_true (g_file_set_contents (weights, "another", -1, NULL));
  golden_hub_put_catalogue (home, folder);
  got = arra_run ("get", "fox", "--agree", NULL);
  assert_status (got, 70);
  assert_says (got->err, "fox/little/config.json: the hub has another file");
  g_assert_cmpuint (server_count (hub->server, "/fox/little/resolve/" GOLDEN_HUB_COMMIT "/config.json"), ==, 0);
}

/* Models of other kinds are told by their config.json, before any weights come. */
static void
test_other_kind (GoldenHub *hub, gconstpointer data)
{
  static const char config[] = "{\"model_type\": \"walrus\"}";
  g_autofree char *sha256 = g_compute_checksum_for_string (G_CHECKSUM_SHA256, config, -1);
  g_autoptr (Outcome) got = NULL;

  golden_hub_add (hub, "/api/models/sea/walrus/revision/main", g_strdup ("{\"sha\":\"" GOLDEN_HUB_COMMIT "\"}"));
  golden_hub_add (
      hub, "/api/models/sea/walrus/tree/" GOLDEN_HUB_COMMIT,
      g_strdup_printf (
          "[{\"type\":\"file\",\"path\":\"config.json\",\"size\":%zu,\"oid\":\"\",\"lfs\":{\"oid\":\"%s\"}},"
          "{\"type\":\"file\",\"path\":\"model.safetensors\",\"size\":1000,\"oid\":\"\",\"lfs\":{\"oid\":\"%s\"}}]",
          strlen (config), sha256, sha256));
  golden_hub_add (hub, "/sea/walrus/resolve/" GOLDEN_HUB_COMMIT "/config.json", g_strdup (config));
  got = arra_run ("get", "sea/walrus", "--agree", NULL);
  assert_status (got, 70);
  assert_says (got->err, "walrus\" is not supported");
  g_assert_cmpuint (server_count (hub->server, "/sea/walrus/resolve/" GOLDEN_HUB_COMMIT "/config.json"), ==, 1);
  g_assert_cmpuint (server_count (hub->server, "/sea/walrus/resolve/" GOLDEN_HUB_COMMIT "/model.safetensors"), ==, 0);
}

/* Weights that nothing describes are not fetched either. */
static void
test_no_config (GoldenHub *hub, gconstpointer data)
{
  g_autofree char *sha256 = g_compute_checksum_for_string (G_CHECKSUM_SHA256, "", -1);
  g_autoptr (Outcome) got = NULL;

  golden_hub_add (hub, "/api/models/sea/shell/revision/main", g_strdup ("{\"sha\":\"" GOLDEN_HUB_COMMIT "\"}"));
  golden_hub_add (
      hub, "/api/models/sea/shell/tree/" GOLDEN_HUB_COMMIT,
      g_strdup_printf ("[{\"type\":\"file\",\"path\":\"model.pt\",\"size\":0,\"oid\":\"\",\"lfs\":{\"oid\":\"%s\"}}]",
                       sha256));
  got = arra_run ("get", "sea/shell", "--agree", NULL);
  assert_status (got, 70);
  assert_says (got->err, "no config.json");
}

static void
test_no_vqgan (GoldenHub *hub, gconstpointer data)
{
  g_autoptr (Outcome) got = arra_run ("get", "whale", "--agree", NULL);

  assert_status (got, 64);
  assert_says (got->err, "https://vqgan.example/");
  g_assert_cmpuint (server_sent (hub->server), ==, 0);
}

/* A name that leads nowhere stands for a computer without a network. */
static void
test_offline (GoldenHub *hub, gconstpointer data)
{
  g_autoptr (Outcome) got = NULL;
  g_autofree char *folder = scratch_path ("data/arra/checkpoints");

  harness_setenv ("HF_ENDPOINT", "http://nobody.invalid");
  got = arra_run ("get", "fox/little", "--agree", NULL);
  assert_status (got, 69);
  assert_says (got->err, "no network");
  assert_says (got->err, folder);
}

/* What is there of it may be taken for a checkpoint by nobody. */
static void
assert_hidden (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    g_assert_true (*name == '.' || g_str_equal (name, "fox-f16.gguf"));
}

/* Killed at some moment, of fetching, converting or verifying, again and again: there is no file, or the right one. */
static void
test_killed (GoldenHub *hub, gconstpointer data)
{
  static const char *const args[] = { "get", "fox", "--agree", "-q", NULL };
  g_autoptr (Outcome) whole = arra_run ("get", "fox", "--agree", "-q", "-o", "whole.gguf", NULL), last = NULL;
  g_autofree char *folder = scratch_path ("data/arra/checkpoints"),
                  *fetched = g_build_filename (folder, ".fetch", NULL),
                  *killed = g_build_filename (folder, "fox-f16.gguf", NULL);
  guint32 state = 11;

  assert_status (whole, 0);
  for (guint i = 0; i < 30; i++)
    {
      GSubprocess *process;
      g_autoptr (Outcome) outcome = NULL;

      if (i % 10 == 0)
        fixture_remove (fetched);
      process = arra_start (args, -1);
      state = state * 1664525u + 1013904223u;
      g_usleep (state % 400000);
      g_subprocess_force_exit (process);
      outcome = arra_finish (process, NULL);
      assert_hidden (folder);
      if (!g_file_test (killed, G_FILE_TEST_EXISTS))
        continue;
      g_assert_true (same_bytes ("whole.gguf", "data/arra/checkpoints/fox-f16.gguf"));
      g_assert_cmpint (g_remove (killed), ==, 0);
    }
  last = arra_run ("get", "fox", "--agree", "-q", NULL);
  assert_status (last, 0);
  g_assert_true (same_bytes ("whole.gguf", "data/arra/checkpoints/fox-f16.gguf"));
}

static void
test_not_agreed (GoldenHub *hub, gconstpointer data)
{
  g_autoptr (Outcome) got = arra_run_with_input ("", "get", "fox/little", NULL);

  assert_status (got, 64);
  assert_says (got->err, "--agree");
  g_assert_cmpuint (server_sent (hub->server), <, strlen (hub->tree->str) + 200);
}

static void
test_bad_names (GoldenHub *hub, gconstpointer data)
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
test_not_there (GoldenHub *hub, gconstpointer data)
{
  g_autoptr (Outcome) got = arra_run ("get", "fox/large", "--agree", NULL);

  assert_status (got, 70);
  assert_says (got->err, "fox/large");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/get/get", GoldenHub, NULL, set_up, test_get, tear_down);
  g_test_add ("/get/again", GoldenHub, NULL, set_up, test_again, tear_down);
  g_test_add ("/get/list", GoldenHub, NULL, set_up, test_list, tear_down);
  g_test_add ("/get/json", GoldenHub, NULL, set_up, test_json, tear_down);
  g_test_add ("/get/room", GoldenHub, NULL, set_up, test_room, tear_down);
  g_test_add ("/get/encoder", GoldenHub, NULL, set_up, test_encoder, tear_down);
  g_test_add ("/get/at-once", GoldenHub, NULL, set_up, test_at_once, tear_down);
  g_test_add ("/get/other-encoder", GoldenHub, NULL, set_up, test_other_encoder, tear_down);
  g_test_add ("/get/by-name", GoldenHub, NULL, set_up, test_by_name, tear_down);
  g_test_add ("/get/own-vqgan", GoldenHub, NULL, set_up, test_own_vqgan, tear_down);
  g_test_add ("/get/other-file", GoldenHub, NULL, set_up, test_other_file, tear_down);
  g_test_add ("/get/other-kind", GoldenHub, NULL, set_up, test_other_kind, tear_down);
  g_test_add ("/get/no-config", GoldenHub, NULL, set_up, test_no_config, tear_down);
  g_test_add ("/get/no-vqgan", GoldenHub, NULL, set_up, test_no_vqgan, tear_down);
  g_test_add ("/get/offline", GoldenHub, NULL, set_up, test_offline, tear_down);
  g_test_add ("/get/killed", GoldenHub, NULL, set_up, test_killed, tear_down);
  g_test_add ("/get/not-agreed", GoldenHub, NULL, set_up, test_not_agreed, tear_down);
  g_test_add ("/get/bad-names", GoldenHub, NULL, set_up, test_bad_names, tear_down);
  g_test_add ("/get/not-there", GoldenHub, NULL, set_up, test_not_there, tear_down);
  return g_test_run ();
}
