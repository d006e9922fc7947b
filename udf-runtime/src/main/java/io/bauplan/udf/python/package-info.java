/// Python functions: the runtime that runs them in child processes, and the inspector that reads
/// decorated files without running them.
@NullMarked
package io.bauplan.udf.python;

import org.jspecify.annotations.NullMarked;
