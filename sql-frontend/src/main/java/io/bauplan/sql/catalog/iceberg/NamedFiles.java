package io.bauplan.sql.catalog.iceberg;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.io.FileIO;

/// The files that a metadata file names itself, read without making objects of everything else in
/// it: a history has as many such files as commits, each longer than the one before.
///
/// @param manifestLists of its snapshots
/// @param statistics of either kind
/// @param listed whether every snapshot has a list; otherwise its manifests are in the file
record NamedFiles(List<String> manifestLists, List<String> statistics, boolean listed) {
  private static final JsonFactory JSON = new JsonFactory();

  /// @throws org.apache.iceberg.exceptions.NotFoundException where there is no such file
  static NamedFiles read(String metadataLocation, FileIO io) {
    List<String> manifestLists = new ArrayList<>();
    List<String> statistics = new ArrayList<>();
    boolean listed = true;
    try (InputStream stream = io.newInputFile(metadataLocation).newStream();
        JsonParser json = JSON.createParser(stream)) {
      json.nextToken();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String field = json.currentName();
        json.nextToken();
        switch (field) {
          case "snapshots" -> listed = read(json, "manifest-list", manifestLists);
          case "statistics", "partition-statistics" -> read(json, "statistics-path", statistics);
          default -> json.skipChildren();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new NamedFiles(manifestLists, statistics, listed);
  }

  /// Adds a field of each object of an array; false where one does not have it.
  private static boolean read(JsonParser json, String wanted, List<String> values)
      throws IOException {
    int objects = 0;
    int before = values.size();
    while (json.nextToken() == JsonToken.START_OBJECT) {
      objects++;
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        boolean found = json.currentName().equals(wanted);
        json.nextToken();
        if (found) {
          values.add(json.getText());
        } else {
          json.skipChildren();
        }
      }
    }
    return values.size() - before == objects;
  }

  /// Whether the file can be read so: others are compressed.
  static boolean canRead(String metadataLocation) {
    return metadataLocation.endsWith(".metadata.json")
        && !metadataLocation.endsWith(".gz.metadata.json");
  }
}
