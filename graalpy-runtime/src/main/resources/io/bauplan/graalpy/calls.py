"""Calls a function row by row over arrays of the engine, within the engine's process.

The value of this text is a function of (handler, file, text, rows, kinds, columns, nulls, kind,
out, holes): it fills `out` and `holes`, or returns what went wrong, as
[exception's type, message, traceback, line or 0]. What becomes of a value is what the sandboxed
runtime makes of it (`calls.py` and `results.py` there).
"""


def _bauplan():
    import linecache
    import sys
    import traceback

    main = sys.modules["__main__"]
    main.__name__ = "__bauplan_user__"
    main.__file__ = ""
    int_limits = {"int8": 1 << 7, "int16": 1 << 15, "int32": 1 << 31, "int64": 1 << 63}

    class WrongResult(Exception):
        pass

    # -- arguments -----------------------------------------------------------------------------

    def given(kind, values, nulls, rows):
        convert = converter(kind)
        if nulls is None:
            if convert is None:
                return [values[i] for i in range(rows)]
            return [convert(values[i]) for i in range(rows)]
        if convert is None:
            return [None if nulls[i] else values[i] for i in range(rows)]
        return [None if nulls[i] else convert(values[i]) for i in range(rows)]

    def converter(kind):
        if kind == "binary":
            return lambda text: text.encode("latin-1")
        if kind == "decimal":
            from decimal import Decimal
            return Decimal
        if kind == "date":
            from datetime import date
            return lambda days: date.fromordinal(days + 719163)
        if kind in ("timestamp", "instant"):
            from datetime import datetime, timedelta, timezone
            epoch = datetime(1970, 1, 1, tzinfo=timezone.utc if kind == "instant" else None)
            return lambda micros: epoch + timedelta(microseconds=micros)
        if kind == "time":
            from datetime import time
            return lambda micros: time(micros // 3600000000, micros // 60000000 % 60,
                                       micros // 1000000 % 60, micros % 1000000)
        return None

    # -- results -------------------------------------------------------------------------------

    def taken(kind, values, out, holes):
        if kind in int_limits:
            take_ints(values, out, holes, int_limits[kind], kind)
        elif kind == "double" or kind == "float":
            take_floats(values, out, holes, 1 << (53 if kind == "double" else 24), kind)
        elif kind == "string":
            take_texts(values, out, holes)
        else:
            take_others(values, out, holes, kind, checker(kind))

    def take_ints(values, out, holes, limit, kind):
        for i, value in enumerate(values):
            if value is None:
                holes[i] = 1
            elif type(value) is int and -limit <= value < limit:
                out[i] = value
            else:
                out[i] = as_int(value, limit, kind)

    def as_int(value, limit, kind):
        if not isinstance(value, bool):
            if isinstance(value, float) and value.is_integer():
                value = int(value)
            elif hasattr(value, "__index__"):
                value = value.__index__()
            elif type(value).__name__ == "Decimal" and value == value.to_integral_value():
                value = int(value)
            if isinstance(value, int) and -limit <= value < limit:
                return int(value)
        raise wrong(value, kind)

    def take_floats(values, out, holes, exact, kind):
        for i, value in enumerate(values):
            if value is None:
                holes[i] = 1
            elif type(value) is float:
                out[i] = value
            elif isinstance(value, float) or isinstance(value, int) and -exact <= value <= exact:
                out[i] = float(value)
            else:
                raise wrong(value, kind)

    def take_texts(values, out, holes):
        for i, value in enumerate(values):
            if value is None:
                holes[i] = 1
            elif isinstance(value, str):
                if not value.isascii():
                    value.encode("utf-8")
                out[i] = value
            elif isinstance(value, (bytes, bytearray)):
                out[i] = value.decode("utf-8")
            else:
                raise wrong(value, "string")

    def take_others(values, out, holes, kind, check):
        for i, value in enumerate(values):
            if value is None:
                holes[i] = 1
            else:
                found = check(value)
                if found is None:
                    raise wrong(value, kind)
                out[i] = found

    def checker(kind):
        from datetime import date, datetime, time, timedelta, timezone
        if kind == "bool":
            return lambda v: v if isinstance(v, bool) else None
        if kind == "binary":
            return lambda v: (v.encode("utf-8") if isinstance(v, str) else bytes(v)).decode(
                "latin-1") if isinstance(v, (bytes, bytearray, str)) else None
        if kind == "decimal":
            from decimal import Decimal
            return lambda v: str(int(v) if isinstance(v, int) else v) if (
                isinstance(v, (int, Decimal)) and not isinstance(v, bool)) else None
        if kind == "date":
            return lambda v: v.toordinal() - 719163 if isinstance(v, date) else None
        if kind == "time":
            return lambda v: ((v.hour * 60 + v.minute) * 60 + v.second) * 1000000 + v.microsecond if (
                isinstance(v, time)) else None
        epoch, micro = datetime(1970, 1, 1), timedelta(microseconds=1)
        return lambda v: (v.astimezone(timezone.utc).replace(tzinfo=None)
                          if v.tzinfo else v).__sub__(epoch) // micro if isinstance(v, datetime) else None

    def wrong(value, kind):
        shown = repr(value)
        if len(shown) > 100:
            shown = shown[:100] + "..."
        return WrongResult("%s of type %s" % (shown, type(value).__name__))

    # -- the call ------------------------------------------------------------------------------

    def columns_wanted(handler):
        """Names of parameters that want whole columns, which only the sandboxed runtime gives."""
        found = getattr(handler, "__annotations__", {})
        return [name for name, kind in found.items() if name != "return" and getattr(
            kind, "__name__", str(kind)).rpartition(".")[2] in ("Array", "ChunkedArray", "Series")]

    def find(name, file, text):
        linecache.cache[file] = (len(text), None, text.splitlines(True), file)
        handler = main.__dict__.get(name)
        if handler is None:
            raise WrongResult("there is no function named '%s' in %s" % (name, file))
        if not callable(handler):
            raise WrongResult("'%s' is a %s, not a function" % (name, type(handler).__name__))
        wanted = columns_wanted(handler)
        if wanted:
            raise WrongResult("takes '%s' as a column; RUNTIME_VERSION = 'graalpy' has single values"
                              " only: leave it out" % wanted[0])
        return handler

    def run(name, file, text, rows, kinds, columns, nulls, kind, out, holes):
        values = None
        try:
            handler = find(name, file, text)
            arguments = [given(kinds[i], columns[i], nulls[i], rows) for i in range(len(kinds))]
            if len(arguments) == 1:
                values = [handler(a) for a in arguments[0]]
            elif len(arguments) == 2:
                values = [handler(a, b) for a, b in zip(arguments[0], arguments[1])]
            elif arguments:
                values = [handler(*row) for row in zip(*arguments)]
            else:
                values = [handler() for _ in range(rows)]
        except WrongResult as error:
            return ["WrongResult", str(error), "", 0]
        except BaseException as error:
            return told(error, file)
        try:
            taken(kind, values, out, holes)
        except (WrongResult, ArithmeticError, ValueError, TypeError) as error:
            return ["WrongValue", str(error), "", 0]
        return None

    def told(error, file):
        kind = type(error).__name__
        try:
            message = str(error)
        except Exception:
            message = "(its message cannot be shown)"
        if isinstance(error, ModuleNotFoundError) and error.name:
            message += (" (RUNTIME_VERSION = 'graalpy' has the standard library only; leave it out and"
                        " declare the package: PACKAGES ('%s'))" % error.name)
        if isinstance(error, SystemExit):
            message = "the function called exit(%s); return a value instead" % (error.code,)
        frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename == file][-50:]
        lines = (["Traceback (most recent call last):\n"] if frames else []) + traceback.format_list(frames)
        lines.append("%s: %s\n" % (kind, message) if message else kind + "\n")
        return [kind, message[:20000], "".join(lines)[:80000], frames[-1].lineno if frames else 0]

    return run, told


_bauplan()
