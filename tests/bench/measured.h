/* measured.h - `arra` at work on large checkpoints, and the memory that takes
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "watch.h"

/* Before all others: the `arra` program, borrowed. */
void measured_init (const char *program);

/* Runs `arra` with @arguments (NULL-terminated, @environment nullable as in watch_run()), tells what it took, and fails
 * the test when the exit code is another. */
Watched *measured_run (const char *what, int exit_code, const char *environment, const char *const *arguments);

/* Whether the folder for temporary files has room for @bytes of weights, the file made of them and some to spare; if
 * not, the test is skipped. */
gboolean measured_has_room (guint64 bytes);

/* Converts a checkpoint to q8_0; fails the test when that takes 2 GiB of private memory or more. */
void measured_convert (const char *checkpoint, const char *file);

/* The memory that `arra info` quotes for a picture of @size (nullable: the checkpoint's own), or for features. */
guint64 measured_quote (const char *file, const char *size);

/* Makes a picture; fails the test when that takes 5 % more or less than was quoted. */
void measured_generate (const char *file, const char *prompt, const char *size, const char *picture);
/* The same with the features of @pictures, a data set, by an encoder. */
void measured_features (const char *pictures, const char *encoder, const char *file);
