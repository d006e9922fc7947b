"""What a model reads: `Model` and `Parameter` stand as defaults of its parameters."""
from typing import TYPE_CHECKING, Any, List, Optional

if TYPE_CHECKING:
    from pyarrow import Table as _Table
else:
    try:
        from pyarrow import Table as _Table
    except ImportError:
        _Table = object


class Model(_Table):
    """A table or another model as input: `data=bauplan.Model("transactions", columns=["id"])`.

    It is a declaration: inside a run the function receives a `pyarrow.Table` in its place, which is
    why this class is one to type checkers. Called by hand, pass your own table.
    """

    def __new__(cls, *args: Any, **kwargs: Any) -> "Model":
        return _Table.__new__(cls)

    def __init__(
        self,
        name: str,
        columns: Optional[List[str]] = None,
        filter: Optional[str] = None,
        ref: Optional[str] = None,
        **kwargs: Any
    ) -> None:
        if not isinstance(name, str) or not name:
            raise TypeError("bauplan.Model needs the name of a table or model")
        self.__dict__.update(name=name, columns=columns, filter=filter, ref=ref, options=kwargs)

    def __getattribute__(self, attribute: str) -> Any:
        # An unfilled pyarrow.Table must not be touched: it points at nothing.
        if attribute.startswith("__") and attribute != "__len__":
            return object.__getattribute__(self, attribute)
        declared = object.__getattribute__(self, "__dict__")
        if attribute in declared:
            return declared[attribute]
        raise TypeError(
            "bauplan.Model(%r) declares an input and holds no rows; call the function with a"
            " pyarrow.Table to try it by hand" % declared.get("name"))

    def __repr__(self) -> str:
        return "bauplan.Model(%r)" % self.__dict__.get("name")

    __str__ = __repr__
    __hash__ = object.__hash__

    def __eq__(self, other: Any) -> bool:
        return self is other

    def __len__(self) -> int:
        raise TypeError("%r declares an input and holds no rows" % self)

    def __getitem__(self, key: Any) -> Any:
        raise TypeError("%r declares an input and holds no rows" % self)

    def __dataframe__(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("%r declares an input and holds no rows" % self)

    def __arrow_c_stream__(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("%r declares an input and holds no rows" % self)

    def __reduce__(self) -> Any:
        declared = self.__dict__
        return (_remake, (declared["name"], declared["columns"], declared["filter"], declared["ref"]))

    def __sizeof__(self) -> int:
        return object.__sizeof__(self)


def _remake(name: str, columns: Any, filter: Any, ref: Any) -> Model:
    return Model(name, columns, filter, ref)


class Parameter:
    """A parameter of the run as input: `since=bauplan.Parameter("since")`."""

    def __init__(self, name: str) -> None:
        if not isinstance(name, str) or not name:
            raise TypeError("bauplan.Parameter needs the parameter's name")
        self.name = name

    def __repr__(self) -> str:
        return "bauplan.Parameter(%r)" % self.name
