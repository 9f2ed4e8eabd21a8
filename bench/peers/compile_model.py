"""compile_model.py ENGINE SOURCE OUT.so: a model as machine code, by lleaves, tl2cgen or m2cgen.

SOURCE is NAME.lightgbm.txt (all three) or NAME.xgboost.json (tl2cgen). OUT.so has what peer_compiled.c asks for. The
function reads float rows; lleaves and m2cgen want them in double, and the copy is part of their time.
"""

import os
import subprocess
import sys
import tempfile

FRAME = """
#include <math.h>
#include <stdlib.h>
const long n_columns = %(n_columns)d, n_values = %(n_values)d;
"""

LLEAVES = FRAME + """
void forest_root(const double *rows, double *out, int first, int last);
void predict_rows(const float *rows, long n, long width, double *out) {
    static double *wide; static long room;
    if (n > room) wide = realloc(wide, (room = n) * width * sizeof *wide);
    for (long i = 0; i < n * width; i++) wide[i] = rows[i];
    forest_root(wide, out, 0, (int)n);
}
"""

M2CGEN = FRAME + """
void predict_rows(const float *rows, long n, long width, double *out) {
    double row[n_columns];
    for (long i = 0; i < n; i++, out += n_values) {
        for (long j = 0; j < width; j++) row[j] = rows[i * width + j];
        %(call)s
    }
}
"""

TL2CGEN = FRAME + """
union Entry { int missing; %(threshold)s fvalue; int qvalue; };
void predict(union Entry *row, int raw, %(leaf)s *out);
void predict_rows(const float *rows, long n, long width, double *out) {
    union Entry row[n_columns];
    %(leaf)s values[n_values];
    for (long i = 0; i < n; i++, out += n_values) {
        for (long j = 0; j < width; j++)
            if (isnan(rows[i * width + j])) row[j].missing = -1; else row[j].fvalue = rows[i * width + j];
        predict(row, 0, values);
        for (long j = 0; j < n_values; j++) out[j] = values[j];
    }
}
"""


def link(output, sources, folder, more=()):
    subprocess.run(["gcc", "-O2", "-w", "-shared", "-fPIC", f"-I{folder}", "-o", output, *sources, *more, "-lm"],
                   check=True)


def write(folder, name, text):
    path = os.path.join(folder, name)
    with open(path, "w") as file:
        file.write(text)
    return path


def booster_of(source):
    import lightgbm

    return lightgbm.Booster(model_file=source)


def compile_lleaves(source, output, folder):
    import lleaves

    booster, made = booster_of(source), os.path.join(folder, "model.o")
    lleaves.Model(model_file=source).compile(cache=made)
    frame = LLEAVES % {"n_columns": booster.num_feature(), "n_values": booster.num_model_per_iteration()}
    link(output, [write(folder, "frame.c", frame), made], folder)


def compile_m2cgen(source, output, folder):
    import lightgbm
    import m2cgen

    sys.setrecursionlimit(100000)
    booster = booster_of(source)
    n_values = booster.num_model_per_iteration()
    objective = booster.dump_model()["objective"].split()[0]
    is_class = objective in ("binary", "multiclass")
    model = lightgbm.LGBMClassifier() if is_class else lightgbm.LGBMRegressor()
    model._Booster, model.fitted_, model._objective = booster, True, objective
    model._n_features = booster.num_feature()
    if is_class:
        model._n_classes = max(2, n_values)
        n_values = model._n_classes
    code = m2cgen.export_to_c(model)
    call = "score(row, out);" if is_class else "*out = score(row);"
    frame = M2CGEN % {"n_columns": booster.num_feature(), "n_values": n_values, "call": call}
    link(output, [write(folder, "model.c", code + frame)], folder)


def compile_tl2cgen(source, output, folder):
    import tl2cgen
    import treelite

    if source.endswith(".json"):
        model = treelite.frontend.load_xgboost_model(source, format_choice="use_suffix")
        types = {"threshold": "float", "leaf": "float"}
    else:
        model = treelite.frontend.load_lightgbm_model(source)
        types = {"threshold": "double", "leaf": "double"}
    tl2cgen.generate_c_code(model, dirpath=folder, params={"parallel_comp": 16})
    n_values = 1
    if source.endswith(".txt"):
        n_values = booster_of(source).num_model_per_iteration()
    frame = TL2CGEN % {"n_columns": model.num_feature, "n_values": n_values, **types}
    sources = [os.path.join(folder, name) for name in os.listdir(folder) if name.endswith(".c")]
    link(output, sources + [write(folder, "frame.c", frame)], folder)


def main():
    engine, source, output = sys.argv[1:4]
    compilers = {"lleaves": compile_lleaves, "tl2cgen": compile_tl2cgen, "m2cgen": compile_m2cgen}
    with tempfile.TemporaryDirectory() as folder:
        compilers[engine](source, output, folder)


if __name__ == "__main__":
    main()
