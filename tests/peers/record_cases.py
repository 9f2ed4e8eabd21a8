#!/usr/bin/env python3
"""record_cases.py FOLDER: writes the test cases for tests/cli/test_cases.sh, in ONNX's own form:
model.onnx beside test_data_set_N/input_K.pb and output_K.pb. Some are wrong on purpose."""
import os
import sys

import numpy as np
import onnx
from onnx import TensorProto as T
from onnx import helper, numpy_helper


def save(path, array, name):
    if array.dtype == object:
        texts = [text.encode() for text in array.ravel()]
        tensor = helper.make_tensor(name, T.STRING, array.shape, texts)
    else:
        tensor = numpy_helper.from_array(array, name)
    with open(path, "wb") as file:
        file.write(tensor.SerializeToString())


def record(name, node, inputs, outputs, sets, opsets):
    """inputs and outputs: (name, type, shape); sets: (input arrays, output arrays)."""
    folder = os.path.join(sys.argv[1], name)
    os.makedirs(folder, exist_ok=True)
    values = [[helper.make_tensor_value_info(*value) for value in side] for side in (inputs, outputs)]
    graph = helper.make_graph([node], name, *values)
    imports = [helper.make_opsetid(*opset) for opset in opsets]
    onnx.save(helper.make_model(graph, opset_imports=imports, ir_version=8), f"{folder}/model.onnx")
    for number, arrays in enumerate(sets):
        data = f"{folder}/test_data_set_{number}"
        os.makedirs(data, exist_ok=True)
        for word, side, declared in zip(("input", "output"), arrays, (inputs, outputs)):
            for k, array in enumerate(side):
                save(f"{data}/{word}_{k}.pb", array, declared[k][0])


def floats(*values):
    return np.array(values, np.float32)


def texts(*values):
    return np.array(values, object)


def record_sums():
    add = helper.make_node("Add", ["a", "b"], ["sum"])
    ends = [("a", T.FLOAT, ["N"]), ("b", T.FLOAT, ["N"])], [("sum", T.FLOAT, ["N"])]
    opsets = [("", 17)]
    given = [floats(1, 2), floats(2, 3)]
    nan = [floats(1, np.nan), floats(2, 3)], [floats(3, np.nan)]
    near = [floats(1000), floats(0)], [floats(1000.9)]
    wrong_shape = floats(3, 5).reshape(1, 2)
    wrong_type = np.array([3, 5], np.float64)
    record("add", add, *ends, [nan, near], opsets)
    record("add_wrong_value", add, *ends, [(given, [floats(3, 5)]), (given, [floats(3, 5.25)])], opsets)
    record("add_wrong_shape", add, *ends, [(given, [wrong_shape])], opsets)
    record("add_wrong_type", add, *ends, [(given, [wrong_type])], opsets)
    record("without_data", add, *ends, [], opsets)
    record("without_output", add, *ends, [(given, [])], opsets)


def record_texts():
    values = helper.make_tensor("values", T.INT16, [2], [7, -8])
    encoder = helper.make_node("LabelEncoder", ["x"], ["y"], domain="ai.onnx.ml",
                               keys_strings=["a", "\u00e9"], values_tensor=values)
    answers = np.array([-8, 7, -1], np.int16)
    record("labels", encoder, [("x", T.STRING, ["N"])], [("y", T.INT16, ["N"])],
           [([texts("\u00e9", "a", "z")], [answers])], [("", 17), ("ai.onnx.ml", 4)])
    record("texts_wrong", helper.make_node("Identity", ["x"], ["y"]), [("x", T.STRING, ["N"])],
           [("y", T.STRING, ["N"])], [([texts("a", "b")], [texts("a", "\n")])], [("", 17)])


def record_refused():
    conv = helper.make_node("Conv", ["x", "w"], ["y"])
    record("refused", conv, [("x", T.FLOAT, None), ("w", T.FLOAT, None)], [("y", T.FLOAT, None)],
           [([floats(1), floats(1)], [floats(1)])], [("", 17)])


record_sums()
record_texts()
record_refused()
