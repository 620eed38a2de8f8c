// Other people's libraries look someone up with a tool, whole and streamed; what came of it is printed as JSON for
// test_sdk.py to judge.
import { webcrypto } from 'node:crypto';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { HumanMessage, ToolMessage } from '@langchain/core/messages';
import { tool as langchainTool } from '@langchain/core/tools';
import { ChatOpenAI } from '@langchain/openai';
import { generateText, stepCountIs, streamText, tool } from 'ai';
import { z } from 'zod';

globalThis.crypto ??= webcrypto; // Debian 12's Node.js is 18, and LangChain asks for what 19 has
const [baseURL, apiKey] = process.argv.slice(2);
const question = 'Who is ada@example.com?';
const description = 'Looks someone up.';
const schema = z.object({ mail: z.string() });

async function vercel(model) {
  const asked = [];
  const tools = {
    look_up: tool({ description, inputSchema: schema, execute: async ({ mail }) => { asked.push(mail); return 'Ada'; } }),
  };
  const settings = { model, prompt: question, tools, stopWhen: stepCountIs(3), maxRetries: 0 };
  const whole = await generateText(settings);
  const streamed = streamText(settings);
  return { whole: whole.text, streamed: await streamed.text, asked, tokens: whole.totalUsage.totalTokens };
}

// The stream's chunks put together. (invoke() with `streaming: true` would fetch a tokenizer from the network.)
async function gather(stream) {
  let whole;
  for await (const chunk of stream)
    whole = whole ? whole.concat(chunk) : chunk;
  return whole;
}

async function langchain(isStreamed) {
  const asked = [];
  const lookUp = langchainTool(async ({ mail }) => { asked.push(mail); return 'Ada'; }, { name: 'look_up', description, schema });
  const model = new ChatOpenAI({ model: 'auto', apiKey, maxRetries: 0, configuration: { baseURL } }).bindTools([lookUp]);
  const ask = async (messages) => (isStreamed ? gather(await model.stream(messages)) : model.invoke(messages));
  const messages = [new HumanMessage(question)];
  let answer = await ask(messages);
  while (answer.tool_calls.length) {
    messages.push(answer);
    for (const call of answer.tool_calls)
      messages.push(new ToolMessage({ tool_call_id: call.id, content: await lookUp.invoke(call.args) }));
    answer = await ask(messages);
  }
  return { text: answer.content, asked };
}

const openai = createOpenAI({ baseURL, apiKey });
console.log(JSON.stringify({
  chat: await vercel(openai.chat('auto')),
  responses: await vercel(openai.responses('auto')),
  compatible: await vercel(createOpenAICompatible({ name: 'weir', baseURL, apiKey }).chatModel('auto')),
  langchain: await langchain(false),
  langchainStreamed: await langchain(true),
}));
