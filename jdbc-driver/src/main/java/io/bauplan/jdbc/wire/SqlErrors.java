package io.bauplan.jdbc.wire;

import io.grpc.Metadata;
import io.grpc.Status;
import java.sql.SQLDataException;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLIntegrityConstraintViolationException;
import java.sql.SQLInvalidAuthorizationSpecException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLSyntaxErrorException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransactionRollbackException;
import java.sql.SQLTransientConnectionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Makes the [SQLException] of every failure: the subclass that JDBC defines for the SQLSTATE's
/// class, and never without an SQLSTATE.
public final class SqlErrors {
  public static final String CONNECTION_REFUSED = "08001";
  public static final String CONNECTION_CLOSED = "08003";
  public static final String CONNECTION_LOST = "08006";
  public static final String PROTOCOL = "08P01";
  public static final String NOT_SUPPORTED = "0A000";
  public static final String INVALID_ARGUMENT = "22023";
  public static final String INVALID_CAST = "22018";
  public static final String OUT_OF_RANGE = "22003";
  public static final String CURSOR_STATE = "24000";
  public static final String UNDEFINED_COLUMN = "42703";
  public static final String NO_RESULT_SET = "02000";
  public static final String WRONG_STATEMENT_KIND = "HY000";
  public static final String CANCELED = "57014";
  public static final String TIMEOUT = "HYT00";

  private static final Metadata.Key<String> SQLSTATE_TRAILER =
      Metadata.Key.of("x-bauplan-sqlstate", Metadata.ASCII_STRING_MARSHALLER);
  private static final Pattern STATE_IN_MESSAGE =
      Pattern.compile("\\A\\[([0-9A-Z]{5})]\\s*", Pattern.CASE_INSENSITIVE);
  private static final Pattern SQLSTATE = Pattern.compile("[0-9A-Z]{5}");

  private SqlErrors() {}

  public static SQLException of(String state, String message) {
    return of(state, message, null);
  }

  public static SQLException of(String state, String message, @Nullable Throwable cause) {
    if (state.equals(TIMEOUT)) {
      return new SQLTimeoutException(message, state, cause);
    }
    if (state.equals(CONNECTION_LOST)) {
      return new SQLTransientConnectionException(message, state, cause);
    }
    return switch (state.substring(0, 2)) {
      case "08" -> new SQLNonTransientConnectionException(message, state, cause);
      case "0A" -> new SQLFeatureNotSupportedException(message, state, cause);
      case "22" -> new SQLDataException(message, state, cause);
      case "23" -> new SQLIntegrityConstraintViolationException(message, state, cause);
      case "28" -> new SQLInvalidAuthorizationSpecException(message, state, cause);
      case "40" -> new SQLTransactionRollbackException(message, state, cause);
      case "42" -> new SQLSyntaxErrorException(message, state, cause);
      default -> new SQLException(message, state, cause);
    };
  }

  public static SQLException unsupported(String what) {
    return of(NOT_SUPPORTED, what + " is not supported");
  }

  /// What a failed call means to the JDBC caller. The server names the SQLSTATE in a trailer or at
  /// the head of the message; without either, the gRPC code decides.
  static SQLException fromStatus(Status status, @Nullable Metadata trailers) {
    String description = status.getDescription();
    String message = description == null ? "the server answered " + status.getCode() : description;
    String state = trailers == null ? null : trailers.get(SQLSTATE_TRAILER);
    Matcher matcher = STATE_IN_MESSAGE.matcher(message);
    if (matcher.find()) {
      state = state == null ? matcher.group(1) : state;
      message = message.substring(matcher.end());
    }
    if (state == null || !SQLSTATE.matcher(state).matches()) {
      state = stateOf(status.getCode());
    }
    if (status.getCode() == Status.Code.UNAVAILABLE && status.getCause() != null) {
      message = message + " (" + status.getCause().getMessage() + ")";
    }
    return of(state, message, status.getCause());
  }

  private static String stateOf(Status.Code code) {
    return switch (code) {
      case OK, UNKNOWN -> "HY000";
      case INTERNAL, DATA_LOSS -> "XX000";
      case CANCELLED -> CANCELED;
      case INVALID_ARGUMENT -> "42000";
      case DEADLINE_EXCEEDED -> TIMEOUT;
      case NOT_FOUND -> "42704";
      case ALREADY_EXISTS -> "42710";
      case PERMISSION_DENIED -> "42501";
      case RESOURCE_EXHAUSTED -> "53000";
      case FAILED_PRECONDITION -> "55000";
      case ABORTED -> "40001";
      case OUT_OF_RANGE -> OUT_OF_RANGE;
      case UNIMPLEMENTED -> NOT_SUPPORTED;
      case UNAVAILABLE -> CONNECTION_LOST;
      case UNAUTHENTICATED -> "28000";
    };
  }
}
