/*
 * needed_cues.h - words that tell whether a question is about a hidden value itself, one line a thought.
 *
 * NEEDED_CUE(weight, phrases): phrases are parted by "|" and matched in a sentence's small letters, its other signs
 * being blanks. "#" is a hidden value; "*" at a phrase's end lets its last word go on. Of the cues of one sign the
 * strongest in a message counts. src/policy/needed.c says what is made of their sum.
 */

/* --- what is asked about is the value --- */
NEEDED_CUE(3.5, "valid|invalid|validate|validat*|verify|luhn|checksum*|check sum|check digit*|check digits|mod 97|mod 10|checks out|"
                "mistype*|typo|misspel*|plausible|well formed|syntactically|is it correct|is this correct|a real|a possible|look like a")
NEEDED_CUE(3.0, "who is #|who's #|who was #|who are #|who owns|who called|whose|what is #|what's #|what city is|what area|where is #|where's #|where was #|"
                "where are #|where does #|what does # |what did #|belong to|belongs to|come from|comes from|is # from|are # from|was # issued|issued by|"
                "issued #|issuer|point to|known for|what is known|tell me about #|what do you know about")
NEEDED_CUE(3.0, "which country|what country|which bank|what bank|which carrier|which network|which brand|what brand|which city|what city|"
                "which state|what state|which region|which district|which town|what town|which isp|which vendor|which manufacturer|which provider's|"
                "what service|the vendor|what company|what make|what phone model|what model|who made")
NEEDED_CUE(3.5, "what day|day of the week|weekday|star sign|zodiac|how old|days between|days are between|days until|years until|next birthday|"
                "of age|who is older|who is younger|leap year|state pension|retire")
NEEDED_CUE(4.5, "transliterat*|romani*|latin letters|cyrillic|pronounce*|pronunciation|how do you spell|spell #|spell the|backwards|reverse #|anagram*|initials|"
                "lower case|lowercase|upper case|uppercase|title case|characters has|how many characters|how many digits|how many letters|"
                "syllable*|last four digits|which is longer|is longer|is shorter")
NEEDED_CUE(4.5, "format #|format this|format these|reformat*|e 164|as international|normali*|translate the address|translate this address|"
                "convert #|convert this|turn #|print #|split #|parse #|expand #|decode|encode|encoded in|base64|hash #|sha256|md5|to binary|"
                "to hex*|in binary|degrees minutes|mask #|roman numerals|groups of")
NEEDED_CUE(4.0, "sum of|sum these|sum the|sum #|add up|product of|multiply #|divisible|prime number|even or odd|odd or even|calculate the|compute the|"
                "sort by|sort these|sort #|alphabetical*|the same as|the same mailbox|in the same|identical|duplicates|compare #")
NEEDED_CUE(3.0, "geolocate|whois|subnet|broadcast address|private address|public address|private or public|reverse dns|located|location of|mainnet|testnet|"
                "how much bitcoin|balance of|spam number|scam number|a mobile|a landline|formatted like|how strong|a good password|been in a breach")
NEEDED_CUE(3.0, "near #|nearest|closest|how far|distance|directions to|get from #|time zone|weather|population of|median income|zip code of|postcode of|"
                "restaurants|hotels in|things to do|see in #|train from|drive from|flight from|recommend * in #")
NEEDED_CUE(3.0, "was # born|is # married|# married|has # directed|did # write|did # prove|did # invent|# founded|ceo of|founder of|revenue|net worth|"
                "biography of|meaning of #|the name # mean|man's or a woman's|gender of|origin of|person's first|guess the|first registered|"
                "time in office")
NEEDED_CUE(3.5, "gültig*|prüfziffer*|prüfsumme|welches land|welche bank|wer ist|wo liegt|wo ist|wie alt|welcher wochentag|quel pays|quelle banque|qui est|"
                "où se trouve|est il valide|es válido|qué país|quién es")

/* --- the value is a part of the work, and another would do --- */
NEEDED_CUE(-3.5, "write a|write an|write to|write me|write the|write in|draft|compose|reply to|answer #|help me answer|respond to|summari*|rephrase|"
                 "proofread|correct the|make this|make a|make it|turn these|turn this|extract|create|fill in|put my|plan a|give me a|add my|set up|"
                 "review this|polite|friendl*|letter|invoice|e mail to|email to|sms|postcard|invitation")
NEEDED_CUE(-2.0, "explain|why|how do i|how can i|how should i|what should i|what can i|what should we|what happens|what to do|what does pci|what is wrong|"
                 "what could be wrong|what does this error|is it safe|is it rude|is it legal|is that legal|is it ok|is that enough|is that dangerous|"
                 "my rights|how long does|can i|may i|could i|which documents|what are the steps|next steps|do first|do to us|should i do|"
                 "says|logs|log line*|script|config*|firewall|iptables|refused|denied|time out|timeout|bounced|declined|rejected|stolen|leaked|lost|disput*|refund")
NEEDED_CUE(-3.5, "schreib*|verfass*|formulier*|fasse|fass|antwort*|entwirf|rédige*|écris|résume*|escribe|redacta|resume")
