/*
 * pii_patterns.h - where to look for what is private, one line a pattern.
 *
 * The regex (Hyperscan's dialect, on bytes) says where to look; the check reads the text there and says where the
 * value begins and ends, and whether it is one at all: a regex alone cannot count a Luhn sum, and Hyperscan reports
 * every end of a match and the leftmost start only, so what has to be exact is read by the check.
 *
 * A finding's confidence is `alone`, times what the check gives; beside one of its words it is `beside`. One of the
 * doubts just before it takes most of that away. What ends below FIND_LEAST (0.5) is no finding, so a pattern
 * whose `alone` is lower needs its words. In a list of words "|" separates, a word may hold spaces, and "*" at the
 * end lets the word go on: "telefon*" is there in Telefonnummer. Letter case of ASCII does not matter.
 *
 * EDGE begins a number: at a word's begin, or after "_", which regexes count among the letters, or after an escaped
 * newline or tab, as JSON inside a text has them.
 */
#define EDGE "(?:\\b|_|\\\\[nrt])"

#define CARD_WORDS "card*|credit|debit|cc|visa|mastercard|amex|karte*|kreditkarte*|carte|tarjeta|carta|cartão"
#define PHONE_WORDS                                                                                            \
    "phone*|tel|telephone|mobile|cell*|fax|call*|dial*|sms|text me|whatsapp|desk|office|reach me|contact|"      \
    "answering|message*|hotline|telefon*|handy*|mobil*|anruf*|portable|appel*|tél*|telf|tfno|móvil*|llam*|"       \
    "cellulare|telefoon|tlf|puh|my number|numéro|rufnummer|тел*|电话|手机|電話|携帯|전화"
#define PHONE_DOUBTS                                                                                           \
    "order*|invoice*|account*|id|isbn|ref*|ticket*|case|serial*|tracking|card*|zip|iban|ssn|version|postcode|"  \
    "error|code|amount|price|total|population|license|licence"
#define IP_WORDS                                                                                               \
    "ip|ips|ipv4|ipv6|address*|addr|host*|server*|dns|ping*|gateway*|subnet*|netmask|cidr|client|peer|src|"     \
    "dst|bind|listen*|connect*|route*|nat64|unspecified|loopback"
#define IP_DOUBTS "version*|v|ver|release*|section*|chapter|clause|build|firmware|paragraph|oid|oids|objectid*|§"

#define MONTHS                                                                                                 \
    "(?:jan(?:uary|uar|vier|\\.)?|feb(?:ruary|ruar|\\.)?|février|mar(?:ch|s|\\.)?|märz|apr(?:il|\\.)?|avril|ma[iy]|june?|juni|juin|july?|juli|juillet|" \
    "aug(?:ust|\\.)?|août|sept?(?:ember|embre|\\.)?|o[ck]t(?:ober|obre|\\.)?|nov(?:ember|embre|\\.)?|de[cz](?:ember|\\.)?|décembre|" \
    "enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre)"
#define AGE_DOUBTS "at least|under|over|below|above|minimum|must be|children|people|persons|patients|adults|"
#define BIRTH_WORDS                                                                                            \
    "born|birth*|dob|d.o.b|geboren|geburts*|geb|naissance|né|née|nacido|nacida|nacimiento|nascita|nato|nata|"    \
    "nascimento|nascido|geboorte*|urodz*|født|fødsel*|född|födelse*|syntynyt|syntymä*|出生*|生日|生年月日|생년월일"

/*          kind        name               regex                                                       check         alone beside words, doubts */
PII_PATTERN(EMAIL,      "email",           "[\\w.%+'\\x80-\\xff-]@[\\w\\x80-\\xff]",                   email,        0.95, 0.95, "", "")
/* Barely believed, so that whatever else stands in an address is found all the same. */
PII_PATTERN(URL,        "web",             "(?i)(?:https?://|\\bwww\\.)[^\\s]",                          web,          0.51, 0.51, "", "")
PII_PATTERN(IBAN,       "iban",            EDGE "[A-Za-z]{2}[0-9]{2}[ -]?[A-Za-z0-9]{3}",              iban,         0.98, 0.98, "", "")
PII_PATTERN(CARD,       "card",            EDGE "[0-9]{4}[ -]?[0-9]{3}",                               card,         0.80, 0.97, CARD_WORDS, "")
PII_PATTERN(US_SSN,     "ssn",             EDGE "[0-9]{3}[- ][0-9]{2}[- ][0-9]{4}",                    ssn,          0.85, 0.96, "ssn|social security|soc sec", "license|licence")
PII_PATTERN(US_SSN,     "ssn bare",        EDGE "[0-9]{9}",                                            ssn,          0.10, 0.90, "ssn|social security|soc sec", "")
PII_PATTERN(IP_ADDRESS, "ipv4",            EDGE "[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]",        ipv4,         0.85, 0.93, IP_WORDS, IP_DOUBTS)
PII_PATTERN(IP_ADDRESS, "ipv4 large",      EDGE "[12][0-9]{2}\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]",          ipv4,         0.86, 0.93, IP_WORDS, "")
PII_PATTERN(IP_ADDRESS, "ipv6",            "(?:[0-9A-Fa-f]:[0-9A-Fa-f]{0,4}|:):",                      ipv6,         0.95, 0.95, "ipv6|src|dst|unspecified|loopback|bind|listen*", "")
PII_PATTERN(WALLET,     "base58",          EDGE "[13][1-9A-HJ-NP-Za-km-z]{25}",                        base58,       0.99, 0.99, "", "")
PII_PATTERN(WALLET,     "bech32",          "(?i)bc1[02-9ac-hj-np-z]{11}",                              bech32,       0.99, 0.99, "", "")

PII_PATTERN(MAC_ADDRESS, "mac",            "(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}|(?:[0-9A-Fa-f]{2}-){5}[0-9A-Fa-f]{2}", mac,          0.95, 0.98, "", "")
PII_PATTERN(BIC,        "bic",             EDGE "[A-Z]{6}[A-Z0-9]{2}",                                 bic,          0.10, 0.92, "bic|swift*", "")

/* Behind a name: these patterns end where the name does. */
PII_PATTERN(DRIVING_LICENCE, "licence",    "(?i)(?:driver'?s? licen[cs]e|driving licen[cs]e|führerschein(?:nummer|nr)?|permis de conduire|(?:licencia|carnet) de conducir|patente di guida|rijbewijs(?:nummer)?)", named, 0.85, 0.85, "", "")
PII_PATTERN(PASSPORT,   "passport",        "(?i)(?:passport|reisepass(?:nummer|nr)?|passeport|pasaporte|passaporto|paspoort(?:nummer)?|passaporte)", passport, 0.85, 0.85, "", "")
PII_PATTERN(MEDICAL_RECORD, "record",      "(?i)(?:\\bmrn\\b|medical record|patient(?:'s)? (?:id|number|no)\\b|chart (?:number|no)\\b|patientennummer)", named, 0.88, 0.88, "", "")
PII_PATTERN(INSURANCE,  "insurance",       "(?i)(?:insurance (?:id|policy|number|no|member|card)\\b|policy ?holder(?: id| number)|policy (?:number|no)\\b|member(?:ship)? (?:id|number|no)\\b|subscriber (?:id|number|no)|beneficiary (?:id|number|no)|health plan|group (?:number|no)\\b|medicaid(?: id| number)?|versicherten?(?:nummer|nr)|numéro d'assuré|número de póliza|polis(?:nummer|senummer))", named, 0.80, 0.80, "", "")
PII_PATTERN(BANK_ACCOUNT, "account",       "(?i)\\b(?:bank|checking|savings|current|deposit|loan|brokerage|giro)[ -]?(?:account|konto)\\b(?: number| no\\b| #)?", account, 0.80, 0.80, "", "")
PII_PATTERN(SERIAL,     "serial",          "(?i)(?:\\bserial (?:number|no|#)|\\bserial:|\\bs/n\\b|\\bdevice (?:id|identifier|serial)|\\budid\\b|\\basset tag|seriennummer|numéro de série|número de serie|numero di serie|serienummer|implant (?:id|number))", serial, 0.80, 0.80, "", "version|build")
PII_PATTERN(PLATE,      "plate",           "(?i)(?:(?:licen[cs]e|number|registration) plate|plate (?:number|no)|\\bplates? (?:is|was|reads?|are)|vehicle registration|kennzeichen|immatriculation|matrícula|matricula|placa|targa\\b|kenteken|nummernschild|rejestracyjn[a-z]{1,3})", plate, 0.85, 0.85, "", "")

/* Dates near birth, ages, places on the globe. */
PII_PATTERN(BIRTH_DATE, "date",            EDGE "[0-9]{1,4}[./-][0-9]{1,2}[./-][0-9]{2}",              date,         0.10, 0.92, BIRTH_WORDS, "")
PII_PATTERN(BIRTH_DATE, "date compact",    EDGE "[0-9]{8}",                                            date_compact, 0.10, 0.90, BIRTH_WORDS, "")
PII_PATTERN(BIRTH_DATE, "day month",       "(?i)" EDGE "[0-9]{1,2}(?:st|nd|rd|th|\\.)?(?: of| de)?[ -]?" MONTHS ",?(?: de)?[ -]?[0-9]{4}", date_in_words, 0.10, 0.92, BIRTH_WORDS, "")
PII_PATTERN(BIRTH_DATE, "month day",       "(?i)\\b" MONTHS " [0-9]{1,2}(?:st|nd|rd|th)?,? [0-9]{4}",  date_in_words, 0.10, 0.92, BIRTH_WORDS, "")
PII_PATTERN(BIRTH_DATE, "east asian",      "(?:19|20)[0-9]{2} ?(?:年|년) ?[0-9]{1,2} ?(?:月|월) ?[0-9]{1,2} ?(?:日|일)", whole,      0.10, 0.92, BIRTH_WORDS, "")
PII_PATTERN(BIRTH_DATE, "birthday",        "(?i)" EDGE "[0-9]{1,2}(?:st|nd|rd|th|\\.)?(?: of| de)?[ -]?" MONTHS, whole,      0.10, 0.85, "birthday|geburtstag|anniversaire|cumpleaños|compleanno|aniversário", "")
PII_PATTERN(BIRTH_DATE, "birthday",        "(?i)\\b" MONTHS " [0-9]{1,2}(?:st|nd|rd|th)?",              whole,        0.10, 0.85, "birthday", "")
PII_PATTERN(AGE,        "years old",       "(?i)" EDGE "[0-9]{1,3}(?:[ -](?:years?|yrs?)[ -](?:old|of age)|[ -]?y\\.?/?o\\b| ?jahre alt| años de edad| ans,? (?:né|homme|femme)| jaar oud| anni\\b)", age, 0.80, 0.80, "", AGE_DOUBTS "building|house|company|car|tree")
PII_PATTERN(AGE,        "aged",            "(?i)\\b(?:aged|age of|age is|age ?[:=]|age|alter:|alter ist|âge ?:|edad:|età:|(?:just|be|i'?ll) turn(?:ed)?|turned|turning|âgée? de|im alter von|edad de) ?[0-9]{1,3}", age, 0.70, 0.80, "birthday|born", AGE_DOUBTS "from")
PII_PATTERN(AGE,        "is so old",       "(?i)\\b(?:i'?m|i am|(?:he|she|my (?:son|daughter|wife|husband|mother|father|mom|mum|dad|brother|sister|partner)) (?:is|was|turns)|s?he'?s|ich bin|j'ai|tengo) [0-9]{1,3}", age_said, 0.65, 0.80, "birthday|born|year*|female|male", "")
PII_PATTERN(COORDINATES, "degrees",        EDGE "[0-9]{1,2}\\.[0-9]{3,15}, ?[+-]?[0-9]{1,3}\\.[0-9]{3}", coordinates,  0.75, 0.95, "lat*|lon*|coord*|gps|location|position|map*", "")
PII_PATTERN(COORDINATES, "minutes",        EDGE "[0-9]{1,3}° ?[0-9]{1,2}(?:'|′|’) ?(?:[0-9]{1,2}(?:\\.[0-9]{1,4})?(?:\"|″|”|'') ?)?[NSEW]", whole, 0.90, 0.95, "", "")

/* Telephone numbers: with the country's code; the national forms of North America, France, and of the countries
 * that begin with a 0 (Britain, Germany and many more); any other groups of digits beside words. */
PII_PATTERN(PHONE,      "phone +",         "\\+\\(?[1-9]",                                             phone_plus,   0.85, 0.95, PHONE_WORDS, "")
PII_PATTERN(PHONE,      "phone 00",        EDGE "00[1-9]",                                             phone_00,     0.40, 0.90, PHONE_WORDS, PHONE_DOUBTS)
PII_PATTERN(PHONE,      "phone nanp",      "(?:" EDGE "(?:1[-. ])?[2-9][0-9]{2}|\\([2-9][0-9]{2}\\))[-. ]?[0-9]{3}[-. ][0-9]{4}", phone_nanp, 0.75, 0.92, PHONE_WORDS, "")
PII_PATTERN(PHONE,      "phone pairs",     EDGE "0[1-9][ .-][0-9]{2}[ .-][0-9]{2}[ .-][0-9]{2}[ .-][0-9]{2}", phone_pairs, 0.75, 0.92, PHONE_WORDS, "")
PII_PATTERN(PHONE,      "phone trunk",     "(?:" EDGE "|\\()0[1-9]",                                   phone_trunk,  0.55, 0.90, PHONE_WORDS, PHONE_DOUBTS)
PII_PATTERN(PHONE,      "phone groups",    "(?:" EDGE "|\\()[0-9]{2,5}[-. )/]",                        phone_groups, 0.25, 0.75, PHONE_WORDS, PHONE_DOUBTS)
PII_PATTERN(PHONE,      "phone bare",      EDGE "[0-9]{7}",                                            phone_bare,   0.10, 0.62, PHONE_WORDS, PHONE_DOUBTS)

/* Keys, by the formats that their issuers publish. key_whole: the key ends where the regex does; key_run: it goes on
 * while its letters do; key_value: the regex begins with a name, and the key is what stands at its end. */
/* models */
PII_PATTERN(API_KEY,    "openai",                "sk-(?:proj|svcacct|admin|None)-[\\w-]{20}",               key_run,      0.99, 0.99, "", "")
PII_PATTERN(API_KEY,    "anthropic",             "sk-ant-[a-z0-9]{2,10}-[\\w-]{16}",                        key_run,      0.99, 0.99, "", "")
PII_PATTERN(API_KEY,    "openrouter",            "sk-or-v1-[0-9a-f]{32}",                                   key_run,      0.99, 0.99, "", "")
PII_PATTERN(API_KEY,    "sk-",                   "sk-\\w{16}",                                              key_run,      0.95, 0.95, "", "")
PII_PATTERN(API_KEY,    "elevenlabs",            "sk_[a-f0-9]{48}",                                         key_whole,    0.96, 0.96, "", "")
PII_PATTERN(API_KEY,    "groq",                  "gsk_[A-Za-z0-9]{40}",                                     key_run,      0.98, 0.98, "", "")
PII_PATTERN(API_KEY,    "xai",                   "xai-[A-Za-z0-9]{40}",                                     key_run,      0.98, 0.98, "", "")
PII_PATTERN(API_KEY,    "perplexity",            "pplx-[A-Za-z0-9]{40}",                                    key_run,      0.98, 0.98, "", "")
PII_PATTERN(API_KEY,    "replicate",             "r8_[A-Za-z0-9]{37}",                                      key_whole,    0.96, 0.96, "", "")
PII_PATTERN(API_KEY,    "hugging face",          "(?:hf_|api_org_)[A-Za-z0-9]{34}",                         key_whole,    0.97, 0.97, "", "")
PII_PATTERN(API_KEY,    "nvidia",                "nvapi-[\\w-]{40}",                                        key_run,      0.98, 0.98, "", "")
PII_PATTERN(API_KEY,    "weir",                  "weir-[0-9a-z]{12}-[0-9a-z]{40}",                          key_whole,    0.99, 0.99, "", "")
PII_PATTERN(API_KEY,    "cerebras",              "csk-[a-z0-9]{40}",                                        key_run,      0.97, 0.97, "", "")
PII_PATTERN(API_KEY,    "fireworks",             "fw_[A-Za-z0-9]{22,24}",                                   key_whole,    0.90, 0.90, "", "")
PII_PATTERN(API_KEY,    "together",              "tgp_v1_[\\w-]{30}",                                       key_run,      0.98, 0.98, "", "")
PII_PATTERN(API_KEY,    "jina",                  "jina_[A-Za-z0-9]{40}",                                    key_run,      0.97, 0.97, "", "")
PII_PATTERN(API_KEY,    "voyage",                "\\bpa-[\\w-]{43}",                                        key_whole,    0.90, 0.90, "", "")
PII_PATTERN(API_KEY,    "pinecone",              "pcsk_\\w{40}",                                            key_run,      0.98, 0.98, "", "")
PII_PATTERN(API_KEY,    "langsmith",             "lsv2_(?:pt|sk)_[a-f0-9]{32}",                             key_run,      0.98, 0.98, "", "")
PII_PATTERN(API_KEY,    "langfuse",              "sk-lf-[a-f0-9]{8}-",                                      key_run,      0.97, 0.97, "", "")
PII_PATTERN(API_KEY,    "tavily",                "tvly-[\\w-]{24}",                                         key_run,      0.96, 0.96, "", "")
PII_PATTERN(API_KEY,    "firecrawl",             "fc-[a-f0-9]{32}",                                         key_whole,    0.95, 0.95, "", "")
/* clouds and hosts */
PII_PATTERN(API_KEY,    "aws id",                "(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}",                     key_whole,    0.97, 0.97, "", "")
PII_PATTERN(API_KEY,    "aws bedrock",           "ABSK[A-Za-z0-9+/]{100}",                                  key_value,    0.98, 0.98, "", "")
PII_PATTERN(API_KEY,    "google",                "AIza[\\w-]{35}",                                          key_whole,    0.97, 0.97, "", "")
PII_PATTERN(API_KEY,    "google oauth",          "(?:GOCSPX-[\\w-]{28}|ya29\\.[\\w-]{30}|1//0[\\w-]{40})",  key_run,      0.97, 0.97, "", "")
PII_PATTERN(API_KEY,    "google account",        "\"type\\\\?\"\\s{0,4}:\\s{0,4}\\\\?\"service_account", key_marker,   0.90, 0.90, "", "")
PII_PATTERN(API_KEY,    "azure ad",              "[\\w~.-]{3}[0-9]Q~[\\w~.-]{31}",                          key_azure,    0.95, 0.95, "", "")
PII_PATTERN(API_KEY,    "azure storage",         "(?:AccountKey|SharedAccessKey)=[A-Za-z0-9+/]{43}",        key_value,    0.98, 0.98, "", "")
PII_PATTERN(API_KEY,    "azure sas",             "[?&;]sig=[A-Za-z0-9%+/]{40}",                             key_value,    0.96, 0.96, "", "")
PII_PATTERN(API_KEY,    "azure",                 "[A-Za-z0-9]{52}JQQJ9[9D][A-Za-z][A-L][A-Za-z0-9]{16}",    key_run,      0.97, 0.97, "", "")
PII_PATTERN(API_KEY,    "digitalocean",          "do[opr]_v1_[a-f0-9]{64}",                                 key_whole,    0.99, 0.99, "", "")
PII_PATTERN(API_KEY,    "alibaba",               "LTAI[A-Za-z0-9]{20}",                                     key_whole,    0.95, 0.95, "", "")
PII_PATTERN(API_KEY,    "tencent",               "AKID[A-Za-z0-9]{32}",                                     key_whole,    0.95, 0.95, "", "")
PII_PATTERN(API_KEY,    "heroku",                "HRKU-[\\w-]{36}",                                         key_run,      0.98, 0.98, "", "")
PII_PATTERN(API_KEY,    "fly",                   "(?:fo1_[\\w-]{43}|fm[12]r?_[A-Za-z0-9+/]{60})",           key_run,      0.96, 0.96, "", "")
PII_PATTERN(API_KEY,    "vercel",                "vc[paikr]_[A-Za-z0-9]{24}",                               key_run,      0.95, 0.95, "", "")
PII_PATTERN(API_KEY,    "netlify",               "nf[pcoub]_[A-Za-z0-9]{36}",                               key_run,      0.96, 0.96, "", "")
PII_PATTERN(API_KEY,    "render",                "rnd_[A-Za-z0-9]{28}",                                     key_run,      0.95, 0.95, "", "")
PII_PATTERN(API_KEY,    "supabase",              "(?:sbp_[a-f0-9]{40}|sb_secret_[\\w-]{20})",               key_run,      0.98, 0.98, "", "")
PII_PATTERN(API_KEY,    "planetscale",           "pscale_(?:tkn|oauth|pw)_[\\w.-]{32}",                     key_run,      0.98, 0.98, "", "")
PII_PATTERN(API_KEY,    "neon",                  "napi_[a-z0-9]{40}",                                       key_run,      0.96, 0.96, "", "")
PII_PATTERN(API_KEY,    "mongodb",               "mdb_sa_sk_[\\w-]{30}",                                    key_run,      0.97, 0.97, "", "")
PII_PATTERN(API_KEY,    "databricks",            "d(?:api|ose)[a-f0-9]{32}",                                key_whole,    0.95, 0.95, "", "")
PII_PATTERN(API_KEY,    "cloudflare",            "v1\\.0-[a-f0-9]{24}-[a-f0-9]{100}",                       key_run,      0.98, 0.98, "", "")
PII_PATTERN(API_KEY,    "terraform",             "[A-Za-z0-9]{14}\\.atlasv1\\.[\\w-]{40}",                  key_run,      0.98, 0.98, "", "")
PII_PATTERN(API_KEY,    "pulumi",                "pul-[a-f0-9]{40}",                                        key_whole,    0.97, 0.97, "", "")
PII_PATTERN(API_KEY,    "vault",                 "hv[sbr]\\.[\\w-]{24}",                                    key_run,      0.96, 0.96, "", "")
PII_PATTERN(API_KEY,    "doppler",               "dp\\.(?:pt|st|ct|sa|scim|audit)\\.[A-Za-z0-9._-]{40}",    key_run,      0.97, 0.97, "", "")
PII_PATTERN(API_KEY,    "1password",             "ops_eyJ[A-Za-z0-9+/]{60}",                                key_run,      0.98, 0.98, "", "")
PII_PATTERN(API_KEY,    "kubernetes",            "client-key-data\"?:\\s{0,2}\"?LS0t[A-Za-z0-9+/]{60}", key_value,    0.98, 0.98, "", "")
PII_PATTERN(API_KEY,    "openshift",             "sha256~[\\w-]{43}",                                       key_run,      0.95, 0.95, "", "")
/* code: hosts, packages, building */
PII_PATTERN(API_KEY,    "github",                "gh[pousr]_[A-Za-z0-9]{36}",                               key_run,      0.99, 0.99, "", "")
PII_PATTERN(API_KEY,    "github fine",           "github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{40}",              key_run,      0.99, 0.99, "", "")
PII_PATTERN(API_KEY,    "gitlab",                "gl(?:pat|ptt|rt|rtr|dt|cbt|soat|imt|agent|oas|ft|ffct)-[\\w.-]{20}", key_run,      0.98, 0.98, "", "")
PII_PATTERN(API_KEY,    "gitlab runner",         "GR1348941[\\w-]{20}",                                     key_run,      0.97, 0.97, "", "")
PII_PATTERN(API_KEY,    "bitbucket",             "AT(?:BB[A-Za-z0-9]{28}|CTT3xFfG[\\w=-]{60})",             key_run,      0.97, 0.97, "", "")
PII_PATTERN(API_KEY,    "atlassian",             "ATATT3xFfGF0[\\w=-]{60}",                                 key_run,      0.98, 0.98, "", "")
PII_PATTERN(API_KEY,    "sourcegraph",           "sgp_(?:[a-f0-9]{16}_|local_)?[a-f0-9]{40}",               key_whole,    0.97, 0.97, "", "")
PII_PATTERN(API_KEY,    "npm",                   "npm_[A-Za-z0-9]{36}",                                     key_whole,    0.98, 0.98, "", "")
PII_PATTERN(API_KEY,    "pypi",                  "pypi-AgE(?:IcHlwaS5vcmc|NdGVzdC5weXBpLm9yZw)[\\w-]{50}",  key_run,      0.99, 0.99, "", "")
PII_PATTERN(API_KEY,    "rubygems",              "rubygems_[a-f0-9]{48}",                                   key_whole,    0.99, 0.99, "", "")
PII_PATTERN(API_KEY,    "crates",                "\\bcio[A-Za-z0-9]{32}",                                   key_whole,    0.85, 0.85, "", "")
PII_PATTERN(API_KEY,    "nuget",                 "\\boy2[a-z0-9]{43}",                                      key_whole,    0.95, 0.95, "", "")
PII_PATTERN(API_KEY,    "docker",                "dckr_(?:pat|oat)_[\\w-]{27}",                             key_run,      0.98, 0.98, "", "")
PII_PATTERN(API_KEY,    "jfrog",                 "\\b(?:AKCp[A-Za-z0-9]{69}|cmVmdGtu[A-Za-z0-9]{56})",      key_whole,    0.96, 0.96, "", "")
PII_PATTERN(API_KEY,    "clojars",               "CLOJARS_[a-z0-9]{60}",                                    key_whole,    0.98, 0.98, "", "")
PII_PATTERN(API_KEY,    "packagist",             "packagist_[ou][ru]t_[a-f0-9]{68}",                        key_whole,    0.98, 0.98, "", "")
PII_PATTERN(API_KEY,    "circleci",              "CCIPAT_[A-Za-z0-9]{22}_[a-f0-9]{40}",                     key_whole,    0.98, 0.98, "", "")
PII_PATTERN(API_KEY,    "buildkite",             "bkua_[a-z0-9]{40}",                                       key_whole,    0.97, 0.97, "", "")
PII_PATTERN(API_KEY,    "octopus",               "\\bAPI-[A-Z0-9]{26}",                                     key_whole,    0.93, 0.93, "", "")
PII_PATTERN(API_KEY,    "sonarqube",             "sq[apu]_[a-f0-9]{40}",                                    key_whole,    0.97, 0.97, "", "")
PII_PATTERN(API_KEY,    "postman",               "PMAK-[a-f0-9]{24}-[a-f0-9]{34}",                          key_whole,    0.98, 0.98, "", "")
PII_PATTERN(API_KEY,    "figma",                 "fig[dour]_[\\w-]{40}",                                    key_run,      0.97, 0.97, "", "")
/* messages and work */
PII_PATTERN(API_KEY,    "slack",                 "xox[abeoprs]-[A-Za-z0-9-]{10}",                           key_run,      0.97, 0.97, "", "")
PII_PATTERN(API_KEY,    "slack app",             "xapp-[0-9]-[A-Z0-9]{8}",                                  key_run,      0.97, 0.97, "", "")
PII_PATTERN(API_KEY,    "slack hook",            "hooks\\.slack\\.com/(?:services|workflows|triggers)/[\\w+/-]{30}", key_hook,     0.97, 0.97, "", "")
PII_PATTERN(API_KEY,    "discord",               "\\b[MNO][\\w-]{23,25}\\.[\\w-]{6}\\.[\\w-]{27}",          key_run,      0.93, 0.93, "", "")
PII_PATTERN(API_KEY,    "discord hook",          "discord(?:app)?\\.com/api/webhooks/[0-9]{17,20}/[\\w-]{60}", key_hook,     0.97, 0.97, "", "")
PII_PATTERN(API_KEY,    "teams hook",            "webhook\\.office\\.com/webhookb2/[\\w@-]{60}",            key_hook,     0.97, 0.97, "", "")
PII_PATTERN(API_KEY,    "telegram",              EDGE "[0-9]{8,10}:AA[\\w-]{33}",             key_whole,    0.95, 0.95, "", "")
PII_PATTERN(API_KEY,    "twilio",                "\\bSK[0-9a-f]{32}",                                       key_whole,    0.93, 0.93, "", "")
PII_PATTERN(API_KEY,    "sendgrid",              "SG\\.[\\w-]{22}\\.[\\w-]{43}",                            key_whole,    0.99, 0.99, "", "")
PII_PATTERN(API_KEY,    "mailgun",               "\\bkey-[0-9a-f]{32}",                                     key_whole,    0.93, 0.93, "", "")
PII_PATTERN(API_KEY,    "mailchimp",             "\\b[0-9a-f]{32}-us[0-9]{1,2}",                            key_whole,    0.95, 0.95, "", "")
PII_PATTERN(API_KEY,    "brevo",                 "xkeysib-[a-f0-9]{64}",                                    key_run,      0.98, 0.98, "", "")
PII_PATTERN(API_KEY,    "resend",                "\\bre_[A-Za-z0-9]{8}_[A-Za-z0-9]{24}",                    key_whole,    0.95, 0.95, "", "")
PII_PATTERN(API_KEY,    "notion",                "(?:ntn_[0-9]{11}[A-Za-z0-9]{35}|\\bsecret_[A-Za-z0-9]{43})", key_whole,    0.97, 0.97, "", "")
PII_PATTERN(API_KEY,    "linear",                "lin_(?:api|oauth)_[A-Za-z0-9]{40}",                       key_run,      0.98, 0.98, "", "")
PII_PATTERN(API_KEY,    "airtable",              "\\bpat[A-Za-z0-9]{14}\\.[a-f0-9]{64}",                    key_whole,    0.98, 0.98, "", "")
PII_PATTERN(API_KEY,    "asana",                 "\\b[12]/[0-9]{16}(?:/[0-9]{16})?:[0-9a-f]{32}",           key_whole,    0.96, 0.96, "", "")
PII_PATTERN(API_KEY,    "hubspot",               "\\bpat-(?:na|eu)[0-9]-[0-9a-f]{8}-[0-9a-f]{4}",           key_run,      0.96, 0.96, "", "")
PII_PATTERN(API_KEY,    "clickup",               "\\bpk_[0-9]{6,10}_[A-Z0-9]{32}",                          key_whole,    0.96, 0.96, "", "")
PII_PATTERN(API_KEY,    "typeform",              "tfp_[\\w.=-]{40}",                                        key_run,      0.97, 0.97, "", "")
PII_PATTERN(API_KEY,    "contentful",            "CFPAT-[\\w-]{43}",                                        key_run,      0.97, 0.97, "", "")
PII_PATTERN(API_KEY,    "dropbox",               "\\bsl\\.(?:u\\.)?[\\w-]{60}",                             key_run,      0.93, 0.93, "", "")
PII_PATTERN(API_KEY,    "intra 42",              "s-s4t2(?:ud|af)-[a-f0-9]{64}",                            key_whole,    0.98, 0.98, "", "")
/* money */
PII_PATTERN(API_KEY,    "stripe",                "[sr]k_(?:live|test|prod)_[A-Za-z0-9]{16}",                key_run,      0.98, 0.98, "", "")
PII_PATTERN(API_KEY,    "stripe hook",           "whsec_[A-Za-z0-9]{24}",                                   key_run,      0.97, 0.97, "", "")
PII_PATTERN(API_KEY,    "square",                "sq0(?:atp|csp|csb)-[\\w-]{22}",                           key_run,      0.97, 0.97, "", "")
PII_PATTERN(API_KEY,    "braintree",             "access_token\\$(?:production|sandbox)\\$[a-z0-9]{16}\\$[a-f0-9]{32}", key_whole,    0.98, 0.98, "", "")
PII_PATTERN(API_KEY,    "razorpay",              "rzp_(?:live|test)_[A-Za-z0-9]{14}",                       key_whole,    0.95, 0.95, "", "")
PII_PATTERN(API_KEY,    "plaid",                 "access-(?:sandbox|development|production)-[0-9a-f]{8}-[0-9a-f]{4}", key_run,      0.97, 0.97, "", "")
PII_PATTERN(API_KEY,    "shopify",               "shp(?:at|ca|pa|ss|ua)_[a-fA-F0-9]{32}",                   key_whole,    0.98, 0.98, "", "")
PII_PATTERN(API_KEY,    "flutterwave",           "FLWSECK(?:_TEST)?-[a-f0-9]{12}",                          key_run,      0.97, 0.97, "", "")
PII_PATTERN(API_KEY,    "mollie",                "\\b(?:live|test)_[A-Za-z0-9]{30}",                        key_whole,    0.92, 0.92, "", "")
/* watching */
PII_PATTERN(API_KEY,    "new relic",             "NR(?:AK|II|JS|AL)-[\\w-]{27}",                            key_run,      0.96, 0.96, "", "")
PII_PATTERN(API_KEY,    "sentry",                "sntry(?:s_[A-Za-z0-9+/=_-]{60}|u_[a-f0-9]{64})",          key_run,      0.98, 0.98, "", "")
PII_PATTERN(API_KEY,    "grafana",               "(?:glsa_[A-Za-z0-9]{32}_[a-f0-9]{8}|glc_[A-Za-z0-9+/]{32})", key_run,      0.98, 0.98, "", "")
PII_PATTERN(API_KEY,    "dynatrace",             "dt0[a-z][0-9]{2}\\.[A-Z0-9]{24}\\.[A-Z0-9]{64}",          key_whole,    0.99, 0.99, "", "")
PII_PATTERN(API_KEY,    "honeycomb",             "hc[a-z]ik_[a-z0-9]{58}",                                  key_whole,    0.97, 0.97, "", "")
PII_PATTERN(API_KEY,    "posthog",               "ph[cx]_[A-Za-z0-9]{43}",                                  key_whole,    0.96, 0.96, "", "")
PII_PATTERN(API_KEY,    "launchdarkly",          "\\b(?:sdk|api|mob)-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-", key_run,      0.93, 0.93, "", "")
/* keys of no one issuer */
PII_PATTERN(API_KEY,    "jwt",                   "eyJ[\\w-]{8,}\\.eyJ[\\w-]{8}",                            key_jwt,      0.95, 0.95, "", "")
PII_PATTERN(API_KEY,    "private key",           "-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----",   key_pem,      0.99, 0.99, "", "")
PII_PATTERN(API_KEY,    "putty key",             "Private-Lines: [0-9]{1,3}",                               key_putty,     0.99, 0.99, "", "")
PII_PATTERN(API_KEY,    "age key",               "AGE-SECRET-KEY-(?:PQ-)?1[02-9AC-HJ-NP-Z]{58}",            key_run,      0.99, 0.99, "", "")
PII_PATTERN(API_KEY,    "wireguard",             "PrivateKey\\s{0,4}=\\s{0,4}[A-Za-z0-9+/]{43}=",           key_value,    0.98, 0.98, "", "")
PII_PATTERN(API_KEY,    "aws secret",            "(?i)secret_?(?:access_?)?key[\"']?\\s{0,4}(?:[:=]|=>|:=)\\s{0,4}[\"']?[A-Za-z0-9/+]{40}", key_value,    0.95, 0.95, "", "")
PII_PATTERN(API_KEY,    "jwk",                   "\"(?:d|k)\\\\?\"\\s{0,2}:\\s{0,2}\\\\?\"[\\w-]{43}", key_value,    0.90, 0.90, "", "")

/* Secrets without a format, by the name before them. These patterns end where the name's sign does. */
PII_PATTERN(API_KEY,    "token",           "(?i)(?:secret|token|passkey|bearer|credentials?|sas|dsn|(?:api|access|account|app|application|auth|client|encryption|license|master|private|secret|security|service|session|shared|signing|ssh|storage|subscription|webhook)[ _-]?(?:key|secret|token|code))(?:[_-](?:base|id|value|string))?[\"'\\]]{0,2}\\s{0,3}(?:[:=]|=>|:=|\\b(?:is|ist|est|es|lautet)\\b:?)", token, 0.80, 0.80, "", "")
PII_PATTERN(API_KEY,    "header",          "(?i)(?:authorization|api-token|api-key|auth-token|private-token)[\"']?\\s{0,2}[:=]", header, 0.90, 0.90, "", "")
PII_PATTERN(PASSWORD,   "password",        "(?i)(?:password|passwd|passphrase|passcode|\\bpass|\\bpw|pwd|passwort|kennwort|mot de passe|contraseña|senha|密码|密碼|パスワード)[\"'\\]]{0,2}\\s{0,3}(?:[:=]|:|=>|:=|\\b(?:is|ist|est|es)\\b:?)", password, 0.85, 0.85, "", "")
PII_PATTERN(URL_LOGIN,  "url",             "://[^\\s/@:?#\"'<>]{0,64}:",                                  url_login,    0.97, 0.97, "", "")
PII_PATTERN(URL_LOGIN,  "oracle",          "(?i)jdbc:oracle:[a-z]{2,5}:",                               oracle_login, 0.95, 0.95, "", "")
PII_PATTERN(PASSWORD,   "curl -u",         "(?:-u|--user|--proxy-user)[ =]",                           login,        0.30, 0.96, "curl|wget|http|https", "")

PII_PATTERN(PASSWORD,   "password word",   "(?i)(?:\\blogin \\S{1,64} password|\\bsshpass -p|\\bidentified by|\\bwith password|\\brequirepass|\\bmasterauth) ", password_word, 0.90, 0.90, "", "")
PII_PATTERN(PASSWORD,   "hash",            "\\$(?:2[abxy]\\$[0-9]{2}\\$[./A-Za-z0-9]{53}|[156]\\$[./A-Za-z0-9]{2,16}\\$[./A-Za-z0-9]{22}|argon2(?:id|i|d)\\$v=[0-9]{1,3}\\$[a-z0-9=,]{4,40}\\$[A-Za-z0-9+/]{8})", hash, 0.95, 0.95, "", "")

/* What someone is called on machines. */
#define SITES "twitter|tweet*|insta*|telegram|tiktok|github|follow*|handle*|dm|mastodon|snapchat|discord|slack|threads|cc|thanks|thx|via|by"
PII_PATTERN(USER_NAME,  "user",            "(?i)(?:\\b(?:user[ _-]?(?:name|id)|login(?:[ _-]?(?:name|id))?|screen[ _-]?name|nick(?:name)?|account[ _-]?name|benutzer(?:name|kennung)|nutzername|anmeldename|nom d'utilisateur|identifiant|nombre de usuario|usuario|nome utente|gebruikersnaam|brukernavn|użytkownik|(?:my|his|her) (?:snap(?:chat)?|insta(?:gram)?|twitter|telegram|discord|github|skype|steam|psn|gamertag|tiktok|reddit))[\"']?\\s{0,2}(?:[:=]|\\b(?:is|ist|est|es|è|war|was)\\b)|\\buser=|\\bfor (?:invalid )?user |\\baccepted (?:password|publickey) for |\\blogged in as |\\bsession opened for user )", user, 0.85, 0.85, "", "")
PII_PATTERN(USER_NAME,  "home",            "(?i)(?:/(?:home|Users|var/home|export/home)/|\\b[a-z]:(?:\\\\{1,4}|/)(?:Users|Documents and Settings)(?:\\\\{1,4}|/)|/c/Users/)[a-z]", user_path, 0.90, 0.90, "", "")
PII_PATTERN(USER_NAME,  "tilde",           "[\\s\"'/=(]~[a-z][a-z0-9._-]{1,30}/",                         tilde,        0.75, 0.75, "", "")
PII_PATTERN(USER_NAME,  "handle",          "@[A-Za-z]",                                                handle,       0.60, 0.85, SITES, "")
PII_PATTERN(USER_NAME,  "prompt",          "[A-Za-z0-9_-]@[A-Za-z0-9]",                                prompt,       0.85, 0.85, "ssh|scp|sftp|rsync|mosh", "")
PII_PATTERN(USER_NAME,  "machine",         "(?i)\\b[a-z]{2,20}-(?:macbook(?:-(?:pro|air))?|mbp|imac|mac-mini|iphone|ipad|laptop|pc|desktop|thinkpad|workstation)(?:-[0-9]{1,3})?(?:\\.(?:local|lan|home|internal))?", machine, 0.70, 0.85, "host*|hostname|machine|device", "")
PII_PATTERN(USER_NAME,  "profile",         "(?i)(?:linkedin\\.com/in/|(?:twitter|instagram|facebook|threads|snapchat)\\.(?:com|net)/(?:@|add/)?|//x\\.com/|//t\\.me/|reddit\\.com/u(?:ser)?/|tiktok\\.com/@|medium\\.com/@|keybase\\.io/)[a-z]", profile, 0.85, 0.85, "", "")
#undef SITES

#undef EDGE
#undef CARD_WORDS
#undef MONTHS
#undef BIRTH_WORDS
#undef AGE_DOUBTS
#undef PHONE_WORDS
#undef PHONE_DOUBTS
#undef IP_WORDS
#undef IP_DOUBTS
