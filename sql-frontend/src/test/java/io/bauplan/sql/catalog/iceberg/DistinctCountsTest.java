package io.bauplan.sql.catalog.iceberg;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalLong;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.junit.jupiter.api.Test;

/// Statistics in table metadata as other engines write them: Trino's `ANALYZE` and Spark's
/// `compute_table_stats` both name the number in the blob's properties.
class DistinctCountsTest {
  /// Two snapshots of 1,000 and 3,000 rows; only the first was analyzed.
  private static TableMetadata metadata(String blobs) {
    return TableMetadataParser.fromJson(
        "memory:/t/metadata/1.metadata.json",
        """
        {"format-version": 2, "table-uuid": "9c12d441-03fe-4693-9a96-a0705ddf69c1",
         "location": "memory:/t", "last-sequence-number": 2, "last-updated-ms": 2000,
         "last-column-id": 3, "current-schema-id": 0,
         "schemas": [{"type": "struct", "schema-id": 0, "fields": [
           {"id": 1, "name": "id", "required": true, "type": "long"},
           {"id": 2, "name": "country", "required": false, "type": "string"},
           {"id": 3, "name": "price", "required": false, "type": "double"}]}],
         "default-spec-id": 0, "partition-specs": [{"spec-id": 0, "fields": []}],
         "last-partition-id": 999, "default-sort-order-id": 0,
         "sort-orders": [{"order-id": 0, "fields": []}],
         "properties": {}, "current-snapshot-id": 12,
         "refs": {"main": {"snapshot-id": 12, "type": "branch"}},
         "snapshots": [
           {"snapshot-id": 11, "sequence-number": 1, "timestamp-ms": 1000,
            "summary": {"operation": "append", "total-records": "1000"},
            "manifest-list": "memory:/t/metadata/11.avro", "schema-id": 0},
           {"snapshot-id": 12, "parent-snapshot-id": 11, "sequence-number": 2,
            "timestamp-ms": 2000, "summary": {"operation": "append", "total-records": "3000"},
            "manifest-list": "memory:/t/metadata/12.avro", "schema-id": 0}],
         "statistics": [%s],
         "snapshot-log": [], "metadata-log": []}
        """
            .formatted(blobs));
  }

  private static String file(long snapshot, String blobs) {
    return """
    {"snapshot-id": %d, "statistics-path": "memory:/t/metadata/%d.stats",
     "file-size-in-bytes": 1000, "file-footer-size-in-bytes": 100, "blob-metadata": [%s]}
    """
        .formatted(snapshot, snapshot, blobs);
  }

  private static String blob(String type, String fields, String properties) {
    return """
    {"type": "%s", "snapshot-id": 11, "sequence-number": 1, "fields": [%s],
     "properties": {%s}}
    """
        .formatted(type, fields, properties);
  }

  private static OptionalLong count(TableMetadata metadata, long snapshot, int field) {
    return DistinctCounts.of(metadata, metadata.snapshot(snapshot)).column(field);
  }

  @Test
  void readsThePropertyAndLetsKeysGrow() {
    TableMetadata metadata =
        metadata(
            file(
                11,
                blob("apache-datasketches-theta-v1", "1", "\"ndv\": \"1000\"")
                    + ","
                    + blob("apache-datasketches-theta-v1", "2", "\"ndv\": \"25\"")));
    assertThat(count(metadata, 11, 1)).hasValue(1000);
    assertThat(count(metadata, 12, 1)).hasValue(3000);
    assertThat(count(metadata, 12, 2)).hasValue(25);
    assertThat(count(metadata, 12, 3)).isEmpty();
  }

  @Test
  void theNearestSnapshotCountsFirst() {
    TableMetadata metadata =
        metadata(
            file(11, blob("apache-datasketches-theta-v1", "2", "\"ndv\": \"25\""))
                + ","
                + file(12, blob("apache-datasketches-theta-v1", "2", "\"ndv\": \"30\"")));
    assertThat(count(metadata, 12, 2)).hasValue(30);
    assertThat(count(metadata, 11, 2)).hasValue(25);
  }

  @Test
  void leavesOutWhatItDoesNotUnderstand() {
    TableMetadata metadata =
        metadata(
            file(
                12,
                String.join(
                    ",",
                    blob("some-other-sketch-v9", "1", "\"ndv\": \"7\""),
                    blob("apache-datasketches-theta-v1", "1, 2", "\"ndv\": \"7\""),
                    blob("apache-datasketches-theta-v1", "2", "\"ndv\": \"many\""),
                    blob("apache-datasketches-theta-v1", "3", ""))));
    for (int field = 1; field <= 3; field++) {
      assertThat(count(metadata, 12, field)).isEmpty();
    }
  }
}
