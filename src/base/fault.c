/* fault.c - see base/fault.h. */
#include "base/fault.h"

#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>

static const struct {
    int         status;
    const char *type, *code, *words;
    bool        next;
} table[FAULT_KINDS] = {
    [FAULT_NONE] = { 200, "", "", "nothing is wrong", false },
#define FAULT(name, status, type, code, next, words) [FAULT_##name] = { status, type, code, words, next },
#include "tables/faults.h"
#undef FAULT
};

int fault_status(enum fault_kind kind)
{
    return table[kind].status;
}

const char *fault_type(enum fault_kind kind)
{
    return table[kind].type;
}

const char *fault_code(enum fault_kind kind)
{
    return table[kind].code;
}

const char *fault_words(enum fault_kind kind)
{
    return table[kind].words;
}

bool fault_tries_next(enum fault_kind kind)
{
    return table[kind].next;
}

/* snprintf cuts at a byte; a half character left at the end would make the error body invalid UTF-8. */
static void mend_tail(char *text)
{
    text[utf8_whole(text, strlen(text))] = '\0';
}

static PRINTF_LIKE(4, 0) void set(struct fault *why, enum fault_kind kind, const char *param, const char *fmt,
                                  va_list args)
{
    if (!why)
        return;
    why->kind = kind;
    snprintf(why->param, sizeof why->param, "%s", param);
    mend_tail(why->param);
    vsnprintf(why->detail, sizeof why->detail, fmt, args);
    mend_tail(why->detail);
}

bool fault_set(struct fault *why, enum fault_kind kind, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    set(why, kind, "", fmt, args);
    va_end(args);
    return false;
}

bool fault_set_param(struct fault *why, enum fault_kind kind, const char *param, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    set(why, kind, param, fmt, args);
    va_end(args);
    return false;
}

void fault_message(const struct fault *f, char *out, size_t out_bytes)
{
    if (f->detail[0])
        snprintf(out, out_bytes, "%s: %s", fault_words(f->kind), f->detail);
    else
        snprintf(out, out_bytes, "%s", fault_words(f->kind));
    mend_tail(out);
}
