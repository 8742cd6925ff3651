/* pretokenize.h - text to words: the pre_tokenizer of a tokenizer.json, whose last step is ByteLevel or Metaspace
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include <json-glib/json-glib.h>

#define ARRA_MAX_TEXT (1u << 20) /* bytes that are tokenized at once */
#define ARRA_MAX_PRE_STEPS 32
#define ARRA_MAX_PATTERN_BYTES 1024
#define ARRA_SHORT_TEXT 4096 /* bytes of text that loaded patterns are compiled for */

typedef enum
{
  ARRA_PRE_REGEX,       /* Split on a regular expression */
  ARRA_PRE_STRING,      /* Split on a text */
  ARRA_PRE_DIGITS,      /* category N, each or in runs */
  ARRA_PRE_PUNCTUATION, /* ASCII punctuation and category P */
  ARRA_PRE_WHITESPACE,  /* property White_Space */
  ARRA_PRE_BYTE_LEVEL,  /* GPT-2's words; always the last step */
  ARRA_PRE_METASPACE,   /* spaces become a visible character, which words begin with; always the last step */
} ArraPreKind;

typedef enum
{
  ARRA_SPLIT_REMOVED,
  ARRA_SPLIT_ISOLATED,
  ARRA_SPLIT_MERGED_WITH_PREVIOUS,
  ARRA_SPLIT_MERGED_WITH_NEXT,
  ARRA_SPLIT_CONTIGUOUS,
} ArraSplitBehavior;

/* What a step looks for: {"Regex": ...} or {"String": ...} of a tokenizer.json. */
typedef struct
{
  char *name;    /* file and place, for messages */
  char *text;    /* arra_mem memory */
  GRegex *regex; /* compiled for short texts; NULL: the text is looked for as it stands */
} ArraPattern;

typedef struct
{
  ArraPreKind kind;
  ArraSplitBehavior behavior;
  gboolean invert;       /* matches and what lies between them change places */
  gboolean prefix_space; /* BYTE_LEVEL, METASPACE: a piece that does not begin with a space gets one */
  gboolean words;        /* BYTE_LEVEL: use_regex; METASPACE: split */
  ArraPattern pattern;   /* REGEX and STRING; METASPACE: its character */
} ArraPreStep;

typedef struct
{
  ArraPreStep steps[ARRA_MAX_PRE_STEPS];
  guint n;
} ArraPretokenizer;

typedef struct
{
  guint32 start, length;
} ArraPiece;

/* Pieces of a text, in order. */
typedef struct
{
  ArraPiece *items;
  gsize n, room;
} ArraPieces;

gboolean arra_pieces_add (ArraPieces *pieces, gsize start, gsize end, GError **error); /* an empty piece is not added */
void arra_pieces_clear (ArraPieces *pieces);

/* Reads member "pre_tokenizer" of @root; zero-initialised @pre. The last step must be @last (BYTE_LEVEL or METASPACE),
 * as the model's vocabulary is written. Messages start with @name. */
gboolean
arra_pretokenizer_load (ArraPretokenizer *pre, JsonObject *root, ArraPreKind last, const char *name, GError **error);
void arra_pretokenizer_clear (ArraPretokenizer *pre);
/* Reads a Metaspace, be it pre-tokenizer or decoder, into zero-initialised @step; its pattern is to be cleared also
 * after a failure. */
gboolean arra_metaspace_load (ArraPreStep *step, JsonObject *object, const char *name, GError **error);

/* Words of valid UTF-8 @text (at most ARRA_MAX_TEXT bytes) into @words, which is emptied first. They are pieces of
 * *@words_text: @text itself, or *@owned (arra_mem memory, transfer full) where spaces came in or were rewritten. A
 * pattern that backtracks without end is an ARRA_ERROR_INVALID_DATA that names it. */
gboolean arra_pretokenize (const ArraPretokenizer *pre,
                           const char *text,
                           gsize length,
                           ArraPieces *words,
                           const char **words_text,
                           char **owned,
                           GError **error);

/* --------------------------------------------------- between its files only */

/* Feeds matches and gaps of one piece, in order, through a behaviour into pieces. Zero-initialise but for the first
 * three. */
typedef struct
{
  ArraSplitBehavior behavior;
  gboolean invert;
  ArraPieces *out;
  gboolean open, last_match; /* a piece is being built; whether the last span was a match */
  gsize start, end;          /* of the piece being built */
} ArraSplitter;

gboolean arra_splitter_add (ArraSplitter *splitter, gsize start, gsize end, gboolean match, GError **error);
gboolean arra_splitter_finish (ArraSplitter *splitter, GError **error);

/* A part of a text: a match, or what lies between two. */
typedef gboolean (*ArraSpanFunc) (gpointer data, gsize start, gsize end, gboolean match, GError **error);

/* Reads member "pattern" of @object; zero-initialised @pattern, which is to be cleared also after a failure. @name
 * starts messages. */
gboolean arra_pattern_load (ArraPattern *pattern, JsonObject *object, const char *name, GError **error);
void arra_pattern_clear (ArraPattern *pattern);
/* *@regex: (transfer full) (nullable): what arra_pattern_spans() wants for parts of a text of @length bytes. The
 * longer, the less backtracking is allowed at each place, so that the whole scan stays bounded. */
gboolean arra_pattern_regex (const ArraPattern *pattern, gsize length, GRegex **regex, GError **error);
/* Calls @func for the matches in @text[start .. end) and what lies between, in order; what is empty is passed over, but
 * for empty matches. */
gboolean arra_pattern_spans (const ArraPattern *pattern,
                             GRegex *regex,
                             const char *text,
                             gsize start,
                             gsize end,
                             ArraSpanFunc func,
                             gpointer data,
                             GError **error);

/* End of the word that begins at @at, by GPT-2's expression 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+|
 * ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+ */
gsize arra_gpt2_word_end (const char *text, gsize end, gsize at);
