/*
 * apis.h - what providers speak, one line each: the word of settings, where a chat is asked for beneath the url (a star is
 * the model's name, escaped; a percent sign the api_version), the header that holds the key, headers that are always sent,
 * where a generator of that kind says whether it is well (from the root; any status below 500 will do), and the dialect of
 * bodies.
 *
 *  name       word         path, and of a stream where it is another one
 *                          key header                 headers                               health       dialect
 */
API(OPENAI,    "openai",    "/chat/completions", NULL,
                            "authorization: Bearer ",  "",                                   "/health",   OPENAI)
API(AZURE,     "azure",     "/openai/deployments/*/chat/completions?api-version=%", NULL,
                            "api-key: ",               "",                                   "/health",   OPENAI)
API(MISTRAL,   "mistral",   "/chat/completions", NULL,
                            "authorization: Bearer ",  "",                                   "/health",   MISTRAL)
API(ANTHROPIC, "anthropic", "/v1/messages", NULL,
                            "x-api-key: ",             "anthropic-version: 2023-06-01\r\n",  "/health",   ANTHROPIC)
API(GEMINI,    "gemini",    "/v1beta/models/*:generateContent", "/v1beta/models/*:streamGenerateContent?alt=sse",
                            "x-goog-api-key: ",        "",                                   "/health",   GEMINI)
API(OLLAMA,    "ollama",    "/api/chat", NULL,
                            "authorization: Bearer ",  "",                                   "/api/ps",   OLLAMA)
