/*
 * check_users.c - what someone is called on machines: logins, handles, home folders, machines named after whom
 * they belong to.
 */
#include "checks.h"

enum { USER_LEAST = 2, USER_MOST = 32, HANDLE_LEAST = 3, HANDLE_MOST = 30 };

static bool is_user_byte(char c)
{
    return is_alnum(c) || is_one_of(c, "._-");
}

/* Where the name ends that begins at `at`; dots and hyphens at its end belong to the sentence. */
static size_t user_end(struct slice text, size_t at)
{
    size_t end = at;
    while (end - at <= USER_MOST && is_user_byte(byte_at(text, end)))
        end++;
    while (end > at && is_one_of(text.ptr[end - 1], ".-_"))
        end--;
    return end;
}

/* Names that are nobody's: those of systems, of roles, and what manuals fill in. */
static bool is_nobody(struct slice name)
{
    static const char *const names[] = {
        "user",      "username",  "users",    "name",     "you",           "your",     "yourname",
        "your_name", "your-name", "root",     "admin",    "administrator", "guest",    "public",
        "shared",    "default",   "all",      "ubuntu",   "debian",        "centos",   "fedora",
        "ec2-user",  "azureuser", "vagrant",  "docker",   "runner",        "jenkins",  "node",
        "app",       "www",       "www-data", "nobody",   "daemon",        "postgres", "mysql",
        "redis",     "git",       "pi",       "test",     "tester",        "testuser", "example",
        "foo",       "bar",       "none",     "null",     "true",          "false",    "undefined",
        "string",    "str",       "text",     "required", "system",        "service",  "anonymous",
        "me",        "myself",    "someone",  "somebody", "self",          "this",     "the",
        "not",       "is",        "a",        "an",       "and",           "or",       "in",
        "field",     "input",     "password", "email",    "login",         "id",       "value",
        "invalid",   "unknown",   "steam",    "bin",      "lib",           "local",    "linuxbrew",
        "work",      "workspace", "data",     "src",      "varchar",       "char",     "int",
        "integer",   "optional",  "must",     "should",   "can",           "from",     "jovyan",
        "coder",     "codespace", "sandbox",  "site",     "container",     "oracle",   "hadoop",
        "airflow"
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (slice_is_nocase(name, names[i]))
            return true;
    return false;
}

static float believe_user(struct slice text, struct place p)
{
    struct slice name = slice_cut(text, p.start, p.end);
    size_t       letters = 0;
    for (size_t i = 0; i < name.len; i++)
        letters += is_letter(name.ptr[i]);
    return name.len >= USER_LEAST && name.len <= USER_MOST && letters >= USER_LEAST && !is_nobody(name);
}

/* In a log the name's name has no sign, but a word stands behind the name: "for user ada from 10.0.0.7". */
static bool is_logged(struct slice text, size_t end)
{
    static const char *const words[] = { " from ", " by ", "(uid", " port " };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (slice_starts(slice_cut(text, end, text.len), slice_str(words[i])))
            return true;
    return false;
}

/* "username: ada_l", user="ada_l", "for user ada_l from": the pattern ends behind the name's name. A word of
 * plain letters behind "is" is as often one of the sentence's own: half of the belief. */
float check_user(struct slice text, struct place *p)
{
    char   sign = byte_at(text, p->end - 1);
    size_t at = p->end;
    while (at - p->end < 4 && is_one_of(byte_at(text, at), " \t\"'`\\"))
        at++;
    *p = (struct place){ at, user_end(text, at) };
    if (is_one_of(byte_at(text, p->end), "@(") || is_one_of(byte_at(text, p->start - 1), "<{$"))
        return 0; /* an address, a call, a hole to fill in */
    while (at < p->end && is_letter(text.ptr[at]))
        at++;
    bool is_sure = at < p->end || is_one_of(sign, ":=") || (sign == ' ' && is_logged(text, p->end));
    return believe_user(text, *p) * (is_sure ? 1.0F : 0.5F);
}

/* /home/ada/, C:\\Users\\ada: the pattern ends at the name's first letter. */
float check_user_path(struct slice text, struct place *p)
{
    p->start = p->end - 1;
    p->end = user_end(text, p->start);
    char after = byte_at(text, p->end);
    return is_one_of(after, "$*}<(") ? 0 : believe_user(text, *p);
}

/* ~ada/ in an address or a path: between the pattern's sign and its end. */
float check_tilde(struct slice text, struct place *p)
{
    *p = (struct place){ p->start + 2, p->end - 1 };
    return believe_user(text, *p);
}

/* @ada_l, where no address, no package and no decorator is: those with a digit or "_" are surer. */
float check_handle(struct slice text, struct place *p)
{
    size_t at = p->end - 2; /* the pattern ends at the first letter */
    char   before = byte_at(text, at - 1);
    bool   is_plain = true;
    size_t end = at + 1;
    if (is_alnum(before) || (before & 0x80) || is_one_of(before, "._-+/@\\"))
        return 0;
    for (; end - at <= HANDLE_MOST && (is_alnum(byte_at(text, end)) || byte_at(text, end) == '_'); end++)
        is_plain = is_plain && is_letter(text.ptr[end]);
    char after = byte_at(text, end), next = byte_at(text, end + 1);
    bool goes_on = is_one_of(after, "/({[=@<:-") || (after == '.' && is_alnum(next)) || (after & 0x80);
    *p = (struct place){ at + 1, end };
    if (goes_on && !(after == ':' && next == ' '))
        return 0;
    if (p->end - p->start < HANDLE_LEAST || is_nobody(slice_cut(text, p->start, p->end)))
        return 0;
    return is_plain ? 0.5F : 1;
}

/* ada@build01:~$ in a terminal, and "ssh ada@build01", where a word tells: name and machine are one value. The
 * pattern ends behind the "@", by a letter. */
float check_prompt(struct slice text, struct place *p)
{
    size_t at = p->end - 2, start = at, end = at + 1;
    while (at - start < USER_MOST && is_user_byte(byte_at(text, start - 1)))
        start--;
    while (end - at <= USER_MOST * 2 && (is_alnum(byte_at(text, end)) || is_one_of(byte_at(text, end), ".-")))
        end++;
    while (is_one_of(text.ptr[end - 1], ".-"))
        end--;
    *p = (struct place){ start, at };
    if (believe_user(text, *p) <= 0 || is_in_word(text, start) || is_one_of(byte_at(text, start - 1), ":\\"))
        return 0;
    p->end = end;
    char after = byte_at(text, end), next = byte_at(text, end + 1);
    bool is_prompt =
        is_one_of(after, ": ") && (is_one_of(next, "~/") || (after == ':' && is_one_of(next, "$#")));
    return is_prompt ? 1 : 0.3F;
}

/* Adas-MacBook-Pro.local: all of the pattern, if what stands first is no kind of machine. */
float check_machine(struct slice text, struct place *p)
{
    static const char *const words[] = { "my",     "the",     "a",      "your",     "his",     "her",   "our",
                                         "this",   "old",     "new",    "all",      "work",    "home",  "dell",
                                         "lenovo", "asus",    "acer",   "gaming",   "mini",    "hp",    "non",
                                         "pre",    "tablet",  "budget", "business", "windows", "linux", "mac",
                                         "office", "desktop", "laptop", "cross",    "multi",   "in" };
    struct slice             name = slice_cut(text, p->start, p->end);
    name = slice_cut(name, 0, slice_find_byte(name, '-'));
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (slice_is_nocase(name, words[i]))
            return 0;
    return stands_free(text, *p) && byte_at(text, p->start - 1) != '-' && !is_nobody(name);
}

/* linkedin.com/in/ada-l: the pattern ends at the name's first letter. */
float check_profile(struct slice text, struct place *p)
{
    static const char *const pages[] = { "share",  "intent",  "home",  "search",  "explore",  "login",
                                         "signup", "hashtag", "help",  "about",   "settings", "p",
                                         "reel",   "reels",   "watch", "groups",  "events",   "pages",
                                         "status", "i",       "tos",   "privacy", "policies", "joinchat" };
    p->start = p->end - 1;
    p->end = user_end(text, p->start);
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++)
        if (slice_is_nocase(slice_cut(text, p->start, p->end), pages[i]))
            return 0;
    return believe_user(text, *p);
}
