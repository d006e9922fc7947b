"""The decorators. They return the function unchanged and attach what was declared, so a decorated
function can be called and tested like any other."""
from typing import Any, Callable, Dict, List, Optional, TypeVar, Union

F = TypeVar("F", bound=Callable[..., Any])

ATTRIBUTE = "__bauplan__"

_STRATEGIES = ("NONE", "REPLACE", "APPEND", "OVERWRITE_PARTITIONS")
_CACHES = ("NONE", "DEFAULT")


def _attach(kind: str, declared: Dict[str, Any]) -> Callable[[F], F]:
    def decorate(function: F) -> F:
        if not callable(function):
            raise TypeError("@bauplan.%s stands above a function, not above %r" % (kind, function))
        known = dict(getattr(function, ATTRIBUTE, {}))
        known[kind] = declared
        setattr(function, ATTRIBUTE, known)
        return function

    return decorate


def _choice(what: str, value: Optional[str], allowed: tuple) -> Optional[str]:
    if value is None:
        return None
    if not isinstance(value, str) or value.upper() not in allowed:
        raise ValueError("%s must be one of %s, not %r" % (what, ", ".join(allowed), value))
    return value.upper()


def model(
    name: Optional[str] = None,
    columns: Optional[List[str]] = None,
    partitioned_by: Union[str, List[str], None] = None,
    materialization_strategy: Optional[str] = None,
    cache_strategy: Optional[str] = None,
    internet_access: Optional[bool] = None,
    overwrite_filter: Optional[str] = None,
    materialize: Optional[bool] = None,
    **kwargs: Any
) -> Callable[[F], F]:
    """Declares a model: a named table of the pipeline, computed by this function.

    `materialization_strategy`: NONE (kept for the run only), REPLACE, APPEND or
    OVERWRITE_PARTITIONS; `materialize=True` is the older spelling of REPLACE.
    """
    if callable(name):  # @bauplan.model without parentheses
        return _attach("model", {})(name)
    return _attach(
        "model",
        dict(
            kwargs,
            name=name,
            columns=columns,
            partitioned_by=partitioned_by,
            materialization_strategy=_choice(
                "materialization_strategy", materialization_strategy, _STRATEGIES),
            cache_strategy=_choice("cache_strategy", cache_strategy, _CACHES),
            internet_access=internet_access,
            overwrite_filter=overwrite_filter,
            materialize=materialize,
        ),
    )


def python(
    version: Optional[str] = None,
    pip: Optional[Dict[str, str]] = None,
    packages_as_of: Optional[str] = None,
) -> Callable[[F], F]:
    """The interpreter and the packages the function runs with: `python("3.11", pip={"pandas": "2.0"})`.

    `packages_as_of="2023-06-30"`: only releases up to that day are considered.
    """
    return _attach("python", {"version": version, "pip": pip, "packages_as_of": packages_as_of})


def resources(
    cpus: Union[int, float, None] = None,
    memory: Union[int, str, None] = None,
    memory_swap: Union[int, str, None] = None,
    timeout: Optional[int] = None,
) -> Callable[[F], F]:
    """Limits of one call: memory as `"8GB"` or in MB, timeout in seconds."""
    return _attach(
        "resources",
        {"cpus": cpus, "memory": memory, "memory_swap": memory_swap, "timeout": timeout})


def expectation(*args: Any, **kwargs: Any) -> Callable[[F], F]:
    """Declares a check on a model: the function returns True where the data is as expected."""
    if len(args) == 1 and callable(args[0]) and not kwargs:
        return _attach("expectation", {})(args[0])
    if args:
        raise TypeError("@bauplan.expectation takes keyword arguments only")
    return _attach("expectation", kwargs)


def extras(*names: str) -> Callable[[F], F]:
    """Extras of the `bauplan` package that the function needs."""
    return _attach("extras", {"names": list(names)})
