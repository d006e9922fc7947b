"""Reads a table's files with PyIceberg alone: the metadata file is the argument."""
import sys

from pyiceberg.table import StaticTable

rows = StaticTable.from_metadata(sys.argv[1]).scan().to_arrow()
print(sorted((row["country"], row["usd"]) for row in rows.to_pylist()))
