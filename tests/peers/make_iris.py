"""make_iris.py FOLDER: writes iris.onnx, iris.csv and expected.csv into FOLDER.

The example of scikit-learn's chapter on model persistence: a HistGradientBoostingClassifier fitted
on the iris data, exported by skl2onnx. expected.csv holds onnxruntime's answers in the form in which
`ort-lite predict` prints them.
"""

import pathlib
import sys

import numpy as np
import onnxruntime
import skl2onnx
from sklearn.datasets import load_iris
from sklearn.ensemble import HistGradientBoostingClassifier


def shortest(value):
    """The shortest text that reads back as the same float32."""
    text = str(np.float32(value))
    return text.removesuffix(".0")


def table(header, lines):
    return "\n".join([",".join(header)] + [",".join(line) for line in lines]) + "\n"


def main(folder):
    folder = pathlib.Path(folder)
    data = load_iris()
    classifier = HistGradientBoostingClassifier().fit(data.data, data.target)
    rows = data.data.astype(np.float32)
    model = skl2onnx.to_onnx(classifier, rows[:1], target_opset=12).SerializeToString()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options)
    labels, probabilities = session.run(None, {"X": rows})
    (folder / "iris.onnx").write_bytes(model)
    (folder / "iris.csv").write_text(
        table(data.feature_names, ([shortest(cell) for cell in row] for row in rows))
    )
    classes = sorted(probabilities[0])
    (folder / "expected.csv").write_text(
        table(
            ["label"] + [f"probability_{name}" for name in classes],
            (
                [str(label)] + [shortest(row[name]) for name in classes]
                for label, row in zip(labels, probabilities)
            ),
        )
    )


if __name__ == "__main__":
    main(sys.argv[1])
