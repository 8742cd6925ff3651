/* textures_ages.c - how materials age
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "textures_private.h"

const TextureWear texture_wood_wear = {
  .cracks = 1,
  .crack = { 0.06f, 0.05f, 0.04f },
  .along = TRUE,
  .stains = 0.5f,
  .chips = 0.6f,
  .moss = 0.7f,
  .fade = 0.35f,
  .stain = { 0.34f, 0.30f, 0.27f },
  .chip = { 0.66f, 0.60f, 0.52f },
};
const TextureWear texture_wicker_wear = {
  .stains = 0.8f,
  .chips = 0.6f,
  .fade = 0.6f,
  .stain = { 0.30f, 0.25f, 0.20f },
  .chip = { 0.12f, 0.09f, 0.06f },
};
const TextureWear texture_bark_wear
    = { .chips = 0.8f, .stains = 0.5f, .moss = 1, .stain = { 0.52f, 0.55f, 0.46f }, .chip = { 0.64f, 0.45f, 0.28f } };
const TextureWear texture_stone_wear = {
  .cracks = 1,
  .stains = 0.8f,
  .chips = 0.4f,
  .moss = 0.8f,
  .crack = { 0.10f, 0.09f, 0.08f },
  .stain = { 0.45f, 0.37f, 0.24f },
  .chip = { 0.60f, 0.56f, 0.50f },
};
const TextureWear texture_marble_wear = {
  .cracks = 1,
  .stains = 0.6f,
  .chips = 0.4f,
  .fade = 0.1f,
  .crack = { 0.10f, 0.09f, 0.08f },
  .stain = { 0.56f, 0.46f, 0.30f },
  .chip = { 0.66f, 0.62f, 0.56f },
};
const TextureWear texture_outdoor_wear = {
  .cracks = 0.8f,
  .stains = 0.85f,
  .chips = 0.5f,
  .moss = 1,
  .fade = 0.2f,
  .crack = { 0.08f, 0.07f, 0.06f },
  .stain = { 0.22f, 0.19f, 0.15f },
  .chip = { 0.60f, 0.56f, 0.50f },
};
const TextureWear texture_brick_wear = {
  .cracks = 1,
  .stains = 0.6f,
  .chips = 0.8f,
  .moss = 1,
  .fade = 0.25f,
  .crack = { 0.08f, 0.07f, 0.06f },
  .stain = { 0.20f, 0.17f, 0.15f },
  .chip = { 0.78f, 0.72f, 0.65f },
};
const TextureWear texture_concrete_wear = {
  .cracks = 1,
  .stains = 0.85f,
  .chips = 0.6f,
  .moss = 0.8f,
  .crack = { 0.09f, 0.08f, 0.08f },
  .stain = { 0.30f, 0.25f, 0.19f },
  .chip = { 0.50f, 0.46f, 0.41f },
};
const TextureWear texture_plaster_wear = {
  .cracks = 1,
  .stains = 0.6f,
  .chips = 0.85f,
  .moss = 0.7f,
  .fade = 0.2f,
  .crack = { 0.16f, 0.14f, 0.12f },
  .stain = { 0.36f, 0.31f, 0.24f },
  .chip = { 0.56f, 0.42f, 0.34f },
};
const TextureWear texture_tile_wear = {
  .cracks = 1,
  .stains = 0.7f,
  .chips = 0.75f,
  .crack = { 0.12f, 0.10f, 0.08f },
  .stain = { 0.36f, 0.31f, 0.22f },
  .chip = { 0.66f, 0.60f, 0.52f },
};
const TextureWear texture_steel_wear = {
  .stains = 0.7f,
  .chips = 0.85f,
  .scratches = 1,
  .stain = { 0.52f, 0.30f, 0.16f },
  .chip = { 0.46f, 0.22f, 0.09f },
  .scratch = { 0.84f, 0.84f, 0.85f },
};
const TextureWear texture_copper_wear = {
  .stains = 0.85f,
  .chips = 0.75f,
  .scratches = 0.6f,
  .stain = { 0.24f, 0.19f, 0.15f },
  .chip = { 0.34f, 0.60f, 0.50f },
  .scratch = { 0.90f, 0.72f, 0.58f },
};
const TextureWear texture_leather_wear = {
  .cracks = 0.9f,
  .stains = 0.5f,
  .chips = 0.7f,
  .scratches = 0.9f,
  .fade = 0.2f,
  .crack = { 0.08f, 0.05f, 0.03f },
  .stain = { 0.16f, 0.12f, 0.09f },
  .chip = { 0.76f, 0.64f, 0.50f },
  .scratch = { 0.80f, 0.70f, 0.56f },
};
const TextureWear texture_cloth_wear = {
  .stains = 0.75f,
  .chips = 0.1f,
  .fade = 0.5f,
  .stain = { 0.45f, 0.37f, 0.26f },
  .chip = { 0.09f, 0.08f, 0.07f },
};
const TextureWear texture_denim_wear = {
  .stains = 0.5f,
  .chips = 0.8f,
  .fade = 0.5f,
  .stain = { 0.42f, 0.37f, 0.30f },
  .chip = { 0.82f, 0.83f, 0.84f },
};
const TextureWear texture_paper_wear = {
  .stains = 0.8f,
  .cracks = 0.8f,
  .chips = 0.2f,
  .fade = 0.2f,
  .crack = { 0.40f, 0.30f, 0.20f },
  .stain = { 0.64f, 0.48f, 0.28f },
  .chip = { 0.22f, 0.16f, 0.11f },
};
const TextureWear texture_grass_wear
    = { .stains = 0.9f, .chips = 0.85f, .stain = { 0.70f, 0.61f, 0.30f }, .chip = { 0.40f, 0.29f, 0.19f } };
const TextureWear texture_moss_wear
    = { .stains = 0.9f, .chips = 0.8f, .stain = { 0.52f, 0.42f, 0.20f }, .chip = { 0.22f, 0.15f, 0.10f } };
