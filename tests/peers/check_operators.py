"""The cases of tests/data/operators beside onnxruntime, and beside ONNX's own reference evaluator where
onnxruntime has no kernel.

    check_operators.py [--record] [--list] [FILE.txt ...]

Every output that neither gives, and that is not marked by a line `differs ...`, is printed, and the program
fails. --record writes the answer into the places where a case says `output ?`; --list prints every case with
who agrees.
"""

import argparse
import collections
import os
import pathlib
import pickle
import re
import sys
import warnings

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

warnings.filterwarnings("ignore")
ort.set_default_logger_severity(4)

FOLDER = pathlib.Path(__file__).parent.parent / "data" / "operators"
TYPES = {"float": np.float32, "double": np.float64, "int64": np.int64, "int32": np.int32,
         "int16": np.int16, "uint8": np.uint8, "bool": np.bool_, "string": object}
ONNX_TYPES = {"float": TensorProto.FLOAT, "double": TensorProto.DOUBLE, "int64": TensorProto.INT64,
              "int32": TensorProto.INT32, "int16": TensorProto.INT16, "uint8": TensorProto.UINT8, "bool": TensorProto.BOOL,
              "string": TensorProto.STRING}
ML = {"ArrayFeatureExtractor", "Binarizer", "CategoryMapper", "FeatureVectorizer", "Imputer", "LabelEncoder",
      "LinearClassifier", "LinearRegressor", "Normalizer", "OneHotEncoder", "SVMClassifier", "SVMRegressor",
      "Scaler", "TreeEnsemble", "TreeEnsembleClassifier", "TreeEnsembleRegressor", "ZipMap"}
MICROSOFT = {"Tokenizer"}
RESULTS = {"output", "outputs", "refused", "fails", "rows", "known", "differs", "needs"}

Case = collections.namedtuple("Case", "place name version lines")


def unquote(text):
    raw = re.sub(r"\\x(..)|\\(.)", lambda m: chr(int(m[1], 16)) if m[1] else m[2], text[1:-1])
    return raw.encode("latin-1").decode("utf-8", "surrogateescape")


def quote(text):
    return '"' + "".join(chr(b) if 32 <= b < 127 and b not in b'"\\' else
                         "\\" + chr(b) if b in b'"\\' else f"\\x{b:02x}" for b in text.encode()) + '"'


def words_of(text):
    return re.findall(r'"(?:\\.|[^"\\])*"|\S+', text)


def element(kind, word):
    if kind == "string":
        return unquote(word)
    return TYPES[kind](int(word) if kind not in ("float", "double") else float(word))


def tensor_of(words):
    """type, array; a tolerance is passed over."""
    kind, shape = words[0], [int(n) for n in words[1].strip("[]").split(",") if n]
    rest = [w for w in words[2:] if not w.startswith("~")]
    values = np.zeros(int(np.prod(shape)), TYPES[kind])
    if kind == "string":
        values[:] = ""
    for i, word in enumerate(rest):
        values[i] = element(kind, word)
    return kind, values.reshape(shape)


def text_of(array):
    kind = next(k for k, t in TYPES.items() if array.dtype == t or array.dtype.kind in "OUS" and k == "string")
    shape = ",".join(map(str, array.shape))
    if kind == "string":
        words = [quote(s) for s in array.ravel()]
    elif kind == "bool":
        words = [str(int(v)) for v in array.ravel()]
    elif kind in ("float", "double"):
        words = ["nan" if np.isnan(v) else np.format_float_positional(v, trim="-") if 1e-5 <= abs(v) < 1e15 or v == 0
                 else np.format_float_scientific(v, trim="-") if np.isfinite(v) else str(v) for v in array.ravel()]
    else:
        words = [str(v) for v in array.ravel()]
    return " ".join([kind, f"[{shape}]"] + words)


def read_cases(path):
    cases = []
    for number, line in enumerate(path.read_text().split("\n"), 1):
        if line.startswith(" "):
            cases[-1].lines.append((number, line.strip()))
        elif line and not line.startswith("#"):
            name, version = line.split()
            cases.append(Case(f"{path.name}:{number}", name, int(version), []))
    return cases


def attribute_of(name, words):
    kind = words[0]
    if kind == "tensor":
        array = tensor_of(words[1:])[1]
        return helper.make_attribute(name, numpy_helper.from_array(array))
    values = [element({"i": "int64", "f": "float", "s": "string"}[kind[0]], w) for w in words[1:]]
    types = {"int": onnx.AttributeProto.INT, "ints": onnx.AttributeProto.INTS, "float": onnx.AttributeProto.FLOAT,
             "floats": onnx.AttributeProto.FLOATS, "string": onnx.AttributeProto.STRING,
             "strings": onnx.AttributeProto.STRINGS}
    values = [v if kind[0] == "s" else v.item() for v in values]
    return helper.make_attribute(name, values if kind.endswith("s") else values[0], attr_type=types[kind])


def later(case):
    return case._replace(version=13, lines=[(n, line) for n, line in case.lines
                                            if line.split()[0] not in ("broadcast", "axis", "consumed_inputs")])


def model_of(case):
    domain = "ai.onnx.ml" if case.name in ML else "com.microsoft" if case.name in MICROSOFT else ""
    inputs, initializers, feeds, names, attributes, n_outputs = [], [], {}, [], [], 0
    for _, line in case.lines:
        words = words_of(line)
        if words[0] == "output":
            n_outputs += 1
        elif words[0] == "absent":
            names.append("")
        elif words[0] in ("input", "unknown", "constant"):
            kind, array = tensor_of(words[1:])
            name = f"input_{len(names)}"
            names.append(name)
            if words[0] == "constant":
                initializers.append(numpy_helper.from_array(array, name))
            else:
                inputs.append(helper.make_tensor_value_info(name, ONNX_TYPES[kind], array.shape))
                feeds[name] = array
        elif words[0] not in RESULTS:
            attributes.append(attribute_of(words[0], words[1:]))
    absent = {k for k, line in enumerate(l for _, l in case.lines if l.startswith("output "))
              if line == "output absent"}
    outputs = ["" if k in absent else f"output_{k}" for k in range(n_outputs)]
    node = helper.make_node(case.name, names, outputs, domain=domain)
    node.attribute.extend(attributes)
    opsets = [helper.make_opsetid(domain, case.version)] + ([helper.make_opsetid("", 21)] if domain else [])
    graph = helper.make_graph([node], "case", inputs, [helper.make_empty_tensor_value_info(o) for o in outputs if o],
                              initializers)
    return helper.make_model(graph, opset_imports=opsets, ir_version=10), feeds


def arrays_of(results, case):
    if case.name == "ZipMap":
        keys = [element("string" if words[1] == "strings" else "int64", w) for _, line in case.lines
                for words in [words_of(line)] if words[0].startswith("classlabels") for w in words[2:]]
        results = [np.array([[row[k] for k in keys] for row in results[0]], np.float32).reshape(-1, len(keys))]
    if case.name == "SequenceConstruct":
        results = [np.concatenate(results[0], -1)]
    return [np.asarray(r) for r in results]


def answers(case):
    """Who answered, and the arrays; the last refusal when nobody did. Old versions that nobody implements are
    asked for as new ones without the attributes that those lack; where these matter, the shapes do not fit."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    refusal = ""
    for who in ("onnxruntime", "reference") + ("a later version",) * (case.version < 7):
        try:
            model, feeds = model_of(later(case) if who == "a later version" else case)
            if who != "reference":
                run = ort.InferenceSession(model.SerializeToString(), options,
                                           providers=["CPUExecutionProvider"]).run
            else:
                run = ReferenceEvaluator(model).run
            yield who, arrays_of(run(None, feeds), case)
        except Exception as error:  # whatever a runtime raises is a refusal
            refusal = refusal or f"{who}: {str(error).splitlines()[0][:150]}"
    yield refusal, None


def agree(found, wanted, tolerance):
    if found.shape != wanted.shape:
        return False
    if wanted.dtype == object:
        return [str(s) for s in found.ravel()] == list(wanted.ravel())
    if found.dtype != wanted.dtype:
        return False
    if wanted.dtype.kind != "f":
        return bool((found == wanted).all())
    nan = np.isnan(wanted)
    if not (np.isnan(found) == nan).all():
        return False
    bits = {4: np.uint32, 8: np.uint64}[wanted.dtype.itemsize]
    with np.errstate(all="ignore"):
        near = np.abs(found - wanted) <= tolerance * np.abs(wanted)
    same = found.view(bits) == wanted.view(bits) if found.ndim else found == wanted
    return bool((nan | same | ((tolerance > 0) & ((found == wanted) | near))).all())


def guarded(judge):
    """The same in a process of its own, since some cases end onnxruntime."""
    def judge_apart(case):
        reader, writer = os.pipe()
        if os.fork() == 0:
            os.write(writer, pickle.dumps(judge(case)))
            os._exit(0)
        os.close(writer)
        with os.fdopen(reader, "rb") as pipe:
            answer = pipe.read()
        os.wait()
        return pickle.loads(answer) if answer else ("refused by a crash of onnxruntime", None)
    return judge_apart


@guarded
def judge(case):
    """'same by onnxruntime', 'differs', ... and what was found."""
    wanted = [(tensor_of(words_of(line)[1:])[1], float(([0] + re.findall(r" ~(\S+)", line))[-1]))
              for _, line in case.lines if line.startswith("output ") and line != "output absent" and "?" not in line]
    last = None
    for who, arrays in answers(case):
        if arrays is None:
            break
        last = last or arrays
        if len(arrays) == len(wanted) and all(agree(a, w, t) for a, (w, t) in zip(arrays, wanted)):
            return f"same by {who}", arrays
    return ("differs", last) if last else (f"refused by {who}", None)


def record(path, cases):
    lines = path.read_text().split("\n")
    for case in cases:
        places = [(n, line) for n, line in case.lines if re.fullmatch(r"output \?( ~\S+)?", line)]
        if not places:
            continue
        who, arrays = guarded(lambda c: next(answers(c)))(case)
        if arrays is None:
            print(f"{case.place}: {who}")
            continue
        for (number, line), array in zip(places, arrays):
            words = text_of(array).split(" ", 2)
            lines[number - 1] = " ".join(["  output", *words[:2], *re.findall(r"~\S+", line), *words[2:]])
    path.write_text("\n".join(lines))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=pathlib.Path)
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--list", action="store_true")
    arguments = parser.parse_args()
    counts = collections.Counter()
    for path in arguments.files or sorted(FOLDER.glob("*.txt")):
        if arguments.record:
            record(path, read_cases(path))
        for case in read_cases(path):
            if not any(line.startswith("output ") for _, line in case.lines):
                counts["refusals or shapes alone"] += 1
                continue
            verdict, found = judge(case)
            reason = next((line for _, line in case.lines if line.startswith("differs ")), None)
            kind = verdict if verdict.startswith("same") else "differs, with a reason" if reason else "differs"
            counts[kind] += 1
            if kind == "differs" or arguments.list or (reason and verdict.startswith("same by onnxruntime")):
                print(f"{case.place}: {case.name} {case.version}: {verdict}",
                      *(text_of(a)[:200] for a in found or []), sep="\n    ")
    print(", ".join(f"{n} {kind}" for kind, n in sorted(counts.items())))
    sys.exit(counts["differs"] > 0)


if __name__ == "__main__":
    main()
