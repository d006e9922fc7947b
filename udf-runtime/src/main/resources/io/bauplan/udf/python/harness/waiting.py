"""Starts a program that waits for its call, and gives it the call when it comes.

The program is in its sandbox from its start. This process stays outside, so that it can open what
the call is given, and runs nothing else; the program gets the call and its descriptors over a
socket of which it has one end, and this process reads nothing from it.

The engine writes the call as one line of JSON to stdin: `tables` (paths), `segments`, `function`,
`limits`. It closes stdin, or dies, where it needs the program no more.
"""
import json
import os
import select
import signal
import socket
import sys

import gate
import sandbox
import segments


def run(request):
    """Never returns."""
    config = request["sandbox"]
    config["program"] = True
    engine = config["parent"]
    sandbox.die_with_parent(engine)
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    config["parent"] = os.getpid()
    child = os.fork()
    if child == 0:
        ours.close()
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.close(null)
        sandbox.enter(config)
        os.set_inheritable(theirs.fileno(), True)
        program = request["program"] + [str(theirs.fileno())]
        os.execv(program[0], program)
    theirs.close()
    call = read_call(ours)
    if call is not None:
        give(engine, ours, call, config)
    ours.close()
    if call is None:
        os.kill(child, signal.SIGTERM)
    sandbox.watch(child, end=signal.SIGTERM)


def read_call(program):
    """The call; nothing where the engine wants none, or the program has died."""
    os.set_blocking(0, False)
    line = sys.stdin.buffer.peek()  # what came with the line before it
    while not line.endswith(b"\n"):
        ready, _, _ = select.select([0, program], [], [])
        if program in ready:
            return None
        more = os.read(0, 1 << 20)
        if not more:
            return None
        line += more
    return json.loads(line.decode("utf-8"))


def give(engine, program, call, config):
    opened = []
    try:
        for table in call["tables"]:
            opened.append(os.open(table, os.O_RDONLY | os.O_CLOEXEC))
        for segment in call["segments"]:
            opened.append(segments.open_one(engine, segment))
            found = os.fstat(opened[-1])
            if (found.st_ino, found.st_size) != (segment["inode"], segment["bytes"]):
                raise OSError("descriptor %d is not the segment that was given" % segment["file"])
        gate.send(program, call, opened)
    except OSError as error:
        sandbox.report(config, "the call cannot be given: %s" % error)
    finally:
        for descriptor in opened:
            os.close(descriptor)
