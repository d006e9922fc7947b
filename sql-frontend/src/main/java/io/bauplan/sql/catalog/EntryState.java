package io.bauplan.sql.catalog;

import io.bauplan.sql.plan.ScanColumn;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/// What a name stands for, as a short text: equal texts mean that a query which reads the name
/// gives the same rows. A table's is its snapshot and schema, so that upkeep of its history changes
/// nothing; a view's or function's is its text.
public final class EntryState {
  private static final String ABSENT = "absent";
  private static final String TABLE = "table ";
  private static final int HASH_CHARS = 32;

  private EntryState() {}

  public static String of(Optional<CatalogEntry> entry) {
    return entry.map(EntryState::of).orElse(ABSENT);
  }

  public static String of(CatalogEntry entry) {
    return switch (entry) {
      case CatalogEntry.Table(CatalogTable table) ->
          TABLE
              + table.uuid()
              + " "
              + table.currentSnapshotId()
              + " "
              + hash(table.columns().stream().map(EntryState::column).toList().toString());
      case CatalogEntry.View view ->
          "view " + hash(view.defaultNamespace() + "\n" + view.sql() + "\n" + view.columns());
      case CatalogEntry.Function function -> "function " + hash(function.definition().toString());
    };
  }

  /// Whether a state is that of a table.
  public static boolean isTable(String state) {
    return state.startsWith(TABLE);
  }

  private static String column(ScanColumn column) {
    return column.fieldId() + " " + column.column();
  }

  private static String hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest).substring(0, HASH_CHARS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
