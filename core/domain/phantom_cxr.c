/* phantom_cxr.c - `phantom-cxr` and `phantom-cxr-elsewhere`: chest radiographs of patients that do not exist, in two
 * hospitals
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "phantom.h"

#include <math.h>

static const char *const views[] = { "PA", "AP" };
static const char *const degrees[] = { "none", "mild", "moderate", "severe" };
static const char *const sizes[] = { "none", "small", "moderate", "large" };
static const char *const sides[] = { "none", "left", "right", "bilateral" };
static const char *const zones[] = { "none",
                                     "left upper zone",
                                     "left middle zone",
                                     "left lower zone",
                                     "right upper zone",
                                     "right middle zone",
                                     "right lower zone" };
static const char *const present[] = { "none", "present" };

static const ArraDomainAttribute attributes[] = {
  [PHANTOM_VIEW] = { "view", 2, views },
  [PHANTOM_CARDIOMEGALY] = { "cardiomegaly", 4, degrees },
  [PHANTOM_EFFUSION] = { "effusion", 4, sizes },
  [PHANTOM_EFFUSION_SIDE] = { "effusion side", 4, sides },
  [PHANTOM_PNEUMOTHORAX] = { "pneumothorax", 3, sides },
  [PHANTOM_NODULE] = { "nodule", 7, zones },
  [PHANTOM_CONSOLIDATION] = { "consolidation", 7, zones },
  [PHANTOM_PACEMAKER] = { "pacemaker", 2, present },
  [PHANTOM_TUBE] = { "endotracheal tube", 2, present },
};

static void
clear_ray (PhantomRay *ray)
{
  arra_canvas_clear (&ray->tissue);
  arra_canvas_clear (&ray->air);
  arra_canvas_clear (&ray->vessels);
  arra_canvas_clear (&ray->scratch);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PhantomRay, clear_ray)

static gboolean
make_ray (PhantomRay *ray, gsize size, GError **error)
{
  *ray = (PhantomRay) { .size = size, .scale = (float) size / 256 };
  return arra_canvas_init (&ray->tissue, size, size, 1, error) && arra_canvas_init (&ray->air, size, size, 1, error)
         && arra_canvas_init (&ray->vessels, size, size, 1, error)
         && arra_canvas_init (&ray->scratch, size, size, 1, error);
}

/* Windpipe, main bronchi and the stomach's bubble: air that is not in the lungs */
static float
other_air (const PhantomPatient *p, float x, float y)
{
  float carina = p->apex + 62, windpipe = x - p->trachea * arra_smoothstep (-10, 70, y), air;
  float down = y - carina, bronchus = fabsf (x - p->trachea) - 0.9f * MAX (0, down), bx = x - 44,
        by = y - p->dome[1] - 15 - 0.012f * bx * bx;

  air = 0.15f * arra_smoothstep (6.8f, 3.0f, fabsf (windpipe)) * arra_smoothstep (carina + 4, carina - 2, y);
  if (down > -2 && down < 26)
    air += 0.10f * arra_smoothstep (5, 2.5f, fabsf (bronchus)) * arra_smoothstep (24, 8, down)
           * arra_smoothstep (-2, 3, down);
  bx /= 14 + p->bubble;
  by /= 5 + 0.45f * p->bubble;
  if (p->bubble > 0)
    air += 0.26f * arra_smoothstep (1, 0.6f, bx * bx + by * by);
  return air;
}

static void
draw_body (const PhantomPatient *p, PhantomRay *ray, const ArraLattice *lattice)
{
  for (gsize j = 0; j < ray->size; j++)
    for (gsize i = 0; i < ray->size; i++)
      {
        PhantomPoint at = phantom_to_chest (p, ray, (float) i, (float) j);
        float torso = phantom_torso (p, at.x, at.y), cavity = phantom_cavity (p, at.x, at.y),
              *vessels = arra_canvas_at (&ray->vessels, i, j);
        float uneven = arra_lattice_noise (lattice, at.x / 40 + 20, at.y / 40, 0);

        if (torso > 0)
          torso += 0.03f * uneven - other_air (p, at.x, at.y);
        arra_canvas_at (&ray->tissue, i, j)[0] = MAX (torso, 0);
        if (cavity <= 0)
          {
            *vessels = 0;
            continue;
          }
        cavity = MAX (0, cavity - phantom_solid (p, at.x, at.y)) * (1 - phantom_fluid (p, at.x, at.y));
        *vessels += 0.016f * arra_lattice_fbm (lattice, at.x / 7, at.y / 7, 0, 2, 0.7f);
        *vessels *= arra_smoothstep (0.04f, 0.45f, cavity);
        arra_canvas_at (&ray->air, i, j)[0] = cavity;
      }
}

static gboolean
draw (const ArraDomain *domain,
      const PhantomHospital *hospital,
      guint64 seed,
      guint64 index,
      const guint8 *labels,
      ArraRaster *raster,
      GError **error)
{
  g_auto (PhantomRay) ray = { 0 };
  g_autofree ArraLattice *lattice = NULL;
  PhantomPatient patient;

  if (!arra_domain_check (domain, labels, raster, error) || !make_ray (&ray, raster->width, error))
    return FALSE;
  lattice = g_new (ArraLattice, 1);
  arra_lattice_init (lattice, seed, index, PHANTOM_DICE_TISSUE);
  phantom_patient_init (&patient, hospital, seed, index, labels);
  phantom_draw_vessels (&patient, &ray);
  draw_body (&patient, &ray, lattice);
  phantom_draw_bones (&patient, &ray);
  phantom_draw_pneumothorax (&patient, &ray);
  phantom_draw_consolidation (&patient, &ray);
  phantom_draw_nodule (&patient, &ray);
  phantom_draw_devices (&patient, &ray);
  return phantom_film (&patient, &ray, raster, error);
}

static gboolean
draw_here (guint64 seed, guint64 index, const guint8 *labels, ArraRaster *raster, GError **error)
{
  return draw (&arra_domain_phantom_cxr, &phantom_hospital, seed, index, labels, raster, error);
}

static gboolean
draw_elsewhere (guint64 seed, guint64 index, const guint8 *labels, ArraRaster *raster, GError **error)
{
  return draw (&arra_domain_phantom_cxr_elsewhere, &phantom_hospital_elsewhere, seed, index, labels, raster, error);
}

const ArraDomain arra_domain_phantom_cxr = {
  .name = "phantom-cxr",
  .summary = "chest radiographs of patients that do not exist, with findings by side and zone",
  .notice = "synthetic - not for diagnosis",
  .n_attributes = PHANTOM_N_ATTRIBUTES,
  .attributes = attributes,
  .choose = phantom_choose,
  .caption = phantom_caption,
  .draw = draw_here,
};

const ArraDomain arra_domain_phantom_cxr_elsewhere = {
  .name = "phantom-cxr-elsewhere",
  .summary = "the same findings in the same words, of other patients on the older films of another hospital",
  .notice = "synthetic - not for diagnosis",
  .n_attributes = PHANTOM_N_ATTRIBUTES,
  .attributes = attributes,
  .choose = phantom_choose,
  .caption = phantom_caption,
  .draw = draw_elsewhere,
};
