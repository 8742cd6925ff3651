/* html_text.h - the text of HTML that people put into captions
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

/* Texts here are of a caption's length: their memory is GLib's. */

/* (transfer full): @text (UTF-8) with &name; and &#number; as the characters they stand for, as Python's
 * html.unescape() has it. */
char *arra_html_unescape (const char *text);

/* (transfer full): the text between the tags of @text (UTF-8), without comments, scripts and styles; characters by
 * name or number as themselves. As Python's html.parser and BeautifulSoup read it, oddities of unfinished tags and
 * entities included. */
char *arra_html_to_text (const char *text);

/* NAME, NUL, TEXT, NUL and so on; the last name is empty. '*' before a name: it is known without a semicolon behind
 * it, too. */
extern const char arra_html_entities[];
