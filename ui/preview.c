/* preview.c - the place where a picture forms, row by row
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "preview.h"

#include <gdk/gdkkeysyms.h>
#include <glib/gi18n-lib.h>

#include "form.h"
#include "surface.h"

#define LARGEST_ZOOM 4.0
#define TILES 3            /* of a picture without seams, in a row */
#define EDGE ARRA_FORM_GAP /* around the picture */

struct _ArraPreview
{
  GtkWidget *root, *area, *hint, *hint_text, *note;
  cairo_surface_t *surface; /* (nullable): the finished rows */
  cairo_surface_t *map;     /* (nullable): what is drawn over them */
  char *map_words;          /* (nullable): what that says */
  guint width, height;      /* of the whole picture; 0 x 0: none */
  guint rows_finished, rows_total;
  guint across, down;                /* how often it is shown */
  guint row_height;                  /* pixels; 0: no row can be chosen */
  guint row;                         /* chosen, from 1; 0: none */
  guint target_width, target_height; /* what it is fitted to; 0 x 0: nothing, and it is not cut */
  void (*row_chosen) (guint row, gpointer data);
  gpointer data;
};

typedef struct
{
  double x, y, zoom;
} Place;

/* The picture in the middle, as large as fits as often as it is shown; small ones are not blown up without bound. */
static Place
find_place (const ArraPreview *preview)
{
  const double across = gtk_widget_get_allocated_width (preview->area),
               down = gtk_widget_get_allocated_height (preview->area);
  Place place = { 0, 0,
                  MIN ((across - 2 * EDGE) / (preview->width * preview->across),
                       (down - 2 * EDGE) / (preview->height * preview->down)) };

  place.zoom = MIN (place.zoom, LARGEST_ZOOM);
  place.x = (across - preview->width * place.zoom) / 2;
  place.y = (down - preview->height * place.zoom) / 2;
  return place;
}

static void
draw_rest (const ArraPreview *preview, cairo_t *cr, const Place *place)
{
  GtkStyleContext *context = gtk_widget_get_style_context (preview->area);
  GdkRGBA color;

  gtk_style_context_get_color (context, gtk_style_context_get_state (context), &color);
  color.alpha *= 0.08;
  gdk_cairo_set_source_rgba (cr, &color);
  cairo_rectangle (cr, place->x, place->y, preview->width * place->zoom, preview->height * place->zoom);
  cairo_fill (cr);
}

/* A line across the picture below @finished pixels: along it the picture grows, or will grow anew. */
static void
draw_frontier (const ArraPreview *preview, cairo_t *cr, const Place *place, double finished)
{
  GtkStyleContext *context = gtk_widget_get_style_context (preview->area);
  GdkRGBA color;

  if (!gtk_style_context_lookup_color (context, "theme_selected_bg_color", &color))
    gtk_style_context_get_color (context, gtk_style_context_get_state (context), &color);
  gdk_cairo_set_source_rgba (cr, &color);
  cairo_rectangle (cr, place->x, place->y + finished * place->zoom - 1, preview->width * place->zoom, 2);
  cairo_fill (cr);
}

/* Over the path: what is there loses its colours, and each code gets one. */
static void
draw_map (const ArraPreview *preview, cairo_t *cr)
{
  cairo_set_operator (cr, CAIRO_OPERATOR_HSL_SATURATION);
  cairo_set_source_rgb (cr, 0.5, 0.5, 0.5);
  cairo_fill_preserve (cr);
  cairo_set_operator (cr, CAIRO_OPERATOR_OVER);
  cairo_set_source_surface (cr, preview->map, 0, 0);
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_NEAREST);
  cairo_pattern_set_extend (cairo_get_source (cr), CAIRO_EXTEND_REPEAT);
  cairo_fill (cr);
}

static void
draw_finished (const ArraPreview *preview, cairo_t *cr, const Place *place)
{
  const double finished = cairo_image_surface_get_height (preview->surface);
  const double left = preview->width * ((preview->across - 1) / 2.0), above = finished * ((preview->down - 1) / 2.0);

  cairo_save (cr);
  cairo_translate (cr, place->x, place->y);
  cairo_scale (cr, place->zoom, place->zoom);
  cairo_set_source_surface (cr, preview->surface, 0, 0);
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_GOOD);
  cairo_pattern_set_extend (cairo_get_source (cr),
                            preview->across * preview->down > 1 ? CAIRO_EXTEND_REPEAT : CAIRO_EXTEND_PAD);
  cairo_rectangle (cr, -left, -above, preview->width * preview->across, finished * preview->down);
  cairo_fill_preserve (cr);
  if (preview->map != NULL)
    draw_map (preview, cr);
  cairo_new_path (cr);
  cairo_restore (cr);
  if (preview->row > 0)
    draw_frontier (preview, cr, place, (preview->row - 1) * preview->row_height);
  if (preview->rows_finished < preview->rows_total)
    draw_frontier (preview, cr, place, finished);
}

/* What of the picture is seen when it fills the target: its middle. FALSE: all of it. */
static gboolean
find_crop (const ArraPreview *preview, double *width, double *height)
{
  *width = preview->width;
  *height = preview->height;
  if (preview->target_width == 0 || preview->target_height == 0 || preview->across * preview->down > 1)
    return FALSE;
  *width = MIN (*width, *height * preview->target_width / preview->target_height);
  *height = MIN (*height, *width * preview->target_height / preview->target_width);
  return preview->width - *width >= 1 || preview->height - *height >= 1;
}

/* What is cut off is dimmed, and a line goes around what stays. */
static void
draw_crop (const ArraPreview *preview, cairo_t *cr, const Place *place)
{
  GtkStyleContext *context = gtk_widget_get_style_context (preview->area);
  double width, height;
  GdkRGBA color;

  if (!find_crop (preview, &width, &height))
    return;
  if (!gtk_style_context_lookup_color (context, "theme_bg_color", &color))
    gdk_rgba_parse (&color, "grey");
  color.alpha = 0.7;
  gdk_cairo_set_source_rgba (cr, &color);
  cairo_save (cr);
  cairo_translate (cr, place->x + preview->width * place->zoom / 2, place->y + preview->height * place->zoom / 2);
  cairo_scale (cr, place->zoom, place->zoom);
  cairo_rectangle (cr, -(preview->width / 2.0), -(preview->height / 2.0), preview->width, preview->height);
  cairo_rectangle (cr, -width / 2, -height / 2, width, height);
  cairo_restore (cr);
  cairo_set_fill_rule (cr, CAIRO_FILL_RULE_EVEN_ODD);
  cairo_fill (cr);
  gtk_style_context_get_color (context, gtk_style_context_get_state (context), &color);
  gdk_cairo_set_source_rgba (cr, &color);
  cairo_set_line_width (cr, 1);
  cairo_rectangle (cr, place->x + (preview->width - width) / 2 * place->zoom,
                   place->y + (preview->height - height) / 2 * place->zoom, width * place->zoom, height * place->zoom);
  cairo_stroke (cr);
}

static gboolean
draw (GtkWidget *area, cairo_t *cr, gpointer data)
{
  const ArraPreview *preview = data;
  GtkStyleContext *context = gtk_widget_get_style_context (area);
  const int across = gtk_widget_get_allocated_width (area), down = gtk_widget_get_allocated_height (area);
  Place place;

  gtk_render_background (context, cr, 0, 0, across, down);
  gtk_render_frame (context, cr, 0, 0, across, down);
  if (preview->width == 0 || preview->height == 0)
    return FALSE;
  place = find_place (preview);
  draw_rest (preview, cr, &place);
  if (preview->surface != NULL)
    draw_finished (preview, cr, &place);
  draw_crop (preview, cr, &place);
  return FALSE;
}

/* ---- rows */

static void
choose_row (ArraPreview *preview, guint row)
{
  preview->row = row;
  gtk_widget_queue_draw (preview->area);
  preview->row_chosen (row, preview->data);
}

/* Rows that can be chosen; 0: none can. */
static guint
n_rows (const ArraPreview *preview)
{
  const guint height = preview->surface != NULL ? (guint) cairo_image_surface_get_height (preview->surface) : 0;

  return preview->row_height > 0 ? (height + preview->row_height - 1) / preview->row_height : 0;
}

static gboolean
clicked (GtkWidget *area, GdkEventButton *event, gpointer data)
{
  ArraPreview *preview = data;
  Place place;
  double y;

  if (event->type != GDK_BUTTON_PRESS || event->button != GDK_BUTTON_PRIMARY || n_rows (preview) == 0)
    return GDK_EVENT_PROPAGATE;
  gtk_widget_grab_focus (area);
  place = find_place (preview);
  y = (event->y - place.y) / place.zoom;
  if (y >= 0 && y < preview->height)
    choose_row (preview, MIN ((guint) y / preview->row_height + 1, n_rows (preview)));
  return GDK_EVENT_STOP;
}

static gboolean
key_pressed (GtkWidget *area, GdkEventKey *event, gpointer data)
{
  ArraPreview *preview = data;

  if (n_rows (preview) == 0)
    return GDK_EVENT_PROPAGATE;
  if (event->keyval == GDK_KEY_Down)
    choose_row (preview, MIN (preview->row + 1, n_rows (preview)));
  else if (event->keyval == GDK_KEY_Up)
    choose_row (preview, preview->row - MIN (preview->row, 1));
  else
    return GDK_EVENT_PROPAGATE;
  return GDK_EVENT_STOP;
}

/* ---- the widget */

static void
clear_map (ArraPreview *preview)
{
  g_clear_pointer (&preview->map, cairo_surface_destroy);
  g_clear_pointer (&preview->map_words, g_free);
}

static void
free_preview (gpointer data)
{
  ArraPreview *preview = data;

  g_clear_pointer (&preview->surface, cairo_surface_destroy);
  clear_map (preview);
  g_free (preview);
}

static GtkWidget *
new_hint (ArraPreview *preview)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2 * ARRA_FORM_GAP);
  GtkWidget *image = gtk_image_new_from_icon_name ("image-x-generic-symbolic", GTK_ICON_SIZE_DIALOG);
  GtkWidget *text = preview->hint_text = gtk_label_new (NULL);

  gtk_image_set_pixel_size (GTK_IMAGE (image), 64);
  gtk_label_set_justify (GTK_LABEL (text), GTK_JUSTIFY_CENTER);
  arra_form_name (image, _ ("Empty picture"));
  gtk_container_add (GTK_CONTAINER (box), image);
  gtk_container_add (GTK_CONTAINER (box), text);
  gtk_widget_set_halign (box, GTK_ALIGN_CENTER);
  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  gtk_style_context_add_class (gtk_widget_get_style_context (box), GTK_STYLE_CLASS_DIM_LABEL);
  return box;
}

static void
build_area (ArraPreview *preview)
{
  preview->area = gtk_drawing_area_new ();
  gtk_widget_set_size_request (preview->area, 320, 240);
  gtk_style_context_add_class (gtk_widget_get_style_context (preview->area), "arra-preview");
  atk_object_set_role (gtk_widget_get_accessible (preview->area), ATK_ROLE_IMAGE);
  arra_form_name (preview->area, _ ("Preview"));
  gtk_widget_set_can_focus (preview->area, TRUE);
  gtk_widget_add_events (preview->area, GDK_BUTTON_PRESS_MASK | GDK_KEY_PRESS_MASK);
  g_signal_connect (preview->area, "draw", G_CALLBACK (draw), preview);
  g_signal_connect (preview->area, "button-press-event", G_CALLBACK (clicked), preview);
  g_signal_connect (preview->area, "key-press-event", G_CALLBACK (key_pressed), preview);
}

ArraPreview *
arra_preview_new (void (*row_chosen) (guint row, gpointer data), gpointer data)
{
  ArraPreview *preview = g_new0 (ArraPreview, 1);
  GtkWidget *overlay = gtk_overlay_new ();

  preview->row_chosen = row_chosen;
  preview->data = data;
  build_area (preview);
  preview->hint = new_hint (preview);
  arra_preview_set_ready (preview, FALSE);
  preview->note = arra_form_text (FALSE);
  gtk_label_set_text (GTK_LABEL (preview->note), _ ("synthetic – not for diagnosis"));
  gtk_label_set_xalign (GTK_LABEL (preview->note), 0.5);
  gtk_style_context_add_class (gtk_widget_get_style_context (preview->note), "arra-note");
  gtk_widget_set_no_show_all (preview->note, TRUE);

  gtk_container_add (GTK_CONTAINER (overlay), preview->area);
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), preview->hint);
  gtk_overlay_set_overlay_pass_through (GTK_OVERLAY (overlay), preview->hint, TRUE);
  preview->root = gtk_box_new (GTK_ORIENTATION_VERTICAL, ARRA_FORM_GAP);
  gtk_box_pack_start (GTK_BOX (preview->root), overlay, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (preview->root), preview->note, FALSE, FALSE, 0);
  g_object_set_data_full (G_OBJECT (preview->root), "arra-preview", preview, free_preview);
  return preview;
}

GtkWidget *
arra_preview_widget (ArraPreview *preview)
{
  return preview->root;
}

static void
describe (ArraPreview *preview)
{
  g_autofree char *text = NULL;
  double width, height;

  if (preview->rows_total > 0)
    text = g_strdup_printf (_ ("%u of %u rows finished"), preview->rows_finished, preview->rows_total);
  if (text != NULL && preview->across * preview->down > 1)
    {
      g_autofree char *rows = g_steal_pointer (&text);

      text = g_strdup_printf (_ ("%s, shown %u × %u times"), rows, preview->across, preview->down);
    }
  if (text != NULL && find_crop (preview, &width, &height))
    {
      g_autofree char *rows = g_steal_pointer (&text);

      text = g_strdup_printf (_ ("%s, cut to %.0f × %.0f pixels"), rows, width, height);
    }
  if (text != NULL && preview->map_words != NULL)
    {
      g_autofree char *rows = g_steal_pointer (&text);

      text = g_strdup_printf ("%s, %s", rows, preview->map_words);
    }
  atk_object_set_description (gtk_widget_get_accessible (preview->area), text != NULL ? text : "");
  gtk_widget_set_visible (preview->hint, preview->width == 0);
  gtk_widget_queue_draw (preview->area);
}

static void
show_picture (ArraPreview *preview, const ArraPicture *picture, const ArraPreviewLook *look)
{
  const gboolean finished = picture != NULL && picture->rows_finished == picture->rows_total;

  g_clear_pointer (&preview->surface, cairo_surface_destroy);
  clear_map (preview);
  preview->width = preview->height = preview->rows_finished = preview->rows_total = 0;
  preview->across = finished && (look->seamless & ARRA_SEAMLESS_X) != 0 ? TILES : 1;
  preview->down = finished && (look->seamless & ARRA_SEAMLESS_Y) != 0 ? TILES : 1;
  preview->row_height = look->row_height;
  if (picture != NULL && picture->rows_finished > 0)
    {
      preview->surface = arra_surface_new (picture);
      preview->width = picture->width;
      preview->height = look->whole_height;
      preview->rows_finished = picture->rows_finished;
      preview->rows_total = picture->rows_total;
    }
  gtk_widget_set_tooltip_text (preview->area,
                               n_rows (preview) > 0 ? _ ("Click a row to make the picture anew from there on") : NULL);
  gtk_widget_set_visible (preview->note, look->medical);
}

void
arra_preview_set_picture (ArraPreview *preview, const ArraPicture *picture, const ArraPreviewLook *look)
{
  show_picture (preview, picture, look);
  if (preview->row > 0)
    choose_row (preview, 0);
  describe (preview);
}

/* Of the theme: what is likelier, or surprises, and what is less likely. */
static void
map_colors (const ArraPreview *preview, GdkRGBA *more, GdkRGBA *less)
{
  GtkStyleContext *context = gtk_widget_get_style_context (preview->area);

  if (!gtk_style_context_lookup_color (context, "theme_selected_bg_color", more))
    gtk_style_context_get_color (context, gtk_style_context_get_state (context), more);
  if (!gtk_style_context_lookup_color (context, "warning_color", less))
    *less = (GdkRGBA) { 1 - more->red, 1 - more->green, 1 - more->blue, 1 };
}

void
arra_preview_set_map (ArraPreview *preview, const ArraPreviewMap *map)
{
  GdkRGBA more, less;

  clear_map (preview);
  if (map != NULL && preview->surface != NULL)
    {
      map_colors (preview, &more, &less);
      preview->map = arra_surface_map (map->grey, map->width, map->height, &more, map->phrase != NULL ? &less : NULL);
      preview->map_words = map->phrase != NULL ? g_strdup_printf (_ ("coloured by what “%s” adds"), map->phrase)
                                               : g_strdup (_ ("coloured by how much each part surprises"));
    }
  describe (preview);
}

void
arra_preview_set_frame (ArraPreview *preview, guint width, guint height, gboolean medical)
{
  const ArraPreviewLook look = { .medical = medical };

  arra_preview_set_picture (preview, NULL, &look);
  preview->width = width;
  preview->height = height;
  describe (preview);
}

void
arra_preview_set_target (ArraPreview *preview, guint width, guint height)
{
  if (preview->target_width == width && preview->target_height == height)
    return;
  preview->target_width = width;
  preview->target_height = height;
  describe (preview);
}

void
arra_preview_set_ready (ArraPreview *preview, gboolean ready)
{
  gtk_label_set_text (GTK_LABEL (preview->hint_text),
                      ready ? _ ("Press Generate.\nThe picture forms here, row by row.")
                            : _ ("Describe a picture and press Generate.\nIt forms here, row by row."));
}
