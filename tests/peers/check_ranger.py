"""check_ranger.py --program ort-lite --ranger ranger [--seed 0] [--count 200] [--keep FOLDER]

Random small forests of ranger's command line program (https://github.com/imbs-hl/ranger, folder
cpp_version) of all tree types, with unordered factors: what `ort-lite convert` makes of OUT.forest
must answer as `ranger --predict` does, in onnxruntime and in ort-lite, on rows at the split points
and their neighbours. Exit code 1 on a difference.
"""

import pathlib
import struct
import subprocess
import tempfile

import numpy as np

import conversions

N_FEATURES = 4
TYPES = {"classification": 1, "regression": 3, "survival": 5, "probability": 1}


def write_table(path, table, target):
    """ranger reads doubles, which 17 digits give back."""
    names = [f"v{i}" for i in range(N_FEATURES)] + [f"y{i}" for i in range(target.shape[1])]
    lines = [" ".join(names)]
    lines += [" ".join(f"{value:.17g}" for value in row) for row in np.hstack([table, target])]
    path.write_text("\n".join(lines) + "\n")


def run_ranger(ranger, folder, *arguments):
    command = [ranger, "--nthreads", "1", "--outprefix", folder / "out", *map(str, arguments)]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=60)


def make_target(random, kind, table):
    score = table[:, 0] + 0.5 * table[:, 1] * table[:, 2] + 0.2 * random.normal(size=len(table))
    if kind == "survival":
        times = np.round(np.exp(score) * 3) + 1
        return np.stack([times, random.random(len(table)) < 0.7], 1)
    if kind == "regression":
        return score[:, None]
    labels = np.array(random.choice([[1, 2, 3], [-7, 0, 12]]))
    return labels[np.digitize(score, [-0.5, 0.6])][:, None]


def find_doubles(content):
    """Everything in the file that may be a split point."""
    n = (len(content) - 8) // 4
    values = [struct.unpack_from("<d", content, 4 * i)[0] for i in range(n)]
    return np.unique([v for v in values if 1e-6 < abs(v) < 100])


def make_rows(random, content, table, factor):
    values = find_doubles(content).astype(np.float32)[:60]
    around = [values, np.nextafter(values, np.float32(-np.inf))]
    values = np.concatenate(around + [np.nextafter(values, np.float32(np.inf)), [0]])
    rows = [table[:100]]
    for column in range(N_FEATURES):
        if column != factor:
            block = table[random.integers(0, len(table), len(values))]
            block[:, column] = values
            rows.append(block)
    return np.concatenate(rows).astype(np.float32)


def read_prediction(path, kind):
    """Outputs as ort-lite gives them, and the rows where classes are as good, of which ranger takes
    any. Classes stand in the order of their first appearance."""
    rows = [line.split() for line in path.read_text().splitlines()]
    rows = [[float(cell) for cell in row] for row in rows if row and row[0][0] in "-.0123456789"]
    if kind == "probability":
        shares = np.array(rows[1:])[:, np.argsort(rows[0])]
        best = np.sort(shares, 1)
        labels = np.sort(rows[0])[shares.argmax(1)].astype(np.int64)
        return [labels, shares], best[:, -1] - best[:, -2] <= 1e-5
    return [np.array(rows[1:] if kind == "survival" else rows)], None


def read_votes(path):
    """The same from the predictions of each tree."""
    trees = [text.split() for text in path.read_text().split("Tree ")[1:]]
    votes = np.array([[int(label) for label in tree[1:]] for tree in trees])
    classes = np.unique(votes)
    counts = (votes[:, :, None] == classes).sum(0)
    best = np.sort(counts, 1)
    loose = best[:, -1] == best[:, -2] if len(classes) > 1 else None
    return [classes[counts.argmax(1)]], loose


def make_case(seed, ranger):
    random = np.random.default_rng(seed)
    kind = str(random.choice(list(TYPES)))
    table = random.normal(size=(200, N_FEATURES)).astype(np.float32)
    table[:, 1] = np.round(table[:, 1] * 2)
    factor = 3 if random.random() < 0.5 else None
    if factor is not None:
        table[:, factor] = random.integers(1, int(random.choice([3, 8])), len(table))
    target = make_target(random, kind, table)
    n_trees = int(random.choice([1, 3, 9]))
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write_table(folder / "train.dat", table, target)
        arguments = ["--treetype", TYPES[kind], "--depvarname", "y0", "--ntree", n_trees]
        arguments += ["--statusvarname", "y1"] if kind == "survival" else []
        arguments += ["--probability"] if kind == "probability" else []
        arguments += ["--catvars", f"v{factor}"] if factor is not None else []
        arguments += ["--seed", seed + 1, "--targetpartitionsize", int(random.choice([5, 40]))]
        run_ranger(ranger, folder, "--file", folder / "train.dat", "--write", *arguments)
        content = (folder / "out.forest").read_bytes()
        rows = make_rows(random, content, table, factor)
        write_table(folder / "rows.dat", rows, np.ones((len(rows), target.shape[1])))
        predict = ["--predict", folder / "out.forest", "--treetype", TYPES[kind]]
        predict += ["--probability"] if kind == "probability" else []
        predict += ["--predall"] if kind == "classification" else []
        run_ranger(ranger, folder, "--file", folder / "rows.dat", *predict)
        if kind == "classification":
            outputs, loose = read_votes(folder / "out.prediction")
        else:
            outputs, loose = read_prediction(folder / "out.prediction", kind)
    arguments = ["--opset-ml", str(random.choice([3, 3, 5]))]
    description = f"{kind} factor {factor} trees {n_trees}"
    return conversions.Case(description, "model.forest", content, rows, outputs, arguments, loose)


if __name__ == "__main__":
    conversions.main("ranger", __doc__.split("\n", 1)[0], make_case, is_program=True)
