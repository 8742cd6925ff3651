/* clip_forms.h - the forms in which CLIP models and ViTs are published: what their tensors are called there,
 * and shapes read off them
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "clip_config.h"
#include "stored_names.h"

#define ARRA_CLIP_HEAD_WIDTH 64 /* of every published one */

/* A row for each form; the first one whose marker is in a file is its form. */
typedef struct
{
  const char *marker; /* the end of a tensor's name that only this form has */
  ArraStoredNames names;
  float eps;
  gboolean exact_gelu;
  gboolean rounded; /* pictures are cut as torchvision cuts them */
} ArraClipForm;

/* The first of @n @forms that fits. (nullable): none does. @prefix: (transfer full): what goes before the marker,
 * which belongs before all names. */
const ArraClipForm *arra_clip_form_find (const ArraClipForm *forms, gsize n, const ArraSource *source, char **prefix);
/* The same among CLIP's own forms. */
const ArraClipForm *arra_clip_form_of (const ArraSource *source, char **prefix);

/* The shape of the model in @source, by the shapes of its tensors, with heads of 64 numbers; without texts it
 * has a text tower of width 0. What does not come out is 0, which arra_clip_config_check() refuses. */
void arra_clip_form_config (const ArraClipForm *form,
                            const ArraStoredNames *names,
                            const ArraSource *source,
                            ArraClipConfig *config);
