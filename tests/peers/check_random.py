"""check_random.py --program ort-lite [--seed 0] [--count 2000] [--keep FOLDER]

Random ensembles of every operator version: `ort-lite run` must give the bits of single-threaded
onnxruntime. Models that onnxruntime refuses are skipped and counted. Exit code 1 on a difference.
"""

import argparse
import pathlib
import shutil
import subprocess
import sys
import tempfile

import numpy as np

import ensembles
import reference


def compare(program, model, rows, expected, folder):
    """What differs, in words; None when nothing does."""
    for old in folder.iterdir():
        old.unlink()
    (folder / "model.onnx").write_bytes(model)
    np.save(folder / "input.npy", rows)
    command = [program, "run", folder / "model.onnx", "--input", f"X={folder}/input.npy"]
    result = subprocess.run(
        command + ["--output-dir", folder], capture_output=True, text=True, timeout=60
    )
    if result.returncode != 0:
        return f"exit {result.returncode}: {result.stderr.strip()}"
    for k, array in enumerate(expected):
        wrong = reference.difference(array, np.load(folder / f"output_{k}.npy"))
        if wrong:
            return f"output {k}: {wrong}"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--program", required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--keep", type=pathlib.Path, help="failing cases are copied there")
    options = parser.parse_args()
    n_same = n_different = n_skipped = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for seed in range(options.seed, options.seed + options.count):
            model, rows = ensembles.make(seed)
            expected = reference.run(model, {"X": rows})
            if expected is None:
                n_skipped += 1
                continue
            wrong = compare(options.program, model, rows, expected, folder)
            if wrong is None:
                n_same += 1
                continue
            n_different += 1
            print(f"seed {seed}: {wrong}")
            if options.keep:
                shutil.copytree(folder, options.keep / str(seed), dirs_exist_ok=True)
    print(f"{n_same} bit-equal, {n_different} different, {n_skipped} refused by onnxruntime")
    sys.exit(1 if n_different else 0)


if __name__ == "__main__":
    main()
