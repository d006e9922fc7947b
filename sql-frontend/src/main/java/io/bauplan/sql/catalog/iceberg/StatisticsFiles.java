package io.bauplan.sql.catalog.iceberg;

import io.bauplan.sql.catalog.CatalogUpkeep.ColumnSketch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.apache.iceberg.GenericBlobMetadata;
import org.apache.iceberg.GenericStatisticsFile;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.StatisticsFile;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.puffin.Blob;
import org.apache.iceberg.puffin.BlobMetadata;
import org.apache.iceberg.puffin.Puffin;
import org.apache.iceberg.puffin.PuffinCompressionCodec;
import org.apache.iceberg.puffin.PuffinReader;
import org.apache.iceberg.puffin.PuffinWriter;
import org.apache.iceberg.puffin.StandardBlobTypes;
import org.apache.iceberg.util.Pair;

/// Puffin files with statistics of a snapshot: a theta sketch for each column, and beside it the
/// number of distinct values, so that planning reads no file. Borrows the FileIO.
final class StatisticsFiles {
  /// Of a blob: the number of distinct values, as Iceberg's specification names it.
  static final String DISTINCT_VALUES = "ndv";

  private static final String CREATED_BY = "Bauplan";

  private final FileIO io;

  StatisticsFiles(FileIO io) {
    this.io = io;
  }

  /// Writes a file with these sketches and with all that was known of the snapshot before about
  /// other columns.
  StatisticsFile write(TableMetadata metadata, long snapshotId, List<ColumnSketch> sketches) {
    Snapshot snapshot = Objects.requireNonNull(metadata.snapshot(snapshotId));
    List<Blob> blobs = new ArrayList<>();
    Set<List<Integer>> fields = new HashSet<>();
    for (ColumnSketch sketch : sketches) {
      List<Integer> field = List.of(sketch.fieldId());
      fields.add(field);
      blobs.add(
          new Blob(
              StandardBlobTypes.APACHE_DATASKETCHES_THETA_V1,
              field,
              snapshotId,
              snapshot.sequenceNumber(),
              ByteBuffer.wrap(sketch.theta()),
              PuffinCompressionCodec.NONE,
              Map.of(DISTINCT_VALUES, Long.toString(Math.round(estimate(sketch.theta()))))));
    }
    metadata.statisticsFiles().stream()
        .filter(file -> file.snapshotId() == snapshotId)
        .forEach(file -> blobs.addAll(others(file.path(), fields)));
    String location =
        "%s/metadata/%d-%s.stats".formatted(metadata.location(), snapshotId, UUID.randomUUID());
    return write(location, snapshotId, blobs);
  }

  private StatisticsFile write(String location, long snapshotId, List<Blob> blobs) {
    try (PuffinWriter writer =
        Puffin.write(io.newOutputFile(location)).createdBy(CREATED_BY).build()) {
      blobs.forEach(writer::add);
      writer.finish();
      return new GenericStatisticsFile(
          snapshotId,
          location,
          writer.fileSize(),
          writer.footerSize(),
          GenericBlobMetadata.from(writer.writtenBlobsMetadata()));
    } catch (IOException | RuntimeException e) {
      throw StorageErrors.writing(location, e);
    }
  }

  /// The blobs of a file but the sketches of some columns.
  private List<Blob> others(String location, Set<List<Integer>> fields) {
    try (PuffinReader reader = Puffin.read(io.newInputFile(location)).build()) {
      List<BlobMetadata> kept =
          reader.fileMetadata().blobs().stream()
              .filter(
                  blob ->
                      !blob.type().equals(StandardBlobTypes.APACHE_DATASKETCHES_THETA_V1)
                          || !fields.contains(blob.inputFields()))
              .toList();
      List<Blob> blobs = new ArrayList<>();
      for (Pair<BlobMetadata, ByteBuffer> read : reader.readAll(kept)) {
        BlobMetadata blob = read.first();
        blobs.add(
            new Blob(
                blob.type(),
                blob.inputFields(),
                blob.snapshotId(),
                blob.sequenceNumber(),
                read.second(),
                PuffinCompressionCodec.NONE,
                blob.properties()));
      }
      return blobs;
    } catch (IOException | RuntimeException e) {
      throw StorageErrors.reading(location, e);
    }
  }

  /// The number of distinct values that a compact theta sketch stands for: the hashes it holds over
  /// the share of all hashes that it would hold.
  static double estimate(byte[] theta) {
    ByteBuffer bytes = ByteBuffer.wrap(theta).order(ByteOrder.LITTLE_ENDIAN);
    int header = bytes.get(0) & 0x3f;
    return switch (header) {
      // Empty, or one value alone.
      case 1 -> (theta.length - Long.BYTES) / (double) Long.BYTES;
      case 2 -> bytes.getInt(Long.BYTES);
      default ->
          bytes.getInt(Long.BYTES) / (bytes.getLong(2 * Long.BYTES) / (double) Long.MAX_VALUE);
    };
  }
}
