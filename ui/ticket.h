/* ticket.h - what was asked for, kept until it is made
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

#include "making.h"

/* Its own copy of all that a request and an order only borrow. */
typedef struct
{
  ArraCheckpoint *described; /* whose card the pictures have */
  ArraRequest request;
  ArraOrder order;
  char *prompt, *prompt_template, *text_encoder; /* (nullable): what these point at */
  gint32 *known;
} ArraTicket;

/* @order: (nullable): pictures from nothing */
ArraTicket *arra_ticket_new (ArraCheckpoint *described, const ArraRequest *request, const ArraOrder *order);
void arra_ticket_free (ArraTicket *ticket); /* nullable */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraTicket, arra_ticket_free)
