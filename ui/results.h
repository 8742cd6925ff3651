/* results.h - the pictures made so far, to look at and to choose from
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "made.h"

typedef struct _ArraResults ArraResults;

/* Lives as long as its widget. @changed: the selection, or a picture; @activated: a double click or Enter on
 * @made. @ranked: the user said whether the next ones are to be ranked. */
ArraResults *arra_results_new (void (*changed) (gpointer data),
                               void (*activated) (gpointer data),
                               void (*ranked) (gpointer data),
                               gpointer data);
GtkWidget *arra_results_widget (ArraResults *results);

/* Pictures will be added: they are selected unless the user has selected others. */
void arra_results_begin (ArraResults *results);
/* Takes @made, and shows it in the place of an earlier state of the same picture, if there is one. Of very many, the
 * oldest go. */
void arra_results_add (ArraResults *results, ArraMade *made);
guint arra_results_length (ArraResults *results);
/* Whether pictures that are made from now on are to be scored. */
gboolean arra_results_get_rank (ArraResults *results);
void arra_results_set_rank (ArraResults *results, gboolean rank);
/* (transfer container) (element-type ArraMade): those selected, in the order they lie in: g_ptr_array_unref() */
GPtrArray *arra_results_selected (ArraResults *results);
/* It is not selected any more then. */
void arra_results_mark_inserted (ArraResults *results, const ArraMade *made);
/* The one that was selected or added last; (nullable) */
ArraMade *arra_results_current (ArraResults *results);
