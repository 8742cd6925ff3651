/* stored_names.c - tensors under the names that published files give them
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "stored_names.h"

#include <string.h>

#include "params.h"

#define MAX_NAME 256

/* ---- names */

/* What follows @pattern in @name, NULL when it does not begin with it; *@number: what # stands for. */
static const char *
match (const char *pattern, const char *name, const char **number, gsize *digits)
{
  while (*pattern != '\0')
    {
      if (*pattern == '#')
        {
          *number = name;
          *digits = strspn (name, "0123456789");
          if (*digits == 0)
            return NULL;
          name += *digits;
        }
      else if (*pattern != *name++)
        return NULL;
      pattern++;
    }
  return *name == '\0' || *name == '.' ? name : NULL;
}

static void
write_name (GString *out, const char *pattern, const char *number, gsize digits, const char *rest)
{
  for (; *pattern != '\0'; pattern++)
    if (*pattern == '#')
      g_string_append_len (out, number, (gssize) digits);
    else
      g_string_append_c (out, *pattern);
  g_string_append (out, rest);
}

/* "a.b.weight" as a module that was saved whole has it: "_modules.a._modules.b._parameters.weight". */
static void
write_pickled (GString *out, const char *name)
{
  const char *dot;

  for (; (dot = strchr (name, '.')) != NULL; name = dot + 1)
    g_string_append_printf (out, "_modules.%.*s.", (int) (dot - name), name);
  g_string_append_printf (out, "%s.%s", g_str_has_prefix (name, "running_") ? "_buffers" : "_parameters", name);
}

/* Their name, as of a state, in @out. (nullable): the rule that gave it. */
static const ArraStoredName *
apply_rules (const ArraStoredNames *names, const char *ours, GString *out)
{
  for (gsize i = 0; i < names->n; i++)
    {
      const ArraStoredName *rule = &names->rules[i];
      const char *number = "", *rest;
      gsize digits = 0;

      if ((rest = match (rule->ours, ours, &number, &digits)) == NULL)
        continue;
      write_name (out, rule->theirs, number, digits, rest);
      return rule;
    }
  g_string_append (out, ours);
  return NULL;
}

/* Their name in @out, and the rule as above. */
static const ArraStoredName *
translate (const ArraStoredNames *names, const char *ours, GString *out)
{
  g_autoptr (GString) plain = g_string_sized_new (MAX_NAME);
  const ArraStoredName *rule = apply_rules (names, ours, plain);

  g_string_assign (out, names->prefix != NULL ? names->prefix : "");
  if (names->pickled)
    write_pickled (out, plain->str);
  else
    g_string_append (out, plain->str);
  return rule;
}

gboolean
arra_stored_recognise (const ArraSource *source, const char *marker, ArraStoredNames *names, char **prefix)
{
  g_autoptr (GString) whole = g_string_sized_new (MAX_NAME);

  write_pickled (whole, marker);
  *prefix = arra_source_find_prefix (source, marker);
  names->pickled = *prefix == NULL;
  if (names->pickled)
    *prefix = arra_source_find_prefix (source, whole->str);
  names->prefix = *prefix;
  return *prefix != NULL;
}

const ArraTensor *
arra_stored_find (const ArraStoredNames *names, const ArraSource *source, const char *ours)
{
  g_autoptr (GString) theirs = g_string_sized_new (MAX_NAME);

  translate (names, ours, theirs);
  return arra_source_find (source, theirs->str);
}

/* ---- values */

/* A tensor of ours, and what is to be found for it. */
typedef struct
{
  const ArraParameter *item;
  const ArraStoredName *rule; /* (nullable) */
  ArraParam param;
} Wanted;

static void
swap (gint64 *a, gint64 *b)
{
  gint64 kept = *a;

  *a = *b;
  *b = kept;
}

/* Dimensions of 1 go before the shape when the file has them there. */
static void
take_dimensions (ArraParam *param, const ArraTensor *stored)
{
  guint more = stored != NULL && stored->n_dims > param->n_dims ? stored->n_dims - param->n_dims : 0;

  if (param->n_dims + more > G_N_ELEMENTS (param->shape))
    return;
  memmove (param->shape + more, param->shape, param->n_dims * sizeof param->shape[0]);
  for (guint i = 0; i < more; i++)
    param->shape[i] = 1;
  param->n_dims += more;
}

/* @name: keeps the name that the wanted tensor points to. */
static Wanted
want (const ArraStoredNames *names, const ArraParameter *item, ArraSource *source, ArraWeight *weight, GString *name)
{
  Wanted wanted = { .item = item, .rule = translate (names, item->name, name) };
  ArraParam *param = &wanted.param;

  *param = (ArraParam) {
    .name = name->str, .kind = ARRA_PARAM_VECTOR, .optional = item->optional, .n_dims = item->n_dims, .weight = weight
  };
  memcpy (param->shape, item->shape, sizeof item->shape);
  if (wanted.rule != NULL && wanted.rule->parts > 0)
    param->shape[0] *= wanted.rule->parts;
  if (wanted.rule != NULL && wanted.rule->transposed)
    swap (&param->shape[0], &param->shape[1]);
  take_dimensions (param, arra_source_find (source, param->name));
  return wanted;
}

static gboolean
check (const ArraStoredNames *names,
       const ArraParameters *parameters,
       ArraSource *source,
       gsize *converted,
       GError **error)
{
  g_autoptr (GString) name = g_string_sized_new (MAX_NAME);

  *converted = 0;
  for (guint i = 0; i < parameters->n; i++)
    {
      Wanted wanted = want (names, &parameters->items[i], source, NULL, name);
      guint64 mapped = 0, owned = 0;

      if (!arra_param_measure (&wanted.param, source, ARRA_F32, &mapped, &owned, error))
        return FALSE;
      *converted = MAX (*converted, (gsize) owned);
    }
  return TRUE;
}

static void
copy (const Wanted *wanted, const float *from, float *to)
{
  const ArraParameter *item = wanted->item;
  gsize rows, columns;

  if (wanted->rule == NULL || !wanted->rule->transposed)
    {
      gsize part = wanted->rule != NULL ? wanted->rule->part : 0;

      memcpy (to, from + part * item->count, item->count * sizeof *to);
      return;
    }
  rows = (gsize) item->shape[0];
  columns = item->count / rows;
  for (gsize row = 0; row < rows; row++)
    for (gsize i = 0; i < columns; i++)
      to[row * columns + i] = from[i * rows + row];
}

static gboolean
load (const ArraStoredNames *names, ArraParameters *parameters, ArraSource *source, GError **error)
{
  g_autoptr (GString) name = g_string_sized_new (MAX_NAME);

  for (guint i = 0; i < parameters->n; i++)
    {
      ArraWeight weight = { .owned = NULL };
      Wanted wanted = want (names, &parameters->items[i], source, &weight, name);
      gboolean ok = arra_param_bind (&wanted.param, source, ARRA_F32, NULL, NULL, error);

      if (ok && weight.view.data != NULL)
        copy (&wanted, weight.view.data, parameters->data + wanted.item->offset);
      arra_weight_clear (&weight);
      if (!ok)
        return FALSE;
    }
  return TRUE;
}

gboolean
arra_stored_load (const ArraStoredNames *names,
                  ArraParameters *parameters,
                  ArraSource *source,
                  gsize *converted,
                  GError **error)
{
  gsize largest;

  if (!check (names, parameters, source, converted != NULL ? converted : &largest, error))
    return FALSE;
  return names->described
         || (arra_parameters_allocate (parameters, FALSE, error) && load (names, parameters, source, error)
             && arra_source_check (source, error));
}
