"""check_opencv.py --program ort-lite [--seed 0] [--count 500] [--keep FOLDER] [--record FOLDER]

Random small RTrees, Boost and DTrees models of OpenCV 3 or 4, saved as YAML, XML or JSON, with
surrogates, categorical variables and a part of the variables: what `ort-lite convert` makes of them
must answer as OpenCV does, in onnxruntime and in ort-lite, on rows at the thresholds and their
neighbours, zeros, NaN and infinities. Exit code 1 on a difference.
"""

import pathlib
import re
import tempfile

import cv2
import numpy as np

import conversions

N_FEATURES = 5
KINDS = {"rtrees": cv2.ml.RTrees_create, "boost": cv2.ml.Boost_create, "dtrees": cv2.ml.DTrees_create}
SUM = cv2.ml.DTREES_PREDICT_SUM


def choose_model(random, kind):
    model = KINDS[kind]()
    model.setMaxDepth(int(random.choice([1, 3, 8])))
    model.setMinSampleCount(int(random.choice([1, 10])))
    model.setMaxCategories(int(random.choice([2, 10])))
    model.setCVFolds(0)
    model.setUseSurrogates(False)
    if kind == "rtrees":
        n_trees = int(random.choice([1, 4, 9]))
        model.setTermCriteria((cv2.TERM_CRITERIA_MAX_ITER, n_trees, 0))
    if kind == "boost":
        model.setBoostType(int(random.integers(4)))
        model.setWeakCount(int(random.choice([1, 3, 12])))
    return model


def make_table(random, n_rows, categorical):
    table = random.normal(size=(n_rows, N_FEATURES)).astype(np.float32)
    table[:, 1] = np.round(table[:, 1] * 2)
    table[:, 2] *= np.float32(random.choice([1, 1e-40, 1e37]))
    for column in categorical:
        table[:, column] = random.choice([-3, 0, 1, 2, 5, 40, 41, 99, 1000], n_rows)
    return table


def make_target(random, kind, is_classifier, table):
    score = table[:, 0] + 0.5 * table[:, 1] + np.sin(table[:, 3] * 2) + 0.01 * table[:, 4]
    score = score + 0.2 * random.normal(size=len(score))
    if not is_classifier:
        return score.astype(np.float32)
    edges = [0.1] if kind == "boost" else [-0.7, 0.1, 0.9][: int(random.choice([1, 3]))]
    labels = random.choice([[0, 1, 2, 3], [-4, 3, 20, 7]])
    return np.array(labels)[np.digitize(score, edges)].astype(np.int32)


def make_data(table, target, categorical, used):
    types = np.full(N_FEATURES + 1, cv2.ml.VAR_ORDERED, np.uint8)
    types[categorical] = cv2.ml.VAR_CATEGORICAL
    if target.dtype == np.int32:
        types[-1] = cv2.ml.VAR_CATEGORICAL
    part = None if len(used) == N_FEATURES else np.array(used, np.int32)
    return cv2.ml.TrainData_create(table, cv2.ml.ROW_SAMPLE, target, varIdx=part, varType=types)


def make_rows(random, content, table, categorical):
    thresholds = re.findall(r"(?:le\"?:\s*|<le>)([-+.0-9eE]+)", content.decode())
    specials = ["0", "-0", "1e-45", "-1e-45", "inf", "-inf", "nan", "3.3e38", "-3.3e38"]
    values = np.array(specials + thresholds, np.float64).astype(np.float32)
    values = np.unique(values)[:150]
    with np.errstate(over="ignore"):
        around = [values, np.nextafter(values, np.float32(-np.inf))]
        values = np.concatenate(around + [np.nextafter(values, np.float32(np.inf))])
    rows = [table[:150]]
    for column in range(N_FEATURES):
        if column not in categorical:
            block = table[random.integers(0, len(table), len(values))]
            block[:, column] = values
            rows.append(block)
    rows = np.concatenate(rows)
    return rows[(np.abs(rows) != np.finfo(np.float32).max).all(1)]


def answers(model, kind, is_classifier, rows):
    """Outputs as ort-lite gives them, and the rows whose sum is too near 0 to tell its sign."""
    values = model.predict(rows)[1]
    if not is_classifier:
        return [values], None
    labels = [values.ravel().astype(np.int64)]
    if kind != "boost":
        return labels, None
    return labels, np.abs(model.predict(rows, flags=SUM)[1].ravel()) < 1e-5


def make_case(seed):
    random = np.random.default_rng(seed)
    kind = str(random.choice(list(KINDS)))
    is_classifier = kind == "boost" or random.random() < 0.6
    categorical = random.choice(N_FEATURES, int(random.choice([0, 0, 1, 2])), replace=False)
    categorical = sorted(int(column) for column in categorical)
    n_used = int(random.choice([N_FEATURES, N_FEATURES, 3]))
    used = sorted(int(column) for column in random.choice(N_FEATURES, n_used, replace=False))
    table = make_table(random, 300, categorical)
    target = make_target(random, kind, is_classifier, table)
    model = choose_model(random, kind)
    cv2.setRNGSeed(seed)
    try:
        model.train(make_data(table, target, categorical, used))
    except cv2.error:
        return None
    form = str(random.choice(["yml", "xml", "json"]))
    with tempfile.TemporaryDirectory() as name:
        path = pathlib.Path(name) / f"model.{form}"
        model.save(str(path))
        content = path.read_bytes()
    rows = make_rows(random, content, table, categorical)
    others = [column for column in range(N_FEATURES) if column not in used]
    rows = np.ascontiguousarray(rows[:, used + others])  # where OpenCV's predict looks for them
    outputs, loose = answers(model, kind, is_classifier, rows)
    arguments = ["--opset-ml", str(random.choice([3, 3, 5]))]
    description = f"{kind} classifier {is_classifier} categorical {categorical} used {used}"
    return conversions.Case(description, f"model.{form}", content, rows, outputs, arguments, loose)


if __name__ == "__main__":
    conversions.main("opencv", __doc__.split("\n", 1)[0], make_case)
