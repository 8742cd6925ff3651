/* published.h - weights under the names, and in the arrangements, of other publications of the same network
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "source.h"

/* A tensor of another publication: made of one of ours, of three one below the other, or of one transposed; #
 * is a layer's number. */
typedef struct
{
  const char *theirs;
  const char *ours[3]; /* as many as there are */
  gboolean transposed;
} Published;

/* (transfer full): the tensors of @from as @rules, @n of them, have them, for @layers layers, and @prefix
 * before every name. Views of @from, and memory of its own. */
ArraSource *published (ArraSource *from, const Published *rules, gsize n, guint layers, const char *prefix);
