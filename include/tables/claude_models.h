/*
 * claude_models.h - what models of Anthropic's take, by the beginning of their names: of temperature and top_p BOTH, either ONE
 * or NONE (400, "deprecated for this model"), and whether they can be told an effort. One called "claude-" that is not listed is
 * newer than these, and takes NONE and an effort. https://platform.claude.com/docs/en/about-claude/models/migration-guide
 *
 *     name                 sampling  effort
 */
CLAUDE("claude-instant",    BOTH,     false)
CLAUDE("claude-2",          BOTH,     false)
CLAUDE("claude-3",          BOTH,     false)
CLAUDE("claude-opus-4-0",   ONE,      false)
CLAUDE("claude-opus-4-1",   ONE,      false)
CLAUDE("claude-opus-4-2",   ONE,      false) /* by its day, 20250514 */
CLAUDE("claude-opus-4-5",   ONE,      true)
CLAUDE("claude-opus-4-6",   ONE,      true)
CLAUDE("claude-sonnet-4-0", ONE,      false)
CLAUDE("claude-sonnet-4-2", ONE,      false) /* likewise */
CLAUDE("claude-sonnet-4-5", ONE,      false)
CLAUDE("claude-sonnet-4-6", ONE,      true)
CLAUDE("claude-haiku-4-5",  ONE,      false)
