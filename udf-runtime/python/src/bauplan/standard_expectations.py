"""Checks that most pipelines want, on a `pyarrow.Table` (or anything that turns into one).

Each returns True or False. Nulls are ignored by the checks on values and means, and counted by
those on nulls; an empty column has no nulls and no mean: a check on its mean is False.
"""
from typing import Any, Iterable, List


def _column(table: Any, name: str) -> Any:
    import pyarrow as pa

    if not isinstance(table, pa.Table):
        if isinstance(table, pa.RecordBatch):
            table = pa.Table.from_batches([table])
        elif type(table).__module__.split(".")[0] == "pandas":
            table = pa.Table.from_pandas(table, preserve_index=False)
        elif hasattr(table, "to_arrow"):
            table = table.to_arrow()
        elif hasattr(table, "__arrow_c_stream__"):
            table = pa.table(table)
        else:
            raise TypeError("expected a table, got %s" % type(table).__name__)
    if name not in table.column_names:
        raise KeyError("column %r is missing; there are: %s" % (name, ", ".join(table.column_names)))
    return table.column(name)


def expect_column_no_nulls(table: Any, column_name: str) -> bool:
    return _column(table, column_name).null_count == 0


def expect_column_all_null(table: Any, column_name: str) -> bool:
    column = _column(table, column_name)
    return column.null_count == len(column)


def expect_column_some_null(table: Any, column_name: str) -> bool:
    return _column(table, column_name).null_count > 0


def _distinct(column: Any) -> int:
    import pyarrow.compute as pc

    return pc.count_distinct(column, mode="all").as_py()


def expect_column_all_unique(table: Any, column_name: str) -> bool:
    column = _column(table, column_name)
    return _distinct(column) == len(column)


def expect_column_not_unique(table: Any, column_name: str) -> bool:
    column = _column(table, column_name)
    return _distinct(column) < len(column)


def expect_column_accepted_values(
    table: Any, column_name: str, accepted_values: Iterable[Any]
) -> bool:
    import pyarrow as pa
    import pyarrow.compute as pc

    column = _column(table, column_name).drop_null()
    accepted = pa.array(list(accepted_values))
    if accepted.type != column.type:
        accepted = accepted.cast(column.type)
    inside = pc.all(pc.is_in(column, value_set=accepted)).as_py()
    return True if inside is None else inside


def expect_column_equal_concatenation(
    table: Any, target_column: str, columns: List[str], separator: str = ""
) -> bool:
    import pyarrow as pa
    import pyarrow.compute as pc

    parts = [_column(table, name).cast(pa.string()) for name in columns]
    joined = pc.binary_join_element_wise(*parts, separator)
    target = _column(table, target_column).cast(pa.string())
    same = pc.all(pc.fill_null(pc.equal(joined, target), False)).as_py()
    return True if same is None else same


def _mean(table: Any, name: str) -> Any:
    import pyarrow.compute as pc

    return pc.mean(_column(table, name)).as_py()


def expect_column_mean_greater_than(table: Any, column_name: str, value: float) -> bool:
    mean = _mean(table, column_name)
    return mean is not None and mean > value


def expect_column_mean_greater_or_equal_than(table: Any, column_name: str, value: float) -> bool:
    mean = _mean(table, column_name)
    return mean is not None and mean >= value


def expect_column_mean_smaller_than(table: Any, column_name: str, value: float) -> bool:
    mean = _mean(table, column_name)
    return mean is not None and mean < value


def expect_column_mean_smaller_or_equal_than(table: Any, column_name: str, value: float) -> bool:
    mean = _mean(table, column_name)
    return mean is not None and mean <= value
