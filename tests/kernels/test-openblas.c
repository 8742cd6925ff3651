/* test-openblas.c - OpenBLAS is loaded when it is needed, with one thread, and where its buffers can be had
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "openblas.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cpu.h"
#include "gemm.h"
#include "kernels.h"

#define MEBIBYTE ((rlim_t) 1 << 20)
#define SIDE 300

static gboolean
is_loaded (void)
{
  g_autofree char *maps = NULL;

  g_assert_true (g_file_get_contents ("/proc/self/maps", &maps, NULL, NULL));
  return strstr (maps, "libopenblas") != NULL;
}

static guint
count_threads (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/task", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

/* Of address space, from now on. */
static void
leave_mebibytes (rlim_t mebibytes)
{
  g_autofree char *statm = NULL;
  struct rlimit limit;

  g_assert_true (g_file_get_contents ("/proc/self/statm", &statm, NULL, NULL));
  g_assert_cmpint (getrlimit (RLIMIT_AS, &limit), ==, 0);
  limit.rlim_cur = g_ascii_strtoull (statm, NULL, 10) * (rlim_t) sysconf (_SC_PAGESIZE) + mebibytes * MEBIBYTE;
  g_assert_cmpint (setrlimit (RLIMIT_AS, &limit), ==, 0);
}

static void
lift_limit (void)
{
  struct rlimit limit;

  g_assert_cmpint (getrlimit (RLIMIT_AS, &limit), ==, 0);
  limit.rlim_cur = limit.rlim_max;
  g_assert_cmpint (setrlimit (RLIMIT_AS, &limit), ==, 0);
}

static void
multiply (guint threads)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraPool) pool = arra_pool_new (threads, &error);
  g_autofree float *a = g_new (float, SIDE *SIDE), *c = g_new (float, SIDE *SIDE);

  g_assert_no_error (error);
  for (gsize i = 0; i < SIDE * SIDE; i++)
    a[i] = 0.5f;
  for (guint i = 0; i < 20; i++)
    arra_sgemm_pool (pool, FALSE, FALSE, SIDE, SIDE, SIDE, 1, a, SIDE, a, SIDE, 0, c, SIDE);
  g_assert_cmpfloat (c[0], ==, 0.25f * SIDE);
  g_assert_cmpfloat (c[SIDE * SIDE - 1], ==, 0.25f * SIDE);
}

static void
test_late (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (is_loaded ());
  g_unsetenv ("OPENBLAS_NUM_THREADS");
  g_assert_true (arra_openblas_start (&error));
  g_assert_no_error (error);
  g_assert_true (is_loaded ());
  g_assert_cmpuint (count_threads (), ==, 1);
  g_assert_null (g_getenv ("OPENBLAS_NUM_THREADS"));
  g_assert_true (arra_openblas_start (&error));
  multiply (4);
}

static void
test_no_room (void)
{
  g_autoptr (GError) error = NULL;

  leave_mebibytes (100);
  g_assert_false (arra_openblas_start (&error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_NO_MEMORY);
  g_assert_nonnull (strstr (error->message, "ulimit -v"));
  g_clear_error (&error);
  g_assert_null (arra_kernels_default (&error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_NO_MEMORY);
  g_clear_error (&error);
  lift_limit ();
  g_assert_true (arra_openblas_start (&error));
  multiply (2);
}

/* The kernels that it has for this machine: those for AVX2 where there is AVX2, whatever else there is, or those that
 * were asked for. */
static void
assert_core (const char *wanted)
{
  g_autoptr (GError) error = NULL;
  char *(*name_of_core) (void);
  void *library;

  g_assert_true (arra_openblas_start (&error));
  g_assert_no_error (error);
  library = dlopen ("libopenblas.so.0", RTLD_NOW | RTLD_NOLOAD);
  g_assert_nonnull (library);
  *(void **) &name_of_core = dlsym (library, "openblas_get_corename");
  g_assert_nonnull (name_of_core);
  g_assert_cmpstr (name_of_core (), ==, wanted);
  dlclose (library);
}

static void
test_core (void)
{
  g_unsetenv ("OPENBLAS_CORETYPE");
  assert_core ("Haswell");
  g_assert_null (g_getenv ("OPENBLAS_CORETYPE"));
}

static void
test_core_asked (void)
{
  g_setenv ("OPENBLAS_CORETYPE", "Nehalem", TRUE);
  assert_core ("Nehalem");
}

/* Many threads share the buffers there are. */
static void
test_one_buffer (void)
{
  g_autoptr (GError) error = NULL;

  leave_mebibytes (400);
  g_assert_true (arra_openblas_start (&error));
  g_assert_no_error (error);
  lift_limit ();
  multiply (16);
}

static void
run_apart (void)
{
  const char *path = g_test_get_path ();
  g_autofree char *inner = g_strconcat (path, "/subprocess", NULL);

  g_test_trap_subprocess (inner, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

static void
run_apart_with_avx2 (void)
{
  if (arra_cpu_supports (ARRA_CPU_AVX2, NULL))
    run_apart ();
  else
    g_test_skip ("this machine lacks AVX2");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/openblas/late", run_apart);
  g_test_add_func ("/openblas/late/subprocess", test_late);
  g_test_add_func ("/openblas/core", run_apart_with_avx2);
  g_test_add_func ("/openblas/core/subprocess", test_core);
  g_test_add_func ("/openblas/core-asked", run_apart_with_avx2);
  g_test_add_func ("/openblas/core-asked/subprocess", test_core_asked);
  g_test_add_func ("/openblas/no-room", run_apart);
  g_test_add_func ("/openblas/no-room/subprocess", test_no_room);
  g_test_add_func ("/openblas/one-buffer", run_apart);
  g_test_add_func ("/openblas/one-buffer/subprocess", test_one_buffer);
  return g_test_run ();
}
