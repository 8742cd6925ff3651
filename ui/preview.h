/* preview.h - the place where a picture forms, row by row
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include <gtk/gtk.h>

typedef struct _ArraPreview ArraPreview;

ArraPreview *arra_preview_new (void); /* lives as long as its widget */
GtkWidget *arra_preview_widget (ArraPreview *preview);

/* Shows @picture, the finished rows of one that may be taller; NULL: nothing but the hint. */
void arra_preview_set_picture (ArraPreview *preview, const ArraPicture *picture);
/* An empty frame of this shape, while no row is finished. */
void arra_preview_set_frame (ArraPreview *preview, guint width, guint height);
/* A note under the picture that belongs to it ("synthetic – not for diagnosis"); NULL: none. */
void arra_preview_set_note (ArraPreview *preview, const char *note);
