/*
 * confidence.c - see confidence.h.
 *
 * A refusal is told by its grammar, not by single words: any number of leads ("I'm sorry, but", "as an AI"),
 * and then either a whole refusing phrase, or a "cannot" with a verb of service. A letter that was asked for
 * may begin "I'm sorry for your loss" or "I cannot wait to see you": after the lead nothing follows that
 * declines, and "wait" is no service. The beginning alone is read, since whoever refuses says so at once; and
 * only short answers count, since who apologizes and then writes a page has answered after all.
 */
#include "confidence.h"

#include <math.h>

enum {
    REFUSAL_MOST_BYTES = 800, /* a longer answer has answered something */
    GAP_MOST_BYTES = 60,      /* what a * in a phrase may stand for */
};

enum part {
    LEAD,   /* may come before a refusal, any number of times; alone it is nothing */
    CANNOT, /* must be followed by a SERVICE, perhaps after a HOW */
    HOW,
    SERVICE,
    WHOLE, /* declines by itself */
};

/* Lower case; * is a gap within the sentence, $ the sentence's end. */
static const struct phrase {
    enum part   part;
    const char *words;
} phrases[] = {
    { LEAD, "i'm sorry" },
    { LEAD, "i'm very sorry" },
    { LEAD, "i'm really sorry" },
    { LEAD, "i am sorry" },
    { LEAD, "sorry" },
    { LEAD, "i apologize" },
    { LEAD, "i apologise" },
    { LEAD, "my apologies" },
    { LEAD, "apologies" },
    { LEAD, "for the confusion" },
    { LEAD, "for any confusion" },
    { LEAD, "for the inconvenience" },
    { LEAD, "unfortunately" },
    { LEAD, "regrettably" },
    { LEAD, "i'm afraid" },
    { LEAD, "i am afraid" },
    { LEAD, "that" },
    { LEAD, "but" },
    { LEAD, "however" },
    { LEAD, "i understand*but" },
    { LEAD, "i appreciate*but" },
    { LEAD, "thank you for*but" },
    { LEAD, "i'm just an ai" },
    { LEAD, "i'm an ai*and" },
    { LEAD, "i am an ai*and" },
    { LEAD, "as an ai" },
    { LEAD, "as an ai language model" },
    { LEAD, "as an ai assistant" },
    { LEAD, "as an ai model" },
    { LEAD, "as a language model" },
    { LEAD, "as a large language model" },
    { LEAD, "as an artificial intelligence" },

    { CANNOT, "i can't" },
    { CANNOT, "i cannot" },
    { CANNOT, "i can not" },
    { CANNOT, "i could not" },
    { CANNOT, "i couldn't" },
    { CANNOT, "i'm unable to" },
    { CANNOT, "i am unable to" },
    { CANNOT, "i'm not able to" },
    { CANNOT, "i am not able to" },
    { CANNOT, "i won't be able to" },
    { CANNOT, "i will not be able to" },
    { CANNOT, "i'm not allowed to" },
    { CANNOT, "i am not allowed to" },
    { CANNOT, "i'm not programmed to" },
    { CANNOT, "i'm not comfortable" },
    { CANNOT, "i do not have the ability to" },
    { CANNOT, "i don't have the ability to" },
    { CANNOT, "i don't have the capability to" },
    { CANNOT, "i must decline to" },

    { HOW, "actually" },
    { HOW, "currently" },
    { HOW, "directly" },
    { HOW, "personally" },
    { HOW, "physically" },
    { HOW, "really" },
    { HOW, "reliably" },
    { HOW, "accurately" },

    { SERVICE, "access" },
    { SERVICE, "answer" },
    { SERVICE, "assist" },
    { SERVICE, "assisting" },
    { SERVICE, "browse the" },
    { SERVICE, "browse websites" },
    { SERVICE, "complete" },
    { SERVICE, "comply" },
    { SERVICE, "confirm" },
    { SERVICE, "create" },
    { SERVICE, "determine" },
    { SERVICE, "discuss" },
    { SERVICE, "discussing" },
    { SERVICE, "do that" },
    { SERVICE, "do this" },
    { SERVICE, "engage in" },
    { SERVICE, "execute" },
    { SERVICE, "find any" },
    { SERVICE, "fulfil" },
    { SERVICE, "fulfill" },
    { SERVICE, "generate" },
    { SERVICE, "give you" },
    { SERVICE, "help with" },
    { SERVICE, "help you" },
    { SERVICE, "help$" },
    { SERVICE, "identify" },
    { SERVICE, "look up" },
    { SERVICE, "offer" },
    { SERVICE, "open links" },
    { SERVICE, "open files" },
    { SERVICE, "open attachments" },
    { SERVICE, "participate in" },
    { SERVICE, "perform" },
    { SERVICE, "predict" },
    { SERVICE, "process" },
    { SERVICE, "produce" },
    { SERVICE, "provide" },
    { SERVICE, "providing" },
    { SERVICE, "retrieve" },
    { SERVICE, "say for" },
    { SERVICE, "search" },
    { SERVICE, "see the image" },
    { SERVICE, "see any image" },
    { SERVICE, "see images" },
    { SERVICE, "support" },
    { SERVICE, "tell you the" },
    { SERVICE, "verify" },
    { SERVICE, "view the" },
    { SERVICE, "view images" },
    { SERVICE, "write" },

    { WHOLE, "i don't have access" },
    { WHOLE, "i do not have access" },
    { WHOLE, "i don't have real-time" },
    { WHOLE, "i do not have real-time" },
    { WHOLE, "i don't have*information" },
    { WHOLE, "i do not have*information" },
    { WHOLE, "i have no information" },
    { WHOLE, "i have no way of knowing" },
    { WHOLE, "there is not enough information" },
    { WHOLE, "there isn't enough information" },
    { WHOLE, "i don't know$" },
    { WHOLE, "i do not know$" },
    { WHOLE, "i don't know the answer" },
    { WHOLE, "i do not know the answer" },
    { WHOLE, "i'm not sure$" },
    { WHOLE, "i am not sure$" },
    { WHOLE, "i must decline$" },
    { WHOLE, "i have to decline$" },

    /* German: the verb stands at the sentence's end. */
    { LEAD, "es tut mir leid" },
    { LEAD, "tut mir leid" },
    { LEAD, "entschuldigung" },
    { LEAD, "leider" },
    { LEAD, "aber" },
    { LEAD, "als ki" },
    { LEAD, "als ki-sprachmodell" },
    { LEAD, "als sprachmodell" },
    { WHOLE, "ich kann*nicht helfen" },
    { WHOLE, "ich kann*nicht weiterhelfen" },
    { WHOLE, "ich kann*nicht beantworten" },
    { WHOLE, "ich kann*nicht erfüllen" },
    { WHOLE, "kann ich*nicht helfen" },
    { WHOLE, "kann ich*nicht weiterhelfen" },
    { WHOLE, "kann ich*nicht beantworten" },
    { WHOLE, "kann ich*nicht erfüllen" },
    { WHOLE, "dabei kann ich*nicht helfen" },
    { WHOLE, "ich habe keinen zugriff" },
    { WHOLE, "habe ich keinen zugriff" },
    { WHOLE, "ich weiß es nicht$" },
    { WHOLE, "das weiß ich nicht$" },

    /* French */
    { LEAD, "je suis désolé" },
    { LEAD, "je suis désolée" },
    { LEAD, "désolé" },
    { LEAD, "malheureusement" },
    { LEAD, "mais" },
    { LEAD, "en tant qu'ia" },
    { LEAD, "en tant que modèle de langage" },
    { WHOLE, "je ne peux pas*aider" },
    { WHOLE, "je ne peux pas répondre" },
    { WHOLE, "je ne peux pas*fournir" },
    { WHOLE, "je ne suis pas en mesure de" },
    { WHOLE, "je n'ai pas accès" },
    { WHOLE, "je ne sais pas$" },

    /* Spanish, Portuguese, Italian */
    { LEAD, "lo siento" },
    { LEAD, "lamentablemente" },
    { LEAD, "desafortunadamente" },
    { LEAD, "pero" },
    { LEAD, "como modelo de lenguaje" },
    { LEAD, "como una ia" },
    { WHOLE, "no puedo ayudar" },
    { WHOLE, "no puedo ayudarte" },
    { WHOLE, "no puedo responder" },
    { WHOLE, "no puedo proporcionar" },
    { WHOLE, "no puedo cumplir" },
    { WHOLE, "no tengo acceso" },
    { WHOLE, "no lo sé$" },
    { LEAD, "sinto muito" },
    { LEAD, "desculpe" },
    { LEAD, "infelizmente" },
    { LEAD, "mas" },
    { WHOLE, "não posso ajudar" },
    { WHOLE, "não posso fornecer" },
    { WHOLE, "não posso responder" },
    { WHOLE, "não tenho acesso" },
    { WHOLE, "não sei$" },
    { LEAD, "mi dispiace" },
    { LEAD, "purtroppo" },
    { LEAD, "ma" },
    { WHOLE, "non posso aiutare" },
    { WHOLE, "non posso aiutarti" },
    { WHOLE, "non posso fornire" },
    { WHOLE, "non posso rispondere" },
    { WHOLE, "non ho accesso" },
    { WHOLE, "non lo so$" },

    /* Dutch */
    { LEAD, "het spijt me" },
    { LEAD, "helaas" },
    { LEAD, "maar" },
    { WHOLE, "ik kan*niet helpen" },
    { WHOLE, "ik kan*niet beantwoorden" },
    { WHOLE, "kan ik*niet helpen" },
    { WHOLE, "ik heb geen toegang" },
    { WHOLE, "ik weet het niet$" },

    /* Russian */
    { LEAD, "к сожалению" },
    { LEAD, "извините" },
    { LEAD, "простите" },
    { LEAD, "мне жаль" },
    { LEAD, "но" },
    { LEAD, "как языковая модель" },
    { WHOLE, "я не могу*помочь" },
    { WHOLE, "я не могу*ответить" },
    { WHOLE, "я не могу*предоставить" },
    { WHOLE, "я не могу*выполнить" },
    { WHOLE, "у меня нет доступа" },
    { WHOLE, "я не знаю$" },

    /* Chinese, Japanese, Korean: no spaces to go by, so the verb is always named. */
    { LEAD, "抱歉" },
    { LEAD, "很抱歉" },
    { LEAD, "非常抱歉" },
    { LEAD, "对不起" },
    { LEAD, "但" },
    { LEAD, "但是" },
    { LEAD, "作为*人工智能" },
    { LEAD, "作为*语言模型" },
    { WHOLE, "我无法*提供" },
    { WHOLE, "我无法*回答" },
    { WHOLE, "我无法*协助" },
    { WHOLE, "我无法*帮助" },
    { WHOLE, "我不能*提供" },
    { WHOLE, "我不能*回答" },
    { WHOLE, "我不能*协助" },
    { WHOLE, "我不能*帮助" },
    { WHOLE, "我不知道$" },
    { LEAD, "申し訳ありませんが" },
    { LEAD, "申し訳ございませんが" },
    { LEAD, "すみませんが" },
    { WHOLE, "*お手伝いできません" },
    { WHOLE, "*お答えできません" },
    { WHOLE, "*お答えすることはできません" },
    { WHOLE, "*提供できません" },
    { WHOLE, "わかりません$" },
    { LEAD, "죄송하지만" },
    { LEAD, "죄송합니다" },
    { WHOLE, "*도와드릴 수 없습니다" },
    { WHOLE, "*답변드릴 수 없습니다" },
    { WHOLE, "*제공할 수 없습니다" },
};

/* ---- the opening as the table spells it ---- */

/* Two-byte capitals that open a sentence in the table's languages: Latin-1 and Cyrillic. Writes the small
 * letter's bytes; false where there is none. */
static bool fold_two_bytes(const unsigned char *in, char *out)
{
    if (in[0] == 0xC3 && in[1] >= 0x80 && in[1] <= 0x9E && in[1] != 0x97) { /* À..Þ, not × */
        out[0] = (char)0xC3;
        out[1] = (char)(in[1] + 0x20);
        return true;
    }
    if (in[0] == 0xD0 && in[1] >= 0x90 && in[1] <= 0xAF) { /* А..П, Р..Я */
        bool is_late = in[1] >= 0xA0;
        out[0] = (char)(is_late ? 0xD1 : 0xD0);
        out[1] = (char)(is_late ? in[1] - 0x20 : in[1] + 0x20);
        return true;
    }
    return false;
}

/* Small letters, straight apostrophes, single spaces, no quotes or marks of emphasis. out holds as many bytes
 * as the text has. */
static struct slice fold(struct slice text, char *out)
{
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        const unsigned char *at = (const unsigned char *)text.ptr + i;
        size_t               left = text.len - i;
        if (left >= 3 && at[0] == 0xE2 && at[1] == 0x80 && at[2] == 0x99) { /* ’ */
            out[len++] = '\'';
            i += 2;
        } else if (left >= 2 && fold_two_bytes(at, out + len)) {
            len += 2;
            i += 1;
        } else if (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\n') {
            if (len && out[len - 1] != ' ')
                out[len++] = ' ';
        } else if (!strchr("*_\"`#>", *at) || *at == '\0') {
            out[len++] = (char)(*at >= 'A' && *at <= 'Z' ? *at + 'a' - 'A' : *at);
        }
    }
    return slice_of(out, len);
}

/* ---- matching ---- */

/* Bytes of the mark that ends a sentence at i, 0 where there is none. */
static size_t sentence_mark(struct slice text, size_t i)
{
    if (i < text.len && strchr(".!?", text.ptr[i]) && text.ptr[i])
        return 1;
    return slice_starts(slice_cut(text, i, text.len), S("。")) ? 3 : 0;
}

static bool is_letter(char c)
{
    return c >= 'a' && c <= 'z';
}

/* Where the words end in the text, or SLICE_NONE if they do not stand at i. */
static size_t match(struct slice text, size_t i, const char *words)
{
    for (const char *w = words; *w; w++) {
        if (*w == '$')
            return i == text.len || sentence_mark(text, i) ? i : SLICE_NONE;
        if (*w == '*') {
            for (size_t gap = 0; gap <= GAP_MOST_BYTES && i + gap < text.len; gap++) {
                size_t end = match(text, i + gap, w + 1);
                if (end != SLICE_NONE || sentence_mark(text, i + gap))
                    return end;
            }
            return SLICE_NONE;
        }
        if (i == text.len || text.ptr[i] != *w)
            return SLICE_NONE;
        i++;
    }
    bool is_cut_word = i < text.len && i > 0 && is_letter(text.ptr[i]) && is_letter(text.ptr[i - 1]);
    return is_cut_word ? SLICE_NONE : i;
}

/* The end of the longest phrase of that part at i, or SLICE_NONE. */
static size_t match_part(struct slice text, size_t i, enum part part)
{
    size_t longest = SLICE_NONE;
    for (size_t p = 0; p < sizeof phrases / sizeof *phrases; p++) {
        if (phrases[p].part != part)
            continue;
        size_t end = match(text, i, phrases[p].words);
        if (end != SLICE_NONE && (longest == SLICE_NONE || end > longest))
            longest = end;
    }
    return longest;
}

/* Past what may stand between two parts. */
static size_t skip_between(struct slice text, size_t i)
{
    for (;;) {
        struct slice rest = slice_cut(text, i, text.len);
        if (rest.len && strchr(" ,.;:!-", rest.ptr[0]) && rest.ptr[0])
            i += 1;
        else if (slice_starts(rest, S("，")) || slice_starts(rest, S("。")) || slice_starts(rest, S("、")) ||
                 slice_starts(rest, S("！")) || slice_starts(rest, S("—")))
            i += 3;
        else
            return i;
    }
}

static bool is_cannot_serve(struct slice text, size_t i)
{
    size_t next = match_part(text, i, CANNOT);
    while (next != SLICE_NONE) {
        i = skip_between(text, next);
        if (match_part(text, i, SERVICE) != SLICE_NONE)
            return true;
        next = match_part(text, i, HOW);
    }
    return false;
}

bool is_refusal(struct slice opening, int64_t content_bytes)
{
    if (!opening.ptr || content_bytes > REFUSAL_MOST_BYTES)
        return false;
    char         folded[CONFIDENCE_OPENING_BYTES];
    struct slice text = fold(slice_cut(opening, 0, CONFIDENCE_OPENING_BYTES), folded);
    for (size_t next = 0; next != SLICE_NONE;) {
        size_t i = skip_between(text, next);
        if (match_part(text, i, WHOLE) != SLICE_NONE || is_cannot_serve(text, i))
            return true;
        next = match_part(text, i, LEAD);
    }
    return false;
}

/* ---- the number ---- */

static double none(enum doubt *out, enum doubt doubt)
{
    *out = doubt;
    return 0;
}

double confidence_of(const struct answer_facts *facts, enum doubt *doubt)
{
    *doubt = NO_DOUBT;
    if (slice_is(facts->finish, "length"))
        return none(doubt, DOUBT_LENGTH);
    /* A filter that took the answer away is a refusal by other means. */
    if (facts->has_refusal || slice_is(facts->finish, "content_filter"))
        return none(doubt, DOUBT_REFUSAL);
    if (!facts->has_words && !facts->has_tool_calls)
        return none(doubt, DOUBT_EMPTY);
    if (!facts->has_tool_calls && is_refusal(facts->opening, facts->content_bytes))
        return none(doubt, DOUBT_REFUSAL);
    if (facts->logprob_count == 0)
        return 1;

    double mean = exp(facts->logprob_sum / facts->logprob_count);
    if (!(mean < 1)) /* rounding above 1; and a NaN says nothing */
        return 1;
    *doubt = DOUBT_CONFIDENCE;
    return mean;
}
