/* tokenizer_write.c - tokenizer.json of a new model, in the form of Chameleon's
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "tokenizer_write.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#include "bpe_train.h"
#include "fail.h"
#include "jsonwriter.h"
#include "mapping.h"
#include "tokenizer_private.h"
#include "vocabulary.h"

#define POST_PROCESSOR                                                                                       \
  "{\"type\":\"TemplateProcessing\","                                                                        \
  "\"single\":[{\"SpecialToken\":{\"id\":\"<s>\",\"type_id\":0}},{\"Sequence\":{\"id\":\"A\",\"type_id\":0}" \
  "}],"                                                                                                      \
  "\"pair\":[{\"SpecialToken\":{\"id\":\"<s>\",\"type_id\":0}},{\"Sequence\":{\"id\":\"A\",\"type_id\":0}}," \
  "{\"SpecialToken\":{\"id\":\"<s>\",\"type_id\":1}},{\"Sequence\":{\"id\":\"B\",\"type_id\":1}}],"          \
  "\"special_tokens\":{\"<s>\":{\"id\":\"<s>\",\"ids\":[0],\"tokens\":[\"<s>\"]}}}"
#define DECODER "{\"type\":\"ByteLevel\",\"add_prefix_space\":true,\"trim_offsets\":true,\"use_regex\":true}"

static const char special_tokens_map[] = "{\n"
                                         "  \"bos_token\": \"<s>\",\n"
                                         "  \"eos_token\": \"</s>\",\n"
                                         "  \"pad_token\": \"<pad>\",\n"
                                         "  \"sep_token\": \"<reserved08706>\",\n"
                                         "  \"unk_token\": \"<unk>\"\n"
                                         "}\n";

static const char tokenizer_config[] = "{\n"
                                       "  \"add_bos_token\": true,\n"
                                       "  \"add_eos_token\": false,\n"
                                       "  \"bos_token\": \"<s>\",\n"
                                       "  \"clean_up_tokenization_spaces\": false,\n"
                                       "  \"eos_token\": \"</s>\",\n"
                                       "  \"legacy\": false,\n"
                                       "  \"model_max_length\": 1000000000000000019884624838656,\n"
                                       "  \"pad_token\": \"<pad>\",\n"
                                       "  \"sep_token\": \"<reserved08706>\",\n"
                                       "  \"sp_model_kwargs\": {},\n"
                                       "  \"spaces_between_special_tokens\": false,\n"
                                       "  \"tokenizer_class\": \"LlamaTokenizer\",\n"
                                       "  \"unk_token\": \"<unk>\",\n"
                                       "  \"use_default_system_prompt\": false\n"
                                       "}\n";

static const char *const before_codes[] = { "<s>", "<pad>", "</s>", "<unk>" };
static const char *const after_codes[]
    = { "<eoss>", "<racm3:break>", "<reserved08706>", "<reserved08708>", "<reserved08799>" };

/* (transfer full) (element-type utf8): names of the tokens that are neither bytes nor merges, by id. */
static GPtrArray *
fixed_names (guint n_codes, guint n_grids)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);

  for (gsize i = 0; i < G_N_ELEMENTS (before_codes); i++)
    g_ptr_array_add (names, g_strdup (before_codes[i]));
  for (guint i = 0; i < n_codes; i++)
    g_ptr_array_add (names, arra_image_code_name (i));
  for (gsize i = 0; i < G_N_ELEMENTS (after_codes); i++)
    g_ptr_array_add (names, g_strdup (after_codes[i]));
  for (guint i = 1; i <= n_grids; i++)
    g_ptr_array_add (names, arra_size_token_name (i));
  return names;
}

guint
arra_tokenizer_form_fixed (guint n_codes, guint n_grids)
{
  return (guint) (G_N_ELEMENTS (before_codes) + G_N_ELEMENTS (after_codes)) + n_codes + n_grids + ARRA_BPE_BYTES;
}

/* (transfer full): @symbol in the alphabet of bytes. */
static char *
spell (const GArray *merges, guint32 symbol)
{
  g_autoptr (GString) bytes = g_string_new (NULL);
  char *text;

  arra_bpe_spell (merges, symbol, bytes);
  text = g_malloc (2 * bytes->len + 1);
  text[arra_bytes_to_chars (bytes->str, bytes->len, text)] = '\0';
  return text;
}

static void
put_added (ArraJsonWriter *json, const GPtrArray *names)
{
  static const char *const never[] = { "single_word", "lstrip", "rstrip", "normalized" };

  arra_json_begin_array (json, "added_tokens");
  for (guint i = 0; i < names->len; i++)
    {
      arra_json_begin_object (json, NULL);
      arra_json_put_uint (json, "id", i);
      arra_json_put_string (json, "content", g_ptr_array_index (names, i));
      for (gsize flag = 0; flag < G_N_ELEMENTS (never); flag++)
        arra_json_put_bool (json, never[flag], FALSE);
      arra_json_put_bool (json, "special", TRUE);
      arra_json_end_object (json);
    }
  arra_json_end_array (json);
}

static void
put_vocab (ArraJsonWriter *json, const GPtrArray *names, const GArray *merges)
{
  arra_json_begin_object (json, "vocab");
  for (guint i = 0; i < names->len; i++)
    arra_json_put_uint (json, g_ptr_array_index (names, i), i);
  for (guint i = 0; i < ARRA_BPE_BYTES + merges->len; i++)
    {
      g_autofree char *text = spell (merges, i);

      arra_json_put_uint (json, text, names->len + i);
    }
  arra_json_end_object (json);
}

static void
put_merges (ArraJsonWriter *json, const GArray *merges)
{
  arra_json_begin_array (json, "merges");
  for (guint i = 0; i < merges->len; i++)
    {
      const ArraBpeMerge *merge = &g_array_index (merges, ArraBpeMerge, i);
      g_autofree char *left = spell (merges, merge->left), *right = spell (merges, merge->right);
      g_autofree char *both = g_strconcat (left, " ", right, NULL);

      arra_json_put_string (json, NULL, both);
    }
  arra_json_end_array (json);
}

static void
put_model (ArraJsonWriter *json, const GPtrArray *names, const GArray *merges)
{
  static const char *const none[] = { "dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix" };

  arra_json_begin_object (json, "model");
  arra_json_put_string (json, "type", "BPE");
  for (gsize i = 0; i < G_N_ELEMENTS (none); i++)
    arra_json_put_string (json, none[i], NULL);
  arra_json_put_bool (json, "fuse_unk", FALSE);
  arra_json_put_bool (json, "byte_fallback", FALSE);
  put_vocab (json, names, merges);
  put_merges (json, merges);
  arra_json_end_object (json);
}

char *
arra_tokenizer_form_json (const ArraTokenizerForm *form)
{
  g_autoptr (GPtrArray) names = fixed_names (form->n_codes, form->n_grids);
  ArraJsonWriter *json = arra_json_writer_new (ARRA_JSON_COMPACT);

  arra_json_begin_object (json, NULL);
  arra_json_put_string (json, "version", "1.0");
  arra_json_put_string (json, "truncation", NULL);
  arra_json_put_string (json, "padding", NULL);
  put_added (json, names);
  arra_json_put_string (json, "normalizer", NULL);
  arra_json_put_raw (json, "pre_tokenizer", ARRA_BPE_PRE_TOKENIZER);
  arra_json_put_raw (json, "post_processor", POST_PROCESSOR);
  arra_json_put_raw (json, "decoder", DECODER);
  put_model (json, names, form->merges);
  arra_json_end_object (json);
  return arra_json_writer_end (json);
}

const char *const arra_tokenizer_form_files[]
    = { "tokenizer_config.json", "special_tokens_map.json", "tokenizer.json", NULL };

static gboolean
write_text (const char *directory, const char *name, const char *text, GError **error)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);

  return arra_write_file (path, text, strlen (text), error);
}

gboolean
arra_tokenizer_form_write (const ArraTokenizerForm *form, const char *directory, GError **error)
{
  g_autofree char *json = arra_tokenizer_form_json (form);

  if (g_mkdir_with_parents (directory, 0777) != 0)
    {
      int number = errno;

      return arra_fail (error, ARRA_ERROR_FAILED, "%s: cannot be made: %s", directory, g_strerror (number));
    }
  return write_text (directory, arra_tokenizer_form_files[0], tokenizer_config, error)
         && write_text (directory, arra_tokenizer_form_files[1], special_tokens_map, error)
         && write_text (directory, arra_tokenizer_form_files[2], json, error);
}
