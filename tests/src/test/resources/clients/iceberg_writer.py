"""Makes a partitioned table with PyIceberg alone, under the folder given, as another engine would;
prints its metadata file. With a metadata file as well: reads that table."""
import datetime
import sys

import pyarrow
from pyiceberg.catalog.noop import NoopCatalog
from pyiceberg.io import load_file_io
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.serializers import ToOutputFile
from pyiceberg.table import CommitTableResponse, StaticTable, Table
from pyiceberg.table.metadata import new_table_metadata
from pyiceberg.table.sorting import UNSORTED_SORT_ORDER
from pyiceberg.table.update import update_table_metadata
from pyiceberg.transforms import BucketTransform, DayTransform, IdentityTransform
from pyiceberg.types import LongType, NestedField, StringType, TimestampType


class OneTable(NoopCatalog):
    """A catalog that remembers nothing: the caller follows the metadata files."""

    commits = 0

    def commit_table(self, table, requirements, updates):
        metadata = update_table_metadata(table.metadata, updates)
        self.commits += 1
        location = "%s/metadata/%05d.metadata.json" % (table.metadata.location, self.commits)
        ToOutputFile.table_metadata(metadata, table.io.new_output(location))
        return CommitTableResponse(**{"metadata": metadata, "metadata-location": location})


def rows(first, country):
    days = [datetime.datetime(2024, 1, 1 + i, 12) for i in range(3)]
    return pyarrow.table(
        {"id": pyarrow.array(range(first, first + 3), pyarrow.int64()),
         "country": [country, country, None],
         "at": pyarrow.array(days, pyarrow.timestamp("us"))})


if len(sys.argv) > 2:
    found = StaticTable.from_metadata(sys.argv[2]).scan().to_arrow().to_pylist()
    for row in sorted(found, key=lambda row: row["id"]):
        print(row["id"], row["country"], row["at"])
    sys.exit()

location = sys.argv[1]
schema = Schema(
    NestedField(1, "id", LongType()), NestedField(2, "country", StringType()),
    NestedField(3, "at", TimestampType()))
spec = PartitionSpec(
    PartitionField(2, 1000, IdentityTransform(), "country"),
    PartitionField(3, 1001, DayTransform(), "at_day"),
    PartitionField(1, 1002, BucketTransform(4), "id_bucket"))
catalog = OneTable("one")
metadata = new_table_metadata(
    schema, spec, UNSORTED_SORT_ORDER, location, {"format-version": "2"})
table = Table(
    ("n", "t"), metadata, location + "/metadata/00000.metadata.json",
    load_file_io(location=location), catalog)
ToOutputFile.table_metadata(metadata, table.io.new_output(table.metadata_location))
table.append(rows(1, "IT"))
table.append(rows(4, "FR"))
table.delete("id = 5")
print(table.metadata_location)
