"""Page indexes of pyarrow for us, and ours for pyarrow.

Arguments: a file that we wrote, with a column `a` from 1 ascending; where to write one.
"""

import sys

import pyarrow.parquet as pq

ours, theirs = sys.argv[1:]

metadata = pq.ParquetFile(ours).metadata
for group in range(metadata.num_row_groups):
    for column in range(metadata.num_columns):
        chunk = metadata.row_group(group).column(column)
        assert chunk.has_offset_index, (group, column)
        assert chunk.has_column_index, (group, column)
rows = pq.read_table(ours, filters=[("a", ">=", 7000), ("a", "<", 7010)])
assert sorted(rows.column("a").to_pylist()) == list(range(7000, 7010))

pq.write_table(
    pq.read_table(ours),
    theirs,
    row_group_size=40_000,
    data_page_size=20_000,
    write_batch_size=500,
    write_page_index=True,
    data_page_version="2.0",
)
assert pq.ParquetFile(theirs).metadata.row_group(0).column(0).has_offset_index
print("ok")
