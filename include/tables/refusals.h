/*
 * refusals.h - what errors of status 400 to 429 mean, by what providers say in their code, type, status or reason, or in the
 * message; compared without case, the first line that is found decides. Of a message that blames the key or the model only
 * the beginning counts: the rest may quote the prompt, and a prompt shall not make a key look dead.
 *
 *      meaning   words                                  whose
 */
REFUSAL(CONTEXT,  "context_length_exceeded")          /* OpenAI, Azure, Groq */
REFUSAL(CONTEXT,  "exceed_context_size")              /* llama-server */
REFUSAL(CONTEXT,  "maximum context length")           /* vLLM, Mistral, OpenRouter, DeepSeek */
REFUSAL(CONTEXT,  "maximum number of tokens allowed") /* Gemini */
REFUSAL(CONTEXT,  "prompt is too long")               /* Anthropic */
REFUSAL(CONTEXT,  "exceeds the available context")    /* llama-server */
REFUSAL(CONTEXT,  "exceeds maximum context")          /* Ollama */
REFUSAL(CONTEXT,  "input length exceeds")             /* Ollama */
REFUSAL(FILTER,   "content_filter")                   /* Azure */
REFUSAL(FILTER,   "content_policy_violation")         /* OpenAI */
REFUSAL(FILTER,   "content management policy")        /* Azure */
REFUSAL(FILTER,   "invalid_prompt")                   /* OpenAI's reasoning models */
REFUSAL(FILTER,   "input was flagged")                /* OpenRouter, which says 403 */
REFUSAL(KEY,      "API_KEY_INVALID")                  /* Gemini, which says 400 */
REFUSAL(KEY,      "API key not valid")                /* Gemini */
REFUSAL(KEY,      "invalid_api_key")                  /* OpenAI */
REFUSAL(KEY,      "insufficient_quota")               /* OpenAI, which says 429: the account has no money */
REFUSAL(KEY,      "Your credit balance is too low")   /* Anthropic, which says 400 */
REFUSAL(KEY,      "Insufficient Balance")             /* DeepSeek */
REFUSAL(NO_MODEL, "model_not_found")                  /* OpenAI */
REFUSAL(NO_MODEL, "DeploymentNotFound")               /* Azure */
