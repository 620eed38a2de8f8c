/* fuzz_spend_question.c - words of a question about spending: "name=value" lines. What is taken asks for days
 * and rows that there are. */
#include "spend_query.h"

#include "base/arena.h"

#include <stdlib.h>

const char *const fuzz_seeds[] = {
    "by=team,model\nsince=2026-11-01\nuntil=2026-11-23\nformat=csv\nteam=interns", "by=\ntag=x",
    "by=day,month,team,key,user,model,route,tag\nsince=1970-01-01", "since=2026-02-29", NULL
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena         *arena = arena_new();
    struct slice          rest = slice_of((const char *)data, size);
    struct spend_question question;
    struct fault          why = { 0 };
    spend_question_init(&question, INT64_C(1795435200000));
    while (rest.len) {
        size_t       end = slice_find_byte(rest, '\n');
        struct slice line = slice_cut(rest, 0, end);
        size_t       equals = slice_find_byte(line, '=');
        rest = end == SLICE_NONE ? slice_of(NULL, 0) : slice_cut(rest, end + 1, rest.len);
        if (equals == SLICE_NONE)
            continue;
        bool ok = spend_question_take(&question, arena, slice_cut(line, 0, equals),
                                      slice_cut(line, equals + 1, line.len), &why);
        if (!ok && why.kind != FAULT_BAD_REQUEST)
            abort();
    }
    if (question.bys > SPEND_BYS || (spend_question_check(&question, &why) && question.until < question.since))
        abort();
    arena_free(&arena);
    return 0;
}
