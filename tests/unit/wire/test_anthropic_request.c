/* test_anthropic_request.c - requests for Anthropic's Messages: every text is listed, what is sealed is not,
 * and what is changed is spliced. Apostrophes stand for quotes. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "unit/an_arena.h"
#include "chat_list.h"
#include "quoted.h"

#define SEALED "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM0NTY3ODk="

static struct chat read_or_fail(struct arena *arena, const char *body)
{
    struct chat  c;
    struct fault why = { 0 };
    if (!anthropic_chat_read(arena, quoted(arena, body), &c, &why))
        fail_msg("%s: %s", body, why.detail);
    return c;
}

static void expect_message(struct arena *arena, const char *message, const char *list)
{
    struct chat c = read_or_fail(arena, arena_printf(arena, "{'model':'m','messages':[%s]}", message));
    assert_string_equal(list_texts(&c, arena), quoted(arena, list).ptr);
}

static void test_facts(void **state)
{
    struct chat c = read_or_fail(
        *state, "{'model':'claude','max_tokens':7,'stream':true,'system':'Be brief.','messages':["
                "{'role':'user','content':'a'},{'role':'assistant','content':'b'},"
                "{'role':'user','content':[{'type':'tool_result','tool_use_id':'t','content':'c'}]}],"
                "'tools':[{'name':'w','description':'about','input_schema':{'type':'object','properties':"
                "{'at':{'type':'string','description':'where'}}}}],'metadata':{'user_id':'u 1'}}");
    assert_int_equal(c.dialect, DIALECT_ANTHROPIC);
    assert_true(slice_is(c.model, "claude"));
    assert_true(c.stream && c.has_tools && c.ends_in_tool && c.include_usage);
    assert_int_equal(c.max_tokens, 7);
    assert_int_equal(c.messages, 3);
    assert_int_equal(c.last_user, 0); /* results of tools are no question */
    assert_string_equal(list_texts(&c, *state), "content system - Be brief.\ncontent user 0 a\n"
                                                "content assistant 1 b\ncontent tool 2 c\nabout - - about\n"
                                                "about - - where\nname - - u 1\n");
    assert_true(slice_is(chat_question(&c, *state), "a"));
}

static void test_blocks(void **state)
{
    expect_message(
        *state,
        "{'role':'user','content':[{'type':'text','text':'a','cache_control':{'type':'ephemeral'}},"
        "{'type':'tool_result','tool_use_id':'t','content':[{'type':'text','text':'b'}],'is_error':true},"
        "{'type':'search_result','source':'s d','title':'t e','content':[{'type':'text','text':'f'}]}]},"
        "{'role':'assistant','content':[{'type':'thinking','thinking':'g','signature':'" SEALED "'},"
        "{'type':'redacted_thinking','data':'" SEALED "'},"
        "{'type':'tool_use','id':'t','name':'w','input':{'n': 1, 's':'h'},'caller':{'type':'direct'}}]}",
        "content user 0 a\ncontent tool 0 b\nmetadata user 0 s d\nmetadata user 0 t e\n"
        "content user 0 f\ncontent assistant 1 g\narguments assistant 1 {'n': 1, 's':'h'}\n");
}

/* A signature that is none is text. */
static void test_nothing_hides_in_what_is_sealed(void **state)
{
    expect_message(
        *state,
        "{'role':'assistant','content':[{'type':'thinking','thinking':'a','signature':'ann@example.org'},"
        "{'type':'tool_use','id':'my card','name':'w','input':'x','surprise':'y'}]}",
        "content assistant 0 a\nmetadata assistant 0 ann@example.org\nmetadata assistant 0 my card\n"
        "metadata assistant 0 x\nmetadata assistant 0 y\n");
}

static void test_what_cannot_be_read_is_counted(void **state)
{
    struct chat c = read_or_fail(
        *state,
        "{'model':'m','messages':[{'role':'user','content':["
        "{'type':'image','source':{'type':'base64','media_type':'image/png','data':'AAA='}},"
        "{'type':'document','source':{'type':'text','media_type':'text/plain','data':'words'},'title':'t'},"
        "{'type':'document','source':{'type':'url','url':'https://a.example/b.pdf'}},"
        "{'type':'hologram','light':'l'}]}]}");
    assert_int_equal(c.unreadable, 3);
    assert_string_equal(list_texts(&c, *state), "content user 0 words\nmetadata user 0 t\nmetadata user 0 l\n");
}

static void test_changes_are_spliced(void **state)
{
    struct arena *arena = *state;
    struct chat   c =
        read_or_fail(arena, "{'model':'m', 'max_tokens':9,'messages':[{'role':'user','content':'ann'},"
                            "{'role':'assistant','content':[{'type':'tool_use','id':'t','name':'w',"
                            "'input':{ 'n': 1.50 }}]}],'top_k':5.0}");
    const struct chat_changes changes = {
        .model = S("claude"), .max_tokens = 3, .ask_usage = true, .ask_logprobs = true
    };
    struct buf out;
    buf_init(&out, 1 << 16);
    c.text[0].now = S("PERSON");
    c.text[1].now = quoted(arena, "{ 'n': 'CARD' }");
    chat_write(&c, &changes, arena, &out);
    struct slice wanted =
        quoted(arena, "{'model':'claude', 'max_tokens':3,'messages':[{'role':'user','content':'PERSON'},"
                      "{'role':'assistant','content':[{'type':'tool_use','id':'t','name':'w',"
                      "'input':{ 'n': 'CARD' }}]}],'top_k':5.0}");
    if (!slice_eq(buf_slice(&out), wanted))
        fail_msg("%.*s", SLICE_ARG(buf_slice(&out)));
    buf_fini(&out);
}

static void test_refusals(void **state)
{
    static const struct {
        const char *body, *param;
    } cases[] = {
        { "{'messages':[{'role':'user','content':'a'}]}", "model" },
        { "{'model':'m'}", "messages" },
        { "{'model':'m','messages':[]}", "messages" },
        { "{'model':'m','messages':[1]}", "messages[0]" },
        { "{'model':'m','messages':[{'role':'tool','content':'a'}]}", "messages[0].role" },
        { "{'model':'m','messages':[{'role':'user'}]}", "messages[0].content" },
        { "{'model':'m','messages':[{'role':'user','content':[{}]}]}", "messages[0].content" },
        { "{'model':'m','messages':[{'role':'user','content':[{'type':'text','text':1}]}]}",
          "messages[0].text" },
        { "{'model':'m','max_tokens':'a','messages':[{'role':'user','content':'a'}]}", "max_tokens" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct chat  c;
        struct fault why = { 0 };
        assert_false(anthropic_chat_read(*state, quoted(*state, cases[i].body), &c, &why));
        assert_string_equal(why.param, cases[i].param);
        assert_int_equal(why.kind, FAULT_BAD_REQUEST);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_facts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_blocks, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_nothing_hides_in_what_is_sealed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_cannot_be_read_is_counted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_changes_are_spliced, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_refusals, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
