/* test-pickle.c - pickle*.c: every opcode torch.save writes, and programs that mean harm
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "pickle.h"

#include <string.h>

#include "allocations.h"
#include "torch_build.h"

/* A pickle read; kept bytes and all. */
typedef struct
{
  ArraPickle pickle;
  GError *error;
  gboolean ok;
} Result;

static Result
read_bytes (const void *bytes, gsize size)
{
  Result result = { 0 };

  result.ok = arra_pickle_read (&result.pickle, bytes, size, "dir/x.pt", &result.error);
  g_assert_cmpint (result.ok, ==, result.error == NULL);
  return result;
}

static void
result_clear (Result *result)
{
  arra_pickle_clear (&result->pickle);
  g_clear_error (&result->error);
}

/* The tree as text: enough to compare. */
static void
show (const ArraPickle *pickle, guint32 index, GString *out)
{
  static const char *const names[]
      = { "opaque", "None", "bool", "int", "float", "text", "(", "[", "{", "global", "storage", "tensor", "object" };
  const ArraPickleValue *value = &pickle->values[index];

  if (value->kind == ARRA_PICKLE_INT || value->kind == ARRA_PICKLE_BOOL)
    g_string_append_printf (out, "%" G_GINT64_FORMAT, value->integer);
  else if (value->kind == ARRA_PICKLE_TEXT)
    g_string_append_printf (out, "'%.*s'", (int) value->text.length, arra_pickle_text (pickle, value));
  else
    g_string_append (out, names[value->kind]);
  if (value->kind != ARRA_PICKLE_TUPLE && value->kind != ARRA_PICKLE_LIST && value->kind != ARRA_PICKLE_DICT)
    return;
  for (guint32 cell = value->items.first; cell != ARRA_PICKLE_NONE; cell = pickle->cells[cell].next)
    {
      show (pickle, pickle->cells[cell].value, out);
      g_string_append_c (out, ' ');
    }
  g_string_append_c (out, '.');
}

static void
expect (const char *bytes, gsize size, const char *expected)
{
  Result result = read_bytes (bytes, size);
  g_autoptr (GString) out = g_string_new (NULL);

  g_assert_no_error (result.error);
  show (&result.pickle, result.pickle.root, out);
  g_assert_cmpstr (out->str, ==, expected);
  result_clear (&result);
}

#define EXPECT(program, expected) expect (PROTO program, sizeof (PROTO program) - 1, expected)

static void
test_y_scalars (void)
{
  EXPECT ("N.", "None");
  EXPECT ("\x88.", "1");
  EXPECT ("\x89.", "0");
  EXPECT ("K\xff.", "255");
  EXPECT ("M\x01\x02.", "513");
  EXPECT ("J\xfe\xff\xff\xff.", "-2");
  EXPECT ("\x8a\x00.", "0");
  EXPECT ("\x8a\x01\xfb.", "-5");
  EXPECT ("\x8a\x05\x00\x00\x00\x00\x01.", "4294967296");
  EXPECT ("\x8a\x08\x00\x00\x00\x00\x00\x00\x00\x80.", "-9223372036854775808");
  EXPECT ("\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x00\x40.", "opaque");
  EXPECT ("\x8b\x01\x00\x00\x00\x07.", "7");
  EXPECT ("G\x3f\xf0\x00\x00\x00\x00\x00\x00.", "float");
  EXPECT ("X\x03\x00\x00\x00"
          "abc.",
          "'abc'");
  EXPECT ("\x8c\x01z.", "'z'");
  EXPECT ("\x8d\x01\x00\x00\x00\x00\x00\x00\x00y.", "'y'");
  EXPECT ("U\x02ok.", "'ok'");
  EXPECT ("C\x02\x00\x01.", "opaque");
  EXPECT ("\x95\x02\x00\x00\x00\x00\x00\x00\x00N.", "None");
}

static void
test_y_containers (void)
{
  EXPECT (").", "(.");
  EXPECT ("(K\x01K\x02t.", "(1 2 .");
  EXPECT ("K\x01\x85.", "(1 .");
  EXPECT ("K\x01K\x02\x86.", "(1 2 .");
  EXPECT ("K\x01K\x02K\x03\x87.", "(1 2 3 .");
  EXPECT ("]K\x01"
          "a(K\x02K\x03"
          "e.",
          "[1 2 3 .");
  EXPECT ("}K\x01NsK\x02K\x04s.", "{1 None 2 4 .");
  EXPECT ("}(K\x01NK\x02Nu.", "{1 None 2 None .");
  EXPECT ("(K\x01Nd.", "{1 None .");
  EXPECT ("(K\x01l.", "[1 .");
  EXPECT ("\x8f(K\x01\x90.", "opaque");
  EXPECT ("(K\x01\x91.", "opaque");
  EXPECT ("K\x01"
          "2\x86.",
          "(1 1 .");
  EXPECT ("K\x01K\x02"
          "0.",
          "1");
  EXPECT ("K\x01(K\x02"
          "1.",
          "1");
  EXPECT ("K\x01(0.", "1");
}

static void
test_y_memo (void)
{
  EXPECT ("]q\x05h\x05\x86.", "([. [. .");
  EXPECT ("K\x07r\x03\x00\x00\x00j\x03\x00\x00\x00\x86.", "(7 7 .");
  EXPECT ("K\x07\x94K\x08\x94h\x00h\x01\x87.", "(8 7 8 .");
}

static void
test_y_self_reference (void)
{
  Result result = read_bytes (PROTO "]q\x00h\x00"
                                    "a.",
                              sizeof PROTO "]q\x00h\x00"
                                           "a."
                                  - 1);
  const ArraPickle *pickle = &result.pickle;

  g_assert_true (result.ok);
  g_assert_cmpuint (pickle->cells[pickle->values[pickle->root].items.first].value, ==, pickle->root);
  result_clear (&result);
}

static void
test_y_objects (void)
{
  EXPECT (TENSOR (STORAGE ("FloatStorage", "0", "K\x06"), "K\x00", "K\x06\x85", "K\x01\x85") ".", "tensor");
  EXPECT (TENSOR (STORAGE ("QInt8Storage", "0", "K\x06"), "K\x00", "K\x06\x85", "K\x01\x85") ".", "opaque");
  EXPECT ("ccollections\nOrderedDict\n)RX\x01\x00\x00\x00"
          "aK\x01s}K\x00K\x01sb.",
          "{'a' 1 .");
  EXPECT ("ccollections\nOrderedDict\n]K\x01K\x02\x86"
          "a](K\x03K\x04"
          "ea\x85R.",
          "{1 2 3 4 .");
  EXPECT ("ccollections\ndefaultdict\nc__builtin__\ndict\n\x85RK\x01K\x02s.", "{1 2 .");
  EXPECT ("ctorch._tensor\n_rebuild_from_type_v2\n(ctorch._utils\n_rebuild_tensor_v2\ncm\nC\n(" STORAGE (
              "FloatStorage", "0", "K\x06") "K\x00K\x06\x85K\x01\x85t}tR.",
          "tensor");
  EXPECT ("\x8c\x0b"
          "collections\x8c\x0bOrderedDict\x93)R.",
          "{.");
  EXPECT ("ctorch._utils\n_rebuild_parameter\n(" TENSOR (STORAGE ("HalfStorage", "1", "K\x06"), "K\x00", ")",
                                                         ")") "\x88)tR.",
          "tensor");
}

/* What a pickle could call does not happen: it becomes an inert object, or is refused by name. */
static void
test_y_nothing_is_executed (void)
{
  g_autofree char *flag
      = g_strdup_printf ("%s/arra-pickle-%d", g_get_tmp_dir (), (int) g_random_int_range (1, G_MAXINT));
  g_autofree char *command = g_strdup_printf ("touch %s", flag);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  guint8 length = (guint8) strlen (command);
  Result result;

  g_byte_array_append (bytes, (const guint8 *) PROTO "cposix\nsystem\n\x8c", 17);
  g_byte_array_append (bytes, &length, 1);
  g_byte_array_append (bytes, (const guint8 *) command, length);
  g_byte_array_append (bytes, (const guint8 *) "\x85R.", 3);
  result = read_bytes (bytes->data, bytes->len);
  g_assert_error (result.error, ARRA_ERROR, ARRA_ERROR_INVALID_DATA);
  g_assert_nonnull (strstr (result.error->message, "\"posix.system\""));
  g_assert_false (g_file_test (flag, G_FILE_TEST_EXISTS));
  result_clear (&result);
  EXPECT ("cbuiltins\nset\n]\x85R.", "object");
  EXPECT ("cmodule\nClass\n)\x81}b.", "object");
  EXPECT ("cmodule\nClass\n)}\x92.", "object");
  EXPECT ("cmodule\nClass\n)R(K\x01K\x02u(K\x03"
          "e.",
          "object");
}

static void
refuse (const char *bytes, gsize size, ArraError code, const char *fault)
{
  Result result = read_bytes (bytes, size);

  g_assert_error (result.error, ARRA_ERROR, (gint) code);
  g_assert_true (g_str_has_prefix (result.error->message, "dir/x.pt: "));
  if (strstr (result.error->message, fault) == NULL)
    g_error ("%s: \"%s\" expected", result.error->message, fault);
  result_clear (&result);
}

#define REFUSE(program, code, fault) refuse (PROTO program, sizeof (PROTO program) - 1, ARRA_ERROR_##code, fault)

static void
test_n_stack (void)
{
  REFUSE (".", INVALID_DATA, "byte 2: the stack is empty");
  REFUSE ("K\x01(.", INVALID_DATA, "empty");
  REFUSE ("0", INVALID_DATA, "empty");
  REFUSE ("K\x01(\x85.", INVALID_DATA, "empty");
  REFUSE ("K\x01\x86.", INVALID_DATA, "empty");
  REFUSE ("t.", INVALID_DATA, "no mark");
  REFUSE ("1", INVALID_DATA, "no mark");
  REFUSE ("K\x01"
          "a.",
          INVALID_DATA, "empty");
  REFUSE ("K\x01K\x02"
          "a.",
          INVALID_DATA, "holds none");
  REFUSE ("]K\x02K\x03s.", INVALID_DATA, "holds none");
  REFUSE ("}(K\x01u.", INVALID_DATA, "no value");
  REFUSE ("(K\x01"
          "d.",
          INVALID_DATA, "no value");
  REFUSE ("2", INVALID_DATA, "empty");
  REFUSE ("q\x00", INVALID_DATA, "empty");
  REFUSE ("h\x00", INVALID_DATA, "memo");
  REFUSE ("Nq\x00h\x01", INVALID_DATA, "memo");
  REFUSE ("Nr\xff\xff\xff\xff.", INVALID_DATA, "memo");
  REFUSE ("j\xff\xff\xff\xff.", INVALID_DATA, "memo");
}

static void
test_n_objects (void)
{
  REFUSE ("K\x01)R.", INVALID_DATA, "neither class nor function");
  REFUSE ("ctorch\nFloatStorage\nK\x01R.", INVALID_DATA, "no tuple");
  REFUSE ("ctorch._utils\n_rebuild_tensor_v2\n)R.", INVALID_DATA, "wrong things");
  REFUSE ("ctorch._utils\n_rebuild_tensor_v2\n(K\x01K\x02K\x03K\x04tR.", INVALID_DATA, "wrong things");
  REFUSE (TENSOR (STORAGE ("FloatStorage", "0", "K\x06"), "N", "K\x06\x85", "K\x01\x85"), INVALID_DATA, "wrong things");
  REFUSE (TENSOR (STORAGE ("FloatStorage", "0", "K\x06"), "K\x00", "]", "K\x01\x85"), INVALID_DATA, "wrong things");
  REFUSE ("ctorch._utils\n_rebuild_parameter\n(K\x01\x88)tR.", INVALID_DATA, "no tensor");
  REFUSE ("ctorch._utils\n_rebuild_parameter\n)R.", INVALID_DATA, "no tensor");
  REFUSE ("ccollections\nOrderedDict\n]K\x01"
          "a\x85R.",
          INVALID_DATA, "no value");
  REFUSE ("ctorch._tensor\n_rebuild_from_type_v2\n)R.", INVALID_DATA, "wrong things");
  REFUSE ("(X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x00"
          "0X\x03\x00\x00\x00"
          "cpuK\x06)tQ.",
          UNSUPPORTED, "part of another");
  REFUSE ("K\x01Q.", INVALID_DATA, "persistent id");
  REFUSE (")Q.", INVALID_DATA, "persistent id");
  REFUSE (STORAGE ("FloatStorage", "0", "J\xff\xff\xff\xff") ".", INVALID_DATA, "persistent id");
  REFUSE (STORAGE ("FloatStorage", "0", "N") ".", INVALID_DATA, "persistent id");
  REFUSE ("(NNNNNtQ.", INVALID_DATA, "persistent id");
  REFUSE ("K\x01K\x02\x93.", INVALID_DATA, "named by");
  REFUSE ("}b.", INVALID_DATA, "empty");
}

static void
test_n_opcodes (void)
{
  static const char refused[] = "ILSVFPiogp\x82\x83\x84\x97\x98";
  static const char unknown[] = "\x01\x7f\xff"
                                "AZ\x99";

  for (gsize i = 0; i < sizeof refused - 1; i++)
    {
      char program[4] = { '\x80', 4, refused[i], '.' };

      refuse (program, sizeof program, ARRA_ERROR_UNSUPPORTED, "byte 2: an opcode that torch.save does not write");
    }
  for (gsize i = 0; i < sizeof unknown - 1; i++)
    {
      char program[4] = { '\x80', 4, unknown[i], '.' };

      refuse (program, sizeof program, ARRA_ERROR_INVALID_DATA, "unknown opcode");
    }
  REFUSE ("\x80\x02N.", INVALID_DATA, "second protocol");
  refuse ("\x80\x06N.", 4, ARRA_ERROR_UNSUPPORTED, "protocol");
  refuse ("N.", 2, ARRA_ERROR_INVALID_DATA, "protocol");
  refuse ("", 0, ARRA_ERROR_INVALID_DATA, "protocol");
}

static void
test_n_lengths (void)
{
  REFUSE ("X\xff\xff\xff\xff"
          "abc.",
          INVALID_DATA, "ends within");
  REFUSE ("\x8d\xff\xff\xff\xff\xff\xff\xff\xff"
          "abc.",
          INVALID_DATA, "ends within");
  REFUSE ("\x8b\xff\xff\xff\xff.", INVALID_DATA, "ends within");
  REFUSE ("\x95\xff\xff\xff\xff\xff\xff\xff\x7fN.", INVALID_DATA, "frame");
  REFUSE ("ctorch.", INVALID_DATA, "ends within");
  REFUSE ("ctorch\nFloatStorage.", INVALID_DATA, "ends within");
  REFUSE ("N", INVALID_DATA, "without a stop");
}

static void
test_n_truncated (void)
{
  static const char whole[]
      = PROTO "}q\x00(X\x01\x00\x00\x00"
              "a" TENSOR (STORAGE ("FloatStorage", "0", "M\x06\x00"), "K\x00", "K\x06\x85",
                          "K\x01\x85") "\x8c\x01"
                                       "bJ\x01\x02\x03\x04G\x3f\xf0\x00\x00\x00\x00\x00\x00\x8a\x02\x01\x02]\x94h\x00"
                                       "au.";

  for (gsize size = 0; size < sizeof whole - 1; size++)
    {
      g_autofree char *cut = g_memdup2 (whole, MAX (size, 1));

      refuse (cut, size, ARRA_ERROR_INVALID_DATA, "");
    }
}

static void
test_n_deep (void)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  g_byte_array_append (bytes, (const guint8 *) PROTO, 2);
  for (guint i = 0; i <= ARRA_PICKLE_MAX_MARKS; i++)
    g_byte_array_append (bytes, (const guint8 *) "(", 1);
  refuse ((const char *) bytes->data, bytes->len, ARRA_ERROR_INVALID_DATA, "nested too deep");
}

/* Programs that only grow end at a bound. */
static void
test_n_endless (void)
{
  static const struct
  {
    const char *start, *repeat;
    guint count;
    const char *fault;
  } programs[] = {
    { PROTO, "N", ARRA_PICKLE_MAX_STACK + 1, "too high" },
    { PROTO "N", "2", ARRA_PICKLE_MAX_STACK + 1, "too high" },
    { PROTO, "N0", ARRA_PICKLE_MAX_VALUES + 1, "too many values" },
    { PROTO "]", "2a", ARRA_PICKLE_MAX_VALUES + 1, "too many items" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (programs); i++)
    {
      g_autoptr (GByteArray) bytes = g_byte_array_new ();

      g_byte_array_append (bytes, (const guint8 *) programs[i].start, (guint) strlen (programs[i].start));
      for (guint n = 0; n < programs[i].count; n++)
        g_byte_array_append (bytes, (const guint8 *) programs[i].repeat, (guint) strlen (programs[i].repeat));
      refuse ((const char *) bytes->data, bytes->len, ARRA_ERROR_INVALID_DATA, programs[i].fault);
    }
}

static void
test_look_up (void)
{
  Result result = read_bytes (PROTO "}(\x8c\x01"
                                    "aK\x01\x8c\x01"
                                    "bK\x02\x8c\x01"
                                    "aK\x03K\x05K\x06u.",
                              sizeof PROTO "}(\x8c\x01"
                                           "aK\x01\x8c\x01"
                                           "bK\x02\x8c\x01"
                                           "aK\x03K\x05K\x06u."
                                  - 1);
  const ArraPickle *pickle = &result.pickle;
  gint64 ints[2];
  guint n;

  g_assert_cmpint (pickle->values[arra_pickle_get (pickle, pickle->root, "a", 1)].integer, ==, 3);
  g_assert_cmpint (pickle->values[arra_pickle_get (pickle, pickle->root, "b", 1)].integer, ==, 2);
  g_assert_cmpuint (arra_pickle_get (pickle, pickle->root, "c", 1), ==, ARRA_PICKLE_NONE);
  g_assert_cmpuint (arra_pickle_get (pickle, 1, "a", 1), ==, ARRA_PICKLE_NONE);
  g_assert_false (arra_pickle_ints (pickle, pickle->root, 2, ints, &n));
  result_clear (&result);
}

static gboolean
read_one (gpointer data, GError **error)
{
  static const char program[] = PROTO "}q\x00(X\x01\x00\x00\x00"
                                      "aK\x01u.";
  ArraPickle pickle = { 0 };
  gboolean read = arra_pickle_read (&pickle, (const guint8 *) program, sizeof program - 1, "dir/x.pt", error);

  arra_pickle_clear (&pickle);
  return read;
}

static void
test_no_memory (void)
{
  allocations_check (read_one, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pickle/y-scalars", test_y_scalars);
  g_test_add_func ("/pickle/y-containers", test_y_containers);
  g_test_add_func ("/pickle/y-memo", test_y_memo);
  g_test_add_func ("/pickle/y-self-reference", test_y_self_reference);
  g_test_add_func ("/pickle/y-objects", test_y_objects);
  g_test_add_func ("/pickle/y-nothing-is-executed", test_y_nothing_is_executed);
  g_test_add_func ("/pickle/n-stack", test_n_stack);
  g_test_add_func ("/pickle/n-objects", test_n_objects);
  g_test_add_func ("/pickle/n-opcodes", test_n_opcodes);
  g_test_add_func ("/pickle/n-lengths", test_n_lengths);
  g_test_add_func ("/pickle/n-truncated", test_n_truncated);
  g_test_add_func ("/pickle/n-deep", test_n_deep);
  g_test_add_func ("/pickle/n-endless", test_n_endless);
  g_test_add_func ("/pickle/look-up", test_look_up);
  g_test_add_func ("/pickle/no-memory", test_no_memory);
  return g_test_run ();
}
