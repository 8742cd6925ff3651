/* test-textures_words.c - captions say what the labels say, and nothing else
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "textures.h"
#include "textures_private.h"

#define SEED 20

typedef struct
{
  guint8 labels[ARRA_DOMAIN_MAX_ATTRIBUTES];
  char text[ARRA_DOMAIN_CAPTION];
} Caption;

static Caption
caption_of (guint64 index)
{
  Caption caption;

  arra_domain_textures.choose (SEED, index, caption.labels);
  arra_domain_textures.caption (SEED, index, caption.labels, caption.text);
  return caption;
}

/* Whether @word stands in @text between other letters than its own */
static gboolean
says (const char *text, const char *word)
{
  for (const char *at = strstr (text, word); at != NULL; at = strstr (at + 1, word))
    if ((at == text || !g_ascii_isalpha (at[-1])) && !g_ascii_isalpha (at[strlen (word)]))
      return TRUE;
  return FALSE;
}

static gboolean
says_one (const char *text, const char *const *words)
{
  for (; *words != NULL; words++)
    if (says (text, *words + (**words == '+')))
      return TRUE;
  return FALSE;
}

static void
test_materials (void)
{
  const ArraDomainAttribute *attribute = &arra_domain_textures.attributes[TEXTURE_MATERIAL];

  g_assert_cmpuint (attribute->n_values, ==, texture_n_materials);
  for (guint m = 0; m < texture_n_materials; m++)
    g_assert_cmpstr (attribute->values[m], ==, texture_materials[m].name);
  for (guint64 i = 0; i < 3000; i++)
    {
      Caption caption = caption_of (i);

      g_assert_true (says_one (caption.text, texture_materials[caption.labels[TEXTURE_MATERIAL]].words));
    }
}

/* @words[value]: what says it; the usual value may be left unsaid. */
static void
check_attribute (guint attribute, const char *const *const *words, guint unsaid)
{
  for (guint64 i = 0; i < 3000; i++)
    {
      Caption caption = caption_of (i);

      for (guint value = 0; value < arra_domain_textures.attributes[attribute].n_values; value++)
        {
          gboolean said = says_one (caption.text, words[value]), meant = caption.labels[attribute] == value;

          if (said != meant && !(meant && value == unsaid))
            g_error ("'%s': %s", caption.text, arra_domain_textures.attributes[attribute].values[value]);
        }
    }
}

static void
test_scales (void)
{
  static const char *const medium[] = { "medium", NULL }, *const fine[] = { "fine", "small-scale", "tiny", NULL },
                           *const coarse[] = { "coarse", "large-scale", "large", "big", NULL };
  static const char *const *const words[] = { medium, fine, coarse };

  check_attribute (TEXTURE_SCALE, words, TEXTURE_MEDIUM);
}

static void
test_ages (void)
{
  static const char *const pristine[] = { "pristine", "clean", "new", NULL },
                           *const weathered[] = { "weathered", "aged", "old", NULL },
                           *const worn[] = { "heavily worn", "badly damaged", "battered", "ruined", NULL },
                           *const mossy[] = { "mossy", "moss-covered", "in moss", "with moss", NULL };
  static const char *const *const words[] = { pristine, weathered, worn, mossy };

  check_attribute (TEXTURE_WEATHERING, words, TEXTURE_PRISTINE);
}

static void
test_directions (void)
{
  static const char *const none[] = { NULL }, *const horizontal[] = { "horizontal", "horizontally", NULL },
                           *const vertical[] = { "vertical", "vertically", NULL },
                           *const diagonal[] = { "diagonal", "diagonally", NULL };
  static const char *const *const words[] = { none, horizontal, vertical, diagonal };

  for (guint64 i = 0; i < 3000; i++)
    {
      Caption caption = caption_of (i);
      guint direction = caption.labels[TEXTURE_DIRECTION];
      guint usual = texture_materials[caption.labels[TEXTURE_MATERIAL]].usual;

      for (guint d = TEXTURE_HORIZONTAL; d <= TEXTURE_DIAGONAL; d++)
        if (says_one (caption.text, words[d]))
          g_assert_cmpuint (d, ==, direction);
        else if (d == direction)
          g_assert_cmpuint (d, ==, usual);
    }
}

/* People write "oak planks", and mean the way that planks mostly lie. */
static void
test_usual_direction (void)
{
  for (guint m = 0; m < texture_n_materials; m++)
    {
      guint said = 0, unsaid = 0;

      if (texture_materials[m].grain == NULL)
        continue;
      for (guint64 i = 0; i < 20000; i++)
        {
          Caption caption = caption_of (i);

          if (caption.labels[TEXTURE_MATERIAL] != m || caption.labels[TEXTURE_DIRECTION] != texture_materials[m].usual)
            continue;
          if (strstr (caption.text, "horizontal") != NULL || strstr (caption.text, "vertical") != NULL)
            said++;
          else
            unsaid++;
        }
      g_test_message ("%s: said %u times, unsaid %u times", texture_materials[m].name, said, unsaid);
      g_assert_cmpuint (said, >, 20);
      g_assert_cmpuint (unsaid, >, 20);
    }
}

static gboolean
says_colour (const char *text, guint colour)
{
  static const char *const other[TEXTURE_COLOURS]
      = { [TEXTURE_PURPLE] = "violet", [TEXTURE_GREY] = "gray", [TEXTURE_RED] = "crimson" };

  return says (text, arra_domain_textures.attributes[TEXTURE_COLOUR].values[colour])
         || (other[colour] != NULL && says (text, other[colour]));
}

/* A colour that is not the material's own is said; without one, at most the material's own word for it is. */
static void
test_colours (void)
{
  for (guint64 i = 0; i < 3000; i++)
    {
      Caption caption = caption_of (i);
      guint colour = caption.labels[TEXTURE_COLOUR];
      const char *own = texture_materials[caption.labels[TEXTURE_MATERIAL]].own_colour;

      for (guint c = TEXTURE_NATURAL + 1; c < TEXTURE_COLOURS; c++)
        if (says_colour (caption.text, c))
          g_assert_true (c == colour
                         || (colour == TEXTURE_NATURAL
                             && g_strcmp0 (own, arra_domain_textures.attributes[TEXTURE_COLOUR].values[c]) == 0));
        else
          g_assert_cmpuint (c, !=, colour);
    }
}

/* A material's own colour and a colour that it comes in never share a word. */
static void
test_own_colours (void)
{
  const ArraDomainAttribute *attribute = &arra_domain_textures.attributes[TEXTURE_COLOUR];

  for (guint m = 0; m < texture_n_materials; m++)
    for (guint c = 0; c < TEXTURE_COLOURS; c++)
      if ((texture_materials[m].colours >> c) & 1)
        g_assert_cmpstr (texture_materials[m].own_colour, !=, attribute->values[c]);
}

static void
test_form (void)
{
  for (guint64 i = 0; i < 3000; i++)
    {
      Caption caption = caption_of (i);
      gsize length = strlen (caption.text);

      g_assert_cmpuint (length, >=, 3);
      g_assert_true (g_ascii_isalpha (caption.text[length - 1]));
      g_assert_null (strstr (caption.text, "  "));
      g_assert_null (strstr (caption.text, ",,"));
      g_assert_null (strstr (caption.text, " ,"));
      g_assert_false (says (caption.text, "a aged") || says (caption.text, "a orange") || says (caption.text, "a oak"));
    }
}

static void
test_variety (void)
{
  static const guint8 labels[ARRA_DOMAIN_MAX_ATTRIBUTES]
      = { 0, TEXTURE_BLUE, TEXTURE_COARSE, TEXTURE_WORN, TEXTURE_VERTICAL };
  g_autoptr (GHashTable) texts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint64 i = 0; i < 1000; i++)
    {
      char text[ARRA_DOMAIN_CAPTION];

      arra_domain_textures.caption (SEED, i, labels, text);
      g_hash_table_add (texts, g_strdup (text));
    }
  g_assert_cmpuint (g_hash_table_size (texts), >, 60);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/domain/textures-words/materials", test_materials);
  g_test_add_func ("/domain/textures-words/scales", test_scales);
  g_test_add_func ("/domain/textures-words/ages", test_ages);
  g_test_add_func ("/domain/textures-words/directions", test_directions);
  g_test_add_func ("/domain/textures-words/usual-direction", test_usual_direction);
  g_test_add_func ("/domain/textures-words/colours", test_colours);
  g_test_add_func ("/domain/textures-words/own-colours", test_own_colours);
  g_test_add_func ("/domain/textures-words/form", test_form);
  g_test_add_func ("/domain/textures-words/variety", test_variety);
  return g_test_run ();
}
