/* get.h - the parts of `arra get`
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra-get.h>

/* get_list.c: the catalogue, as it looks from this computer. */
gboolean get_list (gboolean as_json, GError **error);
