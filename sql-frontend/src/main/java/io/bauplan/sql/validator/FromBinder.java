package io.bauplan.sql.validator;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.parser.VersionedTable;
import io.bauplan.sql.plan.TableRef;
import io.bauplan.sql.validator.TableResolver.Resolution;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.apache.calcite.jdbc.CalciteSchema;
import org.apache.calcite.schema.impl.AbstractSchema;
import org.apache.calcite.sql.SqlBasicCall;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlJoin;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlUnresolvedFunction;
import org.apache.calcite.sql.SqlWith;
import org.apache.calcite.sql.SqlWithItem;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.jspecify.annotations.Nullable;

/// Walks a query before validation, resolves every name in FROM and puts the canonical name in its
/// place; the tables go into a schema made for this query alone. So the validator never asks the
/// catalog, errors about tables are ours, and time travel, files and table functions are ordinary
/// names to it.
public final class FromBinder {
  private final TableResolver resolver;
  private final CalciteSchema root = CalciteSchema.createRootSchema(false, false);
  private final Deque<List<SqlWithItem>> scopes = new ArrayDeque<>();
  private final Set<String> columns = new LinkedHashSet<>();
  private final Set<SqlSelect> derived = Collections.newSetFromMap(new IdentityHashMap<>());
  private int generatedNames;

  public FromBinder(TableResolver resolver) {
    this.resolver = resolver;
  }

  /// Rewrites `query` in place.
  public SqlNode bind(SqlNode query) {
    if (query instanceof SqlIdentifier) {
      return bindFrom(query);
    }
    visit(query);
    return query;
  }

  /// The tables found, as the validator needs them.
  public CalciteSchema schema() {
    return root;
  }

  /// Names of the columns of all tables found, for hints in errors.
  public Set<String> columns() {
    return columns;
  }

  /// The queries whose columns another one reads by name.
  public Set<SqlSelect> derived() {
    return derived;
  }

  private void visit(@Nullable SqlNode node) {
    switch (node) {
      case null -> {}
      case SqlSelect select -> {
        SqlNode from = select.getFrom();
        if (from != null) {
          select.setFrom(bindFrom(from));
        }
        for (int i = 0; i < select.operandCount(); i++) {
          SqlNode operand = select.getOperandList().get(i);
          if (operand != select.getFrom()) {
            visit(operand);
          }
        }
      }
      case SqlWith with -> visitWith(with);
      case SqlNodeList list -> list.forEach(this::visit);
      case SqlJoin join -> bindFrom(join);
      case SqlCall call -> {
        if (call instanceof SqlBasicCall basic
            && call.operandCount() == 2
            && call.getOperator().getName().equalsIgnoreCase("DATE_TRUNC")) {
          basic.setOperator(EngineFunctions.DATE_TRUNC);
        }
        if (call instanceof SqlBasicCall basic) {
          bindPercentile(basic);
          bindScalar(basic);
        }
        if (call.getKind() == SqlKind.EXPLICIT_TABLE) {
          call.setOperand(0, bindFrom(call.operand(0)));
        } else {
          call.getOperandList().forEach(this::visit);
        }
      }
      default -> {}
    }
  }

  private void bindScalar(SqlBasicCall call) {
    if (call.getOperator() instanceof SqlUnresolvedFunction) {
      resolver
          .scalar(call)
          .ifPresent(
              found -> {
                call.setOperator(found.getOperator());
                for (int i = 0; i < found.operandCount(); i++) {
                  call.setOperand(i, found.operand(i));
                }
              });
    }
  }

  private static void bindPercentile(SqlBasicCall call) {
    String name = call.getOperator().getName().toUpperCase(Locale.ROOT);
    boolean pair = call.operandCount() == 2;
    if (name.equals("PERCENTILE_CONT")) {
      call.setOperator(pair ? EngineAggregates.QUANTILE_CONT : EngineAggregates.PERCENTILE_CONT);
    } else if (name.equals("PERCENTILE_DISC") && pair) {
      call.setOperator(EngineAggregates.QUANTILE_DISC);
    }
  }

  private void visitWith(SqlWith with) {
    List<SqlWithItem> items = new ArrayList<>();
    scopes.push(items);
    for (SqlNode node : with.withList) {
      SqlWithItem item = (SqlWithItem) node;
      String name = item.name.getSimple();
      derive(item.query);
      if (items.stream().anyMatch(other -> other.name.getSimple().equalsIgnoreCase(name))) {
        throw new EngineException(
            ErrorCode.DUPLICATE_NAME,
            "WITH defines \"" + name + "\" twice",
            Positions.of(item.name.getParserPosition()));
      }
      // Only a recursive item sees itself.
      if (item.recursive.booleanValue()) {
        items.add(item);
        visit(item.query);
      } else {
        visit(item.query);
        items.add(item);
      }
    }
    visit(with.body);
    scopes.pop();
  }

  private SqlNode bindFrom(SqlNode from) {
    return switch (from) {
      case SqlIdentifier name -> bindName(name);
      case VersionedTable table ->
          register(
              resolver.versioned(table), table.table().names.getLast(), table.getParserPosition());
      case ChangedTable table ->
          register(
              resolver.changed(table), table.table().names.getLast(), table.getParserPosition());
      case SqlJoin join -> {
        join.setLeft(bindFrom(join.getLeft()));
        join.setRight(bindFrom(join.getRight()));
        visit(join.getCondition());
        yield join;
      }
      case SqlSelect select -> {
        derive(select);
        visit(select);
        yield select;
      }
      case SqlCall call -> bindCall(call);
      default -> from;
    };
  }

  /// Of a set operation the first query names the columns.
  private void derive(SqlNode query) {
    switch (query.getKind()) {
      case SELECT -> derived.add((SqlSelect) query);
      case WITH -> derive(((SqlWith) query).body);
      case ORDER_BY, UNION, INTERSECT, EXCEPT -> derive(((SqlCall) query).operand(0));
      default -> {}
    }
  }

  private SqlNode bindCall(SqlCall call) {
    derive(call);
    return switch (call.getKind()) {
      case AS -> {
        SqlNode bound = bindFrom(call.operand(0));
        // A generated name brings an alias of its own; the user's wins.
        call.setOperand(0, bound.getKind() == SqlKind.AS ? ((SqlCall) bound).operand(0) : bound);
        yield call;
      }
      case COLLECTION_TABLE -> bindFunction(call, call.operand(0));
      case LATERAL, TABLESAMPLE, PIVOT, UNPIVOT, MATCH_RECOGNIZE, EXTEND, TABLE_REF -> {
        call.setOperand(0, bindFrom(call.operand(0)));
        for (int i = 1; i < call.operandCount(); i++) {
          visit(call.operand(i));
        }
        yield call;
      }
      default -> {
        visit(call);
        yield call;
      }
    };
  }

  private SqlNode bindFunction(SqlCall whole, SqlNode function) {
    if (!(function instanceof SqlCall call) || !resolver.handles(call)) {
      visit(function);
      return whole;
    }
    Resolution found = resolver.function(call, scopes.stream().flatMap(List::stream).toList());
    return register(found, call.getOperator().getName(), whole.getParserPosition());
  }

  private SqlNode bindName(SqlIdentifier name) {
    if (name.isSimple() && isCommonTable(name.getSimple())) {
      return name;
    }
    Resolution found = resolver.table(name.names, name.getParserPosition());
    List<String> path = path(found.ref());
    define(path, found.ref().name(), found.table());
    return new SqlIdentifier(join(path, found.ref().name()), name.getParserPosition());
  }

  /// Gives a source without a name of its own one that no user can write, with `alias`.
  private SqlNode register(Resolution found, String alias, SqlParserPos position) {
    String name = "\0" + generatedNames++;
    define(List.of(), name, found.table());
    return new SqlBasicCall(
        SqlStdOperatorTable.AS,
        List.of(new SqlIdentifier(name, position), new SqlIdentifier(alias, position)),
        position);
  }

  private boolean isCommonTable(String name) {
    return commonTable(name).isPresent();
  }

  private Optional<SqlWithItem> commonTable(String name) {
    String wanted = name.toLowerCase(Locale.ROOT);
    return scopes.stream()
        .flatMap(List::stream)
        .filter(item -> item.name.getSimple().toLowerCase(Locale.ROOT).equals(wanted))
        .findFirst();
  }

  private void define(List<String> path, String name, ResolvedTable table) {
    CalciteSchema schema = root;
    for (String level : path) {
      CalciteSchema next = schema.getSubSchema(level, false);
      schema = next == null ? schema.add(level, new AbstractSchema()) : next;
    }
    schema.add(name, table);
    table.source().columns().columns().forEach(column -> columns.add(column.name()));
  }

  private static List<String> path(TableRef ref) {
    return ref.namespace();
  }

  private static List<String> join(List<String> path, String name) {
    List<String> names = new ArrayList<>(path);
    names.add(name);
    return names;
  }
}
