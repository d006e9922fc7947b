"""What a zygote imports: the harness's needs and the packages that its functions declare."""
import importlib
import io
import os
import re
import sys

PASSED_OVER = {"test", "tests", "doc", "docs", "example", "examples", "benchmarks", "setup", "conftest"}


def warm(declared, skip):
    """Imports all; what a caller must know of a package after which a fork would not be safe."""
    for module in ["pyarrow", "pyarrow.compute"] + modules_of(declared):
        if module in skip:
            continue
        try:
            importlib.import_module(module)
        except Exception as error:  # the function that imports it is told so
            print("import %s: %s: %s" % (module, type(error).__name__, error), file=sys.stderr)
        if threads() > 1:
            return module
    exercise()
    return "" if threads() == 1 else "the harness"


def threads():
    return len(os.listdir("/proc/self/task"))


def modules_of(declared):
    """The importable names of distributions, as their metadata tell them."""
    wanted, found = set(declared), []
    for folder in list(sys.path):
        if not os.path.isdir(folder):
            continue
        for entry in sorted(os.listdir(folder)):
            name = entry.split("-")[0] if entry.endswith(".dist-info") else ""
            if name and re.sub("[-_.]+", "-", name).lower() in wanted:
                found += top_level(os.path.join(folder, entry))
    return [m for m in dict.fromkeys(found) if m not in PASSED_OVER and not m.startswith("_")]


def top_level(info):
    names = []
    try:
        with io.open(os.path.join(info, "top_level.txt"), encoding="utf-8") as file:
            names = file.read().split()
    except OSError:
        pass
    if not names:
        try:
            with io.open(os.path.join(info, "RECORD"), encoding="utf-8") as file:
                paths = [line.split(",")[0] for line in file]
        except OSError:
            paths = []
        names = [p[:-len("/__init__.py")] for p in paths if re.match(r"[A-Za-z]\w*/__init__\.py$", p)]
        names += [p[:-len(".py")] for p in paths if re.match(r"[A-Za-z]\w*\.py$", p)]
    return [n for n in names if re.match(r"[A-Za-z]\w*$", n)]


def exercise():
    """Loads what libraries load on first use, with one row."""
    import base64  # noqa: F401
    import datetime  # noqa: F401
    import decimal  # noqa: F401
    import traceback  # noqa: F401

    import bauplan  # noqa: F401
    import pyarrow as pa
    import results
    table = pa.table({"a": [1], "b": ["x"], "c": [1.5]})
    if "pandas" in sys.modules:
        table.to_pandas(split_blocks=True, use_threads=False)
        frame = sys.modules["pandas"].DataFrame({"a": [1], "b": ["x"]})
        table = results.from_pandas(pa, "warm", frame)
    table = results.plain_types(pa, "warm", table)
    with pa.BufferOutputStream() as out:
        with pa.ipc.new_file(out, table.schema) as writer:
            writer.write_table(table)
        written = out.getvalue()
    pa.ipc.open_file(pa.BufferReader(written))
