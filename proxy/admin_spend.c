/* admin_spend.c - the admin API's sums of spending: as weir spend tells them. */
#include "admin_handlers.h"
#include "spend_query.h"

static const char *const formats[] = { "json", "csv", NULL };

const struct admin_field admin_spend_query[] = {
    { .name = "by",
      .kind = ADMIN_TEXT,
      .about = "day, month, team, key, user, model, route, tag, with commas; team" },
    { .name = "since",
      .kind = ADMIN_TEXT,
      .about = "the first day, such as 2026-11-01 (UTC); this month's first" },
    { .name = "until", .kind = ADMIN_TEXT, .about = "the last day; today" },
    { .name = "format", .kind = ADMIN_TEXT, .about = "json, or csv without a total", .one_of = formats },
    { .name = "team", .kind = ADMIN_TEXT, .about = "this team's alone" },
    { .name = "key",
      .kind = ADMIN_TEXT,
      .about = "this key's alone, by the name that payers are told apart by" },
    { .name = "user", .kind = ADMIN_TEXT, .about = "this user's alone" },
    { .name = "model", .kind = ADMIN_TEXT, .about = "this model's alone" },
    { .name = "route", .kind = ADMIN_TEXT, .about = "this route's alone" },
    { .name = "tag", .kind = ADMIN_TEXT, .about = "of requests with this tag alone" },
    { .name = NULL },
};

#define SUM(column, words)                                                                                     \
    { .name = column, .kind = ADMIN_NUMBER, .least = INT64_MIN, .most = INT64_MAX, .about = words },
#define SUM_COUNT(column, words) SUM(column, words)
#define SUM_MONEY(column, words)                                                                               \
    { .name = column "_usd", .kind = ADMIN_MONEY, .about = words },                                            \
        SUM(column "_nanousd", "the same in nano-dollars")
#define SPEND_MEASURE(name, letter, column, kind, about) SUM_##kind(column, about)

static const struct admin_field total_fields[] = {
#include "tables/spend_measures.h"
    { .name = NULL },
};

static const struct admin_field row_fields[] = {
    { .name = "day", .kind = ADMIN_TEXT, .about = "where it is asked by day; and so with the next seven" },
    { .name = "month", .kind = ADMIN_TEXT, .about = "such as 2026-11" },
    { .name = "team", .kind = ADMIN_TEXT, .about = "whose requests they were" },
    { .name = "key", .kind = ADMIN_TEXT, .about = "- where there was none" },
    { .name = "user", .kind = ADMIN_TEXT, .about = "- where nobody is named" },
    { .name = "model", .kind = ADMIN_TEXT, .about = "that was called, or whose answer was kept" },
    { .name = "route", .kind = ADMIN_TEXT, .about = "asked, where the client named the model" },
    { .name = "tag",
      .kind = ADMIN_TEXT,
      .about = "a request counts for each of its tags; the total counts it once" },
#include "tables/spend_measures.h"
    { .name = NULL },
};
#undef SPEND_MEASURE

static const struct admin_object row_object = { "Spending", row_fields },
                                 total_object = { "SpendingTotal", total_fields };

static const struct admin_field sums_fields[] = {
    { .name = "since", .kind = ADMIN_TEXT, .is_needed = true, .about = "the first day" },
    { .name = "until", .kind = ADMIN_TEXT, .is_needed = true, .about = "the last day" },
    { .name = "by", .kind = ADMIN_TEXTS, .is_needed = true, .about = "what rows are told apart by" },
    { .name = "rows", .kind = ADMIN_OBJECTS, .is_needed = true, .about = "the sums", .of = &row_object },
    { .name = "total", .kind = ADMIN_OBJECT, .is_needed = true, .about = "of all rows", .of = &total_object },
    { .name = NULL },
};
const struct admin_object admin_spend_sums = { "Spendings", sums_fields };

/* In the call's arena: what ends the query when the API is closed first. */
struct waiting {
    struct admin_call  *call;
    struct spend_query *query;
};

static void cancel(void *arg)
{
    struct waiting *w = arg;
    spend_query_cancel(&w->query);
}

static void on_sums(void *arg, const struct spend_sums *sums, const struct fault *why)
{
    struct waiting *w = arg;
    w->query = NULL;
    if (!sums) {
        admin_fail(w->call, why);
        return;
    }
    spend_write(sums, &w->call->out);
    w->call->media_type = spend_media_type(sums->question->format);
    admin_reply(w->call);
}

void admin_ask_spend(struct admin_call *call)
{
    struct spend_question question;
    struct fault          why = { 0 };
    spend_question_init(&question, loop_wall_ms(call->tools->loop));
    question.format = SPEND_JSON;
    for (const struct admin_field *field = admin_spend_query; field->name; field++)
        if (admin_has(call, field->name) && !spend_question_take(&question, call->arena, slice_str(field->name),
                                                                 admin_text(call, field->name, S("")), &why)) {
            admin_fail(call, &why);
            return;
        }
    if (!spend_question_check(&question, &why)) {
        admin_fail(call, &why);
        return;
    }
    struct waiting *w = arena_alloc(call->arena, sizeof *w);
    *w = (struct waiting){ .call = call };
    arena_defer(call->arena, cancel, w);
    w->query = spend_ask(call->tools->redis, &question, on_sums, w);
}
