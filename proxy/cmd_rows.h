/*
 * cmd_rows.h - rows to learn from: a JSON object a line, for weir teach and weir calibrate; and the head file
 * that comes of them.
 */
#ifndef WEIR_CMD_ROWS_H
#define WEIR_CMD_ROWS_H

#include "slm/taught.h"
#include "wire/json.h"

/* Takes one row. False: why says what is wrong with it (no words of the row). The object and all of its texts
 * live in the arena, which is emptied after the call. */
typedef bool rows_take(void *arg, struct arena *, const struct json *row, struct fault *why);

/* Hands each line of a file (NULL: stdin) to take(); blank lines are passed over. All lines are read, and what
 * is wrong is told on stderr with its line's number, the first ROWS_TOLD_MOST of them. False where anything
 * was, or the file cannot be read. */
enum { ROWS_TOLD_MOST = 20 };
MUST_CHECK bool rows_read(const char *command, const char *file, rows_take *, void *arg);

/* The same for weir calibrate: where no file is named and the settings keep records, of these, which are two
 * files: the older one's name ends in ".old". */
MUST_CHECK bool rows_read_or_records(const char *file, const char *records, rows_take *, void *arg);

/* The member's words: a string; or a number, true or false as it is written. False: it lacks it, or it is
 * something else. */
MUST_CHECK bool row_word(const struct json *row, struct arena *, const char *key, struct slice *out);

/* Were weak and strong model right? weak_ok must be there, strong_ok may be left out: then it counts as true,
 * and *has_strong is false. true, false, 1 or 0. */
MUST_CHECK bool row_outcomes(const struct json *row, bool *weak_ok, bool *strong_ok, bool *has_strong,
                             struct fault *why);
/* Have all rows strong_ok, or none? Else it is told. */
MUST_CHECK bool rows_agree_on_strong(size_t with_strong, size_t rows);

/* Writes a head to a file, whole or not at all: beside it first (mode 0600), then renamed. The bytes written,
 * or 0 where that failed, which is told. */
size_t head_save(const char *command, const struct taught *, const char *file);

#endif
