/*
 * difficulty_reference.h - how hard prompts are where nothing is known of one's own: the shipped head's difficulty, below
 * which lie 0 %, 5 % ... 100 % of a mixture in equal parts of CLINC's commands, BANKING77's questions, MMLU's questions
 * without their options, and GSM8K (src/slm/train/train.py writes it). What `hardest: 20%` means before Weir has seen traffic (policy/recent.h).
 */
0.003, 0.019, 0.026, 0.034, 0.042, 0.052, 0.063, 0.076, 0.091, 0.108, 0.130,
       0.161, 0.199, 0.244, 0.289, 0.333, 0.376, 0.431, 0.493, 0.578, 0.938
