/* prompt.h - text from the command line, a file or standard input
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

#define CLI_MAX_TEXT (1u << 20) /* bytes of a prompt or of text to tokenize */

/* A file, a pipe or device below /dev (/dev/stdin), or standard input for "-", of at most @limit bytes. @option starts
 * messages about a file too long. Returns: (transfer full): arra_mem memory, NUL-terminated, *@size bytes. */
char *cli_read_input (const char *option, const char *path, gsize limit, gsize *size, GError **error);
/* The same of text, as UTF-8 without a byte order mark (text_file.h): what cannot be converted is wrong use. */
char *cli_read_text (const char *option, const char *path, gsize limit, gsize *size, GError **error);

/* A string from the command line as UTF-8, also when the locale's character set is another one; (transfer full):
 * arra_mem memory. */
char *cli_argument_utf8 (const char *option, const char *text, GError **error);

/* The prompt from exactly one of --prompt, --prompt-file and one word of @rest (each nullable); line ends at its end
 * are taken off. Returns: (transfer full): arra_mem memory. */
char *cli_prompt_read (const char *prompt, const char *prompt_file, char **rest, GError **error);
