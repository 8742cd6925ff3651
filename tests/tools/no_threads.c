/* no_threads.c - a process that is given no more threads
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "no_threads.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOBODY 65534

/* No limit on processes holds root, so root becomes nobody. What root may read stays readable (a clone may lie in
 * /root, which is closed to others), for the programs that this process becomes, too. */
static gboolean
become_nobody (void)
{
  const struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
  const guint32 files = 1u << CAP_DAC_OVERRIDE;
  const struct __user_cap_data_struct kept[_LINUX_CAPABILITY_U32S_3]
      = { { .effective = files, .permitted = files, .inheritable = files } };

  return prctl (PR_SET_KEEPCAPS, 1, 0, 0, 0) == 0 && setgid (NOBODY) == 0 && setuid (NOBODY) == 0
         && syscall (SYS_capset, &header, kept) == 0
         && prctl (PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0) == 0;
}

void
no_threads_from_here (void)
{
  const struct rlimit none = { 0, 0 };

  if (geteuid () == 0 && !become_nobody ())
    _exit (1);
  if (setrlimit (RLIMIT_NPROC, &none) != 0)
    _exit (1);
}

gboolean
no_threads_check (gboolean (*check) (gpointer data), gpointer data)
{
  const pid_t child = fork ();
  int status;

  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      no_threads_from_here ();
      _exit (check (data) ? 0 : 2);
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  return WIFEXITED (status) && WEXITSTATUS (status) == 0;
}
