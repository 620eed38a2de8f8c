/*
 * assents.h - words with which a person lets a conversation go on without asking anything new, one a line: lower case,
 * without marks. A message made of nothing else inherits what was decided for the question before it.
 */
ASSENT("yes") ASSENT("yes please") ASSENT("yeah") ASSENT("yep") ASSENT("yup") ASSENT("y") ASSENT("sure") ASSENT("of course")
ASSENT("ok") ASSENT("okay") ASSENT("k") ASSENT("alright") ASSENT("all right") ASSENT("right") ASSENT("correct") ASSENT("exactly")
ASSENT("go on") ASSENT("go ahead") ASSENT("go for it") ASSENT("continue") ASSENT("keep going") ASSENT("carry on") ASSENT("proceed")
ASSENT("do it") ASSENT("do so") ASSENT("do that") ASSENT("make it so") ASSENT("please") ASSENT("please do") ASSENT("then")
ASSENT("more") ASSENT("more please") ASSENT("next") ASSENT("and") ASSENT("and then") ASSENT("now") ASSENT("again") ASSENT("try again")
ASSENT("retry") ASSENT("sounds good") ASSENT("looks good") ASSENT("lgtm") ASSENT("good") ASSENT("great") ASSENT("perfect") ASSENT("nice")
ASSENT("cool") ASSENT("fine") ASSENT("thanks") ASSENT("thank you") ASSENT("thx") ASSENT("no") ASSENT("nope") ASSENT("no thanks")
ASSENT("ja") ASSENT("ja bitte") ASSENT("genau") ASSENT("klar") ASSENT("gut") ASSENT("weiter") ASSENT("mach weiter") ASSENT("mach das")
ASSENT("bitte") ASSENT("danke") ASSENT("nein") ASSENT("oui") ASSENT("d'accord") ASSENT("vas-y") ASSENT("continuez") ASSENT("merci")
ASSENT("non") ASSENT("s\xC3\xAD") ASSENT("si") ASSENT("claro") ASSENT("vale") ASSENT("sigue") ASSENT("contin\xC3\xBA\x61") ASSENT("gracias")
ASSENT("sim") ASSENT("continue por favor") ASSENT("obrigado") ASSENT("obrigada") ASSENT("va bene") ASSENT("continua") ASSENT("grazie")
ASSENT("\xD0\xB4\xD0\xB0") ASSENT("\xD0\xBF\xD1\x80\xD0\xBE\xD0\xB4\xD0\xBE\xD0\xBB\xD0\xB6\xD0\xB0\xD0\xB9") /* da, prodolzhay */
ASSENT("\xE5\xA5\xBD") ASSENT("\xE5\xA5\xBD\xE7\x9A\x84") ASSENT("\xE7\xBB\xA7\xE7\xBB\xAD") ASSENT("\xE6\x98\xAF\xE7\x9A\x84") /* hao, haode, jixu, shide */
ASSENT("\xE3\x81\xAF\xE3\x81\x84") ASSENT("\xE7\xB6\x9A\xE3\x81\x91\xE3\x81\xA6") /* hai, tsuzukete */
ASSENT("\xEB\x84\xA4") ASSENT("\xEA\xB3\x84\xEC\x86\x8D") /* ne, gyesok */
