package io.bauplan.server.endpoint;

import io.bauplan.sql.session.Session;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.flight.GetSessionOptionsResult;
import org.apache.arrow.flight.NoOpSessionOptionValueVisitor;
import org.apache.arrow.flight.SessionOptionValueFactory;
import org.apache.arrow.flight.SetSessionOptionsRequest;
import org.apache.arrow.flight.SetSessionOptionsResult;

/// Flight's session options: `schema` (the default namespace), `ref` (branch, tag or commit) and
/// `timezone`.
final class SessionOptions {
  private static final String SCHEMA = "schema";
  private static final String REFERENCE = "ref";
  private static final String ZONE = "timezone";

  private SessionOptions() {}

  static SetSessionOptionsResult set(ServerSession session, SetSessionOptionsRequest request) {
    Map<String, SetSessionOptionsResult.Error> errors = new LinkedHashMap<>();
    request
        .getSessionOptions()
        .forEach(
            (name, option) -> {
              String value =
                  option.acceptVisitor(
                      new NoOpSessionOptionValueVisitor<String>() {
                        @Override
                        public String visit(String text) {
                          return text;
                        }
                      });
              if (value == null) {
                errors.put(name, error(SetSessionOptionsResult.ErrorValue.INVALID_VALUE));
              } else {
                set(session, name, value, errors);
              }
            });
    return new SetSessionOptionsResult(errors);
  }

  private static void set(
      ServerSession session,
      String name,
      String value,
      Map<String, SetSessionOptionsResult.Error> errors) {
    Session state = session.state();
    switch (name) {
      case SCHEMA -> session.become(state.withNamespace(List.of(value.split("\\."))));
      case REFERENCE -> session.become(state.withReference(value));
      case ZONE -> {
        try {
          session.become(
              new Session(
                  state.principal(),
                  state.reference(),
                  state.namespace(),
                  ZoneId.of(value),
                  state.settings()));
        } catch (DateTimeException e) {
          errors.put(name, error(SetSessionOptionsResult.ErrorValue.INVALID_VALUE));
        }
      }
      default -> errors.put(name, error(SetSessionOptionsResult.ErrorValue.INVALID_NAME));
    }
  }

  private static SetSessionOptionsResult.Error error(SetSessionOptionsResult.ErrorValue value) {
    return new SetSessionOptionsResult.Error(value);
  }

  static GetSessionOptionsResult get(ServerSession session) {
    Session state = session.state();
    return new GetSessionOptionsResult(
        Map.of(
            SCHEMA,
            SessionOptionValueFactory.makeSessionOptionValue(String.join(".", state.namespace())),
            REFERENCE,
            SessionOptionValueFactory.makeSessionOptionValue(state.reference()),
            ZONE,
            SessionOptionValueFactory.makeSessionOptionValue(state.zone().getId())));
  }
}
