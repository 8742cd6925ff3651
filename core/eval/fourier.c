/* fourier.c - discrete Fourier transform of any length: Cooley and Tukey, "An Algorithm for the Machine
 * Calculation of Complex Fourier Series", 1965, for the factors of two
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fourier.h"

#include <string.h>

#include "detmath.h"

/* Cosine and sine of 2 pi k / n for all k, [n] each. */
typedef struct
{
  const double *cosine, *sine;
  gsize n;
} Circle;

/* Adds @x times exp (-2 pi i @turn / n). */
static void
add_turned (const Circle *circle, gsize turn, double x_re, double x_im, double *re, double *im)
{
  double c = circle->cosine[turn % circle->n], s = circle->sine[turn % circle->n];

  *re += x_re * c + x_im * s;
  *im += x_im * c - x_re * s;
}

static void
transform_odd (const Circle *circle,
               const double *re,
               const double *im,
               gsize n,
               gsize step,
               double *out_re,
               double *out_im)
{
  for (gsize j = 0; j < n; j++)
    {
      out_re[j] = out_im[j] = 0;
      for (gsize k = 0; k < n; k++)
        add_turned (circle, j * k % n * step, re[k * step], im[k * step], &out_re[j], &out_im[j]);
    }
}

/* Of every @step-th number, @n of them, into @n numbers side by side. */
static void
transform (const Circle *circle,
           const double *re,
           const double *im,
           gsize n,
           gsize step,
           double *out_re,
           double *out_im)
{
  gsize half = n / 2;

  if (n % 2 == 1)
    {
      transform_odd (circle, re, im, n, step, out_re, out_im);
      return;
    }
  transform (circle, re, im, half, 2 * step, out_re, out_im);
  transform (circle, re + step, im + step, half, 2 * step, out_re + half, out_im + half);
  for (gsize j = 0; j < half; j++)
    {
      double even_re = out_re[j], even_im = out_im[j], odd_re = 0, odd_im = 0;

      add_turned (circle, j * step, out_re[j + half], out_im[j + half], &odd_re, &odd_im);
      out_re[j] = even_re + odd_re;
      out_im[j] = even_im + odd_im;
      out_re[j + half] = even_re - odd_re;
      out_im[j + half] = even_im - odd_im;
    }
}

void
arra_fourier (double *re, double *im, gsize n, double *room)
{
  double *cosine = room, *sine = room + n, *out_re = room + 2 * n, *out_im = room + 3 * n;
  const Circle circle = { cosine, sine, n };

  for (gsize k = 0; k < n; k++)
    arra_sincos (2 * G_PI * (double) k / (double) n, &sine[k], &cosine[k]);
  transform (&circle, re, im, n, 1, out_re, out_im);
  memcpy (re, out_re, n * sizeof *re);
  memcpy (im, out_im, n * sizeof *im);
}
