/* llama_file.h - a GGUF of llama.cpp's architecture "llama" with random quantised weights: what a peer program runs
 * beside us
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/* All multiples of 32, with four bits of 256; as many heads for keys and values as for queries. */
typedef struct
{
  guint dim, layers, heads, ffn, vocab;
} LlamaShape;

/* Matrices as Q8_0, or as Q4_0 with embedding and head as Q6_K. Format: ggml docs/gguf.md. The file has no tokenizer.
 */
gboolean llama_file_write (const LlamaShape *shape, gboolean four_bits, const char *path, GError **error);
