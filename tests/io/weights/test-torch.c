/* test-torch.c - torch*.c: golden files, views, archives and programs that mean harm
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "source.h"

#include <string.h>

#include "mem.h"
#include "scratch.h"
#include "torch.h"
#include "torch_build.h"

/* ------------------------------------------------------------- golden files */

static ArraSource *
open_golden (const char *name, const char *prefix)
{
  g_autofree char *path = scratch_golden (name);
  g_autoptr (GError) error = NULL;
  ArraSource *source = arra_torch_open (path, prefix, &error);

  g_assert_no_error (error);
  return source;
}

static void
assert_same (const ArraTensor *a, const ArraTensor *b, const char *name)
{
  g_autofree char *one = NULL, *two = NULL;

  g_assert_true (a != NULL && b != NULL);
  one = arra_tensor_describe (a);
  two = arra_tensor_describe (b);
  g_test_message ("%s: %s", name, one);
  g_assert_cmpstr (one, ==, two);
  g_assert_cmpmem (a->data, a->n_bytes, b->data, b->n_bytes);
}

/* Every tensor of expected.safetensors, whatever its view, and none besides. */
static void
check_expected (const char *name, const char *expected_name, const char *prefix)
{
  g_autofree char *expected_path = scratch_golden (expected_name);
  g_autoptr (ArraSource) expected = arra_safetensors_open (expected_path, NULL);
  g_autoptr (ArraSource) source = open_golden (name, prefix);
  gsize prefix_length = prefix != NULL ? strlen (prefix) + 1 : 0, n = 0;

  g_assert_nonnull (expected);
  for (gsize i = 0; i < arra_source_count (expected); i++)
    {
      const char *full = arra_source_name (expected, i);

      if (prefix != NULL && !(g_str_has_prefix (full, prefix) && full[prefix_length - 1] == '.'))
        continue;
      assert_same (arra_source_find (source, full + prefix_length), arra_source_tensor (expected, i), full);
      n++;
    }
  g_assert_cmpuint (arra_source_count (source), ==, n);
  g_assert_cmpuint (n, >, 0);
  g_assert_true (arra_source_check (source, NULL));
}

static void
test_y_misc (void)
{
  check_expected ("torch_files/zip_misc.pt", "torch_files/expected.safetensors", NULL);
  check_expected ("torch_files/zip_misc_protocol4.pt", "torch_files/expected.safetensors", NULL);
  check_expected ("torch_files/legacy_misc.pt", "torch_files/expected.safetensors", NULL);
  check_expected ("torch_files/legacy_misc.pt", "torch_files/expected.safetensors", "model");
  check_expected ("torch_files/torch2_style_names.pt", "torch_files/expected.safetensors", NULL);
  check_expected ("torch_files/zip_misc.pt", "torch_files/expected.safetensors", "model");
  check_expected ("torch_files/zip_misc.pt", "torch_files/expected.safetensors", "optimizer.state");
  check_expected ("torch_files/bare_tensor.pt", "torch_files/bare_tensor.safetensors", NULL);
}

static void
test_y_lightning (void)
{
  g_autofree char *path = scratch_golden ("vqgan/f16/vqgan.ckpt");
  g_autoptr (ArraSource) source = open_golden ("vqgan/f16/vqgan.ckpt", "state_dict");
  const ArraTensor *codebook = arra_source_find (source, "quantize.embedding.weight");
  guint n_bf16 = 0, n_f32 = 0;

  g_assert_true (codebook != NULL && arra_tensor_has_shape (codebook, 2, (gint64) 8192, (gint64) 8));
  g_assert_nonnull (arra_source_find (source, "decoder.conv_out.weight"));
  g_assert_null (arra_source_find (source, "state_dict.decoder.conv_out.weight"));
  g_assert_cmpstr (arra_source_file_of (source, "quantize.embedding.weight"), ==, path);
  for (gsize i = 0; i < arra_source_count (source); i++)
    {
      const ArraTensor *tensor = arra_source_tensor (source, i);

      n_bf16 += tensor->dtype == ARRA_BF16;
      n_f32 += tensor->dtype == ARRA_F32;
      g_assert_true (!arra_dtype_is_float (tensor->dtype) || arra_tensor_is_finite (tensor));
    }
  g_assert_cmpuint (n_bf16, >, 0);
  g_assert_cmpuint (n_f32, >, 0);
}

/* Meta's form holds the same embedding as the Hugging Face form. */
static void
test_y_meta (void)
{
  g_autofree char *path = scratch_golden ("chameleon/a_mha/model.safetensors");
  g_autoptr (ArraSource) form = arra_safetensors_open (path, NULL);
  g_autoptr (ArraSource) meta = open_golden ("chameleon/a_mha/meta/consolidated.pth", NULL);
  const ArraTensor *a = arra_source_find (meta, "tok_embeddings.weight"),
                   *b = arra_source_find (form, "model.embed_tokens.weight");

  g_assert_true (a != NULL && b != NULL && arra_tensor_count (a) == arra_tensor_count (b));
  for (gsize i = 0; i < arra_tensor_count (a); i++)
    {
      float x, y;

      arra_tensor_to_float (a, i, 1, &x);
      arra_tensor_to_float (b, i, 1, &y);
      g_assert_cmpfloat (x, ==, y);
    }
}

/* A legacy file: magic, protocol, facts, the object, the keys of its storages, and the storages */
#define LEGACY_MAGIC "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."
#define LEGACY_PROTOCOL PROTO "M\xe9\x03."
#define LEGACY_SYSTEM PROTO "}X\x0d\x00\x00\x00little_endian\x88s."
#define LEGACY_HEAD LEGACY_MAGIC LEGACY_PROTOCOL LEGACY_SYSTEM
#define LEGACY_OBJECT PROTO TENSOR (STORAGE ("ShortStorage", "0", "K\x02"), "K\x00", "K\x02\x85", "K\x01\x85") "."
#define LEGACY_KEYS          \
  PROTO "]X\x01\x00\x00\x00" \
        "0a."
#define LEGACY_STORAGE \
  "\x02\0\0\0\0\0\0\0" \
  "\1\0\2\0"
#define LEGACY LEGACY_HEAD LEGACY_OBJECT LEGACY_KEYS LEGACY_STORAGE

static ArraSource *
read_legacy (const char *bytes, gsize size, GError **error)
{
  g_automem guint8 *kept = arra_mem_new (MAX (size, 1), 1, "FILE", NULL);
  g_autoptr (ArraMapping) mapping = arra_mapping_new_for_bytes ("FILE", memcpy (kept, bytes, size), size);
  ArraSource *source = arra_torch_read (mapping, NULL, error);

  if (source != NULL)
    arra_source_add_memory (source, g_steal_pointer (&kept));
  return source;
}

static void
test_y_legacy (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraSource) source = read_legacy (LEGACY, sizeof LEGACY - 1, &error);
  const ArraTensor *tensor;

  g_assert_no_error (error);
  tensor = arra_source_find (source, "tensor");
  g_assert_nonnull (tensor);
  g_assert_cmpmem (tensor->data, tensor->n_bytes, "\1\0\2\0", 4);
}

static void
refuse_legacy (const char *bytes, gsize size, const char *fault)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraSource) source = read_legacy (bytes, size, &error);

  g_assert_null (source);
  if (!g_str_has_prefix (error->message, "FILE: ") || strstr (error->message, fault) == NULL)
    g_error ("%s: \"%s\" expected", error->message, fault);
}

#define REFUSE_LEGACY(bytes, fault) refuse_legacy (bytes, sizeof (bytes) - 1, fault)

static void
test_n_legacy (void)
{
  REFUSE_LEGACY (LEGACY_MAGIC PROTO "M\xe8\x03." LEGACY_SYSTEM, "its protocol");
  REFUSE_LEGACY (LEGACY_MAGIC LEGACY_PROTOCOL PROTO "}X\x0d\x00\x00\x00little_endian\x89s.", "byte order");
  REFUSE_LEGACY (LEGACY_MAGIC LEGACY_PROTOCOL PROTO "].", "byte order");
  REFUSE_LEGACY (LEGACY_HEAD LEGACY_OBJECT PROTO "}.", "list of its storages");
  REFUSE_LEGACY (LEGACY_HEAD LEGACY_OBJECT PROTO "]K\x01"
                                                 "a.",
                 "list of its storages");
  REFUSE_LEGACY (LEGACY_HEAD LEGACY_OBJECT PROTO "].", "storage 0 is missing");
  REFUSE_LEGACY (LEGACY_HEAD LEGACY_OBJECT PROTO "](X\x01\x00\x00\x00"
                                                 "0X\x01\x00\x00\x00"
                                                 "0e." LEGACY_STORAGE,
                 "one twice");
  REFUSE_LEGACY (LEGACY_HEAD LEGACY_OBJECT PROTO "]X\x01\x00\x00\x00"
                                                 "1a." LEGACY_STORAGE,
                 "not supported");
  REFUSE_LEGACY (LEGACY_HEAD LEGACY_OBJECT LEGACY_KEYS "\x03\0\0\0\0\0\0\0"
                                                       "\1\0\2\0\3\0",
                 "storage 0 is missing or has another size");
  REFUSE_LEGACY (LEGACY_HEAD LEGACY_OBJECT LEGACY_KEYS "\xff\xff\xff\xff\xff\xff\xff\x7f"
                                                       "\1\0\2\0",
                 "ends within storage 0");
  for (gsize size = sizeof LEGACY_MAGIC - 1; size < sizeof LEGACY - 1; size++)
    refuse_legacy (LEGACY, size, "");
}

/* A module pickled whole: classes unknown here become inert, and the tensors of their attributes are found; a part may
 * know the whole. */
#define WEIGHT TENSOR (STORAGE ("ShortStorage", "0", "K\x02"), "K\x00", "K\x02\x85", "K\x01\x85")
#define KEY(length, text) "X" length "\x00\x00\x00" text
#define MODULE                                                                                                        \
  PROTO "cmodels\nNet\n)\x81q\x00}(" KEY ("\x08", "_modules") "}" KEY ("\x04", "conv") "cmodels\nConv\n)\x81}(" KEY ( \
      "\x0b", "_parameters") "}" KEY ("\x06", "weight") "ctorch._utils\n_rebuild_parameter\n(" WEIGHT                 \
                                                        "\x88)tRs" KEY ("\x05",                                       \
                                                                        "owner") "h\x00"                              \
                                                                                 "ubs" KEY ("\x04",                   \
                                                                                            "hook") "cmodels\nhook\n" \
                                                                                                    "ub."

static void
test_y_module (void)
{
  static const char bytes[] = LEGACY_HEAD MODULE LEGACY_KEYS LEGACY_STORAGE;
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraSource) source = read_legacy (bytes, sizeof bytes - 1, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (arra_source_count (source), ==, 1);
  g_assert_nonnull (arra_source_find (source, "_modules.conv._parameters.weight"));
}

/* Objects that are each other's state */
static void
test_y_circle_of_states (void)
{
  static const char bytes[] = LEGACY_HEAD PROTO "cm\nA\n)\x81q\x00"
                                                "cm\nB\n)\x81q\x01h\x00"
                                                "bb." PROTO "].";
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraSource) source = read_legacy (bytes, sizeof bytes - 1, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (arra_source_count (source), ==, 0);
}

static void
test_n_prefix (void)
{
  g_autofree char *path = scratch_golden ("torch_files/zip_misc.pt");
  g_autoptr (GError) error = NULL;

  g_assert_null (arra_torch_open (path, "state_dict", &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_NOT_FOUND);
  scratch_assert_fault (&error, path, "state_dict");
}

/* ------------------------------------------------------------------- n_ files */

static const guint8 numbers[24]
    = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23 };

static ArraSource *
open_entries (const TorchEntry *entries, gboolean deflated, GError **error)
{
  g_autofree char *path = scratch_path ("x.pt");

  torch_build (path, entries, deflated);
  return arra_torch_open (path, NULL, error);
}

static void
refuse_entries (const TorchEntry *entries, gboolean deflated, ArraError code, const char *fault)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraSource) source = open_entries (entries, deflated, &error);

  g_assert_null (source);
  g_assert_error (error, ARRA_ERROR, (gint) code);
  scratch_assert_fault (&error, "x.pt", fault);
}

static void
refuse_program (const char *program, gsize size, ArraError code, const char *fault)
{
  const TorchEntry entries[]
      = { { "x/data.pkl", program, size }, { "x/data/0", numbers, sizeof numbers }, { NULL, NULL, 0 } };

  refuse_entries (entries, FALSE, code, fault);
}

#define REFUSE(program, code, fault) \
  refuse_program (PROTO program, sizeof (PROTO program) - 1, ARRA_ERROR_##code, fault)
#define FLOATS STORAGE ("FloatStorage", "0", "K\x06")

static void
test_n_views (void)
{
  REFUSE (TENSOR (FLOATS, "K\x00", "K\x07\x85", "K\x01\x85") ".", INVALID_DATA, "shape of tensor 'tensor'");
  REFUSE (TENSOR (FLOATS, "K\x01", "K\x06\x85", "K\x01\x85") ".", INVALID_DATA, "shape");
  REFUSE (TENSOR (FLOATS, "K\x07", "K\x00\x85", "K\x01\x85") ".", INVALID_DATA, "shape");
  REFUSE (TENSOR (FLOATS, "J\xff\xff\xff\xff", "K\x01\x85", "K\x01\x85") ".", INVALID_DATA, "shape");
  REFUSE (TENSOR (FLOATS, "K\x00", "J\xff\xff\xff\xff\x85", "K\x01\x85") ".", INVALID_DATA, "shape");
  REFUSE (TENSOR (FLOATS, "K\x05", "K\x02\x85", "J\xff\xff\xff\xff\x85") ".", INVALID_DATA, "shape");
  REFUSE (TENSOR (FLOATS, "K\x00", "K\x02K\x03\x86", "K\x01\x85") ".", INVALID_DATA, "shape");
  REFUSE (TENSOR (FLOATS, "K\x00", "K\x02K\x03\x86", "K\x04K\x01\x86") ".", INVALID_DATA, "shape");
  REFUSE (TENSOR (FLOATS, "K\x00", "\x8a\x08\x00\x00\x00\x00\x00\x00\x00\x40\x85", "K\x04\x85") ".", INVALID_DATA,
          "shape");
  REFUSE (TENSOR (FLOATS, "K\x00", "\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f\x85", "K\x00\x85") ".", INVALID_DATA,
          "shape");
  REFUSE (TENSOR (FLOATS, "K\x00", "J\x00\x00\x00\x40\x85", "K\x00\x85") ".", INVALID_DATA, "too large");
  REFUSE (TENSOR (FLOATS, "K\x00", "N\x85", "K\x01\x85") ".", INVALID_DATA, "shape");
}

/* The stride of a dimension of one is never gone, whatever it is: a sum with it would overflow. */
static void
test_y_unused_stride (void)
{
#define LARGEST "\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f"
  const char program[] = PROTO TENSOR (FLOATS, "K\x01", "K\x01K\x01K\x02\x87", LARGEST LARGEST "K\x02\x87") ".";
  const TorchEntry entries[]
      = { { "x/data.pkl", program, sizeof program - 1 }, { "x/data/0", numbers, sizeof numbers }, { NULL, NULL, 0 } };
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraSource) source = open_entries (entries, FALSE, &error);
  const ArraTensor *tensor;

  g_assert_no_error (error);
  tensor = arra_source_find (source, "tensor");
  g_assert_true (arra_tensor_has_shape (tensor, 3, (gint64) 1, (gint64) 1, (gint64) 2));
  g_assert_cmpmem (tensor->data, 4, numbers + 4, 4);
  g_assert_cmpmem ((const guint8 *) tensor->data + 4, 4, numbers + 12, 4);
}

static void
test_n_storages (void)
{
  REFUSE (TENSOR (STORAGE ("FloatStorage", "0", "K\x07"), "K\x00", "K\x06\x85", "K\x01\x85") ".", INVALID_DATA,
          "data/0 has 24 bytes");
  REFUSE (TENSOR (STORAGE ("DoubleStorage", "0", "K\x06"), "K\x00", "K\x06\x85", "K\x01\x85") ".", INVALID_DATA,
          "data/0 has 24 bytes");
  REFUSE (TENSOR (STORAGE ("FloatStorage", "1", "K\x06"), "K\x00", "K\x06\x85", "K\x01\x85") ".", INVALID_DATA,
          "data/1 is missing");
  REFUSE (TENSOR (STORAGE ("FloatStorage", "/", "K\x06"), "K\x00", "K\x06\x85", "K\x01\x85") ".", INVALID_DATA,
          "impossible");
  REFUSE (TENSOR (STORAGE ("FloatStorage", "0", "\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f"), "K\x00", "K\x06\x85",
                  "K\x01\x85") ".",
          INVALID_DATA, "impossible");
  REFUSE ("(" TENSOR (FLOATS, "K\x00", "K\x06\x85", "K\x01\x85")
              TENSOR (STORAGE ("FloatStorage", "0", "K\x05"), "K\x00", "K\x05\x85", "K\x01\x85") "t.",
          INVALID_DATA, "two sizes");
}

static void
test_n_names (void)
{
  REFUSE ("}(X\x01\x00\x00\x00"
          "a" TENSOR (FLOATS, "K\x00", "K\x06\x85", "K\x01\x85") "X\x01\x00\x00\x00"
                                                                 "a" TENSOR (FLOATS, "K\x00", "K\x06\x85",
                                                                             "K\x01\x85") "u.",
          INVALID_DATA, "duplicate");
  REFUSE ("}X\x02\x00\x00\x00\x1b"
          "a" TENSOR (FLOATS, "K\x00", "K\x06\x85", "K\x01\x85") "s.",
          INVALID_DATA, "control");
}

/* Each of them names what it wanted, in either container. */
static void
test_n_harm (void)
{
  static const struct
  {
    const char *program, *fault;
  } programs[] = {
    { PROTO "cos\nsystem\nX\x02\x00\x00\x00lsx\x85R.", "\"os.system\"" },
    { PROTO "cposix\nsystem\n.", "\"posix.system\"" },
    { PROTO "cos.path\nexists\n.", "\"os.path.exists\"" },
    { PROTO "\x8c\x0asubprocess\x8c\x05Popen\x93.", "\"subprocess.Popen\"" },
    { PROTO "cbuiltins\neval\n.", "\"builtins.eval\"" },
    { PROTO "c__builtin__\ngetattr\n.", "\"__builtin__.getattr\"" },
    { PROTO "ctorch.hub\nload\n.", "\"torch.hub.load\"" },
    { PROTO "ctypes\nCodeType\n.", "\"types.CodeType\"" },
    { PROTO "crunpy\n_run_code\n.", "\"runpy._run_code\"" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (programs); i++)
    {
      g_autoptr (GByteArray) legacy = g_byte_array_new ();

      refuse_program (programs[i].program, strlen (programs[i].program), ARRA_ERROR_INVALID_DATA, programs[i].fault);
      g_byte_array_append (legacy, (const guint8 *) LEGACY_HEAD, sizeof LEGACY_HEAD - 1);
      g_byte_array_append (legacy, (const guint8 *) programs[i].program, (guint) strlen (programs[i].program));
      refuse_legacy ((const char *) legacy->data, legacy->len, programs[i].fault);
    }
}

static void
test_n_deep (void)
{
  g_autoptr (GString) program = g_string_new_len (PROTO, 2);

  for (guint i = 0; i < 65; i++)
    g_string_append_c (program, ']');
  for (guint i = 0; i < 64; i++)
    g_string_append_c (program, 'a');
  g_string_append_c (program, '.');
  refuse_program (program->str, program->len, ARRA_ERROR_INVALID_DATA, "nested deeper");
  REFUSE ("]q\x00h\x00"
          "a.",
          INVALID_DATA, "nested deeper");
  /* thirty lists, each of which holds the next one thirty times */
  g_string_truncate (program, 2);
  g_string_append (program, "]q0");
  for (guint i = 1; i < 30; i++)
    {
      g_string_append (program, "](");
      for (guint k = 0; k < 30; k++)
        g_string_append_printf (program, "h%c", '0' + i - 1);
      g_string_append_printf (program, "eq%c", '0' + i);
    }
  g_string_append_c (program, '.');
  refuse_program (program->str, program->len, ARRA_ERROR_INVALID_DATA, "too many items");
}

/* Ten dictionaries, each of which holds the next one four times under long keys: 4^10 tensors from one, whose names
 * alone would take a gigabyte. */
static void
test_n_many_tensors (void)
{
  g_autoptr (GString) program = g_string_new_len (PROTO TENSOR (FLOATS, "K\x00", ")", ")") "q0",
                                                  sizeof (PROTO TENSOR (FLOATS, "K\x00", ")", ")") "q0") - 1);

  for (guint i = 1; i <= 10; i++)
    {
      g_string_append (program, "}(");
      for (char key = 'a'; key < 'e'; key++)
        {
          g_string_append_len (program, "X\x60\0\0\0", 5);
          for (guint k = 0; k < 0x60; k++)
            g_string_append_c (program, key);
          g_string_append_printf (program, "h%c", '0' + i - 1);
        }
      g_string_append_printf (program, "uq%c", '0' + i);
    }
  g_string_append_c (program, '.');
  refuse_program (program->str, program->len, ARRA_ERROR_INVALID_DATA, "too many items");
}

#define GOOD                 \
  PROTO "}X\x01\x00\x00\x00" \
        "a" TENSOR (FLOATS, "K\x00", "K\x06\x85", "K\x01\x85") "s."

/* Tensors are seen where they lie in the file: the largest checkpoints take no memory of our own. What does not lie at
 * a multiple of its elements' size is copied. */
static void
test_y_in_place (void)
{
  const TorchEntry odd[] = { { "x/data.pkl", GOOD, sizeof GOOD - 1 }, { "x/data/0", numbers, 24 }, { NULL, NULL, 0 } };
  g_autofree char *path = scratch_golden ("vqgan/f16/vqgan.ckpt"), *odd_path = scratch_path ("x.pt");
  g_autoptr (ArraMapping) mapping = arra_mapping_open (path, NULL);
  g_autoptr (ArraSource) source = arra_torch_read (mapping, "state_dict", NULL), copied = NULL;
  const guint8 *begin = arra_mapping_data (mapping), *end = begin + arra_mapping_size (mapping);

  g_assert_cmpuint (arra_source_count (source), >, 0);
  for (gsize i = 0; i < arra_source_count (source); i++)
    {
      const ArraTensor *tensor = arra_source_tensor (source, i);
      const guint8 *data = tensor->data;

      g_assert_true (data >= begin && data + tensor->n_bytes <= end);
    }
  g_assert_cmpuint (arra_source_mapped_bytes (source), ==, arra_mapping_size (mapping));
  torch_build (odd_path, odd, FALSE);
  copied = arra_torch_open (odd_path, NULL, NULL);
  g_assert_cmpuint ((gsize) arra_source_find (copied, "a")->data % sizeof (float), ==, 0);
  g_assert_cmpmem (arra_source_find (copied, "a")->data, 24, numbers, 24);
}

static void
test_n_archives (void)
{
  const TorchEntry good[] = { { "x/data.pkl", GOOD, sizeof GOOD - 1 }, { "x/data/0", numbers, 24 }, { NULL, NULL, 0 } };
  const TorchEntry no_pickle[] = { { "x/data/0", numbers, 24 }, { NULL, NULL, 0 } };
  const TorchEntry twice[]
      = { { "x/data.pkl", GOOD, sizeof GOOD - 1 }, { "y/data.pkl", GOOD, sizeof GOOD - 1 }, { NULL, NULL, 0 } };
  const TorchEntry deeper[] = { { "x/y/data.pkl", GOOD, sizeof GOOD - 1 }, { NULL, NULL, 0 } };
  const TorchEntry big[] = {
    { "x/data.pkl", GOOD, sizeof GOOD - 1 }, { "x/byteorder", "big", 3 }, { "x/data/0", numbers, 24 }, { NULL, NULL, 0 }
  };
  g_autofree char *zeros = g_malloc0 (4096);
  const TorchEntry packed[] = { { "x/data.pkl", zeros, 4096 }, { NULL, NULL, 0 } };
  g_autoptr (ArraSource) source = open_entries (good, FALSE, NULL);

  g_assert_true (source != NULL && arra_source_count (source) == 1);
  refuse_entries (no_pickle, FALSE, ARRA_ERROR_INVALID_DATA, "no data.pkl");
  refuse_entries (twice, FALSE, ARRA_ERROR_INVALID_DATA, "two data.pkl");
  refuse_entries (deeper, FALSE, ARRA_ERROR_INVALID_DATA, "no data.pkl");
  refuse_entries (big, FALSE, ARRA_ERROR_UNSUPPORTED, "byte order");
  refuse_entries (packed, TRUE, ARRA_ERROR_UNSUPPORTED, "compressed");
}

/* A file of @size bytes: refused naming the file, or, where only what nobody looks at was changed, read. */
static gboolean
opens (const guint8 *bytes, gsize size)
{
  g_autofree guint8 *copy = g_memdup2 (bytes, MAX (size, 1));
  g_autoptr (ArraMapping) mapping = arra_mapping_new_for_bytes ("cut.pt", copy, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraSource) source = arra_torch_read (mapping, NULL, &error);
  gboolean ok = source != NULL;

  if (!ok)
    scratch_assert_fault (&error, "cut.pt", "");
  return ok;
}

static void
test_n_damaged (void)
{
  const TorchEntry good[] = { { "x/data.pkl", GOOD, sizeof GOOD - 1 }, { "x/data/0", numbers, 24 }, { NULL, NULL, 0 } };
  g_autofree char *path = scratch_path ("x.pt"), *bytes = NULL;
  gsize size, data_at;

  torch_build (path, good, FALSE);
  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  g_assert_true (opens ((guint8 *) bytes, size));
  for (gsize cut = 0; cut < size; cut++)
    g_assert_false (opens ((guint8 *) bytes, cut));

  data_at = (gsize) ((char *) memmem (bytes, size, numbers, sizeof numbers) - bytes);
  for (gsize i = 0; i < size; i++)
    {
      gboolean in_data = i >= data_at && i < data_at + sizeof numbers, ok;

      for (guint bit = 0; bit < 8; bit += 7)
        {
          bytes[i] = (char) (bytes[i] ^ 1 << bit);
          ok = opens ((guint8 *) bytes, size);
          g_assert_false (in_data && ok); /* the checksum */
          bytes[i] = (char) (bytes[i] ^ 1 << bit);
        }
    }
}

/* Sizes in the central directory that the file cannot hold. */
static void
test_n_lying_sizes (void)
{
  const TorchEntry good[] = { { "x/data.pkl", GOOD, sizeof GOOD - 1 }, { "x/data/0", numbers, 24 }, { NULL, NULL, 0 } };
  static const guint32 lies[] = { 0, 1, 25, 4096, 0x7fffffff, 0xfffffffe };
  g_autofree char *path = scratch_path ("x.pt"), *bytes = NULL;
  gsize size;

  torch_build (path, good, FALSE);
  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  for (gsize at = 0; at + 46 <= size; at++)
    {
      if (memcmp (bytes + at, "PK\1\2", 4) != 0)
        continue;
      for (gsize i = 0; i < G_N_ELEMENTS (lies); i++)
        for (guint which = 1; which < 4; which++)
          {
            guint8 kept[8];

            memcpy (kept, bytes + at + 20, 8);
            if (which & 1)
              memcpy (bytes + at + 20, &lies[i], 4);
            if (which & 2)
              memcpy (bytes + at + 24, &lies[i], 4);
            g_assert_false (opens ((guint8 *) bytes, size));
            memcpy (bytes + at + 20, kept, 8);
          }
    }
}

static gpointer
open_torch (const char *path, GError **error)
{
  return arra_torch_open (path, NULL, error);
}

static void
test_n_odd_files (void)
{
  scratch_check_odd_files (open_torch);
}

static void
test_no_memory (void)
{
  g_autofree char *path = scratch_golden ("torch_files/zip_misc.pt");

  scratch_check_allocations (open_torch, (GDestroyNotify) arra_source_unref, path);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/torch/y-misc", test_y_misc);
  g_test_add_func ("/torch/y-lightning", test_y_lightning);
  g_test_add_func ("/torch/y-in-place", test_y_in_place);
  g_test_add_func ("/torch/y-meta", test_y_meta);
  g_test_add_func ("/torch/y-legacy", test_y_legacy);
  g_test_add_func ("/torch/y-module", test_y_module);
  g_test_add_func ("/torch/y-circle-of-states", test_y_circle_of_states);
  g_test_add_func ("/torch/n-legacy", test_n_legacy);
  g_test_add_func ("/torch/n-harm", test_n_harm);
  g_test_add_func ("/torch/n-prefix", test_n_prefix);
  g_test_add_func ("/torch/n-views", test_n_views);
  g_test_add_func ("/torch/y-unused-stride", test_y_unused_stride);
  g_test_add_func ("/torch/n-storages", test_n_storages);
  g_test_add_func ("/torch/n-names", test_n_names);
  g_test_add_func ("/torch/n-deep", test_n_deep);
  g_test_add_func ("/torch/n-many-tensors", test_n_many_tensors);
  g_test_add_func ("/torch/n-archives", test_n_archives);
  g_test_add_func ("/torch/n-damaged", test_n_damaged);
  g_test_add_func ("/torch/n-lying-sizes", test_n_lying_sizes);
  g_test_add_func ("/torch/n-odd-files", test_n_odd_files);
  g_test_add_func ("/torch/no-memory", test_no_memory);
  return scratch_run ();
}
