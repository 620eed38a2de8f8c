/*
 * moderation.h - what texts are moderated for: OpenAI's categories, in its order.
 *
 * The head (src/slm/moderation.bin, src/slm/train/moderation.py) tells of which one a text is, or that it is harmless. What counts for
 * a category counts for those above it, too.
 *
 *       name                      word                       counts for, besides itself
 */
CATEGORY(HARASSMENT,             "harassment",              NONE,       NONE)
CATEGORY(HARASSMENT_THREATENING, "harassment/threatening",  HARASSMENT, VIOLENCE)
CATEGORY(HATE,                   "hate",                    NONE,       NONE)
CATEGORY(HATE_THREATENING,       "hate/threatening",        HATE,       VIOLENCE)
CATEGORY(ILLICIT,                "illicit",                 NONE,       NONE)
CATEGORY(ILLICIT_VIOLENT,        "illicit/violent",         ILLICIT,    VIOLENCE)
CATEGORY(SELF_HARM,              "self-harm",               NONE,       NONE)
CATEGORY(SELF_HARM_INTENT,       "self-harm/intent",        SELF_HARM,  NONE)
CATEGORY(SELF_HARM_INSTRUCTIONS, "self-harm/instructions",  SELF_HARM,  NONE)
CATEGORY(SEXUAL,                 "sexual",                  NONE,       NONE)
CATEGORY(SEXUAL_MINORS,          "sexual/minors",           SEXUAL,     NONE)
CATEGORY(VIOLENCE,               "violence",                NONE,       NONE)
CATEGORY(VIOLENCE_GRAPHIC,       "violence/graphic",        VIOLENCE,   NONE)
