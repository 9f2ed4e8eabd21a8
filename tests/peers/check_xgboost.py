"""check_xgboost.py --program ort-lite [--seed 0] [--count 500] [--keep FOLDER] [--record FOLDER]

Random small XGBoost models over objectives, boosters, categories and several outputs; half of them
get awkward thresholds by hand. `ort-lite convert` must make the same file from JSON and UBJSON, and
its answers in onnxruntime and in ort-lite must be XGBoost's own, on rows at the thresholds and their
neighbours, zeros, NaN, and known, unknown, negative and fractional categories. Works with every
XGBoost from 1.0 (JSON alone before 1.6). Exit code 1 on a difference. --record stores each case for
test_converted and prints its line of the manifest.
"""

import json
import pathlib
import tempfile

import numpy as np
import xgboost

import conversions

VERSION = tuple(int(part) for part in xgboost.__version__.split(".")[:2])
FORMS = ["json", "ubj"] if VERSION >= (1, 6) else ["json"]
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


def train(random, parameters, table, categorical, variant):
    target = make_target(random, parameters, table).astype(np.float32)
    target = add_outputs(random, parameters, target)
    data = make_data(table, categorical, label=target)
    if parameters["objective"].startswith("rank:"):
        data.set_group([20] * (len(target) // 20))
    if parameters["objective"] == "survival:aft":
        data.set_float_info("label_lower_bound", target)
        data.set_float_info("label_upper_bound", target * 2)
    n_rounds = int(random.choice([1, 3, 9]))
    booster = xgboost.train(parameters, data, 0 if variant == "no rounds" else n_rounds)
    if variant == "pruned" and parameters["booster"] == "gbtree":
        more = {"process_type": "update", "updater": "prune", "gamma": 3.0}
        booster = xgboost.train({**parameters, **more}, data, n_rounds, xgb_model=booster)
    return booster


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
        with np.errstate(over="ignore"):
            around = [values, np.nextafter(values, np.float32(-np.inf))]
            values = np.concatenate(around + [np.nextafter(values, np.float32(np.inf))])
        if column in categorical:
            values = np.array(categories + list(range(95)) + [np.nan], np.float32)
        values = values[~np.isinf(values)]
        block = table[random.integers(0, len(table), len(values))]
        block[:, column] = values
        rows.append(block)
    return np.concatenate(rows).astype(np.float32)


def answers(parameters, values):
    """Outputs as ort-lite gives them, and the rows where two classes are as good."""
    objective = parameters["objective"]
    if objective in IDS and values.ndim == 1:
        return [values.astype(np.int64)], None
    if objective == "binary:logistic" and values.ndim == 1:
        values = np.stack([1 - values, values], 1)
    values = values.reshape(len(values), -1)
    if objective == "multi:softprob" or objective == "binary:logistic" and values.shape[1] == 2:
        best = np.sort(values, 1)
        return [values.argmax(1), values], best[:, -1] - best[:, -2] <= 1e-6
    return [values], None


def save(booster, form):
    with tempfile.TemporaryDirectory() as name:
        path = pathlib.Path(name) / f"model.{form}"
        booster.save_model(str(path))
        return path.read_bytes()


def load(content):
    with tempfile.TemporaryDirectory() as name:
        path = pathlib.Path(name) / "model.json"
        path.write_bytes(content)
        return xgboost.Booster(model_file=str(path))


def make_case(seed):
    random = np.random.default_rng(seed)
    parameters = choose_parameters(random)
    categorical = []
    if VERSION >= (1, 7) and parameters.get("tree_method") in ("hist", "approx"):
        categorical = random.choice(N_FEATURES, int(random.integers(0, 3)), replace=False)
        categorical = sorted(int(column) for column in categorical)
        parameters["max_cat_to_onehot"] = int(random.choice([1, 4, 100]))
    table = conversions.make_table(random, 400, N_FEATURES, categorical)
    try:
        variant = {18: "pruned", 19: "no rounds"}.get(seed % 20)
        booster = train(random, parameters, table, categorical, variant)
    except xgboost.core.XGBoostError:
        return None
    document = json.loads(save(booster, "json"))
    if random.random() < 0.5:
        make_awkward(random, document)
    booster = load(json.dumps(document).encode())
    rows = make_rows(random, document, table, categorical)
    outputs, loose = answers(parameters, booster.predict(make_data(rows, categorical)))
    arguments = ["--opset-ml", str(random.choice([3, 3, 5]))]
    sources = [(f"model.{form}", save(booster, form)) for form in FORMS]
    name, content = sources.pop(seed % len(sources))
    case = conversions.Case(str(parameters), name, content, rows, outputs, arguments, loose)
    case.twin = sources[0] if sources else None
    return case


if __name__ == "__main__":
    conversions.main("xgboost", __doc__.split("\n", 1)[0], make_case)
