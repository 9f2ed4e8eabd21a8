"""Writes small models of three trainers and the contributions that these give (pred_contrib, ShapValues):
tests/peers/record_contributions.py tests/data/contributions"""
import os
import sys

import catboost
import lightgbm
import numpy
import xgboost

folder = sys.argv[1]
random = numpy.random.default_rng(7)
rows = numpy.round(random.normal(size=(600, 4)), 2).astype(numpy.float32)
rows[random.random(rows.shape) < 0.1] = numpy.nan
known = numpy.nan_to_num(rows)
kinds = (known[:, 0] * known[:, 1] > 0.1).astype(int) + (known[:, 2] > 0.4)
values = known[:, 0] * known[:, 1] + known[:, 2]
shown = rows[:60]


def write(name, table):
    header = ",".join(f"c{i}" for i in range(table.shape[1]))
    numpy.savetxt(os.path.join(folder, name), table, delimiter=",", fmt="%.9g", header=header, comments="")


write("rows.csv", shown)

model = lightgbm.train({"objective": "multiclass", "num_class": 3, "num_leaves": 9, "verbose": -1},
                       lightgbm.Dataset(rows, kinds), 4)
model.save_model(os.path.join(folder, "lightgbm.txt"))
write("lightgbm.csv", model.predict(shown, pred_contrib=True))

model = xgboost.train({"objective": "binary:logistic", "max_depth": 5, "base_score": 0.3},
                      xgboost.DMatrix(rows, kinds > 0), 5)
model.save_model(os.path.join(folder, "xgboost.json"))
write("xgboost.csv", model.predict(xgboost.DMatrix(shown), pred_contribs=True))

model = catboost.CatBoostRegressor(iterations=5, depth=5, verbose=0, allow_writing_files=False)
model.fit(rows, values)
model.save_model(os.path.join(folder, "catboost.json"), format="json")
write("catboost.csv", model.get_feature_importance(catboost.Pool(shown), type="ShapValues"))
