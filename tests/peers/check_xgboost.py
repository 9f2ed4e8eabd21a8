"""check_xgboost.py --program ort-lite [--seed 0] [--count 500] [--keep FOLDER] [--record FOLDER]

Random small XGBoost models over objectives, boosters, categories and several outputs; half of them
get awkward thresholds by hand. `ort-lite convert` must make the same file from JSON and UBJSON, and
its answers in onnxruntime and in ort-lite must be XGBoost's own, on rows at the thresholds and their
neighbours, zeros, NaN, and known, unknown, negative and fractional categories. Works with every
XGBoost from 1.0 (JSON alone before 1.6). Exit code 1 on a difference. --record stores each case for
test_converted and prints its line of the manifest.
"""

import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

import numpy as np
import onnxruntime
import xgboost

VERSION = tuple(int(part) for part in xgboost.__version__.split(".")[:2])
N_FEATURES = 5
VALUES = ["reg:squarederror", "reg:squaredlogerror", "reg:logistic", "binary:logitraw"]
VALUES += ["count:poisson", "reg:gamma", "reg:tweedie", "rank:pairwise", "rank:ndcg", "survival:cox"]
SINCE = {"reg:pseudohubererror": (1, 3), "survival:aft": (1, 3), "reg:absoluteerror": (1, 7)}
SINCE.update({"reg:quantileerror": (2, 0)})
VALUES += [name for name, first in SINCE.items() if VERSION >= first]
CLASSES = ["binary:logistic", "multi:softprob"]
IDS = ["multi:softmax", "binary:hinge"]
AWKWARD = [0.0, -0.0, 1e-45, -1e-45, 1e-40, -1e-40, 1.1754944e-38, 3.4028235e38, -3.4028235e38]
AWKWARD += [0.1, -0.1, 1.0000001, 0.99999994, 16777216.0, 33554432.0]


def choose_parameters(random):
    objective = str(random.choice(VALUES + CLASSES * 3 + IDS))
    booster = str(random.choice(["gbtree", "gbtree", "gbtree", "dart", "gblinear"]))
    parameters = {
        "objective": objective,
        "booster": booster,
        "eta": 0.3,
        "seed": int(random.integers(1 << 30)),
        "nthread": 1,
        "verbosity": 0,
    }
    if booster != "gblinear":
        parameters.update(
            max_depth=int(random.choice([1, 2, 4, 7])),
            gamma=float(random.choice([0, 0, 2.0])),
            num_parallel_tree=int(random.choice([1, 1, 3])),
            subsample=0.8,
            min_child_weight=0.1,
            tree_method=str(random.choice(["hist", "exact", "approx"])),
        )
    if booster == "dart":
        parameters.update(rate_drop=0.5, num_parallel_tree=1)
    if objective.startswith("multi:"):
        parameters["num_class"] = int(random.choice([2, 3, 5]))
    if objective == "reg:quantileerror":
        parameters["quantile_alpha"] = [0.2, 0.5, 0.9][: int(random.choice([1, 3]))]
    if random.random() < 0.5:
        parameters["base_score"] = float(random.choice([0.05, 0.5, 0.9]))
        if objective.startswith("reg:sq") or objective == "reg:gamma":
            parameters["base_score"] = float(random.choice([0.25, 3.0, 12.5]))
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
    if objective.startswith("binary:"):
        return score > 0.2
    if "num_class" in parameters:
        return np.digitize(score, np.linspace(-1, 1, parameters["num_class"] - 1))
    if objective in ("count:poisson", "reg:gamma", "reg:tweedie", "reg:squaredlogerror"):
        return np.exp(np.clip(score, -2, 2)) + 0.1
    if objective.startswith("survival:"):
        return np.exp(np.clip(score, -2, 2)) + 0.1
    if objective == "reg:logistic":
        return 1 / (1 + np.exp(-score))
    if objective.startswith("rank:"):
        return np.digitize(score, [-1, 0, 1])
    return score


def make_data(table, categorical, **more):
    if not categorical:
        return xgboost.DMatrix(table, **more)
    kinds = ["c" if column in categorical else "q" for column in range(N_FEATURES)]
    return xgboost.DMatrix(table, feature_types=kinds, enable_categorical=True, **more)


def add_outputs(random, parameters, target):
    """Some models get several targets, with trees of their own or trees with vectors."""
    objective = parameters["objective"]
    possible = objective in ("reg:squarederror", "binary:logistic", "binary:hinge", "reg:logistic")
    if VERSION < (1, 6) or parameters["booster"] == "gblinear":
        return target
    if possible and random.random() < 0.4:
        target = np.stack([target, target.max() - target, np.roll(target, 1)], 1)
    many = target.ndim == 2 or objective == "multi:softprob"
    if VERSION >= (2, 0) and many and parameters["booster"] == "gbtree" and random.random() < 0.5:
        parameters.update(multi_strategy="multi_output_tree", tree_method="hist")
    return target


def train(random, parameters, table, categorical):
    target = make_target(random, parameters, table).astype(np.float32)
    target = add_outputs(random, parameters, target)
    data = make_data(table, categorical, label=target)
    if parameters["objective"].startswith("rank:"):
        data.set_group([20] * (len(target) // 20))
    if parameters["objective"] == "survival:aft":
        data.set_float_info("label_lower_bound", target)
        data.set_float_info("label_upper_bound", target * 2)
    return xgboost.train(parameters, data, int(random.choice([1, 3, 9])))


def model_of(document):
    booster = document["learner"]["gradient_booster"]
    return booster.get("gbtree", booster)["model"]


def make_awkward(random, document):
    """Replaces a third of the numerical thresholds."""
    for tree in model_of(document).get("trees", []):
        kinds = tree.get("split_type") or [0] * len(tree["left_children"])
        for i, left in enumerate(tree["left_children"]):
            if left >= 0 and kinds[i] == 0 and random.random() < 0.35:
                tree["split_conditions"][i] = float(np.float32(random.choice(AWKWARD)))


def find_thresholds(document):
    thresholds = [{0.0} for _ in range(N_FEATURES)]
    for tree in model_of(document).get("trees", []):
        kinds = tree.get("split_type") or [0] * len(tree["left_children"])
        for i, left in enumerate(tree["left_children"]):
            if left >= 0 and kinds[i] == 0:
                thresholds[tree["split_indices"][i]].add(tree["split_conditions"][i])
    return thresholds


def make_rows(random, document, table, categorical):
    """Ordinary rows, then rows with a special value in one or two columns."""
    rows = [table[:100]]
    specials = [0.0, -0.0, 1e-45, -1e-45, 1e-38, np.nan, 3e38, -3e38]
    categories = [-1, -0.5, 0.5, 1.5, 2.9, -1.5, 200, 1e6, 16777215, 16777216, 3e9, -3e9, 1e30]
    for column, thresholds in enumerate(find_thresholds(document)):
        values = np.array(specials + sorted(thresholds), np.float32)
        around = [values, np.nextafter(values, np.float32(-np.inf))]
        values = np.concatenate(around + [np.nextafter(values, np.float32(np.inf))])
        if column in categorical:
            values = np.array(categories + list(range(95)) + [np.nan], np.float32)
        values = values[~np.isinf(values)]
        block = table[random.integers(0, len(table), len(values))]
        block[:, column] = values
        rows.append(block)
    return np.concatenate(rows).astype(np.float32)


def make_case(seed):
    """Parameters, booster, rows, XGBoost's answers (labels or None, values), options of convert."""
    random = np.random.default_rng(seed)
    parameters = choose_parameters(random)
    categorical = []
    if VERSION >= (1, 7) and parameters.get("tree_method") in ("hist", "approx"):
        categorical = random.choice(N_FEATURES, int(random.integers(0, 3)), replace=False)
        categorical = sorted(int(column) for column in categorical)
        parameters["max_cat_to_onehot"] = int(random.choice([1, 4, 100]))
    table = make_table(random, 400, categorical)
    booster = train(random, parameters, table, categorical)
    with tempfile.TemporaryDirectory() as name:
        path = pathlib.Path(name) / "model.json"
        booster.save_model(str(path))
        document = json.loads(path.read_text())
        if random.random() < 0.5:
            make_awkward(random, document)
        path.write_text(json.dumps(document))
        booster = xgboost.Booster(model_file=str(path))
    rows = make_rows(random, document, table, categorical)
    values = booster.predict(make_data(rows, categorical))
    arguments = ["--opset-ml", str(random.choice([3, 3, 5]))]
    return parameters, booster, document, rows, values, arguments


def expected_outputs(parameters, values):
    """Label and values as ort-lite gives them; None where there is no such output."""
    objective = parameters["objective"]
    if objective in IDS and values.ndim == 1:
        return values.astype(np.int64), None
    if objective == "binary:logistic" and values.ndim == 1:
        values = np.stack([1 - values, values], 1)
    label = None
    if objective == "multi:softprob" or objective == "binary:logistic" and values.shape[1] == 2:
        label = values.argmax(1)
    return label, values.reshape(len(values), -1)


def difference(expected, outputs):
    labels, values = expected
    if values is None:
        wrong = outputs[0] != labels
        return f"{wrong.sum()} labels" if wrong.any() else None
    found = outputs[-1]
    if found.shape != values.shape:
        return f"shape {found.shape}, not {values.shape}"
    with np.errstate(all="ignore"):
        bad = np.abs(found.astype(float) - values) > 1e-5 * np.maximum(1, np.abs(values))
    bad = (bad & ~(values == found)).any(1)
    if bad.any():
        row = int(bad.argmax())
        return f"{bad.sum()} rows, first {row}: {found[row]}, not {values[row]}"
    if labels is None:
        return None
    best = np.sort(values, 1)
    wrong = (outputs[0] != labels) & (best[:, -1] - best[:, -2] > 1e-6)
    return f"{wrong.sum()} labels" if wrong.any() else None


def run_here(program, folder, name, n_outputs):
    command = [program, "run", folder / "model.onnx", "--input", f"{name}={folder}/rows.npy"]
    result = subprocess.run(
        command + ["--output-dir", folder], capture_output=True, text=True, timeout=60
    )
    if result.returncode != 0:
        return result.stderr.strip()
    return [np.load(folder / f"output_{k}.npy") for k in range(n_outputs)]


def convert(options, arguments, source, target):
    command = [options.program, "convert", source, "-o", target] + arguments
    result = subprocess.run(command, capture_output=True, text=True, timeout=60)
    if result.returncode != 0:
        return f"{arguments}: exit {result.returncode}: {result.stderr.strip()}"
    return None


def check_ubjson(options, booster, arguments, folder):
    """JSON as XGBoost writes it and UBJSON give the same file."""
    for form in ("json", "ubj"):
        booster.save_model(str(folder / f"again.{form}"))
        wrong = convert(options, arguments, folder / f"again.{form}", folder / f"{form}.onnx")
        if wrong:
            return wrong
    same = (folder / "json.onnx").read_bytes() == (folder / "ubj.onnx").read_bytes()
    return None if same else "JSON and UBJSON give different files"


def check(options, case, folder):
    """What differs, in words; None when nothing does."""
    parameters, booster, document, rows, values, arguments = case
    (folder / "model.json").write_text(json.dumps(document))
    np.save(folder / "rows.npy", rows)
    wrong = convert(options, arguments, folder / "model.json", folder / "model.onnx")
    if not wrong and VERSION >= (1, 6):
        wrong = check_ubjson(options, booster, arguments, folder)
    if wrong:
        return f"{parameters}: {wrong}"
    session = onnxruntime.InferenceSession(str(folder / "model.onnx"))
    name = session.get_inputs()[0].name
    outputs = session.run(None, {name: rows})
    expected = expected_outputs(parameters, values)
    wrong = difference(expected, outputs)
    if wrong:
        return f"{parameters} {arguments} in onnxruntime: {wrong}"
    outputs = run_here(options.program, folder, name, len(outputs))
    wrong = outputs if isinstance(outputs, str) else difference(expected, outputs)
    return f"{parameters} {arguments} in ort-lite: {wrong}" if wrong else None


def record(folder, seed, case):
    """Stores the case, every second one as UBJSON, and 150 of its rows."""
    parameters, booster, document, rows, values, arguments = case
    chosen = np.sort(np.random.default_rng(seed).choice(len(rows), 150, replace=False))
    label, values = expected_outputs(parameters, values[chosen])
    form = "ubj" if seed % 2 and VERSION >= (1, 6) else "json"
    case_folder = folder / f"xgboost_{seed}"
    case_folder.mkdir(parents=True)
    booster.save_model(str(case_folder / f"model.{form}"))
    np.save(case_folder / "input_0.npy", rows[chosen])
    for k, output in enumerate(o for o in (label, values) if o is not None):
        np.save(case_folder / f"output_{k}.npy", output)
    print(f"{case_folder.name}\tmodel.{form}\tfloat\t{arguments[1]}\t1e-5")


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
            try:
                case = make_case(seed)
            except xgboost.core.XGBoostError as failure:
                print(f"seed {seed}: not trained: {str(failure).splitlines()[0][:90]}")
                continue
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
