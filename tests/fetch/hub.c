/* hub.c - what tests of fetching share: access to the test's server, and bytes to fetch
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "hub.h"

#include <glib/gstdio.h>
#include <string.h>

ArraHubAccess *
hub_access (const Server *server, const char *token)
{
  ArraHubAccess *access = g_new0 (ArraHubAccess, 1);

  access->endpoint = server_url (server, "");
  access->origin = arra_http_origin (access->endpoint);
  access->token = g_strdup (token);
  access->timeout = 600;
  access->pause = 1;
  access->tries = 4;
  return access;
}

guint8 *
hub_bytes (gsize size)
{
  guint8 *bytes = g_malloc (size + 1);
  guint32 state = 1;

  for (gsize i = 0; i < size; i++)
    {
      state = state * 1664525u + 1013904223u;
      bytes[i] = (guint8) (state >> 24);
    }
  return bytes;
}

char *
hub_sha256 (const guint8 *bytes, gsize size)
{
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, bytes, size);
}

char *
hub_git (const guint8 *bytes, gsize size)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA1);
  g_autofree char *head = g_strdup_printf ("blob %" G_GSIZE_FORMAT, size);

  g_checksum_update (checksum, (const guchar *) head, (gssize) strlen (head) + 1);
  g_checksum_update (checksum, bytes, (gssize) size);
  return g_strdup (g_checksum_get_string (checksum));
}

char *
hub_scratch (void)
{
  char *folder = g_dir_make_tmp ("arra-test-XXXXXX", NULL);

  g_assert_nonnull (folder);
  return folder;
}

void
hub_remove (const char *path)
{
  g_autoptr (GDir) dir = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *inner = g_build_filename (path, name, NULL);
      hub_remove (inner);
    }
  g_remove (path);
}

guint
hub_count (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n = 0;

  while (dir != NULL && g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

void
hub_without_environment (void)
{
  static const char *const names[] = { "HF_TOKEN",
                                       "HUGGING_FACE_HUB_TOKEN",
                                       "HF_TOKEN_PATH",
                                       "HF_HOME",
                                       "HF_ENDPOINT",
                                       "HF_HUB_CACHE",
                                       "HUGGINGFACE_HUB_CACHE",
                                       "SSL_CERT_FILE",
                                       "REQUESTS_CA_BUNDLE",
                                       "CURL_CA_BUNDLE",
                                       "http_proxy",
                                       "HTTP_PROXY",
                                       "https_proxy",
                                       "HTTPS_PROXY",
                                       "all_proxy",
                                       "ALL_PROXY",
                                       "no_proxy",
                                       "NO_PROXY" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    g_unsetenv (names[i]);
  g_setenv ("GIO_USE_PROXY_RESOLVER", "dummy", TRUE);
}
