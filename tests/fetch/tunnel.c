/* tunnel.c - what a proxy does when it is asked to CONNECT
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "tunnel.h"

#include <string.h>

typedef struct
{
  GIOStream *from, *to;
  GCancellable *end;
} Pipe;

static gpointer
pass_on (gpointer data)
{
  const Pipe *pipe = data;

  g_output_stream_splice (g_io_stream_get_output_stream (pipe->to), g_io_stream_get_input_stream (pipe->from),
                          G_OUTPUT_STREAM_SPLICE_NONE, pipe->end, NULL);
  g_cancellable_cancel (pipe->end);
  return NULL;
}

static void
pass_both_ways (GIOStream *stream, GIOStream *other)
{
  g_autoptr (GCancellable) end = g_cancellable_new ();
  Pipe there = { stream, other, end }, back = { other, stream, end };
  GThread *thread = g_thread_new ("tunnel", pass_on, &there);

  pass_on (&back);
  g_thread_join (thread);
}

void
tunnel_run (GIOStream *stream, const char *target, GCancellable *end)
{
  static const char open[] = "HTTP/1.1 200 Open\r\n\r\n";
  const char *port = strrchr (target, ':');
  g_autofree char *place = g_strconcat ("127.0.0.1", port != NULL ? port : "", NULL);
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) other = NULL;

  g_socket_client_set_enable_proxy (client, FALSE);
  other = g_socket_client_connect_to_host (client, place, 0, end, NULL);
  if (other != NULL
      && g_output_stream_write_all (g_io_stream_get_output_stream (stream), open, strlen (open), NULL, end, NULL))
    pass_both_ways (stream, G_IO_STREAM (other));
}
