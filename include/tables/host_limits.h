/*
 * host_limits.h - how an answer's limit is called by who speaks OpenAI's API on these hosts, by the end of the host's name;
 * everywhere else it goes out as the client called it, unless `limit_key` says otherwise.
 *
 *          host                  key
 */
HOST_LIMIT("api.openai.com",      MAX_COMPLETION_TOKENS)
HOST_LIMIT(".openai.azure.com",   MAX_COMPLETION_TOKENS)
HOST_LIMIT("api.groq.com",        MAX_COMPLETION_TOKENS)
HOST_LIMIT("api.deepseek.com",    MAX_TOKENS)
HOST_LIMIT("api.together.xyz",    MAX_TOKENS)
