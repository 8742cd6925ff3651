/* llama_file.h - a GGUF of llama.cpp's architecture "llama" with random Q8_0 weights: what a peer program runs beside
 * us
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/* All multiples of 32; as many heads for keys and values as for queries. */
typedef struct
{
  guint dim, layers, heads, ffn, vocab;
} LlamaShape;

/* Format: ggml docs/gguf.md. The file has no tokenizer. */
gboolean llama_file_write (const LlamaShape *shape, const char *path, GError **error);
