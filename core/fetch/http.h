/* http.h - GET over HTTP: the one place that knows which library does it
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

/* A session belongs to the thread that made it. */
typedef struct _ArraHttp ArraHttp;

/* Proxies are those of HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY, also in small letters, else the desktop's. A
 * file that SSL_CERT_FILE, REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE names replaces the system's authorities. @timeout:
 * seconds without a byte after which a connection counts as cut. Returns: (transfer full): arra_http_free(). */
ArraHttp *arra_http_new (guint timeout, GError **error);
void arra_http_free (ArraHttp *http); /* nullable */

typedef struct
{
  const char *url;
  const char *token;        /* (nullable): sent to @token_origin, and to no other host, whatever redirects there are */
  const char *token_origin; /* (nullable): "https://host", with a port where it is not the usual one */
  guint64 offset;           /* where the body is to begin */
} ArraHttpRequest;

/* What came back, once redirects have been followed. */
typedef struct
{
  guint status;
  GInputStream *body;
  GHashTable
      *headers; /* names in small letters; what one of the redirects said stays when the last answer does not say it */
} ArraHttpAnswer;

/* At most ten redirects, never from https to http. Statuses are no errors here: failures are those of the network, and
 * ARGUMENT for a URL that is none. Messages name the host, never what follows a "?". Returns: (transfer full):
 * arra_http_answer_free(). */
ArraHttpAnswer *
arra_http_get (ArraHttp *http, const ArraHttpRequest *request, GCancellable *cancellable, GError **error);
void arra_http_answer_free (ArraHttpAnswer *answer); /* nullable */

/* (nullable) (transfer none): @name in small letters */
const char *arra_http_header (const ArraHttpAnswer *answer, const char *name);

/* The whole body, of at most @limit bytes; @name starts messages. Returns: (transfer full). */
GBytes *
arra_http_read (ArraHttpAnswer *answer, const char *name, gsize limit, GCancellable *cancellable, GError **error);

/* (nullable) (transfer full): a date as headers have it */
GDateTime *arra_http_date (const char *text);

/* "https://host:port" of @url, without the usual port; NULL when it is no URL of http or https. (transfer full) */
char *arra_http_origin (const char *url);

/* Whether @error is a failure of the network that may be gone at the next try. */
gboolean arra_http_is_passing (const GError *error);
/* Whether @error means that there is no network at all, as far as can be told. */
gboolean arra_http_is_offline (const GError *error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraHttp, arra_http_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraHttpAnswer, arra_http_answer_free)
