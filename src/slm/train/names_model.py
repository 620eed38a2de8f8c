"""The tagger: MiniLM's lower layers as they are, the words' features added, its upper layers with low-rank differences."""

import torch
from torch import nn
from torch.nn import functional as F
from transformers import BertModel

from names_features import ROWS

PARTS = ["attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense", "intermediate.dense", "output.dense"]
NORMS = ["attention.output.LayerNorm", "output.LayerNorm"]
HEADS = 12


def part(layer, name):
    for step in name.split("."):
        layer = getattr(layer, step)
    return layer


class Layer(nn.Module):
    """A BERT layer whose matrices are W + up @ down; biases and norms are its own."""

    def __init__(self, source, rank):
        super().__init__()
        self.down, self.up, self.bias, self.gain, self.shift = (nn.ParameterList() for _ in range(5))
        for i, name in enumerate(PARTS):
            dense = part(source, name)
            outputs, inputs = dense.weight.shape
            self.register_buffer(f"W{i}", dense.weight.detach().clone())
            self.down.append(nn.Parameter(torch.randn(rank, inputs) / inputs**0.5))
            self.up.append(nn.Parameter(torch.zeros(outputs, rank)))
            self.bias.append(nn.Parameter(dense.bias.detach().clone()))
        for name in NORMS:
            norm = part(source, name)
            self.gain.append(nn.Parameter(norm.weight.detach().clone()))
            self.shift.append(nn.Parameter(norm.bias.detach().clone()))

    def dense(self, x, i):
        return F.linear(x, getattr(self, f"W{i}") + self.up[i] @ self.down[i], self.bias[i])

    def norm(self, x, i):
        return F.layer_norm(x.float(), x.shape[-1:], self.gain[i], self.shift[i], 1e-12)

    def forward(self, x, mask, drop):
        batch, tokens, hidden = x.shape
        q, k, v = (self.dense(x, i).view(batch, tokens, HEADS, -1).transpose(1, 2) for i in range(3))
        y = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        y = self.dense(y.transpose(1, 2).reshape(batch, tokens, hidden), 3)
        x = self.norm(x + drop(y), 0)
        return self.norm(x + drop(self.dense(F.gelu(self.dense(x, 4)), 5)), 1)


class Tagger(nn.Module):
    def __init__(self, folder, outputs, layers_kept=3, rank=64, dropout=0.1):
        super().__init__()
        bert = BertModel.from_pretrained(folder, attn_implementation="sdpa")
        self.layers_kept, self.rank, self.outputs = layers_kept, rank, outputs
        self.lower = bert
        self.upper = nn.ModuleList(Layer(l, rank) for l in bert.encoder.layer[layers_kept:])
        self.lower.encoder.layer = self.lower.encoder.layer[:layers_kept]
        for p in self.lower.parameters():
            p.requires_grad_(False)
        self.added = nn.Embedding(ROWS, bert.config.hidden_size)
        nn.init.normal_(self.added.weight, std=0.02)
        self.head = nn.Linear(bert.config.hidden_size, outputs)
        self.drop = nn.Dropout(dropout)

    def forward(self, ids, mask, rows, word_of, words):
        """rows: [batch, tokens, 5]; word_of: the flat number of each token's word, `words` where none. Logits a word."""
        with torch.no_grad():
            self.lower.eval()
            x = self.lower(input_ids=ids, attention_mask=mask).last_hidden_state.float()
        x = x + self.added(rows).sum(2)
        wide = mask[:, None, None, :].bool()
        for layer in self.upper:
            x = layer(x, wide, self.drop)
        logits = self.head(self.drop(x)).float().view(-1, self.outputs)
        total = torch.zeros(words + 1, self.outputs).index_add(0, word_of.view(-1), logits)
        count = torch.zeros(words + 1).index_add(0, word_of.view(-1), torch.ones(word_of.numel()))
        return total[:words] / count[:words, None]
