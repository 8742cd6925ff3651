/* test-checkpoint_directory.c - Hugging Face directories: forms that must open, and ones that must not
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>

#include <string.h>

#include "allocations.h"
#include "checkpoint.h"
#include "fixture.h"
#include "vocabulary.h"

static ArraCheckpoint *
open_whole (const char *path)
{
  g_autoptr (GError) error = NULL;
  ArraCheckpoint *checkpoint = arra_checkpoint_open (path, NULL, NULL, &error);

  g_assert_no_error (error);
  return checkpoint;
}

/* ---- y_: all of these open */

static void
set_shards (Fixture *fixture)
{
  fixture->shards = 3;
}

static void
set_f16 (Fixture *fixture)
{
  fixture->dtype = ARRA_F16;
}

static void
set_f32 (Fixture *fixture)
{
  fixture->dtype = ARRA_F32;
}

static void
set_shuffled (Fixture *fixture)
{
  fixture_init_named (fixture, "codes1024");
}

static void
set_gqa_swin (Fixture *fixture)
{
  fixture->kv_heads = 2;
  fixture->model_parallel = 2;
  fixture->swin = TRUE;
}

static void
set_masked (Fixture *fixture)
{
  fixture->mask_image_logits = TRUE;
}

static void
set_map_alone (Fixture *fixture)
{
  fixture->tokenizer = FALSE;
}

static void
set_tokenizer_alone (Fixture *fixture)
{
  fixture->map = FALSE;
}

static void
set_no_vqgan (Fixture *fixture)
{
  fixture->vqgan = FALSE;
}

static void
set_inner_vqgan (Fixture *fixture)
{
  fixture->vqgan = FALSE;
  fixture->hf_vqgan = TRUE;
}

static const struct
{
  const char *name;
  void (*set) (Fixture *fixture);
} forms[] = {
  { "y_shards", set_shards },
  { "y_f16", set_f16 },
  { "y_f32", set_f32 },
  { "y_1024_codes_shuffled_ids", set_shuffled },
  { "y_gqa_swin", set_gqa_swin },
  { "y_masked_image_logits", set_masked },
  { "y_vocabulary_map_alone", set_map_alone },
  { "y_tokenizer_alone", set_tokenizer_alone },
  { "y_no_vqgan", set_no_vqgan },
  { "y_encoder_among_weights", set_inner_vqgan },
};

static void
test_form (gconstpointer data)
{
  gsize index = GPOINTER_TO_SIZE (data);
  g_autoptr (ArraCheckpoint) checkpoint = NULL;
  g_autofree char *path = NULL;
  Fixture fixture;

  fixture_init (&fixture);
  forms[index].set (&fixture);
  path = fixture_make (&fixture);
  checkpoint = open_whole (path);
  g_assert_cmpuint (checkpoint->layout->n_codes, ==, fixture.codes);
  g_assert_cmpuint (checkpoint->layout->n_grids, ==, fixture.sizes);
  g_assert_cmpuint (checkpoint->decoder.context, ==, fixture.context);
  g_assert_cmpint (checkpoint->decoder.shape.swin_norm, ==, fixture.swin);
  g_assert_cmpint (checkpoint->decoder.writes_only, ==, fixture.mask_image_logits);
  g_assert_cmpint (checkpoint->tokenizer != NULL, ==, fixture.tokenizer);
  g_assert_cmpint (checkpoint->vqgan != NULL, ==, fixture.vqgan || fixture.hf_vqgan);
  if (checkpoint->vqgan != NULL)
    g_assert_cmpint (arra_vqgan_has_decoder (checkpoint->vqgan), ==, fixture.vqgan);
  fixture_remove (path);
}

/* Image tokens of shuffled vocabularies do not lie in the order of their codes. */
static void
test_shuffled_ids (void)
{
  g_autofree char *path = fixture_make_named ("codes1024");
  g_autoptr (ArraCheckpoint) checkpoint = open_whole (path);
  const ArraVocabulary *vocabulary = arra_vocabulary_of (checkpoint->layout);
  g_auto (GStrv) tokens = NULL;
  Fixture fixture;

  fixture_init_named (&fixture, "codes1024");
  tokens = fixture_tokens (&fixture, NULL);
  g_assert_cmpstr (tokens[vocabulary->bos], ==, "<s>");
  g_assert_cmpstr (tokens[vocabulary->image_start], ==, "<racm3:break>");
  g_assert_cmpstr (tokens[vocabulary->layout.id_of_code[1023]], ==, "IMGIMGBACDZ");
  g_assert_cmpstr (tokens[vocabulary->id_of_size[2]], ==, "<reserved08802>");
  g_assert_cmpuint (vocabulary->layout.id_of_code[1], !=, vocabulary->layout.id_of_code[0] + 1);
  g_assert_cmpuint (arra_checkpoint_grid (checkpoint), ==, 32);
  g_assert_cmpuint (checkpoint->defaults.width, ==, 512);
  fixture_remove (path);
}

static void
test_golden (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("ARRA_TEST_DATA"), "golden", "e2e", "model", NULL);
  g_autofree char *vqgan = g_build_filename (g_getenv ("ARRA_TEST_DATA"), "golden", "vqgan", "f16", "vqgan.ckpt", NULL);
  ArraOpenOptions options = { .vqgan = vqgan };
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraCheckpoint) checkpoint = arra_checkpoint_open (path, &options, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (checkpoint->layout->n_codes, ==, 8192);
  g_assert_cmpuint (arra_vocabulary_of (checkpoint->layout)->bos, ==, 0);
  g_assert_cmpuint (arra_vocabulary_of (checkpoint->layout)->image_start, ==, 8197);
  g_assert_cmpuint (arra_vocabulary_of (checkpoint->layout)->new_line, ==, 8803);
  g_assert_cmpuint (arra_vocabulary_of (checkpoint->layout)->stop, ==, 8710);
  g_assert_cmpuint (arra_vocabulary_of (checkpoint->layout)->placeholder, ==, 9236);
  g_assert_cmpuint (arra_checkpoint_grid (checkpoint), ==, 32);
  g_assert_cmpuint (checkpoint->defaults.width, ==, 512);
  g_assert_cmpstr (arra_checkpoint_card (checkpoint)->name, ==, "e2e");
  g_assert_true (arra_vqgan_has_decoder (checkpoint->vqgan));
}

static char *
fingerprint_of (const Fixture *fixture)
{
  g_autofree char *path = fixture_make (fixture);
  g_autoptr (ArraCheckpoint) checkpoint = open_whole (path);

  fixture_remove (path);
  return g_strdup (arra_checkpoint_fingerprint (checkpoint));
}

static void
test_fingerprint (void)
{
  g_autofree char *one = NULL, *sharded = NULL, *other_weights = NULL, *other_shape = NULL, *again = NULL;
  Fixture fixture;

  fixture_init (&fixture);
  one = fingerprint_of (&fixture);
  again = fingerprint_of (&fixture);
  g_assert_cmpuint (strlen (one), ==, 64);
  g_assert_cmpstr (one, ==, again);
  fixture.shards = 2;
  sharded = fingerprint_of (&fixture);
  g_assert_cmpstr (one, ==, sharded);
  fixture.seed = 2;
  other_weights = fingerprint_of (&fixture);
  g_assert_cmpstr (one, !=, other_weights);
  fixture.seed = 1;
  fixture.layers = 3;
  other_shape = fingerprint_of (&fixture);
  g_assert_cmpstr (one, !=, other_shape);
}

/* ---- y_: something in them that nobody asks for */

static void
put_python_words (const char *path)
{
  fixture_replace (path, "config.json", "{\"architectures\"",
                   "{\"x\":[NaN,-Infinity,1000000000000000019884624838656],\"architectures\"");
}

static void
put_mark (const char *path)
{
  fixture_replace (path, "config.json", "{\"architectures\"", "\xEF\xBB\xBF{\"architectures\"");
  fixture_replace (path, "tokenizer.json", "{", "\xEF\xBB\xBF{");
}

static void
put_generation_infinity (const char *path)
{
  fixture_put (path, "generation_config.json", "{\"repetition_penalty\": Infinity}", -1);
}

static void
put_generation_empty (const char *path)
{
  fixture_put (path, "generation_config.json", "", 0);
}

static void
put_stale_index (const char *path)
{
  fixture_put (path, "model.safetensors.index.json", "{\"weight_map\":{\"lm_head.weight\":\"gone.safetensors\"}}", -1);
}

static void
put_spare_entries (const char *path)
{
  g_autofree char *from = g_build_filename (path, "model.safetensors", NULL);
  g_autofree char *to = g_build_filename (path, "a.safetensors", NULL);
  g_autoptr (ArraSource) source = arra_safetensors_open (from, NULL);
  g_autoptr (GString) index = g_string_new ("{\"weight_map\":{\"spare\":\"a.safetensors\",\"more\":\"b.safetensors\"");

  for (gsize i = 0; i < arra_source_count (source); i++)
    g_string_append_printf (index, ",\"%s\":\"a.safetensors\"", arra_source_name (source, i));
  g_string_append (index, "}}");
  fixture_put (path, "model.safetensors.index.json", index->str, -1);
  g_assert_cmpint (g_rename (from, to), ==, 0);
}

static const struct
{
  const char *name;
  void (*change) (const char *path);
  const char *note; /* (nullable): that is given */
} changes[] = {
  { "y_python_words", put_python_words, NULL },
  { "y_byte_order_mark", put_mark, NULL },
  { "y_generation_config_infinity", put_generation_infinity, NULL },
  { "y_generation_config_empty", put_generation_empty, NULL },
  { "y_stale_index", put_stale_index, "model.safetensors.index.json beside it is not used" },
  { "y_spare_index_entries", put_spare_entries, NULL },
};

static void
test_change (gconstpointer data)
{
  gsize index = GPOINTER_TO_SIZE (data);
  g_autofree char *path = fixture_make_named ("tiny");
  g_autoptr (ArraCheckpoint) checkpoint = NULL;
  const char *const *notes;

  changes[index].change (path);
  checkpoint = open_whole (path);
  notes = arra_checkpoint_notes (checkpoint);
  if (changes[index].note == NULL)
    g_assert_null (notes[0]);
  else
    g_assert_nonnull (strstr (notes[0], changes[index].note));
  fixture_remove (path);
}

/* ---- image tokens that are masked, or whose masking config.json leaves out */

#define SAID ",\"mask_image_logits\":false"
#define CLASS "\"ChameleonXLLMXForConditionalGeneration\""

static const struct
{
  const char *said, *classes;
  gboolean makes_pictures;
  const char *note; /* (nullable) */
} masks[] = {
  { SAID, "[" CLASS "]", TRUE, NULL },
  { SAID, "[\"ChameleonForConditionalGeneration\"]", TRUE, NULL },
  { "", "[" CLASS "]", TRUE, "not masked" },
  { ",\"mask_image_logits\":null", "[7," CLASS "]", TRUE, "not masked" },
  { ",\"z_loss_weight\":1e-05", "[\"ChameleonForConditionalGeneration\"]", TRUE, "not masked" },
  { "", "[\"ChameleonForConditionalGeneration\"]", FALSE, "cannot make pictures" },
  { "", "null", FALSE, "cannot make pictures" },
  { ",\"mask_image_logits\":true", "[" CLASS "]", FALSE, "cannot make pictures" },
};

static void
test_masks (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (masks); i++)
    {
      g_autofree char *path = fixture_make_named ("tiny");
      g_autoptr (ArraCheckpoint) checkpoint = NULL;
      g_autoptr (GError) error = NULL;
      const char *note;

      fixture_replace (path, "config.json", SAID, masks[i].said);
      fixture_replace (path, "config.json", "[" CLASS "]", masks[i].classes);
      checkpoint = open_whole (path);
      note = arra_checkpoint_notes (checkpoint)[0];
      g_assert_true (masks[i].note == NULL ? note == NULL : strstr (note, masks[i].note) != NULL);
      g_assert_cmpint (arra_checkpoint_check_size (checkpoint, 8, 8, &error), ==, masks[i].makes_pictures);
      if (!masks[i].makes_pictures)
        fixture_assert_error (error, ARRA_ERROR_UNSUPPORTED, FIXTURE_WORDS (path, "\"mask_image_logits\": false"));
      fixture_remove (path);
    }
}

/* ---- n_: each is damaged in one way */

static void
unlink_in (const char *path, const char *name)
{
  g_autofree char *file = g_build_filename (path, name, NULL);

  g_assert_cmpint (g_unlink (file), ==, 0);
}

static void
break_config (const char *path)
{
  fixture_put (path, "config.json", "{\"hidden_size\":", -1);
}

static void
break_deep_config (const char *path)
{
  g_autofree char *text = g_strnfill (100000, '[');

  fixture_put (path, "config.json", text, 100000);
}

static void
break_type (const char *path)
{
  fixture_replace (path, "config.json", "\"model_type\":\"chameleon\"", "\"model_type\":\"llama\"");
}

static void
break_shape (const char *path)
{
  fixture_replace (path, "config.json", "\"intermediate_size\":160", "\"intermediate_size\":192");
}

static void
break_heads (const char *path)
{
  fixture_replace (path, "config.json", "\"num_attention_heads\":4", "\"num_attention_heads\":5");
}

static void
break_tokenizer (const char *path)
{
  fixture_put (path, "tokenizer.json", "{\"model\":{\"type\":\"WordPiece\"}}", -1);
}

static void
break_ids (const char *path)
{
  fixture_replace (path, "config.json", "\"<eoss>\":68", "\"<eoss>\":67");
}

static void
break_code_ids (const char *path)
{
  fixture_replace (path, "config.json", "\"IMGIMGBAZ\":14", "\"IMGIMGBAZ\":15");
}

static void
break_vocab_size (const char *path)
{
  fixture_replace (path, "config.json", "\"vocab_size\":512", "\"vocab_size\":60");
}

static void
break_both_vocabularies (const char *path)
{
  unlink_in (path, "tokenizer.json");
  fixture_replace (path, "config.json", "\"vocabulary_map\":", "\"map\":");
}

static void
break_weights (const char *path)
{
  fixture_put (path, "model.safetensors", "12345678", -1);
}

static void
break_weights_length (const char *path)
{
  g_autofree char *file = g_build_filename (path, "model.safetensors", NULL);
  g_autofree char *bytes = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (file, &bytes, &size, NULL));
  fixture_put (path, "model.safetensors", bytes, (gssize) size - 100);
}

static void
break_weights_name (const char *path)
{
  fixture_replace (path, "config.json", "\"num_hidden_layers\":2", "\"num_hidden_layers\":3");
}

/* As a downloader leaves a file that it had reserved room for. */
static void
break_weights_tail (const char *path)
{
  g_autofree char *file = g_build_filename (path, "model.safetensors", NULL);
  g_autofree char *bytes = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (file, &bytes, &size, NULL));
  memset (bytes + size / 2, 0, size - size / 2);
  fixture_put (path, "model.safetensors", bytes, (gssize) size);
}

/* The last value of lm_head becomes infinite. */
static void
break_weights_value (const char *path)
{
  g_autofree char *file = g_build_filename (path, "model.safetensors", NULL);
  g_autofree char *bytes = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (file, &bytes, &size, NULL));
  bytes[size - 1] = 0x7f;
  bytes[size - 2] = (char) 0x80;
  fixture_put (path, "model.safetensors", bytes, (gssize) size);
}

static void
break_weights_folder (const char *path)
{
  g_autofree char *file = g_build_filename (path, "model.safetensors", NULL);

  unlink_in (path, "model.safetensors");
  g_assert_cmpint (g_mkdir (file, 0777), ==, 0);
}

static void
break_settings (const char *path)
{
  fixture_put (path, "arra.json", "{\"top_p\": 2}", -1);
}

static const struct
{
  const char *name;
  void (*damage) (const char *path);
  ArraError code;
  const char *words[3];
} damages[] = {
  { "n_config_truncated", break_config, ARRA_ERROR_INVALID_DATA, { "config.json" } },
  { "n_config_deep", break_deep_config, ARRA_ERROR_INVALID_DATA, { "config.json" } },
  { "n_config_of_another_model", break_type, ARRA_ERROR_UNSUPPORTED, { "config.json", "llama" } },
  { "n_config_shape", break_shape, ARRA_ERROR_INVALID_DATA, { "model.safetensors", "mlp.gate_proj.weight" } },
  { "n_config_heads", break_heads, ARRA_ERROR_INVALID_DATA, { "config.json", "5" } },
  { "n_tokenizer_of_another_kind", break_tokenizer, ARRA_ERROR_UNSUPPORTED, { "tokenizer.json", "WordPiece" } },
  { "n_ids_disagree", break_ids, ARRA_ERROR_INVALID_DATA, { "disagree", "<eoss>" } },
  { "n_code_ids_disagree", break_code_ids, ARRA_ERROR_INVALID_DATA, { "disagree", "IMGIMGBAZ" } },
  { "n_vocabulary_too_small", break_vocab_size, ARRA_ERROR_INVALID_DATA, { "60 tokens" } },
  { "n_no_vocabulary", break_both_vocabularies, ARRA_ERROR_NOT_FOUND, { "tokenizer.json", "vocabulary_map" } },
  { "n_weights_garbage", break_weights, ARRA_ERROR_INVALID_DATA, { "model.safetensors" } },
  { "n_weights_truncated", break_weights_length, ARRA_ERROR_INVALID_DATA, { "model.safetensors" } },
  { "n_weights_missing_layer", break_weights_name, ARRA_ERROR_NOT_FOUND, { "model.layers.2." } },
  { "n_weights_infinite",
    break_weights_value,
    ARRA_ERROR_INVALID_DATA,
    { "model.safetensors", "lm_head.weight", "finite" } },
  { "n_weights_half_zero",
    break_weights_tail,
    ARRA_ERROR_INVALID_DATA,
    { "model.safetensors", "model.layers.1.", "zero" } },
  { "n_weights_are_a_folder", break_weights_folder, ARRA_ERROR_INVALID_DATA, { "model.safetensors", "directory" } },
  { "n_settings", break_settings, ARRA_ERROR_INVALID_DATA, { "arra.json", "top_p" } },
};

static void
test_damage (gconstpointer data)
{
  gsize index = GPOINTER_TO_SIZE (data);
  g_autofree char *path = fixture_make_named ("tiny");
  g_autoptr (ArraCheckpoint) checkpoint = NULL;
  g_autoptr (GError) error = NULL;
  const char *words[4] = { NULL };

  memcpy (words, damages[index].words, sizeof damages[index].words);
  damages[index].damage (path);
  checkpoint = arra_checkpoint_open (path, NULL, NULL, &error);
  g_assert_null (checkpoint);
  fixture_assert_error (error, (int) damages[index].code, words);
  fixture_remove (path);
}

static gboolean
open_one (gpointer data, GError **error)
{
  const ArraOpenOptions options = { .quant = ARRA_QUANT_Q8_0 };
  g_autoptr (ArraCheckpoint) checkpoint = arra_checkpoint_open (data, &options, NULL, error);

  return checkpoint != NULL;
}

static void
test_memory (void)
{
  g_autofree char *path = fixture_make_named ("tiny");

  fixture_put (path, "arra.json", "{\"thumbnail\":\"thumb.png\"}", -1);
  fixture_put (path, "thumb.png", "\x89PNG\r\n\x1a\nx", 9);
  allocations_check (open_one, path);
  fixture_remove (path);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      g_autofree char *name = g_strconcat ("/checkpoint_directory/", forms[i].name, NULL);
      g_test_add_data_func (name, GSIZE_TO_POINTER (i), test_form);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      g_autofree char *name = g_strconcat ("/checkpoint_directory/", changes[i].name, NULL);
      g_test_add_data_func (name, GSIZE_TO_POINTER (i), test_change);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (damages); i++)
    {
      g_autofree char *name = g_strconcat ("/checkpoint_directory/", damages[i].name, NULL);
      g_test_add_data_func (name, GSIZE_TO_POINTER (i), test_damage);
    }
  g_test_add_func ("/checkpoint_directory/masks", test_masks);
  g_test_add_func ("/checkpoint_directory/shuffled-ids", test_shuffled_ids);
  g_test_add_func ("/checkpoint_directory/golden", test_golden);
  g_test_add_func ("/checkpoint_directory/fingerprint", test_fingerprint);
  g_test_add_func ("/checkpoint_directory/memory", test_memory);
  return g_test_run ();
}
