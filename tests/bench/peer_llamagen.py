"""Generates a picture of LlamaGen's graph in PyTorch, fp32, random weights.

Guidance, keys and values that are kept, VQ-16's decoder. Arguments: threads, codes on a side, layers, width, heads, feed-forward width.
Prints {"milliseconds": [...], "codes": ..., "decode": ...}.
"""
import json
import os
import sys
import time

THREADS, SIDE = sys.argv[1], int(sys.argv[2])
os.environ["OMP_NUM_THREADS"] = THREADS
os.environ.pop("OPENBLAS_CORETYPE", None)  # of our own tests

import torch  # noqa: E402
from torch.nn import functional as F  # noqa: E402

CODES, CLASSES, GUIDANCE = 16384, 1000, 4.0
CHANNELS, MULTIPLIERS, BLOCKS, Z, EMBED = 128, (1, 1, 2, 2, 4), 3, 256, 8


def matrix(*shape):
    return torch.randn(shape) * 0.02


class Transformer:
    def __init__(self, layers, width, heads, ffn):
        self.width, self.heads, self.head = width, heads, width // heads
        self.layers = [{"norm": torch.ones(width), "qkv": matrix(3 * width, width), "out": matrix(width, width),
                        "ffn_norm": torch.ones(width), "gate": matrix(ffn, width), "up": matrix(ffn, width),
                        "down": matrix(width, ffn)} for _ in range(layers)]
        self.classes, self.codes = matrix(CLASSES + 1, width), matrix(CODES, width)
        self.norm, self.output = torch.ones(width), matrix(CODES, width)
        self.cosine, self.sine = self.angles()
        self.keys, self.values = (torch.zeros(layers, 2, heads, SIDE * SIDE, self.head) for _ in range(2))

    def angles(self):
        """Half of a head turns with the row, half with the column; the class before the codes does not turn."""
        quarter = self.head // 4
        frequencies = 10000.0 ** (-torch.arange(quarter) / quarter)
        place = torch.arange(SIDE).float()[:, None] * frequencies
        rows, columns = place[:, None].expand(SIDE, SIDE, quarter), place[None].expand(SIDE, SIDE, quarter)
        turns = torch.cat([rows, columns], -1).reshape(SIDE * SIDE, 2 * quarter)
        none = torch.zeros(1, 2 * quarter)
        return torch.cat([none, turns.cos()]), torch.cat([none, turns.sin()])

    def turn(self, x, position):
        pairs = x.view(2, self.heads, 1, self.head // 2, 2)
        cosine, sine = self.cosine[position], self.sine[position]
        a, b = pairs[..., 0], pairs[..., 1]
        return torch.stack([a * cosine - b * sine, a * sine + b * cosine], -1).view(2, self.heads, 1, self.head)

    def step(self, x, position):
        """Both rows, of the class and of none, at a position: x [2, width] to logits [2, CODES]."""
        for index, layer in enumerate(self.layers):
            h = F.rms_norm(x, (self.width,), layer["norm"], 1e-5)
            q, k, v = (part.view(2, self.heads, 1, self.head) for part in F.linear(h, layer["qkv"]).chunk(3, -1))
            self.keys[index, :, :, position] = self.turn(k, position)[:, :, 0]
            self.values[index, :, :, position] = v[:, :, 0]
            seen = slice(0, position + 1)
            h = F.scaled_dot_product_attention(self.turn(q, position), self.keys[index, :, :, seen],
                                               self.values[index, :, :, seen])
            x = x + F.linear(h.reshape(2, self.width), layer["out"])
            h = F.rms_norm(x, (self.width,), layer["ffn_norm"], 1e-5)
            x = x + F.linear(F.silu(F.linear(h, layer["gate"])) * F.linear(h, layer["up"]), layer["down"])
        return F.linear(F.rms_norm(x, (self.width,), self.norm, 1e-5), self.output)

    def generate(self):
        codes, x = [], self.classes[[207, CLASSES]]
        for position in range(SIDE * SIDE):
            with_class, without = self.step(x, position)
            logits = without + GUIDANCE * (with_class - without)
            codes.append(torch.multinomial(F.softmax(logits, -1), 1))
            x = self.codes[codes[-1].expand(2)]
        return torch.cat(codes)


class Decoder:
    """VQ-16's: maps are channels-last, which convolutions here like best."""

    def __init__(self):
        self.codebook = F.normalize(torch.randn(CODES, EMBED), dim=-1)
        self.made = []  # weights in the order of their use; the first walk makes them
        self.used = 0

    def weights(self, make):
        if self.used == len(self.made):
            self.made.append(make())
        self.used += 1
        return self.made[self.used - 1]

    def conv(self, x, outer, kernel):
        inner = x.shape[1]
        weight, bias = self.weights(lambda: (
            (torch.randn(outer, inner, kernel, kernel) * (kernel * kernel * inner) ** -0.5)
            .to(memory_format=torch.channels_last), torch.zeros(outer)))
        return F.conv2d(x, weight, bias, padding=kernel // 2)

    def norm(self, x):
        weight, bias = self.weights(lambda: (torch.ones(x.shape[1]), torch.zeros(x.shape[1])))
        return F.group_norm(x, 32, weight, bias, 1e-6)

    def block(self, x, outer):
        h = self.conv(F.silu(self.norm(x)), outer, 3)
        h = self.conv(F.silu(self.norm(h)), outer, 3)
        return (x if x.shape[1] == outer else self.conv(x, outer, 1)) + h

    def attention(self, x):
        h = self.norm(x)
        q, k, v = (self.conv(h, x.shape[1], 1).flatten(2).transpose(1, 2) for _ in range(3))
        h = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(x.shape)
        return x + self.conv(h, x.shape[1], 1)

    def decode(self, codes):
        self.used = 0
        x = self.codebook[codes].T.reshape(1, EMBED, SIDE, SIDE).to(memory_format=torch.channels_last)
        x = self.conv(self.conv(x, Z, 1), CHANNELS * MULTIPLIERS[-1], 3)
        x = self.block(self.attention(self.block(x, x.shape[1])), x.shape[1])
        for level in reversed(range(len(MULTIPLIERS))):
            for _ in range(BLOCKS):
                x = self.block(x, CHANNELS * MULTIPLIERS[level])
                if level == len(MULTIPLIERS) - 1:
                    x = self.attention(x)
            if level > 0:
                x = self.conv(F.interpolate(x, scale_factor=2.0, mode="nearest"), x.shape[1], 3)
        return self.conv(F.silu(self.norm(x)), 3, 3)


def timed(work, *arguments):
    begun = time.perf_counter()
    made = work(*arguments)
    return made, 1e3 * (time.perf_counter() - begun)


@torch.inference_mode()
def main():
    torch.set_num_threads(int(THREADS))
    torch.manual_seed(7)
    model, decoder = Transformer(*(int(word) for word in sys.argv[3:7])), Decoder()
    model.step(model.classes[:2], 0)
    decoder.decode(torch.zeros(SIDE * SIDE, dtype=torch.long))
    codes, generating = timed(model.generate)
    pixels, decoding = timed(decoder.decode, codes)
    assert codes.shape == (SIDE * SIDE,) and pixels.shape == (1, 3, 16 * SIDE, 16 * SIDE)
    print(json.dumps({"milliseconds": [generating + decoding], "codes": generating, "decode": decoding}))


main()
