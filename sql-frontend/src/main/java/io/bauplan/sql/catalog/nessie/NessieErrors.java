package io.bauplan.sql.catalog.nessie;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import java.net.URI;
import org.projectnessie.error.BaseNessieClientServerException;
import org.projectnessie.error.NessieBackendThrottledException;
import org.projectnessie.error.NessieBadRequestException;
import org.projectnessie.error.NessieConflictException;
import org.projectnessie.error.NessieForbiddenException;
import org.projectnessie.error.NessieNotFoundException;
import org.projectnessie.error.NessieReferenceAlreadyExistsException;

/// Nessie's failures in the engine's words.
final class NessieErrors {
  private NessieErrors() {}

  static EngineException unreachable(URI server, Throwable cause) {
    return new EngineException(
        ErrorCode.CATALOG_ERROR,
        "cannot reach the catalog at " + server + ": " + reason(cause),
        null,
        "check the address, and that the Nessie server is running",
        cause);
  }

  /// @param what what was being done: `list the references`
  static EngineException failed(String what, Exception cause) {
    if (cause instanceof EngineException known) {
      return known;
    }
    ErrorCode code =
        switch (cause) {
          case NessieReferenceAlreadyExistsException ignored -> ErrorCode.REF_EXISTS;
          case NessieConflictException ignored -> ErrorCode.COMMIT_CONFLICT;
          case NessieForbiddenException ignored -> ErrorCode.PERMISSION_DENIED;
          case NessieNotFoundException ignored -> ErrorCode.REF_NOT_FOUND;
          default -> ErrorCode.CATALOG_ERROR;
        };
    return new EngineException(code, "cannot " + what + ": " + reason(cause), cause);
  }

  /// Whether a write may have happened although it failed: anything that is not an answer of
  /// Nessie's.
  static boolean isUnknown(Exception cause) {
    return switch (cause) {
      case BaseNessieClientServerException ignored -> false;
      case NessieBadRequestException ignored -> false;
      case NessieForbiddenException ignored -> false;
      case NessieBackendThrottledException ignored -> false;
      case EngineException ignored -> false;
      case IllegalArgumentException ignored -> false;
      default -> true;
    };
  }

  static String reason(Throwable cause) {
    Throwable root = cause;
    if (!(cause instanceof BaseNessieClientServerException)) {
      while (root.getCause() != null && root.getCause() != root) {
        root = root.getCause();
      }
    }
    String message = root.getMessage();
    return message == null || message.isBlank() ? root.getClass().getSimpleName() : message;
  }
}
