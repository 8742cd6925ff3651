/* main.c - `arra`: finds the subcommand and hands over
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "cpu.h"
#include "signals.h"

typedef struct
{
  const char *name;
  CliRun run;
  const char *summary;
} Command;

static const Command commands[] = {
  { "generate", cli_generate, "make a picture from a prompt" },
  { "fill", cli_fill, "fill a hole in a picture, or draw on beyond its edges" },
  { "map", cli_map, "show how likely a picture is, token by token, and what a phrase adds" },
  { "encode", cli_encode, "turn a picture into image tokens" },
  { "decode", cli_decode, "turn image tokens into a picture" },
  { "tokenize", cli_tokenize, "turn text into token ids, and back" },
  { "info", cli_info, "say what a checkpoint holds and the memory it needs" },
  { "get", cli_get, "fetch a checkpoint from the Hugging Face Hub" },
  { "convert", cli_convert, "write a checkpoint as a single GGUF file" },
  { "tokenizer-train", cli_tokenizer_train, "learn a tokenizer from captions" },
  { "pretokenize", cli_pretokenize, "turn a data set into codes and tokens for training" },
  { "features", cli_features, "gather features of a data set for training" },
  { "train", cli_train, "train what a configuration describes" },
  { "domain", cli_domain, "draw pictures with captions and labels to train on" },
  { "eval", cli_eval, "measure generated pictures against real ones" },
  { "contact-sheet", cli_contact_sheet, "draw pictures with their captions, to be looked at" },
  { "bench", cli_bench, "measure speed against the memory's bandwidth" },
};

static void
print_help (void)
{
  cli_print ("Usage:\n"
             "  arra COMMAND [OPTION...]\n"
             "\n"
             "Makes pictures from text with ARRA-trained autoregressive models, on the CPU.\n"
             "\n"
             "Commands:\n");
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    cli_print ("  %-15s %s\n", commands[i].name, commands[i].summary);
  cli_print ("  %-15s %s\n", "help", "show this help, or with a command's name the help of that command");
  cli_print (
      "\n"
      "Examples:\n"
      "  arra generate --model textures.gguf \"weathered oak wood\" -o oak.png\n"
      "  arra info --model textures.gguf\n"
      "  arra generate --help\n"
      "\n"
      "Environment:\n"
      "  ARRA_CPU=c|avx2|avx512   the kernels to use (default: the best this machine can run)\n"
      "  ARRA_LOOKAHEAD=1..8      tokens of a picture that the model reads at once (default: as many as are fastest)\n"
      "  ARRA_MEMORY_LIMIT=BYTES  pretend that no more memory than this is free\n"
      "\n"
      "Exit codes:\n"
      "  0 done, 64 wrong use, 69 this machine lacks a feature, 70 failure (a broken file, too little memory), 130 stopped by Ctrl-C\n");
}

static const Command *
find_command (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    if (strcmp (commands[i].name, name) == 0)
      return &commands[i];
  return NULL;
}

static CliStatus
report_unknown (const char *name)
{
  g_autoptr (GError) error = NULL;

  if (*name == '-')
    cli_usage_error (&error, "unknown option '%s'", name);
  else
    cli_usage_error (&error, "there is no command '%s'", name);
  return cli_report (NULL, error);
}

static CliStatus
run_help (int argc, char **argv)
{
  char help[] = "--help";
  char *help_argv[] = { NULL, help, NULL };
  const Command *command;

  if (argc < 2)
    {
      print_help ();
      return CLI_OK;
    }
  command = find_command (argv[1]);
  if (command == NULL)
    return report_unknown (argv[1]);
  help_argv[0] = argv[1];
  return command->run (2, help_argv);
}

static CliStatus
run_command (const Command *command, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  ArraCpu cpu;

  if (!arra_cpu_choose (&cpu, &error) || !cli_signals_start (&error))
    {
      CliStatus status = cli_status_of (error);
      cli_note ("arra: %s", error->message);
      return status;
    }
  return command->run (argc, argv);
}

static CliStatus
dispatch (int argc, char **argv)
{
  const Command *command;

  if (argc < 2)
    {
      cli_note ("arra: no command given");
      cli_note ("To see what can be given: arra --help");
      return CLI_USAGE;
    }
  if (strcmp (argv[1], "--version") == 0)
    {
      cli_print ("arra %s\n", arra_version ());
      return CLI_OK;
    }
  if (strcmp (argv[1], "--help") == 0 || strcmp (argv[1], "-h") == 0)
    return run_help (1, argv);
  if (strcmp (argv[1], "help") == 0)
    return run_help (argc - 1, argv + 1);
  command = find_command (argv[1]);
  if (command == NULL)
    return report_unknown (argv[1]);
  return run_command (command, argc - 1, argv + 1);
}

/* Where standard input, output or error is closed, no file of ours may take its number: it would get what is printed.
 * What takes it can neither be read nor written, as a closed one. */
static void
hold_standard_descriptors (void)
{
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    if (fcntl (fd, F_GETFD) < 0 && open ("/", O_PATH) < 0)
      return;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  CliStatus status;

  hold_standard_descriptors ();
  signal (SIGXFSZ, SIG_IGN); /* then what would grow past a limit is an error */
  setlocale (LC_ALL, "");
  status = dispatch (argc, argv);
  if (!cli_flush (&error) && status == CLI_OK)
    return cli_report (NULL, error);
  return status;
}
