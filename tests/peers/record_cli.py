#!/usr/bin/env python3
"""record_cli.py FOLDER: writes the models, tables and expected tables that tests/cli/ works with.

The expected predictions come from onnxruntime, single-threaded; their numbers are written by NumPy,
shortest that reads back the same. Needs numpy, onnx, onnxruntime.
"""
import json
import os
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

FOLDER = sys.argv[1]
OPSETS = [helper.make_opsetid("", 13), helper.make_opsetid("ai.onnx.ml", 3)]


def path(name):
    return os.path.join(FOLDER, name)


def stumps(tests):
    """Node attributes of one-test trees: (feature, threshold, missing goes to the true side)."""
    columns = {k: [] for k in ("treeids", "nodeids", "featureids", "modes", "values", "truenodeids",
                               "falsenodeids", "missing_value_tracks_true")}
    for tree, (feature, threshold, missing) in enumerate(tests):
        for node in range(3):
            leaf = node > 0
            columns["treeids"].append(tree)
            columns["nodeids"].append(node)
            columns["featureids"].append(0 if leaf else feature)
            columns["modes"].append("LEAF" if leaf else "BRANCH_LEQ")
            columns["values"].append(0.0 if leaf else threshold)
            columns["truenodeids"].append(0 if leaf else 1)
            columns["falsenodeids"].append(0 if leaf else 2)
            columns["missing_value_tracks_true"].append(0 if leaf else missing)
    return {"nodes_" + k: v for k, v in columns.items()}


def leaves(prefix, weights):
    """Leaf attributes: weights[tree] is a list of (node, id, weight)."""
    rows = [(tree,) + row for tree, rows in enumerate(weights) for row in rows]
    return {f"{prefix}_treeids": [r[0] for r in rows], f"{prefix}_nodeids": [r[1] for r in rows],
            f"{prefix}_ids": [r[2] for r in rows], f"{prefix}_weights": [r[3] for r in rows]}


def value(name, kind, shape):
    return helper.make_tensor_value_info(name, kind, shape)


def save(name, nodes, inputs, outputs, metadata=None):
    graph = helper.make_graph(nodes, name, inputs, outputs)
    model = helper.make_model(graph, opset_imports=OPSETS, ir_version=8, producer_name="record_cli")
    if metadata:
        helper.set_model_props(model, metadata)
    onnx.save(model, path(name + ".onnx"))


def churn():
    """A classifier with texts as classes and recorded feature names."""
    node = helper.make_node(
        "TreeEnsembleClassifier", ["X"], ["label", "probabilities"], domain="ai.onnx.ml",
        classlabels_strings=["no", 'yes, "maybe"'], post_transform="LOGISTIC",
        **stumps([(0, 40.5, 1), (1, 1000.0, 0), (2, 12.0, 0)]),
        **leaves("class", [[(1, 1, -0.7), (2, 1, 0.4)], [(1, 1, 0.9), (2, 1, -0.25)],
                           [(1, 1, 0.33), (2, 1, -0.6)]]))
    save("churn", [node], [value("X", TensorProto.FLOAT, [None, 3])],
         [value("label", TensorProto.STRING, [None]),
          value("probabilities", TensorProto.FLOAT, [None, 2])],
         {"feature_names": json.dumps(["age", "income", "tenure"]), "cv_auc": "0.913",
          "note\x1b[31m": "line\nbreak"})


def same_names():
    """A classifier with one label twice: two of its columns have one name."""
    node = helper.make_node(
        "TreeEnsembleClassifier", ["X"], ["label", "probabilities"], domain="ai.onnx.ml",
        classlabels_strings=["a", "b", "a"], **stumps([(0, 0.5, 0)]),
        **leaves("class", [[(1, 0, 0.75), (2, 2, 0.5)]]))
    save("same_names", [node], [value("X", TensorProto.FLOAT, [None, 2])],
         [value("label", TensorProto.STRING, [None]),
          value("probabilities", TensorProto.FLOAT, [None, 3])])


def regressor(name, n_targets, n_columns):
    node = helper.make_node(
        "TreeEnsembleRegressor", ["X"], ["Y"], domain="ai.onnx.ml", n_targets=n_targets,
        **stumps([(0, 0.0, 1), (1, 0.5, 0)]),
        **leaves("target", [[(1, 0, 1.1), (2, n_targets - 1, -2.5)], [(1, 0, 0.3), (2, 0, 1e-7)]]))
    save(name, [node], [value("X", TensorProto.FLOAT, [None, n_columns])],
         [value("Y", TensorProto.FLOAT, [None, n_targets])])


def mixed():
    """Inputs of four types, one column each; outputs under their own names."""
    nodes = [
        helper.make_node("Cast", ["visits"], ["visits_float"], to=TensorProto.FLOAT),
        helper.make_node("Cast", ["member"], ["member_float"], to=TensorProto.FLOAT),
        helper.make_node("Concat", ["age", "visits_float", "member_float"], ["X"], axis=1),
        helper.make_node(
            "TreeEnsembleRegressor", ["X"], ["points"], domain="ai.onnx.ml", n_targets=1,
            **stumps([(0, 30.0, 1), (1, 5.0, 0), (2, 0.5, 0)]),
            **leaves("target", [[(1, 0, 1.0), (2, 0, 2.0)], [(1, 0, 10.0), (2, 0, 20.0)],
                                [(1, 0, 100.0), (2, 0, 200.0)]])),
        helper.make_node("Identity", ["visits"], ["visits_seen"]),
        helper.make_node("Identity", ["city"], ["city_seen"]),
    ]
    kinds = {"age": TensorProto.FLOAT, "visits": TensorProto.INT64, "member": TensorProto.BOOL,
             "city": TensorProto.STRING}
    save("mixed", nodes, [value(n, k, [None, 1]) for n, k in kinds.items()],
         [value("points", TensorProto.FLOAT, [None, 1]),
          value("visits_seen", TensorProto.INT64, [None, 1]),
          value("city_seen", TensorProto.STRING, [None, 1])])


def types():
    """Values that go through unchanged, so that reading and writing show."""
    kinds = {"real": TensorProto.FLOAT, "precise": TensorProto.DOUBLE, "count": TensorProto.INT32}
    save("types", [helper.make_node("Identity", [n], [n + "_seen"]) for n in kinds],
         [value(n, k, [None, 1]) for n, k in kinds.items()],
         [value(n + "_seen", k, [None, 1]) for n, k in kinds.items()])


def whole():
    """Every row depends on all rows: of 2^k equal rows each gets 1/2^k."""
    save("whole", [helper.make_node("Softmax", ["X"], ["share"], axis=0)],
         [value("X", TensorProto.FLOAT, [None, 2])], [value("share", TensorProto.FLOAT, [None, 2])])


def refused():
    """Valid files that the program does not run, and one that is not valid."""
    save("unknown_operator", [helper.make_node("Hardmax", ["X"], ["Y"])],
         [value("X", TensorProto.FLOAT, [None, 2])], [value("Y", TensorProto.FLOAT, [None, 2])])
    with open(path("churn.onnx"), "rb") as file:
        data = file.read()
    with open(path("truncated.onnx"), "wb") as file:
        file.write(data[:len(data) // 2])


def text(cell):
    if isinstance(cell, (bool, np.bool_)):
        return "true" if cell else "false"
    if isinstance(cell, np.floating) and not np.isfinite(cell):
        return str(cell)
    if isinstance(cell, np.floating):
        shortest = np.format_float_positional(cell, unique=True, trim="-")
        mantissa, exponent = np.format_float_scientific(cell, unique=True, trim="-").split("e")
        return shortest if -5 <= int(exponent) < 15 else f"{mantissa}e{int(exponent):+03d}"
    cell = str(cell)
    return '"' + cell.replace('"', '""') + '"' if any(c in cell for c in ',"\r\n') else cell


def expect(name, model, header, feeds):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(path(model + ".onnx"), options)
    outputs = [np.asarray(o) for o in session.run(None, feeds)]
    outputs = [o.reshape(len(o), -1) for o in outputs]
    with open(path(name + ".expected.csv"), "w", encoding="utf-8") as file:
        file.write(header + "\n")
        for row in range(len(outputs[0])):
            file.write(",".join(text(c) for o in outputs for c in o[row]) + "\n")


def table(name, header, rows):
    with open(path(name + ".csv"), "w", encoding="utf-8") as file:
        file.write(header + "\n")
        file.writelines(",".join(row) + "\n" for row in rows)


def tables():
    rows = [["23", "900.5", "1"], ["41", "1000.0", "12"], ["", "NA", "nan"], ["40.5", "1e3", "13"],
            ["-inf", "inf", "NULL"], ["67", "1000.0001", "12.000001"]]
    number = {"": "nan", "NA": "nan", "NULL": "nan"}
    X = np.array([[np.float32(number.get(c, c)) for c in row] for row in rows], np.float32)
    table("churn", "age,income,tenure", rows)
    expect("churn", "churn", 'label,probability_no,"probability_yes, ""maybe"""', {"X": X})
    rows = [["0.5", "0.25"], ["-1", "0.75"], ["nan", "nan"], ["0", "0.5"]]
    X = np.array(rows, np.float32)
    table("numbers", "a,b", rows)
    expect("one_target", "one_target", "prediction", {"X": X})
    expect("three_targets", "three_targets", "prediction_0,prediction_1,prediction_2", {"X": X})
    rows = [["29", "4", "true", "Köln"], ["31", "6.0", "0", "a, b"], ["NA", "5", "1", "NA"]]
    table("mixed", "age,visits,member,city", [r[:3] + [text(r[3])] for r in rows])
    expect("mixed", "mixed", "points,visits_seen,city_seen", {
        "age": np.array([[29], [31], [np.nan]], np.float32),
        "visits": np.array([[4], [6], [5]], np.int64),
        "member": np.array([[True], [False], [True]]),
        "city": np.array([[r[3]] for r in rows], dtype=object)})
    rows = [["0.1", "0.30000000000000004", "-2147483648"], ["nan", "NA", "2147483647"],
            ["inf", "-inf", "3.0"], ["16777217", "1e-310", "-0"], ["-0.0", "123456789012345678", "7"]]
    table("types", "real,precise,count", rows)
    expect("types", "types", "real_seen,precise_seen,count_seen", {
        "real": np.array([[np.float32(r[0])] for r in rows]),
        "precise": np.array([[np.float64(number.get(r[1], r[1]))] for r in rows]),
        "count": np.array([[np.int32(float(r[2]))] for r in rows])})
    np.save(path("numbers.npy"), X)
    np.save(path("numbers_double.npy"), X.astype(np.float64))


def main():
    os.makedirs(FOLDER, exist_ok=True)
    churn()
    same_names()
    regressor("one_target", 1, 2)
    regressor("three_targets", 3, 2)
    mixed()
    types()
    whole()
    refused()
    tables()


main()
