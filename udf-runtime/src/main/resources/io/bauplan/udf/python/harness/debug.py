"""Makes a call that failed again, with its own code, inputs and packages, and stops in pdb.

It is the call that `function.py` makes: only what becomes of it differs.
"""
import bdb
import io
import os
import pdb
import sys

import function


def run(request, config, asked, begun):
    function.run(request, config, [], begun, Debugged(request, asked))


class Debugged(function.Outcome):
    def __init__(self, request, asked):
        super().__init__(request)
        self.asked = asked
        self.call = function.execute.__code__
        source = request["source"]
        self.files = {source["file"]} | set(source.get("siblings") or {})
        self.debugger = None

    def mark(self, name):
        super().mark(name)
        if name == "user":
            # The streams and the path are the function's by now.
            self.debugger = Debugger(self.asked["commands"], self.files, self.call)
            if self.asked["first_line"]:
                self.stop_at_first_line()

    def stop_at_first_line(self):
        name, handler = self.request["source"]["file"], self.request["handler"]

        def calls(frame, event, _):
            if frame.f_code.co_filename != name or frame.f_code.co_name != handler:
                return None
            self.debugger.set_trace(frame)
            return self.debugger.trace_dispatch

        sys.settrace(calls)

    def user_error(self, kind, message, trace, line):
        if not isinstance(sys.exc_info()[1], bdb.BdbQuit):
            print(trace.rstrip() or "%s: %s" % (kind, message))
            self.post_mortem()
        leave(0)

    def end(self, status, **more):
        sys.settrace(None)
        if status == "ok":
            print("The call went well this time: it returned %d rows." % more["rows"])
        elif status == "limit":
            print("The call reached its %s limit. %s" % (more["limit"], more["message"]))
            self.post_mortem()
        else:
            print("The call cannot be made: %s %s" % (more.get("type"), more.get("message")))
            leave(1)
        leave(0)

    def post_mortem(self):
        sys.settrace(None)
        trace = sys.exc_info()[2]
        if self.debugger is None or trace is None:
            return
        self.debugger.reset()
        self.debugger.interaction(None, trace)


class Debugger(pdb.Pdb):
    def __init__(self, commands, files, call):
        if commands:
            super().__init__(stdin=io.StringIO("\n".join(commands) + "\n"), stdout=sys.stdout,
                             nosigint=True, readrc=False)
            self.prompt = ""
        else:
            super().__init__()
        self.files, self.call = files, call

    def get_stack(self, frame, trace):
        """After a failure: the user's frames, and the last of them selected.

        A result that was refused has none: then the frame of the call, where it is `result`.
        """
        stack, index = super().get_stack(frame, trace)
        if trace is None:
            return stack, index
        users = [i for i, (one, _) in enumerate(stack) if one.f_code.co_filename in self.files]
        if not users:
            users = [i for i, (one, _) in enumerate(stack) if one.f_code is self.call]
        return (stack[users[0]:], users[-1] - users[0]) if users else (stack, index)


def leave(status):
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(status)
