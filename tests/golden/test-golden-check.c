/* test-golden-check.c - golden-check passes on the golden cases and FAILS when one value is off or missing
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <arra.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>

#include "source.h"

static const char *golden_check; /* the program */
static char *golden;             /* the directory */

/* ---- a copy of the golden directory whose files are links, so that single ones can be replaced */

static void
link_tree (const char *from, const char *to)
{
  g_autoptr (GDir) dir = g_dir_open (from, 0, NULL);
  const char *name;

  g_assert_cmpint (g_mkdir_with_parents (to, 0755), ==, 0);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *source = g_build_filename (from, name, NULL), *target = g_build_filename (to, name, NULL);
      g_autoptr (GFile) link = g_file_new_for_path (target);

      if (g_file_test (source, G_FILE_TEST_IS_DIR))
        link_tree (source, target);
      else
        g_assert_true (g_file_make_symbolic_link (link, source, NULL, NULL));
    }
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);
      remove_tree (child);
    }
  g_remove (path);
}

static char *
new_copy (void)
{
  char *copy = g_dir_make_tmp ("arra-golden-XXXXXX", NULL);

  g_assert_nonnull (copy);
  link_tree (golden, copy);
  return copy;
}

static void
replace_file (const char *path, const char *data, gsize size)
{
  g_assert_cmpint (g_remove (path), ==, 0);
  g_assert_true (g_file_set_contents (path, data, (gssize) size, NULL));
}

/* ---- running the program */

static int
run (const char *dir, const char *id, char **output)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE,
                                                      &error, golden_check, "--case", id, dir, NULL);

  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (process, NULL, NULL, output, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_if_exited (process));
  return g_subprocess_get_exit_status (process);
}

static void
expect (const char *dir, const char *id, gboolean ok, const char *what)
{
  g_autofree char *output = NULL;
  int status = run (dir, id, &output);

  if ((status == 0) != ok || (strstr (output, "FAIL") != NULL) == ok)
    g_error ("%s: expected golden-check to %s, got exit %d:\n%s", what, ok ? "pass" : "fail", status, output);
}

/* ---- spoiling one value */

typedef struct
{
  const char *id, *dir, *file;
} TensorCase;

static const TensorCase tensor_cases[] = {
  { "chameleon.a_mha", "chameleon/a_mha", "case.safetensors" },
  { "chameleon.a_mha", "chameleon/a_mha", "case_rope_linear.safetensors" },
  { "chameleon.a_mha", "chameleon/a_mha", "case_rope_dynamic.safetensors" },
  { "chameleon.b_gqa_swin", "chameleon/b_gqa_swin", "case.safetensors" },
  { "chameleon.c_hf_upstream", "chameleon/c_hf_upstream", "case.safetensors" },
  { "vqgan.f16", "vqgan/f16", "case.safetensors" },
  { "vqgan.small", "vqgan/small", "case.safetensors" },
  { "rules.one_image_cfg1", "rules", "one_image_cfg1.safetensors" },
  { "rules.one_image_cfg4", "rules", "one_image_cfg4.safetensors" },
  { "rules.image_in_prompt", "rules", "image_in_prompt.safetensors" },
  { "rules.start_in_prompt", "rules", "start_in_prompt.safetensors" },
  { "rules.text_then_two_images", "rules", "text_then_two_images.safetensors" },
  { "rules.full_vocab_65536", "rules", "full_vocab_65536.safetensors" },
  { "e2e", "e2e", "case.safetensors" },
  { "training.hybnext_lam05", "training", "hybnext_lam05.safetensors" },
  { "training.hybnext_lam1", "training", "hybnext_lam1.safetensors" },
  { "training.hybnext_mse_lam1", "training", "hybnext_mse_lam1.safetensors" },
  { "training.hybnext_unmodified_1025", "training", "hybnext_unmodified_1025.safetensors" },
  { "training.rep_last_lam05", "training", "rep_last_lam05.safetensors" },
  { "training.rep_token_lam05", "training", "rep_token_lam05.safetensors" },
  { "training.zloss0_no_alignment", "training", "zloss0_no_alignment.safetensors" },
  { "training.adamw_clip4", "training", "adamw_clip4.safetensors" },
  { "training.adamw_clip_active", "training", "adamw_clip_active.safetensors" },
  { "vision.clip", "vision/clip", "case.safetensors" },
  { "vision.t5_encoder", "vision/t5_encoder", "case.safetensors" },
  { "chameleon.b_gqa_swin.meta", "chameleon/b_gqa_swin/meta", "case.safetensors" },
  { "vision.biomedclip_hf", "vision/biomedclip_hf", "case.safetensors" },
  { "vision.biomedclip_openclip", "vision/biomedclip_openclip", "case.safetensors" },
  { "vision.dinov2", "vision/dinov2", "case.safetensors" },
  { "vision.medsam", "vision/medsam", "case.safetensors" },
  { "vision.preprocess", "vision/preprocess", "case.safetensors" },
  { "llamagen.c2i", "llamagen/c2i", "case.safetensors" },
  { "llamagen.t2i", "llamagen/t2i", "case.safetensors" },
  { "llamagen.vq16_like", "llamagen/vq16_like", "case.safetensors" },
  { "llamagen.vq8_like", "llamagen/vq8_like", "case.safetensors" },
  { "janus.original", "janus/original", "case.safetensors" },
  { "janus.hf", "janus/hf", "case.safetensors" },
};

/* Changes the last element of the tensor: the number, by little more than any tolerance. */
static void
spoil_element (char *data, const ArraTensor *tensor)
{
  gsize last = arra_tensor_count (tensor) - 1;

  switch (tensor->dtype)
    {
    case ARRA_F32:
      {
        float value;
        memcpy (&value, data + last * sizeof value, sizeof value);
        value = value < -1e30f ? -1e30f : value + 1e-3f;
        memcpy (data + last * sizeof value, &value, sizeof value);
        break;
      }
    case ARRA_I32:
    case ARRA_I64:
      data[last * (tensor->dtype == ARRA_I32 ? 4 : 8)] ^= 1;
      break;
    case ARRA_U8:
      data[last] = (char) (data[last] ^ 0x80);
      break;
    default:
      g_assert_not_reached ();
    }
}

/* The nth out.* of a file, spoilt in a copy. FALSE when there are fewer. */
static gboolean
spoil_tensor (const char *path, guint nth, char **name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraSource) source = arra_safetensors_open (path, &error);
  g_autofree char *bytes = NULL;
  gsize size;
  const char *base = NULL;

  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  for (gsize i = 0; i < arra_source_count (source); i++)
    {
      const ArraTensor *tensor = arra_source_tensor (source, i);

      /* The views lie in one mapping: the lowest address tells where the data begins. */
      if (base == NULL || (const char *) tensor->data < base)
        base = tensor->data;
    }
  for (gsize i = 0; i < arra_source_count (source); i++)
    {
      const ArraTensor *tensor = arra_source_tensor (source, i);
      gsize data_begin;
      guint64 header;

      if (!g_str_has_prefix (arra_source_name (source, i), "out.") || nth-- > 0)
        continue;
      memcpy (&header, bytes, sizeof header);
      data_begin = 8 + (gsize) GUINT64_FROM_LE (header);
      spoil_element (bytes + data_begin + ((const char *) tensor->data - base), tensor);
      *name = g_strdup (arra_source_name (source, i));
      replace_file (path, bytes, size);
      return TRUE;
    }
  return FALSE;
}

static void
test_spoilt_tensors (gconstpointer data)
{
  const TensorCase *item = data;

  /* the first out.* tensor, and some further ones: each must be noticed */
  for (guint nth = 0; nth < 40; nth += 3)
    {
      g_autofree char *copy = new_copy ();
      g_autofree char *path = g_build_filename (copy, item->dir, item->file, NULL);
      g_autofree char *name = NULL;
      gboolean spoilt = spoil_tensor (path, nth, &name);

      if (spoilt)
        expect (copy, item->id, FALSE, name);
      else
        g_assert_cmpuint (nth, >, 0);
      remove_tree (copy);
      if (!spoilt)
        break;
    }
}

/* ---- spoiling a JSON case: one number, or one letter */

typedef struct
{
  const char *id, *file;
  const char *from, *to; /* the first occurrence is replaced */
} TextCase;

static const TextCase text_cases[] = {
  { "vqgan.vocab_translation", "vqgan/vocab_translation.json", "\"IMGIMGBCDEZ\"", "\"IMGIMGBCDFZ\"" },
  { "vqgan.vocab_translation", "vqgan/vocab_translation.json", "\"IMGIMGCZ\": 17", "\"IMGIMGCZ\": 18" },
  { "rules.layout", "rules/layout.json", "8197", "8198" },
  { "rules.layout", "rules/crop_sizes.json", "[480,128]", "[480,160]" },
  { "rules.layout", "rules/crop_sizes.json", "\"chosen_wh\":[576,448]", "\"chosen_wh\":[576,480]" },
  { "rules.one_image_cfg4", "rules/one_image_cfg4.json", "\"argmax\":6147", "\"argmax\":6148" },
  { "tokenizer.chameleon_bpe_small", "tokenizer/chameleon_bpe_small/encodings.json", "[166", "[167" },
  { "tokenizer.deepseek_bpe_small", "tokenizer/deepseek_bpe_small/encodings.json", "\n521\n", "\n522\n" },
  { "tokenizer.deepseek_bpe_small", "tokenizer/deepseek_bpe_small/tokenizer_config.json", "\"add_bos_token\": true",
    "\"add_bos_token\": false" },
  { "tokenizer.t5_unigram_B", "tokenizer/t5_unigram_B/encodings.json", "\"ello orld\"", "\"ello old\"" },
  { "torch_files", "torch_files/expected.json", "\"list.0\"", "\"list.9\"" },
  { "tokenizer.llamagen_clean_caption", "tokenizer/llamagen_clean_caption.json", "of a dog", "of a cat" },
  { "e2e", "e2e/case.json", "4435,4686", "4435,4687" },
  { "training.adamw_clip4", "MANIFEST.json", "lambda 1, K=8, z 1e-5", "lambda 1, K=4, z 1e-5" },
  { "training.adamw_clip4", "MANIFEST.json", "lambda 1, K=8, z 1e-5", "lambda 1, z 1e-5" }, /* nothing is guessed */
  { "training.adamw_clip4", "MANIFEST.json", "AdamW lr 0.001", "AdamW" },
  { "vision.xrv_densenet", "MANIFEST.json", "picture x0 [224,224,1]", "picture x0 [224,223,1]" },
  { "training.lr_schedule", "training/lr_schedule.json", "0.0009875893165300026", "0.0009875893165320026" },
};

static void
test_spoilt_text (gconstpointer data)
{
  const TextCase *item = data;
  g_autofree char *copy = new_copy ();
  g_autofree char *path = g_build_filename (copy, item->file, NULL);
  g_autofree char *text = NULL;
  g_autoptr (GString) spoilt = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  spoilt = g_string_new (text);
  g_assert_cmpuint (g_string_replace (spoilt, item->from, item->to, 1), ==, 1);
  replace_file (path, spoilt->str, spoilt->len);
  expect (copy, item->id, FALSE, item->file);
  remove_tree (copy);
}

/* ---- an out.* that nobody compares, a file that is not there, a case of an unknown family */

static void
test_uncompared (void)
{
  g_autofree char *copy = new_copy ();
  g_autofree char *path = g_build_filename (copy, "vqgan", "small", "case.safetensors", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraSource) source = arra_safetensors_open (path, &error);
  gsize n = arra_source_count (source);
  g_autofree ArraNamedTensor *tensors = g_new0 (ArraNamedTensor, n + 1);
  g_autofree char *larger = g_strconcat (path, ".new", NULL);
  const float value = 1;

  for (gsize i = 0; i < n; i++)
    tensors[i] = (ArraNamedTensor) { arra_source_name (source, i), *arra_source_tensor (source, i) };
  tensors[n] = (ArraNamedTensor) {
    "out.nobody_knows", { .dtype = ARRA_F32, .n_dims = 1, .shape = { 1 }, .data = &value, .n_bytes = sizeof value }
  };
  g_assert_true (arra_safetensors_write (larger, tensors, n + 1, &error));
  g_assert_cmpint (g_remove (path), ==, 0);
  g_assert_cmpint (g_rename (larger, path), ==, 0);
  expect (copy, "vqgan.small", FALSE, "an uncompared tensor");
  remove_tree (copy);
}

static void
test_missing_file (void)
{
  g_autofree char *copy = new_copy ();
  g_autofree char *path = g_build_filename (copy, "chameleon", "a_mha", "case.safetensors", NULL);

  g_assert_cmpint (g_remove (path), ==, 0);
  expect (copy, "chameleon.a_mha", FALSE, "a missing file");
  remove_tree (copy);
}

static void
test_unknown_family (void)
{
  g_autofree char *dir = g_dir_make_tmp ("arra-golden-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "MANIFEST.json", NULL);
  g_autofree char *output = NULL;
  const char *manifest = "{\"cases\": [{\"id\": \"poetry.sonnet\", \"dir\": \"poetry\", \"tolerance\": \"exact\"}]}";

  g_assert_true (g_file_set_contents (path, manifest, -1, NULL));
  g_assert_cmpint (run (dir, "poetry.sonnet", &output), ==, 0);
  g_assert_nonnull (strstr (output, "unsupported"));
  remove_tree (dir);
}

static void
test_untouched (gconstpointer data)
{
  expect (golden, data, TRUE, data);
}

int
main (int argc, char **argv)
{
  static const char *const whole[] = { "chameleon.a_mha",
                                       "vqgan.small",
                                       "rules.layout",
                                       "tokenizer.chameleon_bpe_small",
                                       "tokenizer.deepseek_bpe_small",
                                       "tokenizer.t5_unigram_A_small_charsmap",
                                       "tokenizer.t5_unigram_B",
                                       "tokenizer.t5_unigram_C_small_charsmap",
                                       "tokenizer.llamagen_clean_caption",
                                       "torch_files",
                                       "chameleon.a_mha.meta",
                                       "chameleon.b_gqa_swin.meta",
                                       "vision.t5_encoder",
                                       "e2e",
                                       "training.hybnext_lam1",
                                       "training.adamw_clip4",
                                       "training.lr_schedule",
                                       "vision.clip",
                                       "vision.biomedclip_hf",
                                       "vision.biomedclip_openclip",
                                       "vision.dinov2",
                                       "vision.medsam",
                                       "vision.preprocess" };

  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, >, 1);
  golden_check = argv[1];
  golden = g_build_filename (g_getenv ("ARRA_TEST_DATA"), "golden", NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (whole); i++)
    {
      g_autofree char *path = g_strdup_printf ("/golden-check/untouched/%s", whole[i]);
      g_test_add_data_func (path, whole[i], test_untouched);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (tensor_cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/golden-check/spoilt/%s/%s", tensor_cases[i].id, tensor_cases[i].file);
      g_test_add_data_func (path, &tensor_cases[i], test_spoilt_tensors);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (text_cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/golden-check/spoilt-text/%s/%" G_GSIZE_FORMAT, text_cases[i].id, i);
      g_test_add_data_func (path, &text_cases[i], test_spoilt_text);
    }
  g_test_add_func ("/golden-check/uncompared", test_uncompared);
  g_test_add_func ("/golden-check/missing-file", test_missing_file);
  g_test_add_func ("/golden-check/unknown-family", test_unknown_family);
  return g_test_run ();
}
