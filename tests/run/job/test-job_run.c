/* test-job_run.c - answers whose form the model chooses: text, then pictures, several of them, until it stops
 *
 * The model here is a chain: the last token alone decides about the next, by scores the tests set.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "job.h"
#include "models.h"
#include "vocabulary.h"

#define SURE 60.0f

typedef struct
{
  char *directory;
  ArraCheckpoint *checkpoint;
  guint32 start, end, stop, a, b;
  guint32 size[4];
} Scene;

static guint32
token (const ArraCheckpoint *checkpoint, const char *text)
{
  guint32 id;

  g_assert_true (arra_tokenizer_id (checkpoint->tokenizer, text, &id));
  return id;
}

static void
scene_begin (Scene *scene)
{
  g_autoptr (ArraCheckpoint) plain = NULL;

  scene->directory = models_write_tiny ();
  plain = models_open (scene->directory, ARRA_QUANT_AS_STORED);
  scene->start = arra_vocabulary_of (plain->layout)->image_start;
  scene->end = arra_vocabulary_of (plain->layout)->image_end;
  scene->stop = arra_vocabulary_of (plain->layout)->stop;
  scene->a = token (plain, "a");
  scene->b = token (plain, "b");
  for (guint n = 1; n < 4; n++)
    scene->size[n] = arra_vocabulary_of (plain->layout)->id_of_size[n];
}

static void
scene_play (Scene *scene, const ModelsLink *links, gsize n_links)
{
  models_chain (scene->directory, links, n_links);
  scene->checkpoint = models_open (scene->directory, ARRA_QUANT_AS_STORED);
}

static void
scene_end (Scene *scene)
{
  arra_checkpoint_unref (scene->checkpoint);
  models_remove (scene->directory);
}

static ArraRequest
free_request (const Scene *scene)
{
  ArraRequest request = models_request (scene->checkpoint, 0, 0);

  request.text_top_k = 2;
  request.max_tokens = 200;
  return request;
}

/* "ab", a picture of 2 x 3 grids, stop */
static void
test_text_then_picture (void)
{
  Scene scene;
  g_autoptr (ArraJob) job = NULL;
  g_autofree char *text = NULL;
  ArraRequest request;
  const ArraPicture *picture;
  g_autoptr (GError) error = NULL;
  const guint32 *tokens;
  gboolean finished;
  gsize n;
  guint grid;

  scene_begin (&scene);
  {
    const ModelsLink links[] = { { scene.stop, scene.a, SURE },          { scene.a, scene.b, SURE },
                                 { scene.b, scene.start, SURE },         { scene.start, scene.size[2], SURE },
                                 { scene.size[2], scene.size[3], SURE }, { scene.end, scene.stop, SURE } };

    scene_play (&scene, links, G_N_ELEMENTS (links));
  }
  request = free_request (&scene);
  job = models_run (scene.checkpoint, &request);
  tokens = arra_job_tokens (job, 0, &n, &finished);
  g_assert_true (finished);
  g_assert_cmpuint (n, ==, 2 + 3 + 4 * 7 + 1);
  g_assert_cmpuint (tokens[0], ==, scene.a);
  g_assert_cmpuint (tokens[2], ==, scene.start);
  g_assert_cmpuint (tokens[n - 1], ==, scene.end); /* the stop token is not kept */
  text = arra_job_text (job, 0);
  g_assert_cmpstr (text, ==, "ab<|image|>");
  g_assert_cmpuint (arra_job_n_pictures (job, 0), ==, 1);
  picture = arra_job_decode (job, 0, 0, NULL, &error);
  g_assert_no_error (error);
  grid = arra_checkpoint_grid (scene.checkpoint);
  g_assert_cmpuint (picture->height, ==, 2 * grid);
  g_assert_cmpuint (picture->width, ==, 3 * grid);
  g_assert_cmpuint (picture->rows_finished, ==, picture->rows_total);
  scene_end (&scene);
}

/* Pictures until the coin falls for the stop token. */
static void
test_several_pictures (void)
{
  Scene scene;
  guint seen[4] = { 0 };

  scene_begin (&scene);
  {
    const ModelsLink links[] = { { scene.stop, scene.start, SURE },      { scene.start, scene.size[1], SURE },
                                 { scene.size[1], scene.size[1], SURE }, { scene.end, scene.a, SURE },
                                 { scene.a, scene.start, SURE },         { scene.a, scene.stop, SURE } };

    scene_play (&scene, links, G_N_ELEMENTS (links));
  }
  for (guint64 seed = 0; seed < 12; seed++)
    {
      ArraRequest request = free_request (&scene);
      g_autoptr (ArraJob) job = NULL, unguided = NULL;
      g_autofree char *text = NULL;
      g_autoptr (GString) expected = g_string_new (NULL);
      guint n_pictures;
      gboolean finished;

      request.seed = seed;
      request.top_p = 1;
      job = models_run (scene.checkpoint, &request);
      n_pictures = arra_job_n_pictures (job, 0);
      arra_job_tokens (job, 0, NULL, &finished);
      g_assert_true (finished);
      g_assert_cmpuint (n_pictures, >=, 1);
      for (guint i = 0; i < n_pictures; i++)
        {
          g_string_append (expected, "<|image|>a");
          g_assert_nonnull (arra_job_decode (job, 0, i, NULL, NULL));
        }
      text = arra_job_text (job, 0);
      g_assert_cmpstr (text, ==, expected->str);
      seen[MIN (n_pictures, 3)]++;
      /* both branches end with the same token, so here guidance changes nothing */
      request.guidance_scale = 1;
      unguided = models_run (scene.checkpoint, &request);
      models_assert_same_tokens (job, unguided);
    }
  g_assert_cmpuint (seen[1], >, 0);
  g_assert_cmpuint (seen[2] + seen[3], >, 0);
  scene_end (&scene);
}

/* An answer without an end ends at max_tokens, a picture in it with it. */
static void
test_max_tokens (void)
{
  Scene scene;

  scene_begin (&scene);
  {
    const ModelsLink links[] = { { scene.stop, scene.start, SURE },
                                 { scene.start, scene.size[2], SURE },
                                 { scene.size[2], scene.size[2], SURE },
                                 { scene.end, scene.start, SURE } };

    scene_play (&scene, links, G_N_ELEMENTS (links));
  }
  for (guint max = 1; max <= 60; max += 7)
    {
      ArraRequest request = free_request (&scene);
      g_autoptr (ArraJob) job = NULL;
      gboolean finished;
      gsize n;

      request.max_tokens = max;
      job = models_run (scene.checkpoint, &request);
      arra_job_tokens (job, 0, &n, &finished);
      g_assert_true (finished);
      g_assert_cmpuint (n, ==, max);
    }
  scene_end (&scene);
}

/* With a size asked for, what would follow the picture is not even begun. */
static void
test_fixed_size_ends (void)
{
  Scene scene;
  ArraRequest request;
  g_autoptr (ArraJob) job = NULL;
  guint grid;
  gsize n;

  scene_begin (&scene);
  {
    const ModelsLink links[] = { { scene.end, scene.start, SURE } };

    scene_play (&scene, links, G_N_ELEMENTS (links));
  }
  grid = arra_checkpoint_grid (scene.checkpoint);
  request = models_request (scene.checkpoint, grid, grid);
  job = models_run (scene.checkpoint, &request);
  arra_job_tokens (job, 0, &n, NULL);
  g_assert_cmpuint (n, ==, 3 + 2 * 3 + 1);
  scene_end (&scene);
}

/* A picture without a size is an error in words, and what came before is kept. */
static void
test_no_size (void)
{
  Scene scene;
  ArraRequest request;
  g_autoptr (ArraJob) job = NULL;
  g_autoptr (GError) error = NULL;
  const guint32 *tokens;
  gsize n;

  scene_begin (&scene);
  {
    const ModelsLink links[]
        = { { scene.stop, scene.a, SURE }, { scene.a, scene.start, SURE }, { scene.start, scene.b, SURE } };

    scene_play (&scene, links, G_N_ELEMENTS (links));
  }
  request = free_request (&scene);
  job = models_job (scene.checkpoint, &request);
  g_assert_false (arra_job_run (job, NULL, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, scene.directory));
  tokens = arra_job_tokens (job, 0, &n, NULL);
  g_assert_cmpuint (n, ==, 2);
  g_assert_cmpuint (tokens[1], ==, scene.start);
  g_assert_cmpuint (arra_job_n_pictures (job, 0), ==, 1);
  scene_end (&scene);
}

/* The model may stop where a size is due: then there is no picture. */
static void
test_stop_for_size (void)
{
  Scene scene;
  ArraRequest request;
  g_autoptr (ArraJob) job = NULL;
  g_autoptr (GError) error = NULL;
  gboolean finished;

  scene_begin (&scene);
  {
    const ModelsLink links[] = { { scene.stop, scene.start, SURE }, { scene.start, scene.stop, SURE } };

    scene_play (&scene, links, G_N_ELEMENTS (links));
  }
  request = free_request (&scene);
  job = models_run (scene.checkpoint, &request);
  arra_job_tokens (job, 0, NULL, &finished);
  g_assert_true (finished);
  g_assert_null (arra_job_decode (job, 0, 0, NULL, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_NOT_FOUND);
  scene_end (&scene);
}

/* Steps alone make what a run makes. */
static void
test_steps (void)
{
  char *directory = models_write_tiny ();
  g_autoptr (ArraCheckpoint) checkpoint = models_open (directory, ARRA_QUANT_AS_STORED);
  const ArraRequest request = models_request (checkpoint, 16, 16);
  g_autoptr (ArraJob) whole = models_run (checkpoint, &request), job = models_job (checkpoint, &request);
  g_autoptr (GError) error = NULL;
  guint n = 0;

  for (gboolean finished = FALSE; !finished; n++)
    {
      g_assert_true (arra_job_step (job, 0, NULL, &error));
      arra_job_tokens (job, 0, NULL, &finished);
    }
  g_assert_cmpuint (n, ==, 8 * (8 + 1) + 1); /* rows, and the end: the size stands there */
  models_assert_same_tokens (whole, job);
  models_remove (directory);
}

typedef struct
{
  guint n_told, fail_at;
  guint8 *pixels[3];
  gsize size;
} Told;

/* The next answer has not begun, and the picture of this one can be had. */
static gboolean
take (ArraJob *job, guint answer, gpointer data, GError **error)
{
  Told *told = data;
  const ArraPicture *picture;
  gboolean finished;
  gsize n;

  g_assert_cmpuint (answer, ==, told->n_told);
  g_assert_cmpuint (arra_job_n_answers (job), ==, answer + 1);
  arra_job_tokens (job, answer, &n, &finished);
  g_assert_true (finished);
  told->n_told++;
  g_assert_cmpuint (arra_job_count_tokens (job), ==, told->n_told * n); /* all are of one size */
  if (told->n_told == told->fail_at)
    {
      g_set_error_literal (error, G_FILE_ERROR, G_FILE_ERROR_NOSPC, "no place for it");
      return FALSE;
    }
  picture = arra_job_decode (job, answer, 0, NULL, error);
  if (picture == NULL)
    return FALSE;
  told->size = (gsize) picture->width * picture->height * 3;
  told->pixels[answer] = g_memdup2 (picture->pixels, told->size);
  return TRUE;
}

/* Each finished answer is told once, while the job is still at work, with the very picture that is decoded afterwards.
 */
static void
test_told_when_finished (void)
{
  char *directory = models_write_tiny ();
  g_autoptr (ArraCheckpoint) checkpoint = models_open (directory, ARRA_QUANT_AS_STORED);
  const guint grid = arra_checkpoint_grid (checkpoint);
  ArraRequest request = models_request (checkpoint, grid, 2 * grid);
  g_autoptr (ArraJob) job = NULL, silent = NULL;
  g_autoptr (GError) error = NULL;
  Told told = { .fail_at = 2 };

  request.count = 3;
  silent = models_run (checkpoint, &request);
  job = models_job (checkpoint, &request);
  arra_job_set_finished (job, take, &told);
  g_assert_false (arra_job_run (job, NULL, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOSPC);
  g_clear_error (&error);
  g_assert_cmpuint (told.n_told, ==, 2);
  g_assert_true (arra_job_run (job, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (told.n_told, ==, 3);
  models_assert_same_tokens (silent, job);
  g_assert_null (told.pixels[1]);
  for (guint i = 0; i < 3; i += 2)
    {
      const ArraPicture *picture = arra_job_decode (silent, i, 0, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpmem (told.pixels[i], told.size, picture->pixels, (gsize) picture->width * picture->height * 3);
      g_free (told.pixels[i]);
    }
  models_remove (directory);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/job/run/steps", test_steps);
  g_test_add_func ("/job-run/text-then-picture", test_text_then_picture);
  g_test_add_func ("/job-run/several-pictures", test_several_pictures);
  g_test_add_func ("/job-run/max-tokens", test_max_tokens);
  g_test_add_func ("/job-run/fixed-size-ends", test_fixed_size_ends);
  g_test_add_func ("/job-run/no-size", test_no_size);
  g_test_add_func ("/job-run/stop-for-size", test_stop_for_size);
  g_test_add_func ("/job-run/told-when-finished", test_told_when_finished);
  return g_test_run ();
}
