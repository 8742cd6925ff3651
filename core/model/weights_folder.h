/* weights_folder.h - the weights of a published network, in whatever file they come
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "source.h"

/* @path: a file (.safetensors, or torch.save's), or a folder with model.safetensors or its shards,
 * pytorch_model.bin or its shards, what open_clip calls them, or just one file of weights. NOT_FOUND: a folder without,
 * or with several. */
ArraSource *arra_weights_open (const char *path, GError **error);
