/* tokenize.c - `arra tokenize`: text to token ids, and back
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "checkpoint.h"
#include "commands.h"
#include "jsonwriter.h"
#include "mem.h"
#include "open.h"
#include "options.h"
#include "plain.h"
#include "prompt.h"
#include "values.h"

typedef struct
{
  char *model, *file, **rest;
  gboolean decode, tokens, special, json;
} Options;

static const CliHelp help = {
  .command = "tokenize",
  .arguments = "[TEXT | ID...]",
  .summary = "Shows the token ids a checkpoint's tokenizer makes of a text, or with --decode the text of ids.\n"
             "Without TEXT, standard input is read.",
  .examples = "  arra tokenize --model model.gguf \"a red fox\"\n"
              "  arra tokenize --model model.gguf --tokens \"a red fox\"     (one token per line)\n"
              "  arra tokenize --model model.gguf --file prompts.txt --json\n"
              "  arra tokenize --model model.gguf --decode 8950 8935 9189",
};

static gboolean
parse_ids (const char *text, GArray *ids, GError **error)
{
  g_auto (GStrv) words = g_strsplit_set (text, " ,\t\r\n[]", -1);

  for (char **word = words; *word != NULL; word++)
    {
      guint id;
      if (**word == '\0')
        continue;
      if (!cli_value_guint ("ID", *word, 0, G_MAXUINT32 - 1, &id, error))
        return FALSE;
      g_array_append_val (ids, id);
    }
  return TRUE;
}

/* What is given: --file, else the arguments with spaces between, else standard input. (transfer full): arra_mem memory.
 */
static char *
read_text (const Options *options, gsize *size, GError **error)
{
  g_autofree char *joined = NULL;
  char *text;

  if (options->file != NULL && options->rest != NULL)
    {
      cli_usage_error (error, "give either --file or text, not both");
      return NULL;
    }
  if (options->rest == NULL || (options->rest[1] == NULL && strcmp (options->rest[0], "-") == 0))
    return cli_read_input ("--file", options->file != NULL ? options->file : "-", CLI_MAX_TEXT, size, error);
  if (options->rest[1] != NULL && !options->decode)
    {
      cli_usage_error (error, "the text came as several arguments, the second is '%s': put quotation marks around it",
                       options->rest[1]);
      return NULL;
    }
  joined = g_strjoinv (" ", options->rest);
  text = cli_argument_utf8 ("TEXT", joined, error);
  if (text != NULL)
    *size = strlen (text);
  return text;
}

static void
print_json (const ArraTokenizer *tokenizer, const char *text, const guint32 *ids, gsize n)
{
  g_autoptr (ArraJsonWriter) json = arra_json_writer_new (ARRA_JSON_LINES);

  arra_json_begin_object (json, NULL);
  arra_json_put_string (json, "text", text);
  arra_json_put_uint (json, "count", n);
  arra_json_put_ids (json, "ids", ids, n);
  arra_json_begin_array (json, "tokens");
  for (gsize i = 0; i < n; i++)
    arra_json_put_string (json, NULL, arra_tokenizer_token (tokenizer, ids[i]));
  arra_json_end_array (json);
  arra_json_end_object (json);
  cli_print ("%s", arra_json_writer_text (json));
}

static void
print_ids (const ArraTokenizer *tokenizer, const guint32 *ids, gsize n, gboolean with_tokens)
{
  for (gsize i = 0; i < n; i++)
    {
      const char *token = with_tokens ? arra_tokenizer_token (tokenizer, ids[i]) : NULL;
      if (with_tokens)
        {
          g_autofree char *plain = cli_plain (token != NULL ? token : "", "");

          cli_print ("%u\t%s\n", ids[i], plain);
        }
      else
        cli_print (i == 0 ? "%u" : " %u", ids[i]);
    }
  if (!with_tokens)
    cli_print ("\n");
}

static gboolean
encode (const Options *options, const ArraTokenizer *tokenizer, const char *text, gsize size, GError **error)
{
  gsize n;
  g_automem guint32 *ids = arra_tokenizer_encode (tokenizer, text, (gssize) size, options->special, &n, error);

  if (ids == NULL)
    return FALSE;
  if (options->json)
    print_json (tokenizer, text, ids, n);
  else
    print_ids (tokenizer, ids, n, options->tokens);
  return TRUE;
}

static gboolean
decode (const Options *options, const ArraTokenizer *tokenizer, const char *text, GError **error)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autofree char *decoded = NULL;
  const guint32 *data;

  if (!parse_ids (text, ids, error))
    return FALSE;
  data = (const guint32 *) (const void *) ids->data;
  decoded = arra_tokenizer_decode (tokenizer, data, ids->len, !options->special);
  if (options->json)
    print_json (tokenizer, decoded, data, ids->len);
  else if (options->tokens)
    print_ids (tokenizer, data, ids->len, TRUE);
  else
    cli_print ("%s\n", decoded);
  return TRUE;
}

static gboolean
run (gpointer data, GError **error)
{
  const Options *options = data;
  g_autoptr (ArraCheckpoint) checkpoint = NULL;
  g_automem char *text = NULL;
  gsize size;

  checkpoint = cli_open_metadata (options->model, NULL, NULL, ARRA_QUANT_AS_STORED, ARRA_QUANT_F32, error);
  if (checkpoint == NULL)
    return FALSE;
  if (checkpoint->tokenizer == NULL)
    {
      g_set_error (error, ARRA_ERROR, ARRA_ERROR_NOT_FOUND, "%s holds no tokenizer (tokenizer.json)",
                   arra_checkpoint_path (checkpoint));
      return FALSE;
    }
  text = read_text (options, &size, error);
  if (text == NULL)
    return FALSE;
  if (options->decode)
    return decode (options, checkpoint->tokenizer, text, error);
  return encode (options, checkpoint->tokenizer, text, size, error);
}

CliStatus
cli_tokenize (int argc, char **argv)
{
  Options options = { 0 };
  const GOptionEntry entries[] = {
    { "model", 'm', 0, G_OPTION_ARG_FILENAME, &options.model,
      "Checkpoint: a .gguf file, a Hugging Face folder, or a name", "PATH" },
    { "file", 'f', 0, G_OPTION_ARG_FILENAME, &options.file, "Read the text (or ids) from FILE; - is standard input",
      "FILE" },
    { "decode", 'd', 0, G_OPTION_ARG_NONE, &options.decode, "Ids to text", NULL },
    { "tokens", 't', 0, G_OPTION_ARG_NONE, &options.tokens,
      "One token per line: its id and how the vocabulary writes it", NULL },
    { "special", 0, 0, G_OPTION_ARG_NONE, &options.special,
      "With the special tokens a prompt starts with; in --decode: shown", NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, "Print a JSON object", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.rest, NULL, NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };

  return cli_run_command (&help, entries, argc, argv, run, &options);
}
