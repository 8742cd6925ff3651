/* pickle_objects.c - classes and calls in a pickle: a whitelist, and nothing is ever executed
 *
 * Sources of the forms: torch/serialization.py (persistent_id), torch/_utils.py (_rebuild_tensor_v2, _rebuild_parameter).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "pickle_machine.h"

#include <string.h>

static const struct
{
  const char *module, *name;
  ArraPickleGlobal known;
  ArraDType dtype;
} whitelist[] = {
  { "torch", "FloatStorage", ARRA_GLOBAL_STORAGE_CLASS, ARRA_F32 },
  { "torch", "HalfStorage", ARRA_GLOBAL_STORAGE_CLASS, ARRA_F16 },
  { "torch", "BFloat16Storage", ARRA_GLOBAL_STORAGE_CLASS, ARRA_BF16 },
  { "torch", "DoubleStorage", ARRA_GLOBAL_STORAGE_CLASS, ARRA_F64 },
  { "torch", "LongStorage", ARRA_GLOBAL_STORAGE_CLASS, ARRA_I64 },
  { "torch", "IntStorage", ARRA_GLOBAL_STORAGE_CLASS, ARRA_I32 },
  { "torch", "ShortStorage", ARRA_GLOBAL_STORAGE_CLASS, ARRA_I16 },
  { "torch", "CharStorage", ARRA_GLOBAL_STORAGE_CLASS, ARRA_I8 },
  { "torch", "ByteStorage", ARRA_GLOBAL_STORAGE_CLASS, ARRA_U8 },
  { "torch", "BoolStorage", ARRA_GLOBAL_STORAGE_CLASS, ARRA_BOOL },
  { "collections", "OrderedDict", ARRA_GLOBAL_ORDERED_DICT, 0 },
  { "torch._utils", "_rebuild_tensor_v2", ARRA_GLOBAL_REBUILD_TENSOR, 0 },
  { "torch._utils", "_rebuild_parameter", ARRA_GLOBAL_REBUILD_PARAMETER, 0 },
};

static gboolean
equals (const char *text, gsize length, const char *name)
{
  return strlen (name) == length && memcmp (text, name, length) == 0;
}

static gboolean
push_opaque (ArraPickleMachine *machine, GError **error)
{
  return arra_pickle_push_new (machine, (ArraPickleValue){ .kind = ARRA_PICKLE_OPAQUE }, error);
}

gboolean
arra_pickle_push_global (ArraPickleMachine *machine, const char *module, gsize module_length,
                         const char *name, gsize name_length, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (whitelist); i++)
    if (equals (module, module_length, whitelist[i].module) && equals (name, name_length, whitelist[i].name))
      return arra_pickle_push_new (machine,
                                   (ArraPickleValue){ .kind = ARRA_PICKLE_GLOBAL,
                                                      .global = { whitelist[i].known, whitelist[i].dtype } },
                                   error);
  return push_opaque (machine, error);
}

/* Up to @max items of a tuple; returns how many it has, at most @max. */
static guint
items_of (const ArraPickle *pickle, const ArraPickleValue *tuple, guint max, guint32 *out)
{
  guint n = MIN (tuple->items.n, max);
  guint32 cell = tuple->items.first;

  for (guint i = 0; i < n; i++)
    {
      out[i] = pickle->cells[cell].value;
      cell = pickle->cells[cell].next;
    }
  return n;
}

/* (storage, offset, sizes, strides, requires_grad, hooks, ...) */
static gboolean
rebuild_tensor (ArraPickleMachine *machine, const ArraPickleValue *args, GError **error)
{
  const ArraPickleValue *values = machine->pickle->values;
  guint32 items[4];
  guint n = items_of (machine->pickle, args, G_N_ELEMENTS (items), items);

  if (n == 4 && values[items[0]].kind == ARRA_PICKLE_OPAQUE)
    return push_opaque (machine, error);
  if (n < 4 || values[items[0]].kind != ARRA_PICKLE_STORAGE || values[items[1]].kind != ARRA_PICKLE_INT
      || values[items[2]].kind != ARRA_PICKLE_TUPLE || values[items[3]].kind != ARRA_PICKLE_TUPLE)
    return arra_pickle_fail (machine, ARRA_ERROR_INVALID_DATA, "a tensor is built from the wrong things",
                             error);
  return arra_pickle_push_new (
      machine,
      (ArraPickleValue){ .kind = ARRA_PICKLE_TENSOR,
                         .tensor = { items[0], items[2], items[3], values[items[1]].integer } },
      error);
}

/* (tensor, requires_grad, hooks) */
static gboolean
rebuild_parameter (ArraPickleMachine *machine, const ArraPickleValue *args, GError **error)
{
  guint32 item;
  guint n = items_of (machine->pickle, args, 1, &item);
  ArraPickleKind kind = n == 1 ? machine->pickle->values[item].kind : ARRA_PICKLE_NULL;

  if (kind != ARRA_PICKLE_TENSOR && kind != ARRA_PICKLE_OPAQUE)
    return arra_pickle_fail (machine, ARRA_ERROR_INVALID_DATA,
                             "a parameter is built from something that is no tensor", error);
  return arra_pickle_push (machine, item, error);
}

gboolean
arra_pickle_call (ArraPickleMachine *machine, guint32 callee, guint32 args, GError **error)
{
  const ArraPickleValue *function = &machine->pickle->values[callee], *tuple = &machine->pickle->values[args];

  if (tuple->kind != ARRA_PICKLE_TUPLE)
    return arra_pickle_fail (machine, ARRA_ERROR_INVALID_DATA, "a call's arguments are no tuple", error);
  if (function->kind == ARRA_PICKLE_OPAQUE)
    return push_opaque (machine, error);
  if (function->kind != ARRA_PICKLE_GLOBAL)
    return arra_pickle_fail (machine, ARRA_ERROR_INVALID_DATA,
                             "something is called that is neither class nor function", error);
  switch (function->global.known)
    {
    case ARRA_GLOBAL_REBUILD_TENSOR:
      return rebuild_tensor (machine, tuple, error);
    case ARRA_GLOBAL_REBUILD_PARAMETER:
      return rebuild_parameter (machine, tuple, error);
    case ARRA_GLOBAL_ORDERED_DICT:
      if (tuple->items.n == 0)
        return arra_pickle_collect (machine, ARRA_PICKLE_DICT, machine->n_stack, error);
      return push_opaque (machine, error);
    case ARRA_GLOBAL_STORAGE_CLASS:
    default:
      return push_opaque (machine, error);
    }
}

/* ('storage', storage class, key, device, number of elements) */
gboolean
arra_pickle_push_persistent (ArraPickleMachine *machine, guint32 id, GError **error)
{
  const ArraPickleValue *values = machine->pickle->values, *class, *tag, *key, *count;
  ArraPickleValue storage = { .kind = ARRA_PICKLE_STORAGE };
  guint32 items[5];

  if (values[id].kind != ARRA_PICKLE_TUPLE || items_of (machine->pickle, &values[id], 5, items) < 5)
    return arra_pickle_fail (machine, ARRA_ERROR_INVALID_DATA, "a persistent id is no tuple of five", error);
  tag = &values[items[0]];
  class = &values[items[1]];
  key = &values[items[2]];
  count = &values[items[4]];
  if (tag->kind != ARRA_PICKLE_TEXT
      || !equals (arra_pickle_text (machine->pickle, tag), tag->text.length, "storage")
      || key->kind != ARRA_PICKLE_TEXT || count->kind != ARRA_PICKLE_INT || count->integer < 0)
    return arra_pickle_fail (machine, ARRA_ERROR_INVALID_DATA, "a persistent id does not name a storage",
                             error);
  if (class->kind != ARRA_PICKLE_GLOBAL || class->global.known != ARRA_GLOBAL_STORAGE_CLASS)
    return push_opaque (machine, error);
  storage.storage.key = items[2];
  storage.storage.dtype = class->global.dtype;
  storage.storage.count = count->integer;
  return arra_pickle_push_new (machine, storage, error);
}
