/* golden_vqgan.h - the golden VQGANs, for the tests that use them
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "vqgan.h"

extern const ArraVqganConfig vqgan_small, vqgan_f16, vqgan_upstream;

char *golden_path (const char *name); /* (transfer full) */
ArraSource *golden_source (const char *name);
ArraVqgan *golden_vqgan (const ArraVqganConfig *config, const char *name, const char *prefix);
/* The tensor whose name this format and number make. */
const ArraTensor *golden_tensor (ArraSource *source, const char *format, guint k);
