#!/usr/bin/env python3
"""export_graphs.py FOLDER: exports of scikit-learn that are many small ensembles, or trees and a tail of cheap
operators, for bench_run and compare.sh. bare.onnx is forest.onnx without its tail."""
import os
import sys

import numpy as np
import onnx
from skl2onnx import to_onnx
from sklearn.ensemble import (AdaBoostClassifier, AdaBoostRegressor, BaggingClassifier, BaggingRegressor,
                              IsolationForest, RandomForestClassifier, VotingClassifier)
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

random = np.random.default_rng(0)
X = random.normal(size=(600, 10)).astype(np.float32)
classes, values = (X[:, 0] + X[:, 1] > 0).astype(int), X[:, 0] * 2 + X[:, 2]
forest = RandomForestClassifier(100, max_depth=8, random_state=0)
models = {
    "isolation": IsolationForest(n_estimators=100, random_state=0).fit(X),
    "bagging": BaggingClassifier(DecisionTreeClassifier(max_depth=6), 50, random_state=0).fit(X, classes),
    "bagging_values": BaggingRegressor(DecisionTreeRegressor(max_depth=6), 50, random_state=0).fit(X, values),
    "boosting": AdaBoostClassifier(DecisionTreeClassifier(max_depth=2), n_estimators=50, random_state=0).fit(X, classes),
    "boosting_values": AdaBoostRegressor(n_estimators=50, random_state=0).fit(X, values),
    "voting": VotingClassifier([("a", RandomForestClassifier(20, max_depth=6, random_state=0)),
                                ("b", DecisionTreeClassifier(max_depth=4))], voting="soft",
                               flatten_transform=False).fit(X, classes),
    "forest": forest.fit(X, classes),
}
os.makedirs(sys.argv[1], exist_ok=True)
for name, model in models.items():
    exported = to_onnx(model, X[:1], target_opset={"": 17, "ai.onnx.ml": 3})
    print(f"{name}: {len(exported.graph.node)} nodes")
    onnx.save(exported, os.path.join(sys.argv[1], f"{name}.onnx"))
    if name == "forest":
        tree = next(node for node in exported.graph.node if node.op_type.startswith("TreeEnsemble"))
        del exported.graph.node[:], exported.graph.output[:]
        exported.graph.node.append(tree)
        kinds = (onnx.TensorProto.INT64, ["N"]), (onnx.TensorProto.FLOAT, ["N", 2])
        for output, kind in zip(tree.output, kinds):
            exported.graph.output.append(onnx.helper.make_tensor_value_info(output, *kind))
        onnx.save(exported, os.path.join(sys.argv[1], "bare.onnx"))
