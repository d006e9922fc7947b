package io.bauplan.exec.run;

import io.bauplan.sql.project.PipelineDag;
import io.bauplan.sql.session.ModelScope;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// The names that one model's queries see: the finished nodes of the run, but not the model itself,
/// so that a model may read the table it replaces.
final class RunScope implements ModelScope {
  private final PipelineDag dag;
  private final Map<io.bauplan.sql.project.Model, NodeResult> results;
  private final Optional<io.bauplan.sql.project.Model> reader;

  private RunScope(
      PipelineDag dag,
      Map<io.bauplan.sql.project.Model, NodeResult> results,
      Optional<io.bauplan.sql.project.Model> reader) {
    this.dag = dag;
    this.results = results;
    this.reader = reader;
  }

  static RunScope of(PipelineDag dag) {
    return new RunScope(dag, new ConcurrentHashMap<>(), Optional.empty());
  }

  RunScope readBy(io.bauplan.sql.project.Model model) {
    return new RunScope(dag, results, Optional.of(model));
  }

  void put(io.bauplan.sql.project.Model model, NodeResult result) {
    results.put(model, result);
  }

  Optional<NodeResult> result(String name) {
    return dag.find(name)
        .filter(model -> !reader.filter(model::equals).isPresent())
        .map(results::get);
  }

  @Override
  public Optional<ModelScope.Model> find(String name) {
    return result(name)
        .flatMap(
            result ->
                switch (result) {
                  case NodeResult.Inlined(String model, String sql) ->
                      Optional.of(new ModelScope.Model.Sql(model, sql));
                  case NodeResult.Intermediate intermediate ->
                      Optional.of(
                          new ModelScope.Model.Intermediate(
                              intermediate.id(), intermediate.columns()));
                  case NodeResult.Stored ignored -> Optional.<ModelScope.Model>empty();
                  case NodeResult.Checked ignored -> Optional.<ModelScope.Model>empty();
                });
  }
}
