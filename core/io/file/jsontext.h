/* jsontext.h - strings as JSON writes them
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

/* Appends @text between quotation marks, escaped; ill-formed UTF-8 becomes U+FFFD. */
void arra_json_append_string (GString *json, const char *text);
