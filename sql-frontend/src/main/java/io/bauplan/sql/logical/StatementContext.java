package io.bauplan.sql.logical;

import io.bauplan.sql.catalog.Catalog;
import io.bauplan.sql.catalog.PinnedRef;
import io.bauplan.sql.session.FileSchemas;
import io.bauplan.sql.session.ModelScope;
import io.bauplan.sql.session.Session;
import io.bauplan.sql.session.SystemTables;
import io.bauplan.sql.validator.EngineTypeFactory;
import java.time.Instant;
import org.apache.calcite.plan.RelOptCluster;
import org.apache.calcite.plan.hep.HepPlanner;
import org.apache.calcite.plan.hep.HepProgram;
import org.apache.calcite.rex.RexBuilder;

/// What one statement plans with: the commit its names resolve at, its instant, and Calcite's
/// private objects, which are never shared between statements or threads.
public final class StatementContext {
  private static final HepProgram NOTHING = HepProgram.builder().build();

  private final Catalog catalog;
  private final PinnedRef at;
  private final Session session;
  private final ModelScope models;
  private final FileSchemas files;
  private final SystemTables systemTables;
  private final Reads reads;
  private final Instant now;
  private final EngineTypeFactory types;
  private final ConstantFolder folder;
  private final RelOptCluster cluster;

  public StatementContext(
      Catalog catalog,
      PinnedRef at,
      Session session,
      ModelScope models,
      FileSchemas files,
      SystemTables systemTables) {
    this.catalog = catalog;
    this.at = at;
    this.session = session;
    this.models = models;
    this.files = files;
    this.systemTables = systemTables;
    reads = new Reads();
    now = Instant.now();
    types = new EngineTypeFactory();
    folder = new ConstantFolder(now, session);
    HepPlanner planner = new HepPlanner(NOTHING);
    planner.setExecutor(folder);
    cluster = RelOptCluster.create(planner, new RexBuilder(types));
    cluster.setMetadataQuerySupplier(Estimates::newQuery);
  }

  private StatementContext(StatementContext other, PinnedRef at, Session session, Reads reads) {
    this.catalog = other.catalog;
    this.at = at;
    this.session = session;
    this.models = other.models;
    this.files = other.files;
    this.systemTables = other.systemTables;
    this.reads = reads;
    this.now = other.now;
    this.types = other.types;
    this.folder = other.folder;
    this.cluster = other.cluster;
  }

  /// The same statement where names resolve at another commit: the inside of a view read `AT` a
  /// version.
  public StatementContext at(PinnedRef other) {
    return new StatementContext(this, other, session, reads);
  }

  /// The same statement reading for a purpose of its own, not noted in this one's reads.
  StatementContext aside() {
    return new StatementContext(this, at, session, new Reads());
  }

  /// The same, with unqualified names resolved in another namespace.
  public StatementContext in(java.util.List<String> namespace) {
    return new StatementContext(this, at, session.withNamespace(namespace), new Reads());
  }

  public Catalog catalog() {
    return catalog;
  }

  public PinnedRef at() {
    return at;
  }

  public Session session() {
    return session;
  }

  public ModelScope models() {
    return models;
  }

  public FileSchemas files() {
    return files;
  }

  public SystemTables systemTables() {
    return systemTables;
  }

  /// What the statement's names have stood for so far.
  public Reads reads() {
    return reads;
  }

  /// The instant that `current_timestamp` and its kin give throughout the statement.
  public Instant now() {
    return now;
  }

  ConstantFolder folder() {
    return folder;
  }

  public EngineTypeFactory types() {
    return types;
  }

  public RelOptCluster cluster() {
    return cluster;
  }
}
