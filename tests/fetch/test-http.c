/* test-http.c - redirects, tokens, authorities and proxies
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "http.h"

#include <string.h>

#include "hub.h"

#define TEXT "what was asked for"

static void
add (Server *server, const char *path, guint status, const char *headers)
{
  const Route route
      = { .path = path, .status = status, .headers = headers, .content = (const guint8 *) TEXT, .size = strlen (TEXT) };

  server_add (server, &route);
}

static ArraHttpAnswer *
get (const char *url, const char *origin, GError **error)
{
  g_autoptr (GError) none = NULL;
  g_autoptr (ArraHttp) http = arra_http_new (600, &none);
  const ArraHttpRequest request = { url, "hf_secret", origin, 0 };

  g_assert_no_error (none);
  return arra_http_get (http, &request, NULL, error);
}

static void
assert_text (ArraHttpAnswer *answer)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = arra_http_read (answer, "answer", 100, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), TEXT, strlen (TEXT));
}

/* The hash that the first host names stays known; the second host gets no token. */
static void
test_redirect (void)
{
  g_autoptr (Server) hub = server_new (NULL), store = server_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *to = server_url (store, "/bytes"), *url = server_url (hub, "/file"), *origin = server_url (hub, "");
  g_autofree char *headers = g_strdup_printf ("Location: %s?signature=x\r\nX-Linked-Etag: \"abc\"\r\n", to);
  g_autoptr (ArraHttpAnswer) answer = NULL;
  g_auto (GStrv) asked_hub = NULL, asked_store = NULL;

  add (hub, "/file", 307, "Location: /moved\r\n");
  add (hub, "/moved", 302, headers);
  add (store, "/bytes", 200, NULL);
  answer = get (url, origin, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (answer->status, ==, 200);
  g_assert_cmpstr (arra_http_header (answer, "x-linked-etag"), ==, "\"abc\"");
  assert_text (answer);
  asked_hub = server_asked (hub);
  asked_store = server_asked (store);
  g_assert_cmpstr (asked_hub[1], ==, "/moved - Bearer hf_secret");
  g_assert_cmpstr (asked_store[0], ==, "/bytes - -");
}

static void
test_bad_redirects (void)
{
  static const struct
  {
    const char *headers, *word;
  } places[] = {
    { "Location: /round\r\n", "on and on" },
    { "Location: file:///etc/passwd\r\n", "no address" },
    { "Location: ftp://127.0.0.1/\r\n", "no address" },
    { "Location: http://user:secret@127.0.0.1/\r\n", "no address" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autoptr (Server) hub = server_new (NULL);
      g_autofree char *url = server_url (hub, "/round");
      g_autoptr (GError) error = NULL;

      add (hub, "/round", 302, places[i].headers);
      g_assert_null (get (url, NULL, &error));
      g_assert_nonnull (error);
      g_assert_nonnull (strstr (error->message, places[i].word));
      g_assert_null (strstr (error->message, "secret"));
    }
}

static void
test_long (void)
{
  g_autoptr (Server) hub = server_new (NULL);
  g_autofree char *url = server_url (hub, "/long");
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraHttpAnswer) answer = NULL;

  add (hub, "/long", 200, NULL);
  answer = get (url, NULL, &error);
  g_assert_null (arra_http_read (answer, "answer", 5, NULL, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_INVALID_DATA);
}

static GTlsCertificate *
certificate (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("ARRA_TEST_TLS"), "server.pem", NULL);
  g_autoptr (GError) error = NULL;
  GTlsCertificate *read = g_tls_certificate_new_from_file (path, &error);

  g_assert_no_error (error);
  return read;
}

static void
test_tls (void)
{
  g_autoptr (GTlsCertificate) own = certificate ();
  g_autoptr (Server) hub = server_new (own), plain = server_new (NULL);
  g_autofree char *authority = g_build_filename (g_getenv ("ARRA_TEST_TLS"), "authority.pem", NULL);
  g_autofree char *url = server_url (hub, "/file"), *down = server_url (hub, "/down"), *origin = server_url (hub, "");
  g_autofree char *to = server_url (plain, "/file"), *headers = g_strdup_printf ("Location: %s\r\n", to);
  g_autoptr (ArraHttpAnswer) answer = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) asked = NULL;

  add (hub, "/file", 200, NULL);
  add (hub, "/down", 302, headers);
  add (plain, "/file", 200, NULL);
  g_assert_null (get (url, origin, &error)); /* nobody the system knows vouches for it */
  g_assert_error (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE);
  g_assert_false (arra_http_is_passing (error));
  g_clear_error (&error);
  g_setenv ("SSL_CERT_FILE", authority, TRUE);
  answer = get (url, origin, &error);
  g_assert_no_error (error);
  assert_text (answer);
  asked = server_asked (hub);
  g_assert_cmpstr (asked[0], ==, "/file - Bearer hf_secret");
  g_assert_null (get (down, origin, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_INVALID_DATA);
  g_assert_cmpuint (server_count (plain, "/file"), ==, 0);
  g_setenv ("SSL_CERT_FILE", "/nowhere/authority.pem", TRUE);
  g_clear_error (&error);
  g_assert_null (arra_http_new (600, &error));
  g_assert_nonnull (strstr (error->message, "/nowhere/authority.pem"));
  g_unsetenv ("SSL_CERT_FILE");
}

/* What stands in for a proxy is asked for the whole address. */
static void
test_proxy (void)
{
  g_autoptr (Server) proxy = server_new (NULL), hub = server_new (NULL);
  g_autofree char *address = g_strdup_printf ("127.0.0.1:%u", server_port (proxy)), *url = server_url (hub, "/file");
  g_autoptr (ArraHttpAnswer) through = NULL, past = NULL;

  add (proxy, "http://hub.invalid/file", 200, NULL);
  add (hub, "/file", 200, NULL);
  g_setenv ("HTTP_PROXY", address, TRUE);
  through = get ("http://hub.invalid/file", NULL, NULL);
  g_assert_nonnull (through);
  assert_text (through);
  g_assert_cmpuint (server_count (proxy, "http://hub.invalid/file"), ==, 1);
  g_setenv ("NO_PROXY", "localhost,127.0.0.1", TRUE);
  past = get (url, NULL, NULL);
  g_assert_nonnull (past);
  assert_text (past);
  g_unsetenv ("NO_PROXY");
  g_unsetenv ("HTTP_PROXY");
}

/* https goes through it unread: the proxy learns where to, and nothing else. */
static void
test_tls_proxy (void)
{
  g_autoptr (GTlsCertificate) own = certificate ();
  g_autoptr (Server) proxy = server_new (NULL), hub = server_new (own);
  g_autofree char *authority = g_build_filename (g_getenv ("ARRA_TEST_TLS"), "authority.pem", NULL);
  g_autofree char *address = server_url (proxy, "/"), *url = server_url (hub, "/file"), *origin = server_url (hub, "");
  g_autofree char *wanted = g_strdup_printf ("127.0.0.1:%u - -", server_port (hub));
  g_autoptr (ArraHttpAnswer) answer = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) seen = NULL, asked = NULL;

  add (hub, "/file", 200, NULL);
  g_setenv ("SSL_CERT_FILE", authority, TRUE);
  g_setenv ("HTTPS_PROXY", address, TRUE);
  answer = get (url, origin, &error);
  g_assert_no_error (error);
  assert_text (answer);
  seen = server_asked (proxy);
  g_assert_cmpstr (seen[0], ==, wanted);
  asked = server_asked (hub);
  g_assert_cmpstr (asked[0], ==, "/file - Bearer hf_secret");
  g_unsetenv ("HTTPS_PROXY");
  g_unsetenv ("SSL_CERT_FILE");
}

static void
test_origin (void)
{
  static const char *const addresses[][2] = {
    { "https://huggingface.co/a/b", "https://huggingface.co" },
    { "HTTPS://HuggingFace.co:443", "https://huggingface.co" },
    { "http://127.0.0.1:80/x", "http://127.0.0.1" },
    { "http://[::1]:8080/x", "http://[::1]:8080" },
    { "https://user@host/", NULL },
    { "ftp://host/", NULL },
    { "https:///x", NULL },
    { "", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (addresses); i++)
    {
      g_autofree char *origin = arra_http_origin (addresses[i][0]);
      g_assert_cmpstr (origin, ==, addresses[i][1]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  hub_without_environment ();
  g_test_add_func ("/http/redirect", test_redirect);
  g_test_add_func ("/http/bad-redirects", test_bad_redirects);
  g_test_add_func ("/http/long", test_long);
  g_test_add_func ("/http/tls", test_tls);
  g_test_add_func ("/http/proxy", test_proxy);
  g_test_add_func ("/http/tls-proxy", test_tls_proxy);
  g_test_add_func ("/http/origin", test_origin);
  return g_test_run ();
}
