/* notice.h - what went wrong or must be known, said where it happens
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

typedef struct _ArraNotice ArraNotice;

ArraNotice *arra_notice_new (void); /* lives as long as its widget */
GtkWidget *arra_notice_widget (ArraNotice *notice);
void arra_notice_show (ArraNotice *notice, GtkMessageType type, const char *text);
void arra_notice_hide (ArraNotice *notice);
