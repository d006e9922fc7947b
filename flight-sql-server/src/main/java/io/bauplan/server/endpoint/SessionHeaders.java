package io.bauplan.server.endpoint;

import java.util.Optional;
import org.apache.arrow.flight.CallHeaders;
import org.apache.arrow.flight.CallStatus;
import org.apache.arrow.flight.FlightServerMiddleware;
import org.jspecify.annotations.Nullable;

/// The session part of one call's headers, in and out.
final class SessionHeaders implements FlightServerMiddleware {
  static final Key<SessionHeaders> KEY = Key.of("bauplan-session");
  static final String SESSION = "x-bauplan-session";
  static final String REFERENCE = "x-bauplan-ref";
  static final String NAMESPACE = "x-bauplan-namespace";

  /// A client that sends this gets function output and messages as metadata within result streams.
  static final String OUTPUT = "x-bauplan-output";

  private static final String COOKIE = "bauplan-session=";
  private static final int MAX_VALUE_CHARS = 1024;

  private final @Nullable String session;
  private final @Nullable String reference;
  private final @Nullable String namespace;
  private final boolean wantsOutput;
  private volatile @Nullable String answer;

  SessionHeaders(CallHeaders incoming) {
    String named = bounded(incoming.get(SESSION));
    this.session = named != null ? named : fromCookie(incoming);
    this.reference = bounded(incoming.get(REFERENCE));
    this.namespace = bounded(incoming.get(NAMESPACE));
    this.wantsOutput = incoming.containsKey(OUTPUT);
  }

  private static @Nullable String fromCookie(CallHeaders incoming) {
    Iterable<String> cookies = incoming.getAll("cookie");
    if (cookies == null) {
      return null;
    }
    for (String line : cookies) {
      for (String cookie : line.split(";", -1)) {
        if (cookie.strip().startsWith(COOKIE)) {
          return bounded(cookie.strip().substring(COOKIE.length()));
        }
      }
    }
    return null;
  }

  private static @Nullable String bounded(@Nullable String value) {
    return value == null || value.isEmpty() || value.length() > MAX_VALUE_CHARS ? null : value;
  }

  Optional<String> session() {
    return Optional.ofNullable(session);
  }

  Optional<String> reference() {
    return Optional.ofNullable(reference);
  }

  Optional<String> namespace() {
    return Optional.ofNullable(namespace);
  }

  boolean wantsOutput() {
    return wantsOutput;
  }

  /// Names the session in the answer's headers.
  void answer(String id) {
    answer = id;
  }

  @Override
  public void onBeforeSendingHeaders(CallHeaders outgoing) {
    String id = answer;
    if (id != null) {
      outgoing.insert(SESSION, id);
      outgoing.insert("set-cookie", COOKIE + id);
    }
  }

  @Override
  public void onCallCompleted(CallStatus status) {}

  @Override
  public void onCallErrored(Throwable error) {}
}
