"""check_catboost.py --program ort-lite [--seed 0] [--count 500] [--keep FOLDER] [--record FOLDER]

Random small CatBoost models over losses, growing policies, NaN modes, one-hot categories and class
labels: what `ort-lite convert` makes of their JSON must answer as CatBoost does, in onnxruntime and
in ort-lite, on rows at the borders and their neighbours, zeros, NaN, infinities, denormals, and
known, unknown and fractional categories. Exit code 1 on a difference.
"""

import json
import pathlib
import tempfile

import catboost
import numpy as np

import conversions

N_FEATURES = 5
VALUES = ["RMSE", "MAE", "Quantile:alpha=0.8", "Poisson", "Tweedie:variance_power=1.4", "Huber:delta=1"]
VALUES += ["LogCosh", "RMSEWithUncertainty", "MultiRMSE", "MultiQuantile:alpha=0.2,0.6,0.9", "Lq:q=3"]
CLASSES = ["Logloss", "CrossEntropy", "MultiClass", "MultiClassOneVsAll"]
LABELS = ["MultiLogloss", "MultiCrossEntropy"]


def choose_parameters(random):
    parameters = {
        "loss_function": str(random.choice(VALUES + CLASSES * 4 + LABELS * 2)),
        "iterations": int(random.choice([1, 2, 9])),
        "depth": int(random.choice([1, 3, 6])),
        "learning_rate": 0.4,
        "nan_mode": str(random.choice(["Min", "Max"])),
        "one_hot_max_size": 200,
        "border_count": int(random.choice([4, 32, 254])),
        "random_seed": int(random.integers(1 << 30)),
        "thread_count": 1,
        "verbose": 0,
        "allow_writing_files": False,
    }
    policy = str(random.choice(["SymmetricTree", "SymmetricTree", "Depthwise", "Lossguide"]))
    vectors = ("MultiRMSE", "MultiQuantile", "RMSEWithUncertainty", "MultiLogloss", "MultiCross")
    if not parameters["loss_function"].startswith(vectors):
        parameters["grow_policy"] = policy
    return parameters


def make_table(random, n_rows, categorical):
    table = random.normal(size=(n_rows, N_FEATURES)).astype(np.float32)
    table[:, 1] = np.round(table[:, 1] * 2)
    table[random.random(n_rows) < 0.3, 2] = 0
    table[:, 3] *= np.float32(random.choice([1, 1, 1e-40, 1e37]))
    table[random.random((n_rows, N_FEATURES)) < random.choice([0, 0.15])] = np.nan
    for column in categorical:
        table[:, column] = random.integers(-2, random.choice([1, 8, 60]), n_rows)
    return table


def make_target(random, loss, table):
    clean = np.nan_to_num(table)
    score = clean[:, 0] + 0.5 * clean[:, 1] * clean[:, 2] + np.sin(clean[:, 4] * 2)
    score = score + 0.3 * random.normal(size=len(score))
    if loss in ("Logloss", "CrossEntropy"):
        return (score > 0.2).astype(int)
    if loss.startswith("MultiClass"):
        return np.digitize(score, [-0.5, 0.8])
    if loss in LABELS:
        return np.stack([score > 0.2, score < 0, clean[:, 0] > 0], 1).astype(int)
    if loss == "MultiRMSE":
        return np.stack([score, -score * score], 1)
    if loss.startswith(("Poisson", "Tweedie")):
        return np.exp(np.clip(score, -2, 2))
    return score


def name_classes(random, parameters, target):
    """Labels as they are, other numbers, or texts; sometimes classes that no row has."""
    kind = random.integers(4)
    if parameters["loss_function"] == "CrossEntropy" or target.ndim == 2 or kind == 0:
        return target
    if kind == 1:
        return np.array([-7, 3, 12])[target]
    if kind == 2:
        return np.array(["no", "maybe", "yés"])[target]
    if parameters["loss_function"].startswith("MultiClass"):
        parameters["classes_count"] = 5
    return target


def make_pool(table, categorical, target=None):
    """Rows whose categories are all whole numbers, which go in as integers."""
    if not categorical:
        return catboost.Pool(table, target)
    cells = table.astype(object)
    for column in categorical:
        cells[:, column] = [str(int(value)) for value in table[:, column]]
    return catboost.Pool(cells, target, cat_features=categorical)


def find_borders(document):
    borders = [[] for _ in range(N_FEATURES)]
    for feature in document["features_info"]["float_features"]:
        borders[feature["flat_feature_index"]] = feature["borders"]
    return borders


def make_rows(random, document, table, categorical):
    rows = [table[:100]]
    specials = [0.0, -0.0, 1e-45, -1e-45, np.nan, np.inf, -np.inf, 3.4e38, -3.4e38]
    for column, borders in enumerate(find_borders(document)):
        values = np.array(specials + list(borders), np.float32)
        with np.errstate(over="ignore"):
            around = [values, np.nextafter(values, np.float32(-np.inf))]
            values = np.concatenate(around + [np.nextafter(values, np.float32(np.inf))])
        if column in categorical:
            values = np.array([-3, -2, 99, 1e6, *range(60)], np.float32)
        block = table[random.integers(0, len(table), len(values))]
        block[:, column] = values
        rows.append(block)
    return np.concatenate(rows).astype(np.float32)


def answers(model, loss, pool):
    """Outputs as ort-lite gives them, and the rows where two classes are as good."""
    if loss in CLASSES:
        shares = model.predict(pool, prediction_type="Probability")
        best = np.sort(shares, 1)
        labels = np.array(model.classes_)[shares.argmax(1)]
        return [labels, shares], best[:, -1] - best[:, -2] <= 1e-6
    kind = "RawFormulaVal"
    if loss.startswith(("Poisson", "Tweedie")):
        kind = "Exponent"
    if loss == "RMSEWithUncertainty":
        kind = loss
    values = np.asarray(model.predict(pool, prediction_type=kind), float)
    if loss in LABELS:
        values = 1 / (1 + np.exp(-values))
    return [values.reshape(len(values), -1)], None


def make_case(seed):
    random = np.random.default_rng(seed)
    parameters = choose_parameters(random)
    loss = parameters["loss_function"]
    categorical = random.choice(N_FEATURES, int(random.integers(0, 3)), replace=False)
    categorical = sorted(int(column) for column in categorical)
    table = make_table(random, 400, categorical)
    target = make_target(random, loss, table)
    if loss in CLASSES:
        target = name_classes(random, parameters, target)
    model = catboost.CatBoost(parameters)
    pool = make_pool(table, categorical, target)
    try:
        model.fit(pool)
    except catboost.CatBoostError:
        return None
    with tempfile.TemporaryDirectory() as name:
        path = pathlib.Path(name) / "model.json"
        model.save_model(str(path), format="json", pool=pool)
        content = path.read_bytes()
    rows = make_rows(random, json.loads(content), table, categorical)
    outputs, loose = answers(model, loss, make_pool(rows, categorical))
    arguments = ["--opset-ml", str(random.choice([3, 3, 5]))]
    if random.random() < 0.2:
        arguments += ["--precision", "double"]
        rows = rows.astype(np.float64)
    description = f"{loss} {parameters.get('grow_policy')} categorical {categorical}"
    return conversions.Case(description, "model.json", content, rows, outputs, arguments, loose)


def shorten(content):
    """Without the parameters of the training, which are most of a small model."""
    document = json.loads(content)
    info = document["model_info"]
    kept = {key: info[key] for key in ("class_params", "catboost_version_info") if key in info}
    kept["params"] = {"loss_function": info["params"]["loss_function"]}
    document["model_info"] = kept
    for feature in document["features_info"]["float_features"]:
        feature["borders"] = []
    return json.dumps(document, indent=1).encode()


if __name__ == "__main__":
    conversions.main("catboost", __doc__.split("\n", 1)[0], make_case, shorten)
