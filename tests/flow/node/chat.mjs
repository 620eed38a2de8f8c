// OpenAI's own Node client asks Weir; what it saw is printed as JSON for test_sdk.py to judge.
import OpenAI from 'openai';

const [baseURL, apiKey] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
const messages = [{ role: 'user', content: 'mail ada@example.com' }];

const whole = await client.chat.completions.create({ model: 'auto', messages });

let streamed = '';
let usage;
const stream = await client.chat.completions.create({
  model: 'auto', messages, stream: true, stream_options: { include_usage: true },
});
for await (const chunk of stream) {
  streamed += chunk.choices[0]?.delta?.content ?? '';
  usage = chunk.usage?.total_tokens ?? usage;
}

const tools = [{ type: 'function', function: { name: 'weather', parameters: { type: 'object', properties: {} } } }];
const runner = client.chat.completions.stream({ model: 'auto', messages, tools });
const called = (await runner.finalChatCompletion()).choices[0].message.tool_calls[0];

async function refusal(body) {
  try {
    await client.chat.completions.create(body);
    return null;
  } catch (error) {
    return { status: error.status, code: error.code };
  }
}

console.log(JSON.stringify({
  whole: whole.choices[0].message.content,
  streamed,
  usage,
  tool: JSON.parse(called.function.arguments),
  models: (await client.models.list()).data.map((model) => model.id),
  notFound: await refusal({ model: 'nobody', messages }),
  denied: await refusal({ model: 'auto', messages: [{ role: 'user', content: 'pay with 4111 1111 1111 1111' }] }),
}));
