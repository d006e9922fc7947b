package io.bauplan.sql.logical;

import io.bauplan.sql.validator.EngineValidator;
import io.bauplan.sql.validator.FromBinder;
import io.bauplan.sql.validator.ValidationErrors;
import java.util.List;
import java.util.Properties;
import org.apache.calcite.config.CalciteConnectionConfigImpl;
import org.apache.calcite.config.CalciteConnectionProperty;
import org.apache.calcite.prepare.CalciteCatalogReader;
import org.apache.calcite.rel.RelRoot;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql2rel.SqlToRelConverter;

/// One query text on its way to a tree: bind names, validate, convert. A view or table argument
/// inside it has a converter of its own over the same statement context.
final class QueryConverter {
  private static final SqlToRelConverter.Config CONFIG =
      SqlToRelConverter.config()
          .withExpand(false)
          .withTrimUnusedFields(false)
          // Of a select list with a correlated sub-query over a projection Calcite would take the
          // columns that it has where the two are merged, and not merge them.
          .addRelBuilderConfigTransform(builder -> builder.withBloat(-1))
          .withRemoveSortInSubQuery(true)
          // A long IN list stays a list: the executor hashes it.
          .withInSubQueryThreshold(Integer.MAX_VALUE);

  private static final CalciteConnectionConfigImpl NAMES = caseInsensitive();

  private final StatementContext context;
  private final CatalogResolver resolver;

  /// @param namespace in which unqualified names resolve
  QueryConverter(StatementContext context, List<String> namespace, ViewPath views) {
    this.context = context;
    this.resolver = new CatalogResolver(context, namespace, views);
  }

  /// A converted query.
  ///
  /// @param parameters types of the `?` in order
  record Converted(RelRoot root, List<RelDataType> parameters) {}

  /// Takes `query` over: it is rewritten in place.
  Converted convert(SqlNode query) {
    QueryLimits.check(query);
    FromBinder binder = new FromBinder(resolver);
    SqlNode bound = binder.bind(query);
    CalciteCatalogReader names =
        new CalciteCatalogReader(binder.schema(), List.of(), context.types(), NAMES);
    EngineValidator validator = new EngineValidator(names, context.types(), binder.derived());
    try {
      return convert(bound, validator, names);
    } catch (RuntimeException | AssertionError e) {
      throw ValidationErrors.of(
          e instanceof RuntimeException r ? r : new IllegalStateException(e), binder::columns);
    }
  }

  private Converted convert(SqlNode bound, EngineValidator validator, CalciteCatalogReader names) {
    SqlNode validated = validator.validate(bound);
    SqlToRelConverter converter =
        new SqlToRelConverter(
            (rowType, queryString, schemaPath, viewPath) -> {
              throw new IllegalStateException("views are expanded before conversion");
            },
            validator,
            names,
            context.cluster(),
            EngineConvertlets.INSTANCE,
            CONFIG);
    RelRoot root = converter.convertQuery(validated, false, true);
    List<RelDataType> parameters =
        validator.getParameterRowType(validated).getFieldList().stream()
            .map(field -> field.getType())
            .toList();
    return new Converted(root, parameters);
  }

  private static CalciteConnectionConfigImpl caseInsensitive() {
    Properties properties = new Properties();
    properties.setProperty(CalciteConnectionProperty.CASE_SENSITIVE.camelName(), "false");
    return new CalciteConnectionConfigImpl(properties);
  }
}
