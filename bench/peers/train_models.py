"""Trains the models that the kernels are tuned and measured on, with fixed seeds, as ONNX files.

    train_models.py FOLDER [NAME ...]

Needs lightgbm, xgboost, catboost, onnxmltools, skl2onnx and scikit-learn. Writes FOLDER/NAME.onnx for each name
(all of them by default) and FOLDER/rows_<features>.npy, 20,000
rows to measure on: 3 % of the values missing, 2 % exactly on a threshold's grid.
"""
import os
import pickle
import sys

import numpy as np

THREADS = int(os.environ.get("TRAIN_THREADS", "1"))


def make_rows(n_rows, n_features, seed, missing=0.0, categories=0):
    random = np.random.default_rng(seed)
    rows = random.normal(size=(n_rows, n_features)).astype(np.float32)
    for column in range(categories):
        rows[:, column] = random.integers(0, 40, n_rows)
    rows[random.random(rows.shape) < missing] = np.nan
    return rows


def make_target(rows, seed):
    random = np.random.default_rng(seed)
    known = np.nan_to_num(rows.astype(np.float64))
    n = known.shape[1]
    total = np.zeros(len(known))
    for _ in range(40):
        a, b, c = random.integers(0, n, 3)
        total += random.normal() * np.where(known[:, a] > random.normal(), known[:, b], np.sin(2 * known[:, c]))
    return total + 0.3 * random.normal(size=len(known))


def data(n_rows, n_features, n_classes=0, missing=0.03, categories=0):
    rows = make_rows(n_rows, n_features, 1, missing, categories)
    target = make_target(rows, 2)
    if n_classes:
        edges = np.quantile(target, np.linspace(0, 1, n_classes + 1)[1:-1])
        target = np.searchsorted(edges, target)
    return rows, target


def float_input(n_features):
    from onnxmltools.convert.common.data_types import FloatTensorType

    return [("input", FloatTensorType([None, n_features]))]


def save_lightgbm(path, rows, target, objective, n_trees, n_leaves, n_classes=0, **more):
    import lightgbm
    import onnxmltools

    settings = dict(objective=objective, num_leaves=n_leaves, learning_rate=0.1, min_data_in_leaf=20,
                    num_threads=THREADS, seed=1, deterministic=True, force_row_wise=True, verbose=-1)
    settings.update(more)
    if n_classes > 2:
        settings["num_class"] = n_classes
    categorical = settings.pop("categorical_feature", "auto")
    dataset = lightgbm.Dataset(rows, target, categorical_feature=categorical)
    booster = lightgbm.train(settings, dataset, n_trees)
    booster.save_model(path.replace(".onnx", ".lightgbm.txt"))
    model = onnxmltools.convert_lightgbm(booster, initial_types=float_input(rows.shape[1]), zipmap=False,
                                         target_opset=15)
    onnxmltools.utils.save_model(model, path)


def save_xgboost(path, rows, target, n_trees, depth):
    import onnxmltools
    import xgboost

    model = xgboost.XGBRegressor(n_estimators=n_trees, max_depth=depth, learning_rate=0.1, tree_method="hist",
                                 n_jobs=THREADS, random_state=1, min_child_weight=0.1)
    model.fit(rows, target)
    model.save_model(path.replace(".onnx", ".xgboost.json"))
    onnxmltools.utils.save_model(onnxmltools.convert_xgboost(model, initial_types=float_input(rows.shape[1]),
                                                             target_opset=15), path)


def save_sklearn(path, estimator, rows, target):
    from skl2onnx import to_onnx

    rows = np.nan_to_num(rows)
    estimator.fit(rows, target)
    with open(path.replace(".onnx", ".sklearn.pickle"), "wb") as file:
        pickle.dump(estimator, file)
    onnx = to_onnx(estimator, rows[:1], options={"zipmap": False} if hasattr(estimator, "classes_") else None,
                   target_opset={"": 15, "ai.onnx.ml": 3})
    with open(path, "wb") as file:
        file.write(onnx.SerializeToString())


def save_forest(path, rows, target, n_trees, depth=None, is_regressor=False):
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

    kind = RandomForestRegressor if is_regressor else RandomForestClassifier
    save_sklearn(path, kind(n_trees, max_depth=depth, n_jobs=THREADS, random_state=1), rows, target)


def save_catboost(path, rows, target, n_trees, depth):
    import catboost

    model = catboost.CatBoostRegressor(iterations=n_trees, depth=depth, learning_rate=0.1, random_seed=1,
                                       thread_count=THREADS, verbose=False, allow_writing_files=False)
    model.fit(rows, target)
    model.save_model(path.replace(".onnx", ".cbm"))
    model.save_model(path, format="onnx")


MODELS = {
    "m1": lambda p: save_lightgbm(p, *data(50000, 28), "regression", 100, 31),
    "m2": lambda p: save_lightgbm(p, *data(100000, 28), "regression", 1000, 255),
    "m3": lambda p: save_xgboost(p, *data(100000, 28), 500, 8),
    "m4": lambda p: save_forest(p, *data(20000, 28, 2, 0), 100),
    "m5": lambda p: save_lightgbm(p, *data(50000, 28, 7), "multiclass", 200, 63, 7),
    "m6": lambda p: save_catboost(p, *data(50000, 28), 500, 6),
    "few": lambda p: save_lightgbm(p, *data(20000, 28), "regression", 10, 31),
    "binary": lambda p: save_lightgbm(p, *data(50000, 54, 2), "binary", 300, 63, 2),
    "wide200": lambda p: save_lightgbm(p, *data(20000, 200), "regression", 200, 31),
    "wide1000": lambda p: save_lightgbm(p, *data(10000, 1000), "regression", 100, 31),
    "sparse": lambda p: save_lightgbm(p, *data(50000, 28, 0, 0.6), "regression", 200, 31),
    "category": lambda p: save_lightgbm(p, *data(50000, 28, 0, 0.03, 8), "regression", 200, 31,
                                        categorical_feature=list(range(8)), min_data_per_group=10),
    "forest7": lambda p: save_forest(p, *data(5000, 28, 7, 0), 100),
    "forest8": lambda p: save_forest(p, *data(20000, 28, 0, 0), 100, 8, True),
    "classes100": lambda p: save_lightgbm(p, *data(20000, 28, 100), "multiclass", 20, 31, 100),
    "trees5000": lambda p: save_lightgbm(p, *data(20000, 28), "regression", 5000, 31, learning_rate=0.02),
}


def forget_output_shapes(path):
    """Exporters declare output shapes such as {1} where N rows come out, which trips benchmarks that bind outputs."""
    import onnx

    model = onnx.load(path)
    for output in model.graph.output:
        output.type.tensor_type.ClearField("shape")
    onnx.save(model, path)


def main():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    for name in sys.argv[2:] or MODELS:
        path = os.path.join(folder, name + ".onnx")
        if not os.path.exists(path):
            MODELS[name](path)
            forget_output_shapes(path)
            print(name, os.path.getsize(path), flush=True)
    for n_features in (28, 54, 200, 1000):
        rows = make_rows(20000, n_features, 7, 0.03)
        np.save(os.path.join(folder, f"rows_{n_features}.npy"), rows)


if __name__ == "__main__":
    main()
