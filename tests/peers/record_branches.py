#!/usr/bin/env python3
"""record_branches.py FOLDER: models with If, and onnxruntime's answers for conditions that hold and that do not, as
cases of tests/data/conformance. Prints the lines for its MANIFEST.tsv."""
import os
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto as T
from onnx import helper, numpy_helper

node = helper.make_node


def branch(nodes, outputs, initializers=()):
    values = [helper.make_tensor_value_info(name, kind, None) for name, kind in outputs]
    tensors = [numpy_helper.from_array(array, name) for name, array in initializers]
    return helper.make_graph(nodes, "branch", [], values, tensors)


def single(op_type, inputs, initializers=()):
    return branch([node(op_type, inputs, ["A"])], [("A", T.FLOAT)], initializers)


def choice(condition, output, then_branch, else_branch):
    return node("If", [condition], [output], then_branch=then_branch, else_branch=else_branch)


def nested():
    """The innermost branches see values of all levels; the condition tells of the data."""
    inner = branch([node("Exp", ["negated"], ["powers"]), node("Greater", ["sum", "bound"], ["is_large"]),
                    choice("is_large", "B", single("Mul", ["x", "powers"]), single("Sub", ["x", "negated"])),
                    node("Abs", ["B"], ["C"])], [("C", T.FLOAT)], [("bound", np.float32(3))])
    return [node("Neg", ["x"], ["negated"]), node("ReduceSum", ["x"], ["sum"], keepdims=0),
            choice("c", "D", inner, branch([node("Identity", ["x"], ["C"])], [("C", T.FLOAT)])),
            node("Add", ["D", "x"], ["y"])], []


def other_shapes():
    """The branches give different shapes, and the other one could not even run."""
    slow = single("Gather", ["x", "index"], [("index", np.array([5]))])
    return [choice("c", "y", single("Transpose", ["x"]), slow)], []


def constant():
    """What is known at load decides: the rank of the input, and an initializer."""
    return [node("Shape", ["x"], ["shape"]), node("Size", ["shape"], ["rank"]), node("Constant", [], ["two"], value_int=2),
            node("Equal", ["rank", "two"], ["is_matrix"]), node("Not", ["c"], ["unused"]),
            choice("is_matrix", "D", single("Neg", ["x"]), single("Abs", ["x"])),
            choice("never", "y", single("Exp", ["D"]), single("Abs", ["D"]))], [("never", np.array(False))]


def function():
    inside = [choice("c", "y", branch([node("negate", ["x"], ["A"], domain="local")], [("A", T.FLOAT)]), single("Exp", ["x"]))]
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid("local", 1)]
    functions = [helper.make_function("local", "f", ["x", "c"], ["y"], inside, opsets),
                 helper.make_function("local", "negate", ["x"], ["y"], [node("Neg", ["x"], ["y"])], opsets)]
    return [node("f", ["x", "c"], ["D"], domain="local"), node("Not", ["c"], ["not_c"]),
            node("f", ["D", "not_c"], ["y"], domain="local")], [], functions


def partly():
    """Several outputs of one If: of other ranks, without elements, and one that nobody asks for."""
    kinds = [("A", T.FLOAT), ("B", T.FLOAT), ("C", T.FLOAT)]
    yes = branch([node("Neg", ["x"], ["A"]), node("ReduceSum", ["x"], ["B"], keepdims=0),
                  node("Slice", ["x", "zero", "zero", "zero"], ["C"])], kinds, [("zero", np.array([0]))])
    no = branch([node("Abs", ["x"], ["A"]), node("ReduceSum", ["x", "last"], ["B"], keepdims=0),
                 node("Identity", ["x"], ["C"])], kinds, [("last", np.array([1]))])
    return [node("If", ["c"], ["d", "unused_0", "e"], then_branch=yes, else_branch=no),
            node("If", ["c"], ["f", "g", "h"], then_branch=yes, else_branch=no),
            node("If", ["never"], ["i", "unused_1", "unused_2"], then_branch=yes, else_branch=no),
            node("ReduceSum", ["e"], ["s"], keepdims=0), node("ReduceSum", ["g"], ["t"], keepdims=0),
            node("ReduceSum", ["h"], ["u"], keepdims=0), node("Sum", ["d", "s", "t", "u", "i"], ["y"])], [("never", np.array(False))]


def alike():
    """Nodes that say nearly the same: with an input left out, lists of other lengths, tensors, texts, other kinds."""
    def constant_of(name, **value):
        return node("Constant", [], [name], **value)
    one, two = (numpy_helper.from_array(np.array(v, np.float32)) for v in ([1, 2, 3], [1, 2, 4]))
    nodes = [node("Clip", ["x", "", "bound"], ["a"]), node("Clip", ["x", "", "bound"], ["b"]), node("Clip", ["x", "bound"], ["d"]),
             constant_of("e", value=one), constant_of("f", value=one), constant_of("g", value=two),
             constant_of("h", value_floats=[1.0, 2.0, 3.0]), constant_of("i", value_floats=[1.0, 2.0, 3.5]),
             constant_of("j", value_ints=[1, 2]), constant_of("k", value_ints=[1, 1]), constant_of("l", value_string="1"),
             constant_of("m", value_string="2"), constant_of("n", value_strings=["1", "2"]), constant_of("o", value_strings=["1", "3"]),
             *(node("Cast", [text], [number], to=T.FLOAT) for text, number in ("lp", "mr", "nq", "os")),
             node("Sub", ["q", "s"], ["differences"]), node("ReduceSum", ["differences"], ["t"]),
             node("Cast", ["j"], ["u"], to=T.FLOAT),
             node("Cast", ["k"], ["v"], to=T.FLOAT), node("Sub", ["u", "v"], ["w"]), node("ReduceSum", ["w"], ["z"]),
             node("Not", ["c"], ["not_c"]), node("Not", ["c"], ["again"]), node("And", ["not_c", "again"], ["both"]),
             node("Where", ["both", "x", "a"], ["chosen"]),
             node("Sum", ["a", "b", "d", "e", "f", "g", "h", "i", "p", "r", "t", "z", "chosen"], ["y"])]
    return nodes, [("bound", np.float32(1))]


def record(name, nodes, initializers, functions=()):
    inputs = [helper.make_tensor_value_info("x", T.FLOAT, ["N", 3]), helper.make_tensor_value_info("c", T.BOOL, [])]
    tensors = [numpy_helper.from_array(array, key) for key, array in initializers]
    graph = helper.make_graph(nodes, name, inputs, [helper.make_tensor_value_info("y", T.FLOAT, None)], tensors)
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid("local", 1)]
    model = helper.make_model(graph, opset_imports=opsets, functions=list(functions), ir_version=8)
    session = onnxruntime.InferenceSession(model.SerializeToString())
    for case, (x, c) in enumerate([([[0, 1, 2], [3, -4, 5]], True), ([[0, -1, 2], [-3, 4, 0]], True), ([[0, 1, 2]], False)]):
        arrays = [np.array(x, np.float32), np.array(c)]
        try:
            outputs = session.run(None, dict(zip("xc", arrays)))
        except onnxruntime.capi.onnxruntime_pybind11_state.InvalidArgument:
            outputs = []
        folder = os.path.join(sys.argv[1], f"branches__{name}_{case}")
        os.makedirs(folder, exist_ok=True)
        onnx.save(model, f"{folder}/model.onnx")
        for side, values in (("input", arrays), ("output", outputs)):
            for k, array in enumerate(values):
                np.save(f"{folder}/{side}_{k}.npy", array)
        print(f"branches__{name}_{case}\t{'ok' if outputs else 'input'}\t{1e-6 if outputs else 0:g}")


for make in (nested, other_shapes, constant, function, partly, alike):
    record(make.__name__, *make())
