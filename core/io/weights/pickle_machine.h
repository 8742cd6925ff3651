/* pickle_machine.h - the pickle machine's state and its primitive moves
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pickle.h"

typedef struct
{
  ArraPickle *pickle;
  const char *name;
  gsize at; /* first byte of the opcode that runs */
  guint32 *stack;
  guint32 n_stack, stack_room;
  guint32 marks[ARRA_PICKLE_MAX_MARKS]; /* heights of the stack */
  guint32 n_marks;
  guint32 *memo; /* value by number, ARRA_PICKLE_NONE: none */
  guint32 memo_room, n_memo;
} ArraPickleMachine;

/* Fails with file, byte and fault. */
gboolean arra_pickle_fail (const ArraPickleMachine *machine, ArraError code, const char *fault, GError **error);

gboolean arra_pickle_push (ArraPickleMachine *machine, guint32 value, GError **error);
/* Adds a value and pushes it. */
gboolean arra_pickle_push_new (ArraPickleMachine *machine, ArraPickleValue value, GError **error);
gboolean arra_pickle_pop (ArraPickleMachine *machine, guint32 *value, GError **error); /* not below the last mark */
gboolean arra_pickle_top (ArraPickleMachine *machine, guint32 *value, GError **error);
gboolean arra_pickle_mark (ArraPickleMachine *machine, GError **error);
/* Takes the last mark away; what lies above stays: @first is its place on the stack. */
gboolean arra_pickle_unmark (ArraPickleMachine *machine, guint32 *first, GError **error);

/* Appends a value to a tuple, list or dictionary. */
gboolean arra_pickle_append (ArraPickleMachine *machine, guint32 container, guint32 value, GError **error);
/* The stack from @first on becomes the items of a new container, which is pushed. */
gboolean arra_pickle_collect (ArraPickleMachine *machine, ArraPickleKind kind, guint32 first, GError **error);

gboolean arra_pickle_memo_put (ArraPickleMachine *machine, guint64 number, GError **error); /* the top */
gboolean arra_pickle_memo_get (ArraPickleMachine *machine, guint64 number, GError **error);

/* Objects: whitelist, calls, persistent ids */
gboolean arra_pickle_push_global (ArraPickleMachine *machine,
                                  const char *module,
                                  gsize module_length,
                                  const char *name,
                                  gsize name_length,
                                  GError **error);
/* pushes what it gives */
gboolean arra_pickle_call (ArraPickleMachine *machine, guint32 callee, guint32 args, GError **error);
gboolean arra_pickle_push_persistent (ArraPickleMachine *machine, guint32 id, GError **error);

/* --------------------------------------------------------------- opcode table */

/* What follows an opcode's byte. */
typedef enum
{
  ARRA_OPERAND_NONE,
  ARRA_OPERAND_UINT,  /* 1, 2, 4 or 8 bytes little-endian */
  ARRA_OPERAND_INT4,  /* 4 bytes, signed */
  ARRA_OPERAND_BYTES, /* so many bytes, their number first in 1, 4 or 8 */
  ARRA_OPERAND_LINES, /* two lines */
} ArraOperandKind;

typedef struct
{
  guint param;         /* of the opcode's table entry */
  guint64 number;      /* UINT, INT4 (two's complement) */
  const guint8 *bytes; /* BYTES; LINES: the first */
  gsize n;
  const guint8 *second; /* LINES */
  gsize n_second;
} ArraPickleOperand;

typedef struct
{
  /* NULL: no such opcode */
  gboolean (*action) (ArraPickleMachine *machine, const ArraPickleOperand *operand, GError **error);
  guint8 param;
  ArraOperandKind operand;
  guint8 width; /* bytes of the number */
} ArraPickleOpcode;

#define ARRA_OP_PROTO 0x80
#define ARRA_OP_STOP '.'

extern const ArraPickleOpcode arra_pickle_opcodes[256];
