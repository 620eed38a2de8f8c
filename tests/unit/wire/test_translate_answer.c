/* test_translate_answer.c - answers between Anthropic's Messages and OpenAI's chat completions, whole and
 * streamed, cut at every byte. Apostrophes stand for quotes. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "unit/an_arena.h"
#include "quoted.h"
#include "wire/answer.h"
#include "wire/translate.h"

enum { NOW_S = 1700000000, MOST = 1 << 16 };

static void say(struct arena *arena, enum dialect from, enum dialect to, bool is_stream, struct slice body,
                size_t cut, struct buf *out)
{
    struct translation *t = translation_new(
        arena, &(struct translation_options){
                   .from = from, .to = to, .is_stream = is_stream, .most_bytes = MOST, .now_s = NOW_S });
    struct fault why = { 0 };
    assert_true(translation_feed(t, slice_cut(body, 0, cut), out, &why));
    assert_true(translation_feed(t, slice_cut(body, cut, body.len), out, &why));
    assert_true(translation_end(t, out, &why));
    assert_false(out->full);
}

static void expect_to(struct arena *arena, enum dialect from, enum dialect to, bool is_stream, const char *text,
                      const char *wanted)
{
    struct slice body = quoted(arena, text), said = quoted(arena, wanted);
    for (size_t cut = 0; cut <= body.len; cut++) {
        struct arena *own = arena_new();
        struct buf    out;
        buf_init(&out, MOST);
        say(own, from, to, is_stream, body, cut, &out);
        if (!slice_eq(buf_slice(&out), said))
            fail_msg("cut at %zu:\n%.*s\nwanted:\n%.*s", cut, SLICE_ARG(buf_slice(&out)), SLICE_ARG(said));
        buf_fini(&out);
        arena_free(&own);
    }
}

static void expect(struct arena *arena, enum dialect from, bool is_stream, const char *text, const char *wanted)
{
    expect_to(arena, from, from == DIALECT_OPENAI ? DIALECT_ANTHROPIC : DIALECT_OPENAI, is_stream, text,
              wanted);
}

/* ---- Anthropic's, for clients of OpenAI's ---- */

#define CHUNK                                                                                                  \
    "data: {'id':'msg_1','object':'chat.completion.chunk','created':1700000000,'model':'claude','choices':"
#define DELTA(delta)      CHUNK "[{'index':0,'delta':{" delta "},'finish_reason':null}]}\n\n"
#define EVENT(type, rest) "event: " type "\ndata: {'type':'" type "'" rest "}\n\n"

#define START                                                                                                  \
    EVENT("message_start", ",'message':{'id':'msg_1','type':'message','role':'assistant','model':'claude',"    \
                           "'content':[],'usage':{'input_tokens':10,'cache_read_input_tokens':5,"              \
                           "'cache_creation_input_tokens':2,'output_tokens':1}}")
#define STARTED DELTA("'role':'assistant','content':''")
#define USED                                                                                                   \
    CHUNK "[],'usage':{'prompt_tokens':17,'completion_tokens':9,'total_tokens':26,"                            \
          "'prompt_tokens_details':{'cached_tokens':5,'cache_creation_tokens':2},'completion_tokens_details':" \
          "{'reasoning_tokens':0}}}\n\ndata: [DONE]\n\n"

static void test_a_stream_of_text(void **state)
{
    expect(*state, DIALECT_ANTHROPIC, true,
           START EVENT("content_block_start", ",'index':0,'content_block':{'type':'text','text':''}")
               EVENT("ping", "")
                   EVENT("content_block_delta", ",'index':0,'delta':{'type':'text_delta','text':'H\\u00e9'}")
                       EVENT("content_block_stop", ",'index':0") EVENT(
                           "message_delta", ",'delta':{'stop_reason':'end_turn','stop_sequence':null},'usage':"
                                            "{'output_tokens':9}") EVENT("message_stop", ""),
           STARTED ": ping\n\n" DELTA("'content':'H\\u00e9'") CHUNK
           "[{'index':0,'delta':{},'finish_reason':'stop','stop_reason':'end_turn'}]}\n\n" USED);
}

static void test_a_stream_of_thinking_and_tools(void **state)
{
    expect(
        *state, DIALECT_ANTHROPIC, true,
        START EVENT("content_block_start",
                    ",'index':0,'content_block':{'type':'thinking','thinking':'','signature':''}")
            EVENT("content_block_delta", ",'index':0,'delta':{'type':'thinking_delta','thinking':'hm'}")
                EVENT("content_block_delta", ",'index':0,'delta':{'type':'signature_delta','signature':'s+/='}")
                    EVENT("content_block_stop", ",'index':0") EVENT(
                        "content_block_start", ",'index':1,'content_block':{'type':'tool_use','id':'t1',"
                                               "'name':'w','input':{}}")
                        EVENT("content_block_delta",
                              ",'index':1,'delta':{'type':'input_json_delta','partial_json':''}")
                            EVENT("content_block_delta",
                                  ",'index':1,'delta':{'type':'input_json_delta',"
                                  "'partial_json':'{\\'a\\':1}'}") EVENT("content_block_stop", ",'index':1")
                                EVENT("content_block_start", ",'index':2,'content_block':{'type':'tool_use',"
                                                             "'id':'t2','name':'x','input':{}}")
                                    EVENT("content_block_stop", ",'index':2")
                                        EVENT("message_delta", ",'delta':{'stop_reason':'tool_use'},'usage':"
                                                               "{'output_tokens':9}") EVENT("message_stop", ""),
        STARTED DELTA("'reasoning_content':'hm'") DELTA("'reasoning_signature':'s+/='") DELTA(
            "'tool_calls':[{'index':0,'id':'t1','type':'function','function':{'name':'w','arguments':''}}]")
            DELTA("'tool_calls':[{'index':0,'function':{'arguments':'{\\'a\\':1}'}}]") DELTA(
                "'tool_calls':[{'index':1,'id':'t2','type':'function','function':{'name':'x','arguments':''}}]")
                DELTA("'tool_calls':[{'index':1,'function':{'arguments':'{}'}}]") CHUNK
        "[{'index':0,'delta':{},'finish_reason':'tool_calls','stop_reason':'tool_use'}]}\n\n" USED);
}

static void test_a_stream_that_fails(void **state)
{
    expect(
        *state, DIALECT_ANTHROPIC, true,
        START "data: no json\n\n" EVENT("error", ",'error':{'type':'overloaded_error','message':'Overloaded'}"),
        STARTED "data: unreadable\n\ndata: {'error':{'type':'overloaded_error','message':'Overloaded'}}\n\n");
}

static void test_a_whole_message(void **state)
{
    expect(
        *state, DIALECT_ANTHROPIC, false,
        "{'id':'msg_1','type':'message','role':'assistant','model':'claude','content':["
        "{'type':'thinking','thinking':'hm','signature':'s'},{'type':'text','text':'a\\n'},{'type':'text','"
        "text':'b'},"
        "{'type':'tool_use','id':'t1','name':'w','input':{'at': 1.10}}],'stop_reason':'tool_use',"
        "'usage':{'input_tokens':3,'output_tokens':4}}",
        "{'id':'msg_1','object':'chat.completion','created':1700000000,'model':'claude','choices':[{'index':0,"
        "'message':{'role':'assistant','content':'a\\nb','refusal':null,'reasoning_content':'hm',"
        "'reasoning_signature':'s','tool_calls':[{'id':'t1','type':'function','function':{'name':'w',"
        "'arguments':'{\\'at\\': "
        "1.10}'}}]},'logprobs':null,'finish_reason':'tool_calls','stop_reason':'tool_use'}],"
        "'usage':{'prompt_tokens':3,'completion_tokens':4,'total_tokens':7,"
        "'prompt_tokens_details':{'cached_tokens':0,'cache_creation_tokens':0},'completion_tokens_details':{'"
        "reasoning_tokens':0}}}");
}

/* ---- OpenAI's, for clients of Anthropic's ---- */

#define OPENAI(choices) "data: {'id':'c1','model':'gpt','choices':[" choices "]}\n\n"
#define SAYS(delta)     OPENAI("{'index':0,'delta':{" delta "},'finish_reason':null}")
#define ENDS(reason)    OPENAI("{'index':0,'delta':{},'finish_reason':'" reason "'}")
#define COUNTS                                                                                                 \
    "data: {'id':'c1','model':'gpt','choices':[],'usage':{'prompt_tokens':17,'completion_tokens':9,"           \
    "'prompt_tokens_details':{'cached_tokens':5}}}\n\n: x-weir-cost-usd 0.1\n\ndata: [DONE]\n\n"
#define BEGINS                                                                                                 \
    EVENT("message_start",                                                                                     \
          ",'message':{'type':'message','role':'assistant','id':'c1','model':'gpt','content':[],"              \
          "'stop_reason':null,'stop_sequence':null,'usage':{'input_tokens':0,"                                 \
          "'cache_creation_input_tokens':0,'cache_read_input_tokens':0,'output_tokens':0}}")
#define STOPS(reason)                                                                                          \
    EVENT("message_delta", ",'delta':{'stop_reason':'" reason "','stop_sequence':null},'usage':"               \
                           "{'input_tokens':12,'cache_creation_input_tokens':0,'cache_read_input_tokens':5,"   \
                           "'output_tokens':9}")                                                               \
    EVENT("message_stop", "")
#define BLOCK(index, block) EVENT("content_block_start", ",'index':" index ",'content_block':{" block "}")
#define PIECE(index, delta) EVENT("content_block_delta", ",'index':" index ",'delta':{" delta "}")
#define UNBLOCK(index)      EVENT("content_block_stop", ",'index':" index)
#define COST                ": x-weir-cost-usd 0.1\n\n"

static void test_text_for_anthropics_clients(void **state)
{
    expect(*state, DIALECT_OPENAI, true,
           SAYS("'role':'assistant','content':''") SAYS("'reasoning_content':'hm'") SAYS("'content':'H\\u00e9'")
               SAYS("'content':'y'") ENDS("length") COUNTS,
           BEGINS BLOCK("0", "'type':'thinking','thinking':'','signature':''")
               PIECE("0", "'type':'thinking_delta','thinking':'hm'") UNBLOCK("0")
                   BLOCK("1", "'type':'text','text':''") PIECE("1", "'type':'text_delta','text':'H\\u00e9'")
                       PIECE("1", "'type':'text_delta','text':'y'") COST UNBLOCK("1") STOPS("max_tokens"));
}

/* The second call begins before the first has ended. */
static void test_calls_that_alternate(void **state)
{
    expect(*state, DIALECT_OPENAI, true,
           SAYS("'tool_calls':[{'index':0,'id':'a','type':'function','function':{'name':'w','arguments':''}}]")
               SAYS("'tool_calls':[{'index':1,'id':'b','type':'function','function':{'name':'x','arguments':'{"
                    "\\'k'}}]") SAYS("'tool_calls':[{'index':0,'function':{'arguments':'{}'}},{'index':1,'"
                                     "function':{'arguments':'\\':2}'}}]") ENDS("tool_calls") COUNTS,
           BEGINS BLOCK("0", "'type':'tool_use','id':'a','name':'w','input':{}")
               PIECE("0", "'type':'input_json_delta','partial_json':'{}'") COST UNBLOCK("0")
                   BLOCK("1", "'type':'tool_use','id':'b','name':'x','input':{}")
                       PIECE("1", "'type':'input_json_delta','partial_json':'{\\'k\\':2}'") UNBLOCK("1")
                           STOPS("tool_use"));
}

/* What breaks off stays broken: no message_stop. */
static void test_a_stream_that_breaks_off(void **state)
{
    expect(
        *state, DIALECT_OPENAI, true,
        SAYS("'content':'H'") "data: "
                              "{'error':{'message':'gone','type':'server_error','param':null,'code':null}}\n\n",
        BEGINS BLOCK("0", "'type':'text','text':''")
            PIECE("0", "'type':'text_delta','text':'H'") "event: error\ndata: "
                                                         "{'type':'error','error':{'type':'api_error','message'"
                                                         ":'gone'}}\n\n");
}

static void test_a_whole_completion(void **state)
{
    expect(*state, DIALECT_OPENAI, false,
           "{'id':'c1','object':'chat.completion','created':1,'model':'gpt','choices':[{'index':0,'message':{'"
           "role':"
           "'assistant','content':'a','refusal':null,'tool_calls':[{'id':'t','type':'function','function':{'"
           "name':'w',"
           "'arguments':'{\\'at\\': 1.10}'}}]},'finish_reason':'tool_calls'}],'usage':{'prompt_tokens':3,"
           "'completion_tokens':4}}",
           "{'type':'message','role':'assistant','id':'c1','model':'gpt','content':[{'type':'text','text':'a'},"
           "{'type':'tool_use','id':'t','name':'w','input':{'at': 1.10}}],'stop_reason':'tool_use',"
           "'stop_sequence':null,'usage':{'input_tokens':3,'cache_creation_input_tokens':0,"
           "'cache_read_input_tokens':0,'output_tokens':4}}");
}

/* There and back: what Anthropic's provider says is what its client hears. */
static void test_there_and_back(void **state)
{
    struct arena *arena = *state;
    const char   *text = BLOCK("0", "'type':'thinking','thinking':'','signature':''")
        PIECE("0", "'type':'thinking_delta','thinking':'hm'")
            PIECE("0", "'type':'signature_delta','signature':'s+/='") UNBLOCK("0")
                BLOCK("1", "'type':'redacted_thinking','data':'r='") UNBLOCK("1")
                    BLOCK("2", "'type':'text','text':''") PIECE("2", "'type':'text_delta','text':'H'")
                        UNBLOCK("2") BLOCK("3", "'type':'tool_use','id':'t1','name':'w','input':{}")
                            PIECE("3", "'type':'input_json_delta','partial_json':'{}'") UNBLOCK("3");
    struct slice there = quoted(arena, text);
    struct buf   hub, back;
    buf_init(&hub, MOST);
    buf_init(&back, MOST);
    say(arena, DIALECT_ANTHROPIC, DIALECT_OPENAI, true,
        quoted(arena, arena_printf(arena, "%s%.*s%s", START, SLICE_ARG(there),
                                   EVENT("message_delta",
                                         ",'delta':{'stop_reason':'stop_sequence','stop_sequence':'END'},"
                                         "'usage':{'output_tokens':9}") EVENT("message_stop", ""))),
        0, &hub);
    say(arena, DIALECT_OPENAI, DIALECT_ANTHROPIC, true, buf_slice(&hub), 0, &back);
    assert_true(slice_find(buf_slice(&back), there) != SLICE_NONE);
    assert_true(
        slice_find(buf_slice(&back), quoted(arena, "{'stop_reason':'stop_sequence','stop_sequence':'END'}")) !=
        SLICE_NONE);
    assert_true(slice_find(buf_slice(&back), quoted(arena, "{'input_tokens':10,'cache_creation_input_tokens':2,"
                                                           "'cache_read_input_tokens':5,'output_tokens':9}")) !=
                SLICE_NONE);
    buf_fini(&hub);
    buf_fini(&back);
}

/* What was written to the provider's cache for an hour costs more than for five minutes. */
static void test_what_is_written_for_an_hour(void **state)
{
    struct arena *arena = *state;
    struct slice  message =
        quoted(arena, "{'id':'m','type':'message','model':'c','content':[],'stop_reason':'end_turn',"
                      "'usage':{'input_tokens':3,'cache_creation_input_tokens':50,'cache_creation':"
                      "{'ephemeral_5m_input_tokens':20,'ephemeral_1h_input_tokens':30},"
                      "'output_tokens':4}}");
    struct buf    hub, back;
    struct answer native, translated;
    struct fault  why;
    buf_init(&hub, MOST);
    buf_init(&back, MOST);
    say(arena, DIALECT_ANTHROPIC, DIALECT_OPENAI, false, message, 0, &hub);
    say(arena, DIALECT_OPENAI, DIALECT_ANTHROPIC, false, buf_slice(&hub), 0, &back);
    assert_true(anthropic_answer_read(arena, message, &native, &why));
    assert_true(answer_read(arena, buf_slice(&hub), &translated, &why));
    assert_int_equal(native.usage.written_hour_tokens, 30);
    assert_int_equal(translated.usage.written_hour_tokens, 30);
    assert_int_equal(translated.usage.written_tokens, 50);
    assert_true(slice_find(buf_slice(&back), quoted(arena, "'cache_creation':{'ephemeral_5m_input_tokens':20,"
                                                           "'ephemeral_1h_input_tokens':30}")) != SLICE_NONE);
    buf_fini(&hub);
    buf_fini(&back);
}

/* ---- Gemini's and Ollama's, for clients of OpenAI's ---- */

#define THEIRS(id, model, choices)                                                                             \
    "data: {'id':'" id "','object':'chat.completion.chunk','created':1700000000,'model':'" model               \
    "','choices':" choices
#define THEIR_DELTA(id, model, delta)                                                                          \
    THEIRS(id, model, "[{'index':0,'delta':{" delta "},'finish_reason':null}]}\n\n")
#define THEIR_USAGE(prompt, output, total, cached, thought)                                                    \
    ",'usage':{'prompt_tokens':" prompt ",'completion_tokens':" output ",'total_tokens':" total                \
    ",'prompt_tokens_details':{'cached_tokens':" cached ",'cache_creation_tokens':0},"                         \
    "'completion_tokens_details':{'reasoning_tokens':" thought "}}"
/* Of several thoughts each is sealed apart, so that nobody takes them for one; a paused turn is not whole. */
static void test_several_thoughts(void **state)
{
#define THOUGHT(index, words, signature)                                                                       \
    EVENT("content_block_start", ",'index':" index ",'content_block':{'type':'thinking','thinking':''}")       \
    EVENT("content_block_delta",                                                                               \
          ",'index':" index ",'delta':{'type':'thinking_delta','thinking':'" words "'}")                       \
    EVENT("content_block_delta",                                                                               \
          ",'index':" index ",'delta':{'type':'signature_delta','signature':'" signature "'}")
    expect(*state, DIALECT_ANTHROPIC, true,
           START THOUGHT("0", "a", "s1=") THOUGHT("1", "b", "s2=")
               EVENT("message_delta", ",'delta':{'stop_reason':'pause_turn'}"),
           DELTA("'role':'assistant','content':''") DELTA("'reasoning_content':'a'")
               DELTA("'reasoning_signature':'s1='") DELTA("'reasoning_content':'b'")
                   DELTA("'reasoning_signature':',s2='") CHUNK
           "[{'index':0,'delta':{},'finish_reason':'length','stop_reason':'pause_turn'}]}\n\n");
    expect(
        *state, DIALECT_ANTHROPIC, false,
        "{'id':'msg_1','model':'claude','content':[{'type':'thinking','thinking':'a','signature':'s1='},"
        "{'type':'redacted_thinking','data':'r1'},{'type':'thinking','thinking':'b','signature':'s2='},"
        "{'type':'redacted_thinking','data':'r2'},{'type':'text','text':'c'}],'stop_reason':'end_turn'}",
        "{'id':'msg_1','object':'chat.completion','created':1700000000,'model':'claude','choices':[{'index':0,"
        "'message':{'role':'assistant','content':'c','refusal':null,'reasoning_content':'ab',"
        "'reasoning_signature':'s1=,s2=','reasoning_redacted':'r1,r2'},'logprobs':null,'finish_reason':'stop',"
        "'stop_reason':'end_turn'}]}");
}

#define GEMINI(delta) THEIR_DELTA("r1", "g", delta)

static void test_a_stream_of_geminis(void **state)
{
    expect(
        *state, DIALECT_GEMINI, true,
        "data: "
        "{'candidates':[{'content':{'role':'model','parts':[{'text':'hm','thought':true},{'text':'H\\u00e9'}]},"
        "'index':0}],'responseId':'r1','modelVersion':'g'}\r\n\r\n"
        "data: {'candidates':[{'content':{'parts':[{'functionCall':{'name':'w','args':{'at': 1.10}},"
        "'thoughtSignature':'s='}]},'finishReason':'STOP'}],'usageMetadata':{'promptTokenCount':7,"
        "'candidatesTokenCount':4,'thoughtsTokenCount':3,'cachedContentTokenCount':2},'responseId':'r1'}"
        "\r\n\r\n",
        GEMINI("'role':'assistant','content':''") GEMINI("'reasoning_content':'hm'") GEMINI("'content':'"
                                                                                            "H\\u00e9'")
            GEMINI("'tool_calls':[{'index':0,'id':'call_ea54af8404fd7f4a_0','type':'function','function':{'"
                   "name':'w',"
                   "'arguments':'{\\'at\\': 1.10}'},'extra_content':{'google':{'thought_signature':'s='}}}]")
                THEIRS("r1", "g", "[{'index':0,'delta':{},'finish_reason':'tool_calls'}]}\n\n")
                    THEIRS("r1", "g", "[]") THEIR_USAGE("7", "7", "14", "2", "3") "}\n\ndata: [DONE]\n\n");
}

/* No finishReason: it broke off. A blocked prompt: it is whole, and empty. */
static void test_geminis_ends(void **state)
{
    expect(*state, DIALECT_GEMINI, true,
           "data: "
           "{'candidates':[{'content':{'parts':[{'text':'a'}]}}],'responseId':'r1','modelVersion':'g'}\r\n\r\n",
           GEMINI("'role':'assistant','content':''") GEMINI("'content':'a'"));
    expect(*state, DIALECT_GEMINI, true,
           "data: {'promptFeedback':{'blockReason':'SAFETY'},'responseId':'r1','modelVersion':'g'}\r\n\r\n",
           GEMINI("'role':'assistant','content':''") THEIRS(
               "r1", "g", "[{'index':0,'delta':{},'finish_reason':'content_filter'}]}\n\n") "data: [DONE]\n\n");
}

/* What it says before a call that it could not write is no answer, and neither is one without a reason. */
static void test_geminis_failures(void **state)
{
#define FAILED(code) "{'error':{'message':'the model did not finish','type':'server_error','code':'" code "'}}"
    expect(
        *state, DIALECT_GEMINI, true,
        "data: {'candidates':[{'content':{'parts':[{'text':'a'}]}}],'responseId':'r1','modelVersion':'g'}\n\n"
        "data: {'candidates':[{'finishReason':'MALFORMED_FUNCTION_CALL'}]}\n\n",
        GEMINI("'role':'assistant','content':''")
            GEMINI("'content':'a'") "data: " FAILED("MALFORMED_FUNCTION_CALL") "\n\n");
    expect(*state, DIALECT_GEMINI, false, "{'candidates':[{'finishReason':'UNEXPECTED_TOOL_CALL'}]}",
           FAILED("UNEXPECTED_TOOL_CALL"));
    expect(*state, DIALECT_GEMINI, false, "{'candidates':[{'content':{'parts':[{'text':'a'}]}}]}", FAILED(""));
}

/* Each event counts from the beginning, and what the last does not tell stays. */
static void test_geminis_counts(void **state)
{
    expect(*state, DIALECT_GEMINI, true,
           "data: {'candidates':[{'content':{'parts':[{'text':'a'}]}}],'responseId':'r1','modelVersion':'g',"
           "'usageMetadata':{'promptTokenCount':7,'candidatesTokenCount':1,'thoughtsTokenCount':3}}\n\n"
           "data: {'candidates':[{'finishReason':'STOP'}],'usageMetadata':{'candidatesTokenCount':4}}\n\n",
           GEMINI("'role':'assistant','content':''") GEMINI("'content':'a'")
               THEIRS("r1", "g", "[{'index':0,'delta':{},'finish_reason':'stop'}]}\n\n") THEIRS("r1", "g", "[]")
                   THEIR_USAGE("7", "7", "14", "0", "3") "}\n\ndata: [DONE]\n\n");
}

static void test_a_whole_answer_of_geminis(void **state)
{
    expect(*state, DIALECT_GEMINI, false,
           "{'candidates':[{'content':{'parts':[{'text':'hm','thought':true},{'text':'a'},{'text':'b'}]},"
           "'finishReason':'MAX_TOKENS'}],'usageMetadata':{'promptTokenCount':7,'candidatesTokenCount':4},"
           "'responseId':'r1','modelVersion':'g'}",
           "{'id':'r1','object':'chat.completion','created':1700000000,'model':'g','choices':[{'index':0,'"
           "message':"
           "{'role':'assistant','content':'ab','refusal':null,'reasoning_content':'hm'},'logprobs':null,"
           "'finish_reason':'length'}]" THEIR_USAGE("7", "4", "11", "0", "0") "}");
}

/* Sound has a price of its own. */
static void test_geminis_sound(void **state)
{
    struct arena *arena = *state;
    struct buf    hub;
    struct answer answer;
    struct fault  why;
    buf_init(&hub, MOST);
    say(arena, DIALECT_GEMINI, DIALECT_OPENAI, false,
        quoted(arena,
               "{'candidates':[{'content':{'parts':[{'text':'a'}]},'finishReason':'STOP'}],'usageMetadata':{"
               "'promptTokenCount':90,'candidatesTokenCount':4,'promptTokensDetails':[{'modality':'TEXT',"
               "'tokenCount':20},{'modality':'AUDIO','tokenCount':70}],'candidatesTokensDetails':["
               "{'modality':'AUDIO','tokenCount':3}]}}"),
        0, &hub);
    assert_true(answer_read(arena, buf_slice(&hub), &answer, &why));
    assert_int_equal(answer.usage.audio_prompt_tokens, 70);
    assert_int_equal(answer.usage.audio_completion_tokens, 3);
    buf_fini(&hub);
}

#define OLLAMA_ID     "chatcmpl-c4eca735145ff723"
#define OLLAMA(delta) THEIR_DELTA(OLLAMA_ID, "q", delta)
#define LINE(rest)    "{'model':'q','created_at':'2026'," rest "}\n"

static void test_a_stream_of_ollamas(void **state)
{
    expect(*state, DIALECT_OLLAMA, true,
           LINE("'message':{'role':'assistant','content':'','thinking':'hm'},'done':false") LINE(
               "'message':{'role':'assistant','content':'H\\u00e9'},'logprobs':[{'token':'H','logprob':-0.10}"
               "],'done':false") LINE("'message':{'content':'','tool_calls':[{'function':{'name':'w','"
                                      "arguments':{'at': 1.10}}}]},'done':false")
               LINE("'message':{'content':''},'done_reason':'stop','done':true,'prompt_eval_count':7,'eval_"
                    "count':4"),
           OLLAMA("'reasoning_content':'hm'") OLLAMA("'role':'assistant','content':''")
               THEIRS(OLLAMA_ID, "q",
                      "[{'index':0,'delta':{'content':'H\\u00e9'},'logprobs':{'content':[{'token':'H',"
                      "'logprob':-0.10}],'refusal':null},'finish_reason':null}]}\n\n")
                   OLLAMA("'tool_calls':[{'index':0,'id':'call_4c366bd978233bdf_0','type':'function','function'"
                          ":{'name':'w','arguments':"
                          "'{\\'at\\': 1.10}'}}]")
                       THEIRS(OLLAMA_ID, "q", "[{'index':0,'delta':{},'finish_reason':'tool_calls'}]}\n\n")
                           THEIRS(OLLAMA_ID, "q", "[]")
                               THEIR_USAGE("7", "4", "11", "0", "0") "}\n\ndata: [DONE]\n\n");
}

/* Newer ones number their calls themselves. */
static void test_ollamas_ids(void **state)
{
    expect(*state, DIALECT_OLLAMA, false,
           "{'model':'q','created_at':'2026','message':{'content':'','tool_calls':[{'id':'call_x1','function':"
           "{'index':0,'name':'w','arguments':{}}}]},'done':true,'done_reason':'stop'}",
           "{'id':'" OLLAMA_ID
           "','object':'chat.completion','created':1700000000,'model':'q','choices':[{'index':0,"
           "'message':{'role':'assistant','content':'','refusal':null,'tool_calls':[{'index':0,'id':'call_x1',"
           "'type':'function','function':{'name':'w','arguments':'{}'}}]},'logprobs':null,'finish_reason':'"
           "tool_calls'}]}");
}

static void test_ollamas_errors(void **state)
{
    expect(*state, DIALECT_OLLAMA, true, "{'error':'out of memory'}\nno json\n",
           "data: {'error':{'message':'out of memory','type':'server_error','param':null,'code':null}}\n\n"
           "data: unreadable\n\n");
}

static void test_a_whole_answer_of_ollamas(void **state)
{
    expect(*state, DIALECT_OLLAMA, false,
           "{'model':'q','created_at':'2026','message':{'role':'assistant','content':'a'},'done':true,'done_"
           "reason':'length',"
           "'eval_count':4}",
           "{'id':'" OLLAMA_ID
           "','object':'chat.completion','created':1700000000,'model':'q','choices':[{'index':0,"
           "'message':{'role':'assistant','content':'a','refusal':null},'logprobs':null,'finish_reason':'"
           "length'}]}");
}

#define TOLD "{'model':'m','created_at':'2023-11-14T22:13:20Z',"
#define CALLED                                                                                                 \
    "'tool_calls':[{'function':{'name':'w','arguments':{'at': "                                                \
    "1.10}}},{'function':{'name':'x','arguments':{}}}]"
#define CHAT_SAID                                                                                              \
    ": note\n\n"                                                                                               \
    "data: {'model':'m','choices':[{'index':0,'delta':{'role':'assistant','content':''}}]}\n\n"                \
    "data: {'model':'m','choices':[{'index':0,'delta':{'reasoning_content':'hm'}}]}\n\n"                       \
    "data: "                                                                                                   \
    "{'model':'m','choices':[{'index':0,'delta':{'content':'H\\u00e9'},'logprobs':{'content':[{'token':'H'}]}" \
    "}]}\n\n"                                                                                                  \
    "data: "                                                                                                   \
    "{'model':'m','choices':[{'index':0,'delta':{'tool_calls':[{'index':0,'function':{'name':'w','arguments':" \
    "''}}]}}]}\n\n"                                                                                            \
    "data: "                                                                                                   \
    "{'model':'m','choices':[{'index':0,'delta':{'tool_calls':[{'index':0,'function':{'arguments':'{\\'at\\'"  \
    ": 1.10}'}},{'index':1,'function':{'name':'x'}}]}}]}\n\n"                                                  \
    "data: {'model':'m','choices':[{'index':0,'delta':{},'finish_reason':'length'}]}\n\n"

/* Calls are told whole, and the last line only when all has come. */
static void test_a_stream_for_ollamas_clients(void **state)
{
    expect_to(
        *state, DIALECT_OPENAI, DIALECT_OLLAMA, true,
        CHAT_SAID "data: {'model':'m','choices':[],'usage':{'prompt_tokens':7,'completion_tokens':4}}\n\n"
                  "data: [DONE]\n\n",
        TOLD
        "'message':{'role':'assistant','content':'','thinking':'hm'},'done':false}\n" TOLD
        "'message':{'role':'assistant','content':'H\\u00e9'},'logprobs':[{'token':'H'}],'done':false}\n" TOLD
        "'message':{'role':'assistant','content':''," CALLED "},'done':false}\n" TOLD
        "'message':{'role':'assistant','content':''},'done':true,'done_reason':'length',"
        "'prompt_eval_count':7,'eval_count':4}\n");
    expect_to(*state, DIALECT_OPENAI, DIALECT_OLLAMA_GENERATE, true,
              "data: {'model':'m','choices':[{'index':0,'delta':{'content':'a'},'finish_reason':'stop'}]}\n\n"
              "data: {'error':{'message':'no','type':'server_error'}}\n\n",
              TOLD "'response':'a','done':false}\n{'error':'no'}\n");
}

static void test_a_whole_answer_for_ollamas_clients(void **state)
{
    expect_to(
        *state, DIALECT_OPENAI, DIALECT_OLLAMA, false,
        "{'model':'m','choices':[{'index':0,'message':{'content':null,'reasoning_content':'hm','tool_calls':"
        "[{'id':'a','function':{'name':'w','arguments':'{\\'at\\': 1.10}'}},{'id':'b','function':{'name':'x',"
        "'arguments':'no json'}}]},'finish_reason':'tool_calls'}]}",
        TOLD "'message':{'role':'assistant','content':'','thinking':'hm'," CALLED "},'done':true,"
             "'done_reason':'stop'}");
    expect_to(*state, DIALECT_OPENAI, DIALECT_OLLAMA_GENERATE, false,
              "{'model':'m','choices':[{'message':{'content':'a'},'finish_reason':'stop'}],"
              "'usage':{'prompt_tokens':7,'completion_tokens':4}}",
              TOLD "'response':'a','done':true,'done_reason':'stop','prompt_eval_count':7,'eval_count':4}");
}

static void test_ceilings(void **state)
{
    struct arena       *arena = *state;
    struct translation *t = translation_new(arena, &(struct translation_options){ .from = DIALECT_ANTHROPIC,
                                                                                  .to = DIALECT_OPENAI,
                                                                                  .is_stream = false,
                                                                                  .most_bytes = 8,
                                                                                  .now_s = NOW_S });
    struct fault        why = { 0 };
    struct buf          out;
    buf_init(&out, MOST);
    assert_false(translation_feed(t, S("123456789"), &out, &why));
    assert_int_equal(why.kind, FAULT_PROVIDER_BROKE);
    t = translation_new(arena, &(struct translation_options){ .from = DIALECT_ANTHROPIC,
                                                              .to = DIALECT_OPENAI,
                                                              .is_stream = true,
                                                              .most_bytes = 8,
                                                              .now_s = NOW_S });
    assert_false(translation_feed(t, S("data: 123456789\n\n"), &out, &why));
    t = translation_new(arena, &(struct translation_options){ .from = DIALECT_ANTHROPIC,
                                                              .to = DIALECT_OPENAI,
                                                              .is_stream = false,
                                                              .most_bytes = MOST,
                                                              .now_s = NOW_S });
    assert_true(translation_feed(t, S("[]"), &out, &why));
    assert_false(translation_end(t, &out, &why));
    buf_fini(&out);
}

/* False: the stream was broken off. Pieces of so many calls, or all but the first of one. */
static bool tell(struct arena *arena, enum dialect to, unsigned pieces, bool of_one, const char *arguments)
{
    struct translation *t =
        translation_new(arena, &(struct translation_options){
                                   .from = DIALECT_OPENAI, .to = to, .is_stream = true, .most_bytes = 2048 });
    struct fault why = { 0 };
    struct buf   out;
    bool         ok = true;
    buf_init(&out, MOST << 8);
    for (unsigned i = 0; i < pieces && ok; i++) {
        const char *piece = arena_printf(arena,
                                         "data: {'choices':[{'index':0,'delta':{'tool_calls':[{'index':%u,"
                                         "'function':{'name':'f','arguments':'%s'}}]}}]}\n\n",
                                         of_one ? i > 0 : i, arguments);
        ok = translation_feed(t, quoted(arena, piece), &out, &why);
    }
    ok = ok && translation_feed(t, S("data: [DONE]\n\n"), &out, &why) && translation_end(t, &out, &why);
    assert_int_equal(why.kind, ok ? FAULT_NONE : FAULT_PROVIDER_BROKE);
    buf_fini(&out);
    return ok;
}

/* What is kept of a stream until it is whole has ceilings: told cut short, it would look whole. */
static void test_a_stream_of_too_much(void **state)
{
    static const enum dialect kept_by[] = { DIALECT_ANTHROPIC, DIALECT_OLLAMA, DIALECT_RESPONSES };
    for (size_t i = 0; i < sizeof kept_by / sizeof *kept_by; i++) {
        assert_true(tell(*state, kept_by[i], ANSWER_CALLS_MOST, false, ""));
        assert_false(tell(*state, kept_by[i], ANSWER_CALLS_MOST + 2, false, ""));
        assert_true(tell(*state, kept_by[i], 200, true, "0123456789"));
        assert_false(tell(*state, kept_by[i], 300, true, "0123456789"));
    }
}

static void test_errors(void **state)
{
    struct arena *arena = *state;
    struct slice  error =
        quoted(arena, "{'error':{'message':'no','type':'permission_error','param':null,'code':'x'}}");
    struct buf out;
    buf_init(&out, MOST);
    translate_error(DIALECT_ANTHROPIC, error, 403, arena, &out);
    assert_true(slice_eq(buf_slice(&out), quoted(arena, "{'type':'error','error':{'type':'permission_error','"
                                                        "message':'no','details':{'error_code':'x'}}}")));
    buf_reset(&out);
    translate_error(DIALECT_ANTHROPIC, error, 404, arena, &out);
    assert_true(slice_eq(buf_slice(&out), quoted(arena, "{'type':'error','error':{'type':'not_found_error','"
                                                        "message':'no','details':{'error_code':'x'}}}")));
    buf_reset(&out);
    translate_error(DIALECT_OLLAMA, error, 404, arena, &out);
    assert_true(slice_eq(buf_slice(&out), quoted(arena, "{'error':'no'}")));
    buf_reset(&out);
    translate_error(DIALECT_OPENAI, error, 403, arena, &out);
    assert_true(slice_eq(buf_slice(&out), error));
    buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_stream_of_text, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_stream_of_thinking_and_tools, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_stream_that_fails, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_whole_message, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_text_for_anthropics_clients, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_calls_that_alternate, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_stream_that_breaks_off, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_whole_completion, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_there_and_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_written_for_an_hour, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_geminis_sound, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_several_thoughts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_stream_of_geminis, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_geminis_ends, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_geminis_failures, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_geminis_counts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_whole_answer_of_geminis, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_ollamas_ids, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_stream_of_ollamas, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_ollamas_errors, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_whole_answer_of_ollamas, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_stream_for_ollamas_clients, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_whole_answer_for_ollamas_clients, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_ceilings, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_stream_of_too_much, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_errors, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
