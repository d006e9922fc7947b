/// Project folders, read without running any of their code: configuration, models, and the DAG that
/// their inputs make.
@NullMarked
package io.bauplan.sql.project;

import org.jspecify.annotations.NullMarked;
