"""Tells how a handler is declared, without running it: `python -I -S signatures.py`.

stdin: {"text": ..., "handler": ...}; stdout: {"annotations": [text, ...], "generator": bool}.
"""
import ast
import json
import resource
import sys

MEMORY_LIMIT_BYTES = 2 << 30
CPU_LIMIT_SECONDS = 30


def inspect(text, handler):
    found = None
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.name == handler:
            found = node
    if found is None:
        return {"annotations": [], "generator": False}
    arguments = getattr(found.args, "posonlyargs", []) + found.args.args
    return {"annotations": [annotation(text, a) for a in arguments],
            "generator": any(yields(node) for node in found.body)}


def annotation(text, argument):
    if argument.annotation is None:
        return ""
    if isinstance(argument.annotation, ast.Constant) and isinstance(argument.annotation.value, str):
        return argument.annotation.value
    return ast.get_source_segment(text, argument.annotation) or ""


def yields(node):
    """Whether it yields, functions within it aside."""
    if isinstance(node, (ast.Yield, ast.YieldFrom)):
        return True
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
        return False
    return any(yields(child) for child in ast.iter_child_nodes(node))


def main():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT_BYTES, MEMORY_LIMIT_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_LIMIT_SECONDS, CPU_LIMIT_SECONDS))
    request = json.loads(sys.stdin.buffer.read().decode("utf-8"))
    try:
        answer = inspect(request["text"], request["handler"])
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        answer = {"annotations": [], "generator": False}  # its call tells what is wrong
    json.dump(answer, sys.stdout)


main()
