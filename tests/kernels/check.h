/* check.h - compares a table of kernels with the scalar one, bit for bit
 *
 * One check for each entry. A check draws lengths, alignments and values (ordinary, denormal, infinite, NaN, zeros of
 * both signs, the whole range of exponents), calls the entry of both tables and compares all that was, or must not be,
 * written.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kernels.h"

/* Returns: (transfer full) (nullable): the first difference in words, NULL when there is none. */
typedef char *(*Check) (const ArraKernels *spec, const ArraKernels *variant, GRand *rand);

typedef struct
{
  const char *name; /* of the entry */
  Check check;
} CheckCase;

extern const CheckCase check_cases[];
extern const gsize n_check_cases;

char *check_matmul_f32 (const ArraKernels *spec, const ArraKernels *variant, GRand *rand);
char *check_matmul_bf16 (const ArraKernels *spec, const ArraKernels *variant, GRand *rand);
char *check_matmul_f16 (const ArraKernels *spec, const ArraKernels *variant, GRand *rand);
char *check_matmul_q8_0 (const ArraKernels *spec, const ArraKernels *variant, GRand *rand);
char *check_matmul_q4_0 (const ArraKernels *spec, const ArraKernels *variant, GRand *rand);
char *check_matmul_q4_k (const ArraKernels *spec, const ArraKernels *variant, GRand *rand);
char *check_matmul_q6_k (const ArraKernels *spec, const ArraKernels *variant, GRand *rand);
char *check_matmul_q8_0_panels (const ArraKernels *spec, const ArraKernels *variant, GRand *rand);
char *check_matmul_q4_0_panels (const ArraKernels *spec, const ArraKernels *variant, GRand *rand);
char *check_matmul_q4_k_panels (const ArraKernels *spec, const ArraKernels *variant, GRand *rand);
char *check_matmul_q6_k_panels (const ArraKernels *spec, const ArraKernels *variant, GRand *rand);
char *check_affine_swish_vjp (const ArraKernels *spec, const ArraKernels *variant, GRand *rand);
char *check_winograd_in (const ArraKernels *spec, const ArraKernels *variant, GRand *rand);
char *check_winograd_out (const ArraKernels *spec, const ArraKernels *variant, GRand *rand);
char *check_convolve_finish (const ArraKernels *spec, const ArraKernels *variant, GRand *rand);
char *check_convolve (const ArraKernels *spec, const ArraKernels *variant, GRand *rand);
char *check_convolve_weights (const ArraKernels *spec, const ArraKernels *variant, GRand *rand);
char *check_product (const ArraKernels *spec, const ArraKernels *variant, GRand *rand);

/* What values a draw may hold. */
typedef enum
{
  VALUES_ORDINARY,
  VALUES_WIDE,    /* any finite bits: denormals, huge ones */
  VALUES_ZEROS,   /* of both signs */
  VALUES_SPECIAL, /* ordinary ones with a NaN or an infinity here and there */
  N_VALUES,
} Values;

float draw_float (GRand *rand, Values values);
void draw_floats (GRand *rand, Values values, float *x, gsize n);

/* A block of exactly @n floats, so that a sanitizer sees what lies beyond; free with g_free(). */
float *drawn_floats (GRand *rand, Values values, gsize n);

/* Whether @n floats have the same bits; any NaN is as good as another. *@at is the first that differs. */
gboolean same_floats (const float *a, const float *b, gsize n, gsize *at);

/* The words for a difference at @at of a draw of length @n, NULL when @a and @b are the same. */
char *difference (const char *what, gsize n, const float *a, const float *b, gsize n_compared);
