"""Random valid tree ensembles of every operator version, with rows that look for trouble.

`make(seed)` gives (model bytes, rows); the same seed gives the same case. What onnxruntime is known
to leave unwritten, to refuse or to compute against the specification is not generated: ids that are
not contiguous, two labels with PROBIT, one base value for votes in both columns, set members beyond
30, the numbers 1 and 2 of a version 5 post transform, one string label.
"""

import dataclasses

import numpy as np
from onnx import TensorProto, ValueInfoProto, helper, numpy_helper

ML = "ai.onnx.ml"
MODES = ["BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ"]
MEMBER = 6
AGGREGATES = ["AVERAGE", "SUM", "MIN", "MAX"]
TRANSFORMS = ["NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT"]
NASTY = np.array([0.0, -0.0, 1e-45, -1e-45, 3.4e38, np.inf, -np.inf, 1.0, 2.0, 7.0], np.float32)
INPUT_TYPES = {
    np.dtype(np.float32): TensorProto.FLOAT,
    np.dtype(np.float64): TensorProto.DOUBLE,
    np.dtype(np.int64): TensorProto.INT64,
    np.dtype(np.int32): TensorProto.INT32,
}


@dataclasses.dataclass
class Node:
    """A test, or a leaf when `true` is None; children are positions in the tree."""

    feature: int = 0
    mode: int = 0
    value: float = 0.0
    missing: int = 0
    true: int | None = None
    false: int | None = None
    votes: list = dataclasses.field(default_factory=list)  # (output, weight)


@dataclasses.dataclass
class Plan:
    """What one case is made of."""

    operator: str
    n_features: int
    n_outputs: int
    n_trees: int
    depth: int
    dtype: np.dtype
    modes: list
    pool: np.ndarray  # thresholds
    one_column: bool  # two classes, all votes for the same one
    uses_missing: bool
    weight_scale: float


def draw_plan(rng):
    operator = str(rng.choice(["TreeEnsembleClassifier", "TreeEnsembleRegressor", "TreeEnsemble"]))
    classifier = operator == "TreeEnsembleClassifier"
    n_outputs = int(rng.choice([1, 2, 2, 3, 7] if classifier else [1, 1, 2, 5]))
    dtypes = [np.float32, np.float32, np.float64] + [np.int64, np.int32] * classifier
    pool = np.concatenate([rng.normal(size=30), rng.integers(0, 9, size=8), NASTY])
    modes = [0] if rng.random() < 0.4 else list(rng.permutation(6)[: rng.integers(1, 7)])
    return Plan(
        operator=operator,
        n_features=int(rng.choice([1, 2, 5, 30, 200])),
        n_outputs=n_outputs,
        n_trees=int(rng.choice([1, 2, 3, 10, 40])),
        depth=int(rng.choice([0, 1, 2, 3, 5, 8])),
        dtype=np.dtype(dtypes[rng.integers(len(dtypes))]),
        modes=modes,
        pool=pool.astype(np.float32),
        one_column=classifier and n_outputs == 2 and rng.random() < 0.6,
        uses_missing=rng.random() < 0.6,
        weight_scale=float(rng.choice([1, 1, 1, 1e-3, 1e6, 1e37])),
    )


# ---- Trees -------------------------------------------------------------------------------------


def draw_votes(rng, plan, dense):
    if plan.one_column:
        outputs = [0]
    elif dense:
        outputs = range(plan.n_outputs)
    else:
        outputs = rng.permutation(plan.n_outputs)[: rng.integers(1, plan.n_outputs + 1)]
    return [(int(k), float(np.float32(rng.normal() * plan.weight_scale))) for k in outputs]


def grow(rng, plan, dense):
    """One tree, in breadth-first or depth-first order; often lopsided."""
    nodes, waiting = [Node()], [(0, 0)]
    split, depth_first = rng.choice([1.0, 0.7]), rng.random() < 0.5
    while waiting:
        at, depth = waiting.pop() if depth_first else waiting.pop(0)
        node = nodes[at]
        if depth == plan.depth or (depth > 0 and rng.random() > split):
            node.votes = draw_votes(rng, plan, dense)
            node.value = float(np.float32(rng.normal())) if rng.random() < 0.2 else 0.0
            continue
        node.feature = int(rng.integers(plan.n_features))
        node.mode = int(plan.modes[rng.integers(len(plan.modes))])
        node.value = float(plan.pool[rng.integers(len(plan.pool))])
        node.missing = int(plan.uses_missing and rng.random() < 0.5)
        node.true, node.false = len(nodes), len(nodes) + 1
        nodes += [Node(), Node()]
        waiting += [(node.true, depth + 1), (node.false, depth + 1)]
    return nodes


# ---- Attributes of the operators up to version 4 -----------------------------------------------


def node_columns(rng, trees, plan):
    names = "treeids nodeids featureids modes values truenodeids falsenodeids".split()
    columns = {name: [] for name in names + ["missing_value_tracks_true"]}
    shuffle = rng.random() < 0.4
    for number, tree in enumerate(trees):
        order = range(len(tree))
        if shuffle:  # the root stays first
            order = [0, *(1 + rng.permutation(len(tree) - 1))]
        for k in order:
            node = tree[k]
            leaf = node.true is None
            columns["treeids"].append(number)
            columns["nodeids"].append(int(k))
            columns["featureids"].append(node.feature)
            columns["modes"].append("LEAF" if leaf else MODES[node.mode])
            columns["values"].append(node.value)
            columns["truenodeids"].append(0 if leaf else node.true)
            columns["falsenodeids"].append(0 if leaf else node.false)
            columns["missing_value_tracks_true"].append(node.missing)
    if not plan.uses_missing:
        del columns["missing_value_tracks_true"]
    return {"nodes_" + name: column for name, column in columns.items()}


def vote_columns(rng, trees, prefix):
    silent = 0.05 if rng.random() < 0.2 else 0  # share of leaves without a vote
    votes = [
        (number, at, output, weight)
        for number, tree in enumerate(trees)
        for at, node in enumerate(tree)
        if rng.random() >= silent or (number, at) == (0, len(tree) - 1)
        for output, weight in node.votes
    ]
    if rng.random() < 0.3:
        # Votes of one leaf keep their order: their sum depends on it.
        votes.sort(key=lambda vote: (vote[0] * 7919 + vote[1] * 104729) % 997)
    columns = zip(*votes)
    return {prefix + name: list(c) for name, c in zip(("treeids", "nodeids", "ids", "weights"), columns)}


def base_values(rng, plan):
    if rng.random() < 0.6:
        return []
    n = 1 if plan.one_column and rng.random() < 0.5 else plan.n_outputs
    return [float(np.float32(v)) for v in rng.normal(size=n)]


def to_tensors(rng, attributes):
    """Double inputs may come with thresholds and weights that float cannot hold."""
    for name in ("nodes_values", "class_weights", "target_weights", "base_values"):
        if name in attributes:
            values = np.array(attributes.pop(name), np.float64)
            values += np.where(np.isfinite(values), rng.normal(size=values.shape) * 1e-9, 0)
            attributes[name + "_as_tensor"] = numpy_helper.from_array(values, name)


def table_node(rng, trees, plan):
    """(node, output descriptions) of a TreeEnsembleClassifier or TreeEnsembleRegressor."""
    classifier = plan.operator == "TreeEnsembleClassifier"
    prefix = "class_" if classifier else "target_"
    attributes = {**node_columns(rng, trees, plan), **vote_columns(rng, trees, prefix)}
    base = base_values(rng, plan)
    if base:
        attributes["base_values"] = base
    transforms = TRANSFORMS[:4] if classifier and plan.n_outputs == 2 else TRANSFORMS
    attributes["post_transform"] = str(rng.choice(transforms))
    if classifier:
        texts = plan.n_outputs > 1 and rng.random() < 0.3
        if texts:
            attributes["classlabels_strings"] = [f"class {k}" for k in range(plan.n_outputs)]
        else:
            labels = rng.permutation(3 * plan.n_outputs)[: plan.n_outputs] - 2
            attributes["classlabels_int64s"] = [int(label) for label in labels]
        outputs = [("label", TensorProto.STRING if texts else TensorProto.INT64, [None])]
        outputs += [("scores", TensorProto.FLOAT, [None, plan.n_outputs])]
    else:
        attributes["n_targets"] = plan.n_outputs
        attributes["aggregate_function"] = str(rng.choice(AGGREGATES))
        outputs = [("values", TensorProto.FLOAT, [None, plan.n_outputs])]
    if plan.dtype == np.float64 and rng.random() < 0.5:
        to_tensors(rng, attributes)
    names = [output[0] for output in outputs]
    return helper.make_node(plan.operator, ["X"], names, domain=ML, **attributes), outputs


# ---- Attributes of version 5 -------------------------------------------------------------------


def member_set(rng):
    return [float(v) for v in np.sort(rng.permutation(31)[: rng.integers(1, 9)])] + [float("nan")]


def flatten(trees):
    """Positions of tests and of leaves, each counted over all trees. A tree that is a lone leaf
    becomes a test with that leaf on both sides, as the operator wants it."""
    tests, leaves, roots = [], [], []
    place = {}
    for number, tree in enumerate(trees):
        roots.append(len(tests))
        for at, node in enumerate(tree):
            if node.true is None:
                place[number, at] = (len(leaves), 1)
                leaves.append(node)
            else:
                place[number, at] = (len(tests), 0)
                tests.append((number, node))
        if len(tree) == 1:
            tests.append((number, Node(true=0, false=0)))
    return tests, leaves, roots, place


def graph_node(rng, trees, plan):
    """(node, output descriptions) of a TreeEnsemble."""
    tests, leaves, roots, place = flatten(trees)
    true = [place[number, node.true] for number, node in tests]
    false = [place[number, node.false] for number, node in tests]
    modes = [node.mode for _, node in tests]
    members = []
    for k, mode in enumerate(modes):
        if mode == 4 and rng.random() < 0.5:
            modes[k] = MEMBER
            members += member_set(rng)
    attributes = dict(
        n_targets=plan.n_outputs,
        aggregate_function=int(rng.integers(4)),
        post_transform=int(rng.choice([0, 0, 3, 4])),
        tree_roots=roots,
        nodes_modes=numpy_helper.from_array(np.array(modes, np.uint8), "modes"),
        nodes_splits=numpy_helper.from_array(
            np.array([node.value for _, node in tests], plan.dtype), "splits"
        ),
        nodes_featureids=[node.feature for _, node in tests],
        nodes_truenodeids=[position for position, _ in true],
        nodes_trueleafs=[leaf for _, leaf in true],
        nodes_falsenodeids=[position for position, _ in false],
        nodes_falseleafs=[leaf for _, leaf in false],
        leaf_targetids=[leaf.votes[0][0] for leaf in leaves],
        leaf_weights=numpy_helper.from_array(
            np.array([leaf.votes[0][1] for leaf in leaves], plan.dtype), "weights"
        ),
    )
    if plan.uses_missing:
        attributes["nodes_missing_value_tracks_true"] = [node.missing for _, node in tests]
    if members:
        values = np.array(members, plan.dtype)
        attributes["membership_values"] = numpy_helper.from_array(values, "members")
    outputs = [("values", INPUT_TYPES[plan.dtype], [None, plan.n_outputs])]
    return helper.make_node("TreeEnsemble", ["X"], ["values"], domain=ML, **attributes), outputs


# ---- The graph and its rows --------------------------------------------------------------------


def map_output(name):
    info = ValueInfoProto(name=name)
    value = helper.make_tensor_type_proto(TensorProto.FLOAT, None)
    info.type.CopyFrom(
        helper.make_sequence_type_proto(helper.make_map_type_proto(TensorProto.INT64, value))
    )
    return info


def add_tail(rng, node, output):
    """(nodes behind the ensemble, graph output) for one of its outputs."""
    name, kind, shape = output
    labels = [list(a.ints) for a in node.attribute if a.name == "classlabels_int64s"]
    choice = rng.random()
    if name == "scores" and labels and choice < 0.4:
        zipmap = helper.make_node(
            "ZipMap", [name], ["maps"], domain=ML, classlabels_int64s=labels[0]
        )
        return [zipmap], map_output("maps")
    if kind == TensorProto.INT64 and choice < 0.4:
        kind = int(rng.choice([TensorProto.INT32, TensorProto.FLOAT]))
        tail = helper.make_node("Cast", [name], ["cast"], to=kind)
        return [tail], helper.make_tensor_value_info("cast", kind, shape)
    if choice < 0.6:
        tail = helper.make_node("Identity", [name], [name + "_again"])
        return [tail], helper.make_tensor_value_info(name + "_again", kind, shape)
    return [], helper.make_tensor_value_info(name, kind, shape)


def draw_rows(rng, plan):
    """Normals, thresholds, their upper neighbours, missing values."""
    shape = (int(rng.choice([1, 2, 7, 33, 130])), plan.n_features)
    rows = rng.normal(size=shape).astype(np.float32)
    near = plan.pool[rng.integers(len(plan.pool), size=shape)]
    chance = rng.random(shape)
    rows = np.where(chance < 0.3, near, rows)
    rows = np.where((chance >= 0.3) & (chance < 0.4), np.nextafter(near, np.float32(np.inf)), rows)
    if plan.dtype.kind == "i":
        whole = np.clip(np.nan_to_num(np.round(rows * 3)), -100, 100)
        return np.where(chance > 0.97, 16777217, whole).astype(plan.dtype)
    if rng.random() < 0.6:
        rows = np.where(chance > 0.9, np.float32(np.nan), rows)
    if plan.dtype == np.float64:
        rows = rows.astype(np.float64) * np.where(chance > 0.7, 1 + 1e-12, 1)
    return rows.astype(plan.dtype)


def make(seed):
    """The case of that seed: (bytes of the model, rows for its input X)."""
    with np.errstate(all="ignore"):
        rng = np.random.default_rng([20, seed])
        plan = draw_plan(rng)
        dense = rng.random() < 0.4
        trees = [grow(rng, plan, dense) for _ in range(plan.n_trees)]
        version = 5 if plan.operator == "TreeEnsemble" else 3
        build = graph_node if version == 5 else table_node
        node, outputs = build(rng, trees, plan)
        attributes = [node.attribute[k] for k in rng.permutation(len(node.attribute))]
        del node.attribute[:]
        node.attribute.extend(attributes)
        tails = [add_tail(rng, node, output) for output in outputs]
        source = helper.make_tensor_value_info(
            "X", INPUT_TYPES[plan.dtype], [None, plan.n_features]
        )
        nodes = [node] + [tail for nodes, _ in tails for tail in nodes]
        graph = helper.make_graph(nodes, "random", [source], [final for _, final in tails])
        model = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid(ML, version)],
            ir_version=10 if version == 5 else 8,
        )
        return model.SerializeToString(), draw_rows(rng, plan)
