package io.bauplan.server.endpoint;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import io.bauplan.server.auth.Credentials;
import io.bauplan.sql.session.Principal;
import io.bauplan.sql.session.Session;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.flight.FlightProducer.CallContext;

/// Sessions by id. A call without a session gets a new one and is told its id; clients that ignore
/// it make a session with every call, so sessions that nobody came back to are kept apart and give
/// way first.
final class Sessions {
  private static final int MAX_SESSIONS = 10_000;
  private static final int MAX_FRESH_SESSIONS = 2_000;
  private static final Duration IDLE = Duration.ofHours(8);
  private static final Duration FRESH_IDLE = Duration.ofMinutes(15);

  private final Cache<String, ServerSession> known =
      CacheBuilder.newBuilder().maximumSize(MAX_SESSIONS).expireAfterAccess(IDLE).build();
  private final Cache<String, ServerSession> fresh =
      CacheBuilder.newBuilder()
          .maximumSize(MAX_FRESH_SESSIONS)
          .expireAfterAccess(FRESH_IDLE)
          .build();

  /// The caller's session; a new one where it named none, or one that has expired or is another's.
  ServerSession of(CallContext context) {
    SessionHeaders headers = context.getMiddleware(SessionHeaders.KEY);
    Principal principal = principal(context);
    Optional<ServerSession> existing =
        headers.session().flatMap(this::find).filter(s -> s.state().principal().equals(principal));
    ServerSession session = existing.orElseGet(() -> create(headers, principal));
    headers.answer(session.id());
    return session;
  }

  private static Principal principal(CallContext context) {
    String peer = context.peerIdentity();
    return peer == null || peer.isEmpty() ? Principal.LOCAL : new Principal(peer);
  }

  private Optional<ServerSession> find(String id) {
    ServerSession session = known.getIfPresent(id);
    if (session != null) {
      return Optional.of(session);
    }
    ServerSession young = fresh.getIfPresent(id);
    if (young != null) {
      known.put(id, young);
      fresh.invalidate(id);
    }
    return Optional.ofNullable(young);
  }

  private ServerSession create(SessionHeaders headers, Principal principal) {
    Session state = Session.DEFAULT.withPrincipal(principal);
    if (headers.reference().isPresent()) {
      state = state.withReference(headers.reference().get());
    }
    if (headers.namespace().isPresent()) {
      state = state.withNamespace(List.of(headers.namespace().get().split("\\.")));
    }
    ServerSession session = new ServerSession(Credentials.newToken(), state);
    fresh.put(session.id(), session);
    return session;
  }

  void close(ServerSession session) {
    known.invalidate(session.id());
    fresh.invalidate(session.id());
  }
}
