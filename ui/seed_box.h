/* seed_box.h - the seed: a number, a die that throws another, and whether to keep it
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

typedef struct _ArraSeedBox ArraSeedBox;

ArraSeedBox *arra_seed_box_new (GtkGrid *grid, int row); /* lives as long as its widgets */
void arra_seed_box_set (ArraSeedBox *box, guint64 seed, gboolean keep);
void arra_seed_box_show (ArraSeedBox *box, guint64 seed);
/* FALSE, and *@seed untouched, when what stands there is no seed; the entry says so, too. */
gboolean arra_seed_box_get (ArraSeedBox *box, guint64 *seed, gboolean *keep);
