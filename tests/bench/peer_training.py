"""Steps of training in PyTorch, fp32: the work of `arra bench train` (core/cli/bench/bench_train.c), random weights.

Arguments: threads, steps, dim, layers, heads, feed-forward width, vocabulary. Prints {"milliseconds": [...]}.
"""
import json
import os
import sys
import time

THREADS = sys.argv[1]
os.environ["OMP_NUM_THREADS"] = THREADS
os.environ.pop("OPENBLAS_CORETYPE", None)  # of our own tests

import torch  # noqa: E402
from torch import nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402

BATCH, LENGTH = 16, 320


class Layer(nn.Module):
    def __init__(self, dim, heads, ffn):
        super().__init__()
        self.heads = heads
        self.norm, self.ffn_norm = nn.RMSNorm(dim, 1e-5), nn.RMSNorm(dim, 1e-5)
        self.q_norm, self.k_norm = nn.LayerNorm(dim // heads), nn.LayerNorm(dim // heads)
        self.qkv, self.out = nn.Linear(dim, 3 * dim, bias=False), nn.Linear(dim, dim, bias=False)
        self.gate_up, self.down = nn.Linear(dim, 2 * ffn, bias=False), nn.Linear(ffn, dim, bias=False)

    def turn(self, x, cosine, sine):
        a, b = x.chunk(2, -1)
        return torch.cat([a * cosine - b * sine, b * cosine + a * sine], -1)

    def forward(self, x, cosine, sine):
        n, length, dim = x.shape
        q, k, v = (part.view(n, length, self.heads, -1).transpose(1, 2) for part in self.qkv(self.norm(x)).chunk(3, -1))
        q, k = self.turn(self.q_norm(q), cosine, sine), self.turn(self.k_norm(k), cosine, sine)
        h = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(h.transpose(1, 2).reshape(n, length, dim))
        gate, up = self.gate_up(self.ffn_norm(x)).chunk(2, -1)
        return x + self.down(F.silu(gate) * up)


class Transformer(nn.Module):
    def __init__(self, dim, layers, heads, ffn, vocab):
        super().__init__()
        self.embedding = nn.Embedding(vocab, dim)
        self.layers = nn.ModuleList(Layer(dim, heads, ffn) for _ in range(layers))
        self.norm, self.head = nn.RMSNorm(dim, 1e-5), nn.Linear(dim, vocab, bias=False)
        half = dim // heads // 2
        angles = torch.arange(LENGTH).float()[:, None] * 10000.0 ** (-torch.arange(half) / half)
        self.cosine, self.sine = angles.cos(), angles.sin()

    def forward(self, ids):
        x = self.embedding(ids)
        for layer in self.layers:
            x = layer(x, self.cosine, self.sine)
        return self.head(self.norm(x))


def main():
    torch.set_num_threads(int(THREADS))
    torch.manual_seed(7)
    steps, dim, layers, heads, ffn, vocab = (int(word) for word in sys.argv[2:8])
    model = Transformer(dim, layers, heads, ffn, vocab)
    optimizer = torch.optim.AdamW(model.parameters(), 1e-4, fused=True)
    ids = (torch.arange(BATCH * LENGTH) * 7919 % vocab).view(BATCH, LENGTH)
    times = []
    for _ in range(steps + 1):  # the first one meets its memory
        begun = time.perf_counter()
        optimizer.zero_grad()
        logits = model(ids)[:, :-1].reshape(-1, vocab)
        loss = F.cross_entropy(logits, ids[:, 1:].reshape(-1)) + 1e-5 * logits.logsumexp(-1).square().mean()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 4.0)
        optimizer.step()
        times.append(1e3 * (time.perf_counter() - begun))
    assert torch.isfinite(loss)
    print(json.dumps({"milliseconds": times[1:]}))


main()
