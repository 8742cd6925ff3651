/* fixture_tokens.c - the vocabulary of a made-up checkpoint: ids, tokenizer.json, config.json
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fixture_private.h"

#include <string.h>

#include "fail.h"

/* Pieces of words, each made of two that are in the vocabulary before it. */
static const char *const merges[][2] = {
  { "t", "h" },   { "th", "e" },  { "i", "n" },   { "in", "g" }, { "a", "n" },  { "o", "r" },
  { "e", "r" },   { "e", "d" },   { "o", "x" },   { "f", "ox" }, { "r", "ed" }, { "Ġ", "a" },
  { "Ġ", "red" }, { "Ġ", "fox" }, { "Ġ", "the" }, { "Ġa", "n" },
};

/* Tokens with a meaning of their own, except image and size tokens. */
static const char *const marks[] = { "<eoss>", "<racm3:break>", "<reserved08706>", "<image>", "<reserved08799>" };

/* GPT-2's table of bytes as printable characters: those that print stand for themselves, the others get U+0100 and up.
 */
static gunichar
byte_character (guint byte)
{
  gunichar next = 0x100;

  for (guint b = 0; b < 256; b++)
    {
      gboolean prints = (b >= 0x21 && b <= 0x7e) || (b >= 0xa1 && b <= 0xac) || b >= 0xae;

      if (b == byte)
        return prints ? b : next;
      if (!prints)
        next++;
    }
  return 0;
}

static char *
image_token (guint code)
{
  g_autofree char *letters = g_strdup_printf ("%u", code);

  for (char *c = letters; *c != '\0'; c++)
    *c = (char) (*c - '0' + 'A');
  return g_strdup_printf ("IMGIMG%sZ", letters);
}

static void
add_bytes (GPtrArray *tokens)
{
  for (guint b = 0; b < 256; b++)
    {
      char text[8] = { 0 };

      g_unichar_to_utf8 (byte_character (b), text);
      g_ptr_array_add (tokens, g_strdup (text));
    }
  for (gsize i = 0; i < G_N_ELEMENTS (merges); i++)
    g_ptr_array_add (tokens, g_strconcat (merges[i][0], merges[i][1], NULL));
}

static void
add_specials (GPtrArray *tokens)
{
  static const char *const names[] = { "<s>", "<pad>", "</s>", "<unk>" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    g_ptr_array_add (tokens, g_strdup (names[i]));
}

static void
add_size (GPtrArray *tokens, guint n)
{
  g_ptr_array_add (tokens, g_strdup_printf ("<reserved%05u>", 8800 + n));
}

static void
add_marks (GPtrArray *tokens)
{
  for (gsize i = 0; i < G_N_ELEMENTS (marks); i++)
    g_ptr_array_add (tokens, g_strdup (marks[i]));
}

static void
add_in_chameleon_order (const Fixture *fixture, GPtrArray *tokens)
{
  add_specials (tokens);
  for (guint code = 0; code < fixture->codes; code++)
    g_ptr_array_add (tokens, image_token (code));
  add_marks (tokens);
  for (guint n = 1; n <= fixture->sizes; n++)
    add_size (tokens, n);
  add_bytes (tokens);
}

static void
add_shuffled (const Fixture *fixture, GPtrArray *tokens)
{
  guint step = 3;

  while (fixture->codes % step == 0)
    step += 2;
  add_bytes (tokens);
  for (guint n = fixture->sizes; n >= 1; n--)
    add_size (tokens, n);
  for (guint i = 0; i < fixture->codes; i++)
    g_ptr_array_add (tokens, image_token ((guint) (((guint64) i * step + 7) % fixture->codes)));
  add_marks (tokens);
  add_specials (tokens);
}

char **
fixture_tokens (const Fixture *fixture, GError **error)
{
  g_autoptr (GPtrArray) tokens = g_ptr_array_new_with_free_func (g_free);

  if (fixture->ids == FIXTURE_IDS_SHUFFLED)
    add_shuffled (fixture, tokens);
  else
    add_in_chameleon_order (fixture, tokens);
  /* one row of the embedding stays free for <|image|>, some stand for nothing */
  if (tokens->len + 1 > fixture->vocab)
    {
      arra_fail (error, ARRA_ERROR_ARGUMENT, "A vocabulary of %u cannot hold the %u tokens needed", fixture->vocab,
                 tokens->len + 1);
      return NULL;
    }
  while (tokens->len + MIN (12, fixture->vocab / 64 + 1) < fixture->vocab)
    g_ptr_array_add (tokens, g_strdup_printf ("word%u", tokens->len));
  g_ptr_array_add (tokens, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&tokens), FALSE);
}

static void
append_quoted (GString *text, const char *token)
{
  g_string_append_c (text, '"');
  for (const char *c = token; *c != '\0'; c++)
    {
      if (*c == '"' || *c == '\\')
        g_string_append_c (text, '\\');
      g_string_append_c (text, *c);
    }
  g_string_append_c (text, '"');
}

static void
append_map (GString *text, char **tokens)
{
  g_string_append_c (text, '{');
  for (guint id = 0; tokens[id] != NULL; id++)
    {
      if (id > 0)
        g_string_append_c (text, ',');
      append_quoted (text, tokens[id]);
      g_string_append_printf (text, ":%u", id);
    }
  g_string_append_c (text, '}');
}

/* Angle brackets or an image token: what stands among added_tokens. */
static gboolean
is_special (const char *token)
{
  return (token[0] == '<' && token[1] != '\0') || g_str_has_prefix (token, "IMGIMG");
}

static void
append_added (GString *text, char **tokens)
{
  const char *comma = "";

  for (guint id = 0; tokens[id] != NULL; id++)
    {
      if (!is_special (tokens[id]))
        continue;
      g_string_append_printf (text, "%s{\"id\":%u,\"content\":", comma, id);
      append_quoted (text, tokens[id]);
      g_string_append (
          text, ",\"single_word\":false,\"lstrip\":false,\"rstrip\":false,\"normalized\":false,\"special\":true}");
      comma = ",";
    }
}

static guint
find_token (char **tokens, const char *name)
{
  for (guint id = 0; tokens[id] != NULL; id++)
    if (g_str_equal (tokens[id], name))
      return id;
  return 0;
}

static const char pre_tokenizer[]
    = "{\"type\":\"Sequence\",\"pretokenizers\":["
      "{\"type\":\"Split\",\"pattern\":{\"Regex\":\"<sentinel:[0-9]+>\"},\"behavior\":\"Isolated\",\"invert\":false},"
      "{\"type\":\"Split\",\"pattern\":{\"Regex\":\"(IMGIMG)((A|B|C|D|E|F|G|H|I){1,4})Z\"},\"behavior\":\"Isolated\",\"invert\":false},"
      "{\"type\":\"Split\",\"pattern\":{\"Regex\":\"([\\t\\n]|    |  )\"},\"behavior\":\"Isolated\",\"invert\":false},"
      "{\"type\":\"Digits\",\"individual_digits\":true},"
      "{\"type\":\"Punctuation\",\"behavior\":\"Isolated\"},"
      "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"trim_offsets\":true,\"use_regex\":true}]}";

char *
fixture_tokenizer_json (char **tokens)
{
  GString *text = g_string_new ("{\"version\":\"1.0\",\"truncation\":null,\"padding\":null,\"added_tokens\":[");

  append_added (text, tokens);
  g_string_append_printf (text, "],\"normalizer\":null,\"pre_tokenizer\":%s,\"post_processor\":", pre_tokenizer);
  g_string_append_printf (
      text,
      "{\"type\":\"TemplateProcessing\",\"single\":[{\"SpecialToken\":{\"id\":\"<s>\",\"type_id\":0}},"
      "{\"Sequence\":{\"id\":\"A\",\"type_id\":0}}],\"pair\":[{\"SpecialToken\":{\"id\":\"<s>\",\"type_id\":0}},"
      "{\"Sequence\":{\"id\":\"A\",\"type_id\":0}},{\"Sequence\":{\"id\":\"B\",\"type_id\":1}}],"
      "\"special_tokens\":{\"<s>\":{\"id\":\"<s>\",\"ids\":[%u],\"tokens\":[\"<s>\"]}}}",
      find_token (tokens, "<s>"));
  g_string_append (
      text, ",\"decoder\":{\"type\":\"ByteLevel\",\"add_prefix_space\":true,\"trim_offsets\":true,\"use_regex\":true},"
            "\"model\":{\"type\":\"BPE\",\"dropout\":null,\"unk_token\":null,\"continuing_subword_prefix\":null,"
            "\"end_of_word_suffix\":null,\"fuse_unk\":false,\"byte_fallback\":false,\"vocab\":");
  append_map (text, tokens);
  g_string_append (text, ",\"merges\":[");
  for (gsize i = 0; i < G_N_ELEMENTS (merges); i++)
    g_string_append_printf (text, "%s\"%s %s\"", i == 0 ? "" : ",", merges[i][0], merges[i][1]);
  g_string_append (text, "]}}\n");
  return g_string_free (text, FALSE);
}

static void
append_list (GString *text, const guint *values, guint n)
{
  g_string_append_c (text, '[');
  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "%s%u", i == 0 ? "" : ",", values[i]);
  g_string_append_c (text, ']');
}

static void
append_vq_config (GString *text, const Fixture *fixture)
{
  g_string_append_printf (
      text,
      ",\"vq_config\":{\"model_type\":\"chameleon_vqgan\",\"num_embeddings\":%u,\"embed_dim\":%u,"
      "\"latent_channels\":%u,\"base_channels\":%u,\"resolution\":%u,\"num_res_blocks\":%u,\"in_channels\":3,"
      "\"double_latent\":false,\"channel_multiplier\":",
      fixture->codes, fixture->embed_dim, fixture->z_channels, fixture->ch, fixture->resolution, fixture->n_res_blocks);
  append_list (text, fixture->ch_mult, fixture->n_levels);
  g_string_append (text, ",\"attn_resolutions\":");
  append_list (text, fixture->attn_resolutions, fixture->n_attn);
  g_string_append_c (text, '}');
}

char *
fixture_config_json (const Fixture *fixture, char **tokens)
{
  GString *text
      = g_string_new ("{\"architectures\":[\"ChameleonXLLMXForConditionalGeneration\"],\"model_type\":\"chameleon\"");

  g_string_append_printf (
      text,
      ",\"hidden_size\":%u,\"intermediate_size\":%u,\"num_hidden_layers\":%u,\"num_attention_heads\":%u,"
      "\"num_key_value_heads\":%u,\"vocab_size\":%u,\"max_position_embeddings\":%u,\"model_parallel_size\":%u",
      fixture->hidden, fixture->ffn, fixture->layers, fixture->heads, fixture->kv_heads, fixture->vocab,
      fixture->context, fixture->model_parallel);
  g_string_append_printf (text, ",\"swin_norm\":%s,\"mask_image_logits\":%s", fixture->swin ? "true" : "false",
                          fixture->mask_image_logits ? "true" : "false");
  g_string_append (text,
                   ",\"rms_norm_eps\":1e-05,\"rope_theta\":10000.0,\"rope_scaling\":null,\"attention_bias\":false,"
                   "\"mlp_bias\":false,\"hidden_act\":\"silu\",\"bos_token_id\":1,\"eos_token_id\":2,"
                   "\"tie_word_embeddings\":false");
  if (fixture->hf_vqgan)
    append_vq_config (text, fixture);
  if (fixture->map)
    {
      g_string_append (text, ",\"vocabulary_map\":");
      append_map (text, tokens);
    }
  g_string_append (text, "}\n");
  return g_string_free (text, FALSE);
}

char *
fixture_vqgan_yaml (const Fixture *fixture)
{
  GString *text = g_string_new ("model:\n  target: taming.models.vqgan.VQModel\n  params:\n");

  g_string_append_printf (
      text,
      "    embed_dim: %u\n    n_embed: %u\n    ddconfig:\n      double_z: false\n      z_channels: %u\n"
      "      resolution: %u\n      in_channels: 3\n      out_ch: 3\n      ch: %u\n      num_res_blocks: %u\n"
      "      dropout: 0.0\n      ch_mult: ",
      fixture->embed_dim, fixture->codes, fixture->z_channels, fixture->resolution, fixture->ch, fixture->n_res_blocks);
  append_list (text, fixture->ch_mult, fixture->n_levels);
  g_string_append (text, "\n      attn_resolutions: ");
  append_list (text, fixture->attn_resolutions, fixture->n_attn);
  g_string_append_c (text, '\n');
  return g_string_free (text, FALSE);
}
