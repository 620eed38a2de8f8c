/*
 * alike_bars.h - the chance from which on at most such a share of the questions that want another answer is served, by
 * an upper bound at 95 %, of each kind of questions by itself; made by src/slm/train/alike.py. Behind it: the share of
 * those that want the same which is served, on the same pairs.
 */
ALIKE_BAR(0.0005, 0.985182F) /* 0.044 */
ALIKE_BAR(0.001, 0.976661F) /* 0.081 */
ALIKE_BAR(0.002, 0.9596F) /* 0.140 */
ALIKE_BAR(0.005, 0.918156F) /* 0.222 */
ALIKE_BAR(0.01, 0.845553F) /* 0.319 */
ALIKE_BAR(0.02, 0.718862F) /* 0.440 */
ALIKE_BAR(0.03, 0.630422F) /* 0.504 */
ALIKE_BAR(0.05, 0.500069F) /* 0.580 */
ALIKE_BAR(0.1, 0.302392F) /* 0.675 */
ALIKE_BAR(0.2, 0.122766F) /* 0.755 */
