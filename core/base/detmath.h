/* detmath.h - elementary functions that give the same bits on every machine
 *
 * Only IEEE +, -, *, /, sqrt and fma in a fixed order, no libm. The float ones are the specification of the vector
 * kernels, which repeat them operation by operation.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

/* within 3 ulp; 0 below about -87.3 (no denormal results), +inf above 88.72; NaN stays NaN */
float arra_expf (float x);
float arra_logf (float x); /* within 2 ulp for normal x > 0; -inf at 0, NaN below */

double arra_exp (double x);
double arra_log (double x);
double arra_pow (double base, double exponent); /* base > 0 */
double arra_erf (double x);
void arra_sincos (double x, double *sine, double *cosine); /* |x| < 1e6 */
