/* pickle_objects.c - classes and calls in a pickle: a whitelist, and nothing is ever executed
 *
 * Sources of the forms: torch/serialization.py (persistent_id), torch/_utils.py (_rebuild_tensor_v2,
 * _rebuild_parameter and their like), torch/_tensor.py (_rebuild_from_type_v2).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "pickle_machine.h"

#include <string.h>

#include "fail.h"
#include "utf8.h"

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
  { "collections", "defaultdict", ARRA_GLOBAL_DEFAULT_DICT, 0 },
  { "torch._utils", "_rebuild_tensor", ARRA_GLOBAL_REBUILD_TENSOR, 0 },
  { "torch._utils", "_rebuild_tensor_v2", ARRA_GLOBAL_REBUILD_TENSOR, 0 },
  { "torch._utils", "_rebuild_parameter", ARRA_GLOBAL_REBUILD_PARAMETER, 0 },
  { "torch._utils", "_rebuild_parameter_with_state", ARRA_GLOBAL_REBUILD_PARAMETER, 0 },
  { "torch._tensor", "_rebuild_from_type_v2", ARRA_GLOBAL_REBUILD_FROM_TYPE, 0 },
};

static gboolean
equals (const char *text, gsize length, const char *name)
{
  return strlen (name) == length && memcmp (text, name, length) == 0;
}

static gboolean
push_opaque (ArraPickleMachine *machine, GError **error)
{
  return arra_pickle_push_new (machine, (ArraPickleValue) { .kind = ARRA_PICKLE_OPAQUE }, error);
}

static gboolean
push_object (ArraPickleMachine *machine, GError **error)
{
  return arra_pickle_push_new (machine, (ArraPickleValue) { .kind = ARRA_PICKLE_OBJECT, .state = ARRA_PICKLE_NONE },
                               error);
}

/* Names what the file asks for, as far as it can be printed. */
static gboolean
refuse_global (const ArraPickleMachine *machine,
               const char *module,
               gsize module_length,
               const char *name,
               gsize name_length,
               GError **error)
{
  g_autofree char *path = g_strdup_printf ("%.*s.%.*s", (int) module_length, module, (int) name_length, name);
  g_autofree char *quoted = arra_quote (path, strlen (path));

  return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                    "%s: pickle, byte %zu: it asks for %s, which no model needs and which can do harm: refused, "
                    "nothing was executed",
                    machine->name, machine->at, quoted);
}

gboolean
arra_pickle_push_global (ArraPickleMachine *machine,
                         const char *module,
                         gsize module_length,
                         const char *name,
                         gsize name_length,
                         GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (whitelist); i++)
    if (equals (module, module_length, whitelist[i].module) && equals (name, name_length, whitelist[i].name))
      return arra_pickle_push_new (
          machine,
          (ArraPickleValue) { .kind = ARRA_PICKLE_GLOBAL, .global = { whitelist[i].known, whitelist[i].dtype } },
          error);
  if (arra_pickle_is_refused (module, module_length, name, name_length))
    return refuse_global (machine, module, module_length, name, name_length, error);
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

/* What is no tensor of ours: of a kind of numbers we have not, or inert */
static gboolean
is_unknown (const ArraPickleValue *value)
{
  return value->kind == ARRA_PICKLE_OPAQUE || value->kind == ARRA_PICKLE_OBJECT;
}

/* (storage, offset, sizes, strides, requires_grad, hooks, ...) */
static gboolean
rebuild_tensor (ArraPickleMachine *machine, const ArraPickleValue *args, GError **error)
{
  const ArraPickleValue *values = machine->pickle->values;
  guint32 items[4];
  guint n = items_of (machine->pickle, args, G_N_ELEMENTS (items), items);

  if (n == 4 && is_unknown (&values[items[0]]))
    return push_opaque (machine, error);
  if (n < 4 || values[items[0]].kind != ARRA_PICKLE_STORAGE || values[items[1]].kind != ARRA_PICKLE_INT
      || values[items[2]].kind != ARRA_PICKLE_TUPLE || values[items[3]].kind != ARRA_PICKLE_TUPLE)
    return arra_pickle_fail (machine, ARRA_ERROR_INVALID_DATA, "a tensor is built from the wrong things", error);
  return arra_pickle_push_new (
      machine,
      (ArraPickleValue) { .kind = ARRA_PICKLE_TENSOR,
                          .tensor = { items[0], items[2], items[3], values[items[1]].integer } },
      error);
}

/* (tensor, requires_grad, hooks, state) */
static gboolean
rebuild_parameter (ArraPickleMachine *machine, const ArraPickleValue *args, GError **error)
{
  guint32 item;
  guint n = items_of (machine->pickle, args, 1, &item);

  if (n == 0
      || (machine->pickle->values[item].kind != ARRA_PICKLE_TENSOR && !is_unknown (&machine->pickle->values[item])))
    return arra_pickle_fail (machine, ARRA_ERROR_INVALID_DATA, "a parameter is built from something that is no tensor",
                             error);
  return arra_pickle_push (machine, item, error);
}

/* (function, class, arguments, state): a tensor of a class of its own */
static gboolean
rebuild_from_type (ArraPickleMachine *machine, const ArraPickleValue *args, GError **error)
{
  const ArraPickleValue *values = machine->pickle->values;
  guint32 items[3];

  if (items_of (machine->pickle, args, 3, items) < 3 || values[items[2]].kind != ARRA_PICKLE_TUPLE)
    return arra_pickle_fail (machine, ARRA_ERROR_INVALID_DATA, "a tensor is built from the wrong things", error);
  if (values[items[0]].kind != ARRA_PICKLE_GLOBAL || values[items[0]].global.known != ARRA_GLOBAL_REBUILD_TENSOR)
    return push_object (machine, error);
  return rebuild_tensor (machine, &values[items[2]], error);
}

/* The pairs of a list, as Python 2 wrote an OrderedDict, go into the dictionary @dict. */
static gboolean
fill_pairs (ArraPickleMachine *machine, guint32 dict, guint32 list, GError **error)
{
  ArraPickle *pickle = machine->pickle;
  guint32 n = pickle->values[list].items.n, cell = pickle->values[list].items.first, pair[2];

  for (guint32 i = 0; i < n; i++, cell = pickle->cells[cell].next)
    {
      const ArraPickleValue *item = &pickle->values[pickle->cells[cell].value];

      if ((item->kind != ARRA_PICKLE_LIST && item->kind != ARRA_PICKLE_TUPLE) || item->items.n != 2
          || items_of (pickle, item, 2, pair) != 2)
        return arra_pickle_fail (machine, ARRA_ERROR_INVALID_DATA, "a key has no value", error);
      for (guint k = 0; k < 2; k++)
        if (!arra_pickle_append (machine, dict, pair[k], error))
          return FALSE;
    }
  return TRUE;
}

/* (), or (list of pairs) */
static gboolean
new_dict (ArraPickleMachine *machine, const ArraPickleValue *args, gboolean takes_pairs, GError **error)
{
  guint32 list = 0, dict;
  guint n = items_of (machine->pickle, args, 1, &list);

  return arra_pickle_collect (machine, ARRA_PICKLE_DICT, machine->n_stack, error)
         && arra_pickle_top (machine, &dict, error)
         && (!takes_pairs || n == 0 || machine->pickle->values[list].kind != ARRA_PICKLE_LIST
             || fill_pairs (machine, dict, list, error));
}

gboolean
arra_pickle_call (ArraPickleMachine *machine, guint32 callee, guint32 args, GError **error)
{
  const ArraPickleValue *function = &machine->pickle->values[callee], *tuple = &machine->pickle->values[args];

  if (tuple->kind != ARRA_PICKLE_TUPLE)
    return arra_pickle_fail (machine, ARRA_ERROR_INVALID_DATA, "a call's arguments are no tuple", error);
  if (is_unknown (function))
    return push_object (machine, error);
  if (function->kind != ARRA_PICKLE_GLOBAL)
    return arra_pickle_fail (machine, ARRA_ERROR_INVALID_DATA, "something is called that is neither class nor function",
                             error);
  switch (function->global.known)
    {
    case ARRA_GLOBAL_REBUILD_TENSOR:
      return rebuild_tensor (machine, tuple, error);
    case ARRA_GLOBAL_REBUILD_PARAMETER:
      return rebuild_parameter (machine, tuple, error);
    case ARRA_GLOBAL_REBUILD_FROM_TYPE:
      return rebuild_from_type (machine, tuple, error);
    case ARRA_GLOBAL_ORDERED_DICT:
    case ARRA_GLOBAL_DEFAULT_DICT:
      return new_dict (machine, tuple, function->global.known == ARRA_GLOBAL_ORDERED_DICT, error);
    case ARRA_GLOBAL_STORAGE_CLASS:
    default:
      return push_opaque (machine, error);
    }
}

static gboolean
is_none (const ArraPickle *pickle, const ArraPickleValue *tuple, guint index)
{
  guint32 items[8];

  return items_of (pickle, tuple, MIN (index + 1, G_N_ELEMENTS (items)), items) <= index
         || pickle->values[items[index]].kind == ARRA_PICKLE_NULL;
}

/* ('storage', storage class, key, device, number of elements); older files: and which part of another storage
 * it is, None as a rule */
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
  if (tag->kind != ARRA_PICKLE_TEXT || !equals (arra_pickle_text (machine->pickle, tag), tag->text.length, "storage")
      || key->kind != ARRA_PICKLE_TEXT || count->kind != ARRA_PICKLE_INT || count->integer < 0)
    return arra_pickle_fail (machine, ARRA_ERROR_INVALID_DATA, "a persistent id does not name a storage", error);
  if (values[id].items.n > 5 && !is_none (machine->pickle, &values[id], 5))
    return arra_pickle_fail (machine, ARRA_ERROR_UNSUPPORTED, "a storage that is a part of another one", error);
  if (class->kind != ARRA_PICKLE_GLOBAL || class->global.known != ARRA_GLOBAL_STORAGE_CLASS)
    return push_opaque (machine, error);
  storage.storage.key = items[2];
  storage.storage.dtype = class->global.dtype;
  storage.storage.count = count->integer;
  return arra_pickle_push_new (machine, storage, error);
}
