/* admin_budgets.c - the admin API's budgets: how each stands now. */
#include "admin_handlers.h"
#include "budgets.h"

enum { LINES_TOLD = 100, LINES_TOLD_MOST = 10000 };

const struct admin_field admin_budgets_query[] = {
    { .name = "budget", .kind = ADMIN_TEXT, .about = "the rule of this name alone" },
    { .name = "team", .kind = ADMIN_TEXT, .about = "this team's lines alone" },
    { .name = "lines",
      .kind = ADMIN_NUMBER,
      .about = "how many of each budget, those with least left first; 100 where left out",
      .most = LINES_TOLD_MOST },
    { .name = NULL },
};

static const struct admin_field line_fields[] = {
    { .name = "of", .kind = ADMIN_TEXT, .is_needed = true, .about = "whose line it is, in words" },
    { .name = "team", .kind = ADMIN_TEXT, .about = "where the budget counts apart by teams; and so on" },
    { .name = "key",
      .kind = ADMIN_TEXT,
      .about = "the key's id; of the settings' keys, the first digits of its hash" },
    { .name = "user", .kind = ADMIN_TEXT, .about = "- where nobody is named" },
    { .name = "tag", .kind = ADMIN_TEXT, .about = "a tag" },
    { .name = "model", .kind = ADMIN_TEXT, .about = "a model" },
    { .name = "provider", .kind = ADMIN_TEXT, .about = "a provider" },
    { .name = "spent_usd", .kind = ADMIN_MONEY, .is_needed = true, .about = "settled" },
    { .name = "reserved_usd",
      .kind = ADMIN_MONEY,
      .is_needed = true,
      .about = "the worst that running calls may cost" },
    { .name = "remaining_usd", .kind = ADMIN_MONEY, .is_needed = true, .about = "what is left" },
    { .name = NULL },
};
static const struct admin_object line_object = { "BudgetLine", line_fields };

static const char *const overs[] = { "deny", "local", "clamp", NULL };

static const struct admin_field budget_fields[] = {
    { .name = "budget", .kind = ADMIN_TEXT, .is_needed = true, .about = "the rule's name" },
    { .name = "limit_usd", .kind = ADMIN_MONEY, .is_needed = true, .about = "for each line" },
    { .name = "window",
      .kind = ADMIN_TEXT,
      .is_needed = true,
      .about = "\"a month\", \"in any 24h\", \"in all\"" },
    { .name = "since",
      .kind = ADMIN_MOMENT,
      .about = "when the window that runs now began; not of rolling and total ones" },
    { .name = "resets_at", .kind = ADMIN_MOMENT, .about = "when the next begins" },
    { .name = "per",
      .kind = ADMIN_TEXTS,
      .is_needed = true,
      .about = "whom it counts apart; empty: one line for all" },
    { .name = "over",
      .kind = ADMIN_TEXT,
      .is_needed = true,
      .about = "what happens at its end",
      .one_of = overs },
    { .name = "line_count", .kind = ADMIN_NUMBER, .is_needed = true, .about = "# lines, told or not" },
    { .name = "lines",
      .kind = ADMIN_OBJECTS,
      .is_needed = true,
      .about = "those with least left first",
      .of = &line_object },
    { .name = NULL },
};
static const struct admin_object budget_object = { "Budget", budget_fields };

static const struct admin_field list_fields[] = {
    { .name = "data",
      .kind = ADMIN_OBJECTS,
      .is_needed = true,
      .about = "the budgets, in the policies' order",
      .of = &budget_object },
    { .name = "is_cut",
      .kind = ADMIN_FLAG,
      .is_needed = true,
      .about = "there are more lines than are looked at in one go" },
    { .name = NULL },
};
const struct admin_object admin_budget_list = { "BudgetList", list_fields };

static void on_budgets(void *arg, const struct budget_state *state, size_t count, bool is_cut,
                       const struct fault *why)
{
    struct admin_call *call = arg;
    if (!state) {
        admin_fail(call, why);
        return;
    }
    budgets_write_json(&call->out, state, count, is_cut, (size_t)admin_number(call, "lines", LINES_TOLD));
    admin_reply(call);
}

void admin_list_budgets(struct admin_call *call)
{
    const char *only = arena_cstr(call->arena, admin_text(call, "budget", S("")));
    const char *team = arena_cstr(call->arena, admin_text(call, "team", S("")));
    budgets_ask(call->tools->redis, call->arena, call->snapshot->policy, only, team,
                loop_wall_ms(call->tools->loop), on_budgets, call);
}
