/*
 * digit_words.h - digits as they are spelled out, in small letters. Several in a row are a number.
 *
 *         what it is worth, words
 */
DIGIT_WORDS(0, "zero", "oh", "o", "nought", "null", "zéro", "cero", "nul")
DIGIT_WORDS(1, "one", "eins", "un", "uno", "um", "een")
DIGIT_WORDS(2, "two", "zwei", "zwo", "deux", "dos", "due", "dois", "twee")
DIGIT_WORDS(3, "three", "drei", "trois", "tres", "tre", "três", "drie")
DIGIT_WORDS(4, "four", "vier", "quatre", "cuatro", "quattro", "quatro")
DIGIT_WORDS(5, "five", "fünf", "cinq", "cinco", "cinque", "vijf")
DIGIT_WORDS(6, "six", "sechs", "seis", "sei", "zes")
DIGIT_WORDS(7, "seven", "sieben", "sept", "siete", "sette", "sete", "zeven")
DIGIT_WORDS(8, "eight", "acht", "huit", "ocho", "otto", "oito")
DIGIT_WORDS(9, "nine", "niner", "neun", "neuf", "nueve", "nove", "negen")
