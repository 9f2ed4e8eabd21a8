"""check_lightgbm.py --program ort-lite [--seed 0] [--count 500] [--keep FOLDER] [--record FOLDER]

Random small LightGBM models over objectives, boosting kinds, missing types and categories; half of
them get awkward thresholds by hand. `ort-lite convert` must make a file whose answers in onnxruntime
and in ort-lite are LightGBM's own, on rows at the thresholds and their neighbours, zeros, NaN,
values around 1e-35, and known, unknown, negative and fractional categories. Exit code 1 on a
difference. --record stores each case for test_converted and prints its line of the manifest.
"""

import re

import lightgbm
import numpy as np

import conversions

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
        return predictions - wanted.reshape(predictions.shape, order="F"), np.ones_like(predictions)

    if lightgbm.__version__ < "4":
        return lightgbm.train(parameters, data, n_rounds, fobj=squares)
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


def answers(parameters, booster, rows):
    """Outputs as ort-lite gives them, and the rows where two classes are as good."""
    values = booster.predict(rows)
    if parameters["objective"] == "binary":
        values = np.stack([1 - values, values], 1)
    values = values.reshape(len(rows), -1)
    if parameters["objective"] not in CLASSES:
        return [values], None
    best = np.sort(values, 1)
    return [values.argmax(1), values], best[:, -1] - best[:, -2] <= 1e-6


def make_case(seed):
    random = np.random.default_rng(seed)
    parameters = choose_parameters(random)
    categorical = sorted(random.choice(N_FEATURES, int(random.integers(0, 3)), replace=False))
    categorical = [int(column) for column in categorical]
    table = conversions.make_table(random, 400, N_FEATURES, categorical)
    try:
        text = train(random, parameters, table, categorical).model_to_string()
    except lightgbm.basic.LightGBMError:
        return None
    if random.random() < 0.5:
        text = make_awkward(random, text)
    dtype = np.float64 if random.random() < 0.25 else np.float32
    rows = make_rows(random, text, table, categorical, dtype)
    outputs, loose = answers(parameters, lightgbm.Booster(model_str=text), rows)
    arguments = ["--opset-ml", str(random.choice([3, 3, 5]))]
    arguments += ["--precision", "double"] if dtype == np.float64 else []
    return conversions.Case(str(parameters), "model.txt", text.encode(), rows, outputs, arguments, loose)


def shorten(content):
    """Without the lines that nobody reads."""
    unread = r"\n(feature_importances:\n(.|\n)*end of parameters|tree_sizes=[^\n]*)"
    unread += r"|(?<=\n)(split_gain|\w+_weight|internal_value|shrinkage)=[^\n]*\n"
    return re.sub(unread, "", content.decode()).encode()


if __name__ == "__main__":
    conversions.main("lightgbm", __doc__.split("\n", 1)[0], make_case, shorten)
