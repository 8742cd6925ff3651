/* golden_hub.c - a hub on the loopback: the golden model and its VQGAN, and another whose prompts a text encoder reads
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "golden_hub.h"

#include <glib/gstdio.h>
#include <string.h>

#define VQGAN "vqgan.ckpt"

static gpointer
keep (GoldenHub *hub, gpointer data)
{
  g_ptr_array_add (hub->kept, data);
  return data;
}

void
golden_hub_add (GoldenHub *hub, const char *path, char *text)
{
  const Route route = { .path = path, .content = keep (hub, text), .size = strlen (text) };

  server_add (hub->server, &route);
}

/* The file at @path, as @name of @repository, whose list is @tree. */
static void
add_file (GoldenHub *hub, const char *repository, GString *tree, const char *path, const char *name)
{
  g_autofree char *sha256 = NULL;
  char *bytes;
  gsize size;
  Route route = { 0 };

  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  sha256 = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) bytes, size);
  route.path = keep (hub, g_strdup_printf ("/%s/resolve/" GOLDEN_HUB_COMMIT "/%s", repository, name));
  route.content = keep (hub, bytes);
  route.size = size;
  route.cut_after = 65536;
  server_add (hub->server, &route);
  g_string_append_printf (
      tree, "%s{\"type\":\"file\",\"path\":\"%s\",\"size\":%" G_GSIZE_FORMAT ",\"oid\":\"\",\"lfs\":{\"oid\":\"%s\"}}",
      tree->len > 1 ? "," : "", name, size, sha256);
}

/* (transfer full): of the golden files */
static char *
golden (const char *name)
{
  return g_build_filename (g_getenv ("ARRA_TEST_DATA"), "golden", name, NULL);
}

static void
add_golden (GoldenHub *hub, const char *repository, GString *tree, const char *folder, const char *name)
{
  g_autofree char *in = golden (folder), *path = g_build_filename (in, name, NULL);

  add_file (hub, repository, tree, path, name);
}

static void
add_folder (GoldenHub *hub, const char *repository, GString *tree, const char *folder)
{
  g_autofree char *path = golden (folder);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *inner = g_build_filename (path, name, NULL);

      if (g_file_test (inner, G_FILE_TEST_IS_REGULAR))
        add_file (hub, repository, tree, inner, name);
    }
}

/* What the hub says of the repository whose files have been listed. */
static void
add_answers (GoldenHub *hub, const char *repository, GString *tree, const char *license)
{
  const char *revision = keep (hub, g_strdup_printf ("/api/models/%s/revision/main", repository));
  const char *list = keep (hub, g_strdup_printf ("/api/models/%s/tree/" GOLDEN_HUB_COMMIT, repository));

  g_string_append (tree, "]");
  golden_hub_add (hub, revision,
                  g_strdup_printf ("{\"sha\":\"" GOLDEN_HUB_COMMIT "\",\"cardData\":{\"license\":\"%s\"}}", license));
  golden_hub_add (hub, list, g_strdup (tree->str));
}

void
golden_hub_put_catalogue (const char *home, const char *model)
{
  static const char entry[]
      = "{\"checkpoints\": [{\"name\": \"fox\", \"title\": \"A little fox\", \"repository\": \"fox/little\", \"draws\": {\"en\": \"Foxes.\"},"
        " \"license\": \"of all foxes\", \"license_link\": \"https://fox.example/license\", \"side\": 32, \"type\": \"f16\", \"bytes\": 1048576,"
        " \"parameters\": 1000000, \"layers\": 1, \"width\": 64, \"positions\": 4, \"vqgan_sha256\": \"%064d\", \"vqgan\": \"" VQGAN
        "\", \"card\": {\"domain\": \"foxes\"},"
        " \"sha256\": {\"config.json\": \"%s\"}},"
        "{\"name\": \"whale\", \"title\": \"A whale\", \"repository\": \"sea/whale\", \"draws\": {\"en\": \"Whales.\"}, \"license\": \"of whales\","
        " \"license_link\": \"https://whale.example/\", \"type\": \"q8_0\", \"parameters\": 1000000000000000, \"vqgan_link\": \"https://vqgan.example/\"},"
        "{\"name\": \"owl\", \"title\": \"An owl\", \"repository\": \"owl/reads\", \"weights\": \"t2i_bf16.pt\", \"t5\": \"owl/words\","
        " \"draws\": {\"en\": \"Owls.\"}, \"license\": \"of owls\", \"license_link\": \"https://owl.example/\", \"type\": \"f16\"}]}";
  g_autofree char *folder = g_build_filename (home, "arra", NULL),
                  *path = g_build_filename (folder, "catalogue.json", NULL);
  g_autofree char *known = g_build_filename (model, "config.json", NULL), *bytes = NULL, *sha256 = NULL, *text = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (known, &bytes, &size, NULL));
  sha256 = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) bytes, size);
  text = g_strdup_printf (entry, 0, sha256);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
add_fox (GoldenHub *hub)
{
  add_folder (hub, "fox/little", hub->tree, "e2e/model");
  add_golden (hub, "fox/little", hub->tree, "vqgan/f16", VQGAN);
  add_golden (hub, "fox/little", hub->tree, "vqgan/f16", "vqgan.yaml");
  add_answers (hub, "fox/little", hub->tree, "of-foxes");
}

static void
add_owl (GoldenHub *hub)
{
  g_autoptr (GString) reads = g_string_new ("["), words = g_string_new ("[");

  add_golden (hub, "owl/reads", reads, "llamagen/t2i", "t2i_bf16.pt");
  add_golden (hub, "owl/reads", reads, "llamagen/t2i", "model_args.json");
  add_golden (hub, "owl/reads", reads, "llamagen/t2i", "case.safetensors"); /* another model */
  add_answers (hub, "owl/reads", reads, "of-owls");
  add_golden (hub, "owl/words", words, "vision/t5_encoder", "config.json");
  add_golden (hub, "owl/words", words, "vision/t5_encoder", "model.safetensors");
  add_golden (hub, "owl/words", words, "tokenizer/t5_unigram_A_small_charsmap", "tokenizer.json");
  add_answers (hub, "owl/words", words, "of-words");
}

void
golden_hub_begin (GoldenHub *hub)
{
  hub->server = server_new (NULL);
  hub->kept = g_ptr_array_new_with_free_func (g_free);
  hub->tree = g_string_new ("[");
  add_fox (hub);
  add_owl (hub);
  hub->url = server_url (hub->server, "");
}

void
golden_hub_end (GoldenHub *hub)
{
  server_free (hub->server);
  g_ptr_array_unref (hub->kept);
  g_string_free (hub->tree, TRUE);
  g_free (hub->url);
}
