/*
 * difficulty_reference.h - how hard prompts are where nothing is known of one's own: the shipped head's difficulty, below
 * which lie 0 %, 5 % ... 100 % of a mixture in equal parts of CLINC's commands, BANKING77's questions, MMLU's questions
 * without their options, and GSM8K (src/slm/train/train.py writes it). What `hardest: 20%` means before Weir has seen traffic (policy/recent.h).
 */
0.003, 0.022, 0.034, 0.045, 0.057, 0.071, 0.087, 0.107, 0.133, 0.163, 0.203,
       0.237, 0.283, 0.323, 0.364, 0.408, 0.437, 0.480, 0.547, 0.641, 0.846
