/* layout.h - how pictures lie in a sequence of tokens: which ids are codes, what stands around them, what may come next
 *
 * Every family has one (Chameleon: framed rows, chameleon/frame.h; LlamaGen, Janus: a plain raster, raster.h). Whatever
 * makes, continues, edits, encodes or learns sequences asks it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

#define ARRA_NO_TOKEN G_MAXUINT32
#define ARRA_LAYOUT_HEAD 4 /* most tokens that stand before a picture's first code */

typedef struct _ArraLayout ArraLayout;
typedef struct _ArraGrammar ArraGrammar;

/* From the first token of a picture to its last one, or to the last one there is. */
typedef struct
{
  guint begin, end;    /* tokens; end is exclusive */
  guint rows, columns; /* codes; 0 when the size is not there yet */
  guint rows_finished;
} ArraPictureSpan;

/* What stands before a prompt, and what ends it, and ends an answer. */
typedef struct
{
  guint32 begin, end;
} ArraTurn;

/* @name: what it means, a key of JSON. */
typedef void (*ArraTokenFunc) (const char *name, guint32 id, gpointer data);

typedef struct
{
  /* Tokens of a whole picture of @rows x @columns codes. */
  guint64 (*tokens) (const ArraLayout *layout, guint rows, guint columns);
  /* What stands before the first code, at most ARRA_LAYOUT_HEAD ids; returns how many. */
  guint (*head) (const ArraLayout *layout, guint rows, guint columns, guint32 *ids);
  /* Where code @index of a picture of @columns codes a row stands, counted from the picture's first token. */
  guint64 (*place) (const ArraLayout *layout, guint columns, guint64 index);
  /* What stands at @place of a picture, where no code does. */
  guint32 (*between) (const ArraLayout *layout, guint rows, guint columns, guint64 place);
  void (*init) (ArraGrammar *grammar); /* (nullable): before the first token, when it is not text */
  gboolean (*push) (ArraGrammar *grammar, guint32 id, GError **error); /* @id is below n_tokens */
  gboolean (*find) (const ArraLayout *layout, const guint32 *tokens, guint n, guint from, ArraPictureSpan *span);
  /* (nullable): calls @func for each id that has a meaning of its own. */
  void (*tell) (const ArraLayout *layout, ArraTokenFunc func, gpointer data);
  /* (nullable): layouts without text have none. */
  ArraTurn (*turn) (const ArraLayout *layout);
  gboolean (*ends) (const ArraLayout *layout, guint32 id); /* whether @id, outside pictures, ends an answer */
  void (*free) (ArraLayout *layout);
} ArraLayoutClass;

/* The first member of every family's own. Tables are the owner's (arra_mem). */
struct _ArraLayout
{
  const ArraLayoutClass *class;
  guint32 n_tokens; /* ids are below it */
  guint32 n_codes;
  guint32 *id_of_code; /* (nullable): n_codes; NULL: a code is its id */
  gint32 *code_of_id;  /* (nullable): n_tokens, -1: no code; NULL: an id is its code */
  guint grid;          /* rows and columns are multiples of it */
  guint n_grids;       /* most grids on a side */
};

/* @lookup: id of a name, FALSE when there is none. */
typedef gboolean (*ArraTokenLookup) (gpointer data, const char *token, guint32 *id);

/* What tokens are called. */
typedef struct
{
  ArraTokenLookup lookup; /* NULL: nothing says it */
  gpointer data;
  guint32 n; /* highest id + 1 */
} ArraTokenNames;

/* Of one that its family made with a …_new(); nullable. */
void arra_layout_free (ArraLayout *layout);

/* Calls @func for each id with a meaning of its own: where a picture begins, ends, … */
void arra_layout_tell (const ArraLayout *layout, ArraTokenFunc func, gpointer data);

/* Of a layout with text. */
ArraTurn arra_layout_turn (const ArraLayout *layout);

/* ---- sizes and places */
guint64 arra_layout_tokens (const ArraLayout *layout, guint rows, guint columns);
guint arra_layout_head (const ArraLayout *layout, guint rows, guint columns, guint32 *ids);
gboolean arra_layout_has_size (const ArraLayout *layout, guint rows, guint columns);
/* Whether there are ids beside the codes: without, prompts stand in front of sequences, and an answer is one picture.
 */
gboolean arra_layout_has_text (const ArraLayout *layout);
/* The code that @id stands for, or -1. */
gint32 arra_layout_code (const ArraLayout *layout, guint32 id);
guint32 arra_layout_id (const ArraLayout *layout, guint32 code);
/* A whole picture: @ids [arra_layout_tokens()] from @codes [rows][columns], which may be the last ones of @ids. A code
 * beyond the last one, which a file that changes under us can bring, becomes the last one. */
void arra_layout_write (const ArraLayout *layout, const guint32 *codes, guint rows, guint columns, guint32 *ids);

/* ---- what may come next */
typedef enum
{
  ARRA_EXPECT_TEXT,   /* outside pictures: nothing constrained, text top-k */
  ARRA_EXPECT_SIZE,   /* in a picture's head: nothing constrained, image top-k */
  ARRA_EXPECT_CODE,   /* a code, guided */
  ARRA_EXPECT_FORCED, /* exactly `forced` */
} ArraExpect;

/* The state after reading a whole sequence (prompt and answer so far): pictures in it count, as in the reference. */
struct _ArraGrammar
{
  const ArraLayout *layout;
  ArraExpect expect;
  guint32 forced;
  guint rows, columns; /* codes of the picture at hand; 0: not known yet */
  guint64 place;       /* in the picture at hand */
  guint n_pictures;    /* begun */
  /* this step is the first that needs the unconditional pass: it reads the picture's head; later ones the last token */
  gboolean uncond_begins;
};

void arra_grammar_init (ArraGrammar *grammar, const ArraLayout *layout);
/* Reads one more token. FALSE with an error when it cannot stand there (a size expected, say). */
gboolean arra_grammar_push (ArraGrammar *grammar, guint32 id, GError **error);
/* Whether @id, chosen as the next token, ends the answer. */
gboolean arra_grammar_ends (const ArraGrammar *grammar, guint32 id);
