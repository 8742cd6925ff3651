/* cpu.c - which kernels this machine can run
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "cpu.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>
#ifdef __x86_64__
#include <cpuid.h>
#endif

#include "fail.h"

static const char *const names[ARRA_N_CPU] = { "c", "avx2", "avx512" };

const char *
arra_cpu_name (ArraCpu cpu)
{
  return names[cpu];
}

#ifdef __x86_64__

enum
{
  LEAF1_ECX,
  LEAF7_EBX,
  LEAF7_ECX,
  XCR0,
  N_WORDS
};

typedef struct
{
  ArraCpu needed_by; /* and by every level above */
  guint word;
  guint32 bits;
  const char *name;
} Feature;

static const Feature features[] = {
  { ARRA_CPU_AVX2, LEAF1_ECX, 1u << 27, "OSXSAVE" },
  { ARRA_CPU_AVX2, XCR0, 0x6, "AVX state saved by the operating system (XCR0)" },
  { ARRA_CPU_AVX2, LEAF1_ECX, 1u << 28, "AVX" },
  { ARRA_CPU_AVX2, LEAF7_EBX, 1u << 5, "AVX2" },
  { ARRA_CPU_AVX2, LEAF1_ECX, 1u << 12, "FMA" },
  { ARRA_CPU_AVX2, LEAF1_ECX, 1u << 29, "F16C" },
  { ARRA_CPU_AVX512, XCR0, 0xe6, "AVX-512 state saved by the operating system (XCR0)" },
  { ARRA_CPU_AVX512, LEAF7_EBX, 1u << 16, "AVX512F" },
  { ARRA_CPU_AVX512, LEAF7_EBX, 1u << 17, "AVX512DQ" },
  { ARRA_CPU_AVX512, LEAF7_EBX, 1u << 30, "AVX512BW" },
  { ARRA_CPU_AVX512, LEAF7_EBX, 1u << 31, "AVX512VL" },
  { ARRA_CPU_AVX512, LEAF7_ECX, 1u << 11, "AVX512_VNNI" },
};

static void
read_features (guint32 words[N_WORDS])
{
  guint32 a, b, c, d;

  memset (words, 0, N_WORDS * sizeof words[0]);
  if (!__get_cpuid (1, &a, &b, &c, &d))
    return;
  words[LEAF1_ECX] = c;
  if (__get_cpuid_count (7, 0, &a, &b, &c, &d))
    {
      words[LEAF7_EBX] = b;
      words[LEAF7_ECX] = c;
    }
  if (words[LEAF1_ECX] & (1u << 27))
    {
      __asm__ ("xgetbv" : "=a"(a), "=d"(d) : "c"(0));
      words[XCR0] = a;
    }
}

gboolean
arra_cpu_supports (ArraCpu cpu, const char **missing)
{
  guint32 words[N_WORDS];

  read_features (words);
  for (gsize i = 0; i < G_N_ELEMENTS (features); i++)
    if (cpu >= features[i].needed_by && (words[features[i].word] & features[i].bits) != features[i].bits)
      {
        if (missing != NULL)
          *missing = features[i].name;
        return FALSE;
      }
  return TRUE;
}

#else

gboolean
arra_cpu_supports (ArraCpu cpu, const char **missing)
{
  if (cpu == ARRA_CPU_C)
    return TRUE;
  if (missing != NULL)
    *missing = "x86-64";
  return FALSE;
}

#endif

gboolean
arra_cpu_choose (ArraCpu *cpu, GError **error)
{
  const char *asked = g_getenv ("ARRA_CPU");
  const char *missing = NULL;

  if (asked == NULL || *asked == '\0')
    {
      *cpu = ARRA_CPU_C;
      for (int i = ARRA_CPU_C + 1; i < ARRA_N_CPU; i++)
        if (arra_cpu_supports (i, NULL))
          *cpu = i;
      return TRUE;
    }
  for (int i = 0; i < ARRA_N_CPU; i++)
    if (strcmp (asked, names[i]) == 0)
      {
        *cpu = i;
        if (arra_cpu_supports (i, &missing))
          return TRUE;
        return arra_fail (error, ARRA_ERROR_UNAVAILABLE, "ARRA_CPU=%s: this machine lacks %s", asked, missing);
      }
  return arra_fail (error, ARRA_ERROR_ARGUMENT, "ARRA_CPU=%s: not one of c, avx2, avx512", asked);
}

guint
arra_cpu_count (void)
{
  cpu_set_t set;
  guint count = 1;
  g_autofree char *quota = NULL;
  long long limit, period;

  if (sched_getaffinity (0, sizeof set, &set) == 0)
    count = (guint) CPU_COUNT (&set);
  /* A container's share ("max" when unlimited) may be less than the processors it sees. */
  if (g_file_get_contents ("/sys/fs/cgroup/cpu.max", &quota, NULL, NULL)
      && sscanf (quota, "%lld %lld", &limit, &period) == 2 && period > 0)
    count = MIN (count, (guint) MAX ((limit + period - 1) / period, 1));
  return CLAMP (count, 1, 64);
}
