/* server.c - a hub on the loopback that misbehaves as it is told
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "server.h"

#include <string.h>

#include "tunnel.h"

#define MAX_HEAD 16384

struct _Server
{
  GSocketService *service;
  GTlsCertificate *certificate;
  GThread *thread;
  GMainContext *context;
  GMainLoop *loop;
  guint16 port;
  GMutex mutex; /* of what follows */
  GPtrArray *routes;
  GPtrArray *asked;
  guint64 sent;
  guint running, most, gathered; /* answers */
  GCond changed;
  GCancellable *end;
};

typedef struct
{
  char *method, *target, *path, *range, *token;
} Request;

static void
request_clear (Request *request)
{
  g_free (request->method);
  g_free (request->target);
  g_free (request->path);
  g_free (request->range);
  g_free (request->token);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Request, request_clear)

/* ------------------------------------------------------------------ reading */

static char *
header_of (char **lines, const char *name)
{
  for (guint i = 1; lines[i] != NULL; i++)
    if (g_ascii_strncasecmp (lines[i], name, strlen (name)) == 0 && lines[i][strlen (name)] == ':')
      return g_strstrip (g_strdup (lines[i] + strlen (name) + 1));
  return NULL;
}

static gboolean
read_request (GInputStream *in, Request *request, GCancellable *cancellable)
{
  g_autoptr (GString) head = g_string_new (NULL);
  g_auto (GStrv) lines = NULL, words = NULL;
  char byte;

  while (!g_str_has_suffix (head->str, "\r\n\r\n"))
    {
      if (head->len > MAX_HEAD || g_input_stream_read (in, &byte, 1, cancellable, NULL) != 1)
        return FALSE;
      g_string_append_c (head, byte);
    }
  lines = g_strsplit (head->str, "\r\n", 0);
  words = g_strsplit (lines[0], " ", 3);
  if (g_strv_length (words) != 3)
    return FALSE;
  request->method = g_strdup (words[0]);
  request->target = g_strdup (words[1]);
  request->path = g_strndup (words[1], strcspn (words[1], "?"));
  request->range = header_of (lines, "Range");
  request->token = header_of (lines, "Authorization");
  return TRUE;
}

/* ------------------------------------------------------------------ answering */

static void
note_request (Server *server, const Request *request)
{
  g_ptr_array_add (server->asked,
                   g_strdup_printf ("%s %s %s", request->path, request->range != NULL ? request->range : "-",
                                    request->token != NULL ? request->token : "-"));
}

static Route *
find (Server *server, const char *path)
{
  for (guint i = 0; i < server->routes->len; i++)
    if (g_str_equal (((Route *) server->routes->pdata[i])->path, path))
      return server->routes->pdata[i];
  return NULL;
}

/* A copy of what the request meets, whose counters have been counted down. */
static Route
meet (Server *server, const Request *request)
{
  Route met = { .status = 404 }, *route;

  g_mutex_lock (&server->mutex);
  note_request (server, request);
  route = find (server, request->target);
  if (route == NULL)
    route = find (server, request->path);
  if (route != NULL)
    {
      met = *route;
      met.waits = route->waits || route->n_waits > 0;
      if (route->n_busy > 0)
        {
          route->n_busy--;
          met = (Route) { .status = route->busy_status, .headers = route->busy_headers };
        }
      else if (route->token != NULL && g_strcmp0 (request->token, route->token) != 0)
        met = (Route) { .status = 401, .headers = "X-Error-Code: GatedRepo\r\n" };
      else if (route->n_wrong > 0)
        route->n_wrong--;
      route->n_waits -= MIN (route->n_waits, 1);
    }
  g_mutex_unlock (&server->mutex);
  return met;
}

/* As long as not so many are asked for; who comes later need not wait. */
static void
gather (Server *server, guint n)
{
  g_mutex_lock (&server->mutex);
  server->running++;
  server->most = MAX (server->most, server->running);
  server->gathered += n > 0 ? 1 : 0;
  g_cond_broadcast (&server->changed);
  while (server->gathered < n)
    g_cond_wait (&server->changed, &server->mutex);
  g_mutex_unlock (&server->mutex);
}

static void
leave (Server *server)
{
  g_mutex_lock (&server->mutex);
  server->running--;
  g_mutex_unlock (&server->mutex);
}

static gboolean
send_all (GOutputStream *out, const void *data, gsize size, GCancellable *cancellable)
{
  return g_output_stream_write_all (out, data, size, NULL, cancellable, NULL);
}

static gboolean
send_slowly (GOutputStream *out, const guint8 *bytes, gsize size, gsize piece, GCancellable *cancellable)
{
  for (gsize done = 0; done < size; done += piece)
    {
      if (!send_all (out, bytes + done, MIN (piece, size - done), cancellable))
        return FALSE;
      g_usleep (1000);
    }
  return TRUE;
}

static void
wait_for_end (GCancellable *end)
{
  GPollFD poll;

  if (!g_cancellable_make_pollfd (end, &poll))
    return;
  while (!g_cancellable_is_cancelled (end))
    g_poll (&poll, 1, -1);
  g_cancellable_release_fd (end);
}

/* Returns: whether the connection can go on. */
static gboolean
send_content (Server *server, GOutputStream *out, const Route *route, gsize begin)
{
  gsize size = route->size - begin, whole = size;
  g_autofree guint8 *bytes = g_memdup2 (route->content + begin, size);
  g_autofree guint8 *more = g_malloc0 (route->too_many + 1);

  if (route->n_wrong > 0 && size > 0)
    bytes[0] ^= 1;
  if (route->cut_after > 0)
    size = MIN (size, route->cut_after);
  if (route->waits)
    size = MIN (size, 1);
  g_mutex_lock (&server->mutex);
  server->sent += size; /* before they can all have come */
  g_mutex_unlock (&server->mutex);
  if (!send_slowly (out, bytes, size, route->piece > 0 ? route->piece : size, server->end)
      || !send_all (out, more, route->too_many, server->end))
    return FALSE;
  if (route->waits)
    wait_for_end (server->end);
  return size == whole;
}

static gboolean
answer (Server *server, GOutputStream *out, const Request *request)
{
  Route route = meet (server, request);
  gboolean is_part = route.status == 0 && request->range != NULL && !route.no_ranges;
  guint64 begin = is_part ? g_ascii_strtoull (request->range + strlen ("bytes="), NULL, 10) : 0;
  gboolean beyond = is_part && begin >= route.size;
  guint64 told = route.wrong_range ? begin + 1 : begin;
  gboolean go_on;
  guint status = route.status != 0 ? route.status : beyond ? 416 : is_part ? 206 : 200;
  g_autoptr (GString) head = g_string_new (NULL);

  if (beyond)
    begin = route.size;
  g_string_append_printf (head, "HTTP/1.1 %u Answer\r\nContent-Length: %" G_GSIZE_FORMAT "\r\n", status,
                          route.size - (gsize) begin + route.too_many);
  if (is_part && !beyond)
    g_string_append_printf (head,
                            "Content-Range: bytes %" G_GUINT64_FORMAT "-%" G_GSIZE_FORMAT "/%" G_GSIZE_FORMAT "\r\n",
                            told, route.size - 1, route.size);
  g_string_append (head, route.headers != NULL ? route.headers : "");
  g_string_append (head, "\r\n");
  gather (server, route.together);
  go_on = send_all (out, head->str, head->len, server->end) && send_content (server, out, &route, (gsize) begin);
  leave (server);
  return go_on;
}

static void
lead_on (Server *server, GIOStream *stream, const Request *request)
{
  g_mutex_lock (&server->mutex);
  note_request (server, request);
  g_mutex_unlock (&server->mutex);
  tunnel_run (stream, request->target, server->end);
}

static void
serve (Server *server, GIOStream *stream)
{
  gboolean go_on = TRUE;

  while (go_on)
    {
      g_auto (Request) request = { 0 };

      go_on = read_request (g_io_stream_get_input_stream (stream), &request, server->end);
      if (go_on && g_str_equal (request.method, "CONNECT"))
        {
          lead_on (server, stream, &request);
          break;
        }
      go_on = go_on && answer (server, g_io_stream_get_output_stream (stream), &request);
    }
  g_io_stream_close (stream, NULL, NULL);
}

static gboolean
run (GThreadedSocketService *service, GSocketConnection *connection, GObject *source, gpointer data)
{
  Server *server = data;
  g_autoptr (GIOStream) stream = NULL;

  if (server->certificate == NULL)
    stream = G_IO_STREAM (g_object_ref (connection));
  else
    stream = g_tls_server_connection_new (G_IO_STREAM (connection), server->certificate, NULL);
  if (stream != NULL)
    serve (server, stream);
  return TRUE;
}

/* ------------------------------------------------------------------ its life */

static gpointer
loop_thread (gpointer data)
{
  Server *server = data;

  g_main_context_push_thread_default (server->context);
  g_main_loop_run (server->loop);
  g_main_context_pop_thread_default (server->context);
  return NULL;
}

Server *
server_new (GTlsCertificate *certificate)
{
  Server *server = g_new0 (Server, 1);
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) effective = NULL;

  g_mutex_init (&server->mutex);
  g_cond_init (&server->changed);
  server->routes = g_ptr_array_new_with_free_func (g_free);
  server->asked = g_ptr_array_new_with_free_func (g_free);
  server->end = g_cancellable_new ();
  server->certificate = certificate != NULL ? g_object_ref (certificate) : NULL;
  server->context = g_main_context_new ();
  server->loop = g_main_loop_new (server->context, FALSE);
  g_main_context_push_thread_default (server->context);
  server->service = g_threaded_socket_service_new (64);
  g_assert_true (g_socket_listener_add_address (G_SOCKET_LISTENER (server->service), address, G_SOCKET_TYPE_STREAM,
                                                G_SOCKET_PROTOCOL_TCP, NULL, &effective, NULL));
  server->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (effective));
  g_signal_connect (server->service, "run", G_CALLBACK (run), server);
  g_socket_service_start (server->service);
  g_main_context_pop_thread_default (server->context);
  server->thread = g_thread_new ("server", loop_thread, server);
  return server;
}

void
server_free (Server *server)
{
  g_cancellable_cancel (server->end);
  g_main_loop_quit (server->loop);
  g_thread_join (server->thread);
  g_socket_service_stop (server->service);
  g_socket_listener_close (G_SOCKET_LISTENER (server->service));
  while (G_OBJECT (server->service)->ref_count > 1) /* connections that end just now */
    {
      while (g_main_context_iteration (server->context, FALSE))
        ;
      g_usleep (1000);
    }
  g_object_unref (server->service);
  g_main_loop_unref (server->loop);
  g_main_context_unref (server->context);
  g_clear_object (&server->certificate);
  g_object_unref (server->end);
  g_ptr_array_unref (server->routes);
  g_ptr_array_unref (server->asked);
  g_mutex_clear (&server->mutex);
  g_cond_clear (&server->changed);
  g_free (server);
}

void
server_add (Server *server, const Route *route)
{
  g_mutex_lock (&server->mutex);
  g_ptr_array_add (server->routes, g_memdup2 (route, sizeof *route));
  g_mutex_unlock (&server->mutex);
}

Route *
server_route (Server *server, const char *path)
{
  Route *route;

  g_mutex_lock (&server->mutex);
  route = find (server, path);
  g_mutex_unlock (&server->mutex);
  g_assert_nonnull (route);
  return route;
}

guint16
server_port (const Server *server)
{
  return server->port;
}

char *
server_url (const Server *server, const char *path)
{
  return g_strdup_printf ("%s://127.0.0.1:%u%s", server->certificate != NULL ? "https" : "http", server->port, path);
}

char **
server_asked (Server *server)
{
  char **lines;

  g_mutex_lock (&server->mutex);
  lines = g_new0 (char *, server->asked->len + 1);
  for (guint i = 0; i < server->asked->len; i++)
    lines[i] = g_strdup (server->asked->pdata[i]);
  g_mutex_unlock (&server->mutex);
  return lines;
}

guint
server_count (Server *server, const char *path)
{
  g_auto (GStrv) lines = server_asked (server);
  g_autofree char *begin = g_strconcat (path, " ", NULL);
  guint n = 0;

  for (char **line = lines; *line != NULL; line++)
    n += g_str_has_prefix (*line, begin) ? 1 : 0;
  return n;
}

guint64
server_sent (Server *server)
{
  guint64 sent;

  g_mutex_lock (&server->mutex);
  sent = server->sent;
  g_mutex_unlock (&server->mutex);
  return sent;
}

guint
server_most (Server *server)
{
  guint most;

  g_mutex_lock (&server->mutex);
  most = server->most;
  g_mutex_unlock (&server->mutex);
  return most;
}
