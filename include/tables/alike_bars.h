/*
 * alike_bars.h - the chance from which on at most such a share of traps is served, by an upper bound at 95 %; made by
 * src/slm/train/alike.py. Behind it: the share of paraphrases that is served, on the same pairs.
 */
ALIKE_BAR(0.0005, 0.99289F) /* 0.003 */
ALIKE_BAR(0.001, 0.984004F) /* 0.108 */
ALIKE_BAR(0.002, 0.969838F) /* 0.216 */
ALIKE_BAR(0.005, 0.922797F) /* 0.378 */
ALIKE_BAR(0.01, 0.819204F) /* 0.564 */
ALIKE_BAR(0.02, 0.682332F) /* 0.701 */
ALIKE_BAR(0.03, 0.559279F) /* 0.779 */
ALIKE_BAR(0.05, 0.384047F) /* 0.850 */
ALIKE_BAR(0.1, 0.151157F) /* 0.907 */
ALIKE_BAR(0.2, 0.0299878F) /* 0.917 */
