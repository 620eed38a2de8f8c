/*
 * apis.h - what providers speak, one line each: the word of settings, where a chat is asked for beneath the url (a star is
 * the model's name, escaped; a percent sign the api_version), the header that holds the key, headers that are always sent,
 * and the dialect of bodies.
 *
 *  name       word         path, and of a stream where it is another one
 *                          key header                 headers                               dialect
 */
API(OPENAI,    "openai",    "/chat/completions", NULL,
                            "authorization: Bearer ",  "",                                   OPENAI)
API(AZURE,     "azure",     "/openai/deployments/*/chat/completions?api-version=%", NULL,
                            "api-key: ",               "",                                   OPENAI)
API(ANTHROPIC, "anthropic", "/v1/messages", NULL,
                            "x-api-key: ",             "anthropic-version: 2023-06-01\r\n",  ANTHROPIC)
API(GEMINI,    "gemini",    "/v1beta/models/*:generateContent", "/v1beta/models/*:streamGenerateContent?alt=sse",
                            "x-goog-api-key: ",        "",                                   GEMINI)
API(OLLAMA,    "ollama",    "/api/chat", NULL,
                            "authorization: Bearer ",  "",                                   OLLAMA)
