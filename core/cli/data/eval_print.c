/* eval_print.c - what `arra eval` found: tables for people, JSON for programs
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "eval.h"

#include <math.h>

#include "diversity.h"
#include "jsonwriter.h"
#include "plain.h"
#include "values.h"

/* A cell: "-" for what was not measured. */
static void
put_number (GString *text, double value, guint decimals)
{
  g_autofree char *number = isfinite (value) ? cli_format_double (value, decimals) : g_strdup ("-");

  g_string_append_printf (text, " %s |", number);
}

static void
put_name (GString *text, const char *name)
{
  g_auto (GStrv) parts = g_strsplit (name, "|", -1);
  g_autofree char *escaped = g_strjoinv ("\\|", parts);

  g_string_append_printf (text, "| %s |", escaped);
}

static gboolean
has_any (const ArraEvaluation *evaluation, double value_of (const ArraEvalMeasures *measures))
{
  for (guint role = 0; role < ARRA_N_EVAL_ROLES; role++)
    if (evaluation->sets[role].n > 0 && isfinite (value_of (&evaluation->sets[role])))
      return TRUE;
  return FALSE;
}

/* A row of the first table, when there is something in it. */
static void
put_measure (GString *text,
             const ArraEvaluation *evaluation,
             const char *name,
             double value_of (const ArraEvalMeasures *measures),
             guint decimals)
{
  if (!has_any (evaluation, value_of))
    return;
  put_name (text, name);
  for (guint role = 0; role < ARRA_N_EVAL_ROLES; role++)
    if (evaluation->sets[role].n > 0)
      put_number (text, value_of (&evaluation->sets[role]), decimals);
  g_string_append_c (text, '\n');
}

static double
pictures_of (const ArraEvalMeasures *measures)
{
  return measures->n;
}

static double
frechet_of (const ArraEvalMeasures *measures)
{
  return measures->frechet;
}

static double
frechet_pictures_of (const ArraEvalMeasures *measures)
{
  return measures->frechet_n > 0 ? measures->frechet_n : NAN;
}

static double
inception_of (const ArraEvalMeasures *measures)
{
  return measures->inception;
}

static double
similarity_of (const ArraEvalMeasures *measures)
{
  return measures->similarity;
}

static double
shrunk_of (const ArraEvalMeasures *measures)
{
  return measures->sharpness.size > 0 ? measures->sharpness.shrunk : NAN;
}

static double
border_of (const ArraEvalMeasures *measures)
{
  return measures->sharpness.size > 0 ? measures->sharpness.border : NAN;
}

static double
fine_of (const ArraEvalMeasures *measures)
{
  return measures->bands.fine;
}

static double
middle_of (const ArraEvalMeasures *measures)
{
  return measures->bands.middle;
}

static double
clip_of (const ArraEvalMeasures *measures)
{
  return measures->clip;
}

static void
put_measures (GString *text, const ArraEvaluation *evaluation)
{
  GString *rule = g_string_new ("|---|");

  g_string_append (text, "| measure |");
  for (guint role = 0; role < ARRA_N_EVAL_ROLES; role++)
    if (evaluation->sets[role].n > 0)
      {
        g_string_append_printf (text, " %s |", arra_eval_role_name (role));
        g_string_append (rule, "---:|");
      }
  g_string_append_printf (text, "\n%s\n", rule->str);
  g_string_free (rule, TRUE);
  put_measure (text, evaluation, "pictures", pictures_of, 0);
  put_measure (text, evaluation, "Fréchet distance to real", frechet_of, 4);
  put_measure (text, evaluation, "pictures on each side of it", frechet_pictures_of, 0);
  put_measure (text, evaluation, "inception score of the judge", inception_of, 3);
  put_measure (text, evaluation, "MS-SSIM between pictures", similarity_of, 4);
  put_measure (text, evaluation, "CLIP score", clip_of, 4);
  put_measure (text, evaluation, "sharpness: spectrum to real, fine, dB", fine_of, 1);
  put_measure (text, evaluation, "sharpness: spectrum to real, middle, dB", middle_of, 1);
  put_measure (text, evaluation, "after a fourth of the size, PSNR, dB", shrunk_of, 1);
  put_measure (text, evaluation, "steps at borders, over those inside", border_of, 2);
}

static void
put_sharpness_note (GString *text, const ArraEvaluation *evaluation)
{
  const ArraSharpness *sharpness = &evaluation->sets[ARRA_EVAL_GENERATED].sharpness;

  if (sharpness->size > 0)
    g_string_append_printf (
        text,
        "Sharpness of the middle %u x %u pixels. Spectrum: mean power over all directions, beside that of "
        "real "
        "pictures; fine: 0.225 to 0.9 of the highest frequency, middle: 0.125 to 0.225. After a fourth of "
        "the size: how alike a picture is when it has been shrunk and enlarged again; the lower, the more "
        "there was to lose.\n",
        sharpness->size, sharpness->size);
}

static void
put_notes (GString *text, const ArraEvalRequest *request, const ArraEvaluation *evaluation)
{
  for (guint role = 0; role < ARRA_N_EVAL_ROLES; role++)
    if (evaluation->sets[role].n > 0)
      g_string_append_printf (text, "%s%s: %s", role == 0 ? "\n" : ", ", arra_eval_role_name (role),
                              request->names[role]);
  g_string_append (text, ".\n");
  if (evaluation->frechet_width > 0)
    g_string_append_printf (text,
                            "Fréchet distance over %u features of %s; under real: one half of the real "
                            "pictures against the other, the floor.\n",
                            evaluation->frechet_width,
                            request->encoders.features != NULL ? arra_vision_encoder_name (request->encoders.features)
                                                               : "the judge");
  put_sharpness_note (text, evaluation);
}

static double
balanced_of (const ArraEvaluation *evaluation, ArraEvalRole role, guint attribute)
{
  const ArraAttributeAccuracy *attributes = evaluation->sets[role].attributes;

  return attributes != NULL && attributes[attribute].n > 0 ? attributes[attribute].balanced : NAN;
}

static void
put_attribute (GString *text, const ArraEvaluation *evaluation, guint attribute, const char *name)
{
  g_autofree char *plain = cli_plain (name, "");

  put_name (text, plain);
  put_number (text, balanced_of (evaluation, ARRA_EVAL_REAL, attribute), 3);
  put_number (text, balanced_of (evaluation, ARRA_EVAL_RECONSTRUCTED, attribute), 3);
  put_number (text, balanced_of (evaluation, ARRA_EVAL_GENERATED, attribute), 3);
  put_number (text, evaluation->sets[ARRA_EVAL_GENERATED].attributes[attribute].chance, 3);
  put_number (text, arra_evaluation_adherence (evaluation, attribute), 3);
  g_string_append_c (text, '\n');
}

static void
put_summary (GString *text, const ArraEvalSummary *summary)
{
  put_name (text, "mean");
  put_number (text, summary->balanced[ARRA_EVAL_REAL], 3);
  put_number (text, summary->balanced[ARRA_EVAL_RECONSTRUCTED], 3);
  put_number (text, summary->balanced[ARRA_EVAL_GENERATED], 3);
  put_number (text, summary->chance, 3);
  put_number (text, summary->adherence, 3);
  g_string_append_c (text, '\n');
}

static void
put_attributes (GString *text, const ArraEvalRequest *request, const ArraEvaluation *evaluation)
{
  const ArraClassifierConfig *judge;
  ArraEvalSummary summary;

  arra_evaluation_summary (evaluation, &summary);
  if (summary.n == 0)
    return;
  judge = arra_classifier_config (request->encoders.judge);
  g_string_append (text,
                   "\nBalanced accuracy of the judge; adherence: (generated - chance) / (reconstruction - chance).\n\n"
                   "| attribute | real | reconstruction | generated | chance | adherence |\n"
                   "|---|---:|---:|---:|---:|---:|\n");
  for (guint a = 0; a < evaluation->n_attributes; a++)
    if (arra_evaluation_counts (evaluation, a))
      put_attribute (text, evaluation, a, judge->attributes[a].name);
  put_summary (text, &summary);
}

char *
eval_markdown (const ArraEvalRequest *request, const ArraEvaluation *evaluation)
{
  GString *text = g_string_new (NULL);

  put_measures (text, evaluation);
  put_notes (text, request, evaluation);
  put_attributes (text, request, evaluation);
  return g_string_free (text, FALSE);
}

/* ---- JSON */

static void
json_set (ArraJsonWriter *json, const ArraEvalRequest *request, const ArraEvaluation *evaluation, ArraEvalRole role)
{
  const ArraEvalMeasures *measures = &evaluation->sets[role];

  arra_json_begin_object (json, arra_eval_role_name (role));
  arra_json_put_string (json, "data", request->names[role]);
  arra_json_put_uint (json, "pictures", measures->n);
  arra_json_put_measured (json, role == ARRA_EVAL_REAL ? "frechet_floor" : "frechet_distance", measures->frechet);
  arra_json_put_uint (json, "frechet_pictures", measures->frechet_n);
  arra_json_put_measured (json, "inception_score", measures->inception);
  arra_json_put_measured (json, "ms_ssim", measures->similarity);
  arra_json_put_uint (json, "ms_ssim_pairs", arra_diversity_pairs (measures->n));
  arra_json_put_measured (json, "clip_score", measures->clip);
  arra_json_put_measured (json, "sharpness_fine_db", measures->bands.fine);
  arra_json_put_measured (json, "sharpness_middle_db", measures->bands.middle);
  arra_json_put_measured (json, "shrunk_psnr", shrunk_of (measures));
  arra_json_put_measured (json, "border_steps", border_of (measures));
  arra_json_end_object (json);
}

static void
json_accuracy (ArraJsonWriter *json, const ArraEvaluation *evaluation, ArraEvalRole role, guint attribute)
{
  const ArraAttributeAccuracy *accuracy = &evaluation->sets[role].attributes[attribute];

  arra_json_begin_object (json, arra_eval_role_name (role));
  arra_json_put_uint (json, "labels", accuracy->n);
  arra_json_put_uint (json, "values", accuracy->n_present);
  arra_json_put_measured (json, "accuracy", accuracy->accuracy);
  arra_json_put_measured (json, "balanced_accuracy", accuracy->balanced);
  arra_json_end_object (json);
}

static void
json_attributes (ArraJsonWriter *json, const ArraEvalRequest *request, const ArraEvaluation *evaluation)
{
  arra_json_begin_array (json, "attributes");
  for (guint a = 0; a < evaluation->n_attributes; a++)
    {
      if (!arra_evaluation_counts (evaluation, a))
        continue;
      arra_json_begin_object (json, NULL);
      arra_json_put_string (json, "name", arra_classifier_config (request->encoders.judge)->attributes[a].name);
      for (guint role = 0; role < ARRA_N_EVAL_ROLES; role++)
        if (evaluation->sets[role].attributes != NULL)
          json_accuracy (json, evaluation, role, a);
      arra_json_put_measured (json, "chance", evaluation->sets[ARRA_EVAL_GENERATED].attributes[a].chance);
      arra_json_put_measured (json, "adherence", arra_evaluation_adherence (evaluation, a));
      arra_json_end_object (json);
    }
  arra_json_end_array (json);
}

static void
json_summary (ArraJsonWriter *json, const ArraEvaluation *evaluation)
{
  ArraEvalSummary summary;

  arra_evaluation_summary (evaluation, &summary);
  arra_json_begin_object (json, "mean");
  arra_json_put_uint (json, "attributes", summary.n);
  for (guint role = 0; role < ARRA_N_EVAL_ROLES; role++)
    arra_json_put_measured (json, arra_eval_role_name (role), summary.balanced[role]);
  arra_json_put_measured (json, "chance", summary.chance);
  arra_json_put_measured (json, "adherence", summary.adherence);
  arra_json_put_measured (json, "lowest_adherence", summary.lowest);
  arra_json_end_object (json);
}

char *
eval_json (const ArraEvalRequest *request, const ArraEvaluation *evaluation)
{
  g_autoptr (ArraJsonWriter) json = arra_json_writer_new (ARRA_JSON_LINES);

  arra_json_begin_object (json, NULL);
  arra_json_put_string (json, "encoder",
                        evaluation->frechet_width == 0       ? NULL
                        : request->encoders.features == NULL ? "judge"
                        : request->encoders.features == request->encoders.clip
                            ? "clip"
                            : arra_vision_encoder_name (request->encoders.features));
  arra_json_put_uint (json, "features", evaluation->frechet_width);
  for (guint role = 0; role < ARRA_N_EVAL_ROLES; role++)
    if (evaluation->sets[role].n > 0)
      json_set (json, request, evaluation, role);
  json_attributes (json, request, evaluation);
  json_summary (json, evaluation);
  arra_json_end_object (json);
  return g_strdup (arra_json_writer_text (json));
}
