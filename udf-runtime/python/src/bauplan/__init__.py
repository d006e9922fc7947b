"""Bauplan for Python: declare models and expectations, and talk to an engine.

Importing this package imports nothing else: every name is loaded on first use, so that it costs
next to nothing inside a function's sandbox.
"""
import importlib

__version__ = "0.1.0"

# name -> module that defines it; a module listed alone is itself the attribute.
_WHERE = {
    "model": "_decorators",
    "python": "_decorators",
    "resources": "_decorators",
    "expectation": "_decorators",
    "extras": "_decorators",
    "Model": "_inputs",
    "Parameter": "_inputs",
    "standard_expectations": None,
    "Client": "_client",
    "exceptions": None,
    "RunState": "_results",
    "Job": "_results",
    "JobLog": "_results",
    "Branch": "_results",
    "Tag": "_results",
    "Namespace": "_results",
    "Table": "_results",
    "Commit": "_results",
}

__all__ = sorted(_WHERE)


def __getattr__(name):
    if name in _WHERE:
        module = importlib.import_module("." + (_WHERE[name] or name), __name__)
        value = getattr(module, name) if _WHERE[name] else module
        globals()[name] = value
        return value
    raise AttributeError("module 'bauplan' has no attribute %r" % name)


def __dir__():
    return sorted(set(globals()) | set(_WHERE))
