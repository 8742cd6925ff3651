/* pickle.c - a reader of pickles that executes nothing: the loop over its program, and look-up in what came out
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "pickle.h"

#include <string.h>

#include "fail.h"
#include "mem.h"
#include "pickle_machine.h"

static guint64
read_uint (const guint8 *bytes, gsize n)
{
  guint64 value = 0;

  for (gsize i = n; i > 0; i--)
    value = value << 8 | bytes[i - 1];
  return value;
}

/* A line without its end; *@at moves behind it. FALSE: it has no end. */
static gboolean
read_line (const ArraPickle *pickle, gsize *at, const guint8 **line, gsize *n)
{
  const guint8 *end = memchr (pickle->bytes + *at, '\n', pickle->size - *at);

  if (end == NULL)
    return FALSE;
  *line = pickle->bytes + *at;
  *n = (gsize) (end - *line);
  *at += *n + 1;
  return TRUE;
}

/* Reads what follows the opcode's byte at *@at, which moves behind it. FALSE: the pickle ends within. */
static gboolean
read_operand (const ArraPickle *pickle, const ArraPickleOpcode *opcode, gsize *at, ArraPickleOperand *operand)
{
  const guint8 *bytes = pickle->bytes + *at;

  if (opcode->operand == ARRA_OPERAND_LINES)
    return read_line (pickle, at, &operand->bytes, &operand->n)
           && read_line (pickle, at, &operand->second, &operand->n_second);
  if (pickle->size - *at < opcode->width)
    return FALSE;
  *at += opcode->width;
  operand->number = read_uint (bytes, opcode->width);
  if (opcode->operand == ARRA_OPERAND_INT4)
    operand->number = (guint64) (gint64) (gint32) (guint32) operand->number;
  if (opcode->operand != ARRA_OPERAND_BYTES)
    return TRUE;
  if (operand->number > pickle->size - *at)
    return FALSE;
  operand->bytes = pickle->bytes + *at;
  operand->n = (gsize) operand->number;
  *at += operand->n;
  return TRUE;
}

static gboolean
run (ArraPickleMachine *machine, GError **error)
{
  ArraPickle *pickle = machine->pickle;

  for (gsize at = 2; at < pickle->size;)
    {
      const ArraPickleOpcode *opcode = &arra_pickle_opcodes[pickle->bytes[at]];
      ArraPickleOperand operand = { .param = opcode->param };

      machine->at = at;
      pickle->end = at + 1;
      if (pickle->bytes[at++] == ARRA_OP_STOP)
        return arra_pickle_pop (machine, &pickle->root, error);
      if (opcode->action == NULL)
        return arra_pickle_fail (machine, ARRA_ERROR_INVALID_DATA, "an unknown opcode", error);
      if (!read_operand (pickle, opcode, &at, &operand))
        return arra_pickle_fail (machine, ARRA_ERROR_INVALID_DATA, "it ends within an opcode", error);
      if (!opcode->action (machine, &operand, error))
        return FALSE;
    }
  machine->at = pickle->size;
  return arra_pickle_fail (machine, ARRA_ERROR_INVALID_DATA, "it ends without a stop", error);
}

gboolean
arra_pickle_read (ArraPickle *pickle, const guint8 *bytes, gsize size, const char *name, GError **error)
{
  g_autofree ArraPickleMachine *machine = g_new0 (ArraPickleMachine, 1);
  gboolean ok;

  pickle->bytes = bytes;
  pickle->size = size;
  pickle->root = ARRA_PICKLE_NONE;
  machine->pickle = pickle;
  machine->name = name;
  if (size > ARRA_PICKLE_MAX_BYTES)
    return arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: the pickle is larger than %u bytes", name,
                      ARRA_PICKLE_MAX_BYTES);
  if (size < 2 || bytes[0] != ARRA_OP_PROTO)
    return arra_pickle_fail (machine, ARRA_ERROR_INVALID_DATA, "it does not begin with a protocol", error);
  if (bytes[1] < 2 || bytes[1] > 5)
    return arra_pickle_fail (machine, ARRA_ERROR_UNSUPPORTED, "its protocol is not 2, 3, 4 or 5", error);
  ok = run (machine, error);
  arra_mem_free (machine->stack);
  arra_mem_free (machine->memo);
  return ok;
}

void
arra_pickle_clear (ArraPickle *pickle)
{
  arra_mem_clear (&pickle->values);
  arra_mem_clear (&pickle->cells);
}

/* ------------------------------------------------------------------ look-up */

guint32
arra_pickle_get (const ArraPickle *pickle, guint32 dict, const char *key, gsize length)
{
  guint32 found = ARRA_PICKLE_NONE;

  if (pickle->values[dict].kind != ARRA_PICKLE_DICT || pickle->values[dict].items.n == 0)
    return ARRA_PICKLE_NONE;
  for (guint32 cell = pickle->values[dict].items.first; cell != ARRA_PICKLE_NONE;)
    {
      const ArraPickleValue *name = &pickle->values[pickle->cells[cell].value];
      guint32 value = pickle->cells[cell].next;

      if (name->kind == ARRA_PICKLE_TEXT && name->text.length == length
          && memcmp (arra_pickle_text (pickle, name), key, length) == 0)
        found = pickle->cells[value].value;
      cell = pickle->cells[value].next;
    }
  return found;
}

gboolean
arra_pickle_ints (const ArraPickle *pickle, guint32 tuple, guint max, gint64 *out, guint *n)
{
  const ArraPickleValue *list = &pickle->values[tuple];
  guint32 cell = list->items.first;

  if (list->kind != ARRA_PICKLE_TUPLE || list->items.n > max)
    return FALSE;
  for (*n = 0; *n < list->items.n; (*n)++)
    {
      if (pickle->values[pickle->cells[cell].value].kind != ARRA_PICKLE_INT)
        return FALSE;
      out[*n] = pickle->values[pickle->cells[cell].value].integer;
      cell = pickle->cells[cell].next;
    }
  return TRUE;
}
