"""What the comparisons of converters share: a case is converted, the onnx package must find nothing
wrong with the file, `convert --compare` must find the source's path in every tree for every row, and
the answers of onnxruntime and of `ort-lite run` must be the trainer's own."""

import argparse
import dataclasses
import pathlib
import shutil
import subprocess
import sys
import tempfile

import numpy as np
import onnx
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
    twin: tuple = None  # name and content of another form of the source: it must give the same file


def make_table(random, n_rows, n_features, categorical):
    """Numbers, of which some are whole, zero or missing, and categories, of which some are missing."""
    table = random.normal(size=(n_rows, n_features)).astype(np.float32)
    table[:, 1] = np.round(table[:, 1] * 2)
    table[random.random(n_rows) < 0.3, 2] = 0
    table[random.random((n_rows, n_features)) < random.choice([0, 0.15])] = np.nan
    for column in categorical:
        table[:, column] = random.integers(0, random.choice([3, 12, 90]), n_rows)
        table[random.random(n_rows) < random.choice([0, 0.1]), column] = np.nan
    return table


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


def convert(program, case, source, model, *more):
    return run_program([program, "convert", source, "-q", "-o", model, *case.arguments, *more])


def check_twin(program, case, folder):
    name, content = case.twin
    (folder / name).write_bytes(content)
    wrong = convert(program, case, folder / name, folder / "twin.onnx")
    same = not wrong and (folder / "twin.onnx").read_bytes() == (folder / "model.onnx").read_bytes()
    return wrong or (None if same else f"{name} gives another file")


def check_paths(program, case, folder):
    table = folder / "rows.csv"
    np.savetxt(table, case.rows, fmt="%.17g", delimiter=",")
    more = ["--compare", table, "--by-position"]
    return convert(program, case, folder / case.source, folder / "again.onnx", *more)


def check_answers(program, case, folder):
    model, rows = folder / "model.onnx", folder / "rows.npy"
    session = onnxruntime.InferenceSession(str(model))
    name = session.get_inputs()[0].name
    outputs = session.run(None, {name: case.rows})
    wrong = difference(case, outputs)
    if wrong:
        return "in onnxruntime: " + wrong
    np.save(rows, case.rows)
    wrong = run_program([program, "run", model, "--input", f"{name}={rows}", "--output-dir", folder])
    if wrong:
        return wrong
    outputs = [np.load(folder / f"output_{k}.npy") for k in range(len(outputs))]
    wrong = difference(case, outputs)
    return "in ort-lite: " + wrong if wrong else None


def check(program, case, folder):
    """What differs, in words; None when nothing does."""
    (folder / case.source).write_bytes(case.content)
    wrong = convert(program, case, folder / case.source, folder / "model.onnx")
    if wrong:
        return wrong
    onnx.checker.check_model(str(folder / "model.onnx"), full_check=True)
    wrong = check_twin(program, case, folder) if case.twin else None
    wrong = wrong or check_answers(program, case, folder)
    return wrong or check_paths(program, case, folder)


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
