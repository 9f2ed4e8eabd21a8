"""onnxruntime's answers, single-threaded, as plain arrays; and the comparison with them."""

import numpy as np
import onnx
import onnxruntime


def run(model, inputs):
    """The outputs of the model, None when onnxruntime refuses it or the inputs. Maps become a
    matrix with a column for each key of ZipMap, texts an array of NumPy's `<U` type."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    try:
        session = onnxruntime.InferenceSession(
            model, options, providers=["CPUExecutionProvider"]
        )
        outputs = session.run(None, inputs)
    except Exception:  # its exceptions have no common base of their own
        return None
    return [to_array(model, output) for output in outputs]


def to_array(model, output):
    if isinstance(output, list) and isinstance(output[0], np.ndarray):
        return np.concatenate(output, -1)  # a sequence of matrices is one
    if isinstance(output, list):
        nodes = onnx.load_from_string(model).graph.node
        zipmap = next(node for node in nodes if node.op_type == "ZipMap")
        keys = list(zipmap.attribute[0].ints) or [k.decode() for k in zipmap.attribute[0].strings]
        rows = [[row[key] for key in keys] for row in output]
        return np.array(rows, np.float32).reshape(len(output), len(keys))
    return output.astype(str) if output.dtype == object else output


def difference(expected, found):
    """What differs, in words; None when all is the same to the bit (any NaN equals any NaN)."""
    kinds = expected.dtype.kind, found.dtype.kind
    if kinds != ("U", "U") and expected.dtype != found.dtype:
        return f"type {found.dtype}, expected {expected.dtype}"
    if expected.shape != found.shape:
        return f"shape {found.shape}, expected {expected.shape}"
    same = expected == found
    if kinds[0] == "f":
        same &= np.signbit(expected) == np.signbit(found)
        same |= np.isnan(expected) & np.isnan(found)
    return None if same.all() else f"{int((~same).sum())} of {same.size} values"
