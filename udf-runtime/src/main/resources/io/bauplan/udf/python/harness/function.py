"""Runs one user function in the innermost process of its sandbox and writes what came of it.

The result goes as an Arrow file to `request["result"]`, the outcome as JSON to
`request["control"]` (paths, or descriptors where a zygote forked this process); both are read, and
distrusted, only when every process of the sandbox is gone.
"""
import builtins
import ctypes
import importlib.abc
import importlib.util
import io
import json
import linecache
import os
import signal
import sys
import time
import traceback
import types

import passing
import results
from results import LimitReached, WrongResult

MAX_MESSAGE = 20000
MAX_FRAMES = 50


now = time.monotonic_ns


def run(request, sandbox_config, addresses, begun, outcome=None):
    outcome = outcome or Outcome(request)
    outcome.marks["begun"] = begun
    outcome.mark("imports")
    prepare_streams()
    prepare_path(request["path"])
    try:
        import sandbox
        inputs = None
        try:
            import pyarrow
            mapped = iter(request.get("mapped") or [])
            inputs = [open_input(pyarrow, p, addresses, mapped) for p in request["parameters"]]
        except ImportError as error:
            outcome.end("harness", type="ImportError", message="pyarrow: %s" % error)
        sandbox.limit_memory(sandbox_config)
        execute(request, outcome, inputs)
    except MemoryError:
        outcome.end("limit", limit="memory", message="")
    except LimitReached as limit:
        outcome.end("limit", limit=limit.kind, message=str(limit))
    except WrongResult as wrong:
        outcome.user_error("WrongResult", str(wrong), "", request.get("line"))
    except BaseException as error:  # a fault of the harness itself, told as such
        outcome.end("harness", type=type(error).__name__, message=traceback.format_exc()[-4000:])


class Outcome:
    def __init__(self, request):
        self.request = request
        self.marks = {}

    def mark(self, name):
        self.marks[name] = now()

    def end(self, status, **more):
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except Exception:
                pass
        LIBC.fflush(None)
        answer = dict(more, status=status, marks=self.marks)
        with open(self.request["control"], "w", encoding="utf-8", errors="backslashreplace") as out:
            json.dump(answer, out)
        os._exit(0)

    def user_error(self, kind, message, trace, line):
        self.end("user_error", type=kind, message=message[:MAX_MESSAGE],
                 traceback=trace[:4 * MAX_MESSAGE], line=line)


LIBC = ctypes.CDLL(None)


def prepare_streams():
    """Prints arrive live and whole: Python's, C's and those of subprocesses."""
    for name, number in (("stdout", 1), ("stderr", 2)):
        stream = io.TextIOWrapper(io.BufferedWriter(io.FileIO(number, "w", closefd=False)),
                                  encoding="utf-8", errors="backslashreplace", line_buffering=True)
        setattr(sys, name, stream)
        setattr(sys, "__%s__" % name, stream)
        handle = ctypes.c_void_p.in_dll(LIBC, name)
        LIBC.setvbuf(handle, None, 1, 0)
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)


def prepare_path(folders):
    """Once in a process; a forked one has its zygote's."""
    if builtins.__dict__.get("exit") is sys.exit:
        return
    import site
    # Found before the harness leaves the path: what is imported late.
    import calls  # noqa: F401
    import sandbox  # noqa: F401
    import segments  # noqa: F401
    sys.path[:] = [p for p in sys.path if p != os.path.dirname(os.path.abspath(__file__))]
    for folder in folders:
        if os.path.isdir(folder):
            site.addsitedir(folder)
    builtins.exit = builtins.quit = sys.exit
    sys.dont_write_bytecode = True


def open_input(pyarrow, parameter, addresses, mapped):
    if parameter["kind"] == "columns":
        import segments
        return segments.table(pyarrow, parameter, addresses)
    if parameter["kind"] == "stream":
        return None  # comes later
    if parameter["kind"] == "table":
        place = next(mapped, None)
        source = (pyarrow.memory_map(parameter["path"]) if place is None
                  else pyarrow.BufferReader(pyarrow.foreign_buffer(*place)))
        return pyarrow.ipc.open_file(source).read_all()
    return scalar(parameter["type"], parameter["value"])


def scalar(kind, value):
    if value is None:
        return None
    if kind == "decimal":
        import decimal
        return decimal.Decimal(value)
    if kind == "bytes":
        import base64
        return base64.b64decode(value)
    if kind in ("date", "timestamp", "instant"):
        import datetime
        if kind == "date":
            return datetime.date.fromisoformat(value)
        moment = datetime.datetime.fromisoformat(value)
        return moment.replace(tzinfo=datetime.timezone.utc) if kind == "instant" else moment
    if kind == "int":
        return int(value)
    if kind == "double":
        return float(value)
    return value


class ProjectModules(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports the project's own files from the request, after everything that is installed.

    `lib/dates.py` is `lib.dates`, and `dates` where no other file has that name.
    """

    def __init__(self, files):
        self.files, self.packages = {}, set()
        for path in sorted(files, key=lambda p: (p.count("/"), p)):
            parts = path[:-3].split("/")
            if parts[-1] == "__init__":
                parts.pop()
                if not parts:
                    continue
                self.packages.add(".".join(parts))
            else:
                self.files.setdefault(parts[-1], (path, files[path]))
            self.packages.update(".".join(parts[:i]) for i in range(1, len(parts)))
            self.files[".".join(parts)] = (path, files[path])

    def find_spec(self, name, path=None, target=None):
        if name in self.files or name in self.packages:
            return importlib.util.spec_from_loader(
                name, self, origin=self.files.get(name, (name,))[0],
                is_package=name in self.packages)
        return None

    def exec_module(self, module):
        path, text = self.files.get(module.__name__, (None, None))
        if path is not None:
            module.__file__ = path
            show_lines(path, text)
            exec(compile(text, path, "exec", dont_inherit=True), module.__dict__)


def show_lines(name, text):
    linecache.cache[name] = (len(text), None, text.splitlines(True), name)


def execute(request, outcome, inputs):
    import calls
    source, name = request["source"], request["source"]["file"]
    text = "\n" * (source["firstLine"] - 1) + source["text"]
    show_lines(name, text)
    forget_harness()
    siblings = source.get("siblings") or {}
    if siblings:
        sys.meta_path.append(ProjectModules(dict(siblings, **{name: source["text"]})))
    module = types.ModuleType("__bauplan_user__")
    module.__file__ = name
    sys.modules[module.__name__] = module
    sys.argv = [name]
    given = passing.Given(request["parameters"], inputs)
    arguments, keywords = call_arguments(request, inputs)
    inputs = None
    outcome.mark("user")
    try:
        exec(compile(text, name, "exec", dont_inherit=True), module.__dict__)
        handler = find_handler(module, request)
        if request.get("exchange"):
            table = calls.serve(request, outcome, handler, arguments, request["exchange"])
        else:
            result = handler(*arguments, **keywords)
            if isinstance(result, types.CoroutineType):
                result.close()
                raise WrongResult("%s is an async function; use an ordinary `def`" % request["name"])
            outcome.mark("output")
            table = calls.whole(request, result)
    except (WrongResult, LimitReached):
        raise
    except BaseException as error:
        if isinstance(error, MemoryError) or type(error).__name__ == "ArrowMemoryError":
            outcome.end("limit", limit="memory", message=where(error, name))
        if "output" not in outcome.marks:
            outcome.mark("output")
        told(error, name, request, outcome)
    passed = results.write(table, request, given)
    outcome.mark("end")
    outcome.end("ok", rows=table.num_rows, passed=passed)


def harness_modules():
    here = os.path.dirname(os.path.abspath(__file__))
    return [name for name, module in list(sys.modules.items()) if name != "__main__"
            and os.path.dirname(getattr(module, "__file__", None) or "") == here]


known_harness = None  # found before a fork: to look through all modules takes milliseconds


def forget_harness():
    """Its modules have everyday names, which a project's own files may have too."""
    for name in known_harness or harness_modules():
        sys.modules.pop(name, None)


def find_handler(module, request):
    handler = module.__dict__.get(request["handler"])
    if handler is None:
        found = [n for n, v in module.__dict__.items()
                 if isinstance(v, types.FunctionType) and v.__module__ == module.__name__]
        raise WrongResult(
            "there is no function named '%s' in %s (there is: %s); the handler must be a function of"
            " that name" % (request["handler"], request["source"]["file"], ", ".join(found) or "none"))
    if not callable(handler):
        raise WrongResult("'%s' is a %s, not a function" % (request["handler"], type(handler).__name__))
    return handler


def call_arguments(request, inputs):
    """SQL functions take their arguments by position, decorated ones by name."""
    if request["style"] != "SQL":
        return [], dict(zip((p["name"] for p in request["parameters"]), inputs))
    arguments = []
    for parameter, value in zip(request["parameters"], inputs):
        if parameter["kind"] in ("table", "columns") and request["pandas"]:
            value = results.to_pandas(value)
        arguments.append(value)
    return arguments, {}


def where(error, name):
    """`file:line`, where the user's code was."""
    frames = user_frames(error, name)
    return "%s:%d" % (name, frames[-1].lineno) if frames else ""


def user_frames(error, name):
    frames = traceback.extract_tb(error.__traceback__)
    return [f for f in frames if f.filename == name][-MAX_FRAMES:]


def told(error, name, request, outcome):
    """Tells a user's exception: their own frames only, pointing into their own file."""
    kind = type(error).__name__
    try:
        message = str(error)
    except Exception:
        message = "(its message cannot be shown)"
    message = message + hint(error, message, request)
    lines = []
    frames = user_frames(error, name)
    line = frames[-1].lineno if frames else None
    if isinstance(error, SyntaxError) and error.filename == name:
        line = error.lineno
        lines = traceback.format_exception_only(type(error), error)
        message = error.msg or message
    else:
        lines = ["Traceback (most recent call last):\n"] if frames else []
        lines += traceback.format_list(frames)
        cause = error.__cause__
        head = "".join(lines)
        lines = [head, "%s: %s\n" % (kind, message) if message else kind + "\n"]
        if cause is not None:
            lines.insert(0, "%s: %s\n\nThe above exception was the direct cause of the following:\n\n"
                         % (type(cause).__name__, str(cause)[:500]))
    if isinstance(error, SystemExit):
        message = "the function called exit(%s); return a table instead" % (error.code,)
    outcome.user_error(kind, message, "".join(lines), line)


def hint(error, message, request):
    if isinstance(error, ModuleNotFoundError) and error.name:
        return " (declare the package with the function: %s)" % (
            'PACKAGES (\'%s\')' % error.name if request["style"] == "SQL"
            else 'pip={"%s": "..."}' % error.name)
    chain, seen = error, 0
    while chain is not None and seen < 10:
        unreachable = isinstance(chain, OSError) and (
            chain.errno in (101, 113, -3, -2) or type(chain).__name__ == "gaierror")
        if unreachable and not request["network"]:
            return " (functions have no network unless they declare internet_access)"
        chain, seen = chain.__cause__ or chain.__context__, seen + 1
    return ""
