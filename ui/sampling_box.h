/* sampling_box.h - guidance and how long it lasts, temperature, top-k and top-p, for those who want them
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include <gtk/gtk.h>

#include "settings.h"

typedef struct _ArraSamplingBox ArraSamplingBox;

/* Lives as long as its widget. */
ArraSamplingBox *arra_sampling_box_new (void (*changed) (gpointer data), gpointer data);
GtkWidget *arra_sampling_box_widget (ArraSamplingBox *box);
void arra_sampling_box_load (ArraSamplingBox *box, const ArraSettings *settings);
void arra_sampling_box_store (ArraSamplingBox *box, ArraSettings *settings);
/* A checkpoint's own values, taken unless others were chosen. @has_cfg_interval: guidance may end before its pictures.
 */
void arra_sampling_box_propose (ArraSamplingBox *box, const ArraRequest *own, gboolean has_cfg_interval);
void arra_sampling_box_forget (ArraSamplingBox *box); /* that others were chosen */
void arra_sampling_box_fill (ArraSamplingBox *box, ArraRequest *request);
/* For arra_job_set_cfg_interval(): -1 where guidance does not end. */
gint arra_sampling_box_cfg_interval (ArraSamplingBox *box);
