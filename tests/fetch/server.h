/* server.h - a hub on the loopback that misbehaves as it is told; also a proxy: CONNECT leads to the loopback, whatever
 * the host
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

typedef struct _Server Server;

/* What is at one path. */
typedef struct
{
  const char *path;      /* without what follows "?", or with it, for that alone */
  guint status;          /* 0: 200, or 206 for a range */
  const char *headers;   /* (nullable): lines that end in "\r\n" */
  const guint8 *content; /* borrowed */
  gsize size;
  guint n_busy; /* answers with busy_status before the others */
  guint busy_status;
  const char *busy_headers;
  gsize cut_after;      /* 0: never; else the connection ends after so many bytes of content */
  gboolean no_ranges;   /* ranges are passed over */
  gboolean wrong_range; /* another range comes than was asked for */
  guint n_wrong;        /* answers whose first byte is another one */
  gsize too_many;       /* bytes that are sent, and announced, beyond the content */
  const char *token;    /* (nullable): without it the answer is 401 */
  gboolean waits;       /* after the first bytes of content nothing comes any more */
  guint n_waits;        /* answers that do so */
  gsize piece;          /* 0: all at once; else bytes that are sent before each pause of a millisecond */
  guint together;       /* answers wait until so many are asked for at the same time */
} Route;

/* @certificate: (nullable): of a TLS server */
Server *server_new (GTlsCertificate *certificate);
void server_free (Server *server);

void server_add (Server *server, const Route *route); /* borrowed: the strings and the content */
Route *server_route (Server *server, const char *path);

char *server_url (const Server *server, const char *path); /* (transfer full) */
guint16 server_port (const Server *server);

/* What was asked for, a line each: "PATH RANGE TOKEN", with "-" for what was not given. (transfer full) */
char **server_asked (Server *server);
guint server_count (Server *server, const char *path); /* requests for it */
guint64 server_sent (Server *server);                  /* bytes of content that were begun to be sent */
guint server_most (Server *server);                    /* answers that were under way at the same time */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Server, server_free)
