/* generate_options.c - the options of `arra generate`
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "generate.h"

#include "options.h"

#define MAX_ENTRIES 40

static const CliHelp help = {
  .command = "generate",
  .arguments = "[PROMPT]",
  .summary = "Makes a picture from a prompt.",
  .examples
  = "  arra generate \"weathered oak wood\" -o oak.png\n"
    "  arra generate --model arra-mimic.gguf \"PA view chest x-ray image, cardiomegaly\" --size 512x512 -o x.png\n"
    "  arra generate --model lumina-folder --vqgan vqgan.ckpt --quant q8_0 \"a red fox in snow\" --seed 7\n"
    "  arra generate --prompt-file prompt.txt --count 4 --cfg 3.5 -o fox.png     (fox-1.png ... fox-4.png)\n"
    "  echo \"a red fox\" | arra generate - --json > report.json\n"
    "  arra generate \"old oak planks\" --size 1024x512 --seamless x -o planks.png  (any size; a strip to repeat)\n"
    "  arra generate \"old oak planks\" --from planks.png --vary 0.3 --count 4 -o others.png\n"
    "  arra generate \"a red fox in snow\" --count 8 --keep 2 -o fox.png          (the two best of eight)\n"
    "  arra generate --resume fox.tokens.json -o fox.png                         (after Ctrl-C)\n"
    "  arra generate --resume fox.tokens.json --from-row 9 -o fox.png            (four other ways on from row 9)\n"
    "  arra generate \"a red fox\" -o - | display                                  (into a pipe)\n"
    "  arra generate --prompts captions.txt --seed 1 -o pictures                 (images/000000.png ...)\n"
    "  arra generate --prompts held-out --limit 500 --seed 1 -o generated        (with its labels, for arra eval)",
  .notes
  = "Ctrl-C stops after the current token: the tokens are saved, then the finished rows are written as a picture; a\n"
    "second Ctrl-C leaves the picture out. --resume goes on to the very picture that an uninterrupted run gives.\n"
    "--prompts writes an imagefolder: pictures, and metadata.jsonl with the prompts and the labels of the data set. Pictures\n"
    "that are there are kept: after Ctrl-C the same command goes on. Picture I has the noise of --first I.\n"
    "--keep compares pictures by log p(picture | prompt) - log p(picture | nothing). With --prompts, --count N --keep 1\n"
    "writes the best of N for each prompt.\n"
    "A size that is none of the model's own is made in windows that overlap by half; --resume goes on with it likewise.\n"
    "Same checkpoint, prompt, settings and seed give the same picture, whatever the number of threads.\n"
    "The PNG holds the recipe (text chunk \"parameters\") and says that the picture was made by AI (XMP, IPTC\n"
    "trainedAlgorithmicMedia); --no-metadata leaves both out. 'arra info PICTURE' shows the recipe, --resume PICTURE makes it again.\n"
    "Exit codes: 0 done, 64 wrong use, 69 this machine lacks something, 70 failure, 130 stopped.",
};

static void
fill_entries (GenerateOptions *o, GOptionEntry entries[MAX_ENTRIES])
{
  const GOptionEntry list[] = {
    { "model", 'm', 0, G_OPTION_ARG_FILENAME, &o->model, "Checkpoint: a .gguf file, a Hugging Face folder, or a name",
      "PATH" },
    { "vqgan", 0, 0, G_OPTION_ARG_FILENAME, &o->vqgan, "VQGAN, when the checkpoint has none", "FILE" },
    { "text-encoder", 0, 0, G_OPTION_ARG_FILENAME, &o->text_encoder,
      "Text encoder, for a checkpoint whose prompts one reads and that has none", "FOLDER" },
    { "prompt", 'p', 0, G_OPTION_ARG_FILENAME, &o->prompt, "What the picture shows", "TEXT" },
    { "prompt-file", 'f', 0, G_OPTION_ARG_FILENAME, &o->prompt_file, "Read the prompt from FILE; - is standard input",
      "FILE" },
    { "prompts", 0, 0, G_OPTION_ARG_FILENAME, &o->prompts,
      "A picture for each line of FILE, or each caption of a data set", "PATH" },
    { "limit", 0, 0, G_OPTION_ARG_STRING, &o->limit, "Of --prompts only the first N", "N" },
    { "out", 'o', 0, G_OPTION_ARG_FILENAME, &o->out,
      "Picture to write (default: arra-SEED.png); - is standard output; with --prompts a folder", "PATH" },
    { "size", 's', 0, G_OPTION_ARG_STRING, &o->size,
      "Pixels, any (one number: a square), or auto: the model chooses, and may answer with text", "WxH" },
    { "seamless", 0, 0, G_OPTION_ARG_STRING, &o->seamless, "Edges that fit when the picture is repeated: x, y or both",
      "EDGES" },
    { "tries", 0, 0, G_OPTION_ARG_STRING, &o->tries, "Of --seamless: compare N ways on to each edge (default: 4)",
      "N" },
    { "from", 0, 0, G_OPTION_ARG_FILENAME, &o->from,
      "A picture or saved tokens to make anew in part: with --from-row or --vary", "FILE" },
    { "from-row", 0, 0, G_OPTION_ARG_STRING, &o->from_row,
      "Of --from or --resume: keep the rows of tokens above row R, from 1", "R" },
    { "vary", 0, 0, G_OPTION_ARG_STRING, &o->vary,
      "Of --from: make this share of the tokens anew, the least likely ones", "SHARE" },
    { "count", 'n', 0, G_OPTION_ARG_STRING, &o->count, "Number of pictures; more than one are numbered", "N" },
    { "keep", 0, 0, G_OPTION_ARG_STRING, &o->keep,
      "Of --count keep the N that are nearest to the prompt, the best one first", "N" },
    { "first", 0, 0, G_OPTION_ARG_STRING, &o->first,
      "Number of the first picture (default: 0): one of several again, alone", "I" },
    { "seed", 0, 0, G_OPTION_ARG_STRING, &o->seed,
      "Start of the randomness (default: another each time; with --prompts 0)", "N" },
    { "cfg", 0, 0, G_OPTION_ARG_STRING, &o->cfg, "Guidance scale: how closely to follow the prompt; 1: off", "SCALE" },
    { "cfg-interval", 0, 0, G_OPTION_ARG_STRING, &o->cfg_interval,
      "Guide only so many image tokens after the first (default: all)", "N" },
    { "top-k", 0, 0, G_OPTION_ARG_STRING, &o->top_k, "Choose among the K likeliest image tokens; 0: all", "K" },
    { "text-top-k", 0, 0, G_OPTION_ARG_STRING, &o->text_top_k, "The same for text tokens", "K" },
    { "temperature", 't', 0, G_OPTION_ARG_STRING, &o->temperature, "Above 1 more varied, below 1 more certain", "T" },
    { "top-p", 0, 0, G_OPTION_ARG_STRING, &o->top_p, "Choose among tokens of this probability together", "P" },
    { "greedy", 0, 0, G_OPTION_ARG_NONE, &o->greedy, "Always the likeliest token", NULL },
    { "max-tokens", 0, 0, G_OPTION_ARG_STRING, &o->max_tokens, "Longest answer with --size auto", "N" },
    { "template", 0, 0, G_OPTION_ARG_FILENAME, &o->prompt_template,
      "Prompt template: {prompt}, {width}, {height} are replaced", "TEXT" },
    { "quant", 0, 0, G_OPTION_ARG_STRING, &o->quant,
      "Weights in memory as auto, f32, f16, bf16, q8_0, q6_k, q4_k or q4_0", "TYPE" },
    { "kv", 0, 0, G_OPTION_ARG_STRING, &o->kv,
      "Keys and values of what was read as f32, f16 (half the memory) or q8_0 (a quarter)", "TYPE" },
    { "threads", 0, 0, G_OPTION_ARG_STRING, &o->threads, "Threads (default: all processors)", "N" },
    { "memory", 0, 0, G_OPTION_ARG_STRING, &o->memory, "Refuse to take more memory than this, as in 4G", "SIZE" },
    { "tokens-out", 0, 0, G_OPTION_ARG_FILENAME, &o->tokens_out, "Save the tokens (default: only when stopped)",
      "FILE" },
    { "resume", 0, 0, G_OPTION_ARG_FILENAME, &o->resume,
      "Go on from saved tokens, or make a picture again, with their settings", "FILE" },
    { "no-metadata", 0, 0, G_OPTION_ARG_NONE, &o->no_metadata, "Leave recipe and AI label out of the picture", NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &o->json, "Print a JSON object about what was done", NULL },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &o->quiet, "Print nothing but errors", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o->rest, NULL, NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };

  G_STATIC_ASSERT (G_N_ELEMENTS (list) <= MAX_ENTRIES);
  for (gsize i = 0; i < G_N_ELEMENTS (list); i++)
    entries[i] = list[i];
}

gboolean
generate_options_parse (GenerateOptions *options, int argc, char **argv, gboolean *helped, GError **error)
{
  GOptionEntry entries[MAX_ENTRIES];

  fill_entries (options, entries);
  return cli_options_parse (&help, entries, argc, argv, helped, error);
}

void
generate_options_clear (GenerateOptions *options)
{
  GOptionEntry entries[MAX_ENTRIES];

  fill_entries (options, entries);
  cli_options_clear (entries);
}
