/* scene_box.h - of a picture that is made from what is there: how much of it is looked at, and how much changes
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "making.h"
#include "settings.h"

typedef struct _ArraSceneBox ArraSceneBox;

/* Lives as long as its widget, which shows nothing when pictures are made from nothing. */
ArraSceneBox *arra_scene_box_new (ArraTask task);
GtkWidget *arra_scene_box_widget (ArraSceneBox *box);
void arra_scene_box_load (ArraSceneBox *box, const ArraSettings *settings);
void arra_scene_box_store (ArraSceneBox *box, ArraSettings *settings);
