/* text_file.h - text that people wrote, in whatever form their editor saved it
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

/* Reads a whole text file as UTF-8: as arra_read_file(), and arra_text_to_utf8(). */
char *arra_read_text (const char *path, gsize limit, gsize *size, GError **error);

/* @text, arra_mem memory of *@size bytes and a NUL, without the byte order mark that Notepad, Excel and PowerShell put
 * before it, or converted from UTF-16 when the mark says so, with lines that end in a line feed. Takes @text; NULL with
 * INVALID_DATA, naming @name, when it is UTF-32, broken UTF-16, or holds a NUL, as UTF-16 without a mark does. Whether
 * the rest is UTF-8 is not looked at. */
char *arra_text_to_utf8 (char *text, gsize *size, const char *name, GError **error);

/* @text in one line, its line feeds spelled out: file names can hold some. Returns: (transfer full) */
char *arra_text_one_line (const char *text);
