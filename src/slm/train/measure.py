"""What the heads reach on what they did not see."""

import numpy as np

import data
from calibrate import DRAWS, calibrate
from corpus import FOLDS, Inputs
from figures import auroc, recall_at, routing_figures, say
from head import sigmoid

EASY_BELOW = 0.45


def held_out(rows, name):
    """Each row of the head's lesson, as the head says that did not see its fold."""
    said = np.full((len(rows.fold), rows.lessons[name].target.shape[1]), np.nan)
    for fold in range(FOLDS):
        test = np.intersect1d(np.flatnonzero(rows.fold == fold), rows.lessons[name].rows)
        said[test] = rows.ask(rows.train(name, rows.fold != fold), test)
    return said


def outcomes(name):
    return (np.array([float(r[k]) for r in data.rows("routing", name)]) for k in ("weak_ok", "strong_ok"))


def by_fold(score, fold, weak, strong):
    return np.mean([routing_figures(score[fold == f], weak[fold == f], strong[fold == f]) for f in range(FOLDS)], axis=0)


def difficulty(rows, encoder):
    """Five folds on MMLU and GSM8K."""
    weak, strong = outcomes("mmlu.jsonl.gz")
    gsm_weak, gsm_strong = outcomes("gsm8k.jsonl.gz")
    score = held_out(rows, "difficulty")[:, 0]
    is_mmlu, is_gsm, is_made = (rows.source == s for s in ("mmlu", "gsm8k", "made"))
    for name, part in (("mmlu", is_mmlu & ~rows.known["bare"]), ("mmlu without options", is_mmlu & rows.known["bare"])):
        p = score[part]
        say(f"{name}, 5-fold", *by_fold(p, rows.fold[part], weak, strong), "AUROC of weak wrong", auroc(p, weak == 0))
        say(f"{name}: predicted share of wrong / true, by fifths of the score", *(f"{p[q].mean():.2f}/{1 - weak[q].mean():.2f}" for q in np.array_split(np.argsort(p), 5)))
    say("gsm8k, 5-fold", *by_fold(score[is_gsm], rows.fold[is_gsm], gsm_weak, gsm_strong), "AUROC", auroc(score[is_gsm], gsm_weak == 0))
    say("templates held back: easy < .45 <= hard", np.mean((score >= EASY_BELOW) == (rows.known["wrong"] >= EASY_BELOW), where=is_made))
    cold = rows.train("difficulty", rows.source != "gsm8k")
    say("gsm8k, never seen", *routing_figures(rows.ask(cold, np.flatnonzero(is_gsm))[:, 0], gsm_weak, gsm_strong))


def exam(rows, encoder):
    """As a router: what the large model's chance is more than the small one's."""
    right = held_out(rows, "exam")
    for name, part in (("mmlu", (rows.source == "mmlu") & ~rows.known["bare"]), ("gsm8k", rows.source == "gsm8k")):
        weak, strong = outcomes(name + ".jsonl.gz")
        say(f"exam on {name}, 5-fold", *by_fold(right[part, 1] - right[part, 0], rows.fold[part], weak, strong))


def calibration(rows, encoder):
    """As a team's own would be: the exam head knows three folds, the calibration some of the fourth, the fifth is asked."""
    for source, learned in (("mmlu", 1500), ("gsm8k", 300)):
        part = np.flatnonzero((rows.source == source) & ~rows.known["bare"])
        weak, strong = outcomes(source + ".jsonl.gz")
        fold, found, alone = rows.fold[part], [], []
        for asked in range(FOLDS):
            lent = (asked + 1) % FOLDS
            exam_head = rows.train("exam", ~np.isin(rows.fold, [asked, lent]))
            logits = exam_head.logits(rows.x[part], rows.inputs.words[part])
            seen = [rows.inputs.middle[part].astype(np.float64), rows.inputs.marks[part].astype(np.float64), logits]
            test = fold == asked
            alone.append(routing_figures(sigmoid(logits[test, 1]) - sigmoid(logits[test, 0]), weak[test], strong[test]))
            for draw in range(DRAWS):
                some = np.random.default_rng(100 * draw + asked).permutation(np.flatnonzero(fold == lent))[:learned]
                ask = calibrate([s[some] for s in seen], weak[some], strong[some])
                found.append(routing_figures(ask([s[test] for s in seen]), weak[test], strong[test]))
        say(f"{source}: the exam head of three folds, alone", *np.mean(alone, axis=0))
        say(f"{source}: the same, calibrated on {min(learned, len(some))} rows of the fourth", *np.mean(found, axis=0))


def topic(rows, encoder):
    names = data.topics()
    guess = np.nan_to_num(held_out(rows, "topic"), nan=-1).argmax(1)
    truth = np.array([names.index(t) if t else -1 for t in rows.known["topic"]])
    is_made = rows.source == "made"
    kinds = is_made, ~is_made & ~rows.known["bare"]
    for i, name in enumerate(names):
        say(f"topic {name}: held-out templates, public rows",
            *(f"{np.mean(guess[r] == i):.3f} of {r.sum()}" if (r := kind & (truth == i)).any() else "-" for kind in kinds))
    say("topic: mean over classes, templates and public apart",
        *(np.mean([np.mean(guess[r] == i) for i in range(len(names)) if (r := kind & (truth == i)).any()]) for kind in kinds))


def guard(rows, encoder, name, known):
    """One fold held back: its templates, and of the public rows the false alarms."""
    head = rows.train(name, rows.fold != 0)
    test = np.flatnonzero(rows.fold == 0)
    test = test[np.isin(test, rows.lessons[name].rows)]
    score, truth, source = rows.ask(head, test)[:, 0], rows.known[known][test], rows.source[test]
    made, plain = ~np.isnan(truth), np.isin(source, ["mmlu", "clinc", "banking"])
    say(f"{name}, templates held back: AUROC", auroc(score[made], truth[made] == 1))
    public = {s: score[source == s] for s in ("mmlu", "clinc", "banking", "gsm8k")}
    public |= {name: ask(rows, head, encoder, texts) for name, texts in unseen_plain().items()}
    alarms = np.concatenate(list(public.values()))
    for level in (0.5, 0.6, 0.8, 0.9):
        say(f"{name} above {level}: share of templates found", np.mean(score[truth == 1] > level), "false alarms", *(f"{np.mean(s > level):.4f} of {k}" for k, s in public.items()))
    blind = data.labelled("blind_" + name)
    blind_score, blind_truth = ask(rows, head, encoder, [b[1] for b in blind]), np.array([b[0] == 1 for b in blind])
    say(f"{name}, blind list of {len(blind)}: AUROC", auroc(blind_score, blind_truth), "recall at 1 % and 5 % false alarms on public prompts",
        *(recall_at(blind_score[blind_truth], alarms, share) for share in (0.01, 0.05)), "and on the list's own", *(recall_at(blind_score[blind_truth], blind_score[~blind_truth], s) for s in (0.01, 0.05)))
    for level in (0.5, 0.6, 0.8):
        say(f"{name}, blind list above {level}: found", np.mean(blind_score[blind_truth] > level), "false alarms", np.mean(blind_score[~blind_truth] > level))


def unseen_plain():
    """Public prompts that no head learns from."""
    return {"mt_bench": [r["prompt"] for r in data.rows("routing", "mt_bench.jsonl")], "clinc_val": [r["text"] for r in data.rows("intent", "clinc_val.jsonl.gz")]}


def ask(rows, head, encoder, texts):
    inputs = Inputs(encoder, texts)
    return head.predict(rows.scale(inputs), inputs.words)[:, 0]


def sensitivity(rows, encoder):
    guard(rows, encoder, "sensitivity", "sensitive")


def injection(rows, encoder):
    guard(rows, encoder, "injection", "attack")


def unseen(heads, scale, encoder):
    """The final heads on what is no part of the training."""
    bench = data.rows("routing", "mt_bench.jsonl")
    inputs = Inputs(encoder, [b["prompt"] for b in bench])
    score = heads["difficulty"].predict(scale(inputs), inputs.words)[:, 0]
    say("mt_bench, never seen", *routing_figures(score, *(np.array([float(b[k]) for b in bench]) for k in ("weak_score", "strong_score"))))
    for name in ("held_out", "blind"):
        by_hand(name, heads, scale, encoder)


def by_hand(name, heads, scale, encoder):
    names, held = data.topics(), data.by_hand(name)
    inputs = Inputs(encoder, [h[2] for h in held])
    is_hard = np.array([h[0] for h in held])
    score = heads["difficulty"].predict(scale(inputs), inputs.words)[:, 0]
    share = heads["topic"].predict(scale(inputs), inputs.words)
    right = np.array([names[best] == h[1] for best, h in zip(share.argmax(1), held)])
    say(f"{name}.tsv, {len(held)} prompts: easy < .45", np.mean(score[~is_hard] < EASY_BELOW), "hard >= .45", np.mean(score[is_hard] >= EASY_BELOW),
        "AUROC", auroc(score, is_hard), "topic", right.mean())
