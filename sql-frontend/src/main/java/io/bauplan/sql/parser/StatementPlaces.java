package io.bauplan.sql.parser;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorType;
import io.bauplan.sql.error.SourcePosition;
import java.util.Optional;
import org.apache.calcite.sql.SqlIdentifier;

/// Where in a statement's text an error belongs that came from the catalog, which knows no texts:
/// the name that the statement is about, or all of it. Errors while rows are computed stay without
/// a place.
public final class StatementPlaces {
  private StatementPlaces() {}

  public static EngineException placed(EngineException error, String sql) {
    if (error.position().isPresent() || error.code().type() != ErrorType.USER) {
      return error;
    }
    try {
      return of(SqlText.parse(sql)).map(error::withPosition).orElse(error);
    } catch (EngineException e) {
      return error;
    }
  }

  private static Optional<SourcePosition> of(Statement statement) {
    return switch (statement) {
      case DefinitionStatement.AlterTable s -> Optional.of(of(s.table()));
      case DefinitionStatement.CreateTable s -> Optional.of(of(s.name()));
      case DefinitionStatement.CreateView s -> Optional.of(of(s.name()));
      case DefinitionStatement.CreateNamespace s -> Optional.of(of(s.name()));
      case DefinitionStatement.Drop s -> Optional.of(of(s.name()));
      case DefinitionStatement s -> Optional.of(s.position());
      case ReferenceStatement s -> Optional.of(s.position());
      case ShowStatement s -> Optional.of(s.position());
      case JobStatement s -> Optional.of(s.position());
      case SessionStatement s -> Optional.of(s.position());
      default -> Optional.empty();
    };
  }

  private static SourcePosition of(SqlIdentifier name) {
    return Positions.of(name.getParserPosition());
  }
}
