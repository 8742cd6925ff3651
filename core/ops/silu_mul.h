/* silu_mul.h - the gate of a SwiGLU feed-forward layer (Shazeer, arXiv 2002.05202)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "exec.h"

/* out = gate / (1 + exp (-gate)) * up over @n elements; out may be gate or up. */
void arra_silu_mul (const ArraExec *exec, const float *gate, const float *up, gsize n, float *out);
