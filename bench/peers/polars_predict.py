"""polars_predict.py MODEL.onnx TABLE.csv OUT.csv: the same as pandas_predict.py with polars.

Set POLARS_MAX_THREADS=1 for one thread.
"""

import sys

import numpy as np
import onnxruntime
import polars


def predict(model, table, output):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options)
    frame = polars.read_csv(table).cast(polars.Float32)
    rows = np.ascontiguousarray(frame.to_numpy())
    prediction = session.run(None, {session.get_inputs()[0].name: rows})[-1]
    polars.DataFrame({"prediction": prediction.ravel()}).write_csv(output)


if __name__ == "__main__":
    predict(*sys.argv[1:4])
