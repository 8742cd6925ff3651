/* test-generate.c - every allocation from opening a checkpoint to saving its picture fails in turn
 *
 * Each failure must end in an error that says so, with nothing held afterwards and nothing left on the disk;
 * then what comes after it must work.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include <glib/gstdio.h>

#include "fixture.h"
#include "mem.h"

typedef struct
{
  char *directory; /* of the checkpoint */
  char *path;      /* of what is opened */
  char *vqgan;     /* nullable */
  char *tokens;    /* what is saved and resumed */
  char *png;
  ArraQuant quant;
} Scene;

static void
scene_clear (Scene *scene)
{
  fixture_remove (scene->directory);
  g_free (scene->directory);
  g_free (scene->path);
  g_free (scene->vqgan);
  g_free (scene->tokens);
  g_free (scene->png);
}

static void
scene_init (Scene *scene, const Fixture *fixture, ArraQuant quant)
{
  g_autoptr (GError) error = NULL;

  *scene = (Scene) { .directory = fixture_directory (), .quant = quant };
  fixture_write (fixture, scene->directory, &error);
  g_assert_no_error (error);
  scene->path = g_strdup (scene->directory);
  scene->vqgan = g_strdup (scene->directory);
  scene->tokens = g_build_filename (scene->directory, "saved.json", NULL);
  scene->png = g_build_filename (scene->directory, "saved.png", NULL);
}

typedef gboolean (*Work) (const Scene *scene, GError **error);

static ArraCheckpoint *
open_it (const Scene *scene, GError **error)
{
  const ArraOpenOptions options = { .vqgan = scene->vqgan, .quant = scene->quant, .threads = 1 };

  return arra_checkpoint_open (scene->path, &options, NULL, error);
}

static void
set_request (ArraRequest *request, const ArraCheckpoint *checkpoint)
{
  const guint grid = arra_checkpoint_grid (checkpoint);

  arra_request_init (request, checkpoint);
  request->prompt = "the red fox";
  request->width = 2 * grid;
  request->height = grid;
  request->count = 2;
  request->threads = 1;
}

/* Somebody to show previews to. */
static void
look (const ArraProgress *progress, gpointer data)
{
}

static gboolean
decode_and_save (const Scene *scene, ArraCheckpoint *checkpoint, ArraJob *job, GError **error)
{
  const ArraPicture *picture = NULL;
  g_autofree char *recipe = NULL;

  for (guint answer = 0; answer < arra_job_n_answers (job); answer++)
    {
      picture = arra_job_decode (job, answer, 0, NULL, error);
      if (picture == NULL)
        return FALSE;
    }
  recipe = arra_job_recipe (job, 0, TRUE);
  return arra_job_save_tokens (job, scene->tokens, error)
         && arra_picture_save_png (picture, scene->png, recipe, TRUE, arra_checkpoint_card (checkpoint), error);
}

static gboolean
generate (const Scene *scene, GError **error)
{
  g_autoptr (ArraCheckpoint) checkpoint = open_it (scene, error);
  g_autoptr (ArraJob) job = NULL;
  ArraMemoryPlan plan;
  ArraRequest request;

  if (checkpoint == NULL)
    return FALSE;
  set_request (&request, checkpoint);
  if (!arra_checkpoint_plan (checkpoint, &request, &plan, error))
    return FALSE;
  job = arra_job_new (checkpoint, &request, error);
  if (job == NULL)
    return FALSE;
  arra_job_set_progress (job, look, NULL, TRUE);
  return arra_job_run (job, NULL, error) && decode_and_save (scene, checkpoint, job, error);
}

static gboolean
open_only (const Scene *scene, GError **error)
{
  g_autoptr (ArraCheckpoint) checkpoint = open_it (scene, error);

  return checkpoint != NULL;
}

/* A job that was saved after its first answer goes on. */
static gboolean
resume (const Scene *scene, GError **error)
{
  g_autoptr (ArraCheckpoint) checkpoint = open_it (scene, error);
  g_autoptr (ArraJob) job = NULL;

  if (checkpoint == NULL)
    return FALSE;
  job = arra_job_resume (checkpoint, scene->tokens, NULL, error);
  return job != NULL && arra_job_run (job, NULL, error) && arra_job_decode (job, 0, 0, NULL, error) != NULL;
}

static guint
count_files (const char *directory)
{
  g_autoptr (GDir) dir = g_dir_open (directory, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static void
fail_each (const Scene *scene, Work work)
{
  g_autoptr (GError) error = NULL;
  gsize held;
  guint n_files, n_failed = 0;

  work (scene, &error); /* once, so that what GLib keeps is there, and the files are */
  g_assert_no_error (error);
  held = arra_mem_held ();
  n_files = count_files (scene->directory);
  for (gint64 nth = 0;; nth++)
    {
      gboolean done, failed;

      arra_mem_fail_nth (nth);
      done = work (scene, &error);
      failed = arra_mem_failed ();
      arra_mem_fail_nth (-1);
      g_assert_cmpuint (arra_mem_held (), ==, held);
      g_assert_cmpuint (count_files (scene->directory), ==, n_files);
      if (!failed)
        {
          g_assert_no_error (error);
          g_assert_true (done);
          break;
        }
      n_failed++;
      if (done)
        {
          g_assert_no_error (error); /* it did without */
          continue;
        }
      g_assert_error (error, ARRA_ERROR, ARRA_ERROR_NO_MEMORY);
      g_clear_error (&error);
    }
  g_test_message ("%u allocations failed in turn", n_failed);
  g_assert_cmpuint (n_failed, >, 20);
}

static void
test_directory (void)
{
  Fixture fixture;
  Scene scene;

  fixture_init (&fixture);
  scene_init (&scene, &fixture, ARRA_QUANT_AS_STORED);
  fail_each (&scene, generate);
  fail_each (&scene, resume);
  scene_clear (&scene);
}

static void
test_shards_quantised (void)
{
  Fixture fixture;
  Scene scene;

  fixture_init (&fixture);
  fixture.shards = 2;
  scene_init (&scene, &fixture, ARRA_QUANT_Q8_0);
  fail_each (&scene, generate);
  scene_clear (&scene);
}

static gboolean
convert (const Scene *scene, GError **error)
{
  g_autofree char *out = g_build_filename (scene->directory, "whole.gguf", NULL);

  return arra_checkpoint_convert (scene->directory, scene->directory, NULL, out, ARRA_QUANT_Q8_0, NULL, NULL, NULL,
                                  error);
}

static void
test_gguf (void)
{
  Fixture fixture;
  Scene scene;

  fixture_init (&fixture);
  scene_init (&scene, &fixture, ARRA_QUANT_AS_STORED);
  fail_each (&scene, convert);
  g_free (scene.path);
  scene.path = g_build_filename (scene.directory, "whole.gguf", NULL);
  g_clear_pointer (&scene.vqgan, g_free);
  fail_each (&scene, generate);
  scene_clear (&scene);
}

/* Meta's file form of the VQGAN beside the golden model */
static void
test_torch_vqgan (void)
{
  Scene scene = { .directory = fixture_directory (), .quant = ARRA_QUANT_AS_STORED };

  scene.path = g_build_filename (g_getenv ("ARRA_TEST_DATA"), "golden", "e2e", "model", NULL);
  scene.vqgan = g_build_filename (g_getenv ("ARRA_TEST_DATA"), "golden", "vqgan", "f16", NULL);
  fail_each (&scene, open_only);
  scene_clear (&scene);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fault/directory", test_directory);
  g_test_add_func ("/fault/shards-quantised", test_shards_quantised);
  g_test_add_func ("/fault/gguf", test_gguf);
  g_test_add_func ("/fault/torch-vqgan", test_torch_vqgan);
  return g_test_run ();
}
