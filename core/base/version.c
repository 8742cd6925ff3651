/* version.c - which version of the library this is
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <arra.h>

const char *
arra_version (void)
{
  return ARRA_VERSION;
}
