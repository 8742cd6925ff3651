/* class_names.h - names of the classes that a model makes pictures of
 *
 * A name may have others beside it, divided by commas: "golden retriever", "lesser panda, red panda, …".
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

/* The class that @text means, its number or one of its names in any case. @names: (nullable): of the @n classes.
 * ARGUMENT: it is none, and then the message has the names that are nearest; or several. */
gboolean arra_class_find (const char *const *names, guint n, const char *text, guint *class, GError **error);
