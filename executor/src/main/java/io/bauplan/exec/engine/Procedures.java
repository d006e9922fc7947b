package io.bauplan.exec.engine;

import io.bauplan.exec.job.Jobs;
import io.bauplan.exec.scan.generate.Generators;
import io.bauplan.sql.catalog.Catalog;
import io.bauplan.sql.catalog.Catalog.OnExisting;
import io.bauplan.sql.catalog.CommitInfo;
import io.bauplan.sql.catalog.TableDefinition;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.error.NearestName;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PlannedStatement;
import io.bauplan.sql.plan.RowType;
import io.bauplan.sql.plan.TableRef;
import io.bauplan.sql.plan.WrittenFile;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// `CALL system.<procedure>(...)`. To add one: a case in [#call], its method, a line in
/// `docs/sql.md`.
final class Procedures {
  private static final List<String> NAMES =
      List.of(
          "generate_tpch",
          "generate_tpcds",
          "generate_transactions",
          "rollback_to_snapshot",
          "expire_snapshots",
          "register_table",
          "remove_orphan_files",
          "rewrite_data_files",
          "stop_job",
          "vacuum",
          "analyze");

  /// Rows come in this order; the small ones first, so that a wrong argument shows at once.
  private static final List<String> TPCH_TABLES =
      List.of("region", "nation", "supplier", "customer", "part", "partsupp", "orders", "lineitem");

  private static final List<String> TPCDS_TABLES =
      List.of(
          "income_band",
          "reason",
          "ship_mode",
          "warehouse",
          "call_center",
          "store",
          "web_site",
          "web_page",
          "promotion",
          "household_demographics",
          "catalog_page",
          "item",
          "customer_address",
          "customer",
          "date_dim",
          "time_dim",
          "customer_demographics",
          "web_returns",
          "catalog_returns",
          "store_returns",
          "web_sales",
          "catalog_sales",
          "store_sales",
          "inventory");

  static final RowType GENERATED =
      new RowType(
          List.of(
              new Column("table_name", DataType.VARCHAR, false),
              new Column("rows", DataType.INT64, false)));

  private final Catalog catalog;
  private final Jobs jobs;
  private final Maintenance maintenance;

  Procedures(Catalog catalog, Jobs jobs) {
    this.catalog = catalog;
    this.jobs = jobs;
    this.maintenance = new Maintenance(catalog, jobs);
  }

  /// Whether a procedure answers with rows, not with a message.
  static boolean givesRows(String procedure) {
    return procedure.replaceFirst("^system\\.", "").startsWith("generate_");
  }

  StatementResult call(PlannedStatement.Call call, List<String> namespace, StatementRunner runner) {
    String name =
        call.procedure().startsWith("system.")
            ? call.procedure().substring("system.".length())
            : call.procedure();
    return switch (name) {
      case "generate_tpch" -> generateTables(call, "tpch.", TPCH_TABLES, namespace, runner);
      case "generate_tpcds" -> generateTables(call, "tpcds.", TPCDS_TABLES, namespace, runner);
      case "generate_transactions" -> generateTransactions(call, namespace, runner);
      case "rollback_to_snapshot" -> maintenance.rollback(call, namespace);
      case "expire_snapshots" -> maintenance.expire(call, namespace, runner.job().id());
      case "remove_orphan_files" -> maintenance.removeOrphans(call, namespace, runner.job().id());
      case "rewrite_data_files" -> maintenance.rewrite(call, namespace, runner);
      case "vacuum" -> maintenance.vacuum(call, namespace, runner.job().id());
      case "register_table" -> register(call, namespace);
      case "stop_job" -> stopJob(call);
      case "analyze" -> maintenance.analyze(call, namespace, runner);
      default ->
          throw new EngineException(
                  ErrorCode.FUNCTION_NOT_FOUND, "there is no procedure system." + name)
              .withHint(
                  NearestName.nearest(name, NAMES)
                      .map(near -> "did you mean system." + near + "?")
                      .orElse("there are: system." + String.join(", system.", NAMES)));
    };
  }

  /// `register_table(table => 'ns.t', metadata_file => '.../x.metadata.json')`
  private StatementResult register(PlannedStatement.Call call, List<String> namespace) {
    Arguments arguments = new Arguments(call, List.of("table", "metadata_file"));
    List<String> parts = List.of(arguments.required("table").split("\\.", -1));
    TableRef name =
        parts.size() == 1
            ? new TableRef(namespace, parts.getFirst())
            : new TableRef(parts.subList(0, parts.size() - 1), parts.getLast());
    catalog.registerTable(
        Maintenance.branch(call),
        name,
        arguments.required("metadata_file"),
        CommitInfo.of("REGISTER " + name.dotted()));
    return new StatementResult.Updated(0, "Registered table " + name.dotted());
  }

  /// `stop_job(job => 'id')`
  private StatementResult stopJob(PlannedStatement.Call call) {
    String id = new Arguments(call, List.of("job")).required("job");
    jobs.stop(id);
    return new StatementResult.Updated(0, "Stopping job " + id);
  }

  /// `generate_tpch(scale => 0.1, namespace => 'tpch')`, `generate_tpcds` alike.
  private StatementResult generateTables(
      PlannedStatement.Call call,
      String generators,
      List<String> tables,
      List<String> namespace,
      StatementRunner runner) {
    Arguments arguments = new Arguments(call, List.of("scale", "namespace"));
    String scale = arguments.text("scale", "1");
    List<String> target =
        arguments.has("namespace")
            ? List.of(arguments.text("namespace", "").split("\\."))
            : namespace;
    List<List<@Nullable Object>> made = new ArrayList<>();
    for (String table : tables) {
      made.add(
          generate(
              call,
              new TableRef(target, table),
              generators + table,
              Map.of("scale", scale),
              runner));
    }
    return new StatementResult.Rows(runner.start(new PhysicalPlan.Values(GENERATED, made)));
  }

  /// `generate_transactions(rows => 1000000, table => 'transactions', seed => 42)`
  private StatementResult generateTransactions(
      PlannedStatement.Call call, List<String> namespace, StatementRunner runner) {
    Arguments arguments = new Arguments(call, List.of("rows", "table", "seed"));
    String[] name = arguments.text("table", "transactions").split("\\.");
    TableRef table =
        name.length == 1
            ? new TableRef(namespace, name[0])
            : new TableRef(List.of(name).subList(0, name.length - 1), name[name.length - 1]);
    Map<String, String> generator =
        Map.of("rows", arguments.text("rows", "1000000"), "seed", arguments.text("seed", "42"));
    List<@Nullable Object> made = generate(call, table, "transactions", generator, runner);
    return new StatementResult.Rows(
        runner.start(new PhysicalPlan.Values(GENERATED, List.of(made))));
  }

  private List<@Nullable Object> generate(
      PlannedStatement.Call call,
      TableRef table,
      String generator,
      Map<String, String> arguments,
      StatementRunner runner) {
    RowType columns = Generators.rowType(generator, arguments);
    PhysicalPlan source = new PhysicalPlan.Generate(generator, arguments, columns, 0);
    List<WrittenFile> written = new ArrayList<>();
    catalog.createTableAs(
        call.branch(),
        new TableDefinition(table, columns.columns(), List.of(), Map.of()),
        target -> {
          written.clear();
          written.addAll(runner.write(source, target));
          return List.copyOf(written);
        },
        OnExisting.REPLACE,
        CommitInfo.of("CALL " + call.procedure()));
    List<@Nullable Object> row = new ArrayList<>();
    row.add(table.dotted());
    row.add(StatementRunner.rows(written));
    return row;
  }

  /// Named and positional arguments of one call.
  static final class Arguments {
    private final Map<String, @Nullable Object> byName =
        new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

    Arguments(PlannedStatement.Call call, List<String> names) {
      call.arguments()
          .forEach(
              (key, value) -> {
                String name =
                    key.chars().allMatch(Character::isDigit)
                            && Integer.parseInt(key) <= names.size()
                        ? names.get(Integer.parseInt(key) - 1)
                        : key;
                if (names.stream().noneMatch(name::equalsIgnoreCase)) {
                  throw new EngineException(
                          ErrorCode.INVALID_ARGUMENT,
                          call.procedure() + " has no parameter \"" + key + "\"")
                      .withHint("its parameters are: " + String.join(", ", names));
                }
                byName.put(name, value);
              });
    }

    boolean has(String name) {
      return byName.get(name) != null;
    }

    String required(String name) {
      if (!has(name)) {
        throw new EngineException(
            ErrorCode.INVALID_ARGUMENT, "the parameter \"" + name + "\" must be given");
      }
      return text(name, "");
    }

    long whole(String name, OptionalLong otherwise) {
      if (!has(name) && otherwise.isPresent()) {
        return otherwise.getAsLong();
      }
      String text = required(name);
      try {
        return Long.parseLong(text);
      } catch (NumberFormatException e) {
        throw new EngineException(
            ErrorCode.INVALID_ARGUMENT, name + " is " + text + ", but must be a whole number", e);
      }
    }

    /// A timestamp, or a text that is one.
    Optional<Instant> time(String name) {
      Object value = byName.get(name);
      if (value instanceof Long micros) {
        return Optional.of(Instant.EPOCH.plus(micros, ChronoUnit.MICROS));
      }
      if (value == null) {
        return Optional.empty();
      }
      try {
        String iso = value.toString().strip().replace(' ', 'T');
        return Optional.of(
            iso.endsWith("Z")
                ? Instant.parse(iso)
                : LocalDateTime.parse(iso).toInstant(ZoneOffset.UTC));
      } catch (DateTimeParseException e) {
        throw new EngineException(
                ErrorCode.INVALID_DATETIME, name + " is '" + value + "', which is not a time", e)
            .withHint("write it as TIMESTAMP '2026-01-31 12:00:00'");
      }
    }

    /// Names in a list, or in a text with commas between them.
    List<String> names(String name) {
      Object value = byName.get(name);
      if (value instanceof List<?> list) {
        return list.stream().map(String::valueOf).toList();
      }
      return value == null
          ? List.of()
          : Arrays.stream(value.toString().split(",")).map(String::strip).toList();
    }

    String text(String name, String otherwise) {
      Object value = byName.get(name);
      return value == null ? otherwise : value.toString();
    }
  }
}
