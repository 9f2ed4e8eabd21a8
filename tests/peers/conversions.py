"""What the comparisons of converters share: a case is converted, then answered by onnxruntime and by
`ort-lite run`, and both answers must be the trainer's own."""

import argparse
import dataclasses
import pathlib
import shutil
import subprocess
import sys
import tempfile

import numpy as np
import onnxruntime


@dataclasses.dataclass
class Case:
    description: str
    source: str  # file name
    content: bytes
    rows: np.ndarray
    outputs: list  # the trainer's answers, in the order of the ONNX outputs
    arguments: list  # of convert
    loose: np.ndarray = None  # rows whose labels rounding may decide
    tolerance: float = 1e-5


def difference_of_one(case, expected, found):
    if found.shape != expected.shape:
        return f"shape {found.shape}, not {expected.shape}"
    if expected.dtype.kind == "f":
        with np.errstate(all="ignore"):
            allowed = case.tolerance * np.maximum(1, np.abs(expected))
            bad = ~(np.abs(found.astype(float) - expected) <= allowed) & ~(expected == found)
            bad &= ~(np.isnan(expected) & np.isnan(found))
    else:
        bad = expected != found
        if case.loose is not None:
            bad &= ~case.loose
    bad = bad.reshape(len(bad), -1).any(1)
    row = int(bad.argmax())
    if not bad.any():
        return None
    return f"{bad.sum()} rows, first {row} {case.rows[row]}: {found[row]}, not {expected[row]}"


def difference(case, outputs):
    for k, expected in enumerate(case.outputs):
        if k == len(outputs):
            return f"{len(outputs)} outputs, not {len(case.outputs)}"
        wrong = difference_of_one(case, expected, outputs[k])
        if wrong:
            return f"output {k}: {wrong}"
    return None


def run_program(command):
    result = subprocess.run(command, capture_output=True, text=True, timeout=60)
    return None if result.returncode == 0 else f"exit {result.returncode}: {result.stderr.strip()}"


def check(program, case, folder):
    """What differs, in words; None when nothing does."""
    model, rows = folder / "model.onnx", folder / "rows.npy"
    (folder / case.source).write_bytes(case.content)
    np.save(rows, case.rows)
    wrong = run_program([program, "convert", folder / case.source, "-o", model] + case.arguments)
    if wrong:
        return wrong
    session = onnxruntime.InferenceSession(str(model))
    name = session.get_inputs()[0].name
    outputs = session.run(None, {name: case.rows})
    wrong = difference(case, outputs)
    if wrong:
        return "in onnxruntime: " + wrong
    wrong = run_program([program, "run", model, "--input", f"{name}={rows}", "--output-dir", folder])
    if wrong:
        return wrong
    outputs = [np.load(folder / f"output_{k}.npy") for k in range(len(outputs))]
    wrong = difference(case, outputs)
    return "in ort-lite: " + wrong if wrong else None


def record(folder, seed, case, shorten):
    """Stores the case for test_converted with 120 of its rows, and prints its line of the manifest."""
    chosen = np.random.default_rng(seed).permutation(len(case.rows))
    if case.loose is not None:
        chosen = chosen[~case.loose[chosen]]
    chosen = np.sort(chosen[:120])
    folder.mkdir(parents=True)
    (folder / case.source).write_bytes(shorten(case.content))
    np.save(folder / "input_0.npy", case.rows[chosen])
    for k, output in enumerate(case.outputs):
        kind = case.rows.dtype if output.dtype.kind == "f" else np.int64
        np.save(folder / f"output_{k}.npy", output[chosen].astype(kind))
    precision = "double" if case.rows.dtype == np.float64 else "float"
    opset = case.arguments[case.arguments.index("--opset-ml") + 1]
    print(f"{folder.name}\t{case.source}\t{precision}\t{opset}\t{case.tolerance:g}")


def main(trainer, title, make_case, shorten=lambda content: content, is_program=False):
    """make_case(seed) gives a Case, or None when the trainer refuses to train it. shorten drops what
    no reader looks at from a file that is recorded. A trainer that is a program is called by
    make_case(seed, path)."""
    parser = argparse.ArgumentParser(description=title)
    parser.add_argument("--program", required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--keep", type=pathlib.Path, help="failing cases are copied there")
    parser.add_argument("--record", type=pathlib.Path, help="where cases are stored")
    if is_program:
        parser.add_argument("--" + trainer, required=True, help="the trainer's program")
    options = parser.parse_args()
    more = [getattr(options, trainer)] if is_program else []
    onnxruntime.set_default_logger_severity(4)
    n_same = n_different = n_skipped = 0
    for seed in range(options.seed, options.seed + options.count):
        case = make_case(seed, *more)
        if case is None:
            n_skipped += 1
            continue
        with tempfile.TemporaryDirectory() as name:
            wrong = check(options.program, case, pathlib.Path(name))
            n_same += not wrong
            n_different += bool(wrong)
            if wrong:
                print(f"seed {seed}: {case.description} {case.arguments}: {wrong}")
            if wrong and options.keep:
                shutil.copytree(name, options.keep / str(seed), dirs_exist_ok=True)
            if not wrong and options.record:
                record(options.record / f"{trainer}_{seed}", seed, case, shorten)
    print(f"{n_same} right, {n_different} different, {n_skipped} not trained")
    sys.exit(1 if n_different else 0)
