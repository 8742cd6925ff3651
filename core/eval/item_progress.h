/* item_progress.h - how far work on many pictures has come
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

/* @done of @count pictures, those that were there before included; on the caller's thread. */
typedef void (*ArraItemProgress) (guint done, guint count, gpointer user);
