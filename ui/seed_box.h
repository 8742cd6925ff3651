/* seed_box.h - the seed: a number, a die that throws another, and whether to keep it; and which of its pictures comes
 * first
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "settings.h"

typedef struct _ArraSeedBox ArraSeedBox;

/* Takes two rows of @grid; lives as long as its widgets. */
ArraSeedBox *arra_seed_box_new (GtkGrid *grid, int row);
void arra_seed_box_load (ArraSeedBox *box, const ArraSettings *settings);
/* FALSE, and the settings' seed untouched, when what stands there is no seed; the entry says so, too. */
gboolean arra_seed_box_store (ArraSeedBox *box, ArraSettings *settings);
/* Another seed, from its first picture on. */
void arra_seed_box_show (ArraSeedBox *box, guint64 seed);
