package io.bauplan.server.endpoint;

import io.bauplan.exec.engine.StatementShape;
import io.bauplan.server.wire.ResultSchema;
import io.bauplan.sql.plan.Expression.Literal;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/// What a ticket or a prepared statement's handle stands for.
sealed interface StatementHandle {
  ServerSession session();

  String sql();

  StatementShape shape();

  /// A statement waiting for its DoGet. Those that change something run once, however often they
  /// are fetched.
  ///
  /// @param outcome what an update did, once it ran
  record Ticketed(
      ServerSession session,
      String sql,
      StatementShape shape,
      List<Literal> parameters,
      AtomicBoolean started,
      AtomicReference<@Nullable Outcome> outcome)
      implements StatementHandle {

    Ticketed(ServerSession session, String sql, StatementShape shape, List<Literal> parameters) {
      this(session, sql, shape, parameters, new AtomicBoolean(), new AtomicReference<>());
    }

    record Outcome(long rows, String message) {}

    boolean isUpdate() {
      return shape.output().isEmpty();
    }

    Schema schema() {
      return ResultSchema.of(shape.output().orElse(ResultSchema.AFFECTED_ROWS_TYPE));
    }
  }

  /// @param bound the row of values bound last; null = none yet
  record Prepared(
      ServerSession session,
      String sql,
      StatementShape shape,
      AtomicReference<@Nullable List<Literal>> bound)
      implements StatementHandle {

    Schema resultSchema() {
      return ResultSchema.of(shape.output().orElse(ResultSchema.AFFECTED_ROWS_TYPE));
    }
  }
}
