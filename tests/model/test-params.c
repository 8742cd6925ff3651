/* test-params.c - one weight at a time: what is mapped, what is converted and to which values
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "dtype_kernels.h"
#include "mem.h"
#include "panels.h"
#include "params.h"

#define ROWS 5

/* A source with one tensor "w" [ROWS][columns]. */
static ArraSource *
source_of (ArraDType dtype, gint64 columns, const void *data)
{
  static const guint64 bytes;
  g_autoptr (ArraMapping) mapping = arra_mapping_new_for_bytes ("weights.bin", &bytes, sizeof bytes);
  ArraSource *source = arra_source_new ();
  ArraTensor tensor = { .dtype = dtype, .n_dims = 2, .shape = { ROWS, columns }, .data = data };
  guint file;

  g_assert_true (arra_tensor_bytes (dtype, 2, tensor.shape, &tensor.n_bytes));
  g_assert_true (arra_source_add_file (source, mapping, &file, NULL));
  g_assert_true (arra_source_add (source, file, "w", &tensor, NULL));
  return source;
}

static float
value (gsize i)
{
  return (float) ((int) (i * 37 % 101) - 50) / 16.0f; /* exact in every type but Q8_0 */
}

/* Binds "w" of @stored as @asked; checks what it becomes, and that measuring says the same. */
static void
check_bind (ArraDType stored,
            gint64 columns,
            const void *data,
            ArraParamKind kind,
            ArraDType asked,
            ArraDType expected,
            gboolean is_mapped,
            double tolerance)
{
  g_autoptr (ArraSource) source = source_of (stored, columns, data);
  g_autoptr (GError) error = NULL;
  g_autofree float *values = g_new (float, ROWS *columns);
  gsize held = arra_mem_held (), n = (gsize) (ROWS * columns);
  guint64 mapped = 0, owned = 0;
  ArraWeight weight;
  ArraParam param = { .name = "w", .kind = kind, .n_dims = 2, .shape = { -1, columns }, .weight = &weight };

  g_assert_true (arra_param_measure (&param, source, asked, &mapped, &owned, &error));
  g_assert_true (arra_param_bind (&param, source, asked, NULL, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (weight.view.dtype, ==, expected);
  g_assert_cmpint (weight.view.data == data, ==, is_mapped);
  g_assert_cmpuint (arra_mem_held () - held, ==, owned);
  g_assert_cmpuint (mapped, ==, is_mapped ? weight.view.n_bytes : 0);
  arra_tensor_to_float (&weight.view, 0, n, values);
  for (gsize i = 0; i < n; i++)
    g_assert_cmpfloat (fabs ((double) values[i] - (double) value (i)), <=, tolerance);
  arra_weight_clear (&weight);
  g_assert_cmpuint (arra_mem_held (), ==, held);
}

static void
test_types (void)
{
  enum
  {
    N = ROWS * 64
  };
  g_autofree float *f32 = g_new (float, N);
  g_autofree double *f64 = g_new (double, N);
  g_autofree guint16 *f16 = g_new (guint16, N), *bf16 = g_new (guint16, N);
  g_autofree ArraBlockQ8_0 *q8 = g_new (ArraBlockQ8_0, N / ARRA_QK);

  for (gsize i = 0; i < N; i++)
    {
      f32[i] = value (i);
      f64[i] = (double) f32[i];
      f16[i] = arra_float_to_half (f32[i]);
      bf16[i] = arra_float_to_bf16 (f32[i]);
    }
  g_assert_true (arra_quantize_row_q8_0 (f32, N, q8));
  /* as stored */
  check_bind (ARRA_F32, 64, f32, ARRA_PARAM_MATRIX, ARRA_N_DTYPES, ARRA_F32, TRUE, 0);
  check_bind (ARRA_BF16, 64, bf16, ARRA_PARAM_MATRIX, ARRA_N_DTYPES, ARRA_BF16, TRUE, 0);
  check_bind (ARRA_Q8_0, 64, q8, ARRA_PARAM_MATRIX, ARRA_N_DTYPES, ARRA_Q8_0, TRUE, 0.02);
  check_bind (ARRA_F64, 64, f64, ARRA_PARAM_MATRIX, ARRA_N_DTYPES, ARRA_F32, FALSE, 0);
  /* converted */
  check_bind (ARRA_F32, 64, f32, ARRA_PARAM_MATRIX, ARRA_BF16, ARRA_BF16, FALSE, 0);
  check_bind (ARRA_F32, 64, f32, ARRA_PARAM_MATRIX, ARRA_F16, ARRA_F16, FALSE, 0);
  check_bind (ARRA_BF16, 64, bf16, ARRA_PARAM_MATRIX, ARRA_F32, ARRA_F32, FALSE, 0);
  check_bind (ARRA_BF16, 64, bf16, ARRA_PARAM_MATRIX, ARRA_F16, ARRA_F16, FALSE, 0);
  check_bind (ARRA_F16, 64, f16, ARRA_PARAM_MATRIX, ARRA_Q8_0, ARRA_Q8_0, FALSE, 0.02);
  check_bind (ARRA_F64, 64, f64, ARRA_PARAM_MATRIX, ARRA_BF16, ARRA_BF16, FALSE, 0);
  check_bind (ARRA_Q8_0, 64, q8, ARRA_PARAM_MATRIX, ARRA_F32, ARRA_F32, FALSE, 0.02);
  /* vectors are always wide, and always ours */
  check_bind (ARRA_F32, 64, f32, ARRA_PARAM_VECTOR, ARRA_Q8_0, ARRA_F32, FALSE, 0);
  check_bind (ARRA_F16, 64, f16, ARRA_PARAM_VECTOR, ARRA_N_DTYPES, ARRA_F32, FALSE, 0);
  /* rows that are no whole blocks stay as they are */
  check_bind (ARRA_F32, 40, f32, ARRA_PARAM_MATRIX, ARRA_Q8_0, ARRA_F32, TRUE, 0);
  check_bind (ARRA_F64, 40, f64, ARRA_PARAM_MATRIX, ARRA_Q8_0, ARRA_F32, FALSE, 0);
}

/* Zeros [rows][columns] under @name, but for a 1 at @nonzero (G_MAXSIZE: none). NULL: taken; else what the
 * message says. */
static void
check_zeros (const char *name, gint64 rows, gint64 columns, gsize nonzero, const char *words)
{
  gsize n = (gsize) (rows * columns);
  g_autofree float *numbers = g_new0 (float, n);
  g_autoptr (ArraMapping) mapping = arra_mapping_new_for_bytes ("weights.bin", numbers, n * sizeof (float));
  g_autoptr (ArraSource) source = arra_source_new ();
  g_autoptr (GError) error = NULL;
  ArraTensor tensor = {
    .n_dims = rows > 1 ? 2 : 1, .shape = { rows > 1 ? rows : columns, columns }, .data = numbers, .n_bytes = n * 4
  };
  ArraParam param
      = { .name = name, .kind = ARRA_PARAM_MATRIX, .n_dims = tensor.n_dims, .shape = { tensor.shape[0], columns } };
  guint64 mapped = 0, owned = 0;
  guint file;

  if (nonzero < n)
    numbers[nonzero] = 1;
  g_assert_true (arra_source_add_file (source, mapping, &file, NULL));
  g_assert_true (arra_source_add (source, file, name, &tensor, NULL));
  g_assert_cmpint (arra_param_measure (&param, source, ARRA_F32, &mapped, &owned, &error), ==, words == NULL);
  if (words == NULL)
    return;
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_INVALID_DATA);
  g_assert_nonnull (strstr (error->message, words));
  g_assert_nonnull (strstr (error->message, name));
  g_assert_nonnull (strstr (error->message, "weights.bin"));
}

static void
test_zeros (void)
{
  check_zeros ("layers.0.mlp.up_proj.weight", 4, 8, G_MAXSIZE, "is all zero");
  check_zeros ("lm_head.weight", 4, 8, G_MAXSIZE, "is all zero");
  check_zeros ("model.embed_tokens.weight", 4, 8, G_MAXSIZE, "is all zero");
  check_zeros ("model.norm.weight", 1, 8, G_MAXSIZE, "is all zero");
  check_zeros ("layers.0.mlp.up_proj.weight", 64, 128, 4095, "half of");
  check_zeros ("layers.0.mlp.up_proj.weight", 64, 128, 4096, "half of");
  /* sound ones */
  check_zeros ("layers.0.mlp.up_proj.weight", 63, 64, 4000, NULL);
  check_zeros ("layers.0.mlp.up_proj.weight", 4, 8, 0, NULL);
  check_zeros ("lm_head.weight", 64, 128, 8191, NULL);
  check_zeros ("lm_head.weight", 64, 128, 0, NULL);
  check_zeros ("model.embed_tokens.weight", 64, 128, 0, NULL);
  check_zeros ("self_attn.q_norm.bias", 4, 8, G_MAXSIZE, NULL);
  check_zeros ("norm.bias", 1, 8, G_MAXSIZE, NULL);
  check_zeros ("conv.bias", 1, 8, G_MAXSIZE, NULL);
}

/* A weight that another program quantised is called that, not missing. */
static void
test_quantised (void)
{
  static const struct
  {
    const char *weight, *mark, *words;
  } marks[] = {
    { "a.other", "a.qweight", "quantised by GPTQ or AWQ" },
    { "a.g_idx", "a.qweight", "quantised by GPTQ," },
    { "a.weight", "a.SCB", "quantised by bitsandbytes (8 bit)" },
    { "a.weight", "a.weight.absmax", "quantised by bitsandbytes (4 bit)" },
    { "a.other", "a.weight_scale", "quantised by FP8" },
    { "a.other", "b.qweight", "is missing" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (marks); i++)
    {
      static const guint8 bytes[8];
      g_autoptr (ArraMapping) mapping = arra_mapping_new_for_bytes ("weights.bin", bytes, sizeof bytes);
      g_autoptr (ArraSource) source = arra_source_new ();
      g_autoptr (GError) error = NULL;
      ArraTensor tensor = { .dtype = ARRA_U8, .n_dims = 1, .shape = { 8 }, .data = bytes, .n_bytes = 8 };
      ArraParam param = { .name = "a.weight", .kind = ARRA_PARAM_MATRIX, .n_dims = 2, .shape = { 4, 4 } };
      guint64 mapped, owned;
      guint file;

      g_assert_true (arra_source_add_file (source, mapping, &file, NULL));
      g_assert_true (arra_source_add (source, file, marks[i].weight, &tensor, NULL));
      g_assert_true (arra_source_add (source, file, marks[i].mark, &tensor, NULL));
      g_assert_false (arra_param_measure (&param, source, ARRA_F32, &mapped, &owned, &error));
      g_assert_nonnull (strstr (error->message, marks[i].words));
      g_assert_nonnull (strstr (error->message, "\"a.weight\""));
    }
}

static void
test_optional (void)
{
  g_autoptr (ArraSource) source = source_of (ARRA_F32, 2, (float[ROWS * 2]){ 0 });
  g_autoptr (GError) error = NULL;
  ArraWeight weight;
  ArraParam param = { .name = "b", .optional = TRUE, .n_dims = 1, .shape = { 2 }, .weight = &weight };
  guint64 mapped = 0, owned = 0;

  g_assert_true (arra_param_bind (&param, source, ARRA_N_DTYPES, NULL, NULL, &error));
  g_assert_null (weight.view.data);
  g_assert_true (arra_param_measure (&param, source, ARRA_N_DTYPES, &mapped, &owned, &error));
  g_assert_cmpuint (mapped + owned, ==, 0);
  param.optional = FALSE;
  g_assert_false (arra_param_bind (&param, source, ARRA_N_DTYPES, NULL, NULL, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "weights.bin"));
}

static void
assert_not_finite (ArraDType stored, const void *data, ArraDType asked)
{
  g_autoptr (ArraSource) source = source_of (stored, 32, data);
  g_autoptr (GError) error = NULL;
  gsize held = arra_mem_held ();
  ArraWeight weight;
  ArraParam param = { .name = "w", .kind = ARRA_PARAM_MATRIX, .n_dims = 2, .shape = { ROWS, 32 }, .weight = &weight };

  g_assert_false (arra_param_bind (&param, source, asked, NULL, NULL, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_INVALID_DATA);
  g_assert_nonnull (strstr (error->message, "\"w\""));
  g_assert_null (weight.owned);
  g_assert_cmpuint (arra_mem_held (), ==, held);
}

/* NaN, infinity, and what becomes infinite in the asked type */
static void
test_not_finite (void)
{
  float data[ROWS * 32] = { 0 };
  double wide[ROWS * 32] = { 0 };
  guint16 halves[ROWS * 32] = { 0 };

  data[ROWS * 32 - 1] = NAN;
  assert_not_finite (ARRA_F32, data, ARRA_N_DTYPES);
  assert_not_finite (ARRA_F32, data, ARRA_Q8_0);
  data[ROWS * 32 - 1] = 1e6f;
  assert_not_finite (ARRA_F32, data, ARRA_F16);
  data[ROWS * 32 - 1] = 1e30f;
  assert_not_finite (ARRA_F32, data, ARRA_Q8_0);
  data[ROWS * 32 - 1] = 3.4028235e38f;
  assert_not_finite (ARRA_F32, data, ARRA_BF16);
  wide[3] = 1e300;
  assert_not_finite (ARRA_F64, wide, ARRA_F32);
  assert_not_finite (ARRA_F64, wide, ARRA_BF16);
  halves[5] = 0x7f80;
  assert_not_finite (ARRA_BF16, halves, ARRA_N_DTYPES);
  halves[5] = 0xfc00;
  assert_not_finite (ARRA_F16, halves, ARRA_F32);
}

/* Many chunks over many threads give what one thread gives. */
static void
test_threads (void)
{
  enum
  {
    COLUMNS = 64 * 1000
  };
  g_autofree float *data = g_new (float, ROWS *COLUMNS);
  g_autoptr (ArraPool) pool = arra_pool_new (4, NULL);
  g_autoptr (ArraSource) source = source_of (ARRA_F32, COLUMNS, data);
  ArraWeight one, many;
  ArraParam param = { .name = "w", .kind = ARRA_PARAM_MATRIX, .n_dims = 2, .shape = { ROWS, COLUMNS }, .weight = &one };

  for (gsize i = 0; i < ROWS * COLUMNS; i++)
    data[i] = value (i) * (float) (1 + i % 7);
  g_assert_true (arra_param_bind (&param, source, ARRA_Q8_0, NULL, NULL, NULL));
  param.weight = &many;
  g_assert_true (arra_param_bind (&param, source, ARRA_Q8_0, pool, NULL, NULL));
  g_assert_cmpmem (one.view.data, one.view.n_bytes, many.view.data, many.view.n_bytes);
  arra_weight_clear (&one);
  arra_weight_clear (&many);
}

/* Matrices that products read are laid in panels, of stored blocks as of those that numbers become; tables are not, nor
 * what may be cut within a panel. */
static void
check_panels (ArraDType dtype, ArraDType stored, const void *data)
{
  enum
  {
    COLUMNS = 1280,
    MANY = 2 * ARRA_PANEL_ROWS
  };
  const ArraDTypeTraits *traits = arra_dtype_traits (dtype);
  const gsize row = COLUMNS / traits->block * traits->bytes;
  static const guint64 bytes;
  g_autoptr (ArraMapping) mapping = arra_mapping_new_for_bytes ("weights.bin", &bytes, sizeof bytes);
  g_autoptr (ArraSource) source = arra_source_new ();
  g_autoptr (ArraPool) pool = arra_pool_new (2, NULL);
  ArraTensor tensor = { .dtype = stored, .n_dims = 2, .shape = { MANY, COLUMNS }, .data = data };
  ArraWeight laid, apart;
  ArraParam param
      = { .name = "w", .kind = ARRA_PARAM_TABLE, .n_dims = 2, .shape = { MANY, COLUMNS }, .weight = &apart };
  guint64 mapped = 0, owned = 0;
  guint file;

  g_assert_true (arra_tensor_bytes (stored, 2, tensor.shape, &tensor.n_bytes));
  g_assert_true (arra_source_add_file (source, mapping, &file, NULL));
  g_assert_true (arra_source_add (source, file, "w", &tensor, NULL));
  g_assert_true (arra_param_bind (&param, source, dtype, pool, NULL, NULL));
  g_assert_cmpint (apart.view.dtype, ==, dtype);
  param.kind = ARRA_PARAM_MATRIX;
  param.weight = &laid;
  g_assert_true (arra_param_measure (&param, source, dtype, &mapped, &owned, NULL));
  g_assert_cmpuint (mapped, ==, 0);
  g_assert_cmpuint (owned, ==, MANY * row);
  g_assert_true (arra_param_bind (&param, source, dtype, pool, NULL, NULL));
  g_assert_cmpint (laid.view.dtype, ==, traits->panels);
  for (gsize r = 0; r < MANY; r++)
    for (gsize b = 0; b < row / traits->bytes; b++)
      {
        guint8 block[sizeof (ArraBlockQ6_K)];
        const guint8 *panel = (const guint8 *) laid.view.data + (r - r % ARRA_PANEL_ROWS) * row;

        arra_panels_unpack (arra_dtype_traits (laid.view.dtype)->layout, panel + b * ARRA_PANEL_ROWS * traits->bytes,
                            r % ARRA_PANEL_ROWS, block);
        g_assert_cmpmem (block, traits->bytes, (const guint8 *) apart.view.data + r * row + b * traits->bytes,
                         traits->bytes);
      }
  arra_weight_clear (&laid);
  arra_weight_clear (&apart);
  param.cut = 12;
  g_assert_true (arra_param_bind (&param, source, dtype, pool, NULL, NULL));
  g_assert_cmpint (laid.view.dtype, ==, dtype);
  arra_weight_clear (&laid);
}

static void
test_panels (void)
{
  const ArraDType types[] = { ARRA_Q8_0, ARRA_Q4_0, ARRA_Q4_K, ARRA_Q6_K };
  const gsize n = 2 * ARRA_PANEL_ROWS * 1280;
  g_autofree float *data = g_new (float, n);
  g_autofree guint8 *blocks = g_malloc (2 * n);

  for (gsize i = 0; i < n; i++)
    data[i] = value (i) * (float) (1 + i % 7);
  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    {
      if (arra_dtype_for_products (types[i], ARRA_PANEL_ROWS, arra_kernels_default (NULL)) == types[i])
        continue;
      g_assert_true (arra_dtype_traits (types[i])->narrow (data, n, blocks));
      check_panels (types[i], types[i], blocks);
      check_panels (types[i], ARRA_F32, data);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/params/types", test_types);
  g_test_add_func ("/params/zeros", test_zeros);
  g_test_add_func ("/params/quantised", test_quantised);
  g_test_add_func ("/params/optional", test_optional);
  g_test_add_func ("/params/not-finite", test_not_finite);
  g_test_add_func ("/params/threads", test_threads);
  g_test_add_func ("/params/panels", test_panels);
  return g_test_run ();
}
