/* checkpoint_row.h - one checkpoint among others: thumbnail, name, domain, or why it cannot be used
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include <gtk/gtk.h>

/* A row for a list box. @problem: (nullable): greyed, with these words. */
GtkWidget *arra_checkpoint_row_new (const ArraFound *found, const char *problem);

/* Thumbnail of @side pixels, name, and a line about the domain. */
GtkWidget *arra_checkpoint_row_face (const ArraCard *card, const char *path, int side);
