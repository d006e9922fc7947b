package io.bauplan.server.endpoint;

import io.bauplan.sql.session.Session;

/// One client's session: an id that only it knows, and the state that `USE` and `SET` change.
final class ServerSession {
  private final String id;
  private volatile Session state;

  ServerSession(String id, Session initial) {
    this.id = id;
    this.state = initial;
  }

  String id() {
    return id;
  }

  Session state() {
    return state;
  }

  void become(Session next) {
    state = next;
  }
}
