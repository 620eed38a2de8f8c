// Anthropic's Node client, which sends the newer headers: a message streamed, its own tool loop, and what is told of models.
import Anthropic from '@anthropic-ai/sdk';

const client = new Anthropic({ baseURL: process.argv[2], apiKey: process.argv[3], maxRetries: 0 });
const asked = { model: 'auto', max_tokens: 99, messages: [{ role: 'user', content: 'Who is ada@example.com?' }] };
const seen = [];
const lookUp = {
  name: 'look_up', description: 'Looks someone up.', input_schema: { type: 'object', properties: { mail: { type: 'string' } } },
  parse: (input) => input,
  run: async ({ mail }) => { seen.push(mail); return 'a mathematician'; },
};
const textOf = (message) => message.content.map((block) => block.text ?? '').join('');

const streamed = await client.messages.stream(asked).finalText();
const looped = await client.beta.messages.toolRunner({ ...asked, tools: [lookUp] }).runUntilDone();
const counted = await client.messages.countTokens({ model: 'auto', messages: asked.messages });
const models = [];
for await (const model of client.models.list()) models.push(model.id);
const refused = await client.messages.create({ ...asked, model: 'nobody' }).catch((error) => ({ status: error.status, type: error.error.error.type }));
console.log(JSON.stringify({ streamed, looped: textOf(looped), seen, counted: counted.input_tokens, models, refused }));
