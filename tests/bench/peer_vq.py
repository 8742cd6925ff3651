"""Decodes with Chameleon's VQGAN in ONNX Runtime: the graph as core/model/vq/vqgan_forward.c walks it, random weights.

Arguments: threads, pixels a side, decodes. Prints {"milliseconds": [...], "gigaflop": ...}. It is written in the
operators that exporters make of the layers: group normalisation as instance normalisation of a group a row.
"""
import json
import sys
import time

import numpy
import onnxruntime
from onnx import TensorProto, checker, helper, numpy_helper

CHANNELS, MULTIPLIERS, BLOCKS = 128, (1, 1, 2, 2, 4), 3  # the decoder has one block more than the encoder
Z, EMBED, CODES, GROUPS = 256, 256, 8192, 32


class Graph:
    """Nodes in order; a map is the name of one."""

    def __init__(self):
        self.nodes, self.weights, self.flop = [], [], 0
        self.random = numpy.random.default_rng(7)

    def add(self, operator, inputs, **attributes):
        name = f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [name], **attributes))
        return name

    def constant(self, values):
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(values, name))
        return name

    def floats(self, *shape, scale=1.0):
        return self.constant(self.random.standard_normal(shape, dtype=numpy.float32) * numpy.float32(scale))

    def shape(self, *sizes):
        return self.constant(numpy.array(sizes, dtype=numpy.int64))

    def conv(self, x, inner, outer, side, kernel):
        self.flop += 2 * kernel * kernel * inner * outer * side * side
        weight = self.floats(outer, inner, kernel, kernel, scale=(kernel * kernel * inner) ** -0.5)
        pad = kernel // 2
        return self.add("Conv", [x, weight, self.floats(outer, scale=0.01)], kernel_shape=[kernel] * 2, pads=[pad] * 4)

    def norm(self, x, channels, side):
        ones, zeros = (self.constant(numpy.full(GROUPS, v, dtype=numpy.float32)) for v in (1, 0))
        x = self.add("Reshape", [x, self.shape(1, GROUPS, -1)])
        x = self.add("InstanceNormalization", [x, ones, zeros], epsilon=1e-6)
        x = self.add("Reshape", [x, self.shape(1, channels, side, side)])
        return self.add("Add", [self.add("Mul", [x, self.floats(channels, 1, 1)]), self.floats(channels, 1, 1)])

    def swish(self, x):
        return self.add("Mul", [x, self.add("Sigmoid", [x])])

    def block(self, x, inner, outer, side):
        h = self.conv(self.swish(self.norm(x, inner, side)), inner, outer, side, 3)
        h = self.conv(self.swish(self.norm(h, outer, side)), outer, outer, side, 3)
        return self.add("Add", [x if inner == outer else self.conv(x, inner, outer, side, 1), h])

    def attention(self, x, channels, side):
        h = self.norm(x, channels, side)
        flat = self.shape(1, channels, side * side)
        q, k, v = (self.add("Reshape", [self.conv(h, channels, channels, side, 1), flat]) for _ in range(3))
        scale = self.constant(numpy.float32(channels**-0.5))
        scores = self.add("Mul", [self.add("MatMul", [self.add("Transpose", [q], perm=[0, 2, 1]), k]), scale])
        scores = self.add("Transpose", [self.add("Softmax", [scores], axis=2)], perm=[0, 2, 1])
        self.flop += 4 * channels * side**4
        h = self.add("Reshape", [self.add("MatMul", [v, scores]), self.shape(1, channels, side, side)])
        return self.add("Add", [x, self.conv(h, channels, channels, side, 1)])

    def upsample(self, x, channels, side):
        scales = self.constant(numpy.array([1, 1, 2, 2], dtype=numpy.float32))
        x = self.add("Resize", [x, "", scales], mode="nearest", nearest_mode="floor",
                     coordinate_transformation_mode="asymmetric")
        return self.conv(x, channels, channels, 2 * side, 3)


def decoder(graph, side):
    """Codes [side * side] to pixels [1, 3, 16 side, 16 side]."""
    x = graph.add("Transpose", [graph.add("Gather", [graph.floats(CODES, EMBED), "codes"])], perm=[1, 0])
    x = graph.add("Reshape", [x, graph.shape(1, EMBED, side, side)])
    channels = CHANNELS * MULTIPLIERS[-1]
    x = graph.conv(graph.conv(x, EMBED, Z, side, 1), Z, channels, side, 3)
    x = graph.block(x, channels, channels, side)
    x = graph.attention(x, channels, side)
    x = graph.block(x, channels, channels, side)
    for level in reversed(range(len(MULTIPLIERS))):
        outer = CHANNELS * MULTIPLIERS[level]
        for _ in range(BLOCKS):
            x = graph.block(x, channels, outer, side)
            channels = outer
        if level > 0:
            x = graph.upsample(x, channels, side)
            side *= 2
    return graph.conv(graph.swish(graph.norm(x, channels, side)), channels, 3, side, 3)


def make_model(size):
    """And the operations of its convolutions and its attention."""
    side = size // 16
    graph = Graph()
    out = decoder(graph, side)
    codes = helper.make_tensor_value_info("codes", TensorProto.INT64, [side * side])
    pixels = helper.make_tensor_value_info(out, TensorProto.FLOAT, [1, 3, size, size])
    model = helper.make_model(helper.make_graph(graph.nodes, "decoder", [codes], [pixels], graph.weights),
                              opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 9
    checker.check_model(model)
    return model.SerializeToString(), graph.flop


def main():
    threads, size, runs = (int(word) for word in sys.argv[1:4])
    model, flop = make_model(size)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    feed = {"codes": numpy.arange((size // 16) ** 2, dtype=numpy.int64) * 7919 % CODES}
    times = []
    for _ in range(runs + 1):  # the first one meets its memory
        begun = time.perf_counter()
        made = session.run(None, feed)[0]
        times.append(1e3 * (time.perf_counter() - begun))
    assert made.shape == (1, 3, size, size) and numpy.isfinite(made).all()
    print(json.dumps({"milliseconds": times[1:], "gigaflop": flop * 1e-9}))


main()
