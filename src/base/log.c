/* log.c - see base/log.h. */
#include "base/log.h"

#include "base/utf8.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { LINE_MOST_BYTES = 2048 };

static _Atomic int least_level = LOG_INFO;

static const char *const level_names[] = { "debug", "info", "warn", "error" };

void log_set_level(enum log_level level)
{
    atomic_store(&least_level, (int)level);
}

bool log_is_on(enum log_level level)
{
    return (int)level >= atomic_load_explicit(&least_level, memory_order_relaxed);
}

/* Escapes in place of printing: a detail may quote a file's name or a provider's words, in no encoding at all.
 */
static size_t add_escaped(char *out, size_t at, size_t most, struct slice text)
{
    const char *p = text.ptr, *end = text.ptr + text.len;
    while (p < end && at + 6 < most) {
        unsigned char c = (unsigned char)*p;
        size_t        len = utf8_length(p, end);
        if (c == '"' || c == '\\') {
            out[at++] = '\\';
            out[at++] = (char)c;
        } else if (utf8_is_control(p, len)) {
            at += (size_t)snprintf(out + at, most - at, "\\u%04x", len == 2 ? (unsigned char)p[1] : c);
        } else if (len == 0) {
            out[at++] = '?';
        } else {
            memcpy(out + at, p, len);
            at += len;
        }
        p += len ? len : 1;
    }
    return at;
}

void log_line(enum log_level level, const char *event, const char *fmt, ...)
{
    if (!log_is_on(level))
        return;
    char    words[LINE_MOST_BYTES / 2];
    va_list args;
    va_start(args, fmt);
    vsnprintf(words, sizeof words, fmt, args);
    va_end(args);

    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    struct tm utc;
    gmtime_r(&now.tv_sec, &utc);

    char   line[LINE_MOST_BYTES];
    size_t at = strftime(line, sizeof line, "{\"time\":\"%Y-%m-%dT%H:%M:%S", &utc);
    at += (size_t)snprintf(line + at, sizeof line - at,
                           ".%03ldZ\",\"level\":\"%s\",\"event\":\"%s\",\"message\":\"", now.tv_nsec / 1000000,
                           level_names[level], event);
    at = add_escaped(line, at, sizeof line - 3, slice_of(words, utf8_whole(words, strlen(words))));
    line[at++] = '"';
    line[at++] = '}';
    line[at++] = '\n';
    ssize_t written = write(STDERR_FILENO, line, at);
    (void)written; /* nowhere to complain to */
}
