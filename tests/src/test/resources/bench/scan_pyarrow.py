"""Writes a Parquet file again with pyarrow, or measures how long pyarrow takes to read one.

write FROM TO CODEC       copies a file
read THREADS              per line of standard input `ROUNDS<tab>FILE<tab>COLUMN,COLUMN...`:
                          prints the median seconds of reading these columns and folding them
"""

import statistics
import sys
import time

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq


def write(source, target, codec):
    pq.write_table(pq.read_table(source), target, compression=codec)


def fold(column):
    kind = column.type
    if pa.types.is_string(kind) or pa.types.is_temporal(kind) or pa.types.is_boolean(kind):
        return pc.max(column)
    return pc.sum(column)


def seconds(file, columns):
    start = time.perf_counter()
    table = pq.read_table(file, columns=columns, memory_map=True)
    for column in table.columns:
        fold(column)
    return time.perf_counter() - start


def read(threads):
    pa.set_cpu_count(threads)
    pa.set_io_thread_count(threads)
    for line in sys.stdin:
        rounds, file, columns = line.rstrip("\n").split("\t")
        wanted = columns.split(",")
        seconds(file, wanted)
        print(statistics.median(seconds(file, wanted) for _ in range(int(rounds))), flush=True)


if sys.argv[1] == "write":
    write(*sys.argv[2:])
else:
    read(int(sys.argv[2]))
