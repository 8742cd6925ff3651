/* preview.h - the place where a picture forms, row by row
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include <gtk/gtk.h>

typedef struct _ArraPreview ArraPreview;

ArraPreview *arra_preview_new (void); /* lives as long as its widget */
GtkWidget *arra_preview_widget (ArraPreview *preview);

/* Shows @picture, the finished rows of one that may be taller. @medical: its checkpoint's card says so, and a note says
 * that it is synthetic: the note goes with the picture, whatever checkpoint is chosen meanwhile. */
void arra_preview_set_picture (ArraPreview *preview, const ArraPicture *picture, gboolean medical);
/* An empty frame of this shape, while no row is finished. */
void arra_preview_set_frame (ArraPreview *preview, guint width, guint height, gboolean medical);
/* What the hint says while there is no picture. @ready: the prompt is written. */
void arra_preview_set_ready (ArraPreview *preview, gboolean ready);
