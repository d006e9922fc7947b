package io.bauplan.exec.run;

import io.bauplan.sql.catalog.Catalog;
import io.bauplan.sql.catalog.CatalogEntry;
import io.bauplan.sql.catalog.CatalogTable;
import io.bauplan.sql.catalog.PinnedRef;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.explain.Explanation;
import io.bauplan.sql.explain.Explanation.Part;
import io.bauplan.sql.explain.FileTotals;
import io.bauplan.sql.explain.PlanNodes;
import io.bauplan.sql.parser.FilterText;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PlannedStatement;
import io.bauplan.sql.plan.RowType;
import io.bauplan.sql.plan.ScanColumn;
import io.bauplan.sql.plan.TableRef;
import io.bauplan.sql.project.Materialization;
import io.bauplan.sql.project.Model;
import io.bauplan.sql.project.ModelInput;
import io.bauplan.sql.project.PipelineDag;
import io.bauplan.sql.session.ModelScope;
import io.bauplan.sql.session.Session;
import io.bauplan.sql.session.StatementPlanner;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// A project's models planned without running them. What a function returns is known only where an
/// earlier run left its table; a model that reads it before that is not planned, and says so.
final class PipelineExplanation {
  private final Catalog catalog;
  private final StatementPlanner planner;
  private final Session session;
  private final PinnedRef at;
  private final PipelineDag dag;
  private final RunParameters parameters;
  private final Map<String, ModelScope.Model> known = new HashMap<>();

  PipelineExplanation(
      Catalog catalog,
      StatementPlanner planner,
      Session session,
      PinnedRef at,
      PipelineDag dag,
      RunParameters parameters) {
    this.catalog = catalog;
    this.planner = planner;
    this.session = session;
    this.at = at;
    this.dag = dag;
    this.parameters = parameters;
  }

  Explanation explain(Explanation.Mode mode) {
    List<Part> parts = new ArrayList<>();
    for (Model model : dag.ordered()) {
      List<String> parents = dag.parents(model).stream().map(Model::name).toList();
      String heading = ModelHeading.of(model);
      List<Model> unknown = dag.parents(model).stream().filter(p -> !isKnown(p)).toList();
      if (!unknown.isEmpty()) {
        heading +=
            "; not planned: the columns of "
                + String.join(", ", unknown.stream().map(Model::name).toList())
                + " are known once it ran";
        parts.add(Part.nothing("").named(model.name(), heading, parents));
        continue;
      }
      switch (model) {
        case Model.Sql sql -> parts.add(sql(sql, heading, parents, mode));
        case Model.Function function -> {
          stored(function).ifPresent(columns -> keep(function, columns));
          parts.addAll(inputs(function, function.inputs(), heading, parents));
        }
        case Model.Expectation expectation ->
            parts.addAll(inputs(expectation, expectation.inputs(), heading, parents));
      }
    }
    return new Explanation(mode, parts);
  }

  private boolean isKnown(Model model) {
    return known.containsKey(key(model));
  }

  private static String key(Model model) {
    return model.name().toLowerCase(Locale.ROOT);
  }

  private void keep(Model model, RowType columns) {
    known.put(key(model), new ModelScope.Model.Intermediate(model.name(), columns));
  }

  private Part sql(Model.Sql model, String heading, List<String> parents, Explanation.Mode mode) {
    String text = parameters.replace(model.text());
    boolean inlined =
        model.materialization() == Materialization.NONE && dag.children(model).size() == 1;
    Part part;
    try {
      RowType columns = query(model, text).output();
      part =
          mode == Explanation.Mode.LOGICAL
              ? logical(model, text)
              : Part.of("", PlanNodes.of(query(model, text), totals()));
      if (inlined) {
        known.put(key(model), new ModelScope.Model.Sql(model.name(), text));
      } else {
        keep(model, columns);
      }
    } catch (EngineException e) {
      throw e.position().map(p -> e.withPosition(p.in(model.position().source()))).orElse(e);
    }
    return part.named(
        model.name(), heading + (inlined ? "; planned into its reader" : ""), parents);
  }

  private Part logical(Model model, String text) {
    return Part.of("", planner.logical(text, session, scope(model)));
  }

  /// What the worker reads for a function.
  private List<Part> inputs(
      Model model, List<ModelInput> inputs, String heading, List<String> parents) {
    List<Part> parts = new ArrayList<>();
    for (ModelInput input : inputs) {
      if (input instanceof ModelInput.Table table) {
        String sql =
            InputQueries.sql(table, filter -> FilterText.of(parameters.replace(filter)).sql());
        try {
          parts.add(
              Part.of("", PlanNodes.of(query(model, sql), totals()))
                  .named(model.name(), parts.isEmpty() ? heading : "", parents));
        } catch (EngineException e) {
          throw InputQueries.failure(model, table, e);
        }
      }
    }
    return parts.isEmpty()
        ? List.of(Part.nothing("").named(model.name(), heading, parents))
        : parts;
  }

  private PhysicalPlan query(Model model, String sql) {
    if (planner.plan(sql, session, scope(model)) instanceof PlannedStatement.Query query) {
      return query.plan();
    }
    throw RunContext.notAQuery(model);
  }

  private ModelScope scope(Model reader) {
    return name ->
        name.equalsIgnoreCase(reader.name())
            ? Optional.empty()
            : Optional.ofNullable(known.get(name.toLowerCase(Locale.ROOT)));
  }

  private FileTotals totals() {
    return FileTotals.of(catalog, at);
  }

  private Optional<RowType> stored(Model model) {
    TableRef name = new TableRef(session.namespace(), model.name());
    return catalog.find(at, name).orElse(null) instanceof CatalogEntry.Table(CatalogTable table)
        ? Optional.of(new RowType(table.columns().stream().map(ScanColumn::column).toList()))
        : Optional.empty();
  }
}
