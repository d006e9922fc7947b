package io.bauplan.exec.run;

import io.bauplan.exec.worker.FunctionTask;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.parser.FilterText;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.project.Model;
import io.bauplan.sql.project.ModelInput;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/// Turns a function's declared inputs into what the worker gives it: a plan that reads exactly the
/// columns and rows asked for, or the whole table of another model without a copy.
final class InputQueries {
  private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  private final RunContext run;

  InputQueries(RunContext run) {
    this.run = run;
  }

  List<FunctionTask.Input> inputs(Model model, List<ModelInput> declared) {
    List<FunctionTask.Input> inputs = new ArrayList<>();
    for (ModelInput input : declared) {
      inputs.add(
          switch (input) {
            case ModelInput.Value value ->
                new FunctionTask.Input.Value(run.parameters().value(value.name()));
            case ModelInput.Table table -> table(model, table);
          });
    }
    return inputs;
  }

  private FunctionTask.Input table(Model model, ModelInput.Table input) {
    boolean whole = input.columns().isEmpty() && input.filter().isEmpty() && input.ref().isEmpty();
    if (whole
        && run.scope().readBy(model).result(input.name()).orElse(null)
            instanceof NodeResult.Intermediate(String id, var ignored)) {
      return new FunctionTask.Input.Whole(id);
    }
    return new FunctionTask.Input.Rows(plan(model, input));
  }

  /// The query that gives a function's input.
  ///
  /// @param filters makes SQL of the input's filter
  static String sql(ModelInput.Table input, UnaryOperator<String> filters) {
    StringBuilder sql = new StringBuilder("SELECT ");
    if (input.columns().isEmpty()) {
      sql.append('*');
    }
    String separator = "";
    for (String column : input.columns()) {
      // The name as the function wrote it is what the function sees, however the table spells it.
      sql.append(separator).append(name(column)).append(" AS ");
      sql.append(ModelPublication.quoted(column));
      separator = ", ";
    }
    sql.append(" FROM ").append(dotted(input.name()));
    input.ref().ifPresent(ref -> sql.append(" FOR VERSION AS OF ").append(literal(ref)));
    input.filter().ifPresent(filter -> sql.append(" WHERE ").append(filters.apply(filter)));
    return sql.toString();
  }

  private PhysicalPlan plan(Model model, ModelInput.Table input) {
    String sql = sql(input, filter -> filter(model, filter));
    try {
      return run.plan(model, sql);
    } catch (EngineException e) {
      throw failure(model, input, e);
    }
  }

  /// The text was made here: the place that helps is the input's own.
  static EngineException failure(Model model, ModelInput.Table input, EngineException e) {
    return e.position().isPresent() || e.code().type() == io.bauplan.sql.error.ErrorType.USER
        ? new EngineException(
            e.code(),
            "input \""
                + input.parameter()
                + "\" of model \""
                + model.name()
                + "\": "
                + e.getMessage(),
            input.position(),
            e.hint().orElse(null),
            e)
        : e;
  }

  private String filter(Model model, String filter) {
    FilterText text = FilterText.of(run.parameters().replace(filter));
    for (String warning : text.warnings()) {
      run.listener().event(new RunEvent.Note(model.name(), warning));
    }
    return text.sql();
  }

  private static String name(String name) {
    return PLAIN_NAME.matcher(name).matches() ? name : ModelPublication.quoted(name);
  }

  private static String dotted(String name) {
    StringBuilder text = new StringBuilder();
    for (String part : name.split("\\.")) {
      text.append(text.isEmpty() ? "" : ".").append(name(part));
    }
    return text.toString();
  }

  private static String literal(String text) {
    return "'" + text.replace("'", "''") + "'";
  }
}
