"""One call, forked from a zygote into namespaces of its own: user, mount, pid, network, IPC, UTS.

Its first process builds the place and reaps; the second takes the call's request and descriptors
from the gate, lets that connection go, and runs the function.
"""
import array
import json
import os
import resource
import signal
import socket
import struct
import sys

import function
import sandbox
import segments
from filters import seccomp
from gate import BEGINS
from kernel import PR_SET_PDEATHSIG, SetupError, libc, prctl
from trees import mount_proc, renew_scratch

HEADER = struct.Struct("=qi")
LIMIT = struct.Struct("=q")
DESCRIPTORS_AT_ONCE = 253


def run(config, channel, foreign):
    """Never returns. `foreign`: descriptors of the zygote, which no call may have."""
    try:
        begun = function.now()
        for descriptor in foreign:
            os.close(descriptor)
        first_process(config)
        told, tell = os.pipe()
        worker = os.fork()
        if worker:
            close_all_but((told,))
            sandbox.reap(worker, watch_as_told(config, told))
        os.setsid()
        serve(config, channel, begun, tell)
    except (SetupError, OSError, ValueError) as error:
        try:
            channel.sendall(str(error).encode("utf-8", "replace"))
        except OSError:
            pass
    finally:
        os._exit(sandbox.SETUP_FAILED)


def first_process(config):
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    sandbox.die_first()
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()  # else a signal to its group would reach the zygote
    sandbox.map_ids(*config["ids"])
    mount_proc()
    renew_scratch(config)
    libc.sethostname(b"bauplan", 7)
    os.chdir("/tmp")
    sandbox.limits(dict(config, forking=False))
    sandbox.drop_capabilities()
    seccomp()


def watch_as_told(config, told):
    """The limits come with the request, which only the worker reads: it passes the one that counts
    for all on before it runs the function. Nothing: it did not come so far."""
    most = os.read(told, LIMIT.size)
    os.close(told)
    if len(most) < LIMIT.size:
        return None
    return sandbox.watch_over(dict(config, memoryBytes=LIMIT.unpack(most)[0]))


def serve(config, channel, begun, tell):
    received = receive(channel)
    if received is None:
        os._exit(0)  # a rehearsal
    request, descriptors = received
    limits = dict(config, **request["limits"])
    null = os.open(os.devnull, os.O_RDONLY)
    for number, source in enumerate((null, descriptors[0], descriptors[1])):
        os.dup2(source, number)
    control, result = descriptors[2], descriptors[3]
    exchange = [descriptors.pop(4)] if request["function"].get("exchange") else []
    given = request["segments"]
    tables = descriptors[4:len(descriptors) - len(given)]
    mapped = segments.map_tables(request["function"], tables)
    addresses = [segments.map_segment(source, segment)
                 for source, segment in zip(descriptors[4 + len(tables):], given)]
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits["fileBytes"], limits["fileBytes"]))
    reseed()
    os.write(tell, LIMIT.pack(limits.get("memoryBytes") or 0))
    asked = request["function"]
    asked["control"], asked["result"], asked["mapped"] = control, result, mapped
    if exchange:
        asked["exchange"] = exchange[0]
    channel.sendall(BEGINS)
    close_all_but([0, 1, 2, control, result] + exchange)
    channel.detach()
    function.run(asked, limits, addresses, begun)


def receive(channel):
    """The request and its descriptors; nothing where the other end has closed."""
    body, descriptors = b"", []
    while len(body) < HEADER.size or len(body) < HEADER.size + HEADER.unpack_from(body)[0]:
        data, extra, _, _ = channel.recvmsg(1 << 20, socket.CMSG_SPACE(4 * DESCRIPTORS_AT_ONCE))
        if not data:
            return None
        body += data
        for level, kind, content in extra:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                numbers = array.array("i")
                numbers.frombytes(content[:len(content) - len(content) % numbers.itemsize])
                descriptors += numbers
    if len(descriptors) != HEADER.unpack_from(body)[1]:
        raise OSError("descriptors of the call were lost")
    return json.loads(body[HEADER.size:].decode("utf-8")), descriptors


def reseed():
    """Python's own generator reseeds itself after a fork; NumPy's would repeat its siblings'."""
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed()


def close_all_but(kept):
    last = 0
    for number in sorted(kept):
        if last < number:  # an empty range would close everything
            os.closerange(last, number)
        last = number + 1
    os.closerange(last, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
