/* golden_hub.c - a hub on the loopback with one repository: the golden model and its VQGAN
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

/* The file at @path, as @name. */
static void
add_file (GoldenHub *hub, const char *path, const char *name)
{
  g_autofree char *sha256 = NULL;
  char *bytes;
  gsize size;
  Route route = { 0 };

  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  sha256 = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) bytes, size);
  route.path = keep (hub, g_strdup_printf ("/fox/little/resolve/" GOLDEN_HUB_COMMIT "/%s", name));
  route.content = keep (hub, bytes);
  route.size = size;
  route.cut_after = 65536;
  server_add (hub->server, &route);
  g_string_append_printf (hub->tree,
                          "%s{\"type\":\"file\",\"path\":\"%s\",\"size\":%" G_GSIZE_FORMAT
                          ",\"oid\":\"\",\"lfs\":{\"oid\":\"%s\"}}",
                          hub->tree->len > 1 ? "," : "", name, size, sha256);
}

static void
add_folder (GoldenHub *hub, const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_REGULAR))
        add_file (hub, path, name);
    }
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
        " \"license_link\": \"https://whale.example/\", \"type\": \"q8_0\", \"parameters\": 1000000000000000, \"vqgan_link\": \"https://vqgan.example/\"}]}";
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

void
golden_hub_begin (GoldenHub *hub)
{
  g_autofree char *model = g_build_filename (g_getenv ("ARRA_TEST_DATA"), "golden", "e2e", "model", NULL);
  g_autofree char *vqgan = g_build_filename (g_getenv ("ARRA_TEST_DATA"), "golden", "vqgan", "f16", VQGAN, NULL);
  g_autofree char *yaml = g_build_filename (g_getenv ("ARRA_TEST_DATA"), "golden", "vqgan", "f16", "vqgan.yaml", NULL);

  hub->server = server_new (NULL);
  hub->kept = g_ptr_array_new_with_free_func (g_free);
  hub->tree = g_string_new ("[");
  add_folder (hub, model);
  add_file (hub, vqgan, VQGAN);
  add_file (hub, yaml, "vqgan.yaml");
  g_string_append (hub->tree, "]");
  golden_hub_add (hub, "/api/models/fox/little/revision/main",
                  g_strdup ("{\"sha\":\"" GOLDEN_HUB_COMMIT "\",\"cardData\":{\"license\":\"of-foxes\"}}"));
  golden_hub_add (hub, "/api/models/fox/little/tree/" GOLDEN_HUB_COMMIT, g_strdup (hub->tree->str));
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
