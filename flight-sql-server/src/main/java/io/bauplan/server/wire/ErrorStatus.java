package io.bauplan.server.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.error.SourcePosition;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.apache.arrow.flight.CallStatus;
import org.apache.arrow.flight.ErrorFlightMetadata;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.apache.arrow.memory.OutOfMemoryException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one place where errors meet Flight's statuses.
///
/// A call fails with the description `[SQLSTATE] message`, the trailer `x-bauplan-sqlstate`, and
/// for our own clients the trailer `x-bauplan-error-bin`: the whole error as JSON, position and
/// hint included.
public final class ErrorStatus {
  public static final String SQLSTATE_TRAILER = "x-bauplan-sqlstate";
  public static final String ERROR_TRAILER = "x-bauplan-error-bin";

  /// Trailers share one header block whose size peers limit to 8 KB.
  private static final int MAX_MESSAGE_CHARS = 2000;

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Logger LOG = LoggerFactory.getLogger(ErrorStatus.class);

  private ErrorStatus() {}

  /// What a call answers when `error` was thrown.
  public static FlightRuntimeException of(Throwable error) {
    if (error instanceof FlightRuntimeException status) {
      return status;
    }
    EngineException engine = asEngineException(error);
    String message = shortened(String.valueOf(engine.getMessage()));
    String sqlState = engine.code().sqlState();
    ErrorFlightMetadata trailers = new ErrorFlightMetadata();
    trailers.insert(SQLSTATE_TRAILER, sqlState);
    trailers.insert(ERROR_TRAILER, json(engine, message));
    String hint = engine.hint().map(text -> "\nhint: " + shortened(text)).orElse("");
    return status(engine.code())
        .withDescription("[" + sqlState + "] " + message + hint)
        .withMetadata(trailers)
        .toRuntimeException();
  }

  /// Any error as one that may be shown. What is nobody's doing is a bug of ours: it is logged.
  public static EngineException asEngineException(Throwable error) {
    return switch (error) {
      case EngineException engine -> engine;
      case FlightRuntimeException flight -> fromStatus(flight);
      case OutOfMemoryException memory ->
          new EngineException(
              ErrorCode.OUT_OF_MEMORY,
              "the statement needs more memory than the server may use",
              memory);
      case InterruptedException interrupted ->
          new EngineException(ErrorCode.CANCELLED, "cancelled", interrupted);
      default -> {
        LOG.error("event=internal_error", error);
        yield new EngineException(
            ErrorCode.INTERNAL_ERROR,
            "internal error: " + error.getClass().getSimpleName() + ": " + error.getMessage(),
            error);
      }
    };
  }

  /// The error that a server of ours (or any other) put into a status.
  public static EngineException fromStatus(FlightRuntimeException status) {
    ErrorFlightMetadata trailers = status.status().metadata();
    if (trailers != null && trailers.containsKey(ERROR_TRAILER)) {
      Optional<EngineException> parsed = parse(trailers.getByte(ERROR_TRAILER), status);
      if (parsed.isPresent()) {
        return parsed.get();
      }
    }
    String description = status.status().description();
    String text = description == null ? status.status().code().name() : description;
    return new EngineException(code(status.status().code()), text, status);
  }

  private static CallStatus status(ErrorCode code) {
    return switch (code) {
      case TABLE_NOT_FOUND, NAMESPACE_NOT_FOUND, REF_NOT_FOUND, COMMIT_NOT_FOUND, FILE_NOT_FOUND ->
          CallStatus.NOT_FOUND;
      case TABLE_EXISTS, REF_EXISTS -> CallStatus.ALREADY_EXISTS;
      case NOT_SUPPORTED -> CallStatus.UNIMPLEMENTED;
      case PERMISSION_DENIED -> CallStatus.UNAUTHORIZED;
      case NOT_AUTHENTICATED -> CallStatus.UNAUTHENTICATED;
      case CANCELLED -> CallStatus.CANCELLED;
      case TIMEOUT -> CallStatus.TIMED_OUT;
      case OUT_OF_MEMORY, DISK_FULL, TOO_MANY -> CallStatus.RESOURCE_EXHAUSTED;
      case WAREHOUSE_LOCKED, WAREHOUSE_UNUSABLE, OBJECT_STORE_ERROR, CATALOG_ERROR ->
          CallStatus.UNAVAILABLE;
      case COMMIT_STATE_UNKNOWN -> CallStatus.UNKNOWN;
      case INTERNAL_ERROR -> CallStatus.INTERNAL;
      case SYNTAX_ERROR,
          COLUMN_NOT_FOUND,
          FUNCTION_NOT_FOUND,
          AMBIGUOUS_NAME,
          DUPLICATE_NAME,
          NAMESPACE_NOT_EMPTY,
          TYPE_MISMATCH,
          INVALID_ARGUMENT,
          INVALID_STATEMENT,
          INVALID_CAST,
          NUMERIC_OVERFLOW,
          DIVISION_BY_ZERO,
          INVALID_DATETIME,
          NOT_NULL_VIOLATION,
          CARDINALITY_VIOLATION,
          MALFORMED_FILE,
          PROJECT_INVALID,
          FUNCTION_FAILED,
          FUNCTION_WRONG_RESULT,
          ENVIRONMENT_FAILED,
          EXPECTATION_FAILED,
          COMMIT_CONFLICT,
          TOO_COMPLEX ->
          CallStatus.INVALID_ARGUMENT;
    };
  }

  private static ErrorCode code(FlightStatusCode status) {
    return switch (status) {
      case UNAUTHENTICATED -> ErrorCode.NOT_AUTHENTICATED;
      case UNAUTHORIZED -> ErrorCode.PERMISSION_DENIED;
      case UNIMPLEMENTED -> ErrorCode.NOT_SUPPORTED;
      case CANCELLED -> ErrorCode.CANCELLED;
      case TIMED_OUT -> ErrorCode.TIMEOUT;
      case UNAVAILABLE -> ErrorCode.WAREHOUSE_UNUSABLE;
      case RESOURCE_EXHAUSTED -> ErrorCode.TOO_MANY;
      case INVALID_ARGUMENT, NOT_FOUND, ALREADY_EXISTS -> ErrorCode.INVALID_ARGUMENT;
      case OK, UNKNOWN, INTERNAL -> ErrorCode.INTERNAL_ERROR;
    };
  }

  private static byte[] json(EngineException error, String message) {
    ObjectNode node = JSON.createObjectNode();
    node.put("code", error.code().name());
    node.put("message", message);
    error.hint().ifPresent(hint -> node.put("hint", shortened(hint)));
    error
        .position()
        .ifPresent(
            at ->
                node.putObject("position")
                    .put("source", at.source())
                    .put("line", at.line())
                    .put("column", at.column())
                    .put("endLine", at.endLine())
                    .put("endColumn", at.endColumn()));
    return node.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static Optional<EngineException> parse(byte[] bytes, Throwable cause) {
    JsonNode node;
    try {
      node = JSON.readTree(bytes);
    } catch (IOException e) {
      return Optional.empty();
    }
    String name = node.path("code").asText();
    return Arrays.stream(ErrorCode.values())
        .filter(code -> code.name().equals(name))
        .findFirst()
        .map(
            code ->
                new EngineException(
                    code,
                    node.path("message").asText(),
                    position(node.path("position")),
                    node.hasNonNull("hint") ? node.path("hint").asText() : null,
                    cause));
  }

  private static @Nullable SourcePosition position(JsonNode at) {
    return at.isObject()
        ? new SourcePosition(
            at.path("source").asText(),
            at.path("line").asInt(),
            at.path("column").asInt(),
            at.path("endLine").asInt(),
            at.path("endColumn").asInt())
        : null;
  }

  private static String shortened(String text) {
    return text.length() <= MAX_MESSAGE_CHARS ? text : text.substring(0, MAX_MESSAGE_CHARS) + "…";
  }
}
