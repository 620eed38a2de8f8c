/*
 * log.h - what the operator reads: one line of JSON an event, on stderr.
 *
 * Law 6: no prompt, answer, key or placeholder's value is ever an argument here, at any level. A line is built
 * in one buffer and written in one call, so that lines of several threads do not mix.
 */
#ifndef WEIR_BASE_LOG_H
#define WEIR_BASE_LOG_H

#include "base/slice.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

/* Lines below this level are not written. LOG_INFO at first. */
void log_set_level(enum log_level);
bool log_is_on(enum log_level);

/* `event` is a fixed word like "provider_down"; fmt gives the rest as one sentence. */
void log_line(enum log_level, const char *event, const char *fmt, ...) PRINTF_LIKE(3, 4);

#define log_debug(event, ...) (log_is_on(LOG_DEBUG) ? log_line(LOG_DEBUG, event, __VA_ARGS__) : (void)0)
#define log_info(event, ...)  log_line(LOG_INFO, event, __VA_ARGS__)
#define log_warn(event, ...)  log_line(LOG_WARN, event, __VA_ARGS__)
#define log_error(event, ...) log_line(LOG_ERROR, event, __VA_ARGS__)

#endif
