/* cpu.h - which kernels this machine can run
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

typedef enum
{
  ARRA_CPU_C,
  ARRA_CPU_AVX2,   /* AVX2, FMA, F16C */
  ARRA_CPU_AVX512, /* AVX-512 F, BW, DQ, VL, VNNI on top of AVX2's */
  ARRA_N_CPU,
} ArraCpu;

const char *arra_cpu_name (ArraCpu cpu); /* "c", "avx2", "avx512" */

/* Whether this machine and its operating system (CPUID and XCR0) can run @cpu. *@missing (nullable, static string) is
 * set to the first feature that lacks. */
gboolean arra_cpu_supports (ArraCpu cpu, const char **missing);

/* The level to use: ARRA_CPU from the environment, else the best supported. Fails with ARRA_ERROR_UNAVAILABLE naming
 * the feature, or ARRA_ERROR_ARGUMENT for an unknown name. */
gboolean arra_cpu_choose (ArraCpu *cpu, GError **error);

guint arra_cpu_count (void); /* processors this process may use (affinity and cgroup quota), at least 1 */
