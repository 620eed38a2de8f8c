/* fuzz_question.c - any request that can be read has a form, always the same one. */
#include "wire/question.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

const char *const fuzz_seeds[] = {
    "{\"model\":\"m\",\"messages\":[{\"role\":\"system\",\"content\":\"a\"},{\"role\":\"user\",\"content\":[{"
    "\"type\":\"text\",\"text\":\"b\"}]}],"
    "\"stop\":[\"x\"],\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{\"a\":[1,"
    "null,true]}}}]}",
    "{\"model\":\"m\",\"max_tokens\":5,\"system\":\"a\",\"messages\":[{\"role\":\"user\",\"content\":"
    "\"\\ud800b\"}],\"stop_sequences\":[\"x\"]}",
    NULL,
};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    for (int dialect = DIALECT_OPENAI; dialect <= DIALECT_ANTHROPIC; dialect++) {
        struct arena   *arena = arena_new();
        struct slice    body = arena_copy(arena, slice_of((const char *)bytes, len));
        struct chat     chat;
        struct fault    why;
        struct question one, two;
        if (chat_read_in((enum dialect)dialect, arena, body, &chat, &why)) {
            if (!question_read(&chat, arena, &one) || !question_read(&chat, arena, &two))
                abort();
            if (!slice_eq(one.context, two.context) || !slice_eq(one.turn, two.turn))
                abort();
            for (size_t i = 0; i < chat.text_count; i++)
                chat.text[i].now = chat.text[i].text; /* written anew, and read again */
            if (!question_read(&chat, arena, &two) || !slice_eq(one.context, two.context))
                abort();
        }
        arena_free(&arena);
    }
    return 0;
}
