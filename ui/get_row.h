/* get_row.h - one checkpoint that can be got: what it draws, what it takes, or why it cannot be used
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra-get.h>
#include <gtk/gtk.h>

GtkWidget *arra_get_row_new (const ArraOffer *offer);
