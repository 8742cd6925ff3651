/* rope.h - rotary position embedding in the half-rotation form (Su et al., arXiv 2104.09864)
 *
 * Reference: transformers modeling_chameleon.py, ChameleonRotaryEmbedding: frequencies and angles are single precision there, and
 * so they are here; cosine and sine come from detmath.h, the same on every machine.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "exec.h"

/* frequencies[i] = 1 / base^(2i / head_dim), i < head_dim / 2 */
void arra_rope_frequencies (double base, gsize head_dim, float *frequencies);

/* The base at which a model made for @context positions reads @length > @context of them (dynamic NTK scaling):
 * base * (factor * length / context - (factor - 1))^(head_dim / (head_dim - 2)). head_dim > 2. */
double arra_rope_dynamic_base (double base, double factor, gsize length, gsize context, gsize head_dim);

/* cosine and sine of @position (below ARRA_ROPE_POSITIONS, already divided by a linear factor) times each of @half frequencies. */
void arra_rope_angles (const float *frequencies, gsize half, float position, float *cosine, float *sine);
#define ARRA_ROPE_POSITIONS 1000000

/* Rotates x: [rows][heads][head_dim] in place by cosine, sine: [rows][head_dim / 2]. */
void arra_rope (const ArraExec *exec, float *x, const float *cosine, const float *sine, gsize rows, gsize heads, gsize head_dim);

/* dx += dy rotated back. */
void arra_rope_vjp (const ArraExec *exec, const float *dy, const float *cosine, const float *sine, gsize rows, gsize heads, gsize head_dim, float *dx);
