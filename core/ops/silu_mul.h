/* silu_mul.h - the gate of a SwiGLU feed-forward layer (Shazeer, arXiv 2002.05202)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "exec.h"

/* out = gate / (1 + exp (-gate)) * up over @n elements; out may be gate or up. */
void arra_silu_mul (const ArraExec *exec, const float *gate, const float *up, gsize n, float *out);

/* dgate += and dup += the gradients of arra_silu_mul() over @n elements. */
void arra_silu_mul_vjp (const ArraExec *exec,
                        const float *gate,
                        const float *up,
                        const float *dy,
                        gsize n,
                        float *dgate,
                        float *dup);
