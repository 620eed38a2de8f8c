/*
 * cmd_lines.h - stdin line by line, for the subcommands that answer each line with one.
 */
#ifndef WEIR_CMD_LINES_H
#define WEIR_CMD_LINES_H

#include "base/buf.h"

#include <stdio.h>

struct loaded;

enum { LINE_MOST_BYTES = 16 << 20 };

struct lines {
    FILE      *file;
    struct buf held;    /* the line at hand */
    size_t     number;  /* of it, from 1 */
    bool       is_long; /* it is longer than the ceiling, and was passed over */
    bool       is_bad;  /* the file could not be read */
};

void lines_init(struct lines *, FILE *, size_t line_most_bytes);
void lines_fini(struct lines *);

/* The next line without its end (LF or CRLF); it lives until the next call. False at the end of the file, and
 * where is_bad. A last line may lack its end; an empty line is one too; one that is_long is given as empty. */
MUST_CHECK bool lines_next(struct lines *, struct slice *line);

/* The beginning of what is shown to people of a line, on one line. */
void lines_add_words(struct buf *out, struct slice line);

/* What others said, for a terminal: what that would obey becomes "?", but for tabs and line ends. */
void lines_add_tame(struct buf *out, struct slice text);

/* Answers stdin's lines one by one, each answer written when it is made. False, told on stderr, where one could
 * not be read or written. */
bool lines_answer_all(const struct loaded *, const char *command,
                      void (*answer)(const struct loaded *, struct slice line, struct buf *out, void *arg),
                      void *arg);

/* What `weir embed` and `weir classify` share: settings read as -c says, then lines_answer_all(). Returns the
 * exit status. */
int lines_answer(const char *settings_file, const char *command,
                 void (*answer)(const struct loaded *, struct slice line, struct buf *out, void *arg),
                 void *arg);

#endif
