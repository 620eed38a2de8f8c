/*
 * check_secrets.c - secrets that have no format of their own: what stands behind a name such as password or
 * token.
 *
 * The pattern finds the name and ends at its sign; the value is read here. Whether it is one is judged by its
 * letters: people choose passwords with a digit or a sign in them, while code and manuals have a word, a
 * variable or a type there (`password: string`, `token=$TOKEN`, `<your key>`).
 */
#include "base64.h"
#include "checks.h"

enum {
    VALUE_MOST_BYTES = 512,
    NAME_MOST_BYTES = 40,
    PASSWORD_LEAST = 4,
    PASSWORD_PLAIN_LEAST = 6,
    TOKEN_LEAST = 10,
    HEADER_LEAST = 8
};

/* A value's place, its quotes outside. */
struct value {
    struct place place;
    bool         is_quoted;
};

static bool is_quote(char c)
{
    return c == '"' || c == '\'' || c == '`';
}

static size_t after_spaces(struct slice text, size_t at)
{
    size_t from = at;
    while (at - from < 4 && is_one_of(byte_at(text, at), " \t"))
        at++;
    return at;
}

/* "&name=": the next of a query's parameters. */
static bool is_next_parameter(struct slice text, size_t at)
{
    if (byte_at(text, at++) != '&')
        return false;
    size_t from = at;
    while (at - from < NAME_MOST_BYTES && (is_alnum(byte_at(text, at)) || is_one_of(byte_at(text, at), "_-")))
        at++;
    return at > from && byte_at(text, at) == '=';
}

static bool ends_bare_value(char c)
{
    return c <= ' ' ? c == ' ' || c == '\t' || c == '\r' : is_quote(c) || c == ',' || c == ';' || c == '<';
}

/* Where a value ends that begins at `at`: at its quote if it has one, else where no bare value goes on. A "\"
 * begins an escape ("\n", "\""): between quotes it belongs to the value, unless it is the quote's own, where
 * that stands as \"; without quotes it is beyond the value. */
static size_t value_end(struct slice text, size_t at, char quote, bool is_escaped)
{
    size_t most = at + VALUE_MOST_BYTES;
    for (; at < text.len && at < most; at++) {
        char c = text.ptr[at];
        if (c == '\\' && quote && !(is_escaped && byte_at(text, at + 1) == quote)) {
            at++;
            continue;
        }
        if (c == '\\' || c == '\n' || c == quote)
            break;
        if (!quote && (ends_bare_value(c) || is_next_parameter(text, at)))
            break;
    }
    at = at < text.len ? at : text.len;
    while (at == most && (byte_at(text, at) & 0xC0) == 0x80)
        most = --at; /* never within a character */
    return at;
}

static struct value read_value(struct slice text, size_t at)
{
    at = after_spaces(text, at);
    bool is_escaped = byte_at(text, at) == '\\' && is_quote(byte_at(text, at + 1));
    at += is_escaped;
    char         quote = is_quote(byte_at(text, at)) ? text.ptr[at++] : '\0';
    struct value v = { { at, value_end(text, at, quote, is_escaped) }, quote != '\0' };
    if (!quote)
        while (v.place.end > at && is_one_of(text.ptr[v.place.end - 1], ".)]}>!?:"))
            v.place.end--;
    return v;
}

static struct slice slice_at(struct slice text, struct place p)
{
    return slice_cut(text, p.start, p.end);
}

/* --- judging ---------------------------------------------------------------------------------------------- */

struct letters {
    bool has_digit, has_letter, has_sign, has_call;
};

static struct letters letters_of(struct slice s)
{
    struct letters l = { 0 };
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (is_digit(c))
            l.has_digit = true;
        else if (is_letter(c) || (c & 0x80))
            l.has_letter = true;
        else if (is_one_of(c, "()[]"))
            l.has_call = true;
        else if (is_one_of(c, "!#$%^&*+=~@?"))
            l.has_sign = true;
    }
    return l;
}

/* A variable, a hole to fill in, or the name of what should stand there. */
static bool is_stand_in(struct slice s)
{
    static const char *const words[] = { "passphrase", "secret",   "token",    "test", "username",
                                         "string",     "none",     "null",     "true", "false",
                                         "required",   "optional", "undefined" };
    static const char *const holes[] = { "${",    "{{",    "$(",      "<",         "[",          "%",    "*",
                                         "`",     "...",   "xxx",     "yyy",       "your",       "env.", "os.",
                                         "self.", "this.", "config.", "settings.", "process.env" };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (slice_is_nocase(s, words[i]))
            return true;
    if (is_one_of(byte_at(s, 0), ",);=") || (has_nocase(s, "passw") && !letters_of(s).has_digit))
        return true;
    for (size_t i = 0; i < sizeof holes / sizeof holes[0]; i++)
        if (slice_is_nocase(slice_cut(s, 0, strlen(holes[i])), holes[i]))
            return true;
    /* $NAME, while $3cret! may be one. */
    return s.len > 1 && s.ptr[0] == '$' && (is_letter(s.ptr[1]) || s.len <= 2);
}

static bool is_password(struct slice s, bool is_quoted)
{
    struct letters l = letters_of(s);
    if (s.len < PASSWORD_LEAST || is_stand_in(s) || (l.has_call && !is_quoted))
        return false;
    return (l.has_letter && (l.has_digit || l.has_sign)) || (l.has_digit && s.len >= PASSWORD_PLAIN_LEAST) ||
           (is_quoted && s.len >= PASSWORD_PLAIN_LEAST && slice_find_byte(s, ' ') == SLICE_NONE);
}

static bool is_token(struct slice s, size_t least)
{
    struct letters l = letters_of(s);
    return s.len >= least && l.has_digit && l.has_letter && !l.has_call && !is_stand_in(s) && !is_made_up(s) &&
           slice_find_byte(s, ' ') == SLICE_NONE;
}

/* --- the checks ------------------------------------------------------------------------------------------- */

float check_password(struct slice text, struct place *p)
{
    struct value v = read_value(text, p->end);
    *p = v.place;
    return is_password(slice_at(text, *p), v.is_quoted);
}

float check_token(struct slice text, struct place *p)
{
    *p = read_value(text, p->end).place;
    if (!is_token(slice_at(text, *p), TOKEN_LEAST))
        return 0;
    while (is_alnum(byte_at(text, p->end)) || is_one_of(byte_at(text, p->end), "+/_-"))
        p->end++; /* of a token beyond VALUE_MOST_BYTES */
    return 1;
}

/* What "Basic" carries: base64 of a user, ":" and a password (RFC 7617). */
static bool is_basic(struct slice s)
{
    char   out[VALUE_MOST_BYTES];
    size_t len = 0;
    return s.len <= sizeof out && base64_decode(s, out, &len) &&
           slice_find_byte(slice_of(out, len), ':') != SLICE_NONE;
}

/* "Authorization: Bearer <value>", with or without the scheme. */
float check_header(struct slice text, struct place *p)
{
    bool   is_of_basic;
    size_t at = read_value(text, p->end).place.start;
    size_t scheme_end = at;
    while (is_letter(byte_at(text, scheme_end)) || byte_at(text, scheme_end) == '-')
        scheme_end++;
    is_of_basic = slice_is_nocase(slice_cut(text, at, scheme_end), "basic");
    if (byte_at(text, scheme_end) == ' ')
        at = scheme_end + 1;
    *p = read_value(text, at).place;
    struct slice value = slice_at(text, *p);
    return is_of_basic ? is_basic(value) && !is_stand_in(value) : is_token(value, HEADER_LEAST);
}

/* scheme://user:password@host: the pattern begins at the "://" and ends behind the ":"; both are the value, the
 * user too. */
float check_url_login(struct slice text, struct place *p)
{
    size_t user = p->start + 3, start = p->end, at = start, end = 0;
    for (; at < text.len && at - start < VALUE_MOST_BYTES && !is_one_of(text.ptr[at], " \t\r\n/\"'<>`"); at++)
        if (text.ptr[at] == '@')
            end = at;
    *p = (struct place){ user, end };
    return end > start && !is_stand_in(slice_cut(text, start, end)) && end - start >= PASSWORD_LEAST;
}

/* jdbc:oracle:thin:scott/tiger@: user and password from behind the pattern to the "@". */
float check_oracle_login(struct slice text, struct place *p)
{
    struct slice rest = slice_cut(text, p->end, p->end + VALUE_MOST_BYTES);
    size_t       at = slice_find_byte(rest, '@'), slash = slice_find_byte(rest, '/');
    if (at == SLICE_NONE || slash == SLICE_NONE || slash == 0 || slash + PASSWORD_LEAST >= at)
        return 0;
    *p = (struct place){ p->end, p->end + at };
    return slice_find_byte(slice_at(text, *p), ' ') == SLICE_NONE && !is_stand_in(slice_at(text, *p));
}

/* user:password, "user:password", "user":"password" or user:'password' from `at`. */
static bool read_login(struct slice text, size_t at, struct place *user, struct place *password)
{
    struct value v = read_value(text, at);
    size_t       colon = slice_find_byte(slice_at(text, v.place), ':');
    if (colon != SLICE_NONE) {
        *user = (struct place){ v.place.start, v.place.start + colon };
        *password = (struct place){ user->end + 1, v.place.end };
        return true;
    }
    size_t next = v.place.end + v.is_quoted;
    if (byte_at(text, next) != ':')
        return false;
    *user = v.place;
    *password = (struct place){ next + 1, next + 1 };
    if (!is_one_of(byte_at(text, next + 1), " \t"))
        *password = read_value(text, next + 1).place;
    return true;
}

/* curl's -u; the password may be empty and the user a token. */
float check_login(struct slice text, struct place *p)
{
    struct place user, password;
    if (!read_login(text, p->end, &user, &password))
        return 0;
    struct slice name = slice_at(text, user), secret = slice_at(text, password);
    *p = secret.len ? password : user;
    return secret.len ? is_password(secret, false) && !slice_eq(name, secret) : is_token(name, HEADER_LEAST);
}

/* A word alone where a password stands and no sign does: "login ada password hunter2", "sshpass -p hunter2". */
float check_password_word(struct slice text, struct place *p)
{
    struct value v = read_value(text, p->end);
    *p = v.place;
    return is_password(slice_at(text, *p), v.is_quoted);
}

/* A password's hash in the form of crypt(5): $2b$…, $6$…, $argon2id$…; all that belongs to it. */
float check_hash(struct slice text, struct place *p)
{
    size_t most = p->start + VALUE_MOST_BYTES;
    while (p->end < most && (is_alnum(byte_at(text, p->end)) || is_one_of(byte_at(text, p->end), "./$+=,")))
        p->end++;
    return !is_made_up(slice_at(text, *p));
}
