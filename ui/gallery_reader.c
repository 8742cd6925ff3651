/* gallery_reader.c - the gallery without waiting: a thread reads its files and turns tokens into pixels
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "gallery_reader.h"

#include <glib/gi18n-lib.h>

#include "surface.h"

#define KEPT_BATCH (1u << 31) /* of pictures that come from here: those of a press of Generate are counted from 1 */

struct _ArraGalleryReader
{
  char *folder;
  int side, scale;
  void (*told) (ArraGalleryReply *reply, gpointer data);
  gpointer data;
  GAsyncQueue *tasks;
  GThread *thread; /* (nullable): none could be had: then whoever asks waits */
  GCancellable *cancellable;
  GMutex lock; /* of all below */
  GQueue replies;
  guint source;
};

typedef struct
{
  ArraGalleryAct act;
  char *id;
  ArraCheckpoint *described;
  gboolean last; /* nothing comes behind it, and there is nothing to do */
} Task;

static void
free_task (Task *task)
{
  g_free (task->id);
  g_clear_pointer (&task->described, arra_checkpoint_unref);
  g_free (task);
}

static void
free_reply (ArraGalleryReply *reply)
{
  g_free (reply->id);
  g_clear_pointer (&reply->item, arra_gallery_item_free);
  g_clear_pointer (&reply->made, arra_made_free);
  g_clear_pointer (&reply->recipe, arra_recipe_free);
  g_clear_pointer (&reply->surface, cairo_surface_destroy);
  g_clear_error (&reply->error);
  g_free (reply);
}

/* ---- to the main loop */

static gboolean
deliver (gpointer data)
{
  ArraGalleryReader *reader = data;
  ArraGalleryReply *reply;
  gboolean more;

  g_mutex_lock (&reader->lock);
  reply = g_queue_pop_head (&reader->replies);
  more = !g_queue_is_empty (&reader->replies);
  if (!more)
    reader->source = 0;
  g_mutex_unlock (&reader->lock);
  if (reply != NULL)
    {
      reader->told (reply, reader->data);
      free_reply (reply);
    }
  return more ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static ArraGalleryReply *
new_reply (const Task *task)
{
  ArraGalleryReply *reply = g_new0 (ArraGalleryReply, 1);

  reply->act = task->act;
  reply->id = g_strdup (task->id);
  return reply;
}

static void
post (ArraGalleryReader *reader, ArraGalleryReply *reply)
{
  g_mutex_lock (&reader->lock);
  g_queue_push_tail (&reader->replies, reply);
  if (reader->source == 0)
    reader->source = g_idle_add (deliver, reader);
  g_mutex_unlock (&reader->lock);
}

/* ---- in the thread */

static void
list (ArraGalleryReader *reader, const Task *task)
{
  g_autoptr (GPtrArray) ids = arra_gallery_list (reader->folder);

  for (guint i = 0; i < ids->len && !g_cancellable_is_cancelled (reader->cancellable); i++)
    {
      ArraGalleryReply *reply = new_reply (task);

      reply->id = g_strdup (ids->pdata[i]);
      reply->item = arra_gallery_look (reader->folder, reply->id);
      post (reader, reply);
    }
}

/* What a picture has beside its pixels. */
static void
describe (const Task *task, ArraJob *job, const ArraRequest *request, ArraMade *made)
{
  made->batch = g_str_hash (task->id) | KEPT_BATCH;
  made->answer = request->first;
  made->index = arra_gallery_index (task->id);
  made->seed = request->seed;
  made->seamless = request->seamless;
  made->whole_height = arra_made_whole_height (&made->picture, request->height);
  made->codes = arra_job_codes (job, 0, made->index, &made->code_rows, &made->code_columns);
  made->prompt = g_strdup (request->prompt);
  made->recipe = arra_job_recipe (job, 0, TRUE);
  made->recipe_bare = arra_job_recipe (job, 0, FALSE);
  made->from = arra_checkpoint_ref (task->described);
}

/* (transfer full): NULL with @error set */
static ArraMade *
make (ArraGalleryReader *reader, const Task *task, GError **error)
{
  g_autoptr (ArraRecipe) recipe = arra_gallery_read (reader->folder, task->id, error);
  g_autofree char *path = arra_gallery_path (reader->folder, task->id);
  g_autoptr (ArraJob) job = NULL;
  const ArraPicture *picture;
  ArraMade *made;

  if (recipe == NULL || g_cancellable_set_error_if_cancelled (reader->cancellable, error))
    return NULL;
  if (task->described == NULL)
    {
      g_set_error_literal (error, ARRA_ERROR, ARRA_ERROR_NOT_FOUND,
                           _ ("It was made with a checkpoint that is not here."));
      return NULL;
    }
  job = arra_job_resume (task->described, path, NULL, error);
  picture = job != NULL ? arra_job_decode (job, 0, arra_gallery_index (task->id), reader->cancellable, error) : NULL;
  made = picture != NULL ? arra_made_new (picture, error) : NULL;
  if (made != NULL)
    describe (task, job, arra_recipe_request (recipe), made);
  return made;
}

static void
make_thumbnail (ArraGalleryReader *reader, const Task *task, ArraGalleryReply *reply)
{
  g_autoptr (ArraMade) made = make (reader, task, &reply->error);

  if (made != NULL)
    reply->surface = arra_surface_thumbnail (&made->picture, made->whole_height, reader->side, reader->scale);
}

static void
work (ArraGalleryReader *reader, const Task *task)
{
  ArraGalleryReply *reply = new_reply (task);
  const char *folder = reader->folder;

  switch (task->act)
    {
    case ARRA_GALLERY_LIST:
      list (reader, task);
      break;
    case ARRA_GALLERY_THUMBNAIL:
      make_thumbnail (reader, task, reply);
      break;
    case ARRA_GALLERY_PICTURE:
      reply->made = make (reader, task, &reply->error);
      break;
    case ARRA_GALLERY_SETTINGS:
      reply->recipe = arra_gallery_read (folder, task->id, &reply->error);
      break;
    case ARRA_GALLERY_FAVOUR:
    case ARRA_GALLERY_UNFAVOUR:
      arra_gallery_favour (folder, task->id, task->act == ARRA_GALLERY_FAVOUR, &reply->error);
      break;
    case ARRA_GALLERY_DELETE:
      arra_gallery_remove (folder, task->id, &reply->error);
      break;
    case ARRA_GALLERY_DELETE_ALL:
    default:
      arra_gallery_clear (folder, &reply->error);
      break;
    }
  post (reader, reply);
}

static gpointer
run (gpointer data)
{
  ArraGalleryReader *reader = data;

  for (gboolean last = FALSE; !last;)
    {
      Task *task = g_async_queue_pop (reader->tasks);

      last = task->last;
      if (!last)
        work (reader, task);
      free_task (task);
    }
  return NULL;
}

/* Thumbnails wait for everything else. */
static int
rank (const Task *task)
{
  return task->last ? 2 : task->act == ARRA_GALLERY_THUMBNAIL ? 1 : 0;
}

static int
compare (gconstpointer a, gconstpointer b, gpointer data)
{
  return rank (a) - rank (b);
}

/* ---- from the main loop */

ArraGalleryReader *
arra_gallery_reader_new (const char *folder,
                         int side,
                         int scale,
                         void (*told) (ArraGalleryReply *reply, gpointer data),
                         gpointer data)
{
  ArraGalleryReader *reader = g_new0 (ArraGalleryReader, 1);

  reader->folder = g_strdup (folder);
  reader->side = side;
  reader->scale = scale;
  reader->told = told;
  reader->data = data;
  reader->cancellable = g_cancellable_new ();
  g_mutex_init (&reader->lock);
  g_queue_init (&reader->replies);
  reader->tasks = g_async_queue_new_full ((GDestroyNotify) free_task);
  reader->thread = g_thread_try_new ("arra-gallery", run, reader, NULL);
  return reader;
}

void
arra_gallery_reader_ask (ArraGalleryReader *reader, ArraGalleryAct act, const char *id, ArraCheckpoint *described)
{
  Task *task = g_new (Task, 1);

  *task = (Task) { act, g_strdup (id), described != NULL ? arra_checkpoint_ref (described) : NULL, FALSE };
  if (reader->thread != NULL)
    {
      g_async_queue_push_sorted (reader->tasks, task, compare, NULL);
      return;
    }
  work (reader, task);
  free_task (task);
}

/* What is to be deleted still is; thumbnails are not waited for. */
void
arra_gallery_reader_free (ArraGalleryReader *reader)
{
  Task *last = g_new0 (Task, 1);

  last->last = TRUE;
  g_cancellable_cancel (reader->cancellable);
  g_async_queue_push_sorted (reader->tasks, last, compare, NULL);
  g_clear_pointer (&reader->thread, g_thread_join);
  g_async_queue_unref (reader->tasks);
  g_clear_handle_id (&reader->source, g_source_remove);
  g_queue_clear_full (&reader->replies, (GDestroyNotify) free_reply);
  g_mutex_clear (&reader->lock);
  g_object_unref (reader->cancellable);
  g_free (reader->folder);
  g_free (reader);
}
