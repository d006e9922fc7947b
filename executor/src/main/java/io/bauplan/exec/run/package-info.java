/// Runs: a project becomes a DAG, executes on a private branch, and is published by one merge.
@NullMarked
package io.bauplan.exec.run;

import org.jspecify.annotations.NullMarked;
