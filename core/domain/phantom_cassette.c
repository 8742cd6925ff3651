/* phantom_cassette.c - what else an older film shows: the jaws' white borders, lead letters, the plate with the name,
 * the grid's lines, and the tube's heel. All lies above the shoulders or at the edges.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "phantom.h"

#include <math.h>

#include "noise.h"

#define LEAD 1.8f
#define JAW 2.0f /* what the jaws leave is scattered */
#define GRID 0.012f
#define GRID_PERIOD 5.0f
#define PLATE_WIDTH 19.0f /* halves */
#define PLATE_HEIGHT 6.0f

typedef struct
{
  float left, right, top, bottom; /* of what the jaws let through, from the picture's left and top */
  float heel;
  gboolean left_letter; /* else the right side is named */
} Cassette;

/* A stroke of a letter: from and to, of a height of 1 */
typedef struct
{
  PhantomPoint a, b;
} Stroke;

static const Stroke letter_r[] = {
  { { 0, 1 }, { 0, 0 } },
  { { 0, 0 }, { 0.4f, 0 } },
  { { 0.4f, 0 }, { 0.58f, 0.14f } },
  { { 0.58f, 0.14f }, { 0.58f, 0.36f } },
  { { 0.58f, 0.36f }, { 0.4f, 0.5f } },
  { { 0.4f, 0.5f }, { 0, 0.5f } },
  { { 0.25f, 0.5f }, { 0.62f, 1 } },
};
static const Stroke letter_l[] = { { { 0, 0 }, { 0, 1 } }, { { 0, 1 }, { 0.55f, 1 } } };

/* @x, @y: of its upper left corner in the picture, in units */
static void
draw_letter (const PhantomPatient *p, PhantomRay *ray, const Stroke *strokes, gsize n, float x, float y, float height)
{
  for (gsize i = 0; i < n; i++)
    {
      PhantomPoint a = phantom_to_chest (p, ray, (x + height * strokes[i].a.x) * ray->scale - 0.5f,
                                         (y + height * strokes[i].a.y) * ray->scale - 0.5f);
      PhantomPoint b = phantom_to_chest (p, ray, (x + height * strokes[i].b.x) * ray->scale - 0.5f,
                                         (y + height * strokes[i].b.y) * ray->scale - 0.5f);

      phantom_stroke (p, ray, &ray->scratch, a, 1.1f, b, 1.1f, phantom_tube, LEAD);
    }
}

/* The name of somebody who does not exist, in a hand that cannot be read: 0..1 at a place from the plate's middle */
static float
plate (const PhantomPatient *p, float x, float y)
{
  float paper = arra_smoothstep (0.5f, -0.5f, arra_distance_box (x, y, PLATE_WIDTH, PLATE_HEIGHT, 1.5f)), line;
  int row = (int) arra_floor ((y + PLATE_HEIGHT) / 4), column = (int) arra_floor ((x + PLATE_WIDTH) / 1.5f);

  if (paper <= 0 || row < 0 || column < 0)
    return paper;
  line = arra_smoothstep (1.2f, 0.6f, fabsf (y + PLATE_HEIGHT - 4 * (float) row - 2))
         * arra_smoothstep (PLATE_WIDTH - 1, PLATE_WIDTH - 3, fabsf (x));
  if (arra_noise_bits (p->seed, (guint32) p->index, PHANTOM_DICE_CASSETTE | (guint) (row + 1) << 8, (guint) column) % 3
      == 0)
    line = 0;
  return paper * (1 - 0.8f * line);
}

/* Lines that are too fine for the picture's pixels fade out of it. */
static float
grid_strength (const PhantomRay *ray)
{
  float turn = (float) G_PI / (GRID_PERIOD * ray->scale);

  return GRID * sinf (turn) / turn;
}

static void
draw_field (const PhantomPatient *p, PhantomRay *ray, const Cassette *c)
{
  float strength = grid_strength (ray), plate_y = c->top + PLATE_HEIGHT + 2,
        plate_x = c->left_letter ? c->left + PLATE_WIDTH + 3 : c->right - PLATE_WIDTH - 3;

  for (gsize j = 0; j < ray->size; j++)
    for (gsize i = 0; i < ray->size; i++)
      {
        float x = ((float) i + 0.5f) / ray->scale, y = ((float) j + 0.5f) / ray->scale;
        float inside = MIN (MIN (x - c->left, c->right - x), MIN (y - c->top, c->bottom - y));
        float open = arra_smoothstep (-1.3f, 1.3f, inside), *thick = arra_canvas_at (&ray->tissue, i, j);

        *thick += c->heel * (x / 128 - 1) * open + strength * cosf (2 * (float) G_PI * y / GRID_PERIOD) * open;
        *thick = MAX (*thick, 0) + JAW * (1 - open);
        *thick = MAX (*thick, JAW * plate (p, x - plate_x, y - plate_y));
      }
}

void
phantom_draw_cassette (const PhantomPatient *p, PhantomRay *ray)
{
  ArraDice dice = arra_dice (p->seed, p->index, PHANTOM_DICE_CASSETTE);
  Cassette c = { .left = arra_dice_uniform (&dice, 2, 11), .top = arra_dice_uniform (&dice, 2, 9) };
  float height = arra_dice_uniform (&dice, 10, 13);

  c.right = 256 - arra_dice_uniform (&dice, 2, 11);
  c.bottom = 256 - arra_dice_uniform (&dice, 2, 10);
  c.heel = arra_dice_normal (&dice, 0, 0.05f, 2);
  c.left_letter = arra_dice_chance (&dice, 0.4f);
  draw_field (p, ray, &c);
  if (c.left_letter)
    draw_letter (p, ray, letter_l, G_N_ELEMENTS (letter_l), c.right - 14, c.top + 4, height);
  else
    draw_letter (p, ray, letter_r, G_N_ELEMENTS (letter_r), c.left + 5, c.top + 4, height);
  phantom_add_scratch (ray, &ray->tissue);
}
