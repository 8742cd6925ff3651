/* http.c - GET over HTTP, by libsoup 3
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "http.h"

#include <libsoup/soup.h>
#include <string.h>

#include "fail.h"

#define MAX_REDIRECTS 10
#define PIECE 65536
#define URI_FLAGS (G_URI_FLAGS_HAS_PASSWORD | G_URI_FLAGS_ENCODED | G_URI_FLAGS_SCHEME_NORMALIZE)

struct _ArraHttp
{
  SoupSession *session;
};

/* ------------------------------------------------------------------ proxies and authorities */

/* (nullable): the first of the variables that says something */
static const char *
first_set (const char *const *names)
{
  for (; *names != NULL; names++)
    {
      const char *value = g_getenv (*names);

      if (value != NULL && *value != '\0')
        return value;
    }
  return NULL;
}

/* (transfer full): "host:port" is meant as "http://host:port" */
static char *
proxy_url (const char *value)
{
  return value == NULL || strstr (value, "://") != NULL ? g_strdup (value) : g_strconcat ("http://", value, NULL);
}

/* (transfer full): the hosts of NO_PROXY, where "example.org" and ".example.org" mean all below it, too */
static char **
hosts_without_proxy (void)
{
  static const char *const names[] = { "no_proxy", "NO_PROXY", NULL };
  const char *value = first_set (names);
  g_auto (GStrv) words = g_strsplit_set (value != NULL ? value : "", ", ", 0);
  g_autoptr (GStrvBuilder) hosts = g_strv_builder_new ();

  for (char **word = words; *word != NULL; word++)
    if (**word != '\0')
      {
        g_strv_builder_add (hosts, **word == '.' ? *word + 1 : *word);
        if (g_ascii_isalpha ((*word)[**word == '.' ? 1 : 0]))
          {
            g_autofree char *below = g_strconcat ("*.", **word == '.' ? *word + 1 : *word, NULL);
            g_strv_builder_add (hosts, below);
          }
      }
  return g_strv_builder_end (hosts);
}

/* (nullable) (transfer full): NULL when the environment names no proxy, so that the desktop's count */
static GProxyResolver *
proxies (void)
{
  static const char *const all_names[] = { "all_proxy", "ALL_PROXY", NULL };
  static const char *const http_names[] = { "http_proxy", "HTTP_PROXY", NULL };
  static const char *const https_names[] = { "https_proxy", "HTTPS_PROXY", NULL };
  g_autofree char *all = proxy_url (first_set (all_names));
  g_autofree char *http = proxy_url (first_set (http_names)), *https = proxy_url (first_set (https_names));
  g_auto (GStrv) without = NULL;
  GProxyResolver *resolver;

  if (all == NULL && http == NULL && https == NULL)
    return NULL;
  without = hosts_without_proxy ();
  resolver = g_simple_proxy_resolver_new (all, without);
  if (http != NULL)
    g_simple_proxy_resolver_set_uri_proxy (G_SIMPLE_PROXY_RESOLVER (resolver), "http", http);
  if (https != NULL)
    g_simple_proxy_resolver_set_uri_proxy (G_SIMPLE_PROXY_RESOLVER (resolver), "https", https);
  return resolver;
}

/* FALSE when the environment names authorities that cannot be read. */
static gboolean
use_authorities (SoupSession *session, GError **error)
{
  static const char *const names[] = { "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", NULL };
  const char *path = first_set (names);
  g_autofree char *absolute = path != NULL ? g_canonicalize_filename (path, NULL) : NULL;
  g_autoptr (GTlsDatabase) authorities = NULL;

  if (path == NULL)
    return TRUE;
  authorities = g_tls_file_database_new (absolute, error);
  if (authorities == NULL)
    {
      g_prefix_error (error, "%s: ", path);
      return FALSE;
    }
  soup_session_set_tls_database (session, authorities);
  return TRUE;
}

ArraHttp *
arra_http_new (guint timeout, GError **error)
{
  g_autoptr (ArraHttp) http = g_new0 (ArraHttp, 1);
  g_autoptr (GProxyResolver) resolver = proxies ();

  http->session = soup_session_new_with_options ("timeout", timeout, "idle-timeout", timeout, NULL);
  soup_session_set_user_agent (http->session, "arra ");
  soup_session_remove_feature_by_type (http->session, SOUP_TYPE_CONTENT_DECODER); /* bytes count as they are sent */
  if (resolver != NULL)
    soup_session_set_proxy_resolver (http->session, resolver);
  return use_authorities (http->session, error) ? g_steal_pointer (&http) : NULL;
}

void
arra_http_free (ArraHttp *http)
{
  if (http == NULL)
    return;
  g_clear_object (&http->session);
  g_free (http);
}

/* ------------------------------------------------------------------ where a URL leads */

/* (nullable) (transfer full) */
static GUri *
parse_url (const char *url, GError **error)
{
  g_autoptr (GUri) uri = g_uri_parse (url, URI_FLAGS, NULL);
  const char *scheme = uri != NULL ? g_uri_get_scheme (uri) : "", *host = uri != NULL ? g_uri_get_host (uri) : NULL;

  if ((g_str_equal (scheme, "http") || g_str_equal (scheme, "https")) && host != NULL && *host != '\0'
      && g_uri_get_userinfo (uri) == NULL)
    return g_steal_pointer (&uri);
  /* What stands after "?" may be a signature, and before "@" a password. */
  arra_fail (error, ARRA_ERROR_ARGUMENT, "%.*s: is no address of http:// or https://",
             strchr (url, '@') != NULL ? 0 : (int) strcspn (url, "?#"), url);
  return NULL;
}

static char *
origin_of (GUri *uri)
{
  int usual = g_str_equal (g_uri_get_scheme (uri), "https") ? 443 : 80, port = g_uri_get_port (uri);
  g_autofree char *host = g_ascii_strdown (g_uri_get_host (uri), -1);
  const char *open = strchr (host, ':') != NULL ? "[" : "", *close = *open != '\0' ? "]" : "";

  if (port == -1 || port == usual)
    return g_strdup_printf ("%s://%s%s%s", g_uri_get_scheme (uri), open, host, close);
  return g_strdup_printf ("%s://%s%s%s:%d", g_uri_get_scheme (uri), open, host, close, port);
}

char *
arra_http_origin (const char *url)
{
  g_autoptr (GUri) uri = parse_url (url, NULL);

  return uri != NULL ? origin_of (uri) : NULL;
}

static gboolean
is_this_machine (GUri *uri)
{
  const char *host = g_uri_get_host (uri);
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);

  return g_ascii_strcasecmp (host, "localhost") == 0 || (address != NULL && g_inet_address_get_is_loopback (address));
}

/* Whoever listens on the way reads what goes over plain http. */
static gboolean
may_have_token (const ArraHttpRequest *request, GUri *uri)
{
  g_autofree char *origin = origin_of (uri);

  return request->token != NULL && g_strcmp0 (origin, request->token_origin) == 0
         && (g_str_equal (g_uri_get_scheme (uri), "https") || is_this_machine (uri));
}

/* ------------------------------------------------------------------ one request */

static SoupMessage *
message_for (const ArraHttpRequest *request, GUri *uri)
{
  SoupMessage *message = soup_message_new_from_uri ("GET", uri);
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);

  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT);
  soup_message_headers_replace (headers, "Accept-Encoding", "identity");
  if (may_have_token (request, uri))
    {
      g_autofree char *bearer = g_strconcat ("Bearer ", request->token, NULL);
      soup_message_headers_replace (headers, "Authorization", bearer);
    }
  if (request->offset > 0)
    {
      g_autofree char *range = g_strdup_printf ("bytes=%" G_GUINT64_FORMAT "-", request->offset);
      soup_message_headers_replace (headers, "Range", range);
    }
  return message;
}

static void
keep_header (const char *name, const char *value, gpointer data)
{
  g_hash_table_replace (data, g_ascii_strdown (name, -1), g_strdup (value));
}

static gboolean
is_redirect (guint status)
{
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* The network's errors, with the host they are about. */
static void
name_host (GUri *uri, GError **error)
{
  g_prefix_error (error, "%s: ", g_uri_get_host (uri));
}

/* Sends to @uri, and sets *@next to where the answer sends on. */
static gboolean
send_once (ArraHttp *http,
           const ArraHttpRequest *request,
           GUri *uri,
           ArraHttpAnswer *answer,
           GUri **next,
           GCancellable *cancellable,
           GError **error)
{
  g_autoptr (SoupMessage) message = message_for (request, uri);
  g_autoptr (GInputStream) body = soup_session_send (http->session, message, cancellable, error);
  const char *location;
  g_autoptr (GUri) to = NULL;
  g_autofree char *text = NULL;

  if (body == NULL)
    {
      name_host (uri, error);
      return FALSE;
    }
  answer->status = soup_message_get_status (message);
  g_hash_table_remove (answer->headers, "location");
  soup_message_headers_foreach (soup_message_get_response_headers (message), keep_header, answer->headers);
  location = arra_http_header (answer, "location");
  if (!is_redirect (answer->status) || location == NULL)
    {
      answer->body = g_steal_pointer (&body);
      return TRUE;
    }
  to = g_uri_parse_relative (uri, location, URI_FLAGS, NULL);
  text = to != NULL ? g_uri_to_string (to) : NULL;
  *next = parse_url (text != NULL ? text : "", error);
  if (*next != NULL && g_str_equal (g_uri_get_scheme (uri), "https") && g_str_equal (g_uri_get_scheme (*next), "http"))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                      "%s: sends on from https to http, where anybody may change what comes", g_uri_get_host (uri));
  return *next != NULL;
}

ArraHttpAnswer *
arra_http_get (ArraHttp *http, const ArraHttpRequest *request, GCancellable *cancellable, GError **error)
{
  g_autoptr (ArraHttpAnswer) answer = g_new0 (ArraHttpAnswer, 1);
  g_autoptr (GUri) uri = parse_url (request->url, error);

  answer->headers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  for (guint i = 0; uri != NULL && i <= MAX_REDIRECTS; i++)
    {
      g_autoptr (GUri) next = NULL;

      if (!send_once (http, request, uri, answer, &next, cancellable, error))
        return NULL;
      if (answer->body != NULL)
        return g_steal_pointer (&answer);
      g_uri_unref (uri);
      uri = g_steal_pointer (&next);
    }
  if (uri != NULL)
    arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: sends on and on, more than %d times", g_uri_get_host (uri),
               MAX_REDIRECTS);
  return NULL;
}

void
arra_http_answer_free (ArraHttpAnswer *answer)
{
  if (answer == NULL)
    return;
  g_clear_object (&answer->body);
  g_clear_pointer (&answer->headers, g_hash_table_unref);
  g_free (answer);
}

const char *
arra_http_header (const ArraHttpAnswer *answer, const char *name)
{
  return g_hash_table_lookup (answer->headers, name);
}

GBytes *
arra_http_read (ArraHttpAnswer *answer, const char *name, gsize limit, GCancellable *cancellable, GError **error)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree guint8 *piece = g_malloc (PIECE);
  gssize n;

  while ((n = g_input_stream_read (answer->body, piece, PIECE, cancellable, error)) > 0)
    {
      if ((gsize) n > limit - bytes->len)
        {
          arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: the answer is longer than %zu bytes", name, limit);
          return NULL;
        }
      g_byte_array_append (bytes, piece, (guint) n);
    }
  return n == 0 ? g_byte_array_free_to_bytes (g_steal_pointer (&bytes)) : NULL;
}

GDateTime *
arra_http_date (const char *text)
{
  return soup_date_time_new_from_http_string (text);
}

/* ------------------------------------------------------------------ errors */

gboolean
arra_http_is_passing (const GError *error)
{
  if (error->domain == G_IO_ERROR)
    return error->code != G_IO_ERROR_CANCELLED && error->code != G_IO_ERROR_NO_SPACE;
  return error->domain == G_RESOLVER_ERROR || error->domain == SOUP_SESSION_ERROR
         || g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_EOF);
}

gboolean
arra_http_is_offline (const GError *error)
{
  return error->domain == G_RESOLVER_ERROR || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NETWORK_UNREACHABLE)
         || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE);
}
