/*
 * files.h - files and the environment, for the main thread and the subcommands. Not for loops (law 9).
 */
#ifndef WEIR_FILES_H
#define WEIR_FILES_H

#include "base/arena.h"
#include "base/fault.h"

/* Reads a regular file whole, at most 4 MiB: a settings_file_reader. */
bool file_read(struct arena *, const char *file, struct slice *text);

/* Writes all of it to an open file. False with errno. */
MUST_CHECK bool file_add(int fd, struct slice bytes);

/* Writes a file (mode 0600) whole or not at all: beside it first, then renamed. why: INTERNAL. */
MUST_CHECK bool file_write(const char *file, struct slice bytes, struct fault *why);

/* Makes the folder and those above it, mode 0700, where they are not there. why: INTERNAL. */
MUST_CHECK bool folder_make(const char *path, struct fault *why);

/* getenv(): a yaml_env. */
const char *environment(const char *name);

#endif
