"""pandas_predict.py MODEL.onnx TABLE.csv OUT.csv: what most people write today.

pandas reads the table, onnxruntime predicts with one thread, pandas writes the predictions.
"""

import sys

import numpy as np
import onnxruntime
import pandas


def predict(model, table, output):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options)
    rows = pandas.read_csv(table, dtype=np.float32).to_numpy(np.float32)
    prediction = session.run(None, {session.get_inputs()[0].name: rows})[-1]
    pandas.DataFrame({"prediction": prediction.ravel()}).to_csv(output, index=False)


if __name__ == "__main__":
    predict(*sys.argv[1:4])
