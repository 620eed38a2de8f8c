// OpenAI's and Anthropic's Node clients, which retry twice where they may, ask with a budget that is spent; what they were told is printed as JSON.
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';

const [base, apiKey] = process.argv.slice(2);
const messages = [{ role: 'user', content: 'hello' }];
const told = (error) => ({ status: error.status, code: error.code ?? error.error?.error?.type, message: error.message });
const openai = new OpenAI({ baseURL: `${base}/v1`, apiKey });
const anthropic = new Anthropic({ baseURL: base, apiKey });
console.log(JSON.stringify({
  openai: await openai.chat.completions.create({ model: 'auto', max_tokens: 10, messages }).catch(told),
  streamed: await openai.chat.completions.create({ model: 'auto', max_tokens: 10, messages, stream: true }).catch(told),
  anthropic: await anthropic.messages.create({ model: 'auto', max_tokens: 10, messages }).catch(told),
}));
