/// Interpreters and packages: what a function's declared environment becomes on disk.
@NullMarked
package io.bauplan.udf.environment;

import org.jspecify.annotations.NullMarked;
