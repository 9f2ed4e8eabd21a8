#!/usr/bin/env python3
"""check_pipelines.py --program ort-lite [--only TEXT] [--keep FOLDER]

Exports of whole pipelines by the converters of scikit-learn, LightGBM, XGBoost and CatBoost: `ort-lite run` must give
what single-threaded onnxruntime gives, texts and integers equal, floats within 1e-5. What onnxruntime or the converter
refuses is skipped and counted. Exit code 1 on a difference; refusals are listed, and do not fail.
"""

import argparse
import pathlib
import shutil
import subprocess
import sys
import tempfile
import warnings

import catboost
import lightgbm
import numpy as np
import onnx
import pandas
import xgboost
from onnxmltools.convert.lightgbm.operator_converters.LightGbm import convert_lightgbm
from onnxmltools.convert.xgboost.operator_converters.XGBoost import convert_xgboost
from skl2onnx import convert_sklearn, update_registered_converter
from skl2onnx.common import data_types as t
from skl2onnx.common.shape_calculator import (calculate_linear_classifier_output_shapes,
                                              calculate_linear_regressor_output_shapes)
from sklearn import (calibration, compose, decomposition, discriminant_analysis, ensemble, feature_extraction,
                     feature_selection, impute, kernel_approximation, linear_model, mixture, model_selection, multiclass,
                     multioutput, naive_bayes, neighbors, neural_network, pipeline, preprocessing, random_projection, svm,
                     tree)

import reference

warnings.filterwarnings("ignore")
random = np.random.default_rng(7)
ROWS = 240

# ---- Data --------------------------------------------------------------------------------------------------------------

X = random.normal(size=(ROWS, 8)).astype(np.float32)
POSITIVE = np.abs(X) + np.float32(0.25)
HOLES = np.where(random.random(X.shape) < 0.15, np.nan, X).astype(np.float32)
COUNTS = random.integers(0, 5, (ROWS, 4))
TWO = (X[:, 0] + 0.5 * X[:, 1] > 0).astype(np.int64)
THREE = np.digitize(X[:, 0] - X[:, 2], [-0.7, 0.7]).astype(np.int64)
NAMES = np.array(["no", "perhaps", "yes"])[THREE]
VALUES = (2 * X[:, 0] - X[:, 3] ** 2).astype(np.float32)
SEVERAL = np.stack([VALUES, X[:, 1] * X[:, 2]], 1)
TABLE = pandas.DataFrame({"age": np.abs(X[:, 0] * 40).astype(np.float32), "rate": HOLES[:, 1],
                          "visits": COUNTS[:, 0].astype(np.int64),
                          "city": random.choice(["Bonn", "Köln", "Ulm", "Jena"], ROWS),
                          "plan": random.choice(["a", "b", "c"], ROWS)})
WORDS = np.array(["red fox runs", "the lazy dog", "red dog sleeps deep", "quick fox", "lazy lazy cat"])
TEXTS = WORDS[random.integers(0, len(WORDS), ROWS)]
TYPES = {"f": t.FloatTensorType, "i": t.Int64TensorType, "O": t.StringTensorType, "U": t.StringTensorType}

# ---- Pipelines: name, estimator, input, target, options of the converter ------------------------------------------------

P, C = pipeline.make_pipeline, compose.make_column_transformer
forest = lambda **o: ensemble.RandomForestClassifier(n_estimators=12, max_depth=5, random_state=0, **o)
values = lambda **o: ensemble.RandomForestRegressor(n_estimators=12, max_depth=5, random_state=0, **o)
boosted = lambda **o: ensemble.GradientBoostingClassifier(n_estimators=12, random_state=0, **o)
stump = lambda depth=3: tree.DecisionTreeClassifier(max_depth=depth, random_state=0)
one_hot = lambda **o: preprocessing.OneHotEncoder(handle_unknown="ignore", **o)
lgb = lambda kind="Classifier", **o: getattr(lightgbm, "LGBM" + kind)(n_estimators=12, num_leaves=7, verbose=-1, **o)
xgb = lambda kind="Classifier", **o: getattr(xgboost, "XGB" + kind)(n_estimators=12, max_depth=3, **o)


def columns(*last, numbers=None, texts=None):
    mixed = C((numbers or impute.SimpleImputer(), ["age", "rate"]), (texts or one_hot(), ["city", "plan"]), ("passthrough", ["visits"]))
    return P(mixed, *last)


def cases():
    yield "tree", stump(), X, TWO
    yield "tree_values", tree.DecisionTreeRegressor(max_depth=5), X, VALUES
    yield "tree_several", tree.DecisionTreeRegressor(max_depth=5), X, SEVERAL
    yield "tree_multi_label", stump(), X, np.stack([TWO, THREE], 1)
    yield "extra_tree", tree.ExtraTreeClassifier(max_depth=5, random_state=0), X, THREE
    for name, y in (("two", TWO), ("three", THREE), ("names", NAMES)):
        yield f"forest_{name}", forest(), X, y
        yield f"extra_trees_{name}", ensemble.ExtraTreesClassifier(12, max_depth=5, random_state=0), X, y
        yield f"gradient_boosting_{name}", boosted(), X, y
        yield f"histogram_boosting_{name}", ensemble.HistGradientBoostingClassifier(max_iter=12), HOLES, y
        yield f"adaboost_{name}", ensemble.AdaBoostClassifier(stump(2), n_estimators=12, random_state=0), X, y
        yield f"bagging_{name}", ensemble.BaggingClassifier(stump(4), 12, random_state=0), X, y
        yield f"calibrated_{name}", calibration.CalibratedClassifierCV(forest(), cv=2), X, y
        yield f"isotonic_{name}", calibration.CalibratedClassifierCV(forest(), cv=2, method="isotonic"), X, y
        yield f"voting_hard_{name}", ensemble.VotingClassifier([("a", forest()), ("b", stump())]), X, y
        yield f"voting_soft_{name}", ensemble.VotingClassifier([("a", forest()), ("b", stump())], voting="soft", flatten_transform=False), X, y
        yield f"stacking_{name}", ensemble.StackingClassifier([("a", forest()), ("b", stump())], linear_model.LogisticRegression(), cv=2), X, y
        yield f"one_vs_rest_{name}", multiclass.OneVsRestClassifier(forest()), X, y
        yield f"one_vs_one_{name}", multiclass.OneVsOneClassifier(forest()), X, y
        yield f"lightgbm_{name}", lgb(), X, y
        yield f"logistic_{name}", P(preprocessing.StandardScaler(), linear_model.LogisticRegression()), X, y
        yield f"svm_{name}", P(preprocessing.StandardScaler(), svm.SVC(probability=True)), X, y
        yield f"neighbors_{name}", neighbors.KNeighborsClassifier(3), X, y
        yield f"bayes_{name}", naive_bayes.GaussianNB(), X, y
        yield f"network_{name}", neural_network.MLPClassifier((8,), max_iter=30, random_state=0), X, y
        yield f"discriminant_{name}", discriminant_analysis.LinearDiscriminantAnalysis(), X, y
    yield "forest_values", values(), X, VALUES
    yield "forest_several", values(), X, SEVERAL
    yield "extra_trees_values", ensemble.ExtraTreesRegressor(12, max_depth=5, random_state=0), X, VALUES
    for loss in ("squared_error", "absolute_error", "huber", "quantile"):
        yield f"gradient_boosting_{loss}", ensemble.GradientBoostingRegressor(n_estimators=12, loss=loss), X, VALUES
    yield "gradient_boosting_exponential", boosted(loss="exponential"), X, TWO
    yield "gradient_boosting_init", boosted(init="zero"), X, TWO
    yield "histogram_boosting_values", ensemble.HistGradientBoostingRegressor(max_iter=12), HOLES, VALUES
    yield "histogram_boosting_poisson", ensemble.HistGradientBoostingRegressor(loss="poisson", max_iter=12), HOLES, np.abs(VALUES)
    yield "adaboost_values", ensemble.AdaBoostRegressor(n_estimators=12, random_state=0), X, VALUES
    yield "bagging_values", ensemble.BaggingRegressor(tree.DecisionTreeRegressor(max_depth=4), 12, random_state=0), X, VALUES
    yield "bagging_features", ensemble.BaggingClassifier(stump(4), 12, max_features=0.5, random_state=0), X, TWO
    yield "isolation_forest", ensemble.IsolationForest(n_estimators=12, random_state=0), X, None
    yield "voting_values", ensemble.VotingRegressor([("a", values()), ("b", tree.DecisionTreeRegressor(max_depth=3))]), X, VALUES
    yield "stacking_values", ensemble.StackingRegressor([("a", values()), ("b", tree.DecisionTreeRegressor(max_depth=3))], linear_model.Ridge(), cv=2), X, VALUES
    yield "stacking_passthrough", ensemble.StackingClassifier([("a", forest()), ("b", stump())], forest(), cv=2, passthrough=True), X, TWO
    yield "multi_output", multioutput.MultiOutputClassifier(forest()), X, np.stack([TWO, THREE], 1)
    yield "multi_output_values", multioutput.MultiOutputRegressor(values()), X, SEVERAL
    yield "chain_values", multioutput.RegressorChain(values()), X, SEVERAL
    yield "target_scaled", compose.TransformedTargetRegressor(values(), func=np.log1p, inverse_func=np.expm1), X, np.abs(VALUES)
    yield "grid_search", model_selection.GridSearchCV(forest(), {"max_depth": [3, 4]}, cv=2), X, TWO
    yield "balanced", forest(class_weight="balanced"), X, THREE
    for name, step in (
            ("standard", preprocessing.StandardScaler()), ("robust", preprocessing.RobustScaler()), ("min_max", preprocessing.MinMaxScaler()),
            ("min_max_clip", preprocessing.MinMaxScaler(clip=True)), ("max_abs", preprocessing.MaxAbsScaler()),
            ("normalizer_l1", preprocessing.Normalizer("l1")), ("normalizer_l2", preprocessing.Normalizer("l2")), ("normalizer_max", preprocessing.Normalizer("max")),
            ("binarizer", preprocessing.Binarizer(threshold=0.2)), ("bins_ordinal", preprocessing.KBinsDiscretizer(4, encode="ordinal")),
            ("bins_onehot", preprocessing.KBinsDiscretizer(4, encode="onehot-dense")), ("polynomial", preprocessing.PolynomialFeatures(2)),
            ("interactions", preprocessing.PolynomialFeatures(3, interaction_only=True)), ("quantile", preprocessing.QuantileTransformer(n_quantiles=20)),
            ("spline", preprocessing.SplineTransformer()), ("function", preprocessing.FunctionTransformer()),
            ("pca", decomposition.PCA(4)), ("pca_whiten", decomposition.PCA(4, whiten=True)), ("truncated_svd", decomposition.TruncatedSVD(4)),
            ("incremental_pca", decomposition.IncrementalPCA(4)), ("kernel_pca", decomposition.KernelPCA(3)), ("kernel_pca_rbf", decomposition.KernelPCA(3, kernel="rbf")),
            ("kbest", feature_selection.SelectKBest(k=4)), ("percentile", feature_selection.SelectPercentile(percentile=50)),
            ("variance", feature_selection.VarianceThreshold()), ("from_model", feature_selection.SelectFromModel(forest())),
            ("rfe", feature_selection.RFE(stump(), n_features_to_select=4)), ("rfecv", feature_selection.RFECV(stump(), cv=2)),
            ("projection", random_projection.GaussianRandomProjection(4, random_state=0)),
            ("union", pipeline.make_union(preprocessing.StandardScaler(), decomposition.PCA(2)))):
        yield f"{name}_forest", P(step, forest()), X, TWO
    yield "power_forest", P(preprocessing.PowerTransformer(), forest()), X, TWO
    yield "box_cox_forest", P(preprocessing.PowerTransformer(method="box-cox"), forest()), POSITIVE, TWO
    for name, step in (("mean", impute.SimpleImputer()), ("median", impute.SimpleImputer(strategy="median")), ("frequent", impute.SimpleImputer(strategy="most_frequent")),
                       ("constant", impute.SimpleImputer(strategy="constant", fill_value=-1)), ("indicator", impute.SimpleImputer(add_indicator=True)),
                       ("nearest", impute.KNNImputer(n_neighbors=3))):
        yield f"imputer_{name}_forest", P(step, forest()), HOLES, TWO
    yield "counts_one_hot_forest", P(one_hot(), forest()), COUNTS, TWO
    yield "counts_ordinal_forest", P(preprocessing.OrdinalEncoder(), forest()), COUNTS, TWO
    yield "columns_forest", columns(forest()), TABLE, TWO
    yield "columns_boosted_names", columns(boosted()), TABLE, NAMES
    yield "columns_values", columns(values()), TABLE, VALUES
    yield "columns_scaled", columns(forest(), numbers=P(impute.SimpleImputer(strategy="median"), preprocessing.StandardScaler())), TABLE, TWO
    yield "columns_ordinal", columns(forest(), texts=preprocessing.OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)), TABLE, TWO
    yield "columns_target", columns(forest(), texts=preprocessing.TargetEncoder(random_state=0)), TABLE, TWO
    yield "columns_drop_first", columns(forest(), texts=preprocessing.OneHotEncoder(drop="first")), TABLE, TWO
    yield "columns_rare", columns(forest(), texts=one_hot(min_frequency=30)), TABLE, TWO
    yield "columns_selected", columns(feature_selection.SelectKBest(k=4), forest()), TABLE, TWO
    yield "columns_calibrated", columns(calibration.CalibratedClassifierCV(forest(), cv=2)), TABLE, TWO
    yield "columns_stacking", columns(ensemble.StackingClassifier([("a", forest()), ("b", stump())], cv=2)), TABLE, TWO
    yield "columns_logistic", columns(linear_model.LogisticRegression()), TABLE, NAMES
    yield "columns_lightgbm", columns(lgb()), TABLE, TWO
    yield "tfidf_forest", P(feature_extraction.text.TfidfVectorizer(), forest()), TEXTS, THREE
    yield "words_forest", P(feature_extraction.text.CountVectorizer(), forest()), TEXTS, THREE
    yield "words_pairs_forest", P(feature_extraction.text.CountVectorizer(ngram_range=(1, 2)), forest()), TEXTS, THREE
    yield "letters_forest", P(feature_extraction.text.CountVectorizer(analyzer="char", ngram_range=(2, 3)), forest()), TEXTS, THREE
    yield "tfidf_bayes", P(feature_extraction.text.TfidfVectorizer(), naive_bayes.MultinomialNB()), TEXTS, THREE
    for kind, y in (("Regressor", VALUES), ("Classifier", THREE)):
        for boosting in ("dart", "rf", "goss"):
            extra = {"bagging_freq": 1, "bagging_fraction": 0.6} if boosting == "rf" else {}
            yield f"lightgbm_{boosting}_{kind}", lgb(kind, boosting_type=boosting, **extra), X, y
    for objective in ("poisson", "tweedie", "gamma", "quantile", "huber", "mape"):
        yield f"lightgbm_{objective}", lgb("Regressor", objective=objective), HOLES, np.abs(VALUES) + 0.1
    for objective in ("reg:squarederror", "reg:logistic", "count:poisson", "reg:gamma", "reg:tweedie", "reg:absoluteerror"):
        yield f"xgboost_{objective}", xgb("Regressor", objective=objective), HOLES, np.clip(np.abs(VALUES) + 0.01, 0, 1)
    yield "xgboost_two", xgb(), HOLES, TWO
    yield "xgboost_three", xgb(), HOLES, THREE
    yield "xgboost_forest", xgboost.XGBRFClassifier(n_estimators=12, max_depth=3), X, TWO
    yield "xgboost_dart", xgb(booster="dart", rate_drop=0.1), X, TWO
    yield "scaled_xgboost", P(preprocessing.StandardScaler(), xgb()), X, TWO
    yield "scaled_lightgbm", P(preprocessing.StandardScaler(), lgb()), X, TWO
    yield "linear", linear_model.LinearRegression(), X, VALUES
    yield "lasso", P(preprocessing.PolynomialFeatures(2), linear_model.Lasso(0.01)), X, VALUES
    yield "poisson", linear_model.PoissonRegressor(), X, np.abs(VALUES)
    yield "support_values", P(preprocessing.StandardScaler(), svm.SVR()), X, VALUES
    yield "linear_support", svm.LinearSVC(), X, THREE
    yield "mixture", mixture.GaussianMixture(3, random_state=0), X, None
    yield "nystroem_forest", P(kernel_approximation.Nystroem(n_components=10, random_state=0), forest()), X, TWO
    for name, kind, y in (("two", "Classifier", TWO), ("three", "Classifier", THREE), ("names", "Classifier", NAMES), ("values", "Regressor", VALUES)):
        yield f"catboost_{name}", getattr(catboost, "CatBoost" + kind)(iterations=12, depth=4, verbose=0, allow_writing_files=False), HOLES, y


# ---- Exporting ---------------------------------------------------------------------------------------------------------

no_scores = {"nocl": [True, False], "zipmap": [True, False, "columns"]}
for model in (lightgbm.LGBMClassifier, xgboost.XGBClassifier, xgboost.XGBRFClassifier):
    convert = convert_lightgbm if model is lightgbm.LGBMClassifier else convert_xgboost
    update_registered_converter(model, "Peer" + model.__name__, calculate_linear_classifier_output_shapes, convert, options=no_scores)
for model in (lightgbm.LGBMRegressor, xgboost.XGBRegressor):
    convert = convert_lightgbm if model is lightgbm.LGBMRegressor else convert_xgboost
    update_registered_converter(model, "Peer" + model.__name__, calculate_linear_regressor_output_shapes, convert)


def inputs_of(data):
    """What the graph reads: a matrix called X, or a column for each of a table's."""
    if isinstance(data, pandas.DataFrame):
        return {name: data[name].to_numpy()[:, None] for name in data.columns}
    matrix = data if data.ndim == 2 else data[:, None]
    return {"X": matrix.astype(object) if matrix.dtype.kind == "U" else matrix}


def export(model, data, options):
    if isinstance(model, (catboost.CatBoostClassifier, catboost.CatBoostRegressor)):
        with tempfile.NamedTemporaryFile(suffix=".onnx") as file:
            model.save_model(file.name, format="onnx")
            return pathlib.Path(file.name).read_bytes()
    kinds = [(name, TYPES[array.dtype.kind]([None, array.shape[1]])) for name, array in inputs_of(data).items()]
    return convert_sklearn(model, initial_types=kinds, options=options, target_opset={"": 18, "ai.onnx.ml": 3}).SerializeToString()


def compare(expected, found):
    """What differs, in words; "" when all is equal or close."""
    if expected.dtype.kind != "f":
        return reference.difference(expected, found) or ""
    if expected.shape != found.shape or expected.dtype != found.dtype:
        return f"{found.dtype}{found.shape}, expected {expected.dtype}{expected.shape}"
    return "" if np.allclose(expected, found, 1e-5, 1e-5, equal_nan=True) else f"{np.nanmax(np.abs(expected - found)):.2g}"


def run(program, model, feeds, folder):
    """The outputs of ort-lite; a text when it refuses."""
    for old in folder.iterdir():
        old.unlink()
    (folder / "model.onnx").write_bytes(model)
    command = [program, "run", folder / "model.onnx", "--output-dir", folder]
    for i, (name, array) in enumerate(feeds.items()):
        np.save(folder / f"input_{i}.npy", array.astype(str) if array.dtype.kind == "O" else array)
        command += ["--input", f"{name}={folder}/input_{i}.npy"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60)
    if result.returncode != 0:
        return f"exit {result.returncode}: {result.stderr.strip().split('model.onnx: ')[-1]}"
    return [np.load(path) for path in sorted(folder.glob("output_*.npy"), key=lambda path: int(path.stem[7:]))]


def check(program, name, model, feeds, folder):
    """One word that tells the outcome, and why."""
    if next(iter(feeds)) == "X" and name.startswith("catboost"):
        feeds = {"features": feeds["X"]}
    expected = reference.run(model, feeds)
    if expected is None:
        return "skipped", "onnxruntime refuses it"
    found = run(program, model, feeds, folder)
    if isinstance(found, str):
        return "refused", found
    wrong = [f"output {k}: {text}" for k, text in enumerate(map(compare, expected, found)) if text]
    if wrong:
        return "different", "; ".join(wrong)
    return ("equal" if all(reference.difference(a, b) is None for a, b in zip(expected, found)) else "close"), ""


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--program", required=True)
    parser.add_argument("--only", default="", help="pipelines whose name contains this")
    parser.add_argument("--keep", type=pathlib.Path, help="models that are refused or differ are copied there")
    options = parser.parse_args()
    counts = {}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for case, model, data, target in cases():
            if options.only not in case:
                continue
            try:
                model.fit(data, target) if target is not None else model.fit(data)
                exported = export(model, data, None)
            except Exception as error:  # each converter has its own
                outcome, why = "skipped", f"{type(error).__name__}: {str(error).splitlines()[0][:100]}"
            else:
                outcome, why = check(options.program, case, exported, inputs_of(data), folder)
                if options.keep and outcome in ("refused", "different"):
                    shutil.copytree(folder, options.keep / case, dirs_exist_ok=True)
            counts[outcome] = counts.get(outcome, 0) + 1
            if outcome not in ("equal", "close"):
                print(f"{outcome:9} {case}: {why}", flush=True)
    print(", ".join(f"{n} {outcome}" for outcome, n in sorted(counts.items())))
    return 1 if counts.get("different") else 0


if __name__ == "__main__":
    sys.exit(main())
