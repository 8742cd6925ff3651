/* ticket.c - what was asked for, kept until it is made
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "ticket.h"

static void
copy_request (ArraTicket *ticket, const ArraRequest *request)
{
  const gsize n = (gsize) request->known_rows * request->known_columns;

  ticket->prompt = g_strdup (request->prompt);
  ticket->prompt_template = g_strdup (request->prompt_template);
  ticket->known = request->known != NULL ? g_memdup2 (request->known, n * sizeof *ticket->known) : NULL;
  ticket->request = *request;
  ticket->request.prompt = ticket->prompt;
  ticket->request.prompt_template = ticket->prompt_template;
  ticket->request.known = ticket->known;
}

ArraTicket *
arra_ticket_new (ArraCheckpoint *described, const ArraRequest *request, const ArraOrder *order)
{
  ArraTicket *ticket = g_new0 (ArraTicket, 1);

  ticket->described = arra_checkpoint_ref (described);
  copy_request (ticket, request);
  if (order != NULL)
    ticket->order = *order;
  ticket->text_encoder = g_strdup (ticket->order.text_encoder);
  ticket->order.text_encoder = ticket->text_encoder;
  if (ticket->order.scene != NULL)
    arra_scene_ref (ticket->order.scene);
  return ticket;
}

void
arra_ticket_free (ArraTicket *ticket)
{
  if (ticket == NULL)
    return;
  arra_checkpoint_unref (ticket->described);
  g_clear_pointer (&ticket->order.scene, arra_scene_unref);
  g_free (ticket->prompt);
  g_free (ticket->prompt_template);
  g_free (ticket->text_encoder);
  g_free (ticket->known);
  g_free (ticket);
}
