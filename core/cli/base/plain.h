/* plain.h - text from anywhere, made harmless for a terminal
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

/* @text with everything that is no plain writing spelled out: bytes that are no UTF-8 as \xNN; control characters,
 * those that turn the direction of writing and those that are not seen as \uNNNN, which JSON takes for the same
 * characters. @keep: control characters that stay, such as
 * "\n\t". What is plain already stays as it is. Returns: (transfer full): g_free(). */
char *cli_plain (const char *text, const char *keep);
