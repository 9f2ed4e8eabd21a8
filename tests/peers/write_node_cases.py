#!/usr/bin/env python3
"""write_node_cases.py FOLDER: writes the test cases of single operators that the onnx package
generates, each as a folder for `ort-lite test FOLDER`."""
import os
import sys
import warnings

import numpy as np
import onnx
from onnx import numpy_helper
from onnx.backend.test.case.node import collect_testcases


def as_message(value, declared):
    if isinstance(value, onnx.TensorProto):
        return value
    if declared.type.HasField("tensor_type"):
        return numpy_helper.from_array(np.asarray(value), declared.name)
    return numpy_helper.from_list(list(value)) if isinstance(value, (list, tuple)) else None


def write_case(case, folder):
    os.makedirs(folder, exist_ok=True)
    onnx.save(case.model, f"{folder}/model.onnx")
    for number, (inputs, outputs) in enumerate(case.data_sets):
        data = f"{folder}/test_data_set_{number}"
        os.makedirs(data, exist_ok=True)
        sides = ("input", inputs, case.model.graph.input), ("output", outputs, case.model.graph.output)
        for word, values, declared in sides:
            for k, value in enumerate(values):
                message = as_message(value, declared[k])
                if message is not None:
                    with open(f"{data}/{word}_{k}.pb", "wb") as file:
                        file.write(message.SerializeToString())


warnings.simplefilter("ignore")
for case in collect_testcases(None):
    write_case(case, os.path.join(sys.argv[1], case.name))
