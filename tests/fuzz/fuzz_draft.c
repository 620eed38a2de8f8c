/*
 * fuzz_draft.c - a request, a line feed, a draft; any bytes: each check ends, a draft agrees with itself, and
 * what is right of a sum is not wrong as well.
 */
#include "policy/draft_score.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

const char *const fuzz_seeds[] = {
    "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"tools\":[{\"type\":\"function\",\"function\":{"
    "\"name\":"
    "\"a\",\"parameters\":{\"type\":\"object\",\"required\":[\"b\"]}}}],\"tool_choice\":\"required\"}\n{\"b\":"
    "1}",
    "{}\n(2 + 3) * $4 = <<5*4=20>>20, 1,000.50 / 3 = 333.5; 2^(1 - 3)^2x = -7% 3x4=12",
    "{}\nthe same again, the same again, the same again, the same again, the same again, the same again, the "
    "same "
    "again, the same again, the same again, the same again, the same again, the same again, the same again, "
    "-1,2.5.",
    "{}\n{\"draft_head\":1,\"rows\":9,\"bias\":-1,\"weights\":{\"length\":0.5,\"new\":-2}}",
    NULL,
};

/* A chance is one whatever the words; and the bytes may be a head's file. */
static void check_score(struct slice question, struct slice words, struct arena *arena)
{
    struct draft_head head;
    struct fault      why;
    float             mark[DRAFT_MARKS];
    draft_marks(question, words, &(struct draft_known){ .difficulty = 0.5 }, mark);
    double score = draft_score(&draft_head_shipped, mark);
    if (!(score >= 0 && score <= 1))
        abort();
    if (draft_head_read(arena, words, &head, &why) && draft_score(&head, mark) > 1)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena      *arena = arena_new();
    struct slice       text = slice_of((const char *)data, size);
    size_t             line = slice_find_byte(text, '\n');
    struct slice       words = slice_cut(text, line == SLICE_NONE ? 0 : line + 1, size);
    struct draft_call  call = { S("a"), words };
    const char        *how;
    struct chat        chat;
    const struct draft draft = { .content = words }, calling = { .call = &call, .calls = 1 };
    struct sums        sums = text_sums(words);
    if ((sums.right || sums.wrong) && slice_find_byte(words, '=') == SLICE_NONE)
        abort();
    (void)text_goes_round(words, arena);
    check_score(slice_cut(text, 0, line == SLICE_NONE ? 0 : line), words, arena);
    if (drafts_agree(&draft, &draft, arena) == AGREEMENT_OTHER ||
        drafts_agree(&calling, &calling, arena) != AGREEMENT_SAME)
        abort();
    if (line != SLICE_NONE && chat_read(arena, slice_cut(text, 0, line), &chat, NULL)) {
        (void)prompt_was_cut(&chat, 1);
        if (draft_is_malformed(&chat, &draft, arena, &how) != !!how ||
            draft_is_malformed(&chat, &calling, arena, &how) != !!how)
            abort();
    }
    arena_free(&arena);
    return 0;
}
