/* redis_command.c - see redis_command.h. */
#include "redis_command.h"

#include "base/die.h"
#include "base/hex.h"

#include <hiredis/hiredis.h>
#include <openssl/sha.h>
#include <stdio.h>

struct command *command_new(int argc, const struct slice *argv)
{
    const char *word[COMMAND_WORDS_MOST];
    size_t      len[COMMAND_WORDS_MOST];
    if (argc > COMMAND_WORDS_MOST)
        die("a Redis command of %d words", argc);
    for (int i = 0; i < argc; i++) {
        word[i] = argv[i].ptr ? argv[i].ptr : "";
        len[i] = argv[i].len;
    }
    struct command *c = must_calloc(1, sizeof *c);
    int             bytes = redisFormatCommandArgv(&c->bytes, argc, word, len);
    if (bytes < 0)
        die("out of memory");
    c->len = (size_t)bytes;
    return c;
}

struct command *command_new_script(const char *script, const char *sha1, int key_count, int argc,
                                   const struct slice *argv)
{
    enum { WORDS_BEFORE = 3 };
    struct slice word[COMMAND_WORDS_MOST];
    char         keys[16];
    if (argc > COMMAND_WORDS_MOST - WORDS_BEFORE)
        die("a Redis script of %d arguments", argc);
    snprintf(keys, sizeof keys, "%d", key_count);
    word[0] = S("EVALSHA");
    word[1] = slice_str(sha1);
    word[2] = slice_str(keys);
    memcpy(word + WORDS_BEFORE, argv, (size_t)argc * sizeof *argv);
    struct command *c = command_new(argc + WORDS_BEFORE, word);
    c->script = script;
    return c;
}

/* The two forms differ in their first two words only. */
void command_write_whole(const struct command *c, struct buf *out)
{
    const char *words = strchr(c->bytes, '\n') + 1; /* after "*N\r\n" */
    const char *tail = words + strlen("$7\r\nEVALSHA\r\n$40\r\n") + (SHA1_HEX_BYTES - 1) + strlen("\r\n");
    buf_add(out, slice_of(c->bytes, (size_t)(words - c->bytes)));
    buf_printf(out, "$4\r\nEVAL\r\n$%zu\r\n", strlen(c->script));
    buf_add_str(out, c->script);
    buf_add_str(out, "\r\n");
    buf_add(out, slice_of(tail, (size_t)(c->bytes + c->len - tail)));
}

void command_forget_bytes(struct command *c)
{
    if (c->bytes)
        redisFreeCommand(c->bytes);
    c->bytes = NULL;
}

void command_free(struct command **handle)
{
    struct command *c = *handle;
    *handle = NULL;
    command_move(c, NULL);
    command_forget_bytes(c);
    free(c);
}

void command_move(struct command *c, struct command_list *to)
{
    if (c->list)
        TAILQ_REMOVE(c->list, c, link);
    c->list = to;
    if (to)
        TAILQ_INSERT_TAIL(to, c, link);
}

struct command *command_take(struct command_list *list)
{
    struct command *c = TAILQ_FIRST(list);
    if (c)
        command_move(c, NULL);
    return c;
}

void script_sha1(const char *script, char out[SHA1_HEX_BYTES])
{
    unsigned char sha1[SHA_DIGEST_LENGTH];
    SHA1((const unsigned char *)script, strlen(script), sha1);
    hex_write(sha1, sizeof sha1, out);
}
