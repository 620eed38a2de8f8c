#!/usr/bin/env python3
"""encoder_ort.py - ONNX Runtime on the same weights, one thread; tests/bench/encoder.py asks it.

The graph is written down here from model.safetensors, in the operators that ONNX Runtime has fast kernels for, and checked
against the reference embeddings before anything is timed. int8 is its own dynamic quantization.
"""
import json
import tempfile
import time

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.numpy import load_file

SECONDS_A_LENGTH = 0.5


class Graph:
    def __init__(self, weights):
        self.weights, self.nodes, self.constants = weights, [], {}

    def add(self, op, *inputs, **attributes):
        out = f"{op}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, list(inputs), [out], name=out, **attributes))
        return out

    def constant(self, name, value):
        self.constants[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def weight(self, name, transposed=False):
        value = self.weights[name]
        return self.constant(name, value.T if transposed else value)

    def dense(self, x, name):
        product = self.add("MatMul", x, self.weight(name + ".weight", transposed=True))
        return self.add("Add", product, self.weight(name + ".bias"))

    def norm(self, x, name, epsilon):
        return self.add("LayerNormalization", x, self.weight(name + ".weight"), self.weight(name + ".bias"),
                        axis=-1, epsilon=epsilon)


def heads(graph, x, count, size, order):
    split = graph.add("Reshape", x, graph.constant("split", np.array([1, -1, count, size])))
    return graph.add("Transpose", split, perm=order)


def layer(graph, x, name, config):
    count = config["num_attention_heads"]
    size = config["hidden_size"] // count
    epsilon = config["layer_norm_eps"]
    query, key, value = (graph.dense(x, f"{name}attention.self.{part}") for part in ("query", "key", "value"))
    scores = graph.add("MatMul", heads(graph, query, count, size, [0, 2, 1, 3]), heads(graph, key, count, size, [0, 2, 3, 1]))
    scores = graph.add("Div", scores, graph.constant("root", np.float32(size**0.5)))
    mixed = graph.add("MatMul", graph.add("Softmax", scores, axis=-1), heads(graph, value, count, size, [0, 2, 1, 3]))
    mixed = graph.add("Transpose", mixed, perm=[0, 2, 1, 3])
    mixed = graph.add("Reshape", mixed, graph.constant("join", np.array([1, -1, count * size])))
    x = graph.norm(graph.add("Add", graph.dense(mixed, name + "attention.output.dense"), x),
                   name + "attention.output.LayerNorm", epsilon)
    inner = graph.dense(x, name + "intermediate.dense")
    erf = graph.add("Erf", graph.add("Div", inner, graph.constant("root2", np.float32(2**0.5))))
    gelu = graph.add("Mul", graph.add("Mul", inner, graph.add("Add", erf, graph.constant("one", np.float32(1)))),
                     graph.constant("half", np.float32(0.5)))
    return graph.norm(graph.add("Add", graph.dense(gelu, name + "output.dense"), x), name + "output.LayerNorm", epsilon)


def build(folder):
    with open(folder + "/config.json") as file:
        config = json.load(file)
    graph = Graph(load_file(folder + "/model.safetensors"))
    words = graph.add("Gather", graph.weight("embeddings.word_embeddings.weight"), "ids")
    places = graph.add("Gather", graph.weight("embeddings.position_embeddings.weight"), "places")
    kind = graph.constant("type", graph.weights["embeddings.token_type_embeddings.weight"][0])
    x = graph.norm(graph.add("Add", graph.add("Add", words, places), kind), "embeddings.LayerNorm", config["layer_norm_eps"])
    for i in range(config["num_hidden_layers"]):
        x = layer(graph, x, f"encoder.layer.{i}.", config)
    mean = graph.add("ReduceMean", x, axes=[1], keepdims=0)
    long = [helper.make_tensor_value_info(name, TensorProto.INT64, [1, "tokens"]) for name in ("ids", "places")]
    out = helper.make_tensor_value_info(mean, TensorProto.FLOAT, [1, config["hidden_size"]])
    model = helper.make_model(helper.make_graph(graph.nodes, "bert", long, [out], list(graph.constants.values())),
                              opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    return model


def session(path):
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def run(encoder, ids):
    return encoder.run(None, {"ids": np.array([ids]), "places": np.arange(len(ids))[None]})[0][0]


def cosine(encoder, reference):
    least = 1.0
    for row in reference:
        ours, theirs = run(encoder, row["ids"]), np.array(row["embedding"], np.float32)
        least = min(least, float(ours @ theirs / np.linalg.norm(ours) / np.linalg.norm(theirs)))
    return least


def fast_ms(encoder, tokens):
    ids = [(1000 + i * 37) % 30522 for i in range(tokens)]
    run(encoder, ids)
    taken, end = [], time.perf_counter() + SECONDS_A_LENGTH
    while time.perf_counter() < end:
        began = time.perf_counter()
        run(encoder, ids)
        taken.append((time.perf_counter() - began) * 1e3)
    return float(np.percentile(taken, 10))


def open_both(folder, reference):
    """{"fp32": session, "int8": session}, and the least cosine of each to the reference's embeddings."""
    sessions, cosines = {}, {}
    with tempfile.TemporaryDirectory() as work:
        onnx.save(build(folder), work + "/fp32.onnx")
        quantize_dynamic(work + "/fp32.onnx", work + "/int8.onnx", weight_type=QuantType.QInt8)
        for name in ("fp32", "int8"):
            sessions[name] = session(f"{work}/{name}.onnx")
            cosines[f"ort_{name}_cosine"] = round(cosine(sessions[name], reference), 4)
    if cosines["ort_fp32_cosine"] < 0.9999:
        raise SystemExit(f"the graph is wrong: cosine {cosines['ort_fp32_cosine']}")
    return sessions, cosines
