"""Serves a process that is given its rows part by part, over a socket to the engine.

The engine sends a line of JSON for each part, and the rows as an Arrow stream:

    {"calls": [rows, ...]}

and closes its side when there are no more. Each table of the answer is its length in 8 bytes and
an Arrow file; the end of the process is the end of the answer. What the function is given depends
on its kind: a scalar function the columns of a part, an aggregate the values of each group of a
part, a table function the rows of each call of the part, one that streams all parts in a row.
"""
import inspect
import io
import json
import os
import struct
import time
import types

import results
from results import LimitReached, WrongResult

LENGTH = struct.Struct("<q")
HELLO = b"h"
ARRAYS = {"Array": "pyarrow", "ChunkedArray": "pyarrow", "Series": "pandas"}
ITERATED = ("RecordBatchReader", "Iterator", "Iterable")


def connect(path):
    """A descriptor of the engine's socket; before the sandbox is entered."""
    import socket
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.connect(path)
        return os.dup(connection.fileno())


class Engine:
    """The other end of the socket."""

    def __init__(self, descriptor, most):
        self.descriptor, self.left = descriptor, most
        self.source = io.BufferedReader(io.FileIO(descriptor, "r", closefd=False), 1 << 18)
        self.sink = io.BufferedWriter(io.FileIO(descriptor, "w", closefd=False), 1 << 16)
        os.write(descriptor, HELLO)

    def parts(self):
        """Rows per call and the table of each part."""
        import pyarrow as pa
        while True:
            line = self.source.readline()
            if not line:
                return
            calls = json.loads(line.decode("utf-8"))["calls"]
            try:
                table = pa.ipc.open_stream(pa.PythonFile(self.source, "r")).read_all()
            except (OSError, pa.ArrowInvalid):
                os._exit(0)  # the engine has given up
            yield calls, table

    def send(self, table):
        import pyarrow as pa
        if table.num_columns and any(c.num_chunks > 1 for c in table.columns):
            table = table.combine_chunks()
        table = table.replace_schema_metadata(None)
        counted = pa.MockOutputStream()
        write_file(pa, counted, table)
        size = counted.size()
        self.left -= size
        if self.left < 0:
            raise LimitReached("output", "all results together are larger than the limit")
        try:
            self.sink.write(LENGTH.pack(size))
            write_file(pa, pa.PythonFile(self.sink, "w"), table)
            self.sink.flush()
        except BrokenPipeError:
            os._exit(0)  # the engine wants no more


def write_file(pa, sink, table):
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=results.SMALL_LIMIT)


def serve(request, outcome, handler, arguments, descriptor):
    """Answers part after part. Returns a table without rows, of the type of all answers."""
    engine = Engine(descriptor, request["outputBytes"])
    clock = Clock()
    place = next((i for i, p in enumerate(request["parameters"]) if p["kind"] == "stream"), None)
    if request["returns"]["kind"] == "scalar":
        last = scalars(request, handler, engine, clock)
    elif request["returns"]["kind"] == "aggregate":
        last = aggregates(request, handler, engine, clock)
    elif request.get("streams"):
        last = stream(request, handler, arguments, place, engine, clock)
    else:
        last = tables(request, handler, arguments, place, engine, clock)
    outcome.marks["output"] = outcome.marks["user"] + clock.spent
    return last


class Clock:
    """Time within the user's code."""

    def __init__(self):
        self.spent = 0

    def run(self, action, *arguments):
        begun = time.monotonic_ns()
        try:
            return action(*arguments)
        finally:
            self.spent += time.monotonic_ns() - begun


# -- scalar functions ------------------------------------------------------------------------------

def scalars(request, handler, engine, clock):
    """By columns where the handler's parameters are annotated as arrays or series, else by row."""
    import pyarrow as pa
    kinds = column_kinds(request, handler)
    field = results.schema_of(pa, request["returns"]).field(0)
    for calls, table in engine.parts():
        rows = calls[0]
        if kinds:
            value = clock.run(handler, *[as_column(pa, c, k) for c, k in zip(table.columns, kinds)])
        else:
            columns = [c.to_pylist() for c in table.columns]
            value = by_row(pa, request, field, clock.run(
                call_rows, handler, zip(*columns) if columns else [()] * rows))
        asked = dict(request, parameters=[{"kind": "stream", "rows": rows}])
        engine.send(results.scalar_table(pa, asked, value))
    return pa.schema([field]).empty_table()


def call_rows(handler, rows):
    return [handler(*row) for row in rows]


def by_row(pa, request, field, values):
    try:
        return pa.array(values, field.type)
    except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
        raise WrongResult("'%s' returned a value that is no %s: %s" % (
            request["name"], field.type, results.short(error)))


def column_kinds(request, handler):
    """What each parameter is annotated as; nothing where the function is called by row."""
    names = [annotation(p) for p in parameters(handler)]
    kinds = [kind_of(name) for name in names[:len(request["parameters"])]]
    if not any(kinds):
        return None
    if not all(kinds):
        raise WrongResult("'%s' takes columns and single values; annotate all of its parameters as"
                          " columns (pa.Array, pd.Series, pl.Series) or none" % request["name"])
    return kinds


def kind_of(name):
    last = name.rpartition(".")[2]
    if last not in ARRAYS:
        return None
    return "polars" if last == "Series" and name.split(".")[0] in ("pl", "polars") else ARRAYS[last]


def parameters(handler):
    try:
        return list(inspect.signature(handler).parameters.values())
    except (TypeError, ValueError):
        return []


def annotation(parameter):
    """As text: `pyarrow.lib.Array`, `pd.Series`; empty where there is none."""
    found = parameter.annotation
    if found is inspect.Parameter.empty:
        return ""
    if isinstance(found, type) and not getattr(found, "__args__", None):
        return "%s.%s" % (found.__module__, found.__qualname__)
    return str(found).strip("'\"")


def as_column(pa, column, kind):
    if kind == "pandas":
        return results.to_pandas(pa.table({"c": column}))["c"].rename(None)
    if kind == "polars":
        import polars
        return polars.from_arrow(column)
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)


# -- aggregate functions ---------------------------------------------------------------------------

def aggregates(request, handler, engine, clock):
    """A part has a row for each group and a list column for each parameter. The handler is given
    the values of one group: columns where its parameters are annotated so, else lists. One whose
    parameters are annotated as list arrays is given all groups of a part, and returns as many
    values."""
    import pyarrow as pa
    names = [annotation(p).rpartition(".")[2] for p in parameters(handler)]
    whole = bool(names) and all(name == "ListArray" for name in names)
    kinds = None if whole else column_kinds(request, handler)
    field = results.schema_of(pa, request["returns"]).field(0)
    for calls, table in engine.parts():
        groups = [as_column(pa, c, "pyarrow") for c in table.columns]
        if whole:
            value = clock.run(handler, *groups)
        else:
            kinds_of = kinds or [None] * len(groups)
            values = zip(*[group_values(pa, g, kind) for g, kind in zip(groups, kinds_of)])
            value = by_row(pa, request, field, [
                plain_value(pa, v) for v in clock.run(call_rows, handler, values)])
        asked = dict(request, parameters=[{"kind": "stream", "rows": calls[0]}])
        engine.send(results.scalar_table(pa, asked, value))
    return pa.schema([field]).empty_table()


def group_values(pa, lists, kind):
    """The values of each group, in turn."""
    if kind is None:
        for group in lists.to_pylist():
            yield group
        return
    values, offsets = lists.values, lists.offsets.to_pylist()
    # What a column becomes must not depend on other groups: pandas makes floats of integers where
    # one of them is NULL.
    together = kind == "polars" or kind == "pandas" and not values.null_count
    column = as_column(pa, pa.chunked_array([values]), kind) if together else values
    for at, end in zip(offsets, offsets[1:]):
        if kind == "pandas" and together:
            yield column.iloc[at:end].reset_index(drop=True)
        elif kind == "pyarrow" or together:
            yield column[at:end]
        else:
            yield as_column(pa, pa.chunked_array([values.slice(at, end - at)]), kind)


def plain_value(pa, value):
    """What `pc.sum(x)` or `x.sum()` gives as a Python value."""
    if isinstance(value, pa.Scalar):
        return value.as_py()
    module = type(value).__module__.split(".")[0]
    if module == "numpy" and getattr(value, "ndim", 1) == 0 and not hasattr(value, "tz"):
        return None if str(value) == "NaT" else value
    return None if module == "pandas" and str(value) in ("<NA>", "NaT") else value


# -- table functions -------------------------------------------------------------------------------

def tables(request, handler, arguments, place, engine, clock):
    """One call after the other; the answers of a part are sent together."""
    import pyarrow as pa
    last = None
    for calls, table in engine.parts():
        answers, at = [], 0
        for rows in calls:
            arguments[place] = given(request, handler, place, table.slice(at, rows))
            at += rows
            answers += answer(request, clock, clock.run(handler, *arguments))
        arguments[place] = None
        if answers:
            whole = answers[0] if len(answers) == 1 else pa.concat_tables(answers)
            engine.send(whole)
            last = whole.schema
        else:
            engine.send(results.schema_of(pa, request["returns"]).empty_table())
    return results.schema_of(pa, request["returns"]).empty_table() if last is None else last.empty_table()


def given(request, handler, place, table):
    """A table argument as the function wants it."""
    import pyarrow as pa
    wanted = annotations(handler, place)
    if any(kind in wanted.partition("[")[0] for kind in ITERATED):
        return source(pa, request, wanted, table.schema, iter([table]))
    return results.to_pandas(table) if request["pandas"] else table


def annotations(handler, place):
    found = parameters(handler)
    return annotation(found[place]) if place is not None and place < len(found) else ""


def whole(request, result):
    """What a function returned, or all that it yields."""
    if not isinstance(result, types.GeneratorType) or request["style"] == "EXPECTATION":
        return results.to_table(request, result)
    import pyarrow as pa
    found = answer(request, Clock(), result)
    if found:
        first = found[0].schema
        return pa.concat_tables([found[0]] + [
            results.cast_to(pa, request["name"], t, first, "the first table") for t in found[1:]])
    if request["returns"]["kind"] != "table":
        raise WrongResult("'%s' yielded no table, so its columns are not known" % request["name"])
    return results.schema_of(pa, request["returns"]).empty_table()


def answer(request, clock, result):
    """The tables of a result: that of each element where the function yields."""
    if not isinstance(result, (types.GeneratorType, map, filter)):
        return [results.to_table(request, result)]
    return [results.to_table(request, piece) for piece in pieces(clock, result)]


def pieces(clock, result):
    end = object()
    while True:
        piece = clock.run(next, result, end)
        if piece is end:
            return
        yield piece


# -- streams ---------------------------------------------------------------------------------------

def stream(request, handler, arguments, place, engine, clock):
    """One call, which takes its rows as they come and may give its own before they end."""
    import pyarrow as pa
    if place is not None:
        schema = results.schema_of(pa, request["parameters"][place])
        arguments[place] = source(pa, request, annotations(handler, place), schema,
                                  (table for _, table in engine.parts()))
    result = clock.run(handler, *arguments)
    schema = None
    if isinstance(result, pa.RecordBatchReader):
        result = iter(result)
    if isinstance(result, (types.GeneratorType, map, filter)) or (
            hasattr(result, "__next__") and not hasattr(result, "__arrow_c_stream__")):
        found = pieces(clock, result)
    else:
        found = [result]
    for piece in found:
        table = results.to_table(request, piece)
        if schema is not None and not table.schema.equals(schema):
            table = results.cast_to(pa, request["name"], table, schema, "the first batch")
        schema = table.schema
        engine.send(table)
    if schema is None:
        schema = results.schema_of(pa, request["returns"])
    return schema.empty_table()


def source(pa, request, wanted, schema, tables):
    """Tables in a row as what the parameter is annotated as: a reader, or an iterator."""
    if "RecordBatchReader" in wanted:
        return pa.RecordBatchReader.from_batches(schema, batches(tables))
    element = wanted.partition("[")[2]
    if "DataFrame" in element and element.startswith(("pl.", "polars.")):
        import polars
        return (polars.from_arrow(table) for table in tables)
    if "DataFrame" in element or not element and request["pandas"]:
        return (results.to_pandas(table) for table in tables)
    return tables if "Table" in element else batches(tables)


def batches(tables):
    for table in tables:
        for batch in table.to_batches():
            yield batch
