/* info_print.c - `arra info` for people
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "info.h"

#include <arra-prompt.h>
#include <stdlib.h>
#include <string.h>
#include "plain.h"
#include "status.h"
#include "values.h"
#include "wrap.h"

#define INDENT 16 /* characters of the labels */

void
info_line (const char *label, const char *value)
{
  g_autofree char *words = NULL, *plain = NULL, *lines = NULL;

  if (value == NULL || *value == '\0')
    return;
  words = g_strdelimit (g_strdup (value), "\n\r\t", ' ');
  plain = cli_plain (words, "");
  lines = cli_wrap (plain, INDENT, cli_wrap_width ());
  cli_print ("%-15s %s\n", label, lines);
}

static void G_GNUC_PRINTF (2, 3) linef (const char *label, const char *format, ...)
{
  va_list args;
  g_autofree char *value = NULL;

  va_start (args, format);
  value = g_strdup_vprintf (format, args);
  va_end (args);
  info_line (label, value);
}

static int
by_word (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* How many there are, or with @all them all in the order of the alphabet */
static void
print_words (const ArraCard *card, gboolean all)
{
  const guint n = g_strv_length ((char **) card->words);
  g_autofree const char **sorted = g_memdup2 (card->words, (n + 1) * sizeof *sorted);
  g_autofree char *joined = NULL, *words = NULL;

  qsort (sorted, n, sizeof *sorted, by_word);
  joined = g_strjoinv (", ", (char **) sorted);
  words = all ? g_strdup_printf ("%u: %s", n, joined) : g_strdup_printf ("%u, listed by --words", n);
  info_line ("Words it learnt", words);
}

static void
print_card (const ArraCard *card, gboolean all_words)
{
  info_line ("Name", card->name);
  info_line ("Description", card->description);
  info_line ("Domain", card->domain);
  if (card->medical)
    info_line ("Medical", "pictures are synthetic - not for diagnosis");
  info_line ("Licence", card->license);
  info_line ("", card->license_link);
  info_line ("Training data", card->training_data);
  info_line ("Intended use", card->intended_use);
  for (guint i = 0; card->example_prompts[i] != NULL; i++)
    info_line (i == 0 ? "Prompts like" : "", card->example_prompts[i]);
  if (card->words[0] != NULL)
    print_words (card, all_words);
  else if (all_words)
    info_line ("Words it learnt", "the checkpoint does not say");
}

static void
print_transformer (const InfoFacts *facts)
{
  const ArraDecoder *decoder = &facts->checkpoint->decoder;
  const ArraTransformerShape *shape = &decoder->shape;
  g_autofree char *parameters = cli_format_count (facts->parameters);

  linef ("Transformer", "%s, %s parameters: %u layers, %u wide, %u heads (%u for keys and values), feed-forward %u",
         decoder->family->name, parameters, shape->n_layers, shape->hidden_size, shape->n_heads, shape->n_kv_heads,
         shape->intermediate_size);
  linef ("Context", "%u tokens", decoder->context);
  for (guint i = 0; i < ARRA_N_DTYPES; i++)
    {
      const InfoAmount *amount = &facts->by_dtype[i];
      g_autofree char *weights = cli_format_count (amount->weights);
      g_autofree char *bytes = cli_format_bytes (amount->bytes);
      if (amount->tensors > 0)
        linef ("Weights", "%s: %s in %" G_GUINT64_FORMAT " tensors, %s", arra_dtype_name ((ArraDType) i), weights,
               amount->tensors, bytes);
    }
}

static void
add_token (const char *name, guint32 id, gpointer data)
{
  g_autofree char *words = g_strdelimit (g_strdup (name), "_", ' ');

  g_string_append_printf (data, "; %s %u", words, id);
}

static void
print_vocabulary (const ArraCheckpoint *checkpoint)
{
  const ArraLayout *layout = checkpoint->layout;
  g_autoptr (GString) tokens = g_string_new (NULL);

  arra_layout_tell (layout, add_token, tokens);
  if (layout->n_grids > 1)
    g_string_append_printf (tokens, "; sizes up to %u", layout->n_grids);
  else
    g_string_append_printf (tokens, "; pictures of %u x %u", layout->grid, layout->grid);
  linef ("Vocabulary", "%u ids; %u image codes%s", layout->n_tokens, layout->n_codes, tokens->str);
  if (!checkpoint->decoder.conditioner->reads_text)
    return;
  info_line ("Tokenizer", checkpoint->tokenizer != NULL ? "byte-level BPE" : "none: prompts cannot be read");
}

static void
print_text_encoder (const ArraCheckpoint *checkpoint)
{
  const ArraTextEncoder *encoder = checkpoint->text_encoder;

  if (!checkpoint->decoder.conditioner->reads_features)
    return;
  if (encoder == NULL)
    {
      info_line ("Text encoder", "none: put the folder " ARRA_TEXT_ENCODER_PUBLISHED
                                 " beside it, or give it with --text-encoder FOLDER, to read prompts");
      return;
    }
  linef ("Text encoder", "%s, %u layers, %u numbers for a token; in memory only while a prompt is read",
         encoder->class->name, encoder->weights.n_layers, encoder->width);
  info_line ("", encoder->path);
}

static void
print_classes (const ArraCheckpoint *checkpoint)
{
  const char *const *classes = arra_checkpoint_classes (checkpoint);

  if (classes != NULL && classes[0] != NULL)
    linef ("Classes", "%u, listed by --json: prompts are their names or numbers, as in \"%s\"",
           g_strv_length ((char **) classes), classes[0]);
  else if (classes != NULL)
    info_line ("Classes", "without names: prompts are their numbers");
}

static void
print_vqgan (const InfoFacts *facts)
{
  g_autofree char *what = NULL;

  if (!facts->has_vqgan)
    {
      const char *published = facts->checkpoint->decoder.family->vqgan_published;
      g_autofree char *where = g_strconcat ("none: give one with --vqgan FILE to make pictures",
                                            published != NULL ? "; it is published as " : "", published, NULL);

      info_line ("VQGAN", where);
      return;
    }
  what = info_describe_vqgan (&facts->checkpoint->vqgan_config, facts->has_encoder, facts->has_decoder);
  info_line ("VQGAN", what);
  info_line ("", facts->checkpoint->vqgan_path);
}

static void
print_defaults (const ArraCheckpoint *checkpoint)
{
  const ArraRequest *own = &checkpoint->defaults;
  g_autofree char *guidance = cli_format_double (own->guidance_scale, 6);
  g_autofree char *temperature = cli_format_double (own->temperature, 6);
  g_autofree char *top_p = cli_format_double (own->top_p, 6);

  linef ("Defaults", "%ux%u, guidance %s, top-k %u (text %u), temperature %s, top-p %s", own->width, own->height,
         guidance, own->top_k, own->text_top_k, temperature, top_p);
  info_line ("Template", checkpoint->prompt_template);
}

/* What --quant makes of the transformer's weights. */
static void
print_quants (const ArraCheckpoint *checkpoint)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint quant = ARRA_QUANT_F32; quant <= ARRA_QUANT_Q6_K; quant++)
    {
      g_autofree char *bytes = cli_format_bytes (info_weights_as (checkpoint, (ArraQuant) quant));

      g_string_append_printf (text, "%s%s %s", quant > ARRA_QUANT_F32 ? ", " : "", arra_quant_name ((ArraQuant) quant),
                              bytes);
    }
  info_line ("By --quant", text->str);
}

static void
print_plan (const InfoFacts *facts)
{
  const ArraMemoryPlan *plan = &facts->plan;
  g_autofree char *total = cli_format_bytes (plan->total);
  g_autofree char *mapped = cli_format_bytes (plan->weights_mapped);
  g_autofree char *own = cli_format_bytes (plan->weights_private);
  g_autofree char *cache = cli_format_bytes (plan->cache);
  g_autofree char *work = cli_format_bytes (plan->work);
  g_autofree char *available = cli_format_bytes (plan->available);
  g_autofree char *size = facts->request.width == 0
                              ? g_strdup ("the largest size")
                              : g_strdup_printf ("%ux%u", facts->request.width, facts->request.height);

  if (!facts->planned)
    {
      info_line ("Memory", facts->plan_error);
      return;
    }
  linef ("Memory", "%s for %u %s of %s: weights %s mapped and %s private, cache %s, work %s", total,
         facts->request.count, facts->request.count == 1 ? "picture" : "pictures", size, mapped, own, cache, work);
  if (plan->available > 0)
    linef ("", "%s free now: %s", available, facts->fits ? "enough" : "NOT enough");
}

void
info_print (const InfoFacts *facts)
{
  info_line ("Checkpoint", arra_checkpoint_path (facts->checkpoint));
  for (const char *const *note = arra_checkpoint_notes (facts->checkpoint); *note != NULL; note++)
    info_line ("Note", *note);
  print_card (arra_checkpoint_card (facts->checkpoint), facts->words);
  if (arra_checkpoint_card (facts->checkpoint)->license == NULL)
    linef ("Licence", "not said; that of the published %s models is: %s", facts->checkpoint->decoder.family->name,
           facts->checkpoint->decoder.family->license);
  print_transformer (facts);
  print_vocabulary (facts->checkpoint);
  print_text_encoder (facts->checkpoint);
  print_classes (facts->checkpoint);
  print_vqgan (facts);
  print_defaults (facts->checkpoint);
  print_quants (facts->checkpoint);
  print_plan (facts);
  info_line ("Fingerprint", arra_checkpoint_fingerprint (facts->checkpoint));
  if (facts->verified)
    info_line ("Hashes", "agree with the contents");
}
