/*
 * main.c - the command line's front door: weir SUBCOMMAND ...
 */
#include "commands.h"

#include <stdio.h>
#include <string.h>

static int cmd_version(int argc, char **argv);
static int cmd_help(int argc, char **argv);

#define COMMANDS(COMMAND)                                                                                      \
    COMMAND("serve", cmd_serve, "[-c weir.yaml] [--allow-core-dumps]", "run the proxy")                        \
    COMMAND("check", cmd_check, "[-c weir.yaml]", "read settings and policies, run the policies' tests")       \
    COMMAND("explain", cmd_explain, "[-c weir.yaml] [--team T] [--model M] [--json] \"prompt\"",               \
            "what would become of a prompt, and why")                                                          \
    COMMAND("embed", cmd_embed, "[-c weir.yaml]", "the embedding of each line of stdin, as JSON")              \
    COMMAND("classify", cmd_classify, "[-c weir.yaml | --model FOLDER] [--json]",                              \
            "how hard each line of stdin is, and what it is about")                                            \
    COMMAND("redact", cmd_redact,                                                                              \
            "[-c weir.yaml] [--kinds K,...] [--map FILE] [--team T] [--lines | --jsonl | --json]",             \
            "stdin to stdout, what is private hidden; --help tells all")                                       \
    COMMAND("restore", cmd_restore, "--map FILE [--json]", "gives back what redact has hidden")                \
    COMMAND("teach", cmd_teach, "NAME [-c weir.yaml] [--in ROWS.jsonl] [--out NAME.head]",                     \
            "a head of your own from rows {\"text\", \"label\"}, for policies to ask about")                   \
    COMMAND("calibrate", cmd_calibrate, "[-c weir.yaml] [--drafts] [--in ROWS.jsonl] [--out HEAD]",            \
            "how hard prompts are for you, from rows {\"prompt\", \"weak_ok\", \"strong_ok\"} or records")     \
    COMMAND("spend", cmd_spend, "[-c weir.yaml] [--by team,key,user,model,route,day,tag] [--since DAY]",       \
            "what was spent and saved, and by whom; --help tells all")                                         \
    COMMAND("cache", cmd_cache,                                                                                \
            "stats | look | purge [-c weir.yaml] [--team T] [--model M] [--route R] [--older 24h]",            \
            "what is remembered, and forgetting it; --help tells all")                                         \
    COMMAND("prices", cmd_prices, "list | check [-c weir.yaml] [--older-than DAYS] [--strict] [--seen]",       \
            "what models cost, since when and from whom; check is for CI")                                     \
    COMMAND("keys", cmd_keys, "create | list | show | change | rotate | revoke [-c weir.yaml] [--json]",       \
            "API keys, while Weir runs or not; --help tells all")                                              \
    COMMAND("teams", cmd_teams, "[-c weir.yaml] [--json]", "the teams, and what applies to each")              \
    COMMAND("budgets", cmd_budgets, "[-c weir.yaml] [--budget RULE] [--team T] [--json]",                      \
            "what is spent, reserved and left of each budget")                                                 \
    COMMAND("models", cmd_models, "[-c weir.yaml] [list | pull NAME | remove NAME] [--provider P] [--json]",   \
            "what generators on this machine hold, and which of it is loaded")                                 \
    COMMAND("keep", cmd_keep, "PROGRAM [ARGUMENT...]", "what weir serve runs a generator under")               \
    COMMAND("fake-provider", cmd_fake_provider, "[--listen A:P] [--name N] [--record FILE] [--fast]",          \
            "a provider to try and test with: it says back what it received")                                  \
    COMMAND("version", cmd_version, "", "print the version")                                                   \
    COMMAND("help", cmd_help, "", "print this")

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *arguments, *about;
} commands[] = {
#define COMMAND(name, run, arguments, about) { name, run, arguments, about },
    COMMANDS(COMMAND)
#undef COMMAND
};

static void print_usage(FILE *out)
{
    fputs("weir: a hybrid edge-cloud router and reverse proxy for language models\n\n", out);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        fprintf(out, "  weir %s %s\n      %s\n", commands[i].name, commands[i].arguments, commands[i].about);
}

static int cmd_version(int argc, char **argv)
{
    (void)argc, (void)argv;
    puts("weir " WEIR_VERSION);
    return 0;
}

static int cmd_help(int argc, char **argv)
{
    (void)argc, (void)argv;
    print_usage(stdout);
    return 0;
}

/* "--help" and "-h" mean help, as everywhere. */
static const char *command_name(const char *asked)
{
    if (strcmp(asked, "--help") == 0 || strcmp(asked, "-h") == 0)
        return "help";
    if (strcmp(asked, "--version") == 0)
        return "version";
    return asked;
}

int main(int argc, char **argv)
{
    const char *asked = argc > 1 ? command_name(argv[1]) : "";
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcmp(asked, commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    if (*asked)
        fprintf(stderr, "weir: there is no subcommand \"%s\"\n\n", asked);
    print_usage(stderr);
    return 2;
}
