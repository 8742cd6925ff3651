/* fourier.h - discrete Fourier transform of any length
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

/* @re, @im: [n], replaced by sum over k of x[k] exp (-2 pi i jk / n). @room: [4 n]. Fast where @n is a power of two
 * times little. */
void arra_fourier (double *re, double *im, gsize n, double *room);
