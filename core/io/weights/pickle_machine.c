/* pickle_machine.c - the pickle machine's primitive moves: stack, marks, memo, containers, all bounded
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "pickle_machine.h"

#include "fail.h"
#include "mem.h"

gboolean
arra_pickle_fail (const ArraPickleMachine *machine, ArraError code, const char *fault, GError **error)
{
  return arra_fail (error, code, "%s: pickle, byte %zu: %s", machine->name, machine->at, arra_translate (fault));
}

/* Makes room for one more than @n elements of *@block; at most @max. */
static gboolean
grow (const ArraPickleMachine *machine,
      void *block,
      guint32 n,
      guint32 *room,
      gsize size,
      guint32 max,
      const char *fault,
      GError **error)
{
  void **place = block;
  guint32 wanted = MIN (MAX (64, 2 * *room), max);
  void *grown;

  if (n < *room)
    return TRUE;
  if (n >= max)
    return arra_pickle_fail (machine, ARRA_ERROR_INVALID_DATA, fault, error);
  grown = arra_mem_resize (*place, wanted, size, "pickle", error);
  if (grown == NULL)
    return FALSE;
  *place = grown;
  *room = wanted;
  return TRUE;
}

gboolean
arra_pickle_push (ArraPickleMachine *machine, guint32 value, GError **error)
{
  if (!grow (machine, &machine->stack, machine->n_stack, &machine->stack_room, sizeof *machine->stack,
             ARRA_PICKLE_MAX_STACK, "the stack is too high", error))
    return FALSE;
  machine->stack[machine->n_stack++] = value;
  return TRUE;
}

gboolean
arra_pickle_push_new (ArraPickleMachine *machine, ArraPickleValue value, GError **error)
{
  ArraPickle *pickle = machine->pickle;

  if (!grow (machine, &pickle->values, pickle->n_values, &pickle->values_room, sizeof value, ARRA_PICKLE_MAX_VALUES,
             "too many values", error)
      || !arra_pickle_push (machine, pickle->n_values, error))
    return FALSE;
  pickle->values[pickle->n_values++] = value;
  return TRUE;
}

gboolean
arra_pickle_top (ArraPickleMachine *machine, guint32 *value, GError **error)
{
  guint32 floor = machine->n_marks > 0 ? machine->marks[machine->n_marks - 1] : 0;

  if (machine->n_stack <= floor)
    return arra_pickle_fail (machine, ARRA_ERROR_INVALID_DATA, "the stack is empty", error);
  *value = machine->stack[machine->n_stack - 1];
  return TRUE;
}

gboolean
arra_pickle_pop (ArraPickleMachine *machine, guint32 *value, GError **error)
{
  if (!arra_pickle_top (machine, value, error))
    return FALSE;
  machine->n_stack--;
  return TRUE;
}

gboolean
arra_pickle_mark (ArraPickleMachine *machine, GError **error)
{
  if (machine->n_marks == ARRA_PICKLE_MAX_MARKS)
    return arra_pickle_fail (machine, ARRA_ERROR_INVALID_DATA, "nested too deep", error);
  machine->marks[machine->n_marks++] = machine->n_stack;
  return TRUE;
}

gboolean
arra_pickle_unmark (ArraPickleMachine *machine, guint32 *first, GError **error)
{
  if (machine->n_marks == 0)
    return arra_pickle_fail (machine, ARRA_ERROR_INVALID_DATA, "there is no mark", error);
  *first = machine->marks[--machine->n_marks];
  return TRUE;
}

gboolean
arra_pickle_append (ArraPickleMachine *machine, guint32 container, guint32 value, GError **error)
{
  ArraPickle *pickle = machine->pickle;
  ArraPickleValue *list = &pickle->values[container];

  if (!grow (machine, &pickle->cells, pickle->n_cells, &pickle->cells_room, sizeof (ArraPickleCell),
             ARRA_PICKLE_MAX_VALUES, "too many items", error))
    return FALSE;
  pickle->cells[pickle->n_cells] = (ArraPickleCell) { value, ARRA_PICKLE_NONE };
  if (list->items.n == 0)
    list->items.first = pickle->n_cells;
  else
    pickle->cells[list->items.last].next = pickle->n_cells;
  list->items.last = pickle->n_cells++;
  list->items.n++;
  return TRUE;
}

gboolean
arra_pickle_collect (ArraPickleMachine *machine, ArraPickleKind kind, guint32 first, GError **error)
{
  guint32 end = machine->n_stack, container = machine->pickle->n_values;
  ArraPickleValue empty = { .kind = kind, .items = { ARRA_PICKLE_NONE, ARRA_PICKLE_NONE, 0 } };

  if (!arra_pickle_push_new (machine, empty, error))
    return FALSE;
  for (guint32 i = first; i < end; i++)
    if (!arra_pickle_append (machine, container, machine->stack[i], error))
      return FALSE;
  machine->n_stack = first;
  return arra_pickle_push (machine, container, error);
}

/* Numbers are below the pickle's length: a program has to name each one. */
gboolean
arra_pickle_memo_put (ArraPickleMachine *machine, guint64 number, GError **error)
{
  guint32 value, room = machine->memo_room;

  if (!arra_pickle_top (machine, &value, error))
    return FALSE;
  if (number >= MIN (machine->pickle->size, ARRA_PICKLE_MAX_VALUES))
    return arra_pickle_fail (machine, ARRA_ERROR_INVALID_DATA, "the memo's number is too high", error);
  while (number >= machine->memo_room)
    {
      if (!grow (machine, &machine->memo, machine->memo_room, &machine->memo_room, sizeof *machine->memo,
                 ARRA_PICKLE_MAX_VALUES, "too many memos", error))
        return FALSE;
    }
  for (guint32 i = room; i < machine->memo_room; i++)
    machine->memo[i] = ARRA_PICKLE_NONE;
  machine->n_memo += machine->memo[number] == ARRA_PICKLE_NONE ? 1 : 0;
  machine->memo[number] = value;
  return TRUE;
}

gboolean
arra_pickle_memo_get (ArraPickleMachine *machine, guint64 number, GError **error)
{
  if (number >= machine->memo_room || machine->memo[number] == ARRA_PICKLE_NONE)
    return arra_pickle_fail (machine, ARRA_ERROR_INVALID_DATA, "there is no such memo", error);
  return arra_pickle_push (machine, machine->memo[number], error);
}
