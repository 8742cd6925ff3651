/* label.h - what an image's metadata says about its origin
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/* @metadata: as GIMP serialises it. @label: AI made it, @alone: nothing else is in the image; @medical: not for diagnosis.
 * Returns: (transfer full): the same with what is asked for added */
char *plugin_label (const char *metadata, gboolean label, gboolean alone, gboolean medical);
