#!/usr/bin/env python3
"""Writes small folders of every architecture and head that is served, and what transformers makes of some texts.

    python3 tests/reference/make_heads.py tests/reference/heads

A folder each, as a person would download it: config.json, tokenizer_config.json, vocab.txt, model.safetensors with weights
from a fixed seed, in F32, F16 or BF16; beside it expected.json, a row a text: token ids with their places in bytes, and
what the model answers, computed in floats from the weights as they are stored. Running it needs torch, transformers and
tokenizers; the tests need only the folders.
"""
import json
import os
import sys

import torch
from tokenizers import BertWordPieceTokenizer
from transformers import (BertConfig, BertForSequenceClassification, BertForTokenClassification, BertModel,
                          DistilBertConfig, DistilBertForSequenceClassification, DistilBertForTokenClassification,
                          DistilBertModel)

HIDDEN, LAYERS, HEADS, INNER, POSITIONS = 12, 2, 3, 20, 40
WORDS = "Weir weir holds Ada ada London the river back tele ##phone ##s un ##hold ##ing caf ##e ##\u00e9 na \u4e2d \u6587 . , ? ' ! 1 2 ##3 A ##b"
VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + WORDS.split()
TEXTS = [
    "The weir holds the river back.",
    "Ada telephones London, unholding \u4e2d\u6587!",
    "caf\u00e9 cafe\u0301 CAF\u00c9",
    "",
    "Who? 123 'Ab' [MASK] weirs " * 9,
]


def names(*words):
    return dict(enumerate(words))


def sizes(**more):
    return dict(vocab_size=len(VOCABULARY), hidden_size=HIDDEN, num_hidden_layers=LAYERS, num_attention_heads=HEADS,
                intermediate_size=INNER, max_position_embeddings=POSITIONS) | more


def distilled(**more):
    return dict(vocab_size=len(VOCABULARY), dim=HIDDEN, n_layers=LAYERS, n_heads=HEADS, hidden_dim=INNER,
                max_position_embeddings=POSITIONS) | more


def models():
    """name -> (model, type of the stored weights, whether case is kept)"""
    topics, people = names("river", "sea", "none of them"), names("O", "B-PER", "I-PER", "B-LOC")
    return {
        "bert": (BertModel(BertConfig(**sizes()), add_pooling_layer=False), torch.float32, False),
        "bert_cased_f16": (BertModel(BertConfig(**sizes()), add_pooling_layer=False), torch.float16, True),
        "bert_text": (BertForSequenceClassification(BertConfig(**sizes(id2label=topics))), torch.float32, False),
        "bert_text_many": (BertForSequenceClassification(BertConfig(
            **sizes(id2label=topics, problem_type="multi_label_classification"))), torch.bfloat16, False),
        "bert_tokens_cased": (BertForTokenClassification(BertConfig(**sizes(id2label=people))), torch.float32, True),
        "distilbert": (DistilBertModel(DistilBertConfig(**distilled())), torch.bfloat16, False),
        "distilbert_text": (DistilBertForSequenceClassification(DistilBertConfig(**distilled(id2label=topics))),
                            torch.float16, False),
        "distilbert_tokens": (DistilBertForTokenClassification(DistilBertConfig(**distilled(id2label=people))),
                              torch.float32, False),
    }


def enlarge(model):
    """Fresh weights are so small that every answer is nearly the same."""
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "LayerNorm" in name or "layer_norm" in name:
                weight += 0.3 * torch.randn_like(weight)
            else:
                weight.copy_(0.4 * torch.randn_like(weight))


def answer(model, ids):
    out = model(torch.tensor([ids]))
    if not hasattr(out, "logits"):
        mean = out.last_hidden_state[0].mean(0)
        return {"embedding": (mean / mean.norm()).tolist()}
    logits = out.logits[0]
    if model.config.problem_type == "multi_label_classification":
        return {"shares": logits.sigmoid().tolist()}
    return {"shares": logits.softmax(-1).tolist()}


def rounded(value):
    return [rounded(v) for v in value] if isinstance(value, list) else round(value, 5)


def write(folder, model, dtype, keeps_case):
    os.makedirs(folder, exist_ok=True)
    enlarge(model)
    model.eval().to(dtype).save_pretrained(folder)
    model.float()
    with open(folder + "/vocab.txt", "w") as file:
        file.writelines(token + "\n" for token in VOCABULARY)
    with open(folder + "/tokenizer_config.json", "w") as file:
        json.dump({"do_lower_case": not keeps_case}, file)
    tokenizer = BertWordPieceTokenizer(folder + "/vocab.txt", lowercase=not keeps_case)
    tokenizer.enable_truncation(POSITIONS)
    with open(folder + "/expected.json", "w") as file:
        for text in TEXTS:
            encoded = tokenizer.encode(text)
            place = [len(text[:at].encode()) for at in range(len(text) + 1)]
            with torch.no_grad():
                row = answer(model, encoded.ids)
            row = {name: rounded(value) for name, value in row.items()}
            row |= {"text": text, "ids": encoded.ids, "places": [[place[a], place[b]] for a, b in encoded.offsets]}
            file.write(json.dumps(row, separators=(",", ":")) + "\n")


def main():
    torch.manual_seed(7)
    for name, (model, dtype, keeps_case) in models().items():
        write(os.path.join(sys.argv[1], name), model, dtype, keeps_case)


main()
