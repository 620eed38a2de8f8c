/* test_confidence.c - what counts as a refusal, what does not, and the number made of it: proxy/confidence.h.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "confidence.h"

#include <math.h>
#include <stdlib.h>

static bool refuses(const char *text)
{
    return is_refusal(slice_str(text), (int64_t)strlen(text));
}

static void test_refusals(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "I'm sorry, but I can't assist with that request.",
        "I’m sorry, but I can’t help with that.",
        "I'm sorry, but I can't help.",
        "Sorry, I cannot provide medical advice.",
        "I cannot assist with creating malware.",
        "As an AI language model, I don't have access to real-time data.",
        "As an AI, I cannot browse the internet.",
        "I'm afraid that I am unable to verify this.",
        "Unfortunately, I do not know the answer.",
        "**I'm unable to directly access your files.**",
        "\"I don't know.\"",
        "I don't know",
        "I don't have enough information to answer.",
        "I understand your frustration, but I can't give you legal advice.",
        "I'm not able to currently access external sites.",
        "Es tut mir leid, aber ich kann Ihnen dabei nicht helfen.",
        "Leider kann ich diese Frage nicht beantworten.",
        "Je suis désolé, mais je ne peux pas vous aider avec cela.",
        "Désolé, je n'ai pas accès à vos fichiers.",
        "Lo siento, pero no puedo ayudar con eso.",
        "Sinto muito, mas não posso fornecer essas informações.",
        "Mi dispiace, ma non posso aiutarti.",
        "Het spijt me, maar ik kan u daar niet helpen.",
        "К сожалению, я не могу помочь с этим.",
        "Извините, но я не могу вам ответить.",
        "很抱歉，我无法为您提供该信息。",
        "对不起，但作为一个人工智能，我不能回答这个问题。",
        "申し訳ありませんが、そのご要望にはお手伝いできません。",
        "죄송하지만 그 요청은 도와드릴 수 없습니다.",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (!refuses(texts[i]))
            fail_msg("not seen as a refusal: %s", texts[i]);
}

static void test_what_only_looks_like_a_refusal(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "I'm sorry for your loss. Your father was a kind man, and we all miss him.",
        "I'm sorry, but I can't make it on Friday.", /* a message that was asked for */
        "Sorry for the late reply! Here are the figures.",
        "I cannot wait to see you in Rome.",
        "I can't browse to your site, keep getting blocked.", /* a complaint, rewritten on request */
        "I can't open the jar that you left in the kitchen.",
        "I can't help but smile when I think of it.",
        "I don't know how to thank you for your help.",
        "I don't know, but the best guess is Paris.",
        "Paris. I'm sorry, but I can't help with the second question.",
        "\"Unfortunately\" is an adverb.",
        "As an AI, you will be asked to explain yourself.",
        "I can't document every case, so here are the three that matter.", /* "do", a word cut */
        "Es tut mir leid, aber ich kann am Freitag nicht kommen.",
        "Je suis désolé pour votre perte.",
        "我无法忘记你。",
        "Dear Anna, I'm sorry, but I can't help with the move.",
        "42",
        "",
        "I",
        "I'm sorry",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (refuses(texts[i]))
            fail_msg("seen as a refusal: %s", texts[i]);
}

static void test_a_long_answer_is_no_refusal(void **state)
{
    (void)state;
    struct slice opening = S("I'm sorry, but I can't provide the exact figure. Here is how to derive it:");
    assert_true(is_refusal(opening, (int64_t)opening.len));
    assert_false(is_refusal(opening, 5000));
}

/* Cut anywhere, within letters of many bytes too: nothing is read beyond the end, and ten bytes refuse nothing.
 */
static void test_every_cut_is_safe(void **state)
{
    (void)state;
    static const char text[] =
        "«Très désolé», К СОЖАЛЕНИЮ’ 抱歉，我无法 回答。 I understand * $ that, but I can't";
    for (size_t from = 0; from < sizeof text; from++)
        for (size_t to = from; to < sizeof text; to++) {
            char *copy = malloc(to - from + 1); /* ASan sees a read beyond it */
            memcpy(copy, text + from, to - from);
            bool refused = is_refusal(slice_of(copy, to - from), (int64_t)(to - from));
            assert_false(refused && to - from < 10);
            free(copy);
        }
    char many[CONFIDENCE_OPENING_BYTES * 2];
    memset(many, ',', sizeof many);
    assert_false(is_refusal(slice_of(many, sizeof many), 500));
}

/* ---- the number ---- */

static struct answer_facts good_answer(void)
{
    return (struct answer_facts){
        .opening = S("The capital is Paris."),
        .content_bytes = 21,
        .finish = S("stop"),
        .has_words = true,
    };
}

static void assert_confidence(const struct answer_facts *facts, double want, enum doubt want_doubt)
{
    enum doubt doubt = DOUBTS;
    assert_true(fabs(confidence_of(facts, &doubt) - want) < 1e-9);
    assert_int_equal(doubt, want_doubt);
}

static void test_nothing_to_doubt(void **state)
{
    (void)state;
    struct answer_facts facts = good_answer();
    assert_confidence(&facts, 1, NO_DOUBT);
}

static void test_logprobs_give_the_geometric_mean(void **state)
{
    (void)state;
    struct answer_facts facts = good_answer();
    facts.logprob_sum = log(0.5) + log(0.125); /* sqrt(1/16) */
    facts.logprob_count = 2;
    assert_confidence(&facts, 0.25, DOUBT_CONFIDENCE);

    facts.logprob_sum = 0; /* certain of every token */
    assert_confidence(&facts, 1, NO_DOUBT);
    facts.logprob_sum = -INFINITY;
    assert_confidence(&facts, 0, DOUBT_CONFIDENCE);
}

static void test_what_makes_it_nothing(void **state)
{
    (void)state;
    struct answer_facts facts = good_answer();
    facts.finish = S("length");
    assert_confidence(&facts, 0, DOUBT_LENGTH);

    facts = good_answer();
    facts.finish = S("content_filter");
    assert_confidence(&facts, 0, DOUBT_REFUSAL);

    facts = good_answer();
    facts.has_refusal = true;
    assert_confidence(&facts, 0, DOUBT_REFUSAL);

    facts = good_answer();
    facts.opening = S("I don't know.");
    facts.content_bytes = 13;
    assert_confidence(&facts, 0, DOUBT_REFUSAL);

    facts = good_answer();
    facts.has_words = false;
    assert_confidence(&facts, 0, DOUBT_EMPTY);
}

static void test_a_tool_call_needs_no_words(void **state)
{
    (void)state;
    struct answer_facts facts = { .finish = S("tool_calls"), .has_tool_calls = true };
    assert_confidence(&facts, 1, NO_DOUBT);
    facts.finish = S("length"); /* its arguments may be cut */
    assert_confidence(&facts, 0, DOUBT_LENGTH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_what_only_looks_like_a_refusal),
        cmocka_unit_test(test_a_long_answer_is_no_refusal),
        cmocka_unit_test(test_every_cut_is_safe),
        cmocka_unit_test(test_nothing_to_doubt),
        cmocka_unit_test(test_logprobs_give_the_geometric_mean),
        cmocka_unit_test(test_what_makes_it_nothing),
        cmocka_unit_test(test_a_tool_call_needs_no_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
