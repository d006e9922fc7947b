"""Starts one function, or a zygote that forks functions: reads the request, enters the sandbox.

`python -I -S launch.py`, the request as one line of JSON on stdin; or `launch.py FILE` for a
debugger, whose stdin is the terminal. Only trusted code runs before `sandbox.enter` returns; only
the innermost process ever sees the user's code.
"""
import json
import os
import sys
import time

BEGUN = time.monotonic_ns()
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import sandbox  # noqa: E402


def main():
    if len(sys.argv) > 1:
        replay(sys.argv[1])
    request = json.loads(sys.stdin.buffer.readline().decode("utf-8"))
    if request.get("zygote"):
        import gate
        gate.run(request)
    if request.get("program"):
        import waiting
        waiting.run(request)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    if not request.get("function"):  # a probe: can this level be entered at all?
        sandbox.enter(request["sandbox"])
        os._exit(0)
    import function
    import segments
    try:
        if request["function"].get("exchange"):
            import calls
            request["function"]["exchange"] = calls.connect(request["function"]["exchange"])
        addresses = segments.map_all(request["sandbox"]["parent"], request.get("segments") or [])
        request["function"]["mapped"] = segments.map_table_paths(request["function"])
    except OSError as error:
        sandbox.report(request["sandbox"], "what the call is given: %s" % error)
        os._exit(sandbox.SETUP_FAILED)
    sandbox.enter(request["sandbox"])
    function.run(request["function"], request["sandbox"], addresses, BEGUN)


def replay(file):
    """Never returns. Without a sandbox only where the user asked for that."""
    with open(file, encoding="utf-8") as stored:
        request = json.load(stored)
    import debug
    config = request.get("sandbox")
    if config:
        sandbox.enter(config)
    debug.run(request["function"], config or {}, request["debug"], BEGUN)


main()
