/* table.c - composes the table of kernels of each level: scalar C first, what an ISA does better laid over it
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernels.h"

#include "openblas.h"
#include "variants.h"

typedef void (*Overlay) (ArraKernels *table);

#ifdef ARRA_KERNELS_X86
static const Overlay overlays[ARRA_N_CPU]
    = { arra_kernels_fill_c, arra_kernels_overlay_avx2, arra_kernels_overlay_avx512 };
#else
static const Overlay overlays[ARRA_N_CPU] = { arra_kernels_fill_c };
#endif

static ArraKernels tables[ARRA_N_CPU];
static GOnce composed[ARRA_N_CPU] = { G_ONCE_INIT, G_ONCE_INIT, G_ONCE_INIT };

static gpointer
compose (gpointer data)
{
  guint cpu = GPOINTER_TO_UINT (data);
  ArraKernels *table = &tables[cpu];

  for (guint level = 0; level <= cpu; level++)
    overlays[level](table);
  table->name = arra_cpu_name (cpu);
  return table;
}

const ArraKernels *
arra_kernels_get (ArraCpu cpu)
{
  g_assert (cpu < ARRA_N_CPU && overlays[cpu] != NULL);
  return g_once (&composed[cpu], compose, GUINT_TO_POINTER (cpu));
}

const ArraKernels *
arra_kernels_default (GError **error)
{
  ArraCpu cpu;

  if (!arra_cpu_choose (&cpu, error) || !arra_openblas_start (error))
    return NULL;
  return arra_kernels_get (cpu);
}
