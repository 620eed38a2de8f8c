/*
 * faults.h - everything that can go wrong with a request, one line each.
 *
 * One line gives the enum, the HTTP status, OpenAI's error type and code, whether another candidate may be tried, the
 * metric's label and the words that begin the message. Statuses that SDKs retry by themselves (408, 409, 429, >= 500)
 * stand only where a repeat may help.
 *
 *    name               HTTP  type                     code                        next candidate?  words
 */
FAULT(BAD_HTTP,           400, "invalid_request_error", "bad_http",                 false, "the HTTP message is malformed")
FAULT(BAD_REQUEST,        400, "invalid_request_error", "invalid_request",          false, "the request could not be read")
FAULT(DUPLICATE_KEY,      400, "invalid_request_error", "duplicate_key",            false, "a key stands twice in one JSON object")
FAULT(TOO_LARGE,          413, "invalid_request_error", "request_too_large",        false, "the request is too large")
FAULT(HEAD_TOO_LARGE,     431, "invalid_request_error", "headers_too_large",        false, "the request's headers are too large")
FAULT(UNKNOWN_CODING,     415, "invalid_request_error", "unsupported_encoding",     false, "the body's Content-Encoding is not known here")
FAULT(UNSUPPORTED,        400, "invalid_request_error", "unsupported",              false, "this is not supported")
FAULT(NO_SUCH_PATH,       404, "invalid_request_error", "unknown_url",              false, "there is nothing at this path")
FAULT(NO_SUCH_KEY,        404, "invalid_request_error", "key_not_found",            false, "there is no such API key")
FAULT(BAD_METHOD,         405, "invalid_request_error", "method_not_allowed",       false, "this path does not take this method")
FAULT(NO_SUCH_MODEL,      404, "invalid_request_error", "model_not_found",          false, "there is no such model")
FAULT(NOT_KEPT,           404, "invalid_request_error", "not_found",                false, "nothing is kept here under this id")
FAULT(NO_PREVIOUS,        400, "invalid_request_error", "previous_response_not_found", false, "the response to go on from is not kept here")
FAULT(NO_KEY,             401, "authentication_error",  "missing_api_key",          false, "an API key is needed")
FAULT(BAD_KEY,            401, "authentication_error",  "invalid_api_key",          false, "the API key is not valid")
FAULT(DENIED,             403, "permission_error",      "denied_by_policy",         false, "a policy forbids this")
FAULT(OUT_OF_REACH,       403, "permission_error",      "out_of_reach",             false, "no model that may see this request can answer it")
FAULT(NOT_ALLOWED,        403, "permission_error",      "not_allowed",              false, "this is not allowed")
FAULT(RATE_LIMITED,       429, "rate_limit_error",      "rate_limit_exceeded",      false, "too many requests a minute")
FAULT(OVER_BUDGET,        402, "insufficient_quota",    "budget_exhausted",         false, "the budget is spent")
FAULT(NO_PRICE,           402, "insufficient_quota",    "price_unknown",            true,  "the model has no price, so a budget cannot cover it")
FAULT(LEDGER_AWAY,        503, "server_error",          "budget_unavailable",       false, "the budget cannot be read now")
FAULT(KEYS_AWAY,          503, "server_error",          "keys_unavailable",         false, "API keys cannot be looked up now")
FAULT(BUSY,               503, "server_error",          "overloaded",               false, "too much is waiting already")
FAULT(CLIENT_SLOW,        408, "invalid_request_error", "request_timeout",          false, "the request did not arrive in time")
FAULT(CLIENT_GONE,        499, "invalid_request_error", "client_gone",              false, "the client hung up")
FAULT(PROVIDER_AWAY,      502, "server_error",          "provider_unreachable",     true,  "the provider could not be reached")
FAULT(PROVIDER_TLS,       502, "server_error",          "provider_certificate",     true,  "the provider's certificate was not accepted")
FAULT(PROVIDER_SILENT,    504, "server_error",          "provider_timeout",         true,  "the provider did not answer in time")
FAULT(PROVIDER_BROKE,     502, "server_error",          "provider_broken_answer",   true,  "the provider's answer broke off or made no sense")
FAULT(PROVIDER_REFUSED,   502, "server_error",          "provider_error",           true,  "the provider answered with an error")
FAULT(PROVIDER_LIMITED,   429, "rate_limit_error",      "provider_rate_limited",    true,  "the provider asks to slow down")
FAULT(REDIS_AWAY,         503, "server_error",          "store_unavailable",        false, "Redis does not answer")
FAULT(NOT_CACHED,         504, "invalid_request_error", "not_cached",               false, "no remembered answer fits, and none else was wanted (cache-control: only-if-cached)")
FAULT(INTERNAL,           500, "server_error",          "internal_error",           false, "Weir made a mistake")
