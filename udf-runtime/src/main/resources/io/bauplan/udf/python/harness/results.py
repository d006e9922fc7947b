"""What a function may return, and how it becomes an Arrow table of types that the engine reads."""
SMALL_LIMIT = 2 ** 31 - 1025


class WrongResult(Exception):
    """The function returned what it must not; the message names the function and the remedy."""


class LimitReached(Exception):
    def __init__(self, kind, message):
        super().__init__(message)
        self.kind = kind


def to_pandas(table):
    """A DataFrame over the input, its columns writable as users expect of one."""
    frame = table.to_pandas(split_blocks=True)
    for index in range(len(frame.columns)):
        values = frame.iloc[:, index].values
        flags = getattr(values, "flags", None)
        if flags is not None and not flags.writeable:
            frame.isetitem(index, values.copy()) if hasattr(frame, "isetitem") else frame.__setitem__(
                frame.columns[index], values.copy())
    return frame


def to_table(request, result):
    import pyarrow as pa

    name = request["name"]
    if request["style"] == "EXPECTATION":
        return expectation(pa, name, result)
    declared = request["returns"]
    if declared["kind"] == "scalar":
        return scalar_table(pa, request, result)
    table = as_table(pa, request, result)
    check_names(name, table)
    if declared["kind"] == "table":
        return cast_to(pa, name, table, schema_of(pa, declared), declared.get("remedy", "the declared columns"))
    return plain_types(pa, name, table)


def schema_of(pa, declared):
    import base64
    return pa.ipc.read_schema(pa.py_buffer(base64.b64decode(declared["schema"])))


def expectation(pa, name, result):
    kind = type(result).__name__
    module = type(result).__module__.split(".")[0]
    if isinstance(result, bool):
        passed = result
    elif module == "numpy" and kind in ("bool_", "bool"):
        passed, kind = bool(result), "bool"
    elif module == "pyarrow" and hasattr(result, "as_py") and isinstance(result.as_py(), bool):
        passed, kind = result.as_py(), "bool"
    elif isinstance(result, (int, float)) or (module == "numpy" and hasattr(result, "item") and getattr(result, "ndim", 1) == 0):
        passed = bool(result)
    else:
        raise WrongResult("the expectation '%s' returned %s; return True or False" % (name, describe(result)))
    return pa.table({"passed": pa.array([passed], pa.bool_()), "kind": pa.array([kind], pa.string())})


def scalar_table(pa, request, result):
    field = schema_of(pa, request["returns"]).field(0)
    rows = next((p["rows"] for p in request["parameters"] if p["kind"] != "scalar"), 1)
    if isinstance(result, pa.ChunkedArray):
        column = result
    elif isinstance(result, pa.Array):
        column = pa.chunked_array([result])
    elif type(result).__module__.split(".")[0] in ("pandas", "numpy", "polars") and hasattr(result, "__len__"):
        column = pa.chunked_array([pa.array(result, from_pandas=True)]) if not hasattr(result, "to_arrow") else pa.chunked_array([result.to_arrow()])
    elif isinstance(result, (list, tuple)):
        column = pa.chunked_array([pa.array(result)])
    else:
        value = result.as_py() if hasattr(result, "as_py") else result
        try:
            column = pa.chunked_array([pa.array([value] * rows, field.type)])
        except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
            raise WrongResult("'%s' returned %s where %s is declared: %s" % (request["name"], describe(result), field.type, error))
    if len(column) != rows:
        raise WrongResult("'%s' returned %d values for %d rows; return one per row" % (request["name"], len(column), rows))
    table = pa.Table.from_arrays([column], names=[field.name])
    return cast_to(pa, request["name"], table, pa.schema([field]), "the declared type")


def describe(result):
    if result is None:
        return "None"
    kind = type(result).__name__
    if isinstance(result, tuple):
        return "a tuple of %d" % len(result)
    if isinstance(result, (list, dict, set)):
        return "a %s" % kind
    return "a value of type %s" % kind


def as_table(pa, request, result):
    name = request["name"]
    remedy = "return a pyarrow Table, a pandas or polars DataFrame, or a list of dicts"
    if isinstance(result, pa.Table):
        return result
    if isinstance(result, pa.RecordBatch):
        return pa.Table.from_batches([result])
    if isinstance(result, pa.RecordBatchReader):
        return result.read_all()
    module = type(result).__module__.split(".")[0]
    kind = type(result).__name__
    if module == "pandas" and kind == "DataFrame":
        return from_pandas(pa, name, result)
    if module == "polars" and kind == "LazyFrame":
        result = result.collect()
    if module == "polars" and hasattr(result, "to_arrow") and kind == "DataFrame":
        return result.to_arrow()
    if isinstance(result, list) and all(isinstance(row, dict) for row in result):
        return from_rows(pa, name, result, request)
    if module == "pandas" and kind == "Series":
        raise WrongResult("'%s' returned a pandas Series, one column without a table; return series.to_frame() instead" % name)
    if result is None:
        raise WrongResult("'%s' returned None, as a function without a return statement does; %s" % (name, remedy))
    if hasattr(result, "__arrow_c_stream__") and module not in ("builtins",):
        try:
            return pa.table(result)
        except (TypeError, pa.ArrowException):
            pass
    raise WrongResult("'%s' returned %s; %s" % (name, describe(result), remedy))


def from_rows(pa, name, rows, request):
    names = {}
    for row in rows:
        for key in row:
            if not isinstance(key, str):
                raise WrongResult("'%s' returned dicts with the key %r; column names must be texts" % (name, key))
            names[key] = None
    if not names and request["returns"]["kind"] == "table":
        return schema_of(pa, request["returns"]).empty_table()
    if not names:
        raise WrongResult("'%s' returned an empty list, which tells no columns; return an empty table with its columns" % name)
    columns = {}
    for key in names:
        try:
            columns[key] = pa.array([row.get(key) for row in rows])
        except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
            raise WrongResult("'%s': the values of column '%s' have no common type: %s" % (name, key, short(error)))
    return pa.table(columns)


def from_pandas(pa, name, frame):
    """Named index levels become columns (what groupby makes of its keys); unnamed ones are dropped."""
    if any(level is not None for level in frame.index.names):
        clash = [level for level in frame.index.names if level in frame.columns]
        frame = frame.reset_index(drop=True) if clash else frame.reset_index()
    labels = list(frame.columns)
    arrays, names = [], []
    for position, label in enumerate(labels):
        if isinstance(label, tuple):
            label = "_".join(str(part) for part in label if str(part))
        column = frame.iloc[:, position]
        try:
            array = pa.array(column, from_pandas=True)
        except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
            raise WrongResult("'%s': column '%s' (dtype %s) does not become a table column: %s; convert it, for example with astype(str)" % (name, label, column.dtype, short(error)))
        arrays.append(array)
        names.append(str(label))
    if not arrays:
        raise WrongResult("'%s' returned a DataFrame without columns" % name)
    return pa.Table.from_arrays(arrays, names=names)


def short(error):
    text = " ".join(str(error).split())
    return text[:300]


def check_names(name, table):
    seen = {}
    for column in table.column_names:
        if column == "":
            raise WrongResult("'%s' returned a column without a name" % name)
        if column in seen:
            raise WrongResult("'%s' returned two columns named '%s'; rename one" % (name, column))
        seen[column] = True
    if not table.column_names:
        raise WrongResult("'%s' returned a table without columns" % name)


# -- types -----------------------------------------------------------------------------------------

def plain_types(pa, name, table):
    """Types that SQL has: nothing is lost but nanoseconds, which tables keep as microseconds."""
    columns, fields = [], []
    for field, column in zip(table.schema, table.columns):
        wanted = plain_type(pa, name, field.name, field.type)
        columns.append(convert(pa, name, field.name, column, wanted))
        fields.append(pa.field(field.name, wanted, True))
    return pa.Table.from_arrays(columns, schema=pa.schema(fields))


def plain_type(pa, name, column, kind):
    t = pa.types
    inner = lambda child: plain_type(pa, name, column, child)  # noqa: E731
    if isinstance(kind, pa.BaseExtensionType):
        return inner(kind.storage_type)
    if t.is_dictionary(kind):
        return inner(kind.value_type)
    if t.is_null(kind) or t.is_large_string(kind) or str(kind) == "string_view":
        return pa.string()
    if t.is_large_binary(kind) or str(kind) == "binary_view":
        return pa.binary()
    if t.is_uint8(kind):
        return pa.int16()
    if t.is_uint16(kind):
        return pa.int32()
    if t.is_uint32(kind):
        return pa.int64()
    if t.is_uint64(kind):
        return pa.decimal128(20, 0)
    if t.is_float16(kind):
        return pa.float32()
    if t.is_date64(kind):
        return pa.date32()
    if t.is_time(kind):
        return pa.time64("us")
    if t.is_timestamp(kind):
        return pa.timestamp("us", kind.tz)
    if t.is_decimal(kind):
        if kind.precision > 38:
            raise WrongResult("'%s': column '%s' is %s; SQL decimals have at most 38 digits" % (name, column, kind))
        return pa.decimal128(kind.precision, kind.scale)
    if t.is_map(kind):
        return pa.map_(inner(kind.key_type), inner(kind.item_type))
    if t.is_struct(kind):
        return pa.struct([pa.field(f.name, inner(f.type), f.nullable) for f in (kind.field(i) if hasattr(kind, "field") else kind[i] for i in range(kind.num_fields))])
    if t.is_list(kind) or t.is_large_list(kind) or t.is_fixed_size_list(kind) or "list_view" in str(kind):
        return pa.list_(inner(kind.value_type))
    if t.is_union(kind) or "run_end" in str(kind) and not hasattr(kind, "value_type"):
        raise WrongResult("'%s': column '%s' has the type %s, which no SQL column has" % (name, column, kind))
    if "run_end" in str(kind):
        return inner(kind.value_type)
    return kind


def convert(pa, name, label, column, wanted):
    if column.type.equals(wanted):
        return column
    if isinstance(column.type, pa.BaseExtensionType):
        column = pa.chunked_array([c.storage for c in column.chunks], column.type.storage_type)
        if column.type.equals(wanted):
            return column
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if "run_end" in str(column.type):
        import pyarrow.compute as pc
        column = pc.run_end_decode(column)
    if wanted in (pa.string(), pa.binary()) and column.nbytes > SMALL_LIMIT:
        column = rechunk(pa, column)
    try:
        safe = not (pa.types.is_timestamp(wanted) or pa.types.is_time(wanted) or pa.types.is_nested(wanted))
        return column.cast(wanted, safe=safe)
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise WrongResult("'%s': column '%s' is %s, which does not become %s: %s" % (name, label, column.type, wanted, short(error)))


def rechunk(pa, column):
    parts = []
    for chunk in column.chunks:
        pieces = chunk.nbytes // (1 << 30) + 1
        step = max(1, (len(chunk) + pieces - 1) // pieces)
        parts += [chunk.slice(at, step) for at in range(0, len(chunk), step)]
    return pa.chunked_array(parts, column.type)


def cast_to(pa, name, table, schema, remedy):
    """Exactly the declared columns, in their order; names may differ in case."""
    found = ", ".join(table.column_names)
    folded = {}
    for index, column in enumerate(table.column_names):
        folded.setdefault(column.lower(), []).append(index)
    used, columns = set(), []
    for field in schema:
        if field.name in table.column_names:
            index = table.column_names.index(field.name)
        elif len(folded.get(field.name.lower(), [])) == 1:
            index = folded[field.name.lower()][0]
        else:
            raise WrongResult("'%s' did not return the column '%s' (it returned: %s); return it or change %s" % (name, field.name, found, remedy))
        used.add(index)
        columns.append(cast_column(pa, name, field, table.column(index)))
    extra = [c for i, c in enumerate(table.column_names) if i not in used]
    if extra:
        raise WrongResult("'%s' returned the column%s %s, which %s not declared; drop %s or change %s" % (
            name, "s" if len(extra) > 1 else "", ", ".join("'%s'" % e for e in extra),
            "are" if len(extra) > 1 else "is", "them" if len(extra) > 1 else "it", remedy))
    return pa.Table.from_arrays(columns, schema=schema)


def cast_column(pa, name, field, column):
    if not field.nullable and column.null_count:
        raise WrongResult("'%s': column '%s' is declared NOT NULL but has %d nulls" % (name, field.name, column.null_count))
    wanted, found = field.type, column.type
    if found.equals(wanted):
        return column
    t = pa.types
    if t.is_dictionary(found):
        column = column.cast(found.value_type)
        found = column.type
    # Numbers do not silently turn into text or back: that is a mistake more often than a wish.
    crossing = (t.is_string(wanted) or t.is_large_string(wanted)) and not (
        t.is_string(found) or t.is_large_string(found) or t.is_null(found) or str(found) == "string_view")
    crossing = crossing or ((t.is_string(found) or t.is_large_string(found)) and (
        t.is_integer(wanted) or t.is_floating(wanted) or t.is_decimal(wanted) or t.is_boolean(wanted)))
    crossing = crossing or (t.is_boolean(found) != t.is_boolean(wanted) and not t.is_null(found))
    if crossing:
        raise WrongResult("'%s': column '%s' is declared %s but holds %s; convert it in the function" % (name, field.name, wanted, found))
    try:
        if wanted in (pa.string(), pa.binary()) and column.nbytes > SMALL_LIMIT:
            column = rechunk(pa, column)
        loose = t.is_timestamp(wanted) and t.is_timestamp(found)
        return column.cast(wanted, safe=not loose)
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise WrongResult("'%s': column '%s' is declared %s but holds %s: %s" % (name, field.name, wanted, found, short(error)))


# -- writing ---------------------------------------------------------------------------------------

def write(table, request, given):
    """The columns that the engine has, named as `passing.py` says; the others are in the file."""
    import pyarrow as pa

    size = table.nbytes
    most = request["outputBytes"]
    if size > most:
        raise LimitReached("output", "the result has %d bytes, the limit is %d" % (size, most))
    table = table.replace_schema_metadata(None)
    passed, batches = given.taken_out(pa, table)
    if batches is None:
        if table.num_columns and any(c.num_chunks > 1 for c in table.columns):
            table = table.combine_chunks()
        batches = table.to_batches(max_chunksize=SMALL_LIMIT)
    schema = batches[0].schema if batches else table.schema
    try:
        with pa.PythonFile(open(request["result"], "wb"), "w") as out:
            with pa.ipc.new_file(out, schema) as writer:
                for batch in batches:
                    writer.write_batch(batch)
            written = out.tell()
        if written > most + (1 << 20):
            raise LimitReached("output", "the result is larger than %d bytes" % most)
    except OSError as error:
        if error.errno in (27, 28):
            raise LimitReached("output", "there is no room for a result of %d bytes" % size)
        raise
    return passed
