/*
 * alike_differences.h - in what two questions differ, so that they do not want the same answer; in the order in
 * which it is looked for.
 *
 *               name        word as it is told    what it is
 */
ALIKE_DIFFERENCE(LANGUAGE, "language", "one of them is not in English, where nothing can be said")
ALIKE_DIFFERENCE(LENGTH, "length", "one of them is empty, or too long to be compared")
ALIKE_DIFFERENCE(CODE, "code", "code")
ALIKE_DIFFERENCE(QUOTED, "quoted", "what stands in quotation marks")
ALIKE_DIFFERENCE(IDENTIFIER, "identifier", "an identifier, address, file, version or placeholder")
ALIKE_DIFFERENCE(NUMBER, "number", "a number, in digits or spelled")
ALIKE_DIFFERENCE(UNIT, "unit", "a unit or currency")
ALIKE_DIFFERENCE(DATE, "date", "a month, day, season or time of day")
ALIKE_DIFFERENCE(NEGATION, "negation", "what says no, or leaves out")
ALIKE_DIFFERENCE(ASKED, "asked", "what is asked for: why, when, how long ...")
ALIKE_DIFFERENCE(TIME, "time", "the tense, or before and after")
ALIKE_DIFFERENCE(MOOD, "mood", "may, must and should")
ALIKE_DIFFERENCE(RIVAL, "rival", "words that exclude each other: buy and sell, best and worst, Oslo and Rome")
ALIKE_DIFFERENCE(NAME, "name", "a name")
ALIKE_DIFFERENCE(ORDER, "order", "who does what to whom")
ALIKE_DIFFERENCE(MEANING, "meaning", "all of the above agrees, but the learned check is not sure enough")
