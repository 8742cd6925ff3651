/* stored_names.h - tensors under the names that published files give them
 *
 * One table of parameters serves all files of a network: these rules say what a tensor is called in a file,
 * and whether it is a part of a larger one there.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "parameters.h"
#include "source.h"

typedef struct
{
  const char *ours;   /* a name, or the beginning of one up to a dot; # is a number */
  const char *theirs; /* what stands in its place */
  guint part, parts;  /* which of so many of equal size, one below the other; of 0: it is the whole */
  gboolean transposed;
} ArraStoredName;

typedef struct
{
  const ArraStoredName *rules; /* what none of them fits keeps its name */
  gsize n;
  const char *prefix; /* of all their names */
  gboolean pickled;   /* the module itself was saved, not its state: parts are in _modules, tensors in
                         _parameters and _buffers */
  gboolean described; /* tensors are checked, and stay where they are */
} ArraStoredNames;

/* An ArraStoredNames of an array of rules, for tables of forms: no prefix yet. */
#define ARRA_STORED_RULES(array) { array, G_N_ELEMENTS (array), NULL, FALSE, FALSE }

/* Finds the file's names by @marker, plain or pickled; @prefix: (transfer full): keeps what they point to.
 * FALSE: no tensor's name ends with it. */
gboolean arra_stored_recognise (const ArraSource *source, const char *marker, ArraStoredNames *names, char **prefix);
/* (nullable): the tensor that holds ours, whole or with others. Borrowed. */
const ArraTensor *arra_stored_find (const ArraStoredNames *names, const ArraSource *source, const char *ours);

/* Allocates @parameters and fills them from @source; presence, shape, type and finiteness are checked, and
 * shapes before memory is taken. Dimensions of 1 may stand before those of ours. Errors call tensors what the
 * file does. @converted (nullable): bytes of the largest tensor that is read by way of a copy. */
gboolean arra_stored_load (const ArraStoredNames *names,
                           ArraParameters *parameters,
                           ArraSource *source,
                           gsize *converted,
                           GError **error);
