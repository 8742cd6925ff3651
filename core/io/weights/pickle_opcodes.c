/* pickle_opcodes.c - what each opcode of pickle protocols 2 to 5 does
 *
 * Source of the opcodes and their meaning: Python's Lib/pickletools.py.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "pickle_machine.h"

typedef ArraPickleMachine Machine;
typedef ArraPickleOperand Operand;
typedef ArraPickleValue Value;

/* ------------------------------------------------------------------ scalars */

/* A value of kind @param without contents: None, a float (never looked at), anything opaque */
static gboolean
push_kind (Machine *machine, const Operand *operand, GError **error)
{
  return arra_pickle_push_new (machine, (Value) { .kind = (ArraPickleKind) operand->param }, error);
}

static gboolean
push_bool (Machine *machine, const Operand *operand, GError **error)
{
  return arra_pickle_push_new (machine, (Value) { .kind = ARRA_PICKLE_BOOL, .integer = (gint64) operand->param },
                               error);
}

static gboolean
push_int (Machine *machine, const Operand *operand, GError **error)
{
  return arra_pickle_push_new (machine, (Value) { .kind = ARRA_PICKLE_INT, .integer = (gint64) operand->number },
                               error);
}

/* A little-endian two's complement number; one of more than 64 bits is opaque. */
static gboolean
push_long (Machine *machine, const Operand *operand, GError **error)
{
  Operand number = { 0 };

  if (operand->n > 8)
    return arra_pickle_push_new (machine, (Value) { .kind = ARRA_PICKLE_OPAQUE }, error);
  if (operand->n > 0 && operand->bytes[operand->n - 1] >= 0x80)
    number.number = G_MAXUINT64;
  for (gsize i = operand->n; i > 0; i--)
    number.number = number.number << 8 | operand->bytes[i - 1];
  return push_int (machine, &number, error);
}

static gboolean
push_text (Machine *machine, const Operand *operand, GError **error)
{
  guint32 start = (guint32) (operand->bytes - machine->pickle->bytes);

  return arra_pickle_push_new (machine, (Value) { .kind = ARRA_PICKLE_TEXT, .text = { start, (guint32) operand->n } },
                               error);
}

/* --------------------------------------------------------------- containers */

static gboolean
mark (Machine *machine, const Operand *operand, GError **error)
{
  return arra_pickle_mark (machine, error);
}

static gboolean
push_empty (Machine *machine, const Operand *operand, GError **error)
{
  return arra_pickle_collect (machine, (ArraPickleKind) operand->param, machine->n_stack, error);
}

/* Where the last @n values begin on the stack; they must lie above the last mark. */
static gboolean
find_last (Machine *machine, guint32 n, guint32 *first, GError **error)
{
  guint32 floor = machine->n_marks > 0 ? machine->marks[machine->n_marks - 1] : 0;

  if (machine->n_stack - floor < n)
    return arra_pickle_fail (machine, ARRA_ERROR_INVALID_DATA, "the stack is empty", error);
  *first = machine->n_stack - n;
  return TRUE;
}

static gboolean
check_pairs (Machine *machine, ArraPickleKind kind, guint32 n, GError **error)
{
  if (kind == ARRA_PICKLE_DICT && n % 2 != 0)
    return arra_pickle_fail (machine, ARRA_ERROR_INVALID_DATA, "a key has no value", error);
  return TRUE;
}

static gboolean
collect_marked (Machine *machine, const Operand *operand, GError **error)
{
  ArraPickleKind kind = (ArraPickleKind) operand->param;
  guint32 first = 0;

  return arra_pickle_unmark (machine, &first, error) && check_pairs (machine, kind, machine->n_stack - first, error)
         && arra_pickle_collect (machine, kind, first, error);
}

/* A tuple of the last @param values */
static gboolean
collect_last (Machine *machine, const Operand *operand, GError **error)
{
  guint32 first = 0;

  return find_last (machine, operand->param, &first, error)
         && arra_pickle_collect (machine, ARRA_PICKLE_TUPLE, first, error);
}

/* What lies on the stack from @first on goes into the container below it; opaque containers and objects swallow it. */
static gboolean
add_from (Machine *machine, ArraPickleKind kind, guint32 first, GError **error)
{
  guint32 end = machine->n_stack, container;

  machine->n_stack = first;
  if (!arra_pickle_top (machine, &container, error))
    return FALSE;
  if (machine->pickle->values[container].kind == ARRA_PICKLE_OPAQUE
      || machine->pickle->values[container].kind == ARRA_PICKLE_OBJECT)
    return TRUE;
  if (machine->pickle->values[container].kind != kind)
    return arra_pickle_fail (machine, ARRA_ERROR_INVALID_DATA, "items are added to something that holds none", error);
  if (!check_pairs (machine, kind, end - first, error))
    return FALSE;
  for (guint32 i = first; i < end; i++)
    if (!arra_pickle_append (machine, container, machine->stack[i], error))
      return FALSE;
  return TRUE;
}

/* One item for a list, key and value for a dictionary */
static gboolean
add_last (Machine *machine, const Operand *operand, GError **error)
{
  guint32 first = 0;

  return find_last (machine, operand->param == ARRA_PICKLE_DICT ? 2 : 1, &first, error)
         && add_from (machine, (ArraPickleKind) operand->param, first, error);
}

static gboolean
add_marked (Machine *machine, const Operand *operand, GError **error)
{
  guint32 first = 0;

  return arra_pickle_unmark (machine, &first, error)
         && add_from (machine, (ArraPickleKind) operand->param, first, error);
}

/* A frozen set: opaque */
static gboolean
collect_set (Machine *machine, const Operand *operand, GError **error)
{
  return arra_pickle_unmark (machine, &machine->n_stack, error)
         && arra_pickle_push_new (machine, (Value) { .kind = ARRA_PICKLE_OPAQUE }, error);
}

/* ------------------------------------------------------------ stack and memo */

static gboolean
pop (Machine *machine, const Operand *operand, GError **error)
{
  guint32 value;

  if (machine->n_marks > 0 && machine->marks[machine->n_marks - 1] == machine->n_stack)
    return arra_pickle_unmark (machine, &value, error);
  return arra_pickle_pop (machine, &value, error);
}

static gboolean
pop_mark (Machine *machine, const Operand *operand, GError **error)
{
  return arra_pickle_unmark (machine, &machine->n_stack, error);
}

static gboolean
duplicate (Machine *machine, const Operand *operand, GError **error)
{
  guint32 value;

  return arra_pickle_top (machine, &value, error) && arra_pickle_push (machine, value, error);
}

static gboolean
memo_put (Machine *machine, const Operand *operand, GError **error)
{
  return arra_pickle_memo_put (machine, operand->number, error);
}

static gboolean
memo_get (Machine *machine, const Operand *operand, GError **error)
{
  return arra_pickle_memo_get (machine, operand->number, error);
}

static gboolean
memoize (Machine *machine, const Operand *operand, GError **error)
{
  return arra_pickle_memo_put (machine, machine->n_memo, error);
}

/* ------------------------------------------------------------------ objects */

static gboolean
push_global (Machine *machine, const Operand *operand, GError **error)
{
  return arra_pickle_push_global (machine, (const char *) operand->bytes, operand->n, (const char *) operand->second,
                                  operand->n_second, error);
}

static gboolean
push_named_global (Machine *machine, const Operand *operand, GError **error)
{
  const Value *module, *name;
  guint32 below, above;

  if (!arra_pickle_pop (machine, &above, error) || !arra_pickle_pop (machine, &below, error))
    return FALSE;
  module = &machine->pickle->values[below];
  name = &machine->pickle->values[above];
  if (module->kind != ARRA_PICKLE_TEXT || name->kind != ARRA_PICKLE_TEXT)
    return arra_pickle_fail (machine, ARRA_ERROR_INVALID_DATA, "a class is named by something that is no text", error);
  return arra_pickle_push_global (machine, arra_pickle_text (machine->pickle, module), module->text.length,
                                  arra_pickle_text (machine->pickle, name), name->text.length, error);
}

static gboolean
call (Machine *machine, const Operand *operand, GError **error)
{
  guint32 callee, args;

  return arra_pickle_pop (machine, &args, error) && arra_pickle_pop (machine, &callee, error)
         && arra_pickle_call (machine, callee, args, error);
}

/* Class, arguments, and named arguments, which nothing in the whitelist takes */
static gboolean
call_named (Machine *machine, const Operand *operand, GError **error)
{
  guint32 named;

  return arra_pickle_pop (machine, &named, error) && call (machine, operand, error);
}

/* An inert object keeps its state; that of others is not looked at. */
static gboolean
build (Machine *machine, const Operand *operand, GError **error)
{
  guint32 state, object;

  if (!arra_pickle_pop (machine, &state, error) || !arra_pickle_top (machine, &object, error))
    return FALSE;
  if (machine->pickle->values[object].kind == ARRA_PICKLE_OBJECT)
    machine->pickle->values[object].state = state;
  return TRUE;
}

static gboolean
push_persistent (Machine *machine, const Operand *operand, GError **error)
{
  guint32 id;

  return arra_pickle_pop (machine, &id, error) && arra_pickle_push_persistent (machine, id, error);
}

static gboolean
check_frame (Machine *machine, const Operand *operand, GError **error)
{
  if (operand->number > machine->pickle->size - machine->at)
    return arra_pickle_fail (machine, ARRA_ERROR_INVALID_DATA, "a frame ends after the pickle", error);
  return TRUE;
}

static gboolean
refuse_protocol (Machine *machine, const Operand *operand, GError **error)
{
  return arra_pickle_fail (machine, ARRA_ERROR_INVALID_DATA, "a second protocol", error);
}

static gboolean
refuse (Machine *machine, const Operand *operand, GError **error)
{
  return arra_pickle_fail (machine, ARRA_ERROR_UNSUPPORTED, "an opcode that torch.save does not write", error);
}

/* -------------------------------------------------------------------- table */

#define NONE ARRA_OPERAND_NONE, 0
#define UINT(width) ARRA_OPERAND_UINT, width
#define BYTES(width) ARRA_OPERAND_BYTES, width

const ArraPickleOpcode arra_pickle_opcodes[256] = {
  [ARRA_OP_PROTO] = { refuse_protocol, 0, UINT (1) },
  [0x95] = { check_frame, 0, UINT (8) },
  ['N'] = { push_kind, ARRA_PICKLE_NULL, NONE },
  [0x88] = { push_bool, TRUE, NONE },
  [0x89] = { push_bool, FALSE, NONE },
  ['J'] = { push_int, 0, ARRA_OPERAND_INT4, 4 },
  ['K'] = { push_int, 0, UINT (1) },
  ['M'] = { push_int, 0, UINT (2) },
  [0x8a] = { push_long, 0, BYTES (1) },
  [0x8b] = { push_long, 0, BYTES (4) },
  ['G'] = { push_kind, ARRA_PICKLE_FLOAT, UINT (8) },
  ['U'] = { push_text, 0, BYTES (1) },
  ['T'] = { push_text, 0, BYTES (4) },
  ['X'] = { push_text, 0, BYTES (4) },
  [0x8c] = { push_text, 0, BYTES (1) },
  [0x8d] = { push_text, 0, BYTES (8) },
  ['C'] = { push_kind, ARRA_PICKLE_OPAQUE, BYTES (1) },
  ['B'] = { push_kind, ARRA_PICKLE_OPAQUE, BYTES (4) },
  [0x8e] = { push_kind, ARRA_PICKLE_OPAQUE, BYTES (8) },
  [0x96] = { push_kind, ARRA_PICKLE_OPAQUE, BYTES (8) },
  ['('] = { mark, 0, NONE },
  [')'] = { push_empty, ARRA_PICKLE_TUPLE, NONE },
  ['t'] = { collect_marked, ARRA_PICKLE_TUPLE, NONE },
  [0x85] = { collect_last, 1, NONE },
  [0x86] = { collect_last, 2, NONE },
  [0x87] = { collect_last, 3, NONE },
  [']'] = { push_empty, ARRA_PICKLE_LIST, NONE },
  ['l'] = { collect_marked, ARRA_PICKLE_LIST, NONE },
  ['a'] = { add_last, ARRA_PICKLE_LIST, NONE },
  ['e'] = { add_marked, ARRA_PICKLE_LIST, NONE },
  ['}'] = { push_empty, ARRA_PICKLE_DICT, NONE },
  ['d'] = { collect_marked, ARRA_PICKLE_DICT, NONE },
  ['s'] = { add_last, ARRA_PICKLE_DICT, NONE },
  ['u'] = { add_marked, ARRA_PICKLE_DICT, NONE },
  [0x8f] = { push_kind, ARRA_PICKLE_OPAQUE, NONE },
  [0x90] = { add_marked, ARRA_PICKLE_OPAQUE, NONE },
  [0x91] = { collect_set, 0, NONE },
  ['0'] = { pop, 0, NONE },
  ['1'] = { pop_mark, 0, NONE },
  ['2'] = { duplicate, 0, NONE },
  ['q'] = { memo_put, 0, UINT (1) },
  ['r'] = { memo_put, 0, UINT (4) },
  ['h'] = { memo_get, 0, UINT (1) },
  ['j'] = { memo_get, 0, UINT (4) },
  [0x94] = { memoize, 0, NONE },
  ['c'] = { push_global, 0, ARRA_OPERAND_LINES, 0 },
  [0x93] = { push_named_global, 0, NONE },
  ['R'] = { call, 0, NONE },
  [0x81] = { call, 0, NONE },
  [0x92] = { call_named, 0, NONE },
  ['b'] = { build, 0, NONE },
  ['Q'] = { push_persistent, 0, NONE },
  /* texts of protocols 0 and 1, extensions, buffers beside the pickle */
  ['I'] = { refuse, 0, NONE },
  ['L'] = { refuse, 0, NONE },
  ['S'] = { refuse, 0, NONE },
  ['V'] = { refuse, 0, NONE },
  ['F'] = { refuse, 0, NONE },
  ['P'] = { refuse, 0, NONE },
  ['i'] = { refuse, 0, NONE },
  ['o'] = { refuse, 0, NONE },
  ['g'] = { refuse, 0, NONE },
  ['p'] = { refuse, 0, NONE },
  [0x82] = { refuse, 0, NONE },
  [0x83] = { refuse, 0, NONE },
  [0x84] = { refuse, 0, NONE },
  [0x97] = { refuse, 0, NONE },
  [0x98] = { refuse, 0, NONE },
};
