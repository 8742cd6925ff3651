/* queue_box.h - what is to be made when the pictures at hand are finished
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "ticket.h"

#define ARRA_QUEUE_MAX 50

typedef struct _ArraQueueBox ArraQueueBox;

/* Lives as long as its widget, which is there only while something waits. */
ArraQueueBox *arra_queue_box_new (void);
GtkWidget *arra_queue_box_widget (ArraQueueBox *box);
/* @ticket: (transfer full). FALSE, and it is freed: ARRA_QUEUE_MAX wait already. */
gboolean arra_queue_box_add (ArraQueueBox *box, ArraTicket *ticket);
ArraTicket *arra_queue_box_take (ArraQueueBox *box); /* (transfer full) (nullable): the one that has waited longest */
guint arra_queue_box_length (ArraQueueBox *box);
