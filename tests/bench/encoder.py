#!/usr/bin/env python3
"""encoder.py BENCH MODEL TEXTS - Weir's encoder and ONNX Runtime by turns, on the core that this runs on.

Each of ROUNDS rounds measures ours (BENCH, a program), then theirs; what is told is the median of the rounds, so that a
machine that is busy with something else for a while disturbs both alike. Without ONNX Runtime ours is measured alone.
"""
import json
import statistics
import subprocess
import sys
import tempfile

try:
    import encoder_ort
except ImportError:
    encoder_ort = None

ROUNDS = 3
ROWS = (("weir", "weir, {kernel}"), ("weir_fp32", "weir, fp32"),
        ("ort_int8", "ONNX Runtime int8"), ("ort_fp32", "ONNX Runtime fp32"))


def ours(bench, model, ids):
    out = subprocess.run([bench, model, ids], stdout=subprocess.PIPE, text=True, check=True).stdout
    return json.loads(out)


def measure(bench, model, reference):
    rounds, fixed, sessions = [], {}, {}
    if encoder_ort:
        sessions, fixed = encoder_ort.open_both(model, reference[:60])
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as ids:
        ids.writelines(" ".join(map(str, row["ids"])) + "\n" for row in reference)
        ids.flush()
        for _ in range(ROUNDS):
            one = ours(bench, model, ids.name)
            for tokens in lengths(one):
                for name, session in sessions.items():
                    one[f"ort_{name}_ms_{tokens}"] = encoder_ort.fast_ms(session, tokens)
            rounds.append(one)
    medians = {name: round(statistics.median(one[name] for one in rounds), 5)
               for name, value in rounds[0].items() if name != "kernel"}
    return medians | fixed | {"kernel": rounds[0]["kernel"]}


def lengths(result):
    return [int(name.removeprefix("weir_ms_")) for name in result if name.startswith("weir_ms_")]


def show(result):
    tokens = lengths(result)
    print(f"{'milliseconds at tokens':24}" + "".join(f"{n:>9}" for n in tokens))
    for name, words in ROWS:
        if f"{name}_ms_{tokens[0]}" in result:
            print(f"{words.format(**result):24}" + "".join(f"{result[f'{name}_ms_{n}']:9.2f}" for n in tokens))
    if "ort_int8_ms_32" in result:
        shares = (result[f"weir_ms_{n}"] / result[f"ort_int8_ms_{n}"] for n in tokens)
        print(f"{'weir / ORT int8':24}" + "".join(f"{share:9.2f}" for share in shares))
    print(f"cosine to fp32: {result['cosine']} at least, {result['cosine_mean']} on average"
          f" (ORT int8: {result.get('ort_int8_cosine', '-')} at least)")
    print(f"a prompt of 128 tokens inspected: {result['inspect_ms_128']} ms; resident: {result['rss_mb']} MB")
    print(json.dumps(result))


def main():
    bench, model, texts = sys.argv[1:]
    with open(texts) as file:
        reference = [json.loads(line) for line in file]
    show(measure(bench, model, reference))


main()
