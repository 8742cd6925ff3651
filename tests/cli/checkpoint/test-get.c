/* test-get.c - `arra get` from a hub on the loopback
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "fixture.h"
#include "golden_hub.h"
#include "harness.h"

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
  assert_says (list->out, "Not on this computer: it needs about ");
  assert_says (list->out, "https://vqgan.example/");
  g_assert_cmpuint (server_sent (hub->server), ==, 0);
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

/* Killed at some moment, of fetching, converting or verifying, again and again: there is no file, or the right one. */
static void
test_killed (GoldenHub *hub, gconstpointer data)
{
  static const char *const args[] = { "get", "fox", "--agree", "-q", "-o", "killed.gguf", NULL };
  g_autoptr (Outcome) whole = arra_run ("get", "fox", "--agree", "-q", "-o", "whole.gguf", NULL), last = NULL;
  g_autofree char *fetched = scratch_path ("data/arra/checkpoints/.fetch"), *killed = scratch_path ("killed.gguf");
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
      if (!scratch_has ("killed.gguf"))
        continue;
      g_assert_true (same_bytes ("whole.gguf", "killed.gguf"));
      g_assert_cmpint (g_remove (killed), ==, 0);
    }
  last = arra_run ("get", "fox", "--agree", "-q", "-o", "killed.gguf", NULL);
  assert_status (last, 0);
  g_assert_true (same_bytes ("whole.gguf", "killed.gguf"));
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
