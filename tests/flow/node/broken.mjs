// Prints "raised" where a stream that breaks off makes OpenAI's Node client raise, as it must.
import OpenAI from 'openai';

const client = new OpenAI({ baseURL: process.argv[2], apiKey: 'any', maxRetries: 0 });
try {
  const stream = await client.chat.completions.create({
    model: 'auto', stream: true, messages: [{ role: 'user', content: 'hello' }],
  });
  for await (const _ of stream);
  console.log('taken for whole');
} catch {
  console.log('raised');
}
