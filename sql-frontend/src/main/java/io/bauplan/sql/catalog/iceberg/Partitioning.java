package io.bauplan.sql.catalog.iceberg;

import io.bauplan.sql.catalog.TableDefinition;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.error.NearestName;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.expressions.Term;
import org.apache.iceberg.types.Types.NestedField;

/// `PARTITIONED BY` as an Iceberg partition spec.
final class Partitioning {
  private static final Pattern PARAMETERISED =
      Pattern.compile("(bucket|truncate)\\s*[\\[(]\\s*(\\d{1,9})\\s*[\\])]");

  private Partitioning() {}

  static PartitionSpec spec(Schema schema, List<TableDefinition.Partitioning> partitioning) {
    PartitionSpec.Builder spec = PartitionSpec.builderFor(schema);
    for (TableDefinition.Partitioning field : partitioning) {
      NestedField column = column(schema, field.column());
      try {
        add(spec, column.name(), field.transform().strip().toLowerCase(Locale.ROOT));
      } catch (IllegalArgumentException | ValidationException e) {
        throw new EngineException(
            ErrorCode.INVALID_ARGUMENT,
            "cannot partition by "
                + field.transform()
                + " of column \""
                + column.name()
                + "\": "
                + e.getMessage(),
            e);
      }
    }
    try {
      return spec.build();
    } catch (IllegalArgumentException | ValidationException e) {
      throw new EngineException(
          ErrorCode.INVALID_ARGUMENT, "invalid partitioning: " + e.getMessage(), e);
    }
  }

  /// A partition field for a change of an existing table's partitioning.
  static Term term(Schema schema, TableDefinition.Partitioning field) {
    String column = column(schema, field.column()).name();
    String transform = field.transform();
    return switch (transform) {
      case "identity" -> Expressions.ref(column);
      case "year" -> Expressions.year(column);
      case "month" -> Expressions.month(column);
      case "day" -> Expressions.day(column);
      case "hour" -> Expressions.hour(column);
      default -> {
        Matcher matcher = PARAMETERISED.matcher(transform);
        if (!matcher.matches()) {
          throw new IllegalArgumentException("there is no transform " + transform);
        }
        int parameter = Integer.parseInt(matcher.group(2));
        yield matcher.group(1).equals("bucket")
            ? Expressions.bucket(column, parameter)
            : Expressions.truncate(column, parameter);
      }
    };
  }

  private static NestedField column(Schema schema, String name) {
    NestedField column = schema.findField(name);
    if (column == null) {
      column = schema.caseInsensitiveFindField(name);
    }
    if (column == null) {
      List<String> names = schema.columns().stream().map(NestedField::name).toList();
      throw new EngineException(
          ErrorCode.COLUMN_NOT_FOUND,
          "the partitioning names column \"" + name + "\", which the table does not have",
          null,
          NearestName.hint(name, names).orElse(null),
          null);
    }
    return column;
  }

  private static void add(PartitionSpec.Builder spec, String column, String transform) {
    switch (transform) {
      case "identity" -> spec.identity(column);
      case "year", "years" -> spec.year(column);
      case "month", "months" -> spec.month(column);
      case "day", "days", "date" -> spec.day(column);
      case "hour", "hours" -> spec.hour(column);
      default -> {
        Matcher matcher = PARAMETERISED.matcher(transform);
        if (!matcher.matches()) {
          throw new IllegalArgumentException(
              "the transforms are identity, year, month, day, hour, bucket[n] and truncate[n]");
        }
        int parameter = Integer.parseInt(matcher.group(2));
        if (matcher.group(1).equals("bucket")) {
          spec.bucket(column, parameter);
        } else {
          spec.truncate(column, parameter);
        }
      }
    }
  }
}
