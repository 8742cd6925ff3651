/* textures_caption.c - wordings of labels
 *
 * What goes without saying is the usual: medium, pristine, the material's own colour, and often the direction that it
 * mostly has: people write "oak planks". All else is always said.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "textures_private.h"

typedef struct
{
  const char *noun, *colour, *size, *age; /* "": left unsaid */
  const char *state;                      /* the age after the noun: "covered in moss" */
  const char *article;                    /* "a", or "" where the noun takes none */
  char grain[40], running[48];            /* "vertical grain", "grain running vertically", or "" */
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
  static const char *const fine[] = { "fine", "fine", "small-scale", "tiny", NULL };
  static const char *const coarse[] = { "coarse", "coarse", "large-scale", "large", "big", NULL };
  static const char *const *const words[] = { medium, fine, coarse };

  return one_of (dice, words[scale]);
}

static void
say_age (ArraDice *dice, const TextureMaterial *material, guint age, Words *words)
{
  static const char *const pristine[] = { "", "", "", "pristine", "clean", "new", NULL };
  static const char *const weathered[] = { "weathered", "weathered", "aged", "old", NULL };
  static const char *const worn[] = { "heavily worn", "heavily worn", "badly damaged", "battered", "ruined", NULL };
  static const char *const mossy[] = { "mossy", "mossy", "moss-covered", NULL };
  static const char *const grown[] = { "mossy", "covered in moss", "covered with moss", "overgrown with moss", NULL };
  static const char *const *const before[] = { pristine, weathered, worn, mossy };
  static const char *const *const after[] = { pristine, weathered, worn, grown };
  const char *age_word = one_of (dice, before[age]), *state = one_of (dice, after[age]);

  words->age = material->wear == NULL ? "" : age_word;
  words->state = material->wear == NULL ? "" : state;
}

static const char *
say_colour (ArraDice *dice, const TextureMaterial *material, guint colour)
{
  static const char *const words[]
      = { "natural", "red", "orange", "yellow", "green", "blue", "purple", "pink", "white", "grey", "black", "brown" };
  static const char *const other[TEXTURE_COLOURS]
      = { [TEXTURE_PURPLE] = "violet", [TEXTURE_GREY] = "gray", [TEXTURE_RED] = "crimson" };
  guint way = arra_dice_below (dice, 4);

  if (colour != TEXTURE_NATURAL)
    return way == 0 && other[colour] != NULL ? other[colour] : words[colour];
  return way == 0 ? "natural" : way == 1 && material->own_colour != NULL ? material->own_colour : "";
}

static void
say_direction (ArraDice *dice, const TextureMaterial *material, guint direction, Words *words)
{
  static const char *const names[] = { "", "horizontal", "vertical", "diagonal" };
  gboolean with = arra_dice_chance (dice, 0.3f), laid = arra_dice_chance (dice, 0.6f),
           unsaid = arra_dice_chance (dice, 0.6f);

  if (direction == TEXTURE_UNDIRECTED || (unsaid && direction == material->usual))
    return;
  g_snprintf (words->grain, sizeof words->grain, "%s%s %s", with ? "with " : "", names[direction], material->grain);
  if (laid && material->laid != NULL)
    g_snprintf (words->running, sizeof words->running, "%s %sly", material->laid, names[direction]);
  else
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
    case 'w':
      return words->age;
    case 'W':
      return words->state;
    case 'T':
      return "texture";
    case 'O':
      return "texture of";
    case 'S':
      return "seamless";
    case 'C':
      return "close-up of";
    default:
      return "background of";
    }
}

static void
end_clause (GString *text)
{
  if (text->len > 0 && text->str[text->len - 1] != ',')
    g_string_append_c (text, ',');
}

/* "a" before a vowel becomes "an". */
static void
mend_articles (GString *text)
{
  for (gsize i = 0; i + 2 < text->len; i++)
    if (text->str[i] == 'a' && text->str[i + 1] == ' ' && (i == 0 || text->str[i - 1] == ' ')
        && strchr ("aeiou", text->str[i + 2]) != NULL)
      g_string_insert (text, (gssize) i + 1, "n");
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
  mend_articles (text);
}

void
texture_caption (guint64 seed, guint64 index, const guint8 *labels, char caption[ARRA_DOMAIN_CAPTION])
{
  static const char *const wordings[]
      = { "wcn,g,s",  "wscn,g",    "wcn,r,s",   "aswcn,g",    "s,wcn,r",  "n,c,s,W,g", "cn,W,s,g",
          "awcn,r,s", "acn,g,W,s", "scn,g,W",   "cn,W,r,s",   "w,s,cn,g", "n,g,wc,s",  "Oawscn,g",
          "wscnT,g",  "Swscn,r",   "Cawcn,s,g", "ScnT,W,s,r", "Bswcn,g",  NULL };
  ArraDice dice = arra_dice (seed, index, TEXTURE_DICE_WORDS);
  const TextureMaterial *material = texture_materials + labels[TEXTURE_MATERIAL];
  const char *wording = one_of (&dice, wordings);
  Words words = { .noun = one_of (&dice, material->words) };
  g_autoptr (GString) text = g_string_new (NULL);

  words.article = *words.noun == '+' ? "a" : "";
  words.noun += *words.noun == '+';
  words.size = say_size (&dice, labels[TEXTURE_SCALE]);
  say_age (&dice, material, labels[TEXTURE_WEATHERING], &words);
  words.colour = say_colour (&dice, material, labels[TEXTURE_COLOUR]);
  say_direction (&dice, material, labels[TEXTURE_DIRECTION], &words);
  fill_in (wording, &words, text);
  g_strlcpy (caption, text->str, ARRA_DOMAIN_CAPTION);
}
