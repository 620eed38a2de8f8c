/*
 * redis_command.h - one command to Redis on its way: its bytes, who waits for the reply, and the list that it
 * is in. redis.c moves it.
 */
#ifndef WEIR_REDIS_COMMAND_H
#define WEIR_REDIS_COMMAND_H

#include "base/buf.h"
#include "base/fault.h"

#include <sys/queue.h>

struct redisReply;

TAILQ_HEAD(command_list, command);

struct command {
    TAILQ_ENTRY(command) link;
    struct command_list *list; /* the one that it is in, or NULL */
    uint64_t             id;
    void (*on_reply)(void *arg, const struct redisReply *, const struct fault *why); /* NULL: fire and forget */
    void       *arg;
    bool        is_dead;  /* answered or cancelled: only its place in the order counts */
    bool        is_hasty; /* its caller can do without the reply */
    int64_t     asked_ms, deadline_ms;
    char       *bytes; /* as sent, by hiredis' allocator; kept until then, a script's until answered */
    size_t      len;
    const char *script; /* NULL for a plain command, and for a script that was sent whole */
    const char *why;    /* words for the fault of one that is answered "away" */
};

enum { COMMAND_WORDS_MOST = 512 };

/* In no list yet. More than COMMAND_WORDS_MOST words end the process: they are ours. */
struct command *command_new(int argc, const struct slice *argv);
/* EVALSHA, whose sha1 the caller knows. */
struct command *command_new_script(const char *script, const char *sha1, int key_count, int argc,
                                   const struct slice *argv);
/* The same command as EVAL with the script's text, appended to out. */
void command_write_whole(const struct command *, struct buf *out);
/* The bytes are not needed any more. */
void command_forget_bytes(struct command *);
void command_free(struct command **); /* out of its list, too */

void            command_move(struct command *, struct command_list *to); /* to the end; NULL: to no list */
struct command *command_take(struct command_list *);                     /* the first, or NULL */

/* "da39a3ee…", NUL-terminated. */
enum { SHA1_HEX_BYTES = 41 };
void script_sha1(const char *script, char out[SHA1_HEX_BYTES]);

#endif
