"""python_run.py ENGINE MODELS NAME ROWS.npy [BATCHES]: the lines of bench_run for a runtime with a Python interface.

ENGINE is catboost, daal4py, ydf or scikit-learn; the model of that NAME is taken from the
folder MODELS in the form that the runtime reads. One thread. Prints one line for
each batch size, or nothing and a reason on stderr (exit code 3) where the runtime cannot run the model.

Times include the Python call, which is the interface that these runtimes have, some 10 to 100 microseconds; so
figures for few rows say more about Python. The forests of scikit-learn were trained without missing values: there
these are 0.
"""

import os
import sys
import time

import numpy as np


class CannotRun(Exception):
    pass


def need(path):
    if not os.path.exists(path):
        raise CannotRun(f"no {os.path.basename(path)}")
    return path


def catboost(folder, name, _):
    import catboost

    model = catboost.CatBoost()
    model.load_model(need(f"{folder}/{name}.cbm"))
    return lambda rows: model.predict(rows, thread_count=1)


def daal4py(folder, name, _):
    import daal4py as d4p

    d4p.daalinit(1)
    if os.path.exists(f"{folder}/{name}.lightgbm.txt"):
        import lightgbm

        source = lightgbm.Booster(model_file=f"{folder}/{name}.lightgbm.txt")
    elif os.path.exists(f"{folder}/{name}.xgboost.json"):
        import xgboost

        source = xgboost.Booster(model_file=f"{folder}/{name}.xgboost.json")
    elif os.path.exists(f"{folder}/{name}.cbm"):
        import catboost

        source = catboost.CatBoost()
        source.load_model(f"{folder}/{name}.cbm")
    else:
        raise CannotRun("reads models of LightGBM, XGBoost and CatBoost")
    try:
        model = d4p.mb.convert_model(source)
    except Exception as error:
        raise CannotRun(str(error).split("\n")[0]) from error
    return model.predict


def ydf(folder, name, _):
    import ydf as package

    model = package.from_sklearn(load_sklearn(folder, name))
    return lambda rows: model.predict({"features": rows})


def load_sklearn(folder, name):
    import pickle

    with open(need(f"{folder}/{name}.sklearn.pickle"), "rb") as file:
        return pickle.load(file)


def sklearn(folder, name, _):
    model = load_sklearn(folder, name)
    model.n_jobs = 1
    predict = model.predict_proba if hasattr(model, "predict_proba") else model.predict
    return predict


ENGINES = {"catboost": catboost, "daal4py": daal4py, "ydf": ydf, "scikit-learn": sklearn}


def measure(predict, rows, n_rows, window):
    """Nanoseconds a row: as many calls as last a window, walking through the rows."""
    starts = range(0, len(rows) - n_rows + 1, n_rows)
    predict(rows[:n_rows])
    n_calls, begin = 0, time.perf_counter()
    while True:
        for start in starts:
            predict(rows[start:start + n_rows])
            n_calls += 1
            passed = time.perf_counter() - begin
            if passed >= window:
                return passed * 1e9 / (n_calls * n_rows)


def main():
    engine, folder, name, path = sys.argv[1:5]
    batches = [int(text) for text in (sys.argv[5] if len(sys.argv) > 5 else "1,8,64,1000,100000").split(",")]
    window = 1e-3 * float(os.environ.get("WINDOW", "50"))
    rows = np.load(path)
    rows = np.ascontiguousarray(np.tile(rows, (-(-max(batches) // len(rows)), 1)), dtype=np.float32)
    if engine in ("ydf", "scikit-learn"):
        rows = np.nan_to_num(rows)
    try:
        predict = ENGINES[engine](folder, name, rows.shape[1])
        for n_rows in batches:
            time_of_row = measure(predict, rows, n_rows, window)
            print(f"{engine:<12} {name:<16} {'-':<10} {f'batch_{n_rows}':<14} {time_of_row:14.4f} ns/row", flush=True)
    except (CannotRun, ImportError) as reason:
        print(f"{engine}: {name}: {reason}", file=sys.stderr)
        sys.exit(3)


if __name__ == "__main__":
    main()
