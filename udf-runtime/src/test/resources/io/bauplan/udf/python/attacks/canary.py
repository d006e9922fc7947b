"""A process of another user's: what a function must neither reach nor change. Tells on stdout where
it listens, then, for every line on stdin, what has touched it."""
import json
import os
import signal
import socket
import sys
import threading

touched = []


def listen(name, source, datagrams):
    while True:
        source.recv(100) if datagrams else source.accept()
        touched.append(name)


def server(name, family, address, kind=socket.SOCK_STREAM):
    source = socket.socket(family, kind)
    source.bind(address)
    datagrams = kind == socket.SOCK_DGRAM
    if not datagrams:
        source.listen()
    threading.Thread(target=listen, args=(name, source, datagrams), daemon=True).start()
    return source.getsockname()


for number in (signal.SIGUSR1, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, lambda n, _: touched.append("signal %d" % n))
abstract = "bauplan-canary-%d" % os.getpid()
tcp = server("tcp", socket.AF_INET, ("127.0.0.1", 0))[1]
udp = server("udp", socket.AF_INET, ("127.0.0.1", 0), socket.SOCK_DGRAM)[1]
server("socket file", socket.AF_UNIX, sys.argv[1])
os.chmod(sys.argv[1], 0o777)
server("abstract socket", socket.AF_UNIX, "\0" + abstract)
server("abstract datagrams", socket.AF_UNIX, "\0" + abstract + "-datagrams", socket.SOCK_DGRAM)
print(json.dumps({"victim": os.getpid(), "tcp": tcp, "udp": udp, "unix": sys.argv[1],
                  "abstract": abstract}), flush=True)
for _ in sys.stdin:
    print(json.dumps(touched), flush=True)
