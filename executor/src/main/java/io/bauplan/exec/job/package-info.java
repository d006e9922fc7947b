/// Jobs: every statement and run, what came of it, and what it said, kept in the warehouse.
@NullMarked
package io.bauplan.exec.job;

import org.jspecify.annotations.NullMarked;
