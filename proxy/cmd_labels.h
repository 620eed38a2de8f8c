/*
 * cmd_labels.h - weir classify --model FOLDER: each line of stdin, as the folder's own head sees it.
 */
#ifndef WEIR_CMD_LABELS_H
#define WEIR_CMD_LABELS_H

#include <stdbool.h>

/* A folder without a head is refused, as is one that cannot be served. Returns the exit status. */
int labels_answer(const char *folder, bool is_json);

#endif
