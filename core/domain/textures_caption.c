/* textures_caption.c - wordings of labels
 *
 * What goes without saying is the usual: medium, pristine, the material's own colour. All else is always
 * said. SPDX-License-Identifier: GPL-3.0-or-later */
#include "textures_private.h"

typedef struct
{
  const char *noun, *colour, *size, *age; /* "": left unsaid */
  const char *article;                    /* "a", or "" where the noun takes none */
  char grain[32], running[48];            /* "vertical grain", "grain running vertically", or "" */
} Words;

static const char *
one_of (ArraDice *dice, const char *const *words)
{
  return words[arra_dice_below (dice, g_strv_length ((char **) words))];
}

static const char *
say_size (ArraDice *dice, guint scale)
{
  static const char *const medium[] = { "", "", "", "medium", "medium-sized", NULL };
  static const char *const fine[] = { "fine", "fine", "small-scale", NULL };
  static const char *const coarse[] = { "coarse", "coarse", "large-scale", NULL };
  static const char *const *const words[] = { medium, fine, coarse };

  return one_of (dice, words[scale]);
}

static const char *
say_age (ArraDice *dice, const TextureMaterial *material, guint age)
{
  static const char *const pristine[] = { "", "", "", "pristine", "clean", NULL };
  static const char *const weathered[] = { "weathered", "weathered", "aged", NULL };
  static const char *const worn[] = { "heavily worn", "heavily worn", "badly damaged", NULL };
  static const char *const *const words[] = { pristine, weathered, worn };
  const char *word = one_of (dice, words[age]);

  return material->wear == NULL ? "" : word;
}

static const char *
say_colour (ArraDice *dice, const TextureMaterial *material, guint colour)
{
  static const char *const words[] = { "natural", "red",  "orange", "yellow", "green", "blue",
                                       "purple",  "pink", "white",  "grey",   "black", "brown" };
  guint way = arra_dice_below (dice, 4);

  if (colour != TEXTURE_NATURAL)
    return words[colour];
  return way == 0 ? "natural" : way == 1 && material->own_colour != NULL ? material->own_colour : "";
}

static void
say_direction (const TextureMaterial *material, guint direction, Words *words)
{
  static const char *const names[] = { "", "horizontal", "vertical", "diagonal" };

  if (direction == TEXTURE_UNDIRECTED)
    return;
  g_snprintf (words->grain, sizeof words->grain, "%s %s", names[direction], material->grain);
  g_snprintf (words->running, sizeof words->running, "%s running %sly", material->grain, names[direction]);
}

/* The word for one letter of a wording */
static const char *
word_of (const Words *words, char letter)
{
  switch (letter)
    {
    case 'a':
      return words->article;
    case 'c':
      return words->colour;
    case 'n':
      return words->noun;
    case 'g':
      return words->grain;
    case 'r':
      return words->running;
    case 's':
      return words->size;
    default:
      return words->age;
    }
}

static void
end_clause (GString *text)
{
  if (text->len > 0 && text->str[text->len - 1] != ',')
    g_string_append_c (text, ',');
}

/* Each letter of @wording is a word, each comma ends a clause; unsaid words leave no gap and no comma of
 * their own. */
static void
fill_in (const char *wording, const Words *words, GString *text)
{
  for (const char *letter = wording; *letter != '\0'; letter++)
    if (*letter == ',')
      end_clause (text);
    else
      {
        const char *word = word_of (words, *letter);

        if (text->len > 0 && *word != '\0')
          g_string_append_c (text, ' ');
        g_string_append (text, word);
      }
  if (g_str_has_suffix (text->str, ","))
    g_string_truncate (text, text->len - 1);
  if (g_str_has_prefix (text->str, "a ") && strchr ("aeiou", text->str[2]) != NULL)
    g_string_insert (text, 1, "n");
}

void
texture_caption (guint64 seed, guint64 index, const guint8 *labels, char caption[ARRA_DOMAIN_CAPTION])
{
  static const char *const wordings[]
      = { "wcn,g,s",   "aswcn,g", "s,wcn,r",  "n,c,s,w,g", "cn,w,s,g", "awcn,r,s",
          "acn,g,w,s", "scn,g,w", "w,s,cn,g", "n,g,wc,s",  NULL };
  ArraDice dice = arra_dice (seed, index, TEXTURE_DICE_WORDS);
  const TextureMaterial *material = texture_materials + labels[TEXTURE_MATERIAL];
  const char *wording = one_of (&dice, wordings);
  Words words = { .noun = one_of (&dice, material->words) };
  g_autoptr (GString) text = g_string_new (NULL);

  words.article = *words.noun == '+' ? "a" : "";
  words.noun += *words.noun == '+';
  words.size = say_size (&dice, labels[TEXTURE_SCALE]);
  words.age = say_age (&dice, material, labels[TEXTURE_WEATHERING]);
  words.colour = say_colour (&dice, material, labels[TEXTURE_COLOUR]);
  say_direction (material, labels[TEXTURE_DIRECTION], &words);
  fill_in (wording, &words, text);
  g_strlcpy (caption, text->str, ARRA_DOMAIN_CAPTION);
}
