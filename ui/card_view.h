/* card_view.h - what a checkpoint says about itself, and what it needs of this machine
 *
 * A card comes from whoever made the checkpoint: everything of it is shown as plain text, cleaned and of
 * bounded length.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include <gtk/gtk.h>

typedef struct _ArraCardView ArraCardView;

ArraCardView *arra_card_view_new (void); /* lives as long as its widget */
GtkWidget *arra_card_view_widget (ArraCardView *view);
void arra_card_view_set (ArraCardView *view, const ArraCard *card); /* nullable */

/* Texts (nullable): not known. */
typedef struct
{
  const char *memory, *time;             /* in full */
  const char *memory_brief, *time_brief; /* for the one line that is always seen */
  gboolean short_of;                     /* more memory than there is */
} ArraCardNeeds;

void arra_card_view_set_needs (ArraCardView *view, const ArraCardNeeds *needs);
/* in the place of what is needed: that it cannot be made */
void arra_card_view_refuse (ArraCardView *view, const char *why);
