/* write_all.c - writing to a descriptor to the end, without a signal
 *
 * A file that would grow past the limit raises SIGXFSZ and a pipe without a reader SIGPIPE, both of which end the
 * process before it can say what has gone wrong. They come to the thread that writes, so that it can hold them back and
 * take them away.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "write_all.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#define MOST ((gsize) 1 << 30) /* bytes at once */

/* Takes away the signal that comes with @number. */
static void
take_signal (int number)
{
  static const struct timespec at_once = { 0, 0 };
  sigset_t signals;

  sigemptyset (&signals);
  sigaddset (&signals, number == EPIPE ? SIGPIPE : SIGXFSZ);
  sigtimedwait (&signals, NULL, &at_once);
}

static int
write_all (int fd, const guint8 *bytes, gsize size, gint64 offset)
{
  for (gsize done = 0; done < size;)
    {
      gsize piece = MIN (size - done, MOST);
      gssize n = offset < 0 ? write (fd, bytes + done, piece)
                            : pwrite (fd, bytes + done, piece, (off_t) (offset + (gint64) done));

      if (n == 0)
        return ENOSPC;
      if (n > 0)
        done += (gsize) n;
      else if (errno != EINTR)
        return errno;
    }
  return 0;
}

int
arra_write_all (int fd, const void *data, gsize size, gint64 offset)
{
  sigset_t ending, before, pending;
  int number;

  sigemptyset (&ending);
  sigaddset (&ending, SIGPIPE);
  sigaddset (&ending, SIGXFSZ);
  sigpending (&pending); /* what was there before is not ours to take */
  pthread_sigmask (SIG_BLOCK, &ending, &before);
  number = write_all (fd, data, size, offset);
  if ((number == EPIPE && !sigismember (&pending, SIGPIPE)) || (number == EFBIG && !sigismember (&pending, SIGXFSZ)))
    take_signal (number);
  pthread_sigmask (SIG_SETMASK, &before, NULL);
  return number;
}
