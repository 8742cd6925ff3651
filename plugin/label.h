/* label.h - what a layer's name and an image's metadata say about their origin
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/* The beginning of @prompt (nullable) on one line, and the warning that a medical picture carries. Returns: (transfer
 * full): g_free() */
char *plugin_label_layer (const char *prompt, gboolean medical);
/* @metadata: as GIMP serialises it. @label: AI made it, @alone: nothing else is in the image; @medical: not for
 * diagnosis. Returns: (transfer full): the same with what is asked for added */
char *plugin_label_image (const char *metadata, gboolean label, gboolean alone, gboolean medical);
