/*
 * metrics.h - what is counted, one line each.
 *
 *     name                kind     Prometheus' name                    help
 */
METRIC(REQUESTS,           counter, "weir_requests_total",              "requests answered, errors included")
METRIC(REQUESTS_RUNNING,   gauge,   "weir_requests_running",            "requests in hand")
METRIC(STREAMS,            counter, "weir_streams_total",               "streamed answers")
METRIC(CLIENTS_GONE,       counter, "weir_clients_gone_total",          "clients that hung up before their answer was whole")
METRIC(CACHE_HITS,         counter, "weir_cache_hits_total",            "answers from the cache")
METRIC(CACHE_MISSES,       counter, "weir_cache_misses_total",          "looked for in the cache and not found")
METRIC(CACHE_SAVED,        counter, "weir_cache_saved_nanousd_total",   "what answers from the cache cost when they were made")
METRIC(REDACTIONS,         counter, "weir_redactions_total",            "places in prompts hidden behind placeholders")
METRIC(INSPECTIONS,        counter, "weir_inspections_total",           "requests inspected on an SLM thread")
METRIC(INSPECTIONS_FAILED, counter, "weir_inspections_failed_total",    "inspections that failed or came too late: the request counted as private")
METRIC(MEMO_HITS,          counter, "weir_inspection_memo_hits_total",   "findings, embeddings and judgements of texts that were remembered")
METRIC(MEMO_MISSES,        counter, "weir_inspection_memo_misses_total", "the same that had to be found out")
METRIC(ESCALATIONS,        counter, "weir_escalations_total",           "local answers that were not good enough")
METRIC(FALLBACKS,          counter, "weir_fallbacks_total",             "next candidates asked after a failure")
METRIC(SENTENCES_DROPPED,  counter, "weir_sentences_dropped_total",     "sentences left out of long contexts")
METRIC(SUMMARIES,          counter, "weir_summaries_total",             "texts of long contexts that a model's summary stood in for")
METRIC(SUMMARIES_REFUSED,  counter, "weir_summaries_refused_total",     "texts whose summary was not made, or not taken")
METRIC(EMBEDDINGS,         counter, "weir_embeddings_total",            "texts embedded for clients")
METRIC(TEXTS_REDACTED,     counter, "weir_texts_redacted_total",         "texts redacted for clients")
METRIC(RESTORES,           counter, "weir_restores_total",               "requests of clients to give back what was redacted")
METRIC(COST,               counter, "weir_cost_nanousd_total",          "spent, in nano-dollars")
METRIC(REDIS_AWAY,         counter, "weir_redis_away_total",            "commands that Redis did not answer in time")
METRIC(RELOADS,            counter, "weir_reloads_total",               "settings and policies taken anew")
METRIC(RELOADS_REFUSED,    counter, "weir_reloads_refused_total",       "changed files that had mistakes: the old ones stay in force")
