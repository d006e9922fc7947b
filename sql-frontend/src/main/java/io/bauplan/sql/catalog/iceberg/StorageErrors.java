package io.bauplan.sql.catalog.iceberg;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Says in the user's words what a file system or object store refused.
public final class StorageErrors {
  private StorageErrors() {}

  public static EngineException reading(String location, Throwable cause) {
    return failed("read", location, cause);
  }

  public static EngineException writing(String location, Throwable cause) {
    return failed("write", location, cause);
  }

  private static EngineException failed(String verb, String location, Throwable cause) {
    if (isDiskFull(cause)) {
      return new EngineException(
          ErrorCode.DISK_FULL,
          "cannot " + verb + " " + location + ": no space left on the disk",
          null,
          "free some space, or open a warehouse on another disk",
          cause);
    }
    Throwable root = root(cause);
    String reason =
        root instanceof AccessDeniedException
            ? "permission denied"
            : root instanceof FileSystemException fs && fs.getReason() != null
                ? fs.getReason()
                : String.valueOf(root.getMessage());
    return new EngineException(
        ErrorCode.OBJECT_STORE_ERROR, "cannot " + verb + " " + location + ": " + reason, cause);
  }

  public static boolean isDiskFull(@Nullable Throwable cause) {
    for (Throwable t = cause; t != null; t = t.getCause()) {
      String message = t.getMessage();
      if (message != null) {
        String lower = message.toLowerCase(Locale.ROOT);
        if (lower.contains("no space left") || lower.contains("disk quota exceeded")) {
          return true;
        }
      }
    }
    return false;
  }

  private static Throwable root(Throwable cause) {
    Throwable root = cause;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    return root;
  }
}
