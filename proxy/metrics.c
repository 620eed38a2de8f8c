/*
 * metrics.c - see metrics.h.
 *
 * A thread's counters are written by it alone and read by whoever tells them, so relaxed atomics are enough and
 * cost what plain additions do. A model's series is published by the count that covers it. What threads that
 * have ended counted is kept in one more set of counters, `departed`; telling folds all sets into a fresh one
 * and prints that.
 */
#include "metrics.h"

#include "base/die.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

enum { MODELS_MOST = 64, MODEL_COUNTS = 4, BUCKETS_MOST = 16 };

typedef _Atomic int64_t counter;

struct model_name {
    char model[128], zone[64]; /* cut to fit */
};

struct model_counters {
    struct model_name name;
    counter           count[MODEL_COUNTS]; /* as model_series[] names them */
};

/* # observations in each bucket, the last being what is above them all; and their sum in the histogram's unit.
 */
struct histogram {
    counter bucket[BUCKETS_MOST + 1];
    counter sum;
};

enum latency { LATENCY_WHOLE, LATENCY_OWN, LATENCIES };

struct metrics {
    struct metrics       *next;
    counter               count[METRICS];
    counter               fault[FAULT_KINDS];
    counter               doubt[DOUBTS];
    counter               trouble[REDIS_TROUBLES];
    struct histogram      latency[LATENCIES];
    struct model_counters model[MODELS_MOST + 1]; /* the last one takes what comes after */
    _Atomic unsigned      models;
};

/* --- what is told, and in what words --- */

static const struct {
    const char *kind, *name, *help;
} series[METRICS] = {
#define METRIC(id, kind, prometheus_name, help) { #kind, prometheus_name, help },
#include "tables/metrics.h"
#undef METRIC
};

static const struct {
    const char *name, *help;
} model_series[MODEL_COUNTS] = {
    { "weir_model_requests_total", "answers by model" },
    { "weir_model_cost_nanousd_total", "spent by model, in nano-dollars" },
    { "weir_model_prompt_tokens_total", "tokens of prompts by model" },
    { "weir_model_completion_tokens_total", "tokens of answers by model" },
};

/* Upper bounds in the unit that is counted in; a second holds `second` of them. 0 ends the list. */
static const struct {
    const char *name, *help;
    int64_t     second;
    int64_t     bound[BUCKETS_MOST + 1];
} latency_series[LATENCIES] = {
    [LATENCY_WHOLE] = { "weir_request_duration_seconds",
                        "from the request's last byte to the answer's",
                        1000,
                        { 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000, 60000, 120000,
                          300000 } },
    [LATENCY_OWN] = { "weir_own_duration_seconds",
                      "Weir's own share of it, without waiting for providers",
                      1000000,
                      { 50, 100, 250, 500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000, 1000000 } },
};

/* --- counting --- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* over the list and departed */
static struct metrics *living;
static struct metrics  departed;

static void add(counter *c, int64_t value)
{
    atomic_fetch_add_explicit(c, value, memory_order_relaxed);
}

static int64_t get(const counter *c)
{
    return atomic_load_explicit(c, memory_order_relaxed);
}

struct metrics *metrics_new(void)
{
    struct metrics *m = must_calloc(1, sizeof *m);
    pthread_mutex_lock(&lock);
    m->next = living;
    living = m;
    pthread_mutex_unlock(&lock);
    return m;
}

void metrics_add(struct metrics *m, enum metric metric, int64_t value)
{
    add(&m->count[metric], value);
}

void metrics_set(struct metrics *m, enum metric metric, int64_t value)
{
    atomic_store_explicit(&m->count[metric], value, memory_order_relaxed);
}

void metrics_fault(struct metrics *m, enum fault_kind kind)
{
    add(&m->fault[kind], 1);
}

void metrics_doubt(struct metrics *m, enum doubt doubt)
{
    add(&m->doubt[doubt], 1);
}

void metrics_trouble(struct metrics *m, enum redis_trouble trouble)
{
    add(&m->trouble[trouble], 1);
}

/* The series of this model and zone, made where there is none yet. Names are compared as they are kept: cut. */
static struct model_counters *model_of(struct metrics *m, const char *model, const char *zone)
{
    struct model_name wanted = { "", "" }; /* all of it is kept: what was on the stack before must not be */
    snprintf(wanted.model, sizeof wanted.model, "%s", model);
    snprintf(wanted.zone, sizeof wanted.zone, "%s", zone);
    unsigned count = atomic_load_explicit(&m->models, memory_order_relaxed);
    for (unsigned i = 0; i < count; i++)
        if (strcmp(m->model[i].name.model, wanted.model) == 0 &&
            strcmp(m->model[i].name.zone, wanted.zone) == 0)
            return &m->model[i];
    if (count > MODELS_MOST)
        return &m->model[MODELS_MOST];
    m->model[count].name = count < MODELS_MOST ? wanted : (struct model_name){ "other", "other" };
    atomic_store_explicit(&m->models, count + 1, memory_order_release);
    return &m->model[count];
}

void metrics_model(struct metrics *m, const char *model, const char *zone, int64_t cost_nanousd,
                   int64_t prompt_tokens, int64_t completion_tokens)
{
    const int64_t          value[MODEL_COUNTS] = { 1, cost_nanousd, prompt_tokens, completion_tokens };
    struct model_counters *counters = model_of(m, model, zone ? zone : "");
    for (unsigned i = 0; i < MODEL_COUNTS; i++)
        add(&counters->count[i], value[i]);
}

static void observe(struct metrics *m, enum latency which, int64_t value)
{
    unsigned i = 0;
    while (latency_series[which].bound[i] && value > latency_series[which].bound[i])
        i++;
    add(&m->latency[which].bucket[i], 1);
    add(&m->latency[which].sum, value);
}

void metrics_latency_ms(struct metrics *m, int64_t whole_ms, int64_t own_us)
{
    observe(m, LATENCY_WHOLE, whole_ms);
    if (own_us > 0)
        observe(m, LATENCY_OWN, own_us);
}

/* --- adding up --- */

static void fold_counters(counter *into, const counter *from, size_t count)
{
    for (size_t i = 0; i < count; i++)
        add(&into[i], get(&from[i]));
}

static void fold(struct metrics *into, const struct metrics *from)
{
    fold_counters(into->count, from->count, METRICS);
    fold_counters(into->fault, from->fault, FAULT_KINDS);
    fold_counters(into->doubt, from->doubt, DOUBTS);
    fold_counters(into->trouble, from->trouble, REDIS_TROUBLES);
    for (unsigned i = 0; i < LATENCIES; i++) {
        fold_counters(into->latency[i].bucket, from->latency[i].bucket, BUCKETS_MOST + 1);
        fold_counters(&into->latency[i].sum, &from->latency[i].sum, 1);
    }
    unsigned models = atomic_load_explicit(&from->models, memory_order_acquire);
    for (unsigned i = 0; i < models; i++)
        fold_counters(model_of(into, from->model[i].name.model, from->model[i].name.zone)->count,
                      from->model[i].count, MODEL_COUNTS);
}

static bool is_gauge(unsigned metric)
{
    return strcmp(series[metric].kind, "gauge") == 0;
}

void metrics_free(struct metrics **handle)
{
    struct metrics *m = *handle;
    *handle = NULL;
    if (!m)
        return;
    pthread_mutex_lock(&lock);
    struct metrics **at = &living;
    while (*at != m)
        at = &(*at)->next;
    *at = m->next;
    for (unsigned i = 0; i < METRICS; i++)
        if (is_gauge(i))
            metrics_set(m, i, 0); /* what it had in hand is not in hand any more */
    fold(&departed, m);
    pthread_mutex_unlock(&lock);
    free(m);
}

/* --- telling --- */

void metrics_write_head(struct buf *out, const char *name, const char *kind, const char *help)
{
    buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind);
}

void metrics_write_label(struct buf *out, const char *name, const char *value)
{
    buf_printf(out, "%s=\"", name);
    for (; *value; value++) {
        if (*value == '\n')
            buf_add_str(out, "\\n");
        else if (*value == '"' || *value == '\\')
            buf_printf(out, "\\%c", *value);
        else
            buf_add_byte(out, *value);
    }
    buf_add_byte(out, '"');
}

static void write_series(struct buf *out, const struct metrics *sum)
{
    for (unsigned i = 0; i < METRICS; i++) {
        metrics_write_head(out, series[i].name, series[i].kind, series[i].help);
        buf_printf(out, "%s %" PRId64 "\n", series[i].name, get(&sum->count[i]));
    }
}

static void write_faults(struct buf *out, const struct metrics *sum)
{
    metrics_write_head(out, "weir_faults_total", "counter",
                       "requests, or attempts at a provider, that went wrong, by fault");
    for (unsigned i = FAULT_NONE + 1; i < FAULT_KINDS; i++) {
        buf_add_str(out, "weir_faults_total{");
        metrics_write_label(out, "fault", fault_code(i));
        buf_printf(out, "} %" PRId64 "\n", get(&sum->fault[i]));
    }
}

static void write_troubles(struct buf *out, const struct metrics *sum)
{
    metrics_write_head(out, "weir_redis_troubles_total", "counter",
                       "commands that Redis did not obey, by what was wrong");
    for (enum redis_trouble i = REDIS_WELL + 1; i < REDIS_TROUBLES; i++) {
        buf_add_str(out, "weir_redis_troubles_total{");
        metrics_write_label(out, "trouble", redis_trouble_word(i));
        buf_printf(out, "} %" PRId64 "\n", get(&sum->trouble[i]));
    }
}

static void write_doubts(struct buf *out, const struct metrics *sum)
{
    metrics_write_head(out, "weir_doubts_total", "counter",
                       "local answers that were doubted, by what was found");
    for (enum doubt i = NO_DOUBT + 1; i < DOUBTS; i++) {
        buf_add_str(out, "weir_doubts_total{");
        metrics_write_label(out, "doubt", doubt_word(i));
        buf_printf(out, "} %" PRId64 "\n", get(&sum->doubt[i]));
    }
}

static void write_models(struct buf *out, const struct metrics *sum)
{
    unsigned models = atomic_load_explicit(&sum->models, memory_order_relaxed);
    for (unsigned s = 0; s < MODEL_COUNTS && models; s++) {
        metrics_write_head(out, model_series[s].name, "counter", model_series[s].help);
        for (unsigned i = 0; i < models; i++) {
            buf_printf(out, "%s{", model_series[s].name);
            metrics_write_label(out, "model", sum->model[i].name.model);
            buf_add_byte(out, ',');
            metrics_write_label(out, "zone", sum->model[i].name.zone);
            buf_printf(out, "} %" PRId64 "\n", get(&sum->model[i].count[s]));
        }
    }
}

/* Buckets count all that is at or below their bound. */
static void write_latency(struct buf *out, const struct metrics *sum, enum latency which)
{
    const char             *name = latency_series[which].name;
    const struct histogram *h = &sum->latency[which];
    double                  second = (double)latency_series[which].second;
    int64_t                 below = 0;
    unsigned                i = 0;
    metrics_write_head(out, name, "histogram", latency_series[which].help);
    for (; latency_series[which].bound[i]; i++) {
        below += get(&h->bucket[i]);
        buf_printf(out, "%s_bucket{le=\"%g\"} %" PRId64 "\n", name,
                   (double)latency_series[which].bound[i] / second, below);
    }
    below += get(&h->bucket[i]);
    buf_printf(out, "%s_bucket{le=\"+Inf\"} %" PRId64 "\n%s_sum %.6f\n%s_count %" PRId64 "\n", name, below,
               name, (double)get(&h->sum) / second, name, below);
}

void metrics_write(struct buf *out)
{
    struct metrics *sum = must_calloc(1, sizeof *sum);
    pthread_mutex_lock(&lock);
    fold(sum, &departed);
    for (const struct metrics *m = living; m; m = m->next)
        fold(sum, m);
    pthread_mutex_unlock(&lock);

    metrics_write_head(out, "weir_build_info", "gauge", "which Weir this is");
    buf_add_str(out, "weir_build_info{");
    metrics_write_label(out, "version", WEIR_VERSION);
    buf_add_str(out, "} 1\n");
    write_series(out, sum);
    write_faults(out, sum);
    write_doubts(out, sum);
    write_troubles(out, sum);
    write_models(out, sum);
    for (unsigned i = 0; i < LATENCIES; i++)
        write_latency(out, sum, i);
    free(sum);
}
