"""check_lightgbm.py --program ort-lite [--seed 0] [--count 500] [--keep FOLDER] [--record FOLDER]

Random small LightGBM models over objectives, boosting kinds, missing types and categories; half of
them get awkward thresholds by hand. `ort-lite convert` must make a file whose answers in onnxruntime
and in ort-lite are LightGBM's own, on rows at the thresholds and their neighbours, zeros, NaN,
values around 1e-35, and known, unknown, negative and fractional categories. Exit code 1 on a
difference. --record stores each case for test_converted and prints its line of the manifest.
"""

import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import lightgbm
import numpy as np
import onnxruntime

N_FEATURES = 5
VALUES = ["regression", "regression_l1", "huber", "fair", "quantile", "mape", "poisson", "gamma"]
VALUES += ["tweedie", "cross_entropy", "cross_entropy_lambda", "lambdarank", "rank_xendcg", "none"]
CLASSES = ["binary", "binary", "multiclass", "multiclassova"]
TINY = float(np.float32(1e-35))
AWKWARD = [0.0, -0.0, TINY, -TINY, 5e-36, -5e-36, 1e-45, 1e-50, -1e-50, 1e-38, 1e300, -1e300]
AWKWARD += [3.4028234663852886e38, 3.5e38, -3.5e38, 0.1, -0.1, 1 + 2**-30, -1 - 2**-30, 16777217.0]


def choose_parameters(random):
    objective = str(random.choice(VALUES + CLASSES * 3))
    boosting = str(random.choice(["gbdt", "gbdt", "dart", "rf"]))
    if objective in ("lambdarank", "rank_xendcg", "none") and boosting == "rf":
        boosting = "gbdt"
    parameters = {
        "objective": objective,
        "boosting": boosting,
        "num_leaves": int(random.choice([2, 4, 8, 24])),
        "min_data_in_leaf": int(random.choice([1, 5, 60])),
        "max_bin": int(random.choice([8, 63, 255])),
        "use_missing": bool(random.random() < 0.8),
        "zero_as_missing": bool(random.random() < 0.3),
        "max_cat_to_onehot": int(random.choice([1, 4, 32])),
        "min_data_per_group": 1,
        "cat_smooth": 1.0,
        "learning_rate": 0.3,
        "reg_sqrt": bool(random.random() < 0.4),
        "sigmoid": float(random.choice([1.0, 0.4, 2.5])),
        "seed": int(random.integers(1 << 30)),
        "num_threads": 1,
        "verbosity": -1,
    }
    if boosting == "rf":
        parameters.update(bagging_freq=1, bagging_fraction=0.6, feature_fraction=0.9)
    elif random.random() < 0.2 and objective not in ("lambdarank", "rank_xendcg"):
        parameters["data_sample_strategy"] = "goss"
    if objective in ("multiclass", "multiclassova") or objective == "none" and random.random() < 0.5:
        parameters["num_class"] = 3
    return parameters


def make_table(random, n_rows, categorical):
    table = random.normal(size=(n_rows, N_FEATURES)).astype(np.float32)
    table[:, 1] = np.round(table[:, 1] * 2)
    table[random.random(n_rows) < 0.3, 2] = 0
    table[random.random((n_rows, N_FEATURES)) < random.choice([0, 0.15])] = np.nan
    for column in categorical:
        table[:, column] = random.integers(0, random.choice([3, 12, 90]), n_rows)
        table[random.random(n_rows) < random.choice([0, 0.1]), column] = np.nan
    return table


def make_target(random, parameters, table):
    clean = np.nan_to_num(table)
    score = clean[:, 0] + 0.5 * clean[:, 1] * clean[:, 2] + np.sin(clean[:, 3] * 2)
    score = score + 0.3 * random.normal(size=len(score))
    objective = parameters["objective"]
    if objective == "binary":
        return score > 0.2
    if "num_class" in parameters:
        return np.digitize(score, [-0.5, 0.8])
    if objective in ("poisson", "gamma", "tweedie"):
        return np.exp(np.clip(score, -2, 2)) + 0.1
    if objective in ("cross_entropy", "cross_entropy_lambda"):
        return 1 / (1 + np.exp(-score))
    if objective in ("lambdarank", "rank_xendcg"):
        return np.digitize(score, [-1, 0, 1])
    return score


def train(random, parameters, table, categorical):
    target = make_target(random, parameters, table).astype(float)
    group = None
    if parameters["objective"] in ("lambdarank", "rank_xendcg"):
        group = [20] * (len(target) // 20)
    data = lightgbm.Dataset(table, target, group=group, categorical_feature=categorical)
    n_rounds = int(random.choice([1, 3, 9]))
    if parameters["objective"] != "none":
        return lightgbm.train(parameters, data, n_rounds)
    n_class = parameters.get("num_class", 1)

    def squares(predictions, _):
        wanted = target if n_class == 1 else (target[:, None] == np.arange(n_class)) * 1.0
        return predictions - wanted, np.ones_like(predictions)

    return lightgbm.train(dict(parameters, objective=squares), data, n_rounds)


def make_awkward(random, text):
    """Replaces a third of the numerical thresholds; the text loses its tree_sizes."""

    def change(match):
        thresholds, decisions = match.group(1).split(" "), match.group(3).split(" ")
        for i, decision in enumerate(decisions):
            if decision and int(decision) % 2 == 0 and random.random() < 0.35:
                thresholds[i] = repr(float(random.choice(AWKWARD)))
        return "threshold=" + " ".join(thresholds) + match.group(2) + " ".join(decisions) + "\n"

    text = re.sub(r"\ntree_sizes=[^\n]*", "", text)
    return re.sub(r"threshold=([^\n]*)(\ndecision_type=)([^\n]*)\n", change, text)


def make_rows(random, text, table, categorical, dtype):
    """Ordinary rows, then rows with a special value in one or two columns."""
    thresholds = [[] for _ in range(N_FEATURES)]
    pattern = r"split_feature=([^\n]+)\n(?:[^\n]+\n)?threshold=([^\n]+)\n"
    for features, values in re.findall(pattern, text):
        for feature, value in zip(features.split(), values.split()):
            thresholds[int(feature)].append(float(value))
    rows = [table[:100].astype(dtype)]
    specials = [0.0, -0.0, TINY, -TINY, 2e-35, -2e-35, 1e-36, 1e-45, np.nan, np.inf, -np.inf, 3e38]
    categories = [-1, -0.5, 0.5, 1.5, 2.9, -1.5, 200, 1e6, 2147483647, 2147483648, 3e9, -3e9, 1e30]
    for column in range(N_FEATURES):
        values = specials + [v for t in set(thresholds[column]) for v in (t,)]
        if column in categorical:
            values = specials + categories + list(range(95))
        with np.errstate(over="ignore"):
            values = np.array(values, dtype)
            around = [values, np.nextafter(values, dtype(-np.inf)), np.nextafter(values, dtype(np.inf))]
        values = np.concatenate(around)
        block = table[random.integers(0, len(table), len(values))].astype(dtype)
        block[:, column] = values
        rows.append(block)
    mixed = table[random.integers(0, len(table), 100)].astype(dtype)
    mask = random.random(mixed.shape) < 0.4
    mixed[mask] = random.choice(np.array(specials, dtype), mask.sum())
    return np.concatenate(rows + [mixed])


def expected_outputs(parameters, booster, rows):
    """LightGBM's prediction, and the raw scores that decide labels."""
    values = booster.predict(rows)
    if parameters["objective"] == "binary":
        values = np.stack([1 - values, values], 1)
    return values.reshape(len(rows), -1)


def difference(parameters, expected, outputs):
    values = outputs[-1].astype(float)
    if values.shape != expected.shape:
        return f"shape {values.shape}, not {expected.shape}"
    with np.errstate(all="ignore"):
        bad = np.abs(values - expected) > 1e-5 * np.maximum(1, np.abs(expected))
    bad = (bad & ~(values == expected)).any(1)
    if bad.any():
        row = int(bad.argmax())
        return f"{bad.sum()} rows, first {row}: {values[row]}, not {expected[row]}"
    if parameters["objective"] not in CLASSES:
        return None
    best = np.sort(expected, 1)
    wrong = (outputs[0] != expected.argmax(1)) & (best[:, -1] - best[:, -2] > 1e-6)
    return f"{wrong.sum()} labels" if wrong.any() else None


def run_here(program, folder, name, n_outputs):
    command = [program, "run", folder / "model.onnx", "--input", f"{name}={folder}/rows.npy"]
    result = subprocess.run(
        command + ["--output-dir", folder], capture_output=True, text=True, timeout=60
    )
    if result.returncode != 0:
        raise RuntimeError(result.stderr.strip())
    return [np.load(folder / f"output_{k}.npy") for k in range(n_outputs)]


def make_case(seed):
    """Parameters, text, rows, LightGBM's answers, and the options of convert."""
    random = np.random.default_rng(seed)
    parameters = choose_parameters(random)
    categorical = sorted(random.choice(N_FEATURES, int(random.integers(0, 3)), replace=False))
    categorical = [int(column) for column in categorical]
    table = make_table(random, 400, categorical)
    text = train(random, parameters, table, categorical).model_to_string()
    if random.random() < 0.5:
        text = make_awkward(random, text)
    dtype = np.float64 if random.random() < 0.25 else np.float32
    rows = make_rows(random, text, table, categorical, dtype)
    expected = expected_outputs(parameters, lightgbm.Booster(model_str=text), rows)
    arguments = ["--opset-ml", str(random.choice([3, 3, 5]))]
    arguments += ["--precision", "double"] if dtype == np.float64 else []
    return parameters, text, rows, expected, arguments


def check(options, case, folder):
    """What differs, in words; None when nothing does."""
    parameters, text, rows, expected, arguments = case
    (folder / "model.txt").write_text(text)
    np.save(folder / "rows.npy", rows)
    convert = [options.program, "convert", folder / "model.txt", "-o", folder / "model.onnx"]
    result = subprocess.run(convert + arguments, capture_output=True, text=True, timeout=60)
    if result.returncode != 0:
        return f"{arguments}: exit {result.returncode}: {result.stderr.strip()}"
    session = onnxruntime.InferenceSession(str(folder / "model.onnx"))
    name = session.get_inputs()[0].name
    outputs = session.run(None, {name: rows})
    wrong = difference(parameters, expected, outputs)
    if wrong:
        return f"{parameters} {arguments} in onnxruntime: {wrong}"
    outputs = run_here(options.program, folder, name, len(outputs))
    wrong = difference(parameters, expected, outputs)
    return f"{parameters} {arguments} in ort-lite: {wrong}" if wrong else None


def record(folder, seed, case):
    """Stores the case without the lines that nobody reads, and 150 of its rows."""
    parameters, text, rows, expected, arguments = case
    chosen = np.sort(np.random.default_rng(seed).choice(len(rows), 150, replace=False))
    rows, expected = rows[chosen], expected[chosen]
    outputs = [expected.astype(rows.dtype)]
    if parameters["objective"] in CLASSES:
        outputs.insert(0, expected.argmax(1))
    unread = r"\n(feature_importances:\n(.|\n)*end of parameters|tree_sizes=[^\n]*)"
    unread += r"|(?<=\n)(split_gain|\w+_weight|internal_value|shrinkage)=[^\n]*\n"
    case_folder = folder / f"lightgbm_{seed}"
    case_folder.mkdir(parents=True)
    (case_folder / "model.txt").write_text(re.sub(unread, "", text))
    np.save(case_folder / "input_0.npy", rows)
    for k, output in enumerate(outputs):
        np.save(case_folder / f"output_{k}.npy", output)
    precision = "double" if "double" in arguments else "float"
    print(f"{case_folder.name}\tmodel.txt\t{precision}\t{arguments[1]}\t1e-5")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--program", required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--keep", type=pathlib.Path, help="failing cases are copied there")
    parser.add_argument("--record", type=pathlib.Path, help="where cases are stored")
    options = parser.parse_args()
    onnxruntime.set_default_logger_severity(4)
    n_same = n_different = 0
    for seed in range(options.seed, options.seed + options.count):
        with tempfile.TemporaryDirectory() as name:
            case = make_case(seed)
            wrong = check(options, case, pathlib.Path(name))
            n_same += not wrong
            n_different += bool(wrong)
            if wrong:
                print(f"seed {seed}: {wrong}")
            if wrong and options.keep:
                shutil.copytree(name, options.keep / str(seed), dirs_exist_ok=True)
            if not wrong and options.record:
                record(options.record, seed, case)
    print(f"{n_same} right, {n_different} different")
    sys.exit(1 if n_different else 0)


if __name__ == "__main__":
    main()
