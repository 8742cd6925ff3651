/* vqgan_validation.c - how well a VQGAN in training makes whole pictures that it has not learnt from
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "vqgan_trainee_private.h"

const char *const arra_vqgan_valid_metrics[] = { "loss", "l1", "psnr", "perceptual", "perplexity", "used_codes", NULL };

typedef struct
{
  ArraVqganTrainee *t;
  guint32 *codes; /* of this picture */
  ArraNode *made;
} Picture;

static gboolean
make_again (ArraTape *tape, gpointer user, GError **error)
{
  Picture *picture = user;
  ArraVqganTrainee *t = picture->t;
  gsize size = t->supply->size;
  const ArraVqganPictures pictures
      = { &t->settings.model, t->parameters, 1, size, size, (ArraPadding) t->settings.model.padding };
  ArraNode *pixels = arra_tape_leaf (tape, size * size, 3, t->wanted, NULL);
  ArraNode *vectors = arra_vqgan_graph_encoder (tape, &pictures, pixels);

  if (arra_tape_computes (tape))
    arra_codebook_quantize (t->codebook, &t->exec, vectors->data, vectors->rows, t->code_work, picture->codes);
  picture->made = arra_vqgan_graph_decoder (
      tape, &pictures, arra_graph_straight_through (tape, vectors, t->codebook->vectors, picture->codes, FALSE));
  return TRUE;
}

static gboolean
compare_all (ArraVqganTrainee *t, ArraPixelDistance *sum, GCancellable *cancellable, GError **error)
{
  gsize size = t->supply->size, side = size / arra_vqgan_patch (&t->settings.model);

  for (guint i = 0; i < t->supply->n_valid; i++)
    {
      Picture picture = { t, t->codes + i * side * side, NULL };
      ArraPixelDistance one;

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      arra_picture_floats (t->supply->valid + i * 3 * size * size, size * size, t->wanted);
      if (!arra_tape_run (t->tape, FALSE, make_again, &picture, error))
        return FALSE;
      one = arra_pixel_loss (&t->exec, &t->settings.loss, picture.made->data, t->wanted, 1, size, size, t->pixel_work,
                             NULL);
      sum->absolute += one.absolute / t->supply->n_valid;
      sum->squared += one.squared / t->supply->n_valid;
      sum->perceptual += one.perceptual / t->supply->n_valid;
      sum->colour += one.colour / t->supply->n_valid;
      sum->coarse += one.coarse / t->supply->n_valid;
      sum->texture += one.texture / t->supply->n_valid;
      sum->comb += one.comb / t->supply->n_valid;
    }
  return TRUE;
}

gboolean
arra_vqgan_trainee_validate (gpointer self, double *metrics, GCancellable *cancellable, GError **error)
{
  ArraVqganTrainee *t = self;
  gsize side = t->supply->size / arra_vqgan_patch (&t->settings.model);
  ArraPixelDistance mean = { 0 };
  gboolean ok;

  arra_learner_swap (&t->learner);
  ok = compare_all (t, &mean, cancellable, error);
  arra_learner_swap (&t->learner);
  if (!ok)
    return FALSE;
  metrics[0] = arra_pixel_loss_sum (&t->settings.loss, &mean);
  metrics[1] = mean.absolute;
  metrics[2] = 10 * log10 (4 / mean.squared); /* the range is 2 */
  metrics[3] = mean.perceptual;
  arra_codebook_usage (t->codebook, t->codes, t->supply->n_valid * side * side, &metrics[4], &metrics[5]);
  return TRUE;
}
