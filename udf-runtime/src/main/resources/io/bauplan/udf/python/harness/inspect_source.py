"""Reads decorated files with `ast` and prints what they declare as JSON. Runs nothing of them.

stdin: {"files": [{"path": ..., "text": ...}]}; stdout: a list with one answer per file.
Started as `python -I -S inspect_source.py`; only the standard library is at hand.
"""
import ast
import datetime
import json
import sys
import warnings

SIGNATURES = {
    "model": ["name", "columns", "partitioned_by", "materialization_strategy", "cache_strategy",
              "internet_access", "overwrite_filter", "materialize"],
    "python": ["version", "pip", "packages_as_of"],
    "resources": ["cpus", "memory", "memory_swap", "timeout"],
    "expectation": [],
    "extras": None,
}
MODEL_INPUT = ["name", "columns", "filter", "ref"]
MEMORY_LIMIT_BYTES = 2 << 30
CPU_LIMIT_SECONDS = 30


class NotLiteral(Exception):
    def __init__(self, node):
        super().__init__()
        self.node = node


class File:
    def __init__(self, path, text):
        self.path = path
        self.lines = text.split("\n")
        self.problems = []
        self.modules = set()
        self.names = {}

    def position(self, node):
        line = node.lineno
        raw = self.lines[line - 1].encode("utf-8", "surrogatepass") if line <= len(self.lines) else b""
        return line, len(raw[: node.col_offset].decode("utf-8", "replace")) + 1

    def problem(self, node, message, remedy=""):
        line, column = self.position(node)
        self.problem_at(line, column, message, remedy)

    def problem_at(self, line, column, message, remedy=""):
        self.problems.append({"line": line, "column": column, "message": message, "remedy": remedy})

    def text_start(self, node):
        """Where the characters of a string literal begin, behind its prefix and quotes."""
        line, column = self.position(node)
        rest = self.lines[line - 1][column - 1:] if line <= len(self.lines) else ""
        skip = 0
        while skip < len(rest) and rest[skip].isalpha():
            skip += 1
        if rest[skip:skip + 3] in ('"""', "'''"):
            skip += 3
        elif rest[skip:skip + 1] in ('"', "'"):
            skip += 1
        else:
            skip = 0
        return line, column + skip

    # -- names -----------------------------------------------------------------------------------

    def learn_imports(self, tree):
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    if alias.name == "bauplan" or alias.name.startswith("bauplan."):
                        self.modules.add(alias.asname or "bauplan")
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                if node.module.split(".")[0] == "bauplan":
                    for alias in node.names:
                        if alias.name == "*":
                            for name in list(SIGNATURES) + ["Model", "Parameter"]:
                                self.names[name] = name
                        else:
                            self.names[alias.asname or alias.name] = alias.name

    def sdk_name(self, node):
        """The SDK's name for `bauplan.model`, `bp.model` or an imported `model`; else None."""
        if isinstance(node, ast.Attribute):
            base = node.value
            while isinstance(base, ast.Attribute):
                base = base.value
            if isinstance(base, ast.Name) and base.id in self.modules:
                return node.attr
        elif isinstance(node, ast.Name):
            return self.names.get(node.id)
        return None

    # -- literals --------------------------------------------------------------------------------

    def literal(self, node):
        line, column = self.position(node)
        out = {"line": line, "column": column}
        if isinstance(node, ast.Constant):
            value = node.value
            if isinstance(value, bool):
                return dict(out, kind="truth", value=value)
            if value is None:
                return dict(out, kind="none")
            if isinstance(value, str):
                return dict(out, kind="text", value=value)
            if isinstance(value, int):
                return dict(out, kind="whole", value=str(value))
            if isinstance(value, float):
                return dict(out, kind="real", value=repr(value))
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
            inner = self.literal(node.operand)
            if inner["kind"] in ("whole", "real"):
                if isinstance(node.op, ast.USub):
                    inner["value"] = inner["value"][1:] if inner["value"].startswith("-") else "-" + inner["value"]
                return dict(inner, **out)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            left, right = self.literal(node.left), self.literal(node.right)
            if left["kind"] == right["kind"] == "text":
                return dict(left, value=left["value"] + right["value"], **out)
        elif isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            return dict(out, kind="sequence", values=[self.literal(e) for e in node.elts])
        elif isinstance(node, ast.Dict):
            pairs = []
            for key, value in zip(node.keys, node.values):
                if not (isinstance(key, ast.Constant) and isinstance(key.value, str)):
                    raise NotLiteral(key or value)
                pairs.append([key.value, self.literal(value)])
            return dict(out, kind="mapping", pairs=pairs)
        raise NotLiteral(node)

    def literal_or_problem(self, node, what):
        try:
            return self.literal(node)
        except NotLiteral as refused:
            self.problem(
                refused.node, what + " must be a literal",
                "Plans are made without running the file: write the value itself here, or use a"
                " run parameter (`$name` with bauplan.Parameter) for what changes between runs.")
            return None

    def call_arguments(self, call, signature, what):
        positional, keywords = [], []
        for index, node in enumerate(call.args):
            name = signature[index] if signature and index < len(signature) else None
            if isinstance(node, ast.Starred):
                self.problem(node, "%s: `*` arguments cannot be read without running the file" % what)
                continue
            if signature is not None and name is None:
                self.problem(node, "%s takes at most %d positional arguments" % (what, len(signature)))
            value = self.literal_or_problem(node, "%s: argument %s" % (what, name or index + 1))
            if value is not None:
                positional.append(value)
                if name:
                    keywords.append([name, value, node])
        seen = {k[0] for k in keywords}
        for keyword in call.keywords:
            if keyword.arg is None:
                self.problem(keyword.value, "%s: `**` arguments cannot be read without running the file" % what)
                continue
            if keyword.arg in seen:
                self.problem(keyword.value, "%s: argument `%s` is given twice" % (what, keyword.arg))
                continue
            value = self.literal_or_problem(keyword.value, "%s: argument `%s`" % (what, keyword.arg))
            if value is not None:
                keywords.append([keyword.arg, value, keyword.value])
        return positional, keywords

    # -- functions -------------------------------------------------------------------------------

    def functions(self, body, depth=0):
        found = []
        for node in body:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                one = self.function(node)
                if one:
                    found.append(one)
            elif depth < 20 and isinstance(node, (ast.If, ast.Try, ast.With)):
                for block in ("body", "orelse", "finalbody"):
                    found += self.functions(getattr(node, block, []), depth + 1)
                for handler in getattr(node, "handlers", []):
                    found += self.functions(handler.body, depth + 1)
            elif isinstance(node, ast.ClassDef):
                for inner in node.body:
                    if isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef)) and any(
                            self.sdk_name(d.func if isinstance(d, ast.Call) else d)
                            for d in inner.decorator_list):
                        self.problem(inner, "`%s` is decorated inside a class" % inner.name,
                                     "Move the function to the top level of the file.")
        return found

    def function(self, node):
        decorators = []
        for expression in node.decorator_list:
            call = expression if isinstance(expression, ast.Call) else None
            target = call.func if call else expression
            name = self.sdk_name(target)
            if name is None:
                continue
            line, column = self.position(expression)
            if name not in SIGNATURES:
                self.problem(expression, "`%s` is no decorator of bauplan" % name,
                             "There are: " + ", ".join(SIGNATURES) + ".")
            if any(d["name"] == name for d in decorators):
                self.problem(expression, "`%s` stands twice above `%s`" % (name, node.name))
                continue
            positional, keywords = self.call_arguments(
                call, SIGNATURES.get(name), "bauplan." + name) if call else ([], [])
            decorators.append({"name": name, "line": line, "column": column, "arguments": positional,
                               "keywords": [[k, v] for k, v, _ in keywords]})
        if not decorators:
            return None
        names = [d["name"] for d in decorators]
        if "model" in names and "expectation" in names:
            self.problem(node, "`%s` is both a model and an expectation" % node.name, "Keep one of the two decorators.")
        if "model" not in names and "expectation" not in names:
            self.problem(node, "`%s` has bauplan decorators but is neither a model nor an expectation" % node.name,
                         "Add @bauplan.model() above it.")
        if isinstance(node, ast.AsyncFunctionDef):
            self.problem(node, "`%s` is async" % node.name, "Models are ordinary functions: use `def`.")
        line, column = self.position(node)
        return {"name": node.name, "line": line, "column": column,
                "lastLine": getattr(node, "end_lineno", None) or line,
                "decorators": decorators, "parameters": self.parameters(node),
                "environment": self.environment(decorators),
                "documentation": ast.get_docstring(node)}

    def environment(self, decorators):
        version, requirements, day = None, [], None
        for decorator in decorators:
            if decorator["name"] != "python":
                continue
            arguments = dict((k, v) for k, v in decorator["keywords"])
            given = arguments.get("version")
            if given and given["kind"] == "text":
                version = given["value"].strip()
            elif given and given["kind"] != "none":
                self.problem_at(given["line"], given["column"], "bauplan.python: the version must be a text",
                                'Write it in quotes: "3.11" (without them 3.10 would read as 3.1).')
            pip = arguments.get("pip")
            if pip and pip["kind"] == "mapping":
                for package, wanted in pip["pairs"]:
                    if wanted["kind"] == "none":
                        requirements.append(package)
                    elif wanted["kind"] == "text":
                        requirements.append(requirement(package.strip(), wanted["value"].strip()))
                    else:
                        self.problem_at(wanted["line"], wanted["column"],
                                        "bauplan.python: the version of `%s` must be a text" % package,
                                        'Write it in quotes: {"%s": "..."}.' % package)
            elif pip and pip["kind"] == "sequence" and all(v["kind"] == "text" for v in pip["values"]):
                requirements += [v["value"] for v in pip["values"]]
            elif pip and pip["kind"] != "none":
                self.problem_at(pip["line"], pip["column"], "bauplan.python: `pip` must be a dict",
                                'For example pip={"pandas": "2.0"}.')
            as_of = arguments.get("packages_as_of")
            if as_of and as_of["kind"] == "text" and is_day(as_of["value"]):
                day = as_of["value"]
            elif as_of and as_of["kind"] != "none":
                self.problem_at(as_of["line"], as_of["column"], "bauplan.python: `packages_as_of` must be a day",
                                'Write it in quotes: "2023-06-30".')
        return {"version": version, "requirements": requirements, "packagesAsOf": day}

    def parameters(self, node):
        arguments = node.args
        plain = list(getattr(arguments, "posonlyargs", [])) + list(arguments.args)
        defaults = [None] * (len(plain) - len(arguments.defaults)) + list(arguments.defaults)
        both = list(zip(plain, defaults)) + list(zip(arguments.kwonlyargs, arguments.kw_defaults))
        return [self.parameter(argument, default) for argument, default in both]

    def parameter(self, argument, default):
        line, column = self.position(argument)
        out = {"name": argument.arg, "line": line, "column": column}
        name = self.sdk_name(default.func) if isinstance(default, ast.Call) else None
        if name == "Parameter":
            _, keywords = self.call_arguments(default, ["name"], "bauplan.Parameter")
            value = dict((k, v) for k, v, _ in keywords).get("name")
            if value and value["kind"] == "text":
                return dict(out, kind="parameter", parameter=value["value"])
            self.problem(default, "bauplan.Parameter needs the parameter's name", 'For example bauplan.Parameter("since").')
        elif name == "Model":
            return self.model_input(out, default)
        elif name is not None:
            self.problem(default, "`bauplan.%s` is no input of a model" % name, "Use bauplan.Model(...) or bauplan.Parameter(...).")
        return dict(out, kind="plain", hasDefault=default is not None)

    def model_input(self, out, call):
        _, keywords = self.call_arguments(call, MODEL_INPUT, "bauplan.Model")
        values = dict((k, v) for k, v, _ in keywords)
        nodes = dict((k, n) for k, _, n in keywords)
        out.update(kind="model", model=None, columns=None, filter=None, filterLine=0, filterColumn=0, ref=None)
        for key in ("name", "filter", "ref"):
            value = values.pop(key, None)
            if value is None or value["kind"] == "none":
                continue
            if value["kind"] != "text":
                self.problem_at(value["line"], value["column"], "bauplan.Model: `%s` must be a text" % key)
                continue
            out["model" if key == "name" else key] = value["value"]
            if key == "filter":
                out["filterLine"], out["filterColumn"] = self.text_start(nodes[key])
        columns = values.pop("columns", None)
        if columns and columns["kind"] != "none":
            if columns["kind"] == "sequence" and all(v["kind"] == "text" for v in columns["values"]):
                out["columns"] = [v["value"] for v in columns["values"]]
            else:
                self.problem_at(columns["line"], columns["column"], "bauplan.Model: `columns` must be a list of texts")
        if not out["model"]:
            self.problem(call, "bauplan.Model needs the name of a table or model", 'For example bauplan.Model("transactions").')
            out["model"] = ""
        out["others"] = [[k, v] for k, v in values.items()]
        return out


def requirement(package, version):
    if version in ("", "*", "latest"):
        return package
    if version[0] in "<>=!~":
        return package + version
    return package + "==" + version


def is_day(text):
    if len(text) != 10:
        return False
    try:
        datetime.date.fromisoformat(text)
        return True
    except ValueError:
        return False


def inspect(path, text):
    file = File(path, text)
    functions = []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text, path)
        file.learn_imports(tree)
        functions = file.functions(tree.body)
    except SyntaxError as error:
        file.problem_at(error.lineno or 1, max(error.offset or 1, 1), "%s: %s" % (type(error).__name__, error.msg))
    except ValueError as error:
        file.problem_at(1, 1, "the file cannot be parsed: %s" % error)
    except (RecursionError, MemoryError):
        file.problem_at(1, 1, "the file is nested too deeply to be parsed")
    return {"path": path, "functions": functions,
            "problems": sorted(file.problems, key=lambda p: (p["line"], p["column"]))}


def main():
    try:
        import resource
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_LIMIT_SECONDS, CPU_LIMIT_SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT_BYTES, MEMORY_LIMIT_BYTES))
    except (ImportError, ValueError, OSError):
        pass  # the caller's timeout still holds
    request = json.loads(sys.stdin.buffer.read().decode("utf-8"))
    answer = [inspect(f["path"], f["text"]) for f in request["files"]]
    sys.stdout.buffer.write(json.dumps(answer).encode("utf-8", "backslashreplace"))


main()
