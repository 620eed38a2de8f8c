/*
 * yaml.c - libyaml's events -> a tree; see policy/yaml.h.
 *
 * `{ key: ${NAME} }` is no YAML, since a brace cannot stand in a plain scalar between braces; but it is what
 * people write. So before libyaml sees the text, the braces of each ${…} become two characters of Unicode's
 * private use area, one column wide as they were; and where values are read, those are what is looked for.
 *
 * An alias shares its anchor's children, so a file of nested aliases ("a billion laughs") takes little memory;
 * but who walks the tree would take for ever. So each node's full size is counted, aliases followed, and a
 * ceiling put on the whole.
 */
#include "policy/yaml.h"

#include "base/die.h"

#include <yaml.h>

enum { FILE_MOST_BYTES = 1 << 20, DEPTH_MOST = 32, NODES_MOST = 100000, ANCHORS_MOST = 256 };

#define OPEN  "\xEE\x80\x80" /* U+E000 */
#define CLOSE "\xEE\x80\x81" /* U+E001 */

struct anchor {
    struct slice name;
    struct yaml *node; /* NULL while it is being read: it cannot hold itself */
    size_t       size; /* # of nodes in it, aliases followed */
};

struct reading {
    yaml_parser_t parser;
    yaml_event_t  event;     /* the one to be looked at */
    bool          has_event; /* event needs deleting */
    struct arena *arena;
    const char   *file;
    yaml_env     *env;
    struct diag  *diag;
    struct anchor anchor[ANCHORS_MOST];
    unsigned      anchors;
    size_t        nodes; /* # so far, aliases followed */
};

static struct place place_of(const struct reading *r, yaml_mark_t mark)
{
    return (struct place){ r->file, (unsigned)mark.line + 1, (unsigned)mark.column + 1 };
}

static void next_drop(struct reading *r)
{
    if (r->has_event)
        yaml_event_delete(&r->event);
    r->has_event = false;
}

/* Reads the next event; false, with an error told, where the text is no YAML. */
static bool next(struct reading *r)
{
    next_drop(r);
    r->has_event = yaml_parser_parse(&r->parser, &r->event) == 1;
    if (!r->has_event) {
        const char *problem = r->parser.problem ? r->parser.problem : "this is not YAML";
        diag_error(r->diag, place_of(r, r->parser.problem_mark), "%s%s%s", problem,
                   r->parser.context ? ", " : "", r->parser.context ? r->parser.context : "");
    }
    return r->has_event;
}

/* Goes `events` on. */
static bool next_of(struct reading *r, unsigned events)
{
    bool ok = true;
    while (ok && events-- > 0)
        ok = next(r);
    return ok;
}

static bool is_name(struct slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
        if (!letter && !(i > 0 && c >= '0' && c <= '9'))
            return false;
    }
    return s.len > 0;
}

/* Appends the value of one ${…}, whose inside is given. */
static void substitute(struct reading *r, struct yaml *node, struct slice inside, struct buf *out)
{
    size_t       split = slice_find(inside, S(":-"));
    struct slice name = slice_cut(inside, 0, split);
    node->is_secret = true;
    if (!is_name(name)) {
        node->is_broken = true;
        diag_error(r->diag, node->place, "\"${%.*s}\" names no environment variable; $${ stands for ${ itself",
                   SLICE_ARG(name));
        return;
    }
    const char *value = r->env(arena_cstr(r->arena, name));
    if (value && *value) {
        buf_add_str(out, value);
    } else if (split != SLICE_NONE) {
        buf_add(out, slice_cut(inside, split + 2, inside.len));
    } else {
        node->is_broken = true;
        diag_error(r->diag, node->place,
                   "the environment variable %.*s is %s; set it, or give a default: ${%.*s:-…}",
                   SLICE_ARG(name), value ? "empty" : "not set", SLICE_ARG(name));
    }
}

/* The text with the braces of each ${…} that ends in its line made OPEN and CLOSE. */
static struct slice hide_braces(struct arena *arena, struct slice text)
{
    struct buf out;
    buf_init(&out, 4 * (size_t)FILE_MOST_BYTES);
    for (size_t at; (at = slice_find(text, S("${"))) != SLICE_NONE;) {
        struct slice rest = slice_cut(text, at + 2, text.len);
        struct slice inside = slice_cut(rest, 0, slice_find_byte(rest, '}'));
        bool         is_closed = inside.len < rest.len && slice_find_byte(inside, '\n') == SLICE_NONE;
        buf_add(&out, slice_cut(text, 0, at + 1));
        buf_add_str(&out, is_closed ? OPEN : "{");
        if (is_closed) {
            buf_add(&out, inside);
            buf_add_str(&out, CLOSE);
            rest = slice_cut(rest, inside.len + 1, rest.len);
        }
        text = rest;
    }
    buf_add(&out, text);
    text = arena_copy(arena, buf_slice(&out));
    buf_fini(&out);
    return text;
}

/* Appends text, hidden braces shown again. */
static void add_shown(struct buf *out, struct slice text)
{
    while (text.len) {
        bool is_open = slice_starts(text, S(OPEN)), is_close = slice_starts(text, S(CLOSE));
        buf_add(out, is_open ? S("{") : is_close ? S("}") : slice_cut(text, 0, 1));
        text = slice_cut(text, is_open || is_close ? strlen(OPEN) : 1, text.len);
    }
}

static struct slice key_shown(struct reading *r, struct slice key)
{
    struct buf out;
    buf_init(&out, FILE_MOST_BYTES);
    add_shown(&out, key);
    key = arena_copy(r->arena, buf_slice(&out));
    buf_fini(&out);
    return key;
}

/* Replaces every ${…} of a scalar. */
static void substitute_all(struct reading *r, struct yaml *node)
{
    struct buf   out;
    struct slice rest = node->scalar;
    if (!r->env || slice_find_byte(rest, '$') == SLICE_NONE)
        return;
    buf_init(&out, FILE_MOST_BYTES);
    for (size_t at; (at = slice_find(rest, S("$" OPEN))) != SLICE_NONE;) {
        bool         is_escaped = at > 0 && rest.ptr && rest.ptr[at - 1] == '$';
        struct slice after = slice_cut(rest, at + 1 + strlen(OPEN), rest.len);
        struct slice inside = slice_cut(after, 0, slice_find(after, S(CLOSE)));
        buf_add(&out, slice_cut(rest, 0, is_escaped ? at - 1 : at));
        if (is_escaped)
            buf_printf(&out, "${%.*s}", SLICE_ARG(inside));
        else
            substitute(r, node, inside, &out);
        rest = slice_cut(after, inside.len + strlen(CLOSE), after.len);
    }
    if (slice_find(rest, S("${")) != SLICE_NONE) {
        node->is_broken = true;
        diag_error(r->diag, node->place, "a \"${\" without its \"}\"");
    }
    buf_add(&out, rest);
    if (out.full)
        diag_error(r->diag, node->place, "longer than a file may be, its variables substituted");
    node->scalar = arena_copy(r->arena, buf_slice(&out));
    buf_wipe(&out);
}

static bool read_node(struct reading *, struct yaml *node, unsigned depth);

static bool count_nodes(struct reading *r, struct place at, size_t nodes)
{
    r->nodes += nodes;
    if (r->nodes <= NODES_MOST)
        return true;
    diag_error(r->diag, at, "more than %d values, aliases followed", NODES_MOST);
    return false;
}

static void refuse_tag(struct reading *r, const yaml_char_t *tag, struct place at)
{
    if (tag)
        diag_error(r->diag, at, "tags such as \"%s\" are not read", (const char *)tag);
}

static void read_scalar(struct reading *r, struct yaml *node)
{
    struct slice text = slice_of((const char *)r->event.data.scalar.value, r->event.data.scalar.length);
    refuse_tag(r, r->event.data.scalar.tag, node->place);
    if (slice_find_byte(text, '\0') != SLICE_NONE) {
        diag_error(r->diag, node->place, "a NUL character");
        text.len = 0;
    }
    node->kind = YAML_SCALAR;
    node->scalar = arena_copy(r->arena, text);
    node->is_quoted = r->event.data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    substitute_all(r, node);
}

static bool read_alias(struct reading *r, struct yaml *node)
{
    struct slice name = slice_str((const char *)r->event.data.alias.anchor);
    struct yaml  shell = *node;
    for (unsigned i = r->anchors; i-- > 0;) {
        if (!slice_eq(r->anchor[i].name, name) || !r->anchor[i].node)
            continue;
        *node = *r->anchor[i].node;
        node->place = shell.place;
        node->key = shell.key;
        node->key_place = shell.key_place;
        node->next = NULL;
        return count_nodes(r, node->place, r->anchor[i].size);
    }
    diag_error(r->diag, node->place, "no anchor \"&%.*s\" stands before this alias", SLICE_ARG(name));
    return false;
}

static bool read_items(struct reading *r, struct yaml *list, unsigned depth)
{
    struct yaml **tail = &list->child;
    refuse_tag(r, r->event.data.sequence_start.tag, list->place);
    list->kind = YAML_LIST;
    for (;;) {
        if (!next(r))
            return false;
        if (r->event.type == YAML_SEQUENCE_END_EVENT)
            return true;
        *tail = arena_alloc(r->arena, sizeof **tail);
        if (!read_node(r, *tail, depth + 1))
            return false;
        tail = &(*tail)->next;
    }
}

static void refuse_twice(struct reading *r, const struct yaml *map, const struct yaml *member)
{
    for (const struct yaml *other = map->child; other != member; other = other->next) {
        if (slice_eq(other->key, member->key)) {
            diag_error(r->diag, member->key_place, "the key \"%.*s\" stands here and in line %u",
                       SLICE_ARG(member->key), other->key_place.line);
            return;
        }
    }
}

static bool read_members(struct reading *r, struct yaml *map, unsigned depth)
{
    struct yaml **tail = &map->child;
    refuse_tag(r, r->event.data.mapping_start.tag, map->place);
    map->kind = YAML_MAP;
    for (;;) {
        if (!next(r))
            return false;
        if (r->event.type == YAML_MAPPING_END_EVENT)
            return true;
        struct yaml *member = *tail = arena_alloc(r->arena, sizeof *member);
        member->key_place = place_of(r, r->event.start_mark);
        if (r->event.type != YAML_SCALAR_EVENT) {
            diag_error(r->diag, member->key_place, "a key must be a word");
            return false;
        }
        member->key = key_shown(r, slice_str((const char *)r->event.data.scalar.value));
        refuse_twice(r, map, member);
        if (!next(r) || !read_node(r, member, depth + 1))
            return false;
        tail = &(*tail)->next;
    }
}

static const yaml_char_t *anchor_name(const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return event->data.scalar.anchor;
    case YAML_SEQUENCE_START_EVENT:
        return event->data.sequence_start.anchor;
    case YAML_MAPPING_START_EVENT:
        return event->data.mapping_start.anchor;
    default:
        return NULL;
    }
}

/* Remembers the node that begins here if it has an anchor; *anchor says where. */
static bool anchor_begin(struct reading *r, struct place at, struct anchor **anchor)
{
    const yaml_char_t *name = anchor_name(&r->event);
    *anchor = NULL;
    if (!name)
        return true;
    if (r->anchors == ANCHORS_MOST) {
        diag_error(r->diag, at, "more than %d anchors", ANCHORS_MOST);
        return false;
    }
    *anchor = &r->anchor[r->anchors++];
    (*anchor)->name = arena_copy(r->arena, slice_str((const char *)name));
    return true;
}

/* Reads the node that the current event begins. */
static bool read_node(struct reading *r, struct yaml *node, unsigned depth)
{
    struct anchor *anchor;
    size_t         nodes_before = r->nodes;
    bool           ok = true;
    node->place = place_of(r, r->event.start_mark);
    if (depth > DEPTH_MOST) {
        diag_error(r->diag, node->place, "nested more than %d deep", DEPTH_MOST);
        return false;
    }
    if (r->event.type == YAML_ALIAS_EVENT)
        return read_alias(r, node);
    if (!count_nodes(r, node->place, 1) || !anchor_begin(r, node->place, &anchor))
        return false;
    if (r->event.type == YAML_MAPPING_START_EVENT)
        ok = read_members(r, node, depth);
    else if (r->event.type == YAML_SEQUENCE_START_EVENT)
        ok = read_items(r, node, depth);
    else
        read_scalar(r, node);
    if (anchor) {
        anchor->node = node;
        anchor->size = r->nodes - nodes_before;
    }
    return ok;
}

/* One document: nothing, or a node, then the end of the stream. */
static struct yaml *read_document(struct reading *r)
{
    struct yaml *root = arena_alloc(r->arena, sizeof *root);
    *root = (struct yaml){ .kind = YAML_MAP, .place = { r->file, 1, 1 } };
    if (!next_of(r, 2)) /* the stream's start; then the document's, or the end */
        return NULL;
    if (r->event.type == YAML_STREAM_END_EVENT)
        return root;
    if (!next(r) || !read_node(r, root, 0))
        return NULL;
    if (!next_of(r, 2)) /* the document's end; then the stream's */
        return NULL;
    if (r->event.type != YAML_STREAM_END_EVENT)
        diag_error(r->diag, place_of(r, r->event.start_mark), "a second document: one file holds one");
    return root;
}

struct yaml *yaml_read(struct arena *arena, const char *file, struct slice text, yaml_env *env,
                       struct diag *diag)
{
    struct reading r = { .arena = arena, .file = file, .env = env, .diag = diag };
    if (text.len > FILE_MOST_BYTES) {
        diag_error(diag, (struct place){ file, 0, 0 }, "larger than 1 MiB");
        return NULL;
    }
    if (env)
        text = hide_braces(arena, text);
    if (!yaml_parser_initialize(&r.parser))
        die("out of memory");
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)(text.ptr ? text.ptr : ""), text.len);
    struct yaml *root = read_document(&r);
    next_drop(&r);
    yaml_parser_delete(&r.parser);
    return root;
}
