/* test_translate_request.c - requests between OpenAI's chat completions and Anthropic's Messages. Apostrophes
 * stand for quotes. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "unit/an_arena.h"
#include "quoted.h"
#include "wire/translate.h"

static void expect_to(struct arena *arena, enum dialect from, enum dialect to, const char *body,
                      const char *wanted, const char *left_out)
{
    struct buf      out;
    struct left_out left = { 0 };
    struct fault    why = { 0 };
    struct json     json;
    buf_init(&out, 1 << 20);
    if (!translate_request(arena, from, to, quoted(arena, body),
                           (struct limits_of_model){ .output_tokens = 4096 }, &out, &left, &why))
        fail_msg("%s", why.detail);
    buf_add_byte(&out, '\0');
    assert_string_equal(out.ptr, quoted(arena, wanted).ptr);
    assert_string_equal(left.fields, left_out);
    assert_true(json_read(arena, slice_str(out.ptr), &json, NULL));
    buf_fini(&out);
}

static void expect(struct arena *arena, enum dialect from, const char *body, const char *wanted,
                   const char *left_out)
{
    expect_to(arena, from, from == DIALECT_OPENAI ? DIALECT_ANTHROPIC : DIALECT_OPENAI, body, wanted, left_out);
}

static void refuse(struct arena *arena, enum dialect from, const char *body, const char *param)
{
    struct buf      out;
    struct left_out left = { 0 };
    struct fault    why = { 0 };
    enum dialect    to = from == DIALECT_OPENAI ? DIALECT_ANTHROPIC : DIALECT_OPENAI;
    buf_init(&out, 1 << 20);
    assert_false(translate_request(arena, from, to, quoted(arena, body),
                                   (struct limits_of_model){ .output_tokens = 4096 }, &out, &left, &why));
    assert_string_equal(why.param, param);
    assert_int_equal(why.kind, FAULT_UNSUPPORTED);
    buf_fini(&out);
}

/* ---- to Anthropic ---- */

static void test_plain_chat(void **state)
{
    expect(*state, DIALECT_OPENAI,
           "{'model':'m','messages':[{'role':'system','content':'Be "
           "\\u00e9xact.'},{'role':'user','content':'Hi'}],"
           "'temperature':0.10,'stream':true,'stream_options':{'include_usage':true},'stop':'END'}",
           "{'model':'m','messages':[{'role':'user','content':'Hi'}],'temperature':0.10,'stream':true,"
           "'stop_sequences':['END'],'system':'Be \\u00e9xact.','max_tokens':4096}",
           "");
}

static void test_limits_and_what_is_left_out(void **state)
{
    expect(*state, DIALECT_OPENAI,
           "{'model':'m','messages':[{'role':'user','content':'Hi'}],'max_completion_tokens':7,'seed':1,"
           "'temperature':1.5,'logprobs':false,'user':'u1','frequency_penalty':0.5}",
           "{'model':'m','messages':[{'role':'user','content':'Hi'}],'temperature':1,"
           "'metadata':{'user_id':'u1'},'max_tokens':7}",
           "seed, temperature above 1, frequency_penalty");
}

static void test_a_tool_loop(void **state)
{
    expect(*state, DIALECT_OPENAI,
           "{'model':'m','messages':[{'role':'user','content':'Weather in A and B?'},"
           "{'role':'assistant','content':null,'tool_calls':["
           "{'id':'c1','type':'function','function':{'name':'w','arguments':'{\\'at\\': \\'A\\', \\'n\\': "
           "1.10}'}},"
           "{'id':'c2','type':'function','function':{'name':'w','arguments':''}}]},"
           "{'role':'tool','tool_call_id':'c1','content':'rain'},"
           "{'role':'tool','tool_call_id':'c2','content':[{'type':'text','text':'sun'}]},"
           "{'role':'user','content':'And now?'}],"
           "'tools':[{'type':'function','function':{'name':'w','description':'d','parameters':"
           "{'type':'object','properties':{'at':{'type':'string'}}},'strict':true}}],"
           "'tool_choice':'required','parallel_tool_calls':false}",
           "{'model':'m','messages':[{'role':'user','content':'Weather in A and B?'},"
           "{'role':'assistant','content':[{'type':'tool_use','id':'c1','name':'w','input':{'at': 'A', 'n': "
           "1.10}},"
           "{'type':'tool_use','id':'c2','name':'w','input':{}}]},"
           "{'role':'user','content':[{'type':'tool_result','tool_use_id':'c1','content':'rain'},"
           "{'type':'tool_result','tool_use_id':'c2','content':[{'type':'text','text':'sun'}]},"
           "{'type':'text','text':'And now?'}]}],"
           "'tools':[{'name':'w','description':'d','input_schema':{'type':'object','properties':"
           "{'at':{'type':'string'}}},'strict':true}],"
           "'tool_choice':{'type':'any','disable_parallel_tool_use':true},'max_tokens':4096}",
           "");
}

static void test_images_files_and_schemas(void **state)
{
    expect(*state, DIALECT_OPENAI,
           "{'model':'m','messages':[{'role':'user','content':[{'type':'text','text':'What?'},{'type':'text','"
           "text':''},"
           "{'type':'image_url','image_url':{'url':'data:image/png;base64,AAA='}},"
           "{'type':'image_url','image_url':{'url':'https://a.example/b.png'}},"
           "{'type':'file','file':{'filename':'a.pdf','file_data':'data:application/pdf;base64,BBB='}}]}],"
           "'response_format':{'type':'json_schema','json_schema':{'name':'x','schema':{'type':'object'}}},"
           "'reasoning_effort':'low'}",
           "{'model':'m','messages':[{'role':'user','content':[{'type':'text','text':'What?'},"
           "{'type':'image','source':{'type':'base64','media_type':'image/png','data':'AAA='}},"
           "{'type':'image','source':{'type':'url','url':'https://a.example/b.png'}},"
           "{'type':'document','source':{'type':'base64','media_type':'application/pdf','data':'BBB='}}]}],"
           "'output_config':{'effort':'low','format':{'type':'json_schema','schema':{'type':'object'}}},"
           "'max_tokens':4096}",
           "");
}

static void test_thinking_goes_back_with_its_signature(void **state)
{
    expect(*state, DIALECT_OPENAI,
           "{'model':'m','messages':[{'role':'assistant','reasoning_content':'hm','reasoning_signature':'s+/=',"
           "'content':'yes'},{'role':'assistant','reasoning_content':'unsigned','content':'no'},"
           "{'role':'assistant','content':''},{'role':'user','content':'Go on'}]}",
           "{'model':'m','messages':[{'role':'assistant','content':[{'type':'thinking','thinking':'hm',"
           "'signature':'s+/='},{'type':'text','text':'yes'}]},"
           "{'role':'assistant','content':[{'type':'text','text':'no'}]},{'role':'user','content':'Go on'}],"
           "'max_tokens':4096}",
           "reasoning_content");
}

static void test_json_without_a_schema_is_asked_for(void **state)
{
    expect(*state, DIALECT_OPENAI,
           "{'model':'m','messages':[{'role':'user','content':'Hi'}],'response_format':{'type':'json_object'}}",
           "{'model':'m','messages':[{'role':'user','content':'Hi'}],'system':[{'type':'text',"
           "'text':'Answer with one JSON object and nothing else.'}],'max_tokens':4096}",
           "");
}

static void test_what_would_be_another_answer_is_refused(void **state)
{
    refuse(*state, DIALECT_OPENAI, "{'model':'m','messages':[],'n':2}", "n");
    refuse(*state, DIALECT_OPENAI, "{'model':'m','messages':[],'logprobs':true}", "logprobs");
    refuse(*state, DIALECT_OPENAI,
           "{'model':'m','messages':[{'role':'user','content':[{'type':'input_audio','input_audio':{}}]}]}",
           "messages[0].content");
    refuse(*state, DIALECT_OPENAI,
           "{'model':'m','messages':[{'role':'user','content':[{'type':'file','file':{'file_id':'f'}}]}]}",
           "messages[0].content");
    refuse(*state, DIALECT_OPENAI, "{'model':'m','messages':[{'role':'function','name':'f','content':'1'}]}",
           "messages[0]");
    refuse(*state, DIALECT_OPENAI, "{'model':'m','messages':[],'tools':[{'type':'custom','custom':{}}]}",
           "tools");
}

/* ---- from Anthropic ---- */

static void test_messages_become_a_chat(void **state)
{
    expect(
        *state, DIALECT_ANTHROPIC,
        "{'model':'m','max_tokens':9,'system':[{'type':'text','text':'Be exact.','cache_control':{'type':"
        "'ephemeral'}}],'messages':[{'role':'user','content':'Hi'},{'role':'assistant','content':["
        "{'type':'thinking','thinking':'hm','signature':'x'},{'type':'text','text':'I look.'},"
        "{'type':'tool_use','id':'t1','name':'w','input':{'at': 'A', 'n': 1.10}}]},"
        "{'role':'user','content':[{'type':'tool_result','tool_use_id':'t1','content':[{'type':'text','text':'"
        "rain'},"
        "{'type':'image','source':{'type':'base64','media_type':'image/png','data':'AAA='}}]},"
        "{'type':'text','text':'And?'}]}],"
        "'tools':[{'name':'w','description':'d','input_schema':{'type':'object'}}],"
        "'tool_choice':{'type':'any','disable_parallel_tool_use':true},'stream':true,'stop_sequences':['END'],"
        "'metadata':{'user_id':'u1'},'top_k':5,'temperature':0.30}",
        "{'model':'m','max_tokens':9,'messages':[{'role':'system','content':[{'type':'text','text':'Be "
        "exact.'}]},"
        "{'role':'user','content':'Hi'},{'role':'assistant','content':[{'type':'text','text':'I look.'}],"
        "'tool_calls':[{'id':'t1','type':'function','function':{'name':'w','arguments':"
        "'{\\'at\\': \\'A\\', \\'n\\': 1.10}'}}]},"
        "{'role':'tool','tool_call_id':'t1','content':[{'type':'text','text':'rain'}]},"
        "{'role':'user','content':[{'type':'image_url','image_url':{'url':'data:image/png;base64,AAA='}},"
        "{'type':'text','text':'And?'}]}],"
        "'tools':[{'type':'function','function':{'name':'w','description':'d','parameters':{'type':'object'}}}]"
        ","
        "'tool_choice':'required','parallel_tool_calls':false,"
        "'stream':true,'stream_options':{'include_usage':true},'stop':['END'],'user':'u1','temperature':0.30}",
        "thinking, top_k");
}

static void test_results_alone(void **state)
{
    expect(
        *state, DIALECT_ANTHROPIC,
        "{'model':'m','max_tokens':9,'messages':[{'role':'user','content':["
        "{'type':'tool_result','tool_use_id':'t1','content':'1'},{'type':'tool_result','tool_use_id':'t2'}]}]}",
        "{'model':'m','max_tokens':9,'messages':[{'role':'tool','tool_call_id':'t1','content':'1'},"
        "{'role':'tool','tool_call_id':'t2','content':''}]}",
        "");
}

/* Redacted thoughts go back one by one; words of which two signatures speak cannot. */
static void test_several_thoughts_go_back(void **state)
{
    expect(*state, DIALECT_OPENAI,
           "{'model':'m','max_tokens':9,'messages':[{'role':'user','content':'a'},{'role':'assistant','content'"
           ":'c',"
           "'reasoning_content':'ab','reasoning_signature':'s1=,s2=','reasoning_redacted':'r1,r2'}]}",
           "{'model':'m','messages':[{'role':'user','content':'a'},{'role':'assistant','content':["
           "{'type':'redacted_thinking','data':'r1'},{'type':'redacted_thinking','data':'r2'},"
           "{'type':'text','text':'c'}]}],'max_tokens':9}",
           "reasoning_content");
}

/* Signed thoughts are their own provider's; those that nobody signed go back with the calls that they led to.
 */
static void test_thoughts_of_messages(void **state)
{
    expect(*state, DIALECT_ANTHROPIC,
           "{'model':'m','max_tokens':9,'messages':[{'role':'assistant','content':["
           "{'type':'thinking','thinking':'a\\n','signature':''},{'type':'thinking','thinking':'b','signature':"
           "''},"
           "{'type':'tool_use','id':'t1','name':'w','input':{}}]},"
           "{'role':'assistant','content':[{'type':'thinking','thinking':'a','signature':'s='},"
           "{'type':'tool_use','id':'t2','name':'w','input':{}}]},"
           "{'role':'assistant','content':[{'type':'thinking','thinking':'a','signature':''},"
           "{'type':'text','text':'c'}]}]}",
           "{'model':'m','max_tokens':9,'messages':[{'role':'assistant','content':null,'reasoning_content':'"
           "a\\nb',"
           "'tool_calls':[{'id':'t1','type':'function','function':{'name':'w','arguments':'{}'}}]},"
           "{'role':'assistant','content':null,"
           "'tool_calls':[{'id':'t2','type':'function','function':{'name':'w','arguments':'{}'}}]},"
           "{'role':'assistant','content':[{'type':'text','text':'c'}]}]}",
           "thinking");
}

/* What a model takes goes by its name, and the rest is noted rather than refused there. */
static void test_what_claudes_take(void **state)
{
    static const struct {
        const char *model, *effort, *written, *left_out;
    } cases[] = {
        { "claude-3-haiku", "low", "'temperature':0.5,'top_p':0.9,'top_k':5,", "reasoning_effort" },
        { "claude-haiku-4-5-20251001", "high", "'temperature':0.5,'top_k':5,", "top_p, reasoning_effort" },
        { "claude-sonnet-4-6", "xhigh", "'temperature':0.5,'top_k':5,'output_config':{'effort':'high'},",
          "top_p" },
        { "claude-opus-5", "xhigh", "'output_config':{'effort':'xhigh'},", "temperature, top_p, top_k" },
        { "claude-opus-5", "minimal", "'output_config':{'effort':'low'},", "temperature, top_p, top_k" },
        { "claude-opus-5", "none", "", "temperature, top_p, top_k" },
        { "kimi", "high", "'temperature':0.5,'top_p':0.9,'top_k':5,'output_config':{'effort':'high'},", "" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect(*state, DIALECT_OPENAI,
               arena_printf(*state,
                            "{'model':'%s','messages':[{'role':'user','content':'a'}],'temperature':0.5,"
                            "'top_p':0.9,'top_k':5,'max_tokens':9,'reasoning_effort':'%s'}",
                            cases[i].model, cases[i].effort),
               arena_printf(*state,
                            "{'model':'%s','messages':[{'role':'user','content':'a'}],%s'max_tokens':9}",
                            cases[i].model, cases[i].written),
               cases[i].left_out);
}

static void test_documents_and_schemas(void **state)
{
    expect(*state, DIALECT_ANTHROPIC,
           "{'model':'m','max_tokens':9,'messages':[{'role':'user','content':["
           "{'type':'document','title':'a.pdf','source':{'type':'base64','media_type':'application/"
           "pdf','data':'B='}},"
           "{'type':'document','source':{'type':'text','media_type':'text/plain','data':'words'}}]}],"
           "'output_config':{'effort':'high','format':{'type':'json_schema','schema':{'type':'object'}}}}",
           "{'model':'m','max_tokens':9,'messages':[{'role':'user','content':["
           "{'type':'file','file':{'filename':'a.pdf','file_data':'data:application/pdf;base64,B='}},"
           "{'type':'text','text':'words'}]}],'response_format':{'type':'json_schema','json_schema':"
           "{'name':'answer','strict':true,'schema':{'type':'object'}}}}",
           "effort");
}

static void test_what_anthropic_says_besides(void **state)
{
    expect(*state, DIALECT_ANTHROPIC,
           "{'model':'m','max_tokens':9,'messages':[{'role':'user','content':'a'},"
           "{'role':'system','content':[{'type':'text','text':'Be exact.'}]},{'role':'user','content':["
           "{'type':'document','title':'t','context':'c','citations':{'enabled':true},"
           "'source':{'type':'content','content':[{'type':'text','text':'words'}]}}]}]}",
           "{'model':'m','max_tokens':9,'messages':[{'role':'user','content':'a'},"
           "{'role':'system','content':[{'type':'text','text':'Be exact.'}]},"
           "{'role':'user','content':[{'type':'text','text':'words'}]}]}",
           "context, citations, title");
    expect(*state, DIALECT_ANTHROPIC,
           "{'model':'m','max_tokens':9,'messages':[{'role':'user','content':["
           "{'type':'tool_result','tool_use_id':'1','is_error':true,'content':'no'},"
           "{'type':'tool_result','tool_use_id':'2','is_error':true,'content':'no'}]}],"
           "'tools':[{'name':'f','input_schema':{},'defer_loading':true}]}",
           "{'model':'m','max_tokens':9,'messages':[{'role':'tool','tool_call_id':'1','content':'no'},"
           "{'role':'tool','tool_call_id':'2','content':'no'}],"
           "'tools':[{'type':'function','function':{'name':'f','parameters':{}}}]}",
           "is_error, defer_loading");
}

static void test_what_only_anthropic_has_is_refused(void **state)
{
    refuse(*state, DIALECT_ANTHROPIC, "{'model':'m','prefill':'{','messages':[{'role':'user','content':'a'}]}",
           "prefill");
    refuse(*state, DIALECT_ANTHROPIC,
           "{'model':'m','compaction':{'type':'x'},'messages':[{'role':'user','content':'a'}]}", "compaction");
    refuse(*state, DIALECT_ANTHROPIC,
           "{'model':'m','messages':[{'role':'user','content':[{'type':'search_result'}]}]}",
           "messages[0].content");
    refuse(*state, DIALECT_ANTHROPIC,
           "{'model':'m','messages':[{'role':'user','content':'a'}],'tools':[{'type':'web_search_20250305'}]}",
           "tools");
}

/* ---- Gemini and Ollama ---- */

#define TOOL_LOOP                                                                                              \
    "{'model':'m','messages':[{'role':'developer','content':'Be exact.'},{'role':'user','content':["           \
    "{'type':'text','text':'Weather?'},{'type':'image_url','image_url':{'url':'data:image/"                    \
    "png;base64,AAA='}}]},"                                                                                    \
    "{'role':'assistant','content':'I look.','tool_calls':["                                                   \
    "{'id':'c1','type':'function','function':{'name':'w','arguments':'{\\'at\\': 1.10}'},"                     \
    "'extra_content':{'google':{'thought_signature':'s='}}},"                                                  \
    "{'id':'c2','type':'function','function':{'name':'x','arguments':''}}]},"                                  \
    "{'role':'tool','tool_call_id':'c2','content':'sun'},"                                                     \
    "{'role':'tool','tool_call_id':'c1','content':'{\\'sky\\':\\'grey\\'}'},{'role':'user','content':'And?'}]" \
    ","                                                                                                        \
    "'tools':[{'type':'function','function':{'name':'w','description':'d','parameters':{'type':'object'}}}],"  \
    "'max_tokens':9,'temperature':0.10,'stop':'END','stream':true,'seed':3"

static void test_a_tool_loop_for_gemini(void **state)
{
    expect_to(*state, DIALECT_OPENAI, DIALECT_GEMINI,
              TOOL_LOOP ",'tool_choice':{'type':'function','function':{'name':'w'}},'user':'u',"
                        "'response_format':{'type':'json_schema','json_schema':{'schema':{'type':'object'}}},"
                        "'reasoning_effort':'low'}",
              "{'systemInstruction':{'parts':[{'text':'Be exact.'}]},'contents':[{'role':'user','parts':["
              "{'text':'Weather?'},{'inlineData':{'mimeType':'image/png','data':'AAA='}}]},"
              "{'role':'model','parts':[{'text':'I look.'},{'functionCall':{'id':'c1','name':'w','args':{'at': "
              "1.10}},"
              "'thoughtSignature':'s='},{'functionCall':{'id':'c2','name':'x','args':{}}}]},"
              "{'role':'user','parts':[{'functionResponse':{'id':'c2','name':'x','response':{'result':'sun'}}},"
              "{'functionResponse':{'id':'c1','name':'w','response':{'sky':'grey'}}},{'text':'And?'}]}],"
              "'tools':[{'functionDeclarations':[{'name':'w','description':'d','parametersJsonSchema':"
              "{'type':'object'}}]}],'toolConfig':{'functionCallingConfig':{'mode':'ANY',"
              "'allowedFunctionNames':['w']}},'generationConfig':{'temperature':0.10,'seed':3,"
              "'maxOutputTokens':9,'stopSequences':['END'],'responseMimeType':'application/json',"
              "'responseJsonSchema':{'type':'object'},'thinkingConfig':{'thinkingLevel':'low'}}}",
              "user");
}

#define FOREIGN_CALLS(model)                                                                                   \
    "{'model':'" model "','messages':[{'role':'user','content':'a'},{'role':'assistant',"                      \
    "'reasoning_content':'hm','tool_calls':["                                                                  \
    "{'id':'c1','type':'function','function':{'name':'w','arguments':'{}'}},"                                  \
    "{'id':'c2','type':'function','function':{'name':'w','arguments':'{}'}}]}]"
#define CALLS_FOR_GEMINI(signature)                                                                            \
    "{'contents':[{'role':'user','parts':[{'text':'a'}]},{'role':'model','parts':["                            \
    "{'functionCall':{'id':'c1','name':'w','args':{}}" signature "},"                                          \
    "{'functionCall':{'id':'c2','name':'w','args':{}}}]}],'generationConfig':"

/* A call that another model made has no signature: Google's word for that stands in, where one is asked for. */
static void test_calls_of_others_for_gemini(void **state)
{
    expect_to(*state, DIALECT_OPENAI, DIALECT_GEMINI, FOREIGN_CALLS("gemini-3.1-pro") "}",
              CALLS_FOR_GEMINI(",'thoughtSignature':'skip_thought_signature_validator'") "{}}",
              "reasoning_content");
    expect_to(*state, DIALECT_OPENAI, DIALECT_GEMINI, FOREIGN_CALLS("gemini-2.5-pro") "}",
              CALLS_FOR_GEMINI("") "{}}", "reasoning_content");
}

/* Levels since the third generation, budgets before; what cannot be said is noted. */
static void test_how_hard_gemini_thinks(void **state)
{
    static const struct {
        const char *model, *effort, *config, *left_out;
    } cases[] = {
        { "gemini-3-flash", "minimal", "{'thinkingConfig':{'thinkingLevel':'low'}}", "" },
        { "gemini-3-flash", "xhigh", "{'thinkingConfig':{'thinkingLevel':'high'}}", "" },
        { "gemini-3-flash", "none", "{}", "reasoning_effort" },
        { "gemini-2.5-flash", "none", "{'thinkingConfig':{'thinkingBudget':0}}", "" },
        { "gemini-2.5-flash", "medium", "{'thinkingConfig':{'thinkingBudget':8192}}", "" },
        { "gemini-2.0-flash", "low", "{}", "reasoning_effort" },
        { "gemini-3-flash", "utmost", "{}", "reasoning_effort" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_to(
            *state, DIALECT_OPENAI, DIALECT_GEMINI,
            arena_printf(*state,
                         "{'model':'%s','messages':[{'role':'user','content':'a'}],'reasoning_effort':'%s'}",
                         cases[i].model, cases[i].effort),
            arena_printf(*state, "{'contents':[{'role':'user','parts':[{'text':'a'}]}],'generationConfig':%s}",
                         cases[i].config),
            cases[i].left_out);
}

static void test_a_tool_loop_for_ollama(void **state)
{
    expect_to(
        *state, DIALECT_OPENAI, DIALECT_OLLAMA, TOOL_LOOP ",'logprobs':true,'reasoning_effort':'none'}",
        "{'model':'m','messages':[{'role':'system','content':'Be exact.'},"
        "{'role':'user','content':'Weather?','images':['AAA=']},"
        "{'role':'assistant','content':'I look.','tool_calls':[{'id':'c1','function':{'name':'w','arguments':"
        "{'at': 1.10}}},{'id':'c2','function':{'name':'x','arguments':{}}}]},"
        "{'role':'tool','content':'sun','tool_name':'x','tool_call_id':'c2'},"
        "{'role':'tool','content':'{\\'sky\\':\\'grey\\'}','tool_name':'w','tool_call_id':'c1'},"
        "{'role':'user','content':'And?'}],'tools':[{'type':'function','function':{'name':'w',"
        "'description':'d','parameters':{'type':'object'}}}],'logprobs':true,'think':false,"
        "'stream':true,'truncate':false,'options':{'temperature':0.10,'seed':3,'stop':'END','num_predict':9,"
        "'num_ctx':4096}}",
        "");
}

/* The context has room for the prompt and the answer, and is no larger than the model can. */
static void test_the_context_that_ollama_needs(void **state)
{
    struct arena   *arena = *state;
    struct buf      body, out;
    struct left_out left = { 0 };
    struct fault    why = { 0 };
    buf_init(&body, 1 << 20);
    buf_init(&out, 1 << 20);
    buf_add_str(&body, "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"");
    for (int i = 0; i < 30000; i++)
        buf_add_byte(&body, 'a');
    buf_add_str(&body, "\"}],\"max_completion_tokens\":5000}");
    assert_true(translate_request(arena, DIALECT_OPENAI, DIALECT_OLLAMA, buf_slice(&body),
                                  (struct limits_of_model){ 0 }, &out, &left, &why));
    assert_true(slice_ends(buf_slice(&out), S("\"num_predict\":5000,\"num_ctx\":16384}}")));
    buf_reset(&out);
    assert_true(translate_request(arena, DIALECT_OPENAI, DIALECT_OLLAMA, buf_slice(&body),
                                  (struct limits_of_model){ .context_tokens = 10000 }, &out, &left, &why));
    assert_true(slice_ends(buf_slice(&out), S("\"num_ctx\":10000}}")));
    buf_reset(&out);
    assert_true(translate_request(arena, DIALECT_OPENAI, DIALECT_OLLAMA, buf_slice(&body),
                                  (struct limits_of_model){ .was_too_small = true }, &out, &left, &why));
    assert_true(slice_ends(buf_slice(&out), S("\"num_ctx\":65536}}")));
    buf_fini(&body);
    buf_fini(&out);
}

/* By way of the hub. */
/* An image's data is no text: it takes as many tokens as a page or two. */
static void test_images_take_little_context(void **state)
{
    struct buf      body, out;
    struct left_out left = { 0 };
    struct fault    why = { 0 };
    buf_init(&body, 1 << 20);
    buf_init(&out, 1 << 20);
    buf_add_str(&body, "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\","
                       "\"image_url\":{\"url\":\"data:image/png;base64,");
    for (int i = 0; i < 500000; i++)
        buf_add_byte(&body, 'A');
    buf_add_str(&body, "\"}}]}],\"max_tokens\":100}");
    assert_true(translate_request(*state, DIALECT_OPENAI, DIALECT_OLLAMA, buf_slice(&body),
                                  (struct limits_of_model){ 0 }, &out, &left, &why));
    assert_true(slice_ends(buf_slice(&out), S("\"num_predict\":100,\"num_ctx\":4096}}")));
    buf_wipe(&body);
    buf_wipe(&out);
}

/* It takes no member that it does not know, and ids of nine letters and digits. */
static void test_a_tool_loop_for_mistral(void **state)
{
    expect_to(
        *state, DIALECT_OPENAI, DIALECT_MISTRAL,
        TOOL_LOOP ",'tool_choice':'required','user':'u','store':false,'max_completion_tokens':8,"
                  "'stream_options':{'include_usage':true},'reasoning_effort':'low'}",
        "{'model':'m','messages':[{'role':'system','content':'Be exact.'},{'role':'user','content':["
        "{'type':'text','text':'Weather?'},{'type':'image_url','image_url':'data:image/png;base64,AAA='}]},"
        "{'role':'assistant','content':'I look.','tool_calls':[{'id':'7pPNQO8GX','type':'function',"
        "'function':{'name':'w','arguments':'{\\'at\\': 1.10}'}},{'id':'wCBTlKcFX','type':'function',"
        "'function':{'name':'x','arguments':''}}]},"
        "{'role':'tool','content':'sun','name':'x','tool_call_id':'wCBTlKcFX'},"
        "{'role':'tool','content':'{\\'sky\\':\\'grey\\'}','name':'w','tool_call_id':'7pPNQO8GX'},"
        "{'role':'user','content':'And?'}],"
        "'tools':[{'type':'function','function':{'name':'w','description':'d','parameters':{'type':'object'}}}]"
        ","
        "'temperature':0.10,'stop':'END','stream':true,'random_seed':3,'tool_choice':'any','max_tokens':8}",
        "user, reasoning_effort");
    expect_to(
        *state, DIALECT_OPENAI, DIALECT_MISTRAL,
        "{'model':'m','messages':[{'role':'user','content':[]},{'role':'assistant','content':null,"
        "'reasoning_content':'hm','tool_calls':[{'id':'aZ3456789','type':'function','function':{'name':'w'}}]},"
        "{'role':'tool','tool_call_id':'aZ3456789','content':'1','note':'x'}],'tools':[],'tool_choice':'none',"
        "'temperature':1.8,'logprobs':false}",
        "{'model':'m','messages':[{'role':'user','content':''},{'role':'assistant','content':'','tool_calls':["
        "{'id':'aZ3456789','type':'function','function':{'name':'w','arguments':'{}'}}]},"
        "{'role':'tool','content':'1','name':'w','tool_call_id':'aZ3456789'}],'temperature':1.5}",
        "reasoning_content, temperature above 1.5");
}

static void test_messages_for_ollama(void **state)
{
    expect_to(
        *state, DIALECT_ANTHROPIC, DIALECT_OLLAMA,
        "{'model':'m','max_tokens':9,'system':'Be "
        "exact.','messages':[{'role':'user','content':'Hi'}],'top_k':1}",
        "{'model':'m','messages':[{'role':'system','content':'Be exact.'},{'role':'user','content':'Hi'}],"
        "'stream':false,'truncate':false,'options':{'num_predict':9,'num_ctx':4096}}",
        "top_k");
}

/* A result names the tool whose last call with its id it is. Each sought among all would take minutes. */
static void test_forty_thousand_calls(void **state)
{
    enum { CALLS = 40000 };
    static const enum dialect to[] = { DIALECT_OLLAMA, DIALECT_GEMINI };
    struct buf                body, out;
    struct left_out           left = { 0 };
    struct fault              why = { 0 };
    buf_init(&body, 1 << 24);
    buf_init(&out, 1 << 24);
    buf_add_str(&body, "{\"model\":\"m\",\"messages\":[{\"role\":\"assistant\",\"tool_calls\":[");
    for (int i = 0; i < CALLS; i++)
        buf_printf(&body, "%s{\"id\":\"c%d\",\"function\":{\"name\":\"f%d\"}}", i ? "," : "", i % (CALLS - 1),
                   i);
    buf_add_str(&body, "]}");
    for (int i = 0; i < CALLS; i++)
        buf_printf(&body, ",{\"role\":\"tool\",\"tool_call_id\":\"c%d\",\"content\":\"r%d\"}", i, i);
    buf_add_str(&body, "]}");
    for (size_t i = 0; i < sizeof to / sizeof *to; i++) {
        buf_reset(&out);
        assert_true(translate_request(*state, DIALECT_OPENAI, to[i], buf_slice(&body),
                                      (struct limits_of_model){ 0 }, &out, &left, &why));
        struct slice told = buf_slice(&out),
                     results = slice_cut(told, slice_find(told, S("r0")) - 80, told.len);
        assert_int_not_equal(slice_find(results, S("\"f39999\"")), SLICE_NONE); /* c0's last call */
        assert_int_not_equal(slice_find(results, S("\"f1\"")), SLICE_NONE);
        assert_int_equal(slice_find(results, S("\"f0\"")), SLICE_NONE);
        assert_int_not_equal(slice_find(results, S("\"tool\"")), SLICE_NONE); /* the last has none */
    }
    buf_wipe(&body);
    buf_wipe(&out);
}

/* ---- Responses and older completions ---- */

static void test_responses_items_become_messages(void **state)
{
    expect_to(
        *state, DIALECT_RESPONSES, DIALECT_OPENAI,
        "{'model':'m','instructions':'Be exact.','input':[{'role':'user','content':'Weather?'},"
        "{'type':'reasoning','id':'rs','summary':[]},"
        "{'type':'message','role':'assistant','content':[{'type':'output_text','text':'I look.'}]},"
        "{'type':'function_call','call_id':'c1','name':'w','arguments':'{}'},"
        "{'type':'custom_tool_call','call_id':'c2','name':'x','input':'ls'},"
        "{'type':'function_call_output','call_id':'c1','output':'rain'},"
        "{'type':'custom_tool_call_output','call_id':'c2','output':[{'type':'input_text','text':'a'}]},"
        "{'type':'function_call','call_id':'c3','name':'w','arguments':'{}'},"
        "{'role':'user','content':[{'type':'input_image','image_url':'data:image/"
        "png;base64,A=','detail':'low'}]}],"
        "'tools':[{'type':'function','name':'w','parameters':{'type':'object'},'strict':true},"
        "{'type':'custom','name':'x'},{'type':'web_search'}],'tool_choice':{'type':'function','name':'w'},"
        "'text':{'format':{'type':'json_schema','name':'n','schema':{'type':'object'}},'verbosity':'low'},"
        "'reasoning':{'effort':'high'},'max_output_tokens':9,'stream':true,'store':false}",
        "{'model':'m','messages':[{'role':'system','content':'Be exact.'},{'role':'user','content':'Weather?'},"
        "{'role':'assistant','content':[{'type':'text','text':'I look.'}],'tool_calls':["
        "{'id':'c1','type':'function','function':{'name':'w','arguments':'{}'}},"
        "{'id':'c2','type':'custom','custom':{'name':'x','input':'ls'}}]},"
        "{'role':'tool','tool_call_id':'c1','content':'rain'},"
        "{'role':'tool','tool_call_id':'c2','content':[{'type':'text','text':'a'}]},"
        "{'role':'assistant','content':null,'tool_calls':["
        "{'id':'c3','type':'function','function':{'name':'w','arguments':'{}'}}]},"
        "{'role':'user','content':[{'type':'image_url','image_url':{'url':'data:image/png;base64,A=','detail':"
        "'low'}}]}],'tools':[{'type':'function','function':{'name':'w','parameters':{'type':'object'},"
        "'strict':true}},{'type':'custom','custom':{'name':'x'}}],"
        "'tool_choice':{'type':'function','function':{'name':'w'}},'verbosity':'low',"
        "'response_format':{'type':'json_schema','json_schema':{'name':'n','schema':{'type':'object'}}},"
        "'reasoning_effort':'high','max_completion_tokens':9,"
        "'stream':true,'stream_options':{'include_usage':true}}",
        "reasoning, tools");
}

/* Plain thoughts go back with the calls that they led to; without any, and sealed, they are left out. */
static void test_thoughts_of_responses(void **state)
{
#define THINKS                                                                                                 \
    "{'type':'reasoning','id':'rs_1','summary':[],'content':[{'type':'reasoning_text','text':'h\\n'},{'type':" \
    "'reasoning_text','text':'m'}]}"
#define CALLS  "{'type':'function_call','call_id':'c1','name':'w','arguments':'{}'}"
#define CALLED "'tool_calls':[{'id':'c1','type':'function','function':{'name':'w','arguments':'{}'}}]}"
    expect_to(*state, DIALECT_RESPONSES, DIALECT_OPENAI,
              "{'model':'m','input':[" THINKS "," CALLS
              ",{'type':'function_call_output','call_id':'c1','output':'1'}]}",
              "{'model':'m','messages':[{'role':'assistant','content':null,'reasoning_content':'h\\nm'," CALLED
              ",{'role':'tool','tool_call_id':'c1','content':'1'}]}",
              "");
    expect_to(*state, DIALECT_RESPONSES, DIALECT_OPENAI,
              "{'model':'m','input':[" THINKS ",{'role':'assistant','content':'a'}," CALLS "]}",
              "{'model':'m','messages':[{'role':'assistant','content':'a','reasoning_content':'h\\nm'," CALLED
              "]}",
              "");
    expect_to(*state, DIALECT_RESPONSES, DIALECT_OPENAI,
              "{'model':'m','input':[" THINKS
              ",{'role':'assistant','content':'a'},{'role':'user','content':'b'},"
              "{'type':'reasoning','summary':[],'encrypted_content':'x'}," CALLS "]}",
              "{'model':'m','messages':[{'role':'assistant','content':'a'},{'role':'user','content':'b'},"
              "{'role':'assistant','content':null," CALLED "]}",
              "reasoning");
}

static void test_a_prompt_becomes_a_message(void **state)
{
    expect_to(*state, DIALECT_COMPLETIONS, DIALECT_OPENAI,
              "{'model':'m','prompt':['a b'],'max_tokens':3,'suffix':'c'}",
              "{'model':'m','messages':[{'role':'user','content':'a b'}],'max_tokens':3}", "suffix");
}

/* Calls get ids, and a result goes to the first call of its name that has none. */
static void test_an_ollama_chat(void **state)
{
    expect_to(
        *state, DIALECT_OLLAMA, DIALECT_OPENAI,
        "{'model':'m:latest','messages':[{'role':'user','content':'a','images':['/9j/AA']},"
        "{'role':'assistant','content':'','thinking':'hm','tool_calls':[{'function':{'name':'w','arguments':"
        "{'at': 1.10}}},{'function':{'name':'x','arguments':{}}},{'function':{'name':'w'}}]},"
        "{'role':'tool','tool_name':'x','content':'1'},{'role':'tool','tool_name':'w','content':'2'},"
        "{'role':'tool','content':'3'}],'tools':[],'format':{'type':'object'},'keep_alive':'5m',"
        "'options':{'temperature':0.10,'num_predict':9,'num_ctx':8192,'mirostat':1},'think':'low'}",
        "{'model':'m','messages':[{'role':'user','content':[{'type':'text','text':'a'},{'type':'image_url',"
        "'image_url':{'url':'data:image/jpeg;base64,/9j/AA'}}]},{'role':'assistant','content':'',"
        "'reasoning_content':'hm','tool_calls':[{'id':'call_0','type':'function','function':{'name':'w',"
        "'arguments':'{\\'at\\': 1.10}'}},{'id':'call_1','type':'function','function':{'name':'x','arguments'"
        ":'{}'}},{'id':'call_2','type':'function','function':{'name':'w','arguments':'{}'}}]},"
        "{'role':'tool','tool_call_id':'call_1','content':'1'},{'role':'tool','tool_call_id':'call_0',"
        "'content':'2'},{'role':'tool','tool_call_id':'call_2','content':'3'}],'tools':[],"
        "'response_format':{'type':'json_schema','json_schema':{'name':'answer','schema':{'type':'object'}}},"
        "'temperature':0.10,'max_completion_tokens':9,'reasoning_effort':'low','stream':true,"
        "'stream_options':{'include_usage':true}}",
        "keep_alive, mirostat");
}

static void test_an_ollama_prompt(void **state)
{
    expect_to(*state, DIALECT_OLLAMA_GENERATE, DIALECT_OPENAI,
              "{'model':'m','prompt':'a','system':'s','suffix':'','stream':false,'format':'json','think':false,"
              "'options':{'num_predict':-1}}",
              "{'model':'m','messages':[{'role':'system','content':'s'},{'role':'user','content':'a'}],"
              "'response_format':{'type':'json_object'},'reasoning_effort':'none'}",
              "");
    refuse(*state, DIALECT_OLLAMA_GENERATE, "{'model':'m','prompt':'a','suffix':'b'}", "suffix");
    refuse(*state, DIALECT_OLLAMA, "{'messages':[{'role':'tool','tool_name':'x','content':'1'}]}",
           "messages[0].tool_name");
}

/* Calls that never get their results are forgotten, the first made first. */
static void test_an_ollama_chat_without_results(void **state)
{
    struct buf      body, out;
    struct left_out left = { 0 };
    struct fault    why = { 0 };
    buf_init(&body, 1 << 24);
    buf_init(&out, 1 << 24);
    buf_add_str(&body, "{\"messages\":[");
    for (int i = 0; i < 100000; i++)
        buf_printf(&body, "{\"role\":\"assistant\",\"tool_calls\":[{\"function\":{\"name\":\"w%d\"}}]},", i);
    const size_t before = body.len;
    buf_add_str(&body,
                "{\"role\":\"tool\",\"tool_name\":\"w99999\"},{\"role\":\"tool\",\"tool_name\":\"w99990\"}]}");
    assert_true(translate_request(*state, DIALECT_OLLAMA, DIALECT_OPENAI, buf_slice(&body),
                                  (struct limits_of_model){ 0 }, &out, &left, &why));
    assert_int_not_equal(slice_find(buf_slice(&out), S("\"tool_call_id\":\"call_99990\"")), SLICE_NONE);
    body.len = before;
    buf_add_str(&body, "{\"role\":\"tool\",\"tool_name\":\"w0\"}]}");
    assert_false(translate_request(*state, DIALECT_OLLAMA, DIALECT_OPENAI, buf_slice(&body),
                                   (struct limits_of_model){ 0 }, &out, &left, &why));
    assert_string_equal(why.param, "messages[100000].tool_name");
    buf_wipe(&body);
    buf_wipe(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_plain_chat, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_limits_and_what_is_left_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_tool_loop, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_images_files_and_schemas, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_thinking_goes_back_with_its_signature, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_json_without_a_schema_is_asked_for, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_would_be_another_answer_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_messages_become_a_chat, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_results_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_several_thoughts_go_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_thoughts_of_messages, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_claudes_take, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_documents_and_schemas, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_anthropic_says_besides, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_only_anthropic_has_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_tool_loop_for_gemini, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_calls_of_others_for_gemini, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_how_hard_gemini_thinks, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_tool_loop_for_ollama, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_images_take_little_context, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_tool_loop_for_mistral, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_context_that_ollama_needs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_messages_for_ollama, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_forty_thousand_calls, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_responses_items_become_messages, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_thoughts_of_responses, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_prompt_becomes_a_message, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_an_ollama_chat, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_an_ollama_prompt, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_an_ollama_chat_without_results, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
