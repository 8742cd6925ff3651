/* write_all.h - writing to a descriptor to the end, without a signal
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

/* Writes @size bytes at @offset, or where the descriptor stands when that is negative. Returns 0, or the errno: a limit
 * to file sizes is EFBIG and a pipe that nobody reads EPIPE; neither sends its signal. */
int arra_write_all (int fd, const void *data, gsize size, gint64 offset);
