package io.bauplan.server.endpoint;

import io.bauplan.sql.session.Session;
import java.util.concurrent.atomic.AtomicReference;

/// One client's session: an id that only it knows, and the state that `USE` and `SET` change.
final class ServerSession {
  private final String id;
  private final AtomicReference<Session> state;

  ServerSession(String id, Session initial) {
    this.id = id;
    this.state = new AtomicReference<>(initial);
  }

  String id() {
    return id;
  }

  Session state() {
    return state.get();
  }

  void become(Session next) {
    state.set(next);
  }
}
