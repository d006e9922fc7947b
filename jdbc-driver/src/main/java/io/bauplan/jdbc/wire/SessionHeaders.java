package io.bauplan.jdbc.wire;

import io.grpc.Metadata;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/// The headers that make a chain of calls one session: who calls, the starting branch and
/// namespace, and the id that the server gave the session.
final class SessionHeaders {
  static final Metadata.Key<String> AUTHORIZATION = key("authorization");
  private static final Metadata.Key<String> SESSION = key("x-bauplan-session");
  private static final Metadata.Key<String> REF = key("x-bauplan-ref");
  private static final Metadata.Key<String> NAMESPACE = key("x-bauplan-namespace");
  private static final Metadata.Key<String> SET_COOKIE = key("set-cookie");
  private static final String COOKIE_NAME = "bauplan-session=";
  private static final int MAX_SESSION_ID_CHARS = 256;

  private final @Nullable String ref;
  private final @Nullable String namespace;
  private volatile @Nullable String authorization;
  private volatile @Nullable String session;
  private volatile boolean lost;

  SessionHeaders(@Nullable String ref, @Nullable String namespace) {
    this.ref = ref;
    this.namespace = namespace;
  }

  void authorizeBearer(String token) {
    authorization = "Bearer " + token;
  }

  void authorizeBasic(String user, String password) {
    byte[] pair = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
    authorization = "Basic " + Base64.getEncoder().encodeToString(pair);
  }

  boolean hasSession() {
    return session != null;
  }

  /// The id that calls carry; null until the server has given one.
  @Nullable String session() {
    return session;
  }

  /// Fails when the server has answered with another session than it was called with: it has
  /// restarted, or the session has idled out. The branch and namespace chosen since then are gone,
  /// so going on could change the wrong branch.
  void requireAlive() throws SQLException {
    if (lost) {
      throw SqlErrors.of(
          SqlErrors.CONNECTION_LOST,
          "the server no longer knows this session, and with it the branch and namespace in use;"
              + " connect again");
    }
  }

  /// @param sent the session id that the call carries
  Metadata outgoing(@Nullable String sent) {
    Metadata headers = new Metadata();
    put(headers, AUTHORIZATION, authorization);
    put(headers, SESSION, sent);
    put(headers, REF, ref);
    put(headers, NAMESPACE, namespace);
    return headers;
  }

  /// Takes over what the server says about session and token. A server that says nothing is fine.
  ///
  /// @param sent the session id that the call carried
  void learn(Metadata incoming, @Nullable String sent) {
    String id = incoming.get(SESSION);
    Iterable<String> cookies = incoming.getAll(SET_COOKIE);
    if (id == null && cookies != null) {
      for (String cookie : cookies) {
        if (cookie.startsWith(COOKIE_NAME)) {
          int end = cookie.indexOf(';');
          id = cookie.substring(COOKIE_NAME.length(), end < 0 ? cookie.length() : end).trim();
        }
      }
    }
    if (id != null && !id.isEmpty() && id.length() <= MAX_SESSION_ID_CHARS) {
      if (sent != null && !sent.equals(id)) {
        lost = true;
      } else if (session == null) {
        session = id;
      }
    }
    String granted = incoming.get(AUTHORIZATION);
    if (granted != null && granted.startsWith("Bearer ")) {
      authorization = granted;
    }
  }

  private static void put(Metadata headers, Metadata.Key<String> key, @Nullable String value) {
    if (value != null) {
      headers.put(key, value);
    }
  }

  private static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }
}
