/* safetensors.h - what the parts of the safetensors reader and writer share
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "jsonguard.h"
#include "source.h"

#define ARRA_SAFETENSORS_MAX_HEADER (100u * 1000 * 1000)

/* Checks a mapped file and adds its tensors to @source: all of them, or with @weight_map (nullable) those that it
 * places in @shard. */
gboolean arra_safetensors_add (ArraSource *source,
                               ArraMapping *mapping,
                               JsonObject *weight_map,
                               const char *shard,
                               GError **error);

/* Bytes of one element, 0 for what safetensors cannot hold. */
gsize arra_safetensors_element_size (ArraDType dtype);
