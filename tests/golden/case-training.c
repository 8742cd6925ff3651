/* case-training.c - losses, gradients of every tensor, optimiser steps and learning rates of ARRA's training
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "adamw.h"
#include "chameleon_graph.h"
#include "check.h"
#include "jsonguard.h"
#include "lr_schedule.h"
#include "objective.h"

#define LOSS_BOUND 2e-5

typedef struct
{
  Check *check;
  char *file; /* of the case, in its directory */
  ArraSource *source;
  ArraChameleonConfig config;
  ArraObjective objective;
  ArraParameters *parameters;
  ArraObjectiveRun *run;
} Training;

/* ---- the manifest's words */

static double
number_after (const char *text, const char *word, double standard)
{
  const char *at = strstr (text, word);

  return at == NULL ? standard : g_ascii_strtod (at + strlen (word), NULL);
}

/* What the results depend on is never guessed: a manifest that does not say it fails the case. */
static double
number_said (Check *check, const char *word)
{
  const char *what = json_object_get_string_member_with_default (check->entry, "what", "");
  const char *at = strstr (what, word);

  if (at != NULL && g_ascii_isdigit (at[strlen (word)]))
    return g_ascii_strtod (at + strlen (word), NULL);
  check_fault (check, "the manifest's words do not say \"%s\" and a number", word);
  return 1;
}

static const char *
note (Check *check)
{
  JsonNode *node = json_object_get_member (check->entry, "notes");

  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node) || json_array_get_length (json_node_get_array (node)) == 0)
    return "";
  return json_array_get_string_element (json_node_get_array (node), 0);
}

/* In the reference there is no alignment when z_loss_weight is 0. */
static ArraObjective
read_objective (Check *check, guint feature_width)
{
  const char *what = json_object_get_string_member_with_default (check->entry, "what", "");
  ArraObjective objective = { .z_weight = number_after (what, "z_loss_weight ", number_after (what, "z ", 0)) };
  ArraAlignment *alignment = &objective.alignment;

  alignment->layer = 1;
  alignment->feature_width = feature_width;
  if (objective.z_weight > 0)
    alignment->window = strstr (what, "constants -1025") != NULL ? 1024 : (guint) number_said (check, "K=");
  alignment->weight = number_after (what, "lambda (weight of similar_loss) ", number_after (what, "lambda ", 1));
  alignment->rep_id = (guint32) number_after (note (check), "rep_id = ", 0);
  alignment->measure = strstr (what, "mse_loss") != NULL ? ARRA_ALIGN_MSE : ARRA_ALIGN_COSINE;
  alignment->positions = objective.z_weight <= 0                   ? ARRA_ALIGN_NONE
                         : strstr (check->id, "rep_last") != NULL  ? ARRA_ALIGN_LAST
                         : strstr (check->id, "rep_token") != NULL ? ARRA_ALIGN_TOKEN
                                                                   : ARRA_ALIGN_WINDOW;
  return objective;
}

/* ---- the model */

static gboolean
describe (const ArraChameleonConfig *config, ArraSource *source, ArraParameters *parameters, GError **error)
{
  const ArraWeights weights = arra_chameleon_weights (config, source);

  return arra_weights_describe (&weights, arra_parameters_add_shape, parameters, error);
}

static gboolean
open_training (Training *t, const char *features, GError **error)
{
  g_autofree char *path = g_build_filename (t->check->dir, "config.json", NULL);
  JsonObject *object;
  g_autoptr (JsonParser) parser = check_json (t->check, "config.json", &object);
  g_autoptr (ArraSource) weights = check_open (t->check, "model.safetensors");
  const ArraTensor *feature = check_tensor (t->source, features);

  if (parser == NULL || weights == NULL)
    return FALSE;
  if (feature == NULL || feature->n_dims != 2 || feature->dtype != ARRA_F32)
    {
      check_fault (t->check, "%s is missing, or no matrix of F32", features);
      return FALSE;
    }
  t->objective = read_objective (t->check, (guint) feature->shape[1]);
  t->parameters = arra_parameters_new (error);
  if (t->parameters == NULL || !arra_chameleon_config_read (&t->config, object, path, error)
      || !describe (&t->config, weights, t->parameters, error)
      || !arra_objective_add_parameters (&t->objective, arra_chameleon_trainable (&t->config), t->parameters, error)
      || !arra_parameters_allocate (t->parameters, TRUE, error)
      || !arra_parameters_load (t->parameters, weights, error))
    return FALSE;
  t->run = arra_objective_run_new (&t->objective, arra_chameleon_trainable (&t->config), t->parameters, &t->check->exec,
                                   error);
  return t->run != NULL;
}

static void
close_training (Training *t)
{
  arra_objective_run_free (t->run);
  arra_parameters_free (t->parameters);
  arra_source_unref (t->source);
  g_free (t->file);
}

/* ---- a batch */

typedef struct
{
  ArraBatch batch;
  guint32 *ids, *lengths;
  gint32 *labels;
  float *features;
} Batch;

static guint32 *
narrow (Check *check, ArraSource *source, const char *prefix, const char *name, gsize *n)
{
  g_autofree char *full = g_strconcat (prefix, name, NULL);
  g_autofree gint64 *wide = check_read_ints (check, source, full, n);
  guint32 *values = wide == NULL ? NULL : g_new (guint32, *n);

  for (gsize i = 0; wide != NULL && i < *n; i++)
    values[i] = (guint32) (gint32) wide[i];
  return values;
}

/* @prefix: "in." or "in.stepN." */
static gboolean
read_batch (Training *t, const char *prefix, Batch *b)
{
  g_autofree char *features = g_strconcat (prefix, "features", NULL);
  const ArraTensor *feature = check_tensor (t->source, features);
  gsize n_ids = 0, n_labels = 0, n = 0, count;

  b->ids = narrow (t->check, t->source, prefix, "input_ids", &n_ids);
  b->labels = (gint32 *) narrow (t->check, t->source, prefix, "labels", &n_labels);
  b->lengths = narrow (t->check, t->source, prefix, "lengths", &n);
  if (b->ids == NULL || b->labels == NULL || b->lengths == NULL || feature == NULL)
    return FALSE;
  count = n * t->objective.alignment.feature_width;
  if (n == 0 || n_ids != n_labels || n_ids % n != 0 || arra_tensor_count (feature) != count)
    {
      check_fault (t->check, "%s*: shapes do not fit each other", prefix);
      return FALSE;
    }
  b->features = g_new (float, count);
  arra_tensor_to_float (feature, 0, count, b->features);
  b->batch = (ArraBatch) { .n = (guint) n,
                           .length = (guint) (n_ids / n),
                           .ids = b->ids,
                           .labels = b->labels,
                           .lengths = b->lengths,
                           .features = b->features };
  return TRUE;
}

static void
clear_batch (Batch *b)
{
  g_free (b->ids);
  g_free (b->lengths);
  g_free (b->labels);
  g_free (b->features);
}

/* ---- comparisons */

static void
check_number (Training *t, const char *prefix, const char *name, double value)
{
  g_autofree char *full = g_strconcat (prefix, name, NULL);
  float number = (float) value;
  double bound = t->check->bound;

  t->check->bound = LOSS_BOUND;
  check_floats (t->check, t->source, t->file, full, &number, 1);
  t->check->bound = bound;
}

/* |difference| <= 1e-6 + 1e-4 * the largest gradient of the tensor */
static void
check_gradient (Training *t, const ArraParameter *item)
{
  g_autofree char *name = g_strconcat ("out.grad.", item->name, NULL);
  const ArraTensor *expected = check_tensor (t->source, name);
  double bound = t->check->bound, largest = 0;

  if (expected == NULL)
    {
      check_fault (t->check, "%s has no expected value", name);
      return;
    }
  for (gsize i = 0; expected->dtype == ARRA_F32 && i < arra_tensor_count (expected); i++)
    largest = MAX (largest, fabs ((double) ((const float *) expected->data)[i]));
  t->check->bound = 1e-6 + 1e-4 * largest;
  check_floats (t->check, t->source, t->file, name, t->parameters->grad + item->offset, item->count);
  t->check->bound = bound;
}

static gboolean
check_losses (Training *t, GError **error)
{
  Batch b = { .ids = NULL };
  ArraLosses losses;
  gboolean ok = open_training (t, "in.features", error) && read_batch (t, "in.", &b)
                && arra_objective_evaluate (t->run, &b.batch, TRUE, &losses, error);

  if (ok)
    {
      check_number (t, "out.", "loss", losses.total);
      check_number (t, "out.", "c_loss", losses.cross_entropy);
      check_number (t, "out.", "z_loss", losses.z);
      check_number (t, "out.", "similar_loss", losses.alignment);
      check_number (t, "out.", "weight_of_z_loss", t->objective.z_weight);
      check_number (t, "out.", "weight_of_similar_loss", t->objective.alignment.weight);
      for (guint i = 0; i < t->parameters->n; i++)
        check_gradient (t, &t->parameters->items[i]);
      check_number (t, "out.", "grad_norm", arra_clip_gradients (&t->check->exec, t->parameters, G_MAXDOUBLE));
    }
  clear_batch (&b);
  return ok;
}

/* ---- optimiser */

static gboolean
check_step (Training *t, ArraAdamW *adamw, guint step, GError **error)
{
  g_autofree char *in = g_strdup_printf ("in.step%u.", step), *out = g_strdup_printf ("out.step%u.", step);
  Batch b = { .ids = NULL };
  ArraLosses losses;
  gboolean ok;

  arra_parameters_zero_grad (t->parameters);
  ok = read_batch (t, in, &b) && arra_objective_evaluate (t->run, &b.batch, TRUE, &losses, error);
  clear_batch (&b);
  if (!ok)
    return FALSE;
  check_number (t, out, "loss", losses.total);
  check_number (t, out, "grad_norm_before_clip",
                arra_clip_gradients (&t->check->exec, t->parameters, number_said (t->check, "total L2 norm ")));
  arra_adamw_step (adamw, &t->check->exec, number_said (t->check, " lr "), t->parameters);
  for (guint i = 0; i < t->parameters->n; i++)
    {
      const ArraParameter *item = &t->parameters->items[i];
      g_autofree char *name = g_strconcat (out, "param.", item->name, NULL);

      check_floats (t->check, t->source, t->file, name, t->parameters->data + item->offset, item->count);
    }
  return TRUE;
}

static gboolean
check_steps (Training *t, GError **error)
{
  const ArraAdamWSettings settings = { number_said (t->check, "betas ("), number_said (t->check, "betas (0.9,"),
                                       number_said (t->check, " eps "), number_said (t->check, "weight_decay ") };
  g_autoptr (ArraAdamW) adamw = NULL;

  if (!open_training (t, "in.step0.features", error))
    return FALSE;
  adamw = arra_adamw_new (&settings, t->parameters, error);
  for (guint step = 0; adamw != NULL; step++)
    {
      g_autofree char *name = g_strdup_printf ("in.step%u.input_ids", step);

      if (check_tensor (t->source, name) == NULL)
        return TRUE;
      if (!check_step (t, adamw, step, error))
        return FALSE;
    }
  return FALSE;
}

gboolean
check_training (Check *check)
{
  Training t = { .check = check };
  GError *error = NULL;

  t.file = g_strconcat (check->id + strlen ("training."), ".safetensors", NULL);
  t.source = check_open (check, t.file);
  if (t.source != NULL && g_str_has_prefix (check->id, "training.adamw_"))
    check_steps (&t, &error);
  else if (t.source != NULL)
    check_losses (&t, &error);
  check_error (check, error);
  close_training (&t);
  return TRUE;
}

/* ---- learning rates: relative 1e-12 */

static void
check_points (Check *check, const ArraLrSchedule *schedule, JsonArray *points)
{
  for (guint i = 0; i < json_array_get_length (points); i++)
    {
      JsonArray *point = json_array_get_array_element (points, i);
      double expected = json_array_get_double_element (point, 1);
      double got = arra_lr_at (schedule, json_array_get_double_element (point, 0));

      check->n_compared++;
      check_note_float (check, fabs (got - expected), 1e-12 * fabs (expected), "a learning rate");
    }
}

gboolean
check_lr_schedule (Check *check)
{
  g_autofree char *path = g_build_filename (check->dir, "lr_schedule.json", NULL), *text = NULL;
  g_autoptr (JsonParser) parser = json_parser_new ();
  GError *error = NULL;
  JsonArray *cases;
  gsize size;

  if (!g_file_get_contents (path, &text, &size, &error) || !arra_json_scan (text, size, path, &error)
      || !json_parser_load_from_data (parser, text, (gssize) size, &error))
    {
      check_error (check, error);
      return TRUE;
    }
  cases = JSON_NODE_HOLDS_ARRAY (json_parser_get_root (parser)) ? json_node_get_array (json_parser_get_root (parser))
                                                                : NULL;
  for (guint i = 0; cases != NULL && i < json_array_get_length (cases); i++)
    {
      JsonObject *item = json_array_get_object_element (cases, i), *args = json_object_get_object_member (item, "args");
      const ArraLrSchedule schedule = {
        .rate = json_object_get_double_member (args, "lr"),
        .min_rate = json_object_get_double_member (args, "min_lr"),
        .warmup = json_object_get_double_member (args, "warmup_epochs"),
        .epochs = json_object_get_double_member (args, "epochs"),
      };

      check_points (check, &schedule, json_object_get_array_member (item, "points"));
    }
  return TRUE;
}
