/* test-prompt.c - templates
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "mem.h"
#include "models.h"
#include "prompt.h"
#include "vocabulary.h"

static void
assert_expands (const char *prompt_template, const char *prompt, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_automem char *text = arra_prompt_expand (prompt_template, prompt, 64, 32, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, expected);
}

static void
test_expand (void)
{
  assert_expands ("{prompt}", "a fox", "a fox");
  assert_expands ("Generate an image of {width}x{height} according to the following prompt:\n{prompt}", "a fox",
                  "Generate an image of 64x32 according to the following prompt:\na fox");
  assert_expands ("{prompt}{prompt}", "x", "xx");
  assert_expands ("<{prompt}>", "{width}{prompt}{height}", "<{width}{prompt}{height}>"); /* a prompt is no template */
  assert_expands ("{{prompt}} {promp} {", "x", "{x} {promp} {");
  assert_expands ("", "x", "");
}

static void
test_size_needed (void)
{
  g_autoptr (GError) error = NULL;
  g_automem char *text = arra_prompt_expand ("{prompt}", "x", 0, 0, &error);

  g_assert_cmpstr (text, ==, "x");
  g_assert_null (arra_prompt_expand ("{prompt} {height}", "x", 0, 0, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
}

/* <s>, the text's tokens, the end of the turn */
static void
test_tokens (void)
{
  char *directory = models_write_tiny ();
  g_autoptr (ArraCheckpoint) checkpoint = models_open (directory, ARRA_QUANT_AS_STORED);
  ArraRequest request = models_request (checkpoint, 0, 0);
  g_autoptr (GError) error = NULL;
  g_auto (ArraCondition) condition = { 0 };
  g_automem guint32 *inner = NULL;
  const guint32 *ids;
  gsize n_inner;
  guint n;

  arra_prompt_condition (checkpoint, &request, &condition, &error);
  g_assert_no_error (error);
  ids = condition.sequence.ids;
  n = condition.sequence.n;
  g_assert_cmpuint (condition.front[ARRA_CONDITIONAL].n + condition.front[ARRA_UNCONDITIONAL].n, ==, 0);
  inner = arra_tokenizer_encode (checkpoint->tokenizer, request.prompt, -1, FALSE, &n_inner, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (n, ==, n_inner + 2);
  g_assert_cmpuint (ids[0], ==, arra_vocabulary_of (checkpoint->layout)->bos);
  g_assert_cmpuint (ids[n - 1], ==, arra_vocabulary_of (checkpoint->layout)->stop);
  g_assert_cmpint (memcmp (ids + 1, inner, n_inner * sizeof (guint32)), ==, 0);
  models_remove (directory);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/prompt/expand", test_expand);
  g_test_add_func ("/prompt/size-needed", test_size_needed);
  g_test_add_func ("/prompt/tokens", test_tokens);
  return g_test_run ();
}
