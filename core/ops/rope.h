/* rope.h - rotary position embedding (Su et al., arXiv 2104.09864)
 *
 * Reference: transformers modeling_chameleon.py, ChameleonRotaryEmbedding: frequencies and angles are single precision
 * there, and so they are here; cosine and sine come from detmath.h, the same on every machine.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "exec.h"

/* frequencies[i] = 1 / base^(2i / head_dim), i < head_dim / 2 */
void arra_rope_frequencies (double base, gsize head_dim, float *frequencies);

/* The base at which a model made for @context positions reads @length > @context of them (dynamic NTK scaling):
 * base * (factor * length / context - (factor - 1))^(head_dim / (head_dim - 2)). head_dim > 2. */
double arra_rope_dynamic_base (double base, double factor, gsize length, gsize context, gsize head_dim);

/* cosine and sine of @position (below ARRA_ROPE_POSITIONS, already divided by a linear factor) times each of @half
 * frequencies. */
void arra_rope_angles (const float *frequencies, gsize half, float position, float *cosine, float *sine);
#define ARRA_ROPE_POSITIONS 1000000

/* Which numbers of a head are rotated together. */
typedef enum
{
  ARRA_ROPE_HALVES, /* i and i + head_dim / 2, as transformers has it */
  ARRA_ROPE_PAIRS,  /* 2i and 2i + 1, as Meta and LlamaGen have it */
} ArraRopePairing;

/* cosine and sine [head_dim / 2] of a place in two dimensions, head_dim a multiple of 4: the first half of the pairs
 * turns with @row, the second with
 * @column, each with head_dim / 4 frequencies. Reference: LlamaGen autoregressive/models/gpt.py,
 * precompute_freqs_cis_2d. */
void
arra_rope_angles_2d (const float *frequencies, gsize head_dim, float row, float column, float *cosine, float *sine);

/* Rotates x: [rows][heads][head_dim] in place by cosine, sine: [rows][head_dim / 2]. */
void arra_rope (const ArraExec *exec,
                ArraRopePairing pairing,
                float *x,
                const float *cosine,
                const float *sine,
                gsize rows,
                gsize heads,
                gsize head_dim);

/* dx += dy rotated back. */
void arra_rope_vjp (const ArraExec *exec,
                    ArraRopePairing pairing,
                    const float *dy,
                    const float *cosine,
                    const float *sine,
                    gsize rows,
                    gsize heads,
                    gsize head_dim,
                    float *dx);
