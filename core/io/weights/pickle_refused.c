/* pickle_refused.c - what pickles that mean harm ask for
 *
 * Nothing in a pickle is ever called here: this list is for saying plainly what a file tried to do, instead
 * of reading on.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "pickle.h"

#include <string.h>

/* Modules that run programs, load code, reach files, the network or the interpreter: all in them */
static const char *const modules[] = {
  "_ctypes",
  "_io",
  "_operator",
  "_pickle",
  "_posixsubprocess",
  "_socket",
  "_thread",
  "_winapi",
  "atexit",
  "bdb",
  "cPickle",
  "cProfile",
  "code",
  "codeop",
  "commands",
  "doctest",
  "fileinput",
  "ftplib",
  "gc",
  "glob",
  "httplib",
  "imaplib",
  "imp",
  "inspect",
  "io",
  "linecache",
  "marshal",
  "modulefinder",
  "msvcrt",
  "nt",
  "numpy.testing._private.utils",
  "pdb",
  "pickle",
  "pkgutil",
  "platform",
  "poplib",
  "popen2",
  "posix",
  "profile",
  "pty",
  "py_compile",
  "pydoc",
  "resource",
  "rlcompleter",
  "runpy",
  "shelve",
  "shutil",
  "signal",
  "site",
  "smtplib",
  "socket",
  "socketserver",
  "sqlite3",
  "ssl",
  "subprocess",
  "sys",
  "tarfile",
  "telnetlib",
  "tempfile",
  "threading",
  "timeit",
  "trace",
  "urllib2",
  "webbrowser",
  "winreg",
  "zipfile",
  "zipimport",
};

/* The same with what lies below them */
static const char *const packages[] = {
  "aiohttp",
  "asyncio",
  "cffi",
  "cloudpickle",
  "ctypes",
  "dill",
  "distutils",
  "ensurepip",
  "http",
  "idlelib",
  "importlib",
  "joblib",
  "lib2to3",
  "multiprocessing",
  "numpy.distutils",
  "numpy.f2py",
  "os",
  "paramiko",
  "pip",
  "psutil",
  "requests",
  "setuptools",
  "torch.hub",
  "torch.serialization",
  "torch.utils.collect_env",
  "torch.utils.cpp_extension",
  "urllib",
  "urllib3",
  "venv",
  "xmlrpc",
};

/* In packages that are harmless otherwise */
static const struct
{
  const char *module, *name;
} globals[] = {
  { "torch.jit", "load" },        { "torch", "load" },       { "numpy", "load" },     { "operator", "attrgetter" },
  { "operator", "methodcaller" }, { "functools", "reduce" }, { "types", "CodeType" }, { "types", "FunctionType" },
  { "types", "MethodType" },      { "types", "ModuleType" },
};

/* Of the builtins nothing but types of data, and what makes them. */
static const char *const builtins[] = {
  "bool",    "bytearray", "bytes",    "complex",        "dict",     "enumerate", "float", "frozenset", "int",
  "list",    "long",      "object",   "range",          "set",      "slice",     "str",   "tuple",     "type",
  "unicode", "xrange",    "Ellipsis", "NotImplemented", "NoneType",
};

static gboolean
equals (const char *text, gsize length, const char *word)
{
  return strlen (word) == length && memcmp (text, word, length) == 0;
}

static gboolean
is_listed (const char *text, gsize length, const char *const *words, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (equals (text, length, words[i]))
      return TRUE;
  return FALSE;
}

static gboolean
is_in_package (const char *module, gsize length)
{
  for (gsize i = 0; i < G_N_ELEMENTS (packages); i++)
    {
      gsize n = strlen (packages[i]);

      if (length >= n && memcmp (module, packages[i], n) == 0 && (length == n || module[n] == '.'))
        return TRUE;
    }
  return FALSE;
}

gboolean
arra_pickle_is_refused (const char *module, gsize module_length, const char *name, gsize name_length)
{
  if (is_in_package (module, module_length) || is_listed (module, module_length, modules, G_N_ELEMENTS (modules)))
    return TRUE;
  if (equals (module, module_length, "builtins") || equals (module, module_length, "__builtin__"))
    return !is_listed (name, name_length, builtins, G_N_ELEMENTS (builtins));
  for (gsize i = 0; i < G_N_ELEMENTS (globals); i++)
    if (equals (module, module_length, globals[i].module) && equals (name, name_length, globals[i].name))
      return TRUE;
  return FALSE;
}
