"""record_random.py FOLDER [--count 200] [--max-bytes 12000]

Stores small cases of ensembles.py with onnxruntime's answers, for tests/test_recorded.c: a folder
for each case with model.onnx, input_0.npy, output_0.npy ..., and MANIFEST.tsv.
"""

import argparse
import io
import pathlib

import numpy as np

import ensembles
import reference


def to_npy(array):
    """Bytes of the .npy file."""
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def record(seed, max_bytes):
    """File names and contents of the case, None when it is refused or larger than max_bytes."""
    model, rows = ensembles.make(seed)
    outputs = reference.run(model, {"X": rows})
    if outputs is None:
        return None
    files = {"model.onnx": model, "input_0.npy": to_npy(rows)}
    files |= {f"output_{k}.npy": to_npy(array) for k, array in enumerate(outputs)}
    return files if sum(map(len, files.values())) <= max_bytes else None


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--max-bytes", type=int, default=12000)
    options = parser.parse_args()
    lines = ["case\texpect\ttolerance\n"]
    seed = 0
    while len(lines) <= options.count:
        files = record(seed, options.max_bytes)
        if files:
            name = f"{seed:04d}"
            (options.folder / name).mkdir(parents=True, exist_ok=True)
            for file, content in files.items():
                (options.folder / name / file).write_bytes(content)
            lines.append(f"{name}\tok\t0\n")
        seed += 1
    (options.folder / "MANIFEST.tsv").write_text("".join(lines))


if __name__ == "__main__":
    main()
