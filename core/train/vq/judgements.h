/* judgements.h - what critics and the maker learn from judgements, and their slopes
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

/* Minus the mean of @n judgements. */
double arra_judgements_please (const float *judgements, gsize n, float *slopes);
/* The mean over @n judgements of real pictures and @n of made ones, which follow, of how far they are below 1, or above
 * -1. */
double arra_judgements_hinge (const float *judgements, gsize n, float *slopes);
/* The mean over @n pairs of ln (1 + e^(lower - higher)), each with slopes or without (NULL). */
double
arra_judgements_compare (const float *higher, const float *lower, gsize n, float *higher_slopes, float *lower_slopes);
/* The mean of |made - real| over @n numbers, over that of |real|; @factor goes into the slopes, which are those of
 * @made. */
double arra_judgements_liken (const float *made, const float *real, gsize n, double factor, float *slopes);
