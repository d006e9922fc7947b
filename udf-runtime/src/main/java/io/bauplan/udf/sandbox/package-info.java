/// Where functions run: isolation levels, what this machine can enforce, and the processes
/// themselves.
@NullMarked
package io.bauplan.udf.sandbox;

import org.jspecify.annotations.NullMarked;
