/*
 * commands.h - the subcommands of `weir`. Each is a main of its own: argv[0] is its name, what it returns is
 * the exit status (0 well, 1 not, 2 misused).
 */
#ifndef WEIR_COMMANDS_H
#define WEIR_COMMANDS_H

/* serve [-c FILE] [--allow-core-dumps]: the daemon. */
int cmd_serve(int argc, char **argv);

/* check [-c FILE]: reads settings, policies and prices, runs the policies' tests, tells all that is wrong. */
int cmd_check(int argc, char **argv);

/* explain [-c FILE] [--team T] [--model M] [--json] [PROMPT]: what Weir would do with a prompt, and why. */
int cmd_explain(int argc, char **argv);

/* embed [-c FILE]: the embedding of each line of stdin, a line of JSON each. */
int cmd_embed(int argc, char **argv);

/* classify [-c FILE] [--json]: how hard each line of stdin is, and what it is about; with --model FOLDER, what
 * that folder's own head says. */
int cmd_classify(int argc, char **argv);

/* redact [-c FILE] [--kinds K,...] [--map FILE] [--team T] [--lines|--jsonl|--json]: stdin to stdout, what is
 * private hidden. Exits with 3 when some lines could not be read. */
int cmd_redact(int argc, char **argv);

/* restore --map FILE [--json]: gives back what redact hid. */
int cmd_restore(int argc, char **argv);

/* calibrate [-c FILE] [--in ROWS] [--out HEAD]: learns how hard prompts are for a team, from outcomes. */
int cmd_calibrate(int argc, char **argv);

/* teach NAME [-c FILE] [--in ROWS] [--out HEAD]: fits a head on rows with labels, and writes it. */
int cmd_teach(int argc, char **argv);

/* spend [-c FILE] [--by …] [--since DAY] [--until DAY] [--format F] [--team T] …: what was spent and saved. */
int cmd_spend(int argc, char **argv);

/* prices list|check [-c FILE] [--older-than DAYS] [--strict] [--seen]: what models cost, and how well that is
 * known. */
int cmd_prices(int argc, char **argv);
/* models [-c FILE] [list | pull NAME | remove NAME] [--provider P] [--json]: what generators hold. */
int cmd_models(int argc, char **argv);

/* keep PROGRAM [ARGUMENT...]: runs it until it ends or we are told to, and ends what it leaves behind. */
int cmd_keep(int argc, char **argv);

/* cache stats|look|purge [-c FILE] [--team T] ...: what is remembered, and forgetting it. */
int cmd_cache(int argc, char **argv);

/* keys create|list|show|change|rotate|revoke: API keys in Redis. */
int cmd_keys(int argc, char **argv);

/* teams [-c FILE] [--json]: who they are, and what applies to them. */
int cmd_teams(int argc, char **argv);

/* budgets [-c FILE] [--budget RULE] [--team T] [--lines N] [--json]: how each budget stands. */
int cmd_budgets(int argc, char **argv);

/* fake-provider [--listen A:P] [--name N] [--record FILE] [--fast] [--loops N]: a provider to try and test
 * with. */
int cmd_fake_provider(int argc, char **argv);

#endif
