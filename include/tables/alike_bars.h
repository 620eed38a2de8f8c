/*
 * alike_bars.h - the chance from which on at most such a share of the questions that want another answer is served, by
 * an upper bound at 95 %, of each kind of questions by itself; made by src/slm/train/alike.py. Behind it: the share of
 * those that want the same which is served, on the same pairs.
 */
ALIKE_BAR(0.0005, 0.989261F) /* 0.004 */
ALIKE_BAR(0.001, 0.970691F) /* 0.087 */
ALIKE_BAR(0.002, 0.961375F) /* 0.123 */
ALIKE_BAR(0.005, 0.923701F) /* 0.222 */
ALIKE_BAR(0.01, 0.839753F) /* 0.341 */
ALIKE_BAR(0.02, 0.728632F) /* 0.440 */
ALIKE_BAR(0.03, 0.637716F) /* 0.504 */
ALIKE_BAR(0.05, 0.51195F) /* 0.577 */
ALIKE_BAR(0.1, 0.31717F) /* 0.676 */
ALIKE_BAR(0.2, 0.132307F) /* 0.753 */
