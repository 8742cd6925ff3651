/* test-stand_in.c - files that lie where another one should
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "stand_in.h"

#include <string.h>

#include "gguf.h"
#include "jsonguard.h"
#include "mapping.h"
#include "mem.h"
#include "picture.h"
#include "scratch.h"
#include "source.h"
#include "tokenizer.h"
#include "yamlfile.h"

#define POINTER "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a21\nsize 12345\n"

/* Nothing that somebody writes is one of these. */
static const struct
{
  const char *text, *word;
} anywhere[] = {
  { POINTER, "git lfs pull" },
  { "version https://git-lfs.github.com/spec/v1\r\noid sha256:4d7a21\r\nsize 12345\r\n", "git lfs pull" },
  { "version https://hawser.github.com/spec/v1\noid sha256:4d7a21\nsize 12345\n", "git lfs pull" },
  { "/annex/objects/SHA256E-s12--4d7a21.bin\n", "git annex get" },
  { "../../blobs/4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393", "symbolic link" },
  { "../../blobs/4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\r\n", "symbolic link" },
  { "../My models/model.safetensors", "symbolic link" },
  { "..\\..\\blobs\\4d7a21", "symbolic link" },
  { "XSym\n0014\n4d7a21\nmodel.gguf\n", "symbolic link" },
  { "!<symlink>\xff\xfe"
    "m.gguf",
    "symbolic link" },
};

/* Captions and prompts may be such, files of a format are not. */
static const struct
{
  const char *text, *word;
} in_formats[] = {
  { "blobs/4d7a214614ab2935", "symbolic link" },
  { "/home/somebody/models/model.gguf\n", "symbolic link" },
  { "real.file", "symbolic link" },
  { "<!DOCTYPE html>\n<html><body>Log in</body></html>", "web page" },
  { "\n<HTML>", "web page" },
  { "Invalid username or password.", "web page" },
  { "Entry not found", "web page" },
};

static const char *const sound[] = {
  "", "\n", "oak wood", "red", "a: ../b", "{\"a\":\"../b\"}", "GGUF", "\x01\x02../", "../\x01", "version 2 of a cat"
};

static void
test_texts (void)
{
  g_autofree char *path = scratch_path ("model.gguf"), *real = scratch_path ("real.file");
  g_autoptr (GError) error = NULL;

  scratch_write (real, "1", 1);
  for (guint i = 0; i < G_N_ELEMENTS (anywhere); i++)
    for (ArraStandIn expected = ARRA_STAND_IN_TEXT; expected <= ARRA_STAND_IN_FORMAT; expected++)
      {
        g_assert_false (arra_stand_in_check (path, anywhere[i].text, strlen (anywhere[i].text), expected, &error));
        g_assert_error (error, ARRA_ERROR, ARRA_ERROR_INVALID_DATA);
        scratch_assert_fault (&error, path, anywhere[i].word);
      }
  for (guint i = 0; i < G_N_ELEMENTS (in_formats); i++)
    {
      const char *text = in_formats[i].text;

      g_assert_false (arra_stand_in_check (path, text, strlen (text), ARRA_STAND_IN_FORMAT, &error));
      scratch_assert_fault (&error, path, in_formats[i].word);
      g_assert_true (arra_stand_in_check (path, text, strlen (text), ARRA_STAND_IN_TEXT, &error));
    }
  for (guint i = 0; i < G_N_ELEMENTS (sound); i++)
    g_assert_true (arra_stand_in_check (path, sound[i], strlen (sound[i]), ARRA_STAND_IN_FORMAT, &error));
}

/* Exactly as many bytes as there are: the sanitizer sees what is read beyond. */
static void
test_cut (void)
{
  for (gsize size = 0; size <= strlen (POINTER); size++)
    {
      g_autofree char *exact = g_malloc (MAX (size, 1));

      memcpy (exact, POINTER, size);
      g_assert_cmpint (arra_stand_in_check ("f", exact, size, ARRA_STAND_IN_TEXT, NULL), ==, size < 40);
    }
}

/* ---- every reader says so */

static gpointer
open_mapping (const char *path, GError **error)
{
  return arra_mapping_open (path, error);
}

static gpointer
open_text (const char *path, GError **error)
{
  return arra_read_file (path, 1000, NULL, error);
}

static gpointer
open_json (const char *path, GError **error)
{
  JsonObject *object;

  return arra_json_parse_file (path, &object, error);
}

static gpointer
open_yaml (const char *path, GError **error)
{
  return arra_yaml_open (path, error);
}

static gpointer
open_gguf (const char *path, GError **error)
{
  return arra_gguf_open (path, error);
}

static gpointer
open_safetensors (const char *path, GError **error)
{
  return arra_safetensors_open (path, error);
}

static gpointer
open_torch (const char *path, GError **error)
{
  return arra_torch_open (path, NULL, error);
}

static gpointer
open_tokenizer (const char *path, GError **error)
{
  return arra_tokenizer_open (path, error);
}

static gpointer
open_picture (const char *path, GError **error)
{
  ArraRaster raster;

  g_assert_false (arra_raster_load (&raster, path, error));
  return NULL;
}

static const struct
{
  const char *name;
  ScratchOpen open_file;
  gboolean is_text;
} readers[] = {
  { "model.bin", open_mapping, FALSE },   { "caption.txt", open_text, TRUE },
  { "config.json", open_json, FALSE },    { "vqgan.yaml", open_yaml, FALSE },
  { "model.gguf", open_gguf, FALSE },     { "model.safetensors", open_safetensors, FALSE },
  { "vqgan.ckpt", open_torch, FALSE },    { "tokenizer.json", open_tokenizer, FALSE },
  { "picture.png", open_picture, FALSE },
};

static void
test_readers (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (readers); i++)
    {
      g_autofree char *path = scratch_path (readers[i].name);
      g_autoptr (GError) error = NULL;

      scratch_write (path, POINTER, strlen (POINTER));
      g_assert_null (readers[i].open_file (path, &error));
      scratch_assert_fault (&error, path, "Git LFS pointer");
      scratch_write (path, "../../blobs/4d7a21", 18);
      g_assert_null (readers[i].open_file (path, &error));
      scratch_assert_fault (&error, path, "../../blobs/4d7a21");
      if (readers[i].is_text)
        continue;
      scratch_write (path, "blobs/4d7a21", 12);
      g_assert_null (readers[i].open_file (path, &error));
      scratch_assert_fault (&error, path, "symbolic link");
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/io/stand_in/texts", test_texts);
  g_test_add_func ("/io/stand_in/cut", test_cut);
  g_test_add_func ("/io/stand_in/readers", test_readers);
  return scratch_run ();
}
